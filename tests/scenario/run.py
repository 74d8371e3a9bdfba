# SPDX-License-Identifier: Apache-2.0
"""run.py [-v] [-j N] [--only WORDS] FILE.scn|FOLDER…: plays scenarios and says where they differ. tests/run-scenario calls it."""
import argparse
import multiprocessing
import os
import pathlib
import signal
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from hub import Died
from language import Statement, Wrong, read
from statements import STATEMENTS, Play
from world import binaries, make_template


def play_one(job):
    """(lines to print, whether it passed)"""
    n, scenario, verbose = job
    play = Play(scenario)
    try:
        for statement in scenario.statements:
            play.line = statement.line
            STATEMENTS[statement.name](play, statement)
            if verbose:
                play.notes.append(f"{play.where()}: {statement.name} {' '.join(map(str, statement.words))}")
        play.world.begin()
        STATEMENTS["verify"](play, Statement(play.line, "verify", [], None, ""))
        play.world.end()
    except (Wrong, Died) as ended:
        play.failures.append(f"{play.where()}: {ended}")
    except Exception:  # a mistake of the runner's own must not take the other scenarios with it
        play.failures += [f"{play.where()}: {line}" for line in traceback.format_exc().splitlines()]
    finally:
        play.world.close()
    passed = not play.failures
    lines = [f"{'ok' if passed else 'not ok'} {n} - {scenario.path.name}:{scenario.line} {scenario.title}"]
    lines += [f"# {line}" for line in play.notes + play.failures]
    if not passed:
        lines += [f"#   {line}" for line in play.world.complaints()]
    return lines, passed


def files_of(arguments):
    for argument in map(pathlib.Path, arguments):
        if argument.is_dir():
            yield from sorted(argument.glob("*.scn"))
        else:
            yield argument


def main():
    parser = argparse.ArgumentParser(prog="run-scenario", description="Plays scenarios; docs/scenarios.md describes the language.")
    parser.add_argument("files", nargs="+", metavar="FILE.scn|FOLDER")
    parser.add_argument("-v", "--verbose", action="store_true", help="print each statement")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="scenarios at once")
    parser.add_argument("--only", metavar="WORDS", help="scenarios whose title or file holds this")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        scenarios = [s for path in files_of(options.files) for s in read(path, set(STATEMENTS))]
        if not (binaries() / "letterctl").exists():
            raise Wrong(f"{binaries()}: the programs are not built; run cmake, or set PA_BIN to the folder of the programs")
        if options.only:
            scenarios = [s for s in scenarios if options.only in s.title or options.only in s.path.name]
        if not scenarios:
            raise Wrong("there is no such scenario")
        make_template()
    except Wrong as wrong:
        print(f"run-scenario: {wrong}", file=sys.stderr)
        return 2
    print(f"1..{len(scenarios)}")
    jobs = [(n, s, options.verbose) for n, s in enumerate(scenarios, 1)]
    failed = 0
    # A worker dies of SIGTERM as it is: with the handler of this process it would clean up what it shares with the others.
    default_sigterm = (signal.SIGTERM, signal.SIG_DFL)
    with multiprocessing.get_context("fork").Pool(max(1, min(options.jobs, len(jobs))), signal.signal, default_sigterm) as pool:
        for lines, passed in pool.imap(play_one, jobs):
            print("\n".join(lines), flush=True)
            failed += not passed
        pool.close()
        pool.join()
    print(f"# {len(jobs) - failed} of {len(jobs)} scenarios passed")
    return 1 if failed else 0


sys.exit(main())

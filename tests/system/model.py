# SPDX-License-Identifier: Apache-2.0
"""classifierd reads by another model as soon as one has the place of the old one, goes on by the old one when the new one is
damaged, and does not start without one. Each decision says by which model it was made."""
import os
import shutil
import subprocess

from system import BIN, CONFIG, SYS, TOP, check, counter, ctl, letters, main, prepare, running, show, submit, wait_state, wait_until

SAMPLES = TOP / "deploy/model/samples/borders.jsonl"
PLACE = SYS / "model" / "letters.model"


def name_of(path):
    done = ctl("model", "show", path)
    check(done.returncode == 0, "model show", path, done.stderr.decode())
    return next(line.split()[1] for line in done.stdout.decode().splitlines() if line.startswith("模型"))


def decided_by(ref):
    made, _ = letters(ref, 1, "CLOSED", "440300")
    number = submit(made)[0]["number"]
    wait_state(number, "HANDLING")
    said = [e["detail"] for e in show(number)["events"] if e["actor"] == "classifier" and e["detail"]]
    check(said and "; model " in said[0], "who decided:", said)
    return said[0].rsplit("; model ", 1)[1][:8]


def in_use(name):
    wait_until(10, f"classifierd reads by {name}", lambda: counter("classifierd", "model_seal") == int(name, 16))


def refused_start():
    done = subprocess.run([BIN / "classifierd", "-c", CONFIG], capture_output=True, text=True, timeout=30)
    check(done.returncode == 78, "a start without a good model has status", done.returncode, done.stderr)
    said = [line for line in done.stderr.splitlines() if str(PLACE) in line]
    check(len(said) == 1, "one line names the file:", done.stderr)
    return said[0]


def test():
    prepare()
    PLACE.parent.mkdir()
    with open(CONFIG, "a") as config:
        config.write(f'classifier\n    model = "{PLACE}"\n')
    check("no such file" in refused_start(), "a missing model")
    shutil.copy(TOP / "deploy/model/letters.model", PLACE)
    other = SYS / "other.model"
    done = ctl("train", SAMPLES, "--with", TOP / "deploy/model/samples/city.jsonl", "--policy", TOP / "deploy/policy", "--out", other)
    check(done.returncode == 0, "train", done.stderr.decode())
    first, second = name_of(PLACE), name_of(other)
    check(first != second, "two models")
    with running():
        in_use(first)
        check(decided_by("first") == first, "the first model decides")
        done = ctl("model", "use", other, "--yes")
        check(done.returncode == 0 and f"{first} → {second}" in done.stdout.decode(), done.stdout.decode(), done.stderr.decode())
        in_use(second)
        log = (SYS / "log" / "classifierd.log").read_text()
        check(f"model {second} instead of {first}" in log, "the log says from which to which")

        # A damaged one, as a copy that was cut off leaves it: told once, and the old one goes on.
        bad = SYS / "bad.model"
        bad.write_bytes(other.read_bytes()[:-100])
        os.rename(bad, PLACE)
        wait_until(10, "it is refused", lambda: counter("classifierd", "models_refused_total") == 1)
        in_use(second)
        before = counter("classifierd", "letters_classified_total")
        made, _ = letters("bad", 1, "CLOSED", "440300")
        submit(made)
        wait_until(10, "letters are still read", lambda: counter("classifierd", "letters_classified_total") == before + 1)
        check(counter("classifierd", "models_refused_total") == 1, "told once")

        # Back.
        done = ctl("model", "use", f"letters-{first}.model", "--history", "0", "--yes")
        check(done.returncode == 0, done.stderr.decode())
        in_use(first)
        check(decided_by("back") == first, "the first model decides again")
    PLACE.write_bytes(other.read_bytes()[:-100])
    check("checksum" in refused_start(), "a damaged model")


main(test)

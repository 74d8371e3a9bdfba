# SPDX-License-Identifier: Apache-2.0
"""One scenario's world: a database of its own, its policy, the four daemons, and the tools that people use."""
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import database
from hub import Died, Hub
from language import Wrong

TOP = pathlib.Path(__file__).resolve().parents[2]
ORDER = ("intaked", "classifierd", "dispatcherd", "feedbackd")
CHINA = datetime.timezone(datetime.timedelta(hours=8))
BEGINNING = datetime.datetime(2007, 1, 1, tzinfo=CHINA)  # of the calendar's table: when the template was made
FIRST = datetime.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA)  # a Monday: when a scenario begins that does not say when
MOST_ROUNDS = 50
# What any daemon may have changed; the journal and the queues only grow.
SIGNATURE = """SELECT (SELECT count(*) FROM journal), (SELECT sum(next_seq) FROM bureau_head),
(SELECT count(*) FROM dead_letter), (SELECT sum(hashtext(c::text)::bigint) FROM case_file c);"""


def binaries():
    return pathlib.Path(os.environ["PA_BIN"]) / "scenario"


def microseconds(time):
    return round(time.timestamp()) * 1_000_000


def configure(folder, dbname):
    """The configuration file of a world."""
    (folder / "run").mkdir(mode=0o700)
    key = folder / "code.key"
    key.touch(mode=0o600)
    key.write_bytes(bytes(range(32)))
    path = folder / "pinganting.cfg"
    path.write_text(
        f'run\n    dir = "{folder}/run"\ndatabase\n    conninfo = "host={os.environ["PGHOST"]} dbname={dbname}"\n'
        f'intake\n    code_key = "{key}"\n'
        f'classifier\n    model = "{binaries()}/flat.model"\n'
    )
    return path


def copy_policy(folder):
    """The policy as delivered, but that terms decide what a letter is, as no newly learned model will change it."""
    shutil.copytree(TOP / "deploy/policy", folder)
    shutil.copy(TOP / "tests/policy/lexicon.tsv", folder / "lexicon.tsv")
    settings = folder / "settings.tsv"
    text = settings.read_text(encoding="utf-8")
    for name, value in (("accept_at", 70), ("claimed_kind", 40), ("claimed_conduct", 0)):
        text = re.sub(f"^{name}\t.*$", f"{name}\t{value}", text, flags=re.MULTILINE)
    settings.write_text(text, encoding="utf-8")
    return folder


def make_template():
    """The database that all are copies of: migrated, with the policy as delivered."""
    database.make_template()
    with tempfile.TemporaryDirectory(dir=os.environ["PA_TEST_DIR"], prefix="m") as name:
        folder = pathlib.Path(name)
        hub = Hub(folder, ORDER)
        hub.clock.set(microseconds(BEGINNING))
        hub.env["PINGANTING_CONF"] = str(configure(folder, database.TEMPLATE))
        for words in (["migrate", TOP / "deploy/migrations"], ["policy", "load", copy_policy(folder / "policy")]):
            done = subprocess.run([binaries() / "letterctl", *words], env=hub.env, capture_output=True, text=True)
            if done.returncode != 0:
                raise Wrong(f"letterctl {words[0]}: {done.stderr.strip()}")
        hub.close()
    database.seal_template()


class World:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ["PA_TEST_DIR"], prefix="s"))
        self.hub = Hub(self.folder, ORDER)
        self.now = None
        self.psql = None
        self.policy_changed = False

    # ---- Beginning and end ----

    def begin(self):
        """Before the first statement that needs more than words: database, policy, daemons."""
        if self.psql is None:
            self.psql = database.fresh()
            self.hub.env["PINGANTING_CONF"] = str(configure(self.folder, self.psql.name))
            self.now = self.now or FIRST
            self.hub.clock.set(microseconds(self.now))
            if self.policy_changed:
                self.load_policy()
            for daemon in ORDER:
                self.start(daemon)
        elif self.policy_changed:
            self.load_policy()
            self.settle()

    def end(self):
        """Every daemon ends by itself, and well."""
        for daemon in list(self.hub.daemons.values()):
            status = self.hub.stop(daemon)
            if status != 0:
                raise Died(f"{daemon.name} ended with status {status}")

    def close(self):
        self.hub.close()

    # ---- Daemons ----

    def start(self, daemon):
        if daemon in self.hub.daemons:
            raise Wrong(f"{daemon} runs already")
        with open(self.folder / f"{daemon}.log", "ab") as log:
            self.hub.start(daemon, [binaries() / daemon], log)
        self.hub.pump()

    def daemon(self, name):
        if name not in ORDER:
            raise Wrong(f"{name} is no daemon; there are {', '.join(ORDER)}")
        if name not in self.hub.daemons:
            raise Wrong(f"{name} does not run")
        return self.hub.daemons[name]

    def complaints(self):
        """What the daemons' logs say beyond the usual."""
        lines = []
        for daemon in ORDER:
            log = self.folder / f"{daemon}.log"
            text = log.read_text(errors="replace").splitlines() if log.exists() else []
            lines += [line for line in text if not re.match(r"\S+ info ", line)][-4:]
        return lines

    # ---- Time ----

    def move(self, to):
        if self.now and to < self.now:
            raise Wrong(f"time does not run backwards: it is {self.now:%Y-%m-%d %H:%M:%S}")
        if self.now is None:
            self.now = to  # the scenario's first instant
            return
        self.begin()
        self.now = to
        self.hub.clock.set(microseconds(to))
        self.settle()

    def settle(self):
        """Every timer is called, and again, until that changes nothing."""
        for _ in range(MOST_ROUNDS):
            before = self.psql.ask(SIGNATURE)
            self.hub.tick()
            if self.psql.ask(SIGNATURE) == before:
                return
        raise Died(f"the daemons do not come to rest: {MOST_ROUNDS} rounds of all timers, and still something changes")

    # ---- Tools ----

    def tool(self, program, *words, given=""):
        """(exit status, standard output, standard error); the status is None when nobody answered."""
        self.begin()
        paths = [self.folder / f"tool.{end}" for end in ("in", "out", "err")]
        paths[0].write_text(given, encoding="utf-8")
        with open(paths[0], "rb") as stdin, open(paths[1], "wb") as out, open(paths[2], "wb") as err:
            status = self.hub.tool([str(binaries() / program), *map(str, words)], stdin, out, err)
        self.hub.pump()
        return status, paths[1].read_text(encoding="utf-8", errors="replace"), paths[2].read_text(errors="replace").strip()

    def lines(self, program, *words, given=""):
        """A tool that must do its work: its JSON lines."""
        status, out, err = self.tool(program, *words, given=given)
        if status != 0:
            raise Wrong(f"{program} {words[0]}: exit status {status}: {err}")
        return [json.loads(line) for line in out.splitlines()]

    # ---- Policy ----

    def policy_folder(self):
        folder = self.folder / "policy"
        if not folder.exists():
            copy_policy(folder)
        return folder

    def load_policy(self):
        self.policy_changed = False
        status, _, err = self.tool("letterctl", "policy", "load", self.policy_folder())
        if status != 0:
            raise Wrong(f"the policy is refused: {err}")

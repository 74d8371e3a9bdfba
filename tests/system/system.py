# SPDX-License-Identifier: Apache-2.0
"""The whole system for the tests in this folder. tests/lib/system.sh starts and stops it; here it is asked and judged.

Run under tests/lib/with-postgres; PA_BIN names the folder of the programs.
"""
import contextlib
import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import zlib

TOP = pathlib.Path(__file__).resolve().parents[2]
DIR = pathlib.Path(os.environ["PA_TEST_DIR"])
SYS = DIR / "system"
BIN = pathlib.Path(os.environ["PA_BIN"])
CONFIG = SYS / "pinganting.cfg"
DAEMONS = ("intaked", "classifierd", "dispatcherd", "feedbackd")
SANITIZED = os.environ.get("PA_SANITIZE", "OFF") == "ON"
os.environ["PINGANTING_CONF"] = str(CONFIG)


class Failure(Exception):
    pass


def check(good, *words):
    if not good:
        raise Failure(" ".join(str(w) for w in words))


def main(test):
    """Runs test(); says in one line what failed; exit status 1 then."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        test()
    except (Failure, subprocess.TimeoutExpired) as failure:
        for name in DAEMONS:
            log = SYS / "log" / f"{name}.log"
            if log.exists():
                told = [line for line in log.read_text(errors="replace").splitlines() if " info " not in line]
                print(f"--- {name}", *told[-5:], sep="\n")
        print(f"FAILED: {failure}")
        sys.exit(1)


def wait_until(seconds, what, condition):
    """Until condition() is true, and returns what it was; fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        check(time.monotonic() < end, f"not within {seconds} s: {what}")
        time.sleep(0.05)


# ---- Parts ----


def shell(*words):
    """A function of tests/lib/system.sh."""
    done = subprocess.run(
        ["bash", "-c", 'source "$0"; "$@"', TOP / "tests/lib/system.sh", *words], capture_output=True, text=True
    )
    check(done.returncode == 0, *words, done.stdout, done.stderr)
    return done.stdout


def prepare():
    shell("eval", "system_prepare; trap - EXIT")


@contextlib.contextmanager
def running(reference=False, programs=None):
    """The four daemons, and the reference bureaus; programs: {name: path} of those that are not the usual ones."""
    if not SYS.exists():
        prepare()
    try:
        for name in DAEMONS:
            command = [(programs or {}).get(name, BIN / name), "-c", CONFIG]
            shell("daemon_start", name, *command)
        wait_until(30, "every daemon is ready", lambda: ctl("status").returncode == 0)
        if reference:
            shell("daemon_start", "reference", BIN / "bureauctl", "reference", "--all")
        yield
        check(deaths() == [], "a daemon died by itself:", *deaths())
    finally:
        shell("system_stop")


def deaths():
    """What the supervisors said about programs that ended otherwise than by our kill -9."""
    said = [line for log in (SYS / "log").glob("*.log") for line in log.read_text(errors="replace").splitlines()]
    return [line for line in said if " ended with status " in line and not line.endswith(" 137")]


def pid_of(name):
    """The program under its supervisor; None while it is being started again."""
    program = "bureauctl" if name == "reference" else name
    supervisor = (SYS / "lock" / name).read_text().strip()
    found = subprocess.run(["pgrep", "-P", supervisor, "-x", program], capture_output=True, text=True).stdout.split()
    return int(found[0]) if found else None


def kill(name, signal_number=signal.SIGKILL):
    """False when it was not there."""
    pid = pid_of(name)
    if pid is None:
        return False
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True


def postgres(*words):
    subprocess.run([TOP / "tests/lib/postgres", *words], check=True, stdout=subprocess.DEVNULL)


def sql(query):
    """Rows as lists of texts."""
    out = subprocess.run(
        ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-c", query], capture_output=True, text=True
    )
    check(out.returncode == 0, query, out.stderr)
    return [line.split("\t") for line in out.stdout.splitlines()]


def china_today():
    """The day that the system reckons with, whatever the machine's time zone: China has one, and no summer time."""
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()


def sql_int(query):
    return int(sql(query)[0][0])


# ---- Tools ----


def tool(program, *words, lines=None, timeout=120):
    """Runs it to its end. lines: objects (or bytes) for its standard input, a line each."""
    data = b"" if lines is None else jsonl(lines)
    return subprocess.run([BIN / program, *map(str, words)], input=data, capture_output=True, timeout=timeout)


def ctl(*words, lines=None, timeout=120):
    return tool("letterctl", *words, lines=lines, timeout=timeout)


def jsonl(lines):
    return b"".join(
        (line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()) + b"\n" for line in lines
    )


def objects(data):
    return [json.loads(line) for line in data.splitlines()]


def submit(letters, status=0):
    """Receipts and refusals, in the order of the letters."""
    done = ctl("submit", lines=letters)
    check(done.returncode == status, "submit's status is", done.returncode, done.stderr.decode())
    answers = objects(done.stdout)
    check(len(answers) == len(letters), len(letters), "letters,", len(answers), "answers")
    return answers


def report(bureau, events, status=0):
    done = tool("bureauctl", "report", "--bureau", bureau, lines=events)
    check(done.returncode == status, "report's status is", done.returncode, done.stdout.decode(), done.stderr.decode())
    return objects(done.stdout)


def act(number, event, *words, status=0):
    """The new state; of a refused act its words."""
    done = ctl("act", number, event, *words)
    check(done.returncode == status, "act", event, "has status", done.returncode, done.stderr.decode())
    return done.stdout.decode().split()[1] if status == 0 else done.stderr.decode()


def show(number):
    done = ctl("show", number, "--json")
    check(done.returncode == 0, done.stderr.decode())
    return json.loads(done.stdout)


def wait_state(number, state, seconds=20):
    wait_until(seconds, f"{number} is {state}", lambda: show(number)["state"] == state)


def verify():
    done = ctl("verify")
    check(done.returncode == 0, "verify:", done.stdout.decode(), done.stderr.decode())


def ask(name, request="status"):
    """The status socket's answer, which comes within a second whatever else happens."""
    began = time.monotonic()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        s.connect(str(SYS / "run" / f"{name}.status"))
        s.sendall(request.encode() + b"\n")
        answer = b""
        while part := s.recv(65536):
            answer += part
    took = time.monotonic() - began
    check(took < 1, f"{name} took {took:.2f} s to answer", request)
    return answer.decode()


def status(name):
    return json.loads(ask(name))


def counter(name, which):
    return status(name)["counters"][which]


# ---- Letters ----


def samples():
    """The sample letters, each with the state and the bureau that it shall end with."""
    expected = {}
    for line in (TOP / "deploy/samples/expected.tsv").read_text().splitlines():
        if not line.startswith("#"):
            ref, state, bureau, _ = line.split("\t")
            expected[ref] = (state, bureau)
    found = []
    for line in (TOP / "deploy/samples/letters.jsonl").read_text().splitlines():
        letter = json.loads(line)
        found.append((letter, *expected[letter["client_ref"]]))
    return found


def letters(prefix, n, state=None, bureau=None):
    """n letters made of the samples (of those that shall end so), with client references of their own; and the state of each.

    Each has a writer of its own: of one writer, the same letter again would join the first."""
    fit = [s for s in samples() if state in (None, s[1]) and bureau in (None, s[2])]
    area = zlib.crc32(prefix.encode()) % 10**6
    made = [({**fit[i % len(fit)][0], "client_ref": f"{prefix}-{i}", "writer": {"phone": f"{area:06}{i:06}"}}, fit[i % len(fit)][1])
            for i in range(n)]
    return [letter for letter, _ in made], {letter["client_ref"]: wanted for letter, wanted in made}


class Portal:
    """letterctl submit in the background. Its receipts go to a file that no part of the system knows."""

    def __init__(self, name):
        self.path = DIR / f"{name}.receipts"
        self.process = subprocess.Popen([BIN / "letterctl", "submit"], stdin=subprocess.PIPE, stdout=self.path.open("wb"))

    def send(self, made):
        self.process.stdin.write(jsonl(made))
        self.process.stdin.flush()

    def receipts(self):
        return objects(self.path.read_bytes())

    def finish(self, seconds):
        """All receipts, once it has them all."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        wait_until(seconds, "a portal has all its receipts", lambda: self.process.poll() is not None)
        check(self.process.returncode == 0, "a portal ended with status", self.process.returncode)
        return self.receipts()


def feed(portals, made, hurry):
    """A steady trickle, so that at any moment every daemon is in the middle of something; a flood after hurry.set()."""
    for i, letter in enumerate(made):
        portals[i % len(portals)].send([letter])
        hurry.wait(0.01)

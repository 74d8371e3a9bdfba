# SPDX-License-Identifier: Apache-2.0
"""A bureau's own programs over TCP with CURVE: the example against the installed library, killed again and again; bureauctl
with turns, take-over, rejected deliveries, identities, wrong keys and a revoked one."""
import os
import signal
import subprocess
import time

from peer import Certificate
from public import Public
from system import (BIN, DIR, SANITIZED, SYS, TOP, check, ctl, letters, main, objects, running, show, sql_int, submit, tool,
                    verify, wait_state, wait_until)

CITY = "440300"
OTHER = "440100"


def new_letters(prefix, n):
    made, _ = letters(prefix, n, "CLOSED", CITY)
    numbers = [answer["number"] for answer in submit(made)]
    for number in numbers:
        wait_state(number, "HANDLING")
    return numbers


def queue():
    return next(q for q in objects(ctl("queues", "--json").stdout) if q["bureau"] == int(CITY))


class Background:
    """A program whose output and errors go to files."""

    def __init__(self, name, *command, env=None):
        self.out, self.err = (DIR / f"{name}.{end}" for end in ("out", "err"))
        self.process = subprocess.Popen(list(map(str, command)), stdout=self.out.open("ab"), stderr=self.err.open("ab"),
                                        stdin=subprocess.DEVNULL, env=env)

    def said(self, words):
        return words in self.err.read_text()

    def ended(self, seconds, status):
        wait_until(seconds, f"it ends: {self.err.read_text()}", lambda: self.process.poll() is not None)
        check(self.process.returncode == status, "ended with", self.process.returncode, "not", status, self.err.read_text())

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        self.process.wait(timeout=20)


def keys_made_by_the_bureau(public):
    """The secret never leaves the bureau: the centre registers the public half."""
    own = SYS / "own.key"
    made = tool("bureauctl", "keys", "new", own)
    check(made.returncode == 0, made.stderr)
    half = made.stdout.decode().strip()
    check(Certificate.of(own).public.decode() == half, half)
    check(tool("bureauctl", "keys", "new", own).returncode == 1, "a key was overwritten")
    done = ctl("keys", "new", "--bureau", CITY, "--name", "its own", "--public", half)
    check(done.returncode == 0, done.stderr)
    return own


# ---- The example ----


def build_example():
    prefix = DIR / "installed"
    subprocess.run(["cmake", "--install", BIN.parent, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    library = next(prefix.rglob("libworkflow.so")).parent
    env = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig"), "LD_LIBRARY_PATH": str(library)}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libworkflow"], env=env, capture_output=True, text=True, check=True)
    program = DIR / "bureau"
    subprocess.run([os.environ.get("CC", "cc"), "-std=c11", TOP / "docs/examples/bureau.c", "-o", program, *flags.stdout.split()],
                   check=True)
    return program, env


def stored(path):
    if not path.exists():
        return []
    return [int(line.split(b" ", 1)[0]) for line in path.read_bytes().splitlines(True) if line.endswith(b"\n")]


def example(public, key):
    """Killed in the middle ten times: each delivery stands in its store once, in order, and each letter is signed for."""
    program, env = build_example()
    store = DIR / "bureau.store"
    command = [program, public.deliver, public.feedback, CITY, store, public.server.decode(), key]
    numbers = []
    for kill in range(10):
        numbers += new_letters(f"example{kill}", 5)
        running_example = Background("example", *command, env=env)
        wait_until(20, "it stores something", lambda: len(stored(store)) > 5 * kill)
        running_example.stop(signal.SIGKILL)
    last = Background("example", *command, env=env)
    head = queue()["head"]
    wait_until(20, f"the example has all {head}: {len(stored(store))}", lambda: stored(store) == list(range(1, head + 1)))
    for number in numbers:
        wait_until(20, f"{number} is signed for", lambda n=number: show(n)["legs"][0]["state"] == "SIGNED")
    last.stop()
    check(last.process.returncode == 0, "the example ended with", last.process.returncode)
    wait_until(5, "all is acknowledged", lambda: queue()["waiting"] == 0)
    return numbers


# ---- bureauctl ----


def turns(flags):
    """The second stands by and says so, and goes on when the first is killed; a third takes over."""
    first = Background("first", BIN / "bureauctl", "subscribe", "--bureau", CITY, "--consumer", "first", *flags)
    wait_until(40, "the first is active", lambda: queue()["consumer"] == "first")
    second = Background("second", BIN / "bureauctl", "subscribe", "--bureau", CITY, "--consumer", "second", *flags)
    wait_until(10, "the second says that it stands by", lambda: second.said("standing by"))
    number = new_letters("turn-a", 1)[0]
    wait_until(10, "the first prints it", lambda: number.encode() in first.out.read_bytes())
    first.stop(signal.SIGKILL)
    wait_until(20, "the second says that it is active", lambda: second.said("active now"))
    number = new_letters("turn-b", 1)[0]
    wait_until(10, "the second prints it", lambda: number.encode() in second.out.read_bytes())
    third = Background("third", BIN / "bureauctl", "subscribe", "--bureau", CITY, "--consumer", "third", "--take-over", *flags)
    second.ended(10, 1)
    check(second.said("taken_over"), second.err.read_text())
    number = new_letters("turn-c", 1)[0]
    wait_until(10, "the third prints it", lambda: number.encode() in third.out.read_bytes())
    third.stop()
    check(third.process.returncode == 0, "the third ended with", third.process.returncode)
    printed = [line["seq"] for b in (first, second, third) for line in objects(b.out.read_bytes())]
    check(printed == sorted(set(printed)), "a line was lost or printed twice:", printed)


def exec_decides(flags):
    """75: again, and then taken. Another status: blocked, visibly, and nothing passes."""
    once = DIR / "once"
    new_letters("exec-a", 2)
    done = tool("bureauctl", "subscribe", "--bureau", CITY, "--once", "--exec", f"mkdir {once} 2>/dev/null && exit 75; cat", *flags)
    check(done.returncode == 0, done.stderr)
    seqs = [line["seq"] for line in objects(done.stdout)]
    check(seqs == [queue()["head"] - 1, queue()["head"]], seqs)
    new_letters("exec-b", 2)
    done = tool("bureauctl", "subscribe", "--bureau", CITY, "--once", "--exec", "exit 3", *flags)
    check(done.returncode == 1 and b"exit status 3" in done.stderr, done.stderr)
    blocked = queue()["head"] - 1
    wait_until(5, "the queue is blocked", lambda: sql_int(f"SELECT coalesce(blocked_seq, 0) FROM bureau_cursor WHERE bureau = {CITY}") == blocked)
    done = tool("bureauctl", "subscribe", "--bureau", CITY, "--once", *flags)
    check(done.returncode == 1 and done.stdout == b"" and b"blocked at seq" in done.stderr, done.stdout, done.stderr)
    return blocked


def unblock(blocked, flags):
    """The desk lets one be tried again, and skips it then: its place is told, and what lies behind it follows."""
    done = ctl("queue", "retry", CITY, blocked, "--reason", "对方已修复")
    check(done.returncode == 0, done.stderr)
    # The dispatcher hears of it within some seconds; until then the queue is still blocked for it.
    def again(*words):
        return tool("bureauctl", "subscribe", "--bureau", CITY, "--once", *words, *flags)

    wait_until(10, "it is tried again", lambda: b"exit status 3" in again("--exec", "exit 3").stderr)
    wait_until(5, "the queue is blocked again", lambda: queue()["blocked"])
    done = ctl("queue", "skip", CITY, blocked, "--reason", "对方不能接收")
    check(done.returncode == 0, done.stderr)
    lines = wait_until(10, "what lies behind it is delivered", lambda: objects(again().stdout))
    check([line["seq"] for line in lines] == [blocked, blocked + 1] and lines[0]["notice"] == "skipped" and not lines[0]["body"],
          lines)


def identity(public, number, keys):
    """The bureau that has the letter in hand may ask, and the case shows it; with another bureau's key nobody may."""
    flags = ["--connect", public.feedback, *keys]
    words = [number, "--purpose", "电话核实地点", "--officer", "012345", "--bureau", CITY]
    event = {"event_id": f"{number}/signed-late", "number": number, "event": "signed", "officer": "012345"}
    tool("bureauctl", "report", "--bureau", CITY, *flags, lines=[event])
    done = tool("bureauctl", "identity", *words, *flags)
    check(done.returncode == 0, done.stderr.decode())
    (who,) = objects(done.stdout)
    check(set(who) == {"number", "name", "phone", "id_number", "email"} and who["number"] == number, who)
    check("identity.opened" in [e["event"] for e in show(number)["events"]], show(number)["events"])
    done = tool("bureauctl", "identity", *words, "--connect", public.feedback, "--server-key", public.server.decode(), "--key", public.files[440100])
    check(done.returncode == 1 and b"not_yours" in done.stderr and done.stdout == b"", done.stderr)


def wrong_keys(public, own):
    stranger = SYS / "stranger.key"
    check(tool("bureauctl", "keys", "new", stranger).returncode == 0, "no key")
    server = public.server.decode()
    tries = {"stranger": ["--server-key", server, "--key", stranger],
             "server": ["--server-key", Certificate().public.decode(), "--key", own]}
    waiting = [Background(name, BIN / "bureauctl", "subscribe", "--bureau", CITY, "--connect", public.deliver, *words)
               for name, words in tries.items()]
    done = tool("bureauctl", "subscribe", "--bureau", CITY, "--connect", public.deliver, "--server-key", server,
                "--key", public.files[int(OTHER)])
    check(done.returncode == 1 and b"not_yours" in done.stderr, "another bureau's key:", done.stderr)
    for words in ([], ["--server-key", server], ["--server-key", server, "--key", DIR / "nowhere"]):
        done = tool("bureauctl", "subscribe", "--bureau", CITY, "--connect", public.deliver, *words)
        check(done.returncode == 1 and done.stderr.count(b"\n") == 1, "without keys:", done.stderr)
    for program in waiting:
        wait_until(20, "it says that nobody answers", lambda p=program: p.said("no answer from tcp://"))
        check(program.out.read_bytes() == b"", "a stranger was served")
        program.stop()


def revoked(public, flags, own):
    """The live session ends within two seconds."""
    live = Background("live", BIN / "bureauctl", "subscribe", "--bureau", CITY, "--consumer", "live", *flags)
    wait_until(10, "it is active", lambda: queue()["consumer"] == "live")
    listed = {k["name"]: k for k in objects(ctl("keys", "list", "--json").stdout)}
    done = ctl("keys", "revoke", listed["its own"]["fingerprint"], "--reason", "test")
    began = time.monotonic()
    check(done.returncode == 0, done.stderr)
    live.ended(5, 1)
    check(live.said("key_revoked"), live.err.read_text())
    check(time.monotonic() - began < 2.5, "it took", time.monotonic() - began, "s")


def test():
    public = Public(bureaus=(440100, 440300))
    with running():
        own = keys_made_by_the_bureau(public)
        keys = ["--server-key", public.server.decode(), "--key", own]
        flags = ["--connect", public.deliver, *keys]
        if not SANITIZED:  # the example is linked without
            example(public, own)
        turns(flags)
        number = new_letters("identity", 1)[0]
        done = tool("bureauctl", "subscribe", "--bureau", CITY, "--once", *flags)
        check(done.returncode == 0 and number.encode() in done.stdout, done.stderr)
        identity(public, number, keys)
        unblock(exec_decides(flags), flags)
        wrong_keys(public, own)
        revoked(public, flags, own)
        verify()


main(test)

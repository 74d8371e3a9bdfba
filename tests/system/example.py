# SPDX-License-Identifier: Apache-2.0
"""docs/examples/bureau.py at the real daemons, over ipc and over tcp with CURVE."""
import json
import random
import signal
import sqlite3
import subprocess

from public import Public
from system import (DIR, SYS, TOP, Portal, check, counter, jsonl, letters, main, objects, running, show, sql, sql_int, status, submit, verify,
                    wait_until)

EXAMPLE = TOP / "docs/examples/bureau.py"
BUREAU, OTHER = 440300, 440400


class Bureau:
    """bureau.py with a store of its own; over CURVE where it has a key."""

    def __init__(self, code, connect, report, key=()):
        self.code, self.connect, self.report_to, self.key = code, connect, report, key
        self.path = DIR / f"{code}.sqlite"

    def command(self, mode, endpoint, *words):
        return [EXAMPLE, mode, "--connect", endpoint, "--bureau", str(self.code), *self.key, *words]

    def subscribe(self, *words):
        return subprocess.Popen(self.command("subscribe", self.connect, "--store", self.path, *words), stdout=subprocess.DEVNULL,
                                stderr=(DIR / f"{self.code}.errors").open("ab"))

    def once(self):
        """The lines that it prints until its queue is empty."""
        done = subprocess.run(self.command("subscribe", self.connect, "--store", self.path, "--once"), capture_output=True, timeout=60)
        check(done.returncode == 0, "bureau.py subscribe has status", done.returncode, done.stderr.decode())
        return objects(done.stdout)

    def report(self, events, status=0):
        done = subprocess.run(self.command("report", self.report_to), input=jsonl(events), capture_output=True, timeout=60)
        check(done.returncode == status, "bureau.py report has status", done.returncode, done.stdout.decode(), done.stderr.decode())
        return objects(done.stdout)

    def stored(self):
        if not self.path.exists():
            return []
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery'").fetchone()
            return [row[0] for row in db.execute("SELECT seq FROM delivery ORDER BY rowid")] if made else []

    def errors(self):
        return (DIR / f"{self.code}.errors").read_text()

    def head(self):
        return sql_int(f"SELECT coalesce(max(seq), 0) FROM bureau_queue WHERE bureau = {self.code}")


def stop(*processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        check(process.wait(10) == 0, "bureau.py ended with status", process.returncode)


def killed_while_letters_come(bureau):
    """kill -9 again and again: each delivery is in the store once, in order."""
    made, _ = letters(f"e{bureau.code}", 240, "CLOSED", str(bureau.code))
    portal = Portal(f"portal-{bureau.code}")
    for sent in range(0, len(made), 30):
        process = bureau.subscribe()
        portal.send(made[sent : sent + 30])
        goal = sent + random.randrange(1, 30)
        wait_until(30, f"{goal} deliveries are stored", lambda: len(bureau.stored()) >= goal)
        check(process.poll() is None, "bureau.py ended with status", process.returncode, bureau.errors())
        process.kill()
        process.wait()
    portal.finish(20)
    wait_until(20, "all are in the queue", lambda: bureau.head() == len(made))
    bureau.once()
    check(bureau.stored() == list(range(1, len(made) + 1)), "sequences:", bureau.stored())
    check(bureau.once() == [], "the queue was not empty")


def a_locked_store(bureau):
    """What cannot be stored is rejected, comes again, and is stored when it can be."""
    before = bureau.head()
    lock = sqlite3.connect(bureau.path, isolation_level=None)
    process = bureau.subscribe()
    wait_until(20, "it listens", lambda: any(row[0] == "bureau.py" for row in consumers(bureau.code)))
    lock.execute("BEGIN IMMEDIATE")
    made, _ = letters(f"l{bureau.code}", 5, "CLOSED", str(bureau.code))
    submit(made)
    wait_until(20, "it rejects", lambda: f"{before + 1} is not stored" in bureau.errors())
    lock.execute("ROLLBACK")
    wait_until(20, "all are stored", lambda: len(bureau.stored()) == before + 5)
    check(bureau.stored() == list(range(1, before + 6)), "sequences:", bureau.stored()[-8:])
    stop(process)


def consumers(code):
    return sql(f"SELECT consumer FROM bureau_cursor WHERE bureau = {code}")


def taking_turns(bureau):
    """Several with one store: one is active, the next goes on when that one is killed, or says goodbye."""
    before = bureau.head()
    first = bureau.subscribe()
    wait_until(20, "the first is active", lambda: "active" in last_line(bureau))
    second = bureau.subscribe()
    wait_until(20, "the second stands by", lambda: "standby" in last_line(bureau))
    first.kill()
    first.wait()
    wait_until(20, "the second is active", lambda: "active" in last_line(bureau))
    third = bureau.subscribe()
    wait_until(20, "the third stands by", lambda: "standby" in last_line(bureau))
    made, _ = letters(f"t{bureau.code}", 20, "CLOSED", str(bureau.code))
    submit(made)
    wait_until(20, "all are stored", lambda: len(bureau.stored()) == before + 20)
    stop(second)
    wait_until(5, "the third is active", lambda: "active" in last_line(bureau))
    submit(letters(f"u{bureau.code}", 20, "CLOSED", str(bureau.code))[0])
    wait_until(20, "all are stored", lambda: len(bureau.stored()) == before + 40)
    check(bureau.stored() == list(range(1, before + 41)), "sequences:", bureau.stored()[-45:])
    stop(third)


def last_line(bureau):
    return (bureau.errors().splitlines() or [""])[-1]


def reports(bureau):
    """Events of many cases in a pipeline, those of a case in order, repeats, and what is refused."""
    with sqlite3.connect(bureau.path) as db:
        deliveries = [json.loads(row[0]) for row in db.execute("SELECT line FROM delivery ORDER BY seq")]
    events = [{"event_id": f"{d['number']}/{what}", "number": d["number"], "event": what, "leg": d["leg"], "officer": "012345"}
              for what in ("signed", "contacted") for d in deliveries]
    results = bureau.report(events)
    check([r["event_id"] for r in results] == [e["event_id"] for e in events], "the results are not in the order of the events")
    check(all(r["ok"] and not r["duplicate"] for r in results), "not taken:", [r for r in results if not r.get("ok") or r["duplicate"]][:3])
    check(show(deliveries[0]["number"])["legs"][0]["state"] == "SIGNED", "the leg is not signed")
    check(all(r["duplicate"] for r in bureau.report(events[:10])), "a repeat is not known as one")
    wrong = bureau.report([{**events[0], "event_id": "w1", "number": "nonsense"}, {**events[0], "event_id": "w2", "event": "dance"},
                           {**events[0], "event_id": "w3"}], status=1)
    check([r["error"]["code"] for r in wrong] == ["bad_number", "unknown_value", "not_allowed"], wrong)


def not_yours(public):
    """Another bureau's queue: refused by name, and it ends."""
    thief = Bureau(OTHER, public.deliver, public.feedback, curve(public, BUREAU))
    done = subprocess.run(thief.command("subscribe", thief.connect, "--store", DIR / "thief"), capture_output=True, text=True, timeout=30)
    check(done.returncode == 1 and "not_yours" in done.stderr, done.returncode, done.stderr)
    (result,) = thief.report([{"event_id": "x", "number": "440300-20261123-000042-7", "event": "signed"}], status=1)
    check(result["error"]["code"] == "not_yours", result)


def curve(public, bureau):
    return ("--server-key", public.server.decode(), "--key", public.files[bureau])


def test():
    public = Public(bureaus=(BUREAU, OTHER))
    with running():
        for bureau in (Bureau(BUREAU, f"ipc://{SYS}/run/deliver.ipc", f"ipc://{SYS}/run/feedback.ipc"),
                       Bureau(OTHER, public.deliver, public.feedback, curve(public, OTHER))):
            for part in (killed_while_letters_come, a_locked_store, taking_turns, reports):
                part(bureau)
                print(f"{bureau.code}: {part.__doc__}")
        not_yours(public)
        wait_until(5, "the denial is counted", lambda: counter("dispatcherd", "messages_denied_total") == 1)
        check(counter("dispatcherd", "deliveries_rejected_total") >= 2, status("dispatcherd"))
        verify()


main(test)

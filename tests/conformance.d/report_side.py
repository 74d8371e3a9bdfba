# SPDX-License-Identifier: Apache-2.0
"""Scenarios of a client that reports: it reads events as JSON lines and prints their results as JSON lines, in the same order."""
import json
import random
import time

from frames import Fault, encode, frame
from world import STEP_MS, World


class Feedback(World):
    takes = ("feedback",)
    mode = "report"

    def __init__(self, options, number):
        super().__init__(options, number)
        self.came = []  # (peer, trace, values), as they came
        self.events = []

    def turn(self, ms=STEP_MS):
        for peer, _, trace, m in self.receive(ms):
            if m["bureau"] != self.bureau:
                raise Fault(f"feedback.bureau is {m['bureau']}, not {self.bureau}")
            self.check_event(m)
            self.came.append((peer, trace, m))

    def check_event(self, m):
        sent = next((e for e in self.events if e["event_id"] == m["event_id"]), None)
        if sent is None:
            raise Fault(f"event_id {m['event_id']!r} is none of those on standard input")
        wrong = [k for k, v in sent.items() if m.get(k) != v]
        if wrong:
            raise Fault(f"{m['event_id']}: {wrong[0]} is not what stood on standard input")

    def report(self, cases, each=1):
        """Starts the client with so many events of so many cases."""
        self.events = [{"event_id": f"e{case}-{n}", "number": f"440300-20261123-{case:06}-0", "event": ("signed", "contacted", "signed")[n]}
                       for n in range(each) for case in range(cases)]
        path = self.dir / "events"
        path.write_text("".join(json.dumps(e) + "\n" for e in self.events))
        self.bind()
        self.start(path)

    def new(self, n, seconds=20):
        """The next n events that come."""
        mark = len(self.came)
        self.until(f"{n} events come", lambda: len(self.came) >= mark + n, seconds)
        return self.came[mark:]

    def result(self, came, **more):
        peer, trace, m = came
        self.send(peer, encode("feedback_result", trace, **({"event_id": m["event_id"], "number": m["number"], "state": "HANDLING",
                                                            "duplicate": False, "version": 7} | more)))

    def refuse(self, came, code, retry=False, ref=True):
        peer, trace, m = came
        more = {"ref": m["event_id"]} if ref else {}
        self.send(peer, encode("refusal", trace, code=code, message=f"{code}, says the conformance set", field="", retry=retry, **more))

    def over(self, refused=()):
        """The client ends, with a line for each event in the order of the events."""
        self.until("the client ends", lambda: self.ended() is not None, 15)
        lines = self.lines()
        if [line.get("event_id") for line in lines] != [e["event_id"] for e in self.events]:
            raise Fault(f"results are not those of the events, in their order: {[line.get('event_id') for line in lines][:10]}")
        for line in lines:
            code = line.get("error", {}).get("code")
            if code != dict(refused).get(line["event_id"]) or (line.get("ok") is True) == (code is not None):
                raise Fault(f"{line['event_id']}: the line says {line}")
        if self.ended() != (1 if refused else 0):
            raise Fault(f"exit status {self.ended()}: 0 when all were taken, 1 when some were refused")


def any_order(d):
    """answers in any order are matched, and printed in the order of the events"""
    d.report(30)
    came = d.new(30)
    random.shuffle(came)
    for one in came:
        d.result(one, duplicate=bool(random.getrandbits(1)))
    d.over()


def pipeline(d):
    """many cases are on their way at once"""
    d.report(200)
    for one in d.new(100):
        d.result(one)
    answered = 100
    while answered < 200:
        d.until("more events come", lambda: len(d.came) > answered, 20)
        for one in d.came[answered:]:
            d.result(one)
            answered += 1
    d.over()


def one_of_a_case(d):
    """the second event of a case is sent after the first one's answer"""
    d.report(2, each=3)
    for n in range(3):
        came = d.new(2)
        if {m["event_id"] for _, _, m in came} != {f"e0-{n}", f"e1-{n}"}:
            raise Fault(f"event {n} of each case was due, {[m['event_id'] for _, _, m in came]} came")
        mark = len(d.came)
        d.during(1)
        if len(d.came) > mark:
            raise Fault("another event of a case before its last one was answered")
        for one in came:
            d.result(one)
    d.over()


def unanswered(d):
    """without an answer the same event is sent again"""
    d.report(3)
    first = {m["event_id"]: m for _, _, m in d.new(3)}
    again = d.new(3)
    if {m["event_id"]: m for _, _, m in again} != first:
        raise Fault("what was sent again is not the same")
    for one in again:
        d.result(one, duplicate=True)
    d.over()


def final(d):
    """a final refusal is printed and not sent again; without ref the trace id says whose it is"""
    d.report(3)
    came = d.new(3)
    d.refuse(came[0], "not_allowed")
    d.refuse(came[1], "bad_number", ref=False)
    d.result(came[2])
    d.over(refused=[(came[0][2]["event_id"], "not_allowed"), (came[1][2]["event_id"], "bad_number")])
    if len(d.came) > 3:
        raise Fault("a refused event was sent again")


def retry(d):
    """a refusal with retry is not shown: the same event comes again after a pause"""
    d.report(1)
    (came,) = d.new(1)
    for code in ("database_away", "throttled"):
        since = time.monotonic()
        d.refuse(came, code, retry=True)
        (again,) = d.new(1, 10)
        if time.monotonic() - since < 0.15:
            raise Fault(f"again without a pause after {code}")
        if again[2] != came[2]:
            raise Fault("what was sent again is not the same")
        came = again
    d.result(came)
    d.over()


def repeated(d):
    """an answer that comes twice, or to nothing that is waited for, is ignored; so is what is no frame"""
    d.report(3)
    came = d.new(3)
    peer = came[0][0]
    d.send(peer, encode("feedback_result", 99, event_id="never-sent", number="x", state="HANDLING", duplicate=False))
    for raw in (b"", b"PA", random.randbytes(100), frame(999, b"\x81\x01\xa1x"), frame(12, b"\xdf\xff\xff\xff\xff")):
        d.send(peer, raw)
    for one in came:
        d.result(one)
        d.result(one)
    d.over()


def vanish(d):
    """the server goes with events unanswered and comes back: they are sent again"""
    d.report(5)
    d.new(5)
    d.unbind()
    time.sleep(0.5)
    d.bind()
    for one in d.new(5, 15):
        d.result(one)
    d.over()


SCENARIOS = [unanswered, vanish, retry, one_of_a_case, any_order, pipeline, final, repeated]

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""wrong_client.py FAULT ARG…: docs/examples/bureau.py with one fault planted, for conformance_control.py."""
import json
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs/examples"))
import bureau  # noqa: E402
import wire  # noqa: E402
from bureau import Reporter, Store, Subscriber  # noqa: E402

right = {name: getattr(Subscriber, name) for name in ("on_delivery", "on_welcome", "on_refusal", "ack", "handle", "tick")}


def early():
    """acknowledges before it applies"""
    def on_delivery(self, m):
        if self.state == "active" and m["seq"] == self.stored + 1:
            self.stored, self.next = m["seq"], m["seq"] + 1
            self.ack(time.monotonic())
            time.sleep(0.05)
            self.stored, self.next = m["seq"] - 1, m["seq"]
        right["on_delivery"](self, m)
    Subscriber.on_delivery = on_delivery


def gaps():
    """takes what comes, whatever its sequence is"""
    def on_delivery(self, m):
        if self.state == "active" and m["seq"] > self.next:
            self.store.db.execute("UPDATE position SET seq = ?", (m["seq"] - 1,))
            self.next = m["seq"]
        right["on_delivery"](self, m)
    Subscriber.on_delivery = on_delivery


def twice():
    """applies a duplicate again"""
    def on_delivery(self, m):
        if self.state == "active" and m["seq"] <= self.stored:
            print(json.dumps(m), flush=True)
        right["on_delivery"](self, m)
    Subscriber.on_delivery = on_delivery


def forgetful():
    """begins where it first began, after each hello"""
    def on_welcome(self, m):
        self.first = getattr(self, "first", m["last_seq"])
        right["on_welcome"](self, m)

    def tick(self, now):
        last, self.store.last = self.store.last, lambda: getattr(self, "first", None)
        right["tick"](self, now)
        self.store.last = last
    Subscriber.on_welcome, Subscriber.tick = on_welcome, tick


def stubborn():
    """says hello again after every refusal"""
    def on_refusal(self, m):
        right["on_refusal"](self, m | {"retry": True})
    Subscriber.on_refusal = on_refusal


def hasty():
    """says hello again without a pause after a refusal with retry"""
    Subscriber.on_refusal = lambda self, m: self.ask()


def mute():
    """speaks only when it has something to acknowledge"""
    def ack(self, now):
        if self.state == "active" and self.stored > self.told:
            right["ack"](self, now)
        self.spoke = now
    Subscriber.ack = ack


def greedy():
    """grants its whole credit with each ack"""
    def ack(self, now):
        self.left = 0
        right["ack"](self, now)
    Subscriber.ack = ack


def stingy():
    """never grants again"""
    def ack(self, now):
        self.left = bureau.CREDIT
        right["ack"](self, now)
    Subscriber.ack = ack


def old_epoch():
    """keeps the epoch of its first welcome"""
    def on_welcome(self, m):
        first = getattr(self, "first_epoch", m["epoch"])
        right["on_welcome"](self, m)
        self.first_epoch = self.epoch = first
    Subscriber.on_welcome = on_welcome


def impatient():
    """does not know of standing by"""
    Subscriber.on_welcome = lambda self, m: right["on_welcome"](self, {k: v for k, v in m.items() if k != "active"})


def patient():
    """waits for ever in silence"""
    def tick(self, now):
        self.line.heard = now
        right["tick"](self, now)
    Subscriber.tick = tick


def strict():
    """ends at what it does not know"""
    def decode(parts):
        got = wire_decode(parts)
        if got[0] is None:
            sys.exit("what is this?")
        return got
    wire_decode, wire.decode = wire.decode, decode


def garbled():
    """writes a map with a map as a key"""
    bureau.encode = lambda *args, **values: wire.encode(*args, **values)[:16] + b"\x81\x80\x01"


def volatile():
    """keeps its store in memory"""
    def apply(self, seq, line):
        time.sleep(0.002)
        return right_apply(self, seq, line)
    right_apply, Store.apply = Store.apply, apply
    init = Store.__init__
    Store.__init__ = lambda self, path, queue: init(self, ":memory:", queue)


def rude():
    """ends without goodbye"""
    Subscriber.run = lambda self: run_until_stopped(self)


def run_until_stopped(self):
    while not bureau.stopping:
        self.tick(time.monotonic())
        self.line.socket.poll(50)
        for name, _, m in self.line.receive():
            self.handle(name, m)


def crowding():
    """sends the events of a case all at once"""
    def read(self):
        right_read(self)
        self.out.update({rq["trace"]: rq for rq in self.order if not rq["answer"]})
    right_read, Reporter.read = Reporter.read, read


def once():
    """sends each event once"""
    def tick(self, now):
        for rq in self.out.values():
            if rq["due"]:
                rq["due"] = now + 60
        self.line.heard = now
        right_tick(self, now)
    right_tick, Reporter.tick = Reporter.tick, tick


FAULTS = (early, gaps, twice, forgetful, stubborn, hasty, mute, greedy, stingy, old_epoch, impatient, patient, strict, garbled, volatile, rude, crowding, once)

if __name__ == "__main__":
    {fault.__name__: fault for fault in FAULTS}[sys.argv.pop(1)]()
    sys.exit(bureau.main())

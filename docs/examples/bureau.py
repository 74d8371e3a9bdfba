#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A bureau's client, written from docs/protocol.md alone. It needs python3-zmq, python3-msgpack and wire.py beside it.

bureau.py subscribe: reads the queue into an SQLite file, each delivery once, and prints each as a JSON line after its COMMIT.
bureau.py report: sends events from JSON lines on standard input and prints their results as JSON lines, in the same order.
"""
import argparse
import collections
import json
import os
import signal
import sqlite3
import sys
import time

import zmq

from wire import Line, encode

CREDIT, WINDOW = 100, 1000
stopping = []  # not empty after a signal


class Store:
    """What was taken in, and how far: always in the same transaction."""

    def __init__(self, path, queue):
        self.queue, self.db = queue, sqlite3.connect(path, timeout=1, isolation_level=None)
        self.db.execute("CREATE TABLE IF NOT EXISTS position (queue INTEGER PRIMARY KEY, seq INTEGER NOT NULL)")
        self.db.execute("CREATE TABLE IF NOT EXISTS delivery (queue INTEGER, seq INTEGER, line TEXT, PRIMARY KEY (queue, seq))")

    def last(self):
        row = self.db.execute("SELECT seq FROM position WHERE queue = ?", (self.queue,)).fetchone()
        return row[0] if row else None

    def apply(self, seq, line):
        """False: another process with this file was quicker."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            ours = self.db.execute("UPDATE position SET seq = ? WHERE queue = ? AND seq = ?", (seq, self.queue, seq - 1)).rowcount == 1
            if ours:
                self.db.execute("INSERT INTO delivery VALUES (?, ?, ?)", (self.queue, seq, line))
            self.db.execute("COMMIT")
            return ours
        except sqlite3.Error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise


class Subscriber:
    def __init__(self, args):
        self.args, self.line, self.store = args, Line(args), Store(args.store, args.bureau)
        self.state, self.hello_at, self.spoke = "asking", 0, 0
        self.epoch = self.left = self.head = self.told = 0

    def ask(self, pause=0):
        """Say hello (again): what comes before its welcome is dropped."""
        self.state, self.hello_at = "asking", time.monotonic() + pause

    def news(self):
        """How much is stored and not acknowledged: of what was sent since the welcome, and not beyond."""
        return min(self.stored, self.next - 1) - self.told if self.state == "active" else 0

    def ack(self, now):
        grant, seq = CREDIT - self.left if self.state == "active" else 0, self.told + self.news()
        if not self.line.send(encode("ack", bureau=self.args.bureau, seq=seq, credit=grant, epoch=self.epoch)):
            return self.ask()
        self.left, self.told, self.spoke = self.left + grant, seq, now

    def on_welcome(self, m):
        self.stored = self.store.last()  # anew: others may share the store
        if self.stored is None:
            self.store.db.execute("INSERT INTO position VALUES (?, ?)", (self.args.bureau, m["last_seq"]))
            self.stored = m["last_seq"]
        if m["last_seq"] > self.stored:
            sys.exit(f"bureau.py: the queue goes on behind {m['last_seq']}, but only {self.stored} is stored")
        self.state = "active" if m.get("active", True) else "standby"
        self.epoch = m.get("epoch", 0) if self.state == "active" else 0
        self.left, self.head, self.next, self.told = CREDIT, m["head"], m["last_seq"] + 1, m["last_seq"]
        self.spoke = time.monotonic()
        print(f"bureau.py: {self.state} behind {m['last_seq']}, epoch {self.epoch}", file=sys.stderr)

    def on_delivery(self, m):
        if self.state in ("asking", "standby"):
            return
        self.left -= 1
        if self.state == "rejecting":
            return
        if m["seq"] > self.next:
            return self.ask()
        if m["seq"] < self.next or m["seq"] <= self.stored:  # a duplicate
            self.next = max(self.next, m["seq"] + 1)
            return
        line = json.dumps(m, ensure_ascii=False)
        try:
            if self.store.apply(m["seq"], line):
                print(line, flush=True)
                self.stored, self.next = m["seq"], m["seq"] + 1
            else:
                self.ask()
        except sqlite3.Error as error:
            print(f"bureau.py: {m['seq']} is not stored: {error}", file=sys.stderr)
            self.state, self.told = "rejecting", self.stored
            self.line.send(encode("reject", bureau=self.args.bureau, seq=m["seq"], epoch=self.epoch, reason=str(error)[:500], retry=True))

    def on_refusal(self, m):
        if m.get("retry"):
            self.ask(1 if m["code"] == "throttled" else 0.5)
        elif m["code"] not in ("not_subscribed", "stale_epoch"):
            sys.exit(f"bureau.py: {m['code']}: {m['message']}")  # final: a person has to look
        elif self.state != "asking":
            self.ask()

    def handle(self, name, m):
        if name == "delivery":
            self.on_delivery(m)
        elif name == "welcome" and m["bureau"] == self.args.bureau:
            self.on_welcome(m)
        elif name == "refusal":
            self.on_refusal(m)
        elif name == "heartbeat":
            self.head = m["head"]
        elif name == "blocked" and self.state == "rejecting":
            self.state, self.next = "active", m["seq"]

    def tick(self, now):
        if now - self.line.heard > 10:
            self.line.open()
            self.ask()
        if self.state == "asking" and now >= self.hello_at:
            hello = encode("hello", bureau=self.args.bureau, last_seq=self.store.last(), credit=CREDIT, version=1, consumer="bureau.py")
            self.hello_at = now + (2 if self.line.send(hello) else 0.05)
        if self.state != "asking" and (self.news() > 0 or now - self.spoke >= 2):
            self.ack(now)

    def run(self):
        while not stopping and not (self.args.once and self.state == "active" and self.stored >= self.head):
            self.tick(time.monotonic())
            self.line.socket.poll(50 if self.state == "asking" else 500)
            for name, _, m in self.line.receive():
                try:
                    self.handle(name, m)
                except (KeyError, TypeError) as error:
                    print(f"bureau.py: ignored a {name}: {error!r}", file=sys.stderr)
                if self.news() >= CREDIT // 4 or stopping:
                    break  # acknowledge what is stored
        if self.state == "asking":
            return
        self.ack(time.monotonic())
        self.line.send(encode("goodbye", bureau=self.args.bureau, epoch=self.epoch))
        end = time.monotonic() + 1
        while time.monotonic() < end and not any(name == "goodbye" for name, _, _ in self.line.receive()):
            self.line.socket.poll(50)


class Reporter:
    def __init__(self, args):
        self.args, self.line, self.failed, self.lines, self.rest, self.eof = args, Line(args), False, 0, b"", False
        self.order = collections.deque()  # everything that was read and not printed
        self.cases = collections.defaultdict(collections.deque)  # of each case the events that are not answered
        self.out = {}  # the first of each case, by trace id

    def read(self):
        data = os.read(0, 65536)
        self.eof = not data
        *lines, self.rest = (self.rest + (data or b"\n")).split(b"\n")
        for line in filter(bytes.strip, lines):
            self.lines += 1
            rq = {"trace": self.lines, "due": 0, "pause": 0.25, "answer": None}
            self.order.append(rq)
            try:
                m = json.loads(line)
                rq["id"], rq["case"] = m["event_id"], m["number"]
                rq["frame"] = encode("feedback", rq["trace"], **{**m, "bureau": self.args.bureau})
                self.cases[rq["case"]].append(rq)
                if len(self.cases[rq["case"]]) == 1:
                    self.out[rq["trace"]] = rq
            except (ValueError, KeyError, TypeError) as error:
                rq["answer"] = {"line": self.lines, "error": {"code": "bad_line", "message": f"{type(error).__name__}: {error}"}}

    def on_answer(self, name, trace, m):
        rq, ref = self.out.get(trace), m.get("event_id") if name == "feedback_result" else m.get("ref")
        if name not in ("feedback_result", "refusal") or rq is None or ref not in (None, rq["id"]):
            return
        if m.get("retry"):
            rq["due"] = time.monotonic() + max(rq["pause"], 1 if m["code"] == "throttled" else 0)
            rq["pause"] = min(2 * rq["pause"], 5)
            return
        if name == "refusal":
            rq["answer"] = {"event_id": rq["id"], "error": {"code": m["code"], "message": m["message"], "field": m.get("field")}}
        else:
            rq["answer"] = {"event_id": rq["id"], "ok": True, **m}
        del self.out[trace]
        case = self.cases[rq["case"]]
        case.popleft()
        if case:
            self.out[case[0]["trace"]] = case[0]
        else:
            del self.cases[rq["case"]]

    def tick(self, now):
        if self.out and now - self.line.heard > 15:
            self.line.open()
            for rq in self.out.values():
                rq["due"] = now
        for rq in self.out.values():
            if now >= rq["due"]:
                rq["due"] = now + (3 if self.line.send(rq["frame"]) else 0.05)
        while self.order and self.order[0]["answer"]:
            answer = self.order.popleft()["answer"]
            self.failed = self.failed or "error" in answer
            print(json.dumps(answer, ensure_ascii=False), flush=True)

    def run(self):
        while not stopping and (self.order or not self.eof):
            poller = zmq.Poller()
            poller.register(self.line.socket, zmq.POLLIN)
            if not self.eof and len(self.order) < WINDOW:
                poller.register(0, zmq.POLLIN)
            if not self.out:
                self.line.heard = time.monotonic()  # nothing is expected
            if 0 in dict(poller.poll(50)):
                self.read()
            for answer in self.line.receive():
                self.on_answer(*answer)
            self.tick(time.monotonic())
        return 1 if self.failed or self.order else 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("mode", choices=("subscribe", "report"))
    p.add_argument("--connect", required=True, metavar="ENDPOINT", help="ipc:///PATH or tcp://HOST:PORT: deliver to subscribe, feedback to report")
    p.add_argument("--bureau", required=True, type=int, metavar="CODE", help="whose queue, like 440300")
    p.add_argument("--server-key", metavar="Z85", help="the server's public key; for tcp://")
    p.add_argument("--key", metavar="FILE", help="our own certificate, with the secret key")
    p.add_argument("--store", default="bureau.sqlite", metavar="FILE", help="where deliveries are kept (bureau.sqlite)")
    p.add_argument("--once", action="store_true", help="end when the queue is empty")
    args = p.parse_args()
    if bool(args.server_key) != bool(args.key):
        p.error("--server-key and --key come together")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))
    return (Subscriber if args.mode == "subscribe" else Reporter)(args).run()


if __name__ == "__main__":
    sys.exit(main())

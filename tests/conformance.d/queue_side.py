# SPDX-License-Identifier: Apache-2.0
"""A dispatcher as the protocol wants it, for one client, which a scenario makes do wrong. It checks every word of the client."""
import time

from frames import Fault, encode, example, needed
from world import START, STEP_MS, World

PORTALS = 6  # queues up to this number are those of portals
FRESH = 5_000_000_000  # where the queue stands for a client that names no last_seq: behind 32 bits


class Dispatcher(World):
    takes = ("hello", "ack", "reject", "goodbye")
    mode = "subscribe"

    def __init__(self, options, number):
        super().__init__(options, number)
        self.message = "writer_notice" if self.bureau <= PORTALS else "delivery"
        self.items, self.base = [], None  # item i has sequence base + i + 1
        self.peer, self.state, self.epoch = None, None, 11  # state: None, standby, active
        self.sent = self.most = self.acked = self.credit = self.window = 0  # the first three count from base
        self.excused, self.killed = set(), False
        self.hellos, self.hello, self.beat_at = 0, {}, 0
        # What a scenario may change.
        self.mute = False  # reads, but neither speaks nor believes
        self.on_hello = None  # instead of a welcome; true: it has answered
        self.lose = None  # index that is not sent, once
        self.limit = None  # deliver so many
        self.blocked = None  # index that the queue is blocked at

    # ---- The queue ----

    def fitting(self, values):
        """What a scenario says of a delivery, for a portal's notices."""
        if self.message == "delivery":
            return values
        names = {"notice": "event", "body": "reply"}
        return {names[name]: value for name, value in values.items() if name in names}

    def offer(self, n, **values):
        for _ in range(n):
            self.items.append(example(self.message) | {"number": f"440300-20261123-{len(self.items):06}-0"} | self.fitting(values))

    def offer_bare(self, notice):
        self.items.append(needed(self.message) | self.fitting({"notice": notice}))

    def frame_of(self, i, **more):
        return encode(self.message, **more, **(self.items[i] | {"seq": self.base + i + 1}))

    def say(self, name, **values):
        return self.send(self.peer, encode(name, **values))

    def welcome(self, active=True):
        self.state = "active" if active else "standby"
        self.epoch += active
        self.say("welcome", bureau=self.bureau, last_seq=self.base + self.sent, head=self.base + len(self.items),
                 epoch=self.epoch if active else 0, active=active, first=1, version=1)

    def gone(self):
        """The client's connection is no more."""
        self.peer, self.state = None, None

    def refuse(self, code, field="", retry=False):
        self.state = None
        self.say("refusal", code=code, message=f"{code}, says the conformance set", field=field, retry=retry)

    def pump(self):
        stop = len(self.items) if self.limit is None else self.limit
        if self.blocked is not None:
            stop = min(stop, self.blocked)
        while self.state == "active" and not self.mute and self.credit > 0 and self.sent < stop:
            if self.sent == self.lose:
                self.lose = None
            elif not self.send(self.peer, self.frame_of(self.sent)):
                self.state = None
                return
            self.sent += 1
            self.most = max(self.most, self.sent)
            self.credit -= 1

    def beat(self):
        if self.peer and not self.mute and time.monotonic() >= self.beat_at:
            self.beat_at = time.monotonic() + 2
            blocked = {} if self.blocked is None else {"blocked": self.base + self.blocked + 1}
            self.say("heartbeat", bureau=self.bureau, head=self.base + len(self.items), epoch=self.epoch if self.state == "active" else 0, **blocked)

    # ---- What the client says ----

    def turn(self, ms=STEP_MS):
        for peer, name, _, m in self.receive(ms):
            if m["bureau"] != self.bureau:
                raise Fault(f"{name}.bureau is {m['bureau']}, not {self.bureau}")
            getattr(self, "take_" + name)(peer, m)
        self.pump()
        self.beat()

    def take_hello(self, peer, m):
        if self.base is None:
            self.base = m.get("last_seq", FRESH)
        last = m.get("last_seq", self.base + self.acked) - self.base
        if last < self.acked:
            raise Fault(f"hello says last_seq {self.base + last}, but {self.base + self.acked} was acknowledged: acknowledge what is stored")
        if last > self.most:
            raise Fault(f"hello says last_seq {self.base + last}, but only {self.base + self.most} was sent")
        if m["credit"] < 1:
            raise Fault("hello.credit is 0: nothing may be sent")
        if "last_seq" in m:
            self.check_stored(last)
        self.hellos, self.hello, self.peer, self.state = self.hellos + 1, m, peer, None
        if self.mute or (self.on_hello and self.on_hello(m)):
            return
        self.sent = self.acked = last
        self.credit = self.window = m["credit"]
        self.welcome()

    def take_ack(self, peer, m):
        if self.mute or self.state == "standby":
            return
        if peer != self.peer or self.state is None:
            self.send(peer, encode("refusal", code="not_subscribed", message="say hello first", field="bureau", retry=False))
            return
        if m.get("epoch") == 0:
            return  # sent before it heard of its activation
        if m.get("epoch") != self.epoch:
            raise Fault(f"ack.epoch is {m.get('epoch')}; the welcome said {self.epoch}")
        seq = m["seq"] - self.base
        if not self.acked <= seq <= self.sent:
            raise Fault(f"ack.seq is {m['seq']}: {self.base + self.acked} was acknowledged, {self.base + self.sent} was sent")
        if self.credit + m["credit"] > 10000:
            raise Fault(f"the credit would be {self.credit + m['credit']}, over 10,000")
        self.acked = seq
        self.credit += m["credit"]
        self.check_printed(seq)

    def take_reject(self, peer, m):
        raise Fault(f"the client rejects {m['seq']}: {m['reason']}")

    def take_goodbye(self, peer, m):
        if peer == self.peer and self.state == "active" and m.get("epoch") != self.epoch:
            raise Fault(f"goodbye.epoch is {m.get('epoch')}; the welcome said {self.epoch}")
        if not self.mute:
            self.send(peer, encode("goodbye", **m))
        self.state = None

    # ---- What must hold ----

    def lines_due(self, upto):
        """The sequences that a line is printed for; a tombstone may have one."""
        due = [self.base + i + 1 for i in range(upto) if "skipped" not in (self.items[i].get("notice"), self.items[i].get("event"))]
        return [seq for seq in due if seq not in self.excused]

    def check_printed(self, upto):
        """What is acknowledged was printed before; each line once, in order, nothing left out."""
        if not self.has_client:
            return
        due = self.lines_due(len(self.items))
        got = [seq for seq in self.printed() if seq in set(due)]
        if len(set(got)) < len(got):
            raise Fault(f"applied twice: {sorted({s for s in got if got.count(s) > 1})}")
        if got != due[: len(got)]:
            raise Fault(f"applied out of order or with a gap: …{got[-10:]}")
        if len(got) < len(self.lines_due(upto)):
            raise Fault(f"{self.base + upto} is acknowledged, but the last line printed is {max(got, default='none')}")

    def check_stored(self, last):
        """hello's last_seq is what was printed; one line may be missing after kill -9 between its COMMIT and its printing."""
        if not self.has_client:
            return
        printed = set(self.printed())
        lacking = [seq for seq in self.lines_due(last) if seq not in printed]
        if lacking == [self.base + last] and self.killed:
            self.excused.add(self.base + last)
        elif lacking:
            raise Fault(f"hello says last_seq {self.base + last}, but these were not printed: {lacking[:10]}")
        if printed and last < max(printed) - self.base:
            raise Fault(f"hello says last_seq {self.base + last}, but {max(printed)} was printed as applied")

    def begin(self):
        """Binds, starts the client and waits for its hello."""
        if self.router is None:
            self.bind()
        hellos = self.hellos
        self.start()
        self.until("the first hello", lambda: self.hellos > hellos, START if self.has_client else self.options.patience)

    def deliver(self, n):
        """n more, to a client that is started if it was not, until they are acknowledged."""
        self.offer(n)
        if not self.hellos:
            self.begin()
        self.all_acked()

    def kill_client(self):
        self.kill()
        self.killed = True
        self.whole_lines()
        self.during(0.05)  # what it said before
        self.gone()

    def all_acked(self, seconds=15):
        def done():
            if self.ended() is not None:
                raise Fault(f"the client ended with status {self.ended()}: {self.errors()}")
            return self.acked >= len(self.items)
        self.until(f"all {len(self.items)} deliveries are acknowledged", done, seconds)
        self.check_printed(len(self.items))

# SPDX-License-Identifier: Apache-2.0
"""Scenarios of a queue's reader. Each is a function whose first line of words says what is expected."""
import random
import signal
import time

import zmq

from frames import Fault, encode, frame

NOTICES = ("letter", "revoked", "returned", "granted", "denied", "designated", "supplement", "supervised", "merged", "ended", "date")

EVENTS = ("accepted", "sent", "asked", "extended", "answered", "reworked", "closed", "refused", "referred", "merged", "withdrawn", "deferred",
          "terminated", "identity_opened")


def gaps(d, since):
    """The longest time between two words of the client."""
    times = [since] + [at for at, *_ in d.log if at > since] + [time.monotonic()]
    return max(b - a for a, b in zip(times, times[1:]))


def must_stay(d, hellos):
    if d.hellos > hellos:
        raise Fault("hello again without a reason")
    if d.ended() is not None:
        raise Fault(f"the client ended with status {d.ended()}: {d.errors()}")


def hello(d):
    """a hello with this bureau, credit, and no last_seq or a valid one; deliveries are acknowledged with the welcome's epoch"""
    d.deliver(5)


def credit(d):
    """the client grants again what it used, is never sent more than it granted, and acknowledges cumulatively"""
    d.begin()
    d.offer(min(3 * d.hello["credit"] + 5, 1500))
    d.all_acked(30)
    if d.hellos > 1:
        raise Fault("hello again without a reason")
    d.until("the credit is granted again", lambda: d.credit >= d.window // 2, 6)
    if d.credit > d.window:
        raise Fault(f"{d.credit} deliveries are granted, but hello said {d.window}: credit is what is left plus what is added")


def one_by_one(d):
    """a single delivery is acknowledged within 2 s, before the credit is used up"""
    d.begin()
    for _ in range(3):
        d.offer(1)
        d.all_acked(2.5)


def duplicates(d):
    """what comes a second time has no second effect"""
    d.deliver(10)
    for i in range(4, 10):
        d.send(d.peer, d.frame_of(i))
        d.credit -= 1
    d.deliver(10)


def rewind(d):
    """a welcome that begins before what is stored: duplicates are skipped, and acknowledged as they come, not beyond"""
    d.deliver(10)
    d.limit = 10

    def earlier(m):
        d.sent = d.acked = 4
        d.credit = d.window = m["credit"]
        d.limit = 4
        d.welcome()
        return True
    d.on_hello, hellos = earlier, d.hellos
    d.refuse("stale_epoch", "epoch")
    d.until("hello again after stale_epoch", lambda: d.hellos > hellos, 5)
    d.during(2.5)  # nothing came yet, so nothing is acknowledged but where it begins
    d.on_hello, d.limit = None, None
    d.deliver(10)


def gap(d):
    """behind a gap nothing is applied: hello again from the last stored"""
    d.offer(20)
    d.lose = 7
    d.begin()
    d.until("hello again after the gap", lambda: d.hellos > 1, 10)
    if d.has_client and d.hello.get("last_seq", d.base + 7) != d.base + 7:
        raise Fault(f"7 are stored, hello says last_seq {d.hello['last_seq'] - d.base}")
    d.all_acked()


def vanish(d):
    """the server goes and comes back, as a new process: hello again with the last stored"""
    for _ in range(2):
        d.deliver(10)
        hellos = d.hellos
        d.unbind()
        d.gone()
        time.sleep(1)
        d.bind()
        d.until("hello again after the server came back", lambda: d.hellos > hellos, 15)
    d.deliver(10)


def unknown_session(d):
    """not_subscribed and stale_epoch: hello again at once, and a new epoch from then on"""
    for code in ("not_subscribed", "stale_epoch"):
        d.deliver(5)
        hellos = d.hellos
        d.refuse(code, "epoch")
        d.until(f"hello again after {code}", lambda: d.hellos > hellos, 5)
    d.deliver(5)


def silence(d):
    """10 s without a word: a new hello; not sooner, not much later"""
    d.deliver(3)
    d.during(0.5)
    d.mute, since, hellos = True, time.monotonic(), d.hellos
    d.until("a hello after 10 s of silence", lambda: d.hellos > hellos, 18)
    took = time.monotonic() - since
    if took < 7:
        raise Fault(f"hello again after {took:.0f} s of silence: 10 s are asked for")
    d.mute = False
    d.deliver(3)


def unanswered(d):
    """a hello without an answer is repeated after about 2 s"""
    d.offer(3)
    d.on_hello = lambda m: d.hellos <= 2
    d.begin()
    for n in (2, 3):
        since = time.monotonic()
        d.until("the hello is repeated", lambda: d.hellos >= n, 6)
        if time.monotonic() - since < 0.5:
            raise Fault("hello again without a pause")
    d.all_acked()


def heartbeat(d):
    """an ack at least every 5 s keeps the session while nothing is delivered"""
    d.deliver(3)
    since, hellos = time.monotonic(), d.hellos
    d.during(12, lambda: must_stay(d, hellos))
    if gaps(d, since) > 5.5:
        raise Fault(f"{gaps(d, since):.1f} s without a word: 5 s at the most")
    d.deliver(3)


def stand_by(d, m):
    d.credit = d.window = m["credit"]
    d.welcome(active=False)
    return True


def standby(d):
    """standing by: heartbeats, nothing applied; the second welcome makes it active"""
    d.offer(5)
    d.on_hello = lambda m: stand_by(d, m)
    d.begin()
    since, hellos = time.monotonic(), d.hellos
    d.during(1, lambda: must_stay(d, hellos))
    d.send(d.peer, d.frame_of(0))  # no good server does; and it is not for who stands by
    d.during(6, lambda: must_stay(d, hellos))
    if d.printed():
        raise Fault(f"applied {d.printed()} while standing by")
    if gaps(d, since) > 5.5:
        raise Fault(f"{gaps(d, since):.1f} s without a word while standing by: 5 s at the most")
    d.on_hello = None
    d.welcome()
    d.all_acked()


def retry(d):
    """a refusal with retry: hello again after a pause, at the start and in a session"""
    d.offer(5)
    d.on_hello = lambda m: d.hellos <= 2 and (d.refuse("database_away", retry=True) or True)
    d.begin()
    for n in (2, 3):
        since = time.monotonic()
        d.until("hello again after database_away", lambda: d.hellos >= n, 8)
        if time.monotonic() - since < 0.2:
            raise Fault("hello again without a pause")
    d.all_acked()
    hellos = d.hellos
    d.refuse("throttled", retry=True)
    d.until("hello again after throttled", lambda: d.hellos > hellos, 8)
    d.deliver(5)


FINAL = [("not_yours", "bureau", False), ("out_of_range", "last_seq", False), ("retired", "last_seq", False), ("old_protocol", "", False),
         ("unknown_value", "bureau", False), ("taken_over", "", True), ("key_revoked", "", True)]


def refused(d):
    """a final refusal ends the client with an error, and it says hello no more (needs a client command)"""
    for code, field, later in FINAL:
        d.on_hello = None if later else lambda m: d.refuse(code, field) or True
        d.begin()
        if later:
            d.offer(2)
            d.all_acked()
            d.refuse(code, field)
        hellos = d.hellos

        def over():
            if d.hellos > hellos:
                raise Fault(f"hello again after {code}, which is final")
            return d.ended() is not None
        d.until(f"the client ends after {code}", over, 10)
        if d.ended() == 0:
            raise Fault(f"{code} ends the client with exit status 0")


def blocked(d):
    """a blocked queue: the client waits with heartbeats, then takes the tombstone and what is behind it"""
    d.offer(3)
    d.offer_bare("skipped")
    d.offer(3)
    d.blocked = 3
    d.begin()
    d.until("what is before the block is acknowledged", lambda: d.acked == 3, 10)
    since, hellos = time.monotonic(), d.hellos
    d.during(6, lambda: must_stay(d, hellos))
    if gaps(d, since) > 5.5:
        raise Fault(f"{gaps(d, since):.1f} s without a word at a blocked queue: 5 s at the most")
    d.blocked = None
    d.all_acked()
    must_stay(d, hellos)


def unknown(d):
    """unknown keys, messages and notices are skipped"""
    d.offer(3)
    more = {99: "未知", 120: [True, {5: "x"}], 127: {1: {2: [3]}}}
    d.on_hello = lambda m: d.hellos == 1 and strange_welcome(d, m, more)
    d.begin()
    d.all_acked()
    hellos = d.hellos
    d.send(d.peer, frame(999, b"\x81\x01\xa1x"))
    d.send(d.peer, encode("heartbeat", more=more, bureau=d.bureau, head=d.base + 3, epoch=d.epoch))
    d.offer(1, notice="of_tomorrow")
    d.items.append(dict(d.items[0]))
    d.limit = 4
    d.until("an unknown notice is acknowledged", lambda: d.acked == 4, 10)
    d.send(d.peer, d.frame_of(4, more=more))
    d.sent = d.most = 5
    d.credit, d.limit = d.credit - 1, None
    d.all_acked()
    must_stay(d, hellos)


def strange_welcome(d, m, more):
    d.state, d.epoch = "active", d.epoch + 1
    d.credit = d.window = m["credit"]
    d.send(d.peer, encode("welcome", more=more, bureau=d.bureau, last_seq=d.base, head=d.base + 3, epoch=d.epoch, active=True))
    return True


def garbage(d):
    """what is no frame of the protocol is ignored"""
    d.deliver(3)
    hellos, good = d.hellos, encode("heartbeat", bureau=d.bureau, head=d.base + 3, epoch=d.epoch)
    for raw in (b"", b"P", b"PB" + good[2:], good[:15], good[:-1], frame(10, b"\x93\x01\x02\x03"), frame(10, b"\xdf\xff\xff\xff\xff"),
                frame(10, b"\x81\x80\x01"), frame(10, b"\x81\x90\x01"),
                frame(9, good[16:], version=9), random.randbytes(500)):
        d.send(d.peer, raw)
    d.send(d.peer, good, b"a second part")
    d.send(d.peer, b"", good)
    d.deliver(3)
    must_stay(d, hellos)


def notices(d):
    """notices of every kind come without title, body and place"""
    for notice in NOTICES if d.message == "delivery" else EVENTS:
        d.offer_bare(notice)
    d.begin()
    d.all_acked()


def large(d):
    """a delivery at the limits: 20,000 Chinese characters, four bytes each in part"""
    d.offer(2, title="厅" * 200, place="深" * 200, body="平" * 20000)
    d.offer(1, body="𠮷" * 20000, supplement="安" * 20000)
    d.begin()
    d.all_acked()
    found = [line.get("body") for line in d.lines() if line.get("seq") == d.base + 1]
    if d.has_client and found and found[0] is not None and found[0] != "平" * 20000:
        raise Fault("the body is not the one that was sent")


def kill(d):
    """kill -9 in the middle, ten times: nothing is lost, nothing applied twice (needs a client command)"""
    d.limit = 0
    d.offer(2000)
    for _ in range(10):
        d.begin()
        for _ in range(4):  # best with lines that are printed and not acknowledged
            d.limit = min(d.limit + random.randrange(10, 40), 2000)
            d.until("a delivery is applied", lambda: max(d.printed(), default=0) > d.base + d.acked or d.acked == d.limit, 15)
            if d.acked < d.limit:
                break
        d.kill_client()
    d.begin()
    d.limit = d.sent + 100
    d.until("all are acknowledged", lambda: d.acked == d.limit, 15)


def goodbye(d):
    """SIGTERM: what is stored is acknowledged, goodbye is said, exit status 0 (needs a client command)"""
    d.deliver(10)
    d.kill(signal.SIGTERM)
    d.until("the client ends after SIGTERM", lambda: d.ended() is not None, 6)
    d.turn()
    if d.ended() != 0:
        raise Fault(f"exit status {d.ended()} after SIGTERM")
    if not any(name == "goodbye" for _, name, _, _ in d.log):
        raise Fault("it ended without goodbye")


def impostor(d):
    """a server with another key hears nothing (with --curve)"""
    d.bind(server=zmq.curve_keypair())
    d.start()
    d.during(4)
    if d.log:
        raise Fault(f"{d.log[0][1]} was said to a server whose key is not the one that was given")


# The long ones first: with a client command they run side by side.
SCENARIOS = [silence, heartbeat, kill, standby, blocked, vanish, unanswered, refused, retry, hello, credit, one_by_one, duplicates, rewind, gap,
             unknown_session, unknown, garbage, notices, large, goodbye, impostor]
NEEDS_CLIENT, NEEDS_CURVE = {kill, goodbye, refused}, {impostor}

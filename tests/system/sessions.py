# SPDX-License-Identifier: Apache-2.0
"""Sessions, message by message, over the local socket and over TCP with CURVE: consumers take turns, by goodbye, by a lost
connection, by silence, by take_over; an old epoch's word counts for nothing; each error is named and ends its own session alone;
credit and window bound what is sent, also to one that has stopped to read."""
import threading
import time

from peer import NO_REPLY, Peer, frame
from public import Public
from system import SANITIZED, SYS, ask, check, counter, letters, main, running, sql, sql_int, submit, verify, wait_until

BUREAU, OTHER, SILENT, LONG = 440300, 440100, 440600, 441900
WINDOW = 262144
LOCAL = f"ipc://{SYS}/run/deliver.ipc"


def expect(answer, name, **values):
    got = answer[1] if answer != NO_REPLY else {}
    check(answer != NO_REPLY and answer[0] == name and all(got.get(k) == v for k, v in values.items()),
          "expected", name, values, "got", answer)
    return got


def refused(answer, code, field=""):
    check(answer != NO_REPLY and answer[0] == "refusal" and (answer[1]["code"], answer[1].get("field", "")) == (code, field),
          "expected", code, field, "got", answer)


def hello(peer, bureau=BUREAU, credit=0, active=True, **values):
    """The welcome, once it is the one wanted: a turn begins at most five times a second."""
    welcome = expect(peer.ask("hello", bureau=bureau, credit=credit, **values), "welcome", bureau=bureau, version=1, first=1)
    while active and not welcome["active"]:
        welcome = expect(peer.next(), "welcome")
    check(welcome["active"] == active and (welcome["epoch"] > 0) == active, welcome)
    return welcome


def no_session(peer, bureau=BUREAU):
    refused(peer.ask("ack", bureau=bureau, seq=0, credit=0), "not_subscribed", "bureau")


def deliveries(peer, n, after):
    for seq in range(after + 1, after + n + 1):
        expect(peer.next(), "delivery", seq=seq)


def in_time(peer, seconds, **values):
    began = time.monotonic()
    welcome = expect(peer.next(seconds), "welcome", **values)
    return welcome, time.monotonic() - began


# ---- Turns ----


def turns(connect):
    with connect() as a, connect() as b, connect() as c:
        first = hello(a, credit=3, last_seq=0, consumer="a")
        deliveries(a, 3, 0)
        stands = hello(b, credit=1, last_seq=1, active=False)
        check(stands["last_seq"] == 1, stands)
        hello(c, active=False)
        check(b.ask("ack", bureau=BUREAU, seq=0, credit=0, epoch=0, seconds=0.3) == NO_REPLY, "a heartbeat of one that waits")
        a.send("ack", bureau=BUREAU, seq=2, credit=0, epoch=first["epoch"])
        expect(a.ask("goodbye", bureau=BUREAU, epoch=first["epoch"]), "goodbye", bureau=BUREAU)
        second, _ = in_time(b, 2, active=True, last_seq=1)
        check(second["epoch"] == first["epoch"] + 1, second, "after", first)
        deliveries(b, 1, 1)
        # The old one's words, with its epoch and without; its hello puts it behind the one that waits.
        refused(a.ask("ack", bureau=BUREAU, seq=3, credit=1, epoch=first["epoch"]), "stale_epoch", "epoch")
        refused(a.ask("reject", bureau=BUREAU, seq=3, reason="x", epoch=first["epoch"]), "stale_epoch", "epoch")
        refused(a.ask("goodbye", bureau=BUREAU, epoch=first["epoch"]), "stale_epoch", "epoch")
        no_session(a)
        hello(a, active=False)
        b.close()
        third, took = in_time(c, 5, active=True)
        check(third["epoch"] == second["epoch"] + 1 and third["last_seq"] >= 2, third)
        check(took < 4, "a lost connection was noticed after", took)
        # The active one's own old epoch ends its session.
        refused(c.ask("ack", bureau=BUREAU, seq=2, credit=1, epoch=second["epoch"]), "stale_epoch", "epoch")
        no_session(c)
        in_time(a, 2, active=True)


def lost_and_taken_over(connect):
    with connect() as a, connect() as b:
        gone = connect()
        old = hello(gone)
        gone.close()
        fresh = hello(a)  # whoever comes finds out at once that nobody is there
        check(fresh["epoch"] == old["epoch"] + 1, old, fresh)
        again = hello(a, credit=1, last_seq=0)  # hello again on the same connection is no new turn
        check(again["epoch"] == fresh["epoch"], fresh, again)
        deliveries(a, 1, 0)
        taken = hello(b, take_over=True, last_seq=0)
        check(taken["epoch"] > fresh["epoch"], taken)
        refused(a.next(), "taken_over")
        refused(a.ask("ack", bureau=BUREAU, seq=1, credit=0, epoch=fresh["epoch"]), "stale_epoch", "epoch")
        expect(b.ask("goodbye", bureau=BUREAU, epoch=taken["epoch"]), "goodbye")
        expect(b.ask("goodbye", bureau=BUREAU), "goodbye")


def silence(result):
    """In a thread: one that says nothing loses its turn after 15 s to one that does."""
    try:
        with Peer(LOCAL) as a, Peer(LOCAL) as b:
            old = hello(a, SILENT)
            hello(b, SILENT, active=False)
            began = time.monotonic()
            while (answer := b.ask("ack", bureau=SILENT, seq=0, credit=0, epoch=0, seconds=1)) == NO_REPLY:
                check(time.monotonic() - began < 20, "the silent one still has its turn")
            took = time.monotonic() - began
            expect(answer, "welcome", active=True, epoch=old["epoch"] + 1)
            check(14 < took < 18, "silence was noticed after", took)
            while a.next(0.1, skip=()) != NO_REPLY:
                pass
            refused(a.ask("ack", bureau=SILENT, seq=0, credit=0, epoch=old["epoch"]), "stale_epoch", "epoch")
            result.append(f"{took:.1f} s")
    except BaseException as wrong:
        result.append(wrong)


# ---- Errors ----

ACK = {"bureau": BUREAU, "credit": 0}
ERRORS = [
    ("a store that is ahead", "hello", {**ACK, "last_seq": 10**12}, "out_of_range", "last_seq"),
    ("no such sequence", "hello", {**ACK, "last_seq": -1}, "out_of_range", "last_seq"),
    ("a negative credit", "hello", {"bureau": BUREAU, "credit": -1}, "out_of_range", "credit"),
    ("an absurd credit", "hello", {"bureau": BUREAU, "credit": 10001}, "out_of_range", "credit"),
    ("no queue named", "hello", {"credit": 1}, "missing", "bureau"),
    ("beyond what was sent", "ack", {**ACK, "seq": 4}, "out_of_range", "seq"),
    ("over 10,000 in all", frame("ack", bureau=BUREAU, seq=0, credit=10000), None, "out_of_range", "credit"),
    ("a negative credit", "ack", {"bureau": BUREAU, "seq": 0, "credit": -1}, "out_of_range", "credit"),
    ("another turn", "ack", {**ACK, "seq": 0, "epoch": 10**9}, "stale_epoch", "epoch"),
    ("not sent", "reject", {"bureau": BUREAU, "seq": 4, "reason": "x"}, "out_of_range", "seq"),
    ("no reason", "reject", {"bureau": BUREAU, "seq": 1}, "missing", "reason"),
    ("a message of another socket", "lookup", {"ref": "r", "channel": 1, "number": "n", "code": "c"}, "unknown_message", ""),
    ("a message that we send", "heartbeat", {"bureau": BUREAU, "head": 1}, "unknown_message", ""),
    ("a version to come", frame("ack", version=2, bureau=BUREAU, seq=0, credit=0), None, "old_protocol", ""),
    ("no frame", b"GET / HTTP/1.1", None, "bad_frame", ""),
    ("an empty frame", b"", None, "bad_frame", ""),
    ("a body cut short", frame("ack", bureau=BUREAU, seq=0, credit=0)[:-1], None, "bad_frame", ""),
]


def errors(connect):
    with connect() as bad, connect() as waits, Peer(LOCAL) as other:
        others = hello(other, OTHER, credit=1, last_seq=0)
        deliveries(other, 1, 0)
        for what, name, values, code, field in ERRORS:
            before = counter("dispatcherd", "messages_refused_total")
            hello(bad, credit=3, last_seq=0)
            deliveries(bad, 3, 0)
            if what == "over 10,000 in all":
                bad.send_bytes(name)  # the first time it is right
            hello(waits, active=False)
            bad.send_bytes(name) if values is None else bad.send(name, **values)
            answer = bad.next(skip=("heartbeat", "delivery"))
            check(answer != NO_REPLY and answer[1].get("code") == code, what, answer)
            refused(answer, code, field)
            mine, _ = in_time(waits, 2, active=True)
            expect(waits.ask("goodbye", bureau=BUREAU, epoch=mine["epoch"]), "goodbye")
            no_session(bad)
            check(counter("dispatcherd", "messages_refused_total") >= before + 1, what, "was not counted")
        other.send("ack", bureau=OTHER, seq=1, credit=1, epoch=others["epoch"])
        deliveries(other, 1, 1)  # nothing was harmed there


def unknown_queues():
    with Peer(LOCAL) as peer:
        for code in (440304, 7, 999999999):
            refused(peer.ask("hello", bureau=code, credit=1), "unknown_value", "bureau")


def crowd(connect):
    peers = [connect() for _ in range(9)]
    try:
        hello(peers[0])
        for peer in peers[1:8]:
            hello(peer, active=False)
        refused(peers[8].ask("hello", bureau=BUREAU, credit=0), "too_many", "bureau")
        check(counter("dispatcherd", "consumers_standing_by") >= 7 or wait_until(
            2, "seven stand by", lambda: counter("dispatcherd", "consumers_standing_by") >= 7))
        peers[3].close()
        wait_until(5, "there is room when one has gone",
                   lambda: peers[8].ask("hello", bureau=BUREAU, credit=0)[0] == "welcome")
    finally:
        for peer in peers:
            peer.close()


def retired():
    """What is not kept any more is refused by name; here the table only says so."""

    def asks():
        with Peer(LOCAL) as peer:
            answer = peer.ask("hello", bureau=BUREAU, credit=1, last_seq=2)
            if answer[0] == "refusal":
                no_session(peer)
                return answer
        return None

    sql(f"UPDATE bureau_head SET first_seq = 4 WHERE bureau = {BUREAU}")
    try:
        refused(wait_until(5, "the dispatcher has looked", asks), "retired", "last_seq")
        with Peer(LOCAL) as peer:
            welcome = expect(peer.ask("hello", bureau=BUREAU, credit=1, last_seq=3), "welcome", first=4)
            while not welcome["active"]:
                welcome = expect(peer.next(), "welcome")
            deliveries(peer, 1, 3)
    finally:
        sql(f"UPDATE bureau_head SET first_seq = 1 WHERE bureau = {BUREAU}")


# ---- Credit and window ----


def credit(connect):
    with connect() as peer:
        welcome = hello(peer, credit=5, last_seq=0)
        deliveries(peer, 5, 0)
        check(peer.next(0.5) == NO_REPLY, "more than the credit came")
        peer.send("ack", bureau=BUREAU, seq=2, credit=3, epoch=welcome["epoch"])
        deliveries(peer, 3, 5)
        check(peer.next(0.5) == NO_REPLY, "more than the credit came")
        peer.send("ack", bureau=BUREAU, seq=8, credit=0, epoch=welcome["epoch"])
        check(peer.next(0.5) == NO_REPLY, "an acknowledgement granted something")


def resident():
    (line,) = (x for x in ask("dispatcherd", "metrics").splitlines() if x.startswith("process_resident_memory_bytes"))
    return int(line.split()[-1]) / 2**20


def window(connect, n):
    """Long letters to one that grants everything and reads nothing; then to one that reads and does not acknowledge."""
    with connect() as asleep:
        asleep.send("hello", bureau=LONG, credit=10000, last_seq=0)
        flying = wait_until(10, "the window is full",
                            lambda: (b := counter("dispatcherd", "in_flight_bytes")) > WINDOW - 70000 and b)
        before, refused_before = resident(), counter("dispatcherd", "messages_refused_total")
        for _ in range(50):  # says hello again and again, and reads nothing
            asleep.send("hello", bureau=LONG, credit=10000, last_seq=0)
        wait_until(10, "they were put off", lambda: counter("dispatcherd", "messages_refused_total") >= refused_before + 45)
        grown = resident() - before
        flying = counter("dispatcherd", "in_flight_bytes")
        check(flying < WINDOW + 4 * 70000, flying, "bytes are on their way to one that does not read")
        check(SANITIZED or grown < 8, "memory grew by", grown, "MiB")
    with connect() as peer:
        welcome = hello(peer, LONG, credit=10000, last_seq=0)
        got = 0
        while (answer := peer.next(0.5)) != NO_REPLY:
            got += 1
            expect(answer, "delivery", seq=got)
        check(2 <= got <= WINDOW // 60000 + 2, got, "long letters came into a window of", WINDOW)
        for seq in range(1, n + 1):
            peer.send("ack", bureau=LONG, seq=min(seq, got), credit=0, epoch=welcome["epoch"])
            if got < n:
                got += 1
                expect(peer.next(), "delivery", seq=got)
        peer.send("ack", bureau=LONG, seq=n, credit=0, epoch=welcome["epoch"])
        wait_until(20, "nothing is on its way any more", lambda: counter("dispatcherd", "in_flight_bytes") == 0)


def fill():
    for bureau, n in ((BUREAU, 20), (OTHER, 5)):
        submit(letters(f"s{bureau}", n, "CLOSED", str(bureau))[0])
    (long,) = letters("long", 1, "CLOSED", str(BUREAU))[0]
    long.update(mailbox=str(LONG), place="东莞市", body=(long["body"] + "。")[:200].ljust(20000, "长"))
    long.pop("writer")  # of one writer, the same letter again would join the first
    submit([{**long, "client_ref": f"long-{i}"} for i in range(30)])
    count = {bureau: f"SELECT next_seq - 1 FROM bureau_head WHERE bureau = {bureau}" for bureau in (BUREAU, OTHER, LONG)}
    wait_until(30, "the queues are filled",
               lambda: sql_int(count[BUREAU]) >= 20 and sql_int(count[OTHER]) >= 5 and sql_int(count[LONG]) >= 30)


def test():
    public = Public(bureaus=(BUREAU, LONG), options=f"dispatcher\n    window = {WINDOW}\n")
    with running():
        fill()
        quiet = []
        thread = threading.Thread(target=silence, args=(quiet,), daemon=True)
        thread.start()
        for connect in (lambda b=BUREAU: Peer(LOCAL), lambda b=BUREAU: public.peer(public.deliver, b)):
            for part in (turns, lost_and_taken_over, errors, crowd, credit):
                part(connect)
            window(lambda: connect(LONG), 30)
        unknown_queues()
        retired()
        thread.join(30)
        check(quiet and isinstance(quiet[0], str), "silence:", *quiet)
        check(counter("dispatcherd", "queue_gaps_total") == 0, "gaps")
        print(f"{len(ERRORS)} errors by two doors; silence noticed after {quiet[0]}; {resident():.0f} MiB")
        verify()


main(test)

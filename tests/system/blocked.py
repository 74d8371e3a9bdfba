# SPDX-License-Identifier: Apache-2.0
"""A delivery that its bureau cannot take in: it comes again after pauses that grow, blocks the queue visibly, and nothing passes it
until the desk retries, parks or skips it. What a replay brings again blocks nobody. A delivery that ends each session blocks, too."""
import json
import time

import system
from peer import NO_REPLY, Peer
from system import CONFIG, SYS, check, counter, ctl, kill, letters, main, objects, running, sql, sql_int, submit, verify, wait_until

BUREAU, OTHER = 440300, 440100
LOCAL = f"ipc://{SYS}/run/deliver.ipc"
ATTEMPTS = 3


def expect(answer, name, **values):
    got = answer[1] if answer != NO_REPLY else {}
    check(answer != NO_REPLY and answer[0] == name and all(got.get(k) == v for k, v in values.items()),
          "expected", name, values, "got", answer)
    return got


class Consumer(Peer):
    def __init__(self, bureau=BUREAU, credit=1, **values):
        super().__init__(LOCAL)
        self.bureau = bureau
        welcome = expect(self.ask("hello", bureau=bureau, credit=credit, **values), "welcome")
        while not welcome["active"]:
            welcome = expect(self.next(), "welcome")
        self.epoch = welcome["epoch"]

    def take(self, seq, seconds=5, **values):
        return expect(self.next(seconds), "delivery", seq=seq, **values)

    def ack(self, seq, credit=1):
        self.send("ack", bureau=self.bureau, seq=seq, credit=credit, epoch=self.epoch)

    def reject(self, seq, retry=None, **values):
        self.send("reject", bureau=self.bureau, seq=seq, reason="字段 place 超过本系统长度", retry=retry, epoch=self.epoch)
        return expect(self.next(skip=("heartbeat", "delivery")), "blocked", seq=seq, **values)


def queue(bureau=BUREAU):
    (row,) = (q for q in objects(ctl("queues", "--json").stdout) if int(q["bureau"]) == bureau)
    return row


def desk(verb, seq, status=0):
    done = ctl("queue", verb, BUREAU, seq, "--reason", "与分局核实", "--as", "dispatcher@440000")
    check(done.returncode == status, verb, seq, done.returncode, done.stderr.decode())
    return done.stderr.decode()


def beat_says(peer, blocked):
    wait_until(6, f"a heartbeat says blocked {blocked}",
               lambda: peer.next(3, skip=())[1].get("blocked") == blocked)


def rejected_until_it_blocks():
    """Three times, with pauses of one and two seconds; then nobody gets past it, also not after a kill."""
    with Consumer(last_seq=0, credit=2) as c:
        c.take(1), c.take(2)
        for attempt in range(1, ATTEMPTS + 1):
            c.reject(1, True, attempts=attempt, blocked=attempt == ATTEMPTS)
            if attempt == ATTEMPTS:
                break
            c.ack(0, credit=2)
            began = time.monotonic()
            c.take(1), c.take(2)
            check(2 ** (attempt - 1) - 0.05 < time.monotonic() - began < 2 ** (attempt - 1) + 1.5, "the pause")
        c.ack(0, credit=5)
        beat_says(c, 1)
        check(c.next(1) == NO_REPLY, "something passed the block")
        with Consumer(OTHER, last_seq=0) as other:
            other.take(1)  # others' queues go on
            other.ack(1)
    wait_until(5, "the table has the block", lambda: queue()["blocked"])
    shown = queue()
    check(shown["blocked"]["seq"] == 1 and shown["blocked"]["attempts"] == ATTEMPTS and "place" in shown["blocked"]["reason"], shown)
    check(b"place" in ctl("queues").stdout, "the plain list hides what blocks")
    kill("dispatcherd")
    wait_until(20, "it is back", lambda: ctl("status").returncode == 0)
    with Consumer(last_seq=1, credit=5) as c:  # also when the consumer says that it has what blocks
        beat_says(c, 1)
        check(counter("dispatcherd", "queues_blocked") == 1, "not counted")
        told = desk("retry", 2, status=1)
        check("not_blocked" in told, "the desk about another sequence:", told)
        desk("retry", 1)
        c.take(1)
        c.ack(1)
        c.take(2)


def the_desk_decides():
    """Rejected for good: parked, and skipped; the lines stay dense, and what was parked comes again as a new one."""
    head = sql_int(f"SELECT next_seq - 1 FROM bureau_head WHERE bureau = {BUREAU}")
    with Consumer(last_seq=1, credit=10) as c:
        first = c.take(2)
        for seq in range(3, 7):
            c.take(seq)
        c.reject(2, attempts=1, blocked=True)
        wait_until(5, "the table has the block", lambda: queue()["blocked"])
        desk("park", 2)
        c.ack(1, credit=10)
        gone = c.take(2, notice="skipped")
        check(not {"title", "body", "place", "supplement"} & gone.keys() and gone["number"] == first["number"], gone)
        c.take(3)
        c.ack(2, credit=0)
        c.reject(3, False, attempts=1, blocked=True)
        wait_until(5, "the table has the block", lambda: queue()["blocked"])
        desk("skip", 3)
        c.ack(2, credit=10)
        c.take(3, notice="skipped")
        c.take(4, notice="letter")
        c.ack(4, credit=100)
        check([row[0] for row in sql("SELECT seq FROM queue_tombstone ORDER BY seq")] == ["2", "3"], "tombstones")
        (dead,) = objects(ctl("dead", "list", "--json").stdout)
        done = ctl("dead", "retry", dead["id"])
        check(done.returncode == 0, done.stderr.decode())
        for seq in range(5, head + 1):
            c.take(seq)
        again = c.take(head + 1)
        check(again["number"] == first["number"] and again.get("body") == first.get("body"), again)
        c.ack(head + 1)
    events = [e["event"] for e in json.loads(ctl("show", first["number"], "--json").stdout)["events"]]
    check("queue.parked" in events, events)


def replay_blocks_nobody():
    """The saved position is far on: a line of long ago that is rejected comes again, and is no block."""
    with Consumer(last_seq=3, credit=1) as c:
        c.take(4)
        c.reject(4, False, attempts=1, blocked=False)
        c.ack(3)
        c.take(4)
        c.ack(4)
        c.take(5)
    check(not queue()["blocked"], queue())


def ends_each_session():
    """Whoever gets it dies: three sessions in vain, at least a second and two seconds apart, and it blocks."""
    before = counter("dispatcherd", "sessions_in_vain_total")
    (made,) = letters("poison", 1, "CLOSED", str(BUREAU))[0]
    head = sql_int(f"SELECT next_seq - 1 FROM bureau_head WHERE bureau = {BUREAU}")
    with Consumer(last_seq=head) as c:
        submit([made])
        c.take(head + 1, seconds=10)
    began = time.monotonic()
    starts = 1
    while counter("dispatcherd", "queues_blocked") == 0:
        check(time.monotonic() - began < 30, "not blocked after", starts, "sessions")
        with Consumer(last_seq=head) as c:
            starts += c.next(0.3) != NO_REPLY
    took = time.monotonic() - began
    check(starts >= ATTEMPTS and took > 2, starts, "sessions in", took)
    check(counter("dispatcherd", "sessions_in_vain_total") == before + ATTEMPTS, "sessions in vain")
    wait_until(5, "the table has the block", lambda: queue()["blocked"])
    check(queue()["blocked"]["seq"] == head + 1, queue())
    desk("retry", head + 1)
    with Consumer(last_seq=head) as c:
        c.take(head + 1)
        c.ack(head + 1)
        wait_until(5, "it is stored", lambda: queue()["acknowledged"] == head + 1)


def test():
    system.prepare()
    with CONFIG.open("a") as config:
        config.write(f"dispatcher\n    attempts = {ATTEMPTS}\n")
    with running():
        submit(letters("b", 12, "CLOSED", str(BUREAU))[0])
        submit(letters("o", 2, "CLOSED", str(OTHER))[0])
        wait_until(30, "the queues are filled",
                   lambda: sql_int(f"SELECT sum(next_seq - 1) FROM bureau_head WHERE bureau IN ({BUREAU}, {OTHER})") >= 14)
        for part in (rejected_until_it_blocks, the_desk_decides, replay_blocks_nobody, ends_each_session):
            part()
            print(part.__name__)
        verify()


main(test)

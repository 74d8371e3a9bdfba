# SPDX-License-Identifier: Apache-2.0
"""The conflict guard, attacked: letters that accuse a bureau, a county's bureau, its head or an officer, written to the accused's
own mailbox; then every act, queue, list, count and search with which it could reach them. guard_world.py says who may.

guard.py [UNIT...]: only these units. Exit status 1: something came through, and what."""
import json
import sys
import time

import guard_acts
import guard_looks
from guard_world import CANARY, NUMBER, UNITS, WAYS, Letter, Staff, all_accused_units, parent, queue_of, unknown_number
from system import DAEMONS, DIR, SYS, Failure, ask, check, ctl, main, prepare, running, sql, sql_int, submit, verify, wait_until

PLAIN = "路口的红绿灯已经三天不亮了。"


class World:
    def __init__(self, units):
        self.whole = not units
        self.units = units = units or all_accused_units()
        self.staff = Staff(all_accused_units())
        self.letters, self.leaks = [], []
        self.began = time.monotonic()
        self.plain = {u: self.letter(u, words=PLAIN) for u in units}  # which the unit has rightly
        self.later = {u: self.letter(u, words=PLAIN) for u in units}  # which turns out to accuse it
        s = self.staff
        self.accusing = [self.letter(u, way, [by]) for u in units
                         for way, by in zip(WAYS, (u, s.head[u], s.officer[u], s.second[u]))]
        self.accusing += [self.letter(u, way, [by[u]]) for u in units[1::5] for way, by in (("moved", s.moved), ("left", s.left))]
        # Letters that join one which accuses the unit beside theirs: the audience is then that of neither.
        self.joining = [(self.letter(u, "joins", [s.head[u]]), other) for u, other in self.neighbours()]

    def letter(self, *of, **more):
        self.letters.append(Letter(len(self.letters), *of, **more))
        return self.letters[-1]

    def neighbours(self):
        """Pairs of a unit and the letter that accuses the next unit of the same organ by its name."""
        by_name = {x.unit: x for x in self.accusing if x.way == "unit"}
        for a, b in zip(self.units, self.units[1:]):
            if parent(a) == parent(b):
                yield a, by_name[b]

    def of(self, number):
        return self.by_number.get(number)

    def leak(self, *words):
        self.leaks.append(" ".join(map(str, words)))

    def must_hold(self, phase):
        print(f"{time.monotonic() - self.began:6.1f} s  {phase}", flush=True)
        if self.leaks:
            raise Failure(f"{phase}: {len(self.leaks)} leaks\n  " + "\n  ".join(self.leaks[:12]))

    def send(self, letters):
        for letter, receipt in zip(letters, submit([x.json() for x in letters])):
            letter.number = receipt["number"]
            letter.unknown = unknown_number(letter.number, letter.index)
        self.by_number = {x.number: x for x in self.letters if x.number}

    def seen_in(self, text):
        """The letters of which something stands in a text."""
        found = {self.of(n) for n in NUMBER.findall(text)} | {self.letters[int(i)] for i in CANARY.findall(text)}
        return found - {None}


def states(letters, state):
    ids = ",".join(x.case() for x in letters)
    return sql_int(f"SELECT count(*) FROM case_file c JOIN code_list l ON l.list = 'case_state' AND l.code = c.state "
                   f"WHERE l.name = '{state}' AND c.id IN ({ids})")


def wait_all(letters, state):
    wait_until(20, f"{len(letters)} letters are {state}", lambda: states(letters, state) == len(letters))


def plain_letters(world):
    """What the units have rightly: a guard that hides everything would keep every promise here."""
    plain = [*world.plain.values(), *world.later.values()]
    world.send(plain)
    wait_all(plain, "HANDLING")
    for letter in plain:
        letter.legs = {queue_of(letter.unit)}
    guard_acts.hand_down(world, [x for x in plain if UNITS[x.unit][0] == "county"])
    guard_acts.sign(world)
    guard_looks.queues(world, replay=False)


def accusing_letters(world):
    letters = world.accusing + [x for x, _ in world.joining]
    world.send(letters)
    wait_all(letters, "TRIAGE")
    stored = {}
    for case, unit, officer in sql("SELECT case_id, unit, officer FROM accused"):
        stored.setdefault(case, set()).add((int(unit), int(officer)))
    for x in letters:
        named = {(a, 0) if isinstance(a, int) else (0, a.id) for a in x.accused}
        check(stored.get(x.case()) == named, "whom", x.number, "accuses:", stored.get(x.case()), "and not", named)


def no_traces(world):
    """Neither words nor writers in logs or on the status sockets."""
    for name in DAEMONS:
        for request in ("status", "metrics", "config"):
            if "靶" in ask(name, request):
                world.leak("words of a letter in", name, request)
    for log in [*(SYS / "log").iterdir(), *(DIR / "log").iterdir()]:
        text = log.read_bytes().decode(errors="replace")
        if "靶" in text:
            world.leak("words of a letter in", log)
    if "靶人" in json.dumps(sql("SELECT words FROM refused_event UNION ALL SELECT detail FROM journal"), ensure_ascii=False):
        world.leak("a writer's name in the journal")


def test():
    world = World([int(u) for u in sys.argv[1:]])
    prepare()
    loaded = ctl("policy", "load", world.staff.write())
    check(loaded.returncode == 0, loaded.stderr.decode())
    with running():
        plain_letters(world)
        world.must_hold("plain letters")
        before = guard_looks.counts(world)
        accusing_letters(world)
        guard_looks.same_counts(world, before)
        guard_looks.queues(world)
        world.must_hold("looked at while nobody has decided")
        guard_acts.in_triage(world)
        world.must_hold("the desk's wrong acts before it accepts")
        guard_acts.accepted(world)
        world.must_hold("the desk's wrong dispatches")
        guard_acts.at_work(world)
        guard_looks.queues(world)
        world.must_hold("the handlers' wrong ways")
        guard_acts.merged(world)
        guard_acts.strangers(world)
        world.must_hold("acts and feedback of the accused")
        guard_looks.everything(world)
        world.must_hold("looks of the accused")
        guard_acts.found_later(world)
        guard_looks.queues(world)
        guard_looks.readers(world)
        world.must_hold("discovered later")
        guard_acts.ended(world)
        guard_looks.reviews(world)
        guard_looks.queues(world)
        guard_looks.recomputed(world)
        no_traces(world)
        world.must_hold("rework, review, a new calendar, logs")
        verify()


main(test)

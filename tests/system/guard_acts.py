# SPDX-License-Identifier: Apache-2.0
"""What guard.py does: the right acts of desk and units, and every wrong one in between, which must change nothing."""
import json

from guard_world import PROVINCE, UNITS, Staff, above, children, parent, queue_of
from system import check, ctl, objects, sql, tool

NO = ("conflict", "not_found")
REPORT = {"outcome": "explained", "public_reply": "您好,已核查。", "internal_report": "已核查"}
sent = 0


def act(letter, event, unit=None, by=None, leg=None, number=None, **data):
    line = {"number": number or letter.number, "event": event}
    for name, value in (("unit", unit), ("as", by), ("leg", leg), ("data", data or None)):
        if value is not None:
            line[name] = value
    return line


def acts(lines):
    return objects(ctl("act", "-", lines=lines).stdout)


def event(letter, name, unit=None, number=None, **more):
    global sent
    sent += 1
    return {"event_id": f"guard-{sent}", "number": number or letter.number, "event": name, **({"unit": unit} if unit else {}), **more}


def reports(by_queue):
    """{queue: events}: {event_id: answer}"""
    answers = {}
    for queue, events in sorted(by_queue.items()):
        done = tool("bureauctl", "report", "--bureau", queue, lines=events)
        answers.update((a["event_id"], a) for a in objects(done.stdout))
    return answers


def report(pairs):
    """(queue, event) pairs; answers in their order."""
    by_queue = {}
    for queue, line in pairs:
        by_queue.setdefault(queue, []).append(line)
    answers = reports(by_queue)
    return [answers[line["event_id"]] for _, line in pairs]


def all_good(what, lines, answers):
    check(len(lines) == len(answers), what, len(lines), "lines,", len(answers), "answers")
    for line, answer in zip(lines, answers):
        check("error" not in answer, what, line, answer)


def snapshot():
    return sql("SELECT md5(string_agg(t, ' ' ORDER BY t)) FROM (SELECT concat('c', id, state, version, bureau, flags, round) AS t FROM case_file "
               "UNION ALL SELECT concat('l', case_id, '.', id, state, unit, flags) FROM leg "
               "UNION ALL SELECT concat('a', case_id, '.', unit, '.', officer, gone_at) FROM accused "
               "UNION ALL SELECT concat('r', case_id, '.', id, kind, state) FROM request "
               "UNION ALL SELECT concat('h', bureau, '.', next_seq) FROM bureau_head) all_of_it")


class Wrong:
    """Acts that must be refused and change nothing."""

    def __init__(self, world, what):
        self.world, self.what, self.lines, self.codes, self.events = world, what, [], [], []

    def act(self, codes, *of, **more):
        self.lines.append(act(*of, **more))
        self.codes.append(codes)

    def event(self, codes, queue, *of, **more):
        self.events.append((codes, queue, event(*of, **more)))

    def judge(self, codes, line, answer):
        code = answer.get("error", {}).get("code")
        if code not in codes:
            self.world.leak(self.what, json.dumps(line, ensure_ascii=False), "was answered", json.dumps(answer, ensure_ascii=False))

    def must_fail(self):
        before = snapshot()
        answers = acts(self.lines)
        check(len(answers) == len(self.lines), self.what, "answers:", len(answers))
        for codes, line, answer in zip(self.codes, self.lines, answers):
            self.judge(codes, line, answer)
        for (codes, _, line), answer in zip(self.events, report([(q, line) for _, q, line in self.events])):
            self.judge(codes, line, answer)
        if snapshot() != before:
            self.world.leak(self.what, "changed something, although all was refused")


# ---- Plain letters ----


def hand_down(world, letters):
    """The city's bureau signs and gives them to the county's."""
    lines = [(parent(x.unit), event(x, name, officer="A1", **more)) for x in letters for name, more in
             (("signed", {}), ("delegated", {"to": x.unit}))]
    all_good("hand down", lines, report(lines))
    for x in letters:
        x.legs.add(x.unit)


def sign(world):
    """The units take up what they have."""
    world.signed = [(queue_of(u), event(x, "signed", u, officer="A1")) for u, x in world.later.items()]
    all_good("sign", world.signed, report(world.signed))


# ---- Before it is dispatched ----


def in_triage(world):
    wrong = Wrong(world, "triage:")
    for x in world.accusing:
        for to in x.wrong_targets():
            wrong.act(NO, x, "accept", unit=to, by="受理员", category="14", kind="complaint")
            wrong.act(NO, x, "reclassify", unit=to, by="受理员", category="11", reason="改派")
            wrong.act(NO, x, "split", unit=to, by="受理员", category="11", reason="一信两事")
        plain = world.plain.get(x.roots()[0][0])
        if plain:
            wrong.act(NO, x, "merge", by="受理员", into=plain.number, reason="同一事项")
            wrong.act((*NO, "not_allowed"), plain, "merge", by="受理员", into=x.number, reason="同一事项")
        wrong.act(NO, x, "accept", by=f"专班@{PROVINCE}:{world.staff.below[x.unit].id}" if x.excluded(Staff.unit_below(x.unit))
                  else f"受理员@{x.unit}", category="14")
    wrong.must_fail()


def accepted(world):
    """Category 14 waits for the desk, the others are dispatched by the machine."""
    lines = [act(x, "accept", by="受理员", category="11" if x.way in ("moved", "left") else "14", kind="complaint") for x in world.accusing]
    all_good("accept", lines, acts(lines))
    waiting = [x for x in world.accusing if x.way not in ("moved", "left")]
    wrong = Wrong(world, "accepted:")
    for x in waiting:
        for to in x.wrong_targets():
            wrong.act(NO, x, "dispatch", unit=to, by="派单员")
            wrong.act(NO, x, "reclassify", unit=to, by="受理员", category="11", reason="改派")
        wrong.act(NO, x, "dispatch", by=f"派单员@{x.unit}")
    wrong.must_fail()
    organs = [act(x, "dispatch", unit=x.organ(), by="派单员") for x in waiting if x.way in ("head", "number")]
    others = [act(x, "dispatch", by="派单员") for x in waiting if x.way in ("unit", "officer")]
    all_good("dispatch", organs + others, acts(organs + others))
    for x in world.accusing:
        x.handler = x.organ() if x.way in ("head", "number") else x.suggested()
        x.legs = {x.handler}


# ---- While a unit works ----


def proper_other(x):
    """Another unit that may handle it."""
    return next(u for u in children(x.organ(), "legal", "supervision") if u != x.handler and x.may_handle(u))


def at_work(world):
    lines = [(queue_of(x.handler), event(x, "signed", x.handler, officer="A1")) for x in world.accusing]
    all_good("signed", lines, report(lines))
    wrong = Wrong(world, "at work:")
    for x in world.accusing:
        queue, reason = queue_of(x.handler), {"reason": "请办理", "reason_code": "not_our_duty", "officer": "A1"}
        for to in x.wrong_targets():
            below = NO if above(x.handler, to) else (*NO, "not_allowed")  # work is delegated to a unit below
            wrong.event(below, queue, x, "delegated", x.handler, to=to, officer="A1")
            wrong.event(NO, queue, x, "joined", x.handler, to=to, officer="A1")
            wrong.event(NO, queue, x, "return_requested", x.handler, to=to, **reason)
            wrong.event(NO, queue, x, "reassign_requested", x.handler, to=to, **reason)
            wrong.act(NO, x, "joined", unit=to, by="督办员")
            wrong.act(NO, x, "recall", unit=to, by="派单员", reason="改派")
            wrong.act((*NO, "not_allowed"), x, "dispatch", unit=to, by="派单员")
        wrong.event(NO, queue_of(x.unit), x, "reviewed", x.unit, officer="A2")
    wrong.must_fail()
    asked_for(world, "reassign_requested")
    asked_for(world, "return_requested", reason_code="not_our_duty")


def asked_for(world, request, **more):
    """A request stands, and granting it for another unit must not bring the letter to whom it accuses."""
    lines = [(queue_of(x.handler), event(x, request, x.handler, to=proper_other(x), reason="请改派", officer="A1", **more))
             for x in world.accusing]
    all_good(request, lines, report(lines))
    wrong = Wrong(world, f"grant of {request}:")
    for x in world.accusing:
        for target in x.wrong_targets():
            wrong.act(NO, x, "grant", unit=target, by="派单员")
    wrong.must_fail()
    denied = [act(x, "deny", by="派单员", reason="不同意") for x in world.accusing]
    all_good("deny", denied, acts(denied))


def merged(world):
    """Letters that accuse others join; nobody whom either accuses may see any of them."""
    lines = [act(x, "merge", by="受理员", into=into.number, reason="同一事项") for x, into in world.joining]
    all_good("merge", lines, acts(lines))
    for x, into in world.joining:
        into.accused += [a for a in x.accused if a not in into.accused]


# ---- The accused and strangers act ----


def plainly(answer, number):
    return json.dumps({k: v for k, v in answer.items() if k not in ("line", "event_id")}, sort_keys=True).replace(number, "N")


def events_of(actor):
    fsm = json.loads(ctl("fsm", "--json").stdout)
    return sorted({r["event"] for r in fsm["rules"] if actor in r["by"]} | {"grant", "deny"})


def strangers(world):
    """Every event there is, by posts and systems of whom a letter accuses: as if there were no such number."""
    desk, bureau = events_of("desk"), events_of("bureau")
    check(len(desk) > 50 and len(bureau) > 15, "events:", len(desk), len(bureau))
    before = snapshot()
    lines, pairs = [], []
    for k, x in enumerate(world.accusing):
        root = x.roots()[0][0]
        person = x.accused[0] if not isinstance(x.accused[0], int) else world.staff.below[x.unit]
        numbers = [x.unknown, x.number] if k == 0 else [x.number]
        for number in numbers:
            for i, name in enumerate(desk):
                by = (f"领导@{root}", f"专班@{PROVINCE}:{person.id}", f"督办员@{root}:{person.id}")[(i + k) % 3]
                data = {"reason": "查看", "level": "urge", "into": world.letters[0].number, "category": "14"}
                lines.append(act(x, name, unit=root, by=by, number=number, **data))
            for name in bureau:
                more = {"to": root, "reason": "请查", "days": 2, **REPORT}
                pairs.append((queue_of(root), event(x, name, root, number=number, **more)))
    alike(world, lines, acts(lines))
    alike(world, [line for _, line in pairs], report(pairs))
    if snapshot() != before:
        world.leak("acts of the accused changed something")


def alike(world, lines, answers):
    """The answers to an event are all the same as the first one, which was about a number that nobody was given."""
    first = {}
    check(len(lines) == len(answers), len(lines), "lines,", len(answers), "answers")
    for line, answer in zip(lines, answers):
        said = plainly(answer, line["number"])
        first.setdefault(line["event"], said)
        if "error" not in answer or said != first[line["event"]]:
            world.leak("a stranger learns by", json.dumps(line, ensure_ascii=False), "that the number is there:", said)


# ---- Later ----


def found_later(world):
    """The unit turns out to be accused in a letter that it has."""
    lines = [act(x, "accuse", by="督察员", accused=[str(u)], reason="来信人补充") for u, x in world.later.items()]
    all_good("accuse", lines, acts(lines))
    for unit, x in world.later.items():
        x.accused = [unit]
        x.legs = {leg for leg in x.legs if x.may_handle(leg)}
    pairs = [(queue_of(u), event(x, name, u, number=number, officer="A1", **REPORT)) for name in ("signed", "contacted", "reported")
             for u, x in world.later.items() for number in (x.unknown, x.number)]
    # What it sent before and sends again, too: a repeat is answered with the case's state, else.
    pairs += world.signed
    alike(world, [line for _, line in pairs], report(pairs))


def ended(world):
    """Reported, reviewed, answered; half is done again, half closed."""
    whole = [x for x in world.accusing if x.way not in ("moved", "left")]
    for name, more in (("reported", {**REPORT, "officer": "A1"}), ("reviewed", {"officer": "A2"})):
        lines = [(queue_of(x.handler), event(x, name, x.handler, **more)) for x in whole]
        all_good(name, lines, report(lines))
    caller = next(u for u in children(PROVINCE, "command"))
    for name, data in (("start_callback", {}), ("answered", {"reached": True, "contacted": True, "solved": True})):
        lines = [act(x, name, by=f"回访员@{caller}", **data, **({"satisfied": x.way in ("officer", "number")} if data else {})) for x in whole]
        all_good(name, lines, acts(lines))
    again = [x for x in whole if x.way in ("unit", "head")]
    lines = [act(x, "order_rework", by=f"派单员@{caller}", reason="未解决") for x in again]
    lines += [act(x, "close", by=f"回访员@{caller}") for x in whole if x not in again]
    all_good("rework and close", lines, acts(lines))
    wrong = Wrong(world, "rework:")
    for x in again:
        for to in x.wrong_targets():
            wrong.act((*NO, "not_allowed") if UNITS[to][0] == "squad" or not above(to, x.handler) else NO, x, "dispatch", unit=to, by="派单员")
    wrong.must_fail()

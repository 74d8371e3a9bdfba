# SPDX-License-Identifier: Apache-2.0
"""What guard.py looks at: every queue, and every reading command by the posts of whom a letter accuses."""
import datetime
import json
from concurrent.futures import ThreadPoolExecutor

from guard_world import CANARY, PROVINCE, UNITS, Staff, cities, queue_of
from system import DIR, check, china_today, ctl, objects, sql, tool

POSTS = ("审核人", "领导", "督察员", "督办员", "承办民警", "联络员", "受理员", "派单员", "回访员", "值班员", "专班")
CODELESS = ("系统管理员", "分析员", "保密员", "审计员")  # who read no letters anywhere


def each(function, of):
    """function of each, four at a time: most of the time of a short program is its start."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, of))


def post(unit, i=0, officer=None):
    return f"{(POSTS + CODELESS)[i % (len(POSTS) + len(CODELESS))]}@{unit}" + (f":{officer.id}" if officer else "")


# ---- Queues ----


def subscribe(queue, *words):
    done = tool("bureauctl", "subscribe", "--bureau", queue, "--once", "--credit", 1000, *words)
    check(done.returncode == 0, "subscribe", queue, done.stderr.decode())
    return done.stdout.decode()


def queues(world, replay=True):
    """Reads what is new in all 22 queues; with `replay` everything from the first row on."""
    words = ("--from", 1) if replay else ()
    which = [*cities(), PROVINCE] if world.whole else sorted({queue_of(u) for u in world.units} | {PROVINCE})
    for queue, text in zip(which, each(lambda queue: subscribe(queue, *words), which)):
        for line in text.splitlines():
            judge(world, queue, json.loads(line), line)


def judge(world, queue, row, line):
    letter = world.of(row["number"])
    check(letter, "a number that nobody was given:", line)
    if "靶人" in line:
        world.leak("a writer's identity in the queue of", queue, line)
    seen = world.seen_in(line)
    joined = {x for x, into in world.joining if into is letter}  # their words go to who has the case that they joined
    if letter not in seen or seen - {letter} - joined:
        world.leak("another letter's words in", line)
    for x in seen & joined:
        if x.excluded(queue) or x.excluded(row.get("unit")):
            world.leak("queue of", queue, "got the words of a letter that joined and accuses", x.accused, line)
    known = letter in world.later.values()  # it had that number rightly
    unit = row.get("unit")
    if row["notice"] == "revoked":
        if CANARY.search(line) or unit or (letter.excluded(queue) and not known):
            world.leak("queue of", queue, "got of a letter that accuses", letter.accused, line)
    elif letter.excluded(queue) or letter.excluded(unit) or not letter.may_get(queue):
        world.leak("queue of", queue, "got", line)


# ---- Lists and counts ----


def listed(by, *words):
    done = ctl("list", "--as", by, *words)
    check(done.returncode == 0, "list as", by, done.stderr.decode())
    return done.stdout.decode()


def counts(world):
    """What each unit counts, and how long its queue is."""
    def of(pair):
        i, unit = pair
        if UNITS[unit][0] == "county" and i % 5:  # has no queue
            return unit, (int(listed(post(unit, i), "--count")), [])
        rows = objects(ctl("queues", "--json", "--as", post(unit, i)).stdout)
        if any(q["bureau"] != unit for q in rows):
            world.leak("queues as", post(unit, i), "shows those of others:", rows)
        return unit, (int(listed(post(unit, i), "--count")), [(q["bureau"], q["head"]) for q in rows])
    return dict(each(of, enumerate(world.units)))


def same_counts(world, before):
    """As if the letters that accuse it were not there."""
    now = counts(world)
    for unit in world.units:
        if before[unit] != now[unit]:
            world.leak("counts of", unit, "were", before[unit], "and are", now[unit])


def viewers(world):
    """(what he is called, unit, officer): of each unit, of one below it, and its people as if they were the province's."""
    staff = world.staff
    people = (staff.head, staff.officer, staff.second, staff.below)
    for i, unit in enumerate(world.units):
        yield post(unit, i), unit, None
        yield post(Staff.unit_below(unit), i + 3), Staff.unit_below(unit), None
        for k in (0, 3) if i % 2 else (1, 2):
            yield post(PROVINCE, (i + k) % len(POSTS), people[k][unit]), PROVINCE, people[k][unit]
        if i % 5 == 1:
            for officer in (staff.moved[unit], staff.left[unit]):
                yield post(PROVINCE, 1, officer), PROVINCE, officer
        else:
            yield post(unit, i + 5, staff.moved[unit]), unit, staff.moved[unit]


FILTERS = (["--count"], ["--text", "靶文"], ["--overdue"], ["--state", "HANDLING"], ["--bureau", None], [])


def filtered(world, i, by, unit, seen):
    """One of the filters; what it has to show is known where it is simple."""
    words = [w or (f"{queue_of(unit)}" if unit else w) for w in FILTERS[i % len(FILTERS)]]
    if "--text" in words and any(by.startswith(p) for p in CODELESS):
        words = ["--count"]
    if "--count" in words:
        n = int(listed(by, *words))
        return n == len(seen), f"{n} and not {len(seen)}", words
    text = listed(by, *words, "--limit", 100000, *(["--json"] if unit % 2 else []))
    found = world.seen_in(text)
    over = {x for x, _ in world.joining} if "--overdue" in words else set()
    whole = not words or words[0] in ("--text", "--overdue")
    return found == seen - over if whole else found <= seen, sorted(x.number for x in found - seen)[:3], words


def lists(world):
    def of(pair):
        i, (by, unit, officer) = pair
        seen = {x for x in world.letters if x.may_read(unit, officer)}
        text = listed(by, "--json", "--limit", 100000)
        found = world.seen_in(text)
        if CANARY.search(text) or found != seen:
            world.leak("list as", by, "shows", sorted(x.number for x in found - seen)[:3], "and hides",
                       sorted(x.number for x in seen - found)[:3])
        if world.whole and i % 2:
            return
        good, what, words = filtered(world, i // 2, by, unit, seen)
        if not good:
            world.leak("list", *words, "as", by, "shows", what)
    # Everything is late for this once; no alarm is set by these dates.
    sql("UPDATE case_file SET due_at = due_at - interval '100 days' WHERE due_at IS NOT NULL")
    each(of, list(enumerate(viewers(world))))
    sql("UPDATE case_file SET due_at = due_at + interval '100 days' WHERE due_at IS NOT NULL")


# ---- One number ----


def answer(command, number, by):
    done = ctl(*command, number, "--as", by)
    return done.returncode, (done.stdout + done.stderr).decode().replace(number, "N")


def numbers(world):
    """Every command that takes a number, for whom the letter accuses: as for a number that nobody was given."""
    commands = (["show", "--json"], ["show"], ["readers"], ["readers", "--json"], ["ledger"], ["ledger", "--json"],
                ["inquiry"], ["inquiry", "--json"])
    unknown = {}
    for command in commands:
        unknown[tuple(command)] = answer(command, world.accusing[0].unknown, post(world.accusing[0].unit))
        check(unknown[tuple(command)][0] == 1, command, unknown[tuple(command)])
    looks = []
    for i, x in enumerate(world.accusing):
        root = x.roots()[0][0]
        person = x.accused[0] if not isinstance(x.accused[0], int) else world.staff.head[x.unit]
        looks += [(x, commands[i % len(commands)], post(root, i))]
        if i % 2:
            looks += [(x, commands[(i + 3) % len(commands)], post(Staff.unit_below(root), i) if i % 3 == 0 else post(PROVINCE, i, person))]

    def of(look):
        x, command, by = look
        got = answer(command, x.number, by)
        if got != unknown[tuple(command)]:
            world.leak(*command, x.number, "as", by, "is", got, "and not", unknown[tuple(command)])
    each(of, looks)
    denied = {(number, by) for number, by in sql("SELECT case_id, post FROM access_log WHERE NOT allowed")}
    for x, _, by in looks:
        if (x.case(), by) not in denied:
            world.leak("the denied look of", by, "at", x.number, "is not written down")
    # The guard does not hide it from those who have to see it.
    for x in world.accusing[:3]:
        done = ctl("show", x.number, "--json", "--as", "审核人")
        check(done.returncode == 0 and len(CANARY.findall(done.stdout.decode())) == 3, "the province sees", x.number, done.stderr.decode())


def everything(world):
    lists(world)
    numbers(world)


# ---- Afterwards ----


def readers(world):
    """Who had read a letter that turns out to accuse him is told to the province."""
    def of(pair):
        unit, x = pair
        rows = objects(ctl("readers", x.number, "--json", "--as", "督察员").stdout)
        read = [r for r in rows if r["via"] == "delivery" and r["in_x"] and r["unit"] == unit and r["acknowledged"]]
        check(read, "readers of", x.number, "without", unit, rows)
        if ctl("show", x.number, "--as", post(unit)).returncode != 1:
            world.leak("show of", x.number, "after it turned out to accuse", unit)
    each(of, world.later.items())


def recomputed(world):
    """A new calendar: the list of the dates that move is one of numbers, too."""
    load_typhoon()
    every = world.seen_in(moves("督办员"))
    check(every & {*world.accusing}, "the calendar moves no letter that accuses:", len(every))
    for unit in world.units[:: 1 + len(world.units) // 6]:
        for by, mine, person in ((f"督办员@{unit}", unit, None), (f"督办员@{PROVINCE}:{world.staff.head[unit].id}", PROVINCE, world.staff.head[unit])):
            found = world.seen_in(moves(by))
            if found - {x for x in world.letters if x.may_read(mine, person)}:
                world.leak("recompute --dry-run as", by, "shows", sorted(x.number for x in found)[:3], "of", len(found))


def load_typhoon():
    """The next days are off."""
    file, today = DIR / "policy/calendar.tsv", china_today()
    off = [str(today + datetime.timedelta(days=n)) for n in range(1, 5)]
    lines = [line for line in file.read_text().splitlines() if line[:10] not in off]
    days = sorted([line for line in lines if line[:1].isdigit()] + [f"{day}\toff\t抗台风" for day in off])
    file.write_text("\n".join([line for line in lines if not line[:1].isdigit()] + days) + "\n")
    done = ctl("policy", "load", DIR / "policy")
    check(done.returncode == 0, done.stderr.decode())


def moves(by):
    return ctl("recompute", "--dry-run", "--json", "--as", by).stdout.decode()


def reviews(world):
    today = str(china_today())
    closed = {x for x in world.accusing if x.way in ("officer", "number")}
    done = ctl("review", "sample", "--from", today, "--to", today, "--n", 1000, "--seed", 1, "--as", "督察员", "--json")
    check(done.returncode == 0 and closed == world.seen_in(done.stdout.decode()), "the sample:", done.stdout.decode()[:300], done.stderr.decode())
    find = ("--rating", "good", "--text", "查看", "--as")
    other = ctl("review", "finding", world.accusing[0].unknown, *find, f"督察员@{world.units[0]}")
    check(other.returncode == 1, "a finding about nothing")

    def of(pair):
        i, unit = pair
        officer = world.staff.second[unit] if i % 2 else None
        by, mine = (f"领导@{PROVINCE}:{officer.id}", PROVINCE) if officer else (f"审核人@{unit}", unit)
        may = {x for x in closed if x.may_read(mine, officer)}
        text = ctl("review", "list", "--json", "--as", by).stdout.decode()
        if world.seen_in(text) != may or CANARY.search(text):
            world.leak("review list as", by, "shows", text[:200])
        x = next(x for x in world.accusing if x.unit == unit and x.way == "number")
        found = ctl("review", "finding", x.number, *find, f"督察员@{unit}")
        if (found.returncode, found.stdout, found.stderr) != (other.returncode, other.stdout, other.stderr):
            world.leak("review finding", x.number, "as", unit, found.stdout, found.stderr)
    each(of, enumerate(world.units))

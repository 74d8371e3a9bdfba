# SPDX-License-Identifier: Apache-2.0
"""What stands behind `expect`: of an answer, a queue, a list, a tool, a case."""
import json

from expect import MISSING, differences, has_line, journal_words, lookup, same_journal, words
from language import Pair, Wrong


def name_and_pairs(expect):
    return [w for w in expect if not isinstance(w, Pair)], [w for w in expect if isinstance(w, Pair)]


def as_words(answer):
    if answer is None:
        return "no answer"
    if "error" in answer:
        error = answer["error"]
        return f"error {error['code']} \"{error['message']}\""
    return " ".join(f"{k}={words(v)}" for k, v in answer.items() if k in ("state", "duplicate", "number", "ok"))


def check_error(play, what, plain, pairs, answer):
    """expect error CODE "words"… field=…"""
    code, *said = plain[1:] or [None]
    error = answer.get("error") if answer else None
    wanted = " ".join(["error", code or "", *(f'"{w}"' for w in said)]).strip()
    if error is None or (code and error["code"] != code) or not all(w in error["message"] for w in said):
        play.fail(f"{what}: expected {wanted}, got {as_words(answer)}")
    elif pairs:
        for difference in differences(what, error, pairs):
            play.fail(difference)


def check_answer(play, statement, answer):
    """Of submit, report and act: without `expect` it must have been taken."""
    what = f"{statement.name} {' '.join(map(str, statement.plain()))}"
    plain, pairs = name_and_pairs(statement.expect or [])
    if plain[:1] == ["error"]:
        check_error(play, what, plain, pairs, answer)
        return
    if plain == ["no", "answer"]:
        if answer is not None:
            play.fail(f"{what}: expected no answer, got {as_words(answer)}")
        return
    if plain not in ([], ["duplicate"]):
        raise Wrong(f"expect {' '.join(plain)}: error CODE \"words\", duplicate, no answer, or pairs")
    if answer is None or "error" in answer:
        raise Wrong(f"{what}: expected that it is taken, got {as_words(answer)}")
    if plain == ["duplicate"] and not answer.get("duplicate"):
        play.fail(f"{what}: expected a duplicate, got {as_words(answer)}")
    for difference in differences(what, answer, pairs):
        play.fail(difference)


def delivery_word(play, delivery):
    return f"{play.name_of(delivery['number'])}:{delivery.get('notice') or 'letter'}"


def check_queue(play, statement, status, err):
    what = f"queue {statement.plain()[0]}"
    if statement.expect == ["no", "answer"]:
        if status is not None:
            play.fail(f"{what}: expected no answer, got exit status {status}")
        return
    if statement.expect and statement.expect[0] == "error":
        if status == 0 or not all(str(w) in err for w in statement.expect[1:]):
            play.fail(f"{what}: expected {' '.join(map(str, statement.expect))}, got {err or 'none'}")
        return
    if status != 0:
        raise Wrong(f"{what}: {err or 'no answer'}")
    if statement.expect is None:
        return
    wanted = [] if statement.expect == ["nothing"] else statement.expect
    for word in wanted:
        play.number(str(word).partition(":")[0])
    got = [delivery_word(play, d) for d in play.deliveries]
    same = len(got) == len(wanted) and all(w in (g, g.partition(":")[0]) for w, g in zip(wanted, got))
    if not same:
        play.fail(f"{what}: expected {' '.join(wanted) or 'nothing'}, got {' '.join(got) or 'nothing'}")


def check_list(play, statement, status, out, err):
    """expect w1 w2 (in any order), nothing, count=N, error "words"; `only` is not needed: the list is these and no others."""
    what = " ".join(["list", *map(str, statement.words)])
    plain, pairs = name_and_pairs(statement.expect or [])
    if plain[:1] == ["error"]:
        if status == 0 or not all(w in err for w in plain[1:]):
            play.fail(f"{what}: expected {' '.join(plain)}, got {err or out.strip() or 'nothing'}")
        return
    if status != 0:
        raise Wrong(f"{what}: {err}")
    rows = [json.loads(line) for line in out.splitlines()]
    counted = rows[0] if len(rows) == 1 and "number" not in rows[0] else {"count": len(rows)}
    got = [play.name_of(row["number"]) for row in rows if "number" in row]
    if pairs:
        for difference in differences(what, counted, pairs):
            play.fail(difference)
    elif statement.expect is not None:
        wanted = [] if plain == ["nothing"] else plain
        for name in wanted:
            play.number(name)
        if sorted(got) != sorted(wanted):
            play.fail(f"{what}: expected {' '.join(wanted) or 'nothing'}, got {' '.join(got) or 'nothing'}")


def check_tool(play, statement, status, out, err):
    """Of show, ctl and policy load: exit=, out~, err~, lines=; other pairs are members of the JSON object that it printed."""
    what = " ".join([statement.name, *map(str, statement.words)])
    plain, pairs = name_and_pairs(statement.expect or [])
    if plain[:1] == ["error"]:
        if status == 0 or not all(w in err for w in plain[1:]):
            play.fail(f"{what}: expected {' '.join(plain)}, got exit status {status}, {err or 'no error'}")
        return
    if plain == ["denied"]:
        if status != 1 or "no such case" not in err:
            play.fail(f"{what}: expected that there is no such case for this reader, got exit status {status}, {err or 'the case'}")
        return
    if plain:
        raise Wrong(f"expect {' '.join(map(str, plain))}: error \"words\", denied, or pairs")
    outer = {"exit": status, "out": out, "err": err, "lines": len(out.splitlines())}
    if not any(p.key == "exit" for p in pairs) and status != 0:
        raise Wrong(f"{what}: exit status {status}: {err or out.strip()}")
    for difference in differences(what, outer, [p for p in pairs if p.key in outer]):
        play.fail(difference)
    inner = [p for p in pairs if p.key not in outer]
    if inner:
        try:
            answer = json.loads(out)
        except json.JSONDecodeError:
            raise Wrong(f"{what}: not one JSON object: {out.strip()[:200]}") from None
        for difference in differences(what, answer, inner):
            play.fail(difference)


# ---- The statement `expect` ----


def expect_case(play, names, rest):
    for name in names:
        case = play.show(name)
        if rest[0] == "has":
            wanted = rest[1] != "not"
            line = rest[1:] if wanted else rest[2:]
            if not line or isinstance(line[0], Pair):
                raise Wrong(f"expect {name} has EVENT pairs…")
            play.fail(has_line(name, case["events"], line, wanted))
        elif rest[0] == "journal":
            play.fail(same_journal(name, case["events"], rest[1:]))
        else:
            for pair in rest:
                if not isinstance(pair, Pair):
                    raise Wrong(f"expect {name} {pair}: pairs, has EVENT, has not EVENT or journal EVENTS are needed")
                expect_member(play, name, case, pair)


def expect_member(play, name, case, pair):
    value = lookup(case, pair.key)
    if value is MISSING and pair.value != "none":
        legs = ", ".join(f"{leg['id']} {leg['unit']} {leg['state']}" for leg in case["legs"])
        play.fail(f"{name} {pair.key}: expected {pair.value}, but it is not there (legs: {legs or 'none'})")
        return
    found = differences(name, case, [pair])
    if found:
        play.fail(f"{found[0]} (journal: {journal_words(case['events'])})" if pair.key == "state" else found[0])


def statement_expect(play, statement):
    rest = statement.words
    if not rest or isinstance(rest[0], Pair):
        raise Wrong("expect what?")
    if rest[0] == "queue" and len(rest) > 1:
        rows = play.world.lines("letterctl", "queues", "--json")
        row = next((r for r in rows if str(r["bureau"]) == rest[1]), None)
        if row is None:
            raise Wrong(f"{rest[1]} has no queue")
        found = differences(f"queue {rest[1]}", row, rest[2:])
    elif rest[0] == "dead":
        rows = play.world.lines("letterctl", "dead", "list", "--json")
        found = differences("dead letters", {"count": len(rows), "deads": rows}, rest[1:])
    elif rest[0] == "delivery" and len(rest) > 1 and rest[1].isdigit():
        n = int(rest[1])
        if not 1 <= n <= len(play.deliveries):
            raise Wrong(f"the last queue had {len(play.deliveries)} deliveries")
        found = differences(f"delivery {n}", play.deliveries[n - 1], rest[2:])
    else:
        names = []
        while rest and isinstance(rest[0], str) and rest[0] in play.numbers:
            names.append(rest[0])
            rest = rest[1:]
        if not names:
            play.number(statement.words[0])
        if not rest:
            raise Wrong("expect what of it?")
        expect_case(play, names, rest)
        return
    for difference in found:
        play.fail(difference)

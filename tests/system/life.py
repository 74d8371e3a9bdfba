# SPDX-License-Identifier: Apache-2.0
"""What happens to a letter beside the plain path, by the real tools: handing down, asking for time, supervision, merging,
splitting, two officers at once, and the sweep of the clocks."""
import json

from system import (act, check, counter, ctl, letters, main, objects, report, running, show, sql, sql_int, submit, tool, verify,
                    wait_state, wait_until)

BUREAU, BELOW = "440300", 440304
REPORT = {"outcome": "explained", "public_reply": "您好,已向您说明办理途径。", "internal_report": "已核查"}
sent = 0


def say(number, event, status=0, **more):
    """One event of the bureau; its result, or its refusal."""
    global sent
    sent += 1
    (answer,) = report(BUREAU, [{"event_id": f"life-{sent}", "number": number, "event": event, **more}], status=status)
    return answer["error"] if status else answer


def deliveries():
    done = tool("bureauctl", "subscribe", "--bureau", BUREAU, "--once")
    check(done.returncode == 0, done.stderr)
    return [(d["number"], d["notice"], d) for d in objects(done.stdout)]


def notice(number, which):
    """The notice's delivery; of the others nothing is kept."""
    found = [d for of, name, d in deliveries() if (of, name) == (number, which)]
    check(len(found) == 1, number, which, found)
    return found[0]


def data(**members):
    return "--data", json.dumps(members, ensure_ascii=False)


def journal(number):
    return [e["event"] for e in show(number)["events"]]


def handing_down(number, letter):
    """The squad works, the bureau reviews; nobody reviews his own work."""
    check(letter["role"] == "lead" and letter["unit"] == int(BUREAU) and letter["body"], letter)
    say(number, "signed", officer="A1")
    check(say(number, "delegated", to=440400, officer="A1", status=1)["field"], "handed to another city")
    say(number, "delegated", to=BELOW, officer="A1")
    below = notice(number, "letter")
    check(below["unit"] == BELOW and below["parent"] == letter["leg"] and below["body"], below)
    leg = below["leg"]
    wrong = say(number, "signed", unit=440305, leg=leg, status=1)
    check(wrong["code"] == "not_found", "another unit's leg:", wrong)
    for event, more in (("signed", {}), ("contacted", {}), ("reported", REPORT)):
        say(number, event, unit=BELOW, leg=leg, officer="B1", **more)
    check(say(number, "reviewed", leg=leg, officer="B1", status=1)["code"] == "same_person", "reviews his own work")
    say(number, "reviewed", leg=leg, officer="A2")
    say(number, "reported", officer="A1", **REPORT)
    done = say(number, "reviewed", officer="A2")
    check(done["version"] == len(journal(number)), "version:", done)
    check({"leg.delegated", "leg.reported", "review.passed"} <= set(journal(number)), journal(number))


def more_time(number):
    say(number, "signed", officer="A1")
    before = show(number)["due_at"]
    check(say(number, "extension_requested", days=99, reason="须调取记录", officer="A1", status=1)["field"] == "days", "days")
    say(number, "extension_requested", days=2, reason="须调取记录", officer="A1")
    deliveries()
    act(number, "granted", "--as", "审核人@440000:77")
    check(notice(number, "granted")["due_at"] > before and show(number)["due_at"] > before, "the date moved")


def two_officers(number):
    seen = show(number)["version"] if "version" in show(number) else len(journal(number))
    stale = act(number, "supervise", "--version", seen - 1, *data(level="urge"), status=1)
    check("changed" in stale, "an old version:", stale)
    done = ctl("act", number, "supervise", "--version", seen, *data(level="supervise", reason="限时报告进展"))
    check(done.returncode == 0, done.stderr)
    check(int(done.stdout.split()[2]) > seen, "the answer has the version:", done.stdout)


def supervision(number):
    notice(number, "supervised")
    check(say(number, "supervision_answered", status=1)["field"] == "reason", "an answer without words")
    say(number, "supervision_answered", reason="已约谈承办单位,两日内办结", officer="A1")
    check("supervision.answered" in journal(number), journal(number))


def merging(primary, other):
    """What the writer adds to a letter that was merged goes to the case that it was merged into."""
    check("into" in act(other, "merge", status=1), "merge into nothing")
    check(act(other, "merge", *data(into=primary, reason="同一事项"), "--as", "受理员") == "MERGED", "merge")
    notice(primary, "merged")
    before, forwarded = len(journal(primary)), counter("feedbackd", "events_forwarded_total")
    state = act(other, "supplement", *data(words="红绿灯昨晚又灭了。"))
    check(state == show(primary)["state"], "answered with the primary's state:", state)
    check("supplement.arrived" in journal(primary)[before:], journal(primary))
    check(show(other)["state"] == "MERGED" and counter("feedbackd", "events_forwarded_total") == forwarded + 1, "forwarded once")
    check("unmerge" in act(other, "withdraw", status=1) and show(primary)["state"] == state, "one writer takes back another's letter")
    check(notice(primary, "supplement")["supplement"] == "红绿灯昨晚又灭了。", "the unit gets the words")


def splitting(number):
    done = ctl("act", number, "split", *data(category="04", reason="一信两事"), "--as", "受理员")
    check(done.returncode == 0, done.stderr)
    new = done.stdout.decode().split()[3]
    check(new[:6] == number[:6] and new != number and show(new)["state"] == "TRIAGE", "the new case:", new)


def whom(number):
    """Whom a letter accuses is said in words that name the mistake."""
    for wrong, words in ((["440399"], "440399"), (["officer:87654321"], "officers.tsv"), (["张三"], "police number")):
        check(words in act(number, "accuse", *data(accused=wrong, reason="信中指名"), status=1), "accused", wrong)
    act(number, "accuse", *data(accused=[str(BELOW)], reason="信中指名"))
    check(BELOW in show(number)["accused_units"], show(number)["accused_units"])


def clocks(number):
    """A unit that does not sign is held to have signed; the database alone knows that it is time."""
    swept = counter("feedbackd", "clocks_swept_total")
    sql("UPDATE leg SET due_at = sent_at WHERE state = 10;"
        "UPDATE case_file SET wake_at = received_at WHERE id IN (SELECT case_id FROM leg WHERE state = 10 AND due_at = sent_at)")
    wait_until(10, "the leg is deemed signed", lambda: "leg.deemed_signed" in journal(number))
    check(counter("feedbackd", "clocks_swept_total") > swept, "the sweep is counted")
    wait_until(10, "nothing is due", lambda: counter("feedbackd", "clock_lag_seconds") == 0)
    check(sql_int("SELECT count(*) FROM case_file WHERE wake_at < now()") == 0, "every alarm was heard")
    check(show(number)["legs"][0]["state"] == "SIGNED", show(number)["legs"])


def stubborn_clock(number, other):
    """A case that the database will not let anybody change is put aside, once, and the other clocks go on; given back to the
    sweep it is done."""
    case, beside = (sql_int(f"SELECT id FROM case_file WHERE id = {int(n[9:15]) * 10**9 + int(n[16:22])}") for n in (number, other))
    sql(f"UPDATE case_file SET wake_at = received_at WHERE id IN ({case}, {beside});"
        f"ALTER TABLE case_file ADD CONSTRAINT stubborn CHECK (id <> {case}) NOT VALID")
    dead = wait_until(10, "it is a dead letter", lambda: sql("SELECT id, ref, attempts FROM dead_letter WHERE source = 'clocks'"))
    check(len(dead) == 1 and dead[0][1:] == [str(case), "1"], dead)
    wait_until(10, "the other one is done", lambda: sql_int(f"SELECT count(*) FROM case_file WHERE id = {beside} AND wake_at > now()") == 1)
    wait_until(10, "nothing waits", lambda: counter("feedbackd", "clock_lag_seconds") == 0)
    sql("ALTER TABLE case_file DROP CONSTRAINT stubborn")
    check(ctl("dead", "retry", dead[0][0]).returncode == 0, "dead retry")
    wait_until(10, "it is done after all", lambda: sql_int(f"SELECT count(*) FROM case_file WHERE id = {case} AND wake_at > now()") == 1)


def test():
    with running():
        made, _ = letters("life", 4, "CLOSED", BUREAU)
        vague = [{"channel": "paper", "client_ref": f"vague-{i}", "body": "天气不错。"} for i in range(3)]
        numbers = [r["number"] for r in submit(made + vague)]
        for number in numbers[:4]:
            wait_state(number, "HANDLING")
        for number in numbers[4:]:
            wait_state(number, "TRIAGE")
        first = {of: d for of, name, d in deliveries() if name == "letter"}
        check(sorted(first) == sorted(numbers[:4]), first)
        check(objects(ctl("posts", "--json").stdout)[0]["names"][0] == "desk", "posts")
        handing_down(numbers[0], first[numbers[0]])
        more_time(numbers[1])
        two_officers(numbers[1])
        supervision(numbers[1])
        merging(numbers[1], numbers[4])
        splitting(numbers[5])
        whom(numbers[6])
        check(sql_int("SELECT count(*) FROM dead_letter WHERE source = 'clocks'") == 0, "clocks among the dead letters")
        stubborn_clock(numbers[1], numbers[2])
        verify()
        clocks(numbers[3]) # that feedbackd has not had in hand: it remembers what it has written


main(test)

# SPDX-License-Identifier: Apache-2.0
"""A new calendar is loaded: one command tells which dates move and why, and moves them; each is a journal line. What the
calendar does not explain stays."""
import datetime
import shutil

from system import DIR, TOP, check, china_today, ctl, letters, main, objects, running, show, sql, submit, wait_state

BUREAU = "440300"


def next_workday(overrides):
    day = china_today() + datetime.timedelta(days=1)
    while overrides.get(str(day), "work" if day.weekday() < 5 else "off") == "off":
        day += datetime.timedelta(days=1)
    return str(day)


def new_calendar():
    """The shipped catalogues, with one working day within every answer clock turned into a holiday. The day."""
    policy = DIR / "policy"
    shutil.copytree(TOP / "deploy/policy", policy)
    file = policy / "calendar.tsv"
    lines = file.read_text().splitlines()
    rows = {line.split("\t")[0]: line.split("\t")[1] for line in lines if line[:1].isdigit()}
    day = next_workday(rows)
    head = [line for line in lines if not line[:1].isdigit()]
    days = [line for line in lines if line[:1].isdigit() and not line.startswith(day)] + [f"{day}\toff\t抗台风"]
    file.write_text("\n".join(head + sorted(days)) + "\n")
    return policy, day


def recompute(*words, status=0):
    done = ctl("recompute", "--json", *words)
    check(done.returncode == status, "recompute has status", done.returncode, done.stderr.decode())
    return {move["number"]: move for move in objects(done.stdout)}


def test():
    with running():
        made, _ = letters("clock", 3, "CLOSED", BUREAU)
        numbers = [r["number"] for r in submit(made)]
        for number in numbers:
            wait_state(number, "HANDLING")
        before = {number: show(number)["due_at"] for number in numbers}
        check(recompute() == {}, "nothing is new")
        # A date that no calendar gives: as a merge does it.
        sql("UPDATE case_file SET due_at = due_at - interval '1 hour' WHERE id = (SELECT max(id) FROM case_file)")
        odd = numbers[2]

        policy, day = new_calendar()
        check(ctl("policy", "load", policy).returncode == 0, "policy load")
        told = recompute("--dry-run")
        check(sorted(told) == sorted(numbers[:2]), "what moves:", told)
        for number, move in told.items():
            check(move["old"] == before[number] and move["new"] > move["old"] and move["applied"] is None, move)
            check(move["clock"] == "K8" and day in move["why"] and "抗台风" in move["why"], move)
            check([(d["date"], d["work"]) for d in move["days"]] == [(day, False)], move["days"])
        check({n: show(n)["due_at"] for n in numbers[:2]} == {n: before[n] for n in numbers[:2]}, "--dry-run changed something")

        # At once, though the daemons take up a new policy a moment later only.
        moved = recompute()
        check(sorted(moved) == sorted(told) and all(m["applied"] for m in moved.values()), "applied:", moved)
        for number in numbers[:2]:
            case = show(number)
            check(case["due_at"] == told[number]["new"], case["due_at"], told[number])
            (line,) = [e for e in case["events"] if e["event"] == "clock.recomputed"]
            for word in (day, before[number][:8], "→"):
                check(word in str(line), word, "is not in", line)
        check(show(odd)["due_at"] < before[odd], "what no calendar explains was moved")
        check(recompute() == {}, "twice")


main(test)

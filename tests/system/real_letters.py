# SPDX-License-Identifier: Apache-2.0
"""Published letters of two cities, all of them, from submission to a final state, with a desk that works through what is left to
it. The letters lie beside the checkout (PA_SHARED, else ../shared) and never enter the repository."""
import collections
import os
import pathlib
import subprocess
import sys
import time

from system import DIR, TOP, check, ctl, main, objects, running, sql, sql_int, verify, wait_until

LETTERS = pathlib.Path(os.environ.get("PA_SHARED", TOP.parent / "shared")) / "data/letters"
SOURCES = (("sz_letters.tsv", "440300"), ("zh_letters.tsv", "440400"))


def convert():
    path = DIR / "letters.jsonl"
    with path.open("wb") as out:
        for file, mailbox in SOURCES:
            subprocess.run([TOP / "tests/tools/letters_from_tsv", LETTERS / file, mailbox], stdout=out, check=True)
    return path


def states():
    return collections.Counter({state: int(n) for state, n in sql("SELECT state, count(*) FROM case_words GROUP BY 1")})


def cases(state):
    return objects(ctl("list", "--json", "--limit", 1000000, "--state", state).stdout)


def acts(lines):
    """Raises them all; those that were refused, with why."""
    answers = objects(ctl("act", "-", lines=lines, timeout=200).stdout)
    check(len(answers) == len(lines), len(lines), "acts,", len(answers), "answers")
    return [(line, answer) for line, answer in zip(lines, answers) if "error" in answer]


def desk():
    """A duty desk that takes up whatever is left, so that every letter goes the whole way: it looks at emergencies, says whom
    a letter about police conduct accuses, and accepts for the bureau of the mailbox, or where anybody is accused for the unit
    that the guard names (P5). Returns how many of each."""
    did = collections.Counter()
    emergencies = cases("EMERGENCY")
    did["acknowledged"] = len(emergencies)
    lines = [{"number": c["number"], "event": "acknowledge", "as": "值班员", "data": {"reason": "已核,非紧急"}} for c in emergencies]
    refused = acts(lines)
    check(not refused, "acknowledge:", refused[:1])
    lines = []
    for case in cases("TRIAGE"):
        data = {"kind": case["kind"] or "other", "category": case["category"] or "16"}
        unit = {} if case["accused_units"] else {"unit": case["mailbox"]}
        did["accepted for the unit that the guard names" if case["accused_units"] else "accepted"] += 1
        lines.append({"number": case["number"], "event": "accept", "as": "受理员", "data": data, **unit})
    unnamed = [line for line, answer in acts(lines) if "accuse" in answer["error"]["message"]]
    did["first asked whom it accuses"] = len(unnamed)
    named = [{"number": line["number"], "event": "accuse", "as": "受理员",
              "data": {"accused": ["440304"], "reason": "涉警投诉,按属地先行回避"}} for line in unnamed]
    check(not acts(named), "accuse")
    refused = acts([{k: v for k, v in line.items() if k != "unit"} for line in unnamed])
    check(not refused, len(refused), "acts were refused, the first:", refused[:1])
    return did


def call_back():
    """Where the policy asks for a callback, the desk makes it, and everybody is content."""
    answered = [c["number"] for c in cases("ANSWERED")]
    content = {"reached": "yes", "contacted": "yes", "true": "yes", "satisfied": "yes", "solved": "yes"}
    for event, data in (("start callback", {}), ("answered", content), ("close", {})):
        refused = acts([{"number": n, "event": event, "as": "回访员", "data": data} for n in answered])
        check(not refused, event, refused[:1])
    return len(answered)


def test():
    if not LETTERS.is_dir():
        print(f"skipped: no published letters beside the checkout ({LETTERS})")
        sys.exit(77)
    path = convert()
    with running(reference=True):
        began = time.monotonic()
        done = ctl("submit", path, timeout=120)
        receipts = objects(done.stdout)
        check(done.returncode == 0 and all("number" in r for r in receipts), [r for r in receipts if "error" in r][:3])
        total = sum(1 for _ in path.open("rb"))
        check(len(receipts) == total == len({r["number"] for r in receipts}), len(receipts), "receipts for", total)
        acknowledged = time.monotonic() - began
        rest = {"TRIAGE", "EMERGENCY", "ANSWERED", "CLOSED"}
        wait_until(120, "each letter is closed or waits for the desk", lambda: states().keys() <= rest)
        alone = states()
        did = desk()
        wait_until(120, "what the desk accepted is answered", lambda: states().keys() <= {"ANSWERED", "CLOSED"})
        did["called back"] = call_back()
        seconds = time.monotonic() - began
        check(states() == {"CLOSED": total}, "states:", states())
        check(sql_int("SELECT count(*) FROM dead_letter") == 0, "dead letters")
        accused = sql_int("SELECT count(*) FROM accused a JOIN leg g USING (case_id) WHERE a.unit = g.unit")
        check(accused == 0, accused, "letters went to the unit that they accuse (P5)")
        verify()
        bureaus = dict(sql("SELECT bureau, count(*) FROM case_file GROUP BY 1 ORDER BY 1"))
    print(f"{total} letters: acknowledged in {acknowledged:.1f} s, all closed in {seconds:.1f} s; by bureau: {bureaus}")
    print(f"by themselves: {alone['CLOSED']} closed, {100 * (alone['CLOSED'] + alone['ANSWERED']) / total:.1f} % accepted without the desk; {dict(alone)}")
    print(f"the desk: {dict(did)}")


main(test)

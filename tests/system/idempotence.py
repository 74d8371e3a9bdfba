# SPDX-License-Identifier: Apache-2.0
"""Whatever is sent again counts once: letters by (channel, client_ref), feedback by (bureau, event_id)."""
import subprocess
import sys

from system import BIN, SYS, TOP, check, jsonl, letters, main, objects, report, running, show, sql_int, submit, tool, verify, wait_state, wait_until

sys.path.insert(0, str(TOP / "proto"))
from msgpack_bytes import frame, pack  # noqa: E402

BUREAU = "440300"
FULL = {"channel": "web", "client_ref": "full", "mailbox": BUREAU, "title": "路灯不亮", "body": "小区门口的路灯三天不亮了。",
        "place": "深圳市福田区", "kind": "report", "occurred_at": "2026-11-01T18:20:00+08:00", "confidential": False,
        "accused": ["某某"], "writer": {"name": "甲", "phone": "000", "id_number": "111", "email": "a@example.org"}}
OTHER = {"mailbox": "440400", "title": "信号灯不亮", "body": "别的内容。", "place": "深圳市南山区", "kind": "consult",
         "occurred_at": "2026-11-02T18:20:00+08:00", "confidential": True, "accused": ["别人"]}


def three_times(made):
    """Two portals at once, then again."""
    both = [subprocess.Popen([BIN / "letterctl", "submit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in (1, 2)]
    for portal in both:
        portal.stdin.write(jsonl(made))  # smaller than what letterctl reads ahead, so neither waits for the other
    rounds = [objects(portal.communicate()[0]) for portal in both]
    rounds.append(submit(made))
    for letter, *receipts in zip(made, *rounds):
        ref = letter["client_ref"]
        check(all(r["client_ref"] == ref for r in receipts), ref, receipts)
        check(len({(r["number"], r["code"]) for r in receipts}) == 1, ref, "got different numbers:", receipts)
        check(sorted(r["duplicate"] for r in receipts[:2]) == [False, True], ref, "is new to none or to both:", receipts)
        check(receipts[2]["duplicate"], ref, "is new the third time")
    check(len({r["number"] for r in rounds[2]}) == len(made), "two letters have one number")
    check(sql_int("SELECT count(*) FROM letter") == len(made), "letters in the database")
    check(sql_int("SELECT count(*) FROM case_file") == len(made), "cases in the database")


def conflicts():
    submit([FULL])
    changed = [(member, {**FULL, member: value}) for member, value in OTHER.items()]
    changed += [(member, {k: v for k, v in FULL.items() if k != member}) for member in ("title", "place", "kind", "accused")]
    for member in FULL["writer"]:
        changed.append((f"writer.{member}", {**FULL, "writer": {**FULL["writer"], member: "他"}}))
        changed.append((f"writer.{member}", {**FULL, "writer": {k: v for k, v in FULL["writer"].items() if k != member}}))
    changed.append(("writer.name", {k: v for k, v in FULL.items() if k != "writer"}))
    for (member, _), answer in zip(changed, submit([letter for _, letter in changed], status=1)):
        check("error" in answer, "another", member, "under the same key was taken:", answer)
        check((answer["error"]["code"], answer["error"]["field"]) == ("conflict", member), member, answer)
    check(submit([FULL])[0]["duplicate"], "the letter itself is a conflict")
    check(submit([{**FULL, "channel": "phone"}])[0]["duplicate"] is False, "the key is channel and client_ref")


def feedback():
    wait_until(30, "three cases at the bureau", lambda: sql_int(f"SELECT next_seq FROM bureau_head WHERE bureau = {BUREAU}") > 3)
    done = tool("bureauctl", "subscribe", "--bureau", BUREAU, "--once")
    numbers = [d["number"] for d in objects(done.stdout)][:3]
    steps = [("signed", {}), ("contacted", {}), ("reviewed", {})]
    steps.insert(2, ("reported", {"outcome": "explained", "public_reply": "已说明。", "internal_report": "已核查。"}))
    events = [{"event_id": f"{n}/{name}", "number": n, "event": name, **more} for name, more in steps for n in numbers]
    first = report(BUREAU, [event for event in events for _ in range(3)])
    check([a["duplicate"] for a in first] == [False, True, True] * len(events), "duplicates:", first)
    before = [show(number) for number in numbers]
    check([case["state"] for case in before] == ["CLOSED"] * 3, "states:", before)
    for case in before:
        names = [e["event"] for e in case["events"]]
        check(len(names) == len(set(names)), "twice in the journal:", names)
        check(len(case["replies"]) == 1, "replies:", case["replies"])
    check(all(a["duplicate"] and a["state"] == "CLOSED" for a in report(BUREAU, events)), "later they are new")
    for member, value in (("public_reply", "别的。"), ("event", "contacted"), ("number", numbers[1])):
        (refused,) = report(BUREAU, [{**events[6], member: value}], status=1)
        check((refused["error"]["code"], refused["error"]["field"]) == ("conflict", "event_id"), "the same event_id with another", member, refused)
    check([show(number) for number in numbers] == before, "a repeat changed a case")


def desk():
    """The desk's tool chooses its refs by itself, so these are frames of our own: desk_act is message 13, its answer 14."""
    (receipt,) = submit(letters("desk", 1, "TRIAGE", "-")[0])
    wait_state(receipt["number"], "TRIAGE")
    act = {1: "r-1", 2: receipt["number"], 3: "accept", 5: "受理员", 6: int(BUREAU), 7: "report", 8: 1, 12: "属职责"}
    other = ((6, 440400), (7, "consult"), (8, 2), (12, "别的"))
    sent = [act, act] + [{**act, key: value} for key, value in other]
    done = subprocess.run([BIN / "raw", "dealer", f"ipc://{SYS}/run/desk.ipc"], capture_output=True, text=True, timeout=60,
                          input="".join(frame(13, pack(body)).hex() + "\n" for body in sent))
    check(done.stdout.splitlines() == ["message 14"] * 2 + ["conflict ref"] * len(other), done.stdout, done.stderr)


def test():
    with running():
        made, _ = letters("same", 1000)
        three_times(made)
        conflicts()
        feedback()
        desk()
        verify()


main(test)

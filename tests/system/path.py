# SPDX-License-Identifier: Apache-2.0
"""The thin life of a few letters, by hand: what each tool says at each step, and what is refused in which words."""
import json

from system import act, check, ctl, letters, main, objects, report, running, show, sql_int, submit, tool, verify, wait_state, wait_until

BUREAU = "440300"
LETTER = {"number", "state", "kind", "category", "bureau", "place_code", "urgent", "accused_units", "outcome",
          "received_at", "due_at", "round", "legs", "events", "replies"}
REPORTED = {"outcome": "explained", "public_reply": "您好,已向您说明办理途径。", "internal_report": "已核查"}


def deliveries():
    done = tool("bureauctl", "subscribe", "--bureau", BUREAU, "--once")
    check(done.returncode == 0, done.stderr)
    return objects(done.stdout)


def queue():
    done = ctl("queues", "--json")
    return next(q for q in objects(done.stdout) if q["bureau"] == int(BUREAU))


def event(number, name, **more):
    return {"event_id": f"{number}/{name}", "number": number, "event": name, **more}


def plain_path(number):
    wait_state(number, "HANDLING")
    check(queue()["head"] == 1 and queue()["waiting"] == 1, "queue before:", queue())
    (delivery,) = deliveries()
    check(delivery["seq"] == 1 and delivery["number"] == number and delivery["body"], "delivery:", delivery)
    wait_until(5, "the acknowledgement is in the database", lambda: queue()["waiting"] == 0 and queue()["acknowledged"] == 1)
    check(deliveries() == [], "delivered twice")

    (refused,) = report(BUREAU, [event(number, "reported", **REPORTED)], status=1)
    for word in ("HANDLING", "SENT", "reported", "signed"):
        check(word in refused["error"]["message"], "no", word, "in", refused)
    (refused,) = report("440400", [event(number, "signed")], status=1)
    check(refused["error"]["code"] == "not_found", "another bureau's case:", refused)
    check(sql_int("SELECT count(*) FROM dead_letter") == 1, "the desk keeps the first, not a case that the bureau does not have")
    (refused,) = report(BUREAU, [event(number, "dance")], status=1)
    check(refused["error"]["field"] == "event" and "signed" in refused["error"]["message"], refused)

    states = [report(BUREAU, [event(number, name, **more)])[0]["state"] for name, more in
              (("signed", {}), ("contacted", {}))]
    check(states == ["HANDLING", "HANDLING"], states)
    for missing in ("outcome", "public_reply"):
        short = {k: v for k, v in REPORTED.items() if k != missing}
        (refused,) = report(BUREAU, [{**event(number, "reported", **short), "event_id": f"without-{missing}"}], status=1)
        check(refused["error"]["field"] == missing, refused)
    again = {**event(number, "reported", **REPORTED), "event_id": "reported-at-last"}
    check(report(BUREAU, [again])[0]["state"] == "REVIEW", "after reported")
    check(report(BUREAU, [event(number, "reviewed")])[0]["state"] == "CLOSED", "after reviewed")

    case = show(number)
    check(LETTER <= case.keys(), "members missing in show --json:", LETTER - case.keys())
    check(case["outcome"] == "explained" and case["due_at"] is None, case)
    check([r["public"] for r in case["replies"]] == [REPORTED["public_reply"]], case["replies"])
    check([e["seq"] for e in case["events"]] == list(range(1, len(case["events"]) + 1)), "journal:", case["events"])
    check(all(e["because"] and e["actor"] and e["at"].endswith("+08:00") for e in case["events"]), case["events"])
    check([e["event"] for e in case["events"]][:3] == ["letter.received", "case.triaged", "case.accepted"], case["events"])
    (leg,) = case["legs"]
    check({"id", "parent", "unit", "role", "state", "due_at"} <= leg.keys() and leg["state"] == "DONE", leg)
    words = act(number, "accept", status=1)
    check("CLOSED" in words and "accept" in words and "archive" in words, "act on a closed case:", words)


def desk(number):
    """A letter that nobody but the desk can place."""
    wait_state(number, "TRIAGE")
    check("accept" in act(number, "dispatch", "--unit", BUREAU, status=1), "dispatch before accept")
    data = json.dumps({"kind": "complaint", "category": "04"})
    check("999999" in act(number, "accept", "--unit", "999999", "--data", data, status=1), "accept for nobody")
    check(act(number, "accept", "--unit", BUREAU, "--data", data, "--as", "受理岗") == "ACCEPTED", "accept")
    wait_state(number, "HANDLING")
    (delivery,) = deliveries()
    check(delivery["seq"] == 2 and delivery["kind"] == "complaint" and delivery["category"] == "04", delivery)
    check(any(e["post"] == "受理岗" for e in show(number)["events"]), "the post is not journalled")
    report(BUREAU, [event(number, "signed"), event(number, "reported", **REPORTED)])
    check("reason" in act(number, "return work", status=1), "return without a reason")
    check(act(number, "return_work", "--data", '{"reason":"请补充核查经过"}') == "HANDLING", "return_work")
    report(BUREAU, [{**event(number, "reported", **REPORTED), "event_id": "better"}])
    check(act(number, "review") == "CLOSED", "the desk reviews")


def refusals(number, other):
    wait_state(other, "TRIAGE")
    check("reason" in act(other, "refuse", status=1), "refuse without a reason")
    why = json.dumps({"reason_code": "no_facts", "reason": "内容不清,请另行来信说明"}, ensure_ascii=False)
    check("no_facts" in act(other, "refuse", "--data", '{"reason_code":"mood"}', status=1), "a reason that is none")
    check(act(other, "refuse", "--data", why, "--as", "受理员") == "TRIAGE", "refuse proposes")
    check("duty" in act(other, "grant", "--as", "受理员", status=1), "who proposes has not the duty to approve")
    check(act(other, "grant", "--as", "审核人") == "REFUSED", "another officer refuses")
    check(show(other)["due_at"] is None, "a refused case is due")
    head, digit = number[:-1], int(number[-1])
    for wrong, code in ((f"{head}{(digit + 1) % 10}", 2), ("440300-20990101-000001-1", 2), ("x", 2)):
        done = ctl("show", wrong, "--json")
        check(done.returncode == code and b"\n" == done.stderr[-1:] and not done.stdout, "show", wrong, done)


def wrong_mailbox(number):
    """Another mailbox before the same date and serial, with the check digit that goes with it: there is no such case."""
    digits = ("440400" + number[6:-2]).replace("-", "")
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    other = f"440400{number[6:-1]}{(11 - product) % 10}"
    done = ctl("show", other)
    check(done.returncode == 1 and "not_found" in done.stderr.decode(), "show", other, done)


def test():
    with running():
        clear, _ = letters("path", 1, "CLOSED", BUREAU)
        vague = [{"channel": "paper", "client_ref": f"vague-{i}", "body": "天气不错。"} for i in (1, 2)]
        numbers = [r["number"] for r in submit(clear + vague)]
        check(len(set(numbers)) == 3, numbers)
        plain_path(numbers[0])
        desk(numbers[1])
        refusals(numbers[0], numbers[2])
        wrong_mailbox(numbers[0])
        listed = objects(ctl("list", "--json").stdout)
        check([c["number"] for c in listed] == numbers[::-1], "list, newest first:", listed)
        closed = objects(ctl("list", "--json", "--state", "CLOSED", "--bureau", BUREAU, "--limit", 1).stdout)
        check([c["number"] for c in closed] == [numbers[1]], "list of one:", closed)
        check(sql_int("SELECT count(*) FROM dead_letter") > 0, "the refused feedback is kept")
        verify()


main(test)

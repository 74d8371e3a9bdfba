# SPDX-License-Identifier: Apache-2.0
"""Every bureau's key against every other's queue, reports, cases and identities: nothing crosses, each try is refused by name,
counted and written down. A stranger's key and a revoked one get nothing; a live session ends within two seconds of it."""
import time

from peer import NO_REPLY, Certificate
from public import BUREAUS, PROVINCE, Public
from system import check, counter, ctl, letters, main, objects, running, show, sql_int, submit, verify, wait_until

ALL = [*BUREAUS, PROVINCE]
NOBODYS = "440300-20200101-000001-"


def first_letters():
    """A letter for each city's bureau: {bureau: number}"""
    mine = {}
    for bureau in BUREAUS:
        made, _ = letters(f"m{bureau}", 1, "CLOSED", str(bureau))
        mine[bureau] = submit(made)[0]["number"]
    wait_until(30, "each has its letter",
               lambda: sql_int("SELECT count(*) FROM bureau_head WHERE next_seq > 1") >= len(BUREAUS))
    return mine


def refused(answer, *codes):
    check(answer != NO_REPLY and answer[0] == "refusal" and answer[1]["code"] in codes, "expected", codes, "got", answer)
    return answer[1]


def tries(own, other, number, deliver, feedback):
    """What a bureau must not do with another's; the number of tries that name the other."""
    for name, values in (("hello", {"credit": 100}), ("hello", {"credit": 100, "last_seq": 0, "take_over": True}),
                         ("ack", {"seq": 0, "credit": 100}), ("reject", {"seq": 1, "reason": "x"}), ("goodbye", {})):
        refused(deliver.ask(name, bureau=other, **values), "not_yours")
    refused(feedback.ask("feedback", event_id=f"{own}-{other}", bureau=other, number=number, event="signed"), "not_yours")
    refused(feedback.ask("identity_open", event_id=f"{own}-{other}-i", bureau=other, number=number, officer="1", purpose="x"),
            "not_yours")
    refused(feedback.ask("lookup", ref="l", channel=1, number=number, code="ABCDEFGH2345"), "not_yours")
    # In its own name about the other's case: it is told what it is told of a case that is nobody's.
    events = [feedback.ask("feedback", event_id=f"{own}-{other}-{n}", bureau=own, number=n, event="signed")
              for n in (number, NOBODYS_NUMBER)]
    check(refused(events[0], "not_found")["message"] == refused(events[1], "not_found")["message"], events)
    opened = [feedback.ask("identity_open", event_id=f"{own}-{other}-{n}-i", bureau=own, number=n, officer="1", purpose="x")
              for n in (number, NOBODYS_NUMBER)]
    check(refused(opened[0], "not_found")["message"] == refused(opened[1], "not_found")["message"], opened)
    return 8


def matrix(public, mine):
    named = 0
    for own in ALL:
        with public.peer(public.deliver, own) as deliver, public.peer(public.feedback, own) as feedback:
            for other in ALL:
                if other != own and other in mine:
                    named += tries(own, other, mine[other], deliver, feedback)
    return named


def strangers(public):
    before = counter("dispatcherd", "handshakes_refused_total")
    with public.peer(public.deliver, key=Certificate()) as stranger:
        stranger.send("hello", bureau=440300, credit=100)
        wait_until(10, "the stranger is refused", lambda: counter("dispatcherd", "handshakes_refused_total") > before)
        check(stranger.next(0.5) == NO_REPLY, "a stranger was answered")


def revocation(public):
    with public.peer(public.deliver, 440300) as live:
        name, welcome = live.ask("hello", bureau=440300, credit=100, last_seq=0)
        check(name == "welcome" and welcome.get("active", True), name, welcome)
        check(live.next()[0] == "delivery", "no delivery")
        listed = objects(ctl("keys", "list", "--json").stdout)
        key = next(k for k in listed if k["holder"] == 440300)
        done = ctl("keys", "revoke", key["fingerprint"], "--reason", "test")
        check(done.returncode == 0, done.stderr.decode())
        revoked_at = time.monotonic()
        answer = live.next(3)
        check(answer != NO_REPLY and answer[1].get("code") == "key_revoked", answer)
        took = time.monotonic() - revoked_at
        check(took < 2, f"the live session lasted {took:.2f} s")
        refused(live.ask("hello", bureau=440300, credit=100), "key_revoked")
    before = counter("dispatcherd", "handshakes_refused_total")
    with public.peer(public.deliver, 440300) as again:
        again.send("hello", bureau=440300, credit=100)
        wait_until(10, "the revoked key is refused", lambda: counter("dispatcherd", "handshakes_refused_total") > before)
        check(again.next(0.5) == NO_REPLY, "a revoked key was answered")
    print(f"out after {took:.2f} s")


def test():
    public = Public()
    with running():
        mine = first_letters()
        states = {number: show(number)["events"] for number in mine.values()}
        named = matrix(public, mine)
        wait_until(10, f"{named} tries are written down", lambda: sql_int("SELECT sum(times) FROM denied_peer") == named)
        check({n: show(n)["events"] for n in mine.values()} == states, "a case was changed")
        strangers(public)
        revocation(public)
        print(f"{named} tries in another's name, {len(ALL) * (len(BUREAUS) - 1) * 4} about another's case: no crossing")
        verify()


def check_digit(digits):
    """ISO 7064 MOD 11,10"""
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return (11 - product) % 10


NOBODYS_NUMBER = NOBODYS + str(check_digit(NOBODYS.replace("-", "")))
main(test)

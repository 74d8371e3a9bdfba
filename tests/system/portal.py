# SPDX-License-Identifier: Apache-2.0
"""A portal over TCP with CURVE: its key brings letters of its own channel alone, and reads its own channel's queue of what writers are
to be told: in sequence, again after a restart, in words that name no unit to its cost."""
import shutil

from peer import NO_REPLY, Certificate, Peer
from public import Public
from system import SYS, TOP, check, counter, ctl, kill, letters, main, running, sql_int, verify, wait_until

WEB, WECHAT, BUREAU = 1, 2, 440300


def policy_with(*queues):
    folder = SYS / "policy"
    shutil.copytree(TOP / "deploy/policy", folder)
    with (folder / "queues.tsv").open("a") as file:
        file.writelines(f"{queue}\n" for queue in queues)
    done = ctl("policy", "load", folder)
    check(done.returncode == 0, done.stderr.decode())


def portal_key(channel):
    path = SYS / f"{channel}.key"
    done = ctl("keys", "new", "--portal", channel, "--out", path)
    check(done.returncode == 0, done.stderr.decode())
    return Certificate.of(path)


def refused(answer, code):
    check(answer != NO_REPLY and answer[0] == "refusal" and answer[1]["code"] == code, "expected", code, "got", answer)


def brings_letters(public, web):
    """The receipts' numbers."""
    made, _ = letters("p", 5, "CLOSED", str(BUREAU))
    numbers = {}
    with Peer(public.submit, web, public.server) as portal:
        for letter in made:
            letter = {k: v for k, v in letter.items() if k != "writer"} | {"channel": "web"}
            name, receipt = portal.ask("letter_submit", **letter)
            check(name == "receipt" and not receipt["duplicate"], name, receipt)
            numbers[letter["client_ref"]] = receipt["number"]
        refused(portal.ask("letter_submit", **{**letter, "channel": "wechat"}), "not_yours")
        refused(portal.ask("letter_submit", **{**letter, "channel": "pigeon"}), "unknown_value")
    with public.peer(public.submit, BUREAU) as bureau:
        refused(bureau.ask("letter_submit", **letter), "not_yours")
    wait_until(3, "both denials are counted", lambda: counter("intaked", "messages_denied_total") == 2)
    check(sql_int("SELECT count(*) FROM letter") == len(made), "letters in the database")
    return numbers


def subscribed(public, key, channel, **values):
    peer = Peer(public.deliver, key, public.server)
    answer = peer.ask("hello", bureau=channel, credit=100, **values)
    while answer != NO_REPLY and answer[0] == "welcome" and not answer[1]["active"]:
        answer = peer.next()
    return peer, answer


def notices(peer, n, after=0):
    got = []
    for seq in range(after + 1, after + n + 1):
        answer = peer.next(10)
        check(answer != NO_REPLY and answer[0] == "writer_notice" and answer[1]["seq"] == seq, seq, answer)
        got.append(answer[1])
    return got


def is_told(public, web, wechat, numbers):
    peer, answer = subscribed(public, web, WEB, last_seq=0)
    with peer:
        check(answer[0] == "welcome" and answer[1]["bureau"] == WEB, answer)
        got = notices(peer, 2 * len(numbers))
        for ref, number in numbers.items():
            mine = [n for n in got if n["client_ref"] == ref]
            check([n["event"] for n in mine] == ["accepted", "sent"] and all(n["number"] == number for n in mine), mine)
            check(all(n["label"] and n["line"] for n in mine), mine)
            check("深圳市公安机关有关部门" in mine[1]["line"] and mine[1].get("due_at"), mine[1])
        peer.send("ack", bureau=WEB, seq=4, credit=0, epoch=answer[1]["epoch"])
        refused(peer.ask("hello", bureau=WECHAT, credit=1), "not_yours")
        refused(peer.ask("hello", bureau=BUREAU, credit=1), "not_yours")
    kill("dispatcherd")
    wait_until(20, "it is back", lambda: ctl("status").returncode == 0)
    peer, answer = subscribed(public, web, WEB)
    with peer:
        after = answer[1]["last_seq"]
        check(after in (0, 4), answer)  # the last acknowledgement may not have been saved
        check(notices(peer, 10 - after, after) == got[after:], "another content after the restart")
    peer, answer = subscribed(public, wechat, WECHAT)
    with peer:
        check(answer[0] == "welcome" and answer[1]["head"] == 0 and peer.next(0.5) == NO_REPLY, answer)


def test():
    public = Public(bureaus=(BUREAU,))
    policy_with("web", "wechat")
    web, wechat = portal_key("web"), portal_key("wechat")
    with running():
        numbers = brings_letters(public, web)
        wait_until(20, "the writers' notices are queued",
                   lambda: sql_int(f"SELECT next_seq - 1 FROM bureau_head WHERE bureau = {WEB}") == 2 * len(numbers))
        is_told(public, web, wechat, numbers)
        verify()


main(test)

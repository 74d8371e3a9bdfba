# SPDX-License-Identifier: Apache-2.0
"""A bureau reads its queue while the dispatcher and the desk both append to it, its subscriber is killed and starts again behind
its own record, with a credit of 1 and of 1000, and the dispatcher is killed: each row once, in order, without a gap."""
import itertools
import json
import random
import subprocess
import sys
import threading

from system import BIN, SYS, Portal, check, ctl, feed, kill, letters, main, objects, running, sql, submit, verify, wait_until

BUREAU = "440300"
RECORD = SYS / "record"


class Subscriber:
    """A bureau that keeps whole lines, and after a crash asks for what is behind the last one."""

    def __init__(self, credit):
        whole = RECORD.read_bytes() if RECORD.exists() else b""
        whole = whole[: whole.rfind(b"\n") + 1]
        RECORD.write_bytes(whole)
        last = json.loads(whole.splitlines()[-1])["seq"] if whole else 0
        self.process = subprocess.Popen([BIN / "bureauctl", "subscribe", "--bureau", BUREAU, "--credit", str(credit),
                                         "--from", str(last + 1)], stdout=RECORD.open("ab"))

    def end(self):
        check(self.process.poll() is None, "the subscriber ended with", self.process.returncode)
        self.process.kill()
        self.process.wait()


def lines():
    return RECORD.read_bytes().count(b"\n")


def both_append(plain, vague):
    """The portals' letters are dispatched by the dispatcher; the desk's, where it is quicker, by the desk."""
    numbers = [r["number"] for r in submit(vague)]
    wait_until(20, "the desk's letters wait for it",
               lambda: sql(f"SELECT count(*) FROM case_words WHERE state = 'TRIAGE'") == [[str(len(vague))]])
    portal = Portal("portal")
    trickle = threading.Thread(target=feed, args=([portal], plain, threading.Event()))
    trickle.start()
    answers = []
    for i in range(0, len(numbers), 25):
        acts = []
        for number in numbers[i : i + 25]:
            acts.append({"number": number, "event": "accept", "unit": int(BUREAU), "data": {"category": "04", "kind": "help"}})
            acts.append({"number": number, "event": "dispatch", "unit": int(BUREAU)})
        answers += objects(ctl("act", "-", lines=acts).stdout)
    trickle.join()
    portal.finish(20)
    check(all("state" in answer for answer in answers[::2]), "accept:", answers[:4])
    won = sum("state" in answer for answer in answers[1::2])
    check(all("state" in a or a["error"]["code"] == "not_allowed" for a in answers[1::2]), answers)
    print(f"the desk appended {won}, the dispatcher {len(plain) + len(vague) - won}")


def test():
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    print(f"seed {seed}")
    plain, _ = letters("plain", 500, "CLOSED", BUREAU)
    vague = [{"channel": "paper", "client_ref": f"vague-{i}", "mailbox": BUREAU, "body": "天气不错。"} for i in range(250)]
    total = len(plain) + len(vague)
    with running():
        racing = threading.Thread(target=both_append, args=(plain, vague), daemon=True)
        racing.start()
        starts = 0
        for credit in itertools.cycle((1000, 1)):
            subscriber = Subscriber(credit)
            starts += 1
            enough = min(total, lines() + rng.randrange(10, 60))
            wait_until(30, f"{enough} rows at the subscriber", lambda: lines() >= enough)
            if starts % 4 == 3:
                kill("dispatcherd")
            subscriber.end()
            if lines() >= total:
                break
        racing.join()
        check(starts >= 6, "only", starts, "starts of the subscriber")
        seen = [json.loads(line) for line in RECORD.read_bytes().splitlines()]
        check([d["seq"] for d in seen] == list(range(1, total + 1)), "sequences:", [d["seq"] for d in seen])
        queued = [int(row[0]) for row in sql(f"SELECT case_id FROM bureau_queue WHERE bureau = {BUREAU} ORDER BY seq")]
        check([d["number"].split("-")[1:3] for d in seen] == [[f"20{i // 10**9:06}", f"{i % 10**9:06}"] for i in queued],
              "the rows read are not those of the queue")
        print(f"{total} rows, {starts} starts of the subscriber")
        verify()


main(test)

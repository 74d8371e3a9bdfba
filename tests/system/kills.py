# SPDX-License-Identifier: Apache-2.0
"""Letters go through four portals while daemons are killed (-9) and PostgreSQL is crashed. Each receipt must be in the
database once, with its number, and nothing else; each letter must end where it belongs within a minute of the last fault.

kills.py [--letters N] [--kills N] [--crashes N] [--seed N] [--intaked PATH] [--only NAME]
The portals keep their receipts outside of the system, in files. Exit status 3: receipts were lost.
"""
import argparse
import random
import sys
import threading
import time

from system import DAEMONS, Portal, check, feed, kill, letters, main, postgres, running, sql, verify, wait_until

PORTALS = 4


def slow_commits():
    """Each COMMIT waits before its flush, as on a slow disk, so that faults strike between a COMMIT's begin and its end."""
    sql("ALTER SYSTEM SET commit_delay = 20000")
    sql("ALTER SYSTEM SET commit_siblings = 0")
    sql("SELECT pg_reload_conf()")


def strike(rng, fault, victims):
    if fault == "crash":
        postgres("restart", "-m", "immediate")
        return
    victim = rng.choice(victims)
    wait_until(20, f"{victim} is there to be killed", lambda: kill(victim))


def answered(portals):
    return sum(portal.path.stat().st_size for portal in portals)


def send_under_faults(rng, made, args):
    portals = [Portal(f"portal{i}") for i in range(PORTALS)]
    hurry = threading.Event()
    feeder = threading.Thread(target=feed, args=(portals, made, hurry), daemon=True)
    feeder.start()
    victims = [args.only] if args.only else [*DAEMONS, "reference"]
    faults = ["kill"] * args.kills + ["crash"] * args.crashes
    rng.shuffle(faults)
    wait_until(20, "the first receipts", lambda: portals[0].receipts())
    for fault in faults:
        if fault == "crash":  # two crashes without a letter between them are one
            before = answered(portals)
            wait_until(30, "letters are taken", lambda: answered(portals) > before or not feeder.is_alive())
        time.sleep(rng.uniform(0, 0.3))  # when a fault comes is part of the test
        strike(rng, fault, victims)
    last_fault = time.monotonic()
    hurry.set()
    feeder.join()
    return portals, last_fault


def judge_receipts(portals, made):
    receipts = {r["client_ref"]: r for portal in portals for r in portal.finish(60)}
    check(receipts.keys() == {letter["client_ref"] for letter in made}, len(receipts), "receipts for", len(made), "letters")
    check(all("number" in r for r in receipts.values()), [r for r in receipts.values() if "number" not in r][:3])
    stored = {ref: f"{mailbox}-20{int(id) // 10**9:06}-{int(id) % 10**9:06}-"
              for ref, mailbox, id in sql("SELECT client_ref, mailbox, id FROM letter")}
    lost = [ref for ref, r in receipts.items() if not r["number"].startswith(stored.get(ref, "none"))]
    if lost:
        print(f"LOST: {len(lost)} of {len(receipts)} receipts name no letter in the database, the first {lost[0]}")
        sys.exit(3)
    check(stored.keys() == receipts.keys(), "letters without a receipt:", len(stored.keys() - receipts.keys()))
    check(len({r["number"] for r in receipts.values()}) == len(made), "two receipts have one number")


def states():
    return dict(sql("SELECT l.client_ref, c.state FROM letter l JOIN case_words c ON c.id = l.id"))


def run(args):
    rng = random.Random(args.seed)
    print(f"seed {args.seed}: {args.letters} letters, {args.kills} kills, {args.crashes} crashes of PostgreSQL", flush=True)
    made, wanted = letters("k", args.letters)
    with running(reference=True, programs={"intaked": args.intaked} if args.intaked else None):
        slow_commits()
        portals, last_fault = send_under_faults(rng, made, args)
        judge_receipts(portals, made)
        left = max(1, 60 - (time.monotonic() - last_fault))
        try:
            wait_until(left, "every letter is where it belongs", lambda: states() == wanted)
        finally:
            wrong = [(ref, state, wanted[ref]) for ref, state in states().items() if state != wanted[ref]]
            print(f"{len(wrong)} letters are elsewhere {time.monotonic() - last_fault:.1f} s after the last fault:", wrong[:5])
        verify()


def options():
    parser = argparse.ArgumentParser()
    for name, default in (("letters", 5000), ("kills", 40), ("crashes", 5), ("seed", random.randrange(10**6))):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--intaked")
    parser.add_argument("--only")
    return parser.parse_args()


main(lambda: run(options()))

# SPDX-License-Identifier: Apache-2.0
"""Letters at a steady rate for an hour, whole lives, 21 bureaus in network namespaces over tcp with CURVE, and every few seconds
a fault: a daemon killed, PostgreSQL crashed, a bureau cut off, deaf, mute, lossy, stopped, or reconnecting like mad. In the end
every receipt is in the database once, every letter is where it belongs, every bureau took each line in once, and neither memory
nor descriptors have grown. tests/soak runs it.

soak.py [--minutes N] [--rate N] [--every SECONDS] [--seed N]
"""
import argparse
import json
import os
import random
import threading
import time

import namespaces
from namespaces import Bureau
from public import BUREAUS, PROVINCE, SERVER_KEY, Public
from system import BIN, DAEMONS, SYS, Portal, check, ctl, kill, letters, main, pid_of, postgres, running, sql, sql_int, status, verify, wait_until

FAULTS = ("kill", "kill", "kill", "crash", "partition", "deaf", "mute", "loss", "stop", "storm")
ILL_MOST = 5  # bureaus at a time


class Reference(Bureau):
    """A bureau that answers what it gets, from behind its own network."""

    def __init__(self, i, code, public):
        super().__init__(i, code, public)
        config = SYS / f"{code}.cfg"
        config.write_text(f'bureau\n    deliver = "{public.deliver}"\n    feedback = "{public.feedback}"\n'
                          f'    server_key = "{SERVER_KEY}"\n    key = "{public.files[code]}"\n')
        self.command = ["ip", "netns", "exec", self.space, BIN / "bureauctl", "reference", "--bureau", str(code), "-c", config]


def footprint():
    """{daemon: (resident KiB, descriptors)} of those that run now."""
    found = {}
    for name in DAEMONS:
        pid = pid_of(name)
        try:
            pages = int(open(f"/proc/{pid}/statm").read().split()[1])
            found[name] = pages * os.sysconf("SC_PAGE_SIZE") // 1024, len(os.listdir(f"/proc/{pid}/fd"))
        except FileNotFoundError:
            pass
    return found


def feed(portal, rate, until, sent):
    """Letters at the rate, in bundles of a tenth of a second."""
    began, bundle = time.monotonic(), 0
    while time.monotonic() < until:
        made, wanted = letters(f"s{bundle}", max(1, rate // 10), "CLOSED")
        sent.update(wanted)
        portal.send(made)
        bundle += 1
        time.sleep(max(0, began + bundle / 10 - time.monotonic()))


def strike(rng, bureaus, ill):
    fault = rng.choice(FAULTS)
    if fault == "kill":
        victim = rng.choice(DAEMONS)
        wait_until(30, f"{victim} is there to be killed", lambda: kill(victim))
    elif fault == "crash":
        postgres("restart", "-m", "immediate")
    else:
        bureau = rng.choice(bureaus)
        getattr(bureau, fault)()
        ill.append(bureau)
        if len(ill) > ILL_MOST:
            ill.pop(0).heal()
    return fault


def judge(portal, sent):
    receipts = {r["client_ref"]: r for r in portal.finish(120)}
    check(receipts.keys() == sent.keys(), len(receipts), "receipts for", len(sent), "letters")
    stored = dict(sql("SELECT client_ref, id FROM letter"))
    check(stored.keys() == sent.keys(), "stored:", len(stored), "sent:", len(sent))
    closed = "SELECT count(*) FROM case_file WHERE state = 80"
    wait_until(300, "every letter is closed", lambda: sql_int(closed) == len(sent))
    # One report, one reply, one end of each: an effect that came twice would be a second line.
    twice = sql_int("SELECT count(*) FROM (SELECT case_id FROM reply WHERE leg <> 0 GROUP BY case_id, leg HAVING count(*) > 1) d")
    check(twice == 0, twice, "legs were reported twice")
    late = sql_int("SELECT count(*) FROM bureau_head h JOIN bureau_cursor c USING (bureau) WHERE c.acked_seq <> h.next_seq - 1")
    check(late == 0, late, "queues are not acknowledged to their heads")
    verify()


def run(args):
    rng = random.Random(args.seed)
    print(f"seed {args.seed}: {args.minutes} minutes at {args.rate} letters a second, a fault every {args.every} s or so", flush=True)
    namespaces.make_hub()
    public = Public(namespaces.HUB)
    bureaus = [Reference(i, code, public) for i, code in enumerate([*BUREAUS, PROVINCE])]
    faults, ill, sent, prints = {}, [], {}, []
    with running():
        for bureau in bureaus:
            bureau.start()
        portal = Portal("soak")
        until = time.monotonic() + args.minutes * 60
        feeder = threading.Thread(target=feed, args=(portal, args.rate, until, sent), daemon=True)
        feeder.start()
        told = time.monotonic()
        while feeder.is_alive():
            time.sleep(rng.uniform(0.2, 2 * args.every - 0.2))
            fault = strike(rng, bureaus, ill)
            faults[fault] = faults.get(fault, 0) + 1
            if time.monotonic() - told > 60:
                told = time.monotonic()
                prints.append(footprint())
                print(f"{len(sent)} letters, {sum(faults.values())} faults, {sql_int('SELECT count(*) FROM case_file WHERE state = 80')} closed, "
                      + ", ".join(f"{name} {kib // 1024} MiB {fds} fds" for name, (kib, fds) in prints[-1].items()), flush=True)
        for bureau in bureaus:
            bureau.heal()
        wait_until(60, "the daemons are ready again", lambda: ctl("status").returncode == 0)
        healed = time.monotonic()
        judge(portal, sent)
        last = footprint()
        print(json.dumps({"letters": len(sent), "faults": faults, "bureau_starts": sum(b.starts for b in bureaus),
                          "settled_s": round(time.monotonic() - healed, 1), "last": last,
                          "largest": {name: max((p[name] for p in prints if name in p), default=None) for name in DAEMONS}}))
        for name, (kib, fds) in last.items():
            check(kib < 96 * 1024 and fds < 200, name, "has grown:", kib, "KiB,", fds, "descriptors")
        for bureau in bureaus:
            bureau.kill()


def options():
    parser = argparse.ArgumentParser()
    for name, default in (("minutes", 60), ("rate", 200), ("every", 3), ("seed", random.randrange(10**6))):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main(lambda: run(options()))

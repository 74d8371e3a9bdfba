# SPDX-License-Identifier: Apache-2.0
"""21 bureaus, each in a network namespace of its own, over tcp with CURVE. 20,000 letters: each bureau gets exactly its own,
in order, acknowledged. Then, while more come: partitions, one-way drops, 30 % loss, SIGSTOP, reconnect storms, and the dispatcher
killed 20 times: no loss, no gap, no other order, and what comes twice is known by its sequence.

namespaces.py [--letters N] [--more N] [--kills N] [--faults N] [--seed N]
Skipped where the machine permits no network namespaces or nft.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

SEPARATE = "PA_NAMESPACES_SEPARATE"
HUB = "10.231.255.1"


def permitted():
    """Why not, or None."""
    if os.geteuid() != 0:
        return "needs root for network namespaces"
    if missing := [tool for tool in ("ip", "nft", "unshare") if not shutil.which(tool)]:
        return f"needs {', '.join(missing)}"
    script = ("mount -t tmpfs none /run/netns 2>/dev/null || mkdir -p /run/netns; ip netns add a && ip link add v type veth peer name w netns a && "
              "ip netns exec a nft add table inet t")
    tried = subprocess.run(["unshare", "--net", "--mount", "sh", "-c", script], capture_output=True, text=True)
    return tried.stderr.strip().splitlines()[-1] if tried.returncode else None


if SEPARATE not in os.environ:
    if why := permitted():
        print(f"skipped: this machine permits no network namespaces: {why}")
        sys.exit(77)
    # A network and mounts of our own: nothing stays behind, and two runs do not meet.
    os.environ[SEPARATE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv])

from public import BUREAUS, Public  # noqa: E402
from system import BIN, DIR, check, kill, letters, main, running, sql, submit, verify, wait_until  # noqa: E402


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def make_hub():
    os.makedirs("/run/netns", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run/netns"], check=True)
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{HUB}/32", "dev", "lo")


class Bureau:
    """A bureau's system behind its own network: bureauctl subscribe, one output file for each start."""

    def __init__(self, i, code, public):
        self.code, self.space, self.starts, self.process = code, f"b{code}", 0, None
        self.command = ["ip", "netns", "exec", self.space, BIN / "bureauctl", "subscribe", "--bureau", str(code), "--connect", public.deliver,
                        "--server-key", public.server.decode(), "--key", public.files[code]]
        link, near, far = f"v{code}", f"10.231.{i}.1", f"10.231.{i}.2"
        ip("netns", "add", self.space)
        ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", self.space)
        ip("addr", "add", f"{near}/30", "dev", link)
        ip("link", "set", link, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "addr", "add", f"{far}/30", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "route", "add", "default", "via", near)

    def inside(self, *words):
        subprocess.run(["ip", "netns", "exec", self.space, *words], check=True)

    def start(self):
        self.starts += 1
        out = (DIR / f"{self.code}.{self.starts}.out").open("wb")
        self.process = subprocess.Popen(self.command, stdout=out, stderr=(DIR / f"{self.code}.err").open("ab"))

    def kill(self):
        self.process.kill()
        self.process.wait()

    # ---- Faults, and their end ----

    def drop(self, *rules):
        self.heal()
        self.inside("nft", "add", "table", "inet", "fault")
        for hook, match in rules:
            self.inside("nft", "add", "chain", "inet", "fault", hook, f"{{ type filter hook {hook} priority 0; }}")
            self.inside("nft", "add", "rule", "inet", "fault", hook, f"{match} drop")

    def partition(self):
        self.drop(("input", "meta l4proto tcp"), ("output", "meta l4proto tcp"))

    def deaf(self):
        self.drop(("input", "meta l4proto tcp"))

    def mute(self):
        self.drop(("output", "meta l4proto tcp"))

    def loss(self):
        some = "meta l4proto tcp numgen random mod 100 < 30"
        self.drop(("input", some), ("output", some))

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def storm(self):
        for _ in range(10):
            self.kill()
            self.start()
            time.sleep(random.uniform(0, 0.1))  # in the handshake, after hello, among deliveries: anywhere

    def heal(self):
        subprocess.run(["ip", "netns", "exec", self.space, "nft", "delete", "table", "inet", "fault"], stderr=subprocess.DEVNULL)
        self.process.send_signal(signal.SIGCONT)

    # ---- What it got ----

    def lines(self):
        """(which start, the object) of each whole line."""
        for start in range(1, self.starts + 1):
            for line in (DIR / f"{self.code}.{start}.out").read_bytes().split(b"\n")[:-1]:
                yield start, json.loads(line)

    def judge(self, queue):
        """queue: {seq: number} as the database has it. Returns how many came more than once."""
        seen, last, lines = {}, {}, 0
        for start, line in self.lines():
            seq, number = line["seq"], line["number"]
            check(seq == last.get(start, seq - 1) + 1, self.code, "start", start, "got", seq, "behind", last.get(start))
            check(seen.setdefault(seq, number) == number, self.code, seq, "is two letters")
            last[start] = seq
            lines += 1
        check(seen == queue, self.code, "got", len(seen), "of", len(queue))
        return lines - len(seen)


def queues():
    of = {code: {} for code in BUREAUS}
    for bureau, seq, mailbox, case in sql("SELECT q.bureau, q.seq, c.mailbox, q.case_id FROM bureau_queue q JOIN case_file c ON c.id = q.case_id"):
        if int(bureau) in of:
            of[int(bureau)][int(seq)] = (mailbox, int(case))
    return {bureau: {seq: number_of(*key) for seq, key in rows.items()} for bureau, rows in of.items()}


def number_of(mailbox, case):
    digits = f"{mailbox}20{case // 10**9:06}{case % 10**9:06}"
    product = 10
    for digit in digits:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return f"{digits[:6]}-{digits[6:14]}-{digits[14:]}-{(11 - product) % 10}"


def send(prefix, n):
    made, _ = letters(prefix, n, "CLOSED")
    submit([letter for letter in made])


def acknowledged():
    return sql("SELECT 1 FROM bureau_head h JOIN bureau_cursor c USING (bureau) WHERE c.acked_seq < h.next_seq - 1 "
               "UNION ALL SELECT 1 FROM case_file WHERE state IN (10, 30) LIMIT 1") == []


def trouble(rng, bureaus, args):
    """Faults at random bureaus, the dispatcher's deaths among them, while letters trickle in."""
    faults = ["partition", "deaf", "mute", "loss", "stop", "storm"]
    events = [faults[i % len(faults)] for i in range(args.faults)] + ["dispatcher"] * args.kills
    rng.shuffle(events)
    ill = []
    for i, event in enumerate(events):
        send(f"n{i}", args.more // len(events))
        if event == "dispatcher":
            wait_until(20, "the dispatcher is there to be killed", lambda: kill("dispatcherd"))
            continue
        bureau = rng.choice(bureaus)
        getattr(bureau, event)()
        ill.append(bureau)
        if len(ill) > 5:
            ill.pop(0).heal()
    for bureau in bureaus:
        bureau.heal()


def run(args):
    rng = random.Random(args.seed)
    random.seed(args.seed)
    print(f"seed {args.seed}: {args.letters} letters, then {args.more} under {args.faults} faults and {args.kills} kills", flush=True)
    make_hub()
    public = Public(HUB)
    bureaus = [Bureau(i, code, public) for i, code in enumerate(BUREAUS)]
    with running():
        for bureau in bureaus:
            bureau.start()
        began = time.monotonic()
        send("calm", args.letters)
        wait_until(60, "everything is acknowledged", acknowledged)
        calm = time.monotonic() - began
        want = queues()
        again = sum(bureau.judge(want[bureau.code]) for bureau in bureaus)
        check(again == 0, again, "deliveries came twice without a fault")
        print(f"calm: {sum(map(len, want.values()))} deliveries to {len(BUREAUS)} bureaus in {calm:.1f} s", flush=True)
        trouble(rng, bureaus, args)
        healed = time.monotonic()
        wait_until(90, "everything is acknowledged after the faults", acknowledged)
        want = queues()
        again = sum(bureau.judge(want[bureau.code]) for bureau in bureaus)
        print(f"{sum(map(len, want.values()))} deliveries, {again} of them twice, {sum(b.starts for b in bureaus)} starts, "
              f"all acknowledged {time.monotonic() - healed:.1f} s after the last fault")
        for bureau in bureaus:
            bureau.kill()
        verify()


def options():
    parser = argparse.ArgumentParser()
    for name, default in (("letters", 20000), ("more", 4000), ("kills", 20), ("faults", 24), ("seed", random.randrange(10**6))):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


if __name__ == "__main__":
    main(lambda: run(options()))

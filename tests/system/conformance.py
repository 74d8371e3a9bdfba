# SPDX-License-Identifier: Apache-2.0
"""bureauctl and docs/examples/bureau.py pass tests/conformance over ipc and over tcp with CURVE."""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
BUREAUCTL = pathlib.Path(os.environ["PA_BIN"]) / "bureauctl"
EXAMPLE = TOP / "docs/examples/bureau.py"
WHERE = ["--connect", "{endpoint}", "--bureau", "{bureau}"]
PORTAL = "hello,gap,blocked,notices,large,unknown,kill"
CLIENTS = {
    "the example": ([], [EXAMPLE, "{mode}", *WHERE, "--store", "{store}"]),
    "bureauctl subscribe": (["--mode", "subscribe"], [BUREAUCTL, "subscribe", *WHERE, "--from", "{next}"]),
    "bureauctl subscribe, a portal": (["--mode", "subscribe", "--bureau", "1", "--only", PORTAL],
                                      [BUREAUCTL, "subscribe", "--connect", "{endpoint}", "--portal", "web", "--from", "{next}"]),
    "bureauctl report": (["--mode", "report"], [BUREAUCTL, "report", *WHERE]),
}


def play(name, curve, folder):
    options, client = CLIENTS[name]
    endpoint = f"ipc://{folder}/door"
    if curve:
        endpoint, options = "tcp://127.0.0.1:*", [*options, "--curve", f"{folder}/keys"]
        client = [*client, "--server-key", "{server_key}", "--key", "{key}"]
    done = subprocess.run([TOP / "tests/conformance", endpoint, "--jobs", "6", *options, "--", *client], capture_output=True, text=True,
                          timeout=250)
    return name, curve, done


def main():
    bad = 0
    with tempfile.TemporaryDirectory(prefix="conformance.") as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = []
        for number, (name, curve) in enumerate((name, curve) for curve in (False, True) for name in CLIENTS):
            own = pathlib.Path(folder) / str(number)
            own.mkdir()
            jobs.append(pool.submit(play, name, curve, own))
        for job in jobs:
            name, curve, done = job.result()
            print(f"--- {name} over {'tcp with CURVE' if curve else 'ipc'}: exit status {done.returncode}")
            print(done.stdout.splitlines()[-1] if done.returncode == 0 else done.stdout + done.stderr)
            bad += done.returncode != 0
    return 1 if bad else 0


sys.exit(main())

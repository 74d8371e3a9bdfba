# SPDX-License-Identifier: Apache-2.0
"""tests/conformance can fail: a client with a planted fault fails the scenario that is made for it, and without one passes it."""
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FAULTS = {  # fault of wrong_client.py: scenarios that it must fail
    "patient": ["silence"],
    "mute": ["heartbeat", "standby", "blocked"],
    "early": ["hello", "kill"],
    "gaps": ["gap"],
    "twice": ["duplicates"],
    "forgetful": ["subscribe/vanish"],
    "stubborn": ["refused"],
    "hasty": ["subscribe/retry"],
    "greedy": ["credit"],
    "stingy": ["credit"],
    "old_epoch": ["unknown_session"],
    "impatient": ["standby"],
    "strict": ["unknown", "garbage"],
    "garbled": ["hello"],
    "volatile": ["kill"],
    "rude": ["goodbye"],
    "crowding": ["one_of_a_case"],
    "once": ["report/unanswered"],
}


def play(fault, scenarios):
    with tempfile.TemporaryDirectory(prefix="control.") as folder:
        done = subprocess.run([HERE.parent / "conformance", f"ipc://{folder}/door", "--only", ",".join(scenarios), "--",
                               HERE / "wrong_client.py", fault, "{mode}", "--connect", "{endpoint}", "--bureau", "{bureau}",
                               "--store", "{store}"], capture_output=True, text=True, timeout=120)
    failed = {line.split()[1].split("/")[1] for line in done.stdout.splitlines() if line.startswith("FAIL")}
    wanted = {scenario.split("/")[-1] for scenario in scenarios}
    if failed == wanted and done.returncode == 1:
        return True, f"{fault}: " + "; ".join(line.strip() for line in done.stdout.splitlines() if line.startswith("      "))
    return False, f"{fault}: {sorted(wanted - failed)} passed, exit status {done.returncode}\n{done.stdout}{done.stderr}"


def test():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = list(pool.map(play, FAULTS, FAULTS.values()))
    for good, words in results:
        print("found" if good else "NOT FOUND", words)
    return 0 if all(good for good, _ in results) else 1


sys.exit(test())

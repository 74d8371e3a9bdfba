# SPDX-License-Identifier: Apache-2.0
"""The database goes, or hangs: nothing is acknowledged, every status socket says so within a second, and all of it comes
back by itself, nothing lost and nothing twice."""
import os
import signal
import subprocess
import time

from system import (CONFIG, DAEMONS, DIR, Portal, check, counter, ctl, letters, main, postgres, prepare, running, sql_int, status,
                    submit, verify, wait_until)


def all_say(ready):
    return all(status(name)["ready"] is ready for name in DAEMONS)


def away():
    postgres("stop", "-m", "immediate")
    wait_until(5, "every daemon says that the database is away", lambda: all_say(False))
    check("database" in status("intaked")["state"], "intake's state:", status("intaked"))
    done = ctl("status")
    check(done.returncode == 1 and "异常" in done.stdout.decode(), "letterctl status:", done)
    portal = Portal("away")
    portal.send(letters("away", 100)[0])
    wait_until(10, "intake has been asked", lambda: counter("intaked", "letters_retry_total") >= 100)
    check(portal.receipts() == [], "acknowledged without a database")
    postgres("start")
    began = time.monotonic()
    check(len(portal.finish(10)) == 100, "receipts")
    wait_until(5, "every daemon is ready again", lambda: all_say(True))
    print(f"acknowledged again {time.monotonic() - began:.1f} s after the database came back")
    check(ctl("status").returncode == 0, "letterctl status")


def signal_postgres(number):
    """Every process of the server, children first so that none misses it."""
    head = int((DIR / "home/pgdata/postmaster.pid").read_text().split()[0])
    children = subprocess.run(["pgrep", "-P", str(head)], capture_output=True, text=True).stdout.split()
    for pid in [head, *map(int, children)]:
        os.kill(pid, number)


def hung():
    signal_postgres(signal.SIGSTOP)
    try:
        portal = Portal("hung")
        portal.send(letters("hung", 100)[0])
        end = time.monotonic() + 20
        seen = 0
        # Asked all the time, before and after the daemons notice, while they wait and while they connect in vain.
        while seen < 20:
            check(time.monotonic() < end, "the daemons do not notice that the database hangs")
            seen += all_say(False)
            check(portal.receipts() == [], "acknowledged by a database that hangs")
    finally:
        signal_postgres(signal.SIGCONT)
    check(len(portal.finish(15)) == 100, "receipts")


def test():
    prepare()
    # A second is long for an answer of this database, and the test need not wait for ten.
    CONFIG.write_text(CONFIG.read_text().replace("database\n", "database\n    timeout = 1000\n"))
    with running():
        submit(letters("before", 20)[0])
        away()
        hung()
        wait_until(20, "every daemon is ready again", lambda: all_say(True))
        wait_until(20, "all cases have left the machine's own stages",
                   lambda: sql_int("SELECT count(*) FROM case_words WHERE state IN ('RECEIVED', 'ACCEPTED')") == 0)
        check(sql_int("SELECT count(*) FROM letter") == 220, "letters:", sql_int("SELECT count(*) FROM letter"))
        verify()


main(test)

# SPDX-License-Identifier: Apache-2.0
"""Who wrote stands in the table `writer` and nowhere else, whatever happens in a letter's life. Looked for: four words in four
members, in every log, table, answer and file that the life left behind."""
import os
import signal
import subprocess

from system import (BIN, CONFIG, DAEMONS, DIR, SYS, act, ask, check, ctl, kill, letters, main, objects, report, running, shell,
                    show, sql, submit, tool, verify, wait_state, wait_until)

CANARIES = {"name": "canary甲name", "phone": "canary13phone", "id_number": "canary44id", "email": "canary@example.org"}
OTHERS = {"name": "canary乙name", "phone": "canary14phone", "id_number": "canary45id", "email": "canary2@example.org"}
BUREAU = "440300"
found_in = []


def look(where, text):
    if "canary" in (text.decode(errors="replace") if isinstance(text, bytes) else text):
        found_in.append(where)


def look_at(where, done):
    look(where, done.stdout)
    look(f"{where}, standard error", done.stderr)
    return done


def live():
    """All that letters can go through: taken, repeated, refused, delivered, answered, closed, died of, handled by the desk."""
    (plain,), _ = letters("plain", 1, "CLOSED", BUREAU)
    (vague,), _ = letters("vague", 1, "TRIAGE")
    plain, vague = {**plain, "writer": CANARIES}, {**vague, "writer": CANARIES}
    numbers = [r["number"] for r in submit([plain, vague])]
    look_at("submit again", ctl("submit", lines=[plain]))
    for changed in ({**plain, "writer": OTHERS}, {**plain, "title": "别的"}, {**plain, "client_ref": "bad", "title": " "},
                    {**plain, "writer": {**CANARIES, "age": "7"}}, {**plain, "writer": {**CANARIES, "phone": "canary" * 40}}):
        check(look_at("a refused submit", ctl("submit", lines=[changed])).returncode == 1, changed)
    cut = b'{"channel":"web","client_ref":"cut","writer":{"name":"canary'
    check(look_at("a broken line", ctl("submit", lines=[cut, cut + b'\xff"}}', cut + b'\\u0000"}}'])).returncode == 1, "broken lines")

    wait_state(numbers[0], "HANDLING")
    look_at("deliveries", tool("bureauctl", "subscribe", "--bureau", BUREAU, "--once"))
    step = {"number": numbers[0], "outcome": "explained", "public_reply": "已说明。"}
    report(BUREAU, [{**step, "event": "reported", "event_id": "early"}], status=1)
    report(BUREAU, [{**step, "event": e, "event_id": e} for e in ("signed", "reported", "reviewed")])
    check(show(numbers[0])["state"] == "CLOSED", show(numbers[0]))
    wait_state(numbers[1], "TRIAGE")
    act(numbers[1], "refuse", "--data", '{"reason_code":"no_facts","reason":"内容不清"}', "--as", "受理员")
    act(numbers[1], "grant", "--as", "审核人")
    return numbers


def look_everywhere(numbers):
    for words in (["list", "--json"], ["list"], ["dead", "--json"], ["dead", "show", "1"], ["dead", "show", "1", "--json"],
                  ["queues"], ["status", "--json"], ["verify"], *(["show", n, *j] for n in numbers for j in ([], ["--json"]))):
        check(look_at(f"letterctl {' '.join(words)}", ctl(*words)).returncode == 0, "letterctl", *words)
    for name in DAEMONS:
        for request in ("status", "metrics", "config", "help"):
            look(f"{name}'s {request}", ask(name, request))
    for log in [*(SYS / "log").iterdir(), *(DIR / "log").iterdir()]:
        check(log.stat().st_size > 0, log, "is empty")
        look(str(log), log.read_bytes())
    tables = [row[0] for row in sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')")]
    check("writer" in tables and "journal" in tables, tables)
    for table in tables:
        look(f"table {table}", "\n".join("\t".join(row) for row in sql(f"SELECT t::text FROM {table} t")))


def no_core():
    """A daemon that dies with a letter in its memory leaves no core, whatever the machine's own settings are."""
    shell("daemon_stop", "intaked")
    pid = os.posix_spawn(BIN / "intaked", ["intaked", "-c", str(CONFIG)], {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
                         setsigdef=[signal.SIGQUIT])
    submit([{**letters("core", 1)[0][0], "writer": CANARIES}])
    limits = (line.split() for line in open(f"/proc/{pid}/limits"))
    check(["Max", "core", "file", "size", "0", "0", "bytes"] in limits, "a core file is allowed")
    os.kill(pid, signal.SIGQUIT)
    status = os.waitpid(pid, 0)[1]
    check(os.WTERMSIG(status) == signal.SIGQUIT and not os.WCOREDUMP(status), "intaked left a core")


def test():
    with running():
        for name in DAEMONS:
            check("debug" in ask(name, "log debug"), "log level")
        numbers = live()
        wait_until(10, "classifierd is killed", lambda: kill("classifierd"))
        wait_until(10, "classifierd is back", lambda: ctl("status").returncode == 0)
        look_everywhere(numbers)
        check(found_in == ["table writer"], "identities stand in:", found_in)
        stored = sql("SELECT name, phone, id_number, email FROM writer")
        check(stored == [list(CANARIES.values())] * 2, "writer:", stored)
        verify()
        no_core()


main(test)

# SPDX-License-Identifier: Apache-2.0
"""A daemon that cannot do its work says why, and what to do, in one line, and ends: 78 when somebody must mend something,
69 when it may work later, 2 for wrong arguments."""
import contextlib
import subprocess
import tempfile
import time

from system import BIN, CONFIG, DAEMONS, DIR, SYS, TOP, check, ctl, main, postgres, prepare, running, sql

OPTIONS = DIR / "options"  # the server's, read by tests/lib/postgres


def refused(status, *words, daemon="intaked", arguments=(), seconds=5, config=CONFIG):
    began = time.monotonic()
    done = subprocess.run([BIN / daemon, "-c", config, *arguments], capture_output=True, text=True, timeout=60)
    took = time.monotonic() - began
    check(done.returncode == status, daemon, "ended with", done.returncode, "not", status, ":", done.stderr)
    said = [line for line in done.stderr.splitlines() if " info " not in line]
    check(len(said) == 1, daemon, "said:", done.stderr)
    for word in words:
        check(word in said[0], f"no “{word}” in:", said[0])
    check(took < seconds, daemon, "took", took, "s to say:", said[0])


@contextlib.contextmanager
def configured(old, new):
    """A configuration file with something replaced."""
    text = CONFIG.read_text()
    check(old in text, old)
    with tempfile.NamedTemporaryFile("w", dir=SYS, suffix=".cfg") as file:
        file.write(text.replace(old, new))
        file.flush()
        yield file.name


@contextlib.contextmanager
def server(options):
    before = OPTIONS.read_text()
    OPTIONS.write_text(f"{before.strip()} {options}\n")
    postgres("restart")
    try:
        yield
    finally:
        OPTIONS.write_text(before)
        postgres("restart")


def checksums(way):
    postgres("stop")
    # As the owner of the data: root is refused.
    owner = (DIR / "home").owner()
    subprocess.run(["bash", "-c", f'top={TOP} user={owner}; source "$0"; as_service /usr/lib/postgresql/15/bin/pg_checksums {way} '
                    f'-D {DIR}/home/pgdata', TOP / "deploy/lib/common.sh"], check=True, capture_output=True)
    postgres("start")


def configuration():
    for old, new, *words in (
        ("run\n", "run\n    dirr = x\n", ".cfg:2", "dirr"),
        ("intake\n", 'intake\n    batch = "0"\n', ".cfg:", "intake/batch", "1 to 1000"),
        ("intake\n", 'intake\n    submit = "tcp://127.0.0.1:5555"\n', ".cfg:", "intake/submit", "ipc://"),
        ("code.key", "nobody.key", "nobody.key"),
        ("code.key", "short.key", "short.key"),
        (f'"{SYS}/run"', f'"{SYS}/nowhere"', f"{SYS}/nowhere"),
    ):
        (SYS / "short.key").write_bytes(b"short")
        with configured(old, new) as config:
            refused(78, *words, config=config)
    refused(2, "--frobnicate", arguments=["--frobnicate"])


def no_database():
    """A server may be starting, and is waited for; what is not there on one that runs will not come by waiting."""
    with configured("dbname=pinganting", "dbname=nobody") as nobody:
        refused(78, '"nobody"', "make the database, or mend database/conninfo", config=nobody)
    sql("ALTER ROLE pa_feedback RENAME TO pa_gone")
    refused(78, '"pa_feedback"', "run `letterctl migrate`", daemon="feedbackd")
    sql("ALTER ROLE pa_gone RENAME TO pa_feedback")
    with configured(f"host={DIR}/run", f"host={SYS}/run") as nowhere:
        refused(69, "start PostgreSQL", daemon="classifierd", seconds=20, config=nowhere)


def wrong_schema():
    sql("CREATE DATABASE empty")
    with configured("dbname=pinganting", "dbname=empty") as config:
        for daemon in DAEMONS:
            refused(78, "letterctl migrate", daemon=daemon, config=config)
        check(ctl("migrate", TOP / "deploy/migrations", "-c", config).returncode == 0, "migrate")
        for daemon in DAEMONS:
            refused(78, "letterctl policy load", daemon=daemon, config=config)
    sql("INSERT INTO schema_version (version, name, digest, applied_at) SELECT 99, name, digest, applied_at FROM schema_version LIMIT 1")
    for daemon in DAEMONS:
        refused(78, "schema version 99", "newer", daemon=daemon)
    sql("DELETE FROM schema_version WHERE version = 99")
    sql("UPDATE because SET words = words || ' (older)' WHERE rule = 'T13'")
    for daemon in DAEMONS:
        refused(78, "T13", "letterctl migrate", daemon=daemon)
    check(ctl("migrate", TOP / "deploy/migrations").returncode == 0, "migrate adds the words")


def unsafe_server():
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        with server(f"-c {setting}=off"):
            refused(78, setting, "= off", "set it to on")
    checksums("--disable")
    refused(78, "data_checksums", "pg_checksums --enable")
    checksums("--enable")


def twice():
    with running():
        for daemon in DAEMONS:
            refused(69, "already running as pid", daemon=daemon)


def test():
    prepare()
    configuration()
    no_database()
    wrong_schema()
    unsafe_server()
    twice()


main(test)

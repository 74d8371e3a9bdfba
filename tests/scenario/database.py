# SPDX-License-Identifier: Apache-2.0
"""A database a scenario: one for each process that plays, made from a template and made as new again before each scenario.

As new: every row that came or changed since the copy goes, and what then lacks comes back from the schema `pristine`, which
holds the rows of the template. That costs a few rows where a new database costs some hundred files.
"""
import itertools
import os
import subprocess

from hub import Died

TEMPLATE = f"pa_scenarios_{os.getpid()}"
PRISTINE = r"""
CREATE SCHEMA pristine;
CREATE TABLE pristine.tables (name name PRIMARY KEY, rows bigint);
CREATE TABLE pristine.everything AS SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p');
CREATE TABLE pristine.sequences AS SELECT quote_ident(sequencename) AS name, start_value, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $do$
DECLARE t name; n bigint;
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('SELECT count(*) FROM public.%I', t) INTO n;
        INSERT INTO pristine.tables VALUES (t, n);
        EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', 'of_' || t, t);
    END LOOP;
END $do$;
CREATE FUNCTION pristine.restore(since bigint) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE t record; n bigint;
BEGIN
    SET LOCAL session_replication_role = replica; -- what only grows may be emptied here
    SET LOCAL client_min_messages = warning;
    FOR t IN SELECT relname AS name FROM pg_class -- queues that a scenario's policy opened
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT IN (SELECT name FROM pristine.everything)
    LOOP
        EXECUTE format('DROP TABLE IF EXISTS public.%I', t.name);
    END LOOP;
    FOR t IN SELECT * FROM pristine.tables LOOP
        EXECUTE format('DELETE FROM public.%I WHERE xmin::text::bigint > $1', t.name) USING since;
        EXECUTE format('SELECT count(*) FROM public.%I', t.name) INTO n;
        CONTINUE WHEN n = t.rows;
        EXECUTE format('DELETE FROM public.%I', t.name);
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM pristine.%I', t.name, 'of_' || t.name);
    END LOOP;
    FOR t IN SELECT * FROM pristine.sequences LOOP
        PERFORM setval('public.' || t.name, coalesce(t.last_value, t.start_value), t.last_value IS NOT NULL);
    END LOOP;
END $fn$;
"""


class Session:
    """A superuser's: makes the database, and sees whether anything changed in it."""

    def __init__(self, name):
        self.name = name
        self.process = subprocess.Popen(
            ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )
        self.ask(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE};\n\\c {name}\n")
        self.since = int(self.ask("SELECT pg_current_xact_id();"))

    def ask(self, query):
        self.process.stdin.write(f"{query}\n\\echo .\n")
        self.process.stdin.flush()
        lines = []
        while (line := self.process.stdout.readline()) not in (".\n", ""):
            lines.append(line)
        if line == "":
            sessions.clear()  # the next scenario gets a new one
            raise Died(f"psql ended at: {query}")
        return "".join(lines)


sessions = []
numbers = itertools.count(1)


def fresh():
    """This process's database, as new."""
    if not sessions:
        sessions.append(Session(f"{TEMPLATE}_{os.getpid()}_{next(numbers)}"))
    else:
        sessions[0].ask(f"SELECT pristine.restore({sessions[0].since});")
    return sessions[0]


def make_template():
    subprocess.run(["createdb", "-T", "template0", TEMPLATE], check=True)


def seal_template():
    """After the migration and the policy: remembers what is in it."""
    subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", TEMPLATE, "-c", PRISTINE], check=True)

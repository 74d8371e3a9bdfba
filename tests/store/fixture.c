// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "core/case.h"
#include "core/number.h"
#include "store/migrate.h"
#include "store/policy_store.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHECK(x, ...) ((x) ? (void)0 : die(__VA_ARGS__))

static const struct statement *const policy_lists[] = {policy_store_statements, NULL};

__attribute__((format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("fixture: ", stderr);
    vfprintf(stderr, fmt, args);
    fputs("\n", stderr);
    va_end(args);
    abort();
}

static const char *from_env(const char *name)
{
    const char *value = getenv(name);
    CHECK(value, "%s is not set: run this under tests/lib/with-postgres", name);
    return value;
}

// ---- SQL ----

static PGresult *run(PGconn *conn, const char *sql)
{
    PGresult *r = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(r);
    CHECK(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s%s", PQresultErrorMessage(r), sql);
    return r;
}

__attribute__((format(printf, 2, 0))) static PGresult *run_va(PGconn *conn, const char *fmt, va_list args)
{
    char *sql;
    CHECK(vasprintf(&sql, fmt, args) > 0, "out of memory");
    PGresult *r = run(conn, sql);
    free(sql);
    return r;
}

void fixture_exec(const struct fixture *f, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    PQclear(run_va(f->conn, fmt, args));
    va_end(args);
}

int64_t fixture_int(const struct fixture *f, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    PGresult *r = run_va(f->conn, fmt, args);
    va_end(args);
    CHECK(PQntuples(r) == 1, "%d rows instead of one", PQntuples(r));
    int64_t v = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
    PQclear(r);
    return v;
}

static void create_database(const char *name, const char *from)
{
    char sql[128];
    PGconn *conn = PQconnectdb(from_env("PA_TEST_DB"));
    CHECK(PQstatus(conn) == CONNECTION_OK, "%s", PQerrorMessage(conn));
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s", name, from);
    PQclear(run(conn, sql));
    PQfinish(conn);
}

// ---- A database and its configuration ----

static void open_database(struct fixture *f, const char *name)
{
    char path[128], conninfo[256];
    struct err err;
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->run_dir, sizeof f->run_dir, "%s/%s", from_env("PA_TEST_DIR"), name);
    CHECK(mkdir(f->run_dir, 0700) == 0, "cannot make %s", f->run_dir);
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s", from_env("PGHOST"), name);
    snprintf(path, sizeof path, "%s.cfg", f->run_dir);
    FILE *file = fopen(path, "we");
    CHECK(file, "cannot write %s", path);
    fprintf(file, "run\n    dir = \"%s\"\ndatabase\n    conninfo = \"%s\"\n", f->run_dir, conninfo);
    fclose(file);
    CHECK(config_load(path, &f->config, &err) == OK, "%s", err.text);
    f->conn = PQconnectdb(conninfo);
    CHECK(PQstatus(f->conn) == CONNECTION_OK, "%s", PQerrorMessage(f->conn));
}

static void make_template(void)
{
    struct fixture f = {0};
    struct migrate_report report;
    struct err err;
    int32_t version;
    create_database("pa_template", "template0");
    open_database(&f, "pa_template");
    CHECK(migrate_run(f.config, SOURCE_DIR "/deploy/migrations", FIXTURE_NOW, &report, &err) == OK, "%s", err.text);
    struct db *db = fixture_db(&f, "pa_admin", policy_lists);
    CHECK(policy_save(db, fixture_policy(), STR("test"), FIXTURE_NOW, &version, &err) == OK, "%s", err.text);
    db_close(db);
    fixture_close(&f);
}

static void open_copy(struct fixture *f, const char *from)
{
    static int count;
    char name[32];
    snprintf(name, sizeof name, "pa_test_%d", ++count);
    create_database(name, from);
    open_database(f, name);
}

void fixture_open(struct fixture *f)
{
    static bool made;
    if (!made)
        make_template();
    made = true;
    open_copy(f, "pa_template");
}

void fixture_empty(struct fixture *f)
{
    open_copy(f, "template0");
}

void fixture_close(struct fixture *f)
{
    PQfinish(f->conn);
    config_free(f->config);
    *f = (struct fixture){0};
}

struct db *fixture_db(const struct fixture *f, const char *role, const struct statement *const *lists)
{
    struct err err;
    struct db *db = db_open(f->config, role, lists);
    CHECK(db_ready(db, &err) == OK, "%s: %s", role ? role : "superuser", err.text);
    return db;
}

// ---- What lies in it ----

const struct str *fixture_policy(void)
{
    static struct str files[POLICY_FILES];
    static char buffer[4 << 20];
    size_t used = 0;
    for (int i = 0; i < POLICY_FILES && !files[i].p; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/deploy/policy/%s", SOURCE_DIR, policy_file_names[i]);
        FILE *file = fopen(path, "re");
        CHECK(file, "cannot read %s", path);
        size_t n = fread(buffer + used, 1, sizeof buffer - used, file);
        fclose(file);
        files[i] = (struct str){buffer + used, n};
        used += n;
        CHECK(used < sizeof buffer, "the policy is larger than the fixture allows");
    }
    return files;
}

int64_t fixture_cases(const struct fixture *f, int n)
{
    static const struct {
        const char *rule;
        int state, leg, actor, unit;
    } lines[] = {
        {"T1", RECEIVED, 0, ACTOR_INTAKE, 0},       {"T4", TRIAGE, 0, ACTOR_CLASSIFIER, 0},
        {"T12", ACCEPTED, 0, ACTOR_CLASSIFIER, 0},  {"T13", HANDLING, 1, ACTOR_DISPATCHER, 440300},
        {"T14", HANDLING, 1, ACTOR_BUREAU, 440300}, {"T22", HANDLING, 1, ACTOR_BUREAU, 440300},
        {"T25", REVIEW, 0, ACTOR_FEEDBACK, 0},      {"T24", REVIEW, 1, ACTOR_FEEDBACK, 440300},
        {"T26", ANSWERED, 0, ACTOR_FEEDBACK, 0},    {"T31", CLOSED, 0, ACTOR_FEEDBACK, 0},
    };
    const int lines_n = (int)(sizeof lines / sizeof *lines);
    int64_t first = number_id(date_of(FIXTURE_NOW), 1);
    const char *at = "'2026-11-23T12:00:00+08:00'::timestamptz";
    fixture_exec(f, "INSERT INTO day_serial VALUES (20261123, %d)", n + 1);
    fixture_exec(
        f,
        "INSERT INTO letter SELECT %lld + i, 440300, 1, 0, false, 'ref-' || i, %s, NULL, '标题', '深圳', NULL, '正文' "
        "FROM generate_series(0, %d) i; INSERT INTO writer SELECT id, '无名' FROM letter",
        (long long)first, at, n - 1);
    fixture_exec(
        f,
        "INSERT INTO case_file (id, version, mailbox, bureau, place, state, kind, category, flags, confidence, "
        "outcome, round, received_at, clock_at, wake_at, letter_id) SELECT id, %d, 440300, 440300, 0, 80, 4, 1, "
        "0, 90, 1, 0, received_at, received_at, received_at + interval '20 days', id FROM letter",
        lines_n);
    fixture_exec(f,
                 "INSERT INTO leg (case_id, id, parent, unit, role, state, sent_at, flags) SELECT id, 1, 0, 440300, 1, "
                 "%d, received_at, 0 FROM letter",
                 LEG_DONE);
    for (int i = 0; i < lines_n; i++) {
        const struct rule *r = rules;
        while (strcmp(r->id, lines[i].rule) != 0)
            r++;
        fixture_exec(
            f,
            "INSERT INTO journal (case_id, seq, at, event, because, state, leg, actor, unit, policy) SELECT c.id, %d, "
            "%s, %d, b.id, %d, %d, %d, %d, 1 FROM case_file c, because b "
            "WHERE b.rule = '%s'",
            i + 1, at, r->journal, lines[i].state, lines[i].leg, lines[i].actor, lines[i].unit, r->id);
    }
    fixture_exec(
        f,
        "INSERT INTO reply SELECT id, 6, 1, 1, received_at, '已办结' FROM letter;"
        "INSERT INTO internal_report SELECT id, 6, '已核查' FROM letter;"
        "INSERT INTO feedback_inbox SELECT 440300, id || e, id, 1, 1 FROM letter, "
        "unnest('{/signed,/reported}'::text[]) e;"
        "INSERT INTO bureau_queue (bureau, seq, case_id, leg, sent_at) SELECT 440300, row_number() OVER (ORDER BY id), "
        "id, 1, received_at FROM letter");
    fixture_exec(f, "UPDATE bureau_head SET next_seq = %d WHERE bureau = 440300", n + 1);
    return first;
}

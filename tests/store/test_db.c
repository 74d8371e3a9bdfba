// SPDX-License-Identifier: Apache-2.0
// One connection: values there and back, errors by their meaning, and a server that is gone or hangs.
#include "fixture.h"

#include "run/clock.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture f;
static struct db *db;
static struct err err;

static const struct statement statements[] = {
    {"arrays", "SELECT * FROM unnest($1::boolean[], $2::smallint[], $3::int[], $4::bigint[], $5::text[], $6::bytea[], "
               "$7::timestamptz[])"},
    {"scalars", "SELECT $1::boolean, $2::smallint, $3::int, $4::bigint, $5::text, $6::bytea, $7::timestamptz"},
    {"lengths", "SELECT cardinality($1::text[]), $1::text[] IS NULL"},
    {"repeat", "INSERT INTO letter_repeat SELECT n, now() FROM unnest($1::bigint[]) n"},
    {"key", "INSERT INTO bureau_head SELECT n, 1 FROM unnest($1::int[]) n"},
    {"pid", "SELECT pg_backend_pid()"},
    {"sleep", "SELECT pg_sleep(1000)"},
    {"nap", "SELECT pg_sleep(0.6)"},
    {0},
};
static const struct statement *const lists[] = {statements, NULL};

static int setup(void **state)
{
    fixture_open(&f);
    db = fixture_db(&f, NULL, lists);
    return 0;
}

static int teardown(void **state)
{
    db_close(db);
    fixture_close(&f);
    return 0;
}

static int flush(void)
{
    memset(&err, 0, sizeof err);
    return db_flush(db, &err);
}

static void query_int(const char *statement, int64_t v, enum column_type type)
{
    struct column c = {0}, *params[] = {&c};
    column_start(&c, type);
    column_int(&c, v);
    db_query(db, statement, 1, params);
    column_free(&c);
}

static int backend(void)
{
    assert_int_equal(db_run(db, "pid", 0, NULL, &err), OK);
    return (int)db_int(db, 0, 0, 0);
}

// Connected again within 10 s, by no other means than db_ready.
static void comes_back(struct db *which)
{
    int64_t deadline = clock_mono() + 10 * WF_SECOND;
    while (db_ready(which, &err) != OK) {
        assert_true(clock_mono() < deadline);
        poll(NULL, 0, 20);
    }
}

// ---- Values ----

static const enum column_type types[] = {COL_BOOL, COL_INT2, COL_INT4, COL_INT8, COL_TEXT, COL_BYTES, COL_TIME};
#define TYPES 7
#define ROWS 4

static const int64_t ints[ROWS][4] = {
    {0, INT16_MIN, INT32_MIN, INT64_MIN}, {1, INT16_MAX, INT32_MAX, INT64_MAX}, {1, -1, -1, -1}, {0, 0, 256, 1}};
static const struct str texts[ROWS] = {{"", 0}, {"平安厅", 9}, {"a", 1}, {"'\\\"{},NULL", 10}};
static const struct str bytes[ROWS] = {{"\0\0", 2}, {"", 0}, {"\xff\xfe", 2}, {"x", 1}};
static const wf_time times[ROWS] = {1, -INT64_C(2208988800000000), INT64_C(1795406400000001), 946684800 * WF_SECOND};

static void put(struct column *c, int col, int row)
{
    if (row < 0)
        column_null(c);
    else if (col < 4)
        column_int(c, ints[row][col]);
    else if (col == 6)
        column_time(c, times[row]);
    else if (col == 4)
        column_text(c, texts[row]);
    else
        column_bytes(c, bytes[row].p, bytes[row].n);
}

static void expect(int at, int col, int row)
{
    assert_int_equal(db_null(db, 0, at, col), row < 0);
    struct str text = db_text(db, 0, at, col);
    if (row < 0) {
        assert_true(text.p == NULL && db_int(db, 0, at, col) == 0 && db_time(db, 0, at, col) == 0);
    } else if (col < 4) {
        assert_true(db_int(db, 0, at, col) == ints[row][col]);
    } else if (col == 6) {
        assert_true(db_time(db, 0, at, col) == times[row]);
    } else {
        struct str wanted = col == 4 ? texts[row] : bytes[row];
        assert_int_equal(text.n, wanted.n);
        assert_memory_equal(text.p, wanted.p, wanted.n);
    }
}

static void values_there_and_back(void **state)
{
    struct column c[TYPES] = {0}, *params[TYPES];
    for (int round = 0; round < 3; round++) { // the memory is used again
        for (int col = 0; col < TYPES; col++) {
            params[col] = &c[col];
            column_start(&c[col], types[col]);
            for (int row = 0; row < ROWS; row++) {
                put(&c[col], col, row);
                if (round == 1)
                    put(&c[col], col, -1);
            }
        }
        assert_int_equal(db_run(db, "arrays", TYPES, params, &err), OK);
        int step = round == 1 ? 2 : 1;
        assert_int_equal(db_rows(db, 0), ROWS * step);
        for (int at = 0; at < ROWS * step; at++)
            for (int col = 0; col < TYPES; col++)
                expect(at, col, at % step ? -1 : at / step);
    }
    for (int row = -1; row < ROWS; row++) {
        for (int col = 0; col < TYPES; col++) {
            column_start(&c[col], types[col]);
            c[col].scalar = true;
            put(&c[col], col, row);
        }
        assert_int_equal(db_run(db, "scalars", TYPES, params, &err), OK);
        for (int col = 0; col < TYPES; col++)
            expect(0, col, row);
    }
    column_start(&c[4], COL_TEXT); // no element is an empty array, not NULL
    assert_int_equal(db_run(db, "lengths", 1, &params[4], &err), OK);
    assert_true(!db_null(db, 0, 0, 0) && db_int(db, 0, 0, 0) == 0 && db_int(db, 0, 0, 1) == 0);
    column_start(&c[6], COL_TIME); // no instant is NULL
    column_time(&c[6], 0);
    assert_true(c[6].has_null);
    for (int col = 0; col < TYPES; col++)
        column_free(&c[col]);
}

// ---- Batches ----

static void several_statements_in_one_batch(void **state)
{
    db_command(db, "BEGIN");
    for (int i = 0; i < 60; i++)
        query_int("repeat", i, COL_INT8);
    db_command(db, "SELECT count(*) FROM letter_repeat");
    db_command(db, "COMMIT");
    assert_int_equal(flush(), OK);
    assert_int_equal(db_affected(db, 60), 1);
    assert_int_equal(db_int(db, 61, 0, 0), 60);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 60);
}

static void an_error_leaves_nothing_behind(void **state)
{
    db_command(db, "BEGIN");
    query_int("repeat", 1, COL_INT8);
    assert_int_equal(flush(), OK); // and the transaction stays open
    query_int("repeat", 2, COL_INT8);
    query_int("key", 440300, COL_INT4);
    query_int("repeat", 3, COL_INT8);
    db_command(db, "COMMIT");
    assert_int_equal(flush(), REJECT);
    assert_string_equal(err.code, "23505");
    assert_non_null(strstr(err.text, "duplicate key value violates"));
    assert_true(db_connected(db));
    query_int("repeat", 4, COL_INT8);
    assert_int_equal(flush(), OK);
    db_command(db, "BEGIN");
    query_int("repeat", 5, COL_INT8);
    assert_int_equal(flush(), OK);
    db_rollback(db);
    assert_true(db_connected(db));
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 1);
    // Refused by COMMIT itself.
    fixture_exec(&f, "ALTER TABLE letter_repeat ADD CONSTRAINT once UNIQUE (letter_id) DEFERRABLE INITIALLY DEFERRED");
    db_command(db, "BEGIN");
    query_int("repeat", 4, COL_INT8);
    db_command(db, "COMMIT");
    assert_int_equal(flush(), REJECT);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 1);
    query_int("repeat", 6, COL_INT8);
    assert_int_equal(flush(), OK);
}

static void errors_by_what_to_do(void **state)
{
    static const struct {
        const char *sqlstate;
        enum result result;
        bool kept; // else a new connection looks at the database anew
    } rows[] = {
        {"40P01", RETRY, true},  {"40001", RETRY, true},  {"55P03", RETRY, true},  {"57014", RETRY, true},
        {"53300", RETRY, true},  {"53100", RETRY, true},  {"25006", RETRY, true},  {"08006", RETRY, true},
        {"58030", RETRY, false}, {"XX000", RETRY, false}, {"XX001", RETRY, false}, {"42501", RETRY, false},
        {"42P01", RETRY, false}, {"0A000", RETRY, false}, {"23505", REJECT, true}, {"22021", REJECT, true},
        {"23514", REJECT, true}, {"22003", REJECT, true}, {"P0001", REJECT, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "DO $$ BEGIN RAISE EXCEPTION 'over: there' USING ERRCODE = '%s'; END $$",
                 rows[i].sqlstate);
        db_command(db, sql);
        assert_int_equal(flush(), rows[i].result);
        assert_string_equal(err.code, rows[i].sqlstate);
        assert_string_equal(err.text, "database: over: there");
        assert_int_equal(db_connected(db), rows[i].kept);
        comes_back(db);
    }
}

// ---- A server that is gone, or hangs ----

static void a_connection_that_is_cut(void **state)
{
    for (int i = 0; i < 3; i++) {
        int pid = backend();
        db_command(db, "BEGIN");
        query_int("repeat", 1, COL_INT8);
        assert_int_equal(flush(), OK);
        fixture_exec(&f, "SELECT pg_terminate_backend(%d, 5000)", pid);
        query_int("repeat", 2, COL_INT8);
        db_command(db, "COMMIT");
        assert_int_equal(flush(), RETRY);
        assert_false(db_connected(db));
        query_int("repeat", 3, COL_INT8); // without a connection nothing is sent, and nobody is told OK
        assert_int_equal(flush(), RETRY);
        assert_string_equal(err.code, "database_away");
        db_rollback(db);
        comes_back(db);
        assert_int_not_equal(backend(), pid);
    }
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 0);
}

static struct config *impatient(void)
{
    char path[128];
    struct config *config;
    snprintf(path, sizeof path, "%s/impatient.cfg", f.run_dir);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "database\n    conninfo = \"%s\"\n    timeout = 300\n", config_text(f.config, "database/conninfo"));
    fclose(file);
    assert_int_equal(config_load(path, &config, &err), OK);
    return config;
}

static void a_hung_server(void **state)
{
    struct config *config = impatient();
    db_close(db);
    db = db_open(config, NULL, lists);
    comes_back(db);
    int pid = backend();
    if (kill(pid, SIGSTOP) != 0)
        fail_msg("cannot stop the backend");
    int64_t before = clock_mono();
    query_int("repeat", 1, COL_INT8);
    assert_int_equal(flush(), RETRY);
    int64_t waited = clock_mono() - before;
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_true(waited >= 300000 && waited < 3 * WF_SECOND);
    assert_string_equal(err.code, "database_away");
    assert_false(db_connected(db));
    comes_back(db);
    // A statement that is at work for too long counts the same.
    db_query(db, "sleep", 0, NULL);
    assert_int_equal(flush(), RETRY);
    // Unless a report said that it would be.
    comes_back(db);
    db_patience(db, 10000);
    db_query(db, "nap", 0, NULL);
    assert_int_equal(flush(), OK);
    config_free(config);
}

// ---- COMMIT with a warning: its outcome is unknown ----

static void a_warning_while_committing(void **state)
{
    fixture_exec(&f,
                 "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE WARNING ''w''; RETURN NULL; "
                 "END'; CREATE CONSTRAINT TRIGGER w AFTER INSERT ON letter_repeat DEFERRABLE INITIALLY DEFERRED "
                 "FOR EACH ROW EXECUTE FUNCTION warn()");
    db_command(db, "BEGIN");
    query_int("repeat", 1, COL_INT8);
    db_command(db, "COMMIT");
    assert_int_equal(flush(), RETRY);
    assert_string_equal(err.code, "outcome_unknown");
    assert_false(db_connected(db)); // so that nobody goes on in this session
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 1); // it had happened
    comes_back(db);
    db_command(db, "DO $$ BEGIN RAISE WARNING 'w'; END $$"); // elsewhere a warning is none of our business
    assert_int_equal(flush(), OK);
    db_command(db, "COMMIT"); // "there is no transaction in progress": we were mistaken about our own state
    assert_int_equal(flush(), RETRY);
}

// ---- Statements that are prepared when they are used ----

static int64_t prepared(void)
{
    assert_int_equal(db_run(db, "prepared", 0, NULL, &err), OK);
    return db_int(db, 0, 0, 0);
}

static void statements_are_prepared_when_used(void **state)
{
    static const struct statement more[] = {{"worse", "SELECT nothing FROM nowhere"},
                                            {"one", "SELECT 1"},
                                            {"prepared", "SELECT count(*) FROM pg_prepared_statements"},
                                            {0}};
    static const struct statement *const both[] = {statements, more, NULL};
    db_close(db);
    db = db_open(f.config, NULL, both);
    db_prepare_when_used(db);
    comes_back(db);
    assert_int_equal(prepared(), 1); // itself
    // Results keep their positions, and a statement is prepared once.
    db_command(db, "BEGIN");
    query_int("repeat", 1, COL_INT8);
    db_query(db, "pid", 0, NULL);
    query_int("repeat", 2, COL_INT8);
    db_query(db, "prepared", 0, NULL);
    db_command(db, "COMMIT");
    assert_int_equal(flush(), OK);
    assert_int_equal(db_affected(db, 1), 1);
    assert_int_equal(db_affected(db, 3), 1);
    assert_int_equal(db_int(db, 4, 0, 0), 3);
    // The server skips what follows an error: that is prepared at its next use.
    query_int("key", 440300, COL_INT4);
    db_query(db, "one", 0, NULL);
    assert_int_equal(flush(), REJECT);
    assert_string_equal(err.code, "23505");
    db_query(db, "one", 0, NULL);
    assert_int_equal(flush(), OK);
    assert_int_equal(db_int(db, 0, 0, 0), 1);
    assert_int_equal(prepared(), 5);
    // One that cannot be prepared says so by its name; what else was in the batch is not done.
    query_int("repeat", 3, COL_INT8);
    db_query(db, "worse", 0, NULL);
    db_query(db, "nap", 0, NULL);
    assert_int_equal(flush(), REJECT);
    assert_string_equal(err.code, "42P01");
    assert_string_equal(err.field, "worse");
    assert_non_null(strstr(err.text, "a statement cannot be prepared: "));
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM letter_repeat"), 2);
    comes_back(db);
    assert_int_equal(prepared(), 1); // another connection begins anew
}

// ---- Scripts ----

static void scripts_keep_nothing_after_an_error(void **state)
{
    assert_int_equal(db_script(db, "BEGIN; CREATE TABLE a (); CREATE TABLE b (x nothing); COMMIT", &err), REJECT);
    assert_string_equal(err.code, "42704");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_class WHERE relname = 'a'"), 0);
    assert_int_equal(db_script(db, "BEGIN; CREATE TABLE a (); COMMIT", &err), OK);
    assert_true(backend() > 0); // batches work as before
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_there_and_back),
        TEST(several_statements_in_one_batch),
        TEST(an_error_leaves_nothing_behind),
        TEST(errors_by_what_to_do),
        TEST(a_connection_that_is_cut),
        TEST(a_hung_server),
        TEST(a_warning_while_committing),
        TEST(statements_are_prepared_when_used),
        TEST(scripts_keep_nothing_after_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

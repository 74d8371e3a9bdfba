// SPDX-License-Identifier: Apache-2.0
// Making a connection: not in haste, and not to a database that will not do.
#include "fixture.h"

#include "run/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture f;
static struct err err;

static int setup(void **state)
{
    fixture_open(&f);
    return 0;
}

static int teardown(void **state)
{
    fixture_close(&f);
    return 0;
}

static void attempts_are_not_hurried(void **state)
{
    const char *name = f.name;
    struct db *other = db_open(f.config, NULL, NULL);
    PGconn *elsewhere = PQconnectdb(getenv("PA_TEST_DB"));
    struct fixture admin = {.conn = elsewhere};
    fixture_exec(&admin, "ALTER DATABASE %s ALLOW_CONNECTIONS false", name);
    assert_int_equal(db_ready(other, &err), RETRY);
    assert_non_null(strstr(err.text, "is not currently accepting connections"));
    int64_t first = clock_mono();
    fixture_exec(&admin, "ALTER DATABASE %s ALLOW_CONNECTIONS true", name);
    while (db_ready(other, &err) != OK) // for a while it does not even try
        poll(NULL, 0, 5);
    assert_true(clock_mono() - first > 300000);
    db_close(other);
    PQfinish(elsewhere);
}

static void refused(const char *code, const char *field, const char *words)
{
    struct db *other = db_open(f.config, "pa_feedback", NULL);
    assert_int_equal(db_ready(other, &err), REJECT);
    assert_string_equal(err.code, code);
    assert_string_equal(err.field, field);
    if (!strstr(err.text, words))
        fail_msg("%s", err.text);
    assert_false(db_connected(other));
    db_close(other);
}

// A setting of the whole cluster; new sessions see it once the server has read it.
static void set_system(const char *name, const char *value)
{
    fixture_exec(&f, "ALTER SYSTEM SET %s = '%s'", name, value);
    fixture_exec(&f, "SELECT pg_reload_conf()");
    int64_t deadline = clock_mono() + 10 * WF_SECOND;
    for (;;) {
        struct fixture fresh = {.conn = PQconnectdb(config_text(f.config, "database/conninfo"))};
        int64_t there = fixture_int(&fresh, "SELECT (current_setting('%s') = '%s')::int", name, value);
        PQfinish(fresh.conn);
        if (there)
            return;
        assert_true(clock_mono() < deadline);
        poll(NULL, 0, 10);
    }
}

static void settings_that_lose_letters(void **state)
{
    static const char *const names[] = {"fsync", "full_page_writes"};
    for (int i = 0; i < 2; i++) {
        set_system(names[i], "off");
        refused("unsafe_database", names[i], "set it to on");
        set_system(names[i], "on");
    }
    static const char *const weak[] = {"off", "local", "remote_write"};
    for (int i = 0; i < 3; i++) {
        fixture_exec(&f, "ALTER ROLE pa_feedback SET synchronous_commit = %s", weak[i]);
        refused("unsafe_database", "synchronous_commit", weak[i]);
    }
    fixture_exec(&f, "ALTER ROLE pa_feedback SET synchronous_commit = remote_apply");
    db_close(fixture_db(&f, "pa_feedback", NULL));
    fixture_exec(&f, "ALTER ROLE pa_feedback RESET synchronous_commit");
    fixture_exec(&f, "ALTER SYSTEM RESET ALL");
}

static void what_is_not_there(void **state)
{
    fixture_exec(&f, "ALTER ROLE pa_feedback RENAME TO pa_%s", f.name);
    refused("no_role", "", "run `letterctl migrate`: ");
    fixture_exec(&f, "ALTER ROLE pa_%s RENAME TO pa_feedback", f.name);
    db_close(fixture_db(&f, "pa_feedback", NULL));
}

static void schemas_of_other_versions(void **state)
{
    fixture_exec(&f, "UPDATE schema_version SET version = %d WHERE version = %d", SCHEMA_VERSION + 1, SCHEMA_VERSION);
    refused("new_schema", "", "newer than this program");
    fixture_exec(&f, "DELETE FROM schema_version");
    refused("old_schema", "", "letterctl migrate");
    fixture_exec(&f, "DROP TABLE schema_version");
    refused("old_schema", "", "letterctl migrate");
    db_close(fixture_db(&f, NULL, NULL)); // migrate itself gets in
}

static void a_statement_that_cannot_be_prepared(void **state)
{
    static const struct statement bad[] = {{"fine", "SELECT 1"}, {"worse", "SELECT nothing FROM nowhere"}, {0}};
    static const struct statement *const bad_lists[] = {bad, NULL};
    struct db *other = db_open(f.config, "pa_feedback", bad_lists);
    assert_int_equal(db_ready(other, &err), REJECT);
    assert_string_equal(err.field, "worse");
    assert_string_equal(err.code, "42P01");
    db_close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attempts_are_not_hurried),  TEST(settings_that_lose_letters),          TEST(what_is_not_there),
        TEST(schemas_of_other_versions), TEST(a_statement_that_cannot_be_prepared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// A transaction whose second half depends on what its first half read.
#include "fixture.h"
#include "store/scalar.h"

#include <string.h>

static const struct statement statements[] = {
    {"first", "SELECT 'one'::text"},
    {"second", "SELECT $1::bigint"},
    {"worse", "SELECT nothing FROM nowhere"},
    {NULL, NULL},
};
static const struct statement *const lists[] = {statements, NULL};
static struct fixture f;
static struct db *db;
static struct err err;

static int setup(void **state)
{
    fixture_open(&f);
    db = db_open(f.config, "pa_desk", lists);
    db_prepare_when_used(db);
    return db_ready(db, &err) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    db_close(db);
    fixture_close(&f);
    return 0;
}

static enum result ask_second(int64_t v)
{
    struct column c = {0};
    struct column *params[] = {scalar_int(&c, COL_INT8, v)};
    db_keep(db);
    db_query(db, "second", 1, params);
    db_command(db, "COMMIT");
    column_free(&c);
    return db_flush(db, &err);
}

static void begin(void)
{
    db_command(db, "BEGIN");
    db_query(db, "first", 0, NULL);
    assert_int_equal(db_flush(db, &err), OK);
}

// Texts of the first flush lie where they lay, and the second one's results stand behind them, once it is prepared and
// again when it is.
static void results_follow_one_another(void **state)
{
    for (int64_t v = 7; v < 9; v++) {
        begin();
        struct str one = db_text(db, 1, 0, 0);
        assert_int_equal(ask_second(v), OK);
        assert_true(str_is(one, "one") && str_is(db_text(db, 1, 0, 0), "one"));
        assert_int_equal(db_int(db, 2, 0, 0), v);
    }
    // What is not kept is gone: places count from 0 again.
    assert_int_equal(db_run(db, "first", 0, NULL, &err), OK);
    assert_true(str_is(db_text(db, 0, 0, 0), "one"));
}

// Sent ahead: what was kept can be read until the flush, which only waits.
static void sent_ahead(void **state)
{
    assert_int_equal(db_run(db, "first", 0, NULL, &err), OK);
    struct str one = db_text(db, 0, 0, 0);
    int at = db_keep(db);
    assert_int_equal(at, 1);
    db_query(db, "first", 0, NULL);
    db_send(db);
    assert_true(str_is(one, "one"));
    assert_int_equal(db_flush(db, &err), OK);
    assert_true(str_is(db_text(db, 0, 0, 0), "one") && str_is(db_text(db, at, 0, 0), "one"));
}

static void an_error_in_the_second_half(void **state)
{
    begin();
    db_keep(db);
    db_query(db, "worse", 0, NULL);
    db_command(db, "COMMIT");
    assert_int_equal(db_flush(db, &err), REJECT);
    assert_string_equal(err.code, "42P01");
    assert_string_equal(err.field, "worse");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(results_follow_one_another, setup, teardown),
        cmocka_unit_test_setup_teardown(sent_ahead, setup, teardown),
        cmocka_unit_test_setup_teardown(an_error_in_the_second_half, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

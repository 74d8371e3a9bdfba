// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "store/dead.h"

#include <string.h>

static const struct statement *const lists[] = {dead_statements, NULL};

static void count_row(void *arg, const struct dead_row *row)
{
    int64_t *ids = arg;
    ids[++ids[0]] = row->id;
}

static void test_life(void **state)
{
    struct fixture f;
    struct err err;
    struct dead_row row;
    int64_t ids[8] = {0};
    fixture_open(&f);
    long long first = (long long)fixture_cases(&f, 1);
    fixture_exec(&f,
                 "INSERT INTO dead_letter (source, ref, case_id, at, attempts, code, field, words, frame) VALUES "
                 "('feedback', '440300/e1', %lld, '2026-11-23T12:00:00+08:00', 2, 'not_allowed', 'event', 'not now', "
                 "'\\x0001'), "
                 "('classifier', '77', NULL, '2026-11-23T12:00:00+08:00', 1, 'bad_utf8', '', 'broken', NULL)",
                 first);
    struct db *desk = fixture_db(&f, "pa_desk", lists), *admin = fixture_db(&f, "pa_admin", lists);

    assert_int_equal(dead_list(desk, 8, count_row, ids, &err), OK);
    assert_int_equal(ids[0], 2);
    assert_true(ids[1] < ids[2]);
    assert_int_equal(dead_get(desk, ids[1], &row, &err), OK);
    assert_true(str_is(row.source, "feedback") && str_is(row.ref, "440300/e1") && str_is(row.words, "not now"));
    assert_int_equal(row.case_id, first);
    assert_int_equal(row.mailbox, 440300);
    assert_int_equal(row.attempts, 2);
    assert_int_equal(row.at, FIXTURE_NOW);
    assert_true(row.frame.n == 2 && memcmp(row.frame.p, "\0\1", 2) == 0);
    assert_int_equal(dead_get(desk, ids[2], &row, &err), OK);
    assert_null(row.frame.p);
    assert_int_equal(row.case_id, 0);

    // The desk looks, the administrator decides.
    assert_int_equal(dead_decide(admin, ids[1], "retried", STR("admin"), FIXTURE_NOW, &err), OK);
    assert_int_equal(dead_decide(admin, ids[2], "dropped", STR("admin"), FIXTURE_NOW, &err), OK);
    assert_int_equal(dead_decide(admin, ids[2], "dropped", STR("admin"), FIXTURE_NOW, &err), REJECT);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(dead_get(desk, ids[2], &row, &err), REJECT);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM dead_letter"), 0);
    assert_int_equal(
        fixture_int(
            &f,
            "SELECT count(*) FROM dead_letter_decision WHERE (dead_letter, source, ref, decision, by_whom, at) IN "
            "((%lld, 'feedback', '440300/e1', 'retried', 'admin', '2026-11-23T12:00:00+08:00'), "
            "(%lld, 'classifier', '77', 'dropped', 'admin', '2026-11-23T12:00:00+08:00'))",
            (long long)ids[1], (long long)ids[2]),
        2);
    assert_int_equal(dead_decide(desk, ids[0], "dropped", STR("desk"), FIXTURE_NOW, &err), RETRY);
    assert_string_equal(err.code, "42501");
    db_close(desk);
    db_close(admin);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_life)};
    return cmocka_run_group_tests_name("dead", tests, NULL, NULL);
}

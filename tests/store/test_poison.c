// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "store/poison.h"

static const struct statement *const lists[] = {poison_statements, NULL};

static void one_row_a_ref_that_counts_attempts(void **state)
{
    struct fixture f;
    struct err why, other, err;
    fixture_open(&f);
    struct db *db = fixture_db(&f, "pa_feedback", lists);
    err_set(&why, REJECT, "not_allowed", "event", "case is CLOSED");
    err_set(&other, REJECT, "conflict", "event_id", "used before");
    const struct poison items[] = {
        {STR("440300/e1"), 7, &why, {"\0\xff{", 3}},
        {STR("440300/e2"), 8, &why, STR_NONE},
        {STR("440300/e1"), 7, &other, STR_NONE}, // stands twice in one batch: the first tells
    };
    assert_int_equal(poison_add(db, "feedback", FIXTURE_NOW, items, 0, &err), OK);
    assert_int_equal(poison_add(db, "feedback", FIXTURE_NOW, items, 3, &err), OK);
    assert_int_equal(poison_add(db, "classifier", FIXTURE_NOW, items + 1, 1, &err), OK); // another source, another row
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM dead_letter WHERE attempts = %d", 1), 3);
    assert_int_equal(
        fixture_int(&f,
                    "SELECT count(*) FROM dead_letter WHERE source = 'feedback' AND ref = '440300/e1' AND "
                    "case_id = 7 AND code = 'not_allowed' AND field = 'event' AND words = 'case is CLOSED' "
                    "AND frame = '\\x00ff7b' AND at = '2026-11-23T12:00+08' AND attempts = %d",
                    1),
        1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM dead_letter WHERE frame IS NULL AND case_id = %d", 8), 2);
    assert_int_equal(poison_add(db, "feedback", FIXTURE_NOW + WF_SECOND, items + 2, 1, &err), OK);
    assert_int_equal(fixture_int(&f,
                                 "SELECT attempts FROM dead_letter WHERE ref = '440300/e1' AND code = 'conflict' AND "
                                 "field = 'event_id' AND frame IS NULL AND at = '2026-11-23T12:00:01+08' AND id > %d",
                                 0),
                     2);
    db_close(db);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_row_a_ref_that_counts_attempts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

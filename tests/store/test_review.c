// SPDX-License-Identifier: Apache-2.0
// 回头看: the same seed draws the same cases, risk draws those with most against them, and a finding is said once.
#include "reading.h"
#include "store/review.h"

#define CASES 400

static struct fixture f;
static struct db *db;
static int64_t first;
static struct err err;
static struct review_case drawn[REVIEW_MAX], again[REVIEW_MAX];

static int setup(void **state)
{
    fixture_open(&f);
    first = fixture_cases(&f, CASES);
    db = open_db(&f);
    assert_int_equal(db_prepare(db, review_statements, &err), OK);
    return 0;
}

static int teardown(void **state)
{
    close_db(db);
    fixture_close(&f);
    return 0;
}

static struct review_plan plan_of(int n, int64_t seed, bool risk)
{
    struct date day = date_of(FIXTURE_NOW);
    return (struct review_plan){
        .from = date_begin(day), .to = date_begin((struct date){day.day + 1}), .n = n, .seed = seed, .risk = risk};
}

static int draw(const char *post, struct review_plan plan, struct review_case *out, int32_t *sample)
{
    struct viewer viewer = viewer_of(post);
    int n = 0;
    assert_int_equal(review_draw(db, policy, &viewer, FIXTURE_NOW, &plan, out, &n, sample, &err), OK);
    return n;
}

static void the_seed_decides(void **state)
{
    int32_t sample = 0, next = 0;
    assert_int_equal(draw(NULL, plan_of(20, 7, false), drawn, &sample), 20);
    assert_int_equal(sample, 1);
    // Whatever way the server goes to the rows.
    fixture_exec(&f, "VACUUM FULL %s", "case_file");
    assert_int_equal(draw(NULL, plan_of(20, 7, false), again, &next), 20);
    assert_int_equal(next, 2);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(drawn[i].id, again[i].id);
        assert_true(i == 0 || review_lot(7, drawn[i - 1].id) < review_lot(7, drawn[i].id));
        assert_string_equal(drawn[i].rule, "random");
        assert_int_equal(drawn[i].closed_at, FIXTURE_NOW);
    }
    // A smaller sample is the beginning of a larger one; another seed draws others.
    assert_int_equal(draw(NULL, plan_of(5, 7, false), again, &next), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(drawn[i].id, again[i].id);
    assert_int_equal(draw(NULL, plan_of(20, 8, false), again, &next), 20);
    int same = 0;
    for (int i = 0; i < 20; i++)
        for (int k = 0; k < 20; k++)
            same += drawn[i].id == again[k].id;
    assert_true(same < 10);
    assert_int_equal(draw(NULL, plan_of(REVIEW_MAX, 7, false), again, &next), CASES);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM review_sample WHERE sample = 1 AND seed = %d", 7), 20);
}

static void what_was_closed_when(void **state)
{
    int32_t sample = 0;
    fixture_exec(
        &f,
        "UPDATE case_file SET clock_at = '2026-11-24T00:00:00+08:00' WHERE id < %lld; "
        // Archived much later; the journal says when it was closed.
        "UPDATE case_file SET state = 90, clock_at = '2027-01-01T00:00:00+08:00' WHERE id >= %lld AND id < %lld; "
        "UPDATE case_file SET state = 81 WHERE id = %lld",
        CASE_1 + 10, CASE_1 + 10, CASE_1 + 30, CASE_1 + 40);
    assert_int_equal(draw(NULL, plan_of(REVIEW_MAX, 1, false), drawn, &sample), CASES - 10 - 1);
    struct review_plan later = plan_of(REVIEW_MAX, 1, false);
    later.from = later.to;
    later.to += WF_DAY;
    assert_int_equal(draw(NULL, later, drawn, &sample), 10);
    later.from += 100 * WF_DAY;
    later.to += 100 * WF_DAY;
    assert_int_equal(draw(NULL, later, drawn, &sample), 0);
    assert_int_equal(sample, 0);
}

static void risk_has_reasons(void **state)
{
    int32_t sample = 0;
    fixture_exec(
        &f,
        "UPDATE case_file SET round = 2 WHERE id = %lld; UPDATE case_file SET flags = 2 WHERE id = %lld; "
        "INSERT INTO course VALUES (%lld, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 1, 2, 2, 0, 0, 0); "
        "INSERT INTO journal SELECT case_id, 11, at, %d, because, state, 0, 5, 0, 1 FROM journal WHERE case_id "
        "= %lld AND seq = 10",
        CASE_1, CASE_1 + 1, CASE_1 + 2, J_CLOCK_BREACHED, CASE_1 + 1);
    assert_int_equal(draw(NULL, plan_of(10, 3, true), drawn, &sample), 3);
    assert_true(drawn[0].id == first + 2 && drawn[1].id == first && drawn[2].id == first + 1);
    assert_string_equal(drawn[0].rule, "risk 8: dissatisfied, not solved");
    assert_string_equal(drawn[1].rule, "risk 6: rounds 2");
    assert_string_equal(drawn[2].rule, "risk 5: breached 1, conduct");
    assert_int_equal(draw(NULL, plan_of(1, 3, true), drawn, &sample), 1);
    assert_int_equal(drawn[0].id, first + 2);
}

static void nobody_draws_what_he_may_not_see(void **state)
{
    int32_t sample = 0;
    int n;
    struct viewer clerk = viewer_of("受理员");
    struct review_plan plan = plan_of(REVIEW_MAX, 1, false);
    fixture_exec(&f, "INSERT INTO accused SELECT id, 440300, 0, received_at FROM case_file WHERE id < %lld",
                 CASE_1 + 100);
    assert_int_equal(draw("领导@440300", plan, drawn, &sample), CASES - 100);
    assert_int_equal(draw("领导@440400", plan, drawn, &sample), 0);
    assert_int_equal(review_draw(db, policy, &clerk, FIXTURE_NOW, &plan, drawn, &n, &sample, &err), REJECT);
    assert_string_equal(err.code, "not_your_duty");
}

static void count_row(void *arg, const struct review_row *row)
{
    int *n = arg;
    n[0]++;
    n[1] += row->rating == REVIEW_BAD && str_is(row->finding, "未实地查看");
}

static void a_finding_is_said_once(void **state)
{
    struct viewer desk = viewer_of(NULL);
    int32_t sample = 0, where = 0;
    int rows[2] = {0, 0};
    assert_int_equal(draw(NULL, plan_of(3, 7, false), drawn, &sample), 3);
    assert_int_equal(
        review_find(db, policy, &desk, FIXTURE_NOW, 440300, drawn[1].id, REVIEW_BAD, STR("未实地查看"), &where, &err),
        OK);
    assert_int_equal(where, sample);
    assert_int_equal(
        review_find(db, policy, &desk, FIXTURE_NOW, 440300, drawn[1].id, REVIEW_GOOD, STR("又看"), &where, &err),
        REJECT);
    assert_string_equal(err.code, "not_sampled");
    assert_int_equal(
        review_find(db, policy, &desk, FIXTURE_NOW, 440300, drawn[0].id, REVIEW_GOOD, STR(" "), &where, &err), REJECT);
    assert_string_equal(err.code, "missing");
    assert_int_equal(
        review_find(db, policy, &desk, FIXTURE_NOW, 440300, first + CASES, REVIEW_GOOD, STR("看"), &where, &err),
        REJECT);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(review_list(db, policy, &desk, FIXTURE_NOW, 0, count_row, rows, &err), OK);
    assert_true(rows[0] == 3 && rows[1] == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_seed_decides),       TEST(what_was_closed_when),
        TEST(risk_has_reasons),       TEST(nobody_draws_what_he_may_not_see),
        TEST(a_finding_is_said_once),
    };
    return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}

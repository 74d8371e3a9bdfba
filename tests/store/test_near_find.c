// SPDX-License-Identifier: Apache-2.0
// Which letters that there are say what a new one says, on a real database: bands, writers, partitions, old letters.
#include "heart.h"
#include "store/near.h"
#include "store/view.h"

#include <string.h>

static const char *const text = "路口的红绿灯已经三天不亮了,早晚高峰车辆乱成一团,请交警部门尽快检修红绿灯。";
static const struct code_key key = {{9}};
static const struct statement *const lists[] = {because_statements, cases_statements, near_statements, NULL};

struct near_test {
    struct heart h;
    struct db *db;
    struct near *near;
    struct cases *cases;
};

static void open_test(struct near_test *t)
{
    heart_open(&t->h);
    letters_mark(t->h.letters, &key);
    t->db = db_open(t->h.f.config, "pa_classifier", lists);
    db_by_key(t->db);
    heart_ready(t->db);
    t->near = near_new(t->db);
    t->cases = cases_new(t->db);
}

static void close_test(struct near_test *t)
{
    cases_free(t->cases);
    near_free(t->near);
    db_close(t->db);
    heart_close(&t->h);
}

// Takes n letters of this body and phone in; bodies by turns where there are several.
static void take(struct near_test *t, int n, const char *const *bodies, int bodies_n, const char *phone,
                 struct letter *out)
{
    static struct writer writers[LETTERS_MAX];
    static struct stored stored[LETTERS_MAX];
    static char refs[LETTERS_MAX][32];
    static int calls;
    char prefix[16];
    struct err err;
    snprintf(prefix, sizeof prefix, "n%d", ++calls);
    for (int i = 0; i < n; i++) {
        heart_letter(&out[i], refs[i], prefix, i);
        out[i].body = str_of(bodies[i % bodies_n]);
        writers[i] = (struct writer){.phone = str_of(phone)};
    }
    assert_int_equal(letters_store(t->h.letters, t->h.policy, FIXTURE_NOW, out, writers, n, stored, &err), OK);
}

static void one(struct near_test *t, const char *body, const char *phone, struct letter *out)
{
    take(t, 1, &body, 1, phone, out);
}

// As classifierd does.
static void classified_as(struct near_test *t, const struct letter *letters, int n, struct applied *out,
                          struct classification found)
{
    static struct change changes[CASES_MAX];
    struct err err;
    assert_int_equal(near_find(t->near, t->h.policy, FIXTURE_NOW, letters, n, &err), OK);
    for (int i = 0; i < n; i++)
        changes[i] = (struct change){.case_id = letters[i].id,
                                     .event = EV_TRIAGE,
                                     .actor = ACTOR_CLASSIFIER,
                                     .found = &found,
                                     .near = near_of(t->near, i),
                                     .other = near_first(near_of(t->near, i))};
    assert_int_equal(cases_apply(t->cases, t->h.policy, FIXTURE_NOW, changes, n, out, &err), OK);
    for (int i = 0; i < n; i++)
        assert_int_equal(out[i].result, OK);
}

// All letters are plain help in Shenzhen.
static void classified(struct near_test *t, const struct letter *letters, int n, struct applied *out)
{
    classified_as(
        t, letters, n, out,
        (struct classification){.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 99, .why = "test"});
}

static void finds(void **state)
{
    struct near_test t;
    struct letter first, second, third;
    struct applied out;
    open_test(&t);
    one(&t, text, "13800000001", &first);
    classified(&t, &first, 1, &out);
    assert_int_equal(near_of(t.near, 0)->n, 0);
    assert_int_equal(out.state, ACCEPTED);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band"), NEAR_BANDS);
    // Another writer.
    one(&t, "路口的红绿灯已经三天不亮了,早晚高峰车辆乱成一团,请交警部门尽快派人检修。", "13800000002", &second);
    classified(&t, &second, 1, &out);
    assert_int_equal(near_of(t.near, 0)->n, 1);
    assert_int_equal(near_of(t.near, 0)->pair[0].id, first.id);
    assert_int_equal(near_of(t.near, 0)->pair[0].reason, NEAR_SAME_EVENT);
    assert_in_range(near_of(t.near, 0)->pair[0].score, 70, 85);
    assert_int_equal(out.state, ACCEPTED);
    // The same writer, and the same but for a blank.
    one(&t, "路口的红绿灯 已经三天不亮了,早晚高峰车辆乱成一团,请交警部门尽快检修红绿灯。", "138-0000-0001", &third);
    classified(&t, &third, 1, &out);
    assert_int_equal(near_of(t.near, 0)->n, 2);
    assert_int_equal(near_of(t.near, 0)->pair[0].id, first.id);
    assert_int_equal(near_of(t.near, 0)->pair[0].reason, NEAR_REPEAT);
    assert_int_equal(near_of(t.near, 0)->pair[0].score, 100);
    assert_int_equal(near_of(t.near, 0)->pair[1].id, second.id);
    assert_true(out.state == MERGED && out.primary == first.id);
    close_test(&t);
}

// What may be an emergency, or says something new that was not read for sure, is for a person.
static void for_a_person(void **state)
{
    struct near_test t;
    struct letter l;
    struct applied out;
    const char *more = "路口的红绿灯已经三天不亮了,早晚高峰车辆乱成一团,请交警部门尽快检修红绿灯。我真的不想活了。";
    struct classification plain = {
        .kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 99, .why = "test"};
    struct classification watched = plain, unclear = plain;
    watched.watch = true;
    unclear.confidence = 10;
    open_test(&t);
    one(&t, text, "13800000001", &l);
    classified_as(&t, &l, 1, &out, plain);
    one(&t, text, "13800000001", &l);
    classified_as(&t, &l, 1, &out, watched);
    assert_int_equal(out.state, TRIAGE);
    one(&t, more, "13800000001", &l);
    classified_as(&t, &l, 1, &out, unclear);
    assert_int_equal(out.state, TRIAGE);
    one(&t, text, "13800000001", &l); // it says nothing new, and the first is in hand
    classified_as(&t, &l, 1, &out, unclear);
    assert_int_equal(out.state, MERGED);
    one(&t, more, "13800000001", &l);
    classified_as(&t, &l, 1, &out, plain);
    assert_int_equal(out.state, MERGED);
    close_test(&t);
}

// An impatient writer clicks twice: both letters are in one batch, and the first is not classified yet.
static void in_one_batch(void **state)
{
    struct near_test t;
    struct letter two[3];
    struct applied out[3];
    const char *bodies[] = {text, text, "另一封完全不同的来信,说的是身份证补办要带什么材料,窗口周末开不开门。"};
    open_test(&t);
    take(&t, 3, bodies, 3, "13800000001", two);
    classified(&t, two, 3, out);
    assert_true(out[0].state == ACCEPTED && out[1].state == MERGED && out[2].state == ACCEPTED);
    assert_int_equal(out[1].primary, two[0].id);
    assert_int_equal(near_of(t.near, 2)->n, 0);
    close_test(&t);
}

// A text that thousands send costs no more than one that eight do.
static void bounded(void **state)
{
    static struct letter many[400];
    static struct applied out[400];
    struct near_test t;
    struct letter last;
    open_test(&t);
    take(&t, 400, &text, 1, "", many);
    for (int i = 0; i < 400; i += 100)
        classified(&t, many + i, 100, out);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band"), 8 * NEAR_BANDS);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(DISTINCT letter_id) FROM near_band"), 8);
    // A writer's own is found all the same, though no band leads to it.
    one(&t, text, "13800000005", &last);
    classified(&t, &last, 1, out);
    one(&t, text, "13800000005", &last);
    classified(&t, &last, 1, out);
    assert_int_equal(out[0].state, MERGED);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band"), 8 * NEAR_BANDS);
    close_test(&t);
}

// Years come and go; what belongs to none that is there is kept aside, and moves when its year is made.
static void years(void **state)
{
    struct near_test t;
    struct err err;
    struct letter l;
    struct applied out;
    open_test(&t);
    fixture_exec(&t.h.f,
                 "INSERT INTO near_band VALUES (1, 200101000000001), (2, 261123000000099), (3, 281123000000001)");
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band_rest"), 3);
    one(&t, text, "", &l);
    classified(&t, &l, 1, &out);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band_2026"), 1 + NEAR_BANDS);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band_2027"), 0);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band_rest"), 2);
    assert_int_equal(near_find(t.near, t.h.policy, FIXTURE_NOW + 365 * 2 * WF_DAY, NULL, 0, &err), OK);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM near_band_2028"), 1);
    assert_int_equal(fixture_int(&t.h.f, "SELECT (to_regclass('near_band_2026') IS NULL)::int"),
                     1); // 180 days ago is 2028
    close_test(&t);
}

// Nobody learns whose letter it is; of a secret one not even that two are of one writer.
static void equality_only(void **state)
{
    struct near_test t;
    struct letter two[2];
    open_test(&t);
    const char *body = text;
    take(&t, 2, &body, 1, "13800000001", two);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(DISTINCT phone_mark) FROM writer"), 1);
    assert_int_equal(fixture_int(&t.h.f, "SELECT count(*) FROM writer WHERE phone_mark::text LIKE '%%1380000%%'"), 0);
    assert_int_equal(
        fixture_int(
            &t.h.f,
            "SELECT count(*) FROM writer_same(ARRAY(SELECT max(id) FROM letter), ARRAY(SELECT min(id) FROM letter))"),
        1);
    assert_int_equal(
        fixture_int(&t.h.f, "SELECT count(*) FROM writer_earlier(ARRAY(SELECT id FROM letter)) WHERE earlier <> 0"), 1);
    fixture_exec(&t.h.f, "UPDATE letter SET confidential = true WHERE id = %lld", (long long)two[0].id);
    assert_int_equal(
        fixture_int(
            &t.h.f,
            "SELECT count(*) FROM writer_same(ARRAY(SELECT max(id) FROM letter), ARRAY(SELECT min(id) FROM letter))"),
        0);
    assert_int_equal(
        fixture_int(&t.h.f, "SELECT count(*) FROM writer_earlier(ARRAY(SELECT id FROM letter)) WHERE earlier <> 0"), 0);
    close_test(&t);
}

// Letters from before there were bands.
static void fills(void **state)
{
    static const struct statement *const fill_lists[] = {near_fill_statements, NULL};
    struct near_test t;
    struct err err;
    int64_t after = 0;
    int looked, added;
    open_test(&t);
    int64_t first = heart_accepted(&t.h, 5, SHENZHEN);
    fixture_exec(&t.h.f, "UPDATE letter SET body = '%s' WHERE id IN (%lld, %lld)", text, (long long)first,
                 (long long)first + 1);
    struct letter waiting;
    one(&t, text, "", &waiting); // the classifier's own
    struct db *db = db_open(t.h.f.config, "pa_admin", fill_lists);
    heart_ready(db);
    struct near *near = near_new(db);
    for (int round = 0; round < 2; round++) {
        after = 0;
        assert_int_equal(near_fill(near, t.h.policy, FIXTURE_NOW, &after, 3, &looked, &added, &err), OK);
        assert_int_equal(looked, 3);
        assert_int_equal(added, round == 0 ? 2 * NEAR_BANDS + 1 : 0);
        assert_int_equal(near_fill(near, t.h.policy, FIXTURE_NOW, &after, 3, &looked, &added, &err), OK);
        assert_int_equal(looked, 2);
        assert_int_equal(added, round == 0 ? 2 : 0);
        assert_int_equal(near_fill(near, t.h.policy, FIXTURE_NOW, &after, 3, &looked, &added, &err), OK);
        assert_int_equal(looked, 0);
    }
    near_free(near);
    db_close(db);
    struct applied out;
    classified(&t, &waiting, 1, &out);
    assert_int_equal(near_of(t.near, 0)->n, 2);
    close_test(&t);
}

// What the database refuses must not stop a letter.
static void refused(void **state)
{
    struct near_test t;
    struct letter l;
    struct err err;
    open_test(&t);
    one(&t, text, "", &l);
    fixture_exec(&t.h.f, "ALTER FUNCTION near_extend RENAME TO away");
    enum result result = near_find(t.near, t.h.policy, FIXTURE_NOW, &l, 1, &err);
    assert_true(result == REJECT || result == RETRY);
    close_test(&t);
}

static int64_t broken(struct near_test *t, const char *check)
{
    static const struct statement *const desk[] = {verify_statements, NULL};
    struct verify_report report;
    struct err err;
    struct db *db = db_open(t->h.f.config, "pa_desk", desk);
    db_prepare_when_used(db);
    heart_ready(db);
    assert_int_equal(verify_run(db, t->h.policy, FIXTURE_NOW, &report, &err), OK);
    db_close(db);
    for (int i = 0; i < report.checks_n; i++)
        if (strcmp(report.checks[i].name, check) == 0)
            return report.checks[i].count;
    fail_msg("no check %s", check);
    return -1;
}

static void verified(void **state)
{
    struct near_test t;
    struct letter l[2];
    struct applied out[2];
    const char *body = text;
    open_test(&t);
    take(&t, 2, &body, 1, "13800000001", l);
    classified(&t, l, 2, out);
    assert_int_equal(out[1].state, MERGED);
    assert_int_equal(broken(&t, "repeats"), 0);
    assert_int_equal(broken(&t, "bands"), 0);
    fixture_exec(&t.h.f, "UPDATE writer SET phone_mark = 1 WHERE letter_id = %lld", (long long)l[0].id);
    assert_int_equal(broken(&t, "repeats"), 1);
    fixture_exec(&t.h.f, "INSERT INTO near_band VALUES (1, 261123000999999)");
    assert_int_equal(broken(&t, "bands"), 1);
    close_test(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),         cmocka_unit_test(in_one_batch), cmocka_unit_test(bounded),
        cmocka_unit_test(years),         cmocka_unit_test(fills),        cmocka_unit_test(refused),
        cmocka_unit_test(equality_only), cmocka_unit_test(verified),     cmocka_unit_test(for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

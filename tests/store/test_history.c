// SPDX-License-Identifier: Apache-2.0
// What came before: the newest letters, and what the desk set right, without what must not leave the database.
#include "core/reader.h"
#include "heart.h"
#include "store/history.h"

#define CASES 10
enum { MACHINE, ACCEPTED_SO, OTHERWISE, SECRET, CONDUCT, WAS_ACCUSED, SUPERVISION, SAID_URGENT, MACHINE_URGENT, SPLIT };

static struct heart h;
static struct db *desk;
static int64_t first;
static struct err err;
static struct letter letters[CASES];
static struct history_label labels[CASES];

static enum case_state apply(struct db *db, struct change c)
{
    struct applied out;
    struct cases *cases = cases_new(db);
    if (cases_apply(cases, h.policy, FIXTURE_NOW, &c, 1, &out, &err) != OK)
        fail_msg("%s", err.text);
    if (out.result != OK)
        fail_msg("%s", out.err.text);
    cases_free(cases);
    return out.state;
}

static void act(int i, enum event event, enum kind kind, int16_t category)
{
    char cause[32];
    snprintf(cause, sizeof(cause), "%d-%d", i, (int)event);
    struct change c = heart_act(first + i, event, cause, 7);
    c.kind = kind;
    c.category = category;
    apply(h.feedback, c);
}

static void found(int i, bool urgent, int16_t confidence)
{
    struct classification f = {.kind = KIND_HELP,
                               .category = 1,
                               .bureau = SHENZHEN,
                               .confidence = confidence,
                               .flags = urgent ? FLAG_URGENT : 0,
                               .why = "test"};
    apply(h.classifier, (struct change){.case_id = first + i,
                                        .event = urgent ? EV_FLAG_EMERGENCY : EV_TRIAGE,
                                        .actor = ACTOR_CLASSIFIER,
                                        .found = &f});
}

static int setup(void **state)
{
    static const struct statement *const lists[] = {history_statements, NULL};
    heart_open(&h);
    desk = fixture_db(&h.f, "pa_desk", lists);
    first = heart_received(&h, CASES);
    for (int i = 0; i < CASES; i++) {
        found(i, i == MACHINE_URGENT, i == MACHINE ? 99 : 1);
        if (i == MACHINE_URGENT)
            act(i, EV_ACKNOWLEDGE, KIND_NONE, 0);
        if (i == SAID_URGENT) {
            act(i, EV_FLAG_EMERGENCY, KIND_NONE, 0);
            act(i, EV_ACKNOWLEDGE, KIND_NONE, 0);
        }
        if (i != MACHINE)
            act(i, EV_ACCEPT, i == OTHERWISE || i == SUPERVISION ? KIND_COMPLAINT : KIND_NONE,
                i == OTHERWISE     ? 4
                : i == SUPERVISION ? 14
                                   : 0);
    }
    fixture_exec(&h.f, "UPDATE letter SET confidential = true WHERE id = %lld", (long long)first + SECRET);
    fixture_exec(&h.f, "UPDATE case_file SET flags = flags | 2 WHERE id = %lld", (long long)first + CONDUCT);
    fixture_exec(&h.f,
                 "INSERT INTO accused (case_id, unit, officer, since, gone_at) VALUES (%lld, 440300, 0, '2026-11-23', "
                 "'2026-11-24')",
                 (long long)first + WAS_ACCUSED);
    fixture_exec(
        &h.f,
        "INSERT INTO case_file (id, version, mailbox, bureau, place, state, kind, category, flags, confidence, "
        "outcome, round, received_at, letter_id, clock_at) SELECT id + 1000, 1, mailbox, bureau, place, state, "
        "kind, category, 0, 0, 0, 0, received_at, id, clock_at FROM case_file WHERE id = %lld",
        (long long)first + SPLIT);
    return 0;
}

static int teardown(void **state)
{
    db_close(desk);
    heart_close(&h);
    return 0;
}

static struct viewer viewer_of(const char *post)
{
    struct viewer v;
    assert_int_equal(reader_parse(h.policy, str_of(post), &v, &err), OK);
    return v;
}

static void the_newest_letters(void **state)
{
    int n = 0;
    assert_int_equal(history_letters(desk, INT64_MAX, 4, letters, &n, &err), OK);
    assert_int_equal(n, 4);
    for (int i = 0; i < n; i++)
        assert_int_equal(letters[i].id, first + CASES - 1 - i);
    assert_true(str_is(letters[0].body, "正文"));
    assert_int_equal(history_letters(desk, letters[3].id, CASES, letters, &n, &err), OK);
    assert_int_equal(n, CASES - 4);
    assert_int_equal(letters[n - 1].id, first);
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM access_log WHERE what = '%s'", "labels"), 0);
}

static void what_the_desk_set_right(void **state)
{
    static const struct {
        int which;
        enum kind kind;
        int16_t category;
        int urgent;
    } wanted[] = {{ACCEPTED_SO, KIND_HELP, 1, 0},
                  {OTHERWISE, KIND_COMPLAINT, 4, 0},
                  {SAID_URGENT, KIND_HELP, 1, 1},
                  {MACHINE_URGENT, KIND_HELP, 1, -1}};
    struct viewer viewer = viewer_of(NULL);
    int n = 0;
    assert_int_equal(history_labels(desk, &viewer, FIXTURE_NOW, 0, CASES, labels, &n, &err), OK);
    assert_int_equal(n, 4);
    for (int i = 0; i < n; i++) {
        assert_int_equal(labels[i].id, first + wanted[i].which);
        assert_int_equal(labels[i].kind, wanted[i].kind);
        assert_int_equal(labels[i].category, wanted[i].category);
        assert_int_equal(labels[i].urgent, wanted[i].urgent);
        assert_true(str_is(labels[i].body, "正文"));
    }
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM access_log WHERE what = '%s' AND allowed", "labels"), 4);
    // A page, and what follows it.
    assert_int_equal(history_labels(desk, &viewer, FIXTURE_NOW, 0, 1, labels, &n, &err), OK);
    assert_int_equal(n, 1);
    assert_int_equal(history_labels(desk, &viewer, FIXTURE_NOW, labels[0].id, CASES, labels, &n, &err), OK);
    assert_int_equal(n, 3);
}

static void not_for_everybody(void **state)
{
    static const char *const posts[] = {"领导@440300", "审计员", "系统管理员"};
    int n = 0;
    for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
        struct viewer viewer = viewer_of(posts[i]);
        assert_int_equal(history_labels(desk, &viewer, FIXTURE_NOW, 0, CASES, labels, &n, &err), REJECT);
        assert_string_equal(err.code, "not_your_duty");
        assert_int_equal(n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_letters),
        cmocka_unit_test(what_the_desk_set_right),
        cmocka_unit_test(not_for_everybody),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

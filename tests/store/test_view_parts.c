// SPDX-License-Identifier: Apache-2.0
// What the tables beside a case hold of it is shown, all of it. Which of them are asked is told by the journal, so the
// cases here have lived their lives through the table of rules.
#include "reading.h"

#include "life.h"

static struct change act_to(int64_t id, enum event event, const char *cause, int64_t person, int32_t to)
{
    struct change c = heart_act(id, event, cause, person);
    c.to = to;
    c.category = 1;
    return c;
}

// A case with rows in every table that a case can have rows in.
static int64_t full_life(void)
{
    int64_t id = triaged(2);
    struct change c = heart_act(id + 1, EV_MERGE, "m", 1);
    c.other = id;
    apply_ok(c);
    c = heart_act(id, EV_ACCUSE, "x", 1);
    c.accused.of[c.accused.n++] = (struct accused){440305007, 0};
    apply_ok(c);
    apply_ok(act_to(id, EV_ACCEPT, "a", 1, SHENZHEN));
    apply_ok(heart_dispatch(id));
    c = act_to(id, EV_INQUIRE, "q", 1, 440305007);
    c.unit = 440000901;
    c.words = STR("请说明本月上旬的值班安排");
    apply_ok(c);
    c = (struct change){
        .case_id = id, .event = EV_SUPPLEMENT, .actor = ACTOR_WRITER, .words = STR("又坏了"), .cause = STR("s")};
    apply_ok(c);
    expect_refused(heart_said(id, EV_REVIEWED, "e0"), "not_allowed");
    static const enum event said[] = {EV_SIGNED, EV_CONTACTED, EV_REPORTED, EV_REVIEWED};
    static const char *const causes[] = {"e1", "e2", "e3", "e4"};
    for (int i = 0; i < 4; i++) {
        c = heart_said(id, said[i], causes[i]);
        c.person = 100011 + i; // about the police: the handler is named, and another reviews
        apply_ok(c);
    }
    // Called back: the state is set by hand, since the sample policy calls nobody back here.
    fixture_exec(&h.f, "UPDATE case_file SET state = %d WHERE id = %lld", CALLBACK, (long long)id);
    forget();
    c = heart_act(id, EV_ANSWERED, "c", 1);
    c.reached = c.contacted = c.true_ = c.satisfied = c.solved = 1;
    apply_ok(c);
    return id;
}

static void every_table_is_shown(void **state)
{
    long long id = full_life();
    struct case_view v;
    struct db *db = open_db(&h.f);
    assert_int_equal(look(db, NULL, id, &v, &err), OK);
    const struct {
        const char *table, *key;
        int shown;
    } tables[] = {{"leg", "case_id", v.legs_n},
                  {"journal", "case_id", v.events_n},
                  {"reply", "case_id", v.replies_n},
                  {"request", "case_id", v.requests_n},
                  {"supplement", "case_id", v.supplements_n},
                  {"callback_answer", "case_id", v.answers_n},
                  {"inquiry", "case_id", v.inquiries_n},
                  {"refused_event", "case_id", v.refused_n},
                  {"internal_report", "case_id", v.internal_n},
                  {"accused", "case_id", v.row.accused.n},
                  {"course", "primary_case", v.merged_n}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int rows = COUNT("%s WHERE %s = %lld", tables[i].table, tables[i].key, id);
        if (rows == 0 || rows != tables[i].shown)
            fail_msg("%s: %d rows, %d shown", tables[i].table, rows, tables[i].shown);
    }
    view_case_free(&v);
    assert_int_equal(look(db, NULL, id + 1, &v, &err), OK);
    assert_int_equal(v.primary.id, id);
    view_case_free(&v);
    close_db(db);
}

// A table that knows of a case and stands neither above nor here would be forgotten by show.
static void no_table_is_unknown(void **state)
{
    assert_int_equal(COUNT("pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attname = 'case_id' AND "
                           "c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN %s",
                           "('leg', 'journal', 'reply', 'request', 'supplement', 'callback_answer', 'inquiry', "
                           "'refused_event', 'internal_report', 'accused', 'course', "
                           "'access_log', 'bureau_queue', 'review_sample', 'feedback_inbox', 'dead_letter')"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(every_table_is_shown), TEST(no_table_is_unknown)};
    return cmocka_run_group_tests_name("view_parts", tests, NULL, NULL);
}

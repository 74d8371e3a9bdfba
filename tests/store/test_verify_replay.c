// SPDX-License-Identifier: Apache-2.0
// Lives with every kind of leg, request and clock, written by the real path: verify tells them all from their journals
// and finds nothing; then one column of one row is moved at a time, and exactly the check that is made for it sees it.
#include "life.h"

#define COUNTY 440305

static struct verify_report report;

static struct str key(void)
{
    static char keys[200][16];
    static int n;
    insist(n < 200);
    snprintf(keys[n], sizeof keys[n], "k%d", n);
    return str_of(keys[n++]);
}

static void says(int64_t id, int32_t unit, enum event event, int32_t to)
{
    struct change c = heart_said(id, event, "");
    c.cause = key();
    c.unit = unit;
    c.to = to;
    c.days = 2;
    apply_ok(c);
}

static void acts(int64_t id, enum event event, int64_t person, wf_time until)
{
    struct change c = heart_act(id, event, "", person);
    c.cause = key();
    c.until = until;
    apply_ok(c);
}

static void writes(int64_t id)
{
    apply_ok((struct change){
        .case_id = id, .event = EV_SUPPLEMENT, .actor = ACTOR_WRITER, .words = STR("补充"), .cause = key()});
}

// A unit below has it and waits for the centre's word about a supplement: leg 2 below leg 1, one open request.
static void delegated(int64_t id)
{
    says(id, SHENZHEN, EV_SIGNED, 0);
    says(id, SHENZHEN, EV_DELEGATED, COUNTY);
    says(id, COUNTY, EV_SIGNED, 0);
    says(id, COUNTY, EV_SUPPLEMENT_REQUESTED, 0);
}

// Handed on once: leg 2 in leg 1's place.
static void returned(int64_t id)
{
    says(id, SHENZHEN, EV_RETURN_REQUESTED, ZHUHAI);
    acts(id, EV_GRANT, 2, 0);
}

// More time, and a day of waiting for the writer.
static void extended_and_paused(int64_t id)
{
    says(id, SHENZHEN, EV_SIGNED, 0);
    says(id, SHENZHEN, EV_EXTENSION_REQUESTED, 0);
    acts(id, EV_GRANT, 2, 0);
    says(id, SHENZHEN, EV_SUPPLEMENT_REQUESTED, 0);
    acts(id, EV_GRANT, 2, 0);
    now += WF_DAY;
    writes(id);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND event = %d", (long long)id, J_CLOCK_RESUMED), 1);
}

static void deferred(int64_t id)
{
    says(id, SHENZHEN, EV_SIGNED, 0);
    acts(id, EV_SUSPEND, 1, now + 30 * WF_DAY);
    acts(id, EV_GRANT, 2, 0);
    now += 2 * WF_DAY;
    acts(id, EV_RESUME, 1, 0);
}

// Closed, appealed against, and with a unit above: round 1.
static void reworked(int64_t id)
{
    says(id, SHENZHEN, EV_SIGNED, 0);
    says(id, SHENZHEN, EV_REPORTED, 0);
    if (out[0].state != CLOSED)
        says(id, SHENZHEN, EV_REVIEWED, 0);
    assert_int_equal(out[0].state, CLOSED);
    now += WF_HOUR;
    acts(id, EV_APPEAL, 1, 0);
    apply_ok(heart_dispatch(id));
}

static void split_and_merged(int64_t id)
{
    acts(id, EV_SPLIT, 1, 0);
    struct change c = heart_act(id, EV_MERGE, "", 1);
    c.cause = key();
    c.other = id + 1;
    apply_ok(c);
}

static void verify(wf_time at)
{
    static const struct statement *const lists[] = {verify_statements, NULL};
    struct db *db = fixture_db(&h.f, "pa_desk", lists);
    if (verify_run(db, h.policy, at, &report, &err) != OK)
        fail_msg("%s", err.text);
    db_close(db);
}

static void only(const char *check, const char *after)
{
    bool known = !check;
    for (int i = 0; i < report.checks_n; i++) {
        bool is_it = check && strcmp(report.checks[i].name, check) == 0;
        known = known || is_it;
        if (report.checks[i].count != is_it)
            fail_msg("%s is %lld (%s) after %s", report.checks[i].name, (long long)report.checks[i].count,
                     report.checks[i].first[0], after);
    }
    assert_true(known);
}

static const struct {
    const char *check, *table, *column, *by; // by: what the column is moved by, and back
    int life;
    const char *row; // of that case
} moves[] = {
    {"case_legs", "leg", "parent", "1", 0, "id = 2"},
    {"case_legs", "leg", "role", "1", 0, "id = 2"},
    {"case_legs", "leg", "hop", "1", 1, "id = 2"},
    {"case_legs", "leg", "round", "1", 4, "id = 2"},
    {"journal_dates", "leg", "due_at", "interval '1 s'", 0, "id = 2"},
    {"journal_dates", "leg", "due_at", "interval '1 s'", 1, "id = 2"},
    {"journal_dates", "leg", "due_at", "interval '1 s'", 2, "id = 1"},
    {"journal_dates", "case_file", "due_at", "interval '1 s'", 2, "true"},
    {"journal_dates", "case_file", "due_at", "interval '1 s'", 3, "true"},
    {"journal_dates", "case_file", "due_at", "interval '1 s'", 4, "true"},
    {"journal_requests", "request", "state", "1", 0, "true"},
    {"journal_requests", "request", "state", "-1", 1, "true"},
    {"journal_times", "case_file", "received_at", "interval '-1 s'", 3, "true"},
    {"journal_order", "journal", "at", "interval '-1 hour'", 0, "seq = 4"},
    {"wake", "case_file", "wake_at", "interval '1 year'", 1, "true"},
};

static void move(size_t i, long long first, const char *sign)
{
    const char *key_column = strcmp(moves[i].table, "case_file") == 0 ? "id" : "case_id";
    fixture_exec(&h.f, "UPDATE %s SET %s = %s %s (%s) WHERE %s = %lld AND %s", moves[i].table, moves[i].column,
                 moves[i].column, sign, moves[i].by, key_column, first + moves[i].life, moves[i].row);
}

static void each_column_is_explained(void **state)
{
    static void (*const lives[])(int64_t id) = {delegated, returned, extended_and_paused, deferred, reworked};
    enum { LIVES = sizeof lives / sizeof *lives };
    long long first = heart_sent(&h, LIVES);
    for (int i = 0; i < LIVES; i++)
        lives[i](first + i);
    split_and_merged(triaged(2));
    verify(now);
    only(NULL, "seven good lives");
    assert_int_equal(report.cases, LIVES + 3);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        char what[160];
        snprintf(what, sizeof what, "%s.%s by %s", moves[i].table, moves[i].column, moves[i].by);
        move(i, first, "+");
        verify(now);
        only(moves[i].check, what);
        move(i, first, "-");
    }
    verify(now);
    only(NULL, "everything was moved back");
}

// A case that cannot be read is named, and those behind it are checked all the same.
static void more_than_a_case_may_have(void **state)
{
    long long first = heart_sent(&h, 5);
    fixture_exec(&h.f,
                 "INSERT INTO request SELECT %lld, i, 0, 1, 2, 0, 0, 0, 0, now(), NULL, NULL, now() "
                 "FROM generate_series(1, %d) i; UPDATE leg SET hop = 7 WHERE case_id = %lld",
                 first + 1, CASE_REQUESTS + 1, first + 4);
    verify(now);
    for (int i = 0; i < report.checks_n; i++)
        assert_int_equal(report.checks[i].count, strcmp(report.checks[i].name, "case_legs") == 0 ? 2 : 0);
    assert_int_equal(report.cases, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(each_column_is_explained), TEST(more_than_a_case_may_have)};
    return cmocka_run_group_tests_name("verify_replay", tests, NULL, NULL);
}

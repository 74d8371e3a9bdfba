// SPDX-License-Identifier: Apache-2.0
// The case told from its journal is the case that core decided, and each line that could not be is refused.
#include "life_sample.h"
#include "tell.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNTY 440305
#define STATION 440305001
#define ASSIST 440305903
#define RULES 200 // more than there are

static struct replayed r;

static void told(const char *id, int hours, int leg, int32_t unit, int due)
{
    if (!tell(&r, id, hours, leg, unit, due))
        fail_msg("%s was refused in %s", id, code_name(case_states, (int)r.state));
}

// Received, triaged, accepted, and with SHENZHEN after an hour: the answer is due after 100 hours.
static void dispatched(void)
{
    replay_start(&r);
    told("T1", 0, 0, 0, 2);
    told("T4", 0, 0, 0, 2);
    told("T12", 1, 0, 0, 9);
    told("T13", 1, 1, SHENZHEN, 100);
}

static void signed_by_it(void)
{
    dispatched();
    told("T14", 2, 1, SHENZHEN, 100);
}

struct want {
    enum clock clock;
    int16_t leg;
    int started, due, ended; // hours; ended 0: runs
    enum clock_result result;
};

static void clocks_are(const struct want *want, int n)
{
    for (int i = 0; i < r.clocks_n && i < n; i++) {
        const struct clock_run *c = &r.clocks[i];
        bool same = c->clock == want[i].clock && c->leg == want[i].leg && c->result == want[i].result &&
                    c->started_at == AFTER(want[i].started) && c->due_at == (want[i].due ? AFTER(want[i].due) : 0) &&
                    c->ended_at == (want[i].ended ? AFTER(want[i].ended) : 0);
        if (!same)
            fail_msg("clock %d is %s of leg %d, %s, from %lld to %lld, due %lld", i,
                     code_name(policy_clocks, (int)c->clock), c->leg, code_name(clock_results, (int)c->result),
                     (long long)((c->started_at - TELL_BEGIN) / WF_HOUR),
                     (long long)(c->ended_at ? (c->ended_at - TELL_BEGIN) / WF_HOUR : 0),
                     (long long)(c->due_at ? (c->due_at - TELL_BEGIN) / WF_HOUR : 0));
    }
    assert_int_equal(r.clocks_n, n);
}

static void a_plain_life_and_its_clocks(void **state)
{
    static const struct want want[] = {
        {CLOCK_K3, 0, 0, 2, 0, CLOCK_SUPERSEDED}, {CLOCK_K3, 0, 0, 2, 1, CLOCK_MET},
        {CLOCK_K4, 0, 1, 9, 1, CLOCK_MET},        {CLOCK_K8, 0, 1, 100, 101, CLOCK_LATE},
        {CLOCK_K5, 1, 1, 0, 2, CLOCK_MET},        {CLOCK_K8, 1, 2, 100, 90, CLOCK_MET},
        {CLOCK_K11, 0, 101, 150, 102, CLOCK_MET},
    };
    signed_by_it();
    told("T22", 90, 1, SHENZHEN, 0);
    told("T25", 90, 0, 0, 0);
    told("T24", 101, 1, SHENZHEN, 0);
    told("T26", 101, 0, 0, 150);
    told("T31", 102, 0, 0, 0);
    assert_int_equal(r.state, CLOSED);
    assert_int_equal(r.version, 10);
    assert_int_equal(r.legs[0].state, LEG_DONE);
    assert_int_equal(r.due_at, 0);
    r.clocks[0].ended_at = 0; // at the beginning itself
    clocks_are(want, 7);
}

// Each member spoilt alone: the line is refused and nothing changes.
static void impossible_lines_change_nothing(void **state)
{
    static struct replayed before;
    signed_by_it();
    const struct replay_line good = tell_line(&r, "T22", 3, 1, SHENZHEN);
    struct replay_line bad[10];
    for (int i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].rule = NULL;
    bad[1].rule = tell_rule("T24");
    bad[2].rule = tell_rule("T26");
    bad[3].seq++;
    bad[4].actor = ACTOR_DESK;
    bad[5].actor = (enum actor)(ACTOR_DESK + 1);
    bad[6].state = REVIEW;
    bad[7].leg = 2;
    bad[8].leg = 0;
    bad[9].unit = ZHUHAI;
    for (int i = 0; i < 10; i++) {
        before = r;
        if (replay_apply(&r, &bad[i]))
            fail_msg("line %d was taken", i);
        assert_memory_equal(&r, &before, sizeof r);
    }
    assert_true(replay_apply(&r, &good));

    replay_start(&r);
    assert_false(tell(&r, "T14", 0, 1, SHENZHEN, 0)); // nothing is there yet
    assert_false(tell(&r, "T4", 0, 0, 0, 0));
    dispatched();
    assert_false(tell(&r, "T16a", 2, 2, ZHUHAI, 3));  // nobody returned anything
    assert_false(tell(&r, "T19b", 2, 2, COUNTY, 3));  // nobody delegated anything
    assert_false(tell(&r, "T13a", 2, 3, COUNTY, 3));  // the next leg is the second
    assert_false(tell(&r, "T38", 2, 1, SHENZHEN, 0)); // of the case, not of a leg
}

static void a_tree_of_legs(void **state)
{
    static const struct replayed_leg want[] = {
        {.id = 1, .parent = 0, .hop = 0, .role = ROLE_LEAD, .state = LEG_REVOKED, .unit = SHENZHEN},
        {.id = 2, .parent = 1, .hop = 0, .role = ROLE_LEAD, .state = LEG_RETURNED, .unit = COUNTY},
        {.id = 3, .parent = 1, .hop = 1, .role = ROLE_LEAD, .state = LEG_REVOKED, .unit = STATION},
        {.id = 4, .parent = 3, .hop = 0, .role = ROLE_ASSIST, .state = LEG_REVOKED, .unit = ASSIST},
        {.id = 5, .parent = 0, .hop = 0, .role = ROLE_LEAD, .state = LEG_DONE, .unit = ZHUHAI},
        {.id = 6, .parent = 0, .round = 1, .role = ROLE_LEAD, .state = LEG_SENT, .unit = 440000},
    };
    signed_by_it();
    told("T19", 3, 1, SHENZHEN, 0);
    told("T19b", 3, 2, COUNTY, 5);
    assert_int_equal(replay_holder(&r)->id, 2);
    told("T15", 4, 2, COUNTY, 0);
    assert_int_equal(r.requests[0].state, REQUEST_OPEN);
    told("T16", 5, 2, COUNTY, 0);
    assert_int_equal(r.requests[0].state, REQUEST_GRANTED);
    told("T16a", 5, 3, STATION, 7);
    told("T14", 6, 3, STATION, 90);
    told("T20", 6, 3, STATION, 0);
    told("T20a", 6, 4, ASSIST, 8);
    assert_int_equal(replay_holder(&r)->id, 3); // who assists does not hold it
    told("T37r", 7, 1, SHENZHEN, 0);
    told("T37e", 7, 3, STATION, 0);
    told("T37e", 7, 4, ASSIST, 0);
    told("T16a", 7, 5, ZHUHAI, 9);
    told("T14", 8, 5, ZHUHAI, 100);
    told("T22", 9, 5, ZHUHAI, 0);
    told("T25", 9, 0, 0, 0);
    told("T27", 10, 0, 0, 0);
    assert_int_equal(r.legs[4].state, LEG_SIGNED); // and none of those that were lost
    assert_int_equal(r.legs[0].state, LEG_REVOKED);
    told("T22", 11, 5, ZHUHAI, 0);
    told("T25", 11, 0, 0, 0);
    told("T24", 11, 5, ZHUHAI, 0);
    told("T26", 12, 0, 0, 150);
    told("T28", 13, 0, 0, 150);
    told("T29", 14, 0, 0, 200);
    told("T29b", 15, 6, 440000, 17);
    assert_int_equal(r.legs_n, 6);
    for (int i = 0; i < 6; i++) {
        const struct replayed_leg *a = &r.legs[i], *b = &want[i];
        if (a->id != b->id || a->parent != b->parent || a->hop != b->hop || a->round != b->round ||
            a->role != b->role || a->state != b->state || a->unit != b->unit)
            fail_msg("leg %d: parent %d, hop %d, round %d, %s, %s", i + 1, a->parent, a->hop, a->round,
                     code_name(leg_roles, (int)a->role), code_name(leg_states, (int)a->state));
    }
    assert_int_equal(r.legs[5].due_at, AFTER(17));
}

// The writer is waited for: both answer clocks stand and go on under the later date, as the same clocks.
static void a_pause(void **state)
{
    signed_by_it();
    told("T5a", 3, 1, SHENZHEN, 0);
    told("T5b", 4, 1, SHENZHEN, 0);
    assert_true(r.stands && r.clocks[3].paused && r.clocks[5].paused);
    told("T5d", 20, 0, 0, 124);
    assert_false(r.stands || r.clocks[3].paused || r.clocks[5].paused);
    assert_int_equal(r.clocks_n, 6);
    assert_int_equal(r.clocks[3].due_at, AFTER(124));
    assert_int_equal(r.clocks[5].due_at, AFTER(124));
    assert_int_equal(r.due_at, AFTER(124));
    assert_int_equal(r.legs[0].due_at, AFTER(124));
    assert_int_equal(r.pauses_n, 2);
    for (int i = 0; i < 2; i++)
        assert_true(r.pauses[i].span.from == AFTER(4) && r.pauses[i].span.to == AFTER(20));
    told("T22", 110, 1, SHENZHEN, 0); // after the first date, before the second
    assert_int_equal(r.clocks[5].result, CLOCK_MET);
}

// An extension and a new calendar supersede; a date that had passed was missed.
static void superseded_dates(void **state)
{
    signed_by_it();
    told("T21", 50, 1, SHENZHEN, 0);
    assert_int_equal(r.requests[0].state, REQUEST_OPEN);
    told("T21a", 60, 1, SHENZHEN, 140);
    assert_int_equal(r.requests[0].state, REQUEST_GRANTED);
    assert_int_equal(r.clocks_n, 8);
    assert_int_equal(r.clocks[3].result, CLOCK_SUPERSEDED);
    assert_int_equal(r.clocks[5].result, CLOCK_SUPERSEDED);
    assert_int_equal(r.due_at, AFTER(140)); // leg and case had one date, so they have
    for (int i = 6; i < 8; i++) {
        assert_int_equal(r.clocks[i].clock, CLOCK_K8);
        assert_int_equal(r.clocks[i].started_at, r.clocks[i].leg == 0 ? AFTER(1) : AFTER(2));
        assert_int_equal(r.clocks[i].due_at, AFTER(140));
    }
    told("K16c", 150, 0, 0, 164);     // the calendar was wrong: what it said was not missed
    assert_int_equal(r.clocks_n, 10); // the leg's date moved with the case's
    for (int i = 8; i < 10; i++)
        assert_true(r.clocks[i].result == CLOCK_RUNNING && r.clocks[i].due_at == AFTER(164));
    for (int i = 0; i < r.clocks_n; i++)
        assert_int_not_equal(r.clocks[i].result, CLOCK_LATE);
    told("T12a", 170, 0, 0, 165); // another kind, after the date
    assert_true(r.clocks[8].result == CLOCK_LATE && r.clocks[9].result == CLOCK_LATE);
}

// What no line says is not claimed: the case's date after an extension under an inquiry, a child's after a pause.
static void dates_that_no_line_says(void **state)
{
    signed_by_it();
    told("T20", 3, 1, SHENZHEN, 0);
    told("T20a", 3, 2, ASSIST, 5);
    told("T14", 4, 2, ASSIST, 60);
    told("T37", 5, 0, 0, 0);
    for (int round = 1; round < 3; round++) {
        told("T5a", 6 * round, 1, SHENZHEN, 0);
        told("T5b", 6 * round, 1, SHENZHEN, 0);
        told("T5d", 8 * round, 0, 0, 200 * round);
        assert_int_equal(r.due_at, AFTER(200 * round));
        assert_int_equal(r.legs[0].due_at, round == 1 ? AFTER(200) : 0);
        assert_int_equal(r.legs[1].due_at, 0);
        told("T21", 9 * round, 1, SHENZHEN, 0);
        told("T21a", 10 * round, 1, SHENZHEN, 150 * round);
        assert_int_equal(r.due_at, 0);
        assert_int_equal(r.legs[0].due_at, AFTER(150 * round));
    }
}

static void deferred_and_taken_up_again(void **state)
{
    signed_by_it();
    told("T32", 3, 0, 0, 0);
    told("T32b", 4, 0, 0, 1000);
    assert_true(r.state == DEFERRED && r.due_at == AFTER(1000) && r.answer_due == AFTER(100));
    assert_int_equal(r.clocks[r.clocks_n - 1].clock, CLOCK_K17);
    assert_true(r.clocks[3].paused && r.clocks[3].ended_at == 0);
    told("T33", 500, 0, 0, 596);
    assert_int_equal(r.clocks[r.clocks_n - 1].result, CLOCK_MET);
    assert_true(!r.clocks[3].paused && r.clocks[3].due_at == AFTER(596) && r.due_at == AFTER(596));
    assert_int_equal(r.requests[0].state, REQUEST_GRANTED);
}

static void ends_and_supervision(void **state)
{
    signed_by_it();
    told("T38", 3, 0, 0, 0);
    struct replay_line breach = tell_line(&r, "K16b", 30, 0, 0);
    breach.detail = STR("K13");
    assert_true(replay_apply(&r, &breach));
    told("T38a", 40, 0, 0, 0);
    assert_int_equal(r.clocks[6].clock, CLOCK_K13);
    assert_int_equal(r.clocks[6].result, CLOCK_LATE);
    told("T36r", 41, 0, 0, 0);
    told("T36g", 42, 0, 0, 0);
    told("T37e", 42, 1, SHENZHEN, 0);
    assert_int_equal(r.clocks[3].result, CLOCK_VOID);
    assert_int_equal(r.clocks[5].result, CLOCK_VOID);
    for (int i = 0; i < r.clocks_n; i++)
        assert_true(r.clocks[i].result != CLOCK_RUNNING && r.clocks[i].ended_at != 0);
    assert_int_equal(r.requests[0].state, REQUEST_GRANTED);

    dispatched();
    told("T14b", 4, 1, SHENZHEN, 100);
    assert_int_equal(r.clocks[4].result, CLOCK_LATE); // deemed signed
    told("T39b", 5, 1, SHENZHEN, 0);
    told("T22", 6, 1, SHENZHEN, 0);
    assert_int_equal(r.requests[0].state, REQUEST_VOID); // nobody takes over what is reported
}

// Time that a clock on another machine sets back does not run backwards here.
static void time_never_goes_back(void **state)
{
    signed_by_it();
    assert_false(r.went_back);
    told("T14a", 1, 1, SHENZHEN, 0);
    assert_true(r.went_back && r.at == AFTER(2));
}

// More than there is room for: the newest is kept.
static void a_life_without_end(void **state)
{
    signed_by_it();
    for (int i = 0; i < 3 * REPLAY_CLOCKS; i++) {
        told("T5a", 3 + i, 1, SHENZHEN, 0);
        told("T5b", 3 + i, 1, SHENZHEN, 0);
        told("T5d", 4 + i, 0, 0, 100 + i);
        told("K16c", 4 + i, 0, 0, 101 + i);
    }
    assert_int_equal(r.clocks_n, REPLAY_CLOCKS);
    assert_int_equal(r.clocks[REPLAY_CLOCKS - 1].due_at, AFTER(100 + 3 * REPLAY_CLOCKS));
    assert_int_equal(r.clocks[REPLAY_CLOCKS - 1].result, CLOCK_RUNNING);
    for (int i = 0; i < r.pauses_n; i++)
        assert_in_range(r.pauses[i].run, 0, REPLAY_CLOCKS - 1);
    assert_int_equal(r.requests_n, CASE_REQUESTS);
}

// ---- Against core's decisions ----

static void same_legs(const struct case_facts *f)
{
    assert_int_equal(r.legs_n, f->legs_n);
    for (int i = 0; i < f->legs_n; i++) {
        const struct leg_facts *a = &f->legs[i];
        const struct replayed_leg *b = &r.legs[i];
        bool same = a->id == b->id && a->parent == b->parent && a->role == b->role && a->state == b->state &&
                    a->unit == b->unit && a->round == b->round && a->hop == b->hop && a->sent_at == b->sent_at;
        if (!same)
            fail_msg("leg %d: parent %d %d, hop %d %d, round %d %d", a->id, a->parent, b->parent, a->hop, b->hop,
                     a->round, b->round);
        if (!leg_over(a->state) && b->due_at != 0 && a->due_at != b->due_at)
            fail_msg("leg %d of %d: due %lld, told %lld", a->id, a->parent, (long long)a->due_at, (long long)b->due_at);
    }
}

static void same_requests(const struct case_facts *f)
{
    int open = 0, open_told = 0;
    for (int i = 0; i < f->requests_n; i++)
        open += f->requests[i].state == REQUEST_OPEN;
    for (int i = 0; i < r.requests_n; i++)
        open_told += r.requests[i].state == REQUEST_OPEN;
    assert_true(r.unsure || open == open_told);
}

// One running clock a leg and series at most; what is over has none; each end is told.
static void sound_clocks(void)
{
    for (int i = 0; i < r.clocks_n; i++) {
        const struct clock_run *c = &r.clocks[i];
        assert_true((c->ended_at == 0) == (c->result == CLOCK_RUNNING));
        assert_true(c->ended_at == 0 || c->ended_at >= c->started_at);
        assert_false(c->ended_at == 0 && case_final(r.state));
        assert_false(c->ended_at == 0 && c->leg != 0 && leg_over(r.legs[c->leg - 1].state));
        for (int k = 0; k < i && c->ended_at == 0; k++)
            assert_false(r.clocks[k].ended_at == 0 && r.clocks[k].leg == c->leg && r.clocks[k].clock == c->clock);
    }
    for (int i = 0; i < r.pauses_n; i++)
        assert_true((r.pauses[i].span.to == 0) == r.clocks[r.pauses[i].run].paused ||
                    r.pauses[i].span.to >= r.pauses[i].span.from);
}

static bool takes_two_cases(const struct rule *rule)
{
    return (rule->cases & IN(CASE_NONE)) || rule->event == EV_MERGE || rule->event == EV_UNMERGE ||
           rule->event == EV_ABSORB || rule->event == EV_RELEASE;
}

static void random_lives(void **state)
{
    static struct life l;
    int lines = 0, told_n[RULES] = {0};
    uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        life_begin(&l, sample_policy_all(i % 4 ? MODE_HUMAN : MODE_AUTO), seed + (uint64_t)i * 7919);
        replay_start(&r);
        assert_true(replay_apply(&r, &l.lines[0]));
        for (int k = 0; k < 60; k++) {
            int from = l.n;
            life_step(&l);
            for (; from < l.n; from++) {
                if (!replay_apply(&r, &l.lines[from]))
                    fail_msg("life %d, line %d: %s", i, from + 1, l.lines[from].rule->id);
                told_n[l.lines[from].rule - rules]++;
            }
        }
        assert_int_equal(r.state, l.f.state);
        assert_int_equal(r.version, l.f.version);
        assert_int_equal(r.round, l.f.round);
        assert_true(r.due_at == 0 || r.due_at == l.f.due_at);
        same_legs(&l.f);
        same_requests(&l.f);
        sound_clocks();
        lines += l.n;
    }
    print_message("%d lines\n", lines);
    for (const struct rule *rule = tell_rule("T2"); rule->id; rule++) // the lives were long enough to mean something
        if (told_n[rule - rules] == 0 && !takes_two_cases(rule))
            fail_msg("no life came to %s", rule->id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_life_and_its_clocks),
        cmocka_unit_test(impossible_lines_change_nothing),
        cmocka_unit_test(a_tree_of_legs),
        cmocka_unit_test(a_pause),
        cmocka_unit_test(superseded_dates),
        cmocka_unit_test(dates_that_no_line_says),
        cmocka_unit_test(deferred_and_taken_up_again),
        cmocka_unit_test(ends_and_supervision),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_life_without_end),
        cmocka_unit_test(random_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

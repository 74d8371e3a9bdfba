// SPDX-License-Identifier: Apache-2.0
// Who held the case when; and that the holders' times are the age, whatever happens.
#include "core/ledger.h"
#include "life_sample.h"
#include "tell.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define COUNTY 440305

static struct replayed r;
static struct ledger l;

static void begin(void)
{
    replay_start(&r);
    ledger_start(&l);
}

static void told(const char *id, int hours, int leg, int32_t unit)
{
    if (!tell(&r, id, hours, leg, unit, 0))
        fail_msg("%s was refused in %s", id, code_name(case_states, (int)r.state));
    ledger_line(&l, &r);
}

// Hours charged so far to this holder.
static int64_t hours_of(enum holder holder, int32_t unit)
{
    for (int i = 0; i < l.of_n; i++)
        if (l.of[i].holder == holder && l.of[i].unit == unit)
            return l.of[i].time / WF_HOUR;
    return 0;
}

static int64_t leg_hours(int leg, enum leg_time t)
{
    return l.legs[leg - 1][t] / WF_HOUR;
}

static int64_t end_at(int hours)
{
    wf_time sum = 0, age = ledger_end(&l, &r, AFTER(hours));
    for (int i = 0; i < l.of_n; i++)
        sum += l.of[i].time;
    assert_int_equal(sum, age);
    assert_int_equal(l.age, age);
    return age / WF_HOUR;
}

static void dispatched_after_3(void)
{
    begin();
    told("T1", 0, 0, 0);
    told("T4", 1, 0, 0);
    told("T12", 2, 0, 0);
    told("T13", 3, 1, SHENZHEN);
}

// Unsigned time is the unit's, as is the time in which its report waits for the reviewer in the house.
static void a_plain_life(void **state)
{
    dispatched_after_3();
    told("T14", 8, 1, SHENZHEN);
    told("T22", 20, 1, SHENZHEN);
    told("T25", 20, 0, 0);
    told("T24", 21, 1, SHENZHEN);
    told("T26", 25, 0, 0);
    told("T31", 30, 0, 0);
    told("T35", 900, 0, 0);
    assert_int_equal(end_at(1000), 30); // what passes after the end is nobody's
    assert_int_equal(hours_of(HOLDER_CENTRE, 0), 3 + 10);
    assert_int_equal(hours_of(HOLDER_UNIT, SHENZHEN), 17);
    assert_int_equal(l.of_n, 2);
    assert_int_equal(leg_hours(1, LEG_TIME_UNSIGNED), 5);
    assert_int_equal(leg_hours(1, LEG_TIME_WORKING), 12);
    assert_int_equal(leg_hours(1, LEG_TIME_REVIEWED), 1);
}

// 退单 ping-pong (complaint 2.30): who decides about a return has the case meanwhile, and its child's report.
static void returns_and_reviews(void **state)
{
    dispatched_after_3();
    told("T15", 5, 1, SHENZHEN);   // unsigned for 2
    told("T17", 9, 1, SHENZHEN);   // the centre thought for 4
    told("T19", 10, 1, SHENZHEN);  // worked for 1
    told("T19b", 10, 2, COUNTY);   //
    told("T15", 13, 2, COUNTY);    // unsigned below for 3
    told("T17", 15, 2, COUNTY);    // the unit above thought for 2
    told("T22", 20, 2, COUNTY);    // worked below for 5
    told("T24", 24, 2, COUNTY);    // reviewed above for 4
    told("T19a", 24, 1, SHENZHEN); //
    told("T22", 30, 1, SHENZHEN);  // worked for 6
    assert_int_equal(end_at(31), 31);
    assert_int_equal(hours_of(HOLDER_CENTRE, 0), 3 + 4);
    assert_int_equal(hours_of(HOLDER_UNIT, COUNTY), 3 + 5);
    assert_int_equal(hours_of(HOLDER_UNIT, SHENZHEN), 2 + 1 + 2 + 4 + 6 + 1);
    assert_int_equal(leg_hours(1, LEG_TIME_RETURNING), 4);
    assert_int_equal(leg_hours(1, LEG_TIME_BELOW), 14);
    assert_int_equal(leg_hours(2, LEG_TIME_RETURNING), 2);
    assert_int_equal(leg_hours(2, LEG_TIME_REVIEWED), 4);
}

// What waits for the writer, for the centre's word and for a milestone.
static void the_writer_and_the_centre(void **state)
{
    begin();
    told("T1", 0, 0, 0);
    told("T4", 1, 0, 0);
    told("T5", 2, 0, 0);
    told("T6", 12, 0, 0); // the writer took 10
    told("T12", 13, 0, 0);
    told("T13", 13, 1, SHENZHEN);
    told("T14", 13, 1, SHENZHEN);
    told("T5a", 14, 1, SHENZHEN);
    told("T5b", 16, 1, SHENZHEN); // the centre 2
    told("T5d", 36, 0, 0);        // the writer 20
    told("T21", 40, 1, SHENZHEN);
    told("T21b", 45, 1, SHENZHEN); // the work went on meanwhile
    told("T32r", 46, 1, SHENZHEN);
    told("T32b", 50, 0, 0); // the centre 4
    told("T33", 100, 0, 0); // deferred: the unit's
    assert_int_equal(end_at(101), 101);
    assert_int_equal(hours_of(HOLDER_WRITER, 0), 30);
    assert_int_equal(hours_of(HOLDER_CENTRE, 0), 2 + 1 + 2 + 4);
    assert_int_equal(hours_of(HOLDER_UNIT, SHENZHEN), 1 + 10 + 50 + 1);
}

// Recalled without a successor: the centre has it. After an end nobody has, unless the case is opened again.
static void ends_and_beginnings(void **state)
{
    dispatched_after_3();
    told("T37r", 5, 1, SHENZHEN);
    told("T13a", 9, 2, ZHUHAI); // the centre 4
    told("T14", 10, 2, ZHUHAI);
    told("T22", 11, 2, ZHUHAI);
    told("T25", 11, 0, 0);
    told("T24", 11, 2, ZHUHAI);
    told("T26", 11, 0, 0);
    told("T31", 11, 0, 0);
    struct ledger closed = l;
    assert_int_equal(end_at(500), 11);
    l = closed;
    told("T34a", 111, 0, 0); // an appeal after 100 hours
    told("T29b", 112, 3, 440000);
    assert_int_equal(end_at(113), 113);
    assert_int_equal(hours_of(HOLDER_NOBODY, 0), 100);
    assert_int_equal(hours_of(HOLDER_CENTRE, 0), 3 + 4 + 1);
    assert_int_equal(hours_of(HOLDER_UNIT, SHENZHEN), 2);
    assert_int_equal(hours_of(HOLDER_UNIT, ZHUHAI), 2);
    assert_int_equal(hours_of(HOLDER_UNIT, 440000), 1);
}

static void odd_times(void **state)
{
    begin();
    assert_int_equal(end_at(5), 0); // no line, no case
    dispatched_after_3();
    told("T14", 2, 1, SHENZHEN);    // a clock that was set back
    assert_int_equal(end_at(1), 3); // and one that is behind the last line
}

// The sum over the holders is the age at every line of every life; the legs' times never exceed it.
static void random_lives(void **state)
{
    static struct life life;
    static struct ledger kept;
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    print_message("seed %llu\n", (unsigned long long)seed);
    int held[HOLDER_NOBODY + 1] = {0};
    for (int i = 0; i < 4000; i++) {
        life_begin(&life, sample_policy_all(i % 4 ? MODE_HUMAN : MODE_AUTO), seed + (uint64_t)i * 7919);
        for (int k = 0; k < 60; k++)
            life_step(&life);
        begin();
        wf_time ended_at = 0;
        for (int k = 0; k < life.n; k++) {
            assert_true(replay_apply(&r, &life.lines[k]));
            ledger_line(&l, &r);
            bool over = case_final(r.state);
            ended_at = !over ? 0 : ended_at ? ended_at : life.lines[k].at;
            kept = l;
            wf_time now = life.lines[k].at + (wf_time)life_roll(&life, 100) * WF_HOUR, sum = 0;
            wf_time age = ledger_end(&kept, &r, now);
            assert_int_equal(age, (over ? ended_at : now) - life.lines[0].at);
            for (int h = 0; h < kept.of_n; h++)
                sum += kept.of[h].time;
            assert_int_equal(sum, age);
            for (int leg = 0; leg < kept.legs_n; leg++)
                for (int t = 0; t < LEG_TIMES; t++)
                    assert_in_range(kept.legs[leg][t], 0, age);
        }
        for (int h = 0; h < l.of_n; h++)
            held[l.of[h].holder] += l.of[h].time > 0;
    }
    for (int h = HOLDER_CENTRE; h <= HOLDER_NOBODY; h++)
        assert_true(held[h] > 50); // the lives were varied enough to mean something
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_life),
        cmocka_unit_test(returns_and_reviews),
        cmocka_unit_test(the_writer_and_the_centre),
        cmocka_unit_test(ends_and_beginnings),
        cmocka_unit_test(odd_times),
        cmocka_unit_test(random_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

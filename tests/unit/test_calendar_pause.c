// SPDX-License-Identifier: Apache-2.0
// Duty hours by the minute, pauses, extensions, parts of the way: against tables that are walked through.
#include "calendar_sample.h"

static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static int32_t roll(int32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int32_t)((seed >> 33) % (uint64_t)below);
}

// ---- By minutes: a table that says of each minute whether it is one of duty, and walks through it ----

#define MINUTES (3 * 366 * 1440)
static bool duty[MINUTES];

static wf_time origin(void)
{
    return date_begin(day("2024-06-01"));
}

static void fill_duty(void)
{
    for (int i = 0; i < MINUTES; i++) {
        int minute = i % 1440;
        duty[i] = calendar_workday(sample(), date_of(origin() + i * WF_MINUTE)) &&
                  ((minute >= 510 && minute < 720) || (minute >= 840 && minute < 1050));
    }
}

static void duty_hours_by_the_minute(void **state)
{
    fill_duty();
    for (int i = 0; i < 20000; i++) {
        int start = roll(2 * 366 * 1440), hours = 1 + roll(40), end = start, left = hours * 60;
        while (!duty[end])
            end++;
        assert_int_equal(calendar_duty(sample(), origin() + start * WF_MINUTE), origin() + end * WF_MINUTE);
        for (end = start; left > 0; end++)
            left -= duty[end];
        assert_int_equal(
            calendar_due(sample(), origin() + start * WF_MINUTE, (struct span){hours, SPAN_WORKHOURS, 0}, NULL),
            origin() + end * WF_MINUTE);
    }
    // Within a minute nothing is rounded.
    assert_int_equal(calendar_due(sample(), at("2026-11-23 08:30") + 1, span_of("1wh"), NULL),
                     at("2026-11-23 09:30") + 1);
    assert_int_equal(calendar_duty(sample(), at("2026-11-23 12:00") - 1), at("2026-11-23 12:00") - 1);
    assert_int_equal(calendar_duty(sample(), at("2026-11-23 12:00")), at("2026-11-23 14:00"));
}

static void counted_by_arithmetic_as_by_hand(void **state)
{
    for (int i = 0; i < 3000; i++) {
        struct date a = {day("2006-06-01").day + roll(8000)}, b = {a.day + roll(700) - 50};
        int n = 0;
        for (struct date d = {a.day + 1}; d.day <= b.day; d.day++)
            n += calendar_workday(sample(), d);
        assert_int_equal(calendar_workdays(sample(), a, b), n);
    }
    assert_int_equal(calendar_workdays(sample(), day("2025-12-31"), day("2026-12-31")), 248);
}

// ---- Pauses (domain §3.5 W9, complaint 2.5) ----

static const struct span clocks[] = {{5, SPAN_WORKDAYS, 0},
                                     {1, SPAN_WORKDAYS, 0},
                                     {15, SPAN_WORKDAYS, 0},
                                     {4, SPAN_WORKHOURS, 0},
                                     {30, SPAN_WORKHOURS, 0}};

// A start, a due date, and an instant in between.
static wf_time roll_clock(const struct span *span, wf_time *due)
{
    wf_time start = origin() + roll(366 * 1440) * WF_MINUTE;
    *due = calendar_due(sample(), start, *span, NULL);
    return start + roll((int32_t)((*due - start) / WF_MINUTE)) * WF_MINUTE;
}

static void a_pause_over_rest_gives_nothing(void **state)
{
    fill_duty();
    int seen = 0;
    while (seen < 20000) {
        const struct span *span = &clocks[roll(5)];
        wf_time due, paused = roll_clock(span, &due);
        int first = (int)((paused - origin()) / WF_MINUTE), end = first;
        while (!duty[end])
            end++;
        if (end == first)
            continue;
        wf_time resumed = paused + (1 + roll(end - first)) * WF_MINUTE;
        assert_int_equal(calendar_resume(sample(), due, span->unit, paused, resumed), due);
        seen++;
    }
}

static void a_paused_working_day_gives_one(void **state)
{
    fill_duty();
    for (int i = 0; i < 20000; i++) {
        const struct span *span = &clocks[roll(3)];
        wf_time due, paused = roll_clock(span, &due), resumed = paused + roll(40 * 1440) * WF_MINUTE;
        int first = (int)((paused - origin()) / WF_MINUTE), end = (int)((resumed - origin()) / WF_MINUTE), k = 0;
        for (int m = first; m < end; m++)
            k += m % 1440 == 510 && duty[m];
        wf_time later = calendar_resume(sample(), due, span->unit, paused, resumed);
        assert_int_equal(calendar_workdays(sample(), date_of(due - 1), date_of(later - 1)), k);
        assert_true(calendar_workday(sample(), date_of(later - 1)));
        assert_int_equal(later, date_begin(date_of(later)));
        // The same from the start: so many working days more.
        assert_int_equal(later, k == 0 ? due : calendar_extend(sample(), due, k));
        // In two pieces it is the same pause, as long as the second begins before the clock ends.
        wf_time middle = paused + roll((int32_t)((resumed - paused) / WF_MINUTE) + 1) * WF_MINUTE;
        wf_time once = calendar_resume(sample(), due, span->unit, paused, middle);
        assert_true(once >= due && once <= later);
        if (middle < once)
            assert_int_equal(calendar_resume(sample(), once, span->unit, middle, resumed), later);
    }
}

static void paused_hours_come_back_as_they_are(void **state)
{
    fill_duty();
    for (int i = 0; i < 20000; i++) {
        const struct span *span = &clocks[3 + roll(2)];
        wf_time due, paused = roll_clock(span, &due), resumed = paused + roll(10 * 1440) * WF_MINUTE;
        int first = (int)((paused - origin()) / WF_MINUTE), end = (int)((resumed - origin()) / WF_MINUTE), left = 0;
        for (int m = first; m < end; m++)
            left += duty[m];
        int expected = (int)((due - origin()) / WF_MINUTE);
        for (; left > 0; expected++)
            left -= duty[expected];
        assert_int_equal(calendar_resume(sample(), due, SPAN_WORKHOURS, paused, resumed),
                         origin() + expected * WF_MINUTE);
        assert_int_equal(calendar_resume(sample(), due, SPAN_HOURS, paused, resumed), due + (resumed - paused));
        assert_int_equal(calendar_resume(sample(), due, SPAN_MINUTES, paused, resumed), due + (resumed - paused));
    }
}

static void paused_natural_days_come_back_by_days(void **state)
{
    wf_time due = calendar_due(sample(), at("2026-02-03 09:00"), span_of("7d"), NULL); // 10 February
    assert_int_equal(due, at("2026-02-11 00:00"));
    assert_int_equal(calendar_resume(sample(), due, SPAN_DAYS, at("2026-02-04 09:00"), at("2026-02-06 08:00")),
                     at("2026-02-13 00:00"));
    // Into the holiday: on to the first working day after it (W2).
    assert_int_equal(calendar_resume(sample(), due, SPAN_DAYS, at("2026-02-04 09:00"), at("2026-02-10 09:00")),
                     at("2026-02-25 00:00"));
    for (int i = 0; i < 5000; i++) {
        struct span span = {1 + roll(90), SPAN_DAYS, 0};
        wf_time paused = roll_clock(&span, &due), resumed = paused + roll(40 * 1440) * WF_MINUTE;
        int stood = date_of(resumed).day - date_of(paused).day;
        wf_time later = calendar_resume(sample(), due, SPAN_DAYS, paused, resumed);
        assert_true(later >= due + stood * WF_DAY);
        assert_true(calendar_workday(sample(), date_of(later - 1)));
        assert_int_equal(calendar_workdays(sample(), date_of(due + stood * WF_DAY - 1), date_of(later - 1)),
                         !calendar_workday(sample(), date_of(due + stood * WF_DAY - 1)));
    }
}

static void what_is_over_cannot_be_paused(void **state)
{
    static const enum span_unit all[] = {SPAN_MINUTES, SPAN_HOURS, SPAN_WORKHOURS, SPAN_DAYS, SPAN_WORKDAYS};
    wf_time due = at("2026-11-25 00:00");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_int_equal(calendar_resume(sample(), due, all[i], due, due + 30 * WF_DAY), due);
        assert_int_equal(calendar_resume(sample(), due, all[i], due + WF_DAY, due + 30 * WF_DAY), due);
        assert_int_equal(calendar_resume(sample(), due, all[i], due - WF_DAY, due - WF_DAY), due);
        assert_int_equal(calendar_resume(sample(), due, all[i], due - WF_DAY, due - 2 * WF_DAY), due);
        assert_true(calendar_resume(sample(), due, all[i], due - WF_DAY, due + 30 * WF_DAY) > due);
    }
}

static void extensions(void **state)
{
    wf_time due = calendar_due(sample(), at("2026-02-02 09:00"), span_of("7wd"), NULL);
    assert_int_equal(due, at("2026-02-12 00:00"));
    assert_int_equal(calendar_extend(sample(), due, 0), due);
    assert_int_equal(calendar_extend(sample(), due, 3), at("2026-02-15 00:00")); // 12th, 13th, and the Saturday made up
    assert_int_equal(calendar_extend(sample(), due, 4), at("2026-02-25 00:00"));
    assert_int_equal(calendar_extend(sample(), at("2026-02-13 10:00"), 1), at("2026-02-14 10:00"));
    for (int n = 1; n <= 15; n++) // 7 and n more are 7 + n
        assert_int_equal(calendar_extend(sample(), due, n),
                         calendar_due(sample(), at("2026-02-02 09:00"), (struct span){7 + n, SPAN_WORKDAYS, 0}, NULL));
}

// ---- Parts of the way (K16) ----

static void parts_of_the_way(void **state)
{
    wf_time start = at("2026-11-23 15:00"), due = calendar_due(sample(), start, span_of("7wd"), NULL);
    assert_int_equal(due, at("2026-12-03 00:00"));
    assert_int_equal(calendar_part(sample(), start, due, SPAN_WORKDAYS, 50), at("2026-11-27 08:30")); // 3 are over
    assert_int_equal(calendar_part(sample(), start, due, SPAN_WORKDAYS, 80), at("2026-12-01 08:30")); // 5
    assert_int_equal(calendar_part(sample(), start, due, SPAN_WORKDAYS, 100), due);
    // One day: nothing of it is over before it begins, and it is said when it begins.
    due = calendar_due(sample(), at("2026-11-27 09:00"), span_of("1wd"), NULL);
    assert_int_equal(calendar_part(sample(), at("2026-11-27 09:00"), due, SPAN_WORKDAYS, 50), at("2026-11-30 08:30"));
    // Natural days go by working days as well: 15d of 3 February end on the 24th, after ten of them.
    due = calendar_due(sample(), at("2026-02-03 09:00"), span_of("15d"), NULL);
    assert_int_equal(calendar_part(sample(), at("2026-02-03 09:00"), due, SPAN_DAYS, 50), at("2026-02-11 08:30"));
    // Hours: of the time itself, but nobody is reminded at night; of duty time.
    assert_int_equal(calendar_part(sample(), at("2026-11-23 09:00"), at("2026-11-24 09:00"), SPAN_HOURS, 25),
                     at("2026-11-23 15:00"));
    assert_int_equal(calendar_part(sample(), at("2026-11-23 09:00"), at("2026-11-24 09:00"), SPAN_HOURS, 50),
                     at("2026-11-24 08:30"));
    assert_int_equal(calendar_part(sample(), at("2026-11-23 20:00"), at("2026-11-23 22:00"), SPAN_HOURS, 50),
                     at("2026-11-23 22:00"));
    assert_int_equal(calendar_part(sample(), at("2026-11-27 17:00"), at("2026-11-30 12:00"), SPAN_WORKHOURS, 50),
                     at("2026-11-30 10:00"));
    assert_int_equal(calendar_part(sample(), due, due, SPAN_WORKDAYS, 50), due);
    assert_int_equal(calendar_part(sample(), due, due - 1, SPAN_WORKDAYS, 50), due - 1);
}

static void parts_ascend_in_duty_hours(void **state)
{
    static const struct span all[] = {{7, SPAN_WORKDAYS, 0},  {1, SPAN_WORKDAYS, 0}, {15, SPAN_DAYS, 0},
                                      {9, SPAN_WORKHOURS, 0}, {24, SPAN_HOURS, 0},   {90, SPAN_MINUTES, 0}};
    for (int i = 0; i < 5000; i++) {
        const struct span *span = &all[roll(6)];
        wf_time start = origin() + roll(366 * 1440) * WF_MINUTE, due = calendar_due(sample(), start, *span, NULL);
        wf_time before = start;
        for (int percent = 0; percent <= 100; percent += 10) {
            wf_time part = calendar_part(sample(), start, due, span->unit, percent);
            assert_true(part >= before && part <= due);
            assert_true(part == due || calendar_duty(sample(), part) == part);
            before = part;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duty_hours_by_the_minute),
        cmocka_unit_test(counted_by_arithmetic_as_by_hand),
        cmocka_unit_test(a_pause_over_rest_gives_nothing),
        cmocka_unit_test(a_paused_working_day_gives_one),
        cmocka_unit_test(paused_hours_come_back_as_they_are),
        cmocka_unit_test(paused_natural_days_come_back_by_days),
        cmocka_unit_test(what_is_over_cannot_be_paused),
        cmocka_unit_test(extensions),
        cmocka_unit_test(parts_of_the_way),
        cmocka_unit_test(parts_ascend_in_duty_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

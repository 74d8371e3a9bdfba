// SPDX-License-Identifier: Apache-2.0
#include "core/calendar.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct calendar *sample(void)
{
    return &sample_policy()->calendar;
}

static struct date day(const char *s)
{
    struct date d = {0};
    assert_true(date_parse(str_of(s), &d));
    return d;
}

// The last day counted: the due instant is its end.
static struct date last_day(struct date start, struct span span)
{
    wf_time due = calendar_due(sample(), date_begin(start) + 9 * WF_HOUR, span, NULL);
    assert_int_equal(due, date_begin(date_of(due)));
    return (struct date){date_of(due).day - 1};
}

static void the_domains_vectors(void **state)
{
    static const struct {
        const char *start, *amount, *due;
    } rows[] = {
        {"2026-02-13", "1wd", "2026-02-14"}, {"2026-02-13", "7wd", "2026-03-02"}, {"2026-02-14", "3wd", "2026-02-26"},
        {"2026-02-18", "5wd", "2026-02-28"}, {"2026-04-30", "3wd", "2026-05-08"}, {"2026-05-08", "1wd", "2026-05-09"},
        {"2026-09-18", "1wd", "2026-09-20"}, {"2026-02-03", "15d", "2026-02-24"}, {"2026-09-30", "7wd", "2026-10-15"},
        {"2026-10-09", "1wd", "2026-10-10"}, {"2025-09-26", "1wd", "2025-09-28"}, {"2025-01-24", "7wd", "2025-02-10"},
        {"2024-02-02", "7wd", "2024-02-18"}, {"2025-12-31", "5wd", "2026-01-08"}, {"2026-01-03", "1wd", "2026-01-04"},
        {"2026-08-03", "60d", "2026-10-08"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct span span;
        assert_true(span_parse(str_of(rows[i].amount), &span));
        assert_int_equal(date_ymd(last_day(day(rows[i].start), span)), date_ymd(day(rows[i].due)));
    }
}

// By another way: a table of all days, filled from the overrides one by one.
static void agrees_with_a_naive_walk(void **state)
{
    static const int amounts[] = {1, 3, 5, 7, 10, 15};
    const struct calendar *c = sample();
    struct date first = day("2024-01-01"), end = day("2027-01-01");
    static bool work[1300];
    for (int i = 0; i < 1300; i++)
        work[i] = date_weekday((struct date){first.day + i}) < 6;
    for (size_t i = 0; i < c->n; i++) {
        int at = c->days[i].date.day - first.day;
        if (at >= 0 && at < 1300)
            work[at] = c->days[i].kind == DAY_WORK;
    }
    for (int start = 0; start < end.day - first.day; start++) {
        for (size_t a = 0; a < sizeof(amounts) / sizeof(amounts[0]); a++) {
            int at = start, natural = start + amounts[a];
            for (int left = amounts[a]; left > 0;)
                left -= work[++at];
            while (!work[natural])
                natural++;
            struct date from = {first.day + start};
            assert_int_equal(last_day(from, (struct span){amounts[a], SPAN_WORKDAYS}).day, first.day + at);
            assert_int_equal(last_day(from, (struct span){amounts[a], SPAN_DAYS}).day, first.day + natural);
        }
    }
}

static void workdays_of_a_year(void **state)
{
    static const int expected[][2] = {{2024, 251}, {2025, 248}, {2026, 248}};
    for (size_t i = 0; i < 3; i++) {
        int n = 0;
        struct date end = date_from_ymd(expected[i][0] + 1, 1, 1);
        for (struct date d = date_from_ymd(expected[i][0], 1, 1); d.day < end.day; d.day++)
            n += calendar_workday(sample(), d);
        assert_int_equal(n, expected[i][1]);
    }
}

static void hours_run_from_the_moment(void **state)
{
    bool provisional = true;
    wf_time start = date_begin(day("2026-10-01")) + 12345678;
    assert_int_equal(calendar_due(sample(), start, (struct span){2, SPAN_HOURS}, &provisional), start + 2 * WF_HOUR);
    assert_false(provisional);
    assert_int_equal(calendar_due(sample(), start, (struct span){5, SPAN_MINUTES}, NULL), start + 5 * WF_MINUTE);
}

static void a_late_evening_counts_as_its_own_day(void **state)
{
    wf_time start = date_begin(day("2026-11-23")) + WF_DAY - 1;
    assert_int_equal(calendar_due(sample(), start, (struct span){1, SPAN_WORKDAYS}, NULL),
                     date_begin(day("2026-11-25")));
    assert_int_equal(calendar_due(sample(), start + 1, (struct span){1, SPAN_WORKDAYS}, NULL),
                     date_begin(day("2026-11-26")));
}

static void unpublished_years_are_provisional(void **state)
{
    bool provisional = false;
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){3, SPAN_WORKDAYS}, &provisional);
    assert_false(provisional);
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){4, SPAN_WORKDAYS}, &provisional);
    assert_true(provisional);
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){4, SPAN_DAYS}, &provisional);
    assert_true(provisional);
    (void)calendar_due(sample(), date_begin(day("2006-12-29")), (struct span){1, SPAN_DAYS}, &provisional);
    assert_true(provisional);
}

static void amounts(void **state)
{
    struct span s = {77, SPAN_NONE};
    static const char *const bad[] = {"",    "wd", "7",   "0d",   "3661d",
                                      "-1d", "7w", "7 d", "1.5h", "99999999999999999999d"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(span_parse(str_of(bad[i]), &s));
    assert_int_equal(s.amount, 77);
    assert_true(span_parse(STR("3660wd"), &s));
    assert_int_equal(s.amount, 3660);
    assert_int_equal(s.unit, SPAN_WORKDAYS);
    assert_true(span_parse(STR("5m"), &s) && s.unit == SPAN_MINUTES);
    assert_true(span_parse(STR("2h"), &s) && s.unit == SPAN_HOURS);
    assert_true(span_parse(STR("15d"), &s) && s.unit == SPAN_DAYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_domains_vectors),
        cmocka_unit_test(agrees_with_a_naive_walk),
        cmocka_unit_test(workdays_of_a_year),
        cmocka_unit_test(hours_run_from_the_moment),
        cmocka_unit_test(a_late_evening_counts_as_its_own_day),
        cmocka_unit_test(unpublished_years_are_provisional),
        cmocka_unit_test(amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Which days work, when clocks are due, and why.
#include "calendar_sample.h"

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
        assert_int_equal(date_ymd(last_day(day(rows[i].start), span_of(rows[i].amount))), date_ymd(day(rows[i].due)));
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
            assert_int_equal(last_day(from, (struct span){amounts[a], SPAN_WORKDAYS, 0}).day, first.day + at);
            assert_int_equal(last_day(from, (struct span){amounts[a], SPAN_DAYS, 0}).day, first.day + natural);
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
    assert_int_equal(calendar_due(sample(), start, (struct span){2, SPAN_HOURS, 0}, &provisional), start + 2 * WF_HOUR);
    assert_false(provisional);
    assert_int_equal(calendar_due(sample(), start, (struct span){5, SPAN_MINUTES, 0}, NULL), start + 5 * WF_MINUTE);
}

static void a_late_evening_counts_as_its_own_day(void **state)
{
    wf_time start = date_begin(day("2026-11-23")) + WF_DAY - 1;
    assert_int_equal(calendar_due(sample(), start, (struct span){1, SPAN_WORKDAYS, 0}, NULL),
                     date_begin(day("2026-11-25")));
    assert_int_equal(calendar_due(sample(), start + 1, (struct span){1, SPAN_WORKDAYS, 0}, NULL),
                     date_begin(day("2026-11-26")));
}

static void unpublished_years_are_provisional(void **state)
{
    bool provisional = false;
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){3, SPAN_WORKDAYS, 0}, &provisional);
    assert_false(provisional);
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){4, SPAN_WORKDAYS, 0}, &provisional);
    assert_true(provisional);
    (void)calendar_due(sample(), date_begin(day("2026-12-28")), (struct span){4, SPAN_DAYS, 0}, &provisional);
    assert_true(provisional);
    (void)calendar_due(sample(), date_begin(day("2006-12-29")), (struct span){1, SPAN_DAYS, 0}, &provisional);
    assert_true(provisional);
}

static void working_hours_run_in_duty_hours_only(void **state)
{
    static const struct {
        const char *start, *amount, *due;
    } rows[] = {
        {"2026-11-27 17:00", "4wh", "2026-11-30 12:00"}, // Friday to Monday, to the end of the morning
        {"2026-11-27 17:00", "1wh", "2026-11-30 09:00"}, {"2026-02-13 16:30", "2wh", "2026-02-14 09:30"}, // made up
        {"2026-02-14 17:30", "1wh", "2026-02-24 09:30"},                                                  // 春节
        {"2026-11-23 11:30", "1wh", "2026-11-23 14:30"}, {"2026-11-23 03:00", "7wh", "2026-11-23 17:30"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(calendar_due(sample(), at(rows[i].start), span_of(rows[i].amount), NULL), at(rows[i].due));
}

// K5 of domain §3.4: two hours in duty hours, else the next working day at ten.
static void else_the_next_working_day(void **state)
{
    static const struct {
        const char *start, *due;
    } rows[] = {
        {"2026-11-23 09:00", "2026-11-23 11:00"}, {"2026-11-23 17:29", "2026-11-23 19:29"},
        {"2026-11-23 17:30", "2026-11-24 10:00"}, {"2026-11-23 12:30", "2026-11-24 10:00"}, // noon is no duty
        {"2026-11-27 20:00", "2026-11-30 10:00"}, {"2026-11-28 11:00", "2026-11-30 10:00"},
        {"2026-11-23 02:00", "2026-11-23 10:00"}, // before this day's duty: this day
        {"2026-02-14 18:00", "2026-02-24 10:00"}, {"2026-02-13 18:00", "2026-02-14 10:00"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(calendar_due(sample(), at(rows[i].start), span_of("2h@10:00"), NULL), at(rows[i].due));
    // An hour that lies before the start is none of today's.
    assert_int_equal(calendar_due(sample(), at("2026-11-23 08:10"), span_of("2h@08:00"), NULL), at("2026-11-24 08:00"));
    // Nor is one of this afternoon, once duty has begun.
    assert_int_equal(calendar_due(sample(), at("2026-11-23 12:30"), span_of("2h@15:00"), NULL), at("2026-11-24 15:00"));
    bool provisional = false;
    (void)calendar_due(sample(), at("2026-12-31 20:00"), span_of("2h@10:00"), &provisional);
    assert_true(provisional);
    (void)calendar_due(sample(), at("2027-01-04 09:00"), span_of("2h@10:00"), &provisional);
    assert_true(provisional);
    provisional = false;
    assert_int_equal(calendar_due(sample(), at("2006-12-31 20:00"), span_of("2h@10:00"), &provisional),
                     at("2007-01-04 10:00"));
    assert_true(provisional); // whether the day of the start had duty hours is not known for sure
    (void)calendar_due(sample(), at("2026-12-30 20:00"), span_of("2h@10:00"), &provisional);
    assert_false(provisional);
    (void)calendar_due(sample(), at("2026-12-31 17:00"), span_of("1wh"), &provisional);
    assert_true(provisional);
}

// ---- The explanation ----

struct seen {
    int n, counted, published;
    struct calendar_step first, last, eve; // eve: the first make-up day
};

static void see(void *arg, const struct calendar_step *step)
{
    struct seen *s = arg;
    assert_true(s->n == 0 || step->date.day == s->last.date.day + 1);
    assert_int_equal(step->workday, calendar_workday(sample(), step->date));
    s->first = s->n++ == 0 ? *step : s->first;
    s->last = *step;
    s->counted += step->counted;
    s->published += step->published;
    if (step->override == DAY_WORK && s->eve.override == 0)
        s->eve = *step;
}

static struct seen explained(const char *start, const char *amount)
{
    struct seen s = {0};
    bool provisional = true, also = false;
    wf_time due = calendar_explain(sample(), at(start), span_of(amount), see, &s, &provisional);
    assert_int_equal(due, calendar_due(sample(), at(start), span_of(amount), &also));
    assert_int_equal(provisional, also);
    assert_int_equal(s.first.date.day, date_of(at(start)).day);
    assert_int_equal(s.last.date.day, date_of(due - 1).day);
    return s;
}

static void day_by_day(void **state)
{
    struct seen s = explained("2026-02-13 17:00", "7wd");
    assert_int_equal(s.n, 18);
    assert_int_equal(s.counted, 7);
    assert_false(s.first.counted);
    assert_true(s.last.counted);
    assert_int_equal(date_ymd(s.eve.date), 20260214);
    assert_true(str_is(s.eve.name, "春节"));
    assert_true(s.first.name.p == NULL && s.first.override == 0);
    s = explained("2026-02-03 09:00", "15d"); // the fifteenth is in the holiday; the days after it are not counted
    assert_int_equal(s.counted, 15);
    assert_int_equal(s.n, 22);
    assert_false(s.last.counted);
    s = explained("2026-12-28 09:00", "5wd");
    assert_int_equal(s.published, 4);
    assert_false(s.last.published);
    s = explained("2026-11-27 17:00", "4wh"); // half an hour on Friday, the rest on Monday
    assert_int_equal(s.n, 4);
    assert_int_equal(s.counted, 2);
    assert_true(s.first.counted && s.last.counted);
    s = explained("2026-11-27 18:00", "4wh");
    assert_false(s.first.counted);
    s = explained("2026-11-27 23:00", "2h");
    assert_int_equal(s.counted, 2);
    s = explained("2026-11-27 22:00", "2h"); // ends with the day
    assert_int_equal(s.n, 1);
    s = explained("2026-11-27 18:00", "2h@10:00");
    assert_int_equal(s.counted, 1);
    assert_true(s.n == 4 && s.last.counted);
    s = explained("2026-11-27 16:00", "2h@10:00");
    assert_true(s.n == 1 && s.first.counted);
}

static void amounts(void **state)
{
    struct span s = {77, SPAN_NONE, 0};
    static const char *const bad[] = {"",          "wd",
                                      "7",         "0d",
                                      "3661d",     "-1d",
                                      "7w",        "7 d",
                                      "2h@",       "2h@10",
                                      "2h@1:0",    "2h@24:00",
                                      "2h@10:60",  "2wh@10:00",
                                      "2d@10:00",  "2@10:00",
                                      "@10:00",    "2h@10:00@",
                                      "2h@10:00 ", "1.5h",
                                      "7WD",       "99999999999999999999d"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(span_parse(str_of(bad[i]), &s));
    assert_int_equal(s.amount, 77);
    static const struct {
        const char *words;
        struct span span;
    } good[] = {{"3660wd", {3660, SPAN_WORKDAYS, 0}}, {"5m", {5, SPAN_MINUTES, 0}},
                {"2h", {2, SPAN_HOURS, 0}},           {"15d", {15, SPAN_DAYS, 0}},
                {"4wh", {4, SPAN_WORKHOURS, 0}},      {"2h@10:00", {2, SPAN_HOURS, 601}},
                {"30m@00:00", {30, SPAN_MINUTES, 1}}, {"1h@23:59", {1, SPAN_HOURS, 1440}}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char words[32];
        struct text t = TEXT(words);
        assert_true(span_parse(str_of(good[i].words), &s));
        assert_int_equal(s.amount, good[i].span.amount);
        assert_int_equal(s.unit, good[i].span.unit);
        assert_int_equal(s.else_at, good[i].span.else_at);
        span_format(s, &t);
        assert_string_equal(words, good[i].words);
    }
}

static void duty_hours(void **state)
{
    struct calendar c = {.hours = {{1, 2}}, .hours_n = 77};
    static const char *const bad[] = {"",
                                      "08:30",
                                      "08:30-",
                                      "-12:00",
                                      "08:30-08:30",
                                      "12:00-08:30",
                                      "8:30-12:00",
                                      "08:30-12:00,",
                                      "08:30-12:00,12:00-17:30",
                                      "14:00-17:30,08:30-12:00",
                                      "08:30-24:01",
                                      "08:30-12:00 14:00-17:30",
                                      "08:30-12:60",
                                      "01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(hours_parse(str_of(bad[i]), &c));
    assert_int_equal(c.hours_n, 77);
    assert_int_equal(c.hours[0].from, 1);
    assert_true(hours_parse(STR("08:30-12:00,14:00-17:30"), &c));
    assert_int_equal(c.hours_n, 2);
    assert_int_equal(c.hours[0].from, 510);
    assert_int_equal(c.hours[0].to, 720);
    assert_int_equal(c.hours[1].from, 840);
    assert_int_equal(c.hours[1].to, 1050);
    assert_true(hours_parse(STR("00:00-24:00"), &c));
    assert_int_equal(c.hours_n, 1);
    assert_int_equal(c.hours[0].to, 1440);
    assert_int_equal(c.hours[1].to, 0);
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
        cmocka_unit_test(working_hours_run_in_duty_hours_only),
        cmocka_unit_test(else_the_next_working_day),
        cmocka_unit_test(day_by_day),
        cmocka_unit_test(amounts),
        cmocka_unit_test(duty_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "core/wftime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_day_there_and_back(void **state)
{
    struct date d = date_from_ymd(1, 1, 1);
    int32_t before = 0;
    for (; d.day < date_from_ymd(2600, 1, 1).day; d.day++) {
        int32_t ymd = date_ymd(d);
        assert_true(ymd > before);
        assert_int_equal(date_from_ymd(ymd / 10000, ymd / 100 % 100, ymd % 100).day, d.day);
        before = ymd;
    }
    assert_int_equal(date_from_ymd(1970, 1, 1).day, 0);
    assert_int_equal(date_from_ymd(2026, 11, 23).day, 20780);
}

static void weekdays(void **state)
{
    assert_int_equal(date_weekday(date_from_ymd(2026, 11, 23)), 1);
    assert_int_equal(date_weekday(date_from_ymd(2026, 11, 29)), 7);
    assert_int_equal(date_weekday(date_from_ymd(1969, 12, 31)), 3);
    assert_int_equal(date_weekday(date_from_ymd(1900, 1, 1)), 1);
}

static void a_day_begins_at_midnight_in_shanghai(void **state)
{
    struct date d = date_from_ymd(1970, 1, 1);
    assert_int_equal(date_begin(d), -8 * WF_HOUR);
    assert_int_equal(date_of(date_begin(d)).day, d.day);
    assert_int_equal(date_of(date_begin(d) - 1).day, d.day - 1);
    assert_int_equal(date_of(date_begin(d) + WF_DAY - 1).day, d.day);
}

static void dates_as_text(void **state)
{
    static const char *const bad[] = {"",           "2026-2-03",  "2026-02-29", "2026-13-01",  "2026-00-10",
                                      "2026-01-00", "0000-01-01", "2026/01/01", "2026-01-011", "20260101",
                                      "2026-01-0x"};
    struct date d = {77};
    char buffer[16];
    struct text t = TEXT(buffer);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(date_parse(str_of(bad[i]), &d));
    assert_int_equal(d.day, 77);
    assert_true(date_parse(STR("2028-02-29"), &d));
    assert_int_equal(date_ymd(d), 20280229);
    date_format(d, &t);
    assert_string_equal(buffer, "2028-02-29");
}

static void times_as_text(void **state)
{
    static const struct {
        const char *in, *out;
    } good[] = {
        {"2026-11-01T18:20:00+08:00", "2026-11-01T18:20:00.000000+08:00"},
        {"2026-11-01T10:20Z", "2026-11-01T18:20:00.000000+08:00"},
        {"2026-11-01t18:20:59.1234567+08:00", "2026-11-01T18:20:59.123456+08:00"},
        {"2026-12-31 23:30:00.5-05:30", "2027-01-01T13:00:00.500000+08:00"},
        {"1969-12-31T00:00:00Z", "1969-12-31T08:00:00.000000+08:00"},
    };
    static const char *const bad[] = {"",
                                      "2026-11-01",
                                      "2026-11-01T18:20",
                                      "2026-11-01T18:20:00",
                                      "2026-11-01T24:00:00Z",
                                      "2026-11-01T18:60:00Z",
                                      "2026-11-01T18:20:60Z",
                                      "2026-11-01T18:20:00.Z",
                                      "2026-11-01T18:20:00+0800",
                                      "2026-11-01T18:20:00+24:00",
                                      "2026-11-01T18:20:00Zx",
                                      "2026-02-30T18:20:00Z",
                                      "2026-11-01T18:20:0Z",
                                      "2026-11-01X18:20:00Z"};
    wf_time t = 77;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(time_parse(str_of(bad[i]), &t));
    assert_int_equal(t, 77);
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char buffer[40];
        struct text text = TEXT(buffer);
        assert_true(time_parse(str_of(good[i].in), &t));
        time_format(t, &text);
        assert_string_equal(buffer, good[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_there_and_back),
        cmocka_unit_test(weekdays),
        cmocka_unit_test(a_day_begins_at_midnight_in_shanghai),
        cmocka_unit_test(dates_as_text),
        cmocka_unit_test(times_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

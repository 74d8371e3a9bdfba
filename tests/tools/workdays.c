// SPDX-License-Identifier: Apache-2.0
// workdays: prints when clocks are due by the shipped calendar and duty hours, for each start day of 2024, 2025 and
// 2026, for tests/check/workdays to compare with a computation of its own: start, amount, due, provisional (0 or 1),
// with tabs between. Starts and dues of day clocks are dates, those of hour clocks times of Asia/Shanghai.
#include "core/calendar.h"
#include "sample_policy.h"

#define FIRST_YEAR 2024
#define LAST_YEAR 2026

static void put_time(struct text *t, wf_time when)
{
    struct date d = date_of(when);
    int64_t minutes = (when - date_begin(d)) / WF_MINUTE;
    date_format(d, t);
    text_put(t, " ");
    text_pad(t, minutes / 60, 2);
    text_put(t, ":");
    text_pad(t, minutes % 60, 2);
}

static void row(const struct calendar *c, wf_time start, const char *amount, bool by_days)
{
    char words[128];
    struct text t = TEXT(words);
    struct span span;
    bool provisional = false;
    insist(span_parse(str_of(amount), &span));
    wf_time due = calendar_due(c, start, span, &provisional);
    if (by_days) {
        insist(due == date_begin(date_of(due))); // 24:00 of the day before
        date_format(date_of(start), &t);
        text_put(&t, "\t");
        text_put(&t, amount);
        text_put(&t, "\t");
        date_format((struct date){date_of(due).day - 1}, &t);
    } else {
        put_time(&t, start);
        text_put(&t, "\t");
        text_put(&t, amount);
        text_put(&t, "\t");
        put_time(&t, due);
    }
    printf("%s\t%d\n", words, provisional);
}

int main(void)
{
    static const char *const days[] = {"1wd", "3wd", "5wd", "7wd", "10wd", "15wd", "1d", "15d", "30d", "60d", "90d"};
    static const char *const hours[] = {"30m", "2h", "24h", "1wh", "4wh", "7wh", "9wh", "2h@10:00", "30m@15:00"};
    static const int minutes[] = {0, 8 * 60 + 29, 8 * 60 + 30, 11 * 60 + 59, 12 * 60, 16 * 60 + 45, 23 * 60 + 59};
    const struct calendar *c = &sample_policy()->calendar;
    struct date end = date_from_ymd(LAST_YEAR + 1, 1, 1);
    for (struct date d = date_from_ymd(FIRST_YEAR, 1, 1); d.day < end.day; d.day++) {
        // The hour of the start makes no difference to a day clock: it goes once round the clock.
        wf_time some = date_begin(d) + d.day * 37 % 1440 * WF_MINUTE;
        for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
            row(c, some, days[i], true);
        for (size_t m = 0; m < sizeof(minutes) / sizeof(minutes[0]); m++)
            for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++)
                row(c, date_begin(d) + minutes[m] * WF_MINUTE, hours[i], false);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

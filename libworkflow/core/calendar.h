// SPDX-License-Identifier: Apache-2.0
// calendar: which civil days are working days (State Council notices with make-up days), and when a clock is due.
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "core/err.h"
#include "core/wftime.h"

enum day_kind { DAY_OFF = 1, DAY_WORK = 2 }; // overrides of Monday–Friday

struct calendar_day {
    struct date date;
    enum day_kind kind;
    struct str name; // 春节, 国庆节, …
};

// Overrides in ascending order. Years first_year..last_year are published; a date outside is provisional.
struct calendar {
    const struct calendar_day *days;
    size_t n;
    int first_year, last_year;
};

// An amount of time with its unit, as policy data says it: "7wd" working days, "15d" natural days, "2h" natural hours,
// "30m" natural minutes.
enum span_unit { SPAN_NONE = 0, SPAN_MINUTES, SPAN_HOURS, SPAN_DAYS, SPAN_WORKDAYS };
struct span {
    int32_t amount;
    enum span_unit unit;
};

bool span_parse(struct str s, struct span *out); // false when not of the form, or not in 1..3660
bool calendar_workday(const struct calendar *c, struct date d);

// When a clock started at `start` is due. Day clocks: the start day is not counted, due = the end (24:00,
// Asia/Shanghai) of the last day counted (domain §3.5 W1); natural days move on past a day off (W2). *provisional (may
// be NULL) is set when a counted day lies in a year whose notice is not published (W5).
wf_time calendar_due(const struct calendar *c, wf_time start, struct span span, bool *provisional);

#endif

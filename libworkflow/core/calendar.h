// SPDX-License-Identifier: Apache-2.0
// calendar: which civil days are working days (State Council notices with make-up days), when duty hours are, and when
// a clock is due. Everything is a function of its arguments; a date never depends on the machine's time zone.
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

#define CALENDAR_HOURS 4
// Overrides in ascending order. Years first_year..last_year are published; a date outside is provisional (W5).
struct calendar {
    const struct calendar_day *days;
    size_t n;
    int first_year, last_year;
    // Duty hours of every working day, ascending and apart; minutes after midnight. hours_n >= 1.
    struct {
        int16_t from, to;
    } hours[CALENDAR_HOURS];
    int hours_n;
};

// An amount of time with its unit, as policy data says it: "30m" natural minutes, "2h" natural hours, "4wh" working
// hours, "15d" natural days, "7wd" working days. "2h@10:00": natural minutes or hours when started in duty hours, else
// the next working day at 10:00 (K5 of domain §3.4).
enum span_unit { SPAN_NONE = 0, SPAN_MINUTES, SPAN_HOURS, SPAN_WORKHOURS, SPAN_DAYS, SPAN_WORKDAYS };
struct span {
    int32_t amount;
    enum span_unit unit;
    int16_t else_at; // minutes after midnight + 1; 0: no such part
};

bool span_parse(struct str s, struct span *out);      // false when not of the form, or not in 1..3660
void span_format(struct span s, struct text *out);    // as it is parsed
bool hours_parse(struct str s, struct calendar *out); // "08:30-12:00,14:00-17:30" into out->hours

bool calendar_workday(const struct calendar *c, struct date d);
bool calendar_published(const struct calendar *c, struct date d);
// Working days after day a, up to and with day b (0 when b is not after a).
int32_t calendar_workdays(const struct calendar *c, struct date a, struct date b);
// The first instant at or after t in duty hours of a working day (complaint 2.4: nobody is reminded at midnight).
wf_time calendar_duty(const struct calendar *c, wf_time t);

// When a clock started at `start` is due. Day clocks: the start day is not counted, due = the end (24:00,
// Asia/Shanghai) of the last day counted (domain §3.5 W1); natural days move on past a day off (W2); working hours run
// in duty hours only. *provisional (may be NULL) is set when a counted day lies in a year whose notice is not
// published.
wf_time calendar_due(const struct calendar *c, wf_time start, struct span span, bool *provisional);

// The same clock, when it stood still from `paused` to `resumed`: paused working days are given back one for one, rest
// days are not (W9); natural days likewise by days, hours by the time itself. `due` as it was before the pause; a pause
// that began after `due` gives nothing back. Never earlier than `due`.
wf_time calendar_resume(const struct calendar *c, wf_time due, enum span_unit unit, wf_time paused, wf_time resumed);

// `due` moved on by more working days (an extension, K9).
wf_time calendar_extend(const struct calendar *c, wf_time due, int32_t workdays);

// The instant when `percent` of the way from start to due has passed, by working days where the clock counts days
// (rounded down to the end of a working day), moved into duty hours, but never beyond due.
wf_time calendar_part(const struct calendar *c, wf_time start, wf_time due, enum span_unit unit, int percent);

// Day by day, why a clock is due when it is: the start day, each day up to the due day, and for hours each stretch's
// day. name: of the holiday or make-up day, p == NULL for plain days.
struct calendar_step {
    struct date date;
    bool workday, published, counted;
    enum day_kind override; // 0: none
    struct str name;
};
wf_time calendar_explain(const struct calendar *c, wf_time start, struct span span,
                         void (*each)(void *arg, const struct calendar_step *step), void *arg, bool *provisional);

#endif

// SPDX-License-Identifier: Apache-2.0
// calendar_sample: the shipped calendar, and short words for dates, instants and amounts.
#ifndef UNIT_CALENDAR_SAMPLE_H
#define UNIT_CALENDAR_SAMPLE_H

#include "core/calendar.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// The shipped calendar with duty hours that the tests know.
static inline const struct calendar *sample(void)
{
    static struct calendar c;
    if (c.n == 0) {
        c = sample_policy()->calendar;
        insist(hours_parse(STR("08:30-12:00,14:00-17:30"), &c));
    }
    return &c;
}

static inline struct date day(const char *s)
{
    struct date d = {0};
    assert_true(date_parse(str_of(s), &d));
    return d;
}

// "2026-02-13 17:00"
static inline wf_time at(const char *s)
{
    char full[32];
    wf_time t = 0;
    snprintf(full, sizeof(full), "%s:00+08:00", s);
    assert_true(time_parse(str_of(full), &t));
    return t;
}

static inline struct span span_of(const char *s)
{
    struct span span = {0};
    assert_true(span_parse(str_of(s), &span));
    return span;
}

#endif

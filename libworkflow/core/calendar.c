// SPDX-License-Identifier: Apache-2.0
#include "core/calendar.h"

#define SPAN_MAX 3660 // ten years of days

bool span_parse(struct str s, struct span *out)
{
    static const struct {
        const char *suffix;
        enum span_unit unit;
    } units[] = {{"m", SPAN_MINUTES}, {"h", SPAN_HOURS}, {"d", SPAN_DAYS}, {"wd", SPAN_WORKDAYS}};
    size_t n = 0;
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9') {
        n++;
    }
    int64_t amount = 0;
    if (n == 0 || !str_to_i64((struct str){s.p, n}, &amount) || amount < 1 || amount > SPAN_MAX) {
        return false;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (str_is((struct str){s.p + n, s.n - n}, units[i].suffix)) {
            *out = (struct span){(int32_t)amount, units[i].unit};
            return true;
        }
    }
    return false;
}

bool calendar_workday(const struct calendar *c, struct date d)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->days[middle].date.day < d.day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < c->n && c->days[low].date.day == d.day) {
        return c->days[low].kind == DAY_WORK;
    }
    return date_weekday(d) <= 5;
}

static bool published(const struct calendar *c, struct date d)
{
    int year = date_ymd(d) / 10000;
    return year >= c->first_year && year <= c->last_year;
}

wf_time calendar_due(const struct calendar *c, wf_time start, struct span span, bool *provisional)
{
    insist(span.amount > 0 && span.amount <= SPAN_MAX);
    struct date d = date_of(start);
    bool known = true;
    int32_t left = span.amount;
    switch (span.unit) {
    case SPAN_MINUTES:
    case SPAN_HOURS:
        if (provisional != NULL) {
            *provisional = false;
        }
        return start + span.amount * (span.unit == SPAN_HOURS ? WF_HOUR : WF_MINUTE);
    case SPAN_DAYS:
        d.day += left;
        known = published(c, d);
        // 民法典 art. 203: a last day that is a 法定休假日 gives way to the first day after it. Weekends are such days
        // too (as they were by name in art. 154 of the 民法通则), make-up workdays are not.
        while (!calendar_workday(c, d)) {
            d.day++;
            known = known && published(c, d);
        }
        break;
    case SPAN_WORKDAYS:
        while (left > 0) {
            d.day++;
            known = known && published(c, d);
            left -= calendar_workday(c, d);
        }
        break;
    case SPAN_NONE:
        insist(false);
    }
    if (provisional != NULL) {
        *provisional = !known;
    }
    return date_begin((struct date){d.day + 1});
}

// SPDX-License-Identifier: Apache-2.0
#include "core/calendar.h"

#define SPAN_MAX 3660          // ten years of days
#define DAY_MINUTES 1440       // minutes of a civil day
#define FIRST_MONDAY (-719162) // 0001-01-01: no date lies before it

static const struct {
    const char *suffix;
    enum span_unit unit;
} units[] = {
    {"m", SPAN_MINUTES}, {"h", SPAN_HOURS}, {"wh", SPAN_WORKHOURS}, {"d", SPAN_DAYS}, {"wd", SPAN_WORKDAYS},
};
#define UNITS (sizeof(units) / sizeof(units[0]))

// "10:00" as minutes after midnight; 24:00 is the end of the day.
static bool minutes_parse(struct str s, int16_t *out)
{
    if (s.n != 5 || s.p[2] != ':') {
        return false;
    }
    for (size_t i = 0; i < 5; i++) {
        if (i != 2 && (s.p[i] < '0' || s.p[i] > '9')) {
            return false;
        }
    }
    int hour = (s.p[0] - '0') * 10 + s.p[1] - '0', minute = (s.p[3] - '0') * 10 + s.p[4] - '0';
    *out = (int16_t)(hour * 60 + minute);
    return minute < 60 && *out <= DAY_MINUTES;
}

bool span_parse(struct str s, struct span *out)
{
    struct str head = str_split(&s, '@'); // s: what stands behind it
    size_t n = 0;
    while (n < head.n && head.p[n] >= '0' && head.p[n] <= '9') {
        n++;
    }
    int64_t amount = 0;
    if (n == 0 || !str_to_i64((struct str){head.p, n}, &amount) || amount < 1 || amount > SPAN_MAX) {
        return false;
    }
    struct span span = {.amount = (int32_t)amount};
    for (size_t i = 0; i < UNITS; i++) {
        if (str_is((struct str){head.p + n, head.n - n}, units[i].suffix)) {
            span.unit = units[i].unit;
        }
    }
    if (s.p != NULL) {
        int16_t minute = 0;
        if (!minutes_parse(s, &minute) || minute == DAY_MINUTES ||
            (span.unit != SPAN_MINUTES && span.unit != SPAN_HOURS)) {
            return false;
        }
        span.else_at = (int16_t)(minute + 1);
    }
    if (span.unit == SPAN_NONE) {
        return false;
    }
    *out = span;
    return true;
}

void span_format(struct span s, struct text *out)
{
    text_i64(out, s.amount);
    for (size_t i = 0; i < UNITS; i++) {
        if (units[i].unit == s.unit) {
            text_put(out, units[i].suffix);
        }
    }
    if (s.else_at != 0) {
        text_put(out, "@");
        text_pad(out, (s.else_at - 1) / 60, 2);
        text_put(out, ":");
        text_pad(out, (s.else_at - 1) % 60, 2);
    }
}

bool hours_parse(struct str s, struct calendar *out)
{
    struct calendar c = {0};
    while (s.p != NULL) {
        struct str to = str_split(&s, ',');
        struct str from = str_split(&to, '-');
        int n = c.hours_n;
        if (n == CALENDAR_HOURS || !minutes_parse(from, &c.hours[n].from) || !minutes_parse(to, &c.hours[n].to) ||
            c.hours[n].from >= c.hours[n].to || (n > 0 && c.hours[n - 1].to >= c.hours[n].from)) {
            return false;
        }
        c.hours_n++;
    }
    if (c.hours_n == 0) {
        return false;
    }
    for (int i = 0; i < CALENDAR_HOURS; i++) {
        out->hours[i] = c.hours[i];
    }
    out->hours_n = c.hours_n;
    return true;
}

// The first override on or after d: an index into c->days, c->n when there is none.
static size_t override_from(const struct calendar *c, struct date d)
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
    return low;
}

static const struct calendar_day *override_of(const struct calendar *c, struct date d)
{
    size_t i = override_from(c, d);
    return i < c->n && c->days[i].date.day == d.day ? &c->days[i] : NULL;
}

bool calendar_workday(const struct calendar *c, struct date d)
{
    const struct calendar_day *o = override_of(c, d);
    return o != NULL ? o->kind == DAY_WORK : date_weekday(d) <= 5;
}

bool calendar_published(const struct calendar *c, struct date d)
{
    int year = date_ymd(d) / 10000;
    return year >= c->first_year && year <= c->last_year;
}

// Mondays to Fridays since FIRST_MONDAY, up to and with day d.
static int32_t weekdays_until(struct date d)
{
    int weekday = date_weekday(d);
    return (d.day - FIRST_MONDAY) / 7 * 5 + (weekday < 5 ? weekday : 5);
}

int32_t calendar_workdays(const struct calendar *c, struct date a, struct date b)
{
    if (b.day <= a.day) {
        return 0;
    }
    int32_t n = weekdays_until(b) - weekdays_until(a);
    for (size_t i = override_from(c, (struct date){a.day + 1}); i < c->n && c->days[i].date.day <= b.day; i++) {
        n += (c->days[i].kind == DAY_WORK) - (date_weekday(c->days[i].date) <= 5);
    }
    return n;
}

static wf_time minute_of(struct date d, int minute)
{
    return date_begin(d) + minute * WF_MINUTE;
}

// The day whose last moment is the instant before t: an end at 24:00 belongs to the day that ends.
static struct date day_ending(wf_time t)
{
    return date_of(t - 1);
}

// The nth working day after d; *known goes false when a day on the way is not published.
static struct date workday_after(const struct calendar *c, struct date d, int32_t n, bool *known)
{
    while (n > 0) {
        d.day++;
        *known = *known && calendar_published(c, d);
        n -= calendar_workday(c, d);
    }
    return d;
}

// d itself, or the first working day after it.
static struct date workday_from(const struct calendar *c, struct date d, bool *known)
{
    return workday_after(c, (struct date){d.day - 1}, 1, known);
}

// When `amount` of duty time has passed since t. amount 0: the first instant of duty at or after t.
static wf_time duty_after(const struct calendar *c, wf_time t, int64_t amount, bool *known)
{
    insist(c->hours_n >= 1);
    for (struct date d = date_of(t);; d.day++) {
        *known = *known && calendar_published(c, d);
        bool work = calendar_workday(c, d);
        for (int i = 0; work && i < c->hours_n; i++) {
            wf_time from = minute_of(d, c->hours[i].from), to = minute_of(d, c->hours[i].to);
            from = from < t ? t : from;
            if (from < to && amount <= to - from) {
                return from + amount;
            }
            amount -= from < to ? to - from : 0;
        }
    }
}

// Duty time from a up to b, in microseconds.
static int64_t duty_between(const struct calendar *c, wf_time a, wf_time b)
{
    insist(c->hours_n >= 1);
    int64_t sum = 0;
    for (struct date d = date_of(a); date_begin(d) < b; d.day++) {
        bool work = calendar_workday(c, d);
        for (int i = 0; work && i < c->hours_n; i++) {
            wf_time from = minute_of(d, c->hours[i].from), to = minute_of(d, c->hours[i].to);
            from = from < a ? a : from;
            to = to > b ? b : to;
            sum += from < to ? to - from : 0;
        }
    }
    return sum;
}

wf_time calendar_duty(const struct calendar *c, wf_time t)
{
    bool known = true;
    return duty_after(c, t, 0, &known);
}

// K5 outside duty hours: that minute of the next working day; before the day's first duty minute this is the day
// itself, because a letter of two in the morning must not have a day more than one of the evening before.
static wf_time next_workday_at(const struct calendar *c, wf_time start, int minute, bool *known)
{
    struct date today = date_of(start);
    *known = *known && calendar_published(c, today);
    if (calendar_workday(c, today) && start < minute_of(today, c->hours[0].from) && start < minute_of(today, minute)) {
        return minute_of(today, minute);
    }
    return minute_of(workday_after(c, today, 1, known), minute);
}

wf_time calendar_due(const struct calendar *c, wf_time start, struct span span, bool *provisional)
{
    insist(span.amount > 0 && span.amount <= SPAN_MAX);
    struct date d = date_of(start);
    bool known = true;
    wf_time due = 0;
    switch (span.unit) {
    case SPAN_MINUTES:
    case SPAN_HOURS:
        if (span.else_at != 0 && calendar_duty(c, start) != start) {
            due = next_workday_at(c, start, span.else_at - 1, &known);
        } else {
            known = span.else_at == 0 || calendar_published(c, d); // that it is a day with duty hours counts too
            due = start + span.amount * (span.unit == SPAN_HOURS ? WF_HOUR : WF_MINUTE);
        }
        break;
    case SPAN_WORKHOURS:
        due = duty_after(c, start, span.amount * WF_HOUR, &known);
        break;
    case SPAN_DAYS:
        // 民法典 art. 203: a last day that is a 法定休假日 gives way to the first day after it. Weekends are such days
        // too (as they were by name in art. 154 of the 民法通则), make-up workdays are not.
        d = workday_from(c, (struct date){d.day + span.amount}, &known);
        due = date_begin((struct date){d.day + 1});
        break;
    case SPAN_WORKDAYS:
        d = workday_after(c, d, span.amount, &known);
        due = date_begin((struct date){d.day + 1});
        break;
    case SPAN_NONE:
        insist(false);
    }
    if (provisional != NULL) {
        *provisional = !known;
    }
    return due;
}

wf_time calendar_extend(const struct calendar *c, wf_time due, int32_t workdays)
{
    insist(workdays >= 0);
    bool known = true;
    struct date last = day_ending(due), to = workday_after(c, last, workdays, &known);
    return due + (to.day - last.day) * WF_DAY;
}

wf_time calendar_resume(const struct calendar *c, wf_time due, enum span_unit unit, wf_time paused, wf_time resumed)
{
    bool known = true;
    if (paused >= due || resumed <= paused) {
        return due;
    }
    switch (unit) {
    case SPAN_MINUTES:
    case SPAN_HOURS:
        return due + (resumed - paused);
    case SPAN_WORKHOURS: {
        int64_t stood = duty_between(c, paused, resumed);
        return stood == 0 ? due : duty_after(c, due, stood, &known);
    }
    case SPAN_DAYS: {
        int32_t stood = date_of(resumed).day - date_of(paused).day;
        struct date last = day_ending(due);
        struct date to = stood == 0 ? last : workday_from(c, (struct date){last.day + stood}, &known);
        return due + (to.day - last.day) * WF_DAY;
    }
    case SPAN_WORKDAYS: {
        // A working day is a paused one when the clock stood at its first duty minute: so a pause from after duty to
        // before the next duty gives nothing, a whole day of duty gives one, and pauses in a row add up.
        insist(c->hours_n >= 1);
        wf_time opening = c->hours[0].from * WF_MINUTE;
        return calendar_extend(c, due,
                               calendar_workdays(c, date_of(paused - 1 - opening), date_of(resumed - 1 - opening)));
    }
    case SPAN_NONE:
        break;
    }
    insist(false);
    return due;
}

wf_time calendar_part(const struct calendar *c, wf_time start, wf_time due, enum span_unit unit, int percent)
{
    insist(percent >= 0 && percent <= 100 && unit != SPAN_NONE);
    bool known = true;
    wf_time at = start;
    if (due <= start) {
        return due;
    }
    if (unit == SPAN_DAYS || unit == SPAN_WORKDAYS) {
        struct date from = date_of(start);
        int32_t passed = calendar_workdays(c, from, day_ending(due)) * percent / 100;
        at = date_begin((struct date){workday_after(c, from, passed, &known).day + 1});
    } else if (unit == SPAN_WORKHOURS) {
        at = duty_after(c, start, duty_between(c, start, due) * percent / 100, &known);
    } else {
        at = start + (due - start) / 100 * percent + (due - start) % 100 * percent / 100;
    }
    at = calendar_duty(c, at);
    return at < due ? at : due;
}

// Does some of what the span counts lie on day d?
static bool counts(const struct calendar *c, wf_time start, wf_time due, struct span span, struct date d)
{
    wf_time begin = date_begin(d), end = date_begin((struct date){d.day + 1});
    struct date first = date_of(start);
    begin = begin < start ? start : begin;
    end = end > due ? due : end;
    switch (span.unit) {
    case SPAN_DAYS:
        return d.day > first.day && d.day <= first.day + span.amount;
    case SPAN_WORKDAYS:
        return d.day > first.day && calendar_workday(c, d);
    case SPAN_WORKHOURS:
        return duty_between(c, begin, end) > 0;
    default:
        // After "@10:00" took over, the day of that hour counts and nothing before it.
        return span.else_at == 0 || calendar_duty(c, start) == start ? begin < end : end == due;
    }
}

wf_time calendar_explain(const struct calendar *c, wf_time start, struct span span,
                         void (*each)(void *arg, const struct calendar_step *step), void *arg, bool *provisional)
{
    wf_time due = calendar_due(c, start, span, provisional);
    struct date last = day_ending(due);
    for (struct date d = date_of(start); d.day <= last.day; d.day++) {
        const struct calendar_day *o = override_of(c, d);
        struct calendar_step step = {
            .date = d,
            .workday = calendar_workday(c, d),
            .published = calendar_published(c, d),
            .counted = counts(c, start, due, span, d),
        };
        if (o != NULL) {
            step.override = o->kind;
            step.name = o->name;
        }
        each(arg, &step);
    }
    return due;
}

// SPDX-License-Identifier: Apache-2.0
// case_world: random organisations with a policy of their own, and a second, naive reading of who is kept out of a
// letter. For the property test of the case's decisions alone.
#ifndef UNIT_CASE_WORLD_H
#define UNIT_CASE_WORLD_H

#include "case_sample.h"
#include "random_org.h"

#define RAW 64 // what was ever said of one case, letter by letter; never widened, never shortened

// Whom a case's letters accuse, as it was said.
struct raw_x {
    struct accused of[RAW];
    int n;
};

static struct policy world;

static int one_in(int n)
{
    return roll(n) == 0;
}

static void world_clocks(void)
{
    static const struct span answers[] = {{5, SPAN_WORKDAYS, 0}, {15, SPAN_DAYS, 0}, {12, SPAN_WORKHOURS, 0}};
    if (one_in(8)) // other units of time than the shipped ones, for every kind
        for (int kind = KIND_NONE; kind <= KIND_OTHER; kind++)
            world.clocks[CLOCK_K8][kind] = world.clocks[CLOCK_K12][kind] = answers[roll(3)];
}

static void world_grow(void)
{
    grow();
    world = *sample_policy();
    world.units = rows;
    world.units_n = rows_n;
    world.officers = officers;
    world.officers_n = officers_n;
    world.served_months = (int16_t)roll(49);
    for (int step = STEP_ACCEPT; step < POLICY_STEPS; step++)
        memset(world.steps[step], one_in(2) ? MODE_AUTO : MODE_HUMAN, sizeof world.steps[step]);
    world.sure = (int16_t)roll(101);
    world.hops = (int16_t)roll(4);
    world.supplements = (int16_t)(1 + roll(3));
    world.margin_days = (int16_t)roll(3);
    world.calls = (int16_t)(1 + roll(3));
    world.call_days = (int16_t)(1 + roll(2));
    world.rounds = (int16_t)(1 + roll(3));
    world.pressing = (int16_t)(1 + roll(3));
    world_clocks();
}

// ---- Who is kept out, once more ----

static const struct unit *row_on(int32_t code, struct date d)
{
    for (size_t i = 0; i < rows_n; i++)
        if (rows[i].code == code && rows[i].from.day <= d.day && rows[i].to.day >= d.day)
            return &rows[i];
    return NULL;
}

// Where a unit stands that is no more: where it stood last.
static struct date stands_on(int32_t code, struct date day)
{
    struct date d = day;
    if (row_on(code, day))
        return day;
    for (size_t i = 0; i < rows_n; i++)
        if (rows[i].code == code) // the newest counts
            d = rows[i].to.day < day.day ? rows[i].to : rows[i].from;
    return d;
}

static bool is_below(int32_t unit, int32_t top, struct date d)
{
    if (!row_on(top, d))
        return false;
    for (const struct unit *u = row_on(unit, d); u && u->parent != 0; u = row_on(u->parent, d))
        if (u->parent == top && row_on(top, d))
            return true;
    return false;
}

static struct date months_ago(struct date day, int months)
{
    int ymd = date_ymd(day), y = ymd / 10000, m = ymd / 100 % 100 - months, d = ymd % 100;
    for (; m < 1; m += 12)
        y--;
    while (date_ymd(date_from_ymd(y, m, d)) / 100 % 100 != m)
        d--;
    return date_from_ymd(y, m, d);
}

static bool is_recent(const struct officer *o, struct date day)
{
    return o->from.day <= day.day && o->to.day >= months_ago(day, world.served_months).day;
}

// G2
static bool in_x(const struct raw_x *x, int32_t unit, struct date day)
{
    bool in = x->n > 0 && !row_on(unit, day);
    for (int i = 0; i < x->n && !in; i++) {
        struct accused a = x->of[i];
        if (a.officer == 0)
            in = a.unit == unit || is_below(unit, a.unit, stands_on(a.unit, day));
        for (size_t k = 0; k < officers_n && a.officer != 0 && !in; k++) {
            const struct officer *o = &officers[k];
            bool heads = o->head && o->from.day <= day.day && o->to.day >= day.day;
            if (o->id == a.officer && is_recent(o, day))
                in = o->unit == unit || (heads && is_below(unit, o->unit, stands_on(o->unit, day)));
        }
    }
    return in;
}

static bool above_all_of(const struct raw_x *x, int32_t unit, struct date day)
{
    for (int i = 0; i < x->n; i++) {
        struct accused a = x->of[i];
        const struct officer *last = NULL;
        bool recent = false;
        if (a.officer == 0 && !is_below(a.unit, unit, stands_on(a.unit, day)))
            return false;
        for (size_t k = 0; k < officers_n && a.officer != 0; k++) {
            if (officers[k].id != a.officer)
                continue;
            last = &officers[k];
            recent = recent || is_recent(last, day);
            if (is_recent(last, day) && !is_below(last->unit, unit, stands_on(last->unit, day)))
                return false;
        }
        if (a.officer != 0 && !last)
            return false;
        if (a.officer != 0 && !recent && !is_below(last->unit, unit, stands_on(last->unit, day)))
            return false;
    }
    return true;
}

// G3
static bool may_handle(const struct raw_x *x, int32_t unit, struct date day)
{
    if (x->n == 0)
        return true;
    const struct unit *u = row_on(unit, day);
    bool inspects = u && (u->line == LINE_SUPERVISION || u->line == LINE_DISCIPLINE || u->line == LINE_LEGAL);
    return u && !in_x(x, unit, day) && (above_all_of(x, unit, day) || (inspects && above_all_of(x, u->parent, day)));
}

static void raw_add(struct raw_x *x, const struct accused *of, int n)
{
    for (int i = 0; i < n; i++) {
        bool there = false;
        for (int k = 0; k < x->n; k++)
            there = there || (x->of[k].unit == of[i].unit && x->of[k].officer == of[i].officer);
        insist(x->n < RAW);
        if (!there)
            x->of[x->n++] = of[i];
    }
}

static void raw_take(struct raw_x *x, const struct accused_list *list)
{
    int n = 0;
    for (int i = 0; i < x->n; i++)
        if (!accused_has(list, x->of[i]))
            x->of[n++] = x->of[i];
    x->n = n;
}

#endif

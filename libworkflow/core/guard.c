// SPDX-License-Identifier: Apache-2.0
#include "core/guard_impl.h"
#include "core/seeded.h"

const struct code guard_whys[] = {
    {GUARD_FREE, "free", "不在回避范围"},
    {GUARD_ACCUSED_UNIT, "accused_unit", "被反映单位"},
    {GUARD_BELOW, "below", "被反映单位的下级"},
    {GUARD_HEAD, "head", "负责人被反映"},
    {GUARD_SERVED, "served", "被反映人任职或曾任职"},
    {GUARD_OFFICER, "officer", "被反映人本人"},
    {GUARD_NOT_ABOVE, "not_above", "不是被反映单位的上级"},
    {GUARD_UNKNOWN, "unknown", "单位不存在或已撤销"},
    {0, NULL, NULL},
};

static struct date months_before(struct date day, int months)
{
    int ymd = date_ymd(day);
    int month = ymd / 10000 * 12 + ymd / 100 % 100 - 1 - months;
    int year = month / 12, of_year = month % 12;
    if (of_year < 0) {
        year--;
        of_year += 12;
    }
    struct date same = date_from_ymd(year, of_year + 1, ymd % 100);
    // A month without that day ends before it: 31 March less one month is the last day of February.
    struct date end = of_year == 11 ? date_from_ymd(year + 1, 1, 1) : date_from_ymd(year, of_year + 2, 1);
    return same.day < end.day ? same : (struct date){end.day - 1};
}

struct roots guard_roots(const struct policy *p, struct date day, const struct accused_list *x)
{
    return (struct roots){.p = p, .day = day, .since = months_before(day, p->served_months), .x = x};
}

size_t guard_first_row(const struct policy *p, int32_t officer)
{
    size_t low = 0, high = p->officers_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->officers[middle].id < officer) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool guard_is_row_of(const struct policy *p, size_t row, int32_t officer)
{
    return row < p->officers_n && p->officers[row].id == officer;
}

bool guard_serves(const struct officer *o, struct date day)
{
    return o->from.day <= day.day && day.day <= o->to.day;
}

static bool served(const struct roots *r, const struct officer *o)
{
    return o->from.day <= r->day.day && (SEEDED("service") ? r->day.day : r->since.day) <= o->to.day;
}

// Goes to the officer's first row. When none of his rows is recent, his newest is the only one that is told.
static void enter(struct roots *r, int32_t officer)
{
    r->inside = true;
    r->recent = false;
    r->row = guard_first_row(r->p, officer);
    size_t row = r->row;
    for (; guard_is_row_of(r->p, row, officer); row++) {
        r->recent = r->recent || served(r, &r->p->officers[row]);
    }
    if (!r->recent && row > r->row) {
        r->row = row - 1;
    }
}

static bool next_of_officer(struct roots *r, int32_t officer, struct root *out)
{
    if (!r->inside) {
        enter(r, officer);
        if (!guard_is_row_of(r->p, r->row, officer)) {
            *out = (struct root){0, GUARD_UNKNOWN};
            return true;
        }
    }
    while (guard_is_row_of(r->p, r->row, officer)) {
        const struct officer *o = &r->p->officers[r->row++];
        if (!r->recent) {
            *out = (struct root){o->unit, GUARD_NOT_ABOVE};
            return true;
        }
        if (served(r, o)) {
            *out = (struct root){o->unit,
                                 !SEEDED("head") && o->head && guard_serves(o, r->day) ? GUARD_HEAD : GUARD_SERVED};
            return true;
        }
    }
    return false;
}

bool guard_next_root(struct roots *r, struct root *out)
{
    for (; r->i < r->x->n; r->i++, r->inside = false) {
        struct accused a = r->x->of[r->i];
        if (a.officer == 0) {
            r->i++;
            *out = (struct root){a.unit, GUARD_ACCUSED_UNIT};
            return true;
        }
        if (next_of_officer(r, a.officer, out)) {
            return true;
        }
    }
    return false;
}

// The day on which a unit's place in the tree is looked up: one that is no more stays where it stood last.
static struct date day_of(const struct policy *p, int32_t unit, struct date day)
{
    const struct unit *u = policy_unit_at(p, unit, day) == NULL ? policy_unit(p, unit) : NULL;
    if (u == NULL) {
        return day;
    }
    return day.day > u->to.day ? u->to : u->from;
}

static bool is_above(const struct policy *p, int32_t above, int32_t unit, struct date day)
{
    return policy_above(p, above, unit, day_of(p, unit, day));
}

// Which root puts the unit into X; *by is left alone when none does.
static enum guard_why exclude(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit,
                              struct root *by)
{
    if (x->n == 0) {
        return GUARD_FREE;
    }
    enum guard_why why = policy_unit_at(p, unit, day) == NULL ? GUARD_UNKNOWN : GUARD_FREE;
    struct roots r = guard_roots(p, day, x);
    for (struct root root; guard_next_root(&r, &root);) {
        enum guard_why found = GUARD_FREE;
        if (root.why == GUARD_NOT_ABOVE || root.why == GUARD_UNKNOWN) {
            continue;
        }
        if (root.unit == unit) {
            found = root.why;
#ifndef PA_SEED_BUG_GUARD_SKIPS_BELOW
        } else if (!SEEDED("below") && root.why != GUARD_SERVED &&
                   policy_above(p, root.unit, unit, day_of(p, root.unit, day))) {
            found = GUARD_BELOW;
#endif
        }
        if (found != GUARD_FREE && (why == GUARD_FREE || found < why)) {
            why = found;
            *by = root;
        }
    }
    return why;
}

enum guard_why guard_excludes(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit)
{
    struct root by;
    return exclude(p, day, x, unit, &by);
}

enum guard_why guard_excludes_reader(const struct policy *p, struct date day, const struct accused_list *x,
                                     int32_t unit, int32_t officer)
{
    officer = SEEDED("person") ? 0 : officer;
    if (officer != 0 && accused_has(x, (struct accused){.officer = officer})) {
        return GUARD_OFFICER;
    }
    enum guard_why why = guard_excludes(p, day, x, unit);
    if (officer == 0 || x->n == 0) {
        return why;
    }
    for (size_t row = guard_first_row(p, officer); why == GUARD_FREE && guard_is_row_of(p, row, officer); row++) {
        if (guard_serves(&p->officers[row], day)) {
            why = guard_excludes(p, day, x, p->officers[row].unit);
        }
    }
    return why;
}

// Is the unit strictly above every root? *first: the first of them, *others: how many more there are; *missed: the one
// that it is not above.
static bool above_all(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit,
                      struct root *first, int *others, struct root *missed)
{
    struct roots r = guard_roots(p, day, x);
    *others = -1;
    for (struct root root; guard_next_root(&r, &root);) {
        if (++*others == 0) {
            *first = root;
        }
        if (!is_above(p, unit, root.unit, day)) {
            *missed = root;
            return false;
        }
    }
    return true;
}

static void put_root(struct text *t, struct root root)
{
    if (root.unit == 0) {
        text_put(t, "an accused officer of no known unit");
        return;
    }
    text_put(t, root.why == GUARD_ACCUSED_UNIT ? "the accused " : "");
    text_i64(t, root.unit);
    if (root.why == GUARD_HEAD) {
        text_put(t, ", whose head is accused");
    } else if (root.why != GUARD_ACCUSED_UNIT) {
        text_put(t, ", an accused officer's unit");
    }
}

static void put_exclusion(struct text *t, enum guard_why why, int32_t unit, struct root by, struct date day)
{
    text_i64(t, unit);
    text_put(t, " excluded: ");
    switch (why) {
    case GUARD_ACCUSED_UNIT:
        text_put(t, "it is accused");
        break;
    case GUARD_BELOW:
        text_put(t, "below ");
        put_root(t, by);
        break;
    case GUARD_HEAD:
        text_put(t, "an accused officer is its head");
        break;
    case GUARD_SERVED:
        text_put(t, "an accused officer serves or served there");
        break;
    default:
        text_put(t, "there is no such unit on ");
        date_format(day, t);
    }
}

static bool inspects(enum line line)
{
    return line > LINE_NONE && line <= LINE_LEGAL;
}

static void put_allowed(struct text *t, const struct unit *u, bool by_organ, struct root first, int others)
{
    text_i64(t, u->code);
    text_put(t, " allowed: ");
    if (by_organ) {
        text_put(t, code_name(policy_lines, (int)u->line));
        text_put(t, " of ");
        text_i64(t, u->parent);
        text_put(t, ", which is ");
    }
    text_put(t, "above ");
    put_root(t, first);
    if (others > 0) {
        text_put(t, ", and ");
        text_i64(t, others);
        text_put(t, " more");
    }
}

enum guard_why guard_handler(const struct policy *p, struct date day, const struct accused_list *x, int32_t unit,
                             struct text *proof)
{
    char unread[128];
    struct text nobody = TEXT(unread), *t = proof == NULL ? &nobody : proof;
    struct root by = {0}, first = {0}, missed = {0};
    int others = 0;
    enum guard_why why = exclude(p, day, x, unit, &by);
    const struct unit *u = policy_unit_at(p, unit, day);
    if (why != GUARD_FREE || x->n == 0 || u == NULL) {
        if (why != GUARD_FREE) {
            put_exclusion(t, why, unit, by, day);
        } else {
            text_i64(t, unit);
            text_put(t, " allowed: nobody is accused");
        }
        return why;
    }
    bool above = above_all(p, day, x, unit, &first, &others, &missed);
    bool by_organ = !above && inspects(u->line);
#ifdef PA_SEED_BUG_GUARD_BESIDE
    above = true;
#endif
    if (above || (by_organ && above_all(p, day, x, u->parent, &first, &others, &missed))) {
        put_allowed(t, u, by_organ, first, others);
        return GUARD_FREE;
    }
    text_i64(t, unit);
    text_put(t, by_organ ? " not allowed: its organ is not above " : " not allowed: not above ");
    put_root(t, missed);
    return GUARD_NOT_ABOVE;
}

static int32_t parent_of(const struct policy *p, int32_t unit, struct date day)
{
    const struct unit *u = policy_unit_at(p, unit, day_of(p, unit, day));
    return u == NULL ? 0 : u->parent;
}

int32_t guard_suggests(const struct policy *p, struct date day, const struct accused_list *x)
{
    struct roots r = guard_roots(p, day, x);
    struct root root;
    if (!guard_next_root(&r, &root) || root.unit == 0) {
        return 0;
    }
    // The way up is that of the day on which the root still stood.
    struct date then = day_of(p, root.unit, day);
    int32_t organ = parent_of(p, root.unit, then);
    while (organ != 0 && guard_handler(p, day, x, organ, NULL) != GUARD_FREE) {
        organ = parent_of(p, organ, then);
    }
    for (size_t i = 0; organ != 0 && i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        if (u->parent == organ && u->line == LINE_SUPERVISION && u == policy_unit_at(p, u->code, day) &&
            guard_handler(p, day, x, u->code, NULL) == GUARD_FREE) {
            return u->code;
        }
    }
    return organ;
}

// SPDX-License-Identifier: Apache-2.0
// random_org: small organisations that change in time, as the policy's checks allow them: units that come, go and
// change their parent, two to four levels, inspecting squads, officers with histories, heads.
#ifndef UNIT_RANDOM_ORG_H
#define UNIT_RANDOM_ORG_H

#include "core/policy.h"

#include <stdlib.h>

#define ROWS 64
#define UNITS 32
#define OFFICERS 40
#define SEED UINT64_C(0x5eed440000)

static uint64_t seed = SEED;

static int roll(int below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 33) % (uint64_t)below);
}

static struct unit rows[ROWS];
static size_t rows_n;
static struct officer officers[OFFICERS];
static size_t officers_n;
static int32_t codes[UNITS]; // each once
static int codes_n;
static struct date today;
static struct policy p;

static int compare_units(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    return x->code != y->code ? (x->code > y->code) - (x->code < y->code)
                              : (x->from.day > y->from.day) - (x->from.day < y->from.day);
}

static int compare_officers(const void *a, const void *b)
{
    const struct officer *x = a, *y = b;
    return x->id != y->id ? x->id - y->id : (x->from.day > y->from.day) - (x->from.day < y->from.day);
}

static enum line any_line(enum unit_level level)
{
    static const enum line lines[] = {LINE_SUPERVISION, LINE_DISCIPLINE, LINE_LEGAL, LINE_STATION, LINE_TRAFFIC};
    return level == UNIT_SQUAD ? lines[roll(5)] : LINE_GENERAL;
}

static struct date within(struct date from, struct date to)
{
    int32_t low = from.day > today.day - 3000 ? from.day : today.day - 3000;
    int32_t high = to.day < today.day + 300 ? to.day : today.day + 300;
    return (struct date){low >= high ? low : low + roll(high - low + 1)};
}

// A row above another one's: of a higher level, so that a later one may stand below it.
static struct unit parent_for(enum unit_level level)
{
    for (;;) {
        struct unit up = rows[roll((int)rows_n)];
        if (up.level < level)
            return up;
    }
}

static void add_unit(int32_t code, enum unit_level level)
{
    struct unit up = parent_for(level);
    struct unit u = {code, up.code, level, any_line(level), up.from, up.to, STR("单位")};
    codes[codes_n++] = code;
    int how = roll(8);
    if (how == 0)
        u.to = within(u.from, u.to);
    if (how == 1)
        u.from = within(u.from, u.to);
    rows[rows_n++] = u;
    struct unit next = parent_for(level);
    if (how == 2 && next.code != u.parent) { // goes below another parent, where that one is there by then
        struct date moved = within(u.from, u.to);
        if (moved.day > u.from.day && next.from.day <= moved.day && moved.day <= next.to.day) {
            rows[rows_n - 1].to.day = moved.day - 1;
            u.parent = next.code;
            u.from = moved;
            u.to = next.to;
            rows[rows_n++] = u;
        }
    }
}

static void add_officers(void)
{
    officers_n = 0;
    for (int32_t id = 1; id <= 14; id++) {
        int32_t day = today.day - roll(4000);
        for (int times = 1 + roll(3); times > 0 && officers_n < OFFICERS; times--) {
            struct officer o = {.id = id, .unit = codes[roll(codes_n)], .head = roll(4) == 0, .name = STR("某")};
            o.from.day = roll(5) == 0 ? INT32_MIN : day;
            o.to.day = day + roll(1500);
            day = o.to.day + 1 - roll(100); // two posts at a time happen
            if (times == 1 && roll(2))
                o.to.day = INT32_MAX;
            officers[officers_n++] = o;
        }
    }
    qsort(officers, officers_n, sizeof(officers[0]), compare_officers);
}

static void grow(void)
{
    today = date_from_ymd(2020 + roll(10), 1 + roll(12), 1 + roll(28));
    today.day += roll(4);
    rows_n = 0;
    codes_n = 0;
    rows[rows_n++] = (struct unit){
        POLICY_PROVINCE, 0, UNIT_PROVINCE, LINE_GENERAL, {INT32_MIN}, {INT32_MAX}, STR("厅"),
    };
    codes[codes_n++] = POLICY_PROVINCE;
    int depth = 2 + roll(3);
    for (int level = UNIT_CITY; level <= depth; level++)
        for (int n = 1 + roll(3 + 2 * (level - UNIT_CITY)); n > 0; n--)
            add_unit(POLICY_PROVINCE + level * 1000 + codes_n, (enum unit_level)level);
    for (int n = depth < UNIT_SQUAD ? 1 + roll(6) : 0; n > 0; n--)
        add_unit(POLICY_PROVINCE + 9000 + codes_n, UNIT_SQUAD);
    qsort(rows, rows_n, sizeof(rows[0]), compare_units);
    add_officers();
    p = (struct policy){.units = rows, .units_n = rows_n, .officers = officers, .officers_n = officers_n};
    p.served_months = (int16_t)roll(49);
}

#endif

// SPDX-License-Identifier: Apache-2.0
// The list of the accused: what guard.h declares of it.
#include "core/guard_impl.h"

#define PILE (GUARD_ACCUSED + GUARD_ACCUSED)

// More than a list holds, until enough of it was widened.
struct pile {
    const struct policy *p;
    struct date day;
    struct accused of[PILE];
    int n;
};

bool accused_has(const struct accused_list *list, struct accused a)
{
    for (int i = 0; i < list->n; i++) {
        if (list->of[i].unit == a.unit && list->of[i].officer == a.officer) {
            return true;
        }
    }
    return false;
}

static void put(struct pile *pile, struct accused a)
{
    for (int i = 0; i < pile->n; i++) {
        if (pile->of[i].unit == a.unit && pile->of[i].officer == a.officer) {
            return;
        }
    }
    pile->of[pile->n++] = a;
}

static struct accused take(struct pile *pile, int at)
{
    struct accused a = pile->of[at];
    pile->n--;
    for (int i = at; i < pile->n; i++) {
        pile->of[i] = pile->of[i + 1];
    }
    return a;
}

// A unit below another that is accused says nothing of its own.
static void drop_covered(struct pile *pile)
{
    for (int i = pile->n - 1; i >= 0; i--) {
        bool covered = false;
        for (int j = 0; j < pile->n && !covered; j++) {
            covered = pile->of[i].officer == 0 && pile->of[j].officer == 0 &&
                      policy_above(pile->p, pile->of[j].unit, pile->of[i].unit, pile->day);
        }
        if (covered) {
            (void)take(pile, i);
        }
    }
}

// The lowest unit that excludes all that the two do. One that is no more still excludes what was below it: only the
// province surely does that.
static int32_t common(const struct policy *p, struct date day, int32_t a, int32_t b)
{
    const struct unit *up = policy_unit_at(p, a, day);
    while (up != NULL && up->code != b && !policy_above(p, up->code, b, day)) {
        up = policy_unit_at(p, up->parent, day);
    }
    return up == NULL ? POLICY_PROVINCE : up->code;
}

static int level_of(const struct policy *p, struct date day, int32_t unit)
{
    const struct unit *u = policy_unit_at(p, unit, day);
    return u == NULL ? 0 : (int)u->level;
}

// Replaces the two units that are nearest to each other by what stands above both; false when there are no two.
static bool widen_units(struct pile *pile)
{
    int first = -1, second = -1, lowest = -1;
    int32_t best = 0;
    for (int i = 0; i < pile->n; i++) {
        for (int j = i + 1; j < pile->n && pile->of[i].officer == 0; j++) {
            if (pile->of[j].officer != 0) {
                continue;
            }
            int32_t unit = common(pile->p, pile->day, pile->of[i].unit, pile->of[j].unit);
            int level = level_of(pile->p, pile->day, unit);
            if (level > lowest) {
                first = i;
                second = j;
                lowest = level;
                best = unit;
            }
        }
    }
    if (first < 0) {
        return false;
    }
    (void)take(pile, second);
    (void)take(pile, first);
    put(pile, (struct accused){.unit = best});
    return true;
}

// Replaces the last officer by the unit that excludes all that he does: where he serves, so that he himself stays
// excluded, and where he served. The province where nobody knows.
static void widen_officer(struct pile *pile)
{
    int at = pile->n - 1;
    while (pile->of[at].officer == 0) {
        at--;
    }
    struct accused_list one = {.of = {take(pile, at)}, .n = 1};
    struct roots r = guard_roots(pile->p, pile->day, &one);
    int32_t unit = 0;
    for (struct root root; guard_next_root(&r, &root);) {
        unit = common(pile->p, pile->day, unit == 0 ? root.unit : unit, root.unit);
    }
    bool now = false;
    for (size_t row = guard_first_row(pile->p, one.of[0].officer); guard_is_row_of(pile->p, row, one.of[0].officer);
         row++) {
        now = now || guard_serves(&pile->p->officers[row], pile->day);
    }
    put(pile, (struct accused){.unit = now ? unit : POLICY_PROVINCE});
}

void accused_join(const struct policy *p, struct date day, struct accused_list *list, const struct accused_list *more)
{
    struct pile pile = {.p = p, .day = day};
    for (int i = 0; i < list->n; i++) {
        put(&pile, list->of[i]);
    }
    for (int i = 0; i < more->n; i++) {
        put(&pile, more->of[i]);
    }
    while (pile.n > GUARD_ACCUSED) {
        drop_covered(&pile);
        if (pile.n > GUARD_ACCUSED && !widen_units(&pile)) {
            widen_officer(&pile);
        }
        drop_covered(&pile);
    }
    list->n = (int16_t)pile.n;
    for (int i = 0; i < pile.n; i++) {
        list->of[i] = pile.of[i];
    }
}

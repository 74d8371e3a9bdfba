// SPDX-License-Identifier: Apache-2.0
// What guard.c and accused.c share: the units that an accused list stands for.
#ifndef CORE_GUARD_IMPL_H
#define CORE_GUARD_IMPL_H

#include "core/guard.h"

// A unit that a handler must stand above, and why. GUARD_NOT_ABOVE: where an accused officer served last, longer ago
// than X looks back; GUARD_UNKNOWN, unit 0: of an accused officer no row is known. These two exclude nobody, but
// somebody has to stand above them: who is accused must not be answered by whoever happens to be left.
struct root {
    int32_t unit;
    enum guard_why why;
};

// Walks the roots of all that are accused.
struct roots {
    const struct policy *p;
    struct date day, since; // since: the first day of the time that X looks back upon
    const struct accused_list *x;
    int16_t i;
    bool inside; // an officer's rows
    bool recent; // one of them touches since..day
    size_t row;
};
struct roots guard_roots(const struct policy *p, struct date day, const struct accused_list *x);
bool guard_next_root(struct roots *r, struct root *out);

// The officer's rows are those from guard_first_row on for which guard_is_row_of holds.
size_t guard_first_row(const struct policy *p, int32_t officer);
bool guard_is_row_of(const struct policy *p, size_t row, int32_t officer);
bool guard_serves(const struct officer *o, struct date day);

#endif

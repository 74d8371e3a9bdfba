// SPDX-License-Identifier: Apache-2.0
#include "core/policy.h"

const struct unit *policy_unit(const struct policy *p, int32_t code)
{
    size_t low = 0, high = p->units_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->units[middle].code == code) {
            return &p->units[middle];
        }
        if (p->units[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct place *policy_place(const struct policy *p, int32_t code)
{
    size_t low = 0, high = p->places_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->places[middle].code == code) {
            return &p->places[middle];
        }
        if (p->places[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool policy_is_bureau(const struct policy *p, int32_t code)
{
    const struct unit *u = policy_unit(p, code);
    return u != NULL && u->level == UNIT_CITY;
}

bool policy_is_mailbox(const struct policy *p, int32_t code)
{
    const struct unit *u = policy_unit(p, code);
    return u != NULL && u->level <= UNIT_CITY;
}

enum step_mode policy_step(const struct policy *p, enum step step, int16_t category, enum kind kind)
{
    insist(step >= STEP_ACCEPT && step <= STEP_CALLBACK && category >= 0 && category <= 99);
    insist(kind >= KIND_NONE && kind <= KIND_OTHER);
    return (enum step_mode)p->steps[step][category][kind];
}

wf_time policy_due(const struct policy *p, enum clock clock, enum kind kind, wf_time start)
{
    insist(clock > CLOCK_NONE && clock < CLOCK_MAX && kind >= KIND_NONE && kind <= KIND_OTHER);
    struct span span = p->clocks[clock][kind];
    return span.amount == 0 ? 0 : calendar_due(&p->calendar, start, span, NULL);
}

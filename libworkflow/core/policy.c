// SPDX-License-Identifier: Apache-2.0
#include "core/policy.h"

const struct code policy_steps[] = {
    {STEP_ACCEPT, "accept", "受理"},   {STEP_DISPATCH, "dispatch", "派单"}, {STEP_REVIEW, "review", "审核"},
    {STEP_ISSUE, "issue", "核发答复"}, {STEP_CALLBACK, "callback", "回访"}, {0, NULL, NULL},
};

const struct code policy_clocks[] = {
    {CLOCK_K2, "K2", "紧急确认"}, {CLOCK_K3, "K3", "受理审核"}, {CLOCK_K4, "K4", "派单"},   {CLOCK_K5, "K5", "签收"},
    {CLOCK_K8, "K8", "办理答复"}, {CLOCK_K11, "K11", "回访"},   {CLOCK_K12, "K12", "重办"}, {0, NULL, NULL},
};

const int32_t policy_bureaus[POLICY_BUREAUS] = {440100, 440200, 440300, 440400, 440500, 440600, 440700,
                                                440800, 440900, 441200, 441300, 441400, 441500, 441600,
                                                441700, 441800, 441900, 442000, 445100, 445200, 445300};

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

bool policy_has_category(const struct policy *p, int64_t code)
{
    for (size_t i = 0; i < p->categories_n; i++) {
        if (p->categories[i].code == code) {
            return true;
        }
    }
    return false;
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

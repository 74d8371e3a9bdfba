// SPDX-License-Identifier: Apache-2.0
#include "store/unit_queues.h"

static void add(int32_t code, int32_t out[UNIT_QUEUES], int *n)
{
    for (int i = 0; i < *n; i++)
        if (out[i] == code)
            return;
    if (*n < UNIT_QUEUES)
        out[(*n)++] = code;
}

int unit_queues(const struct policy *policy, int32_t unit, int32_t out[UNIT_QUEUES])
{
    int n = 0;
    add(unit, out, &n);
    for (int i = 0; i < n; i++) { // grows: the parents of each, at each of its times
        const struct unit *u = policy_unit(policy, out[i]);
        for (; u && u >= policy->units && u->code == out[i]; u--)
            if (u->level > UNIT_CITY && u->parent != 0)
                add(u->parent, out, &n);
    }
    return n;
}

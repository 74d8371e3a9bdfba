// SPDX-License-Identifier: Apache-2.0
#include "tries.h"

static uint32_t set_of(int64_t id)
{
    return (uint32_t)((uint64_t)id * UINT64_C(0x9e3779b97f4a7c15) >> 52) % TRIES_SETS;
}

bool tries_open(const struct tries *tries, int64_t id, wf_time now)
{
    uint32_t set = set_of(id);
    for (int i = 0; i < TRIES_WAYS; i++)
        if (tries->of[set][i].id == id)
            return tries->of[set][i].wrong < TRIES_WRONG || now - tries->of[set][i].since >= TRIES_FOR;
    return true;
}

void tries_wrong(struct tries *tries, int64_t id, wf_time now)
{
    uint32_t set = set_of(id);
    int at = 0;
    for (int i = 0; i < TRIES_WAYS; i++) {
        if (tries->of[set][i].id == id) {
            at = i;
            break;
        }
        if (tries->of[set][i].since < tries->of[set][at].since)
            at = i;
    }
    bool goes_on = tries->of[set][at].id == id && now - tries->of[set][at].since < TRIES_FOR;
    if (!goes_on) {
        tries->of[set][at].id = id;
        tries->of[set][at].since = now;
        tries->of[set][at].wrong = 0;
    }
    tries->of[set][at].wrong++;
    if (tries->of[set][at].wrong == TRIES_WRONG)
        tries->of[set][at].since = now;
}

// SPDX-License-Identifier: Apache-2.0
// recent: the case ids that a stage handled lately. A hint often brings what the sweep has found already; this saves
// the second look at the database. Forgetting is harmless: the case's state decides.
#ifndef STORE_RECENT_H
#define STORE_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#define RECENT_SLOTS 16384

struct recent {
    int64_t id[RECENT_SLOTS];
};

static inline bool recent_has(const struct recent *r, int64_t id)
{
    return r->id[(uint64_t)id % RECENT_SLOTS] == id;
}

static inline void recent_add(struct recent *r, int64_t id)
{
    r->id[(uint64_t)id % RECENT_SLOTS] = id;
}

#endif

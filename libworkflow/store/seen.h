// SPDX-License-Identifier: Apache-2.0
// seen: the keys that a batch has had so far, so that a repeat within it is found at once and not by comparing with all
// others.
#ifndef STORE_SEEN_H
#define STORE_SEEN_H

#include "core/str.h"

#include <string.h>

#define SEEN_SLOTS 4096 // at least twice the largest batch

struct seen {
    uint64_t hash[SEEN_SLOTS];
    int16_t item[SEEN_SLOTS]; // position in the batch + 1; 0: free
};

static inline void seen_clear(struct seen *s)
{
    memset(s->item, 0, sizeof s->item);
}

static inline uint64_t seen_hash(int64_t number, struct str text)
{
    return str_hash(text) ^ (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
}

// The slot of this hash: its item, or the free place where it belongs.
static inline int16_t *seen_slot(struct seen *s, uint64_t hash)
{
    size_t i = hash % SEEN_SLOTS;
    while (s->item[i] != 0 && s->hash[i] != hash)
        i = (i + 1) % SEEN_SLOTS;
    s->hash[i] = hash;
    return &s->item[i];
}

#endif

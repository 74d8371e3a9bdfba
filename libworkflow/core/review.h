// SPDX-License-Identifier: Apache-2.0
// review: which closed cases are looked at again (回头看, domain §4 E16): drawn by lot from a seed, or by what in their
// life speaks for a second look. Pure: the same seed and the same cases give the same sample, whoever draws it.
#ifndef CORE_REVIEW_H
#define CORE_REVIEW_H

#include "core/codes.h"

// The place of a case in the lottery of this seed: the smallest win.
uint64_t review_lot(int64_t seed, int64_t id);

struct review_facts {
    int16_t rounds;   // ordered after the first
    int16_t returns;  // legs that were handed back
    int16_t breaches; // clocks that ran out
    uint8_t flags;    // of the case
    enum outcome outcome;
    int16_t satisfied, solved; // the writer's last word: 0 not said, 1 yes, 2 no
};

// How much speaks for a second look; 0: nothing. reasons (may be NULL) gets "round 2, breached 1, …".
int review_score(const struct review_facts *f, struct text *reasons);

#endif

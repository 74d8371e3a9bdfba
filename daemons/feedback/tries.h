// SPDX-License-Identifier: Apache-2.0
// tries: how often a wrong code was given with a number. A code has 58 bits, so ten guesses an hour find none; whoever
// guesses learns nothing more, not even that the number is watched. In memory, of a fixed size: where there is no room,
// the number that was tried longest ago is forgotten.
#ifndef FEEDBACK_TRIES_H
#define FEEDBACK_TRIES_H

#include "core/wftime.h"

#define TRIES_WRONG 10
#define TRIES_FOR WF_HOUR // within which they count, and for which the number is closed then
#define TRIES_WAYS 4
#define TRIES_SETS 4096

struct tries {
    struct {
        int64_t id; // of the case; 0: free
        wf_time since;
        int32_t wrong;
    } of[TRIES_SETS][TRIES_WAYS];
};

bool tries_open(const struct tries *tries, int64_t id, wf_time now); // false: closed for now, whatever the code
void tries_wrong(struct tries *tries, int64_t id, wf_time now);

#endif

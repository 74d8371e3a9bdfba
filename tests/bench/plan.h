// SPDX-License-Identifier: Apache-2.0
// plan: which lives the cases of a loaded database have: scripts of what happens to a case, one after the other, and
// how many cases are how far.
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "core/case.h"

enum by {
    BY_NOBODY, // a machine, the writer
    BY_UNIT,   // who has it: the deepest unit at work
    BY_ABOVE,  // who gave that one the work
    BY_CENTRE,
};
enum { SURE = 0, UNSURE, CONDUCT, DANGER }; // of the classifier

struct act {
    enum event event;
    enum actor actor;
    enum by by;
    int32_t from, to; // minutes after the act before
    int16_t how;      // TRIAGE, FLAG_EMERGENCY: of the classifier; ANSWERED: satisfied; others: days, level
    bool may_fail;    // a policy or a kind may have made it needless
};

// One case to be: which life, how far it has come, when it began.
struct plan {
    wf_time received_at;
    uint32_t seed;      // of its delays and choices
    uint8_t life, acts; // how many of the life's acts have happened
    bool due;           // its newest alarm may be left to the sweep
};

// A life that has ended, in the last years, and one that has not; nothing of either happens after `now`. late: its
// answer or its next step is overdue.
void plan_ended(struct plan *out, wf_time now, int64_t years, uint32_t seed);
void plan_open(struct plan *out, wf_time now, bool late, uint32_t seed);

const struct act *plan_act(const struct plan *p, int act);
wf_time plan_delay(const struct plan *p, int act); // from the act before it, or from the letter
// The k-th number of this seed, below n; the same each time it is asked for. From PLAN_ROLLS on they are free.
uint32_t plan_roll(uint32_t seed, uint32_t k, uint32_t n);
#define PLAN_ROLLS 2000

#endif

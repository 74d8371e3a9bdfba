// SPDX-License-Identifier: Apache-2.0
// lives: whole lives of cases, decided by core under the loaded policy as the daemons would have decided them: events
// of a script, and between them every tick that the sweep would have raised. What comes of it is rows to copy.
#ifndef BENCH_LIVES_H
#define BENCH_LIVES_H

#include "copy.h"
#include "letters.h"
#include "plan.h"
#include "store/because.h"

struct lives {
    const struct policy *policy;
    const struct because *because;
    wf_time now;
    int64_t spare; // how many alarms may still be left to the sweep
    struct copy copy;
    int64_t cases, open, overdue, left_due, lines; // so far
    // The case at hand:
    struct case_facts f;
    struct decision d;
    struct made_letter letter;
    wf_time at; // of its newest event
    wf_time accused_at, decided[CASE_REQUESTS];
    int32_t nth; // of its queue rows
    struct buf detail;
};

// Plays one life and adds its rows. nth: which letter of the run; id: its number's.
void live(struct lives *l, const struct plan *plan, int64_t nth, int64_t id);

// lives_rows.c: what a decision and the whole case leave behind.
void lives_letter(struct lives *l, int32_t accused);
void lives_decided(struct lives *l, wf_time at, const struct change *c);
void lives_case(struct lives *l);

#endif

// SPDX-License-Identifier: Apache-2.0
// sweep: the clocks. What is due stands in the database; the sweep asks for it and raises EV_TICK, and core says what
// follows. Nothing of a clock lives in memory only.
#ifndef FEEDBACK_SWEEP_H
#define FEEDBACK_SWEEP_H

#include "run/counters.h"
#include "store/cases.h"
#include "store/poison.h"
#include "store/stage.h"

struct sweep {
    struct stage *stage;
    struct cases *cases;
    int batch;
    struct counter *swept, *lag, *refused; // cases looked at; seconds that the oldest waits; dead letters
    // Told of each batch after its COMMIT.
    void (*after)(void *arg, const struct change *changes, const struct applied *applied, int n);
    void *arg;
    // Its own.
    int timer;
    int64_t ids[CASES_MAX];
    struct change changes[CASES_MAX];
    struct applied applied[CASES_MAX];
    struct poison poison[CASES_MAX];
    char refs[CASES_MAX][24];
};

// Sweeps every `ms`, and again at once while there is more than a batch.
void sweep_start(struct sweep *sweep, int64_t ms);

#endif

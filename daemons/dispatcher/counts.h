// SPDX-License-Identifier: Apache-2.0
// counts: what dispatcherd publishes, for all of its rooms.
#ifndef DISPATCHER_COUNTS_H
#define DISPATCHER_COUNTS_H

#include "run/counters.h"

enum {
    LAG,
    DISPATCHED,
    DELIVERED,
    ACKNOWLEDGED,
    SUBSCRIBED,
    STANDBYS,
    IN_FLIGHT,
    ACTIVATIONS,
    REJECTED,
    ATTEMPTS_FAILED,
    BLOCKED,
    STALE,
    SILENT,
    REVOKED,
    REFUSED_TOTAL,
    BAD_FRAMES,
    DENIED,
    THROTTLED,
    RETIRED,
    POISONED,
    BATCHES,
    GAPS,
};
extern struct counter counters[];

#endif

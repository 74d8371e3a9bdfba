// SPDX-License-Identifier: Apache-2.0
// counts: what dispatcherd publishes, for both of its halves.
#ifndef DISPATCHER_COUNTS_H
#define DISPATCHER_COUNTS_H

#include "run/counters.h"

enum { LAG, DISPATCHED, DELIVERED, ACKNOWLEDGED, SUBSCRIBED, REFUSED_TOTAL, BAD_FRAMES, POISONED, BATCHES, GAPS };
extern struct counter counters[];

#endif

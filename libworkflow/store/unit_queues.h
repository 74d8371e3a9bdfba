// SPDX-License-Identifier: Apache-2.0
// unit_queues: in which queues a unit's lines can lie. Only that day's policy knows which units had a queue then.
#ifndef STORE_UNIT_QUEUES_H
#define STORE_UNIT_QUEUES_H

#include "core/policy.h"

#define UNIT_QUEUES 16

// The unit, and what was ever above it up to its bureau, or to the province where there is none between. Returns how
// many.
int unit_queues(const struct policy *policy, int32_t unit, int32_t out[UNIT_QUEUES]);

#endif

// SPDX-License-Identifier: Apache-2.0
// clock: the fake one's own business beside run/clock.h.
#ifndef SCENARIO_CLOCK_H
#define SCENARIO_CLOCK_H

#include <stdint.h>

// A client that waited in vain is so much later than the scenario: its patience ends although the world stands still.
void clock_skip(int64_t microseconds);

#endif

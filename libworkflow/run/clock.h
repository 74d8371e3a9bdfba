// SPDX-License-Identifier: Apache-2.0
// clock: the two clocks. Nobody else reads the time, so that whoever needs another one links another clock.c.
#ifndef RUN_CLOCK_H
#define RUN_CLOCK_H

#include "core/wftime.h"

wf_time clock_now(void);  // wall time: data, never used for waiting
int64_t clock_mono(void); // microseconds, monotonic: timeouts and timers only

#endif

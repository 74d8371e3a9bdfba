// SPDX-License-Identifier: Apache-2.0
#include "run/clock.h"

#include "core/err.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    insist(clock_gettime(id, &t) == 0);
    return (int64_t)t.tv_sec * WF_SECOND + t.tv_nsec / 1000;
}

wf_time clock_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

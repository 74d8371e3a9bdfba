// SPDX-License-Identifier: Apache-2.0
// The scenario's clock: two numbers in shared memory, which the runner alone moves, while nobody runs.
#include "clock.h"

#include "run/clock.h"

#include "core/err.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct times {
    int64_t now;  // wf_time
    int64_t mono; // microseconds
};

static const volatile struct times *times;
static int64_t skipped;

static const volatile struct times *read_times(void)
{
    if (times != NULL)
        return times;
    const char *path = getenv("SCENARIO_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        fputs("this program runs in scenarios only: tests/run-scenario starts it\n", stderr);
        exit(2);
    }
    times = mmap(NULL, sizeof *times, PROT_READ, MAP_SHARED, fd, 0);
    insist(times != MAP_FAILED);
    close(fd);
    return times;
}

wf_time clock_now(void)
{
    return read_times()->now;
}

int64_t clock_mono(void)
{
    return read_times()->mono + skipped;
}

void clock_skip(int64_t microseconds)
{
    skipped += microseconds;
}

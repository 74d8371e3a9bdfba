// SPDX-License-Identifier: Apache-2.0
#include "client/pipe.h"
#include "client/subscription.h"

void wf_wait_any(struct wf_subscription *const *list, size_t n, struct wf_pipe *pipe, int64_t ms)
{
    struct bus *buses[BUS_WAIT_MOST];
    insist(n < BUS_WAIT_MOST);
    for (size_t i = 0; i < n; i++)
        buses[i] = subscription_bus(list[i]);
    if (pipe)
        buses[n++] = pipe_bus(pipe);
    bus_wait_any(buses, n, ms);
}

// SPDX-License-Identifier: Apache-2.0
#include "run/bus.h"

#include <errno.h>
#include <zmq.h>

bool bus_wait_any(struct bus *const *list, size_t n, int64_t ms)
{
    zmq_pollitem_t items[BUS_WAIT_MOST];
    insist(n <= BUS_WAIT_MOST);
    for (size_t i = 0; i < n; i++)
        items[i] = (zmq_pollitem_t){.socket = bus_handle(list[i]), .events = ZMQ_POLLIN};
    int ready = zmq_poll(items, (int)n, ms > 0 ? (long)ms : 0);
    insist(ready >= 0 || errno == EINTR);
    return ready > 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "run/bus.h"

#include <zmq.h>

int bus_fd(struct bus *bus)
{
    int fd = -1;
    size_t n = sizeof fd;
    insist(zmq_getsockopt(bus_handle(bus), ZMQ_FD, &fd, &n) == 0);
    return fd;
}

// SPDX-License-Identifier: Apache-2.0
// The scenario's bus: what run/bus.h promises, over the runner instead of ZeroMQ. Frames go to it and come from it one
// at a time, so their order is the scenario's and not the machine's.
#include "run/bus.h"

#include "clock.h"
#include "hub.h"

#include <stdlib.h>
#include <string.h>

#define SOCKETS 64

struct kept { // a frame that waits for bus_recv
    struct kept *next;
    uint8_t *bytes;
    size_t n;
    int64_t peer;
};

struct bus {
    enum hub_socket type;
    uint8_t handle;
    struct kept *first, **last;
};

static struct bus *sockets[SOCKETS];

static struct bus *bus_new(enum hub_socket type, enum hub_type how, const char *endpoints)
{
    uint8_t handle = 0;
    while (handle < SOCKETS && sockets[handle] != NULL)
        handle++;
    insist(handle < SOCKETS);
    struct bus *bus = calloc(1, sizeof *bus);
    insist(bus != NULL);
    *bus = (struct bus){.type = type, .handle = handle, .last = &bus->first};
    sockets[handle] = bus;
    hub_put(how, handle, type, endpoints, strlen(endpoints));
    return bus;
}

enum result bus_router_bind(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    *out = bus_new(HUB_ROUTER, HUB_BIND, endpoint);
    return OK;
}

enum result bus_pull_bind(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    *out = bus_new(HUB_PULL, HUB_BIND, endpoint);
    return OK;
}

enum result bus_push_connect(const char *endpoints, int hwm, struct bus **out, struct err *err)
{
    *out = bus_new(HUB_PUSH, HUB_CONNECT, endpoints);
    return OK;
}

enum result bus_dealer_connect(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    *out = bus_new(HUB_DEALER, HUB_CONNECT, endpoint);
    return OK;
}

// Of the CURVE sockets the scenario has the addresses only: no keys, so nobody is known by one.
enum result bus_router_bind_curve(const char *endpoint, const struct curve_key *server, int hwm, struct bus **out,
                                  struct err *err)
{
    return bus_router_bind(endpoint, hwm, out, err);
}

enum result bus_dealer_connect_curve(const char *endpoint, const struct curve_key *own,
                                     const uint8_t server[CURVE_BYTES], int hwm, struct bus **out, struct err *err)
{
    return bus_dealer_connect(endpoint, hwm, out, err);
}

static struct kept *unkeep(struct bus *bus)
{
    struct kept *k = bus->first;
    if (k != NULL) {
        bus->first = k->next;
        if (bus->first == NULL)
            bus->last = &bus->first;
    }
    return k;
}

void bus_close(struct bus *bus)
{
    if (bus == NULL)
        return;
    for (struct kept *k; (k = unkeep(bus)) != NULL;) {
        free(k->bytes);
        free(k);
    }
    hub_put(HUB_CLOSE, bus->handle, 0, NULL, 0);
    sockets[bus->handle] = NULL;
    free(bus);
}

void bus_term(void)
{
}

void hub_keep(const struct hub_message *m, uint8_t *bytes)
{
    struct bus *bus = m->handle < SOCKETS ? sockets[m->handle] : NULL;
    if (bus == NULL) { // closed meanwhile
        free(bytes);
        return;
    }
    struct kept *k = calloc(1, sizeof *k);
    insist(k != NULL);
    *k = (struct kept){.bytes = bytes, .n = m->n, .peer = m->value};
    *bus->last = k;
    bus->last = &k->next;
}

bool hub_waiting(void *handle)
{
    return ((struct bus *)handle)->first != NULL;
}

bool bus_recv(struct bus *bus, struct msg *msg)
{
    struct kept *k = unkeep(bus);
    if (k == NULL)
        return false;
    memcpy(msg->peer.id, &k->peer, sizeof k->peer);
    msg->peer.n = sizeof k->peer;
    msg->p = k->bytes;
    msg->n = k->n;
    memcpy(msg->zmq, &k->bytes, sizeof(void *));
    free(k);
    return true;
}

void bus_done(struct msg *msg)
{
    void *bytes;
    memcpy(&bytes, msg->zmq, sizeof(void *));
    free(bytes);
}

bool bus_send(struct bus *bus, const struct peer *peer, const void *p, size_t n)
{
    int64_t to = 0;
    insist((peer != NULL) == (bus->type == HUB_ROUTER));
    if (n > FRAME_MAX)
        return false;
    if (peer != NULL) {
        insist(peer->n == sizeof to);
        memcpy(&to, peer->id, sizeof to);
    }
    hub_put(HUB_SEND, bus->handle, to, p, n);
    uint8_t *bytes;
    struct hub_message answer = hub_get(&bytes);
    insist(answer.type == HUB_SENT && bytes == NULL); // in its turn a process is told nothing else
    return answer.value != 0;
}

int64_t bus_dropped(void)
{
    return 0;
}

static bool any_waiting(struct bus *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (list[i]->first != NULL)
            return true;
    return false;
}

bool bus_wait_any(struct bus *const *list, size_t n, int64_t ms)
{
    if (any_waiting(list, n))
        return true;
    hub_put(HUB_WAIT, 0, ms > 0 ? ms * 1000 : 0, NULL, 0);
    for (;;) {
        uint8_t *bytes;
        struct hub_message m = hub_get(&bytes);
        if (m.type == HUB_FRAME) {
            hub_keep(&m, bytes);
            continue;
        }
        insist(m.type == HUB_WOKEN && bytes == NULL);
        if (m.value == 0 && ms > 0)
            clock_skip(ms * 1000);
        return any_waiting(list, n);
    }
}

int bus_wait2(struct bus *a, struct bus *b, int64_t ms)
{
    struct bus *list[2] = {NULL, NULL};
    size_t n = 0;
    if (a != NULL)
        list[n++] = a;
    if (b != NULL)
        list[n++] = b;
    bus_wait_any(list, n, ms);
    return (a != NULL && a->first != NULL ? 1 : 0) | (b != NULL && b->first != NULL ? 2 : 0);
}

bool bus_wait(struct bus *bus, int64_t ms)
{
    return bus_wait2(bus, NULL, ms) != 0;
}

void *bus_handle(struct bus *bus)
{
    return bus;
}

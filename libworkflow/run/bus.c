// SPDX-License-Identifier: Apache-2.0
#include "run/bus.h"

#include "run/clock.h"
#include "run/context.h"
#include "run/ipc.h"
#include "run/watch.h"
#include "run/zap.h"
#include "wire/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zmq.h>

#define HANDSHAKE_MS 5000
#define RECONNECT_MIN_MS 100
#define RECONNECT_SPREAD_MS 401
#define RECONNECT_MAX_MS 5000
// A peer that sends nothing but frames of a wrong shape must not keep the loop inside one bus_recv.
#define DROPS_A_CALL 256
// What CURVE adds to a frame on the wire, where libzmq checks MAXMSGSIZE: "MESSAGE" 8, nonce 8, box 16, flags 1.
#define CURVE_OVERHEAD 33
#define BACKLOG 512
// Whole messages that wait for us from one peer on tcp, so that watch.h can tell them from one without end.
#define PUBLIC_HWM 128
#define WHOLE_MAX ((PUBLIC_HWM + 2) * (int64_t)(FRAME_MAX + CURVE_OVERHEAD + 9))
_Static_assert(WHOLE_MAX < WATCH_UNREAD_MAX, "nobody is cut for whole messages");
#define ZAP_ENFORCE_DOMAIN 93 // ZMQ_ZAP_ENFORCE_DOMAIN, which zmq.h of 4.3.4 hides

struct bus {
    void *socket;
    int type;
    bool curve;
    int port;            // bound on tcp only
    struct ipc listener; // sockets bound on ipc only
};

static _Atomic int64_t dropped; // by all sockets; read by the status thread

void bus_term(void)
{
    context_term();
}

static void set_int(void *socket, int option, int value)
{
    insist(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}

static void set_options(void *socket, int type, int hwm)
{
    uint16_t spread = 0;
    insist(getrandom(&spread, sizeof spread, 0) == sizeof spread);
    int64_t max = (int64_t)FRAME_MAX;
    insist(zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0);
    set_int(socket, ZMQ_LINGER, 0);
    // A ROUTER's answers and deliveries are bounded by what its peer asked for, which is at most this.
    set_int(socket, ZMQ_SNDHWM, type == ZMQ_ROUTER ? BUS_ROUTER_OUT : hwm);
    set_int(socket, ZMQ_RCVHWM, hwm);
    set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MIN_MS + spread % RECONNECT_SPREAD_MS);
    set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    // A heartbeat kills a reader that stalls (libzmq #3937) or a healthy sender (PR #4830), so there is none.
    set_int(socket, ZMQ_HEARTBEAT_IVL, 0);
    if (type == ZMQ_PUSH || type == ZMQ_DEALER)
        set_int(socket, ZMQ_IMMEDIATE, 1);
    if (type == ZMQ_ROUTER)
        set_int(socket, ZMQ_ROUTER_MANDATORY, 1);
}

static struct bus *bus_new(int type, int hwm)
{
    insist(hwm > 0);
    struct bus *bus = calloc(1, sizeof *bus);
    insist(bus != NULL);
    *bus = (struct bus){.socket = zmq_socket(context_get(), type), .type = type, .listener = IPC_NONE};
    insist(bus->socket != NULL); // fails only when descriptors run out before the daemon has begun
    set_options(bus->socket, type, hwm);
    return bus;
}

void bus_close(struct bus *bus)
{
    if (bus == NULL)
        return;
    if (bus->port != 0)
        watch_port(bus->port, false);
    insist(zmq_close(bus->socket) == 0);
    ipc_close(&bus->listener);
    free(bus);
}

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

static enum result refuse_tcp(const char *endpoint, struct err *err)
{
    return err_set(err, REJECT, "curve", endpoint, "tcp needs CURVE keys; without keys there is ipc:// only");
}

// The keys of a socket on tcp, and how soon a host that has gone is noticed: after 30 + 3 * 10 s.
static void set_curve(struct bus *bus, const char *endpoint, const struct curve_key *own)
{
    const int64_t max = (int64_t)FRAME_MAX + CURVE_OVERHEAD;
    insist(own->has_secret);
    bus->curve = true;
    insist(zmq_setsockopt(bus->socket, ZMQ_CURVE_PUBLICKEY, own->public, CURVE_BYTES) == 0);
    insist(zmq_setsockopt(bus->socket, ZMQ_CURVE_SECRETKEY, own->secret, CURVE_BYTES) == 0);
    insist(zmq_setsockopt(bus->socket, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0);
    set_int(bus->socket, ZMQ_TCP_KEEPALIVE, 1);
    set_int(bus->socket, ZMQ_TCP_KEEPALIVE_IDLE, 30);
    set_int(bus->socket, ZMQ_TCP_KEEPALIVE_INTVL, 10);
    set_int(bus->socket, ZMQ_TCP_KEEPALIVE_CNT, 3);
    set_int(bus->socket, ZMQ_IPV6, strchr(endpoint, '[') != NULL);
}

static enum result bind_or_connect(struct bus *bus, const char *endpoint, bool bind, struct bus **out, struct err *err)
{
    if ((bind ? zmq_bind : zmq_connect)(bus->socket, endpoint) != 0) {
        const char *why = zmq_strerror(errno);
        bus_close(bus);
        return err_set_str(err, REJECT, bind ? "bind" : "connect", endpoint,
                           bind ? "cannot bind: " : "cannot connect: ", str_of(why), "");
    }
    *out = bus;
    return OK;
}

static int bound_port(struct bus *bus)
{
    char endpoint[256];
    size_t n = sizeof endpoint;
    insist(zmq_getsockopt(bus->socket, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0);
    return atoi(strrchr(endpoint, ':') + 1);
}

enum result bus_router_bind_curve(const char *endpoint, const struct curve_key *server, int hwm, struct bus **out,
                                  struct err *err)
{
    if (!is_tcp(endpoint))
        return err_set(err, REJECT, "bind", endpoint, "CURVE is for tcp://ADDRESS:PORT");
    struct bus *bus = bus_new(ZMQ_ROUTER, hwm < PUBLIC_HWM ? hwm : PUBLIC_HWM);
    set_curve(bus, endpoint, server);
    set_int(bus->socket, ZMQ_CURVE_SERVER, 1);
    // With both of these libzmq refuses everybody when there is no handler; with one of them it lets everybody in.
    insist(zmq_setsockopt(bus->socket, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, sizeof ZAP_DOMAIN - 1) == 0);
    set_int(bus->socket, ZAP_ENFORCE_DOMAIN, 1);
    set_int(bus->socket, ZMQ_BACKLOG, BACKLOG);
    enum result result = bind_or_connect(bus, endpoint, true, out, err);
    if (result == OK) {
        bus->port = bound_port(bus);
        watch_port(bus->port, true);
    }
    return result;
}

enum result bus_dealer_connect_curve(const char *endpoint, const struct curve_key *own,
                                     const uint8_t server[CURVE_BYTES], int hwm, struct bus **out, struct err *err)
{
    if (!is_tcp(endpoint))
        return err_set(err, REJECT, "connect", endpoint, "CURVE is for tcp://HOST:PORT");
    struct bus *bus = bus_new(ZMQ_DEALER, hwm);
    set_curve(bus, endpoint, own);
    insist(zmq_setsockopt(bus->socket, ZMQ_CURVE_SERVERKEY, server, CURVE_BYTES) == 0);
    return bind_or_connect(bus, endpoint, false, out, err);
}

static enum result bus_bind(int type, const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    struct ipc listener;
    if (is_tcp(endpoint))
        return refuse_tcp(endpoint, err);
    enum result result = ipc_listen(endpoint, &listener, err);
    if (result != OK)
        return result;
    struct bus *bus = bus_new(type, hwm);
    bus->listener = listener;
    // libzmq takes our listening descriptor, and with it neither unlinks nor replaces the file at bind and at close.
    set_int(bus->socket, ZMQ_USE_FD, listener.fd);
    if ((result = bind_or_connect(bus, endpoint, true, out, err)) == OK)
        bus->listener.fd = -1; // libzmq closes it
    return result;
}

enum result bus_router_bind(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    return bus_bind(ZMQ_ROUTER, endpoint, hwm, out, err);
}

enum result bus_pull_bind(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    return bus_bind(ZMQ_PULL, endpoint, hwm, out, err);
}

static enum result bus_connect(int type, const char *endpoints, int hwm, struct bus **out, struct err *err)
{
    struct bus *bus = bus_new(type, hwm);
    struct str rest = str_of(endpoints);
    int connected = 0;
    while (rest.p != NULL) {
        struct str one = str_split(&rest, ' ');
        char name[sizeof "ipc://" + IPC_PATH_MAX];
        if (one.n == 0)
            continue;
        struct text t = TEXT(name);
        text_str(&t, one);
        if (is_tcp(name)) {
            bus_close(bus);
            return refuse_tcp(name, err);
        }
        errno = ENAMETOOLONG;
        if (t.n < one.n || zmq_connect(bus->socket, name) != 0) {
            enum result result =
                err_set_str(err, REJECT, "connect", name, "cannot connect: ", str_of(zmq_strerror(errno)), "");
            bus_close(bus);
            return result;
        }
        connected++;
    }
    insist(connected > 0); // the options table refuses an empty list
    *out = bus;
    return OK;
}

enum result bus_push_connect(const char *endpoints, int hwm, struct bus **out, struct err *err)
{
    return bus_connect(ZMQ_PUSH, endpoints, hwm, out, err);
}

enum result bus_dealer_connect(const char *endpoint, int hwm, struct bus **out, struct err *err)
{
    return bus_connect(ZMQ_DEALER, endpoint, hwm, out, err);
}

_Static_assert(sizeof(zmq_msg_t) <= sizeof((struct msg *)0)->zmq, "struct msg holds a zmq_msg_t");

// One part, without waiting. false when nothing is there.
static bool recv_part(void *socket, zmq_msg_t *part)
{
    insist(zmq_msg_init(part) == 0);
    while (zmq_msg_recv(part, socket, ZMQ_DONTWAIT) < 0) {
        if (errno == EINTR)
            continue;
        insist(errno == EAGAIN);
        return false;
    }
    return true;
}

// Takes away what is left of a message after `part`, so that the next recv begins at a message.
static void drop_rest(void *socket, zmq_msg_t *part)
{
    while (zmq_msg_more(part)) {
        zmq_msg_close(part);
        insist(recv_part(socket, part)); // libzmq hands over whole messages only
    }
    zmq_msg_close(part);
}

// false: a message from tcp that names no key, which the ZAP handler makes impossible. On ipc a peer may call itself
// "User-Id" in its greeting, so that is not read there.
static bool read_key(const struct bus *bus, struct msg *msg, zmq_msg_t *body)
{
    msg->has_key = bus->curve && bus->type == ZMQ_ROUTER;
    if (!msg->has_key)
        return true;
    watch_took(zmq_msg_get(body, ZMQ_SRCFD));
    return curve_of_z85(str_of(zmq_msg_gets(body, "User-Id")), msg->key);
}

bool bus_recv(struct bus *bus, struct msg *msg)
{
    zmq_msg_t *body = (zmq_msg_t *)(void *)msg->zmq;
    for (int drops = 0; drops < DROPS_A_CALL; drops++) {
        bool good = true;
        if (bus->type == ZMQ_ROUTER) {
            zmq_msg_t id;
            if (!recv_part(bus->socket, &id))
                return false;
            size_t n = zmq_msg_size(&id);
            good = n <= sizeof msg->peer.id && zmq_msg_more(&id);
            if (good) {
                memcpy(msg->peer.id, zmq_msg_data(&id), n);
                msg->peer.n = (uint8_t)n;
                zmq_msg_close(&id);
            } else {
                drop_rest(bus->socket, &id);
            }
        }
        if (good) {
            if (!recv_part(bus->socket, body))
                return false;
            if (!zmq_msg_more(body) && read_key(bus, msg, body)) {
                msg->p = zmq_msg_data(body);
                msg->n = zmq_msg_size(body);
                return true;
            }
            drop_rest(bus->socket, body);
        }
        dropped++;
    }
    return false;
}

void bus_done(struct msg *msg)
{
    insist(zmq_msg_close((zmq_msg_t *)(void *)msg->zmq) == 0);
}

static bool send_part(struct bus *bus, const void *p, size_t n, int flags)
{
    while (zmq_send(bus->socket, p, n, flags | ZMQ_DONTWAIT) < 0) {
        if (errno == EINTR)
            continue;
        insist(errno == EAGAIN || errno == EHOSTUNREACH);
        return false;
    }
    return true;
}

bool bus_send(struct bus *bus, const struct peer *peer, const void *p, size_t n)
{
    insist((peer != NULL) == (bus->type == ZMQ_ROUTER));
    if (n > FRAME_MAX)
        return false; // the peer would cut the connection
    // ROUTER_MANDATORY answers at the id: no such peer or its queue full. The body then has its place.
    return (peer == NULL || send_part(bus, peer->id, peer->n, ZMQ_SNDMORE)) && send_part(bus, p, n, 0);
}

int64_t bus_dropped(void)
{
    return dropped;
}

int bus_wait2(struct bus *a, struct bus *b, int64_t ms)
{
    zmq_pollitem_t items[2];
    int bits[2];
    int n = 0;
    struct bus *const both[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (both[i] != NULL) {
            items[n] = (zmq_pollitem_t){.socket = both[i]->socket, .events = ZMQ_POLLIN};
            bits[n++] = 1 << i;
        }
    }
    int64_t until = clock_mono() + ms * 1000;
    while (zmq_poll(items, n, ms > 0 ? (long)ms : 0) < 0) {
        insist(errno == EINTR);
        ms = (until - clock_mono() + 999) / 1000;
    }
    int readable = 0;
    for (int i = 0; i < n; i++) {
        if (items[i].revents != 0)
            readable |= bits[i];
    }
    return readable;
}

bool bus_wait(struct bus *bus, int64_t ms)
{
    return bus_wait2(bus, NULL, ms) != 0;
}

void *bus_handle(struct bus *bus)
{
    return bus->socket;
}

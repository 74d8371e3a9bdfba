// SPDX-License-Identifier: Apache-2.0
// A CURVE server on real TCP, and clients of it that get in or do not.
#ifndef CURVE_PEER_H
#define CURVE_PEER_H

#include "run/bus.h"
#include "run/clock.h"
#include "run/context.h"
#include "run/log.h"
#include "run/zap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on
#include <zmq.h>

#define DEADLINE_S 20

static struct curve_key server, known, stranger;
static struct bus *router;
static char endpoint[64];
static void *monitor;

static int64_t in_seconds(int64_t s)
{
    return clock_mono() + s * WF_SECOND;
}

static void listen_curve(const char *address)
{
    static int n;
    char name[32];
    size_t length = sizeof endpoint;
    assert_int_equal(bus_router_bind_curve(address, &server, 1000, &router, NULL), OK);
    assert_int_equal(zmq_getsockopt(bus_handle(router), ZMQ_LAST_ENDPOINT, endpoint, &length), 0);
    snprintf(name, sizeof name, "inproc://monitor-%d", n++);
    assert_int_equal(zmq_socket_monitor(bus_handle(router), name, ZMQ_EVENT_ALL), 0);
    monitor = zmq_socket(context_get(), ZMQ_PAIR);
    const int ms = DEADLINE_S * 1000;
    assert_int_equal(zmq_setsockopt(monitor, ZMQ_RCVTIMEO, &ms, sizeof ms), 0);
    assert_int_equal(zmq_connect(monitor, name), 0);
}

static void unlisten(void)
{
    // First the monitor: an event that nobody takes would stop libzmq's I/O thread.
    assert_int_equal(zmq_socket_monitor(bus_handle(router), NULL, 0), 0);
    zmq_close(monitor);
    bus_close(router);
}

static int set_up(void **state)
{
    assert_int_equal(zap_start(NULL), OK);
    zap_allow(&known.public, 1);
    listen_curve("tcp://127.0.0.1:*");
    return 0;
}

static int tear_down(void **state)
{
    unlisten();
    zap_stop();
    return 0;
}

// The server's next word about a handshake: ZMQ_EVENT_HANDSHAKE_… or 0 when none comes.
static int outcome(void)
{
    for (;;) {
        struct {
            uint16_t event;
            uint8_t value[4];
        } frame;
        char address[256];
        if (zmq_recv(monitor, &frame, 6, 0) != 6)
            return 0;
        assert_true(zmq_recv(monitor, address, sizeof address, 0) >= 0);
        if ((frame.event & (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                            ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)) != 0)
            return frame.event;
    }
}

static struct bus *dealer(const struct curve_key *key)
{
    struct bus *bus;
    assert_int_equal(bus_dealer_connect_curve(endpoint, key, server.public, 1000, &bus, NULL), OK);
    return bus;
}

static void send_soon(struct bus *bus, const void *p, size_t n)
{
    int64_t until = in_seconds(DEADLINE_S);
    while (!bus_send(bus, NULL, p, n))
        assert_true(clock_mono() < until);
}

static void recv_soon(struct bus *bus, struct msg *msg)
{
    int64_t until = in_seconds(DEADLINE_S);
    while (!bus_recv(bus, msg)) {
        assert_true(clock_mono() < until);
        bus_wait(bus, 100);
    }
}

// Whoever holds this key gets in, is named rightly, and is answered.
static void assert_in(const struct curve_key *key)
{
    struct bus *bus = dealer(key);
    struct msg msg;
    send_soon(bus, "ask", 3);
    recv_soon(router, &msg);
    assert_int_equal(msg.n, 3);
    assert_true(msg.has_key);
    assert_memory_equal(msg.key, key->public, CURVE_BYTES);
    assert_true(bus_send(router, &msg.peer, "answer", 6));
    bus_done(&msg);
    recv_soon(bus, &msg);
    assert_memory_equal(msg.p, "answer", 6);
    assert_false(msg.has_key);
    bus_done(&msg);
    assert_int_equal(outcome(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    bus_close(bus);
}

static void make_keys(const char *test)
{
    log_open(test, LOG_ERROR);
    curve_new(&server);
    curve_new(&known);
    curve_new(&stranger);
}
#define WITH_HANDLER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

// SPDX-License-Identifier: Apache-2.0
// client_peer: a daemon's end of a socket inside a test, and a clock that can be moved on. Include once a test.
#ifndef CLIENT_PEER_H
#define CLIENT_PEER_H

#include "client/pipe.h"
#include "run/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 10000

static int64_t clock_moved; // microseconds that the test has moved the clock on

int64_t clock_mono(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + clock_moved;
}

wf_time clock_now(void)
{
    return clock_mono();
}

static char peer_dir[] = "/tmp/pa-client-XXXXXX";
static char peer_endpoint[80];
static struct buf out; // what the test is about to send
static struct bus *peer_bus;
static struct msg peer_msg;
static bool peer_holds;

static void peer_up(void)
{
    struct err err;
    if (peer_endpoint[0] == 0) {
        assert_non_null(mkdtemp(peer_dir));
        snprintf(peer_endpoint, sizeof(peer_endpoint), "ipc://%s/s.ipc", peer_dir);
    }
    if (bus_router_bind(peer_endpoint, 20000, &peer_bus, &err) != OK)
        fail_msg("%s", err.text);
}

static void peer_down(void)
{
    if (peer_holds)
        bus_done(&peer_msg);
    peer_holds = false;
    bus_close(peer_bus);
    peer_bus = NULL;
}

// One frame that came, if any within ms; peer_msg.peer says from whom. It holds until the next call.
static inline bool peer_get(int64_t ms, struct frame *frame)
{
    struct err err;
    if (peer_holds)
        bus_done(&peer_msg);
    bus_wait(peer_bus, ms);
    peer_holds = bus_recv(peer_bus, &peer_msg);
    return peer_holds && frame_get(peer_msg.p, peer_msg.n, frame, &err) == OK;
}

// Sends what `out` holds to the peer that spoke last.
static inline void peer_put(void)
{
    assert_true(bus_send(peer_bus, &peer_msg.peer, out.p, out.n));
    out.n = 0;
}

// The dispatcher's words to bureau 440300.
#define BUREAU 440300

#define EPOCH 12

static inline void put_turn(int64_t last_seq, int64_t head, int64_t epoch)
{
    struct msg_welcome m = {.bureau = BUREAU,
                            .last_seq = last_seq,
                            .head = head,
                            .epoch = epoch,
                            .has_epoch = true,
                            .active = epoch > 0,
                            .has_active = true};
    wire_put_welcome(&out, 0, &m);
    peer_put();
}

static inline void put_welcome(int64_t last_seq, int64_t head)
{
    put_turn(last_seq, head, EPOCH);
}

static inline void put_blocked(int64_t seq, bool blocked)
{
    struct msg_blocked m = {.bureau = BUREAU, .seq = seq, .attempts = 1, .blocked = blocked};
    wire_put_blocked(&out, 0, &m);
    peer_put();
}

static inline void put_goodbye(void)
{
    struct msg_goodbye m = {.bureau = BUREAU};
    wire_put_goodbye(&out, 0, &m);
    (void)bus_send(peer_bus, &peer_msg.peer, out.p, out.n); // to one that may have gone
    out.n = 0;
}

static inline struct msg_delivery peer_letter(int64_t seq)
{
    return (struct msg_delivery){.seq = seq,
                                 .number = STR("440300-20261123-000042-7"),
                                 .leg = 1,
                                 .kind = STR("help"),
                                 .category = STR("01"),
                                 .body = STR("路灯不亮"),
                                 .received_at = 1,
                                 .sent_at = 2};
}

static inline void put_delivery(int64_t seq)
{
    struct msg_delivery m = peer_letter(seq);
    wire_put_delivery(&out, 0, &m);
    peer_put();
}

static inline int peer_end(void)
{
    buf_free(&out);
    if (peer_bus)
        peer_down();
    bus_term();
    char command[120];
    snprintf(command, sizeof(command), "rm -rf %s", peer_dir);
    return peer_endpoint[0] ? system(command) : 0;
}

#endif

// SPDX-License-Identifier: Apache-2.0
// bus on TCP: frames, a storm, and peers that do not keep to the rules.
#include "curve_peer.h"
#include "run/watch.h"
#include "wire/frame.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- Peers that do not keep to the rules ----

static void *raw_context;

static void *raw_socket(const struct curve_key *key, const uint8_t *server_key)
{
    void *raw = zmq_socket(raw_context, ZMQ_DEALER);
    const int zero = 0;
    assert_int_equal(zmq_setsockopt(raw, ZMQ_LINGER, &zero, sizeof zero), 0);
    if (key != NULL) {
        assert_int_equal(zmq_setsockopt(raw, ZMQ_CURVE_PUBLICKEY, key->public, CURVE_BYTES), 0);
        assert_int_equal(zmq_setsockopt(raw, ZMQ_CURVE_SECRETKEY, key->secret, CURVE_BYTES), 0);
        assert_int_equal(zmq_setsockopt(raw, ZMQ_CURVE_SERVERKEY, server_key, CURVE_BYTES), 0);
    }
    return raw;
}

static void assert_raw_out(void *raw)
{
    struct msg msg;
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    assert_int_equal(zmq_send(raw, "x", 1, 0), 1);
    int event = outcome();
    assert_true(event != 0 && event != ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    assert_false(bus_recv(router, &msg));
    zmq_close(raw);
}

static void test_other_mechanisms(void **state)
{
    raw_context = zmq_ctx_new();
    assert_raw_out(raw_socket(NULL, NULL));
    void *plain = raw_socket(NULL, NULL);
    assert_int_equal(zmq_setsockopt(plain, ZMQ_PLAIN_USERNAME, "admin", 5), 0);
    assert_int_equal(zmq_setsockopt(plain, ZMQ_PLAIN_PASSWORD, "admin", 5), 0);
    assert_raw_out(plain);
    struct curve_key liar = known; // the public key of one who may, without its secret
    memcpy(liar.secret, stranger.secret, CURVE_BYTES);
    assert_raw_out(raw_socket(&liar, server.public));
    assert_in(&known);
    zmq_ctx_term(raw_context);
}

// A client that talks to another server than the one it knows says nothing.
static void test_wrong_server(void **state)
{
    raw_context = zmq_ctx_new();
    assert_raw_out(raw_socket(&known, stranger.public));
    zmq_ctx_term(raw_context);
}

static void test_frames(void **state)
{
    struct msg msg;
    static char frame[FRAME_MAX + 1];
    struct bus *bus = dealer(&known);
    int64_t before = bus_dropped();
    send_soon(bus, frame, FRAME_MAX);
    recv_soon(router, &msg);
    assert_int_equal(msg.n, FRAME_MAX);
    bus_done(&msg);
    assert_int_equal(outcome(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    raw_context = zmq_ctx_new();
    void *raw = raw_socket(&known, server.public);
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(zmq_send(raw, "part", 4, i < 2 ? ZMQ_SNDMORE : 0), 4);
    assert_int_equal(zmq_send(raw, "good", 4, 0), 4);
    recv_soon(router, &msg);
    assert_memory_equal(msg.p, "good", 4);
    bus_done(&msg);
    assert_int_equal(bus_dropped() - before, 1);
    assert_int_equal(outcome(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    // One byte too many costs the connection, and only that one.
    assert_int_equal(zmq_send(raw, frame, sizeof frame, 0), sizeof frame);
    assert_int_equal(outcome(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED); // it comes again
    assert_false(bus_recv(router, &msg));
    send_soon(bus, "still", 5);
    recv_soon(router, &msg);
    assert_memory_equal(msg.p, "still", 5);
    bus_done(&msg);
    zmq_close(raw);
    zmq_ctx_term(raw_context);
    bus_close(bus);
}

// A message that never ends is not kept: its sender is cut, and nobody else is.
static void test_endless_message(void **state)
{
    enum { PART = 100000, PARTS = 700 };
    static char part[PART];
    struct msg msg;
    struct bus *bus = dealer(&known);
    int64_t cut = watch_cut();
    int64_t dropped = bus_dropped();
    raw_context = zmq_ctx_new();
    void *raw = raw_socket(&known, server.public);
    const int zero = 0; // libzmq sends a message when its last part is there
    const int never = -1;
    assert_int_equal(zmq_setsockopt(raw, ZMQ_SNDHWM, &zero, sizeof zero), 0);
    assert_int_equal(zmq_setsockopt(raw, ZMQ_RECONNECT_IVL, &never, sizeof never), 0);
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    for (int i = 0; i < PARTS; i++)
        assert_int_equal(zmq_send(raw, part, PART, ZMQ_SNDMORE), PART);
    assert_int_equal(zmq_send(raw, "end", 3, 0), 3);
    int64_t until = in_seconds(DEADLINE_S);
    while (watch_cut() == cut) {
        assert_true(clock_mono() < until);
        assert_false(bus_recv(router, &msg));
    }
    send_soon(bus, "still", 5);
    recv_soon(router, &msg);
    assert_memory_equal(msg.p, "still", 5);
    bus_done(&msg);
    assert_int_equal(watch_cut(), cut + 1);
    assert_int_equal(bus_dropped(), dropped);
    zmq_close(raw);
    zmq_ctx_term(raw_context);
    bus_close(bus);
}

// While we take nothing, whole messages wait, and their sender is not cut: it is told to wait by TCP.
static void test_unread_messages(void **state)
{
    enum { MESSAGES = 300 };
    static char frame[FRAME_MAX];
    struct msg msg;
    struct bus *bus = dealer(&known);
    int64_t cut = watch_cut();
    send_soon(bus, "first", 5);
    recv_soon(router, &msg);
    bus_done(&msg);
    for (int i = 0; i < MESSAGES; i++)
        send_soon(bus, frame, sizeof frame);
    int64_t until = clock_mono() + 10 * WATCH_MS * 1000;
    while (clock_mono() < until)
        bus_wait(bus, WATCH_MS);
    assert_int_equal(watch_cut(), cut);
    for (int i = 0; i < MESSAGES; i++) {
        recv_soon(router, &msg);
        assert_int_equal(msg.n, sizeof frame);
        bus_done(&msg);
    }
    assert_int_equal(watch_cut(), cut);
    bus_close(bus);
}

static void test_storm(void **state)
{
    enum { EACH = 100 };
    void *raw[2 * EACH];
    bool came[EACH] = {false};
    int64_t before = zap_refused();
    raw_context = zmq_ctx_new();
    for (int i = 0; i < 2 * EACH; i++) {
        raw[i] = raw_socket(i % 2 == 0 ? &known : &stranger, server.public);
        const int never = -1; // a refused one does not try again: each handshake counts once
        assert_int_equal(zmq_setsockopt(raw[i], ZMQ_RECONNECT_IVL, &never, sizeof never), 0);
        assert_int_equal(zmq_connect(raw[i], endpoint), 0);
        assert_int_equal(zmq_send(raw[i], &i, sizeof i, 0), sizeof i);
    }
    for (int n = 0; n < EACH; n++) {
        struct msg msg;
        int i;
        recv_soon(router, &msg);
        assert_int_equal(msg.n, sizeof i);
        memcpy(&i, msg.p, sizeof i);
        assert_true(i % 2 == 0 && !came[i / 2]);
        came[i / 2] = true;
        assert_memory_equal(msg.key, known.public, CURVE_BYTES);
        bus_done(&msg);
    }
    int64_t until = in_seconds(DEADLINE_S);
    while (zap_refused() < before + EACH)
        assert_true(clock_mono() < until);
    for (int i = 0, in = 0, out = 0; i < 2 * EACH; i++) {
        int event = outcome();
        in += event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
        out += event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
        assert_int_equal(in + out, i + 1);
        assert_true(in <= EACH && out <= EACH);
    }
    for (int i = 0; i < 2 * EACH; i++)
        zmq_close(raw[i]);
    zmq_ctx_term(raw_context);
}

static int tcp_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    address.sin_port = htons((uint16_t)atoi(strrchr(endpoint, ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void test_garbage(void **state)
{
    static const uint8_t greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E'};
    static const uint8_t old[] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1, 5}; // ZMTP 2.0: no security
    static const uint8_t huge[] = {6, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 'H', 'E', 'L', 'L', 'O'};
    static const uint8_t hello[] = {4, 6, 5, 'H', 'E', 'L', 'L', 'O'};
    int silent = tcp_connect();
    unsigned seed = 4;
    for (int round = 0; round < 100; round++) {
        uint8_t bytes[600];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(rand_r(&seed) >> 8);
        int fd = tcp_connect();
        if (round % 5 == 1)
            (void)!write(fd, "GET / HTTP/1.1\r\n\r\n", 18);
        if (round % 5 == 2)
            (void)!write(fd, old, sizeof old);
        if (round % 5 >= 3)
            (void)!write(fd, greeting, sizeof greeting);
        if (round % 5 == 3)
            (void)!write(fd, huge, sizeof huge);
        if (round % 5 == 4)
            (void)!write(fd, hello, sizeof hello);
        (void)!send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
        if (round % 2 == 0)
            shutdown(fd, SHUT_WR);
        close(fd);
    }
    struct bus *bus = dealer(&known);
    struct msg msg;
    send_soon(bus, "ask", 3);
    recv_soon(router, &msg);
    assert_memory_equal(msg.p, "ask", 3);
    bus_done(&msg);
    bus_close(bus);
    close(silent);
}

static void test_addresses(void **state)
{
    struct bus *bus = NULL;
    struct err err;
    assert_int_equal(bus_router_bind("tcp://127.0.0.1:9", 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "curve");
    assert_string_equal(err.text, "tcp needs CURVE keys; without keys there is ipc:// only");
    assert_int_equal(bus_pull_bind("tcp://127.0.0.1:9", 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "curve");
    assert_int_equal(bus_dealer_connect("tcp://127.0.0.1:9", 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "curve");
    assert_int_equal(bus_push_connect("ipc:///tmp/x tcp://127.0.0.1:9", 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "curve");
    assert_string_equal(err.field, "tcp://127.0.0.1:9");
    assert_int_equal(bus_router_bind_curve("ipc:///tmp/x", &server, 1, &bus, &err), REJECT);
    assert_int_equal(bus_router_bind_curve("tcp://no-such-card:9", &server, 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "bind");
    assert_int_equal(bus_router_bind_curve(endpoint, &server, 1, &bus, &err), REJECT);
    assert_string_equal(err.text, "cannot bind: Address already in use");
    assert_int_equal(bus_dealer_connect_curve("ipc:///tmp/x", &known, server.public, 1, &bus, &err), REJECT);
    assert_int_equal(bus_dealer_connect_curve("tcp://host", &known, server.public, 1, &bus, &err), REJECT);
    assert_string_equal(err.code, "connect");
    assert_null(bus);
}

static void test_options_set(void **state)
{
    struct bus *bus = dealer(&known);
    void *const both[] = {bus_handle(router), bus_handle(bus)};
    static const int options[][2] = {{ZMQ_MECHANISM, ZMQ_CURVE},
                                     {ZMQ_TCP_KEEPALIVE, 1},
                                     {ZMQ_TCP_KEEPALIVE_IDLE, 30},
                                     {ZMQ_TCP_KEEPALIVE_INTVL, 10},
                                     {ZMQ_TCP_KEEPALIVE_CNT, 3},
                                     {ZMQ_HANDSHAKE_IVL, 5000},
                                     {ZMQ_LINGER, 0},
                                     {ZMQ_HEARTBEAT_IVL, 0}};
    for (int i = 0; i < 2; i++) {
        for (size_t j = 0; j < sizeof options / sizeof options[0]; j++) {
            int value = -1;
            size_t n = sizeof value;
            assert_int_equal(zmq_getsockopt(both[i], options[j][0], &value, &n), 0);
            assert_int_equal(value, options[j][1]);
        }
    }
    bus_close(bus);
}

static void test_ipv6(void **state)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool there = fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    if (!there) {
        print_message("this machine has no IPv6\n");
        skip();
    }
    unlisten();
    listen_curve("tcp://[::1]:*");
    assert_in(&known);
}

int main(void)
{
    make_keys("test_bus_curve");
    const struct CMUnitTest tests[] = {
        WITH_HANDLER(test_other_mechanisms), WITH_HANDLER(test_wrong_server),
        WITH_HANDLER(test_frames),           WITH_HANDLER(test_storm),
        WITH_HANDLER(test_endless_message),  WITH_HANDLER(test_unread_messages),
        WITH_HANDLER(test_garbage),          WITH_HANDLER(test_addresses),
        WITH_HANDLER(test_options_set),      WITH_HANDLER(test_ipv6),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    bus_term();
    return rc;
}

// SPDX-License-Identifier: Apache-2.0
// Who gets in, that nobody does when no handler lives, and the handler's own words.
#include "curve_peer.h"

#include <stdlib.h>
#include <unistd.h>

static void assert_out(struct bus *bus, int event)
{
    struct msg msg;
    assert_int_equal(outcome(), event);
    assert_false(bus_send(bus, NULL, "x", 1));
    assert_false(bus_recv(router, &msg));
    bus_close(bus);
}

static void test_known_and_unknown(void **state)
{
    int64_t before = zap_refused();
    assert_in(&known);
    assert_int_equal(zap_refused(), before);
    assert_out(dealer(&stranger), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    assert_true(zap_refused() > before);
    assert_in(&known);
}

// Order and number of the keys do not matter, and each is told from the others.
static void test_many_keys(void **state)
{
    static uint8_t list[ZAP_KEYS_MAX + 1][CURVE_BYTES];
    struct curve_key second;
    curve_new(&second);
    for (size_t i = 0; i <= ZAP_KEYS_MAX; i++) {
        memset(list[i], (int)(i * 37 % 256), CURVE_BYTES);
        memcpy(list[i], &i, sizeof i);
    }
    memcpy(list[17], known.public, CURVE_BYTES);
    memcpy(list[ZAP_KEYS_MAX - 1], second.public, CURVE_BYTES);
    memcpy(list[ZAP_KEYS_MAX], stranger.public, CURVE_BYTES);
    zap_allow((const uint8_t(*)[CURVE_BYTES])list, ZAP_KEYS_MAX + 1);
    assert_in(&second);
    assert_in(&known);
    assert_out(dealer(&stranger), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH); // one too many
}

static void test_revoked(void **state)
{
    struct msg msg;
    struct bus *living = dealer(&known);
    send_soon(living, "before", 6);
    recv_soon(router, &msg);
    bus_done(&msg);
    assert_int_equal(outcome(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    zap_allow((const uint8_t(*)[CURVE_BYTES]) & stranger.public, 1);
    assert_out(dealer(&known), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    assert_in(&stranger);
    // What lives stays: its key is checked again by those who take the messages.
    send_soon(living, "after", 5);
    recv_soon(router, &msg);
    assert_true(msg.has_key);
    assert_memory_equal(msg.key, known.public, CURVE_BYTES);
    bus_done(&msg);
    bus_close(living);
    zap_allow(NULL, 0);
    assert_out(dealer(&stranger), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
}

static void test_handler_gone(void **state)
{
    assert_in(&known);
    zap_stop();
    zap_stop();
    assert_out(dealer(&known), ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    assert_out(dealer(&stranger), ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    zap_allow((const uint8_t(*)[CURVE_BYTES]) & known.public, 1); // without a handler it means nothing
    assert_out(dealer(&known), ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    struct err err;
    assert_int_equal(zap_start(&err), OK);
    assert_int_equal(zap_start(&err), REJECT);
    assert_string_equal(err.code, "zap");
    assert_out(dealer(&known), ZMQ_EVENT_HANDSHAKE_FAILED_AUTH); // begins with nobody
    zap_allow((const uint8_t(*)[CURVE_BYTES]) & known.public, 1);
    assert_in(&known);
}

// A daemon that forgot the handler lets nobody in.
static void test_never_started(void **state)
{
    listen_curve("tcp://127.0.0.1:*");
    assert_out(dealer(&known), ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL);
    unlisten();
}

// ---- The handler's own words: RFC 27 ----

static void ask(void *req, const char *const *parts, const size_t *sizes, int n, const char *status)
{
    char got[6][64];
    for (int i = 0; i < n; i++)
        assert_int_equal(zmq_send(req, parts[i], sizes[i], i + 1 < n ? ZMQ_SNDMORE : 0), (int)sizes[i]);
    for (int i = 0; i < 6; i++) {
        int more;
        size_t length = sizeof more;
        int size = zmq_recv(req, got[i], sizeof got[i] - 1, 0);
        assert_in_range(size, 0, sizeof got[i] - 1);
        got[i][size] = '\0';
        assert_int_equal(zmq_getsockopt(req, ZMQ_RCVMORE, &more, &length), 0);
        assert_int_equal(more, i < 5);
    }
    assert_string_equal(got[0], "1.0");
    assert_string_equal(got[1], n > 1 ? "7" : "");
    assert_string_equal(got[2], status);
    char z85[CURVE_Z85] = "";
    if (strcmp(status, "200") == 0)
        curve_z85(known.public, z85);
    assert_string_equal(got[4], z85);
    assert_string_equal(got[5], "");
}

static void test_requests(void **state)
{
    static char large[1000];
    void *req = zmq_socket(context_get(), ZMQ_REQ);
    const int ms = DEADLINE_S * 1000;
    const int zero = 0;
    zmq_setsockopt(req, ZMQ_RCVTIMEO, &ms, sizeof ms);
    zmq_setsockopt(req, ZMQ_LINGER, &zero, sizeof zero);
    assert_int_equal(zmq_connect(req, "inproc://zeromq.zap.01"), 0);
    const char *key = (const char *)known.public;
    const struct {
        const char *part[8];
        int n;
        size_t last;
        const char *status;
    } all[] = {
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", key}, 7, 32, "200"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", (const char *)stranger.public}, 7, 32, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", key}, 7, 31, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", ""}, 7, 0, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", large}, 7, sizeof large, "400"},
        {{"1.0", "7", "another", "10.0.0.1", "", "CURVE", key}, 7, 32, "400"},
        {{"1.0", "7", "", "10.0.0.1", "", "CURVE", key}, 7, 32, "400"},
        {{"2.0", "7", "pinganting", "10.0.0.1", "", "CURVE", key}, 7, 32, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "NULL", key}, 7, 32, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "NULL"}, 6, 4, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "PLAIN", large, "secret"}, 8, 6, "400"},
        {{"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", key, "more"}, 8, 4, "400"},
        {{"1.0", "7"}, 2, 1, "400"},
        {{""}, 1, 0, "400"},
    };
    int64_t before = zap_refused();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size_t sizes[8];
        for (int j = 0; j < all[i].n; j++)
            sizes[j] = j + 1 == all[i].n ? all[i].last : j == 6 ? CURVE_BYTES : strlen(all[i].part[j]);
        ask(req, all[i].part, sizes, all[i].n, all[i].status);
    }
    assert_int_equal(zap_refused() - before, sizeof all / sizeof all[0] - 1);
    zmq_close(req);
}

// Refusals are logged with fingerprint and address and without the key, at most 10 lines a second.
static void test_log(void **state)
{
    const char *const part[] = {"1.0", "7", "pinganting", "10.0.0.1", "", "CURVE", (const char *)stranger.public};
    const size_t sizes[] = {3, 1, 10, 8, 0, 5, CURVE_BYTES};
    char fingerprint[CURVE_FINGERPRINT], said[65536], name[] = "/tmp/test_zap.XXXXXX";
    curve_fingerprint(stranger.public, fingerprint);
    int standard = dup(STDERR_FILENO);
    int file = mkstemp(name);
    assert_true(standard >= 0 && file >= 0);
    unlink(name);
    void *req = zmq_socket(context_get(), ZMQ_REQ);
    assert_int_equal(zmq_connect(req, "inproc://zeromq.zap.01"), 0);
    log_set_level(LOG_INFO);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    int64_t from = clock_mono() / WF_SECOND;
    while (clock_mono() / WF_SECOND < from + 2) // one whole second lies in it
        ask(req, part, sizes, 7, "400");
    int64_t seconds = clock_mono() / WF_SECOND - from + 1;
    assert_true(dup2(standard, STDERR_FILENO) >= 0);
    log_set_level(LOG_ERROR);
    ssize_t n = pread(file, said, sizeof said - 1, 0);
    assert_true(n > 0);
    said[n] = '\0';
    int lines = 0;
    for (const char *p = said; (p = strstr(p, "connection refused: unknown key key=")) != NULL; lines++, p++) {
        assert_memory_equal(strchr(p, '=') + 1, fingerprint, CURVE_FINGERPRINT - 1);
        assert_non_null(strstr(p, "address=10.0.0.1\n"));
    }
    assert_in_range(lines, 10, 10 * seconds);
    assert_non_null(strstr(said, "connections refused and not shown: "));
    close(standard);
    close(file);
    zmq_close(req);
}

// The context may end first: the handler goes by itself, and zap_stop finds it gone.
static void test_term_first(void **state)
{
    assert_int_equal(zap_start(NULL), OK);
    zap_allow((const uint8_t(*)[CURVE_BYTES]) & known.public, 1);
    bus_term();
    zap_stop();
    assert_int_equal(set_up(state), 0);
    assert_in(&known);
    tear_down(state);
}

int main(void)
{
    make_keys("test_zap");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_started),
        WITH_HANDLER(test_known_and_unknown),
        WITH_HANDLER(test_many_keys),
        WITH_HANDLER(test_revoked),
        WITH_HANDLER(test_handler_gone),
        WITH_HANDLER(test_requests),
        WITH_HANDLER(test_log),
        cmocka_unit_test(test_term_first),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    bus_term();
    return rc;
}

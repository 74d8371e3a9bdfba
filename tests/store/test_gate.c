// SPDX-License-Identifier: Apache-2.0
// A daemon's door over TCP with real sockets: who comes in, for whom he may speak, how much, and until when.
#include "fixture.h"

#include "run/clock.h"
#include "run/zap.h"
#include "store/because.h"
#include "store/gate.h"
#include "store/policy_store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct statement *const lists[] = {because_statements, policy_store_statements, keys_statements, NULL};
static struct counter counters[] = {{0}};
static struct fixture f;
static char path[128], endpoint[64];
static struct curve_key server;
static pid_t daemon_pid; // 0: none runs

static int free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(bind(s, (struct sockaddr *)&a, n) == 0 && getsockname(s, (struct sockaddr *)&a, &n) == 0);
    close(s);
    return ntohs(a.sin_port);
}

static int setup(void **state)
{
    struct err err;
    char file[128];
    fixture_open(&f);
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", free_port());
    snprintf(file, sizeof file, "%s.key", f.run_dir);
    curve_new(&server);
    assert_int_equal(curve_write(file, &server, "server", &err), OK);
    snprintf(path, sizeof path, "%s.cfg", f.run_dir);
    FILE *cfg = fopen(path, "ae");
    assert_non_null(cfg);
    fprintf(cfg,
            "dispatcher\n    public = \"%s\"\nsecurity\n    server_key = \"%s\"\n    messages_per_s = 20\n"
            "    bytes_per_s = 1048576\n",
            endpoint, file);
    fclose(cfg);
    return 0;
}

static int teardown(void **state)
{
    if (daemon_pid > 0 && kill(daemon_pid, SIGKILL) == 0)
        waitpid(daemon_pid, NULL, 0);
    daemon_pid = 0;
    fixture_close(&f);
    return 0;
}

// ---- The daemon: says to each message what the gate said ----

struct door {
    struct stage stage;
    struct gate *gate;
    struct bus *bus;
};

static void on_message(void *arg)
{
    struct door *d = arg;
    struct msg msg;
    while (bus_recv(d->bus, &msg)) {
        // "B440300": speaks for this bureau; "P1": for this portal; "D", "T", "H": what the gate counts.
        char words[16] = "", answer[64];
        struct err err = {.code = "ok"};
        memcpy(words, msg.p, msg.n < sizeof words - 1 ? msg.n : sizeof words - 1);
        enum result result = OK;
        if (words[0] == 'B' || words[0] == 'P')
            result = gate_check(d->gate, &msg, words[0] == 'P' ? KEY_PORTAL : KEY_BUREAU, atoll(words + 1),
                                STR("hello"), &err);
        snprintf(answer, sizeof answer, "%s", result == OK ? "ok" : err.code);
        if (words[0] == 'D' || words[0] == 'T')
            snprintf(answer, sizeof answer, "%lld",
                     (long long)(words[0] == 'D' ? gate_denied(d->gate) : gate_throttled(d->gate)));
        if (words[0] == 'H')
            snprintf(answer, sizeof answer, "%d", gate_holds(d->gate, msg.key, KEY_BUREAU, atoll(words + 1)));
        (void)!bus_send(d->bus, &msg.peer, answer, strlen(answer));
        bus_done(&msg);
    }
}

static void start_daemon(void)
{
    bus_term(); // no socket of ours goes into the daemon
    daemon_pid = fork();
    if (daemon_pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char *argv[] = {(char *)(uintptr_t) "dispatcherd", (char *)(uintptr_t) "-c", path, NULL};
    struct door d = {.bus = NULL};
    struct run *run = run_start(3, argv, "dispatcherd", counters);
    stage_open(&d.stage, run, "pa_dispatcher", lists);
    d.gate = gate_open(&d.stage, "dispatcher/public", 1000, &d.bus);
    if (!d.gate || !d.bus)
        _exit(1);
    // Over ipc there is no key: the runtime directory's rights were its check.
    struct msg over_ipc = {.has_key = false};
    if (gate_check(d.gate, &over_ipc, KEY_BUREAU, 440400, STR("x"), NULL) != OK ||
        gate_check(NULL, &over_ipc, KEY_BUREAU, 440400, STR("x"), NULL) != OK)
        _exit(2);
    loop_socket(run->loop, d.bus, on_message, &d);
    loop_run(run->loop);
    gate_close(d.gate);
    bus_close(d.bus);
    zap_stop();
    stage_close(&d.stage);
    bus_term();
    _exit(0);
}

static void stop_daemon(void)
{
    int status;
    assert_int_equal(kill(daemon_pid, SIGTERM), 0);
    assert_int_equal(waitpid(daemon_pid, &status, 0), daemon_pid);
    daemon_pid = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// ---- Its peers ----

static void add_key(const struct curve_key *key, enum key_role role, int32_t holder)
{
    char hex[2 * CURVE_BYTES + 1];
    for (int i = 0; i < CURVE_BYTES; i++)
        snprintf(hex + (ptrdiff_t)2 * i, 3, "%02x", key->public[i]);
    fixture_exec(&f, "INSERT INTO peer_key VALUES (decode('%s', 'hex'), %d, %d, 'x', now(), 'y')", hex, (int)role,
                 holder);
}

static struct bus *peer(const struct curve_key *key)
{
    struct bus *bus;
    assert_int_equal(bus_dealer_connect_curve(endpoint, key, server.public, 1000, &bus, &(struct err){0}), OK);
    return bus;
}

// What the daemon answers; "" when there is none in this time.
static const char *ask(struct bus *bus, const char *words, int64_t ms)
{
    static char answer[64];
    struct msg msg;
    int64_t deadline = clock_mono() + ms * 1000;
    answer[0] = '\0';
    while (!bus_send(bus, NULL, words, strlen(words))) {
        if (clock_mono() > deadline)
            return answer;
        poll(NULL, 0, 10);
    }
    while (!bus_recv(bus, &msg)) {
        if (clock_mono() > deadline)
            return answer;
        bus_wait(bus, 50);
    }
    snprintf(answer, sizeof answer, "%.*s", (int)msg.n, (const char *)msg.p);
    bus_done(&msg);
    return answer;
}

static void expect(struct bus *bus, const char *words, const char *answer)
{
    const char *got = ask(bus, words, 10000);
    if (strcmp(got, answer) != 0)
        fail_msg("%s gives '%s' instead of '%s'", words, got, answer);
}

static void each_for_itself(void **state)
{
    struct curve_key bureau, portal;
    curve_new(&bureau);
    curve_new(&portal);
    add_key(&bureau, KEY_BUREAU, 440300);
    add_key(&portal, KEY_PORTAL, CHANNEL_WEB);
    start_daemon();
    struct bus *b = peer(&bureau), *p = peer(&portal);
    expect(b, "B440300", "ok");
    expect(p, "P1", "ok");
    static const char *const not_its[] = {"B440400", "B440000", "B440304", "P1", "P440300", "B99999999999", "B-1"};
    for (size_t i = 0; i < sizeof not_its / sizeof *not_its; i++)
        expect(b, not_its[i], "not_yours");
    expect(p, "P2", "not_yours");
    expect(p, "B1", "not_yours");
    expect(p, "D", "9");
    expect(b, "H440300", "1");
    expect(b, "H440400", "0");
    expect(p, "H440300", "0");
    expect(p, "H1", "0"); // as a bureau: it is a portal
    bus_close(b);
    bus_close(p);
    stop_daemon();
    // Written down, each kind once, and whom there is not under no name: at the latest when the daemon ended.
    assert_int_equal(fixture_int(&f, "SELECT sum(times) FROM denied_peer WHERE what = 'hello'"), 9);
    assert_int_equal(fixture_int(&f, "SELECT sum(times) FROM denied_peer WHERE named = 0"), 2);
    assert_int_equal(fixture_int(&f, "SELECT count(DISTINCT (key, named)) FROM denied_peer"), 8);
}

// A key that is added comes in, one that is revoked is out, both within two seconds, while the door is open.
static void keys_come_and_go(void **state)
{
    struct curve_key known, bureau;
    curve_new(&known);
    curve_new(&bureau);
    add_key(&known, KEY_BUREAU, 440400);
    start_daemon();
    struct bus *k = peer(&known), *b = peer(&bureau);
    expect(k, "B440400", "ok");
    assert_string_equal(ask(b, "B440300", 300), "");
    add_key(&bureau, KEY_BUREAU, 440300);
    int64_t start = clock_mono();
    do { // libzmq does not dial again where it was refused
        assert_true(clock_mono() - start < 5 * WF_SECOND);
        bus_close(b);
        b = peer(&bureau);
    } while (strcmp(ask(b, "B440300", 300), "ok") != 0);
    fixture_exec(&f, "UPDATE peer_key SET revoked_at = now(), revoked_by = 'x', reason = 'y' WHERE holder = 440300");
    start = clock_mono();
    while (strcmp(ask(b, "B440300", 5000), "ok") == 0) {
        assert_true(clock_mono() - start < 2 * WF_SECOND);
        poll(NULL, 0, 60); // below the limit of messages a second
    }
    expect(b, "B440300", "key_revoked");
    expect(b, "H440300", "0");
    bus_close(b);
    b = peer(&bureau); // nor does it get in again
    assert_string_equal(ask(b, "B440300", 300), "");
    expect(k, "B440400", "ok");
    bus_close(b);
    bus_close(k);
    stop_daemon();
}

// 20 messages a second here. The other key's are not touched.
static void throttling(void **state)
{
    struct curve_key bureau, portal;
    int taken = 0;
    char throttled[16];
    curve_new(&bureau);
    curve_new(&portal);
    add_key(&bureau, KEY_BUREAU, 440300);
    add_key(&portal, KEY_PORTAL, CHANNEL_WEB);
    start_daemon();
    struct bus *b = peer(&bureau), *p = peer(&portal);
    expect(p, "P1", "ok");
    expect(b, "H440300", "1");
    int64_t start = clock_mono();
    for (int i = 0; i < 100; i++) {
        bool ok = strcmp(ask(b, "B440300", 5000), "ok") == 0;
        taken += ok;
    }
    assert_true(taken >= 20 && taken <= 20 + (clock_mono() - start) * 20 / WF_SECOND + 1);
    snprintf(throttled, sizeof throttled, "%d", 100 - taken);
    expect(p, "T", throttled);
    expect(p, "P1", "ok");
    start = clock_mono();
    while (strcmp(ask(b, "B440300", 5000), "ok") != 0) { // there is room again before a second is over
        assert_true(clock_mono() - start < WF_SECOND);
        poll(NULL, 0, 10);
    }
    bus_close(b);
    bus_close(p);
    stop_daemon();
}

static bool away(void)
{
    return fixture_int(&f, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'pa_dispatcher'") == 0;
}

// While the database is away the last keys stay.
static void the_database_goes_away(void **state)
{
    struct curve_key bureau;
    curve_new(&bureau);
    add_key(&bureau, KEY_BUREAU, 440300);
    start_daemon();
    struct bus *b = peer(&bureau);
    expect(b, "B440300", "ok");
    fixture_exec(&f, "ALTER ROLE pa_dispatcher NOLOGIN");
    fixture_exec(&f, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'pa_dispatcher'");
    assert_true(away());
    int64_t start = clock_mono();
    while (clock_mono() - start < 1500 * WF_SECOND / 1000) { // it looks for the keys once meanwhile
        expect(b, "B440300", "ok");
        poll(NULL, 0, 100);
    }
    expect(b, "B440400", "not_yours");
    fixture_exec(&f, "ALTER ROLE pa_dispatcher LOGIN");
    bus_close(b);
    start = clock_mono();
    while (fixture_int(&f, "SELECT count(*) FROM denied_peer WHERE named = 440400") == 0) { // not forgotten
        assert_true(clock_mono() - start < 10 * WF_SECOND);
        poll(NULL, 0, 50);
    }
    stop_daemon();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_for_itself),
        TEST(keys_come_and_go),
        TEST(throttling),
        TEST(the_database_goes_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "run/clock.h"
#include "run/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static struct loop *loop;
static int calls, stop_at;

static int set_up(void **state)
{
    loop = loop_new();
    calls = 0;
    stop_at = 1;
    return 0;
}

static int tear_down(void **state)
{
    loop_free(loop);
    return 0;
}

static void stop(void *arg)
{
    loop_stop(loop);
}

static void call(void *arg)
{
    if (++calls == stop_at)
        loop_stop(loop);
}

static void too_late(void *arg)
{
    fail_msg("the loop did not do it in time");
}

static void test_every(void **state)
{
    stop_at = 5;
    loop_every(loop, 10, call, NULL);
    loop_every(loop, 5000, too_late, NULL);
    int64_t from = clock_mono();
    assert_false(loop_stopping(loop));
    loop_run(loop);
    assert_true(loop_stopping(loop));
    assert_int_equal(calls, 5);
    assert_true(clock_mono() - from >= 50 * 1000);
}

static void stall(void *arg)
{
    int64_t until = clock_mono() + 300 * 1000;
    while (clock_mono() < until) {
    }
}

// A stall of 30 periods is followed by one call that is late and then by calls a period apart, not by 30 calls at once.
static void test_no_catching_up(void **state)
{
    stop_at = 4;
    loop_soon(loop, loop_every(loop, 60000, stall, NULL));
    loop_every(loop, 10, call, NULL);
    int64_t from = clock_mono();
    loop_run(loop);
    assert_true(clock_mono() - from >= (300 + 3 * 10) * 1000);
}

static int again;
static void ask_again(void *arg)
{
    if (++calls < 3)
        loop_soon(loop, again);
    else
        loop_stop(loop);
}

static void test_soon(void **state)
{
    again = loop_every(loop, 60000, ask_again, NULL);
    loop_every(loop, 5000, too_late, NULL);
    loop_soon(loop, again);
    loop_run(loop);
    assert_int_equal(calls, 3);
}

static void *stop_thread(void *arg)
{
    loop_stop(loop);
    return NULL;
}

static void test_stop_from_thread(void **state)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_thread, NULL), 0);
    loop_run(loop); // no timer, no socket: only the stop wakes it
    pthread_join(thread, NULL);
}

static void raise_term(void *arg)
{
    calls++;
    kill(getpid(), *(const int *)arg);
}

static void test_signals(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};
    for (int i = 0; i < 2; i++) {
        int number = signals[i];
        calls = 0;
        loop_soon(loop, loop_every(loop, 60000, raise_term, &number));
        loop_every(loop, 5000, too_late, NULL);
        loop_run(loop);
        assert_int_equal(calls, 1);
        tear_down(NULL);
        set_up(NULL);
    }
}

// One that comes before the loop runs is seen by who asks, and ends the loop at once.
static void test_signalled_before(void **state)
{
    assert_false(loop_signalled());
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_true(loop_signalled());
    loop_every(loop, 5000, too_late, NULL);
    loop_run(loop);
    assert_false(loop_signalled());
}

static volatile sig_atomic_t alarms;
static void on_alarm(int number)
{
    alarms++;
}

// A handled signal interrupts zmq_poll (EINTR) again and again; the loop goes on and its timers keep their time.
static void test_interrupted(void **state)
{
    struct sigaction action = {.sa_handler = on_alarm}; // without SA_RESTART
    struct itimerval often = {{0, 2000}, {0, 2000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    alarms = 0;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    loop_every(loop, 200, call, NULL);
    int64_t from = clock_mono();
    loop_run(loop);
    setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(calls, 1);
    assert_true(alarms >= 5);
    assert_true(clock_mono() - from >= 200 * 1000);
}

static struct bus *pull, *push;

static void take_one(void *arg)
{
    struct msg msg;
    if (!bus_recv(pull, &msg))
        return;
    assert_int_equal(msg.n, 1);
    bus_done(&msg);
    call(NULL);
}

static char dir[32];

// A PULL with n messages to read.
static void open_sockets(int n)
{
    char endpoint[64];
    strcpy(dir, "/tmp/test_loop.XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(endpoint, sizeof endpoint, "ipc://%s/s", dir);
    assert_int_equal(bus_pull_bind(endpoint, 100, &pull, NULL), OK);
    assert_int_equal(bus_push_connect(endpoint, 100, &push, NULL), OK);
    int64_t until = clock_mono() + 5 * WF_SECOND;
    for (int i = 0; i < n; i++) {
        while (!bus_send(push, NULL, "x", 1)) // until the connection is there
            assert_true(clock_mono() < until);
    }
}

static void close_sockets(void)
{
    char file[80];
    bus_close(push);
    bus_close(pull);
    bus_term();
    snprintf(file, sizeof file, "%s/s.lock", dir);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
}

// What a handler leaves behind is offered again, without another message coming in; a stop holds after the current
// handler.
static void test_sockets(void **state)
{
    open_sockets(10);
    stop_at = 4;
    loop_socket(loop, pull, take_one, NULL);
    loop_every(loop, 5000, too_late, NULL);
    loop_run(loop);
    assert_int_equal(calls, 4);
    tear_down(NULL);
    set_up(NULL);
    stop_at = 6;
    loop_socket(loop, pull, take_one, NULL);
    loop_every(loop, 5000, too_late, NULL);
    loop_run(loop);
    assert_int_equal(calls, 6);
    close_sockets();
}

// Two handlers for what is ready, and two timers due at once: a stop in the first keeps the second from being called.
static void test_stop_at_once(void **state)
{
    open_sockets(1);
    loop_socket(loop, pull, stop, NULL);
    loop_socket(loop, pull, call, NULL);
    loop_run(loop);
    assert_int_equal(calls, 0);
    close_sockets();
    tear_down(NULL);
    set_up(NULL);
    loop_soon(loop, loop_every(loop, 60000, stop, NULL));
    loop_soon(loop, loop_every(loop, 60000, call, NULL));
    loop_run(loop);
    assert_int_equal(calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_catching_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_soon, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_from_thread, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signalled_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sockets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

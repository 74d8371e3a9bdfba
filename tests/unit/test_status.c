// SPDX-License-Identifier: Apache-2.0
#include "run/status.h"

#include "run/clock.h"

#include <jansson.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static char dir[] = "/tmp/test_status.XXXXXX";
static char path[64];
static struct counter counters[] = {
    {"letters_accepted_total", "Letters that were committed.", COUNTER, 0},
    {"queue_lag_seconds", "Age of the oldest letter in the queue.", GAUGE, 0},
    {NULL, NULL, COUNTER, 0},
};
static struct run run = {.program = "testd", .counters = counters};
static struct status *status;

// The test's own thread is the daemon's working thread: it never runs the loop, as if the database did not answer.
static int set_up(void **state)
{
    char name[64];
    snprintf(name, sizeof name, "%s/p.cfg", dir);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fprintf(file, "run\n    dir = \"%s\"\n", dir);
    fclose(file);
    assert_int_equal(config_load(name, &run.config, NULL), OK);
    unlink(name);
    run.loop = loop_new();
    run.draining = false;
    assert_int_equal(status_start(&run, &status, NULL), OK);
    return 0;
}

static int tear_down(void **state)
{
    status_stop(status);
    loop_free(run.loop);
    config_free(run.config);
    assert_int_equal(access(path, F_OK), -1);
    return 0;
}

static int connect_status(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

// Everything until the daemon closes; fails when that takes longer than ms.
static void read_all(int fd, int64_t ms, char *out, size_t cap)
{
    int64_t until = clock_mono() + ms * 1000;
    size_t n = 0;
    ssize_t got = 1;
    while (got > 0) {
        struct pollfd item = {.fd = fd, .events = POLLIN};
        int64_t left = (until - clock_mono()) / 1000;
        assert_true(left > 0 && poll(&item, 1, (int)left) == 1);
        got = recv(fd, out + n, cap - 1 - n, 0);
        n += got > 0 ? (size_t)got : 0;
    }
    out[n] = '\0';
    close(fd);
}

static char answer[40000];

static const char *ask_bytes(const void *p, size_t n)
{
    int fd = connect_status();
    assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
    read_all(fd, 1000, answer, sizeof answer);
    return answer;
}

static const char *ask(const char *line)
{
    return ask_bytes(line, strlen(line));
}

static void test_status_json(void **state)
{
    count(&counters[0], 41);
    count(&counters[0], 1);
    gauge(&counters[1], -3);
    json_t *j = json_loads(ask("status\n"), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(j);
    assert_string_equal(json_string_value(json_object_get(j, "program")), "testd");
    assert_string_equal(json_string_value(json_object_get(j, "version")), WF_VERSION);
    assert_int_equal(json_integer_value(json_object_get(j, "pid")), getpid());
    assert_true(json_is_false(json_object_get(j, "ready")));
    assert_true(json_is_false(json_object_get(j, "draining")));
    assert_string_equal(json_string_value(json_object_get(j, "state")), "starting");
    assert_int_equal(json_integer_value(json_object_get(j, "uptime_s")), 0);
    wf_time since = 0;
    assert_true(time_parse(str_of(json_string_value(json_object_get(j, "since"))), &since));
    assert_true(clock_now() - since < 10 * WF_SECOND);
    json_t *c = json_object_get(j, "counters");
    assert_int_equal(json_integer_value(json_object_get(c, "letters_accepted_total")), 42);
    assert_int_equal(json_integer_value(json_object_get(c, "queue_lag_seconds")), -3);
    json_decref(j);

    char words[400];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    memcpy(words, "数据库 \"away\"\n\\", strlen("数据库 \"away\"\n\\"));
    status_words(status, true, words);
    j = json_loads(ask("status\n"), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(j);
    words[200] = '\0';
    assert_string_equal(json_string_value(json_object_get(j, "state")), words);
    assert_true(json_is_true(json_object_get(j, "ready")));
    json_decref(j);
    gauge(&counters[0], 0);
    gauge(&counters[1], 0);
}

static void test_metrics(void **state)
{
    count(&counters[0], 7);
    status_words(status, true, "ok");
    const char *text = ask("metrics\n");
    assert_non_null(strstr(text, "# HELP pinganting_letters_accepted_total Letters that were committed.\n"
                                 "# TYPE pinganting_letters_accepted_total counter\n"
                                 "pinganting_letters_accepted_total{daemon=\"testd\"} 7\n"));
    assert_non_null(strstr(text, "# TYPE pinganting_queue_lag_seconds gauge\n"
                                 "pinganting_queue_lag_seconds{daemon=\"testd\"} 0\n"));
    assert_non_null(strstr(text, "\npinganting_ready{daemon=\"testd\"} 1\n"));
    const char *memory = strstr(text, "\nprocess_resident_memory_bytes{daemon=\"testd\"} ");
    assert_non_null(memory);
    assert_true(atoll(strrchr(memory, ' ')) > 100000);
    gauge(&counters[0], 0);
}

// What the sockets count themselves is published with the daemon's own.
static void test_dropped_frames(void **state)
{
    char endpoint[80], lock[80];
    struct bus *pull;
    struct msg msg;
    snprintf(endpoint, sizeof endpoint, "ipc://%s/pull", dir);
    assert_int_equal(bus_pull_bind(endpoint, 10, &pull, NULL), OK);
    void *context = zmq_ctx_new(), *raw = zmq_socket(context, ZMQ_PUSH);
    assert_int_equal(zmq_connect(raw, endpoint), 0);
    assert_int_equal(zmq_send(raw, "a", 1, ZMQ_SNDMORE), 1);
    assert_int_equal(zmq_send(raw, "b", 1, 0), 1);
    int64_t until = clock_mono() + 5 * WF_SECOND;
    while (bus_dropped() == 0) {
        assert_true(clock_mono() < until);
        assert_false(bus_recv(pull, &msg));
    }
    assert_non_null(strstr(ask("metrics\n"), "\npinganting_frames_dropped_total{daemon=\"testd\"} 1\n"));
    assert_non_null(strstr(ask("status\n"), "\"frames_dropped_total\":1}}"));
    zmq_close(raw);
    zmq_ctx_term(context);
    bus_close(pull);
    bus_term();
    snprintf(lock, sizeof lock, "%s/pull.lock", dir);
    unlink(lock);
}

static void test_config_log_help(void **state)
{
    assert_non_null(strstr(ask("config\n"), "intake/batch = 500\n"));
    assert_non_null(strstr(ask("config\n"), dir));
    assert_string_equal(ask("log error\n"), "log level error\n");
    assert_string_equal(ask("log loud\n"), "error: log needs a level: error, warn, info or debug; try help\n");
    assert_string_equal(ask("log\n"), "error: log needs a level: error, warn, info or debug; try help\n");
    static const char *const commands[] = {"status", "metrics", "config", "log LEVEL", "drain", "help"};
    ask("help\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        assert_non_null(strstr(answer, commands[i]));
}

static void test_log_level(void **state)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char line[2048];
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_open("testd", LOG_WARN);
    log_line(LOG_INFO, "hidden");
    ask("log debug\n");
    log_line(LOG_DEBUG, "shown n=%d\nnot a second line", 5);
    struct err err;
    enum result rejected = err_set(&err, REJECT, "too_long", "title", "at most 200 characters");
    log_err(LOG_ERROR, "letter", &err);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t n = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    assert_int_equal(rejected, REJECT);
    assert_true(n > 33);
    line[n] = '\0';
    const char *second = strchr(line, '\n') + 1;
    assert_memory_equal(line + 32, " debug testd shown n=5?not a second line\n", 41);
    assert_string_equal(second + 32, " error testd letter: title: at most 200 characters (too_long)\n");
}

static void test_garbage(void **state)
{
    static const char unknown[] = "error: unknown command; try help\n";
    char line[4096];
    assert_string_equal(ask("\n"), unknown);
    assert_string_equal(ask("statu\n"), unknown);
    assert_string_equal(ask("status now\n"), unknown);
    assert_string_equal(ask_bytes("\0\xff\x01{}\n", 6), unknown);
    assert_string_equal(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), unknown);
    memset(line, 'x', sizeof line);
    assert_string_equal(ask_bytes(line, sizeof line), "error: a line has at most 1024 bytes; try help\n");
    line[1025] = '\n';
    assert_string_equal(ask_bytes(line, 1026), "error: a line has at most 1024 bytes; try help\n");
    line[1024] = '\n';
    assert_string_equal(ask_bytes(line, 1025), unknown);
    assert_non_null(strstr(ask(" help \r\n"), "drain"));
}

// A client that closes its side in place of a line's end is answered; one that goes away does no harm.
static void test_half_closed(void **state)
{
    int fd = connect_status();
    assert_int_equal(send(fd, "help", 4, 0), 4);
    shutdown(fd, SHUT_WR);
    read_all(fd, 1000, answer, sizeof answer);
    assert_non_null(strstr(answer, "drain"));
    for (int i = 0; i < 50; i++) {
        fd = connect_status();
        assert_int_equal(send(fd, "config\n", i % 8, MSG_NOSIGNAL), i % 8);
        close(fd);
    }
    assert_non_null(strstr(ask("help\n"), "drain"));
}

// Silent and half-spoken clients are dropped after two seconds, and however many they are, another one is answered at
// once.
static void test_silent_clients(void **state)
{
    int silent[40];
    int64_t from = clock_mono();
    for (int i = 0; i < 40; i++) {
        silent[i] = connect_status();
        assert_int_equal(send(silent[i], "sta", 3, MSG_NOSIGNAL), 3);
    }
    assert_non_null(strstr(ask("help\n"), "drain"));
    for (int i = 0; i < 40 - 16; i++) // those that came first made room
        read_all(silent[i], 1000, answer, sizeof answer);
    assert_true(clock_mono() - from < WF_SECOND);
    for (int i = 40 - 16; i < 40; i++)
        read_all(silent[i], 4000, answer, sizeof answer);
    assert_true(clock_mono() - from > 1500 * 1000);
    assert_string_equal(answer, "");
    assert_non_null(strstr(ask("help\n"), "drain"));
}

static void test_drain(void **state)
{
    assert_false(run.draining);
    assert_string_equal(ask("drain\n"), "draining\n");
    assert_true(run.draining);
    loop_run(run.loop); // ends at once
    json_t *j = json_loads(ask("status\n"), 0, NULL);
    assert_true(json_is_true(json_object_get(j, "draining")));
    json_decref(j);
}

static void test_private_and_alone(void **state)
{
    struct stat st;
    struct status *second = NULL;
    struct err err;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(status_start(&run, &second, &err), REJECT);
    assert_string_equal(err.code, "in_use");
    assert_null(second);
    assert_non_null(strstr(ask("help\n"), "drain"));
}

int main(void)
{
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/testd.status", dir);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_status_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_metrics, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dropped_frames, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_config_log_help, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log_level, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_garbage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_half_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_silent_clients, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_drain, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_private_and_alone, set_up, tear_down),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    char lock[80];
    snprintf(lock, sizeof lock, "%s.lock", path);
    unlink(lock);
    rmdir(dir);
    return rc;
}

// SPDX-License-Identifier: Apache-2.0
#include "client_peer.h"

#include "client/lines.h"
#include "client/stream.h"
#include "wire/refusal.h"

#include <pthread.h>

struct report {
    struct json_line line;
};

static enum result request(void *arg, struct str line, int64_t number, uint64_t trace, struct stream_request *r,
                           struct err *err)
{
    struct report *report = arg;
    struct msg_feedback m;
    (void)number;
    enum result result = json_feedback(line, 440300, &report->line, &m, err);
    r->name = report->line.ref;
    if (result != OK)
        return result;
    r->ref = m.event_id;
    r->key = m.number;
    wire_put_feedback(&r->frame, trace, &m);
    return OK;
}

static void request_done(void *arg)
{
    struct report *report = arg;
    json_line_done(&report->line);
}

static enum result answer(const struct frame *frame, struct buf *to, struct err *err)
{
    struct msg_feedback_result m;
    if (frame->id != MSG_FEEDBACK_RESULT)
        return refusal_read(frame, err);
    enum result r = wire_get_feedback_result(frame, &m, err);
    if (r == OK)
        json_put_feedback_result(to, &m);
    return r;
}

// A stream on its own thread; the test is the daemon. Input and output are pipes, so that one can see what came when.
struct fixture {
    struct stream stream;
    struct report report;
    int in, out; // the test's ends
    pthread_t thread;
    enum result result;
    struct err err;
};

static void *run(void *arg)
{
    struct fixture *f = arg;
    f->result = stream_run(&f->stream, &f->err);
    fclose(f->stream.out);
    close(f->stream.in);
    return NULL;
}

static void begin(struct fixture *f, size_t window, int64_t timeout_s)
{
    static const struct stream_kind kind = {"event_id", request, request_done, answer};
    int in[2], outs[2];
    assert_true(pipe(in) == 0 && pipe(outs) == 0);
    *f = (struct fixture){.in = in[1], .out = outs[0]};
    f->stream = (struct stream){.to = {.endpoint = peer_endpoint},
                                .window = window,
                                .resend_ms = 10 * DEADLINE_MS,
                                .timeout_s = timeout_s,
                                .in = in[0],
                                .out = fdopen(outs[1], "w"),
                                .kind = &kind,
                                .arg = &f->report};
    assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

static void say(const struct fixture *f, const char *lines)
{
    assert_int_equal(write(f->in, lines, strlen(lines)), strlen(lines));
}

static void say_event(const struct fixture *f, const char *id, const char *number)
{
    char line[200];
    snprintf(line, sizeof(line), "{\"event_id\":\"%s\",\"number\":\"%s\",\"event\":\"signed\"}\n", id, number);
    say(f, line);
}

static void expect_event(const char *id)
{
    struct frame frame;
    struct msg_feedback m;
    struct err err;
    assert_true(peer_get(DEADLINE_MS, &frame));
    assert_int_equal(wire_get_feedback(&frame, &m, &err), OK);
    if (!str_is(m.event_id, id))
        fail_msg("%.*s came, not %s", (int)m.event_id.n, m.event_id.p, id);
}

static void put_result(const char *id)
{
    struct msg_feedback_result m = {.event_id = str_of(id), .number = STR("n"), .state = STR("HANDLING")};
    wire_put_feedback_result(&out, 0, &m);
    peer_put();
}

static void put_refusal(const char *id)
{
    struct msg_refusal m = {.ref = str_of(id), .code = STR("not_allowed"), .message = STR("no"), .field = STR("event")};
    wire_put_refusal(&out, 0, &m);
    peer_put();
}

static void expect_line(const struct fixture *f, const char *wanted)
{
    char line[400];
    size_t n = 0;
    while (n + 1 < sizeof(line) && read(f->out, line + n, 1) == 1 && line[n] != '\n')
        n++;
    line[n] = 0;
    assert_string_equal(line, wanted);
}

static enum result end(struct fixture *f)
{
    close(f->in);
    assert_int_equal(pthread_join(f->thread, NULL), 0);
    close(f->out);
    return f->result;
}

#define RESULT(id) "{\"event_id\":\"" id "\",\"ok\":true,\"number\":\"n\",\"state\":\"HANDLING\",\"duplicate\":false}"

static void test_answers_in_the_lines_order(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 8, 0);
    say_event(&f, "a", "1");
    say_event(&f, "b", "2");
    say(&f, "{}\n");
    say(&f, "nonsense\n");
    say_event(&f, "c", "3");
    expect_event("a");
    expect_event("b");
    expect_event("c");
    put_result("c");
    put_refusal("b");
    put_result("a");
    expect_line(&f, RESULT("a"));
    expect_line(
        &f,
        "{\"event_id\":\"b\",\"line\":2,\"error\":{\"code\":\"not_allowed\",\"message\":\"no\",\"field\":\"event\"}}");
    expect_line(&f,
                "{\"event_id\":null,\"line\":3,\"error\":{\"code\":\"missing\",\"message\":\"this member is needed\","
                "\"field\":\"event_id\"}}");
    expect_line(
        &f, "{\"event_id\":null,\"line\":4,\"error\":{\"code\":\"bad_json\",\"message\":\"line 4: not JSON: invalid "
            "token (at byte 8)\",\"field\":null}}");
    expect_line(&f, RESULT("c"));
    assert_int_equal(end(&f), OK);
    assert_int_equal(f.stream.lines, 5);
    assert_int_equal(f.stream.refused, 3);
    assert_int_equal(f.stream.unanswered, 0);
}

// Two events of one case: the second goes out when the first has its answer; other cases do not wait.
static void test_same_case_one_by_one(void **state)
{
    struct fixture f;
    struct frame frame;
    (void)state;
    begin(&f, 8, 0);
    say_event(&f, "a", "1");
    say_event(&f, "b", "1");
    say_event(&f, "c", "1");
    say_event(&f, "d", "2");
    expect_event("a");
    expect_event("d");
    assert_false(peer_get(30, &frame));
    put_refusal("a"); // to the same peer; msg.peer is kept over an empty get
    expect_event("b");
    put_result("b");
    expect_event("c");
    put_result("c");
    put_result("d");
    assert_int_equal(end(&f), OK);
    assert_int_equal(f.stream.refused, 1);
}

static void test_window_of_one(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 1, 0);
    say_event(&f, "a", "1");
    say_event(&f, "b", "2");
    expect_event("a");
    put_result("a");
    expect_line(&f, RESULT("a"));
    expect_event("b");
    put_result("b");
    expect_line(&f, RESULT("b"));
    assert_int_equal(end(&f), OK);
}

static void test_timeout_counts_the_unanswered(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 8, 1);
    say_event(&f, "a", "1");
    say_event(&f, "b", "1");
    expect_event("a");
    assert_int_equal(end(&f), RETRY);
    assert_int_equal(f.stream.unanswered, 2);
}

static void test_too_long_line_has_its_refusal(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, 8, 0);
    struct buf text = {0};
    while (text.n <= LINES_MAX)
        buf_put(&text, "{\"a\":", 5);
    buf_put(&text, "\n", 1);
    for (size_t at = 0; at < text.n;) {
        ssize_t n = write(f.in, text.p + at, text.n - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
    buf_free(&text);
    expect_line(
        &f, "{\"event_id\":null,\"line\":1,\"error\":{\"code\":\"too_long\",\"message\":\"a line has at most 262144 "
            "bytes\",\"field\":null}}");
    assert_int_equal(end(&f), OK);
    assert_int_equal(f.stream.refused, 1);
}

static int up(void **state)
{
    (void)state;
    peer_up();
    return 0;
}

static int down(void **state)
{
    (void)state;
    peer_down();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers_in_the_lines_order, up, down),
        cmocka_unit_test_setup_teardown(test_same_case_one_by_one, up, down),
        cmocka_unit_test_setup_teardown(test_window_of_one, up, down),
        cmocka_unit_test_setup_teardown(test_timeout_counts_the_unanswered, up, down),
        cmocka_unit_test_setup_teardown(test_too_long_line_has_its_refusal, up, down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return peer_end() || failed;
}

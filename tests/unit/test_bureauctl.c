// SPDX-License-Identifier: Apache-2.0
// bureauctl as a process, this test being the dispatcher and the feedback daemon.
#include "client_peer.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

static struct buf out;
static char program[400], config[200];
static bool keys_take_no_config;

// Starts bureauctl with these words behind it; *to and *from are our ends of its standard input and output.
static pid_t start(const char *words, int *to, int *from)
{
    char copy[400], *argv[32] = {program}, option[] = "-c";
    int in[2], outs[2], argc = 1;
    pid_t pid;
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *save, *word = strtok_r(copy, "|", &save); word; word = strtok_r(NULL, "|", &save))
        argv[argc++] = word;
    if (!keys_take_no_config) {
        argv[argc++] = option;
        argv[argc++] = config;
    }
    argv[argc] = NULL;
    assert_true(pipe2(in, O_CLOEXEC) == 0 && pipe2(outs, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, outs[1], STDOUT_FILENO);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(outs[1]);
    *to = in[1];
    *from = outs[0];
    return pid;
}

static int finish(pid_t pid, int to, int from)
{
    int status = 0;
    if (to >= 0)
        close(to);
    if (from >= 0)
        close(from);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect(uint16_t id, struct frame *frame)
{
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do
        assert_true(clock_mono() < deadline);
    while (!peer_get(100, frame) || frame->id != id);
}

static void deliver(int64_t n)
{
    struct frame frame;
    expect(MSG_HELLO, &frame);
    put_welcome(0, n);
    for (int64_t seq = 1; seq <= n; seq++)
        put_delivery(seq);
}

// The last sequence that is acknowledged before the subscriber says goodbye; 0: none. What it rejects is answered.
static int64_t rejected; // the last one
static bool rejected_for_later;

static int64_t acknowledged_at_the_end(void)
{
    struct frame frame;
    struct msg_ack ack;
    struct msg_reject reject;
    struct err err;
    int64_t seq = 0, deadline = clock_mono() + DEADLINE_MS * 1000;
    rejected = 0;
    while (clock_mono() < deadline && peer_get(500, &frame) && frame.id != MSG_GOODBYE) {
        if (frame.id == MSG_ACK && wire_get_ack(&frame, &ack, &err) == OK)
            seq = ack.seq;
        if (frame.id == MSG_REJECT && wire_get_reject(&frame, &reject, &err) == OK) {
            seq = reject.seq - 1;
            rejected = reject.seq;
            rejected_for_later = reject.retry;
            put_blocked(reject.seq, !reject.retry);
            if (reject.retry)
                put_delivery(reject.seq);
        }
    }
    put_goodbye();
    return seq;
}

static size_t read_all(int fd, char *text, size_t cap)
{
    size_t n = 0;
    for (ssize_t got; n + 1 < cap && (got = read(fd, text + n, cap - 1 - n)) > 0;)
        n += (size_t)got;
    text[n] = 0;
    return n;
}

static void test_subscribe_once(void **state)
{
    int to, from;
    char text[4000];
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--once", &to, &from);
    deliver(2);
    assert_int_equal(acknowledged_at_the_end(), 2);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_non_null(strstr(text, "{\"seq\":1,\"number\":\"440300-20261123-000042-7\""));
    assert_non_null(strstr(text, "\n{\"seq\":2,"));
}

static void test_subscribe_from(void **state)
{
    int to, from;
    struct frame frame;
    struct msg_hello hello;
    struct err err;
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--from|5|--credit|7|--once", &to, &from);
    expect(MSG_HELLO, &frame);
    assert_int_equal(wire_get_hello(&frame, &hello, &err), OK);
    assert_true(hello.has_last_seq && hello.last_seq == 4 && hello.credit == 7);
    put_welcome(4, 4);
    assert_int_equal(finish(pid, to, from), 0);
}

// Nobody reads the lines: the delivery stays unacknowledged.
static void test_subscribe_reader_gone(void **state)
{
    int to, from;
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--once", &to, &from);
    close(from);
    deliver(1);
    assert_int_equal(acknowledged_at_the_end(), 0);
    assert_int_equal(finish(pid, to, -1), 1);
}

static void test_subscribe_exec(void **state)
{
    int to, from;
    char text[4000];
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--once|--exec|cat; echo done", &to, &from);
    deliver(2);
    assert_int_equal(acknowledged_at_the_end(), 2);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_true(strncmp(text, "{\"seq\":1,", 9) == 0);
    assert_non_null(strstr(text, "}\ndone\n{\"seq\":2,"));
}

// A command that fails on the second delivery: the first is acknowledged, the second blocks, the third is not asked.
static void test_subscribe_exec_fails(void **state)
{
    int to, from;
    char text[4000];
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--once|--exec|grep -v '\"seq\":2'", &to, &from);
    deliver(3);
    assert_int_equal(acknowledged_at_the_end(), 1);
    assert_int_equal(rejected, 2);
    assert_false(rejected_for_later);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 1);
    assert_non_null(strstr(text, "\"seq\":1"));
    assert_null(strstr(text, "\"seq\":3"));
}

// 75 wants the same delivery again, and then it is taken; a program that is not there is nobody's fault but ours.
static void test_subscribe_exec_later(void **state)
{
    int to, from;
    char text[4000], words[300];
    (void)state;
    snprintf(words, sizeof(words), "subscribe|--bureau|440300|--once|--exec|mkdir %s/once 2>/dev/null && exit 75; cat",
             peer_dir);
    pid_t pid = start(words, &to, &from);
    deliver(1);
    assert_int_equal(acknowledged_at_the_end(), 1);
    assert_int_equal(rejected, 1);
    assert_true(rejected_for_later);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_non_null(strstr(text, "\"seq\":1"));
    pid = start("subscribe|--bureau|440300|--once|--exec|/no/such/program", &to, &from);
    deliver(1);
    assert_int_equal(acknowledged_at_the_end(), 0);
    assert_int_equal(rejected, 0);
    assert_int_equal(finish(pid, to, from), 1);
}

// A second subscriber says on standard error that it waits, and goes on when its turn comes.
static void test_subscribe_stands_by(void **state)
{
    int to, from;
    char text[4000];
    struct frame frame;
    struct msg_hello hello;
    struct err err;
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300|--once|--consumer|second|--take-over", &to, &from);
    expect(MSG_HELLO, &frame);
    assert_int_equal(wire_get_hello(&frame, &hello, &err), OK);
    assert_true(str_is(hello.consumer, "second") && hello.take_over);
    put_turn(0, 1, 0);
    put_turn(0, 1, EPOCH + 1);
    put_delivery(1);
    assert_int_equal(acknowledged_at_the_end(), 1);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_non_null(strstr(text, "\"seq\":1"));
}

static void put_identity(struct str event_id)
{
    struct msg_identity m = {
        .event_id = event_id, .number = STR("440300-20261123-000042-7"), .writer_name = STR("某某")};
    wire_put_identity(&out, 0, &m);
    peer_put();
}

static void test_identity(void **state)
{
    int to, from;
    char text[1000];
    struct frame frame;
    struct msg_identity_open m;
    struct err err;
    (void)state;
    pid_t pid =
        start("identity|440300-20261123-000042-7|--purpose|核实|--officer|012345|--bureau|440300|--leg|1", &to, &from);
    expect(MSG_IDENTITY_OPEN, &frame);
    assert_int_equal(wire_get_identity_open(&frame, &m, &err), OK);
    assert_true(m.bureau == BUREAU && m.leg == 1 && str_is(m.purpose, "核实") && str_is(m.officer, "012345"));
    put_identity(m.event_id);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_string_equal(text, "{\"number\":\"440300-20261123-000042-7\",\"name\":\"某某\",\"phone\":null,"
                              "\"id_number\":null,\"email\":null}\n");
}

// keys new writes a key once, for its owner alone, and prints the half that may be known.
static void test_keys(void **state)
{
    int to, from;
    char text[200], words[200], path[150];
    struct curve_key key;
    struct err err;
    (void)state;
    snprintf(path, sizeof(path), "%s/own.key", peer_dir);
    snprintf(words, sizeof(words), "keys|new|%s", path);
    keys_take_no_config = true;
    for (int again = 0; again < 2; again++) {
        pid_t pid = start(words, &to, &from);
        read_all(from, text, sizeof(text));
        assert_int_equal(finish(pid, to, from), again);
        assert_int_equal(strlen(text), again ? 0 : CURVE_Z85);
        if (again)
            break;
        char z85[CURVE_Z85];
        assert_int_equal(curve_read(path, &key, &err), OK);
        curve_z85(key.public, z85);
        text[CURVE_Z85 - 1] = 0;
        assert_string_equal(text, z85);
        assert_true(key.has_secret);
    }
    keys_take_no_config = false;
}

static void test_subscribe_ends_on_a_signal(void **state)
{
    int to, from;
    char c;
    (void)state;
    pid_t pid = start("subscribe|--bureau|440300", &to, &from);
    deliver(1);
    assert_int_equal(read(from, &c, 1), 1);
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(acknowledged_at_the_end(), 1);
    assert_int_equal(finish(pid, to, from), 0);
}

static void test_report(void **state)
{
    int to, from;
    char text[1000];
    static const char line[] = "{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\"}\n";
    struct frame frame;
    struct msg_feedback m;
    struct err err;
    (void)state;
    pid_t pid = start("report|--bureau|440300", &to, &from);
    assert_int_equal(write(to, line, sizeof(line) - 1), sizeof(line) - 1);
    expect(MSG_FEEDBACK, &frame);
    assert_int_equal(wire_get_feedback(&frame, &m, &err), OK);
    assert_int_equal(m.bureau, BUREAU);
    struct msg_feedback_result result = {.event_id = m.event_id, .number = m.number, .state = STR("HANDLING")};
    wire_put_feedback_result(&out, 0, &result);
    peer_put();
    close(to);
    read_all(from, text, sizeof(text));
    assert_string_equal(
        text, "{\"event_id\":\"e\",\"ok\":true,\"number\":\"n\",\"state\":\"HANDLING\",\"duplicate\":false}\n");
    assert_int_equal(finish(pid, -1, from), 0);
}

// The next frame is this event of the delivery's leg; nothing was acknowledged meanwhile.
static void expect_event(const char *id, const char *event, int32_t unit, struct msg_feedback *m)
{
    static struct frame frame;
    struct err err;
    do {
        assert_true(peer_get(DEADLINE_MS, &frame));
        assert_int_not_equal(frame.id, MSG_ACK);
    } while (frame.id != MSG_FEEDBACK);
    assert_int_equal(wire_get_feedback(&frame, m, &err), OK);
    if (!str_is(m->event_id, id) || !str_is(m->event, event) || m->leg != 1 || m->bureau != BUREAU || !m->has_unit ||
        m->unit != unit || m->officer.n == 0)
        fail_msg("%.*s: %.*s by %lld", (int)m->event_id.n, m->event_id.p, (int)m->event.n, m->event.p,
                 (long long)m->unit);
}

static void put_result(const struct msg_feedback *m, bool refused)
{
    struct msg_feedback_result result = {.event_id = m->event_id, .number = m->number, .state = STR("HANDLING")};
    struct msg_refusal refusal = {.ref = m->event_id, .code = STR("not_allowed"), .message = STR("no")};
    if (refused)
        wire_put_refusal(&out, 0, &refusal);
    else
        wire_put_feedback_result(&out, 0, &result);
    peer_put();
}

static int64_t expect_ack(void)
{
    struct frame frame;
    struct msg_ack ack;
    struct err err;
    expect(MSG_ACK, &frame);
    assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    return ack.seq;
}

// The three steps one by one; a refused one is passed over; only then the delivery is acknowledged. Two people.
static void test_reference(void **state)
{
    static const char *const steps[] = {"signed", "reported", "reviewed"};
    int to, from;
    char handler[40] = "";
    (void)state;
    pid_t pid = start("reference|--bureau|440300|--once-idle|300", &to, &from);
    deliver(1);
    for (size_t i = 0; i < 3; i++) {
        struct msg_feedback m;
        char id[80];
        snprintf(id, sizeof(id), "440300-20261123-000042-7/1/%s", steps[i]);
        expect_event(id, steps[i], BUREAU, &m);
        assert_int_equal(m.public_reply.p != NULL && m.outcome.p != NULL && m.internal_report.p != NULL, i == 1);
        if (i == 0)
            snprintf(handler, sizeof(handler), "%.*s", (int)m.officer.n, m.officer.p);
        assert_int_equal(str_is(m.officer, handler), i < 2);
        put_result(&m, i == 0);
    }
    assert_int_equal(expect_ack(), 1);
    assert_int_equal(finish(pid, to, from), 0);
}

// Eight notices that need nothing, a supervision, work that a reviewer returned to a unit below, and the same handed
// back by the desk.
static void deliver_notices(void)
{
    static const char *const words[] = {"revoked", "granted", "denied",     "designated", "supplement", "merged",
                                        "ended",   "date",    "supervised", "returned",   "returned"};
    for (int64_t seq = 1; seq <= 11; seq++) {
        struct msg_delivery d = peer_letter(seq);
        d.notice = str_of(words[seq - 1]);
        d.body = STR_NONE;
        d.state = seq == 10 ? STR("REVIEW_RETURNED") : seq == 11 ? STR("SIGNED") : STR_NONE;
        d.has_unit = d.has_parent = seq >= 10;
        d.unit = 440304;
        d.parent = 1;
        wire_put_delivery(&out, 0, &d);
        peer_put();
    }
}

// Work that came back is done again under other ids, a supervision is answered; everything else is taken and no more.
// What a unit below has, that unit does, and the bureau reviews it.
static void test_reference_notices(void **state)
{
    static const char *const wanted[] = {
        "9/supervision_answered", "10/signed", "10/reported", "10/reviewed", "11/reported", "11/reviewed"};
    int to, from;
    struct frame frame;
    struct msg_feedback m;
    struct err err;
    size_t seen = 0;
    (void)state;
    pid_t pid = start("reference|--bureau|440300|--once-idle|300", &to, &from);
    expect(MSG_HELLO, &frame);
    put_welcome(0, 11);
    deliver_notices();
    // Deliveries are worked on side by side; each one's events in their order.
    for (int i = 0; i < 6; i++) {
        expect(MSG_FEEDBACK, &frame);
        assert_int_equal(wire_get_feedback(&frame, &m, &err), OK);
        size_t which = 0;
        char id[100];
        for (; which < 6; which++) {
            snprintf(id, sizeof(id), "440300-20261123-000042-7/1/%s", wanted[which]);
            if (str_is(m.event_id, id))
                break;
        }
        if (which == 6 || (seen & (1u << which)) || (which >= 2 && which != 4 && !(seen & (1u << (which - 1)))))
            fail_msg("%.*s", (int)m.event_id.n, m.event_id.p);
        seen |= 1u << which;
        bool above = which == 0 || str_is(m.event, "reviewed");
        assert_int_equal(m.unit, above ? BUREAU : 440304);
        assert_int_equal(m.reason.n > 0, which == 0);
        put_result(&m, false);
    }
    assert_int_equal(acknowledged_at_the_end(), 11);
    assert_int_equal(finish(pid, to, from), 0);
}

static void test_wrong_usage(void **state)
{
    static const char *const words[] = {"subscribe", "subscribe|--bureau|x",
                                        "report",    "report|--bureau|440300|/no/such/file",
                                        "reference", "reference|--all|--bureau|440300",
                                        "identity",  "keys",
                                        "nothing"};
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        int to, from;
        pid_t pid = start(words[i], &to, &from);
        if (finish(pid, to, from) != 2)
            fail_msg("%s", words[i]);
    }
    int to, from;
    char text[4000];
    pid_t pid = start("subscribe|--help", &to, &from);
    read_all(from, text, sizeof(text));
    assert_int_equal(finish(pid, to, from), 0);
    assert_non_null(strstr(text, "--exec CMD"));
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

// bureauctl lies beside this program; both of its endpoints are the test's one socket.
static void find_program(void)
{
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 20);
    insist(n > 0);
    program[n] = 0;
    strcpy(strrchr(program, '/'), "/bureauctl");
    peer_up();
    peer_down();
    snprintf(config, sizeof(config), "%s/bureau.cfg", peer_dir);
    FILE *f = fopen(config, "w");
    insist(f);
    fprintf(f, "bureau\n    deliver = \"%s\"\n    feedback = \"%s\"\n", peer_endpoint, peer_endpoint);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_subscribe_once, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_from, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_reader_gone, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_exec, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_exec_fails, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_exec_later, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_stands_by, up, down),
        cmocka_unit_test_setup_teardown(test_subscribe_ends_on_a_signal, up, down),
        cmocka_unit_test_setup_teardown(test_identity, up, down),
        cmocka_unit_test(test_keys),
        cmocka_unit_test_setup_teardown(test_report, up, down),
        cmocka_unit_test_setup_teardown(test_reference, up, down),
        cmocka_unit_test_setup_teardown(test_reference_notices, up, down),
        cmocka_unit_test(test_wrong_usage),
    };
    find_program();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return peer_end() || failed;
}

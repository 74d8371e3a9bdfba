// SPDX-License-Identifier: Apache-2.0
// The public functions of wf.h, the test being the daemons. What lies under them is tried in test_subscription and
// test_pipe.
#include "client_peer.h"

#include "client/wf.h"

#include <poll.h>

static const char *const number = "440300-20261123-000042-7";

static struct wf_subscription *subscribe(int32_t queue, int64_t last_seq)
{
    struct wf_options options = {.endpoint = peer_endpoint, .consumer = "tester"};
    struct wf_subscription *s;
    assert_int_equal(wf_subscribe(&options, queue, last_seq, 8, &s, NULL), WF_OK);
    return s;
}

static int up(void **state)
{
    peer_up();
    *state = subscribe(BUREAU, 0);
    return 0;
}

static int down(void **state)
{
    if (peer_bus)
        put_goodbye(); // so that nobody waits for it
    wf_unsubscribe(*state);
    if (peer_bus)
        peer_down();
    return 0;
}

static void expect(struct wf_subscription *s, uint16_t id, struct frame *frame)
{
    struct wf_line line;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do {
        assert_true(clock_mono() < deadline);
        assert_int_equal(wf_next(s, 1, &line, NULL), WF_WAIT);
    } while (!peer_get(1, frame) || frame->id != id);
}

static void welcome(struct wf_subscription *s, int64_t last_seq, int64_t head)
{
    struct frame frame;
    expect(s, MSG_HELLO, &frame);
    put_welcome(last_seq, head);
}

static void test_delivery(void **state)
{
    struct wf_subscription *s = *state;
    struct wf_line line;
    struct wf_error error;
    size_t n;
    assert_null(wf_json(s, NULL));
    welcome(s, 0, 1);
    put_delivery(1);
    assert_int_equal(wf_next(s, DEADLINE_MS, &line, &error), WF_OK);
    assert_true(line.seq == 1 && line.notice == NULL && line.delivery->seq == 1);
    assert_string_equal(line.delivery->number, number);
    assert_string_equal(line.delivery->notice, "letter");
    assert_string_equal(line.delivery->body, "路灯不亮");
    assert_null(line.delivery->title);
    const char *json = wf_json(s, &n);
    assert_true(strlen(json) == n && json[n - 1] == '\n' && strncmp(json, "{\"seq\":1,", 9) == 0);
    assert_true(wf_connected(s) && wf_drained(s) && !wf_standby(s) && wf_blocked(s) == 0 && wf_epoch(s) == EPOCH);
    assert_int_equal(wf_ack(s, 2, &error), WF_FAILED);
    assert_string_equal(error.code, "misuse");
    assert_int_equal(wf_ack(s, 1, NULL), WF_OK);
    assert_int_equal(wf_reject(s, 1, "no", false, &error), WF_FAILED);
    assert_int_equal(wf_next(s, 0, &line, NULL), WF_WAIT);
    assert_null(wf_json(s, NULL));
}

static void test_notice(void **state)
{
    struct wf_subscription *s = subscribe(1, -1);
    struct msg_hello hello;
    struct frame frame;
    struct wf_line line;
    struct err err;
    struct msg_writer_notice m = {.seq = 8,
                                  .number = str_of(number),
                                  .client_ref = STR("w-1"),
                                  .event = STR("answered"),
                                  .at = 5,
                                  .reply = STR("已修复")};
    (void)state;
    expect(s, MSG_HELLO, &frame);
    assert_int_equal(wire_get_hello(&frame, &hello, &err), OK);
    assert_true(hello.bureau == 1 && !hello.has_last_seq && str_is(hello.consumer, "tester"));
    struct msg_welcome w = {.bureau = 1, .last_seq = 7, .head = 8};
    wire_put_welcome(&out, 0, &w);
    peer_put();
    wire_put_writer_notice(&out, 0, &m);
    peer_put();
    assert_int_equal(wf_next(s, DEADLINE_MS, &line, NULL), WF_OK);
    assert_true(line.seq == 8 && line.delivery == NULL && line.notice->at == 5);
    assert_string_equal(line.notice->client_ref, "w-1");
    assert_string_equal(line.notice->reply, "已修复");
    assert_non_null(strstr(wf_json(s, NULL), "\"event\":\"answered\""));
    put_goodbye();
    wf_unsubscribe(s);
}

// What a caller gets wrong is told by name, and nothing is opened.
static void test_wrong_options(void **state)
{
    struct wf_subscription *s;
    struct wf_pipe *p;
    struct wf_error error;
    static const struct {
        struct wf_options options;
        int32_t queue, credit;
        const char *code, *field;
    } wrong[] = {
        {{.endpoint = "tcp://127.0.0.1:1"}, BUREAU, 8, "missing", "server_key"},
        {{.endpoint = "tcp://127.0.0.1:1", .server_key = "short"}, BUREAU, 8, "missing", "key"},
        {{.endpoint = "tcp://127.0.0.1:1", .server_key = "short", .key_file = "/no/file"},
         BUREAU,
         8,
         "key_file",
         "server_key"},
        {{.endpoint = "tcp://127.0.0.1:1",
          .server_key = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
          .key_file = "/no/file"},
         BUREAU,
         8,
         "key_file",
         NULL},
        {{.endpoint = "udp://127.0.0.1:1"}, BUREAU, 8, "bad_endpoint", "endpoint"},
        {{.endpoint = NULL}, BUREAU, 8, "bad_endpoint", "endpoint"},
        {{.endpoint = "ipc:///x"}, 0, 8, "misuse", "queue"},
        {{.endpoint = "ipc:///x"}, BUREAU, 0, "misuse", "credit"},
        {{.endpoint = "ipc:///x"}, BUREAU, WF_CREDIT_MAX + 1, "misuse", "credit"},
        {{.endpoint = "ipc:///x", .consumer = "\xff"}, BUREAU, 8, "misuse", "consumer"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(wf_subscribe(&wrong[i].options, wrong[i].queue, 0, wrong[i].credit, &s, &error), WF_FAILED);
        assert_string_equal(error.code, wrong[i].code);
        if (wrong[i].field)
            assert_string_equal(error.field, wrong[i].field);
        assert_true(error.message[0] != 0);
    }
    assert_int_equal(
        wf_pipe_open(&(struct wf_options){.endpoint = "ipc:///x", .window = WF_WINDOW_MAX + 1}, &p, &error), WF_FAILED);
    assert_string_equal(error.field, "window");
    assert_string_equal(wf_version(), WF_VERSION_TEXT);
}

// ---- A store ----

struct store {
    int64_t held;      // the last seq that is stored
    int64_t told;      // what stored() says instead, if >= 0
    int64_t in_hand;   // applied, not committed
    int64_t bad, late; // seqs that are refused
    int begun, committed, rolled_back, applied, commit_fails;
    int64_t effects[20]; // by seq
};

static int64_t store_stored(void *arg)
{
    struct store *st = arg;
    return st->told >= 0 ? st->told : st->held;
}

static int store_begin(void *arg)
{
    struct store *st = arg;
    st->begun++;
    st->in_hand = st->held;
    return 0;
}

static enum wf_applied store_apply(void *arg, const struct wf_line *line, char reason[WF_REASON])
{
    struct store *st = arg;
    if (line->seq == st->bad || line->seq == st->late) {
        snprintf(reason, WF_REASON, "no room");
        return line->seq == st->bad ? WF_NEVER : WF_LATER;
    }
    assert_int_equal(line->seq, st->in_hand + 1);
    st->in_hand = line->seq;
    st->applied++;
    return WF_APPLIED;
}

static int store_commit(void *arg, int64_t after, int64_t seq)
{
    struct store *st = arg;
    assert_int_equal(seq, st->in_hand);
    if (after != st->held || st->commit_fails)
        return 1;
    for (int64_t i = after + 1; i <= seq; i++)
        st->effects[i]++;
    st->held = seq;
    st->committed++;
    return 0;
}

static void store_rollback(void *arg)
{
    struct store *st = arg;
    st->rolled_back++;
    st->in_hand = st->held;
}

static struct wf_store of(struct store *st, int batch)
{
    return (struct wf_store){st, store_stored, store_begin, store_apply, store_commit, store_rollback, batch};
}

static void put_deliveries(int64_t from, int64_t to)
{
    for (int64_t seq = from; seq <= to; seq++)
        put_delivery(seq);
}

// Until so many are stored. (Batches are what has come, which is not the test's to say.)
static void apply_to(struct wf_subscription *s, const struct wf_store *store, int64_t seq)
{
    const struct store *st = store->arg;
    struct wf_error error;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    while (st->held < seq) {
        assert_true(clock_mono() < deadline);
        assert_true(wf_apply(s, 10, store, &error) <= WF_WAIT);
    }
}

static void expect_ack(struct wf_subscription *s, int64_t seq)
{
    struct frame frame;
    struct msg_ack ack = {0};
    struct err err;
    while (ack.seq < seq) {
        expect(s, MSG_ACK, &frame);
        assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    }
    assert_int_equal(ack.seq, seq);
}

static void test_apply(void **state)
{
    struct wf_subscription *s = *state;
    struct store st = {.told = -1};
    struct wf_store store = of(&st, 3);
    assert_int_equal(wf_apply(s, 0, &store, NULL), WF_WAIT);
    welcome(s, 0, 8);
    put_deliveries(1, 8);
    apply_to(s, &store, 8);
    assert_true(st.committed >= 3 && st.applied == 8 && st.rolled_back == 0 && st.begun == st.committed);
    expect_ack(s, 8);
}

// A line that cannot be stored takes those before it in its transaction with it; they are stored alone, and then it is
// rejected with nothing before it.
static void refuse(void **state, bool for_ever)
{
    struct wf_subscription *s = *state;
    struct store st = {.told = -1, .bad = for_ever ? 3 : 0, .late = for_ever ? 0 : 3};
    struct wf_store store = of(&st, 8);
    struct frame frame;
    struct msg_hello hello;
    struct msg_reject reject = {0};
    struct err err;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    welcome(s, 0, 4);
    put_deliveries(1, 4);
    while (reject.seq == 0) {
        assert_true(clock_mono() < deadline);
        assert_true(wf_apply(s, 1, &store, NULL) <= WF_WAIT);
        if (!peer_get(1, &frame))
            continue;
        if (frame.id == MSG_HELLO && wire_get_hello(&frame, &hello, &err) == OK) {
            put_welcome(hello.last_seq, 4);
            put_deliveries(hello.last_seq + 1, 4);
        } else if (frame.id == MSG_REJECT) {
            assert_int_equal(wire_get_reject(&frame, &reject, &err), OK);
        }
    }
    assert_true(reject.seq == 3 && reject.retry == !for_ever && str_is(reject.reason, "no room"));
    assert_true(st.held == 2 && st.effects[1] == 1 && st.effects[2] == 1);
    st.bad = st.late = 0;
    put_blocked(3, for_ever);
    put_deliveries(3, 4);
    apply_to(s, &store, 4);
    for (int i = 1; i <= 4; i++)
        assert_int_equal(st.effects[i], 1);
}

static void test_apply_later(void **state)
{
    refuse(state, false);
}

static void test_apply_never(void **state)
{
    refuse(state, true);
}

// Another consumer stored more in its turn: nothing of it has its effect again.
static void test_apply_asks_the_store(void **state)
{
    struct wf_subscription *s = *state;
    struct store st = {.told = -1};
    struct wf_store store = of(&st, 8);
    struct frame frame;
    struct msg_hello hello;
    struct err err;
    welcome(s, 0, 6);
    put_deliveries(1, 2);
    apply_to(s, &store, 2);
    st.held = 5;               // by the other one
    put_turn(2, 6, EPOCH + 2); // which had acknowledged nothing yet
    put_deliveries(3, 6);
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do {
        assert_true(clock_mono() < deadline);
        assert_true(wf_apply(s, 1, &store, NULL) <= WF_WAIT);
    } while (!peer_get(1, &frame) || frame.id != MSG_HELLO);
    assert_int_equal(wire_get_hello(&frame, &hello, &err), OK);
    assert_int_equal(hello.last_seq, 5);
    put_turn(5, 6, EPOCH + 2);
    put_delivery(6);
    apply_to(s, &store, 6);
    assert_int_equal(st.applied, 3);
}

// The store's own failures end it: what is committed only the store knows.
static void test_apply_store_fails(void **state)
{
    struct wf_subscription *s = *state;
    struct store st = {.told = -1, .commit_fails = 1};
    struct wf_store store = of(&st, 1);
    struct wf_error error;
    struct frame frame;
    welcome(s, 0, 1);
    put_delivery(1);
    assert_int_equal(wf_apply(s, DEADLINE_MS, &store, &error), WF_FAILED);
    assert_string_equal(error.code, "store");
    assert_string_equal(error.field, "commit");
    assert_false(peer_get(20, &frame)); // not acknowledged
}

// ---- Requests ----

static int pipe_up(void **state)
{
    struct wf_options options = {.endpoint = peer_endpoint, .window = 4, .resend_ms = 10 * DEADLINE_MS};
    struct wf_pipe *p;
    peer_up();
    assert_int_equal(wf_pipe_open(&options, &p, NULL), WF_OK);
    *state = p;
    return 0;
}

static int pipe_down(void **state)
{
    wf_pipe_close(*state);
    peer_down();
    return 0;
}

static void request(struct wf_pipe *p, uint16_t id, struct frame *frame)
{
    const struct wf_answer *a;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do {
        assert_true(clock_mono() < deadline);
        assert_int_equal(wf_answer(p, 1, &a), WF_WAIT);
    } while (!peer_get(1, frame));
    assert_int_equal(frame->id, id);
}

static const struct wf_answer *answer(struct wf_pipe *p, uint64_t tag)
{
    const struct wf_answer *a;
    peer_put();
    assert_int_equal(wf_answer(p, DEADLINE_MS, &a), WF_OK);
    assert_int_equal(a->tag, tag);
    return a;
}

static void test_submit(void **state)
{
    struct wf_pipe *p = *state;
    static const char *const accused[] = {"某派出所"};
    struct wf_letter letter = {
        .channel = "web", .client_ref = "w-1", .body = "路灯不亮", .accused = accused, .accused_n = 1};
    struct frame frame;
    struct msg_letter_submit m;
    struct err err;
    assert_int_equal(wf_submit(p, &letter, 7, NULL), WF_OK);
    request(p, MSG_LETTER_SUBMIT, &frame);
    assert_int_equal(wire_get_letter_submit(&frame, &m, &err), OK);
    assert_true(str_is(m.client_ref, "w-1") && m.accused_n == 1 && m.title.p == NULL);
    struct msg_receipt receipt = {.client_ref = m.client_ref, .number = str_of(number), .code = STR("ABCDEFGH2345")};
    wire_put_receipt(&out, 0, &receipt);
    const struct wf_answer *a = answer(p, 7);
    assert_int_equal(a->result, WF_OK);
    assert_string_equal(a->number, number);
    assert_string_equal(a->code, "ABCDEFGH2345");
    assert_string_equal(a->ref, "w-1");
    assert_null(a->state);
}

static void test_report_and_identity(void **state)
{
    struct wf_pipe *p = *state;
    struct wf_event event = {.event_id = "e-1", .bureau = BUREAU, .number = number, .event = "signed", .leg = 1};
    struct wf_identity identity = {
        .event_id = "e-2", .bureau = BUREAU, .number = number, .officer = "012345", .purpose = "核实"};
    struct frame frame;
    struct msg_feedback m;
    struct msg_identity_open open;
    struct err err;
    assert_int_equal(wf_report(p, &event, 1, NULL), WF_OK);
    assert_int_equal(wf_identity(p, &identity, 2, NULL), WF_OK);
    assert_int_equal(wf_unanswered(p), 2);
    request(p, MSG_FEEDBACK, &frame);
    assert_int_equal(wire_get_feedback(&frame, &m, &err), OK);
    assert_true(str_is(m.event, "signed") && m.leg == 1 && !m.has_unit);
    assert_false(peer_get(10, &frame)); // of the same case: after the answer
    struct msg_feedback_result result = {
        .event_id = STR("e-1"), .number = str_of(number), .state = STR("HANDLING"), .version = 7, .has_version = true};
    wire_put_feedback_result(&out, 0, &result);
    const struct wf_answer *a = answer(p, 1);
    assert_string_equal(a->state, "HANDLING");
    assert_int_equal(a->version, 7);
    assert_int_equal(wf_answer(p, 0, &a), WF_WAIT);
    request(p, MSG_IDENTITY_OPEN, &frame);
    assert_int_equal(wire_get_identity_open(&frame, &open, &err), OK);
    assert_true(str_is(open.purpose, "核实") && str_is(open.officer, "012345") && !open.has_leg);
    struct msg_identity who = {.event_id = STR("e-2"), .number = str_of(number), .writer_phone = STR("00000000000")};
    wire_put_identity(&out, 0, &who);
    a = answer(p, 2);
    assert_string_equal(a->writer_phone, "00000000000");
    assert_null(a->writer_name);
    assert_int_equal(wf_unanswered(p), 0);
}

static void test_lookup_and_act(void **state)
{
    struct wf_pipe *p = *state;
    struct wf_lookup lookup = {.ref = "q-1", .channel = 1, .number = number, .code = "ABCDEFGH2345"};
    struct wf_act act = {.ref = "s-1",
                         .channel = 1,
                         .number = number,
                         .code = "ABCDEFGH2345",
                         .event = "rate",
                         .satisfied = WF_NO,
                         .solved = WF_YES};
    struct frame frame;
    struct msg_writer_act m;
    struct err err;
    assert_int_equal(wf_lookup(p, &lookup, 1, NULL), WF_OK);
    request(p, MSG_LOOKUP, &frame);
    struct msg_lookup_result result = {.ref = STR("q-1"),
                                       .number = str_of(number),
                                       .state = STR("HANDLING"),
                                       .label = STR("办理中"),
                                       .received_at = 5,
                                       .times = {5, 6},
                                       .times_n = 2,
                                       .lines = {STR("已收到"), STR("已受理")},
                                       .lines_n = 2,
                                       .may = {STR("supplement")},
                                       .may_n = 1};
    wire_put_lookup_result(&out, 0, &result);
    const struct wf_answer *a = answer(p, 1);
    assert_true(a->lines_n == 2 && a->times[1] == 6 && a->may_n == 1 && a->received_at == 5);
    assert_string_equal(a->lines[1], "已受理");
    assert_string_equal(a->may[0], "supplement");
    assert_string_equal(a->label, "办理中");
    assert_int_equal(wf_act(p, &act, 2, NULL), WF_OK);
    request(p, MSG_WRITER_ACT, &frame);
    assert_int_equal(wire_get_writer_act(&frame, &m, &err), OK);
    assert_true(m.has_satisfied && !m.satisfied && m.has_solved && m.solved && !m.has_contacted && !m.has_true);
    struct msg_refusal no = {.ref = STR("s-1"), .code = STR("not_allowed"), .message = STR("not now")};
    wire_put_refusal(&out, 0, &no);
    a = answer(p, 2);
    assert_int_equal(a->result, WF_REFUSED);
    assert_string_equal(a->error.code, "not_allowed");
    assert_string_equal(a->ref, "s-1");
}

// What breaks a limit is not sent; a full window is told; what nobody answers is given up.
static void test_limits(void **state)
{
    struct wf_options options = {.endpoint = peer_endpoint, .window = 1, .give_up_ms = 500};
    struct wf_pipe *p;
    struct wf_error error;
    struct frame frame;
    const struct wf_answer *a;
    char purpose[300];
    (void)state;
    memset(purpose, 'x', sizeof(purpose) - 1);
    purpose[sizeof(purpose) - 1] = 0;
    struct wf_identity identity = {
        .event_id = "e-2", .bureau = BUREAU, .number = number, .officer = "012345", .purpose = purpose};
    struct wf_lookup lookup = {.ref = "q-1", .channel = 7, .number = number, .code = "ABCDEFGH2345"};
    struct wf_letter letter = {.channel = "web", .client_ref = "w-1", .accused_n = 9};
    peer_up();
    assert_int_equal(wf_pipe_open(&options, &p, NULL), WF_OK);
    assert_int_equal(wf_identity(p, &identity, 1, &error), WF_REFUSED);
    assert_string_equal(error.code, "too_long");
    assert_string_equal(error.field, "purpose");
    assert_int_equal(wf_lookup(p, &lookup, 1, &error), WF_REFUSED);
    assert_string_equal(error.field, "channel");
    assert_int_equal(wf_submit(p, &letter, 1, &error), WF_REFUSED);
    assert_string_equal(error.field, "accused");
    letter.accused_n = 0;
    assert_int_equal(wf_submit(p, &letter, 1, &error), WF_REFUSED);
    assert_string_equal(error.code, "missing");
    assert_string_equal(error.field, "body");
    assert_int_equal(wf_unanswered(p), 0);
    lookup.channel = 1;
    assert_int_equal(wf_lookup(p, &lookup, 3, NULL), WF_OK);
    lookup.ref = "q-2";
    assert_int_equal(wf_lookup(p, &lookup, 4, NULL), WF_WAIT);
    assert_int_equal(wf_answer(p, 0, &a), WF_WAIT);
    request(p, MSG_LOOKUP, &frame);
    clock_moved += 600000;
    assert_int_equal(wf_answer(p, DEADLINE_MS, &a), WF_OK);
    assert_true(a->result == WF_FAILED && a->tag == 3);
    assert_string_equal(a->error.code, "no_answer");
    assert_int_equal(wf_unanswered(p), 0);
    wf_pipe_close(p);
    peer_down();
}

// A loop of the caller's own: after WF_WAIT the descriptor says when there is something.
static void test_descriptor(void **state)
{
    struct wf_subscription *s = *state;
    struct wf_line line;
    welcome(s, 0, 1);
    while (!wf_connected(s))
        assert_int_equal(wf_next(s, 1, &line, NULL), WF_WAIT);
    assert_int_equal(wf_next(s, 0, &line, NULL), WF_WAIT);
    put_delivery(1);
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    while (wf_next(s, 0, &line, NULL) != WF_OK) {
        struct pollfd item = {.fd = wf_fd(s), .events = POLLIN};
        assert_int_equal(poll(&item, 1, DEADLINE_MS), 1);
        assert_true(clock_mono() < deadline);
    }
    assert_int_equal(line.seq, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_delivery, up, down),
        cmocka_unit_test_setup_teardown(test_notice, up, down),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test_setup_teardown(test_apply, up, down),
        cmocka_unit_test_setup_teardown(test_apply_later, up, down),
        cmocka_unit_test_setup_teardown(test_apply_never, up, down),
        cmocka_unit_test_setup_teardown(test_apply_asks_the_store, up, down),
        cmocka_unit_test_setup_teardown(test_apply_store_fails, up, down),
        cmocka_unit_test_setup_teardown(test_submit, pipe_up, pipe_down),
        cmocka_unit_test_setup_teardown(test_report_and_identity, pipe_up, pipe_down),
        cmocka_unit_test_setup_teardown(test_lookup_and_act, pipe_up, pipe_down),
        cmocka_unit_test(test_limits),
        cmocka_unit_test_setup_teardown(test_descriptor, up, down),
    };
    // The last handle ends the ZeroMQ context, which the test's own socket needs: so one stays.
    struct wf_pipe *keeper;
    struct wf_options nowhere = {.endpoint = "ipc:///tmp/nobody.ipc"};
    insist(wf_pipe_open(&nowhere, &keeper, NULL) == WF_OK);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wf_pipe_close(keeper);
    return peer_end() || failed;
}

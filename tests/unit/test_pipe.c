// SPDX-License-Identifier: Apache-2.0
#include "client_peer.h"

#define RESEND_MS 60

static int open_pipe(void **state, int64_t resend_ms)
{
    struct pipe *pipe;
    struct err err;
    peer_up();
    assert_int_equal(pipe_open(&(struct dial){.endpoint = peer_endpoint}, 64, resend_ms, &pipe, &err), OK);
    *state = pipe;
    return 0;
}

static int up(void **state)
{
    return open_pipe(state, RESEND_MS);
}

// For tests that count what comes: nothing is sent again, however slow the machine is.
static int up_patient(void **state)
{
    return open_pipe(state, 10 * DEADLINE_MS);
}

static int down(void **state)
{
    pipe_close(*state);
    if (peer_bus)
        peer_down();
    return 0;
}

static bool send_letter(struct pipe *pipe, const char *ref, uint64_t tag)
{
    struct buf frame = {0};
    struct msg_letter_submit letter = {.channel = STR("web"), .client_ref = str_of(ref), .body = STR("路灯不亮")};
    wire_put_letter_submit(&frame, tag + 1000, &letter);
    bool sent = pipe_send(pipe, str_of(ref), STR_NONE, &frame, tag);
    buf_free(&frame);
    return sent;
}

// The next letter at the peer while the pipe turns; its ref is copied.
static void expect_letter(struct pipe *pipe, char ref[64])
{
    struct frame frame, answer;
    struct err err;
    struct msg_letter_submit letter;
    uint64_t tag;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    while (!peer_get(1, &frame)) {
        assert_false(pipe_wait(pipe, 1, &tag, &answer));
        assert_true(clock_mono() < deadline);
    }
    assert_int_equal(frame.id, MSG_LETTER_SUBMIT);
    assert_int_equal(wire_get_letter_submit(&frame, &letter, &err), OK);
    snprintf(ref, 64, "%.*s", (int)letter.client_ref.n, letter.client_ref.p);
}

static void put_receipt(const char *ref)
{
    struct msg_receipt receipt = {
        .client_ref = str_of(ref), .number = STR("440000-20261123-000042-7"), .code = STR("ABCDEFGH2345")};
    wire_put_receipt(&out, 0, &receipt);
    peer_put();
}

static void put_refusal(const char *ref, bool retry, uint64_t trace)
{
    struct msg_refusal refusal = {
        .ref = str_of(ref), .code = STR("away"), .message = STR("later"), .retry = retry, .has_retry = retry};
    wire_put_refusal(&out, trace, &refusal);
    peer_put();
}

static void expect_answer(struct pipe *pipe, uint64_t tag, uint16_t id)
{
    struct frame answer;
    uint64_t got = 0;
    assert_true(pipe_wait(pipe, DEADLINE_MS, &got, &answer));
    assert_int_equal(got, tag);
    assert_int_equal(answer.id, id);
}

static void expect_nothing(struct pipe *pipe)
{
    struct frame answer;
    uint64_t tag;
    assert_false(pipe_wait(pipe, 5, &tag, &answer));
}

static void test_answers_in_any_order(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1) && send_letter(pipe, "b", 2) && send_letter(pipe, "c", 3));
    for (int i = 0; i < 3; i++)
        expect_letter(pipe, ref);
    assert_string_equal(ref, "c");
    assert_int_equal(pipe_open_n(pipe), 3);
    put_receipt("c");
    put_refusal("a", false, 0);
    put_receipt("b");
    expect_answer(pipe, 3, MSG_RECEIPT);
    expect_answer(pipe, 1, MSG_REFUSAL);
    expect_answer(pipe, 2, MSG_RECEIPT);
    assert_int_equal(pipe_open_n(pipe), 0);
}

static void test_unanswered_is_sent_again_and_second_answer_ignored(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1));
    expect_letter(pipe, ref);
    expect_letter(pipe, ref); // nobody answered the first
    assert_string_equal(ref, "a");
    put_receipt("a");
    put_receipt("a");
    expect_answer(pipe, 1, MSG_RECEIPT);
    expect_nothing(pipe);
}

static void test_repeated_refs_are_matched_in_order(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1) && send_letter(pipe, "a", 2));
    expect_letter(pipe, ref);
    expect_letter(pipe, ref);
    put_receipt("a");
    expect_answer(pipe, 1, MSG_RECEIPT);
    put_refusal("a", false, 0);
    expect_answer(pipe, 2, MSG_REFUSAL);
}

static void test_retry_is_not_shown(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1));
    expect_letter(pipe, ref);
    put_refusal("a", true, 0);
    expect_letter(pipe, ref);
    put_receipt("a");
    expect_answer(pipe, 1, MSG_RECEIPT);
}

static void test_strange_answers_are_ignored(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1));
    expect_letter(pipe, ref);
    put_receipt("stranger");
    buf_put(&out, "PA?", 3);
    peer_put();
    struct msg_welcome welcome = {.bureau = 440300};
    wire_put_welcome(&out, 0, &welcome);
    peer_put();
    expect_nothing(pipe);
    put_receipt("a");
    expect_answer(pipe, 1, MSG_RECEIPT);
}

// A daemon that could not read as far as the ref refuses by the trace id.
static void test_refusal_without_ref(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1) && send_letter(pipe, "b", 2));
    expect_letter(pipe, ref);
    expect_letter(pipe, ref);
    put_refusal(NULL, false, 1002);
    expect_answer(pipe, 2, MSG_REFUSAL);
    put_refusal(NULL, false, 999);
    expect_nothing(pipe);
    assert_int_equal(pipe_open_n(pipe), 1);
}

static void test_window(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    for (uint64_t i = 0; i < 64; i++)
        assert_true(send_letter(pipe, "a", i));
    assert_false(send_letter(pipe, "a", 64));
    expect_letter(pipe, ref);
    put_receipt("a");
    expect_answer(pipe, 0, MSG_RECEIPT);
    assert_true(send_letter(pipe, "a", 64));
}

// The daemon dies with requests unread, more come while it is away, then it is there again: all are answered, in order.
static void test_daemon_dies_and_comes_back(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1) && send_letter(pipe, "b", 2));
    expect_letter(pipe, ref);
    peer_down();
    expect_nothing(pipe);
    assert_true(send_letter(pipe, "c", 3));
    expect_nothing(pipe);
    peer_up();
    bool seen[3] = {false, false, false};
    for (int n = 0; n < 3;) {
        expect_letter(pipe, ref);
        assert_true(ref[0] >= 'a' && ref[0] <= 'c');
        if (!seen[ref[0] - 'a'])
            n++;
        seen[ref[0] - 'a'] = true;
    }
    put_receipt("a");
    put_receipt("b");
    put_receipt("c");
    for (uint64_t tag = 1; tag <= 3; tag++)
        expect_answer(pipe, tag, MSG_RECEIPT);
}

// A host that vanished: the connection looks alive, so it is made anew when nothing was heard for five resends.
static void test_silence_makes_the_connection_anew(void **state)
{
    struct pipe *pipe = *state;
    char ref[64];
    assert_true(send_letter(pipe, "a", 1));
    expect_letter(pipe, ref);
    struct peer before = peer_msg.peer;
    clock_moved += 6 * RESEND_MS * 1000;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do {
        expect_letter(pipe, ref);
        assert_true(clock_mono() < deadline);
    } while (peer_msg.peer.n == before.n && memcmp(peer_msg.peer.id, before.id, before.n) == 0);
    put_receipt("a");
    expect_answer(pipe, 1, MSG_RECEIPT);
}

// A full window many times over, answered in reverse: lists and buckets stay whole.
static void test_many(void **state)
{
    struct pipe *pipe = *state;
    char refs[64][64];
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 64; i++) {
            char ref[64];
            snprintf(ref, sizeof(ref), "r%d-%d", round, i);
            assert_true(send_letter(pipe, ref, (uint64_t)i));
        }
        for (int i = 0; i < 64; i++)
            expect_letter(pipe, refs[i]);
        for (int i = 63; i >= 0; i--)
            put_receipt(refs[i]);
        for (uint64_t i = 64; i-- > 0;)
            expect_answer(pipe, i, MSG_RECEIPT);
    }
    assert_int_equal(pipe_open_n(pipe), 0);
}

static void send_event(struct pipe *pipe, const char *id, const char *number, uint64_t tag)
{
    struct buf frame = {0};
    struct msg_feedback m = {
        .event_id = str_of(id), .bureau = BUREAU, .number = str_of(number), .event = STR("signed")};
    wire_put_feedback(&frame, tag + 1000, &m);
    assert_true(pipe_send(pipe, m.event_id, m.number, &frame, tag));
    buf_free(&frame);
}

static void answer_event(struct pipe *pipe, const char *id)
{
    struct frame frame, answer;
    struct msg_feedback m;
    struct err err;
    uint64_t tag;
    assert_true(peer_get(DEADLINE_MS, &frame) && wire_get_feedback(&frame, &m, &err) == OK);
    if (!str_is(m.event_id, id))
        fail_msg("%.*s came, not %s", (int)m.event_id.n, m.event_id.p, id);
    struct msg_feedback_result result = {.event_id = m.event_id, .number = m.number, .state = STR("HANDLING")};
    wire_put_feedback_result(&out, 0, &result);
    peer_put();
    assert_true(pipe_wait(pipe, DEADLINE_MS, &tag, &answer));
}

// Of one case one after the other's answer, of others at once; a third of the case waits for the second.
static void test_order_per_case(void **state)
{
    struct pipe *pipe = *state;
    struct frame frame, answer;
    uint64_t tag;
    send_event(pipe, "a/1", "a", 0);
    send_event(pipe, "a/2", "a", 1);
    send_event(pipe, "a/3", "a", 2);
    send_event(pipe, "b/1", "b", 3);
    assert_false(pipe_wait(pipe, 20, &tag, &answer));
    answer_event(pipe, "a/1");
    answer_event(pipe, "b/1");
    assert_false(pipe_wait(pipe, 0, &tag, &answer));
    answer_event(pipe, "a/2");
    assert_false(pipe_wait(pipe, 0, &tag, &answer));
    answer_event(pipe, "a/3");
    assert_int_equal(pipe_open_n(pipe), 0);
    assert_false(peer_get(20, &frame));
}

// The oldest is given up first, and what waited for it goes on.
static void test_give_up(void **state)
{
    struct pipe *pipe = *state;
    struct frame answer;
    uint64_t tag;
    send_event(pipe, "a/1", "a", 0);
    clock_moved += 2000;
    send_event(pipe, "a/2", "a", 1);
    assert_false(pipe_give_up(pipe, 1000, &tag));
    assert_false(pipe_wait(pipe, 20, &tag, &answer));
    clock_moved += 999000;
    assert_true(pipe_give_up(pipe, 1000, &tag));
    assert_int_equal(tag, 0);
    struct frame frame;
    assert_true(peer_get(DEADLINE_MS, &frame)); // a/1, which nobody waits for any more
    assert_false(pipe_wait(pipe, 0, &tag, &answer));
    answer_event(pipe, "a/2");
    assert_int_equal(pipe_open_n(pipe), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_answers_in_any_order, up_patient, down),
        cmocka_unit_test_setup_teardown(test_unanswered_is_sent_again_and_second_answer_ignored, up, down),
        cmocka_unit_test_setup_teardown(test_repeated_refs_are_matched_in_order, up_patient, down),
        cmocka_unit_test_setup_teardown(test_retry_is_not_shown, up_patient, down),
        cmocka_unit_test_setup_teardown(test_strange_answers_are_ignored, up_patient, down),
        cmocka_unit_test_setup_teardown(test_refusal_without_ref, up_patient, down),
        cmocka_unit_test_setup_teardown(test_window, up_patient, down),
        cmocka_unit_test_setup_teardown(test_daemon_dies_and_comes_back, up, down),
        cmocka_unit_test_setup_teardown(test_silence_makes_the_connection_anew, up, down),
        cmocka_unit_test_setup_teardown(test_many, up_patient, down),
        cmocka_unit_test_setup_teardown(test_order_per_case, up_patient, down),
        cmocka_unit_test_setup_teardown(test_give_up, up_patient, down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return peer_end() || failed;
}

// SPDX-License-Identifier: Apache-2.0
#include "client_peer.h"

#include "client/subscription.h"

#include <pthread.h>

#define CREDIT 8

static struct subscription *subscribe(int64_t last_seq)
{
    struct subscription *s;
    struct subscription_want want = {BUREAU, last_seq, CREDIT, "tester", false};
    struct err err;
    assert_int_equal(subscription_open(&(struct dial){.endpoint = peer_endpoint}, &want, &s, &err), OK);
    return s;
}

static int up(void **state)
{
    peer_up();
    *state = subscribe(-1);
    return 0;
}

static int down(void **state)
{
    if (peer_bus)
        put_goodbye(); // so that nobody waits for it
    subscription_close(*state);
    if (peer_bus)
        peer_down();
    return 0;
}

static void put_heartbeat(int64_t head, int64_t blocked)
{
    struct msg_heartbeat m = {.bureau = BUREAU, .head = head, .blocked = blocked, .has_blocked = blocked > 0};
    wire_put_heartbeat(&out, 0, &m);
    peer_put();
}

static void put_refusal(const char *code, bool retry)
{
    struct msg_refusal m = {.code = str_of(code), .message = STR("no"), .retry = retry, .has_retry = true};
    wire_put_refusal(&out, 0, &m);
    peer_put();
}

// The next frame with this id at the dispatcher while the subscription turns; nothing may be delivered meanwhile.
static void expect(struct subscription *s, uint16_t id, struct frame *frame)
{
    struct queue_line line;
    struct err err;
    int64_t deadline = clock_mono() + DEADLINE_MS * 1000;
    do {
        assert_true(clock_mono() < deadline);
        assert_int_equal(subscription_next(s, 1, &line, &err), RETRY);
    } while (!peer_get(1, frame) || frame->id != id);
}

static struct msg_hello expect_hello(struct subscription *s)
{
    struct frame frame;
    struct msg_hello hello;
    struct err err;
    expect(s, MSG_HELLO, &frame);
    assert_int_equal(wire_get_hello(&frame, &hello, &err), OK);
    assert_int_equal(hello.bureau, BUREAU);
    return hello;
}

static struct msg_ack expect_ack(struct subscription *s)
{
    struct frame frame;
    struct msg_ack ack;
    struct err err;
    expect(s, MSG_ACK, &frame);
    assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    assert_int_equal(ack.bureau, BUREAU);
    return ack;
}

static void expect_delivery(struct subscription *s, int64_t seq)
{
    struct queue_line line;
    struct err err;
    assert_int_equal(subscription_next(s, DEADLINE_MS, &line, &err), OK);
    assert_int_equal(line.seq, seq);
    assert_true(str_is(line.delivery.number, "440300-20261123-000042-7"));
}

static void expect_nothing(struct subscription *s)
{
    struct queue_line line;
    struct err err;
    assert_int_equal(subscription_next(s, 5, &line, &err), RETRY);
}

static void welcome(struct subscription *s, int64_t last_seq, int64_t head)
{
    (void)expect_hello(s);
    put_welcome(last_seq, head);
}

static void test_deliveries_in_sequence(void **state)
{
    struct subscription *s = *state;
    struct msg_hello hello = expect_hello(s);
    assert_false(hello.has_last_seq);
    assert_int_equal(hello.credit, CREDIT);
    assert_false(subscription_drained(s));
    put_welcome(41, 43);
    put_delivery(42);
    put_delivery(43);
    expect_delivery(s, 42);
    assert_false(subscription_drained(s));
    expect_delivery(s, 43);
    assert_true(subscription_drained(s));
    put_heartbeat(44, 0);
    expect_nothing(s);
    assert_false(subscription_drained(s));
}

static void test_empty_queue_is_drained(void **state)
{
    welcome(*state, 7, 7);
    expect_nothing(*state);
    assert_true(subscription_drained(*state));
}

static void test_replay_names_its_start(void **state)
{
    struct subscription *s = subscribe(5);
    (void)state;
    struct msg_hello hello = expect_hello(s);
    assert_true(hello.has_last_seq);
    assert_int_equal(hello.last_seq, 5);
    put_welcome(5, 6);
    put_delivery(6);
    expect_delivery(s, 6);
    subscription_close(s);
}

// Acknowledgements travel by the quarter of the credit or when idle, and grant as much as they acknowledge.
static void test_credit(void **state)
{
    struct subscription *s = *state;
    struct frame frame;
    welcome(s, 0, CREDIT);
    for (int64_t seq = 1; seq <= CREDIT; seq++)
        put_delivery(seq);
    expect_delivery(s, 1);
    subscription_ack(s, 1);
    assert_false(peer_get(20, &frame)); // not yet a quarter
    expect_delivery(s, 2);
    subscription_ack(s, 2);
    struct msg_ack ack;
    struct err err;
    assert_true(peer_get(DEADLINE_MS, &frame));
    assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    assert_int_equal(ack.seq, 2);
    assert_int_equal(ack.credit, 2);
    for (int64_t seq = 3; seq <= CREDIT; seq++)
        expect_delivery(s, seq);
    subscription_ack(s, 3);
    ack = expect_ack(s); // idle
    assert_int_equal(ack.seq, 3);
    assert_int_equal(ack.credit, 1);
}

static void test_more_than_the_credit_is_not_shown(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, CREDIT + 1);
    for (int64_t seq = 1; seq <= CREDIT + 1; seq++)
        put_delivery(seq);
    for (int64_t seq = 1; seq <= CREDIT; seq++)
        expect_delivery(s, seq);
    expect_nothing(s);
}

// Ours says that it lives when there is nothing to acknowledge.
static void test_heartbeat(void **state)
{
    struct subscription *s = *state;
    welcome(s, 9, 9);
    expect_nothing(s);
    clock_moved += 2100000;
    struct msg_ack ack = expect_ack(s);
    assert_int_equal(ack.seq, 9);
    assert_int_equal(ack.credit, 0);
}

// After a gap the queue is read again from what is acknowledged; what was shown is not shown again.
static void test_gap(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 5);
    for (int64_t seq = 1; seq <= 3; seq++)
        put_delivery(seq);
    for (int64_t seq = 1; seq <= 3; seq++)
        expect_delivery(s, seq);
    subscription_ack(s, 1);
    put_delivery(5);
    struct msg_hello hello = expect_hello(s);
    assert_true(hello.has_last_seq);
    assert_int_equal(hello.last_seq, 1);
    put_delivery(4); // still from before
    expect_nothing(s);
    put_welcome(1, 5);
    for (int64_t seq = 2; seq <= 5; seq++)
        put_delivery(seq);
    expect_delivery(s, 4);
    expect_delivery(s, 5);
}

// After a new hello nothing is acknowledged that the dispatcher has not sent again: it would not know it.
static void test_no_acknowledgement_ahead_of_the_dispatcher(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 3);
    for (int64_t seq = 1; seq <= 3; seq++)
        put_delivery(seq);
    for (int64_t seq = 1; seq <= 3; seq++)
        expect_delivery(s, seq);
    put_refusal("not_subscribed", false);
    assert_int_equal(expect_hello(s).last_seq, 0);
    subscription_ack(s, 3);
    put_welcome(0, 3);
    put_delivery(1);
    struct msg_ack ack = expect_ack(s);
    assert_int_equal(ack.seq, 1);
    put_delivery(2);
    put_delivery(3);
    while (ack.seq < 3)
        ack = expect_ack(s);
    assert_int_equal(ack.seq, 3);
}

static void test_queue_that_begins_too_late_is_told(void **state)
{
    struct subscription *s = subscribe(5);
    struct queue_line line;
    struct err err;
    (void)state;
    (void)expect_hello(s);
    put_welcome(8, 20);
    assert_int_equal(subscription_next(s, DEADLINE_MS, &line, &err), REJECT);
    assert_string_equal(err.code, "gap");
    subscription_close(s);
}

static void test_not_subscribed_says_hello_again(void **state)
{
    struct subscription *s = *state;
    welcome(s, 3, 4);
    put_delivery(4);
    expect_delivery(s, 4);
    subscription_ack(s, 4);
    put_refusal("not_subscribed", false);
    assert_int_equal(expect_hello(s).last_seq, 4);
}

static void test_dispatcher_dies_and_comes_back(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 2);
    put_delivery(1);
    expect_delivery(s, 1);
    peer_down();
    expect_nothing(s);
    subscription_ack(s, 1);
    expect_nothing(s); // nobody there to take the acknowledgement
    peer_up();
    assert_int_equal(expect_hello(s).last_seq, 1);
    put_welcome(1, 2);
    put_delivery(2);
    expect_delivery(s, 2);
}

static void test_silence_makes_the_connection_anew(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 0);
    expect_nothing(s);
    struct peer before = peer_msg.peer;
    clock_moved += 11000000;
    (void)expect_hello(s);
    assert_false(peer_msg.peer.n == before.n && memcmp(peer_msg.peer.id, before.id, before.n) == 0);
}

static void test_unanswered_hello_is_repeated(void **state)
{
    struct subscription *s = *state;
    (void)expect_hello(s);
    clock_moved += 2100000;
    (void)expect_hello(s);
    put_refusal("away", true);
    expect_nothing(s);
    clock_moved += 600000;
    (void)expect_hello(s);
}

static void test_refused(void **state)
{
    struct subscription *s = *state;
    struct queue_line line;
    struct err err;
    (void)expect_hello(s);
    put_refusal("unknown_bureau", false);
    assert_int_equal(subscription_next(s, DEADLINE_MS, &line, &err), REJECT);
    assert_string_equal(err.code, "unknown_bureau");
    peer_down();
    assert_int_equal(subscription_next(s, 0, &line, &err), REJECT); // for good
    assert_string_equal(err.code, "unknown_bureau");
}

// One active, this one stands by: nothing is shown, life is told, and its turn begins where the other one stood.
static void test_standby(void **state)
{
    struct subscription *s = *state;
    struct frame frame;
    struct msg_ack ack;
    struct err err;
    assert_true(str_is(expect_hello(s).consumer, "tester"));
    put_turn(3, 9, 0);
    expect_nothing(s);
    assert_true(subscription_welcomed(s) && subscription_standby(s));
    assert_int_equal(subscription_epoch(s), 0);
    assert_false(subscription_drained(s));
    put_delivery(4);
    expect_nothing(s);
    clock_moved += 2100000;
    expect(s, MSG_ACK, &frame);
    assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    assert_int_equal(ack.credit, 0);
    assert_false(ack.has_epoch);
    put_turn(8, 9, EPOCH + 1);
    put_delivery(9);
    expect_delivery(s, 9);
    assert_int_equal(subscription_epoch(s), EPOCH + 1);
    assert_false(subscription_standby(s));
    subscription_ack(s, 9);
    ack = expect_ack(s);
    assert_true(ack.has_epoch && ack.epoch == EPOCH + 1);
    assert_int_equal(ack.seq, 9);
}

// Whose turn was taken away asks anew, stands by, and does not insist on the place where it stood.
static void test_stale_epoch(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 9);
    put_delivery(1);
    expect_delivery(s, 1);
    subscription_ack(s, 1);
    put_refusal("stale_epoch", false);
    assert_int_equal(expect_hello(s).last_seq, 1);
    put_turn(1, 9, 0);
    assert_false(expect_hello(s).has_last_seq);
    put_turn(1, 9, 0);
    expect_nothing(s);
    put_turn(5, 9, EPOCH + 2); // the other one acknowledged so many
    put_delivery(6);
    expect_delivery(s, 6);
}

static struct msg_reject expect_reject(struct subscription *s)
{
    struct frame frame;
    struct msg_reject m;
    struct err err;
    expect(s, MSG_REJECT, &frame);
    assert_int_equal(wire_get_reject(&frame, &m, &err), OK);
    return m;
}

// What was sent behind a rejected line is dropped and its credit granted anew; then it all comes again, in order.
static void test_reject(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 5);
    for (int64_t seq = 1; seq <= 3; seq++)
        put_delivery(seq);
    for (int64_t seq = 1; seq <= 3; seq++)
        expect_delivery(s, seq);
    subscription_reject(s, 2, STR("full"), true);
    struct msg_reject m = expect_reject(s);
    assert_true(m.seq == 2 && m.retry && m.epoch == EPOCH && str_is(m.reason, "full"));
    put_delivery(4);
    put_delivery(5);
    expect_nothing(s);
    assert_false(subscription_drained(s));
    put_blocked(2, false);
    struct msg_ack ack = expect_ack(s);
    assert_int_equal(ack.seq, 1);
    assert_int_equal(ack.credit, 5); // 1 to 5 used it, nothing is held
    for (int64_t seq = 2; seq <= 5; seq++)
        put_delivery(seq);
    for (int64_t seq = 2; seq <= 5; seq++)
        expect_delivery(s, seq);
    assert_true(subscription_drained(s));
}

// A blocked queue is told as long as it is one; its line comes when somebody has decided.
static void test_blocked(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 2);
    put_delivery(1);
    expect_delivery(s, 1);
    subscription_reject(s, 1, STR("never"), false);
    assert_false(expect_reject(s).retry);
    put_blocked(1, true);
    expect_nothing(s);
    assert_int_equal(subscription_blocked(s), 1);
    put_heartbeat(2, 1);
    expect_nothing(s);
    assert_int_equal(subscription_blocked(s), 1);
    put_heartbeat(2, 0);
    expect_nothing(s);
    assert_int_equal(subscription_blocked(s), 0);
    put_delivery(1);
    expect_delivery(s, 1);
}

// A reject that is never answered was lost with its session: hello again, and the line comes again.
static void test_reject_without_answer(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 1);
    put_delivery(1);
    expect_delivery(s, 1);
    subscription_reject(s, 1, STR("full"), true);
    (void)expect_reject(s);
    clock_moved += 2100000;
    assert_int_equal(expect_hello(s).last_seq, 0);
    put_welcome(0, 1);
    put_delivery(1);
    expect_delivery(s, 1);
}

static void test_taken_over(void **state)
{
    struct subscription *s = *state;
    struct queue_line line;
    struct err err;
    welcome(s, 0, 1);
    put_refusal("taken_over", false);
    assert_int_equal(subscription_next(s, DEADLINE_MS, &line, &err), REJECT);
    assert_string_equal(err.code, "taken_over");
}

// A portal's queue is the same with other lines.
static void test_writer_notice(void **state)
{
    struct subscription *s = *state;
    struct queue_line line;
    struct err err;
    struct msg_writer_notice m = {.seq = 1, .number = STR("n"), .client_ref = STR("w-1"), .event = STR("answered")};
    welcome(s, 0, 1);
    wire_put_writer_notice(&out, 0, &m);
    peer_put();
    assert_int_equal(subscription_next(s, DEADLINE_MS, &line, &err), OK);
    assert_true(line.for_writer && line.seq == 1 && str_is(line.notice.client_ref, "w-1"));
}

// The store says where to go on.
static void test_restart(void **state)
{
    struct subscription *s = *state;
    welcome(s, 0, 9);
    put_delivery(1);
    expect_delivery(s, 1);
    subscription_restart(s, 7);
    assert_int_equal(expect_hello(s).last_seq, 7);
    put_welcome(7, 9);
    put_delivery(8);
    expect_delivery(s, 8);
}

static void *unsubscribe(void *s)
{
    subscription_close(s);
    return NULL;
}

// The last acknowledgement is not lost with the socket.
static void test_goodbye(void **state)
{
    struct subscription *s = subscribe(-1);
    struct frame frame;
    struct msg_ack ack;
    struct msg_goodbye goodbye;
    struct err err;
    pthread_t thread;
    (void)state;
    welcome(s, 0, 1);
    put_delivery(1);
    expect_delivery(s, 1);
    subscription_ack(s, 1);
    assert_int_equal(pthread_create(&thread, NULL, unsubscribe, s), 0);
    assert_true(peer_get(DEADLINE_MS, &frame));
    assert_int_equal(wire_get_ack(&frame, &ack, &err), OK);
    assert_int_equal(ack.seq, 1);
    assert_true(peer_get(DEADLINE_MS, &frame));
    assert_int_equal(wire_get_goodbye(&frame, &goodbye, &err), OK);
    assert_int_equal(goodbye.epoch, EPOCH);
    put_goodbye();
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static int peer_only_up(void **state)
{
    (void)state;
    peer_up();
    return 0;
}

static int peer_only_down(void **state)
{
    (void)state;
    peer_down();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_deliveries_in_sequence, up, down),
        cmocka_unit_test_setup_teardown(test_empty_queue_is_drained, up, down),
        cmocka_unit_test_setup_teardown(test_replay_names_its_start, peer_only_up, peer_only_down),
        cmocka_unit_test_setup_teardown(test_credit, up, down),
        cmocka_unit_test_setup_teardown(test_more_than_the_credit_is_not_shown, up, down),
        cmocka_unit_test_setup_teardown(test_heartbeat, up, down),
        cmocka_unit_test_setup_teardown(test_gap, up, down),
        cmocka_unit_test_setup_teardown(test_no_acknowledgement_ahead_of_the_dispatcher, up, down),
        cmocka_unit_test_setup_teardown(test_queue_that_begins_too_late_is_told, peer_only_up, peer_only_down),
        cmocka_unit_test_setup_teardown(test_not_subscribed_says_hello_again, up, down),
        cmocka_unit_test_setup_teardown(test_dispatcher_dies_and_comes_back, up, down),
        cmocka_unit_test_setup_teardown(test_silence_makes_the_connection_anew, up, down),
        cmocka_unit_test_setup_teardown(test_unanswered_hello_is_repeated, up, down),
        cmocka_unit_test_setup_teardown(test_refused, up, down),
        cmocka_unit_test_setup_teardown(test_standby, up, down),
        cmocka_unit_test_setup_teardown(test_stale_epoch, up, down),
        cmocka_unit_test_setup_teardown(test_reject, up, down),
        cmocka_unit_test_setup_teardown(test_blocked, up, down),
        cmocka_unit_test_setup_teardown(test_reject_without_answer, up, down),
        cmocka_unit_test_setup_teardown(test_taken_over, up, down),
        cmocka_unit_test_setup_teardown(test_writer_notice, up, down),
        cmocka_unit_test_setup_teardown(test_restart, up, down),
        cmocka_unit_test_setup_teardown(test_goodbye, peer_only_up, peer_only_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return peer_end() || failed;
}

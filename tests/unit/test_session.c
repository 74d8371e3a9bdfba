// SPDX-License-Identifier: Apache-2.0
// dispatcherd's bookkeeping: who has the turn, what one may be sent, and what a failed head does.
#include "session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#define WINDOW (1 << 20)
#define S WF_SECOND

static struct queues *all;

static int set_up(void **state)
{
    all = calloc(1, sizeof *all);
    assert_non_null(all);
    queues_init(all);
    queues_take(all, (struct queue_head[]){{440300, 1, 100, 10, 7, 0}, {1, 1, 5, 0, 0, 0}, {440100, 51, 90, 60, 3, 61}},
                3);
    return 0;
}

static int tear_down(void **state)
{
    queues_free(all);
    free(all);
    return 0;
}

static struct connection from(int n)
{
    return (struct connection){.door = n % 2 == 0 ? DOOR_IPC : DOOR_PUBLIC, .peer = {.id = {(uint8_t)(n / 2)}, .n = 5}};
}

static struct session *join(struct queue *q, int n, int64_t credit)
{
    struct connection c = from(n);
    struct session *s = session_add(all, q, &c);
    if (s != NULL)
        s->credit = credit;
    return s;
}

static void finds_queues_by_code(void **state)
{
    assert_int_equal(all->n, 3);
    assert_int_equal(queues_find(all, 1)->head, 5);
    assert_int_equal(queues_find(all, 440100)->blocked, 61);
    assert_int_equal(queues_find(all, 440300)->epoch, 7);
    assert_null(queues_find(all, 440200));
    assert_null(queues_find(all, INT64_MAX));
}

static void consumers_wait_in_the_order_they_came(void **state)
{
    struct queue *q = queues_find(all, 440300);
    struct session *a = join(q, 0, 1), *b = join(q, 1, 1), *c = join(q, 2, 1);
    struct connection second = from(1);
    assert_ptr_equal(session_of(q, &second), b); // the same routing id at the other door is somebody else
    assert_false(session_active(q, a));
    turn_begin(q, 8, 10);
    assert_true(session_active(q, a));
    assert_false(session_active(q, b));
    session_remove(all, q, a);
    assert_false(q->active);
    assert_true(q->unsaved);
    session_first(q, c); // takes over
    assert_ptr_equal(q->sessions, c);
    assert_ptr_equal(c->next, b);
    assert_null(b->next);
}

static void there_is_room_for_so_many(void **state)
{
    struct queue *q = queues_find(all, 440300);
    for (int i = 0; i < CONSUMERS_MAX; i++)
        assert_non_null(join(q, i, 1));
    assert_null(join(q, CONSUMERS_MAX, 1));
    session_remove(all, q, q->sessions->next);
    assert_non_null(join(q, CONSUMERS_MAX, 1));
    for (int i = 0; i < SESSIONS_MAX - CONSUMERS_MAX; i++) {
        int32_t code = 500000 + i / CONSUMERS_MAX;
        queues_take(all, &(struct queue_head){code, 1, 0, 0, 0, 0}, 1);
        assert_non_null(join(queues_find(all, code), i, 1));
    }
    assert_null(join(queues_find(all, 1), 0, 1));
}

static void a_consumer_has_a_name(void **state)
{
    struct session *s = join(queues_find(all, 1), 4, 1);
    session_name(s, STR("gw-1"));
    assert_string_equal(s->name, "gw-1");
    session_name(s, STR("网关\x1b[2J\n\x7f"));
    assert_string_equal(s->name, "网关?[2J??");
    session_name(s, STR_NONE);
    assert_string_equal(s->name, "0200000000");
    session_name(s, STR(""));
    assert_string_equal(s->name, "0200000000");
}

static void credit_bounds_what_is_sent(void **state)
{
    struct queue *q = queues_find(all, 440300);
    assert_int_equal(turn_room(q, WINDOW, 0), 0); // nobody has the turn
    join(q, 0, 3);
    turn_begin(q, 8, 10);
    assert_int_equal(turn_room(q, WINDOW, 0), 3);
    turn_sent(q, 100);
    turn_sent(q, 100);
    assert_int_equal(turn_room(q, WINDOW, 0), 1);
    turn_sent(q, 100);
    assert_int_equal(turn_room(q, WINDOW, 0), 0);
    turn_acked(q, 13);
    assert_int_equal(turn_room(q, WINDOW, 0), 0); // an acknowledgement alone grants nothing
    q->sessions->credit = CREDIT_MAX;
    assert_int_equal(turn_room(q, WINDOW, 0), 87); // the head is at 100
    q->sessions->stuck = true;
    assert_int_equal(turn_room(q, WINDOW, 0), 0);
}

static void bytes_bound_what_is_sent(void **state)
{
    struct queue *q = queues_find(all, 440300);
    join(q, 0, CREDIT_MAX);
    turn_begin(q, 8, 10);
    int sent = 0;
    for (; turn_room(q, 10000, 0) > 0; sent++)
        turn_sent(q, 1000);
    assert_int_equal(sent, 10);
    assert_int_equal(q->flight.bytes, 10000);
    turn_acked(q, 12);
    assert_int_equal(q->flight.bytes, 8000);
    assert_in_range(turn_room(q, 10000, 0), 2, 3); // by what one was expected to have
    turn_acked(q, 20);
    assert_int_equal(q->flight.bytes, 0);
    turn_sent(q, 200000); // longer than the window: it goes alone
    assert_int_equal(turn_room(q, 10000, 0), 0);
}

static void a_flight_is_bounded_even_when_nothing_is_acknowledged(void **state)
{
    struct queue *q = queues_find(all, 440300);
    q->head = 1000000;
    join(q, 0, CREDIT_MAX);
    turn_begin(q, 8, 10);
    int sent = 0;
    for (; turn_room(q, INT64_C(1) << 40, 0) > 0; sent++) {
        turn_sent(q, 10);
        q->sessions->credit = CREDIT_MAX; // grants, but never acknowledges
    }
    assert_int_equal(sent, CREDIT_MAX);
    for (int64_t seq = 11; seq <= 10 + CREDIT_MAX; seq += 7)
        turn_acked(q, seq);
    turn_acked(q, q->sent);
    assert_int_equal(q->flight.n, 0);
    assert_int_equal(q->flight.bytes, 0);
}

static void who_says_hello_again_unread_gets_one_at_a_time(void **state)
{
    struct queue *q = queues_find(all, 440300);
    join(q, 0, 1000);
    turn_begin(q, 8, 10);
    for (int i = 0; i < 10; i++)
        turn_sent(q, 1000);
    turn_again(q, 10);
    assert_int_equal(q->sent, 10);
    assert_int_equal(q->reached, 20);
    assert_int_equal(turn_room(q, 10000, 0), 1);
    turn_sent(q, 1000);
    assert_int_equal(turn_room(q, 10000, 0), 0);
    turn_acked(q, 18); // what it had from before
    assert_int_equal(q->sent, 18);
    assert_int_equal(q->flight.debt, 0);
    assert_true(turn_room(q, 10000, 0) > 5);
}

static void a_cursor_does_not_go_back(void **state)
{
    struct queue *q = queues_find(all, 440300);
    join(q, 0, 1000);
    turn_begin(q, 8, 2); // a replay
    assert_int_equal(q->acked, 10);
    turn_sent(q, 1);
    q->unsaved = false;
    turn_acked(q, 3);
    assert_int_equal(q->acked, 10);
    assert_false(q->unsaved);
    turn_again(q, 30); // it has stored more than it told
    assert_int_equal(q->acked, 30);
    assert_true(q->unsaved);
}

static void nothing_passes_a_block(void **state)
{
    struct queue *q = queues_find(all, 440100);
    join(q, 0, 1000);
    assert_int_equal(turn_start(q, -1), 60);
    assert_int_equal(turn_start(q, 55), 55);
    assert_int_equal(turn_start(q, 61), 60); // the desk decides about 61
    assert_int_equal(turn_start(q, 80), 60);
    turn_begin(q, 4, 55);
    assert_int_equal(turn_room(q, WINDOW, 0), 5);
    queues_take(all, &(struct queue_head){440100, 51, 90, 60, 4, 0}, 1);
    assert_int_equal(turn_room(q, WINDOW, 0), 35);
}

static void a_failed_head_waits_longer_each_time(void **state)
{
    struct queue *q = queues_find(all, 440300);
    static const int64_t pauses[] = {1, 2, 4, 8, 16, 30, 30};
    join(q, 0, 1000);
    turn_begin(q, 8, 10);
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        turn_sent(q, 100);
        turn_sent(q, 100);
        int failed = turn_failed(q, 0);
        assert_int_equal(failed, i + 1);
        assert_int_equal(turn_pause(failed), pauses[i] * S);
        q->resume_at = turn_pause(failed);
        assert_int_equal(q->sent, 10);
        assert_int_equal(turn_room(q, WINDOW, pauses[i] * S - 1), 0);
        assert_true(turn_room(q, WINDOW, pauses[i] * S) > 0);
    }
    turn_sent(q, 100);
    turn_acked(q, 11);
    assert_int_equal(q->failed_seq, 0);
    turn_sent(q, 100);
    assert_int_equal(turn_failed(q, 0), 1); // another one begins anew
    assert_int_equal(turn_pause(1000000), 30 * S);
}

static void a_block_holds_until_the_table_has_it_and_the_desk_decides(void **state)
{
    struct queue *q = queues_find(all, 440300);
    join(q, 0, 1000);
    turn_begin(q, 8, 10);
    turn_sent(q, 100);
    turn_failed(q, 0);
    turn_block(q, STR("too\tlong"));
    queues_take(all, &(struct queue_head){440300, 1, 100, 10, 8, 0}, 1); // read before it was written
    assert_int_equal(q->blocked, 11);
    assert_string_equal(q->why, "too?long");
    q->block_unsaved = false;
    queues_take(all, &(struct queue_head){440300, 1, 100, 10, 8, 11}, 1);
    assert_int_equal(turn_room(q, WINDOW, 60 * S), 0);
    queues_take(all, &(struct queue_head){440300, 1, 100, 10, 8, 0}, 1);
    assert_true(turn_room(q, WINDOW, 0) > 0); // at once, whatever pause there was
    turn_sent(q, 100);
    assert_int_equal(turn_failed(q, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_queues_by_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(consumers_wait_in_the_order_they_came, set_up, tear_down),
        cmocka_unit_test_setup_teardown(there_is_room_for_so_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_consumer_has_a_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(credit_bounds_what_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_bound_what_is_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flight_is_bounded_even_when_nothing_is_acknowledged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_says_hello_again_unread_gets_one_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cursor_does_not_go_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_passes_a_block, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_head_waits_longer_each_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_block_holds_until_the_table_has_it_and_the_desk_decides, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

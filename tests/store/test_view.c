// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "fixture.h"
#include "store/view.h"

static const struct statement *const lists[] = {view_statements, NULL};

#define CASE_1 ((long long)first)

static void expect_text(struct str s, const char *words)
{
    assert_true(str_is(s, words));
}

static void test_case(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 3);
    struct db *db = fixture_db(&f, "pa_desk", lists);
    fixture_exec(&f, "UPDATE letter SET accused = E'甲\\n乙', title = NULL WHERE id = %lld", CASE_1);
    fixture_exec(&f, "UPDATE journal SET post = '受理员', detail = '核对无误' WHERE case_id = %lld AND seq = 3",
                 CASE_1);

    assert_int_equal(view_case(db, 440300, first, &v, &err), OK);
    assert_int_equal(v.row.id, first);
    assert_int_equal(v.row.mailbox, 440300);
    assert_int_equal(v.row.state, CLOSED);
    assert_int_equal(v.row.kind, KIND_REPORT);
    assert_int_equal(v.row.category, 1);
    assert_int_equal(v.row.outcome, OUTCOME_RESOLVED);
    assert_int_equal(v.row.received_at, FIXTURE_NOW);
    assert_int_equal(v.row.due_at, 0);
    assert_int_equal(v.channel, CHANNEL_WEB);
    assert_null(v.title.p);
    expect_text(v.place, "深圳");
    expect_text(v.accused, "甲\n乙");
    expect_text(v.body, "正文");
    assert_int_equal(v.legs_n, 1);
    assert_int_equal(v.legs[0].unit, 440300);
    assert_int_equal(v.legs[0].state, LEG_DONE);
    assert_int_equal(v.legs[0].role, ROLE_LEAD);
    assert_int_equal(v.events_n, 10);
    assert_int_equal(v.events[0].event, J_LETTER_RECEIVED);
    expect_text(v.events[0].rule, "T1");
    assert_int_equal(v.events[9].seq, 10);
    assert_int_equal(v.events[9].state, CLOSED);
    expect_text(v.events[2].post, "受理员");
    expect_text(v.events[2].detail, "核对无误");
    expect_text(v.events[3].because, rule_for_case(ACCEPTED, EV_DISPATCH)->because);
    assert_int_equal(v.replies_n, 1);
    expect_text(v.replies[0].public_text, "已办结");
    view_case_free(&v);

    // A number of another mailbox is no number of this case.
    assert_int_equal(view_case(db, 440000, first, &v, &err), REJECT);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(view_case(db, 440300, first + 3, &v, &err), REJECT);
    db_close(db);
    fixture_close(&f);
}

static int replies_of(struct db *db, int64_t id, char words[64])
{
    struct case_view v;
    struct err err;
    struct text t = {words, 64, 0};
    words[0] = '\0';
    assert_int_equal(view_case(db, 440300, id, &v, &err), OK);
    int n = v.replies_n;
    for (int i = 0; i < n; i++)
        text_str(&t, v.replies[i].public_text);
    view_case_free(&v);
    return n;
}

static void test_replies(void **state)
{
    struct fixture f;
    char words[64];
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 1);
    struct db *db = fixture_db(&f, "pa_desk", lists);

    // A report that was returned, seq 5, is never shown; the newest one before the issue is.
    fixture_exec(&f, "INSERT INTO reply VALUES (%lld, 5, 1, 1, '2026-11-23T11:00:00+08:00', '草稿')", CASE_1);
    assert_int_equal(replies_of(db, first, words), 1);
    assert_string_equal(words, "已办结");
    // What the desk wrote at the issue, line 9, stands instead of the reports.
    fixture_exec(&f, "INSERT INTO reply VALUES (%lld, 9, 0, 1, '2026-11-23T12:00:00+08:00', '专班答复')", CASE_1);
    assert_int_equal(replies_of(db, first, words), 1);
    assert_string_equal(words, "专班答复");
    // Reported again after the issue: not issued yet.
    fixture_exec(&f, "INSERT INTO reply VALUES (%lld, 11, 1, 1, '2026-11-23T13:00:00+08:00', '再报')", CASE_1);
    assert_int_equal(replies_of(db, first, words), 1);
    fixture_exec(
        &f, "INSERT INTO journal SELECT case_id, 12, at, event, because, state, leg, actor, unit, policy FROM journal "
            "WHERE seq = 9");
    assert_int_equal(replies_of(db, first, words), 2);
    assert_string_equal(words, "专班答复再报");
    fixture_exec(&f, "DELETE FROM journal WHERE seq IN (9, 12)");
    assert_int_equal(replies_of(db, first, words), 0);
    db_close(db);
    fixture_close(&f);
}

struct seen {
    int64_t ids[8];
    int n;
};

static void see(void *arg, const struct case_row *row)
{
    struct seen *seen = arg;
    seen->ids[seen->n++] = row->id;
}

static struct seen list(struct db *db, struct view_filter filter)
{
    struct seen seen = {{0}, 0};
    struct err err;
    filter.now = FIXTURE_NOW;
    if (filter.limit == 0)
        filter.limit = 8;
    assert_int_equal(view_list(db, &filter, see, &seen, &err), OK);
    return seen;
}

static void test_list(void **state)
{
    struct fixture f;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 4);
    struct db *db = fixture_db(&f, "pa_desk", lists);
    fixture_exec(
        &f, "UPDATE case_file SET state = 40, bureau = 440100, due_at = '2026-11-23T11:59:59+08:00' WHERE id = %lld",
        CASE_1);
    fixture_exec(&f, "UPDATE case_file SET state = 40, due_at = '2026-11-23T12:00:00+08:00' WHERE id = %lld",
                 CASE_1 + 1);

    struct seen all = list(db, (struct view_filter){0});
    assert_int_equal(all.n, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(all.ids[i], first + 3 - i);
    assert_int_equal(list(db, (struct view_filter){.limit = 3}).n, 3);
    assert_int_equal(list(db, (struct view_filter){.state = HANDLING}).n, 2);
    assert_int_equal(list(db, (struct view_filter){.bureau = 440100}).ids[0], first);
    assert_int_equal(list(db, (struct view_filter){.state = CLOSED, .bureau = 440100}).n, 0);
    // Due exactly now is not late yet.
    struct seen late = list(db, (struct view_filter){.overdue = true});
    assert_int_equal(late.n, 1);
    assert_int_equal(late.ids[0], first);
    db_close(db);
    fixture_close(&f);
}

struct queues {
    struct queue_view shenzhen;
    char consumer[32];
    int n;
};

static void see_queue(void *arg, const struct queue_view *row)
{
    struct queues *q = arg;
    q->n++;
    if (row->bureau != 440300)
        return;
    struct text t = TEXT(q->consumer);
    q->shenzhen = *row;
    text_str(&t, row->consumer);
}

static void test_queues(void **state)
{
    struct fixture f;
    struct queues q = {.n = 0};
    struct err err;
    fixture_open(&f);
    fixture_cases(&f, 5);
    struct db *db = fixture_db(&f, "pa_desk", lists);
    fixture_exec(
        &f, "UPDATE bureau_cursor SET acked_seq = 2, consumer = 'c1', consumer_since = '2026-11-23T12:00:00+08:00' "
            "WHERE bureau = 440300");
    fixture_exec(&f, "UPDATE bureau_queue SET sent_at = '2026-11-23T12:00:01+08:00' WHERE seq = 3");
    assert_int_equal(view_queues(db, see_queue, &q, &err), OK);
    assert_int_equal(q.n, 21);
    assert_int_equal(q.shenzhen.head, 5);
    assert_int_equal(q.shenzhen.acknowledged, 2);
    assert_int_equal(q.shenzhen.oldest, FIXTURE_NOW + WF_SECOND);
    assert_int_equal(q.shenzhen.consumer_since, FIXTURE_NOW);
    assert_string_equal(q.consumer, "c1");
    fixture_exec(&f, "UPDATE bureau_cursor SET acked_seq = 5, consumer = NULL WHERE bureau = 440300");
    assert_int_equal(view_queues(db, see_queue, &q, &err), OK);
    assert_int_equal(q.shenzhen.oldest, 0);
    assert_null(q.shenzhen.consumer.p);
    db_close(db);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_queues),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}

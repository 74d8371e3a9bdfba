// SPDX-License-Identifier: Apache-2.0
// What show, list, search and queues read; test_access has who may.
#include "reading.h"

static void test_case(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 3);
    struct db *db = open_db(&f);
    fixture_exec(&f, "UPDATE letter SET accused = E'甲\\n乙', title = NULL WHERE id = %lld", CASE_1);
    fixture_exec(&f, "UPDATE journal SET post = '受理员', detail = '核对无误' WHERE case_id = %lld AND seq = 3",
                 CASE_1);

    assert_int_equal(look(db, NULL, first, &v, &err), OK);
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
    struct viewer desk = viewer_of(NULL);
    assert_int_equal(view_case(db, policy, &desk, FIXTURE_NOW, 440000, first, &v, &err), REJECT);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(look(db, NULL, first + 3, &v, &err), REJECT);
    close_db(db);
    fixture_close(&f);
}

// No answer without its note: neither when the note cannot be written nor when its COMMIT fails.
static void test_noted_before_shown(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 1);
    struct db *db = open_db(&f);
    assert_int_equal(look(db, NULL, first, &v, &err), OK);
    view_case_free(&v);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM access_log WHERE allowed AND case_id = %lld", CASE_1), 1);
    fixture_exec(&f, "ALTER TABLE access_log ADD CONSTRAINT never CHECK (what <> 'show') NOT VALID");
    assert_int_equal(look(db, NULL, first, &v, &err), REJECT);
    assert_string_equal(err.code, "23514");
    fixture_exec(&f, "ALTER TABLE access_log DROP CONSTRAINT never, ADD CONSTRAINT once UNIQUE (case_id) DEFERRABLE "
                     "INITIALLY DEFERRED");
    assert_int_equal(look(db, NULL, first, &v, &err), REJECT);
    assert_string_equal(err.code, "23505");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM access_log"), 1);
    close_db(db);
    fixture_close(&f);
}

static int replies_of(struct db *db, int64_t id, char words[64])
{
    struct case_view v;
    struct err err;
    struct text t = {words, 64, 0};
    words[0] = '\0';
    assert_int_equal(look(db, NULL, id, &v, &err), OK);
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
    struct db *db = open_db(&f);

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
    close_db(db);
    fixture_close(&f);
}

static void test_list(void **state)
{
    struct fixture f;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 4);
    struct db *db = open_db(&f);
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
    // What somebody must decide on: open requests of that kind, with the other filters.
    fixture_exec(&f,
                 "INSERT INTO request SELECT c, i, 0, 10, s, 440000, 0, 0, 0, '2026-11-23T12:00:00+08:00', NULL, NULL, "
                 "NULL FROM (VALUES (%lld, 1, 1), (%lld, 2, 1), (%lld, 1, 3)) q (c, i, s)",
                 CASE_1 + 1, CASE_1 + 1, CASE_1 + 2);
    struct seen asked = list(db, (struct view_filter){.requested = REQUEST_REFERRAL});
    assert_true(asked.n == 1 && asked.ids[0] == first + 1);
    assert_int_equal(list(db, (struct view_filter){.requested = REQUEST_REFUSAL}).n, 0);
    assert_int_equal(list(db, (struct view_filter){.requested = REQUEST_REFERRAL, .state = HANDLING}).n, 1);
    assert_int_equal(list(db, (struct view_filter){.requested = REQUEST_REFERRAL, .state = TRIAGE}).n, 0);
    assert_int_equal(list(db, (struct view_filter){.requested = REQUEST_REFERRAL, .overdue = true}).n, 0);
    // Due exactly now is not late yet.
    struct seen late = list(db, (struct view_filter){.overdue = true});
    assert_int_equal(late.n, 1);
    assert_int_equal(late.ids[0], first);
    close_db(db);
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
    struct db *db = open_db(&f);
    fixture_exec(
        &f, "UPDATE bureau_cursor SET acked_seq = 2, consumer = 'c1', consumer_since = '2026-11-23T12:00:00+08:00' "
            "WHERE bureau = 440300");
    fixture_exec(&f, "UPDATE bureau_queue SET sent_at = '2026-11-23T12:00:01+08:00' WHERE seq = 3");
    struct viewer desk = viewer_of(NULL), bureau = viewer_of("联络员@440300"), county = viewer_of("联络员@440304");
    assert_int_equal(view_queues(db, policy, &desk, see_queue, &q, &err), OK);
    assert_int_equal(q.n, 22);
    assert_int_equal(q.shenzhen.head, 5);
    assert_int_equal(q.shenzhen.acknowledged, 2);
    assert_int_equal(q.shenzhen.oldest, FIXTURE_NOW + WF_SECOND);
    assert_int_equal(q.shenzhen.consumer_since, FIXTURE_NOW);
    assert_string_equal(q.consumer, "c1");
    fixture_exec(&f, "UPDATE bureau_cursor SET acked_seq = 5, consumer = NULL WHERE bureau = 440300");
    assert_int_equal(view_queues(db, policy, &desk, see_queue, &q, &err), OK);
    assert_int_equal(q.shenzhen.oldest, 0);
    assert_null(q.shenzhen.consumer.p);
    assert_true(q.shenzhen.first == 1 && q.shenzhen.epoch == 0 && q.shenzhen.blocked == 0 && !q.shenzhen.reason.p);
    fixture_exec(&f, "UPDATE bureau_cursor SET acked_seq = 3, epoch = 7, blocked_seq = 4, blocked_at = "
                     "'2026-11-23T12:00:00+08:00', attempts = 20, blocked_reason = 'x' WHERE bureau = 440300; "
                     "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300");
    assert_int_equal(view_queues(db, policy, &desk, see_queue, &q, &err), OK);
    assert_true(q.shenzhen.first == 2 && q.shenzhen.epoch == 7 && q.shenzhen.blocked == 4 &&
                q.shenzhen.blocked_at == FIXTURE_NOW && q.shenzhen.attempts == 20 && str_is(q.shenzhen.reason, "x"));
    // A bureau sees its own, what lies below it none: it could count letters about itself.
    q.n = 0;
    assert_int_equal(view_queues(db, policy, &bureau, see_queue, &q, &err), OK);
    assert_true(q.n == 1 && q.shenzhen.head == 5);
    assert_int_equal(view_queues(db, policy, &county, see_queue, &q, &err), OK);
    assert_int_equal(q.n, 1);
    close_db(db);
    fixture_close(&f);
}

static void test_the_rest_of_a_life(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 1);
    struct db *db = open_db(&f);
    accuse(&f, first, 440400, 0);
    accuse(&f, first, 0, 123456);
    fixture_exec(&f,
                 "UPDATE leg SET round = 1, hop = 2, flags = 5, extensions = 1; INSERT INTO course VALUES (%lld, NULL, "
                 "NULL, 1, 1, 0, 0, 2, '2026-11-24T12:00:00+08:00', 1, 0, NULL, 2, 1, 2, 0, 0, 0); "
                 "INSERT INTO request VALUES (%lld, 1, 1, 2, 2, 440300, 440400, 5, 0, '2026-11-23T12:00:00+08:00', "
                 "'2026-11-24T12:00:00+08:00', NULL, '2026-11-23T13:00:00+08:00'); "
                 "INSERT INTO callback_answer VALUES (%lld, 9, '2026-11-23T12:00:00+08:00', 1, 2, 0, 1, 2); "
                 "UPDATE journal SET event = %d WHERE seq = 7; UPDATE journal SET event = %d WHERE seq = 10; "
                 "INSERT INTO refused_event (case_id, at, actor, unit, post, event, state, code, words, cause_by) "
                 "SELECT %lld, '2026-11-23T12:00:00+08:00', 7, 440000, '专班', %d, 80, 'not_allowed', 'w' || i, 0 FROM "
                 "generate_series(1, %d) i",
                 CASE_1, CASE_1, CASE_1, J_EXTENSION_REQUESTED, J_CALLBACK_ANSWERED, CASE_1, EV_ACCEPT,
                 VIEW_REFUSED + 5);
    assert_int_equal(look(db, NULL, first, &v, &err), OK);
    assert_int_equal(v.version, 10);
    assert_true(v.letter.id == first && v.primary.id == 0 && v.merged_n == 0);
    assert_true(v.row.accused.n == 2 && v.row.accused.of[0].officer == 123456 && v.row.accused.of[1].unit == 440400);
    assert_true(v.legs[0].round == 1 && v.legs[0].hop == 2 && v.legs[0].extensions == 1);
    assert_int_equal(v.legs[0].flags, LEG_CONTACTED | LEG_FIXED);
    assert_int_equal(v.supervision, SUPERVISION_SUPERVISED);
    assert_int_equal(v.supervision_due, FIXTURE_NOW + WF_DAY);
    assert_true(v.satisfied_first == 2 && v.satisfied_last == 1 && v.solved == 2);
    assert_int_equal(v.requests_n, 1);
    assert_true(v.requests[0].of.kind == REQUEST_EXTENSION && v.requests[0].of.state == REQUEST_GRANTED);
    assert_true(v.requests[0].of.leg == 1 && v.requests[0].of.to == 440400 && v.requests[0].of.days == 5);
    assert_int_equal(v.requests[0].decided_at, FIXTURE_NOW + WF_HOUR);
    assert_true(v.answers_n == 1 && v.answers[0].reached == 1 && v.answers[0].contacted == 2);
    assert_true(v.answers[0].is_true == 0 && v.answers[0].satisfied == 1 && v.answers[0].solved == 2);
    assert_int_equal(v.refused_n, VIEW_REFUSED);
    expect_text(v.refused[VIEW_REFUSED - 1].words, "w105");
    assert_true(v.refused[0].event == EV_ACCEPT && v.refused[0].state == CLOSED);
    view_case_free(&v);
    close_db(db);
    fixture_close(&f);
}

static void test_search(void **state)
{
    static const struct {
        const char *words;
        int found;
    } searches[] = {{"路灯", 2}, {"100%", 1}, {"0%完", 1}, {"a_b", 1},
                    {"c\\d", 1}, {"a%b", 0},  {"灯不", 2}, {"不见", 0}};
    struct fixture f;
    struct err err;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 3);
    struct db *db = open_db(&f);
    fixture_exec(&f,
                 "UPDATE letter SET title = '路灯不亮' WHERE id = %lld; UPDATE letter SET body = '路灯不亮, 100%%完好, "
                 "a_b' WHERE id = %lld; UPDATE letter SET body = E'axb 1000 c\\\\d' WHERE id = %lld",
                 CASE_1, CASE_1 + 1, CASE_1 + 2);
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++)
        assert_int_equal(list(db, (struct view_filter){.text = str_of(searches[i].words)}).n, searches[i].found);
    assert_int_equal(list(db, (struct view_filter){.text = STR("路灯"), .state = HANDLING}).n, 0);
    struct viewer desk = viewer_of(NULL);
    struct view_filter one = {.text = STR("灯"), .now = FIXTURE_NOW, .limit = 8};
    assert_int_equal(view_list(db, policy, &desk, &one, see, NULL, &err), REJECT);
    assert_string_equal(err.code, "too_short");
    close_db(db);
    fixture_close(&f);
}

static void tick(void *arg, const struct case_row *row)
{
    int64_t *last = arg;
    assert_true(row->id < last[0]);
    last[0] = row->id;
    last[1]++;
}

// More cases than a window holds, none of them lost or told twice where one window ends, and none by dates.
static void test_pages(void **state)
{
    struct fixture f;
    struct err err;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 3000);
    struct db *db = open_db(&f);
    struct viewer desk = viewer_of(NULL), bureau = viewer_of("领导@440300"), other = viewer_of("领导@440400");
    const struct viewer *viewers[] = {&desk, &bureau, &other};
    const int64_t seen[] = {3000, 2000, 0}, late_seen[] = {2000, 1334, 0};
    fixture_exec(&f,
                 "INSERT INTO accused SELECT id, 440300, 0, received_at FROM case_file WHERE id %% 3 = 0; UPDATE "
                 "case_file SET due_at = '2026-11-23T11:00:00+08:00' WHERE id < %lld",
                 CASE_1 + 2000);
    for (int i = 0; i < 3; i++) {
        int64_t last[2] = {INT64_MAX, 0};
        struct view_filter filter = {.now = FIXTURE_NOW, .limit = INT64_MAX};
        assert_int_equal(view_list(db, policy, viewers[i], &filter, tick, last, &err), OK);
        assert_int_equal(last[1], seen[i]);
        int64_t late[2] = {INT64_MAX, 0};
        filter.overdue = true;
        assert_int_equal(view_list(db, policy, viewers[i], &filter, tick, late, &err), OK);
        assert_int_equal(late[1], late_seen[i]);
        int64_t some[2] = {INT64_MAX, 0};
        filter.limit = 7;
        assert_int_equal(view_list(db, policy, viewers[i], &filter, tick, some, &err), OK);
        assert_int_equal(some[1], seen[i] > 0 ? 7 : 0);
    }
    close_db(db);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case),    cmocka_unit_test(test_noted_before_shown),
        cmocka_unit_test(test_replies), cmocka_unit_test(test_list),
        cmocka_unit_test(test_queues),  cmocka_unit_test(test_the_rest_of_a_life),
        cmocka_unit_test(test_search),  cmocka_unit_test(test_pages),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The dispatcher's work list, deliveries and cursors; test_race has the appending.
#include "heart.h"

#include "store/queue.h"
#include "store/worklist.h"

static struct heart h;
static struct db *db;
static struct err err;

static int setup(void **state)
{
    static const struct statement *const lists[] = {queue_statements, worklist_accepted_statements, NULL};
    heart_open(&h);
    db = fixture_db(&h.f, "pa_dispatcher", lists);
    return 0;
}

static int teardown(void **state)
{
    db_close(db);
    heart_close(&h);
    return 0;
}

static void the_work_list(void **state)
{
    int64_t ids[10];
    int n = 0;
    wf_time oldest = -1;
    int64_t first = heart_accepted(&h, 6, SHENZHEN);
    assert_int_equal(worklist_accepted(db, 0, 4, ids, &n, &oldest, &err), OK);
    assert_int_equal(n, 4);
    assert_int_equal(oldest, FIXTURE_NOW);
    for (int i = 0; i < n; i++)
        assert_int_equal(ids[i], first + i);
    // Dispatched, without a bureau, or dead: nothing to do about.
    fixture_exec(&h.f,
                 "UPDATE case_file SET state = 40 WHERE id = %lld; UPDATE case_file SET bureau = 0 WHERE id = %lld; "
                 "INSERT INTO dead_letter (source, ref, at, attempts, code, field, words) VALUES "
                 "('dispatcher', '%lld', now(), 1, '', '', ''), ('classifier', '%lld', now(), 1, '', '', '')",
                 (long long)first + 1, (long long)first + 2, (long long)first + 3, (long long)first + 4);
    assert_int_equal(worklist_accepted(db, first, 10, ids, &n, &oldest, &err), OK);
    assert_int_equal(n, 2);
    assert_true(ids[0] == first + 4 && ids[1] == first + 5);
    assert_int_equal(worklist_accepted(db, first + 5, 10, ids, &n, &oldest, &err), OK);
    assert_true(n == 0 && oldest == 0);
}

static void what_a_delivery_holds(void **state)
{
    static struct queue_item items[FETCH_MAX];
    int n = 0;
    long long id = heart_sent(&h, 1);
    fixture_exec(
        &h.f,
        "UPDATE letter SET place = '南山', occurred_at = '2026-11-20T08:00+08', confidential = true, mailbox = "
        "440000; UPDATE case_file SET mailbox = 440000, place = 440305, flags = 5, kind = 4, category = 9, due_at = "
        "'2026-12-01T00:00+08' WHERE id = %lld",
        id);
    struct queue_want want = {SHENZHEN, 0, 10};
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items, &n, &err), OK);
    assert_int_equal(n, 1);
    const struct queue_item *it = items;
    assert_true(it->bureau == SHENZHEN && it->seq == 1 && it->case_id == id && it->leg == 1);
    assert_true(it->sent_at == FIXTURE_NOW && it->received_at == FIXTURE_NOW);
    assert_true(it->mailbox == 440000 && it->place_code == 440305 && it->kind == KIND_REPORT && it->category == 9);
    assert_true(it->flags == (FLAG_URGENT | FLAG_CONFIDENTIAL) && it->confidential);
    assert_true(str_is(it->title, "标题") && str_is(it->body, "正文") && str_is(it->place, "南山"));
    wf_time occurred, due;
    assert_true(time_parse(STR("2026-11-20T08:00:00+08:00"), &occurred) &&
                time_parse(STR("2026-12-01T00:00:00+08:00"), &due));
    assert_true(it->occurred_at == occurred && it->due_at == due);
    fixture_exec(&h.f, "UPDATE letter SET title = NULL, place = NULL, occurred_at = NULL WHERE id = %lld", id);
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items, &n, &err), OK);
    assert_true(!it->title.p && !it->place.p && it->occurred_at == 0);
}

static struct queue_item items_of[FETCH_MAX];

// The first n rows of Shenzhen's queue.
static const struct queue_item *fetched(int n)
{
    struct queue_want want = {SHENZHEN, 0, 10};
    int got = 0;
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items_of, &got, &err), OK);
    assert_int_equal(got, n);
    return items_of;
}

static void only_its_number(const struct queue_item *it, int64_t seq)
{
    assert_true(it->seq == seq && it->notice == NOTICE_REVOKED && it->leg == 1 && it->mailbox == SHENZHEN);
    assert_true(!it->title.p && !it->body.p && !it->place.p && !it->supplement.p && it->occurred_at == 0);
    assert_true(it->received_at == 0 && it->due_at == 0 && it->kind == KIND_NONE && it->category == 0);
    assert_true(it->place_code == 0 && it->flags == 0 && it->unit == 0 && !it->confidential);
}

// The words come with the letter and with the writer's later words, and with nothing else.
static void notices_bring_what_they_are_about(void **state)
{
    long long id = heart_sent(&h, 1);
    fixture_exec(&h.f,
                 "INSERT INTO bureau_queue SELECT bureau, n.seq, case_id, leg, sent_at + interval '1 h', n.notice FROM "
                 "bureau_queue, (VALUES (2, 7), (3, 7), (4, 11), (5, 3)) n (seq, notice); "
                 "INSERT INTO supplement SELECT %lld, i, '2026-11-23T13:00:00+08:00', '补充' || i FROM "
                 "generate_series(8, 9) i; UPDATE leg SET due_at = '2026-12-01T00:00:00+08:00', state = 20, round = 1",
                 id);
    const struct queue_item *it = fetched(5);
    assert_true(it[0].notice == NOTICE_LETTER && str_is(it[0].body, "正文") && !it[0].supplement.p);
    assert_true(it[0].unit == SHENZHEN && it[0].role == ROLE_LEAD && it[0].round == 1 && it[0].state == LEG_SIGNED);
    wf_time due;
    assert_true(time_parse(STR("2026-12-01T00:00:00+08:00"), &due));
    assert_true(it[0].due_at == due);
    // Two at one instant: each row its own words.
    assert_true(it[1].notice == NOTICE_SUPPLEMENT && str_is(it[1].supplement, "补充8") && str_is(it[1].body, "正文"));
    assert_true(it[2].notice == NOTICE_SUPPLEMENT && str_is(it[2].supplement, "补充9"));
    assert_true(it[3].notice == NOTICE_DATE && it[3].due_at == due && !it[3].body.p && !it[3].title.p);
    assert_true(it[4].notice == NOTICE_RETURNED && !it[4].body.p && it[4].kind == KIND_HELP);
}

// G4, G6: asked at each delivery, replays included; the sequence stays dense.
static void what_is_kept_from_a_bureau(void **state)
{
    static const struct {
        const char *accuse; // unit, officer
        bool kept;
    } accusations[] = {{"440300, 0", true}, {"440304, 0", false}, {"440400, 0", false}, {"440000, 0", true}};
    long long id = heart_sent(&h, 2);
    for (size_t i = 0; i < sizeof accusations / sizeof *accusations; i++) {
        fixture_exec(&h.f,
                     "INSERT INTO accused VALUES (%lld, %s, '2026-11-23T12:00:00+08:00'); "
                     "UPDATE case_file SET flags = flags | 8 WHERE id = %lld",
                     id, accusations[i].accuse, id);
        const struct queue_item *it = fetched(2);
        if (accusations[i].kept)
            only_its_number(&it[0], 1);
        else
            assert_true(it[0].notice == NOTICE_LETTER && it[0].body.p);
        assert_true(it[1].notice == NOTICE_LETTER && it[1].body.p);
        fixture_exec(&h.f, "UPDATE accused SET gone_at = '2026-11-23T12:00:00+08:00' WHERE case_id = %lld", id);
        assert_true(fetched(2)[0].body.p);
    }
    // A leg that was taken back, whatever for.
    fixture_exec(&h.f, "UPDATE leg SET state = 60 WHERE case_id = %lld", id);
    only_its_number(&fetched(2)[0], 1);
    // The leg's unit is in X, the bureau that stands above it is not.
    fixture_exec(&h.f,
                 "UPDATE leg SET state = 10, unit = 440304 WHERE case_id = %lld; UPDATE accused SET gone_at = NULL "
                 "WHERE unit = 440304",
                 id);
    only_its_number(&fetched(2)[0], 1);
}

static void each_bureau_its_own_limit(void **state)
{
    static struct queue_item items[FETCH_MAX];
    static struct change changes[CASES_MAX];
    static struct applied out[CASES_MAX];
    int n = 0;
    int64_t id = heart_accepted(&h, 21 * 5, 0);
    for (int i = 0; i < 21 * 5; i++)
        changes[i] = heart_dispatch(id + i);
    assert_int_equal(cases_apply(h.cases, h.policy, FIXTURE_NOW, changes, 21 * 5, out, &err), OK);
    const struct queue_want wants[] = {{ZHUHAI, 3, 9}, {SHENZHEN, 0, 2}, {440100, 5, 9}, {445300, 1, 0}};
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, wants, 4, items, &n, &err), OK);
    static const struct {
        int32_t bureau;
        int64_t seq;
    } expected[] = {{ZHUHAI, 4}, {ZHUHAI, 5}, {SHENZHEN, 1}, {SHENZHEN, 2}};
    assert_int_equal(n, 4);
    for (int i = 0; i < n; i++)
        assert_true(items[i].bureau == expected[i].bureau && items[i].seq == expected[i].seq);
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, wants, 0, items, &n, &err), OK);
    assert_int_equal(n, 0);
    // From many at once, each one's rows behind each other, in the order in which the queues were named.
    struct queue_want many[POLICY_BUREAUS];
    for (int i = 0; i < POLICY_BUREAUS; i++)
        many[i] = (struct queue_want){policy_bureaus[POLICY_BUREAUS - 1 - i], i % 6, 1 + i % 3};
    fixture_exec(&h.f, "INSERT INTO queue_tombstone VALUES (445100, 2, true, now(), 'x', 'y')");
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, many, POLICY_BUREAUS, items, &n, &err), OK);
    int k = 0;
    for (int i = 0; i < POLICY_BUREAUS; i++)
        for (int64_t seq = many[i].after + 1; seq <= many[i].after + many[i].max && seq <= 5; seq++, k++) {
            assert_true(items[k].bureau == many[i].bureau && items[k].seq == seq);
            assert_int_equal(items[k].notice, items[k].bureau == 445100 && seq == 2 ? NOTICE_SKIPPED : NOTICE_LETTER);
            assert_int_equal(items[k].case_id, id + (seq - 1) * POLICY_BUREAUS + POLICY_BUREAUS - 1 - i);
        }
    assert_int_equal(n, k);
    static struct queue_head heads[QUEUES_MAX];
    assert_int_equal(queue_heads(db, heads, &n, &err), OK);
    assert_int_equal(n, 22);
    assert_true(heads[0].bureau == 440000 && heads[0].head == 0 && heads[0].first == 1); // the province's own
    for (int i = 1; i < n; i++)
        assert_true(heads[i].head == 5 && heads[i].acked == 0 && heads[i - 1].bureau < heads[i].bureau &&
                    heads[i].epoch == 0 && heads[i].blocked == 0);
}

// A tombstone stands at its sequence without content; what the desk parked is nobody's to read there.
static void tombstones(void **state)
{
    heart_sent(&h, 3);
    fixture_exec(&h.f, "INSERT INTO queue_tombstone VALUES (440300, 2, true, now(), 'x', 'y'), (440400, 3, false, "
                       "now(), 'x', 'y')");
    const struct queue_item *it = fetched(3);
    assert_true(it[0].notice == NOTICE_LETTER && it[2].notice == NOTICE_LETTER);
    assert_true(it[1].notice == NOTICE_SKIPPED && it[1].seq == 2 && it[1].leg == 1 && !it[1].body.p && !it[1].title.p &&
                it[1].unit == 0 && it[1].received_at == 0);
}

// The server reads one batch while the caller has another in hand, and other statements run in between.
static void in_two_steps(void **state)
{
    static struct queue_item first[FETCH_MAX], second[FETCH_MAX];
    int n = 0;
    heart_sent(&h, 6);
    fixture_exec(&h.f, "UPDATE letter SET body = 'body ' || id %% 1000");
    struct queue_want a = {SHENZHEN, 0, 3}, b = {SHENZHEN, 3, 10};
    assert_false(queue_fetching());
    queue_fetch_begin(db, &a, 1);
    assert_true(queue_fetching());
    queue_fetch_read(db);
    struct queue_cursor cursor = {SHENZHEN, 0, 1, STR_NONE, 0};
    assert_int_equal(cursor_save(db, FIXTURE_NOW, &cursor, 1, &err), OK);
    assert_int_equal(queue_fetch_end(db, h.policy, FIXTURE_NOW, first, &n, &err), OK);
    assert_int_equal(n, 3);
    queue_fetch_begin(db, &b, 1);
    static struct queue_head heads[QUEUES_MAX];
    assert_int_equal(queue_heads(db, heads, &n, &err), OK);
    assert_int_equal(n, 22);
    assert_true(str_is(first[0].body, "body 1") && str_is(first[2].body, "body 3")); // still there
    assert_int_equal(queue_fetch_end(db, h.policy, FIXTURE_NOW, second, &n, &err), OK);
    assert_int_equal(n, 3);
    assert_true(second[0].seq == 4 && str_is(second[2].body, "body 6"));
    // The connection goes away while the server is at it.
    fixture_exec(&h.f, "BEGIN; LOCK TABLE letter");
    queue_fetch_begin(db, &a, 1);
    fixture_exec(
        &h.f, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'pa_dispatcher'; COMMIT");
    assert_int_equal(queue_heads(db, heads, &n, &err), RETRY);
    assert_int_equal(queue_fetch_end(db, h.policy, FIXTURE_NOW, first, &n, &err), RETRY);
    assert_false(queue_fetching());
    heart_ready(db);
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &a, 1, first, &n, &err), OK);
    assert_int_equal(n, 3);
}

// What is asked for in a second statement goes to the row that it belongs to.
static void few_rows_need_more(void **state)
{
    long long id = heart_sent(&h, 30);
    fixture_exec(
        &h.f,
        "INSERT INTO supplement SELECT %lld + i, 5, '2026-11-23T11:00:00+08:00', 'more ' || i FROM "
        "generate_series(3, 21, 9) i; UPDATE case_file SET flags = flags | 8 WHERE id IN (%lld + 4, %lld + 12);"
        "INSERT INTO accused SELECT id, 440300, 0, '2026-11-23T12:00:00+08:00' FROM case_file WHERE flags & 8 "
        "<> 0",
        id, id, id);
    struct queue_want want = {SHENZHEN, 0, 30};
    int n = 0;
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items_of, &n, &err), OK);
    assert_int_equal(n, 30);
    for (int i = 0; i < n; i++) {
        char more[16];
        snprintf(more, sizeof more, "more %d", i);
        assert_int_equal(items_of[i].seq, i + 1);
        assert_int_equal(items_of[i].notice, i == 4 || i == 12 ? NOTICE_REVOKED : NOTICE_LETTER);
        if (i == 3 || i == 21)
            assert_true(str_is(items_of[i].supplement, more));
        else
            assert_null(items_of[i].supplement.p);
    }
}

static void portals(void **state)
{
    static struct writer_item items[FETCH_MAX];
    long long id = fixture_cases(&h.f, 2);
    int n = 0;
    fixture_exec(&h.f, "SELECT queue_open(1); "
                       "INSERT INTO bureau_queue SELECT 1, i, letter.id, 0, '2026-11-23T13:00:00+08:00', "
                       "('{1,5,3,2}'::int[])[i] FROM letter, generate_series(1, 4) i WHERE letter.id %% 10 = 1; "
                       "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 1; "
                       "INSERT INTO queue_tombstone VALUES (1, 4, false, now(), 'x', 'y')");
    fixture_exec(
        &h.f,
        "INSERT INTO journal SELECT %lld, 11, at, %d, because, state, 0, actor, unit, policy, NULL, '请补充地点' "
        "FROM journal WHERE case_id = %lld AND seq = 4; "
        "UPDATE case_file SET state = 40, due_at = '2026-12-01T00:00:00+08:00' WHERE id = %lld",
        id, J_SUPPLEMENT_REQUESTED, id, id);
    struct queue_want want = {CHANNEL_WEB, 0, 9};
    assert_int_equal(queue_fetch_writers(db, &want, 1, items, &n, &err), OK);
    assert_int_equal(n, 4);
    for (int i = 0; i < 3; i++)
        assert_true(items[i].channel == CHANNEL_WEB && items[i].seq == i + 1 && items[i].case_id == id &&
                    str_is(items[i].client_ref, "ref-0") && items[i].mailbox == SHENZHEN &&
                    items[i].state == HANDLING && items[i].due_at > items[i].at && items[i].bureau == SHENZHEN &&
                    items[i].outcome == OUTCOME_RESOLVED);
    assert_true(items[0].event == WRITER_ACCEPTED && !items[0].reply.p && !items[0].asked.p);
    assert_true(items[1].event == WRITER_ANSWERED && str_is(items[1].reply, "已办结"));
    assert_true(items[2].event == WRITER_ASKED && str_is(items[2].asked, "请补充地点"));
    assert_true(items[3].event == WRITER_SKIPPED && items[3].seq == 4 && items[3].case_id == 0 &&
                !items[3].client_ref.p);
    // About police conduct: not where it is handled. The desk's own words at the issue go before the reports.
    fixture_exec(&h.f,
                 "UPDATE case_file SET flags = 2 WHERE id = %lld; INSERT INTO reply VALUES (%lld, 9, 0, 1, now(), "
                 "'专班答复')",
                 id, id);
    assert_int_equal(queue_fetch_writers(db, &want, 1, items, &n, &err), OK);
    assert_true(items[1].bureau == 0 && str_is(items[1].reply, "专班答复"));
}

// Each activation has its epoch; what a stale consumer says is not written.
static void consumers_take_turns(void **state)
{
    struct queue_head head = {.acked = -1};
    heart_sent(&h, 9);
    assert_int_equal(queue_activate(db, SHENZHEN, STR("a"), FIXTURE_NOW, &head, &err), OK);
    assert_true(head.epoch == 1 && head.acked == 0 && head.head == 9 && head.first == 1);
    struct queue_cursor old = {SHENZHEN, 1, 4, STR("a"), FIXTURE_NOW};
    assert_int_equal(cursor_save(db, FIXTURE_NOW, &old, 1, &err), OK);
    assert_int_equal(queue_activate(db, SHENZHEN, STR("b"), FIXTURE_NOW, &head, &err), OK);
    assert_true(head.epoch == 2 && head.acked == 4);
    old.acked = 7;
    assert_int_equal(cursor_save(db, FIXTURE_NOW, &old, 1, &err), OK);
    assert_int_equal(fixture_int(&h.f, "SELECT acked_seq FROM bureau_cursor WHERE consumer = 'b'"), 4);
    assert_int_equal(queue_activate(db, 440304, STR("c"), FIXTURE_NOW, &head, &err), REJECT);
    assert_string_equal(err.code, "unknown_value");
    // Only whose turn it is may block, what is not acknowledged, and one sequence at a time.
    assert_int_equal(queue_block(db, SHENZHEN, 1, 6, 20, STR("x"), FIXTURE_NOW, &err), REJECT);
    assert_string_equal(err.code, "stale_epoch");
    assert_int_equal(queue_block(db, SHENZHEN, 2, 4, 20, STR("x"), FIXTURE_NOW, &err), REJECT);
    assert_int_equal(queue_block(db, SHENZHEN, 2, 6, 20, STR("schema"), FIXTURE_NOW, &err), OK);
    assert_int_equal(queue_block(db, SHENZHEN, 2, 6, 21, STR("schema"), FIXTURE_NOW, &err), OK);
    assert_int_equal(queue_block(db, SHENZHEN, 2, 7, 20, STR("x"), FIXTURE_NOW, &err), REJECT);
    static struct queue_head heads[QUEUES_MAX];
    int n = 0;
    assert_int_equal(queue_heads(db, heads, &n, &err), OK);
    int i = 0;
    while (heads[i].bureau != SHENZHEN)
        i++;
    assert_true(heads[i].blocked == 6 && heads[i].acked == 5 && heads[i].epoch == 2);
    assert_int_equal(fixture_int(&h.f, "SELECT attempts FROM bureau_cursor WHERE blocked_reason = 'schema' AND "
                                       "blocked_at = '2026-11-23T12:00:00+08:00'"),
                     21);
}

static void a_cursor_never_goes_back(void **state)
{
    static const int64_t acked[] = {3, 2, 5, 0}, kept[] = {3, 3, 5, 5};
    for (int i = 0; i < 4; i++) {
        struct queue_cursor cursors[] = {{SHENZHEN, 0, acked[i], STR("深圳-1"), FIXTURE_NOW - 1},
                                         {ZHUHAI, 0, 1, STR_NONE, 0}};
        assert_int_equal(cursor_save(db, FIXTURE_NOW + i, cursors, i == 3 ? 1 : 2, &err), OK);
        assert_int_equal(fixture_int(&h.f, "SELECT acked_seq FROM bureau_cursor WHERE bureau = %d", SHENZHEN), kept[i]);
    }
    assert_int_equal(fixture_int(&h.f,
                                 "SELECT count(*) FROM bureau_cursor WHERE bureau = %d AND consumer = '深圳-1' AND "
                                 "consumer_since = '2026-11-23T11:59:59.999999+08' AND updated_at = "
                                 "'2026-11-23T12:00:00.000003+08'",
                                 SHENZHEN),
                     1);
    assert_int_equal(fixture_int(&h.f,
                                 "SELECT count(*) FROM bureau_cursor WHERE bureau = %d AND consumer IS NULL AND "
                                 "consumer_since IS NULL AND acked_seq = 1",
                                 ZHUHAI),
                     1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_work_list),
        TEST(what_a_delivery_holds),
        TEST(notices_bring_what_they_are_about),
        TEST(what_is_kept_from_a_bureau),
        TEST(each_bureau_its_own_limit),
        TEST(tombstones),
        TEST(in_two_steps),
        TEST(few_rows_need_more),
        TEST(portals),
        TEST(consumers_take_turns),
        TEST(a_cursor_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// How letters are numbered and kept: densely, once each, whole.
#include "heart.h"
#include "store/worklist.h"

#include <pthread.h>

#define N 100

static struct heart h;
static struct letter in[LETTERS_MAX];
static struct writer writers[LETTERS_MAX];
static struct stored out[LETTERS_MAX];
static char refs[LETTERS_MAX][32];
static struct err err;

static int setup(void **state)
{
    heart_open(&h);
    memset(writers, 0, sizeof writers);
    for (int i = 0; i < LETTERS_MAX; i++)
        heart_letter(&in[i], refs[i], "w", i);
    return 0;
}

static int teardown(void **state)
{
    heart_close(&h);
    return 0;
}

static void store(int n)
{
    if (letters_store(h.letters, h.policy, FIXTURE_NOW, in, writers, n, out, &err) != OK)
        fail_msg("%s: %s", err.code, err.text);
}

#define COUNT(...) ((int)fixture_int(&h.f, "SELECT count(*) FROM " __VA_ARGS__))

static int64_t today(int32_t serial)
{
    return number_id(date_of(FIXTURE_NOW), serial);
}

static void whole(void **state)
{
    in[0] = (struct letter){.channel = CHANNEL_PHONE,
                            .mailbox = ZHUHAI,
                            .claimed = KIND_REPORT,
                            .confidential = true,
                            .occurred_at = FIXTURE_NOW - WF_DAY,
                            .client_ref = STR("电话-1"),
                            .title = STR("噪音"),
                            .place = STR("香洲区"),
                            .body = STR("每晚施工到两点"),
                            .accused = {STR("某队"), STR("另一队")},
                            .accused_n = 2};
    writers[0] = (struct writer){.name = STR("无名"), .email = STR("")};
    in[1] = (struct letter){.channel = CHANNEL_WEB, .mailbox = 440000, .client_ref = STR("1"), .body = STR("只有正文")};
    store(2);
    assert_true(out[0].result == OK && out[0].id == today(1) && out[0].mailbox == ZHUHAI);
    assert_true(in[0].id == today(1) && in[0].received_at == FIXTURE_NOW);
    assert_true(out[1].result == OK && out[1].id == today(2) && out[1].mailbox == 440000);
    assert_int_equal(COUNT("letter WHERE id = 261123000000001 AND mailbox = 440400 AND channel = 3 AND claimed = 4 "
                           "AND confidential AND client_ref = '电话-1' AND received_at = '2026-11-23T12:00+08' "
                           "AND occurred_at = '2026-11-22T12:00+08' AND title = '噪音' AND place = '香洲区' "
                           "AND body = '每晚施工到两点' AND accused = E'某队\\n另一队'"),
                     1);
    assert_int_equal(COUNT("letter WHERE id = 261123000000002 AND claimed = 0 AND NOT confidential AND occurred_at IS "
                           "NULL AND title IS NULL AND place IS NULL AND accused IS NULL"),
                     1);
    assert_int_equal(
        COUNT("writer WHERE letter_id = 261123000000001 AND name = '无名' AND phone IS NULL AND email = ''"), 1);
    assert_int_equal(COUNT("writer"), 1); // nobody said, nothing kept
    assert_int_equal(
        COUNT("case_file WHERE id = 261123000000001 AND version = 1 AND state = 10 AND mailbox = 440400 AND "
              "kind = 4 AND flags = 4 AND bureau = 0 AND due_at = '2026-11-23T14:00+08' AND letter_id = id AND "
              "clock_at = received_at AND wake_at > received_at AND wake_at <= due_at"), // the sweep looks in time
        1);
    assert_int_equal(
        COUNT("journal j JOIN because b ON b.id = j.because WHERE seq = 1 AND event = 1 AND state = 10 AND "
              "leg = 0 AND actor = 2 AND unit = 0 AND policy = 1 AND b.rule = 'T1' AND due_at = "
              "'2026-11-23T14:00+08'"),
        2);
}

static void numbers_are_dense(void **state)
{
    store(N);
    store(0);
    for (int i = 0; i < N; i++)
        assert_int_equal(out[i].id, today(i + 1));
    for (int i = 0; i < N; i++)
        heart_letter(&in[i], refs[i], "x", i);
    store(N);
    for (int i = 0; i < N; i++)
        assert_int_equal(out[i].id, today(N + i + 1));
    assert_int_equal(fixture_int(&h.f, "SELECT next_serial FROM day_serial WHERE day = %d", 20261123), 2 * N + 1);
}

static void a_receipt_can_be_had_again(void **state)
{
    heart_letter(&in[3], refs[3], "w", 1); // twice in one batch
    store(6);
    for (int i = 0; i < 6; i++)
        assert_int_equal(out[i].result, i == 3 ? DUPLICATE : OK);
    assert_int_equal(out[3].id, out[1].id);
    assert_int_equal(out[3].mailbox, SHENZHEN);
    assert_int_equal(COUNT("letter_repeat WHERE letter_id = 261123000000002 AND at = '2026-11-23T12:00+08'"), 1);
    assert_int_equal(out[5].id, today(5));

    int64_t ids[7];
    for (int i = 0; i < 6; i++)
        ids[i] = out[i].id;
    store(7); // six old ones and a new one
    for (int i = 0; i < 6; i++)
        assert_true(out[i].result == DUPLICATE && out[i].id == ids[i] && out[i].mailbox == SHENZHEN);
    assert_true(out[6].result == OK && out[6].id == today(6));
    assert_int_equal(COUNT("letter_repeat"), 1 + 6); // each answer was written before it was given (P1)
    assert_int_equal(COUNT("letter"), 6);
    assert_int_equal(COUNT("journal"), 6);
    in[0].channel = CHANNEL_PAPER; // another key
    store(1);
    assert_int_equal(out[0].result, OK);
}

// The same key with other content, against the database and inside one batch: each member is named.
static void conflicts_name_the_member(void **state)
{
    static const char *const members[] = {"mailbox",     "kind",         "confidential",     "occurred_at",
                                          "title",       "place",        "accused",          "body",
                                          "writer.name", "writer.phone", "writer.id_number", "writer.email",
                                          "title",       "accused",      "accused",          "writer.name"};
    enum { MEMBERS = sizeof members / sizeof *members };
    const struct letter one = {.channel = CHANNEL_WEB,
                               .mailbox = SHENZHEN,
                               .client_ref = STR("key"),
                               .title = STR("标题"),
                               .body = STR("正文"),
                               .accused = {STR("甲"), STR("乙")},
                               .accused_n = 2};
    const struct writer who = {STR("a"), STR("b"), STR("c"), STR("d")};
    for (int i = 0; i <= MEMBERS; i++) {
        in[i] = one;
        writers[i] = who;
    }
    in[1].mailbox = ZHUHAI;
    in[2].claimed = KIND_HELP;
    in[3].confidential = true;
    in[4].occurred_at = FIXTURE_NOW;
    in[5].title = STR("标题2");
    in[6].place = STR(""); // absent is not empty
    in[7].accused[1] = STR("丙");
    in[8].body = STR("正文 ");
    writers[9].name = STR_NONE;
    writers[10].phone = STR("B");
    writers[11].id_number = STR("");
    writers[12].email = STR("dd");
    in[13].title = STR("");
    in[14].accused_n = 1;
    in[15].accused_n = 0;
    writers[16] = (struct writer){.name = STR_NONE};
    for (int round = 0; round < 2; round++) {
        store(MEMBERS + 1);
        assert_int_equal(out[0].result, round == 0 ? OK : DUPLICATE);
        for (int i = 1; i <= MEMBERS; i++) {
            assert_int_equal(out[i].result, REJECT);
            assert_string_equal(out[i].err.code, "conflict");
            assert_string_equal(out[i].err.field, members[i - 1]);
        }
    }
    assert_int_equal(COUNT("letter"), 1);
    assert_int_equal(COUNT("letter_repeat"), 1);
    assert_int_equal(COUNT("letter WHERE accused = E'甲\\n乙' AND mailbox = 440300"), 1);
}

// One letter that the database refuses leaves no gap and takes nobody with it.
static void poison_alone(void **state)
{
    in[13].body = (struct str){"a\0b", 3};
    in[70].title = STR("\xed\xa0\x80");
    writers[71].name = STR("\xff");
    store(N);
    int32_t serial = 1;
    for (int i = 0; i < N; i++) {
        bool bad = i == 13 || i == 70 || i == 71;
        assert_int_equal(out[i].result, bad ? REJECT : OK);
        if (bad)
            assert_string_equal(out[i].err.code, "22021");
        else
            assert_int_equal(out[i].id, today(serial++));
    }
    assert_int_equal(fixture_int(&h.f, "SELECT next_serial FROM day_serial WHERE day = %d", 20261123), serial);
    assert_int_equal(COUNT("letter"), N - 3);
    assert_int_equal(COUNT("case_file"), N - 3);
    assert_int_equal(COUNT("writer"), 0);
}

static void a_new_day_counts_from_one(void **state)
{
    wf_time midnight = date_begin(date_of(FIXTURE_NOW)) + WF_DAY;
    const wf_time at[] = {midnight - 1, midnight, midnight - 1, midnight + WF_DAY};
    const int64_t ids[] = {INT64_C(261123000000001), INT64_C(261124000000001), INT64_C(261123000000002),
                           INT64_C(261125000000001)};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(letters_store(h.letters, h.policy, at[i], &in[i], writers, 1, out, &err), OK);
        assert_int_equal(out[0].id, ids[i]);
        assert_int_equal(in[i].received_at, at[i]);
    }
}

static void serials_end(void **state)
{
    fixture_exec(&h.f, "INSERT INTO day_serial VALUES (20261123, %d)", SERIAL_MAX - 1);
    store(1);
    assert_int_equal(out[0].id, today(SERIAL_MAX - 1));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(letters_store(h.letters, h.policy, FIXTURE_NOW, in + 1, writers, 2, out, &err), RETRY);
        assert_string_equal(err.code, "serials_exhausted");
    }
    assert_int_equal(letters_store(h.letters, h.policy, FIXTURE_NOW, in + 1, writers, 1, out, &err), OK);
    assert_int_equal(out[0].id, today(SERIAL_MAX));
    assert_int_equal(letters_store(h.letters, h.policy, FIXTURE_NOW, in + 2, writers, 1, out, &err), RETRY);
    assert_int_equal(fixture_int(&h.f, "SELECT next_serial FROM day_serial WHERE day = %d", 20261123), SERIAL_MAX + 1);
    store(2); // repeats take no serial
    assert_true(out[0].result == DUPLICATE && out[1].result == DUPLICATE);
    assert_int_equal(letters_store(h.letters, h.policy, FIXTURE_NOW + WF_DAY, in + 2, writers, 1, out, &err), OK);
    assert_int_equal(COUNT("letter"), 3);
}

// ---- Two intakes ----

struct intake {
    pthread_t thread;
    struct db *db;
    struct letters *letters;
    struct letter in[N];
    struct stored out[N];
    int batch;
    enum result worst;
};

static void *take_all(void *arg)
{
    struct intake *t = arg;
    struct err why;
    for (int i = 0; i < N; i += t->batch) {
        int n = N - i < t->batch ? N - i : t->batch;
        enum result result = letters_store(t->letters, h.policy, FIXTURE_NOW, t->in + i, writers, n, t->out + i, &why);
        if (result != OK)
            t->worst = result;
    }
    return NULL;
}

static void start(struct intake *t, int batch)
{
    *t = (struct intake){.db = heart_db(&h, "pa_intake"), .batch = batch};
    t->letters = letters_new(t->db);
    memcpy(t->in, in, sizeof t->in);
    assert_int_equal(pthread_create(&t->thread, NULL, take_all, t), 0);
}

static void finish(struct intake *t)
{
    assert_int_equal(pthread_join(t->thread, NULL), 0);
    assert_int_equal(t->worst, OK);
    letters_free(t->letters);
    db_close(t->db);
}

static void each_once(const struct intake *a, const struct intake *b)
{
    for (int i = 0; i < N; i++) {
        assert_int_equal(a->out[i].id, b->out[i].id);
        assert_true((a->out[i].result == OK && b->out[i].result == DUPLICATE) ||
                    (a->out[i].result == DUPLICATE && b->out[i].result == OK));
    }
    assert_int_equal(COUNT("letter"), N);
    assert_int_equal(COUNT("letter_repeat"), N);
    assert_int_equal(fixture_int(&h.f, "SELECT next_serial FROM day_serial WHERE day = %d", 20261123), N + 1);
    assert_int_equal(fixture_int(&h.f, "SELECT max(id %% 1000000000) FROM letter"), N);
}

// Both take every letter for a new one before either has written.
static void two_intakes_in_step(void **state)
{
    static struct intake a, b;
    fixture_exec(&h.f, "INSERT INTO day_serial VALUES (20261123, 1)");
    fixture_exec(&h.f, "BEGIN; SELECT FROM day_serial FOR UPDATE");
    start(&a, N);
    start(&b, N);
    int64_t deadline = clock_mono() + 20 * WF_SECOND;
    for (int waiting = 0; waiting != 2; poll(NULL, 0, 2)) {
        assert_true(clock_mono() < deadline);
        fixture_exec(&h.f, "SELECT pg_stat_clear_snapshot()"); // a transaction keeps what it saw first
        waiting = COUNT("pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'pa_intake'");
    }
    fixture_exec(&h.f, "COMMIT");
    finish(&a);
    finish(&b);
    each_once(&a, &b);
}

static void two_intakes_as_it_comes(void **state)
{
    static struct intake a, b;
    start(&a, 7);
    start(&b, 11);
    finish(&a);
    finish(&b);
    each_once(&a, &b);
}

// ---- The classifier's work list ----

static void the_work_list(void **state)
{
    static struct letter list[N];
    static const struct statement *const lists[] = {worklist_received_statements, NULL};
    struct db *db = fixture_db(&h.f, "pa_classifier", lists);
    in[2].accused[0] = STR("甲");
    in[2].accused[1] = STR("乙");
    in[2].accused_n = 2;
    in[2].confidential = true;
    in[2].claimed = KIND_PRAISE;
    in[2].place = STR("深圳");
    in[3].title = STR_NONE;
    store(6);
    int n = 0;
    assert_int_equal(worklist_received(db, 0, 4, list, &n, &err), OK);
    assert_int_equal(n, 4);
    assert_int_equal(list[3].id, today(4));
    assert_true(str_is(list[2].place, "深圳") && str_is(list[2].body, "正文") && str_is(list[2].title, "标题"));
    assert_true(list[2].accused_n == 2 && str_is(list[2].accused[0], "甲") && str_is(list[2].accused[1], "乙"));
    assert_true(list[2].confidential && list[2].claimed == KIND_PRAISE && list[2].mailbox == SHENZHEN);
    assert_true(list[3].title.p == NULL && list[3].accused_n == 0 && list[3].place.p == NULL);
    fixture_exec(&h.f,
                 "UPDATE case_file SET state = 20 WHERE id = %lld; INSERT INTO dead_letter (source, ref, at, attempts, "
                 "code, field, words) VALUES ('classifier', '%lld', now(), 1, 'c', '', '')",
                 (long long)today(5), (long long)today(6));
    assert_int_equal(worklist_received(db, today(3), N, list, &n, &err), OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, today(4));
    db_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole),
        TEST(numbers_are_dense),
        TEST(a_receipt_can_be_had_again),
        TEST(conflicts_name_the_member),
        TEST(poison_alone),
        TEST(a_new_day_counts_from_one),
        TEST(serials_end),
        TEST(two_intakes_in_step),
        TEST(two_intakes_as_it_comes),
        TEST(the_work_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

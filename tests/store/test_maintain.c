// SPDX-License-Identifier: Apache-2.0
// The queues' ranges: made ahead of the head, retired one by one, each queue's its own affair.
#include "heart.h"

#include "store/queue.h"

#define ROWS 10 // of a range, so that a few letters fill some

static struct heart h;
static struct db *db;
static struct err err;

static int setup(void **state)
{
    static const struct statement *const lists[] = {queue_statements, NULL};
    heart_open(&h);
    db = fixture_db(&h.f, "pa_dispatcher", lists);
    // Small ranges instead of the first ones.
    fixture_exec(&h.f,
                 "SET ROLE pa_owner; "
                 "DO $$ DECLARE q int; BEGIN FOR q IN SELECT bureau FROM bureau_head LOOP "
                 "EXECUTE format('DROP TABLE bureau_queue_%%s_1', q); DELETE FROM queue_range WHERE bureau = q; "
                 "PERFORM queue_add_range(q, %d); END LOOP; END $$; RESET ROLE",
                 ROWS);
    return 0;
}

static int teardown(void **state)
{
    db_close(db);
    heart_close(&h);
    return 0;
}

// n lines behind the head of a queue, about one case, appended at `at`.
static void append(int32_t queue, long long id, int n, const char *at)
{
    fixture_exec(&h.f,
                 "INSERT INTO bureau_queue SELECT bureau, next_seq + i, %lld, 1, '%s', 3 FROM bureau_head, "
                 "generate_series(0, %d) i WHERE bureau = %d; UPDATE bureau_head SET next_seq = next_seq + %d WHERE "
                 "bureau = %d",
                 id, at, n - 1, queue, n, queue);
}

static int maintain(wf_time retain)
{
    int dropped = -1;
    assert_int_equal(queue_maintain(db, FIXTURE_NOW, ROWS, retain, &dropped, &err), OK);
    return dropped;
}

static int64_t ranges(int32_t queue)
{
    return fixture_int(&h.f, "SELECT count(*) FROM queue_range WHERE bureau = %d", queue);
}

static int64_t first_of(int32_t queue)
{
    return fixture_int(&h.f, "SELECT first_seq FROM bureau_head WHERE bureau = %d", queue);
}

static void acknowledge(int32_t queue, int64_t seq)
{
    fixture_exec(&h.f, "UPDATE bureau_cursor SET acked_seq = %lld WHERE bureau = %d", (long long)seq, queue);
}

#define OLD "2026-10-01T00:00:00+08:00"
#define NEW "2026-11-23T11:00:00+08:00"

static void ranges_are_made_ahead(void **state)
{
    long long id = heart_sent(&h, 1);
    assert_int_equal(maintain(400 * WF_DAY), 0);
    assert_int_equal(ranges(SHENZHEN), 1); // half of it is free yet
    append(SHENZHEN, id, 5, OLD);
    maintain(400 * WF_DAY);
    assert_int_equal(ranges(SHENZHEN), 2);
    assert_int_equal(ranges(ZHUHAI), 1);
    maintain(400 * WF_DAY);
    assert_int_equal(ranges(SHENZHEN), 2);
    // Another size holds for the ranges to come, which follow without a gap.
    append(SHENZHEN, id, 12, OLD);
    int dropped;
    assert_int_equal(queue_maintain(db, FIXTURE_NOW, 1000, 400 * WF_DAY, &dropped, &err), OK);
    assert_int_equal(ranges(SHENZHEN), 3);
    assert_int_equal(fixture_int(&h.f, "SELECT to_seq FROM queue_range WHERE bureau = %d AND from_seq = 21", SHENZHEN),
                     1021);
}

// The dispatcher was away and a range is full: whoever appends makes the next one and tries again.
static void an_append_beyond_the_last_range(void **state)
{
    long long id = heart_sent(&h, 1);
    append(SHENZHEN, id, ROWS - 1, OLD);
    PGresult *r = PQexec(h.f.conn, "INSERT INTO bureau_queue VALUES (440300, 11, 1, 1, now())");
    assert_string_equal(PQresultErrorField(r, PG_DIAG_SQLSTATE), QUEUE_FULL);
    PQclear(r);
    assert_int_equal(queue_extend(h.feedback, &err), OK); // the role that the desk's acts have
    assert_int_equal(ranges(SHENZHEN), 2);
    append(SHENZHEN, id, ROWS, OLD);
    assert_int_equal(queue_extend(db, &err), OK);
    assert_int_equal(ranges(SHENZHEN), 3);
}

// The whole rows of the ranges around their borders, in order.
static void replay_over_borders(void **state)
{
    static struct queue_item items[FETCH_MAX];
    long long id = heart_sent(&h, 1);
    for (int i = 0; i < 6; i++) {
        append(SHENZHEN, id, ROWS / 2, OLD);
        maintain(400 * WF_DAY);
    }
    int n = 0;
    for (int64_t after = 0; after < 31; after++) {
        struct queue_want want = {SHENZHEN, after, 25};
        assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items, &n, &err), OK);
        assert_int_equal(n, 31 - after < 25 ? 31 - after : 25);
        for (int i = 0; i < n; i++)
            assert_int_equal(items[i].seq, after + 1 + i);
    }
}

static void retiring(void **state)
{
    long long id = heart_sent(&h, 1);
    for (int i = 0; i < 8; i++) { // three ranges of old lines, one of new ones
        append(SHENZHEN, id, ROWS / 2, i < 6 ? OLD : NEW);
        append(ZHUHAI, id, ROWS / 2, i < 6 ? OLD : NEW);
        maintain(400 * WF_DAY);
    }
    // Nothing is acknowledged: nothing goes, however old.
    assert_int_equal(maintain(30 * WF_DAY), 0);
    // Zhuhai has all; Shenzhen, late, keeps its own. At most one range a queue and call.
    acknowledge(ZHUHAI, 4 * ROWS);
    assert_int_equal(maintain(400 * WF_DAY), 0); // younger than that
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_true(first_of(ZHUHAI) == ROWS + 1 && first_of(SHENZHEN) == 1);
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_int_equal(maintain(30 * WF_DAY), 0); // the next one has new lines
    assert_int_equal(first_of(ZHUHAI), 3 * ROWS + 1);
    assert_int_equal(fixture_int(&h.f,
                                 "SELECT count(*) FROM queue_retired WHERE bureau = %d AND rows = %d AND "
                                 "newest_at = '" OLD "' AND at = '2026-11-23T12:00:00+08:00'",
                                 ZHUHAI, ROWS),
                     3);
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM bureau_queue WHERE bureau = %d", ZHUHAI), ROWS);
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM bureau_queue WHERE bureau = %d", SHENZHEN), 4 * ROWS + 1);
    // A range goes when it is acknowledged whole, and not before.
    acknowledge(SHENZHEN, ROWS - 1);
    assert_int_equal(maintain(30 * WF_DAY), 0);
    acknowledge(SHENZHEN, 2 * ROWS);
    // The first holds a line of today: it may not go, nor may what stands behind it.
    assert_int_equal(maintain(30 * WF_DAY), 0);
    fixture_exec(&h.f, "UPDATE bureau_queue SET sent_at = '" OLD "' WHERE bureau = %d AND seq = 1", SHENZHEN);
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_int_equal(maintain(30 * WF_DAY), 0);
    assert_int_equal(first_of(SHENZHEN), 2 * ROWS + 1);
    static struct queue_head heads[QUEUES_MAX];
    int n = 0;
    assert_int_equal(queue_heads(db, heads, &n, &err), OK);
    for (int i = 0; i < n; i++)
        if (heads[i].bureau == SHENZHEN)
            assert_true(heads[i].first == 2 * ROWS + 1 && heads[i].head == 4 * ROWS + 1);
    static struct queue_item items[FETCH_MAX];
    struct queue_want want = {SHENZHEN, 2 * ROWS, 100};
    assert_int_equal(queue_fetch(db, h.policy, FIXTURE_NOW, &want, 1, items, &n, &err), OK);
    assert_true(n == 2 * ROWS + 1 && items[0].seq == 2 * ROWS + 1);
}

// Somebody reads a queue and does not end (a backup): its range stays for another time, and the others' go.
static void a_lock_that_is_not_to_be_had(void **state)
{
    static const int32_t queues[] = {440100, SHENZHEN, ZHUHAI};
    long long id = heart_sent(&h, 1);
    for (int i = 0; i < 3; i++) {
        append(queues[i], id, queues[i] == SHENZHEN ? ROWS - 1 : ROWS, OLD);
        acknowledge(queues[i], ROWS);
    }
    fixture_exec(&h.f, "UPDATE bureau_queue SET sent_at = '" OLD "'");
    maintain(400 * WF_DAY);
    char conninfo[256];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s", getenv("PGHOST"), h.f.name);
    PGconn *reader = PQconnectdb(conninfo);
    PQclear(PQexec(reader, "BEGIN"));
    PQclear(PQexec(reader, "SELECT count(*) FROM bureau_queue WHERE bureau = 440300"));
    int64_t start = clock_mono();
    int dropped = 0;
    for (int i = 0; i < 3; i++)
        dropped += maintain(30 * WF_DAY);
    assert_true(clock_mono() - start < 3 * WF_SECOND);
    assert_int_equal(dropped, 2);
    assert_true(first_of(440100) == ROWS + 1 && first_of(ZHUHAI) == ROWS + 1 && first_of(SHENZHEN) == 1);
    PQclear(PQexec(reader, "COMMIT"));
    PQfinish(reader);
    assert_int_equal(maintain(30 * WF_DAY), 1);
    assert_int_equal(first_of(SHENZHEN), ROWS + 1);
}

// Letters are dispatched all the while that ranges are made and retired.
static void beside_the_writers(void **state)
{
    int64_t from = 0;
    for (int i = 0; i < 12; i++) {
        heart_sent(&h, 4);
        acknowledge(SHENZHEN, from += 4);
        fixture_exec(&h.f, "UPDATE bureau_queue SET sent_at = '" OLD "'");
        maintain(30 * WF_DAY);
    }
    assert_int_equal(fixture_int(&h.f, "SELECT next_seq FROM bureau_head WHERE bureau = %d", SHENZHEN), 49);
    assert_int_equal(first_of(SHENZHEN), 41);
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM bureau_queue WHERE bureau = %d", SHENZHEN), 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ranges_are_made_ahead),        TEST(an_append_beyond_the_last_range),
        TEST(replay_over_borders),          TEST(retiring),
        TEST(a_lock_that_is_not_to_be_had), TEST(beside_the_writers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

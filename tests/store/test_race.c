// SPDX-License-Identifier: Apache-2.0
// P3: sixteen dispatchers append to 21 bureaus' queues while somebody reads them by "behind the last one I saw". No
// gap, no inversion, every row once; and the same reader does skip rows where the sequence is not given in commit
// order.
#include "heart.h"

#include "store/queue.h"

#include <sys/wait.h>
#include <unistd.h>

#define WRITERS 16
#define LETTERS 2000
#define DEADLINE (60 * WF_SECOND)

static struct heart h;
static const struct statement *const reader_lists[] = {queue_statements, NULL};

static int setup(void **state)
{
    heart_open(&h);
    return 0;
}

static int teardown(void **state)
{
    heart_close(&h);
    return 0;
}

// ---- The reader: as delivery reads, a position a bureau ----

struct reader {
    struct db *db;
    struct queue_want wants[WANTS_MAX];
    int bureaus, rows, jumps;
};

static void reader_open(struct reader *r)
{
    static struct queue_head heads[QUEUES_MAX];
    struct err err;
    *r = (struct reader){.db = fixture_db(&h.f, "pa_dispatcher", reader_lists)};
    assert_int_equal(queue_heads(r->db, heads, &r->bureaus, &err), OK);
    assert_int_equal(r->bureaus, 22); // and the province
    for (int i = 0; i < r->bureaus; i++) {
        assert_int_equal(heads[i].head, 0);
        r->wants[i] = (struct queue_want){heads[i].bureau, 0, FETCH_MAX / 22};
    }
}

static void read_on(struct reader *r)
{
    static struct queue_item items[FETCH_MAX];
    struct err err;
    int n = 0;
    assert_int_equal(queue_fetch(r->db, h.policy, FIXTURE_NOW, r->wants, r->bureaus, items, &n, &err), OK);
    for (int i = 0, k = 0; i < n; i++) {
        while (r->wants[k].bureau != items[i].bureau)
            assert_true(++k < r->bureaus);
        r->jumps += items[i].seq != r->wants[k].after + 1;
        r->wants[k].after = items[i].seq;
        r->rows++;
    }
}

// ---- The writers: processes, let go at once ----

static unsigned seed = 20261123;

// Dispatches every sixteenth case in batches of one to eight.
static int dispatch_share(int64_t first, int share)
{
    struct cases *cases;
    struct change changes[8];
    struct applied out[8];
    struct err err;
    unsigned mine = seed + (unsigned)share;
    struct db *db = heart_db(&h, "pa_dispatcher");
    cases = cases_new(db);
    for (int64_t id = first + share; id < first + LETTERS;) {
        int n = 0;
        for (int want = 1 + rand_r(&mine) % 8; n < want && id < first + LETTERS; id += WRITERS)
            changes[n++] = heart_dispatch(id);
        enum result result;
        while ((result = cases_apply(cases, h.policy, FIXTURE_NOW, changes, n, out, &err)) == RETRY)
            heart_ready(db);
        for (int i = 0; i < n; i++)
            if (result != OK || out[i].result != OK)
                return 1;
    }
    cases_free(cases);
    db_close(db);
    return 0;
}

static void no_gap_and_no_inversion(void **state)
{
    int gate[2], running = WRITERS;
    struct reader r;
    int64_t first = heart_accepted(&h, LETTERS / 2, 0);
    assert_int_equal(heart_accepted(&h, LETTERS / 2, 0), first + LETTERS / 2);
    print_message("seed %u\n", seed);
    reader_open(&r);
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0) {
            char byte;
            close(gate[1]);
            _exit(read(gate[0], &byte, 1) == 0 ? dispatch_share(first, i) : 2); // at the end of the pipe
        }
    close(gate[0]);
    close(gate[1]);

    int64_t deadline = clock_mono() + DEADLINE;
    int seen_while_racing = 0;
    while (running > 0 && clock_mono() < deadline) {
        int status;
        read_on(&r);
        while (running > 0 && waitpid(-1, &status, WNOHANG) > 0) {
            assert_int_equal(status, 0);
            running--;
        }
        seen_while_racing = running > 0 ? r.rows : seen_while_racing;
    }
    assert_int_equal(running, 0);
    for (int before = -1; before != r.rows;) {
        before = r.rows;
        read_on(&r);
    }
    print_message("%d rows, %d of them while they were written\n", r.rows, seen_while_racing);
    assert_true(seen_while_racing > LETTERS / 10);
    assert_int_equal(r.jumps, 0);
    assert_int_equal(r.rows, LETTERS);
    for (int i = 0; i < r.bureaus; i++)
        assert_int_equal(r.wants[i].after + 1,
                         fixture_int(&h.f, "SELECT next_seq FROM bureau_head WHERE bureau = %d", r.wants[i].bureau));
    assert_int_equal(fixture_int(&h.f, "SELECT count(DISTINCT case_id) FROM bureau_queue WHERE seq > %d", 0), LETTERS);
    db_close(r.db);
    heart_verify(&h);
}

// The reader is able to see it: with numbers from a plain sequence, who takes one first and commits last is skipped.
static void a_plain_sequence_is_seen_to_skip(void **state)
{
    struct reader r;
    long long first = heart_accepted(&h, 3, SHENZHEN);
    fixture_exec(&h.f,
                 "CREATE SEQUENCE plain; CREATE FUNCTION append(bigint) RETURNS void LANGUAGE sql AS "
                 "'INSERT INTO bureau_queue VALUES (%d, nextval(''plain''), $1, 1, now())'",
                 SHENZHEN);
    reader_open(&r);
    PGconn *slow = PQconnectdb(config_text(h.f.config, "database/conninfo"));
    char sql[64];
    snprintf(sql, sizeof sql, "BEGIN; SELECT append(%lld)", first);
    PGresult *result = PQexec(slow, sql);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    PQclear(result);
    fixture_exec(&h.f, "SELECT append(%lld)", first + 1);
    read_on(&r);
    PQclear(PQexec(slow, "COMMIT"));
    PQfinish(slow);
    read_on(&r);
    assert_int_equal(fixture_int(&h.f, "SELECT count(*) FROM bureau_queue WHERE seq > %d", 0), 2);
    assert_int_equal(r.jumps, 1); // it saw 2 without 1
    assert_int_equal(r.rows, 1);  // and 1 never
    db_close(r.db);
}

// The same two transactions on the real way: the second waits for the first.
static void the_heads_lock_keeps_the_order(void **state)
{
    struct reader r;
    struct err err;
    struct applied out;
    long long first = heart_accepted(&h, 2, SHENZHEN);
    reader_open(&r);
    fixture_exec(&h.f, "BEGIN; UPDATE bureau_head SET next_seq = next_seq + 1 WHERE bureau = %d", SHENZHEN);
    fixture_exec(&h.f, "INSERT INTO bureau_queue VALUES (%d, 1, %lld, 1, now())", SHENZHEN, first);
    pid_t child = fork();
    if (child == 0) {
        struct db *db = heart_db(&h, "pa_dispatcher");
        struct cases *cases = cases_new(db);
        struct change c = heart_dispatch(first + 1);
        _exit(cases_apply(cases, h.policy, FIXTURE_NOW, &c, 1, &out, &err) == OK && out.result == OK ? 0 : 1);
    }
    int64_t deadline = clock_mono() + DEADLINE;
    do {
        assert_true(clock_mono() < deadline);
        fixture_exec(&h.f, "SELECT %s()", "pg_stat_clear_snapshot");
    } while (fixture_int(&h.f,
                         "SELECT count(*) FROM pg_stat_activity WHERE usename = '%s' AND wait_event_type = 'Lock'",
                         "pa_dispatcher") == 0);
    read_on(&r);
    assert_int_equal(r.rows, 0); // nothing of the second is to be seen before the first
    fixture_exec(&h.f, "%s", "COMMIT");
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    read_on(&r);
    assert_true(r.rows == 2 && r.jumps == 0);
    db_close(r.db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(no_gap_and_no_inversion), TEST(a_plain_sequence_is_seen_to_skip),
                                       TEST(the_heads_lock_keeps_the_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The write path with two writers at once, and with connections that die between any two instructions.
#include "writing.h"

// Waits until n backends of this role wait for this kind of event.
static void until_waiting(int n, const char *role, const char *event)
{
    int64_t deadline = clock_mono() + DEADLINE;
    for (;;) {
        fixture_exec(&h.f, "SELECT %s()", "pg_stat_clear_snapshot"); // a transaction keeps what it saw first
        int waiting = COUNT("pg_stat_activity WHERE datname = current_database() AND usename = '%s' AND "
                            "(wait_event_type = '%s' OR wait_event = '%s')",
                            role, event, event);
        if (waiting == n)
            return;
        if (clock_mono() > deadline)
            fail_msg("%d instead of %d wait for %s", waiting, n, event);
        poll(NULL, 0, 2);
    }
}

// ---- Two writers ----

static struct writing a, b;

// Both have read the same version of the case and stand before its row; then the row is let go.
static void in_step(const char *role, const struct change *of_a, const struct change *of_b, int n)
{
    fixture_exec(&h.f, "BEGIN; SELECT FROM case_file WHERE id = %lld FOR UPDATE", (long long)of_a[0].case_id);
    start(&a, role, of_a, n, n);
    start(&b, role, of_b, n, n);
    until_waiting(2, role, "Lock");
    fixture_exec(&h.f, "%s", "COMMIT");
    finish(&a);
    finish(&b);
    assert_int_equal(a.retries + b.retries, 0); // a loser starts again by itself
}

static void two_dispatchers_of_one_case(void **state)
{
    enum { N = 50 };
    struct change changes[N];
    long long id = heart_accepted(&h, N, 0);
    for (int i = 0; i < N; i++)
        changes[i] = heart_dispatch(id + i);
    in_step("pa_dispatcher", changes, changes, N);
    assert_int_equal(results(&a, OK) + results(&b, OK), N);
    assert_int_equal(results(&a, DUPLICATE) + results(&b, DUPLICATE), N);
    assert_int_equal(COUNT("bureau_queue WHERE case_id >= %lld", id), N);
    heart_verify(&h);
}

static void two_tellers_of_one_event(void **state)
{
    long long id = heart_sent(&h, 3);
    struct change once[] = {heart_said(id, EV_SIGNED, "x"), heart_said(id + 1, EV_SIGNED, "y")};
    in_step("pa_feedback", once, once, 2);
    assert_int_equal(results(&a, OK) + results(&b, OK), 2);
    assert_int_equal(results(&a, DUPLICATE) + results(&b, DUPLICATE), 2);
    assert_int_equal(COUNT("feedback_inbox WHERE case_id >= %lld AND seen = 2", id), 2);

    // Two events of one case, neither lost; and one that the other makes impossible.
    struct change c1 = heart_said(id, EV_CONTACTED, "c1"), c2 = heart_said(id, EV_CONTACTED, "c2");
    in_step("pa_feedback", &c1, &c2, 1);
    assert_true(a.out[0].result == OK && b.out[0].result == OK);
    struct change s1 = heart_said(id + 2, EV_SIGNED, "s1"), s2 = heart_said(id + 2, EV_SIGNED, "s2");
    in_step("pa_feedback", &s1, &s2, 1);
    assert_int_equal(results(&a, OK) + results(&b, OK), 1);
    assert_int_equal(results(&a, REJECT) + results(&b, REJECT), 1);
    assert_string_equal((a.out[0].result == REJECT ? a : b).out[0].err.code, "not_allowed");
    // One key for two cases.
    struct change k1 = heart_said(id, EV_CONTACTED, "k"), k2 = heart_said(id + 1, EV_CONTACTED, "k");
    start(&a, "pa_feedback", &k1, 1, 1);
    start(&b, "pa_feedback", &k2, 1, 1);
    finish(&a);
    finish(&b);
    assert_int_equal(results(&a, OK) + results(&b, OK), 1);
    assert_string_equal((a.out[0].result == REJECT ? a : b).out[0].err.code, "conflict");
    heart_verify(&h);
}

enum { CASES = 40, EACH = 20 };

static void contacts(struct change *changes, char causes[][16], int64_t id, const char *prefix)
{
    for (int i = 0; i < CASES * EACH; i++) {
        snprintf(causes[i], 16, "%s-%d", prefix, i);
        changes[i] = heart_said(id + (i * 7) % CASES, EV_CONTACTED, causes[i]);
    }
}

static int64_t signed_cases(void)
{
    struct change signs[CASES];
    char causes[CASES][16];
    struct applied out[CASES];
    struct err err;
    int64_t id = heart_sent(&h, CASES);
    for (int i = 0; i < CASES; i++) {
        snprintf(causes[i], sizeof causes[i], "s-%d", i);
        signs[i] = heart_said(id + i, EV_SIGNED, causes[i]);
    }
    assert_int_equal(cases_apply(h.cases, h.policy, FIXTURE_NOW, signs, CASES, out, &err), OK);
    return id;
}

static void no_update_is_lost(void **state)
{
    static struct change of_a[CASES * EACH], of_b[CASES * EACH];
    static char refs_a[CASES * EACH][16], refs_b[CASES * EACH][16];
    long long id = signed_cases();
    contacts(of_a, refs_a, id, "a");
    contacts(of_b, refs_b, id, "b");
    start(&a, "pa_feedback", of_a, CASES * EACH, 9);
    start(&b, "pa_feedback", of_b, CASES * EACH, 13);
    finish(&a);
    finish(&b);
    assert_int_equal(results(&a, OK) + results(&b, OK), 2 * CASES * EACH);
    assert_int_equal(COUNT("case_file WHERE id >= %lld AND version = %d", id, 5 + 2 * EACH), CASES);
    heart_verify(&h);
}

// Eight writers and one case: the losers take their turn behind its lock, and none is told that it lost.
static void one_hot_case(void **state)
{
    enum { WRITERS = 8, SAID = 40 };
    static struct writing w[WRITERS];
    static struct change changes[WRITERS][SAID];
    static char causes[WRITERS][SAID][16];
    long long id = signed_cases();
    for (int i = 0; i < WRITERS; i++) {
        for (int k = 0; k < SAID; k++) {
            snprintf(causes[i][k], sizeof causes[i][k], "h%d-%d", i, k);
            changes[i][k] = heart_said(id, EV_CONTACTED, causes[i][k]);
        }
        start(&w[i], "pa_feedback", changes[i], SAID, 1);
    }
    for (int i = 0; i < WRITERS; i++) {
        finish(&w[i]);
        assert_int_equal(results(&w[i], OK), SAID);
    }
    assert_int_equal(COUNT("journal WHERE case_id = %lld", id), 5 + WRITERS * SAID);
    heart_verify(&h);
}

// ---- Two cases in one change, and a number for a third ----

// n letters that a person must look at: cases in TRIAGE.
static int64_t triaged(int n)
{
    static struct classification found = {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .why = "unsure"};
    struct change changes[CASES];
    struct applied out[CASES];
    struct err err;
    int64_t id = heart_received(&h, n);
    for (int i = 0; i < n; i++)
        changes[i] = (struct change){.case_id = id + i, .event = EV_TRIAGE, .actor = ACTOR_CLASSIFIER, .found = &found};
    assert_int_equal(cases_apply(h.cases, h.policy, FIXTURE_NOW, changes, n, out, &err), OK);
    return id;
}

// One officer joins each case to its neighbour while another joins the neighbour to it: one of the two is refused, and
// the case that both may have stays open.
static void two_merges_crosswise(void **state)
{
    static struct change of_a[CASES / 2], of_b[CASES / 2];
    static char refs[CASES][16];
    long long id = triaged(CASES);
    for (int i = 0; i < CASES / 2; i++) {
        snprintf(refs[2 * i], sizeof refs[0], "a-%d", i);
        snprintf(refs[2 * i + 1], sizeof refs[0], "b-%d", i);
        of_a[i] = heart_act(id + 2 * i, EV_MERGE, refs[2 * i], 1);
        of_a[i].other = id + 2 * i + 1;
        of_b[i] = heart_act(id + 2 * i + 1, EV_MERGE, refs[2 * i + 1], 2);
        of_b[i].other = id + 2 * i;
    }
    start(&a, "pa_feedback", of_a, CASES / 2, 5);
    start(&b, "pa_feedback", of_b, CASES / 2, 3);
    finish(&a);
    finish(&b);
    assert_int_equal(a.retries + b.retries, 0);
    for (int i = 0; i < CASES / 2; i++)
        assert_true((a.out[i].result == OK) != (b.out[i].result == OK));
    assert_int_equal(COUNT("case_file WHERE id >= %lld AND state = %d", id, MERGED), CASES / 2);
    assert_int_equal(
        COUNT("case_file c JOIN course m ON m.primary_case = c.id WHERE c.id >= %lld AND c.state = %d", id, TRIAGE),
        CASES / 2);
    heart_verify(&h);
}

// Two split cases while letters come in: the day's serials stay dense, each once.
static void two_splits_and_an_intake(void **state)
{
    static struct change of_a[CASES / 2], of_b[CASES / 2];
    static char refs[CASES][16];
    long long id = triaged(CASES);
    for (int i = 0; i < CASES; i++) {
        snprintf(refs[i], sizeof refs[i], "s-%d", i);
        (i % 2 ? of_b : of_a)[i / 2] = heart_act(id + i, EV_SPLIT, refs[i], 1 + i % 2);
    }
    start(&a, "pa_feedback", of_a, CASES / 2, 4);
    start(&b, "pa_feedback", of_b, CASES / 2, 1);
    for (int i = 0; i < CASES; i++)
        heart_received(&h, 1 + i % 3);
    finish(&a);
    finish(&b);
    assert_int_equal(results(&a, OK) + results(&b, OK), CASES);
    assert_int_equal(a.retries + b.retries, 0);
    assert_int_equal(COUNT("case_file WHERE letter_id <> id AND id > %lld", id), CASES);
    assert_int_equal(COUNT("day_serial d, (SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM case_file) c "
                           "WHERE day = %d AND next_serial - 1 = n AND last - first + 1 = n",
                           20261123),
                     1);
    heart_verify(&h);
}

// The sweep looks at cases in an order of its own while their bureaus write: nobody waits for the other in a ring.
static void the_sweep_beside_writers(void **state)
{
    static struct change of_a[CASES * EACH], of_b[CASES * EACH];
    static char refs[CASES * EACH][16];
    long long id = signed_cases();
    contacts(of_b, refs, id, "c");
    for (int i = 0; i < CASES * EACH; i++)
        of_a[i] =
            (struct change){.case_id = id + CASES - 1 - (i * 11) % CASES, .event = EV_TICK, .actor = ACTOR_FEEDBACK};
    fixture_exec(&h.f, "UPDATE case_file SET wake_at = '2026-11-23T11:00+08' WHERE id >= %lld", id);
    start(&a, "pa_feedback", of_a, CASES * EACH, 30);
    start(&b, "pa_feedback", of_b, CASES * EACH, 30);
    finish(&a);
    finish(&b);
    assert_int_equal(a.retries + b.retries, 0);
    assert_int_equal(results(&a, OK) + results(&b, OK), 2 * CASES * EACH);
    assert_int_equal(COUNT("case_file WHERE id >= %lld AND version = %d", id, 5 + EACH), CASES);
    heart_verify(&h);
}

// ---- Lost connections ----

static void between_reading_and_writing(void **state)
{
    long long id = heart_sent(&h, 1);
    struct change c = heart_said(id, EV_SIGNED, "x");
    fixture_exec(&h.f, "BEGIN; SELECT FROM case_file WHERE id = %lld FOR UPDATE", id);
    start(&a, "pa_feedback", &c, 1, 1);
    until_waiting(1, "pa_feedback", "Lock");
    int64_t pid = fixture_int(
        &h.f, "SELECT pid FROM pg_stat_activity WHERE usename = '%s' AND wait_event_type = 'Lock'", "pa_feedback");
    fixture_exec(&h.f, "SELECT pg_terminate_backend(%d, 5000)", (int)pid); // waits until it is gone
    until_waiting(1, "pa_feedback", "Lock");                               // its writer is back, and tries again
    fixture_exec(&h.f, "%s", "COMMIT");
    finish(&a);
    assert_int_equal(a.retries, 1);
    assert_true(a.out[0].result == OK && a.out[0].state == HANDLING);
    assert_int_equal(COUNT("journal WHERE case_id = %lld", id), 5);
    heart_verify(&h);
}

// With a standby that never answers, COMMIT has happened and is not acknowledged; then its connection is cut, or the
// wait is cancelled. Either way the outcome is unknown to the writer, and the retry finds out by the key.
static void during_commit(const char *cut)
{
    long long id = heart_sent(&h, 1);
    struct change c = heart_said(id, EV_SIGNED, cut);
    fixture_exec(&h.f, "ALTER SYSTEM SET synchronous_standby_names = '%s'", "nobody");
    fixture_exec(&h.f, "SELECT %s()", "pg_reload_conf");
    int64_t deadline = clock_mono() + DEADLINE; // a commit may slip through before the setting is known everywhere
    while (fixture_int(&h.f, "SELECT (setting = '%s')::int FROM pg_settings WHERE name = 'synchronous_standby_names'",
                       "nobody") == 0 &&
           clock_mono() < deadline)
        poll(NULL, 0, 2);
    start(&a, "pa_feedback", &c, 1, 1);
    until_waiting(1, "pa_feedback", "SyncRep");
    // The setting only afterwards: whoever reads it late, for the reload above, would let the waiting commit go.
    fixture_exec(&h.f, "SELECT %s(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'", cut);
    fixture_exec(&h.f, "ALTER SYSTEM RESET %s", "synchronous_standby_names");
    fixture_exec(&h.f, "SELECT %s()", "pg_reload_conf");
    finish(&a);
    assert_int_equal(a.retries, 1);
    assert_int_equal(a.out[0].result, DUPLICATE); // it had happened
    assert_int_equal(COUNT("journal WHERE case_id = %lld", id), 5);
    assert_int_equal(COUNT("feedback_inbox WHERE case_id = %lld AND seen = 2", id), 1);
}

static void cut_during_commit(void **state)
{
    during_commit("pg_terminate_backend");
    during_commit("pg_cancel_backend");
    heart_verify(&h);
}

static void killed_again_and_again(void **state)
{
    enum { KILLS = 300 };
    static struct change changes[CASES * EACH];
    static char refs[CASES * EACH][16];
    long long id = signed_cases();
    contacts(changes, refs, id, "k");
    int kills = 0, rounds = 0;
    unsigned seed = 20261123;
    print_message("seed %u\n", seed);
    int64_t deadline = clock_mono() + 2 * DEADLINE;
    while (kills < KILLS && clock_mono() < deadline) {
        start(&a, "pa_feedback", changes, CASES * EACH, 5); // from the second round on, every one is a repeat
        while (pthread_tryjoin_np(a.thread, NULL) != 0) {
            poll(NULL, 0, rand_r(&seed) % 24); // where the next fault falls is what is random here
            kills += (int)fixture_int(&h.f,
                                      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = "
                                      "'%s' AND state <> 'idle' AND query <> '' AND pid <> %d",
                                      "pa_feedback", 0);
        }
        assert_int_equal(a.broken, 0);
        assert_int_equal(results(&a, OK) + results(&a, DUPLICATE), CASES * EACH);
        cases_free(a.cases);
        db_close(a.db);
        rounds++;
    }
    assert_true(kills >= KILLS);
    print_message("%d kills in %d rounds\n", kills, rounds);
    assert_int_equal(COUNT("case_file WHERE id >= %lld AND version = %d", id, 5 + EACH), CASES);
    assert_int_equal(COUNT("feedback_inbox WHERE event_id LIKE '%s'", "k-%"), CASES * EACH);
    heart_verify(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_dispatchers_of_one_case), TEST(two_tellers_of_one_event),
        TEST(no_update_is_lost),           TEST(one_hot_case),
        TEST(two_merges_crosswise),        TEST(two_splits_and_an_intake),
        TEST(the_sweep_beside_writers),    TEST(between_reading_and_writing),
        TEST(cut_during_commit),           TEST(killed_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

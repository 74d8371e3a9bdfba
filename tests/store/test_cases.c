// SPDX-License-Identifier: Apache-2.0
// The one write path, alone: order, repeats, refusals, poison. test_cases_race has two writers and lost connections.
#include "heart.h"

static struct heart h;
static struct applied out[CASES_MAX];
static struct err err;

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

static void apply(const struct change *changes, int n)
{
    if (cases_apply(h.cases, h.policy, FIXTURE_NOW, changes, n, out, &err) != OK)
        fail_msg("%s: %s", err.code, err.text);
}

#define COUNT(sql, ...) ((int)fixture_int(&h.f, "SELECT count(*) FROM " sql, __VA_ARGS__))

static void a_whole_life(void **state)
{
    long long id = heart_accepted(&h, 1, SHENZHEN);
    struct change c = heart_dispatch(id);
    apply(&c, 1);
    assert_true(out[0].result == OK && out[0].state == HANDLING);
    assert_true(out[0].queue_to == SHENZHEN && out[0].mailbox == SHENZHEN);
    static const enum event said[] = {EV_SIGNED, EV_CONTACTED, EV_REPORTED, EV_REVIEWED};
    for (int i = 0; i < 4; i++) {
        char cause[8];
        snprintf(cause, sizeof cause, "e%d", i);
        c = heart_said(id, said[i], cause);
        apply(&c, 1);
        assert_int_equal(out[0].result, OK);
        assert_int_equal(out[0].queue_to, 0);
    }
    assert_int_equal(out[0].state, CLOSED);
    c = heart_act(id, EV_ARCHIVE, "d1", 1);
    if (cases_apply(h.cases, h.policy, FIXTURE_NOW + 60 * WF_DAY, &c, 1, out, &err) != OK)
        fail_msg("%s: %s", err.code, err.text);
    assert_int_equal(out[0].state, ARCHIVED);

    assert_int_equal(
        COUNT("case_file WHERE id = %lld AND state = 90 AND version = 12 AND outcome = 1 AND due_at IS NULL "
              "AND bureau = 440300 AND kind = 2 AND category = 1 AND confidence = 99",
              id),
        1);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND id = 1 AND state = 50 AND unit = 440300 AND role = 1", id), 1);
    assert_int_equal(COUNT("reply WHERE case_id = %lld AND seq = 7 AND leg = 1 AND public_text = '已修复'", id), 1);
    assert_int_equal(COUNT("internal_report WHERE case_id = %lld AND seq = 7 AND words = '已派员'", id), 1);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND policy = 1 AND at = '2026-11-23T12:00+08'", id), 11);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 2 AND detail = 'test' AND actor = 3", id), 1);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 12 AND post = '专班' AND actor = 7", id), 1);
    assert_int_equal(COUNT("bureau_queue WHERE case_id = %lld AND seq = 1 AND leg = 1 AND bureau = 440300", id), 1);
    assert_int_equal(COUNT("feedback_inbox WHERE case_id = %lld AND seen = 1", id), 5);
    heart_verify(&h);
}

static void several_changes_of_one_case_in_their_order(void **state)
{
    int64_t id = heart_sent(&h, 3);
    struct change changes[] = {
        heart_said(id, EV_SIGNED, "a"),       heart_said(id + 1, EV_REPORTED, "b"), // before it is signed
        heart_said(id, EV_CONTACTED, "c"),    heart_said(id + 2, EV_SIGNED, "d"),
        heart_said(id + 1, EV_SIGNED, "e"),   heart_said(id, EV_REPORTED, "f"),
        heart_said(id + 1, EV_REPORTED, "g"), heart_said(id, EV_SIGNED, "h"), // after the report
    };
    static const enum result results[] = {OK, REJECT, OK, OK, OK, OK, OK, REJECT};
    static const enum case_state states[] = {HANDLING, HANDLING, HANDLING, HANDLING, HANDLING, REVIEW, REVIEW, REVIEW};
    apply(changes, 8);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(out[i].result, results[i]);
        assert_int_equal(out[i].state, states[i]);
        if (results[i] == REJECT)
            assert_string_equal(out[i].err.code, "not_allowed");
    }
    // From the letter to the queue and, in the same batch, on: a leg that is opened and changed is written once.
    id = heart_accepted(&h, 1, SHENZHEN);
    struct change more[] = {heart_dispatch(id), heart_said(id, EV_SIGNED, "i"), heart_dispatch(id)};
    apply(more, 3);
    assert_true(out[0].result == OK && out[1].result == OK && out[2].result == DUPLICATE);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND state = 20", (long long)id), 1);
    apply(changes, 0);
    heart_verify(&h);
}

static void a_cause_counts_once(void **state)
{
    long long id = heart_sent(&h, 2);
    struct change twice[] = {heart_said(id, EV_SIGNED, "s"), heart_said(id, EV_SIGNED, "s"),
                             heart_said(id, EV_CONTACTED, "s"), heart_said(id + 1, EV_SIGNED, "s"),
                             heart_said(id, EV_CONTACTED, "t")};
    apply(twice, 5);
    static const enum result first[] = {OK, DUPLICATE, REJECT, REJECT, OK};
    static const enum result again[] = {DUPLICATE, DUPLICATE, REJECT, REJECT, DUPLICATE};
    for (int i = 0; i < 5; i++)
        assert_int_equal(out[i].result, first[i]);
    for (int round = 0; round < 2; round++) {
        apply(twice, 5);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(out[i].result, again[i]);
            if (again[i] == REJECT)
                assert_string_equal(out[i].err.code, "conflict");
        }
    }
    // One that the table refuses by now, alone: it was applied, so it is no refusal.
    apply(&twice[0], 1);
    assert_true(out[0].result == DUPLICATE && out[0].state == HANDLING && out[0].mailbox == SHENZHEN);
    // Another bureau's key, and the desk's, are other keys.
    struct change other = heart_act(id, EV_WITHDRAW, "t", 1);
    apply(&other, 1);
    assert_int_equal(out[0].result, OK);
    assert_int_equal(COUNT("journal WHERE case_id = %lld", id),
                     8); // 4 before, signed, contacted, withdrawn, the leg ended
    assert_int_equal(
        COUNT("feedback_inbox WHERE bureau = 440300 AND event_id = 's' AND seen >= 4 AND case_id = %lld", id), 1);
    assert_int_equal(COUNT("feedback_inbox WHERE case_id = %lld", id), 3);
    heart_verify(&h);
}

static void who_is_not_there(void **state)
{
    int64_t id = heart_sent(&h, 1);
    struct change changes[] = {heart_said(id + 7, EV_SIGNED, "a"), heart_said(id, EV_SIGNED, "b"),
                               heart_said(id, EV_SIGNED, "c"), heart_said(id, EV_SIGNED, "d"), heart_dispatch(id + 9)};
    changes[1].unit = changes[1].cause_by = ZHUHAI;
    changes[2].mailbox = ZHUHAI; // the number said another mailbox
    apply(changes, 5);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(out[i].result, REJECT);
        assert_string_equal(out[i].err.code, "not_found");
        assert_string_equal(out[i].err.text, out[0].err.text); // a stranger cannot tell them apart
        assert_string_equal(out[i].err.field, "number");
    }
    assert_int_equal(out[3].result, OK);
    assert_int_equal(out[4].result, REJECT);
    assert_int_equal(COUNT("feedback_inbox WHERE event_id <> '%s'", "d"), 0);
}

// What the database refuses is refused alone; the rest of the batch is committed, each once and in order.
static void poison_alone(void **state)
{
    enum { N = 101 };
    static struct change changes[N];
    static char causes[N][8];
    long long id = heart_sent(&h, N);
    for (int i = 0; i < N; i++) {
        snprintf(causes[i], sizeof causes[i], "e%d", i);
        changes[i] = heart_said(id + i, EV_SIGNED, causes[i]);
    }
    changes[17].reason = (struct str){"a\0b", 3}; // what wire would never let through
    changes[64].reason = STR("\xff\xfe");
    changes[100].cause = (struct str){"e\0", 2};
    apply(changes, N);
    for (int i = 0; i < N; i++) {
        bool bad = i == 17 || i == 64 || i == 100;
        assert_int_equal(out[i].result, bad ? REJECT : OK);
        if (bad)
            assert_string_equal(out[i].err.code, "22021");
    }
    assert_int_equal(COUNT("leg WHERE state = 20 AND case_id >= %lld", id), N - 3);
    assert_int_equal(COUNT("leg WHERE state = 10 AND case_id >= %lld", id), 3);

    // A bureau without a head: only its own cases wait.
    id = heart_accepted(&h, 21, 0);
    fixture_exec(&h.f, "DELETE FROM bureau_head WHERE bureau = %d", ZHUHAI);
    for (int i = 0; i < 21; i++)
        changes[i] = heart_dispatch(id + i);
    apply(changes, 21);
    int refused = 0;
    for (int i = 0; i < 21; i++)
        if (out[i].result != OK) {
            assert_string_equal(out[i].err.code, "22P02");
            refused++;
        }
    assert_int_equal(refused, 1);
    fixture_exec(&h.f, "INSERT INTO bureau_head VALUES (%d, 1)", ZHUHAI);
    apply(changes, 21);
    for (int i = 0; i < 21; i++)
        assert_true(out[i].result == OK || out[i].result == DUPLICATE);
    heart_verify(&h);
}

// What a message says of a case saves a read, and misleads nobody: not about a case that has moved on, nor about one
// that was never there.
static void what_a_message_says_is_checked(void **state)
{
    struct cases *classifier = cases_new(h.classifier);
    static struct classification found = {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .why = "unsure"};
    long long id = heart_received(&h, 2);
    struct change changes[3];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
            struct case_facts f = {.id = id + i, .mailbox = SHENZHEN, .version = 1, .state = RECEIVED};
            changes[i] =
                (struct change){.case_id = id + i, .event = EV_TRIAGE, .actor = ACTOR_CLASSIFIER, .found = &found};
            cases_presume(classifier, &f);
        }
        assert_int_equal(cases_apply(classifier, h.policy, FIXTURE_NOW, changes, 3, out, &err), OK);
        for (int i = 0; i < 2; i++)
            assert_true(out[i].result == (round ? DUPLICATE : OK) && out[i].state == TRIAGE);
        assert_int_equal(out[2].result, REJECT);
        assert_string_equal(out[2].err.code, "not_found");
        cases_free(classifier); // another process, that knows only what it is told
        classifier = cases_new(h.classifier);
    }
    cases_free(classifier);
    assert_int_equal(COUNT("journal WHERE case_id > %lld", id + 1), 0);
    heart_verify(&h);
}

// Two processes, each with a memory of its own, by turns: what one remembers is past, and so is what it would refuse.
static void two_memories_of_one_case(void **state)
{
    static struct classification found = {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .why = "unsure"};
    int64_t id = heart_received(&h, 1);
    struct cases *both[] = {cases_new(h.feedback), cases_new(h.feedback)};
    struct change accept = heart_act(id, EV_ACCEPT, "a", 1);
    accept.category = 1;
    const struct {
        int who;
        struct change change;
        enum result result;
        enum case_state state;
    } turns[] = {
        {0, {.event = EV_TRIAGE, .actor = ACTOR_CLASSIFIER, .found = &found}, OK, TRIAGE},
        {1, {.event = EV_DISPATCH, .actor = ACTOR_DISPATCHER}, DUPLICATE, TRIAGE}, // too early: somebody else's work
        {0, accept, OK, ACCEPTED},
        {1, {.event = EV_DISPATCH, .actor = ACTOR_DISPATCHER}, OK, HANDLING}, // not what it was a moment ago
        {0, {.event = EV_DISPATCH, .actor = ACTOR_DISPATCHER}, DUPLICATE, HANDLING},
        {1, heart_act(id, EV_WITHDRAW, "w", 1), OK, WITHDRAWN},
        {0, heart_act(id, EV_WITHDRAW, "x", 1), REJECT, WITHDRAWN},
        {0, heart_act(id, EV_WITHDRAW, "w", 1), DUPLICATE, WITHDRAWN},
    };
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
        struct change c = turns[i].change;
        c.case_id = id;
        assert_int_equal(cases_apply(both[turns[i].who], h.policy, FIXTURE_NOW, &c, 1, out, &err), OK);
        if (out[0].result != turns[i].result)
            fail_msg("turn %zu: %s: %s", i, out[0].err.code, out[0].err.text);
        assert_int_equal(out[0].state, turns[i].state);
    }
    cases_free(both[0]);
    cases_free(both[1]);
    heart_verify(&h);
}

// After a failover the database may be a moment older than what was committed on the first one.
static void memory_ends_with_the_connection(void **state)
{
    long long id = heart_sent(&h, 1);
    struct change c[] = {heart_said(id, EV_SIGNED, "a"), heart_said(id, EV_CONTACTED, "b")};
    apply(c, 2);
    fixture_exec(&h.f,
                 "UPDATE case_file SET version = 5 WHERE id = %1$lld; DELETE FROM journal WHERE case_id = %1$lld AND "
                 "seq = 6; DELETE FROM feedback_inbox WHERE event_id = 'b'",
                 id);
    fixture_exec(&h.f, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '%s'",
                 "pa_feedback");
    assert_int_equal(db_run(h.feedback, "because_read", 0, NULL, &err), RETRY);
    heart_ready(h.feedback);
    apply(&c[1], 1);
    assert_int_equal(out[0].result, OK);
    assert_int_equal(COUNT("journal WHERE case_id = %lld", id), 6);
    heart_verify(&h);
}

static void a_case_that_cannot_be(void **state)
{
    long long id = heart_sent(&h, 1);
    fixture_exec(&h.f,
                 "INSERT INTO leg SELECT case_id, i, 0, unit, role, state, due_at, sent_at FROM leg, "
                 "generate_series(2, %d) i",
                 CASE_LEGS + 1);
    struct change c = heart_said(id, EV_SIGNED, "a");
    struct cases *fresh = cases_new(h.feedback);
    assert_int_equal(cases_apply(fresh, h.policy, FIXTURE_NOW, &c, 1, out, &err), BROKEN);
    cases_free(fresh);
}

static void a_reason_that_the_database_does_not_know(void **state)
{
    int64_t id = heart_sent(&h, 1);
    fixture_exec(&h.f, "UPDATE because SET words = 'other' WHERE rule = '%s'", "T14");
    struct cases *fresh = cases_new(h.feedback);
    struct change c = heart_said(id, EV_SIGNED, "a");
    assert_int_equal(cases_apply(fresh, h.policy, FIXTURE_NOW, &c, 1, out, &err), REJECT);
    assert_string_equal(err.code, "old_schema");
    assert_non_null(strstr(err.text, "T14"));
    cases_free(fresh);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_life),
        TEST(several_changes_of_one_case_in_their_order),
        TEST(a_cause_counts_once),
        TEST(who_is_not_there),
        TEST(poison_alone),
        TEST(what_a_message_says_is_checked),
        TEST(two_memories_of_one_case),
        TEST(memory_ends_with_the_connection),
        TEST(a_case_that_cannot_be),
        TEST(a_reason_that_the_database_does_not_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

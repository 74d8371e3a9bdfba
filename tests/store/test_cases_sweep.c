// SPDX-License-Identifier: Apache-2.0
// What finds work by itself: the sweep of due clocks and the dispatcher's list; and what comes of events that are
// refused.
#include "life.h"

#include "store/worklist.h"

static void what_was_refused_is_kept(void **state)
{
    long long id = heart_sent(&h, 2);
    struct change c = heart_said(id, EV_REVIEWED, "r1");
    for (int i = 0; i < 3; i++) {
        expect_refused(c, "not_allowed");
        forget();
    }
    assert_int_equal(
        COUNT("refused_event WHERE case_id = %lld AND actor = %d AND unit = %d AND event = %d AND state = %d "
              "AND code = 'not_allowed' AND words LIKE 'case is HANDLING, leg is %%' AND cause_by = %d AND "
              "cause = 'r1' AND at = '2026-11-23T12:00+08' AND post IS NULL",
              id, ACTOR_BUREAU, SHENZHEN, EV_REVIEWED, HANDLING, SHENZHEN),
        1);
    assert_int_equal(COUNT("refused_event WHERE case_id = %lld", id), 1);
    c.cause = STR("r2");
    expect_refused(c, "not_allowed");
    c.cause = STR_NONE; // without a key each is one of its own
    expect_refused(c, "not_allowed");
    expect_refused(c, "not_allowed");
    assert_int_equal(COUNT("refused_event WHERE case_id = %lld", id), 4);
    assert_int_equal(COUNT("case_file WHERE id = %lld AND version = 4", id), 1);
    assert_int_equal(COUNT("feedback_inbox WHERE case_id = %lld", id), 0);
    // Refused among others; and an officer who decided on what is past.
    struct change batch[] = {heart_said(id, EV_SIGNED, "s1"), heart_said(id + 1, EV_REVIEWED, "r3"),
                             heart_act(id, EV_WITHDRAW, "w1", 1), heart_said(id + 1, EV_SIGNED, "s2")};
    batch[2].seen = 4;
    apply(batch, 4);
    assert_true(out[0].result == OK && out[0].version == 5 && out[1].result == REJECT && out[3].result == OK);
    assert_string_equal(out[2].err.code, "changed");
    assert_int_equal(
        COUNT("refused_event WHERE case_id = %lld AND code = 'changed' AND post = '专班' AND cause_by = 0", id), 1);
    batch[2].seen = 5;
    batch[2].cause = STR("w2");
    apply(&batch[2], 1);
    assert_int_equal(out[0].result, OK);
    heart_verify(&h);
}

// A machine's refused step is no refused event: its stage keeps it as a dead letter.
static void machines_are_not_kept(void **state)
{
    int64_t id = heart_accepted(&h, 1, SHENZHEN);
    struct change c = heart_dispatch(id);
    c.to = 999999;
    apply(&c, 1);
    assert_int_equal(COUNT("%s", "refused_event"), 0);
}

static wf_time wake_of(long long id)
{
    return fixture_int(&h.f,
                       "SELECT coalesce(extract(epoch FROM wake_at) * 1000000, 0)::bigint FROM case_file WHERE id "
                       "= %lld",
                       id);
}

static struct change tick(int64_t id)
{
    return (struct change){.case_id = id, .event = EV_TICK, .actor = ACTOR_FEEDBACK};
}

// The sweep's list, and a look at which nothing is due: only wake_at moves, and never over what another has written.
static void the_sweep_looks(void **state)
{
    long long id = heart_sent(&h, 3);
    static const struct statement *const lists[] = {worklist_due_statements, NULL};
    struct db *db = fixture_db(&h.f, "pa_feedback", lists);
    int64_t ids[8];
    int n;
    wf_time oldest;
    assert_int_equal(worklist_due(db, now, 8, ids, &n, &oldest, &err), OK);
    assert_true(n == 0 && oldest == 0);
    fixture_exec(
        &h.f,
        "UPDATE case_file SET wake_at = '2026-11-23T11:00+08'::timestamptz - (id - %1$lld) * interval '1 minute' "
        "WHERE id >= %1$lld; INSERT INTO dead_letter (source, ref, at, attempts, code, field, words) VALUES "
        "('clocks', (%1$lld + 2)::text, now(), 1, 'c', '', '')",
        id);
    assert_int_equal(worklist_due(db, now, 8, ids, &n, &oldest, &err), OK);
    assert_true(n == 2 && ids[0] == id + 1 && ids[1] == id && oldest == now - 61 * WF_MINUTE);
    assert_int_equal(worklist_due(db, now, 1, ids, &n, &oldest, &err), OK);
    assert_int_equal(n, 1);
    db_close(db);

    forget();
    struct change c[] = {tick(id), tick(id + 1)};
    apply(c, 2);
    assert_true(out[0].result == OK && out[0].state == HANDLING && out[0].version == 4);
    assert_true(wake_of(id) > now && wake_of(id + 1) > now);
    assert_int_equal(COUNT("case_file WHERE id >= %lld AND version = 4", id), 3);

    // What this process remembers is past: nothing is written, and the next look reads.
    fixture_exec(
        &h.f,
        "UPDATE case_file SET version = 5, wake_at = '2026-11-23T11:00+08' WHERE id = %1$lld; INSERT INTO journal "
        "SELECT case_id, 5, at, event, because, state, leg, actor, unit, policy FROM journal WHERE case_id = "
        "%1$lld AND seq = 4",
        id);
    apply(c, 1);
    assert_int_equal(out[0].result, OK);
    assert_true(wake_of(id) < now);
    apply(c, 1);
    assert_int_equal(out[0].version, 5);
    assert_true(wake_of(id) > now);

    // A case that another has locked is his: the sweep does not wait.
    fixture_exec(&h.f,
                 "UPDATE case_file SET wake_at = '2026-11-23T11:00+08' WHERE id = %1$lld; BEGIN; SELECT FROM "
                 "case_file WHERE id = %1$lld FOR UPDATE",
                 id);
    apply(c, 2);
    assert_int_equal(out[0].result, OK);
    fixture_exec(&h.f, "%s", "COMMIT");
    assert_true(wake_of(id) < now);
}

// K5 is over: the unit is held to have signed.
static void the_sweep_acts(void **state)
{
    long long id = heart_sent(&h, 2);
    struct change c[] = {tick(id), tick(id + 1)};
    now += 3 * 24 * WF_HOUR;
    forget();
    apply(c, 2);
    assert_true(out[0].result == OK && out[1].result == OK && out[0].version > 4);
    assert_int_equal(COUNT("leg WHERE case_id >= %lld AND state = %d AND flags & %d <> 0 AND due_at IS NOT NULL", id,
                           LEG_SIGNED, LEG_SIGNED_LATE),
                     2);
    assert_true(wake_of(id) > now);
    int32_t version = out[0].version;
    apply(c, 2); // nothing more
    assert_int_equal(out[0].version, version);
}

// The dispatcher's list: what was accepted and what is to be done again, in the order of their ids.
static void what_the_dispatcher_has_to_do(void **state)
{
    static const struct statement *const lists[] = {worklist_accepted_statements, NULL};
    struct db *db = fixture_db(&h.f, "pa_dispatcher", lists);
    long long id = heart_accepted(&h, 6, SHENZHEN);
    int64_t ids[8];
    int n;
    wf_time oldest;
    fixture_exec(&h.f, "UPDATE case_file SET state = %d WHERE id IN (%lld, %lld)", REWORK, id + 1, id + 4);
    fixture_exec(&h.f, "UPDATE case_file SET bureau = 0 WHERE id = %lld", id + 3);
    assert_int_equal(worklist_accepted(db, 0, 8, ids, &n, &oldest, &err), OK);
    assert_int_equal(n, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ids[i], id + i + (i > 2));
    assert_int_equal(worklist_accepted(db, id, 2, ids, &n, &oldest, &err), OK);
    assert_true(n == 2 && ids[0] == id + 1 && ids[1] == id + 2 && oldest == FIXTURE_NOW);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_refused_is_kept), TEST(machines_are_not_kept),         TEST(the_sweep_looks),
        TEST(the_sweep_acts),           TEST(what_the_dispatcher_has_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

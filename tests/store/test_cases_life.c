// SPDX-License-Identifier: Apache-2.0
// What the write path leaves in the tables beside a plain case: requests, the set of accused, merged and split cases,
// words. What is allowed when is core's, and tested there.
#include "life.h"

static void a_plain_letter_writes_nothing_beside(void **state)
{
    static const char *const beside[] = {"course",          "accused",       "request",   "supplement",
                                         "callback_answer", "refused_event", "access_log"};
    long long id = heart_sent(&h, 3);
    static const enum event said[] = {EV_SIGNED, EV_CONTACTED, EV_REPORTED, EV_REVIEWED};
    for (int i = 0; i < 4; i++) {
        char cause[8];
        snprintf(cause, sizeof cause, "e%d", i);
        apply_ok(heart_said(id, said[i], cause));
    }
    assert_int_equal(out[0].state, CLOSED);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        assert_int_equal(COUNT("%s", beside[i]), 0);
    assert_int_equal(
        COUNT("case_file WHERE id = %lld AND letter_id = id AND clock_at IS NOT NULL AND wake_at > clock_at", id), 1);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND round = 0 AND hop = 0 AND flags = %d", id, LEG_CONTACTED), 1);
    assert_int_equal(COUNT("bureau_queue WHERE case_id = %lld AND notice = %d", id, NOTICE_LETTER), 1);
    assert_int_equal(
        COUNT(
            "journal j JOIN leg l ON l.case_id = j.case_id AND l.id = j.leg WHERE l.case_id = %lld AND j.due_at > j.at",
            id) > 0,
        1);
}

// Asked, denied, asked again by another, granted: rows, the new leg with its hop, the queues.
static void requests_and_hops(void **state)
{
    long long id = heart_sent(&h, 1);
    struct change c = heart_said(id, EV_RETURN_REQUESTED, "r1");
    c.to = ZHUHAI;
    c.person = 77;
    apply_ok(c);
    assert_int_equal(
        COUNT("request WHERE case_id = %lld AND id = 1 AND leg = 1 AND kind = %d AND state = %d AND unit = "
              "%d AND target = %d AND person = 77 AND asked_at = '2026-11-23T12:00+08' AND decided_at IS "
              "NULL AND due_at > asked_at",
              id, REQUEST_RETURN, REQUEST_OPEN, SHENZHEN, ZHUHAI),
        1);
    forget(); // the request is read back
    now += WF_SECOND;
    apply_ok(heart_act(id, EV_GRANT, "g1", 1));
    assert_int_equal(COUNT("request WHERE case_id = %lld AND state = %d AND decided_at = '2026-11-23T12:00:01+08'", id,
                           REQUEST_GRANTED),
                     1);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND id = 1 AND state = %d AND hop = 0", id, LEG_RETURNED), 1);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND id = 2 AND state = %d AND hop = 1 AND unit = %d AND sent_at = "
                           "'2026-11-23T12:00:01+08'",
                           id, LEG_SENT, ZHUHAI),
                     1);
    assert_int_equal(COUNT("bureau_queue WHERE case_id = %lld AND bureau = %d AND leg = 2 AND notice = %d", id, ZHUHAI,
                           NOTICE_LETTER),
                     1);
    heart_verify(&h);
}

static struct change accuse(int64_t id, enum event event, const char *cause, int n, const struct accused *of)
{
    struct change c = heart_act(id, event, cause, 1);
    for (int i = 0; i < n; i++)
        c.accused.of[c.accused.n++] = of[i];
    return c;
}

// The set of accused grows, shrinks, grows again; nothing of it is deleted; another process reads it.
static void whom_a_letter_accuses(void **state)
{
    static const struct accused both[] = {{440305, 0}, {440304, 0}};
    long long id = triaged(2);
    apply_ok(accuse(id, EV_ACCUSE, "a1", 2, both));
    assert_int_equal(COUNT("accused WHERE case_id = %lld AND gone_at IS NULL AND since = '2026-11-23T12:00+08'", id),
                     2);
    assert_int_equal(COUNT("case_file WHERE id = %lld AND flags & %d <> 0", id, FLAG_ACCUSED), 1);
    forget();
    now += WF_SECOND;
    apply_ok(accuse(id, EV_EXONERATE, "x1", 1, both));
    assert_int_equal(COUNT("accused WHERE case_id = %lld AND unit = 440305 AND gone_at = '2026-11-23T12:00:01+08'", id),
                     1);
    assert_int_equal(COUNT("accused WHERE case_id = %lld AND unit = 440304 AND gone_at IS NULL", id), 1);
    forget();
    apply_ok(accuse(id, EV_EXONERATE, "x2", 1, both + 1)); // nobody is left
    assert_int_equal(COUNT("accused WHERE case_id = %lld AND gone_at IS NOT NULL", id), 2);
    forget();
    now += WF_SECOND;
    apply_ok(accuse(id, EV_ACCUSE, "a2", 1, both));
    assert_int_equal(COUNT("accused WHERE case_id = %lld AND unit = 440305 AND gone_at IS NULL AND since = "
                           "'2026-11-23T12:00:02+08'",
                           id),
                     1);
    // Who is in it learns nothing, not even that the case is there; the look is kept.
    forget();
    struct change c = heart_act(id, EV_INSTRUCT, "i1", 9);
    c.unit = 440305;
    expect_refused(c, "not_found");
    assert_string_equal(out[0].err.text, CASE_NOT_FOUND);
    assert_int_equal(COUNT("refused_event WHERE case_id = %lld AND unit = 440305 AND code = 'not_found'", id), 1);
    c.case_id = id + 99;
    expect_refused(c, "not_found");
    assert_string_equal(out[0].err.text, CASE_NOT_FOUND);
    assert_int_equal(COUNT("refused_event WHERE case_id = %lld", id + 99), 0);
    heart_verify(&h);
}

// Found out later: the leg is taken away, and the bureau is told in its queue.
static void found_out_later(void **state)
{
    long long id = heart_sent(&h, 1);
    static const struct accused itself[] = {{SHENZHEN, 0}};
    apply_ok(accuse(id, EV_ACCUSE, "a", 1, itself));
    assert_int_equal(
        COUNT("leg WHERE case_id = %lld AND id = 1 AND state = %d AND flags & %d <> 0", id, LEG_REVOKED, LEG_CONFLICT),
        1);
    assert_int_equal(COUNT("bureau_queue WHERE case_id = %lld AND bureau = %d AND leg = 1 AND notice = %d", id,
                           SHENZHEN, NOTICE_REVOKED),
                     1);
    // Who stands above handles it, in the province's own queue.
    struct change c = heart_act(id, EV_DISPATCH, "d", 1);
    c.to = 440000901;
    apply_ok(c);
    assert_int_equal(out[0].queue_to, POLICY_PROVINCE);
    assert_int_equal(COUNT("bureau_queue WHERE case_id = %lld AND bureau = %d AND leg = 2 AND notice = %d", id,
                           POLICY_PROVINCE, NOTICE_LETTER),
                     1);
    assert_int_equal(COUNT("bureau_head WHERE bureau = %d AND next_seq = 2", POLICY_PROVINCE), 1);
    heart_verify(&h);
}

// Both cases get their lines in one transaction, and a process that knows neither undoes it.
static void merged_and_out_again(void **state)
{
    long long id = triaged(3), primary = id + 1;
    struct change c = heart_act(id, EV_MERGE, "m", 1);
    c.other = primary;
    c.other_mailbox = ZHUHAI; // not its number
    expect_refused(c, "not_found");
    c.cause = STR("m1");
    c.other_mailbox = SHENZHEN;
    apply_ok(c);
    assert_true(out[0].state == MERGED && out[0].primary == primary && out[0].version == 3);
    assert_int_equal(COUNT("course WHERE case_id = %lld AND primary_case = %lld", id, primary), 1);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 3 AND event = %d AND post = '专班' AND detail LIKE "
                           "'%%理由'",
                           id, J_CASE_MERGED),
                     1);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 3 AND event = %d", primary, J_CASE_ABSORBED), 1);
    assert_int_equal(COUNT("case_file WHERE id = %lld AND version = 3 AND state = %d", primary, TRIAGE), 1);
    // What the writer adds belongs to the primary: its number is told, and nothing is kept as refused.
    c = (struct change){
        .case_id = id, .event = EV_SUPPLEMENT, .actor = ACTOR_WRITER, .words = STR("补充"), .cause = STR("s1")};
    expect_refused(c, "merged");
    assert_int_equal(out[0].primary, primary);
    assert_int_equal(COUNT("refused_event WHERE code = '%s'", "merged"), 0);
    for (int round = 0; round < 2; round++) {
        forget();
        c = heart_act(id, EV_UNMERGE, "u1", 1);
        apply(&c, 1);
        assert_int_equal(out[0].result, round == 0 ? OK : DUPLICATE);
    }
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 4 AND event = %d", id, J_CASE_UNMERGED), 1);
    assert_int_equal(COUNT("journal WHERE case_id = %lld AND seq = 4 AND event = %d", primary, J_CASE_RELEASED), 1);
    assert_int_equal(COUNT("course WHERE case_id = %lld AND primary_case = 0", id), 1);
    // Out and in again, all in one batch, with a third one that joins what joined.
    struct change batch[] = {heart_act(id, EV_MERGE, "m2", 1), heart_act(id, EV_UNMERGE, "u2", 1),
                             heart_act(id + 2, EV_MERGE, "m3", 1)};
    batch[0].other = primary;
    batch[2].other = id;
    apply(batch, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(out[i].result, OK);
    assert_int_equal(COUNT("course WHERE case_id = %lld AND primary_case = %lld", id + 2, id), 1);
    heart_verify(&h);
}

// The new case has a number of its own, of the letters' series; a refused batch leaves no hole in it.
static void split_off(void **state)
{
    long long id = triaged(2);
    struct change c[] = {heart_act(id, EV_SPLIT, "s1", 1), heart_act(id + 1, EV_SPLIT, "s2", 1)};
    c[0].category = 3;
    c[0].kind = KIND_CONSULT;
    c[1].post = STR("\xff"); // what wire would never let through
    apply(c, 2);
    assert_int_equal(out[0].result, OK);
    assert_int_equal(out[0].new_id, id + 2);
    assert_int_equal(out[1].result, REJECT);
    assert_string_equal(out[1].err.code, "22021");
    assert_int_equal(
        COUNT("case_file n JOIN case_file o ON o.id = n.letter_id WHERE n.id = %lld AND o.id = %lld AND "
              "n.state = %d AND n.version = 1 AND n.mailbox = o.mailbox AND n.category = 3 AND n.kind = %d "
              "AND n.wake_at IS NOT NULL AND n.due_at IS NOT NULL",
              id + 2, id, TRIAGE, KIND_CONSULT),
        1);
    assert_int_equal(
        COUNT("journal WHERE case_id = %lld AND seq = 1 AND event = %d AND due_at IS NOT NULL", id + 2, J_CASE_SPLIT),
        1);
    apply(c, 1);
    assert_int_equal(out[0].result, DUPLICATE);
    assert_int_equal(heart_received(&h, 1), id + 3);
    // It is a case like any other.
    c[0] = heart_act(id + 2, EV_ACCEPT, "acc", 1);
    c[0].category = 3;
    c[0].to = SHENZHEN;
    apply_ok(c[0]);
    assert_int_equal(out[0].state, ACCEPTED);
    heart_verify(&h);
}

static void words_and_answers(void **state)
{
    long long id = heart_sent(&h, 1);
    struct change c = {
        .case_id = id, .event = EV_SUPPLEMENT, .actor = ACTOR_WRITER, .words = STR("还有一辆车"), .cause = STR("s1")};
    apply_ok(c);
    assert_int_equal(COUNT("supplement s JOIN journal j USING (case_id, seq) WHERE case_id = %lld AND j.event = %d AND "
                           "words = '还有一辆车' AND s.at = '2026-11-23T12:00+08'",
                           id, J_SUPPLEMENT_ARRIVED),
                     1);
    // Answered, and called back: the state is set by hand, since the sample policy calls nobody back here.
    apply_ok(heart_said(id, EV_SIGNED, "e1"));
    apply_ok(heart_said(id, EV_REPORTED, "e2"));
    fixture_exec(&h.f, "UPDATE case_file SET state = %d WHERE id = %lld", CALLBACK, id);
    fixture_exec(&h.f, "UPDATE course SET calls = 1, call_hours = -2147483646 WHERE case_id = %lld", id);
    forget();
    c = heart_act(id, EV_ANSWERED, "c1", 1);
    c.reached = c.contacted = c.true_ = c.satisfied = 1;
    c.solved = 2;
    apply_ok(c);
    assert_int_equal(
        COUNT("callback_answer a JOIN journal j USING (case_id, seq) WHERE case_id = %lld AND j.event = %d "
              "AND reached = 1 AND contacted = 1 AND is_true = 1 AND satisfied = 1 AND solved = 2",
              id, J_CALLBACK_ANSWERED),
        1);
    assert_int_equal(
        COUNT("course WHERE case_id = %lld AND satisfied_first = 1 AND satisfied_last = 1 AND solved = 2 AND "
              "call_hours = -2147483646 AND calls = 1",
              id),
        1);
}

// More legs than memory has room for: read every time, and right.
static void a_long_life(void **state)
{
    enum { LEGS = 7 };
    long long id = heart_sent(&h, 1);
    fixture_exec(&h.f,
                 "INSERT INTO leg (case_id, id, parent, unit, role, state, sent_at) SELECT %lld, i, 0, %d, 1, %d, "
                 "'2026-11-23T12:00+08' FROM generate_series(2, %d) i",
                 id, ZHUHAI, LEG_REVOKED, LEGS);
    forget();
    apply_ok(heart_said(id, EV_SIGNED, "a"));
    apply_ok(heart_said(id, EV_CONTACTED, "b"));
    apply_ok(heart_said(id, EV_REPORTED, "c"));
    assert_int_equal(
        COUNT("leg WHERE case_id = %lld AND id = 1 AND state = %d AND flags = %d", id, LEG_REPORTED, LEG_CONTACTED), 1);
    assert_int_equal(COUNT("leg WHERE case_id = %lld AND state = %d", id, LEG_REVOKED), LEGS - 1);
}

static void what_cannot_be(void **state)
{
    long long id = heart_sent(&h, 2);
    fixture_exec(&h.f,
                 "INSERT INTO accused SELECT %lld, 440303, i, now() FROM generate_series(1, %d) i; INSERT INTO request "
                 "SELECT %lld, i, 0, 1, 2, 0, 0, 0, 0, now(), NULL, NULL, now() FROM generate_series(1, %d) i",
                 id, GUARD_ACCUSED + 1, id + 1, CASE_REQUESTS + 1);
    for (int i = 0; i < 2; i++) {
        struct change c = heart_said(id + i, EV_SIGNED, "a");
        forget();
        assert_int_equal(cases_apply(h.cases, h.policy, now, &c, 1, out, &err), BROKEN);
        assert_string_equal(err.field, i == 0 ? "accused" : "request");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_plain_letter_writes_nothing_beside),
        TEST(requests_and_hops),
        TEST(whom_a_letter_accuses),
        TEST(found_out_later),
        TEST(merged_and_out_again),
        TEST(split_off),
        TEST(words_and_answers),
        TEST(a_long_life),
        TEST(what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Breaks a good database one way at a time and sees exactly the check that is made for it fail.
#include "core/number.h"
#include "fixture.h"
#include "run/clock.h"
#include "store/policy_store.h"
#include "store/verify.h"

#include <stdio.h>
#include <string.h>

static const struct statement *const lists[] = {verify_statements, policy_store_statements, NULL};

#define CASES 3 // of fixture_cases; %1$lld in a row's SQL is the first one's id

static const struct {
    const char *check; // exactly this one; behind a '+': others fail, too
    int64_t count;
    const char *sql;
} breaks[] = {
    {"case_letter", 1,
     "DELETE FROM letter WHERE id = %1$lld; DELETE FROM writer WHERE letter_id = %1$lld;"
     "UPDATE letter SET id = id - 1; UPDATE writer SET letter_id = letter_id - 1;"
     "UPDATE day_serial SET next_serial = 3"},
    {"case_letter", 1, "UPDATE letter SET mailbox = 440000 WHERE id = %1$lld"},
    {"case_letter", 1, "UPDATE case_file SET letter_id = 5 WHERE id = %1$lld"},
    {"+case_letter", 1,
     "INSERT INTO case_file SELECT id + 3, version, mailbox, bureau, place, state, kind, category, flags, "
     "confidence, outcome, round, received_at, due_at, 5, clock_at, wake_at FROM case_file WHERE id = %1$lld"},
    {"belongs", 1, "INSERT INTO accused VALUES (5, 440400, 0, '2026-11-23T12:00:00+08:00')"},
    {"belongs", 1, "INSERT INTO course VALUES (5, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 0, 0, 0, 0, 0, 0)"},
    {"+belongs", 1, "INSERT INTO request VALUES (%1$lld, 1, 2, 2, 2, 440300, 0, 5, 0, '2026-11-23T12:00:00+08:00')"},
    {"belongs", 1, "INSERT INTO supplement VALUES (%1$lld, 11, '2026-11-23T12:00:00+08:00', 'x')"},
    {"belongs", 1, "INSERT INTO callback_answer VALUES (%1$lld, 11, '2026-11-23T12:00:00+08:00', 1, 1, 1, 1, 1)"},
    {"belongs", 1, "UPDATE case_file SET flags = 8 WHERE id = %1$lld"},
    {"belongs", 1, "INSERT INTO accused VALUES (%1$lld, 440400, 0, '2026-11-23T12:00:00+08:00')"},
    {"+belongs", 1,
     "UPDATE case_file SET flags = 8 WHERE id = %1$lld; "
     "INSERT INTO accused SELECT %1$lld, 440400 + i, 0, '2026-11-23T12:00:00+08:00' FROM generate_series(1, 9) i"},
    {"merged", 1,
     "INSERT INTO course VALUES (%1$lld, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 0, 0, 0, %1$lld + 1, 0, 0)"},
    {"+merged", 1, "UPDATE case_file SET state = 82 WHERE id = %1$lld"},
    {"+merged", 1,
     "UPDATE case_file SET state = 82 WHERE id IN (%1$lld, %1$lld + 1); "
     "INSERT INTO course SELECT %1$lld + i, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 0, 0, 0, %1$lld + i + 1, 0, 0 "
     "FROM generate_series(0, 1) i"},
    {"+leads", 1,
     "INSERT INTO leg (case_id, id, parent, unit, role, state, sent_at) SELECT %1$lld, i, 0, 440300, 1, 20, "
     "'2026-11-23T12:00:00+08:00' FROM generate_series(2, 3) i"},
    {"+wait", 1, "UPDATE case_file SET due_at = '2026-11-24T12:00:00+08:00', wake_at = NULL WHERE id = %1$lld"},
    {"+wait", 1, "UPDATE case_file SET state = 90 WHERE id = %1$lld"},
    {"guard", 1,
     "UPDATE case_file SET flags = 8 WHERE id = %1$lld; "
     "INSERT INTO accused VALUES (%1$lld, 440300, 0, '2026-11-23T12:00:00+08:00')"},
    {"+guard", 1,
     "UPDATE leg SET unit = 440304 WHERE case_id = %1$lld; UPDATE case_file SET flags = 8 WHERE id = %1$lld; "
     "INSERT INTO accused VALUES (%1$lld, 440300, 0, '2026-11-23T12:00:00+08:00')"},
    {"+guard", 0,
     "UPDATE leg SET state = 60, flags = 32 WHERE case_id = %1$lld; UPDATE case_file SET flags = 8 WHERE id = "
     "%1$lld; INSERT INTO accused VALUES (%1$lld, 440300, 0, '2026-11-23T12:00:00+08:00')"},
    {"serials", 1, "UPDATE day_serial SET next_serial = next_serial + 1"},
    {"+serials", 1,
     "INSERT INTO case_file SELECT id + 3, version, mailbox, bureau, place, state, kind, category, flags, "
     "confidence, outcome, round, received_at, due_at, id, clock_at, wake_at FROM case_file WHERE id = %1$lld"},
    {"serials", 1, "DELETE FROM day_serial"},
    {"serials", 1, "INSERT INTO day_serial VALUES (20261124, 2)"},
    {"client_keys", 1,
     "ALTER TABLE letter DROP CONSTRAINT letter_channel_client_ref_key;"
     "UPDATE letter SET client_ref = 'ref-1' WHERE id = %1$lld"},
    {"writers", 2, "INSERT INTO writer VALUES (1, 'x'), (2, 'y')"},
    {"journal_case", 1,
     "INSERT INTO journal SELECT 5, 1, at, event, because, state, leg, actor, unit, policy FROM journal "
     "WHERE case_id = %1$lld AND seq = 1"},
    {"journal_case", 1,
     "INSERT INTO journal SELECT %1$lld + 900, 1, at, event, because, state, leg, actor, unit, policy "
     "FROM journal WHERE case_id = %1$lld AND seq = 1"},
    {"journal_dense", 1, "DELETE FROM journal WHERE case_id = %1$lld AND seq = 3"},
    {"journal_dense", 1, "UPDATE case_file SET version = 11 WHERE id = %1$lld"},
    {"journal_dense", 3, "DELETE FROM journal WHERE seq = 10"},
    {"journal_first", 1, "UPDATE journal SET event = 4 WHERE case_id = %1$lld AND seq = 1"},
    {"journal_legal", 1, "UPDATE journal SET state = 40 WHERE case_id = %1$lld AND seq = 3"},
    {"journal_legal", 1, "UPDATE journal SET actor = 6 WHERE case_id = %1$lld AND seq = 10"},
    {"journal_legal", 1, "UPDATE journal SET because = 999 WHERE case_id = %1$lld AND seq = 4"},
    {"journal_legal", 1, "UPDATE journal SET event = 9 WHERE case_id = %1$lld AND seq = 5"},
    {"journal_legal", 1, "UPDATE journal SET unit = 440100 WHERE case_id = %1$lld AND seq = 5"},
    {"journal_legal", 1, "UPDATE journal SET leg = 2 WHERE case_id = %1$lld AND seq = 5"},
    {"journal_legal", 1,
     "UPDATE journal j SET (event, because) = (SELECT event, because FROM journal WHERE case_id = j.case_id "
     "AND seq = 5) WHERE case_id = %1$lld AND seq = 3"},
    {"case_state", 1, "UPDATE case_file SET state = 90, wake_at = NULL WHERE id = %1$lld"},
    {"case_legs", 1, "UPDATE leg SET state = 20 WHERE case_id = %1$lld"},
    {"case_legs", 1,
     "INSERT INTO leg SELECT case_id, 2, 1, 440300, 2, state, due_at, sent_at FROM leg WHERE case_id = %1$lld;"
     "INSERT INTO bureau_queue VALUES (440300, 4, %1$lld, 2, '2026-11-23T12:00:00+08:00');"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    {"next_step", 1, "UPDATE case_file SET due_at = received_at WHERE id = %1$lld"},
    {"queue_dense", 1, "UPDATE bureau_queue SET seq = 7 WHERE seq = 3"},
    {"queue_dense", 1, "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    {"queue_dense", 1, "UPDATE bureau_head SET next_seq = 2 WHERE bureau = 445300"},
    {"queue_legs", 1,
     "INSERT INTO bureau_queue SELECT 440300, 4, case_id, leg, sent_at FROM bureau_queue WHERE seq = 3;"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    {"queue_legs", 1,
     "DELETE FROM bureau_queue WHERE seq = 3; UPDATE bureau_head SET next_seq = 3 WHERE bureau = 440300"},
    {"queue_legs", 1,
     "DELETE FROM bureau_queue WHERE seq = 3; UPDATE bureau_head SET next_seq = 3 WHERE bureau = 440300;"
     "INSERT INTO bureau_queue VALUES (440100, 1, %1$lld + 2, 1, '2026-11-23T12:00:00+08:00');"
     "UPDATE bureau_head SET next_seq = 2 WHERE bureau = 440100"},
    {"queue_legs", 1, "UPDATE bureau_queue SET notice = 3 WHERE seq = 2"},
    {"queue_notices", 1,
     "INSERT INTO bureau_queue SELECT 440300, 4, case_id, 9, sent_at, 2 FROM bureau_queue WHERE seq = 3;"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    // Rows that a range was retired with do not lack; others do.
    {"queue_dense", 1,
     "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300; DELETE FROM bureau_queue WHERE seq = 1;"
     "UPDATE leg SET sent_at = sent_at - interval '1 d' WHERE case_id = %1$lld;"
     "INSERT INTO queue_retired VALUES (440300, 1, 2, 0, '2026-11-22T12:00:00+08:00', now());"
     "UPDATE bureau_cursor SET acked_seq = 1 WHERE bureau = 440300;"
     "UPDATE queue_range SET from_seq = 2 WHERE bureau = 440300"},
    {"+queue_dense", 2,
     "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300; DELETE FROM bureau_queue WHERE seq = 1;"
     "UPDATE bureau_cursor SET acked_seq = 1 WHERE bureau = 440300"},
    {"queue_dense", 1, "UPDATE queue_range SET from_seq = 7 WHERE bureau = 440300"},
    {"queue_dense", 1, "INSERT INTO queue_range VALUES (440300, 100002, 200000)"},
    {"queue_legs", 1,
     "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300; DELETE FROM bureau_queue WHERE seq = 1;"
     "INSERT INTO queue_retired VALUES (440300, 1, 2, 1, '2026-11-22T12:00:00+08:00', now());"
     "UPDATE bureau_cursor SET acked_seq = 1 WHERE bureau = 440300;"
     "UPDATE queue_range SET from_seq = 2 WHERE bureau = 440300"},
    {"queue_legs", 1,
     "INSERT INTO bureau_queue SELECT 440300, 4, case_id, leg, sent_at FROM bureau_queue WHERE seq = 3;"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    {"+queue_legs", 1, "UPDATE leg SET unit = 440404 WHERE case_id = %1$lld"},
    {"cursors", 1, "UPDATE bureau_cursor SET acked_seq = 4 WHERE bureau = 440300"},
    {"cursors", 1,
     "UPDATE bureau_cursor SET acked_seq = 1, blocked_seq = 3, blocked_at = now(), blocked_reason = 'x' WHERE bureau = "
     "440300"},
    {"cursors", 1,
     "UPDATE bureau_cursor SET acked_seq = 3, blocked_seq = 4, blocked_at = now(), blocked_reason = 'x' WHERE bureau = "
     "440300"},
    {"cursors", 1, "UPDATE bureau_cursor SET acked_seq = 1, blocked_seq = 2 WHERE bureau = 440300"},
    {"+cursors", 1, "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300"},
    {"queue_notices", 3,
     "SELECT queue_open(1), queue_open(2); UPDATE bureau_head SET next_seq = 4 WHERE bureau = 1; "
     "UPDATE bureau_head SET next_seq = 2 WHERE bureau = 2; INSERT INTO bureau_queue VALUES "
     "(1, 1, %1$lld, 1, now(), 1), (1, 2, %1$lld, 0, now(), 15), (1, 3, %1$lld, 0, now(), 14), "
     "(2, 1, %1$lld, 0, now(), 1)"},
    {"tombstones", 1, "INSERT INTO queue_tombstone VALUES (440300, 4, false, now(), 'x', 'y')"},
    {"tombstones", 1, "INSERT INTO queue_tombstone VALUES (440399, 1, false, now(), 'x', 'y')"},
    {"tombstones", 1, "INSERT INTO queue_tombstone VALUES (440300, 3, false, now(), 'x', 'y')"},
    {"keys", 1, "INSERT INTO peer_key VALUES (decode(repeat('ab', 32), 'hex'), 1, 440304, 'x', now(), 'y')"},
    {"keys", 1, "INSERT INTO peer_key VALUES (decode(repeat('ab', 32), 'hex'), 1, 1, 'x', now(), 'y')"},
    {"keys", 1, "INSERT INTO peer_key VALUES (decode(repeat('ab', 32), 'hex'), 2, 7, 'x', now(), 'y')"},
    {"cursors", 1, "DELETE FROM bureau_cursor WHERE bureau = 440100"},
    {"feedback", 1, "INSERT INTO feedback_inbox VALUES (440100, 'x', %1$lld, 1, 1)"},
    {"feedback", 1, "INSERT INTO feedback_inbox VALUES (0, 'x', 5, 1, 1)"},
    {"feedback", 1, "INSERT INTO feedback_inbox VALUES (440304, 'x', %1$lld, 1, 1)"},
    {"replies", 1, "DELETE FROM reply WHERE case_id = %1$lld"},
    {"replies", 1, "INSERT INTO reply VALUES (%1$lld, 2, 1, 1, '2026-11-23T12:00:00+08:00', 'x')"},
    {"queue_times", 1, "UPDATE bureau_queue SET sent_at = sent_at - interval '1 s' WHERE seq = 2"},
    // Nothing is wrong with these:
    {NULL, 0,
     "UPDATE case_file SET flags = 8 WHERE id = %1$lld; "
     "INSERT INTO accused VALUES (%1$lld, 440304, 0, '2026-11-23T12:00:00+08:00')"},
    {NULL, 0,
     "INSERT INTO accused VALUES (%1$lld, 440300, 0, '2026-11-23T12:00:00+08:00', '2026-11-23T12:00:00+08:00')"},
    {NULL, 0,
     "INSERT INTO bureau_queue SELECT 440300, 4, case_id, leg, sent_at, 11 FROM bureau_queue WHERE seq = 3;"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300"},
    {NULL, 0, "INSERT INTO feedback_inbox VALUES (0, 'x', %1$lld, 1, 1)"},
    {NULL, 0, "INSERT INTO reply VALUES (%1$lld, 9, 0, 1, '2026-11-23T12:00:00+08:00', 'x')"},
    {NULL, 0, "UPDATE bureau_cursor SET acked_seq = 3 WHERE bureau = 440300"},
    {NULL, 0,
     "UPDATE bureau_cursor SET acked_seq = 1, blocked_seq = 2, blocked_at = now(), blocked_reason = 'x' WHERE bureau = "
     "440300"},
    {NULL, 0, "INSERT INTO feedback_inbox VALUES (2, 'x', %1$lld, 1, 1)"},
    {NULL, 0,
     "INSERT INTO peer_key VALUES (decode(repeat('ab', 32), 'hex'), 1, 440304, 'x', now(), 'y', now(), 'z', 'lost'); "
     "INSERT INTO peer_key VALUES "
     "(decode(repeat('cd', 32), 'hex'), 1, 440300, 'x', now(), 'y'), (decode(repeat('ef', 32), 'hex'), 2, 1, 'x', "
     "now(), 'y')"},
    {NULL, 0,
     "UPDATE bureau_head SET first_seq = 2 WHERE bureau = 440300; DELETE FROM bureau_queue WHERE seq = 1;"
     "INSERT INTO queue_retired VALUES (440300, 1, 2, 1, '2026-11-23T12:00:00+08:00', now());"
     "UPDATE bureau_cursor SET acked_seq = 1 WHERE bureau = 440300; UPDATE queue_range SET from_seq = 2 WHERE bureau = "
     "440300"},
    // What was parked came again, and the journal has it; a unit's own queue.
    {NULL, 0,
     "INSERT INTO bureau_queue SELECT 440300, 4, case_id, leg, sent_at FROM bureau_queue WHERE seq = 3;"
     "UPDATE bureau_head SET next_seq = 5 WHERE bureau = 440300; INSERT INTO queue_tombstone VALUES (440300, 3, true, "
     "'2026-11-23T12:00:00+08:00', 'x', 'y'); UPDATE case_file SET version = 11 WHERE id = %1$lld + 2; INSERT INTO "
     "journal "
     "SELECT case_id, 11, at, (SELECT code FROM code_list WHERE list = 'journal' AND name = 'queue.parked'), (SELECT "
     "id FROM "
     "because WHERE rule = 'Q2'), state, 0, 7, 0, policy FROM journal WHERE case_id = %1$lld + 2 AND seq = 10"},
};

static void verify(const struct fixture *f, wf_time now, struct verify_report *report)
{
    struct err err;
    struct policy *policy;
    struct db *db = fixture_db(f, "pa_desk", lists);
    if (policy_load(db, &policy, &err) != OK || verify_run(db, policy, now, report, &err) != OK)
        fail_msg("%s", err.text);
    policy_free(policy);
    db_close(db);
}

// Exactly this check counts (with a '+' before its name: others may), and what it names is filled in.
static void expect(const struct verify_report *report, const char *name, int64_t count, const char *sql)
{
    bool known = !name, alone = !name || name[0] != '+';
    name = alone ? name : name + 1;
    for (int i = 0; i < report->checks_n; i++) {
        const struct verify_check *check = &report->checks[i];
        bool is_it = name && strcmp(check->name, name) == 0;
        known = known || is_it;
        if ((alone || is_it) && check->count != (is_it ? count : 0))
            fail_msg("%s is %lld (%s) after %s", check->name, (long long)check->count, check->first[0], sql);
        int64_t shown = check->count < VERIFY_FIRST ? check->count : VERIFY_FIRST;
        if (strcmp(check->name, "writers") == 0)
            shown = check->count > 0;
        assert_int_equal(check->first_n, shown);
        for (int k = 0; k < check->first_n; k++)
            assert_true(check->first[k][0] != '\0');
    }
    assert_true(known);
}

static void test_breaks(void **state)
{
    struct verify_report report;
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        struct fixture f;
        fixture_open(&f);
        long long first = (long long)fixture_cases(&f, CASES);
        char sql[2048];
        struct text t = TEXT(sql);
        for (struct str rest = str_of(breaks[i].sql); rest.p;) {
            text_str(&t, str_split(&rest, '%'));
            if (rest.p) {
                text_i64(&t, first);
                rest = (struct str){rest.p + strlen("1$lld"), rest.n - strlen("1$lld")};
            }
        }
        fixture_exec(&f, "%s", sql);
        verify(&f, FIXTURE_NOW, &report);
        expect(&report, breaks[i].check, breaks[i].count, breaks[i].sql);
        bool warns = breaks[i].check && strcmp(breaks[i].check, "queue_times") == 0;
        if (!breaks[i].check || breaks[i].check[0] != '+')
            assert_int_equal(verify_violations(&report), warns ? 0 : breaks[i].count);
        fixture_close(&f);
    }
}

static void test_figures_and_numbers(void **state)
{
    struct fixture f;
    struct verify_report report;
    char number[NUMBER_MAX];
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 9);
    fixture_exec(&f, "INSERT INTO dead_letter (source, ref, at, attempts, code, field, words) VALUES "
                     "('feedback', 'x', '2026-11-23T12:00:00+08:00', 1, '', '', '')");
    fixture_exec(&f, "UPDATE case_file SET state = 90, wake_at = %s", "NULL");
    verify(&f, FIXTURE_NOW, &report);
    assert_int_equal(report.letters, 9);
    assert_int_equal(report.cases, 9);
    assert_int_equal(report.journal, 90);
    assert_int_equal(report.dead, 1);
    expect(&report, "case_state", 9, "");
    assert_int_equal(verify_violations(&report), 9);
    number_format(440300, first, number);
    for (int i = 0; i < report.checks_n; i++)
        if (strcmp(report.checks[i].name, "case_state") == 0)
            assert_memory_equal(report.checks[i].first[0], number, strlen(number));
    fixture_close(&f);
}

static void test_empty(void **state)
{
    struct fixture f;
    struct verify_report report;
    fixture_open(&f);
    verify(&f, FIXTURE_NOW, &report);
    expect(&report, NULL, 0, "nothing");
    assert_int_equal(report.cases, 0);
    fixture_close(&f);
}

// A letter that the classifier left lying, and a state that nobody waits in.
static void test_unfinished(void **state)
{
    struct fixture f;
    struct verify_report report;
    fixture_open(&f);
    fixture_cases(&f, 2);
    fixture_exec(&f,
                 "DELETE FROM journal WHERE seq > 1; DELETE FROM reply; DELETE FROM feedback_inbox; DELETE FROM leg;"
                 "DELETE FROM bureau_queue; UPDATE bureau_head SET next_seq = 1;"
                 "UPDATE case_file SET state = 10, version = 1, due_at = '2026-11-23T12:00:00+08:00', wake_at = "
                 "received_at");
    verify(&f, FIXTURE_NOW, &report);
    expect(&report, NULL, 0, "two fresh letters");
    verify(&f, FIXTURE_NOW + 1, &report);
    expect(&report, "stuck", 2, "two late letters");
    assert_int_equal(verify_violations(&report), 0);

    fixture_exec(
        &f, "ALTER TABLE case_file DROP CONSTRAINT case_state_known; UPDATE case_file SET state = 99, due_at = NULL");
    verify(&f, FIXTURE_NOW, &report);
    int found = 0;
    for (int i = 0; i < report.checks_n; i++)
        if (strcmp(report.checks[i].name, "next_step") == 0 || strcmp(report.checks[i].name, "case_state") == 0)
            found += report.checks[i].count == 2;
    assert_int_equal(found, 2);
    fixture_close(&f);
}

// More cases than a page of the replay holds, and the time that it may take.
static void test_many(void **state)
{
    struct fixture f;
    struct verify_report report;
    fixture_open(&f);
    long long first = (long long)fixture_cases(&f, 20000);
    int64_t start = clock_mono();
    verify(&f, FIXTURE_NOW, &report);
    double seconds = (double)(clock_mono() - start) / 1e6;
    expect(&report, NULL, 0, "20,000 good cases");
    assert_int_equal(report.cases, 20000);
    assert_int_equal(report.journal, 200000);
    print_message("20,000 cases in %.2f s\n", seconds);
    assert_true(seconds < 6); // so 100,000 in 30 s
    fixture_exec(&f, "UPDATE leg SET state = 60 WHERE case_id IN (%lld, %lld, %lld)", first, first + 2000,
                 first + 19999);
    verify(&f, FIXTURE_NOW, &report);
    expect(&report, "case_legs", 3, "three legs on the edges of pages");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),      cmocka_unit_test(test_breaks), cmocka_unit_test(test_figures_and_numbers),
        cmocka_unit_test(test_unfinished), cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}

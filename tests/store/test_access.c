// SPDX-License-Identifier: Apache-2.0
// What each viewer sees of a case: by show, list, count and search the same, from one definition, and written down.
#include "reading.h"

// By show, list and count alike; a denied look and a number that is not there are told in the same words.
static void test_who_sees_a_case(void **state)
{
    static const struct {
        const char *post;
        bool plain, accused; // the first case accuses nobody, the second accuses 440304
    } viewers[] = {
        {NULL, true, true},
        {"审核人", true, true},
        {"联络员@440300", true, true},   // has a leg in both
        {"联络员@440304", false, false}, // has none; and is accused
        {"承办民警@440304:123456", false, false},
        {"联络员@440400", false, false},
        {"领导@440100", false, false},
    };
    struct fixture f;
    struct err err, unknown;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 2);
    struct db *db = open_db(&f);
    accuse(&f, first + 1, 440304, 0);
    for (size_t i = 0; i < sizeof viewers / sizeof *viewers; i++) {
        const char *post = viewers[i].post;
        bool sees[] = {viewers[i].plain, viewers[i].accused};
        assert_int_equal(look(db, post, first + 7, &v, &unknown), REJECT);
        for (int k = 0; k < 2; k++) {
            fixture_exec(&f, "TRUNCATE access_log; SELECT %d", k);
            enum result result = look(db, post, first + k, &v, &err);
            assert_int_equal(result, sees[k] ? OK : REJECT);
            if (result == OK)
                view_case_free(&v);
            else
                assert_string_equal(err.code, unknown.code);
            if (result != OK)
                assert_true(strcmp(err.text, unknown.text) == 0 && strcmp(err.field, unknown.field) == 0);
            assert_int_equal(fixture_int(&f, "SELECT count(*) FROM access_log WHERE case_id = %lld AND allowed = %s",
                                         (long long)first + k, sees[k] ? "true" : "false"),
                             1);
            assert_int_equal(fixture_int(&f, "SELECT count(*) FROM %s", "access_log"), 1);
        }
        assert_int_equal(list_as(db, post, (struct view_filter){0}).n, sees[0] + sees[1]);
        assert_int_equal(list_as(db, post, (struct view_filter){.text = STR("正文")}).n, sees[0] + sees[1]);
    }
    // A bureau whose leg was taken back because it is in X sees the case no more, though X were empty again.
    fixture_exec(&f, "UPDATE leg SET state = 60, flags = 32 WHERE case_id = %lld", (long long)first);
    assert_int_equal(look(db, "联络员@440300", first, &v, &err), REJECT);
    assert_int_equal(list_as(db, "联络员@440300", (struct view_filter){0}).n, 1);
    close_db(db);
    fixture_close(&f);
}

static void test_how_much_is_read(void **state)
{
    static const struct {
        const char *post;
        bool letter, journal, internal, search;
    } viewers[] = {
        {NULL, true, true, true, true},
        {"受理员", true, true, false, true},
        {"承办民警@440300", true, true, true, true},
        {"审计员", false, true, false, false},
        {"分析员", false, false, false, false},
        {"系统管理员", false, false, false, false},
        {"保密员", false, false, false, false},
    };
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 1);
    struct db *db = open_db(&f);
    fixture_exec(&f,
                 "UPDATE journal SET post = '受理员', detail = '核对无误' WHERE seq = 3; UPDATE letter SET accused = "
                 "'甲', occurred_at = received_at; INSERT INTO supplement VALUES (%lld, 3, "
                 "'2026-11-23T12:00:00+08:00', '补充')",
                 (long long)first);
    for (size_t i = 0; i < sizeof viewers / sizeof *viewers; i++) {
        struct viewer viewer = viewer_of(viewers[i].post);
        assert_int_equal(look(db, viewers[i].post, first, &v, &err), OK);
        bool letter = viewers[i].letter;
        assert_true((v.title.p != NULL) == letter && (v.body.p != NULL) == letter && (v.place.p != NULL) == letter);
        assert_true((v.accused.p != NULL) == letter && (v.occurred_at != 0) == letter);
        assert_true(v.replies_n == 1 && (v.replies[0].public_text.p != NULL) == letter);
        assert_true(v.supplements_n == 1 && (v.supplements[0].words.p != NULL) == letter);
        assert_true((v.events[2].detail.p != NULL) == viewers[i].journal);
        assert_true((v.events[2].post.p != NULL) == viewers[i].journal);
        assert_int_equal(v.internal_n, viewers[i].internal);
        if (v.internal_n > 0)
            expect_text(v.internal[0].internal_text, "已核查");
        assert_int_equal(v.events_n, 10);
        assert_int_equal(v.row.state, CLOSED);
        view_case_free(&v);
        struct seen seen = {{0}, 0};
        struct view_filter filter = {.text = STR("正文"), .now = FIXTURE_NOW, .limit = 8};
        assert_int_equal(view_list(db, policy, &viewer, &filter, see, &seen, &err), viewers[i].search ? OK : REJECT);
        assert_int_equal(seen.n, viewers[i].search);
        if (!viewers[i].search)
            assert_string_equal(err.code, "not_your_duty");
    }
    close_db(db);
    fixture_close(&f);
}

// Who may not see a case is not told its number by another that was merged into it, or split off from it.
static void test_merged_tells_no_more(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 3);
    struct db *db = open_db(&f);
    fixture_exec(&f,
                 "INSERT INTO course VALUES (%lld, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, NULL, 0, 0, 0, %lld, 0, 0); "
                 "UPDATE case_file SET letter_id = %lld WHERE id = %lld; "
                 "UPDATE journal SET event = %d WHERE case_id = %lld AND seq = 10",
                 CASE_1, CASE_1 + 1, CASE_1, CASE_1 + 2, J_CASE_ABSORBED, CASE_1 + 1);
    assert_int_equal(look(db, NULL, first, &v, &err), OK);
    assert_true(v.primary.id == first + 1 && v.primary.mailbox == 440300);
    view_case_free(&v);
    assert_int_equal(look(db, NULL, first + 1, &v, &err), OK);
    assert_true(v.merged_n == 1 && v.merged[0].id == first);
    view_case_free(&v);
    assert_int_equal(look(db, "领导@440300", first + 2, &v, &err), OK);
    assert_int_equal(v.letter.id, first);
    expect_text(v.body, "正文");
    view_case_free(&v);
    accuse(&f, first + 1, 440300, 0);
    assert_int_equal(look(db, "领导@440300", first, &v, &err), OK);
    assert_int_equal(v.primary.id, 0);
    view_case_free(&v);
    accuse(&f, first, 440300, 0);
    assert_int_equal(look(db, "领导@440300", first + 2, &v, &err), OK);
    assert_int_equal(v.letter.id, 0);
    view_case_free(&v);
    close_db(db);
    fixture_close(&f);
}

struct readers {
    struct access_reader of[8];
    char what[8][16];
    int n;
};

static void note_reader(void *arg, const struct access_reader *r)
{
    struct readers *all = arg;
    struct text t = TEXT(all->what[all->n]);
    text_str(&t, r->what);
    all->of[all->n++] = *r;
}

// G6: who had read it is told when it turns out whom it accuses.
static void test_readers(void **state)
{
    struct fixture f;
    struct err err;
    struct case_view v;
    struct readers r = {.n = 0};
    fixture_open(&f);
    int64_t first = fixture_cases(&f, 2);
    struct db *db = open_db(&f);
    fixture_exec(&f, "UPDATE bureau_cursor SET acked_seq = %d WHERE bureau = 440300", 1);
    assert_int_equal(look(db, "领导@440300", first, &v, &err), OK);
    view_case_free(&v);
    assert_int_equal(look(db, "领导@440400", first, &v, &err), REJECT);
    assert_int_equal(look(db, NULL, first, &v, &err), OK);
    view_case_free(&v);
    accuse(&f, first, 440300, 0);
    assert_int_equal(access_readers(db, policy, FIXTURE_NOW, first, note_reader, &r, &err), OK);
    assert_int_equal(r.n, 4);
    assert_true(r.of[0].delivery && r.of[0].queue == 440300 && r.of[0].seq == 1 && r.of[0].unit == 440300);
    assert_true(r.of[0].acknowledged && r.of[0].excluded && r.of[0].notice == NOTICE_LETTER);
    assert_true(!r.of[1].delivery && r.of[1].unit == 440300 && r.of[1].allowed && r.of[1].excluded);
    assert_true(r.of[2].unit == 440400 && !r.of[2].allowed && !r.of[2].excluded);
    assert_true(r.of[3].unit == 440000 && r.of[3].allowed && !r.of[3].excluded);
    assert_string_equal(r.what[3], "show");
    // When the range of its line is retired, that it was dispatched is still told; of a younger leg nothing is made up.
    fixture_exec(&f,
                 "DELETE FROM bureau_queue WHERE seq <= 2; UPDATE leg SET sent_at = '2026-11-23T12:00:01+08:00' WHERE "
                 "case_id = %lld; INSERT INTO queue_retired VALUES (440300, 1, 3, 2, '2026-11-23T12:00:00+08:00', "
                 "now()), (440400, 1, 3, 2, '2026-11-23T13:00:00+08:00', now())",
                 (long long)first + 1);
    r.n = 0;
    assert_int_equal(access_readers(db, policy, FIXTURE_NOW, first, note_reader, &r, &err), OK);
    assert_int_equal(r.n, 4);
    assert_true(r.of[0].delivery && r.of[0].queue == 440300 && r.of[0].seq == 0 && r.of[0].unit == 440300 &&
                r.of[0].excluded && r.of[0].acknowledged && r.of[0].at == FIXTURE_NOW);
    r.n = 0;
    assert_int_equal(access_readers(db, policy, FIXTURE_NOW, first + 1, note_reader, &r, &err), OK);
    assert_int_equal(r.n, 0);
    // Now the bureau is told nothing.
    assert_int_equal(look(db, "领导@440300", first, &v, &err), REJECT);
    close_db(db);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_sees_a_case),
        cmocka_unit_test(test_how_much_is_read),
        cmocka_unit_test(test_merged_tells_no_more),
        cmocka_unit_test(test_readers),
    };
    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "core/case.h"
#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char real_dir[] = SOURCE_DIR "/deploy/migrations";

static int64_t rules_n(void)
{
    int64_t n = 0;
    while (rules[n].id)
        n++;
    return n;
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_empty_database(void **state)
{
    struct fixture f;
    struct migrate_report report;
    struct err err;
    fixture_empty(&f);
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.from, 0);
    assert_int_equal(report.to, SCHEMA_VERSION);
    assert_true(report.words > rules_n());
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM because"), rules_n());
    assert_int_equal(fixture_int(&f, "SELECT code FROM code_list WHERE list = 'case_state' AND name = 'HANDLING'"),
                     HANDLING);
    assert_int_equal(
        fixture_int(&f, "SELECT count(*) FROM schema_version WHERE applied_at = '2026-11-23T12:00:00+08:00'"),
        SCHEMA_VERSION);
    // Everything belongs to a role that nobody can log in as.
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = relowner "
                                     "WHERE relnamespace = 'public'::regnamespace AND rolname <> 'pa_owner'"),
                     0);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_roles WHERE rolname = 'pa_owner' AND rolcanlogin"), 0);
    // A second run finds nothing to do, and uses up no reason's number.
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.from, SCHEMA_VERSION);
    assert_int_equal(report.words, 0);
    assert_int_equal(fixture_int(&f, "SELECT last_value FROM because_id_seq"), rules_n());
    fixture_close(&f);
}

static void test_words_are_kept(void **state)
{
    struct fixture f;
    struct migrate_report report;
    struct err err;
    fixture_open(&f);
    fixture_exec(&f, "UPDATE because SET words = 'an older reason' WHERE rule = 'T13'");
    fixture_exec(&f, "DELETE FROM code_list WHERE list = 'kind' AND name = 'praise'");
    fixture_exec(&f, "UPDATE code_list SET label = 'x' WHERE list = 'kind' AND name = 'help'");
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.words, 2);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM because WHERE rule = 'T13'"), 2);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM code_list WHERE list = 'kind' AND label = '求助'"), 1);
    fixture_close(&f);
}

static void expect(const struct fixture *f, const char *dir, const char *code, const char *words)
{
    struct migrate_report report = {.to = -1};
    struct err err;
    assert_int_equal(migrate_run(f->config, dir, FIXTURE_NOW, &report, &err), REJECT);
    assert_string_equal(err.code, code);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    assert_int_equal(report.to, -1);
}

static void test_refusals(void **state)
{
    struct fixture f;
    struct migrate_report report;
    struct err err;
    char dir[] = "/tmp/pa-migrate.XXXXXX";
    assert_non_null(mkdtemp(dir));
    fixture_empty(&f);
    expect(&f, "/nonexistent", "no_migrations", "/nonexistent");
    expect(&f, dir, "no_migrations", "NNNN_what.sql");

    // Later migrations may need the tables that ours make before they can count words.
    write_file(dir, "0001_lists.sql",
               "CREATE TABLE code_list (list text, code smallint, name text, label text, PRIMARY KEY (list, code));\n"
               "CREATE TABLE because (id smallint GENERATED ALWAYS AS IDENTITY, rule text, words text);");
    write_file(dir, "notes.txt", "not a migration");
    assert_int_equal(migrate_run(f.config, dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.to, 1);

    // One transaction: what stands before the mistake is gone too.
    write_file(dir, "0002_wrong.sql", "CREATE TABLE half (a int);\nSELECT nothing FROM nowhere;\n");
    expect(&f, dir, "42P01", "0002_wrong.sql");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_class WHERE relname = 'half'"), 0);
    write_file(dir, "0002_wrong.sql", "CREATE TABLE half (a int); -- no newline");
    assert_int_equal(migrate_run(f.config, dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.from, 1);
    assert_int_equal(report.to, 2);

    write_file(dir, "0002_wrong.sql", "CREATE TABLE half (a int, b int);");
    expect(&f, dir, "edited_migration", "0002_wrong.sql");
    write_file(dir, "0004_gap.sql", "SELECT 1;");
    expect(&f, dir, "bad_migrations", "0004_gap.sql");
    char path[64];
    snprintf(path, sizeof path, "%s/0004_gap.sql", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/0002_wrong.sql", dir);
    unlink(path);
    expect(&f, dir, "new_schema", "install the newer programs");
    fixture_close(&f);
    snprintf(path, sizeof path, "%s/0001_lists.sql", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/notes.txt", dir);
    unlink(path);
    rmdir(dir);
}

static void test_one_at_a_time(void **state)
{
    struct fixture f;
    struct migrate_report report;
    struct err err;
    fixture_empty(&f);
    fixture_exec(&f, "SELECT pg_advisory_lock(440000)");
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), RETRY);
    assert_string_equal(err.code, "55P03");
    fixture_exec(&f, "SELECT pg_advisory_unlock_all()");
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    fixture_close(&f);
}

// Cases that were there before the second migration: whom they accuse, what their clocks started at, and that the
// sweep looks at each that is not archived.
static void test_older_cases_go_on(void **state)
{
    struct fixture f;
    struct migrate_report report;
    struct err err;
    char dir[] = "/tmp/pa-migrate.XXXXXX", link[64];
    assert_non_null(mkdtemp(dir));
    snprintf(link, sizeof link, "%s/0001_schema.sql", dir);
    assert_int_equal(symlink(SOURCE_DIR "/deploy/migrations/0001_schema.sql", link), 0);
    fixture_empty(&f);
    assert_int_equal(migrate_run(f.config, dir, FIXTURE_NOW, &report, &err), OK);
    fixture_exec(&f,
                 "INSERT INTO case_file SELECT 261122000000000 + i, 3, 440300, 440300, 0, CASE i WHEN 2 THEN 440305 "
                 "ELSE 0 END, ('{%d,%d,%d,%d}'::int[])[i], 4, 1, 1, 90, 0, 0, '2026-11-22T10:00+08', NULL "
                 "FROM generate_series(1, 4) i",
                 TRIAGE, HANDLING, CLOSED, ARCHIVED);
    fixture_exec(
        &f,
        "INSERT INTO leg SELECT id, 1, 0, 440300, %d, %d, NULL, '2026-11-22T11:00+08' FROM case_file WHERE "
        "state <> 20; INSERT INTO journal SELECT id, 3, '2026-11-22T12:00+08', CASE state WHEN 40 THEN %d ELSE "
        "%d END, 1, state, 1, 6, 440300, 1 FROM case_file; INSERT INTO bureau_queue SELECT 440300, 1, id, 1, "
        "'2026-11-22T11:00+08' FROM case_file WHERE state = 40",
        ROLE_LEAD, LEG_SIGNED, J_CONTACT_MADE, J_REVIEW_PASSED);
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    assert_int_equal(report.from, 1);
    assert_int_equal(report.to, SCHEMA_VERSION);
    static const struct {
        int state;
        const char *clock_at, *wakes;
        int flags, leg_flags;
    } after[] = {
        {TRIAGE, "2026-11-22T10:00+08", "true", 1, 0},
        {HANDLING, "2026-11-22T11:00+08", "true", 1 | FLAG_ACCUSED, LEG_CONTACTED},
        {CLOSED, "2026-11-22T12:00+08", "true", 1, 0},
        {ARCHIVED, "2026-11-22T12:00+08", "false", 1, 0},
    };
    for (int i = 0; i < 4; i++)
        assert_int_equal(
            fixture_int(&f,
                        "SELECT count(*) FROM case_file c LEFT JOIN leg l ON l.case_id = c.id WHERE c.state "
                        "= %d AND clock_at = '%s' AND letter_id = c.id AND (wake_at IS NOT DISTINCT FROM "
                        "CASE WHEN %s THEN received_at END) AND c.flags = %d AND coalesce(l.flags, 0) = %d",
                        after[i].state, after[i].clock_at, after[i].wakes, after[i].flags, after[i].leg_flags),
            1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM accused WHERE unit = 440305 AND officer = 0 AND gone_at IS "
                                     "NULL AND case_id = 261122000000002"),
                     1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM accused"), 1);
    assert_int_equal(fixture_int(&f, "SELECT notice FROM bureau_queue"), NOTICE_LETTER);
    assert_int_equal(fixture_int(&f, "SELECT next_seq + acked_seq FROM bureau_head h, bureau_cursor c WHERE h.bureau = "
                                     "440000 AND c.bureau = 440000"),
                     1);
    unlink(link);
    rmdir(dir);
    fixture_close(&f);
}

// Queues that were there before the third migration lie in ranges afterwards, with room ahead, and go on where they
// were.
static void test_older_queues_go_on(void **state)
{
    static const char *const files[] = {"0001_schema.sql", "0002_whole_life.sql"};
    struct fixture f;
    struct migrate_report report;
    struct err err;
    char dir[] = "/tmp/pa-migrate.XXXXXX", link[2][80], target[256];
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 2; i++) {
        snprintf(link[i], sizeof link[i], "%s/%s", dir, files[i]);
        snprintf(target, sizeof target, "%s/deploy/migrations/%s", SOURCE_DIR, files[i]);
        assert_int_equal(symlink(target, link[i]), 0);
    }
    fixture_empty(&f);
    assert_int_equal(migrate_run(f.config, dir, FIXTURE_NOW, &report, &err), OK);
    fixture_exec(&f, "INSERT INTO bureau_queue SELECT 440300, i, i, 1, '2026-11-22T11:00+08', 1 + i %% 11 FROM "
                     "generate_series(1, 160000) i; INSERT INTO bureau_queue VALUES (445300, 1, 7, 2, "
                     "'2026-11-22T12:00+08', 3); UPDATE bureau_head SET next_seq = CASE bureau WHEN 440300 THEN 160001 "
                     "ELSE 2 END WHERE bureau IN (440300, 445300); UPDATE bureau_cursor SET acked_seq = 150000, "
                     "consumer = 'c', consumer_since = '2026-11-22T11:00+08' WHERE bureau = 440300");
    int64_t sum = fixture_int(&f, "SELECT sum(hashtext(q::text)) FROM bureau_queue q");
    assert_int_equal(migrate_run(f.config, real_dir, FIXTURE_NOW, &report, &err), OK);
    assert_true(report.from == 2 && report.to == SCHEMA_VERSION);
    assert_int_equal(fixture_int(&f, "SELECT sum(hashtext(q::text)) FROM bureau_queue q"), sum);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM bureau_queue"), 160001);
    assert_int_equal(fixture_int(&f, "SELECT next_seq FROM bureau_head WHERE bureau = 440300 AND first_seq = 1"),
                     160001);
    assert_int_equal(fixture_int(&f, "SELECT acked_seq FROM bureau_cursor WHERE consumer = 'c' AND epoch = 0 AND "
                                     "blocked_seq IS NULL"),
                     150000);
    assert_int_equal(fixture_int(&f, "SELECT max(to_seq) FROM queue_range WHERE bureau = 440300"), 300001);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM queue_range"), 24);
    for (int i = 0; i < 2; i++)
        unlink(link[i]);
    rmdir(dir);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_database),    cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_one_at_a_time),     cmocka_unit_test(test_words_are_kept),
        cmocka_unit_test(test_older_cases_go_on), cmocka_unit_test(test_older_queues_go_on),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_database),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_words_are_kept),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}

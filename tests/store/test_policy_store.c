// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"
#include "store/policy_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct statement *const lists[] = {policy_store_statements, NULL};

enum { STEPS = 5 }; // of policy_file_names

static void test_save_and_load(void **state)
{
    struct fixture f;
    struct err err;
    struct policy *policy;
    int32_t version = 0;
    bool newer = true;
    fixture_open(&f); // holds version 1
    struct db *admin = fixture_db(&f, "pa_admin", lists), *daemon = fixture_db(&f, "pa_intake", lists);

    assert_int_equal(policy_load(daemon, &policy, &err), OK);
    assert_int_equal(policy->version, 1);
    assert_true(policy_is_bureau(policy, 440300));
    assert_true(policy->terms_n > 0 && policy->matcher);
    policy_free(policy);
    assert_int_equal(policy_load_rules(daemon, &policy, &err), OK);
    assert_int_equal(policy->version, 1);
    assert_true(policy_is_bureau(policy, 440300) && policy->posts_n > 0 && policy->calendar.n > 0);
    assert_true(policy->terms_n == 0 && policy->places_n == 0 && !policy->matcher);
    policy_free(policy);
    // What only the classifier reads, most of the bytes, does not travel for it.
    struct policy_fetched fetched;
    size_t all = 0, rules = 0;
    assert_int_equal(policy_fetch_rules(daemon, &fetched, &err), OK);
    for (int i = 0; i < POLICY_FILES; i++) {
        all += fixture_policy()[i].n;
        rules += fetched.files[i].n;
    }
    assert_true(rules > 0 && rules < all / 3);

    // The same files again: no new version.
    assert_int_equal(policy_save(admin, fixture_policy(), STR("test"), FIXTURE_NOW, &version, &err), DUPLICATE);
    assert_int_equal(version, 1);
    assert_int_equal(policy_newer(daemon, 1, &newer, &err), OK);
    assert_false(newer);

    // One more comment is another version.
    struct str files[POLICY_FILES];
    memcpy(files, fixture_policy(), sizeof files);
    static char longer[1 << 20];
    assert_true(files[0].n + 10 < sizeof longer);
    memcpy(longer, files[0].p, files[0].n);
    memcpy(longer + files[0].n, "# changed\n", 10);
    files[0] = (struct str){longer, files[0].n + 10};
    assert_int_equal(policy_save(admin, files, STR("operator"), FIXTURE_NOW, &version, &err), OK);
    assert_int_equal(version, 2);
    assert_int_equal(policy_newer(daemon, 1, &newer, &err), OK);
    assert_true(newer);
    assert_int_equal(policy_load(daemon, &policy, &err), OK);
    assert_int_equal(policy->version, 2);
    policy_free(policy);
    assert_int_equal(fixture_int(&f,
                                 "SELECT count(*) FROM policy_version WHERE loaded_by = 'operator' AND version = 2 AND "
                                 "loaded_at = '2026-11-23T12:00:00+08:00'"),
                     1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM policy_file WHERE version = 2"), POLICY_FILES);

    // Back to the first files: a version again, because it is not the newest that has them.
    assert_int_equal(policy_save(admin, fixture_policy(), STR("test"), FIXTURE_NOW, &version, &err), OK);
    assert_int_equal(version, 3);
    db_close(admin);
    db_close(daemon);
    fixture_close(&f);
}

static void test_refusals(void **state)
{
    struct fixture f;
    struct err err;
    struct policy *policy = NULL;
    int32_t version = -1;
    fixture_open(&f);
    struct db *admin = fixture_db(&f, "pa_admin", lists), *daemon = fixture_db(&f, "pa_intake", lists);

    struct str files[POLICY_FILES];
    memcpy(files, fixture_policy(), sizeof files);
    files[STEPS] = STR("not a catalogue\n");
    assert_int_equal(policy_save(admin, files, STR("test"), FIXTURE_NOW, &version, &err), REJECT);
    assert_non_null(strstr(err.field, "steps.tsv"));
    files[STEPS] = STR_NONE;
    assert_int_equal(policy_save(admin, files, STR("test"), FIXTURE_NOW, &version, &err), REJECT);
    assert_int_equal(version, -1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM policy_version"), 1);

    fixture_exec(&f, "DELETE FROM policy_file; DELETE FROM policy_version");
    assert_int_equal(policy_load(daemon, &policy, &err), REJECT);
    assert_string_equal(err.code, "no_policy");
    assert_non_null(strstr(err.text, "letterctl policy load"));
    assert_null(policy);
    db_close(admin);
    db_close(daemon);
    fixture_close(&f);
}

// The sample with the first `from` of one file replaced by `to`; the changed file is the caller's to free.
static char *change_file(struct str files[POLICY_FILES], const char *file, const char *from, const char *to)
{
    char *changed = NULL;
    memcpy(files, fixture_policy(), POLICY_FILES * sizeof files[0]);
    for (int i = 0; i < POLICY_FILES; i++) {
        if (strcmp(policy_file_names[i], file) != 0)
            continue;
        const char *at = memmem(files[i].p, files[i].n, from, strlen(from));
        assert_non_null(at);
        const char *behind = at + strlen(from), *end = files[i].p + files[i].n;
        int n = asprintf(&changed, "%.*s%s%.*s", (int)(at - files[i].p), files[i].p, to, (int)(end - behind), behind);
        assert_true(n > 0);
        files[i] = (struct str){changed, (size_t)n};
    }
    assert_non_null(changed);
    return changed;
}

// One thing wrong in each of the catalogues that hold the organisation and its rules: the policy is refused whole, the
// file and line are said, and the version that runs stays and still loads.
static void test_running_version_stays(void **state)
{
    static const struct {
        const char *file, *from, *to, *field;
    } wrong[] = {
        {"units.tsv", "440103\tcounty\t440100", "440103\tcounty\t440103", "units.tsv:6"}, // cycle
        {"units.tsv", "440103\tcounty\t440100", "440103\tcounty\t440199", "units.tsv:6"}, // unknown parent
        {"units.tsv", "\n440104\tcounty", "\n440103\tcounty", "units.tsv:7"},             // overlapping validity
        {"officers.tsv", "to\n", "to\n1\t甲\t449999\thead\t-\t-\n", "officers.tsv:2"},    // unknown unit
        {"clocks.tsv", "K2\t*\t5m", "K2\t*\t5", "clocks.tsv:5"},                          // no unit of time
        {"routes.tsv", "5\t05\t*", "5\t05\thelp", "routes.tsv:26"},                       // no route
        {"posts.tsv", "\ttriage\n", "\tgossip\n", "posts.tsv:4"},                         // no such duty
        {"reasons.tsv", "refuse\tno_facts", "refuse\tnot_police", "reasons.tsv:5"},       // twice
        {"ladder.tsv", "+5wd\tlist", "+5wd\turge", "ladder.tsv:7"},                       // descends
        {"settings.tsv", "hops\t2", "hops\t99", "settings.tsv:12"},                       // out of range
    };
    struct fixture f;
    struct err err;
    bool newer = true;
    fixture_open(&f); // holds version 1
    struct db *admin = fixture_db(&f, "pa_admin", lists), *daemon = fixture_db(&f, "pa_intake", lists);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct str files[POLICY_FILES];
        int32_t version = -1;
        char *changed = change_file(files, wrong[i].file, wrong[i].from, wrong[i].to);
        assert_int_equal(policy_save(admin, files, STR("test"), FIXTURE_NOW, &version, &err), REJECT);
        assert_string_equal(err.field, wrong[i].field);
        assert_int_equal(version, -1);
        free(changed);
    }
    assert_int_equal(fixture_int(&f, "SELECT max(version) FROM policy_version"), 1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM policy_file"), POLICY_FILES);
    assert_int_equal(policy_newer(daemon, 1, &newer, &err), OK);
    assert_false(newer);
    struct policy *policy;
    assert_int_equal(policy_load(daemon, &policy, &err), OK);
    assert_int_equal(policy->version, 1);
    policy_free(policy);
    db_close(admin);
    db_close(daemon);
    fixture_close(&f);
}

// A unit or a channel that a policy names has its queue from the moment at which the policy is there.
static void test_queues_are_opened(void **state)
{
    struct fixture f;
    struct err err;
    int32_t version = 0;
    struct str files[POLICY_FILES];
    fixture_open(&f);
    struct db *admin = fixture_db(&f, "pa_admin", lists);
    memcpy(files, fixture_policy(), sizeof files);
    for (int i = 0; i < POLICY_FILES; i++)
        if (strcmp(policy_file_names[i], "queues.tsv") == 0)
            files[i] = STR("queue\n440304\nweb\n");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM bureau_head"), 22);
    for (int i = 0; i < 2; i++) { // the second time they are there
        assert_int_equal(policy_save(admin, files, STR("test"), FIXTURE_NOW, &version, &err), OK);
        assert_int_equal(fixture_int(&f, "SELECT count(*) FROM bureau_head"), 24);
        assert_int_equal(
            fixture_int(&f, "SELECT count(*) FROM bureau_cursor WHERE bureau IN (1, 440304) AND acked_seq = 0"), 2);
        assert_int_equal(policy_save(admin, fixture_policy(), STR("test"), FIXTURE_NOW, &version, &err), OK);
    }
    fixture_exec(&f, "INSERT INTO bureau_queue VALUES (440304, 1, 5, 1, now()), (1, 1, 5, 0, now())");
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM queue_range WHERE bureau IN (1, 440304)"), 2);
    db_close(admin);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_save_and_load),
        cmocka_unit_test(test_queues_are_opened),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_running_version_stays),
    };
    return cmocka_run_group_tests_name("policy_store", tests, NULL, NULL);
}

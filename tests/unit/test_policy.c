// SPDX-License-Identifier: Apache-2.0
#include "core/matcher.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { UNITS, PLACES, CATEGORIES, LEXICON, STEPS, CLOCKS, CALENDAR, SETTINGS };

static char memory[(size_t)24 << 20];

static enum result parse(const struct str files[POLICY_FILES], size_t room, struct policy *p, struct err *err)
{
    struct arena arena = {memory, room, 0};
    return policy_parse(files, &arena, p, err);
}

// The sample with the first `from` of one file replaced by `to`.
static void expect(int file, const char *from, const char *to, const char *field, const char *text)
{
    struct str files[POLICY_FILES];
    struct policy p = {.version = 77};
    struct err err = {0};
    sample_files(files);
    struct str whole = files[file];
    char *changed = malloc(whole.n + strlen(to) + 1);
    assert_non_null(changed);
    const char *at = memmem(whole.p, whole.n, from, strlen(from));
    assert_non_null(at);
    size_t before = (size_t)(at - whole.p), behind = before + strlen(from);
    memcpy(changed, whole.p, before);
    memcpy(changed + before, to, strlen(to));
    memcpy(changed + before + strlen(to), whole.p + behind, whole.n - behind);
    files[file] = (struct str){changed, whole.n - strlen(from) + strlen(to)};
    assert_int_equal(parse(files, sizeof(memory), &p, &err), REJECT);
    free(changed);
    if (strcmp(err.field, field) != 0 || strstr(err.text, text) == NULL)
        fail_msg("%s: '%s' expected, not %s: '%s'", field, text, err.field, err.text);
    assert_string_equal(err.code, "bad_policy");
    assert_int_equal(p.version, 77); // untouched
}

static void the_sample(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(p->places_n, 1900);
    assert_true(policy_is_bureau(p, 440300));
    assert_false(policy_is_bureau(p, 440000));
    assert_false(policy_is_bureau(p, 440305));
    assert_true(policy_is_mailbox(p, 440000));
    assert_false(policy_is_mailbox(p, 440305));
    assert_null(policy_unit(p, 440399));
    assert_int_equal(policy_unit(p, 440305)->parent, 440300);
    assert_true(str_is(policy_unit(p, 440305)->name, "深圳市公安局南山分局"));
    assert_true(str_is(policy_place(p, 441900121)->name, "虎门镇"));
    assert_int_equal(policy_place(p, 441900121)->city, 441900);
    assert_null(policy_place(p, 1));
}

static void steps_by_the_most_specific_row(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(policy_step(p, STEP_ACCEPT, 1, KIND_CONSULT), MODE_AUTO);
    assert_int_equal(policy_step(p, STEP_ACCEPT, 14, KIND_PRAISE), MODE_HUMAN);
    assert_int_equal(policy_step(p, STEP_ACCEPT, 0, KIND_OTHER), MODE_HUMAN);
    assert_int_equal(policy_step(p, STEP_ACCEPT, 50, KIND_HELP), MODE_HUMAN); // no such category
    assert_int_equal(policy_step(p, STEP_REVIEW, 1, KIND_HELP), MODE_HUMAN);
    struct str files[POLICY_FILES];
    struct policy own;
    struct err err = {0};
    sample_files(files);
    files[STEPS] =
        STR("step\tcategory\tkind\tmode\naccept\t01\thelp\tauto\naccept\t01\t*\thuman\naccept\t*\thelp\thuman\n"
            "accept\t*\t*\tauto\ndispatch\t*\t*\tauto\nreview\t*\t*\tauto\nissue\t*\t*\tauto\n"
            "callback\t*\t*\tauto\n");
    assert_int_equal(parse(files, sizeof(memory), &own, &err), OK);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 1, KIND_HELP), MODE_AUTO);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 1, KIND_PRAISE), MODE_HUMAN);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 2, KIND_HELP), MODE_HUMAN);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 2, KIND_PRAISE), MODE_AUTO);
}

static void clocks(void **state)
{
    const struct policy *p = sample_policy();
    wf_time start = date_begin(date_from_ymd(2026, 11, 23)) + WF_HOUR;
    assert_int_equal(policy_due(p, CLOCK_K2, KIND_HELP, start), start + 5 * WF_MINUTE);
    assert_int_equal(policy_due(p, CLOCK_K5, KIND_NONE, start), start + 2 * WF_HOUR);
    assert_int_equal(policy_due(p, CLOCK_K8, KIND_CONSULT, start), date_begin(date_from_ymd(2026, 11, 27)));
    assert_int_equal(policy_due(p, CLOCK_K8, KIND_HELP, start), date_begin(date_from_ymd(2026, 12, 1)));
    assert_int_equal(policy_due(p, CLOCK_K4, KIND_HELP, start), 0); // the sample has none
}

static void refuses_units_and_places(void **state)
{
    expect(UNITS, "code\tlevel", "code\tlevels", "units.tsv:1", "code level parent name");
    expect(UNITS, "440000\tprovince\t-\t广东省公安厅", "440000\tprovince\t-", "units.tsv:3", "columns");
    expect(UNITS, "440000\tprovince\t-\t广东省公安厅", "440000\tprovince\t-\t厅\tx", "units.tsv:3", "columns");
    expect(UNITS, "440000\tprovince", "44000\tprovince", "units.tsv:3", "100000");
    expect(UNITS, "440000\tprovince\t-", "440000\tland\t-", "units.tsv:3", "allowed: province city county squad");
    expect(UNITS, "440100\tcity\t440000", "440100\tcity\t-", "units.tsv:4", "province");
    expect(UNITS, "440103\tcounty", "440100\tcounty", "units.tsv:5", "duplicate '440100'");
    expect(UNITS, "440103\tcounty", "440001\tcounty", "units.tsv:5", "must ascend");
    expect(UNITS, "440103\tcounty\t440100", "440103\tcounty\t440199", "units.tsv", "unknown parent");
    expect(UNITS, "440103\tcounty\t440100", "440103\tcounty\t440103", "units.tsv", "cycle");
    expect(UNITS, "440300\tcity", "440300\tcounty", "units.tsv", "440300; all 21 bureaus");
    expect(UNITS, "广东省公安厅", " ", "units.tsv:3", "name may not be empty");
    expect(UNITS, "广东省公安厅", "\xff", "units.tsv", "UTF-8");
    expect(PLACES, "440103\tcounty\t荔湾区\t440100", "440103\tcounty\t荔湾区\t440199", "places.tsv:5",
           "unknown parent");
    expect(PLACES, "440103\tcounty", "440103\tvillage", "places.tsv:5", "allowed: city county town");
    expect(PLACES, "440103\tcounty", "440103\ttown", "places.tsv:5", "100000000");
    expect(PLACES, "440103\tcounty", "440103\tcity", "places.tsv:5", "no bureau");
    expect(PLACES, "440103\tcounty", "440100\tcounty", "places.tsv:5", "duplicate");
    expect(PLACES, "荔湾区|荔湾", "荔湾区||荔湾", "places.tsv:5", "1 to 64 bytes");
}

static void refuses_words(void **state)
{
    expect(CATEGORIES, "02\t", "01\t", "categories.tsv:3", "duplicate '01'");
    expect(CATEGORIES, "01\t", "100\t", "categories.tsv:2", "from 1 to 99");
    expect(LEXICON, "v\t-\t30", "x\t-\t30", "lexicon.tsv:5", "allowed: k c u p v o n");
    expect(LEXICON, "v\t-\t30", "c\t98\t30", "lexicon.tsv:5", "unknown category '98'");
    expect(LEXICON, "v\t-\t30", "c\t*\t30", "lexicon.tsv:5", "category's code");
    expect(LEXICON, "v\t-\t30", "k\tgossip\t30", "lexicon.tsv:5",
           "allowed: consult help complaint report suggest praise");
    expect(LEXICON, "v\t-\t30", "v\t01\t30", "lexicon.tsv:5", "have the code '-'");
    expect(LEXICON, "v\t-\t30", "v\t-\t201", "lexicon.tsv:5", "from -200 to 200");
    expect(LEXICON, "v\t-\t30\t测试", "v\t-\t30\t　", "lexicon.tsv:5", "term may not be empty");
    expect(LEXICON, "v\t-\t30\t测试", "v\t-\t30\t测试测试测试测试测试测试测试测试测试测试测试", "lexicon.tsv:5",
           "64 bytes");
}

static void refuses_rules(void **state)
{
    expect(STEPS, "accept\t*\t*", "accept\t50\t*", "steps.tsv:3", "unknown category");
    expect(STEPS, "accept\t*\t*", "adopt\t*\t*", "steps.tsv:3", "allowed: accept dispatch review issue callback");
    expect(STEPS, "accept\t*\t*\tauto", "accept\t*\t*\tmaybe", "steps.tsv:3", "allowed: human auto");
    expect(STEPS, "accept\t*\t*", "accept\t*\tgossip", "steps.tsv:3", "unknown kind");
    expect(STEPS, "accept\t*\t*\tauto", "accept\t01\t*\tauto", "steps.tsv", "category 2 has no row");
    expect(STEPS, "dispatch\t*", "accept\t*", "steps.tsv:4", "duplicate");
    expect(CLOCKS, "K8\tother\t7wd\n", "", "clocks.tsv", "K8 (answer) for the kind other");
    expect(CLOCKS, "K2\t*", "K7\t*", "clocks.tsv:3", "allowed: K2 K3 K4 K5 K8 K11 K12");
    expect(CLOCKS, "K2\t*\t5m", "K2\t*\t5min", "clocks.tsv:3", "wd (working days)");
    expect(CLOCKS, "K3\t*", "K2\t*", "clocks.tsv:4", "duplicate");
    expect(CALENDAR, "2006-12-30", "2006-12-32", "calendar.tsv:3", "bad date '2006-12-32'");
    expect(CALENDAR, "2006-12-30\twork", "2006-12-30\thalf", "calendar.tsv:3", "allowed: off work");
    expect(CALENDAR, "2006-12-31", "2006-12-30", "calendar.tsv:4", "duplicate");
    expect(SETTINGS, "accept_at\t70", "accept_at\t101", "settings.tsv:3", "from 0 to 100");
    expect(SETTINGS, "accept_at\t70", "accept\t70", "settings.tsv:3", "each once: accept_at");
    expect(SETTINGS, "accept_at\t70\n", "", "settings.tsv", "missing setting accept_at");
    expect(SETTINGS, "urgent_at\t20", "accept_at\t20", "settings.tsv:5", "duplicate");
}

static void a_file_that_is_missing(void **state)
{
    for (int i = 0; i < POLICY_FILES; i++) {
        struct str files[POLICY_FILES];
        struct policy p;
        struct err err = {0};
        sample_files(files);
        files[i] = STR_NONE;
        assert_int_equal(parse(files, sizeof(memory), &p, &err), REJECT);
        assert_string_equal(err.field, policy_file_names[i]);
        assert_non_null(strstr(err.text, "missing or empty"));
    }
}

// However little room there is, the answer is RETRY.
static void too_little_room(void **state)
{
    struct str files[POLICY_FILES];
    struct err err = {0};
    struct policy p;
    sample_files(files);
    for (size_t room = 0; room < (size_t)4 << 20; room += 9973 * 8) {
        enum result r = parse(files, room, &p, &err);
        assert_true(r == RETRY || r == OK);
        assert_true(r == RETRY || room > 1 << 20);
    }
}

struct tally { // where each match ends, times 100, plus its length
    uint32_t ends[16];
    size_t n;
};

static void note(void *context, const struct match *match, uint32_t end)
{
    struct tally *t = context;
    insist(t->n < 16);
    t->ends[t->n++] = end * 100 + match->chars;
}

// Overlaps, suffixes and both widths of Latin letters, against what stands there.
static void the_matcher_finds_all(void **state)
{
    struct str files[POLICY_FILES];
    struct policy p;
    struct err err = {0};
    struct tally t = {{0}, 0};
    sample_files(files);
    files[LEXICON] = STR(
        "axis\tcode\tweight\tterm\nc\t01\t1\t甲乙\nc\t01\t1\t乙丙丁\nc\t01\t1\t丙\nc\t02\t1\t甲乙\nc\t01\t1\tktv\n");
    files[PLACES] = STR("code\tlevel\tname\tparent\tnames\n440100\tcity\t广州市\t440000\t-\n");
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    matcher_scan(p.matcher, STR("甲乙丙丁ＫtＶ𠮷甲甲乙"), note, &t);
    static const uint32_t found[] = {202, 202, 301, 403, 703, 1102, 1102};
    assert_int_equal(t.n, 7);
    for (size_t i = 0; i < t.n; i++)
        assert_int_equal(t.ends[i], found[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample),
        cmocka_unit_test(steps_by_the_most_specific_row),
        cmocka_unit_test(clocks),
        cmocka_unit_test(refuses_units_and_places),
        cmocka_unit_test(refuses_words),
        cmocka_unit_test(refuses_rules),
        cmocka_unit_test(a_file_that_is_missing),
        cmocka_unit_test(too_little_room),
        cmocka_unit_test(the_matcher_finds_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

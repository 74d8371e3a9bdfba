// SPDX-License-Identifier: Apache-2.0
#include "core/fold.h"
#include "core/matcher.h"
#include "policy_expect.h"

static void the_sample(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(p->places_n, 1900);
    assert_true(policy_is_bureau(p, 440300));
    assert_false(policy_is_bureau(p, 440000));
    assert_false(policy_is_bureau(p, 440305));
    assert_true(policy_is_mailbox(p, 440000));
    assert_false(policy_is_mailbox(p, 440305));
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
    struct policy own;
    struct err err = {0};
    struct str steps =
        STR("step\tcategory\tkind\tmode\naccept\t01\thelp\tauto\naccept\t01\t*\thuman\naccept\t*\thelp\thuman\n"
            "accept\t*\t*\tauto\ndispatch\t*\t*\tauto\nreview\t*\t*\tauto\nissue\t*\t*\tauto\n"
            "callback\t*\t*\tauto\n");
    assert_int_equal(parse_with(STEPS, steps, &own, &err), OK);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 1, KIND_HELP), MODE_AUTO);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 1, KIND_PRAISE), MODE_HUMAN);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 2, KIND_HELP), MODE_HUMAN);
    assert_int_equal(policy_step(&own, STEP_ACCEPT, 2, KIND_PRAISE), MODE_AUTO);
}

// Domain §3.4, from a Monday at one in the morning.
static void clocks(void **state)
{
    const struct policy *p = sample_policy();
    wf_time start = date_begin(date_from_ymd(2026, 11, 23)) + WF_HOUR;
    assert_int_equal(policy_due(p, CLOCK_K2, KIND_HELP, start), start + 5 * WF_MINUTE);
    assert_int_equal(policy_due(p, CLOCK_K4, KIND_HELP, start), start + 4 * WF_HOUR);
    assert_int_equal(policy_due(p, CLOCK_K7, KIND_HELP, start), start + 24 * WF_HOUR);
    assert_int_equal(policy_due(p, CLOCK_K8, KIND_CONSULT, start), date_begin(date_from_ymd(2026, 11, 27)));
    assert_int_equal(policy_due(p, CLOCK_K8, KIND_HELP, start), date_begin(date_from_ymd(2026, 12, 1)));
    assert_int_equal(policy_due(p, CLOCK_K14A, KIND_HELP, start), date_begin(date_from_ymd(2026, 12, 9)));
    // K5, 2h@10:00: in duty hours two hours on, else the next working day at ten.
    wf_time friday = date_begin(date_from_ymd(2026, 11, 27));
    assert_int_equal(policy_due(p, CLOCK_K5, KIND_NONE, friday + 9 * WF_HOUR), friday + 11 * WF_HOUR);
    assert_int_equal(policy_due(p, CLOCK_K5, KIND_NONE, friday + 20 * WF_HOUR), friday + 3 * WF_DAY + 10 * WF_HOUR);
    // A letter that was not triaged yet runs under the clock of the kind `other`.
    assert_int_equal(policy_due(p, CLOCK_K8, KIND_NONE, start), policy_due(p, CLOCK_K8, KIND_OTHER, start));
    for (const struct code *c = policy_clocks; c->name != NULL; c++)
        for (int k = KIND_NONE; k <= KIND_OTHER; k++)
            assert_true(policy_due(p, (enum clock)c->code, (enum kind)k, start) > start);
    assert_int_equal(policy_due(p, CLOCK_K1, KIND_HELP, start), 0); // nothing waits for the receipt
}

static void settings(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(p->hops, 2);
    assert_int_equal(p->supplements, 2);
    assert_int_equal(p->extension_days, 10);
    assert_int_equal(p->margin_days, 1);
    assert_int_equal(p->calls, 3);
    assert_int_equal(p->call_days, 2);
    assert_int_equal(p->rounds, 3);
    assert_int_equal(p->pressing, 3);
    assert_int_equal(p->served_months, 36);
    assert_int_equal(p->calendar.hours_n, 2);
    assert_int_equal(p->calendar.hours[1].to, 17 * 60 + 30);
    assert_int_equal(p->ladder[0], SUPERVISION_NONE);
    assert_int_equal(p->ladder[1], SUPERVISION_URGED);
    assert_int_equal(p->ladder[2], SUPERVISION_NONE);
    assert_int_equal(p->ladder[3], SUPERVISION_SUPERVISED);
    assert_int_equal(p->ladder[4], SUPERVISION_LISTED);
}

static void refuses_places(void **state)
{
    expect(PLACES, "440103\tcounty\t荔湾区\t440100", "440103\tcounty\t荔湾区\t440199", "places.tsv:5",
           "unknown parent");
    expect(PLACES, "440103\tcounty", "440103\tvillage", "places.tsv:5", "allowed: city county town");
    expect(PLACES, "440103\tcounty", "440103\ttown", "places.tsv:5", "100000000");
    expect(PLACES, "440103\tcounty", "440103\tcity", "places.tsv:5", "no bureau");
    expect(PLACES, "440103\tcounty", "440100\tcounty", "places.tsv:5", "duplicate");
    expect(PLACES, "荔湾区|荔湾", "荔湾区||荔湾", "places.tsv:5", "1 to 64 bytes");
    expect(PLACES, "440103002\ttown\t岭南街道\t440103", "440103002\ttown\t岭南街道\t440104", "places.tsv:148",
           "must begin with that of its parent");
}

static void refuses_villages_and_landmarks(void **state)
{
    expect(VILLAGES, "440103001\t", "440103999\t", "villages.tsv:3", "unknown place '440103999'");
    expect(VILLAGES, "440103001\t", "440103\t", "villages.tsv:3", "code '440103' must be a number from 100000000");
    expect(VILLAGES, "440103001\t", "440103001", "villages.tsv:3", "columns");
    expect(VILLAGES, "十三行社区", "", "villages.tsv:4", "of 6 to 64 bytes, not ''");
    expect(VILLAGES, "扬仁东社区", "社", "villages.tsv:4", "of 6 to 64 bytes, not '社'");
    expect_with(LANDMARKS, STR("name\tcode\tkind\n某某广场\t440199\tlandmark\n"), "landmarks.tsv:2",
                "unknown place '440199'");
    expect_with(LANDMARKS, STR("name\tcode\tkind\n某某广场\t-\tlandmark\n"), "landmarks.tsv:2", "code '-' must be");
    expect_with(LANDMARKS, STR("name\tcode\tkind\n某某广场\t440103\tplace\n"), "landmarks.tsv:2",
                "allowed: landmark local word");
    expect_with(LANDMARKS, STR("name\tcode\tkind\n和平\t440103\tword\n"), "landmarks.tsv:2", "a word has the code '-'");
    expect_with(LANDMARKS, STR("name\tcode\tkind\n某\t440103\tlocal\n"), "landmarks.tsv:2", "6 to 64 bytes");
}

// A policy that was loaded before there were villages, landmarks, authorities, referrals and newer
// settings still stands.
static void a_policy_of_before(void **state)
{
    struct str files[POLICY_FILES];
    struct policy p;
    struct err err = {0};
    sample_files(files);
    files[VILLAGES] = files[LANDMARKS] = files[AUTHORITIES] = STR_NONE;
    files[LEXICON] = STR("axis\tcode\tweight\tterm\nv\t-\t30\t测试\n");
    files[STEPS] = STR("step\tcategory\tkind\tmode\naccept\t*\t*\tauto\ndispatch\t*\t*\tauto\nreview\t*\t*\tauto\n"
                       "issue\t*\t*\tauto\ncallback\t*\t*\tauto\n"); // before there was `refer`
    files[SETTINGS] = STR("name\tvalue\naccept_at\t80\nurgent_at\t20\nconduct_at\t20\nclaimed_kind\t12\nhops\t2\n"
                          "supplements\t2\nextension_days\t10\nmargin_days\t1\ncalls\t3\ncall_days\t2\nrounds\t3\n"
                          "pressing\t3\nserved_months\t36\nduty_hours\t08:30-12:00,14:00-17:30\n");
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    assert_int_equal(p.authorities_n, 0);
    assert_int_equal(policy_step(&p, STEP_REFER, 90, KIND_HELP), MODE_HUMAN);
    const struct policy *now = sample_policy();
    assert_int_equal(p.claimed_conduct, now->claimed_conduct);
    assert_int_equal(p.near_at, now->near_at);
    assert_int_equal(p.same_text, now->same_text);
    assert_int_equal(p.near_days, now->near_days);
    for (size_t i = 1; i < p.aliases_n; i++)
        assert_true(p.aliases[i].kind == ALIAS_TOWN || p.aliases[i].kind == ALIAS_FULL);
}

static void refuses_words(void **state)
{
    expect(CATEGORIES, "02\t", "01\t", "categories.tsv:3", "duplicate '01'");
    expect(CATEGORIES, "01\t", "100\t", "categories.tsv:2", "from 1 to 99");
    expect_with(AUTHORITIES, STR("code\tname\treason\na\t甲\tlitigation\na\t乙\tlitigation\n"), "authorities.tsv:3",
                "duplicate 'a'");
    expect_with(AUTHORITIES, STR("code\tname\treason\nA\t甲\tlitigation\n"), "authorities.tsv:2", "code");
    expect(AUTHORITIES, "\thotline12345\n", "\tgossip\n", "reasons.tsv:40", "no reason to refer 'gossip'");
    expect(LEXICON, "v\t-\t30", "a\tgossip\t30", "lexicon.tsv:5", "unknown authority 'gossip'");
    expect(LEXICON, "v\t-\t30", "x\t-\t30", "lexicon.tsv:5", "allowed: k c a u p v o n");
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
    expect(STEPS, "accept\t*\t*\tauto", "accept\t01\t*\tauto", "steps.tsv:17", "category 2 has no row");
    expect(STEPS, "dispatch\t*", "accept\t*", "steps.tsv:4", "duplicate");
    expect(CLOCKS, "K8\tother\t7wd\n", "", "clocks.tsv:40", "missing clock K8 (办理答复) for the kind other");
    expect(CLOCKS, "K14C\t*\t30d\n", "", "clocks.tsv:40", "missing clock K14C (信访延期) for the kind consult");
    expect(CLOCKS, "K2\t*", "K16\t*", "clocks.tsv:5", "allowed: K2 K3 K4 K5 K6 K7 K8 K9 K10 K11 K12 K13 K14A");
    expect(CLOCKS, "K2\t*\t5m", "K2\t*\t5", "clocks.tsv:5", "with its unit: m (minutes), h (hours), wh");
    expect(CLOCKS, "K2\t*\t5m", "K2\t*\t0m", "clocks.tsv:5", "1 to 3660");
    expect(CLOCKS, "K2\t*\t5m", "K2\t*\t5wd@10:00", "clocks.tsv:5", "m and h perhaps with @10:00");
    expect(CLOCKS, "K3\t*", "K2\t*", "clocks.tsv:6", "duplicate");
    expect(CALENDAR, "2006-12-30", "2006-12-32", "calendar.tsv:3", "bad date '2006-12-32'");
    expect(CALENDAR, "2006-12-30\twork", "2006-12-30\thalf", "calendar.tsv:3", "allowed: off work");
    expect(CALENDAR, "2006-12-31", "2006-12-30", "calendar.tsv:4", "duplicate");
    expect(SETTINGS, "accept_at\t80", "accept_at\t101", "settings.tsv:3", "from 0 to 100");
    expect(SETTINGS, "accept_at\t80", "accept\t70", "settings.tsv:3", "each once: accept_at");
    expect(SETTINGS, "accept_at\t80", "accept\t70", "settings.tsv:3", "near_days duty_hours");
    expect(SETTINGS, "accept_at\t80\n", "", "settings.tsv:34", "missing setting accept_at");
    expect(SETTINGS, "served_months\t36\n", "", "settings.tsv:34", "missing setting served_months");
    expect(SETTINGS, "urgent_at\t20", "accept_at\t20", "settings.tsv:5", "duplicate");
    expect(SETTINGS, "hops\t2", "hops\t10", "settings.tsv:12", "hops '10' must be a number from 0 to 9");
    expect(SETTINGS, "calls\t3", "calls\t1", "settings.tsv:35", "call_days must be at most calls, which is 1");
    expect(SETTINGS, "duty_hours\t08:30-12:00,14:00-17:30\n", "", "settings.tsv:34", "missing setting duty_hours");
    expect(SETTINGS, "08:30-12:00,14:00", "08:30-14:30,14:00", "settings.tsv:29", "ascending and apart");
    expect(SETTINGS, "08:30-12:00", "8h-12:00", "settings.tsv:29", "bad duty_hours '8h-12:00,14:00-17:30'");
}

static void a_file_that_is_missing(void **state)
{
    for (int i = 0; i < POLICY_FILES; i++)
        expect_with(i, i >= QUEUES || i == AUTHORITIES ? STR("") : STR_NONE, policy_file_names[i], "missing or empty");
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
    files[VILLAGES] = files[LANDMARKS] = STR_NONE; // of the other places
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    struct folded text;
    fold_begin(&text);
    fold_add(&p, STR("甲乙丙丁ＫtＶ𠮷甲甲乙"), &text);
    matcher_scan(p.matcher, text.c, text.n, note, &t);
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
        cmocka_unit_test(settings),
        cmocka_unit_test(refuses_places),
        cmocka_unit_test(refuses_words),
        cmocka_unit_test(refuses_villages_and_landmarks),
        cmocka_unit_test(a_policy_of_before),
        cmocka_unit_test(refuses_rules),
        cmocka_unit_test(a_file_that_is_missing),
        cmocka_unit_test(too_little_room),
        cmocka_unit_test(the_matcher_finds_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

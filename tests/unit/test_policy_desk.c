// SPDX-License-Identifier: Apache-2.0
// Posts and what they may do, routes, reasons, the ladder.
#include "policy_expect.h"

static uint32_t duties_of(const char *name)
{
    const struct post *post = policy_post(sample_policy(), str_of(name));
    if (post == NULL)
        fail_msg("no post '%s'", name);
    return post->duties;
}

// Domain §3.6: who may do what, under any of its names; nobody else may do it too.
static void posts(void **state)
{
    assert_int_equal(duties_of("受理员"), DUTY_TRIAGE);
    assert_int_equal(duties_of("triage"), DUTY_TRIAGE);
    assert_int_equal(duties_of("派单员"), DUTY_DISPATCH);
    assert_int_equal(duties_of("dispatcher"), DUTY_DISPATCH);
    assert_int_equal(duties_of("审核人"), DUTY_APPROVE);
    assert_int_equal(duties_of("专班审核人"), DUTY_APPROVE);
    assert_int_equal(duties_of("回访员"), DUTY_CALLBACK);
    assert_int_equal(duties_of("督办员"), DUTY_SUPERVISE);
    assert_int_equal(duties_of("值班员"), DUTY_WATCH);
    assert_int_equal(duties_of("领导"), DUTY_LEAD);
    assert_int_equal(duties_of("督察员"), DUTY_INSPECT);
    assert_int_equal(duties_of("联络员"), DUTY_LIAISE);
    assert_int_equal(duties_of("承办民警"), DUTY_HANDLE);
    assert_int_equal(duties_of("分析员"), DUTY_ANALYSE);
    assert_int_equal(duties_of("保密员"), DUTY_SECRECY);
    assert_int_equal(duties_of("系统管理员"), DUTY_ADMIN);
    assert_int_equal(duties_of("审计员"), DUTY_AUDIT);
    assert_int_equal(duties_of("专班"),
                     DUTY_TRIAGE | DUTY_DISPATCH | DUTY_APPROVE | DUTY_CALLBACK | DUTY_SUPERVISE | DUTY_WATCH);
    assert_ptr_equal(policy_post(sample_policy(), STR("专班")), policy_post(sample_policy(), STR("desk")));
    assert_null(policy_post(sample_policy(), STR("厨师")));
    assert_null(policy_post(sample_policy(), STR("专")));
    assert_null(policy_post(sample_policy(), STR("")));
    assert_null(policy_post(sample_policy(), STR_NONE));
}

static void who_acts(void **state)
{
    static const struct {
        const char *text, *post;
        int32_t unit, officer;
        const char *code, *words; // refused with these
    } cases[] = {
        {"受理员", "triage", 440000, 0, NULL, NULL},
        {"审核人@440300", "reviewer", 440300, 0, NULL, NULL},
        {"回访员@440300913:123456", "callback", 440300913, 123456, NULL, NULL},
        {"", "desk", 440000, 0, NULL, NULL},
        {NULL, "desk", 440000, 0, NULL, NULL},
        {"@440300", "desk", 440300, 0, NULL, NULL},
        {"@440300:99999999", "desk", 440300, 99999999, NULL, NULL},
        {"厨师@440300", NULL, 0, 0, "unknown_post", "unknown post '厨师'; there are: desk triage dispatcher"},
        {"受理员@440399", NULL, 0, 0, "unknown_unit", "'440399'"},
        {"受理员@", NULL, 0, 0, "unknown_unit", "''"},
        {"受理员@深圳", NULL, 0, 0, "unknown_unit", "'深圳'"},
        {"受理员@44030000000000", NULL, 0, 0, "unknown_unit", "a unit's code is needed"},
        {"受理员@440300:", NULL, 0, 0, "bad_officer", "from 1 to 99999999"},
        {"受理员@440300:0", NULL, 0, 0, "bad_officer", "'0'"},
        {"受理员@440300:100000000", NULL, 0, 0, "bad_officer", "'100000000'"},
        {"受理员@440300:1:2", NULL, 0, 0, "bad_officer", "'1:2'"},
        {"受理员:5", NULL, 0, 0, "unknown_post", "'受理员:5'"},
    };
    const struct policy *p = sample_policy();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct post *post = NULL;
        int32_t unit = -1, officer = -1;
        struct err err = {0};
        enum result r = policy_post_parse(p, str_of(cases[i].text), &post, &unit, &officer, &err);
        if (cases[i].code == NULL) {
            assert_int_equal(r, OK);
            assert_ptr_equal(post, policy_post(p, str_of(cases[i].post)));
            assert_int_equal(unit, cases[i].unit);
            assert_int_equal(officer, cases[i].officer);
            continue;
        }
        assert_int_equal(r, REJECT);
        assert_string_equal(err.code, cases[i].code);
        if (strstr(err.text, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].text, err.text);
        assert_null(post);
        assert_int_equal(unit, -1);
    }
}

static void refuses_posts(void **state)
{
    expect(POSTS, "\ttriage\n", "\tgossip\n", "posts.tsv:4", "unknown duty 'gossip'; allowed: triage dispatch approve");
    expect(POSTS, "\ttriage\n", "\t\n", "posts.tsv:4", "unknown duty ''");
    expect(POSTS, "\ttriage\n", "\ttriage|triage\n", "posts.tsv:4", "duplicate duty 'triage'");
    expect(POSTS, "|受理岗", "|专班", "posts.tsv:4", "duplicate '专班'");
    expect(POSTS, "|受理岗", "|受理员", "posts.tsv:4", "duplicate '受理员'");
    expect(POSTS, "|受理岗", "|", "posts.tsv:4", "1 to 60 bytes without blank");
    expect(POSTS, "|受理岗", "|受 理", "posts.tsv:4", "without blank, '@' and ':'");
    expect(POSTS, "|受理岗", "|受理@440300", "posts.tsv:4", "without blank, '@' and ':'");
    expect(POSTS, "|受理岗", "|受理受理受理受理受理受理受理受理受理受理受", "posts.tsv:4", "1 to 60 bytes");
    expect(POSTS, "desk|", "desks|", "posts.tsv:18", "the post desk is missing");
}

static void routes(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(policy_route(p, 1, KIND_REPORT)->to, ROUTE_BUREAU);
    assert_int_equal(policy_route(p, 1, KIND_REPORT)->line, LINE_TRAFFIC);
    assert_int_equal(policy_route(p, 14, KIND_COMPLAINT)->to, ROUTE_SUPERVISION);
    assert_int_equal(policy_route(p, 14, KIND_COMPLAINT)->id, 14);
    assert_int_equal(policy_route(p, 14, KIND_PRAISE)->to, ROUTE_BUREAU);
    assert_int_equal(policy_route(p, 90, KIND_HELP)->to, ROUTE_ELSEWHERE);
    assert_int_equal(policy_route(p, 99, KIND_NONE)->to, ROUTE_ELSEWHERE);
    assert_int_equal(policy_route(p, 0, KIND_OTHER)->to, ROUTE_BUREAU);
    // A category that is no more is treated as one that is not known.
    assert_ptr_equal(policy_route(p, 50, KIND_HELP), policy_route(p, 0, KIND_HELP));
    for (size_t i = 0; i < p->categories_n; i++)
        for (int k = KIND_NONE; k <= KIND_OTHER; k++) {
            const struct route *r = policy_route(p, p->categories[i].code, (enum kind)k);
            assert_int_equal(r->category, p->categories[i].code);
            assert_true(r->basis.n > 0);
        }
}

// The order of the rows does not matter, only how much each one says.
static void the_most_specific_route(void **state)
{
    struct policy p;
    struct err err = {0};
    struct str own = STR("id\tcategory\tkind\tto\tline\tbasis\n1\t01\thelp\tbureau\ttraffic\tx\n2\t01\t*\tbureau\t"
                         "order\tx\n3\t*\thelp\tbureau\tlegal\tx\n4\t*\t*\telsewhere\tgeneral\tx\n");
    assert_int_equal(parse_with(ROUTES, own, &p, &err), OK);
    assert_int_equal(policy_route(&p, 1, KIND_HELP)->id, 1);
    assert_int_equal(policy_route(&p, 1, KIND_PRAISE)->id, 2);
    assert_int_equal(policy_route(&p, 2, KIND_HELP)->id, 3);
    assert_int_equal(policy_route(&p, 2, KIND_PRAISE)->id, 4);
    assert_int_equal(policy_route(&p, 0, KIND_NONE)->id, 4);
}

static void refuses_routes(void **state)
{
    expect(ROUTES, "1\t01\t*", "1\t51\t*", "routes.tsv:3", "unknown category '51': categories.tsv");
    expect(ROUTES, "1\t01\t*", "1\t100\t*", "routes.tsv:3", "from 0 to 99");
    expect(ROUTES, "5\t05\t*", "5\t05\thelp", "routes.tsv:26", "category 5 has no route for every kind");
    expect(ROUTES, "23\t00\t*", "23\t00\tother", "routes.tsv:26", "category 0 has no route");
    expect(ROUTES, "23\t00\t*", "23\t19\t*", "routes.tsv:25", "duplicate: category and kind");
    expect(ROUTES, "2\t02\t*", "1\t02\t*", "routes.tsv:4", "duplicate '1'");
    expect(ROUTES, "1\t01\t*\tbureau", "1\t01\t*\tnowhere", "routes.tsv:3", "allowed: bureau supervision elsewhere");
    expect(ROUTES, "bureau\ttraffic", "bureau\tcars", "routes.tsv:3", "unknown line 'cars'");
    expect(ROUTES, "1\t01\t*", "1\t01\tgossip", "routes.tsv:3", "unknown kind");
    expect(ROUTES, "道路交通安全法第五条", "", "routes.tsv:3", "basis may not be empty");
}

static void reasons(void **state)
{
    const struct policy *p = sample_policy();
    const struct reason *r = policy_reason(p, REASON_REFUSE, STR("no_facts"));
    assert_non_null(r);
    assert_true(r->name.n > 0 && r->basis.n > 0);
    assert_null(policy_reason(p, REASON_REFER, STR("no_facts"))); // a code belongs to its use
    assert_null(policy_reason(p, REASON_REFUSE, STR("")));
    assert_null(policy_reason(p, REASON_REFUSE, STR_NONE));
    assert_non_null(policy_reason(p, REASON_REFER, STR("discipline")));
    assert_non_null(policy_reason(p, REASON_RETURN, STR("not_our_duty")));
    assert_non_null(policy_reason(p, REASON_TERMINATE, STR("no_cooperation")));
    assert_non_null(policy_reason(p, REASON_DEFER, STR("proceedings")));

    expect(REASONS, "refuse\tno_facts", "refuse\tnot_police", "reasons.tsv:5", "duplicate 'not_police'");
    expect(REASONS, "refuse\tno_facts", "refuse\tNo facts", "reasons.tsv:5", "1 to 32 of a-z, 0-9 and _");
    expect(REASONS, "refuse\tno_facts", "regret\tno_facts", "reasons.tsv:5", "allowed: refuse refer return terminate");
    expect(REASONS, "信访工作条例第十九条", "", "reasons.tsv:6", "basis may not be empty");
    expect_with(REASONS,
                STR("use\tcode\tname\tbasis\nrefuse\ta\tx\tx\nrefer\ta\tx\tx\nreturn\ta\tx\tx\ndefer\ta\tx\tx\n"),
                "reasons.tsv:6", "no reason to 'terminate'");
}

static void refuses_ladders(void **state)
{
    expect(LADDER, "80%\turge", "85%\turge", "ladder.tsv:4", "unknown warning '85%'; allowed: 50% 80% due +1wd +5wd");
    expect(LADDER, "80%\turge", "50%\turge", "ladder.tsv:4", "duplicate '50%'");
    expect(LADDER, "80%\turge", "80%\tshout", "ladder.tsv:4", "allowed: urge supervise list summon");
    expect(LADDER, "+5wd\tlist", "+5wd\tsummon", "ladder.tsv:7", "for a leader to order");
    expect(LADDER, "+5wd\tlist", "+5wd\turge", "ladder.tsv:7", "descending supervision: 'urge'");
    expect(LADDER, "50%\t-", "50%\tlist", "ladder.tsv:4", "descending supervision: 'urge'");
    expect(LADDER, "due\t-\n", "", "ladder.tsv:7", "missing warning due");
    struct policy p;
    struct err err = {0};
    struct str own = STR("at\tsupervision\n+5wd\tsupervise\n+1wd\tsupervise\ndue\turge\n80%\t-\n50%\t-\n");
    assert_int_equal(parse_with(LADDER, own, &p, &err), OK); // order is free, standing still is allowed
    assert_int_equal(p.ladder[2], SUPERVISION_URGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posts),
        cmocka_unit_test(who_acts),
        cmocka_unit_test(refuses_posts),
        cmocka_unit_test(routes),
        cmocka_unit_test(the_most_specific_route),
        cmocka_unit_test(refuses_routes),
        cmocka_unit_test(reasons),
        cmocka_unit_test(refuses_ladders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

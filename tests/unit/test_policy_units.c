// SPDX-License-Identifier: Apache-2.0
// The organisation: who stands above whom on which day, who heads what, and what is refused of such tables.
#include "policy_expect.h"

#include <time.h>

// The province on line 2, the 21 bureaus on lines 3 to 23, then these lines from 24 on; and no officers but these.
static enum result organisation(const char *units, const char *officers, struct policy *p, struct err *err)
{
    static char text[1 << 16];
    struct str files[POLICY_FILES];
    size_t n = (size_t)snprintf(text, sizeof(text),
                                "code\tlevel\tparent\tline\tname\tfrom\tto\n"
                                "440000\tprovince\t-\tgeneral\t厅\t-\t-\n");
    for (int i = 0; i < POLICY_BUREAUS; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%d\tcity\t440000\tgeneral\t市局\t-\t-\n", policy_bureaus[i]);
    n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", units);
    insist(n < sizeof(text));
    static char heads[4096];
    snprintf(heads, sizeof(heads), "id\tname\tunit\trole\tfrom\tto\n%s", officers);
    sample_files(files);
    files[UNITS] = (struct str){text, n};
    files[OFFICERS] = str_of(heads);
    return parse(files, sizeof(memory), p, err);
}

static void refused(const char *units, const char *officers, const char *field, const char *text)
{
    struct policy p = {.version = 77};
    struct err err = {0};
    expect_refused(organisation(units, officers, &p, &err), &err, field, text);
    assert_int_equal(p.version, 77); // untouched
}

static struct date day(int y, int m, int d)
{
    return date_from_ymd(y, m, d);
}

static void the_sample(void **state)
{
    const struct policy *p = sample_policy();
    struct date today = day(2026, 11, 23);
    assert_null(policy_unit(p, 440399));
    assert_null(policy_unit(p, 0));
    assert_int_equal(policy_unit(p, 440305)->parent, 440300);
    assert_true(str_is(policy_unit(p, 440305)->name, "深圳市公安局南山分局"));
    assert_true(str_is(policy_unit(p, 441803)->name, "清远市公安局清新分局"));
    assert_true(str_is(policy_unit(p, 440000901)->name, "广东省公安厅督察总队"));
    assert_int_equal(policy_unit(p, 440000901)->line, LINE_SUPERVISION);
    assert_int_equal(policy_unit(p, 440304901)->parent, 440304);
    assert_int_equal(policy_unit(p, 440304903)->line, LINE_TRAFFIC);
    assert_true(str_is(policy_unit(p, 441900121)->name, "虎门派出所"));
    assert_int_equal(policy_unit(p, 441900121)->parent, 441900); // there is no county in between
    assert_int_equal(policy_unit(p, 441900121)->level, UNIT_SQUAD);
    size_t cities = 0, counties = 0, stations = 0;
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        cities += u->level == UNIT_CITY;
        counties += u->level == UNIT_COUNTY;
        stations += u->line == LINE_STATION;
        // Codes follow the divisions, so the way up can be told from the code alone.
        int32_t six = u->code > 999999 ? u->code / 1000 : u->code, city = six / 100 * 100;
        assert_int_equal(policy_bureau(p, u->code), city);
        assert_int_equal(policy_queue(p, u->code), city); // queues.tsv names nobody
        assert_int_equal(policy_above(p, 440000, u->code, today), u->code != 440000);
        assert_int_equal(policy_above(p, city, u->code, today), u->code != city);
        assert_int_equal(policy_above(p, six, u->code, today), u->code != six);
        assert_false(policy_above(p, u->code, city, today));
        assert_false(policy_above(p, u->code, u->code, today));
    }
    assert_int_equal(cities, 21);
    assert_int_equal(counties, 122);
    assert_true(stations > 1700);
}

static void lines_have_units(void **state)
{
    const struct policy *p = sample_policy();
    for (const struct code *line = policy_lines; line->name != NULL; line++) {
        for (int b = 0; b < POLICY_BUREAUS; b++) {
            size_t n = 0;
            for (size_t i = 0; i < p->units_n; i++)
                n += (int)p->units[i].line == line->code && policy_bureau(p, p->units[i].code) == policy_bureaus[b];
            if (n == 0)
                fail_msg("%d has nobody for %s", policy_bureaus[b], line->name);
        }
    }
}

static void above(void **state)
{
    const struct policy *p = sample_policy();
    struct date today = day(2026, 11, 23);
    assert_false(policy_above(p, 440100, 440300, today));
    assert_false(policy_above(p, 440300, 440103001, today));
    assert_false(policy_above(p, 440300901, 440305, today)); // beside, not above
    assert_false(policy_above(p, 440399, 440305, today));
    assert_false(policy_above(p, 440300, 440399, today));
    assert_int_equal(policy_bureau(p, 440399), 0);
    assert_int_equal(policy_queue(p, 440399), 0);
}

// 445399 was a county below 440100 until 2020, went to 440300 and ended with 2024; its squad with it.
static void changes_in_time(void **state)
{
    struct policy p;
    struct err err = {0};
    assert_int_equal(organisation("445399\tcounty\t440100\tgeneral\t旧分局\t-\t2020-12-31\n"
                                  "445399\tcounty\t440300\tgeneral\t新分局\t2021-01-01\t2024-12-31\n"
                                  "445400\tcounty\t440300\tgeneral\t隔年分局\t-\t2019-12-31\n"
                                  "445400\tcounty\t440300\tgeneral\t隔年分局\t2022-01-01\t-\n"
                                  "445399001\tsquad\t445399\tstation\t所\t2010-01-01\t2024-12-31\n",
                                  "445399\t甲\t445399\thead\t-\t2024-12-31\n", &p, &err),
                     OK);
    assert_true(policy_above(&p, 440100, 445399001, day(2020, 12, 31)));
    assert_false(policy_above(&p, 440300, 445399001, day(2020, 12, 31)));
    assert_false(policy_above(&p, 440100, 445399001, day(2021, 1, 1)));
    assert_true(policy_above(&p, 440300, 445399001, day(2021, 1, 1)));
    assert_true(policy_above(&p, 440000, 445399001, day(2024, 12, 31)));
    assert_false(policy_above(&p, 440000, 445399001, day(2025, 1, 1)));
    assert_false(policy_above(&p, 445399, 445399001, day(2009, 12, 31)));
    assert_true(str_is(policy_unit_at(&p, 445399, day(1999, 1, 1))->name, "旧分局"));
    assert_true(str_is(policy_unit(&p, 445399)->name, "新分局"));
    assert_null(policy_unit_at(&p, 445399, day(2025, 1, 1)));
    assert_null(policy_unit_at(&p, 445400, day(2020, 6, 1))); // between two times
    assert_non_null(policy_unit_at(&p, 445400, day(2019, 12, 31)));
    assert_non_null(policy_unit_at(&p, 445400, day(2022, 1, 1)));
    assert_int_equal(policy_bureau(&p, 445399001), 440300); // whose it was in the end
    assert_int_equal(policy_bureau_at(&p, 445399001, day(2020, 12, 31)), 440100);
}

static void with_queues(const char *rows, struct policy *p)
{
    static char file[4096];
    struct err err = {0};
    snprintf(file, sizeof(file), "queue\n%s", rows);
    assert_int_equal(parse_with(QUEUES, str_of(file), p, &err), OK);
}

static void queues(void **state)
{
    struct policy p;
    int32_t all[POLICY_QUEUES_ALL];
    struct date today = day(2026, 11, 23);
    with_queues("", &p);
    assert_int_equal(policy_queues(&p, all, POLICY_QUEUES_ALL), POLICY_BUREAUS + 1);
    assert_false(policy_told(&p, CHANNEL_WEB));
    with_queues("440305001\nweb\n440304\ntransfer\n", &p);
    assert_int_equal(policy_queues(&p, all, POLICY_QUEUES_ALL), 2 + POLICY_BUREAUS + 1 + 2);
    assert_int_equal(all[0], CHANNEL_WEB);
    assert_int_equal(all[1], CHANNEL_TRANSFER);
    assert_int_equal(all[2], POLICY_PROVINCE);
    assert_int_equal(all[POLICY_BUREAUS + 3], 440304);
    assert_int_equal(all[POLICY_BUREAUS + 4], 440305001);
    assert_true(policy_told(&p, CHANNEL_WEB) && policy_told(&p, CHANNEL_TRANSFER));
    assert_false(policy_told(&p, CHANNEL_PHONE));
    for (size_t i = 0; i < p.units_n; i++) { // the nearest at or above
        int32_t unit = p.units[i].code, bureau = policy_bureau(&p, unit);
        bool county = unit == 440304 || policy_above(&p, 440304, unit, today);
        int32_t queue = county ? 440304 : unit == 440305001 ? unit : bureau;
        assert_int_equal(policy_queue(&p, unit), queue);
        assert_int_equal(policy_queue_at(&p, unit, today), queue);
    }
    assert_int_equal(policy_queue(&p, 440399), 0);
    // A policy that was loaded before there was such a file.
    struct str files[POLICY_FILES];
    struct err err = {0};
    sample_files(files);
    files[QUEUES] = STR_NONE;
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    assert_int_equal(policy_queues(&p, all, POLICY_QUEUES_ALL), POLICY_BUREAUS + 1);
}

static void refuses_queues(void **state)
{
    expect_with(QUEUES, STR("queues\n"), "queues.tsv:1", "queue");
    expect_with(QUEUES, STR("queue\n440304\t1\n"), "queues.tsv:2", "columns");
    expect_with(QUEUES, STR("queue\n440399\n"), "queues.tsv:2", "unknown queue '440399'");
    expect_with(QUEUES, STR("queue\nfax\n"), "queues.tsv:2", "web wechat phone paper hotline12345 transfer");
    expect_with(QUEUES, STR("queue\n1\n"), "queues.tsv:2", "unknown queue '1'");
    expect_with(QUEUES, STR("queue\n440300\n"), "queues.tsv:2", "has a queue anyway");
    expect_with(QUEUES, STR("queue\n440000\n"), "queues.tsv:2", "has a queue anyway");
    expect_with(QUEUES, STR("queue\n440305\n440304\n440305\n"), "queues.tsv:4", "duplicate '440305'");
    expect_with(QUEUES, STR("queue\nweb\n440304\nweb\n"), "queues.tsv:4", "duplicate 'web'");
    // Not more than a daemon has room for.
    static char many[1 << 16];
    const struct policy *p = sample_policy();
    size_t n = (size_t)snprintf(many, sizeof(many), "queue\n");
    int rows = 0;
    for (size_t i = 0; i < p->units_n && rows <= POLICY_QUEUES; i++)
        if (p->units[i].level > UNIT_CITY && ++rows)
            n += (size_t)snprintf(many + n, sizeof(many) - n, "%d\n", p->units[i].code);
    expect_with(QUEUES, (struct str){many, n}, "queues.tsv:902", "at most 900 units");
}

static void refuses_rows(void **state)
{
    expect(UNITS, "code\tlevel", "code\tlevels", "units.tsv:1", "code level parent line name from to");
    expect(UNITS, "广东省公安厅\t-\t-", "广东省公安厅\t-", "units.tsv:4", "columns");
    expect(UNITS, "广东省公安厅", "\xff", "units.tsv", "UTF-8");
    refused("44530\tcounty\t440100\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "from 100000 to 999999999");
    refused("445399\tland\t440100\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "allowed: province city county squad");
    refused("445399\tcounty\t440100\tmilitary\tx\t-\t-\n", "", "units.tsv:24", "unknown line 'military'");
    refused("445399\tcounty\t440100\tmilitary\tx\t-\t-\n", "", "units.tsv:24", "allowed: supervision discipline");
    refused("445399\tcounty\t440100\tgeneral\t\t-\t-\n", "", "units.tsv:24", "name may not be empty");
    refused("445399\tcounty\t-\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "every other unit has a code there");
    refused("445399\tprovince\t-\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "the province is 440000");
    refused("445200\tcounty\t440100\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "must ascend");
    refused("445399\tcounty\t440100\tgeneral\tx\t2020-02-30\t-\n", "", "units.tsv:24",
            "from '2020-02-30' must be a day");
    refused("445399\tcounty\t440100\tgeneral\tx\t-\t2020\n", "", "units.tsv:24", "to '2020' must be a day");
    refused("445399\tcounty\t440100\tgeneral\tx\t2020-01-02\t2020-01-01\n", "", "units.tsv:24", "before the first one");
}

static void refuses_trees(void **state)
{
    refused("445399\tcounty\t445398\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "unknown parent '445398'");
    refused("445399\tcounty\t445399\tgeneral\tx\t-\t-\n", "", "units.tsv:24", "a cycle");
    refused("445398\tsquad\t445399\tgeneral\tx\t-\t-\n445399\tsquad\t445398\tgeneral\tx\t-\t-\n", "", "units.tsv:24",
            "a cycle");
    refused("445397\tcounty\t445399\tgeneral\tx\t-\t-\n445398\tcounty\t445397\tgeneral\tx\t-\t-\n"
            "445399\tsquad\t445398\tgeneral\tx\t-\t-\n",
            "", "units.tsv:24", "a cycle");
    refused("445398\tcounty\t440100\tgeneral\tx\t-\t-\n445399\tcounty\t445398\tgeneral\tx\t-\t-\n", "", "units.tsv:25",
            "the level is not below that of the parent '445398'");
    // A level that changes in time counts too: 445398 is a squad from 2020 on.
    refused("445398\tcounty\t440100\tgeneral\tx\t-\t2019-12-31\n445398\tsquad\t440100\tgeneral\tx\t2020-01-01\t-\n"
            "445399\tsquad\t445398\tgeneral\tx\t-\t-\n",
            "", "units.tsv:26", "the level is not below");
    refused("445399\tcounty\t440100\tgeneral\tx\t-\t-\n445399\tcounty\t440100\tgeneral\tx\t-\t-\n", "", "units.tsv:25",
            "overlapping validity: the row above has '445399'");
    refused("445399\tcounty\t440100\tgeneral\tx\t-\t2020-01-01\n445399\tcounty\t440100\tgeneral\tx\t2020-01-01\t-\n",
            "", "units.tsv:25", "overlapping validity");
    refused("445399\tcounty\t440100\tgeneral\tx\t2020-01-01\t-\n445399\tcounty\t440100\tgeneral\tx\t-\t2019-12-31\n",
            "", "units.tsv:25", "follow one another in time");
    // Nobody stands below a unit that is no more, or not yet, or has a gap.
    refused("445398\tcounty\t440100\tgeneral\tx\t-\t2019-12-31\n445399\tsquad\t445398\tgeneral\tx\t-\t-\n", "",
            "units.tsv:25", "parent '445398' is not valid on all days");
    refused("445398\tcounty\t440100\tgeneral\tx\t2020-01-01\t-\n445399\tsquad\t445398\tgeneral\tx\t-\t-\n", "",
            "units.tsv:25", "is not valid on all days");
    refused("445398\tcounty\t440100\tgeneral\tx\t-\t2019-12-31\n445398\tcounty\t440100\tgeneral\tx\t2020-01-02\t-\n"
            "445399\tsquad\t445398\tgeneral\tx\t-\t-\n",
            "", "units.tsv:26", "is not valid on all days");
    expect(UNITS, "440300\tcity\t440000\tgeneral\t深圳市公安局\t-\t-\n", "", "units.tsv:28", "unknown parent '440300'");
    expect(UNITS, "440000\tgeneral\t深圳市公安局\t-\t-", "440000\tgeneral\t深圳市公安局\t-\t2030-12-31", "units.tsv:29",
           "is not valid on all days");
    expect_with(UNITS, STR("code\tlevel\tparent\tline\tname\tfrom\tto\n440000\tprovince\t-\tgeneral\t厅\t-\t-\n"),
                "units.tsv:3", "440100; all 21 bureaus");
    expect_with(UNITS,
                STR("code\tlevel\tparent\tline\tname\tfrom\tto\n440000\tprovince\t-\tgeneral\t厅\t-\t2030-12-31\n"),
                "units.tsv:3", "the province 440000 is missing, or has a last day");
}

static void officers(void **state)
{
    const struct policy *p = sample_policy();
    assert_int_equal(p->officers_n, 576); // four rows for each of 144 organs
    for (size_t i = 1; i < p->officers_n; i++)
        assert_true(p->officers[i - 1].id <= p->officers[i].id);
    assert_int_equal(p->officers[0].id, 440000);
    assert_true(p->officers[0].head);
    assert_int_equal(p->officers[0].to.day, INT32_MAX);

    struct policy own;
    struct err err = {0};
    assert_int_equal(organisation("",
                                  "1\t甲\t440100\thead\t-\t2023-12-31\n1\t甲\t440300\thead\t2024-01-01\t-\n"
                                  "2\t乙\t440100\thead\t2024-01-01\t-\n2\t乙\t440300\tofficer\t2024-01-01\t-\n",
                                  &own, &err),
                     OK);
    assert_int_equal(own.officers_n, 4);
    refused("", "0\t甲\t440100\thead\t-\t-\n", "officers.tsv:2", "from 1 to 99999999");
    refused("", "1\t甲\t440199\thead\t-\t-\n", "officers.tsv:2", "unknown unit '440199'");
    refused("", "1\t甲\t440100\tchief\t-\t-\n", "officers.tsv:2", "allowed: head officer");
    refused("", "1\t\t440100\thead\t-\t-\n", "officers.tsv:2", "name may not be empty");
    refused("", "1\t甲\t440100\thead\t-\tnow\n", "officers.tsv:2", "to 'now' must be a day");
    refused("", "2\t乙\t440100\thead\t-\t-\n1\t甲\t440300\thead\t-\t-\n", "officers.tsv:3", "out of order");
    refused("", "1\t甲\t440100\thead\t2024-01-01\t-\n1\t甲\t440300\thead\t-\t2023-12-31\n", "officers.tsv:3",
            "out of order");
    refused("", "1\t甲\t440100\thead\t-\t-\n2\t乙\t440100\thead\t2024-01-01\t-\n", "officers.tsv:3",
            "two heads at one time: unit '440100'");
    refused("",
            "1\t甲\t440100\thead\t-\t2023-12-31\n2\t乙\t440100\thead\t2024-01-01\t-\n"
            "3\t丙\t440100\thead\t2023-12-31\t2023-12-31\n",
            "officers.tsv:4", "two heads at one time");
}

static void parsing_is_quick(void **state)
{
    struct str files[POLICY_FILES];
    struct policy p;
    struct err err = {0};
    sample_files(files);
    clock_t start = clock();
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    double ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("the shipped policy is parsed in %.1f ms (%zu units, %zu places, %zu terms)\n", ms, p.units_n,
                  p.places_n, p.terms_n);
    assert_true(ms < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample),       cmocka_unit_test(lines_have_units), cmocka_unit_test(above),
        cmocka_unit_test(changes_in_time),  cmocka_unit_test(queues),           cmocka_unit_test(refuses_queues),
        cmocka_unit_test(refuses_rows),     cmocka_unit_test(refuses_trees),    cmocka_unit_test(officers),
        cmocka_unit_test(parsing_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The conflict guard on the shipped units, with officers of this file's own: each rule of G2 and G3, and each proof.
#include "core/guard.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SINCE                                                                                                          \
    {                                                                                                                  \
        INT32_MIN                                                                                                      \
    }
#define EVER                                                                                                           \
    {                                                                                                                  \
        INT32_MAX                                                                                                      \
    }

static struct date today; // 2026-11-23
static struct officer officers[16];
static size_t officers_n;

static const struct policy *policy(void)
{
    static struct policy p;
    p = *sample_policy();
    p.officers = officers;
    p.officers_n = officers_n;
    p.served_months = 36;
    return &p;
}

static struct date day(const char *s)
{
    struct date d = {0};
    assert_true(date_parse(str_of(s), &d));
    return d;
}

static int reset(void **state)
{
    today = day("2026-11-23");
    officers_n = 0;
    return 0;
}

// Rows have to come by id, then by from.
static void officer(int32_t id, int32_t unit, bool head, const char *from, const char *to)
{
    struct officer o = {.id = id, .unit = unit, .head = head, .from = SINCE, .to = EVER, .name = STR("某")};
    if (from != NULL)
        o.from = day(from);
    if (to != NULL)
        o.to = day(to);
    officers[officers_n++] = o;
}

static struct accused_list units(int n, const int32_t *codes)
{
    struct accused_list x = {.n = (int16_t)n};
    for (int i = 0; i < n; i++)
        x.of[i].unit = codes[i];
    return x;
}
#define UNITS(...) units(sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), (int32_t[]){__VA_ARGS__})

static struct accused_list person(int32_t id)
{
    return (struct accused_list){.of = {{.officer = id}}, .n = 1};
}

static enum guard_why excludes(struct accused_list x, int32_t unit)
{
    return guard_excludes(policy(), today, &x, unit);
}

static void expect_handler(struct accused_list x, int32_t unit, enum guard_why why, const char *proof)
{
    char line[120];
    struct text t = TEXT(line);
    assert_int_equal(guard_handler(policy(), today, &x, unit, &t), why);
    assert_int_equal(guard_handler(policy(), today, &x, unit, NULL), why);
    assert_string_equal(line, proof);
    assert_true(t.n <= 110);
}

static void nobody_is_accused(void **state)
{
    struct accused_list none = {0};
    assert_int_equal(excludes(none, 440305), GUARD_FREE);
    assert_int_equal(excludes(none, 999999), GUARD_FREE);
    expect_handler(none, 440305, GUARD_FREE, "440305 allowed: nobody is accused");
    assert_int_equal(guard_suggests(policy(), today, &none), 0);
    assert_int_equal(guard_excludes_reader(policy(), today, &none, 440305, 7), GUARD_FREE);
}

static void a_county_bureau(void **state)
{
    struct accused_list x = UNITS(440305);
    assert_int_equal(excludes(x, 440305), GUARD_ACCUSED_UNIT);
    assert_int_equal(excludes(x, 440305007), GUARD_BELOW);
    assert_int_equal(excludes(x, 440305901), GUARD_BELOW);
    assert_int_equal(excludes(x, 440304), GUARD_FREE);
    assert_int_equal(excludes(x, 440300), GUARD_FREE);
    assert_int_equal(excludes(x, 999999), GUARD_UNKNOWN);
    expect_handler(x, 440305, GUARD_ACCUSED_UNIT, "440305 excluded: it is accused");
    expect_handler(x, 440305007, GUARD_BELOW, "440305007 excluded: below the accused 440305");
    expect_handler(x, 440304, GUARD_NOT_ABOVE, "440304 not allowed: not above the accused 440305");
    expect_handler(x, 440304901, GUARD_NOT_ABOVE, "440304901 not allowed: its organ is not above the accused 440305");
    expect_handler(x, 440300, GUARD_FREE, "440300 allowed: above the accused 440305");
    expect_handler(x, 440300901, GUARD_FREE,
                   "440300901 allowed: supervision of 440300, which is above the accused 440305");
    expect_handler(x, 440300902, GUARD_FREE, "440300902 allowed: legal of 440300, which is above the accused 440305");
    expect_handler(x, 440300916, GUARD_FREE,
                   "440300916 allowed: discipline of 440300, which is above the accused 440305");
    expect_handler(x, 440300903, GUARD_NOT_ABOVE, "440300903 not allowed: not above the accused 440305");
    expect_handler(x, 440400, GUARD_NOT_ABOVE, "440400 not allowed: not above the accused 440305");
    expect_handler(x, 999999, GUARD_UNKNOWN, "999999 excluded: there is no such unit on 2026-11-23");
    assert_int_equal(guard_suggests(policy(), today, &x), 440300901);
}

static void higher_and_lower(void **state)
{
    struct accused_list station = UNITS(440305007), city = UNITS(440300), all = UNITS(440000),
                        inspectors = UNITS(440305901);
    assert_int_equal(guard_suggests(policy(), today, &station), 440305901);
    expect_handler(city, 440000901, GUARD_FREE,
                   "440000901 allowed: supervision of 440000, which is above the accused 440300");
    expect_handler(city, 440300901, GUARD_BELOW, "440300901 excluded: below the accused 440300");
    assert_int_equal(guard_suggests(policy(), today, &city), 440000901);
    // Who inspects is inspected by the organ itself.
    assert_int_equal(guard_suggests(policy(), today, &inspectors), 440305);
    // The department: nobody in the province, 公安部.
    assert_int_equal(guard_suggests(policy(), today, &all), 0);
    for (size_t i = 0; i < policy()->units_n; i++)
        assert_int_not_equal(excludes(all, policy()->units[i].code), GUARD_FREE);
}

static void several_are_accused(void **state)
{
    struct accused_list two = UNITS(440305007, 440304), far = UNITS(440305007, 441900121);
    assert_int_equal(guard_suggests(policy(), today, &two), 440300901);
    expect_handler(two, 440305, GUARD_NOT_ABOVE, "440305 not allowed: not above the accused 440304");
    expect_handler(two, 440300, GUARD_FREE, "440300 allowed: above the accused 440305007, and 1 more");
    assert_int_equal(guard_suggests(policy(), today, &far), 440000901);
}

static void an_officer(void **state)
{
    officer(7, 440305007, false, NULL, NULL);
    struct accused_list x = person(7);
    assert_int_equal(excludes(x, 440305007), GUARD_SERVED);
    assert_int_equal(excludes(x, 440305), GUARD_FREE);
    expect_handler(x, 440305007, GUARD_SERVED, "440305007 excluded: an accused officer serves or served there");
    expect_handler(x, 440305006, GUARD_NOT_ABOVE,
                   "440305006 not allowed: not above 440305007, an accused officer's unit");
    expect_handler(x, 440305901, GUARD_FREE,
                   "440305901 allowed: supervision of 440305, which is above 440305007, an accused officer's unit");
    assert_int_equal(guard_suggests(policy(), today, &x), 440305901);
}

// Where he serves without being its head, only that unit is in X, not what is below it; yet none of them may handle.
static void an_officer_of_a_bureau(void **state)
{
    officer(7, 440305, false, NULL, NULL);
    struct accused_list x = person(7);
    assert_int_equal(excludes(x, 440305), GUARD_SERVED);
    assert_int_equal(excludes(x, 440305007), GUARD_FREE);
    expect_handler(x, 440305007, GUARD_NOT_ABOVE, "440305007 not allowed: not above 440305, an accused officer's unit");
    assert_int_equal(guard_suggests(policy(), today, &x), 440300901);
}

static void a_head(void **state)
{
    officer(7, 440305, true, "2024-01-01", NULL);
    officer(8, 440305, true, "2020-01-01", "2023-12-31"); // the one before him
    struct accused_list x = person(7), before = person(8);
    assert_int_equal(excludes(x, 440305), GUARD_HEAD);
    assert_int_equal(excludes(x, 440305007), GUARD_BELOW);
    expect_handler(x, 440305, GUARD_HEAD, "440305 excluded: an accused officer is its head");
    expect_handler(x, 440305007, GUARD_BELOW, "440305007 excluded: below 440305, whose head is accused");
    expect_handler(x, 440300, GUARD_FREE, "440300 allowed: above 440305, whose head is accused");
    assert_int_equal(excludes(before, 440305), GUARD_SERVED);
    assert_int_equal(excludes(before, 440305007), GUARD_FREE);
    // The head of a bureau: the province. The head of the department: nobody.
    officers_n = 0;
    officer(7, 440300, true, NULL, NULL);
    officer(8, 440000, true, NULL, NULL);
    assert_int_equal(guard_suggests(policy(), today, &x), 440000901);
    assert_int_equal(guard_suggests(policy(), today, &before), 0);
}

static void a_transfer(void **state)
{
    officer(7, 440304, false, "2015-01-01", "2023-11-22");
    officer(7, 440305, false, "2023-11-23", NULL);
    officer(7, 440306, false, "2026-12-01", NULL); // not yet
    struct accused_list x = person(7);
    assert_int_equal(excludes(x, 440305), GUARD_SERVED);
    assert_int_equal(excludes(x, 440304), GUARD_FREE); // 36 months and a day ago
    assert_int_equal(excludes(x, 440306), GUARD_FREE);
    today = day("2026-11-22");
    assert_int_equal(excludes(x, 440304), GUARD_SERVED);
    today = day("2026-12-01");
    assert_int_equal(excludes(x, 440306), GUARD_SERVED);
}

static void months_have_ends(void **state)
{
    static const struct {
        const char *today, *last, *before;
    } rows[] = {
        {"2027-02-28", "2024-02-28", "2024-02-27"},
        {"2027-03-01", "2024-03-01", "2024-02-29"},
        {"2028-02-29", "2025-02-28", "2025-02-27"}, // a month without that day ends before it
        {"2026-01-01", "2023-01-01", "2022-12-31"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct accused_list x = person(7);
        officers_n = 0;
        officer(7, 440304, false, NULL, rows[i].last);
        today = day(rows[i].today);
        assert_int_equal(excludes(x, 440304), GUARD_SERVED);
        officers_n = 0;
        officer(7, 440304, false, NULL, rows[i].before);
        assert_int_equal(excludes(x, 440304), GUARD_FREE);
    }
}

// Served longer ago than X looks back: his last unit is free to read, but still no unit beside it answers for it.
static void long_ago(void **state)
{
    officer(7, 440304, false, "2001-01-01", "2010-12-31");
    officer(7, 440305, false, "2011-01-01", "2020-12-31");
    struct accused_list x = person(7), unknown = person(8);
    assert_int_equal(excludes(x, 440305), GUARD_FREE);
    expect_handler(x, 440305, GUARD_NOT_ABOVE, "440305 not allowed: not above 440305, an accused officer's unit");
    assert_int_equal(guard_suggests(policy(), today, &x), 440300901);
    expect_handler(unknown, 440000, GUARD_NOT_ABOVE,
                   "440000 not allowed: not above an accused officer of no known unit");
    assert_int_equal(guard_suggests(policy(), today, &unknown), 0);
}

static void readers(void **state)
{
    officer(7, 440305, false, NULL, NULL);
    officer(8, 440305007, false, NULL, "2025-12-31");
    officer(8, 440300901, false, "2026-01-01", NULL);
    officer(9, 440300901, false, NULL, NULL);
    const struct policy *p = policy();
    struct accused_list x = UNITS(440305), him = person(9);
    assert_int_equal(guard_excludes_reader(p, today, &x, 440305007, 0), GUARD_BELOW);
    assert_int_equal(guard_excludes_reader(p, today, &x, 440300, 0), GUARD_FREE);
    assert_int_equal(guard_excludes_reader(p, today, &x, 440000, 7), GUARD_ACCUSED_UNIT); // he says another unit
    assert_int_equal(guard_excludes_reader(p, today, &x, 440300901, 8), GUARD_FREE);      // he has left it
    assert_int_equal(guard_excludes_reader(p, today, &x, 440300901, 12345), GUARD_FREE);  // not in the list
    assert_int_equal(guard_excludes_reader(p, today, &him, 440000, 9), GUARD_OFFICER);
}

// A bureau that was merged into another one: who is above is looked up where it stood.
static void a_unit_that_is_no_more(void **state)
{
    struct unit u[] = {
        {440000, 0, UNIT_PROVINCE, LINE_GENERAL, SINCE, EVER, STR("厅")},
        {440300, 440000, UNIT_CITY, LINE_GENERAL, SINCE, EVER, STR("甲")},
        {440301, 440300, UNIT_COUNTY, LINE_GENERAL, SINCE, {today.day - 10}, STR("旧")},
        {440302, 440300, UNIT_COUNTY, LINE_GENERAL, SINCE, EVER, STR("新")},
        {440302001, 440301, UNIT_SQUAD, LINE_STATION, SINCE, {today.day - 10}, STR("所")},
        {440302001, 440302, UNIT_SQUAD, LINE_STATION, {today.day - 9}, EVER, STR("所")},
    };
    struct policy p = {.units = u, .units_n = sizeof(u) / sizeof(u[0])};
    struct accused_list x = UNITS(440301);
    assert_int_equal(guard_excludes(&p, today, &x, 440301), GUARD_ACCUSED_UNIT);
    assert_int_equal(guard_excludes(&p, today, &x, 440302001), GUARD_BELOW); // it was
    assert_int_equal(guard_excludes(&p, today, &x, 440302), GUARD_FREE);
    assert_int_equal(guard_handler(&p, today, &x, 440302, NULL), GUARD_NOT_ABOVE);
    assert_int_equal(guard_handler(&p, today, &x, 440300, NULL), GUARD_FREE);
    assert_int_equal(guard_suggests(&p, today, &x), 440300);
    struct accused_list other = UNITS(440302);
    assert_int_equal(guard_excludes(&p, today, &other, 440301), GUARD_UNKNOWN);
}

static void joining(void **state)
{
    struct accused_list x = UNITS(440303, 440304), more = UNITS(440304, 440305);
    accused_join(policy(), today, &x, &more);
    assert_int_equal(x.n, 3);
    assert_true(accused_has(&x, (struct accused){.unit = 440305}));
    assert_false(accused_has(&x, (struct accused){.officer = 440305}));
    // Eight, and one more of the same city: the two that are nearest to each other make room.
    x = UNITS(440303, 440304, 440305007, 440305006, 440104, 440204, 440403, 440507);
    more = UNITS(440604);
    accused_join(policy(), today, &x, &more);
    assert_int_equal(x.n, 8);
    assert_true(accused_has(&x, (struct accused){.unit = 440305}));
    assert_false(accused_has(&x, (struct accused){.unit = 440305007}));
    assert_true(accused_has(&x, (struct accused){.unit = 440604}));
    // What is covered goes first.
    more = UNITS(440300);
    accused_join(policy(), today, &x, &more);
    assert_int_equal(x.n, 6);
    assert_true(accused_has(&x, (struct accused){.unit = 440300}));
    assert_false(accused_has(&x, (struct accused){.unit = 440305}));
}

static void joining_officers(void **state)
{
    struct accused_list x = {0}, more = {0};
    for (int32_t id = 1; id <= 9; id++) {
        officer(id, 440305000 + (id % 2 ? 6 : 7), false, NULL, id == 4 ? "2026-01-01" : NULL);
        struct accused_list one = person(id);
        accused_join(policy(), today, id < 9 ? &x : &more, &one);
    }
    struct accused_list y = x;
    accused_join(policy(), today, &y, &more);
    assert_int_equal(y.n, 8); // two of them became one unit
    assert_true(accused_has(&y, (struct accused){.unit = 440305}));
    assert_int_not_equal(guard_excludes_reader(policy(), today, &y, 440000, 9), GUARD_FREE);
    // Of an officer who serves nowhere nobody knows where he will be met: everybody is excluded.
    x.of[7] = x.of[3];
    x.of[3] = (struct accused){.officer = 8};
    y = x;
    accused_join(policy(), today, &y, &more);
    assert_true(accused_has(&y, (struct accused){.unit = 440000}));
    for (int32_t id = 1; id <= 9; id++)
        assert_int_not_equal(guard_excludes_reader(policy(), today, &y, 440305006, id), GUARD_FREE);
}

// The longest that a proof can be, and that it names no officer.
static void proofs_are_short(void **state)
{
    officer(12345678, 440305007, true, NULL, NULL);
    officer(12345678, 440305006, true, NULL, NULL);
    struct accused_list x = person(12345678);
    x.of[x.n++].unit = 440305005;
    for (size_t i = 0; i < policy()->units_n; i++) {
        char line[200];
        struct text t = TEXT(line);
        (void)guard_handler(policy(), today, &x, policy()->units[i].code, &t);
        assert_true(t.n > 0 && t.n <= 110);
        assert_null(strstr(line, "12345678"));
    }
    expect_handler(
        x, 440305901, GUARD_FREE,
        "440305901 allowed: supervision of 440305, which is above 440305007, whose head is accused, and 2 more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nobody_is_accused, reset),
        cmocka_unit_test_setup(a_county_bureau, reset),
        cmocka_unit_test_setup(higher_and_lower, reset),
        cmocka_unit_test_setup(several_are_accused, reset),
        cmocka_unit_test_setup(an_officer, reset),
        cmocka_unit_test_setup(an_officer_of_a_bureau, reset),
        cmocka_unit_test_setup(a_head, reset),
        cmocka_unit_test_setup(a_transfer, reset),
        cmocka_unit_test_setup(months_have_ends, reset),
        cmocka_unit_test_setup(long_ago, reset),
        cmocka_unit_test_setup(readers, reset),
        cmocka_unit_test_setup(a_unit_that_is_no_more, reset),
        cmocka_unit_test_setup(joining, reset),
        cmocka_unit_test_setup(joining_officers, reset),
        cmocka_unit_test_setup(proofs_are_short, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

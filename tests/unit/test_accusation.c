// SPDX-License-Identifier: Apache-2.0
// Whom accused members name, on the shipped units, places and lexicon, with officers of this file's own.
#include "core/accusation.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// 周一鸣 twice in Shenzhen and once in Dongguan, where he is a namesake; 顺德 is called like a county of Foshan.
static const char officers[] = "id\tname\tunit\trole\tfrom\tto\n"
                               "12345\t吴二强\t440305007\tofficer\t-\t-\n"
                               "100001\t周一鸣\t440305\thead\t2020-01-01\t-\n"
                               "100002\t周一鸣\t441900\tofficer\t-\t2024-12-31\n"
                               "100002\t周一鸣\t440100903\tofficer\t2025-01-01\t-\n"
                               "100003\t周一鸣\t440304\tofficer\t-\t-\n"
                               "100004\t吴二\t440200\tofficer\t-\t-\n"
                               "100005\t顺德\t440300\tofficer\t-\t-\n"
                               "100006\t民警\t440300\tofficer\t-\t-\n"
                               "20260101\t郑三\t440000901\tofficer\t-\t-\n";

static const struct policy *policy(void)
{
    static struct policy p;
    if (p.units_n == 0)
        sample_parse(officers, &p);
    return &p;
}

static struct letter letter_of(const char *const *texts)
{
    struct letter l = {.received_at = INT64_C(1795392000000000)}; // 2026-11-23
    for (; texts[l.accused_n] != NULL; l.accused_n++)
        l.accused[l.accused_n] = str_of(texts[l.accused_n]);
    return l;
}

// "440305 440306 o12345": units, officers, in the order in which they were found.
static void format(const struct accused_list *x, struct text *t)
{
    for (int i = 0; i < x->n; i++) {
        text_put(t, i == 0 ? "" : " ");
        text_put(t, x->of[i].officer != 0 ? "o" : "");
        text_i64(t, x->of[i].officer != 0 ? x->of[i].officer : x->of[i].unit);
    }
}

static int expect(int32_t bureau, const char *const *texts, bool police, const char *accused)
{
    struct letter l = letter_of(texts);
    struct accused_list x = {0};
    char line[200] = "";
    struct text t = TEXT(line);
    bool spoken = accusation_read(policy(), &l, bureau, &x);
    format(&x, &t);
    if (spoken == police && strcmp(line, accused) == 0)
        return 0;
    print_error("%s …: '%s' expected, '%s' found; police %d\n", texts[0], accused, line, spoken);
    return 1;
}

static void units(void **state)
{
    static const struct {
        int32_t bureau;
        const char *text, *accused;
    } rows[] = {
        {0, "深圳市公安局", "440300"},
        {0, "深圳公安", "440300"},
        {0, "深圳市公安局南山分局", "440305"},
        {0, "南山分局", "440305"},
        {440300, "南山区公安分局", "440305"},
        {0, "始兴县公安局", "440222"},
        {0, "和平县公安局", "441624"},
        {0, "粤海派出所", "440305007"},
        {0, "粤海街道派出所的民警", "440305007"},
        {0, "深圳市公安局南山分局粤海派出所", "440305007"},
        {0, "深圳市南山区粤海派出所", "440305007"},
        {0, "深圳市南山区，粤海派出所", "440305007"},
        {0, "深圳市公安局 南山分局（粤海派出所）", "440305007"},
        {0, "粤海街道的民警", "440305"},
        {0, "虎门镇派出所", "441900121"},
        {0, "东莞市公安局虎门分局", "441900"},
        {0, "广东省公安厅", "440000"},
        {0, "省公安厅", "440000"},
        {0, "公安厅督察总队", "440000901"},
        {0, "深圳市公安局交通警察支队", "440300903"},
        {0, "南山交警大队", "440305"},
        // Several in one text. What is said between two names makes the upper one accused as well.
        {0, "南山分局、福田分局", "440305 440304"},
        {0, "南山和福田分局", "440305 440304"},
        {0, "南山分局和粤海派出所", "440305 440305007"},
        {0, "南山分局，粤海派出所", "440305 440305007"},
        {0, "南山分局包庇粤海派出所", "440305 440305007"},
        {0, "粤海派出所，属南山分局", "440305 440305007"},
        {0, "深圳市公安局南山分局与东莞市公安局", "440305 441900"},
        // Names of several: 南山派出所 is in four cities.
        {0, "深圳市南山派出所", "440305002"},
        {440300, "南山派出所", "440305002"},
        {440700, "深圳市南山派出所", "440305002"},
        // A street, a company, a place: no police.
        {0, "中山路派出所", ""},
        {0, "南山科技公司", ""},
        {0, "某麻将馆", ""},
        {0, "派出所", ""},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool police = rows[i].accused[0] != 0 || strstr(rows[i].text, "派出所") != NULL;
        wrong += expect(rows[i].bureau, (const char *const[]){rows[i].text, NULL}, police, rows[i].accused);
    }
    assert_int_equal(wrong, 0);
}

// Where nothing tells which of them is meant, all are.
static void a_name_of_several_units(void **state)
{
    struct letter l = letter_of((const char *const[]){"南山派出所", NULL});
    struct accused_list x = {0};
    assert_true(accusation_read(policy(), &l, 440100, &x));
    assert_int_equal(x.n, 4);
    for (int i = 0; i < x.n; i++)
        assert_true(str_is(policy_unit(policy(), x.of[i].unit)->name, "南山派出所"));
}

static void officers_by_name(void **state)
{
    int wrong = 0;
    wrong += expect(0, (const char *const[]){"民警吴二强", NULL}, true, "o12345"); // not 吴二 of another city
    wrong += expect(0, (const char *const[]){"吴二", NULL}, true, "o100004");
    wrong += expect(0, (const char *const[]){"周一鸣", NULL}, true, "o100003 o100002 o100001");
    wrong += expect(440300, (const char *const[]){"周一鸣警官", NULL}, true, "o100003 o100002 o100001");
    wrong += expect(0, (const char *const[]){"深圳的周一鸣", NULL}, true, "440300 o100003 o100001");
    wrong += expect(0, (const char *const[]){"东莞市公安局周一鸣", NULL}, true, "441900 o100002"); // he was there
    wrong += expect(0, (const char *const[]){"韶关市公安局周一鸣", NULL}, true, "440200 o100003 o100002 o100001");
    wrong += expect(0, (const char *const[]){"南山分局局长周一鸣", NULL}, true, "440305 o100003 o100001");
    wrong += expect(0, (const char *const[]){"顺德区某公司", NULL}, false, "");
    wrong += expect(0, (const char *const[]){"办案民警", NULL}, true, ""); // no name, though the list has it
    wrong += expect(0, (const char *const[]){"顺德分局", NULL}, true, "440606 o100005");
    assert_int_equal(wrong, 0);
}

static void officers_by_number(void **state)
{
    static const struct {
        const char *text, *accused;
    } rows[] = {
        {"警号12345", "o12345"},
        {"警号:012345。", "o12345"},
        {"１２３４５", "o12345"},
        {"20260101", "o20260101"},
        {"12345、100001", "o12345 o100001"},
        {"粤B12345", ""},
        {"12345号x", "o12345"},
        {"12345x", ""},
        {"1234", ""},
        {"00012345", "o12345"},
        {"000012345", ""},
        {"13812345678", ""},
        {"99999999999999999999999999999999999999999999999912345", ""},
        {"54321", ""},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        wrong += expect(0, (const char *const[]){rows[i].text, NULL}, rows[i].accused[0] != 0, rows[i].accused);
    assert_int_equal(wrong, 0);
}

static void several_texts(void **state)
{
    int wrong = 0;
    wrong +=
        expect(0, (const char *const[]){"南山分局", "某麻将馆", "警号12345", "南山分局", NULL}, true, "440305 o12345");
    wrong += expect(0, (const char *const[]){"南山分局", "某派出所", NULL}, true, "440305");
    // More than there is room for: the nearest are widened.
    wrong += expect(0,
                    (const char *const[]){"南山分局、福田分局、罗湖分局、宝安分局", "天河分局、越秀分局",
                                          "始兴县公安局", "斗门分局", "禅城分局", NULL},
                    true, "440106 440104 440222 440403 440604 440300");
    assert_int_equal(wrong, 0);
}

static bool excludes(int32_t bureau, const char *text, int32_t unit)
{
    struct letter l = letter_of((const char *const[]){text, NULL});
    struct accused_list x = {0};
    return accusation_read(policy(), &l, bureau, &x) &&
           guard_excludes(policy(), date_of(l.received_at), &x, unit) != GUARD_FREE;
}

// Every unit of the policy, called by its name, is kept out; and every city's and county's bureau, called by any name
// of its place; whether the letter's own place is known or not.
static void every_unit(void **state)
{
    const struct policy *p = policy();
    int wrong = 0;
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        char text[200];
        snprintf(text, sizeof(text), "某年某月，%.*s的民警", (int)u->name.n, u->name.p);
        if (!excludes(0, text, u->code) || !excludes(policy_bureau(p, u->code), text, u->code))
            print_error("%d is not kept out: %s (%d)\n", u->code, text, ++wrong);
    }
    for (size_t i = 0; i < p->places_n; i++) {
        const struct place *place = &p->places[i];
        for (struct str names = place->names; names.p != NULL && policy_unit(p, place->code) != NULL;) {
            struct str name = str_split(&names, '|');
            int32_t unit = place->code > 999999 ? place->code / 1000 : place->code;
            char text[200];
            snprintf(text, sizeof(text), "%.*s公安分局", (int)name.n, name.p);
            if (!excludes(0, text, unit) || !excludes(place->city, text, unit))
                print_error("%d is not kept out: %s (%d)\n", unit, text, ++wrong);
        }
    }
    assert_int_equal(wrong, 0);
}

// The wire lets more pass than the check of a letter does: nothing is written beyond, and nobody is missed before.
static void long_texts(void **state)
{
    static char body[1200];
    for (size_t i = 0; i + 12 <= sizeof(body); i += 12)
        memcpy(body + i, "南山分局", 12);
    struct letter l = {.accused = {{body, sizeof(body)}}, .accused_n = 1};
    struct accused_list x = {0};
    assert_true(accusation_read(policy(), &l, 0, &x));
    assert_int_equal(x.n, 1);
    memset(body, '1', sizeof(body));
    assert_false(accusation_read(policy(), &l, 0, &x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units),
        cmocka_unit_test(a_name_of_several_units),
        cmocka_unit_test(officers_by_name),
        cmocka_unit_test(officers_by_number),
        cmocka_unit_test(several_texts),
        cmocka_unit_test(every_unit),
        cmocka_unit_test(long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

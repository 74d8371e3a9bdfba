// SPDX-License-Identifier: Apache-2.0
// The arithmetic and the places on a small lexicon of this file's own; the sample lexicon's quality is test_samples'
// and tests/tools/measure_classify's.
#include "core/classify.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct policy *small(void)
{
    static struct policy p;
    static char memory[(size_t)16 << 20];
    if (p.units != NULL)
        return &p;
    struct str files[POLICY_FILES];
    struct arena arena = {memory, sizeof(memory), 0};
    struct err err = {0};
    sample_files(files);
    files[3] =
        STR("axis\tcode\tweight\tterm\nc\t01\t30\t路口\nc\t01\t20\t红绿灯\nc\t02\t25\t户口\nc\t04\t10\t噪音\n"
            "c\t14\t40\t督察\nk\thelp\t30\t帮忙\nk\tpraise\t60\t表扬\nu\t-\t20\t救命\nu\t-\t-20\t演练\np\t-\t10\t民警\n"
            "p\t-\t10\t态度\nv\t-\t30\t测试\no\t-\t1\t派出所\no\t-\t1\t分局\nn\t-\t1\t中山路\n");
    if (policy_parse(files, &arena, &p, &err) != OK)
        fail_msg("%s: %s", err.field, err.text);
    return &p;
}

static struct classification run(struct letter l)
{
    struct classification c;
    classify(small(), &l, &c);
    assert_true(utf8_check(str_of(c.why), NULL));
    return c;
}

static struct classification text(int32_t mailbox, const char *title, const char *body, const char *place)
{
    return run(
        (struct letter){.mailbox = mailbox, .title = str_of(title), .body = str_of(body), .place = str_of(place)});
}

static void category_and_confidence(void **state)
{
    struct classification c = text(440300, NULL, "红绿灯，红绿灯，路口，户口", NULL);
    assert_int_equal(c.category, 1);
    assert_int_equal(c.confidence, 92); // 50 to 25: two and a half nats
    assert_string_equal(c.why, "category 01 by 路口+红绿灯 (50 to 25); place 440300 by the mailbox; sure 92");
    assert_int_equal(text(440300, "户口", "红绿灯", NULL).category, 2); // the title counts double
    assert_int_equal(text(440300, NULL, "噪音", NULL).confidence, 73);
    assert_int_equal(text(440300, NULL, "噪音，测试", NULL).confidence, 43);
    c = text(440300, NULL, "什么都没有", NULL);
    assert_int_equal(c.category, 0);
    assert_int_equal(c.confidence, 0);
    assert_int_equal(c.kind, KIND_OTHER);
}

static void kinds_and_the_claim(void **state)
{
    struct letter l = {.mailbox = 440300, .body = STR("请帮忙")};
    assert_int_equal(run(l).kind, KIND_HELP);
    l.claimed = KIND_CONSULT; // a head start of 40 is more than 30
    assert_int_equal(run(l).kind, KIND_CONSULT);
    l.body = STR("请表扬");
    assert_int_equal(run(l).kind, KIND_PRAISE);
}

static void places(void **state)
{
    static const struct {
        int32_t mailbox;
        const char *body, *place;
        int32_t bureau, found;
        int most; // confidence
    } rows[] = {
        {440300, "路口", NULL, 440300, 0, 95},
        {440000, "路口", NULL, 0, 0, 30},                           // nobody knows where
        {440000, "南山区的路口", NULL, 440300, 440305, 95},         // an unambiguous county
        {440000, "虎门镇的路口", NULL, 441900, 441900121, 95},      // a town
        {440300, "东莞的路口", NULL, 441900, 441900, 50},           // another city than the mailbox's
        {440300, "东莞的路口", "深圳市南山区", 440300, 440305, 95}, // the member counts more
        {440300, "虎门镇的路口", "东莞市", 441900, 441900121, 95},  // the text is narrower
        {440000, "从广州到深圳的路口", NULL, 0, 0, 30},             // two cities, no mailbox to choose
        {440300, "从广州到深圳的路口", NULL, 440300, 440300, 95},   // the mailbox is one of the two
        {440600, "从广州到深圳的路口", NULL, 440600, 0, 50},        // and here it is not
        {440300, "中山路的路口", NULL, 440300, 0, 95},              // not the city of 中山
        {440300, "路口", "中山市", 442000, 442000, 95},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct classification c = text(rows[i].mailbox, NULL, rows[i].body, rows[i].place);
        if (c.bureau != rows[i].bureau || c.place != rows[i].found || c.confidence != rows[i].most)
            fail_msg("%s: %s", rows[i].body, c.why);
    }
}

static void a_name_of_several_places(void **state)
{
    // 站前街道 is in two cities; the letter's mailbox says which.
    struct letter l = {.mailbox = 440000, .body = STR("站前街道的路口")};
    assert_int_equal(run(l).bureau, 0);
    l.mailbox = 440900;
    assert_int_equal(run(l).bureau, 440900);
    assert_int_equal(run(l).place, 440902007);
    // Names of places that lie in one city are not ambiguous.
    assert_int_equal(text(440000, NULL, "拱北的路口", NULL).bureau, 440400);
}

static void emergencies(void **state)
{
    assert_int_equal(text(440300, NULL, "救命", NULL).flags, FLAG_URGENT);
    assert_int_equal(text(440300, NULL, "救命是演练", NULL).flags, 0);
    assert_int_equal(run((struct letter){.mailbox = 440300, .confidential = true}).flags, FLAG_CONFIDENTIAL);
}

static const uint8_t about_police = FLAG_CONDUCT | FLAG_ACCUSED;

static void police_conduct(void **state)
{
    struct classification c = text(440300, NULL, "民警态度", NULL);
    assert_int_equal(c.flags, about_police);
    assert_int_equal(c.accused.n, 1);
    assert_int_equal(c.accused.of[0].unit, 440300);
    assert_int_equal(text(440300, NULL, "民警", NULL).flags, 0);
    assert_int_equal(text(440300, NULL, "督察", NULL).flags, about_police);
    c = text(440300, NULL, "督察表扬", NULL);
    assert_int_equal(c.flags, 0); // thanks are no accusation
    assert_int_equal(c.accused.n, 0);
    // The place of the letter is accused, not its mailbox; where no place is known, the desk has to say whom.
    assert_int_equal(text(440300, NULL, "民警态度", "东莞市").accused.of[0].unit, 441900);
    assert_int_equal(text(440000, NULL, "南山区的民警态度", NULL).accused.of[0].unit, 440300);
    c = text(440000, NULL, "民警态度", NULL);
    assert_int_equal(c.flags, FLAG_CONDUCT);
    assert_int_equal(c.accused.n, 0);
}

static void the_accused(void **state)
{
    struct letter l = {.mailbox = 440300, .body = STR("路口"), .accused = {STR("南山分局")}, .accused_n = 1};
    struct classification c = run(l);
    assert_int_equal(c.flags, about_police);
    assert_int_equal(c.accused.n, 1);
    assert_int_equal(c.accused.of[0].unit, 440305);
    l.accused[1] = STR("宝安分局");
    l.accused_n = 2;
    c = run(l);
    assert_int_equal(c.accused.n, 2);
    assert_true(accused_has(&c.accused, (struct accused){.unit = 440305}));
    assert_true(accused_has(&c.accused, (struct accused){.unit = 440306}));
    l.accused[0] = STR("某麻将馆");
    l.accused_n = 1;
    assert_int_equal(run(l).flags, 0);
    assert_int_equal(run(l).accused.n, 0);
    l.accused[0] = STR("某派出所"); // police, and nobody can tell who: the bureau of the place
    assert_int_equal(run(l).accused.of[0].unit, 440300);
    l.accused[0] = STR("东莞市公安局"); // whoever is named, wherever it was
    c = run(l);
    assert_int_equal(c.bureau, 440300);
    assert_int_equal(c.accused.n, 1);
    assert_int_equal(c.accused.of[0].unit, 441900);
    l.mailbox = 440000;
    l.accused[0] = STR("某派出所");
    assert_int_equal(run(l).flags, FLAG_CONDUCT);
}

// Nothing but lexicon and gazetteer stands in the explanation, whatever the letter says.
static void the_explanation_keeps_the_letter_out(void **state)
{
    struct classification c = text(440300, "王某电话13800000000", "我住路口，名字叫王某", "某某花园1栋");
    assert_null(strstr(c.why, "王"));
    assert_null(strstr(c.why, "138"));
    assert_null(strstr(c.why, "花园"));
}

static void the_longest_letter(void **state)
{
    static char body[LETTER_BODY_MAX * 3];
    for (size_t i = 0; i + 6 <= sizeof(body); i += 6)
        memcpy(body + i, i % 12 == 0 ? "广州" : "深圳", 6);
    struct letter l = {.mailbox = 440000, .body = {body, sizeof(body)}};
    assert_int_equal(run(l).bureau, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(category_and_confidence),
        cmocka_unit_test(kinds_and_the_claim),
        cmocka_unit_test(places),
        cmocka_unit_test(a_name_of_several_places),
        cmocka_unit_test(emergencies),
        cmocka_unit_test(police_conduct),
        cmocka_unit_test(the_accused),
        cmocka_unit_test(the_explanation_keeps_the_letter_out),
        cmocka_unit_test(the_longest_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

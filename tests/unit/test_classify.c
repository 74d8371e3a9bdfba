// SPDX-License-Identifier: Apache-2.0
// What becomes of scores, the lexicon and the places, on a small model and lexicon of this file's own; how good the
// shipped ones are is what letterctl evaluate measures.
#include "core/classify.h"
#include "sample_model.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { AUTHORITIES = 3, LEXICON }; // of policy_file_names

static const struct policy *small(void)
{
    static struct policy p;
    static char memory[POLICY_ARENA];
    if (p.units != NULL)
        return &p;
    struct str files[POLICY_FILES];
    struct arena arena = {memory, sizeof(memory), 0};
    struct err err = {0};
    sample_files(files);
    files[AUTHORITIES] = STR("code\tname\treason\nhotline12345\t12345热线\thotline12345\n"
                             "court\t人民法院\tlitigation\nwater\t水务部门\thotline12345\n");
    files[LEXICON] =
        STR("axis\tcode\tweight\tterm\nc\t04\t60\t广场舞\nk\tpraise\t60\t锦旗\nu\t-\t60\t着火\nu\t-\t-60\t演练\n"
            "p\t-\t60\t乱罚款\nv\t-\t30\t测试\no\t-\t1\t派出所\no\t-\t1\t分局\nn\t-"
            "\t1\t中山路\na\tcourt\t30\t开庭\na\twater\t20\t停水\n");
    if (policy_parse(files, &arena, &p, &err) != OK)
        fail_msg("%s: %s", err.field, err.text);
    return &p;
}

static const struct model *known(void)
{
    static struct model m;
    static const struct sample_weight weights[] = {
        {"路口", SAMPLE_CATEGORY(1), MODEL_ONE},     {"户口", SAMPLE_CATEGORY(2), MODEL_ONE},
        {"督察", SAMPLE_CATEGORY(14), MODEL_ONE},    {"垃圾", SAMPLE_CATEGORY(90), 2 * MODEL_ONE},
        {"垃圾", MODEL_POLICE, -2 * MODEL_ONE},      {"救命", MODEL_URGENT, 2 * MODEL_ONE},
        {"害怕", MODEL_URGENT, MODEL_ONE * 7 / 8},   {"态度", MODEL_CONDUCT, 2 * MODEL_ONE},
        {"冷淡", MODEL_CONDUCT, MODEL_ONE * 7 / 8},  {"请问", SAMPLE_KIND(KIND_CONSULT), MODEL_ONE},
        {"帮忙", SAMPLE_KIND(KIND_HELP), MODEL_ONE}, {"投诉", SAMPLE_KIND(KIND_COMPLAINT), MODEL_ONE},
    };
    struct err err;
    if (m.head == NULL && model_open(sample_model_bytes(weights, sizeof(weights) / sizeof(weights[0])), &m, &err) != OK)
        fail_msg("%s", err.text);
    return &m;
}

static struct classification run_by(const struct model *m, struct letter l)
{
    static struct folded text;
    struct classification c;
    classify(small(), m, &l, &text, &c);
    assert_true(utf8_check(str_of(c.why), NULL));
    assert_true(utf8_check(str_of(c.urgent_why), NULL));
    return c;
}

static struct classification run(struct letter l)
{
    return run_by(known(), l);
}

static struct classification text(int32_t mailbox, const char *title, const char *body, const char *place)
{
    return run(
        (struct letter){.mailbox = mailbox, .title = str_of(title), .body = str_of(body), .place = str_of(place)});
}

static void category_and_confidence(void **state)
{
    struct classification c = text(440300, NULL, "路口", NULL);
    assert_int_equal(c.category, 1);
    assert_int_equal(c.sure_category, 98); // a lead of 1.0 is the curve's seventeenth point
    assert_true(c.police);
    assert_int_equal(c.sure_police, 50 + 3 * 8);  // half the lead over 90, and no other witness
    assert_int_equal(c.confidence, c.sure_place); // the least of what decides where it goes
    assert_string_equal(c.why, "category 01 by 路口, then 02; place 440300 by the mailbox; sure 95");
    c = text(440300, NULL, "路口，户口", NULL); // two that say the opposite: nobody can tell
    assert_int_equal(c.sure_category, 50);
    assert_int_equal(text(440300, "户口", "路口", NULL).category, 2); // the title counts double
    assert_int_equal(text(440300, "户口", "路口", NULL).next, 1);
    c = text(440300, NULL, "什么都没有", NULL);
    assert_int_equal(c.sure_category, 50);
    assert_int_equal(c.confidence, 50);
}

static void police_or_not(void **state)
{
    struct classification c = text(440300, NULL, "垃圾", NULL);
    assert_int_equal(c.category, 90);
    assert_false(c.police);
    assert_int_equal(c.sure_police, 99);
    assert_int_equal(c.confidence, c.sure_conduct); // where it is decides nothing
    // The police's own category, and not the police's business: nobody is sure.
    struct sample_weight of_others[] = {{"路口", SAMPLE_CATEGORY(1), 4000}, {"路口", MODEL_POLICE, -8000}};
    struct str bytes = sample_model_bytes(of_others, 2);
    struct model m;
    struct err err;
    assert_int_equal(model_open(bytes, &m, &err), OK);
    c = run_by(&m, (struct letter){.mailbox = 440300, .body = STR("路口")});
    assert_int_equal(c.category, 1);
    assert_false(c.police);
    assert_int_equal(c.confidence, 50);
    free((void *)(uintptr_t)bytes.p);
    of_others[1].weight = -4000; // the surer witness is believed
    bytes = sample_model_bytes(of_others, 2);
    assert_int_equal(model_open(bytes, &m, &err), OK);
    c = run_by(&m, (struct letter){.mailbox = 440300, .body = STR("路口")});
    assert_true(c.police && c.sure_police < c.sure_category);
    assert_int_equal(c.confidence, c.sure_place);
    free((void *)(uintptr_t)bytes.p);
}

// What the desk adds to the lexicon counts beside what the model has learned: sixty tenths of a nat are 1.5.
static void the_lexicon_adds(void **state)
{
    struct classification c = text(440300, NULL, "路口的广场舞", NULL);
    assert_int_equal(c.category, 4);
    assert_int_equal(c.next, 1);
    assert_int_equal(c.sure_category, 50 + 3 * 7); // a lead of not quite half
    assert_int_equal(text(440300, NULL, "请问锦旗", NULL).kind, KIND_PRAISE);
    assert_true(text(440300, NULL, "着火", NULL).flags & FLAG_URGENT);
    assert_int_equal(text(440300, NULL, "着火，着火，演练", NULL).flags, 0); // a term counts once
    assert_true(text(440300, NULL, "乱罚款", NULL).flags & FLAG_CONDUCT);
    assert_int_equal(text(440300, NULL, "路口，测试", NULL).confidence, 65);
    assert_int_equal(text(440300, "测试", "测试", NULL).confidence, 0);
}

static void kinds_and_the_claim(void **state)
{
    struct letter l = {.mailbox = 440300, .body = STR("请帮忙")};
    struct classification c = run(l);
    assert_int_equal(c.kind, KIND_HELP);
    assert_int_equal(c.sure_kind, 98);
    l.claimed = KIND_CONSULT; // a head start, by settings.tsv
    c = run(l);
    assert_int_equal(c.kind, KIND_HELP);
    assert_int_equal(c.sure_kind, model_percent(known(), CURVE_KIND, MODEL_ONE - small()->claimed * (MODEL_ONE / 40)));
    l.body = STR("你好");
    assert_int_equal(run(l).kind, KIND_CONSULT);
}

// A complaint by its writer's choice is sooner one of police conduct; nothing that he chooses makes it later one.
static void conduct_and_the_claim(void **state)
{
    struct letter l = {.mailbox = 440300, .body = STR("冷淡")};
    int16_t sure = run(l).sure_conduct;
    for (enum kind k = KIND_NONE; k <= KIND_OTHER; k++) {
        l.claimed = k;
        struct classification c = run(l);
        assert_int_equal(c.flags & FLAG_CONDUCT, k == KIND_COMPLAINT ? FLAG_CONDUCT : 0);
        assert_true(k == KIND_COMPLAINT || c.sure_conduct == sure);
    }
    l = (struct letter){.mailbox = 440300, .body = STR("路口"), .claimed = KIND_COMPLAINT};
    assert_int_equal(run(l).flags, 0); // his choice alone is not enough
}

// Where the matter is, is test_locate's; here: who has to know it.
static void places(void **state)
{
    static const struct {
        int32_t mailbox;
        const char *body, *place;
        int32_t bureau, found;
    } rows[] = {
        {440300, "路口", NULL, 440300, 0},
        {440000, "路口", NULL, 0, 0},                      // nobody knows where
        {440000, "南山区的路口", NULL, 440300, 440305},    // an unambiguous county
        {440000, "虎门镇的路口", NULL, 441900, 441900121}, // a town
        {440300, "东莞的路口", "深圳市南山区", 440300, 440305},
        {440300, "中山路的路口", NULL, 440300, 0}, // not the city of 中山
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct classification c = text(rows[i].mailbox, NULL, rows[i].body, rows[i].place);
        if (c.bureau != rows[i].bureau || c.place != rows[i].found)
            fail_msg("%s: %s", rows[i].body, c.why);
        assert_true(c.confidence <= c.sure_place);
    }
    assert_int_equal(text(440000, NULL, "路口", NULL).confidence, 0);
}

static void emergencies(void **state)
{
    struct classification c = text(440300, NULL, "路口，救命", NULL);
    assert_int_equal(c.flags, FLAG_URGENT);
    assert_true(c.watch);
    assert_string_equal(c.urgent_why, "urgent by 救命");
    assert_int_equal(c.confidence, 0); // nothing goes its way before a person looked
    c = text(440300, NULL, "害怕", NULL);
    assert_int_equal(c.flags, 0);
    assert_true(c.watch);
    assert_string_equal(c.urgent_why, "perhaps urgent by 害怕");
    assert_int_equal(c.confidence, 0);
    assert_int_equal(classify_route(small(), &c), ROUTE_DESK);
    c = text(440300, NULL, "路口", NULL);
    assert_false(c.watch);
    assert_string_equal(c.urgent_why, "");
    assert_int_equal(run((struct letter){.mailbox = 440300, .confidential = true}).flags, FLAG_CONFIDENTIAL);
}

static const uint8_t about_police = FLAG_CONDUCT | FLAG_ACCUSED;

static void police_conduct(void **state)
{
    struct classification c = text(440300, NULL, "民警态度", NULL);
    assert_int_equal(c.flags, about_police);
    assert_int_equal(c.accused.n, 1);
    assert_int_equal(text(440300, NULL, "民警", NULL).flags, 0);
    // 督察 alone is a category; with a complaint it accuses.
    assert_int_equal(text(440300, NULL, "督察", NULL).flags, 0);
    assert_true(text(440300, NULL, "督察，投诉", NULL).flags & FLAG_CONDUCT);
    c = text(440000, NULL, "民警态度", NULL); // no place is known: the desk has to say whom
    assert_int_equal(c.flags, FLAG_CONDUCT);
    assert_int_equal(c.accused.n, 0);
    assert_int_equal(classify_route(small(), &c), ROUTE_DESK);
}

static void the_accused(void **state)
{
    struct letter l = {.mailbox = 440300, .body = STR("路口"), .accused = {STR("南山分局")}, .accused_n = 1};
    struct classification c = run(l);
    assert_int_equal(c.flags, about_police);
    assert_true(accused_has(&c.accused, (struct accused){.unit = 440305}));
    l.accused[0] = STR("某麻将馆");
    c = run(l);
    assert_int_equal(c.flags, 0);
    assert_int_equal(c.accused.n, 0);
    l.accused[0] = STR("东莞市公安局"); // whoever is named, wherever it was
    c = run(l);
    assert_int_equal(c.bureau, 440300);
    assert_true(accused_has(&c.accused, (struct accused){.unit = 441900}));
}

// A machine may take what is sure; everything about conduct and emergencies it may not.
static void what_goes_without_the_desk(void **state)
{
    struct policy p = *small();
    struct classification c = text(440300, NULL, "请问户口", NULL);
    p.sure = (int16_t)(c.confidence + 1);
    assert_int_equal(classify_route(&p, &c), ROUTE_DESK);
    p.sure = c.confidence;
    p.steps[STEP_ACCEPT][c.category][c.kind] = MODE_AUTO;
    assert_int_equal(classify_route(&p, &c), ROUTE_ACCEPT);
    p.steps[STEP_ACCEPT][c.category][c.kind] = MODE_HUMAN;
    assert_int_equal(classify_route(&p, &c), ROUTE_DESK);
    p.steps[STEP_ACCEPT][c.category][c.kind] = MODE_AUTO;
    struct classification other = c;
    other.flags = FLAG_URGENT;
    assert_int_equal(classify_route(&p, &other), ROUTE_DESK);
    other.flags = FLAG_CONDUCT;
    assert_int_equal(classify_route(&p, &other), ROUTE_DESK);
    other = c;
    other.bureau = 0;
    assert_int_equal(classify_route(&p, &other), ROUTE_DESK);
}

// Whose it is instead: the one that most is said of, in the title twice; of the police's matters nobody asks.
static void another_authority(void **state)
{
    struct policy p = *small();
    struct classification c = text(440300, NULL, "垃圾", NULL);
    assert_true(str_is(c.authority->code, "hotline12345"));
    c = text(440300, NULL, "垃圾，停水，开庭", NULL);
    assert_true(str_is(c.authority->code, "court"));
    assert_non_null(strstr(c.why, "; for court"));
    c = text(440300, "停水", "垃圾，开庭", NULL);
    assert_true(str_is(c.authority->code, "water"));
    assert_null(text(440300, NULL, "路口，开庭", NULL).authority);
    p.sure = c.confidence;
    p.steps[STEP_REFER][90][c.kind] = MODE_AUTO;
    c.bureau = 0; // nobody of ours needs to be found
    assert_int_equal(classify_route(&p, &c), ROUTE_REFER);
    p.steps[STEP_REFER][90][c.kind] = MODE_HUMAN;
    assert_int_equal(classify_route(&p, &c), ROUTE_DESK);
    p.steps[STEP_REFER][90][c.kind] = MODE_AUTO;
    c.flags = FLAG_CONDUCT;
    assert_int_equal(classify_route(&p, &c), ROUTE_DESK);
}

static void without_a_model(void **state)
{
    struct classification c =
        run_by(NULL, (struct letter){.mailbox = 440300, .body = STR("南山区的路口，测试，着火"), .confidential = true});
    assert_int_equal(c.category, 0);
    assert_int_equal(c.kind, KIND_OTHER);
    assert_int_equal(c.place, 440305);
    assert_int_equal(c.confidence, 0);
    assert_int_equal(c.flags, FLAG_CONFIDENTIAL);
    assert_int_equal(classify_route(small(), &c), ROUTE_DESK);
}

// Nothing but what model and gazetteer know stands in the explanation, whatever the letter says.
static void the_explanation_keeps_the_letter_out(void **state)
{
    struct classification c = text(440300, "王某电话13800000000", "我住路口，名字叫王某，救命", "某某花园1栋");
    assert_null(strstr(c.why, "王"));
    assert_null(strstr(c.why, "138"));
    assert_null(strstr(c.why, "花园"));
    assert_null(strstr(c.urgent_why, "王"));
}

static void the_longest_letter(void **state)
{
    static char body[LETTER_BODY_MAX * 3];
    for (size_t i = 0; i + 6 <= sizeof(body); i += 6)
        memcpy(body + i, i % 12 == 0 ? "广州" : "路口", 6);
    struct letter l = {.mailbox = 440000, .body = {body, sizeof(body)}};
    struct classification c = run(l);
    assert_int_equal(c.category, 1);
    assert_int_equal(c.bureau, 440100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(category_and_confidence),
        cmocka_unit_test(police_or_not),
        cmocka_unit_test(the_lexicon_adds),
        cmocka_unit_test(kinds_and_the_claim),
        cmocka_unit_test(conduct_and_the_claim),
        cmocka_unit_test(places),
        cmocka_unit_test(emergencies),
        cmocka_unit_test(police_conduct),
        cmocka_unit_test(the_accused),
        cmocka_unit_test(what_goes_without_the_desk),
        cmocka_unit_test(another_authority),
        cmocka_unit_test(without_a_model),
        cmocka_unit_test(the_explanation_keeps_the_letter_out),
        cmocka_unit_test(the_longest_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

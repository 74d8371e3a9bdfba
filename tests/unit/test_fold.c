// SPDX-License-Identifier: Apache-2.0
// What folding makes of texts, what it marks, and what holds for any text.
#include "core/fold.h"
#include "policy_expect.h"

static struct folded folded; // big

static const char *shown(const struct policy *p, const char *title, const char *body)
{
    static char text[4 * FOLD_MAX];
    struct text t = TEXT(text);
    text[0] = 0;
    fold_begin(&folded);
    if (title != NULL)
        fold_add(p, str_of(title), &folded);
    fold_add(p, str_of(body), &folded);
    assert_int_equal(fold_to_utf8(folded.c, folded.n, &t), folded.n);
    return text;
}

static void expect_folded(const struct policy *p, const char *from, const char *to)
{
    if (strcmp(shown(p, NULL, from), to) != 0)
        fail_msg("'%s': '%s' was expected, not '%s'", from, to, shown(p, NULL, from));
}

static void characters(void **state)
{
    static const char *const rows[][2] = {
        {"ＡＢＣａｂｃ１２３", "abcabc123"},
        {"派齣所的警員態度惡劣，著急", "派出所的警员态度恶劣,着急"},
        {"户口簿丢了。\n怎么　补办？", "户口簿丢了.怎么补办?"},
        {"公\u200b安\u00a0局\u2060\ufeff门\u00ad口", "公安局门口"},
        {"an  e-bike\tof   mine", "an e-bike of mine"},
        {"坐 k 301 路", "坐k 301路"},
        {"⼈⺠⾦⽅", "人民金方"},
        {"①②③ ⑨ ⑴ ❷ ⓪", "123 9 1 2 0"},
        {"𝟏𝟐𝟑", "123"},
        {"救救救救救我！！！", "救救我!"},
        {"二〇〇〇年，100000人", "二〇〇〇年,100000人"},
        {"好好好好…………「好」", "好好.\"好\""},
        {"很好😀😀很好♥️👨‍👩‍👧", "很好很好"},
        {"有人拿🔪🔪🔪🔪，🆘", "有人拿🔪🔪,🆘"},
        {"\ue001\uf8ff电话", "电话"}, // nobody writes a class character
        {"𠮷先生", "〓先生"},
        {"Z͓̽a͓̽l͓̽g͓̽o", "zalgo"},
        {"", ""},
        {" \n\t ", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_folded(NULL, rows[i][0], rows[i][1]);
    assert_int_equal(fold_character(0xFF18), '8');
    assert_int_equal(fold_character('X'), 'x');
    assert_int_equal(fold_character(0xE001), 0);
    assert_string_equal(shown(NULL, "题目 ", " 正文"), "题目\n正文");
    assert_string_equal(shown(NULL, " ", "正文"), "正文");
    assert_string_equal(shown(NULL, NULL, "正文"), "正文");
    assert_int_equal(folded.at[1], 3);
}

static void separators(void **state)
{
    static const char *const rows[][2] = {
        {"去派*出*所报案", "去派出所报案"},
        {"派-出-所的 治_安_管_理", "派出所的治安管理"},
        {"派 * 出 * 所", "派出所"},
        {"公.安.局", "公安局"},
        {"李*先生", "李*先生"}, // two characters: a masked name
        {"来了。走了。", "来了.走了."},
        {"男、女、老、少", "男、女、老、少"},
        {"红,黄,蓝", "红,黄,蓝"},
        {"派*出-所", "派*出-所"}, // two separators
        {"哈*哈*哈*哈*哈", "哈哈"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_folded(NULL, rows[i][0], rows[i][1]);
}

static void numbers(void **state)
{
    static const char *const rows[][2] = {
        {"我打１１０没人接", "我打110没人接"},
        {"打1100", "打1100"},
        {"请回电13800138000。", "请回电〔电话〕."},
        {"微信wx13800138000", "微信wx〔电话〕"},
        {"电话138 0013 8000，138-0013-8000", "电话〔电话〕,〔电话〕"},
        {"+86 13800138000", "+〔电话〕"},
        {"8613800138000", "〔电话〕"},
        {"138****8000和138××××8000", "〔电话〕和〔电话〕"},
        {"13800138000 13900139000", "〔电话〕 〔电话〕"},
        {"0755-12345678", "0755-12345678"}, // no number begins with 1
        {"0755-82345678、(020)82345678、02082345678", "〔电话〕、(〔电话〕、〔电话〕"},
        {"400-123-4567", "〔电话〕"},
        {"身份证11010519491231002X。", "身份证〔身份证号〕."}, // the example of GB 11643
        {"身份证110105194912310021", "身份证〔卡号〕"},        // a wrong check digit
        {"440524 19800101 0013", "〔身份证号〕"},
        {"440301800101123", "〔身份证号〕"},
        {"440301********123X", "〔身份证号〕"},
        {"4403***********012", "〔身份证号〕"},
        {"卡号6222 0200 1234 5678 901", "卡号〔卡号〕"},
        {"6222****5678", "〔卡号〕"},
        {"写到Abc.d-e_1@Mail.example.com.cn。", "写到〔邮箱〕."},
        {"123456@qq.com", "〔邮箱〕"},
        {"见 https://www.example.com/a?b=1&c=2，还有www.example.cn", "见〔网址〕,还有〔网址〕"},
        {"粤B·12345闯红灯，粤ＢＤ12345也是，京A1234警", "〔车牌〕闯红灯,〔车牌〕也是,〔车牌〕"},
        {"车牌粤S1**45", "车牌〔车牌〕"},
        {"新区B座1234", "新区b座1234"},
        {"粤海街道b12345", "粤海街道b12345"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect_folded(NULL, rows[i][0], rows[i][1]);
}

static bool is_hotline(const char *text, int32_t number)
{
    (void)shown(NULL, NULL, text);
    for (uint32_t i = 0; i < folded.n; i++)
        if (fold_hotline(folded.c[i]) == number)
            return true;
    return false;
}

static void hotlines(void **state)
{
    assert_true(is_hotline("打110报警", 110));
    assert_true(is_hotline("打了110，没人来", 110));
    assert_true(is_hotline("110/119都打了", 119));
    assert_true(is_hotline("拨110号码", 110));
    assert_true(is_hotline("12345", 12345));
    assert_true(is_hotline("电话：110", 110));
    assert_true(is_hotline("96110来电", 96110));
    static const char *const none[] = {
        "1100", "2110",  "110元",   "110米",   "中山路110号", "110.5",      "1,110",
        "g110", "3:110", "110-120", "第110条", "110国道",     "１１０多人",
    };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (is_hotline(none[i], 110))
            fail_msg("%s", none[i]);
    assert_int_equal(fold_hotline('1'), 0);
    assert_int_equal(fold_hotline(FOLD_PHONE), 0);
}

// Kind and text of each mark, as "2:440…|".
static const char *marks(const char *text)
{
    static char found[2000];
    struct text t = TEXT(found);
    (void)shown(NULL, NULL, text);
    found[0] = 0;
    for (uint32_t i = 0; i < folded.marks_n; i++) {
        const struct mark *m = &folded.marks[i];
        assert_true(m->begin < m->end && m->end <= strlen(text) && m->text == 0);
        assert_true(i == 0 || m[-1].end <= m->begin);
        text_i64(&t, m->kind);
        text_put(&t, ":");
        text_str(&t, (struct str){text + m->begin, m->end - m->begin});
        text_put(&t, "|");
    }
    return found;
}

static void what_is_marked(void **state)
{
    static const char *const rows[][2] = {
        {"2026年11月1日18:20被骗３万元，", "5:2026年11月1日|6:18:20|7:３万元|"},
        {"11月1号晚上8点半，2026-11-01 和 2026/11/1", "5:11月1号|6:8点半|5:2026-11-01|5:2026/11/1|"},
        {"2026年起 20261101", "5:2026年|5:20261101|"},
        {"18点20分，下午3点，凌晨2时", "6:18点20分|6:3点|6:2时|"},
        {"提3点意见，3号楼，13月1日，25:00，1:5", ""},
        {"1,200.50元、5千多块、¥300、￥8.5、2百多万元", "7:1,200.50元|7:5千多块|7:¥300|7:￥8.5|7:2百多万元|"},
        {"3万人，5千米", ""},
        {"找 138 0013 8000 ，粤B·12345。", "1:138 0013 8000|4:粤B·12345|"},
        {"ａ@b.cn 6222020012345678", "3:ａ@b.cn|8:6222020012345678|"},
        {"打110", ""},
        {"http://example.com/a。", "9:http://example.com/a|"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(marks(rows[i][0]), rows[i][1]) != 0)
            fail_msg("'%s': '%s' was expected, not '%s'", rows[i][0], rows[i][1], marks(rows[i][0]));
}

static void at_most_so_many_marks(void **state)
{
    char text[17 * 40 + 1];
    for (int i = 0; i < 40; i++)
        memcpy(text + (size_t)i * 17, "13800138000，甲", 18);
    (void)shown(NULL, NULL, text);
    assert_int_equal(folded.marks_n, FOLD_MARKS);
    assert_int_equal(folded.n, 3 * 40);
    // A second text counts on.
    fold_begin(&folded);
    fold_add(NULL, STR("标题"), &folded);
    fold_add(NULL, STR("电话13800138000"), &folded);
    assert_int_equal(folded.marks[0].text, 1);
    assert_int_equal(folded.marks[0].begin, 6);
    assert_int_equal(folded.marks[0].end, 17);
}

static void variants(void **state)
{
    struct policy p;
    struct err err;
    assert_int_equal(parse_with(VARIANTS,
                                STR("wrong\tright\n派处所\t派出所\n派处所长\t派所长\n民J\t民警\njc\t警察\n"
                                    "喺\t在\n警.察\t警察\n點解\t为何\n"),
                                &p, &err),
                     OK);
    expect_folded(&p, "去派處所报案", "去派出所报案");
    expect_folded(&p, "派处所长", "派所长"); // the longest
    expect_folded(&p, "派处 所", "派出所");
    expect_folded(&p, "民Ｊ，民pj", "民警,民pj");
    expect_folded(&p, "JC来了，abcjc，jc1", "警察来了,abcjc,jc1");
    expect_folded(&p, "喺邊度，点解", "在边度,为何");
    expect_folded(&p, "警。察", "警察");
    expect_folded(&p, "派处", "派处");
    assert_int_equal(folded.at[1], 3);
    // A policy that was loaded before there was this file.
    assert_int_equal(parse_with(VARIANTS, STR_NONE, &p, &err), OK);
    expect_folded(&p, "派处所", "派处所");
}

static void the_sample_variants(void **state)
{
    const struct policy *p = sample_policy();
    expect_folded(p, "派处所的民J態度惡列", "派出所的民警态度恶劣");
    expect_folded(p, "户囗迁徒、身分證、居住症", "户口迁移、身份证、居住证");
    expect_folded(p, "佢哋喺邊度打人，點解冇警察嚟", "他们在哪里打人,为何没警察来");
    // None of the rows may break what is spelled as it should be.
    static const char *const right[] = {
        "民警查看录像", "办公按时上班", "宣传消防知识", "居住正常",   "账户照片",   "自己经常去", "充电炸了",
        "不可以经过",   "户口分离",     "验证吗",       "澄清问题",   "农户借款",   "交警查酒驾", "干部们",
        "围绕民生",     "权威协会",     "进行侦查",     "支付警方",   "说明警官证", "家暴警方",   "户口部门",
        "打架照片",     "公安居然",     "拍出所有",     "对比录像",   "口头诉求",   "给予约谈",   "活动结束",
        "殴打驾驶员",   "那边度假",     "快点解决",     "这边个体户", "而家人",     "不按排名",   "就读职校",
        "村民井水",     "阻挠民意",     "微信仿冒",     "表达复议",   "刊登计划",   "钢琴日常",   "公安周边"};
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        expect_folded(p, right[i], right[i]);
}

static void refuses_variants(void **state)
{
    expect_with(VARIANTS, STR("wrong\n"), "variants.tsv:1", "wrong right");
    expect_with(VARIANTS, STR("wrong\tright\n一二三四五六七八九\t一\n"), "variants.tsv:2",
                "misspelling '一二三四五六七八九'");
    expect_with(VARIANTS, STR("wrong\tright\n一二\t一二三\n"), "variants.tsv:2", "meant '一二三'");
    expect_with(VARIANTS, STR("wrong\tright\n一二\t\n"), "variants.tsv:2", "meant ''");
    expect_with(VARIANTS, STR("wrong\tright\n😀\t一\n"), "variants.tsv:2", "misspelling '😀'");
    expect_with(VARIANTS, STR("wrong\tright\n警員\t警员\n"), "variants.tsv:2", "the same once folded");
    expect_with(VARIANTS, STR("wrong\tright\n民Ｊ\t民警\n一\t二\n民j\t民警\n"), "variants.tsv:4", "duplicate");
    expect_with(VARIANTS, STR("wrong\tright\n一二\t三四\n四\t五\n"), "variants.tsv:2", "'三四' holds the misspelling");
}

// Of any text: bounded, in order, and folding again changes nothing.
static uint32_t seed = 20261101;
static uint32_t below(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)(seed >> 8) * n) >> 24);
}

static size_t put(char *p, uint32_t c)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (int i = more; i > 0; i--, c >>= 6)
        p[i] = (char)(0x80 | (c & 0x3F));
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    p[0] = (char)(lead[more] | c);
    return (size_t)more + 1;
}

static uint32_t any_character(uint32_t flavour)
{
    static const uint32_t chosen[] = {'1',    '1',    '0',    '9',    '3',    '8',    '*',     '-',     '.',
                                      ' ',    'x',    'a',    '@',    ':',    '/',    ',',     0x7CA4,  0x65E5,
                                      0x5E74, 0x6708, 0x70B9, 0x5143, 0x4E07, 0x6D3E, 0x51FA,  0x6240,  0xFF11,
                                      0x3002, 0x200B, 0xB7,   0xA5,   0x3000, '\n',   0x1F52A, 0x20000, 0xE001};
    uint32_t c = flavour == 0 || below(4) > 0 ? chosen[below(sizeof(chosen) / sizeof(chosen[0]))]
                 : flavour == 1               ? 0x3000 + below(0x7000)
                                              : 1 + below(0x10FFFF);
    return c >= 0xD800 && c < 0xE000 ? 0x4E00 : c;
}

static bool has_class(const struct folded *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        if (f->c[i] >= 0xE000 && f->c[i] < 0xF900)
            return true;
    return false;
}

static void any_text(void **state)
{
    static char text[400], once[800], twice[800];
    for (int round = 0; round < 60000; round++) {
        size_t n = 0, chars = 0;
        for (uint32_t k = below(60); k > 0; k--)
            n += put(text + n, any_character((uint32_t)round % 3));
        struct str s = {text, n};
        assert_true(utf8_check(s, &chars));
        fold_begin(&folded);
        fold_add(round % 2 == 0 ? NULL : sample_policy(), s, &folded);
        assert_true(folded.n <= chars);
        for (uint32_t i = 1; i < folded.n; i++)
            assert_true(folded.at[i - 1] <= folded.at[i] && folded.at[i] < n);
        for (uint32_t i = 0; i < folded.marks_n; i++)
            assert_true(folded.marks[i].begin < folded.marks[i].end && folded.marks[i].end <= n &&
                        (i == 0 || folded.marks[i - 1].end <= folded.marks[i].begin));
        if (round % 2 != 0 || has_class(&folded))
            continue;
        struct text a = TEXT(once), b = TEXT(twice);
        (void)fold_to_utf8(folded.c, folded.n, &a);
        fold_begin(&folded);
        fold_add(NULL, text_get(&a), &folded);
        (void)fold_to_utf8(folded.c, folded.n, &b);
        if (!str_eq(text_get(&a), text_get(&b)))
            fail_msg("%.*s: '%s' and then '%s'", (int)n, text, once, twice);
    }
}

static void the_longest_text(void **state)
{
    static char text[4 * FOLD_MAX];
    size_t n = 0;
    while (n + 6 <= sizeof(text)) {
        n += put(text + n, 0x4E00 + (uint32_t)(n % 0x5000));
    }
    fold_begin(&folded);
    fold_add(NULL, (struct str){text, n}, &folded); // more than any letter has
    fold_add(NULL, STR("更多"), &folded);
    assert_int_equal(folded.n, FOLD_MAX);
}

static void too_little_room_to_show(void **state)
{
    char small[8];
    struct text t = TEXT(small);
    (void)shown(NULL, NULL, "甲乙丙");
    assert_int_equal(fold_to_utf8(folded.c, folded.n, &t), 2);
    assert_string_equal(small, "甲乙");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters), cmocka_unit_test(separators),          cmocka_unit_test(numbers),
        cmocka_unit_test(hotlines),   cmocka_unit_test(what_is_marked),      cmocka_unit_test(at_most_so_many_marks),
        cmocka_unit_test(variants),   cmocka_unit_test(the_sample_variants), cmocka_unit_test(refuses_variants),
        cmocka_unit_test(any_text),   cmocka_unit_test(the_longest_text),    cmocka_unit_test(too_little_room_to_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Where the matter is, on the sample gazetteer, in letters of this file's own.
#include "core/locate.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct reading {
    const struct policy *p;
    struct areas areas;
};

static void found(void *context, const struct match *match, uint32_t end)
{
    struct reading *r = context;
    locate_found(r->p, &r->areas, match, end);
}

static struct location locate_in(const struct policy *p, const struct letter *letter)
{
    struct reading r = {.p = p};
    struct location out;
    struct folded text;
    fold_begin(&text);
    fold_add(p, letter->title, &text);
    uint32_t title = text.n;
    fold_add(p, letter->body, &text);
    matcher_scan(p->matcher, text.c, text.n, found, &r);
    locate(p, letter, &text, title, &r.areas, &out);
    return out;
}

static struct location at(int32_t mailbox, const char *body)
{
    struct letter l = {.mailbox = mailbox, .body = str_of(body)};
    return locate_in(sample_policy(), &l);
}

struct row {
    int32_t mailbox;
    const char *body;
    int32_t city, county;
};

static void expect_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct location l = at(rows[i].mailbox, rows[i].body);
        char because[200];
        struct text t = TEXT(because);
        locate_because(&l, &t);
        if (l.city != rows[i].city || l.county != rows[i].county)
            fail_msg("%d %s: %d/%d by %s", rows[i].mailbox, rows[i].body, l.city, l.county, because);
    }
}
#define ROWS(rows) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void names_of_all_ranks(void **state)
{
    static const struct row rows[] = {
        {440000, "深圳市南山区粤海街道的路灯坏了", 440300, 440305},
        {440000, "博罗县园洲镇的路灯坏了", 441300, 441322},
        {440000, "我们南雄市的路灯坏了", 440200, 440282},
        {440000, "沙坪水库边的广州市天河区龙洞街道", 440100, 440106},
        {440000, "虎门的路灯坏了", 441900, 0}, // no counties there
        {440000, "小榄的路灯坏了", 442000, 0},
        {440400, "路灯坏了", 440400, 0},
        {440000, "路灯坏了", 0, 0},
        {440000, "大亚湾的路灯坏了", 441300, 441303}, // a development zone
        {440000, "横琴的路灯坏了", 440400, 440402},
        {440000, "大鹏新区的路灯坏了", 440300, 440307},
        {440000, "我住萝岗区", 440100, 440112},         // merged into another
        {440000, "宝安区民治街道的灯", 440300, 440309}, // split off
        {440300, "宝安区石岩街道的灯", 440300, 440306},
    };
    ROWS(rows);
    assert_int_equal(at(440000, "虎门的路灯坏了").place, 441900121);
    assert_int_equal(at(440000, "博罗县园洲镇的路灯坏了").place, 441322119);
    assert_int_equal(at(440000, "深圳市南山区的路灯坏了").place, 440305);
}

// A name of several places: what it stands beside, what else is named, the mailbox; else nobody can say.
static void names_of_several_places(void **state)
{
    static const struct row rows[] = {
        {440000, "韶关始兴太平镇的桥", 440200, 440222},
        {440000, "太平镇的桥，归罗定管", 445300, 445381},
        {441800, "太平镇的桥", 441800, 0}, // two counties of one city
        {440100, "太平镇的桥", 440100, 440117},
        {440000, "太平镇的桥", 0, 0},
        {441300, "龙华镇的桥", 441300, 0},
        {440000, "惠州龙门龙华镇的桥", 441300, 441324},
        {440300, "龙华的桥", 440300, 440309},
        {440000, "博罗石湾镇的桥", 441300, 441322},
    };
    ROWS(rows);
    assert_true(at(440000, "太平镇的桥").ambiguous);
    assert_true(at(441800, "太平镇的桥").ambiguous);
    assert_true(at(441800, "太平镇的桥").sure >= 90); // the city is plain
    assert_true(at(441800, "太平镇的桥").county_sure < 60);
}

static void names_without_their_rank(void **state)
{
    static const struct row rows[] = {
        {441300, "园洲的桥", 441300, 441322},           {440000, "惠州博罗园洲的桥", 441300, 441322},
        {440600, "明城的桥在高明明城", 440600, 440608}, {441600, "和平的桥", 441600, 0}, // an ordinary word
        {441600, "河源和平的桥", 441600, 441624},       {441600, "和平县的桥", 441600, 441624},
        {440600, "他的骗术很高明", 440600, 0},          {445300, "新兴的行业", 445300, 0},
        {445300, "我们新兴太平的桥", 445300, 445321},   {440100, "人民警察为人民", 440100, 0},
        {441600, "阳明派出所", 441600, 441624}, // a word, but a station's name
    };
    ROWS(rows);
}

static void longer_names(void **state)
{
    static const struct row rows[] = {
        {440000, "中山路的灯", 0, 0},           {440100, "中山大道的灯", 440100, 0},
        {440300, "广州大道的灯", 440300, 0},    {440500, "深圳路的灯", 440500, 0},
        {440500, "惠来街的灯", 440500, 0},      {440000, "东莞城区的灯", 441900, 0}, // not 莞城
        {440600, "祖庙路的灯", 440600, 440604},                                      // after a street of this city
    };
    ROWS(rows);
    assert_int_equal(at(440000, "东莞城区的灯").place, 441900);
}

static void elsewhere(void **state)
{
    static const struct row rows[] = {
        {440300, "我是湖南人，在福田区上班", 440300, 440304},
        {440300, "我老家梅州的，现在住在龙岗区", 440300, 440307},
        {440000, "我从深圳搬回来，在惠来县城住", 445200, 445224},
        {440000, "我是陆丰人，在东莞的厂里被扣了工资", 441900, 0},
        {440100, "陕西省西乡县公安局办的证，我住番禺区", 440100, 440113},
        {440400, "我的车牌是粤B，在拱北被贴了单", 440400, 440402},
        {440300, "他去广州了", 440300, 0},
        {440300, "在惠州市惠东县港口镇有人卖私烟", 441300, 441323}, // written to one city about another
    };
    ROWS(rows);
    assert_true(at(440300, "在惠州市惠东县港口镇有人卖私烟").sure < at(441300, "在惠东县港口镇有人卖私烟").sure);
}

static void landmarks_and_villages(void **state)
{
    static const struct row rows[] = {
        {440300, "华强北的店", 440300, 440304},   {440300, "科技园的店", 440300, 440305},
        {440000, "广州南站的店", 440100, 440113}, {440000, "潮汕机场的店", 445200, 445202},
        {440400, "九洲港的店", 440400, 440402},   {440000, "揭阳普宁流沙的店", 445200, 445281},
        {440000, "佛山市民中心的店", 440600, 0}, // known in another city only
        {440300, "市民中心的店", 440300, 440304}, {440400, "翠香派出所的窗口", 440400, 440402},
    };
    ROWS(rows);
    // Two villages of one name in the city; one of them in the county that is named.
    assert_int_equal(at(440300, "深圳的黄贝岭社区").place, 440303002);
}

static void the_title_and_repetition(void **state)
{
    struct letter l = {.mailbox = 440300, .title = STR("宝安区的路"), .body = STR("我朋友说福田区的好")};
    assert_int_equal(locate_in(sample_policy(), &l).county, 440306);
    assert_int_equal(at(440300, "龙岗区的路，龙岗区的灯，龙岗区的水，福田区没有").county, 440307);
    assert_int_equal(at(440300, "福田区或者龙岗区").county, 0);
    assert_true(at(440300, "福田区或者龙岗区").ambiguous);
}

static void the_place_member(void **state)
{
    static const struct {
        int32_t mailbox;
        const char *body, *place;
        int32_t city, county;
        enum locate_source source;
    } rows[] = {
        {440000, "路灯坏了", "佛山市禅城区季华路", 440600, 440604, LOCATE_MEMBER},
        {440300, "东莞虎门的路灯", "深圳市南山区", 440300, 440305, LOCATE_MEMBER},
        {440300, "虎门镇的路灯", "东莞市", 441900, 0, LOCATE_MEMBER},
        {440000, "太平镇的桥", "始兴县", 440200, 440222, LOCATE_MEMBER}, // explains the text
        {440000, "始兴的桥", "太平镇", 440200, 440222, LOCATE_MEMBER},   // is explained by it
        {440300, "南山区的路灯", "某某花园1栋", 440300, 440305, LOCATE_TEXT},
        {440300, "路灯坏了", "某某花园1栋", 440300, 0, LOCATE_MAILBOX},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct letter l = {.mailbox = rows[i].mailbox, .body = str_of(rows[i].body), .place = str_of(rows[i].place)};
        struct location got = locate_in(sample_policy(), &l);
        if (got.city != rows[i].city || got.county != rows[i].county || got.source != rows[i].source)
            fail_msg("%s, %s: %d/%d", rows[i].body, rows[i].place, got.city, got.county);
    }
    struct letter l = {.mailbox = 440300, .body = STR("虎门镇的路灯"), .place = STR("东莞市")};
    assert_int_equal(locate_in(sample_policy(), &l).place, 441900121); // the text is narrower
}

static void in_words(void **state)
{
    char because[200];
    struct text t = TEXT(because);
    struct location l = at(441300, "园洲的桥");
    locate_because(&l, &t);
    assert_string_equal(because, "the text (园洲镇)");
    t = TEXT(because);
    l = at(441300, "桥");
    locate_because(&l, &t);
    assert_string_equal(because, "the mailbox");
}

// However many names: bounded, and the mailbox still counts.
static void the_longest_letter(void **state)
{
    static char body[LETTER_BODY_MAX * 3];
    for (size_t i = 0; i + 6 <= sizeof(body); i += 6)
        memcpy(body + i, i % 12 == 0 ? "广州" : "新村", 6);
    struct letter l = {.mailbox = 440100, .body = {body, sizeof(body)}};
    assert_int_equal(locate_in(sample_policy(), &l).city, 440100);
}

static int roll(int below)
{
    static uint64_t seed = UINT64_C(0x5eed440000);
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 33) % (uint64_t)below);
}

// Any names in any order: what comes out fits together.
static void any_names(void **state)
{
    static const char *const between[] = {"",   "的", "，",     "从", "到", "在",
                                          "人", "路", "派出所", "\n", "村", "不知道是哪里"};
    const struct policy *p = sample_policy();
    for (int round = 0; round < 4000; round++) {
        char body[2000], member[150];
        struct text t = TEXT(body), m = TEXT(member);
        int names = roll(30);
        for (int i = 0; i < names; i++) {
            text_str(&t, p->aliases[1 + roll((int)p->aliases_n - 1)].text);
            text_put(&t, between[roll(sizeof(between) / sizeof(between[0]))]);
            text_str(&t, p->places[roll((int)p->places_n)].name);
        }
        text_str(&m, p->places[roll((int)p->places_n)].name);
        struct letter l = {.mailbox = round % 3 == 0 ? MAILBOX_PROVINCE : policy_bureaus[roll(POLICY_BUREAUS)],
                           .body = text_get(&t),
                           .place = round % 4 == 0 ? text_get(&m) : STR_NONE};
        struct location got = locate_in(p, &l);
        assert_true(got.sure >= 0 && got.sure <= 100 && got.county_sure >= 0 && got.county_sure <= 100);
        assert_true(got.city == 0 ? got.source == LOCATE_NOTHING : policy_is_bureau(p, got.city));
        const struct place *county = policy_place(p, got.county), *place = policy_place(p, got.place);
        assert_true(got.county == 0 || (county != NULL && county->city == got.city && got.county != got.city));
        assert_true(got.place == 0 || (place != NULL && place->city == got.city));
        assert_true(got.county == 0 || got.place == got.county || got.place / 1000 == got.county);
        assert_true(l.mailbox == MAILBOX_PROVINCE || got.city != 0);
    }
}

// What the desk adds counts at once, and what it takes away does not.
static void landmarks_of_the_desk(void **state)
{
    struct str files[POLICY_FILES];
    struct policy p;
    struct err err = {0};
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    assert_non_null(arena.p);
    sample_files(files);
    for (int i = 0; i < POLICY_FILES; i++)
        if (strcmp(policy_file_names[i], "landmarks.tsv") == 0)
            files[i] =
                STR("name\tcode\tkind\n白鹭码头\t440783\tlandmark\n白鹭路\t440783\tlocal\n白鹭路\t440304\tlocal\n"
                    "白鹭开平\t-\tword\n园洲\t-\tword\n");
    assert_int_equal(policy_parse(files, &arena, &p, &err), OK);
    struct letter l = {.mailbox = 440000, .body = STR("白鹭码头的灯")};
    assert_int_equal(locate_in(&p, &l).county, 440783);
    l.body = STR("白鹭路的灯");
    assert_int_equal(locate_in(&p, &l).city, 0);
    l.mailbox = 440300;
    assert_int_equal(locate_in(&p, &l).county, 440304);
    l.body = STR("白鹭开平的灯"); // holds a name, and is none
    assert_int_equal(locate_in(&p, &l).city, 440300);
    l.mailbox = 441300;
    l.body = STR("园洲的灯");
    assert_int_equal(locate_in(&p, &l).county, 441322); // places.tsv names it itself
    free(arena.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_ranks),
        cmocka_unit_test(names_of_several_places),
        cmocka_unit_test(names_without_their_rank),
        cmocka_unit_test(longer_names),
        cmocka_unit_test(elsewhere),
        cmocka_unit_test(landmarks_and_villages),
        cmocka_unit_test(the_title_and_repetition),
        cmocka_unit_test(the_place_member),
        cmocka_unit_test(in_words),
        cmocka_unit_test(the_longest_letter),
        cmocka_unit_test(any_names),
        cmocka_unit_test(landmarks_of_the_desk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

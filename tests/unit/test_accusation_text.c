// SPDX-License-Identifier: Apache-2.0
// Whom title and body accuse, on the shipped units, places and misspellings, with officers of this file's own. The
// reproaches are harmless and of nobody: what counts is who is named, and how.
#include "core/accusation.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char officers[] = "id\tname\tunit\trole\tfrom\tto\n"
                               "12345\t吴二强\t440305007\tofficer\t-\t-\n"
                               "100001\t周一鸣\t440305\thead\t2020-01-01\t-\n"
                               "100002\t周一鸣\t441900\tofficer\t-\t-\n"
                               "100003\t民警\t440300\tofficer\t-\t-\n"
                               "100004\t高峰\t440305\tofficer\t-\t-\n"
                               "2026010\t郑三三\t440500\tofficer\t-\t-\n";

static const struct policy *policy(void)
{
    static struct policy p;
    if (p.units_n == 0)
        sample_parse(officers, &p);
    return &p;
}

static struct accused_list accused_by(int32_t place, const char *title, const char *body, const char *member)
{
    static struct folded text;
    struct letter l = {.title = str_of(title), .body = str_of(body), .accused = {str_of(member)}};
    struct accused_list x = {.n = 7};          // whatever stood there before
    l.received_at = INT64_C(1795392000000000); // 2026-11-23
    l.accused_n = member != NULL;
    fold_begin(&text);
    fold_add(policy(), l.title, &text);
    fold_add(policy(), l.body, &text);
    accusation_find(policy(), &text, 0, place, &l, &x);
    return x;
}

// "440305 440306 o12345"
static int expect(const char *accused, int32_t place, const char *title, const char *body, const char *member)
{
    struct accused_list x = accused_by(place, title, body, member);
    char line[200] = "";
    struct text t = TEXT(line);
    for (int i = 0; i < x.n; i++) {
        text_put(&t, i == 0 ? "" : " ");
        text_put(&t, x.of[i].officer != 0 ? "o" : "");
        text_i64(&t, x.of[i].officer != 0 ? x.of[i].officer : x.of[i].unit);
    }
    if (strcmp(line, accused) == 0)
        return 0;
    print_error("%s|%s: '%s' expected, '%s' found\n", title == NULL ? "" : title, body, accused, line);
    return 1;
}

struct row {
    const char *accused;
    int32_t place;
    const char *title, *body;
};

static void expect_all(const struct row *rows, size_t n)
{
    int wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong += expect(rows[i].accused, rows[i].place, rows[i].title, rows[i].body, NULL);
    assert_int_equal(wrong, 0);
}
#define EXPECT_ALL(rows) expect_all(rows, sizeof(rows) / sizeof((rows)[0]))

static void names_of_units(void **state)
{
    static const struct row rows[] = {
        {"440305007", 440305, "粤海所的态度", "粤海所的值班员喊了三遍才抬头。"},
        {"440305007", 440305, "深圳市公安局南山分局粤海派出所", "办事拖拉，请领导管一管。"},
        {"440305007", 0, NULL, "深圳市公安局南山分局粤海派出所办事拖拉。"},
        {"440305007", 440100, NULL, "我住广州，深圳粤海派出所要我跑三趟。"},
        {"440305001", 440305, NULL, "昨天去南头派出所补身份证，窗口的人一直在聊天。"},
        {"440606004", 440606, "順德分局勒流派出所", "嗰度嘅人話我唔識規矩。"},
        {"441303103", 441303, NULL, "新圩派处所出警不带工具。"},
        {"441202003", 441202, NULL, "城西所说归社区，社区说归城西所。"},
        {"440404103", 440404, NULL, "红旗派出所收了材料没有回音。"},
        {"441882100", 441882, NULL, "连州派出所让我跑了三趟。"},
        {"440305", 440305, NULL, "南山分局的人说话不算数。"},
        {"440511", 441200, NULL, "我住肇庆，汕头金平分局半夜敲错门，没有道歉。"},
        {"440904", 440904, NULL, "电白公安不给受案回执。"},
        {"441481", 441481, NULL, "兴宁市局说在办，一年没有人联系我。"},
        {"441324", 441324, "县局不回复", "我三月写给县局的信，到现在没有回音。"},
        {"440300", 440300, NULL, "深圳市公安局网站的局长信箱半年没有答复。"},
        {"445381", 445381, NULL, "罗定市公安局：本人二月报案，到四月没有答复。"},
        // Squads: the tree has those of traffic police in the counties, all in the cities.
        {"440305903", 440305, NULL, "早上被南山的铁骑拦下，他把我的证扔在地上。"},
        {"440281903", 440281, "乐昌市交警大队坪石中队", "认定书两个月没出。"},
        {"440404903", 440404, NULL, "三灶中队的车停在人行道上。"},
        {"445321903", 445321, NULL, "新兴县公安局交通管理大队的窗口一直没人。"},
        {"441622903", 441622, NULL, "老隆车管窗口中午提前关门。"},
        {"440900903", 440900, NULL, "茂名市公安局交警支队高速公路一大队的人不给票。"},
        {"440800903", 440881, NULL, "湛江高速交警让我们等了两个钟。"},
        {"440500903", 440507, NULL, "汕头交警支队的人执勤玩手机。"},
        {"441900903", 441900, "厚街交警大队", "女交警说话难听。"},
        {"442000903", 442000, NULL, "交警沙溪大队的窗口看不了U盘。"},
        {"440305", 440305, NULL, "南山分局的经侦说在看，半年没有结论。"},
        {"440204", 440204, NULL, "浈江刑侦立案之后没了下文。"},
        {"440100905", 440100, NULL, "市局出入境的4号窗五点前就关了。"},
        {"440900908", 440900, NULL, "茂名经侦支队不收我的材料。"},
        {"441200914", 441200, NULL, "肇庆看守所会见要等半个月。"},
        {"440224", 440224, NULL, "仁化县看守所不让送衣服。"},
        {"445102", 445102, "湘桥公安信访科", "信访科把信原样退回来。"},
        // The towns of a city without counties have branches.
        {"441900121", 441900, NULL, "虎门分局的辅警说话很冲。"},
        {"441900121", 441900, NULL, "虎门分局南栅派出所的民警不给回执。"},
        {"441900112", 441900, NULL, "樟木头分局食药环大队收了我的信没有下文。"},
        {"442000118", 442000, "小榄110来了两个人", "站了半分钟就走。"},
        {"441900", 441900, NULL, "东莞二分局的人说话不算数。"},
        // A station that is no town's: what holds it.
        {"440605", 440605, NULL, "官窑派出所来了看一眼就走。"},
        {"440605", 440605126, NULL, "南海分局官窑派出所来了看一眼就走。"},
        {"440781", 440781, NULL, "邻镇派出所的所长来我家说了半天。"},
        {"440303003 440303", 440303, NULL, "东门派出所和人民桥派出所都说不归自己管。"},
        {"441300", 441302, NULL, "仲恺分局的人收了材料三个月没有答复。"},
        {"440300903", 440306, NULL, "市交警支队的人让我去支队，去了没人。"},
        {"441200914", 441200, NULL, "我市看守所的会见预约约不上。"},
        {"441625", 441625, "县看守所", "县看守所的会见要排一个月。"},
        // Officers by their place.
        {"440402005", 440402, NULL, "拱北的两个辅警翻我手机。"},
        {"440402008", 440402008, NULL, "上周六下午，口岸外面那位民警只顾看手机。"},
        {"445224110", 445224, NULL, "隆江某派出所的辅警在群里说怪话。"},
        {"440781", 440781, NULL, "台山的办案人员三年没给我一个电话。"},
    };
    EXPECT_ALL(rows);
}

static void unnamed_police(void **state)
{
    static const struct row rows[] = {
        {"440305007", 440305007, NULL, "社区民警从来没有来过。"},
        {"440305007", 440305007, NULL, "所里的人上门登记时说话很难听。"},
        {"440305", 440305, NULL, "民警在楼下抽烟不理人。"},
        {"440300", 440300, NULL, "派出所不理人。"},
        {"441324903", 441324101, NULL, "交警在桥下躲着抄牌。"},
        {"440300913", 440305, "接线员", "打110，接线员说我口音重听不懂，挂了。"},
        {"440500911", 440512, NULL, "96110半夜打来，语气很凶。"},
        {"440100914", 440100, NULL, "拘留所的管教不给药。"},
        {"440106", 440106, NULL, "户政大厅的小姐让我照了三次相。"},
        {"440305007", 440305007, NULL, "报了三次，每次都说来过了。"}, // nobody is spoken of
        {"", 0, "局长三年不见我", "我不敢写县名。"},
        {"", 440000, "派出所不理人", "我不敢写县名。"},
    };
    EXPECT_ALL(rows);
}

// Who is named is not always who is complained of.
static void parts_in_it(void **state)
{
    static const struct row rows[] = {
        {"441324903", 441324, "厅长您好", "请督察查一查龙门的交警，收了钱不开单。"},
        {"441324903", 441324, NULL, "县局的督察来过，说没问题。其实交警中队的人还是照样收钱。"},
        {"440306024", 440306, NULL, "请宝安分局查处松岗派出所民警收受烟酒一事。"},
        {"440306", 440306, NULL, "希望市局领导管管宝安分局的出入境大厅，叫号叫到一半就下班。"},
        {"441324101", 441324101, NULL, "我报了警，派出所不管，后来刑警队来了很好，很负责。"},
        {"440606005", 440606, NULL,
         "我去大良派出所报案，值班的说没空。后来我去顺德分局信访，那边的同志很热情，帮我登记了。"},
        {"440311903", 440311, NULL,
         "打110，光明派出所五分钟就到了，处理得很好。今天去光明交警大队拿车，值班的说单子找不到。"},
        {"440306017", 440306, NULL, "感谢西乡派出所。这次新安派出所的民警把我的申请表退了三次。"},
        {"440306017", 440306, NULL,
         "我写过信给省厅，省厅转市局，市局转宝安分局，宝安分局转给了新安派出所，可我投诉的就是新安派出所。"},
        {"440111009", 440111, NULL, "同和派出所上门三次，不出示证件。请市局督察支队核查。"},
        {"440307013", 440307, NULL, "坂田所的人来了不敲门就走，市局回访说已处理，分局回访也说已处理。"},
        {"440606005", 440606, NULL, "大良派出所接了我的报案。他们所长说没空。值班员也说没空。"},
        {"445281109", 445281, NULL, "请占陇派出所解释，为什么叫我等了三个钟。"},
        {"440981", 440981, "高州市局：请回信", "高州市局的人说过完年答复，没有答复。"},
        {"440309003", 440309, NULL, "我曾向龙华分局、市局督察多次反映龙华派出所民警迟到，均无结果。"},
        {"441623110", 441623, "狗被偷派出所开玩笑", "忠信派出所的人说狗自己会回来。"},
        {"440304", 440304, NULL, "我打110，来的是莲花派出所的，很负责。后来福田分局法制科说证据不够，不告诉我。"},
        // Two that pass him on to each other; one that shields the other.
        {"440307013 440307014", 440307, NULL, "坂田派出所说归布吉派出所，布吉派出所说归坂田派出所，推了一夜。"},
        {"440111009 440111", 440111, NULL, "白云分局包庇同和派出所，同和派出所不立案，白云分局却说没有问题。"},
        {"440310903 440310", 440310, NULL, "坪山交警和坪山分局互相推，一个说治安，一个说交通。"},
        // No police at all.
        {"440305007", 440305007, NULL, "消防中队和城管大队都来过，诊所里的人也说不知道。"},
    };
    EXPECT_ALL(rows);
}

static void names_of_several(void **state)
{
    int wrong = 0;
    wrong += expect("440304005", 440304, NULL, "沙头派出所的人说话很冲。", NULL);
    wrong += expect("440113008", 440113, NULL, "沙头派出所的人说话很冲。", NULL);
    wrong += expect("440113008", 0, NULL, "番禺沙头派出所的人说话很冲。", NULL);
    wrong += expect("440113008 440304005", 0, NULL, "沙头派出所的人说话很冲。", NULL);
    assert_int_equal(wrong, 0);
}

static void the_member(void **state)
{
    const char *text = "粤海派出所的值班员喊了三遍才抬头。";
    int wrong = 0;
    wrong += expect("440305903", 440305, NULL, "没有道歉。", "南山交警大队");
    wrong += expect("440305903", 440305, NULL, "没有道歉。", "南山的一名交警");
    wrong += expect("440605903", 440605, NULL, "没有道歉。", "里水中队");
    wrong += expect("440305 440305007", 440305, NULL, "没有道歉。", "南山分局和粤海派出所");
    wrong += expect("440305007", 440305, NULL, text, "粤海派出所");
    wrong += expect("440305", 440305, NULL, text, "南山分局"); // the member decides
    wrong += expect("440305001", 440305, NULL, "南山分局的人让我等。", "南头派出所");
    wrong += expect("440304 440305007", 440305, NULL, text, "福田分局"); // both
    wrong += expect("440305007", 440305, NULL, text, "某民警");
    wrong += expect("440305007", 440305, NULL, text, "某麻将馆");
    wrong += expect("440305903", 440305, NULL, "没有道歉。", "一个交警");
    wrong += expect("440305 o100001", 440305, NULL, "没有道歉。", "南山分局周一鸣");
    assert_int_equal(wrong, 0);
}

static void officers_in_the_text(void **state)
{
    int wrong = 0;
    wrong += expect("440305007 o12345", 440305, NULL, "粤海派出所民警吴二强让我等了两个钟。", NULL);
    wrong += expect("440305007 o12345", 440305, NULL, "粤海派出所的值班员吴二强让我等了两个钟。", NULL);
    wrong += expect("440305007 o12345", 440305, NULL, "粤海派出所的人让我等，警号是12345。", NULL);
    wrong += expect("440500 o2026010", 440500, NULL, "汕头市公安局的人让我等，警号：02026010。", NULL);
    wrong += expect("440305 o100001", 440305, NULL, "南山分局周一鸣局长说没空。", NULL); // not the one of Dongguan
    wrong += expect("440305 o100001", 440305, NULL, "南山分局叫周一鸣的警官说没空。", NULL);
    // Neighbours, ordinary words, numbers of other things.
    wrong += expect("440305007", 440305, NULL, "我叫吴二强，粤海派出所让我等了两个钟。", NULL);
    wrong += expect("440305007", 440305, NULL, "粤海派出所高峰时间让我等了两个钟。", NULL);
    wrong += expect("440305007", 440305, NULL, "粤海派出所民警让我等，编号12345。", NULL);
    assert_int_equal(wrong, 0);
}

static int32_t place_of(const struct policy *p, const struct unit *u)
{
    int32_t code = u->level == UNIT_SQUAD && u->line != LINE_STATION ? u->parent : u->code;
    code = policy_place(p, code) == NULL ? u->parent : code;
    return code > 999999 ? code / 1000 : code;
}

// Every unit, called by its name where it is, is kept out; and a station is accused alone.
static void every_unit(void **state)
{
    const struct policy *p = policy();
    struct date day = date_of(INT64_C(1795392000000000));
    int wrong = 0;
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        char body[200];
        snprintf(body, sizeof(body), "%.*s的值班员让我等了三个钟。", (int)u->name.n, u->name.p);
        struct accused_list x = accused_by(place_of(p, u), NULL, body, NULL);
        bool out = guard_excludes(p, day, &x, u->code) != GUARD_FREE;
        if (!out || (u->line == LINE_STATION && (x.n != 1 || x.of[0].unit != u->code)))
            print_error("%d: %s (%d)\n", u->code, body, ++wrong);
    }
    assert_int_equal(wrong, 0);
}

// As long as a letter may be, and longer than what is looked at: nothing is written beyond, and time stays bounded.
static void long_texts(void **state)
{
    static const char *const pieces[] = {
        "粤海派出所的人让我等。", "派出所", "南山", "警号", "12345", "110", "所", "的", "市局"};
    static char body[3 * LETTER_BODY_MAX + 100];
    for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
        size_t n = strlen(pieces[k]), at = 0, chars = 0;
        for (; at + n < sizeof(body) && chars + n <= LETTER_BODY_MAX; at += n, chars += n)
            memcpy(body + at, pieces[k], n);
        body[at] = 0;
        struct accused_list x = accused_by(440305, body + (at > 30 ? at - n : 0), body, NULL);
        assert_true(x.n >= 0 && x.n <= GUARD_ACCUSED);
        if (k == 0) {
            assert_int_equal(x.n, 1);
            assert_int_equal(x.of[0].unit, 440305007);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_units),   cmocka_unit_test(unnamed_police), cmocka_unit_test(parts_in_it),
        cmocka_unit_test(names_of_several), cmocka_unit_test(the_member),     cmocka_unit_test(officers_in_the_text),
        cmocka_unit_test(every_unit),       cmocka_unit_test(long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

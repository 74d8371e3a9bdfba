// SPDX-License-Identifier: Apache-2.0
#include "letters.h"

static const char *const mailboxes[] = {"440100", "440200", "440300", "440400", "440500", "440600", "440700",
                                        "440800", "440900", "441200", "441300", "441400", "441500", "441600",
                                        "441700", "441800", "441900", "442000", "445100", "445200", "445300"};

static const struct {
    const char *kind;
    int16_t category;
    const char *title, *first;
} matters[] = {
    {"complaint", 1, "路口红绿灯故障",
     "我家门口的路口红绿灯坏了好几天,早晚高峰车辆乱成一团,请交警部门尽快检修信号灯。"},
    {"consult", 2, "咨询入户办理", "我想把户口从外省迁入本市,请问入户需要哪些材料,户籍窗口什么时候办公?"},
    {"consult", 2, "身份证补办", "身份证丢失了,想问补办身份证要带什么,能不能在居住地的户政窗口办理?"},
    {"consult", 3, "港澳通行证续签", "请问港澳通行证续签能否在自助机上办,出入境窗口周末开不开?"},
    {"report", 4, "有人开设赌场", "小区旁边的棋牌室每晚聚众赌博,赌资很大,希望治安部门查处赌博行为。"},
    {"report", 9, "收到诈骗电话", "上月接到冒充客服的电信诈骗电话,我没有上当,特来举报诈骗线索。"},
    {"complaint", 1, "违法停车堵塞通道", "这条街违停严重,小车违法停车把人行道占满,请交警加强执法。"},
    {"suggest", 1, "建议增设监控", "学校门口车流量大,建议交警增设电子警察和斑马线,减少交通事故。"},
};

// Ordinary words that say nothing about the matter, to reach the wanted length.
static const char *const filler[] = {
    "以上情况已经持续了一段时间,周围的住户都知道。", "我们平时早出晚归,遇到的次数不少。",
    "希望有关同志抽空了解一下,给大家一个答复。",     "如果需要进一步说明,可以随时联系。",
    "谢谢各位的辛勤付出,盼望早日得到回音。",         "这件事对日常生活影响比较大。",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void letter_make(const char *run, int64_t i, struct made_letter *out)
{
    uint64_t mix = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
    size_t wanted = 300 + (size_t)((mix >> 33) % 1201);
    size_t matter = (size_t)((mix >> 20) % COUNT(matters));
    struct text ref = TEXT(out->ref), title = TEXT(out->title), body = TEXT(out->body);
    text_put(&ref, run);
    text_put(&ref, "-");
    text_i64(&ref, i);
    text_put(&title, matters[matter].title);
    text_put(&body, matters[matter].first);
    for (size_t k = (size_t)i; body.n < wanted; k++) {
        // Never beyond what is wanted, so that the lengths are even between 300 and 1,500 bytes.
        struct str words = str_of(filler[k % COUNT(filler)]);
        if (body.n + words.n > wanted)
            words = STR(".");
        text_str(&body, words);
    }
    out->category = matters[matter].category;
    out->m = (struct msg_letter_submit){
        .channel = STR("web"),
        .client_ref = text_get(&ref),
        .mailbox = str_of(mailboxes[(size_t)i % COUNT(mailboxes)]),
        .title = text_get(&title),
        .body = text_get(&body),
        .kind = str_of(matters[matter].kind),
        .writer_name = STR("某某"),
        .writer_phone = STR("00000000000"),
    };
}

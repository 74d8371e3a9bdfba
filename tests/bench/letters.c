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
    {"complaint", 1, "路口红绿灯配时不合理",
     "路口的红绿灯绿灯时间太短,早晚高峰车辆排长队,请交警部门调整信号灯的配时。"},
    {"consult", 2, "咨询入户办理", "我想把户口从外省迁入本市,请问入户需要哪些材料,户籍窗口什么时候办公?"},
    {"consult", 2, "身份证补办", "身份证丢失了,想问补办身份证要带什么,能不能在居住地的户政窗口办理?"},
    {"consult", 3, "港澳通行证续签", "请问港澳通行证续签能否在自助机上办,需要带护照和身份证吗?"},
    {"consult", 19, "咨询消防验收", "请问商铺装修后办理消防验收需要哪些资料,消防部门几天内审核?"},
    {"consult", 9, "银行卡涉案冻结咨询", "请问银行卡被外地公安以涉诈为由冻结,本人应当向哪个反诈中心提交材料申请解除?"},
    {"consult", 1, "咨询驾驶证换证", "请问驾驶证到期换证可以在异地的车管所办理吗,需要带体检证明吗?"},
    {"suggest", 1, "建议增设斑马线", "学校门口车流量大,建议交警增设斑马线和红绿灯,减少交通事故。"},
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
    while (body.n < wanted) {
        // The matter again, so that a longer letter is about the same; never beyond what is wanted, so that the lengths
        // are even between 300 and 1,500 bytes.
        struct str words = str_of(matters[matter].first);
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

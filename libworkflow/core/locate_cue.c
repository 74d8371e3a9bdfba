// SPDX-License-Identifier: Apache-2.0
#include "core/locate_impl.h"

#include <uchar.h>

struct cue {
    const char16_t *text;
    uint8_t n;
    int8_t eighths;
};
#define CUE(text, eighths)                                                                                             \
    {                                                                                                                  \
        u"" text, sizeof(u"" text) / sizeof(char16_t) - 1, eighths                                                     \
    }

enum { HERE = 12, WAY = 5, AWAY = 1 };

// Longer ones first, where one ends with another.
static const struct cue before[] = {
    CUE("户口在", 4),    CUE("户籍在", 4),    CUE("户口原在", 4),  CUE("户口属", 4),  CUE("老家在", AWAY),
    CUE("籍贯", AWAY),   CUE("老家是", AWAY), CUE("老家", AWAY),   CUE("原籍", AWAY), CUE("户籍地", 4),
    CUE("的户口", 4),    CUE("户籍", 4),      CUE("买了", 12),     CUE("买房", 12),   CUE("有房", 12),
    CUE("户口", 4),      CUE("来自", AWAY),   CUE("娘家", AWAY),   CUE("从", 2),      CUE("离开", AWAY),
    CUE("不在", AWAY),   CUE("位于", HERE),   CUE("住在", HERE),   CUE("家住", HERE), CUE("地址", HERE),
    CUE("地点", HERE),   CUE("就在", HERE),   CUE("目前在", HERE), CUE("现在", HERE), CUE("我在", HERE),
    CUE("发生在", HERE), CUE("在", 10),       CUE("我们", HERE),   CUE("咱们", HERE), CUE("咱", HERE),
    CUE("我市", HERE),   CUE("我区", HERE),   CUE("我县", HERE),   CUE("我镇", HERE), CUE("本", HERE),
    CUE("迁入", HERE),   CUE("入户", HERE),   CUE("落户", HERE),   CUE("迁到", HERE), CUE("举报", HERE),
    CUE("投诉", HERE),   CUE("反映", HERE),   CUE("前往", WAY),    CUE("开往", WAY),  CUE("去", WAY),
    CUE("往", WAY),      CUE("至", WAY),      CUE("回", WAY),      CUE("到", 7),      CUE("嫁到", WAY),
    CUE("除了", AWAY),   CUE("比如", AWAY),   CUE("例如", AWAY),   CUE("像", AWAY),   CUE("学习", AWAY),
    CUE("连", 4),        CUE("和", 7),        CUE("跟", 7),        CUE("考", 2),      CUE("卖到", AWAY),
    CUE("由", WAY),      CUE("离", 4),
};

static const struct cue after[] = {
    CUE("人民", 8),    CUE("人社", 8),      CUE("人才", 8),    CUE("人口", 8),      CUE("人行", 8),
    CUE("人流", 8),    CUE("人", 2),        CUE("籍", AWAY),   CUE("户籍", 4),      CUE("户口", 4),
    CUE("牌照", AWAY), CUE("车牌", AWAY),   CUE("牌", AWAY),   CUE("来的", AWAY),   CUE("过来", AWAY),
    CUE("回来", AWAY), CUE("老家", AWAY),   CUE("方向", 2),    CUE("号码", AWAY),   CUE("话", AWAY),
    CUE("菜", AWAY),   CUE("口音", AWAY),   CUE("搬", AWAY),   CUE("迁出", 4),      CUE("迁", 3),
    CUE("转", 4),      CUE("的朋友", 2),    CUE("的亲戚", 2),  CUE("打工", 3),      CUE("上班", 5),
    CUE("读书", 4),    CUE("的客户", 2),    CUE("那边的", 4),  CUE("警方", 6),      CUE("派出所", HERE),
    CUE("分局", HERE), CUE("车管所", HERE), CUE("交警", HERE), CUE("看守所", 9),    CUE("等地", AWAY),
    CUE("做生意", 4),  CUE("开厂", 6),      CUE("都能", AWAY), CUE("都可以", AWAY), CUE("都有", AWAY),
    CUE("一样", AWAY), CUE("那样", AWAY),   CUE("去", 4),
};

// Called after a place, or for it: only of the name itself.
static const struct cue called[] = {
    CUE("县", 0),   CUE("省", 0),   CUE("街道", 8), CUE("街头", 8),   CUE("街上", 8), CUE("街边", 8), CUE("路口", 3),
    CUE("路", 0),   CUE("大道", 0), CUE("街", 1),   CUE("巷", 0),     CUE("公路", 1), CUE("高速", 1), CUE("大桥", 3),
    CUE("快线", 0), CUE("银行", 1), CUE("公司", 1), CUE("集团", 1),   CUE("地产", 0), CUE("航空", 0), CUE("卫视", 1),
    CUE("大学", 3), CUE("学院", 4), CUE("中学", 4), CUE("一中", 5),   CUE("小学", 4), CUE("酒店", 2), CUE("大厦", 2),
    CUE("花园", 2), CUE("广场", 3), CUE("小区", 2), CUE("大酒店", 2), CUE("宾馆", 2), CUE("饭店", 1), CUE("牛肉", 0),
    CUE("肠粉", 0), CUE("鸡", 0),   CUE("粥", 0),   CUE("农商行", 3), CUE("农信", 3), CUE("工行", 4), CUE("一带", 8),
    CUE("山", 3),   CUE("湾", 4),   CUE("新村", 3), CUE("苑", 1),     CUE("商会", 1), CUE("同乡", 1),
};

static bool stands_at(const struct folded *text, uint32_t at, const struct cue *cue)
{
    for (uint32_t i = 0; i < cue->n; i++) {
        if (text->c[at + i] != cue->text[i]) {
            return false;
        }
    }
    return true;
}

int32_t cue_before(const struct folded *text, uint32_t begin)
{
    static const struct cue skipped[] = {CUE("广东省", 0), CUE("广东", 0), CUE("我们", 0), CUE("在", 0), CUE("了", 0)};
    for (size_t i = 0; i < 2; i++) { // the province says nothing
        if (begin >= skipped[i].n && stands_at(text, begin - skipped[i].n, &skipped[i])) {
            begin -= skipped[i].n;
        }
    }
    for (size_t i = 0; begin > 0 && i < sizeof(before) / sizeof(before[0]); i++) {
        const struct cue *cue = &before[i];
        if (begin >= cue->n && stands_at(text, begin - cue->n, cue)) {
            return cue->eighths;
        }
    }
    return CUE_NONE;
}

static int32_t find_at(const struct folded *text, uint32_t at, const struct cue *cues, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (at + cues[i].n <= text->n && stands_at(text, at, &cues[i])) {
            return cues[i].eighths;
        }
    }
    return CUE_NONE;
}

int32_t cue_after(const struct folded *text, uint32_t end, int32_t *own)
{
    static const char16_t part[] = u"东西南北中前后一二三四五六七八九十";
    *own = find_at(text, end, called, sizeof(called) / sizeof(called[0]));
    for (size_t i = 0; *own == CUE_NONE && end + 1 < text->n && i < sizeof(part) / sizeof(part[0]) - 1; i++) {
        uint16_t next = text->c[end + 1];
        *own = text->c[end] == part[i] && (next == u'路' || next == u'街' || next == u'巷') ? 0 : CUE_NONE;
    }
    return find_at(text, end, after, sizeof(after) / sizeof(after[0]));
}

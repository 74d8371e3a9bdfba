// SPDX-License-Identifier: Apache-2.0
#include "core/accusation_impl.h"
#include "core/fold_impl.h"

#define PROVINCE_WIDE 4

struct word {
    const char16_t *text;
    enum said said;
    enum line line;
    bool alone; // speaks of police without a place, too
};

// Longer ones first where one begins like another.
static const struct word words[] = {
    {u"派出所", SAID_STATION, LINE_STATION, true},
    {u"警务室", SAID_STATION, LINE_STATION, true},
    {u"警务站", SAID_STATION, LINE_STATION, true},
    {u"户籍室", SAID_STATION, LINE_STATION, true},
    {u"户籍科", SAID_STATION, LINE_STATION, true},
    {u"户籍窗口", SAID_STATION, LINE_STATION, true},
    {u"户籍民警", SAID_STATION, LINE_STATION, true},
    {u"户籍警", SAID_STATION, LINE_STATION, true},
    {u"户籍大厅", SAID_LINE, LINE_HOUSEHOLD, true},
    {u"户政", SAID_LINE, LINE_HOUSEHOLD, true},
    {u"社区民警", SAID_STATION, LINE_STATION, true},
    {u"驻村民警", SAID_STATION, LINE_STATION, true},
    {u"片警", SAID_STATION, LINE_STATION, true},
    {u"治安队", SAID_STATION, LINE_STATION, true},
    {u"治保", SAID_STATION, LINE_STATION, false},
    {u"所里", SAID_STATION, LINE_STATION, true},
    {u"该所", SAID_STATION, LINE_STATION, true},
    {u"贵所", SAID_STATION, LINE_STATION, true},
    {u"所", SAID_STATION, LINE_STATION, false},
    {u"公安分局", SAID_ORGAN, LINE_GENERAL, true},
    {u"公安局", SAID_ORGAN, LINE_GENERAL, true},
    {u"公安厅", SAID_PROVINCE, LINE_GENERAL, true},
    {u"公安机关", SAID_ORGAN, LINE_GENERAL, false},
    {u"公安", SAID_ORGAN, LINE_GENERAL, false},
    {u"警方", SAID_ORGAN, LINE_GENERAL, false},
    {u"特警", SAID_ORGAN, LINE_GENERAL, true},
    {u"巡特警", SAID_ORGAN, LINE_GENERAL, true},
    {u"巡警", SAID_ORGAN, LINE_GENERAL, true},
    {u"分局", SAID_ORGAN, LINE_GENERAL, true},
    {u"信访办", SAID_ORGAN, LINE_GENERAL, false},
    {u"信访室", SAID_ORGAN, LINE_GENERAL, false},
    {u"信访科", SAID_ORGAN, LINE_GENERAL, false},
    {u"县公安局", SAID_COUNTY, LINE_GENERAL, true},
    {u"县局", SAID_COUNTY, LINE_GENERAL, true},
    {u"县公安", SAID_COUNTY, LINE_GENERAL, true},
    {u"区公安分局", SAID_COUNTY, LINE_GENERAL, true},
    {u"区公安局", SAID_COUNTY, LINE_GENERAL, true},
    {u"区分局", SAID_COUNTY, LINE_GENERAL, true},
    {u"区公安", SAID_COUNTY, LINE_GENERAL, true},
    {u"区局", SAID_COUNTY, LINE_GENERAL, false},
    {u"市公安局", SAID_CITY, LINE_GENERAL, true},
    {u"市公安", SAID_CITY, LINE_GENERAL, true},
    {u"市局", SAID_CITY, LINE_GENERAL, true},
    {u"省公安厅", SAID_PROVINCE, LINE_GENERAL, true},
    {u"省厅", SAID_PROVINCE, LINE_NONE, true},
    {u"交通警察", SAID_LINE, LINE_TRAFFIC, true},
    {u"交警", SAID_LINE, LINE_TRAFFIC, true},
    {u"交通管理", SAID_LINE, LINE_TRAFFIC, false},
    {u"交管", SAID_LINE, LINE_TRAFFIC, true},
    {u"铁骑", SAID_LINE, LINE_TRAFFIC, true},
    {u"车管", SAID_LINE, LINE_TRAFFIC, true},
    {u"事故中队", SAID_LINE, LINE_TRAFFIC, true},
    {u"中队", SAID_LINE, LINE_TRAFFIC, false},
    {u"大队", SAID_LINE, LINE_TRAFFIC, false},
    {u"刑侦", SAID_LINE, LINE_CRIMINAL, true},
    {u"刑事侦查", SAID_LINE, LINE_CRIMINAL, true},
    {u"刑警", SAID_LINE, LINE_CRIMINAL, true},
    {u"重案", SAID_LINE, LINE_CRIMINAL, true},
    {u"经侦", SAID_LINE, LINE_ECONOMIC, true},
    {u"经济犯罪侦查", SAID_LINE, LINE_ECONOMIC, true},
    {u"禁毒大队", SAID_LINE, LINE_DRUGS, true},
    {u"禁毒支队", SAID_LINE, LINE_DRUGS, true},
    {u"禁毒总队", SAID_LINE, LINE_DRUGS, true},
    {u"禁毒民警", SAID_LINE, LINE_DRUGS, true},
    {u"缉毒", SAID_LINE, LINE_DRUGS, true},
    {u"网安大队", SAID_LINE, LINE_CYBER, true},
    {u"网安支队", SAID_LINE, LINE_CYBER, true},
    {u"网络安全保卫", SAID_LINE, LINE_CYBER, true},
    {u"网警", SAID_LINE, LINE_CYBER, true},
    {u"反诈中心", SAID_LINE, LINE_FRAUD, true},
    {u"反诈民警", SAID_LINE, LINE_FRAUD, true},
    {u"反诈大队", SAID_LINE, LINE_FRAUD, true},
    {u"反诈专班", SAID_LINE, LINE_FRAUD, true},
    {u"食药环", SAID_LINE, LINE_FOOD_ENVIRONMENT, true},
    {u"食药侦", SAID_LINE, LINE_FOOD_ENVIRONMENT, true},
    {u"食品药品环境犯罪侦查", SAID_LINE, LINE_FOOD_ENVIRONMENT, true},
    {u"环侦", SAID_LINE, LINE_FOOD_ENVIRONMENT, true},
    {u"指挥中心", SAID_LINE, LINE_COMMAND, true},
    {u"接警中心", SAID_LINE, LINE_COMMAND, true},
    {u"接警平台", SAID_LINE, LINE_COMMAND, true},
    {u"接警台", SAID_LINE, LINE_COMMAND, true},
    {u"报警台", SAID_LINE, LINE_COMMAND, true},
    {u"接警员", SAID_LINE, LINE_COMMAND, true},
    {u"接警的", SAID_LINE, LINE_COMMAND, true},
    {u"接线", SAID_LINE, LINE_COMMAND, true},
    {u"话务员", SAID_LINE, LINE_COMMAND, true},
    {u"看守所", SAID_LINE, LINE_DETENTION, true},
    {u"监所管理", SAID_LINE, LINE_DETENTION, true},
    {u"拘留所", SAID_LINE, LINE_DETENTION, true},
    {u"戒毒所", SAID_LINE, LINE_DETENTION, true},
    {u"出入境", SAID_LINE, LINE_EXIT_ENTRY, true},
    {u"政务中心", SAID_LINE, LINE_SERVICE, false},
    {u"政务服务中心", SAID_LINE, LINE_SERVICE, false},
    {u"办证中心", SAID_LINE, LINE_SERVICE, true},
    {u"办证大厅", SAID_LINE, LINE_SERVICE, true},
    {u"治安大队", SAID_LINE, LINE_ORDER, true},
    {u"治安支队", SAID_LINE, LINE_ORDER, true},
    {u"治安管理支队", SAID_LINE, LINE_ORDER, true},
    {u"治安管理总队", SAID_LINE, LINE_ORDER, true},
    {u"治安管理大队", SAID_LINE, LINE_ORDER, true},
    {u"治安股", SAID_LINE, LINE_ORDER, true},
    {u"治安科", SAID_LINE, LINE_ORDER, true},
    {u"法制", SAID_LINE, LINE_LEGAL, true},
    {u"督察", SAID_LINE, LINE_SUPERVISION, true},
    {u"纪检", SAID_LINE, LINE_DISCIPLINE, true},
    {u"纪委", SAID_LINE, LINE_DISCIPLINE, false},
    {u"民警", SAID_PERSON, LINE_NONE, true},
    {u"警察", SAID_PERSON, LINE_NONE, true},
    {u"辅警", SAID_PERSON, LINE_NONE, true},
    {u"协警", SAID_PERSON, LINE_NONE, true},
    {u"警官", SAID_PERSON, LINE_NONE, true},
    {u"警员", SAID_PERSON, LINE_NONE, true},
    {u"女警", SAID_PERSON, LINE_NONE, true},
    {u"协管员", SAID_PERSON, LINE_NONE, true},
    {u"巡防", SAID_PERSON, LINE_NONE, true},
    {u"联防队", SAID_PERSON, LINE_NONE, true},
    {u"阿sir", SAID_PERSON, LINE_NONE, true},
    {u"差佬", SAID_PERSON, LINE_NONE, true},
    {u"差人", SAID_PERSON, LINE_NONE, true},
    {u"办案人员", SAID_PERSON, LINE_NONE, true},
    {u"办案单位", SAID_PERSON, LINE_NONE, true},
    {u"所长", SAID_PERSON, LINE_STATION, true},
    {u"教导员", SAID_PERSON, LINE_STATION, true},
    {u"指导员", SAID_PERSON, LINE_STATION, true},
    {u"局长", SAID_PERSON, LINE_GENERAL, false},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

uint32_t accusation_word(const uint16_t *c, uint32_t i, uint32_t n, const uint16_t *list)
{
    while (*list != 0) {
        uint32_t k = 0;
        while (list[k] != 0 && list[k] != '|' && i + k < n && list[k] == c[i + k]) {
            k++;
        }
        if (list[k] == 0 || list[k] == '|') {
            return k;
        }
        while (list[k] != 0 && list[k] != '|') {
            k++;
        }
        list += k + (list[k] == '|');
    }
    return 0;
}

static bool among(uint16_t c, const char16_t *set)
{
    while (*set != 0 && *set != c) {
        set++;
    }
    return *set != 0;
}

// What stands between a place and those who are there: 龙门的一名交警, 高陂那边的警察, 隆江某派出所.
static uint32_t before_fillers(const struct hearing *h, uint32_t begin)
{
    uint32_t at = begin;
    while (at > 0 && begin - at < 6 && among(h->c[at - 1], u"的那这某一二两三几个名位些边里处当地镇上有叫原")) {
        at--;
    }
    return at;
}

// Does somebody who has a name but is in no gazetteer stand here (官窑派出所), not a word before police (去派出所)?
static bool has_unknown_name(const struct hearing *h, uint32_t begin)
{
    if (begin >= 2 && accusation_word(h->c, begin - 2, h->n, u"邻镇|邻乡|外镇|隔壁") == 2) {
        return true;
    }
    return begin >= 2 && fold_is_cjk(h->c[begin - 1]) && fold_is_cjk(h->c[begin - 2]) &&
           !among(
               h->c[begin - 1],
               u"去到在往由向给打报找问叫被请让是从的了们里个名某本镇县市区村乡该那这边近地辖属回来带进出跟和与同对把"
               u"及或等为有至经称说讲话因但而且就都也又还再使令催查派上下前后各哪几两一当求望托转送接过见着住管告归级主"
               u"诉警公安电么跑去") &&
           !among(h->c[begin - 2], u"我你他咱其");
}

static bool is_above(const struct mention *m)
{
    return m->said == SAID_ORGAN || m->said == SAID_COUNTY || m->said == SAID_CITY || m->said == SAID_PROVINCE;
}

// A station's or an officer's place before the county of the same name (福田派出所); of all others it is the other way
// round.
static void take_places(struct hearing *h, struct mention *m, const struct places_found *f, uint32_t end)
{
    bool towns = false, others = false;
    m->begin = end - f->chars;
    m->named = true;
    for (int i = 0; i < f->n; i++) {
        towns = towns || f->code[i] > 999999;
        others = others || f->code[i] <= 999999;
    }
    for (int i = 0; i < f->n; i++) {
        int32_t area = m->citywide ? accusation_city(f->code[i]) : f->code[i];
        enum said said = m->said == SAID_CITY && area % 100 != 0 ? SAID_COUNTY : m->said; // 信宜市局
        int32_t unit = accusation_unit(h, said, m->line, area);
        bool known =
            unit == 0 || (towns && others && (f->code[i] > 999999) != (said == SAID_STATION || said == SAID_PERSON));
        for (int k = 0; k < m->units_n; k++) {
            known = known || m->unit[k] == unit;
        }
        if (!known) {
            m->unit[m->units_n++] = unit;
        }
    }
}

// Does it go on with the unit before it (南山分局粤海派出所, 粤海派出所的民警)?
static bool continues(const struct hearing *h, const struct mention *m, const struct mention *before)
{
    uint32_t gap = m->begin - before->end;
    if (m->begin < before->end || gap > 7 || before->units_n == 0) {
        return false;
    }
    for (uint32_t i = before->end; i < m->begin; i++) {
        if (!among(h->c[i], u"的那这某一二两三几个名位些边里( 处值班年轻女男老新胖小办案该所下属辖")) {
            return false;
        }
    }
    if (m->named) {
        return is_above(before) || (before->said == SAID_LINE && m->said == SAID_LINE);
    }
    return m->said == SAID_PERSON || gap <= 2;
}

// The narrower one of both stands for the chain. A squad of a town's branch is held by the branch.
static void join_chain(const struct hearing *h, const struct mention *m, struct mention *before)
{
    uint32_t begin = before->begin;
    if (m->named && !(m->unknown && is_above(before))) {
        *before = *m;
        before->begin = begin;
    } else if (is_above(before) && (m->said == SAID_STATION || m->said == SAID_LINE) && before->units_n == 1) {
        bool branch = before->said == SAID_ORGAN && before->unit[0] > 999999;
        before->unit[0] = branch ? before->unit[0] : accusation_unit(h, m->said, m->line, before->unit[0]);
        before->said = m->said;
        before->line = m->line;
        before->named = true;
    }
    before->end = m->end;
}

static void add_mention(struct hearing *h, struct mention *m)
{
    struct mention *before = h->mentions > 0 ? &h->at[h->mentions - 1] : NULL;
    if (!m->named && (m->said == SAID_COUNTY || m->said == SAID_CITY || m->said == SAID_PROVINCE)) {
        m->unit[0] = accusation_unit(h, m->said, m->line, 0);
        m->units_n = m->unit[0] != 0;
    }
    if (before != NULL && continues(h, m, before)) {
        join_chain(h, m, before);
    } else if (h->mentions < MENTIONS) {
        h->at[h->mentions++] = *m;
    }
}

// Numbers and ranks behind a line's word: 交警|直属二大队. Where they end; citywide is set for a 支队.
static uint32_t behind_rank(const struct hearing *h, uint32_t end, struct mention *m)
{
    uint32_t at = end;
    while (at < h->n && at - end < 6 &&
           (among(h->c[at], u"第一二三四五六七八九十直属机动") || fold_is_digit(h->c[at]))) {
        m->citywide = m->citywide || h->c[at] == u'直';
        at++;
    }
    at += accusation_word(h->c, at, h->n, u"管理");
    uint32_t rank = accusation_word(h->c, at, h->n, u"大队|中队|支队|总队|窗口|大厅|队|所|科|股|室|处|部门");
    m->citywide = m->citywide || (rank == 2 && h->c[at] == u'支');
    return rank > 0 ? at + rank : end;
}

static bool is_other(const struct hearing *h, const struct word *w, uint32_t begin, uint32_t end)
{
    if (end - begin == 1) { // 所, a hotline
        return w->said == SAID_STATION && end < h->n && among(h->c[end], u"有以谓需述得属致知见作说在");
    }
    if (w->text[0] == u'所' && begin > 0 && among(h->c[begin - 1], u"厕究诊会场务易寓住处疗托")) {
        return true;
    }
    if (begin > 1 && (w->text[1] == u'队' || w->text[1] == u'骑')) { // 消防中队, 城管大队
        return accusation_word(h->c, begin - 2, h->n, u"消防|城管|执法|救援|综合|生产|稽查|民兵") == 2;
    }
    return begin > 0 && h->c[begin - 1] == u'假';
}

// Of a name that is in no gazetteer, what holds it: a station's branch or county, a branch's city (仲恺分局).
// 市交警支队, 县看守所: of the city or county where it happened. 0: it has no name.
static int32_t unit_without_place(const struct hearing *h, const struct mention *m, uint32_t begin)
{
    uint16_t before = begin > 0 ? h->c[begin - 1] : 0;
    if (m->said == SAID_STATION && h->c[m->end - 1] == u'所' && has_unknown_name(h, begin)) {
        return accusation_unit(h, h->county == 0 ? SAID_ORGAN : SAID_COUNTY, LINE_GENERAL, 0);
    }
    if (m->said == SAID_ORGAN && accusation_word(h->c, m->end - 2, m->end, u"分局") && has_unknown_name(h, begin)) {
        return accusation_unit(h, SAID_CITY, LINE_GENERAL, 0);
    }
    if (m->said == SAID_LINE && (m->citywide || before == u'市') && h->city != 0) {
        return accusation_unit(h, SAID_LINE, m->line, h->city);
    }
    if (m->said == SAID_LINE && (before == u'县' || before == u'区') && h->county != 0) {
        return accusation_unit(h, SAID_LINE, m->line, h->county);
    }
    return 0;
}

static void hear_word(struct hearing *h, const struct word *w, uint32_t begin, uint32_t end)
{
    struct mention m = {.begin = begin, .end = end, .said = w->said, .line = w->line};
    struct mention *before = h->mentions > 0 ? &h->at[h->mentions - 1] : NULL;
    struct places_found f;
    int32_t area = before != NULL && before->units_n == 1 && begin - before->end < 8 ? before->unit[0] : 0;
    m.end = w->said == SAID_LINE ? behind_rank(h, end, &m) : end;
    if (w->said == SAID_LINE && begin >= 2 && accusation_word(h->c, begin - 2, h->n, u"高速") == 2) {
        begin -= 2;
        m.citywide = true;
    }
    bool person = w->said == SAID_PERSON;
    uint32_t at = begin;
    bool found = accusation_place(h, at, area, !person && has_unknown_name(h, begin), &f);
    if (!found && w->alone && (at = before_fillers(h, begin)) < begin) {
        found = accusation_place(h, at, area, false, &f);
    }
    if (found) {
        take_places(h, &m, &f, at);
    } else if (w->alone) {
        m.unit[0] = unit_without_place(h, &m, begin);
        m.units_n = m.named = m.unknown = m.unit[0] != 0;
    }
    bool joined = m.unknown && before != NULL && begin > before->end && begin - before->end <= 6;
    m.begin = found ? m.begin : joined && is_above(before) ? before->end : begin; // 虎门分局南栅
    m.unknown = m.unknown && !(joined && before->said == SAID_STATION); // 东门派出所和人民桥派出所: sure
    if (m.named || w->alone || (before != NULL && continues(h, &m, before))) {
        add_mention(h, &m);
    }
}

// 110 and 96110 stand for those who answer there.
static const struct word *hotline(uint16_t c)
{
    static const struct word command = {u"", SAID_LINE, LINE_COMMAND, true}, fraud = {u"", SAID_LINE, LINE_FRAUD, true};
    int32_t number = c < FOLD_HOTLINE ? 0 : fold_hotline(c);
    return number == 110 ? &command : number == 96110 ? &fraud : NULL;
}

static const struct word *longest_word(const struct hearing *h, uint32_t at, uint32_t *length)
{
    const struct word *found = NULL;
    for (size_t i = 0; i < WORDS; i++) {
        uint32_t n = words[i].text[0] == h->c[at] ? accusation_word(h->c, at, h->n, words[i].text) : 0;
        if (n > *length) {
            *length = n;
            found = &words[i];
        }
    }
    return found;
}

void accusation_hear(struct hearing *h)
{
    uint64_t first[16] = {0}; // most characters begin no word
    for (size_t i = 0; i < WORDS; i++) {
        first[words[i].text[0] >> 6 & 15] |= UINT64_C(1) << (words[i].text[0] & 63);
    }
    h->mentions = 0;
    h->province_wide = PROVINCE_WIDE;
    for (uint32_t i = 0, length; i < h->n && h->mentions<MENTIONS; i += length> 0 ? length : 1) {
        const struct word *w = hotline(h->c[i]);
        length = w != NULL;
        if (w == NULL && first[h->c[i] >> 6 & 15] >> (h->c[i] & 63) & 1) {
            w = longest_word(h, i, &length);
        }
        if (w != NULL && !is_other(h, w, i, i + length)) {
            hear_word(h, w, i, i + length);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "core/accusation_impl.h"

#define LOOK 18 // characters before and behind a mention that say what it did
#define CANDIDATES 24

// What words near a mention say of it.
enum cue { DID, ASKS, ABOUT, ANSWERS, TOLD, PRAISES, COVERS, GREETS, NOT, SPEAKS, ACCUSES, REPORTS, CUES };
static const char16_t *const cue_words[CUES] = {
    // what they did or said: nearly every sentence about a unit that is complained of has one behind it
    [DID] = u"说|讲|话|叫|让|问|答|回|不|没|未|无|拖|推|扣|罚|打|骂|吼|收|拿|拒|赶|笑|要|拦|锁|抓|带|踢|冻|只|从|至今|"
            u"一直|把|将|"
            u"的|嘅|俾|给|办|定|认|转|来|去|过|接|开|在|就|也|又|都|有|里|到|竟|居然|敷衍|态度",
    [ASKS] = u"请|望|恳求|求|建议|麻烦|盼|呼吁|拜托|要求|申请|希|致",
    [ABOUT] = u"查|处理|追究|责令|督促|监督|纠正|整顿|问责|撤销|管管|举报|投诉|反映|关于|对|告|控告|检举|请问",
    [ANSWERS] = u"解释|说明|公布|道歉|退|还|赔|补|答复|给|回复|讲清|纠正",
    [TOLD] = u"反映到|反映给|写信|写给|寄|举报到|举报给|投诉到|投诉给|上报|转给|转到|转回|转|告到|递交|交到|交给",
    [REPORTS] = u"反映|举报|投诉|写信|申诉|递交|提交|求助|控告|检举|上访|信访|申请|复议",
    [ACCUSES] = u"投诉|举报|控告|检举|状告|反映",
    [PRAISES] = u"给力|很好|感谢|谢谢|多谢|辛苦|热情|负责|点赞|表扬|耐心|多亏|好人|认真|及时|好在|幸亏|幸好|还好|帮我|"
                u"客气|细心|"
                u"态度好|解决了|顺利|很快|就到|放心|满意",
    [COVERS] = u"包庇|袒护|纵容|压下|压信|护着|勾结|串通|推诿|互踢|踢皮球|互相推|互推",
    [GREETS] = u"您好|你好|领导|局长|厅长|同志|所长|:|各位|敬启",
    [NOT] = u"不|没|未|无|但|可是|却",
    [SPEAKS] = u"说|讲|话|问|叫|让|回|答|接|转|派|平台|短信|挂|推|不|没|的|怎么|为什么",
};

// A unit that the text names, with all that is said of it.
struct candidate {
    int32_t unit;
    int score;
    bool reproached, covers, praised;
    bool unknown; // perhaps it is not named at all
    enum said said;
    enum line line;
};

struct finding {
    struct hearing h;
    uint64_t begins[CUES][4]; // with what the words of a cue begin, by the last bits of a character
    struct candidate of[CANDIDATES];
    int n;
    int lines[LINE_MAX], persons; // what is said of police that have no name
    uint32_t title_end;
};

static bool is_stop(uint16_t c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == FOLD_BREAK;
}

static bool is_pause(uint16_t c)
{
    return is_stop(c) || c == ',' || c == ':';
}

static bool has(const struct finding *f, uint32_t begin, uint32_t end, enum cue cue)
{
    for (uint32_t i = begin; i < end; i++) {
        if (f->begins[cue][f->h.c[i] >> 6 & 3] >> (f->h.c[i] & 63) & 1 &&
            accusation_word(f->h.c, i, end, cue_words[cue]) > 0) {
            return true;
        }
    }
    return false;
}

static uint32_t clause_begin(const struct hearing *h, uint32_t at)
{
    uint32_t begin = at;
    while (begin > 0 && at - begin < LOOK && !is_pause(h->c[begin - 1])) {
        begin--;
    }
    return begin;
}

static uint32_t clause_end(const struct hearing *h, uint32_t at)
{
    uint32_t end = at;
    while (end < h->n && end - at < LOOK && !is_pause(h->c[end])) {
        end++;
    }
    return end;
}

static bool is_addressed(const struct finding *f, const struct mention *m)
{
    uint32_t end = m->end + 6 < f->h.n ? m->end + 6 : f->h.n;
    return m->begin >= f->title_end && m->begin <= f->title_end + 8 && has(f, m->end, end, GREETS);
}

// Asked for something: 请督察查一查. Not what is asked about it (请查一查督察), nor what it shall make good
// (请看守所公布).
static int weigh_request(const struct finding *f, const struct mention *m, uint32_t begin, uint32_t behind)
{
    if (!has(f, begin, m->begin, ASKS)) {
        return 0;
    }
    if (has(f, begin, m->begin, ABOUT)) {
        return 2;
    }
    return has(f, m->end, behind, ANSWERS) ? -5 : -12;
}

// What is said where a mention stands.
struct opinion {
    int score; // how much it speaks for the unit's being complained of
    bool reproached, covers, praised;
};

// Told it, or it was passed on there: 向县局、市局反映, 转给派出所, 省厅转市局.
static bool is_told(const struct finding *f, const struct mention *m, uint32_t begin, uint32_t end)
{
    const struct hearing *h = &f->h;
    bool passes = m->end < h->n && h->c[m->end] == u'转';
    for (uint32_t i = begin; i < m->begin; i++) {
        if ((h->c[i] == u'向' || h->c[i] == u'给') && (i + 1 == m->begin || has(f, m->end, end, REPORTS))) {
            return true;
        }
    }
    return passes || has(f, begin, m->begin, TOLD);
}

static struct opinion weigh(const struct finding *f, const struct mention *m)
{
    const struct hearing *h = &f->h;
    uint32_t begin = clause_begin(h, m->begin), end = clause_end(h, m->end);
    uint32_t soon = m->end + 3 < end ? m->end + 3 : end;
    bool goes_on = end < h->n && end - m->end < 4 && !is_stop(h->c[end]);
    uint32_t behind = goes_on ? clause_end(h, end + 1) : end;
    int request = weigh_request(f, m, begin, behind);
    bool did = has(f, m->end, behind, DID), told = is_told(f, m, begin, end);
    struct opinion o = {.score = 10 + request + (m->begin < f->title_end ? 6 : 0) + (did ? 4 : 0)};
    o.reproached = did && request >= 0 && !told;
    o.covers = has(f, m->end, end, COVERS);
    uint32_t next = end < h->n && h->c[end] == ',' ? clause_end(h, end + 1) : end;
    o.praised = has(f, begin, next, PRAISES) && !has(f, begin, next, NOT);
    o.score += o.covers ? 6 : 0;
    o.score += told ? -6 : has(f, begin, m->begin, ACCUSES) ? 4 : 0;
    o.score -= (o.praised ? 12 : 0) + (is_addressed(f, m) ? 9 : 0);
    if (m->said == SAID_PROVINCE) {
        o.score -= m->line == LINE_NONE ? 12 : 6;               // 省厅: the addressee, nearly always
    } else if (m->said == SAID_LINE && m->line <= LINE_LEGAL) { // who look into it, mostly
        o.score -= 5;
    } else if (m->line == LINE_COMMAND && m->end - m->begin == 1 && !has(f, m->end, soon, SPEAKS)) {
        o.score -= 8; // 110 was called; what it did is not told
    }
    return o;
}

static void add(struct finding *f, const struct mention *m, int score, struct opinion o)
{
    for (int k = 0; k < m->units_n; k++) {
        struct candidate *c = f->of;
        while (c < f->of + f->n && c->unit != m->unit[k]) {
            c++;
        }
        if (c == f->of + CANDIDATES) {
            return;
        }
        if (c == f->of + f->n) {
            f->of[f->n++] = (struct candidate){.unit = m->unit[k], .said = m->said, .line = m->line, .unknown = true};
        }
        c->score += score;
        c->unknown = c->unknown && m->unknown;
        c->reproached = c->reproached || o.reproached;
        c->covers = c->covers || o.covers;
        c->praised = c->praised || o.praised;
    }
}

// The last one before that is named and of the same line.
static const struct mention *alike(const struct finding *f, int i)
{
    const struct mention *m = &f->h.at[i], *last = NULL;
    while (--i >= 0 && last == NULL) {
        const struct mention *other = &f->h.at[i];
        last = other->named && other->said == m->said && other->line == m->line ? other : NULL;
    }
    return last;
}

// Police without a name are those named last, if these are of their line.
static void gather(struct finding *f)
{
    const struct mention *named = NULL;
    for (int i = 0; i < f->h.mentions; i++) {
        const struct mention *m = &f->h.at[i], *last = m->said == SAID_PERSON ? named : alike(f, i);
        struct opinion o = weigh(f, m);
        if (m->named) {
            add(f, m, o.score, o);
            named = m;
        } else if (m->units_n > 0) { // 市局: where it was told, more often than not
            add(f, m, o.score - 6, o);
        } else if (last != NULL && o.score > 4) {
            add(f, last, 4, o);
        } else if (m->said == SAID_PERSON && m->line != LINE_STATION) {
            f->persons += o.score;
        } else {
            f->lines[m->line] += o.score;
        }
    }
}

static enum line loudest_line(const struct finding *f)
{
    enum line best = LINE_NONE;
    for (enum line line = LINE_SUPERVISION; line < LINE_MAX; line++) {
        best = f->lines[line] > f->lines[best] ? line : best;
    }
    return best;
}

// G1: who is unnamed is the lowest unit of that line where it happened; 110 and 96110 are a city's.
static int32_t unnamed(const struct finding *f)
{
    enum line line = loudest_line(f);
    bool citywide = line == LINE_COMMAND || line == LINE_FRAUD;
    return line == LINE_NONE || line == LINE_STATION
               ? accusation_unit(&f->h, SAID_STATION, LINE_STATION, 0)
               : accusation_unit(&f->h, SAID_LINE, line, citywide ? f->h.city : 0);
}

void accusation_add(const struct hearing *h, struct accused a, struct accused_list *out)
{
    struct accused_list one = {.of = {a}, .n = 1};
    if (a.unit != 0 || a.officer != 0) {
        accused_join(h->p, h->day, out, &one);
    }
}

static bool is_above(const struct finding *f, int32_t a, int32_t b)
{
    return policy_above(f->h.p, a, b, f->h.day);
}

// An organ above the other unit. A station or squad that the tree has not is no such, even where its organ stands for
// it.
static bool commands(const struct finding *f, const struct candidate *c, const struct candidate *other)
{
    bool organ = c->unknown || (c->said != SAID_STATION && c->said != SAID_LINE);
    return organ && is_above(f, c->unit, other->unit);
}

// The one of which most is said; what stands above it is where it was told, unless it covered up.
static const struct candidate *choose(const struct finding *f)
{
    const struct candidate *best = NULL;
    for (int i = 0; i < f->n; i++) {
        const struct candidate *c = &f->of[i];
        int mine = c->score, other = best == NULL ? 0 : best->score;
        if (best != NULL && commands(f, best, c)) {
            mine *= 2;
        } else if (best != NULL && commands(f, c, best)) {
            other *= 2;
        }
        best = c->score > 0 && mine > other ? c : best;
    }
    return best;
}

// False: the text names nobody who could be accused, or says more of police that it does not name.
static bool decide(struct finding *f, struct accused_list *out)
{
    const struct candidate *best = choose(f);
    enum line line = loudest_line(f);
    int others = f->lines[line] > f->persons ? f->lines[line] : f->persons;
    bool narrow = best != NULL && (best->said == SAID_STATION || best->said == SAID_PERSON ||
                                   (best->said == SAID_LINE && best->line > LINE_LEGAL));
    if (best == NULL || (others > best->score && !(narrow && best->score > 4))) {
        return false;
    }
    accusation_add(&f->h, (struct accused){.unit = best->unit}, out);
    for (int i = 0; i < f->n; i++) {
        const struct candidate *c = &f->of[i];
        bool related = commands(f, c, best) || commands(f, best, c);
        if (c != best && !c->praised && (related ? c->covers : c->reproached && c->score * 4 >= best->score * 3)) {
            accusation_add(&f->h, (struct accused){.unit = c->unit}, out);
        }
    }
    return true;
}

static void listen(struct finding *f, const struct folded *text)
{
    f->h.c = text->c;
    f->h.n = text->n;
    f->n = f->persons = 0;
    for (enum line line = LINE_NONE; line < LINE_MAX; line++) {
        f->lines[line] = 0;
    }
    accusation_hear(&f->h);
    gather(f);
}

// Is one of the list below (above) the unit, and none the unit itself? Then the list says it more exactly (roughly).
static bool says_otherwise(const struct finding *f, const struct accused_list *x, int32_t unit, bool below)
{
    bool otherwise = false;
    for (int i = 0; i < x->n; i++) {
        int32_t other = x->of[i].unit;
        otherwise = otherwise || (below ? is_above(f, unit, other) : is_above(f, other, unit));
    }
    return otherwise && !accused_has(x, (struct accused){.unit = unit});
}

// Adds those of `more` that `than` does not say more exactly, nor (both) more roughly.
static void add_all(struct finding *f, const struct accused_list *more, const struct accused_list *than, bool both,
                    struct accused_list *out)
{
    for (int i = 0; i < more->n; i++) {
        int32_t unit = more->of[i].unit;
        if (unit == 0 || !(says_otherwise(f, than, unit, true) || (both && says_otherwise(f, than, unit, false)))) {
            accusation_add(&f->h, more->of[i], out);
        }
    }
}

// One entry of the member: whoever is named there is accused, whatever is said of him. accusation_read takes the bureau
// for a squad that has no name of its own (南山交警大队). Where nobody is named, `rough` gets whom it may mean.
static void read_entry(struct finding *f, struct str entry, wf_time received_at, struct accused_list *out,
                       struct accused_list *rough)
{
    struct letter one = {.received_at = received_at, .accused = {entry}, .accused_n = 1};
    struct accused_list read = {0}, heard = {0};
    struct folded text;
    fold_begin(&text);
    fold_add(f->h.p, entry, &text);
    listen(f, &text);
    for (int i = 0; i < f->n; i++) {
        accusation_add(&f->h, (struct accused){.unit = f->of[i].unit}, &heard);
    }
    bool police = accusation_read(f->h.p, &one, f->h.city, &read) || f->h.mentions > 0;
    if (read.n == 0 && heard.n == 0 && police) {
        accusation_add(&f->h, (struct accused){.unit = unnamed(f)}, rough);
    }
    add_all(f, &read, &heard, false, out);
    add_all(f, &heard, &read, false, out);
}

static void begin(struct finding *f, const struct policy *p, const struct letter *letter, int32_t city, int32_t place)
{
    int32_t county = place > 999999 ? place / 1000 : place;
    f->h.p = p;
    f->h.day = date_of(letter->received_at);
    f->h.town = place > 999999 ? place : 0;
    f->h.county = county % 100 != 0 ? county : 0;
    f->h.city = county != 0 ? accusation_city(county) : city;
    f->h.city = f->h.city == POLICY_PROVINCE ? 0 : f->h.city;
    for (int cue = 0; cue < CUES; cue++) {
        const char16_t *list = cue_words[cue];
        for (size_t i = 0; list[i] != 0; i++) {
            if (i == 0 || list[i - 1] == '|') {
                f->begins[cue][list[i] >> 6 & 3] |= UINT64_C(1) << (list[i] & 63);
            }
        }
    }
}

void accusation_find(const struct policy *p, const struct folded *text, int32_t city, int32_t place,
                     const struct letter *letter, struct accused_list *out)
{
    struct finding f;
    struct accused_list found = {0}, rough = {0};
    memset(f.begins, 0, sizeof(f.begins));
    f.title_end = 0;
    *out = (struct accused_list){0};
    begin(&f, p, letter, city, place);
    for (uint32_t i = 0; i < letter->accused_n; i++) {
        read_entry(&f, letter->accused[i], letter->received_at, out, &rough);
    }
    while (letter->title.n > 0 && f.title_end < text->n && text->c[f.title_end] != FOLD_BREAK) {
        f.title_end++;
    }
    listen(&f, text);
    bool named = decide(&f, &found);
    if (!named && out->n == 0 && rough.n == 0) {
        accusation_add(&f.h, (struct accused){.unit = unnamed(&f)}, &found);
    }
    accusation_officers(&f.h, &found);
    struct accused_list member = *out;
    add_all(&f, &found, &member, true, out);
    if (out->n == 0) {
        *out = rough;
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "core/classify.h"
#include "core/accusation.h"
#include "core/locate.h"
#include "core/matcher.h"

#define CATEGORY_CONDUCT 14   // 督察与队伍建设: letters about police officers (domain §3.7)
#define CATEGORY_ELSEWHERE 90 // another authority's business
#define CATEGORY_NOTHING 99
#define TERM_UNIT (MODEL_ONE / 40) // of a score: a tenth of a nat of a lexicon's term
#define AS_LEARNED 20 // the settings urgent_at and conduct_at that leave the model's thresholds where they are
#define DOUBTFUL 50   // the most that two decisions can be sure of which contradict each other
#define REASONS 2

struct reading {
    const struct policy *p;
    const struct model *m;
    uint64_t seen[POLICY_TERMS / 64]; // a term counts once, however often it stands there
    int32_t score[MODEL_OUTPUTS];
    int32_t vague;
    int32_t authority[POLICY_AUTHORITIES];
    uint32_t title_n;
    const struct folded *text;
    struct areas areas;
    struct model_known known;
};

static int output_of(const struct reading *r, const struct term *t)
{
    switch (t->axis) {
    case 'c':
        for (int k = 0; r->m != NULL && k < MODEL_CATEGORIES; k++) {
            if (r->m->head->category[k] == t->code) {
                return MODEL_CATEGORY + k;
            }
        }
        return -1;
    case 'k':
        return MODEL_KIND + t->code - KIND_CONSULT;
    case 'u':
        return MODEL_URGENT;
    case 'p':
        return MODEL_CONDUCT;
    default:
        return -1;
    }
}

static void found(void *context, const struct match *match, uint32_t end)
{
    struct reading *r = context;
    const struct term *t = match->of == MATCH_TERM ? &r->p->terms[match->index] : NULL;
    if (t == NULL || t->axis == 'n') {
        locate_found(r->p, &r->areas, match, end);
        return;
    }
    uint64_t bit = UINT64_C(1) << (match->index & 63);
    if (r->seen[match->index / 64] & bit) {
        return;
    }
    r->seen[match->index / 64] |= bit;
    int32_t weight = t->weight * (end <= r->title_n ? 2 : 1);
    if (t->axis == 'a') {
        r->authority[t->code] += weight;
        return;
    }
    int output = output_of(r, t);
    r->vague += t->axis == 'v' ? weight : 0;
    if (output >= 0) {
        r->score[output] += weight * TERM_UNIT;
    }
}

struct choice {
    int best, next;
    int32_t lead;
};

static struct choice choose(const int32_t *score, int n)
{
    struct choice c = {0, -1, 0};
    for (int i = 1; i < n; i++) {
        if (score[i] > score[c.best]) {
            c.next = c.best;
            c.best = i;
        } else if (c.next < 0 || score[i] > score[c.next]) {
            c.next = i;
        }
    }
    c.lead = score[c.best] - score[c.next];
    return c;
}

static void put_reasons(const struct reading *r, int output, int other, struct text *why)
{
    struct model_reason reasons[REASONS] = {{0, 0}};
    for (int i = 0; i < REASONS; i++) {
        reasons[i] = model_because(r->m, &r->known, output, other, reasons, i);
        if (reasons[i].n == 0) {
            return;
        }
        text_put(why, i == 0 ? " by " : "+");
        (void)fold_to_utf8(r->text->c + reasons[i].at, reasons[i].n, why);
    }
}

static bool is_elsewhere(const struct classification *c)
{
    return c->category == CATEGORY_ELSEWHERE || c->category == CATEGORY_NOTHING;
}

// Category, kind and flags by the scores. Of the two that say whether it is the police's, the surer one is believed.
static void decide(const struct reading *r, enum kind claimed, struct text *why, struct classification *out)
{
    const struct model_head *h = r->m->head;
    int32_t kind[MODEL_KINDS];
    for (int k = 0; k < MODEL_KINDS; k++) {
        kind[k] = r->score[MODEL_KIND + k] + ((enum kind)(KIND_CONSULT + k) == claimed ? r->p->claimed * TERM_UNIT : 0);
    }
    struct choice category = choose(r->score + MODEL_CATEGORY, MODEL_CATEGORIES), wants = choose(kind, MODEL_KINDS);
    out->category = h->category[category.best];
    out->next = h->category[category.next];
    out->kind = (enum kind)(KIND_CONSULT + wants.best);
    int32_t urgent = r->score[MODEL_URGENT], police = model_police(h, r->score);
    int32_t conduct = model_conduct(h, r->score) + (claimed == KIND_COMPLAINT ? r->p->claimed_conduct * TERM_UNIT : 0);
    int32_t urgent_at = h->urgent_at + (r->p->urgent_at - AS_LEARNED) * TERM_UNIT;
    int32_t conduct_at = h->conduct_at + (r->p->conduct_at - AS_LEARNED) * TERM_UNIT;
    out->watch = urgent >= h->watch_at || urgent >= urgent_at;
    out->flags |= urgent >= urgent_at ? FLAG_URGENT : 0;
    out->flags |= conduct >= conduct_at ? FLAG_CONDUCT : 0;
    out->sure_category = model_percent(r->m, CURVE_CATEGORY, category.lead);
    out->sure_kind = model_percent(r->m, CURVE_KIND, wants.lead);
    out->sure_police = model_flag_percent(r->m, CURVE_POLICE, police, h->police_at);
    out->police = out->sure_category >= out->sure_police ? !is_elsewhere(out) : police >= h->police_at;
    out->sure_conduct = model_flag_percent(r->m, CURVE_CONDUCT, conduct, conduct_at);
    out->sure_urgent = model_flag_percent(r->m, CURVE_URGENT, urgent, urgent_at);
    text_put(why, "category ");
    text_pad(why, out->category, 2);
    put_reasons(r, MODEL_CATEGORY + category.best, MODEL_CATEGORY + category.next, why);
    text_put(why, ", then ");
    text_pad(why, out->next, 2);
    if (out->flags & FLAG_CONDUCT) {
        text_put(why, "; conduct");
        put_reasons(r, MODEL_CONDUCT, -1, why);
    }
    if (out->watch) {
        struct text words = TEXT(out->urgent_why);
        text_put(&words, out->flags & FLAG_URGENT ? "urgent" : "perhaps urgent");
        put_reasons(r, MODEL_URGENT, -1, &words);
        text_put(why, "; ");
        text_put(why, out->urgent_why);
    }
}

// The one that most is said of; the first where nothing is.
static void find_authority(const struct reading *r, struct text *why, struct classification *out)
{
    size_t best = 0;
    for (size_t i = 1; i < r->p->authorities_n; i++) {
        best = r->authority[i] > r->authority[best] ? i : best;
    }
    if (out->category == CATEGORY_ELSEWHERE && r->p->authorities_n > 0) {
        out->authority = &r->p->authorities[best];
        text_put(why, "; for ");
        text_str(why, out->authority->code);
    }
}

static void find_place(struct reading *r, const struct letter *letter, struct text *why, struct classification *out)
{
    struct location location;
    locate(r->p, letter, r->text, r->title_n, &r->areas, &location);
    out->bureau = location.city;
    out->place = location.place;
    out->sure_place = location.sure;
    text_put(why, "; place ");
    text_i64(why, out->place != 0 ? out->place : out->bureau);
    text_put(why, " by ");
    locate_because(&location, why);
}

// G1 of domain §3.11. An accused member that names police makes it a matter of conduct, and so does a category 14 that
// complains.
static void find_accused(const struct reading *r, const struct letter *letter, struct classification *out)
{
    bool complains = out->kind == KIND_COMPLAINT || out->kind == KIND_REPORT;
    bool named = letter->accused_n > 0 && accusation_read(r->p, letter, out->bureau, &out->accused);
    if (named || (out->category == CATEGORY_CONDUCT && complains)) {
        out->flags |= FLAG_CONDUCT;
    }
    if (out->flags & FLAG_CONDUCT) {
        accusation_find(r->p, r->text, out->bureau, out->place, letter, &out->accused);
    }
    out->flags |= out->accused.n > 0 ? FLAG_ACCUSED : 0;
}

static int16_t least(int16_t a, int16_t b)
{
    return a < b ? a : b;
}

// How sure the machine may be of where the letter goes: for another authority's the place decides nothing. And that no
// police conduct is in question: the letter would go to those whom it speaks of.
static int16_t weigh(const struct reading *r, const struct classification *out)
{
    int16_t sure = least(out->sure_category, out->sure_conduct);
    sure = is_elsewhere(out) ? sure : least(sure, out->sure_place);
    if (is_elsewhere(out) == out->police) {
        sure = least(sure, DOUBTFUL);
    }
    if (out->watch || r->vague >= sure) {
        return 0;
    }
    return (int16_t)(sure - r->vague);
}

void classify(const struct policy *p, const struct model *m, const struct letter *letter, struct folded *text,
              struct classification *out)
{
    struct reading r;
    r.p = p;
    r.m = m;
    r.text = text;
    r.areas.n = 0;
    r.vague = 0;
    for (size_t i = 0; i < POLICY_TERMS / 64; i++) {
        r.seen[i] = 0;
    }
    for (int o = 0; o < MODEL_OUTPUTS; o++) {
        r.score[o] = 0;
    }
    for (size_t i = 0; i < POLICY_AUTHORITIES; i++) {
        r.authority[i] = 0;
    }
    *out = (struct classification){.flags = letter->confidential ? FLAG_CONFIDENTIAL : 0, .kind = KIND_OTHER};
    struct text why = TEXT(out->why);
    fold_begin(text);
    fold_add(p, letter->title, text);
    r.title_n = text->n;
    fold_add(p, letter->body, text);
    if (m != NULL) {
        model_score(m, text, r.title_n, r.score, &r.known);
    }
    matcher_scan(p->matcher, text->c, text->n, found, &r);
    if (m != NULL) {
        decide(&r, letter->claimed, &why, out);
        find_authority(&r, &why, out);
    }
    find_place(&r, letter, &why, out);
    find_accused(&r, letter, out);
    out->confidence = m == NULL ? 0 : weigh(&r, out);
    text_put(&why, "; sure ");
    text_i64(&why, out->confidence);
}

enum route_by classify_route(const struct policy *p, const struct classification *c)
{
    bool held = c->confidence < p->sure || c->accused.n > 0 || (c->flags & (FLAG_CONDUCT | FLAG_URGENT));
    if (held || c->category == 0) {
        return ROUTE_DESK;
    }
    if (c->authority != NULL && policy_step(p, STEP_REFER, c->category, c->kind) == MODE_AUTO) {
        return ROUTE_REFER;
    }
    return c->bureau != 0 && policy_step(p, STEP_ACCEPT, c->category, c->kind) == MODE_AUTO ? ROUTE_ACCEPT : ROUTE_DESK;
}

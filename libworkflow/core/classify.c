// SPDX-License-Identifier: Apache-2.0
#include "core/classify.h"
#include "core/accusation.h"
#include "core/fold.h"
#include "core/locate.h"
#include "core/matcher.h"

#define CONDUCT_CATEGORY 14 // 督察与队伍建设: letters about police officers (domain §3.7)
#define USED 128            // terms that the explanation chooses from

struct reading {
    const struct policy *p;
    uint64_t seen[POLICY_TERMS / 64]; // a term counts once, however often it stands there
    int32_t category[100], kind[KIND_OTHER + 1];
    int32_t urgent, conduct, vague;
    int factor;    // a hit in the title counts double
    uint32_t base; // where the text begins among all texts of the letter, in characters
    uint16_t used[USED];
    size_t used_n;
    struct areas areas;
};

static void found_term(void *context, const struct match *match, uint32_t end)
{
    struct reading *r = context;
    if (match->of != MATCH_TERM) {
        locate_found(r->p, &r->areas, match, r->base, end);
        return;
    }
    const struct term *t = &r->p->terms[match->index];
    uint64_t bit = UINT64_C(1) << (match->index & 63);
    if (r->seen[match->index / 64] & bit && t->axis != 'n') {
        return;
    }
    r->seen[match->index / 64] |= bit;
    int32_t weight = t->weight * r->factor;
    switch (t->axis) {
    case 'c':
        r->category[t->code] += weight;
        if (r->used_n < USED) {
            r->used[r->used_n++] = (uint16_t)match->index;
        }
        break;
    case 'k':
        r->kind[t->code] += weight;
        break;
    case 'u':
        r->urgent += weight;
        break;
    case 'p':
        r->conduct += weight;
        break;
    case 'v':
        r->vague += weight;
        break;
    case 'n':
        locate_found(r->p, &r->areas, match, r->base, end);
        break;
    }
}

// Which bureau, and how sure a decision can be that depends on it.
static int16_t find_place(struct reading *r, const struct letter *letter, struct text *why, struct classification *out)
{
    struct location location;
    locate(r->p, letter, &r->areas, &location);
    out->bureau = location.city;
    out->place = location.place;
    text_put(why, "; place ");
    text_i64(why, out->place != 0 ? out->place : out->bureau);
    text_put(why, " by ");
    text_put(why, location.source);
    return location.most;
}

// Margin between the best and the second category, in steps of half a nat, as a chance in percent (logistic).
static int16_t chance(int32_t margin)
{
    static const int16_t percent[] = {50, 62, 73, 82, 88, 92, 95, 97, 98, 99};
    int32_t i = margin / 5;
    return percent[i < 9 ? i : 9];
}

// Names the two terms that spoke loudest for the category.
static void explain(const struct reading *r, int16_t category, struct text *why)
{
    const struct term *loudest[2] = {NULL, NULL};
    for (size_t i = 0; i < r->used_n; i++) {
        const struct term *t = &r->p->terms[r->used[i]];
        if (t->code != category || t->weight <= 0) {
            continue;
        }
        if (loudest[0] == NULL || t->weight > loudest[0]->weight) {
            loudest[1] = loudest[0];
            loudest[0] = t;
        } else if (loudest[1] == NULL || t->weight > loudest[1]->weight) {
            loudest[1] = t;
        }
    }
    text_put(why, "category ");
    text_pad(why, category, 2);
    for (int i = 0; i < 2 && loudest[i] != NULL; i++) {
        text_put(why, i == 0 ? " by " : "+");
        text_str(why, loudest[i]->term);
    }
}

static int16_t find_category(const struct reading *r, struct text *why, struct classification *out)
{
    int32_t best = 0, second = 0;
    for (int16_t c = 1; c < 100; c++) {
        if (r->category[c] > best) {
            second = best;
            best = r->category[c];
            out->category = c;
        } else if (r->category[c] > second) {
            second = r->category[c];
        }
    }
    explain(r, out->category, why);
    text_put(why, " (");
    text_i64(why, best);
    text_put(why, " to ");
    text_i64(why, second);
    text_put(why, ")");
    int32_t sure = out->category == 0 ? 0 : chance(best - second) - r->vague;
    return (int16_t)(sure < 0 ? 0 : sure > 100 ? 100 : sure);
}

static enum kind find_kind(const struct reading *r, enum kind claimed)
{
    enum kind kind = KIND_OTHER;
    int32_t best = 0;
    for (enum kind k = KIND_CONSULT; k <= KIND_OTHER; k++) {
        int32_t sum = r->kind[k] + (k == claimed ? r->p->claimed : 0);
        if (sum > best) {
            best = sum;
            kind = k;
        }
    }
    return kind;
}

// G1 of domain §3.11: whom the accused member names; or where conduct is in question and it names nobody, the bureau of
// the place. Where no place is known either, nobody is: the desk has to say.
static void find_accused(const struct reading *r, const struct letter *letter, struct classification *out)
{
    bool police = letter->accused_n > 0 && accusation_read(r->p, letter, out->bureau, &out->accused);
    bool about_police = out->category == CONDUCT_CATEGORY && out->kind != KIND_PRAISE;
    if (police || about_police || r->conduct >= r->p->conduct_at) {
        out->flags |= FLAG_CONDUCT;
        if (out->accused.n == 0 && out->bureau != 0) {
            out->accused = (struct accused_list){.of = {{.unit = out->bureau}}, .n = 1};
        }
    }
    out->flags |= out->accused.n > 0 ? FLAG_ACCUSED : 0;
}

void classify(const struct policy *p, const struct letter *letter, struct classification *out)
{
    struct reading r = {.p = p, .factor = 2};
    *out = (struct classification){0};
    struct text why = TEXT(out->why);
    struct folded text;
    fold_begin(&text);
    fold_add(p, letter->title, &text);
    matcher_scan(p->matcher, text.c, text.n, found_term, &r);
    r.factor = 1;
    r.base = text.n;
    fold_add(p, letter->body, &text);
    matcher_scan(p->matcher, text.c + r.base, text.n - r.base, found_term, &r);
    int16_t sure = find_category(&r, &why, out);
    int16_t most = find_place(&r, letter, &why, out);
    out->confidence = sure < most ? sure : most;
    out->kind = find_kind(&r, letter->claimed);
    out->flags =
        (uint8_t)((letter->confidential ? FLAG_CONFIDENTIAL : 0) | (r.urgent >= p->urgent_at ? FLAG_URGENT : 0));
    find_accused(&r, letter, out);
    text_put(&why, "; sure ");
    text_i64(&why, out->confidence);
}

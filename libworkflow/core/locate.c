// SPDX-License-Identifier: Apache-2.0
#include "core/locate_impl.h"

#define BOX 96    // the mailbox's city, where it is named too
#define ABROAD 64 // another city, where the mailbox's is not named

void locate_found(const struct policy *p, struct areas *areas, const struct match *match, uint32_t end)
{
    uint32_t begin = end - match->chars;
    if (match->of == MATCH_TERM && p->terms[match->index].axis != 'n') {
        return;
    }
    if (match->of == MATCH_ALIAS) {
        const struct alias *a = &p->aliases[match->index];
        bool beside = areas->n > 0 && areas->at[areas->n - 1].end + 1 >= begin;
        if (a->word && a->kind != ALIAS_WORD && !beside && areas->n >= LOCATE_WORDS) {
            return; // an ordinary word
        }
    }
    if (areas->n < LOCATE_AREAS) {
        areas->at[areas->n++] = (struct area){begin, end, match->index, match->of};
    }
}

// The best and the second of what `key` gives (0: not counted).
struct ranking {
    int32_t best, second; // scores
    int32_t code;
};
static struct ranking rank(const struct finding *f, int32_t (*key)(const struct place *), int32_t city,
                           int32_t bonus_of, int32_t bonus)
{
    struct ranking r = {0};
    for (uint32_t i = 0; i < f->sums_n; i++) {
        int32_t code = key(f->sums[i].place), score = 0;
        bool seen = code == 0 || (city != 0 && f->sums[i].place->city != city);
        for (uint32_t j = 0; j < f->sums_n && !seen; j++) {
            bool same = key(f->sums[j].place) == code;
            seen = same && j < i;
            score += same ? f->sums[j].score : 0;
        }
        if (seen) {
            continue;
        }
        score += code == bonus_of && score > 0 ? bonus : 0;
        if (score > r.best) {
            r.second = r.best;
            r.best = score;
            r.code = code;
        } else if (score > r.second) {
            r.second = score;
        }
    }
    return r;
}

static int32_t city_key(const struct place *place)
{
    return place->city;
}

static int32_t town_key(const struct place *place)
{
    return place->code > 999999 ? place->code : 0;
}

// The narrowest place in the city that the text speaks of.
static struct ranking narrow(const struct finding *f, struct location *out)
{
    struct ranking county = rank(f, county_of, out->city, 0, 0), town = rank(f, town_key, out->city, 0, 0);
    int32_t best = 0;
    if (county.second * 16 > county.best * 15) {
        county.code = 0; // several, and nothing says which
        out->ambiguous = true;
    }
    out->county = county.code;
    out->place = county.code != 0 ? county.code : out->city;
    if (town.code != 0 && (county.code == 0 || town.code / 1000 == county.code)) {
        out->place = town.code;
    }
    for (uint32_t i = 0; i < f->sums_n; i++) {
        const struct sum *s = &f->sums[i];
        if (s->place->city == out->city && s->score > best &&
            (county.code == 0 || county_of(s->place) == county.code)) {
            best = s->score;
            out->name = s->name;
        }
    }
    return county;
}

// How often a city is right that was found so: counted on labelled letters (docs/policy.md).
static int16_t city_sure(const struct ranking *r, const struct location *l, int32_t box)
{
    int32_t lead = r->best - r->second;
    if (l->source == LOCATE_NOTHING) {
        return 0;
    }
    if (l->source == LOCATE_MAILBOX) {
        return r->best > 0 ? 60 : 95; // another city is named, but in passing
    }
    if (box != 0 && l->city == box) {
        return r->second <= 0 ? 99 : lead >= 40 ? 97 : 92;
    }
    if (box != 0) { // written to one city about another
        return r->second <= 0 && lead >= 120 ? 93 : 75;
    }
    return r->second <= 0 ? 97 : lead >= 40 ? 93 : 75;
}

static int16_t county_sure(const struct ranking *r, const struct location *l)
{
    int32_t lead = r->best - r->second;
    int16_t most = l->sure;
    int16_t sure = 95;
    if (l->county == 0) {
        sure = l->ambiguous || r->best > 0 ? 55 : l->source == LOCATE_MAILBOX ? 92 : 96;
    } else if (r->second > 0) {
        sure = lead >= 60 ? 95 : lead >= 40 ? 75 : 50;
    } else {
        sure = lead >= 40 ? 97 : lead >= 20 ? 92 : 80;
    }
    return sure < most ? sure : most;
}

// One text: the letter, or its place member. `hint`: what is known of the place already.
static void read_one(const struct policy *p, const struct folded *text, uint32_t title, const struct areas *areas,
                     int32_t box, const struct place *hint, struct location *out)
{
    struct finding f; // not zeroed: big, and filled as far as it is counted
    f.p = p;
    f.text = text;
    f.areas = areas;
    f.title = title;
    f.box = box;
    f.hint = hint;
    *out = (struct location){0};
    locate_names(&f);
    struct ranking city = rank(&f, city_key, 0, box, BOX), county = {0};
    if (box != 0 && city.code != box && city.best < ABROAD) {
        city.code = 0;
    }
    out->city = city.code != 0 ? city.code : box;
    out->source = city.code != 0 ? LOCATE_TEXT : box != 0 ? LOCATE_MAILBOX : LOCATE_NOTHING;
    if (city.code != 0) {
        county = narrow(&f, out);
    }
    out->ambiguous = out->ambiguous || (f.unsolved && out->county == 0);
    out->sure = city_sure(&city, out, box);
    out->county_sure = county_sure(&county, out);
}

struct member {
    const struct policy *p;
    struct areas areas;
};
static void found_in_member(void *context, const struct match *match, uint32_t end)
{
    struct member *m = context;
    locate_found(m->p, &m->areas, match, end);
}

// The member counts most; text and member explain each other.
static void read_member(const struct policy *p, const struct letter *letter, const struct folded *text, uint32_t title,
                        const struct areas *areas, struct location *out)
{
    struct member m = {.p = p};
    struct folded place; // not zeroed
    struct location of;
    fold_begin(&place);
    fold_add(p, letter->place, &place);
    matcher_scan(p->matcher, place.c, place.n, found_in_member, &m);
    read_one(p, &place, 0, &m.areas, out->city, out->place != 0 ? policy_place(p, out->place) : NULL, &of);
    if (of.source != LOCATE_TEXT) {
        return;
    }
    of.source = LOCATE_MEMBER;
    read_one(p, text, title, areas, of.city, policy_place(p, of.place), out);
    bool narrower = out->city == of.city && (of.county == 0 || of.county == out->county);
    if (narrower && out->county != 0 && of.county == 0) {
        of.county = out->county;
        of.county_sure = out->county_sure;
    }
    if (narrower && out->place > of.place) {
        of.place = out->place;
    }
    *out = of;
}

void locate(const struct policy *p, const struct letter *letter, const struct folded *text, uint32_t title,
            const struct areas *areas, struct location *out)
{
    int32_t box = letter->mailbox == MAILBOX_PROVINCE ? 0 : letter->mailbox;
    read_one(p, text, title, areas, box, NULL, out);
    if (letter->place.n > 0) {
        read_member(p, letter, text, title, areas, out);
    }
}

void locate_because(const struct location *l, struct text *why)
{
    static const char *const sources[] = {[LOCATE_NOTHING] = "nothing",
                                          [LOCATE_MAILBOX] = "the mailbox",
                                          [LOCATE_TEXT] = "the text",
                                          [LOCATE_MEMBER] = "the place member"};
    text_put(why, sources[l->source]);
    if (l->name.p != NULL) {
        text_put(why, " (");
        text_str(why, l->name);
        text_put(why, ")");
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "core/accusation.h"
#include "core/fold.h"
#include "core/matcher.h"

#define CHARS 400 // of a text; the wire's limit is as many bytes

// What a name stands for: one, or several of which those that fit are meant.
struct group {
    int32_t first;   // a unit's code or an officer's id, 0: none
    bool several;    // another one has the same name
    bool fits, near; // one of them is of a city that the text names; of the letter's bureau
};

// The longest name that ends at a character; shorter ones with the same end are inside it.
struct spot {
    uint16_t begin;
    bool named, covered; // covered: inside a longer name
    bool whole;          // a unit's own name, not only its place's
    bool address;        // of the unit that follows
    struct group units, officers;
    int32_t unit; // chosen; 0: none, -1: more than one
};

enum { POLICE = 1, NAME = 2, BLANK = 4, COMMA = 8 }; // what a character is part of
enum phase { MARK, COUNT, FIT, CHOOSE, TAKE };

struct naming {
    const struct policy *p;
    struct date day;
    int32_t bureau;
    struct accused_list *out;
    enum phase phase;
    bool police;
    uint32_t cities;           // that the text names, a bit each
    struct spot at[CHARS + 1]; // by the number of characters up to the end
    uint8_t part[CHARS];
};

static uint32_t city_bit(const struct policy *p, int32_t unit)
{
    int32_t city = policy_bureau(p, unit);
    for (uint32_t i = 0; i < POLICY_BUREAUS; i++) {
        if (policy_bureaus[i] == city) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

// Cities where the officer serves or served.
static uint32_t officer_cities(const struct policy *p, size_t row)
{
    uint32_t cities = 0;
    int32_t id = p->officers[row].id;
    while (row > 0 && p->officers[row - 1].id == id) {
        row--;
    }
    for (; row < p->officers_n && p->officers[row].id == id; row++) {
        cities |= city_bit(p, p->officers[row].unit);
    }
    return cities;
}

// The bureau of a place: of the county for a town; of the city where the county has none.
static int32_t bureau_of(const struct policy *p, const struct place *place)
{
    int32_t county = place->code > 999999 ? place->code / 1000 : place->code;
    return policy_unit(p, county) != NULL ? county : place->city;
}

static void accuse(struct naming *n, struct accused a)
{
    struct accused_list one = {.of = {a}, .n = 1};
    accused_join(n->p, n->day, n->out, &one);
}

// Of a name of several, those of a city that the text names; else, where one is of the bureau, those; else all.
static bool is_meant(const struct naming *n, const struct group *g, uint32_t cities, bool near)
{
    return !g->several || (g->fits ? (cities & n->cities) != 0 : near || !g->near);
}

// One that a name may stand for, in the present phase. Returns whether it is meant.
static bool consider(const struct naming *n, struct group *g, int32_t code, uint32_t cities, bool near)
{
    if (n->phase == COUNT) {
        g->several = g->several || (g->first != 0 && g->first != code);
        g->first = code;
    } else if (n->phase == FIT) {
        g->fits = g->fits || (cities & n->cities) != 0;
        g->near = g->near || near;
    }
    return n->phase > FIT && is_meant(n, g, cities, near);
}

static void found_unit(struct naming *n, struct spot *s, int32_t unit, bool whole)
{
    bool several = s->units.several;
    bool near = several && n->bureau != 0 && policy_bureau(n->p, unit) == n->bureau;
    bool meant = consider(n, &s->units, unit, several ? city_bit(n->p, unit) : 0, near);
    n->police = n->police || whole;
    if (!meant || !n->police) { // a place alone names no police
        return;
    }
    if (n->phase == CHOOSE) {
        s->whole = s->whole || whole;
        s->unit = s->unit == 0 || s->unit == unit ? unit : -1;
    } else if (!s->address) {
        accuse(n, (struct accused){.unit = unit});
    }
}

// Words for police are nobody's name (民警), whatever a list of officers says.
static bool is_word(const struct naming *n, const struct spot *s, uint32_t end)
{
    for (uint32_t i = s->begin; i < end; i++) {
        if (!(n->part[i] & POLICE)) {
            return false;
        }
    }
    return true;
}

static void found_officer(struct naming *n, struct spot *s, size_t row)
{
    int32_t id = n->p->officers[row].id;
    bool meant = consider(n, &s->officers, id, s->officers.several ? officer_cities(n->p, row) : 0, false);
    n->police = true;
    if (meant && n->phase == TAKE) {
        accuse(n, (struct accused){.officer = id});
    }
}

static void mark(struct naming *n, const struct match *match, uint32_t end)
{
    struct spot *s = &n->at[end];
    uint16_t begin = (uint16_t)(end - match->chars);
    char axis = match->of == MATCH_TERM ? n->p->terms[match->index].axis : 'n';
    if (axis == 'o') {
        n->police = true;
        for (uint32_t i = begin; i < end; i++) {
            n->part[i] |= POLICE;
        }
    } else if (axis == 'n' && (!s->named || begin < s->begin)) {
        s->named = true;
        s->begin = begin;
    }
}

static void found(void *context, const struct match *match, uint32_t end)
{
    struct naming *n = context;
    struct spot *s = end <= CHARS ? &n->at[end] : NULL;
    if (s == NULL) {
        return;
    }
    if (n->phase == MARK) {
        mark(n, match, end);
    } else if (match->of != MATCH_TERM && !s->covered && s->begin + match->chars == (int)end) {
        if (match->of == MATCH_OFFICER && !is_word(n, s, end)) {
            found_officer(n, s, match->index);
        } else if (match->of == MATCH_UNIT) {
            found_unit(n, s, n->p->units[match->index].code, true);
        } else if (match->of == MATCH_PLACE) {
            found_unit(n, s, bureau_of(n->p, &n->p->places[match->index]), false);
        }
    }
}

static void scan(struct naming *n, const struct folded *text, enum phase phase)
{
    n->phase = phase;
    matcher_scan(n->p->matcher, text->c, text->n, found, n);
    matcher_scan(matcher_names(n->p->matcher), text->c, text->n, found, n);
}

static void cover(struct naming *n)
{
    uint16_t begin = CHARS + 1;
    for (int end = CHARS; end > 0; end--) {
        struct spot *s = &n->at[end];
        if (s->named) {
            s->covered = begin <= s->begin;
            begin = s->begin < begin ? s->begin : begin;
        }
    }
}

// The cities that are named beyond doubt.
static void find_cities(struct naming *n)
{
    for (int end = 1; end <= CHARS; end++) {
        const struct group *g = &n->at[end].units;
        n->cities |= g->first == 0 || g->several ? 0 : city_bit(n->p, g->first);
    }
}

// Nothing stands between a unit and the next name but what an address has: other units, words for police, blanks; a
// comma only behind a mere place (深圳市南山区，粤海派出所).
static bool leads_to(const struct naming *n, int end, int begin)
{
    bool police = n->at[end].whole;
    for (int i = end; i < begin; i++) {
        if (n->part[i] & COMMA && police) {
            return false;
        }
        if (n->part[i] == 0) {
            return false;
        }
        police = police || (n->part[i] & POLICE) != 0;
    }
    return true;
}

static void find_addresses(struct naming *n)
{
    for (int end = 1; end <= CHARS; end++) {
        for (int i = n->at[end].begin; n->at[end].unit != 0 && i < end; i++) {
            n->part[i] |= NAME;
        }
    }
    for (int end = 1; end <= CHARS; end++) {
        struct spot *s = &n->at[end];
        for (int to = end + 1; s->unit > 0 && to <= CHARS; to++) {
            const struct spot *t = &n->at[to];
            s->address = s->address || (t->unit > 0 && t->begin >= end &&
                                        policy_above(n->p, s->unit, t->unit, n->day) && leads_to(n, end, t->begin));
        }
    }
}

// A 警号: five to eight digits with no letter or digit beside them.
static void found_number(struct naming *n, int64_t number, int digits)
{
    for (size_t low = 0, high = n->p->officers_n; digits >= 5 && digits <= 8 && low < high;) {
        size_t middle = low + (high - low) / 2;
        if (n->p->officers[middle].id == number) {
            n->police = true;
            accuse(n, (struct accused){.officer = (int32_t)number});
            return;
        }
        if (n->p->officers[middle].id < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
}

// What single characters say: numbers, and what may stand within an address.
static void read_chars(struct naming *n, const struct folded *text)
{
    int64_t number = 0;
    int digits = 0; // -1: a letter stands beside them
    for (uint32_t i = 0; i < CHARS && i < text->n; i++) {
        uint16_t c = text->c[i];
        if (c >= '0' && c <= '9') {
            number = digits > 0 && digits < 9 ? number * 10 + (c - '0') : c - '0';
            digits += digits >= 0 && digits < 9;
        } else {
            bool letter = c >= 'a' && c <= 'z';
            found_number(n, number, letter ? -1 : digits);
            digits = letter ? -1 : 0;
        }
        if (fold_hotline(c) > 9999) { // five digits, whatever else they are
            found_number(n, fold_hotline(c), 5);
        } else if (c == ' ' || c == '(' || c == ')') {
            n->part[i] |= BLANK;
        } else if (c == ',' || c == ';' || c == '.') {
            n->part[i] |= COMMA;
        }
    }
    found_number(n, number, digits);
}

bool accusation_read(const struct policy *p, const struct letter *letter, int32_t bureau, struct accused_list *out)
{
    bool police = false;
    for (uint32_t i = 0; i < letter->accused_n; i++) {
        struct naming n = {.p = p, .day = date_of(letter->received_at), .bureau = bureau, .out = out};
        struct folded text;
        fold_begin(&text);
        fold_add(p, letter->accused[i], &text);
        scan(&n, &text, MARK);
        cover(&n);
        scan(&n, &text, COUNT);
        read_chars(&n, &text);
        find_cities(&n);
        scan(&n, &text, FIT);
        scan(&n, &text, CHOOSE);
        find_addresses(&n);
        scan(&n, &text, TAKE);
        police = police || n.police;
    }
    return police;
}

// SPDX-License-Identifier: Apache-2.0
#include "core/locate_impl.h"

#include <string.h>

static bool only_looks(const struct policy *p, const struct area *a)
{
    return a->of == MATCH_TERM || (a->of == MATCH_ALIAS && p->aliases[a->index].kind == ALIAS_WORD);
}

// A name inside a longer one (中山 in 中山路, 龙华 in 龙华区) says nothing of its own; nor one that begins inside an
// earlier one (莞城 in 东莞城区).
static bool covered(const struct areas *areas, const struct area *a)
{
    for (uint32_t i = 0; i < areas->n; i++) {
        const struct area *b = &areas->at[i];
        bool longer = b->begin <= a->begin && b->end >= a->end && b->end - b->begin > a->end - a->begin;
        if (longer || (b->begin < a->begin && b->end > a->begin && b->end < a->end)) {
            return true;
        }
    }
    return false;
}

static void collect(struct finding *f)
{
    f->n = 0;
    for (uint32_t i = 0; i < f->areas->n; i++) {
        const struct area *a = &f->areas->at[i];
        struct mention *last = f->n > 0 ? &f->of[f->n - 1] : NULL;
        if (only_looks(f->p, a)) {
            continue;
        }
        if (last != NULL && last->begin == a->begin && last->end == a->end && last->to == i) {
            last->to = i + 1;
        } else if (!covered(f->areas, a)) {
            f->of[f->n++] = (struct mention){.begin = a->begin, .end = a->end, .from = i, .to = i + 1};
        }
    }
}

// One after another, all that a mention may stand for; NULL at the end. *alias: NULL where it is the place's own name.
struct meanings {
    uint32_t area, alias;
};
static const struct place *next_meaning(const struct finding *f, const struct mention *m, struct meanings *at,
                                        const struct alias **alias)
{
    while (m->from + at->area < m->to) {
        const struct area *a = &f->areas->at[m->from + at->area];
        uint32_t i = a->of != MATCH_ALIAS ? 0 : at->alias != 0 ? f->p->aliases[at->alias].next : a->index;
        at->alias = i;
        if (i == 0) {
            at->area++;
        }
        if (a->of == MATCH_PLACE) {
            *alias = NULL;
            return &f->p->places[a->index];
        }
        if (i != 0 && f->p->aliases[i].kind != ALIAS_WORD) {
            *alias = &f->p->aliases[i];
            return &f->p->places[f->p->aliases[i].place];
        }
    }
    return NULL;
}

enum choice { OWN_NAMES, LANDMARKS, IN_SCOPE, IN_CITY, ANY };

static bool fits(enum choice choice, const struct place *place, const struct alias *alias, const struct place *scope,
                 int32_t city)
{
    switch (choice) {
    case OWN_NAMES:
        return alias == NULL;
    case LANDMARKS:
        return alias == NULL || alias->kind == ALIAS_LANDMARK;
    case IN_SCOPE:
        return inside(place, scope);
    case IN_CITY:
        return place->city == city;
    case ANY:
        return alias == NULL || city == 0 || alias->kind == ALIAS_FULL || alias->kind == ALIAS_LANDMARK;
    }
    return false;
}

static bool ends_with(struct str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

// How much a name says by itself.
static int32_t base_of(const struct place *place, const struct alias *alias)
{
    static const int32_t by_kind[] = {
        [ALIAS_FULL] = 7, [ALIAS_SHORT] = 5, [ALIAS_TOWN] = 6, [ALIAS_LANDMARK] = 9, [ALIAS_LOCAL] = 6};
    static const char road[] = "路", avenue[] = "大道";
    if (alias != NULL && alias->kind == ALIAS_LOCAL &&
        (ends_with(alias->text, road) || ends_with(alias->text, avenue))) {
        return 4;
    }
    return alias != NULL ? by_kind[alias->kind] : place->code == place->city ? 8 : 10;
}

// Takes the mention for the only one of its meanings that the choice leaves; for their county or city where there are
// several of one. False: none, or several of several cities.
static bool take(const struct finding *f, struct mention *m, enum choice choice, const struct place *scope,
                 int32_t city)
{
    struct meanings at = {0};
    const struct alias *alias = NULL;
    const struct place *place, *only = NULL;
    int32_t base = 0;
    bool several = false;
    while ((place = next_meaning(f, m, &at, &alias)) != NULL) {
        if (!fits(choice, place, alias, scope, city)) {
            continue;
        }
        if (only != NULL && only->city != place->city) {
            return false;
        }
        int32_t now = base_of(place, alias);
        base = now > base ? now : base;
        if (only != NULL && only != place && !inside(place, only)) {
            bool same = county_of(only) == county_of(place) && county_of(place) != 0;
            only = inside(only, place) ? place : policy_place(f->p, same ? county_of(place) : place->city);
            several = several || only->code == only->city;
        } else if (only == NULL) {
            only = place;
        }
    }
    if (only != NULL) {
        m->place = only;
        m->loose = several;
        m->weight = (choice == IN_SCOPE ? 10 : several ? base / 2 : base) * CUE_NONE;
    }
    return only != NULL;
}

// Does nothing but what an address has stand between two names?
static bool stands_beside(const struct folded *text, const struct mention *left, const struct mention *right)
{
    if (left->end > right->begin || right->begin - left->end > 1) {
        return false;
    }
    uint16_t c = left->end == right->begin ? u'的' : text->c[left->end];
    return c == u'的' || c == u',' || c == u' ' || c == u'-' || c == u'市' || c == u'区' || c == u'县' || c == u'镇' ||
           c == u'(' || c == u':' || c == u'/';
}

static bool has_meaning_in(const struct finding *f, const struct mention *m, int32_t city)
{
    struct meanings at = {0};
    const struct alias *alias;
    const struct place *place;
    while ((place = next_meaning(f, m, &at, &alias)) != NULL) {
        if (place->city == city) {
            return true;
        }
    }
    return false;
}

// What a name says without looking far: by the name right before it, or because it is a place's own and only one.
static void take_sure(const struct finding *f, struct mention *m, const struct mention *left)
{
    if (left != NULL && left->place != NULL && stands_beside(f->text, left, m) &&
        take(f, m, IN_SCOPE, left->place, 0)) {
        m->beside = true;
        return;
    }
    if (!take(f, m, OWN_NAMES, NULL, 0) && !take(f, m, LANDMARKS, NULL, 0)) {
        return;
    }
    // A short name of another city's may well be one of the mailbox's city here (福田 in 博罗).
    bool abroad = f->box != 0 && m->place->city != f->box && m->end - m->begin <= 2 && has_meaning_in(f, m, f->box);
    if (m->loose || abroad) {
        m->place = NULL;
        m->loose = false;
    }
}

static bool is_word(const struct finding *f, const struct mention *m)
{
    const struct area *a = &f->areas->at[m->to - 1];
    return a->of == MATCH_ALIAS && f->p->aliases[a->index].word;
}

// Two names that mean nothing sure alone, but one lies in the other: 高明明城, 清新太和.
static void take_pair(const struct finding *f, struct mention *m, struct mention *right)
{
    struct meanings at = {0};
    const struct alias *alias;
    const struct place *place;
    while ((place = next_meaning(f, m, &at, &alias)) != NULL) {
        if (place->code < 1000000 && take(f, right, IN_SCOPE, place, 0)) {
            m->place = place;
            m->weight = 10 * CUE_NONE;
            right->beside = true;
            return;
        }
    }
}

// What a name says by what else is named: counties first, then cities, then the mailbox.
static void take_by_context(const struct finding *f, struct mention *m, const struct mention *left)
{
    if (left != NULL && left->place != NULL && stands_beside(f->text, left, m) &&
        take(f, m, IN_SCOPE, left->place, 0)) {
        m->beside = true;
        return;
    }
    if (is_word(f, m) && cue_before(f->text, m->begin) <= CUE_NONE) {
        return;
    }
    if (f->hint != NULL && take(f, m, IN_SCOPE, f->hint, 0)) {
        return;
    }
    for (int county = 1; county >= 0; county--) {
        for (uint32_t i = 0; i < f->n; i++) {
            const struct mention *o = &f->of[i];
            const struct place *scope = o->place;
            if (scope == NULL || o->weight == 0 || (scope->code == scope->city) == (county == 1)) {
                continue;
            }
            scope =
                county && scope->code > 999999 && county_of(scope) != 0 ? policy_place(f->p, county_of(scope)) : scope;
            if (take(f, m, IN_SCOPE, scope, 0)) {
                m->weight = m->weight * 3 / 4;
                return;
            }
        }
    }
    if (f->box != 0 && take(f, m, IN_CITY, NULL, f->box)) {
        return;
    }
    if (!is_word(f, m) && take(f, m, ANY, NULL, f->box)) {
        m->weight = m->weight * 3 / 8;
    }
}

static bool is_small(const struct finding *f, const struct mention *m)
{
    return m->place != NULL && (m->place->code > 999999 || f->areas->at[m->to - 1].of == MATCH_ALIAS);
}

// Cues of a run of names that stand beside one another: what is before its first and behind its last is of all.
static void weigh(struct finding *f)
{
    int32_t before = CUE_NONE;
    for (uint32_t i = 0; i < f->n; i++) {
        struct mention *m = &f->of[i];
        before = m->beside ? before : cue_before(f->text, m->begin);
        m->weight = m->weight * before / CUE_NONE;
    }
    int32_t behind = CUE_NONE;
    bool beside = false; // is the one behind it beside this one?
    for (uint32_t i = f->n; i-- > 0;) {
        struct mention *m = &f->of[i];
        int32_t own = CUE_NONE, here = cue_after(f->text, m->end, &own);
        if (own == 0 && is_small(f, m) && !is_word(f, m)) {
            own = 3; // a road that is called after a quarter runs through it, one after a city anywhere
        }
        behind = beside ? behind : here;
        m->weight = m->weight * behind / CUE_NONE * own / CUE_NONE;
        m->weight *= m->begin < f->title ? 2 : 1;
        beside = m->beside;
    }
}

// Is it beyond doubt what the name stands for?
static bool is_plain(const struct finding *f, const struct mention *m)
{
    const struct area *a = &f->areas->at[m->to - 1];
    enum alias_kind kind = a->of == MATCH_ALIAS ? f->p->aliases[a->index].kind : 0;
    return m->place != NULL && !m->loose && (kind == 0 || kind == ALIAS_FULL || kind == ALIAS_LANDMARK);
}

// A county beside something of another county of its city: it was split off (宝安区民治街道).
static void drop_former(struct finding *f)
{
    for (uint32_t i = 0; i + 1 < f->n; i++) {
        struct mention *m = &f->of[i], *right = m + 1;
        if (is_plain(f, m) && is_plain(f, right) && is_small(f, right) && !is_small(f, m) &&
            right->place->city == m->place->city && county_of(right->place) != 0 && county_of(m->place) != 0 &&
            county_of(right->place) != county_of(m->place) && stands_beside(f->text, m, right)) {
            m->weight = 0;
        }
    }
}

static void add_up(struct finding *f)
{
    f->sums_n = 0;
    for (uint32_t i = 0; i < f->n; i++) {
        const struct mention *m = &f->of[i];
        uint32_t k = 0;
        if (m->place == NULL) {
            continue;
        }
        while (k < f->sums_n && f->sums[k].place != m->place) {
            k++;
        }
        struct sum *s = &f->sums[k];
        if (k == f->sums_n) {
            const struct area *a = &f->areas->at[m->to - 1];
            f->sums_n++;
            *s = (struct sum){.place = m->place,
                              .name = a->of == MATCH_ALIAS ? f->p->aliases[a->index].text : m->place->name};
        }
        s->score += m->weight >> (s->times < 3 ? s->times : 3); // said again, it says less
        s->times++;
    }
}

void locate_names(struct finding *f)
{
    f->unsolved = false;
    collect(f);
    for (uint32_t i = 0; i < f->n; i++) {
        take_sure(f, &f->of[i], i == 0 ? NULL : &f->of[i - 1]);
    }
    for (uint32_t i = 0; i + 1 < f->n; i++) {
        struct mention *m = &f->of[i], *right = m + 1;
        if (m->place == NULL && right->place == NULL && stands_beside(f->text, m, right)) {
            take_pair(f, m, right);
        }
    }
    for (uint32_t i = 0; i < f->n; i++) {
        if (f->of[i].place == NULL) {
            take_by_context(f, &f->of[i], i == 0 ? NULL : &f->of[i - 1]);
            bool open = f->of[i].place == NULL ? !is_word(f, &f->of[i]) : f->of[i].loose;
            f->unsolved = f->unsolved || open;
        }
    }
    weigh(f);
    drop_former(f);
    add_up(f);
}

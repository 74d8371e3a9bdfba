// SPDX-License-Identifier: Apache-2.0
// places.tsv, villages.tsv, landmarks.tsv: what a letter may call a place.
#include "core/matcher.h"
#include "core/policy_parsing.h"

#include <string.h>

#define ALIASES 98304       // of all files; villages have up to three each
#define SLOTS (2 * 131072u) // of the table that finds an alias by its text: a power of two
#define VILLAGE_BYTES 64

static const struct code place_levels[] = {{1, "city", ""}, {2, "county", ""}, {3, "town", ""}, {0, NULL, NULL}};
static const struct code alias_kinds[] = {
    {ALIAS_LANDMARK, "landmark", ""}, {ALIAS_LOCAL, "local", ""}, {ALIAS_WORD, "word", ""}, {0, NULL, NULL}};

struct alias_table {
    struct alias *of; // [0] is unused
    uint32_t slots[SLOTS];
};

static uint32_t *find_slot(struct alias_table *t, struct str text)
{
    uint32_t i = (uint32_t)str_hash(text);
    while (t->slots[i & (SLOTS - 1)] != 0 && !str_eq(t->of[t->slots[i & (SLOTS - 1)]].text, text)) {
        i++;
    }
    return &t->slots[i & (SLOTS - 1)];
}

// `text` lives as long as the policy. A word says of its whole chain that it is one.
static bool add_alias(struct parsing *s, struct str text, uint32_t place, enum alias_kind kind)
{
    struct alias_table *t = s->aliases;
    uint32_t *slot = find_slot(t, text), first = *slot;
    for (uint32_t i = first; i != 0; i = t->of[i].next) {
        if (kind == ALIAS_WORD) {
            t->of[i].word = true;
            return true;
        }
        if (t->of[i].kind != ALIAS_WORD && t->of[i].place == place) {
            return true;
        }
    }
    if (s->p.aliases_n == ALIASES) {
        (void)parse_fail(s, "at most ", ALIASES, " names of places");
        return false;
    }
    uint32_t i = (uint32_t)s->p.aliases_n++;
    t->of[i] = (struct alias){.text = text, .place = place, .kind = kind, .first = first == 0};
    t->of[i].word = kind == ALIAS_WORD || (first != 0 && t->of[first].word);
    if (first == 0) {
        *slot = i;
    } else {
        t->of[i].next = t->of[first].next;
        t->of[first].next = i;
    }
    return true;
}

// The name without what says its rank; empty where nothing of two characters is left.
static struct str without(struct str name, const char *suffix)
{
    size_t n = strlen(suffix);
    bool has = name.n >= n + 6 && memcmp(name.p + name.n - n, suffix, n) == 0;
    return has ? (struct str){name.p, name.n - n} : STR_NONE;
}

static bool has_name(struct str names, struct str name)
{
    while (names.p != NULL) {
        if (str_eq(str_split(&names, '|'), name)) {
            return true;
        }
    }
    return false;
}

static bool add_with(struct parsing *s, struct str base, const char *suffix, uint32_t place, enum alias_kind kind)
{
    char name[VILLAGE_BYTES + 16];
    struct text t = TEXT(name);
    text_str(&t, base);
    text_put(&t, suffix);
    struct str kept = arena_str(s->t.arena, text_get(&t));
    if (kept.p == NULL) {
        s->t.result = tsv_no_room(s->err);
        return false;
    }
    return add_alias(s, kept, place, kind);
}

// What people go on calling a town that became a street; by its station, whose name says more than the town's
// (公平派出所); and whatever its rank is, by its bare name.
static bool add_town(struct parsing *s, uint32_t i)
{
    static const char *const ranks[] = {"街道", "镇", "乡", "瑶族自治县", "自治县", "区", "县", "市"};
    const struct place *l = &s->p.places[i];
    for (size_t k = 0; l->names.p != NULL && k < sizeof(ranks) / sizeof(ranks[0]); k++) {
        struct str base = without(l->name, ranks[k]);
        if (base.p == NULL) {
            continue;
        }
        if (l->code > 999999 && ((k < 2 && !add_with(s, base, ranks[1 - k], i, ALIAS_FULL)) ||
                                 !add_with(s, base, "派出所", i, ALIAS_FULL))) {
            return false;
        }
        return has_name(l->names, base) || add_alias(s, base, i, ALIAS_TOWN);
    }
    return true;
}

static bool parse_place(struct parsing *s, struct place *places, size_t i)
{
    struct place *l = &places[i];
    int64_t code = 0, parent = 0;
    int level = 0;
    if (!tsv_named(&s->t, 1, "level", place_levels, &level) ||
        !tsv_number(&s->t, 0, "code", level == 3 ? 100000000 : 100000, level == 3 ? 999999999 : 999999, &code) ||
        !tsv_number(&s->t, 3, "parent", 100000, 999999, &parent) ||
        !tsv_ascends(&s->t, 0, i == 0, i == 0 ? 0 : places[i - 1].code, code)) {
        return false;
    }
    l->code = l->city = (int32_t)code;
    if (level == 1 && !policy_is_bureau(&s->p, l->code)) {
        return tsv_fail(&s->t, "unknown city '", s->t.cell[0], "': units.tsv has no bureau of this code");
    }
    if (level > 1) {
        const struct place *up = policy_place(&s->p, (int32_t)parent);
        if (up == NULL) {
            return tsv_fail(&s->t, "unknown parent '", s->t.cell[3], "': it must stand on a line above");
        }
        if (parent != code / (level == 3 ? 1000 : 100) * (level == 3 ? 1 : 100)) {
            return tsv_fail(&s->t, "the code '", s->t.cell[0], "' must begin with that of its parent");
        }
        l->city = up->city;
    }
    if (!str_is(s->t.cell[4], "-") && !tsv_keep(&s->t, 4, "names", &l->names)) {
        return false;
    }
    for (struct str names = l->names; names.p != NULL;) {
        struct str name = str_split(&names, '|');
        if (name.n == 0 || name.n > MATCHER_TEXT_MAX) {
            return tsv_fail(&s->t, "a name is of 1 to 64 bytes, not '", name, "'");
        }
    }
    return tsv_keep(&s->t, 2, "name", &l->name);
}

enum result parse_places(struct parsing *s)
{
    struct place *l = tsv_rows(&s->t, sizeof(*l));
    s->aliases = arena_get(s->t.arena, sizeof(*s->aliases));
    struct alias *aliases = arena_get(s->t.arena, ALIASES * sizeof(*aliases));
    if (l == NULL || s->aliases == NULL || aliases == NULL) {
        return tsv_no_room(s->err);
    }
    s->aliases->of = aliases;
    s->p.aliases = aliases;
    s->p.aliases_n = 1;
    s->p.places = l;
    while (tsv_next(&s->t) && parse_place(s, l, s->p.places_n)) {
        s->p.places_n++;
    }
    for (uint32_t i = 0; s->t.result == OK && i < s->p.places_n; i++) {
        (void)add_town(s, i);
    }
    return s->t.result;
}

// A place of places.tsv, by the code in a cell.
static bool parse_place_code(struct parsing *s, size_t column, int64_t low, uint32_t *out)
{
    int64_t code = 0;
    if (!tsv_number(&s->t, column, "code", low, 999999999, &code)) {
        return false;
    }
    const struct place *place = policy_place(&s->p, (int32_t)code);
    if (place == NULL) {
        return tsv_fail(&s->t, "unknown place '", s->t.cell[column], "': places.tsv has none of this code");
    }
    *out = (uint32_t)(place - s->p.places);
    return true;
}

// With its suffix; a community also as the village that it was; three characters or more also without the suffix.
static bool add_village(struct parsing *s, struct str name, uint32_t town)
{
    if (name.n < 6 || name.n > VILLAGE_BYTES) {
        return tsv_fail(&s->t, "a village's name is of 6 to 64 bytes, not '", name, "'");
    }
    struct str community = without(name, "社区"), base = community.p != NULL ? community : without(name, "村");
    return add_alias(s, name, town, ALIAS_FULL) && (community.p == NULL || add_with(s, base, "村", town, ALIAS_FULL)) &&
           (base.n < 9 || add_alias(s, base, town, ALIAS_SHORT));
}

enum result parse_villages(struct parsing *s)
{
    struct str names = STR_NONE;
    uint32_t town = 0;
    while (tsv_next(&s->t) && parse_place_code(s, 0, 100000000, &town) && tsv_keep(&s->t, 1, "names", &names)) {
        while (names.p != NULL && add_village(s, str_split(&names, '|'), town)) {
        }
        if (names.p != NULL) {
            break;
        }
    }
    return s->t.result;
}

enum result parse_landmarks(struct parsing *s)
{
    int kind = 0;
    while (tsv_next(&s->t) && tsv_named(&s->t, 2, "kind", alias_kinds, &kind)) {
        struct str name;
        uint32_t place = 0;
        if (s->t.cell[0].n < 6 || s->t.cell[0].n > MATCHER_TEXT_MAX) {
            (void)tsv_fail(&s->t, "a name is of 6 to 64 bytes, not '", s->t.cell[0], "'");
        } else if (kind == ALIAS_WORD && !str_is(s->t.cell[1], "-")) {
            (void)tsv_fail(&s->t, "a word has the code '-', not '", s->t.cell[1], "'");
        } else if ((kind == ALIAS_WORD || parse_place_code(s, 1, 100000, &place)) &&
                   tsv_keep(&s->t, 0, "name", &name) && add_alias(s, name, place, (enum alias_kind)kind) &&
                   (kind == ALIAS_WORD || name.n > 9 || add_with(s, name, "派出所", place, ALIAS_FULL))) {
            continue;
        }
        break;
    }
    return s->t.result;
}

// SPDX-License-Identifier: Apache-2.0
// The place whose name stands before police, and the unit of the tree that polices it.
#include "core/accusation_impl.h"
#include "core/fold_impl.h"

// How many characters before `end` are the name; 0: they are not.
static uint32_t ends_with(const struct hearing *h, uint32_t end, struct str name)
{
    const unsigned char *p = (const unsigned char *)name.p;
    size_t n = name.n;
    uint32_t chars = 0;
    while (n >= 3 && chars < end) {
        uint16_t c = 0x3013; // what folding leaves of a character beyond the basic plane
        if ((p[n - 3] & 0xF0) == 0xE0) {
            c = (uint16_t)((p[n - 3] & 0x0F) << 12 | (p[n - 2] & 0x3F) << 6 | (p[n - 1] & 0x3F));
            c = (uint16_t)(c + fold_delta[fold_page[c >> 8]][c & 0xFF]);
            n -= 3;
        } else if (n >= 4 && (p[n - 4] & 0xF8) == 0xF0) {
            n -= 4;
        } else {
            return 0;
        }
        if (h->c[end - ++chars] != c) {
            return 0;
        }
    }
    return n == 0 && chars >= 2 ? chars : 0;
}

static bool cut(struct str *name, struct str ending)
{
    if (name->n < ending.n + 6 || memcmp(name->p + name->n - ending.n, ending.p, ending.n) != 0) {
        return false; // two characters have to be left
    }
    name->n -= ending.n;
    return true;
}

// Without what people leave out: 街道, 镇, 瑶族乡, 瑶族自治县; and without the county before it (端州区城东街道).
static struct str short_name(struct str name)
{
    static const char county[] = "区";
    if (!cut(&name, STR("镇街道")) && !cut(&name, STR("街道")) && !cut(&name, STR("自治县")) &&
        !cut(&name, STR("乡")) && !cut(&name, STR("镇")) && !cut(&name, STR("区")) && !cut(&name, STR("县"))) {
        (void)cut(&name, STR("市"));
    }
    while (cut(&name, STR("瑶族")) || cut(&name, STR("壮族")) || cut(&name, STR("畲族"))) {
    }
    for (size_t i = 6; i + 9 <= name.n; i += 3) {
        if (memcmp(name.p + i, county, 3) == 0) {
            return (struct str){name.p + i + 3, name.n - i - 3};
        }
    }
    return name;
}

static uint16_t char_before(struct str name, size_t back)
{
    const unsigned char *p = (const unsigned char *)name.p + name.n - 3 * back;
    if (name.n < 3 * back || (p[0] & 0xF0) != 0xE0) {
        return 0;
    }
    uint16_t c = (uint16_t)((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
    return (uint16_t)(c + fold_delta[fold_page[c >> 8]][c & 0xFF]);
}

// Nearly every name is told apart by its last character, with its rank or without.
static bool may_end_with(struct str name, uint16_t c)
{
    uint16_t last = char_before(name, 1), before = char_before(name, 2);
    if (last == u'道' && before == u'街') {
        before = char_before(name, 3);
        before = before == u'镇' ? c : before; // 石湾镇街道
    }
    return last == c || before == c || before == u'族' || before == u'治' || before == 0;
}

static uint32_t longer(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t named_before(const struct hearing *h, uint32_t end, const struct place *place)
{
    uint32_t best = 0;
    if (may_end_with(place->name, h->c[end - 1])) {
        best = longer(ends_with(h, end, place->name), ends_with(h, end, short_name(place->name)));
    }
    for (struct str names = place->names; place->code <= 999999 && names.n > 0;) {
        best = longer(best, ends_with(h, end, str_split(&names, '|')));
    }
    return best;
}

// Among the places with these codes, those with the longest name before `end`.
static void find_between(const struct hearing *h, uint32_t end, int32_t first, int32_t behind, struct places_found *f)
{
    size_t low = 0, high = h->p->places_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->p->places[middle].code < first) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < h->p->places_n && h->p->places[low].code < behind; low++) {
        uint32_t chars = named_before(h, end, &h->p->places[low]);
        if (chars == 0 || chars < f->chars) {
            continue;
        }
        f->n = chars > f->chars ? 0 : f->n;
        f->chars = chars;
        if (f->n < NAMESAKES) {
            f->code[f->n] = h->p->places[low].code;
        }
        f->n++;
    }
}

// A place and all in it.
static void find_in(const struct hearing *h, uint32_t end, int32_t area, struct places_found *f)
{
    int32_t behind = area % 100 == 0 ? area + 100 : area + 1;
    if (area <= 999999) {
        find_between(h, end, area, behind, f);
        find_between(h, end, area * 1000, behind <= 999999 ? behind * 1000 : INT32_MAX, f);
    }
}

static int32_t county_of(int32_t area)
{
    return area > 999999 ? area / 1000 : area;
}

static bool inside(int32_t place, int32_t area)
{
    return place == area || county_of(place) == area || accusation_city(place) == area;
}

// A city or county named right before it (湛江麻章湖光) says which one is meant, and that it is none of the letter's
// own.
static void keep_addressed(const struct hearing *h, uint32_t end, struct places_found *f)
{
    struct places_found above = {.n = 0}, narrow = {.n = 0};
    uint32_t begin = end - f->chars;
    if (begin < 2 || !fold_is_cjk(h->c[begin - 1]) || !fold_is_cjk(h->c[begin - 2])) {
        return;
    }
    find_between(h, begin, 0, 999999, &above);
    if (above.n != 1 || (f->n == 1 && inside(f->code[0], above.code[0]))) {
        return;
    }
    find_in(h, end, above.code[0], &narrow);
    if (narrow.n > 0 && narrow.chars >= f->chars) {
        *f = narrow;
    }
}

bool accusation_place(struct hearing *h, uint32_t end, int32_t area, bool anywhere, struct places_found *f)
{
    int32_t scopes[] = {area, h->county, h->city};
    *f = (struct places_found){.n = 0};
    if (end < 2 || !fold_is_cjk(h->c[end - 1]) || !fold_is_cjk(h->c[end - 2])) {
        return false;
    }
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]) && f->n == 0; i++) {
        if (scopes[i] != 0) {
            find_in(h, end, scopes[i], f);
        }
    }
    if (f->n == 0 && anywhere && h->province_wide > 0) {
        h->province_wide--;
        find_between(h, end, 0, INT32_MAX, f);
    }
    if (f->n > 0) {
        keep_addressed(h, end, f);
    }
    return f->n > 0 && f->n <= NAMESAKES;
}

static int32_t valid(const struct hearing *h, int32_t unit)
{
    return unit != 0 && policy_unit_at(h->p, unit, h->day) != NULL ? unit : 0;
}

static int32_t squad_of(const struct hearing *h, int32_t organ, enum line line)
{
    for (size_t i = 0; i < h->p->units_n && organ != 0; i++) {
        const struct unit *u = &h->p->units[i];
        if (u->parent == organ && u->line == line && u->level == UNIT_SQUAD && valid(h, u->code) != 0) {
            return u->code;
        }
    }
    return organ;
}

int32_t accusation_unit(const struct hearing *h, enum said said, enum line line, int32_t area)
{
    int32_t here = h->town != 0 ? h->town : h->county != 0 ? h->county : h->city;
    area = area != 0 ? area : here;
    int32_t organ = valid(h, county_of(area)) != 0 ? county_of(area) : valid(h, accusation_city(area));
    int32_t town = area > 999999 ? valid(h, area) : 0;
    switch (said) {
    case SAID_PROVINCE:
        return POLICY_PROVINCE;
    case SAID_CITY:
        return valid(h, accusation_city(area));
    case SAID_COUNTY:
        return organ;
    case SAID_ORGAN: // the towns of a city without counties have branches
        return town != 0 && organ % 100 == 0 ? town : organ;
    case SAID_LINE: // 小榄110: who came from there
        return line == LINE_COMMAND && town != 0 ? town : squad_of(h, organ, line);
    default:
        return town != 0 ? town : organ;
    }
}

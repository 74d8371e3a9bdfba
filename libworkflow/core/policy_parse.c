// SPDX-License-Identifier: Apache-2.0
#include "core/classify.h"
#include "core/matcher.h"
#include "core/policy.h"
#include "core/tsv.h"

#include <string.h>

enum { UNITS, PLACES, CATEGORIES, LEXICON, STEPS, CLOCKS, CALENDAR, SETTINGS };

const char *const policy_file_names[POLICY_FILES] = {"units.tsv", "places.tsv", "categories.tsv", "lexicon.tsv",
                                                     "steps.tsv", "clocks.tsv", "calendar.tsv",   "settings.tsv"};

static const struct code levels[] = {
    {UNIT_PROVINCE, "province", ""}, {UNIT_CITY, "city", ""}, {UNIT_COUNTY, "county", ""},
    {UNIT_SQUAD, "squad", ""},       {0, NULL, NULL},
};
static const struct code place_levels[] = {{1, "city", ""}, {2, "county", ""}, {3, "town", ""}, {0, NULL, NULL}};
static const struct code modes[] = {{MODE_HUMAN, "human", ""}, {MODE_AUTO, "auto", ""}, {0, NULL, NULL}};
static const struct code day_kinds[] = {{DAY_OFF, "off", ""}, {DAY_WORK, "work", ""}, {0, NULL, NULL}};

struct parsing {
    struct tsv t;
    struct policy p;
    struct err *err;
};

static bool parse_unit(struct parsing *s, struct unit *u, size_t i)
{
    int64_t code = 0, parent = 0;
    int level = 0;
    if (!tsv_number(&s->t, 0, "code", 100000, 999999999, &code) || !tsv_named(&s->t, 1, "level", levels, &level)) {
        return false;
    }
    if (!str_is(s->t.cell[2], "-") && !tsv_number(&s->t, 2, "parent", 100000, 999999999, &parent)) {
        return false;
    }
    if ((parent == 0) != (level == UNIT_PROVINCE)) {
        return tsv_fail(&s->t, "the province has the parent '-', every other unit has a code there", STR_NONE, "");
    }
    u[i] = (struct unit){.code = (int32_t)code, .parent = (int32_t)parent, .level = (enum unit_level)level};
    return tsv_ascends(&s->t, 0, i == 0, i == 0 ? 0 : u[i - 1].code, code) && tsv_keep(&s->t, 3, "name", &u[i].name);
}

// Every unit leads to a province in at most as many steps as there are units.
static enum result check_units(struct parsing *s)
{
    for (size_t i = 0; i < s->p.units_n; i++) {
        const struct unit *u = &s->p.units[i];
        char code[24];
        struct text t = TEXT(code);
        text_i64(&t, u->code);
        for (size_t up = 0; u != NULL && u->level != UNIT_PROVINCE; up++) {
            if (up > s->p.units_n) {
                return err_set_str(s->err, REJECT, "bad_policy", "units.tsv", "unit ", text_get(&t),
                                   " is above itself: a cycle");
            }
            u = policy_unit(&s->p, u->parent);
        }
        if (u == NULL) {
            return err_set_str(s->err, REJECT, "bad_policy", "units.tsv",
                               "unknown parent of unit or of one above it: ", text_get(&t), "");
        }
    }
    for (size_t i = 0; i < POLICY_BUREAUS; i++) {
        if (!policy_is_bureau(&s->p, policy_bureaus[i])) {
            return err_set_limit(s->err, REJECT, "bad_policy", "units.tsv",
                                 "a unit of level city is missing: ", policy_bureaus[i], "; all 21 bureaus are needed");
        }
    }
    return OK;
}

static enum result parse_units(struct parsing *s)
{
    struct unit *u = tsv_rows(&s->t, sizeof(*u));
    size_t n = 0;
    while (u != NULL && tsv_next(&s->t) && parse_unit(s, u, n)) {
        n++;
    }
    s->p.units = u;
    s->p.units_n = n;
    return s->t.result == OK ? check_units(s) : s->t.result;
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

static enum result parse_places(struct parsing *s)
{
    struct place *l = tsv_rows(&s->t, sizeof(*l));
    s->p.places = l;
    while (l != NULL && tsv_next(&s->t) && parse_place(s, l, s->p.places_n)) {
        s->p.places_n++;
    }
    return s->t.result;
}

static enum result parse_categories(struct parsing *s)
{
    struct category *c = tsv_rows(&s->t, sizeof(*c));
    size_t n = 0;
    int64_t code = 0;
    while (c != NULL && tsv_next(&s->t) && tsv_number(&s->t, 0, "code", 1, 99, &code) &&
           tsv_ascends(&s->t, 0, n == 0, n == 0 ? 0 : c[n - 1].code, code) && tsv_keep(&s->t, 1, "name", &c[n].name)) {
        c[n++].code = (int16_t)code;
    }
    s->p.categories = c;
    s->p.categories_n = n;
    return s->t.result;
}

// A category's code, '00' for letters whose category is not known, or '*' (*all is then set).
static bool category(struct parsing *s, size_t column, bool *all, int64_t *out)
{
    *all = str_is(s->t.cell[column], "*");
    if (*all) {
        return true;
    }
    if (!tsv_number(&s->t, column, "category", 0, 99, out)) {
        return false;
    }
    return *out == 0 || policy_has_category(&s->p, *out) ||
           tsv_fail(&s->t, "unknown category '", s->t.cell[column], "': categories.tsv does not have it");
}

// A kind's name or '*', which gives 0 and all.
static bool kind(struct parsing *s, size_t column, bool *all, int *out)
{
    *all = str_is(s->t.cell[column], "*");
    return *all || tsv_named(&s->t, column, "kind", kinds, out);
}

static bool parse_term(struct parsing *s, struct term *t)
{
    int64_t weight = 0, code = 0;
    int k = 0;
    struct str axis = s->t.cell[0];
    bool all = false;
    if (axis.n != 1 || memchr("kcupvon", axis.p[0], 7) == NULL) {
        return tsv_fail(&s->t, "unknown axis '", axis, "'; allowed: k c u p v o n");
    }
    t->axis = axis.p[0];
    if (t->axis == 'c' && (!category(s, 1, &all, &code) || all || code == 0)) {
        return s->t.result != OK ? false : tsv_fail(&s->t, "a category's code is needed, not '", s->t.cell[1], "'");
    }
    if (t->axis == 'k' && !tsv_named(&s->t, 1, "kind", kinds, &k)) {
        return false;
    }
    if (memchr("upvon", t->axis, 5) != NULL && !str_is(s->t.cell[1], "-")) {
        return tsv_fail(&s->t, "the axes u, p, v, o and n have the code '-', not '", s->t.cell[1], "'");
    }
    if (!tsv_number(&s->t, 2, "weight", -200, 200, &weight)) {
        return false;
    }
    t->code = (int16_t)(t->axis == 'k' ? k : code);
    t->weight = (int16_t)weight;
    if (s->t.cell[3].n > MATCHER_TEXT_MAX) {
        return tsv_fail(&s->t, "the term '", s->t.cell[3], "' is too long: at most 64 bytes");
    }
    return tsv_keep(&s->t, 3, "term", &t->term);
}

static enum result parse_lexicon(struct parsing *s)
{
    struct term *terms = tsv_rows(&s->t, sizeof(*terms));
    size_t n = 0;
    while (terms != NULL && tsv_next(&s->t) && parse_term(s, &terms[n])) {
        if (++n > POLICY_TERMS) {
            return err_set_limit(s->err, REJECT, "bad_policy", "lexicon.tsv", "at most ", POLICY_TERMS, " terms");
        }
    }
    s->p.terms = terms;
    s->p.terms_n = n;
    return s->t.result;
}

// How specific the row was that set a step; the more specific one wins, whatever the order.
typedef uint8_t specific[STEP_CALLBACK + 1][100][KIND_OTHER + 1];

static bool parse_step(struct parsing *s, specific set)
{
    int step = 0, mode = 0, k = 0;
    int64_t c = 0;
    bool all_c = false, all_k = false;
    if (!tsv_named(&s->t, 0, "step", policy_steps, &step) || !category(s, 1, &all_c, &c) || !kind(s, 2, &all_k, &k) ||
        !tsv_named(&s->t, 3, "mode", modes, &mode)) {
        return false;
    }
    uint8_t rank = (uint8_t)(1 + 2 * !all_c + !all_k);
    for (int64_t i = all_c ? 0 : c; i <= (all_c ? 99 : c); i++) {
        for (int j = all_k ? 0 : k; j <= (all_k ? KIND_OTHER : k); j++) {
            if (set[step][i][j] == rank) {
                return tsv_fail(&s->t, "duplicate: step, category and kind stood on a line above", STR_NONE, "");
            }
            if (set[step][i][j] < rank) {
                set[step][i][j] = rank;
                s->p.steps[step][i][j] = (uint8_t)mode;
            }
        }
    }
    return true;
}

static enum result check_steps(struct parsing *s)
{
    for (const struct code *step = policy_steps; step->name != NULL; step++) {
        for (int c = 0; c <= 99; c++) {
            for (int k = 0; k <= KIND_OTHER; k++) {
                bool asked = c == 0 || policy_has_category(&s->p, c);
                if (asked && s->p.steps[step->code][c][k] == 0) {
                    return err_set_limit(s->err, REJECT, "bad_policy", "steps.tsv", "category ", c,
                                         " has no row for every step and kind; a row with * * would do");
                }
                if (!asked) { // a category that a later policy dropped: a person looks at it
                    s->p.steps[step->code][c][k] = MODE_HUMAN;
                }
            }
        }
    }
    return OK;
}

static enum result parse_steps(struct parsing *s)
{
    specific set;
    memset(set, 0, sizeof(set));
    while (tsv_next(&s->t) && parse_step(s, set)) {
    }
    return s->t.result == OK ? check_steps(s) : s->t.result;
}

static bool parse_clock(struct parsing *s, bool named_before[CLOCK_MAX][KIND_OTHER + 1])
{
    int clock = 0, k = 0;
    bool all = false;
    struct span span = {0};
    if (!tsv_named(&s->t, 0, "clock", policy_clocks, &clock) || !kind(s, 1, &all, &k)) {
        return false;
    }
    if (!span_parse(s->t.cell[2], &span)) {
        return tsv_fail(&s->t, "bad amount '", s->t.cell[2],
                        "'; 1 to 3660 with m (minutes), h (hours), d (natural days) or wd (working days)");
    }
    if (named_before[clock][k]) {
        return tsv_fail(&s->t, "duplicate: clock and kind stood on a line above", STR_NONE, "");
    }
    named_before[clock][k] = true;
    for (int i = all ? 0 : k; i <= (all ? KIND_OTHER : k); i++) {
        if (!all || !named_before[clock][i] || i == 0) {
            s->p.clocks[clock][i] = span;
        }
    }
    return true;
}

static enum result parse_clocks(struct parsing *s)
{
    bool named_before[CLOCK_MAX][KIND_OTHER + 1] = {{false}};
    while (tsv_next(&s->t) && parse_clock(s, named_before)) {
    }
    for (const struct code *k = kinds; s->t.result == OK && k->name != NULL; k++) {
        if (s->p.clocks[CLOCK_K8][k->code].amount == 0) {
            return err_set_str(s->err, REJECT, "bad_policy", "clocks.tsv", "no clock K8 (answer) for the kind ",
                               str_of(k->name), "");
        }
    }
    return s->t.result;
}

static enum result parse_calendar(struct parsing *s)
{
    struct calendar_day *days = tsv_rows(&s->t, sizeof(*days));
    size_t n = 0;
    while (days != NULL && tsv_next(&s->t)) {
        int day_kind = 0;
        if (!date_parse(s->t.cell[0], &days[n].date)) {
            (void)tsv_fail(&s->t, "bad date '", s->t.cell[0], "'; must be like 2026-10-01");
        } else if (tsv_ascends(&s->t, 0, n == 0, n == 0 ? 0 : days[n - 1].date.day, days[n].date.day) &&
                   tsv_named(&s->t, 1, "kind", day_kinds, &day_kind) && tsv_keep(&s->t, 2, "name", &days[n].name)) {
            days[n++].kind = (enum day_kind)day_kind;
        }
    }
    s->p.calendar = (struct calendar){.days = days, .n = n};
    if (n > 0) {
        // The first notice may begin with days of the December before its year.
        int32_t first = date_ymd(days[0].date), last = date_ymd(days[n - 1].date);
        s->p.calendar.first_year = first / 10000 + (first / 100 % 100 == 12);
        s->p.calendar.last_year = last / 10000;
    }
    return s->t.result;
}

static enum result parse_settings(struct parsing *s)
{
    const struct {
        const char *name;
        int16_t *value;
        int64_t low, high;
    } known[] = {{"accept_at", &s->p.sure, 0, 100},
                 {"urgent_at", &s->p.urgent_at, 1, 1000},
                 {"conduct_at", &s->p.conduct_at, 1, 1000},
                 {"claimed_kind", &s->p.claimed, 0, 1000}};
    enum { KNOWN = sizeof(known) / sizeof(known[0]) };
    bool given[KNOWN] = {false};
    while (tsv_next(&s->t)) {
        size_t i = 0;
        int64_t value = 0;
        while (i < KNOWN && !str_is(s->t.cell[0], known[i].name)) {
            i++;
        }
        if (i == KNOWN || given[i]) {
            (void)tsv_fail(&s->t, i == KNOWN ? "unknown setting '" : "duplicate '", s->t.cell[0],
                           "'; each once: accept_at urgent_at conduct_at claimed_kind");
        } else if (tsv_number(&s->t, 1, known[i].name, known[i].low, known[i].high, &value)) {
            given[i] = true;
            *known[i].value = (int16_t)value;
        }
    }
    for (size_t i = 0; i < KNOWN && s->t.result == OK; i++) {
        if (!given[i]) {
            return err_set_str(s->err, REJECT, "bad_policy", "settings.tsv", "missing setting ", str_of(known[i].name),
                               "");
        }
    }
    return s->t.result;
}

enum result policy_parse(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out, struct err *err)
{
    static const struct {
        const char *header;
        enum result (*parse)(struct parsing *);
    } steps_of[POLICY_FILES] = {
        [UNITS] = {"code	level	parent	name", parse_units},
        [PLACES] = {"code	level	name	parent	names", parse_places},
        [CATEGORIES] = {"code	name", parse_categories},
        [LEXICON] = {"axis	code	weight	term", parse_lexicon},
        [STEPS] = {"step	category	kind	mode", parse_steps},
        [CLOCKS] = {"clock	kind	amount", parse_clocks},
        [CALENDAR] = {"date	kind	name", parse_calendar},
        [SETTINGS] = {"name	value", parse_settings},
    };
    struct parsing s = {.err = err};
    for (int i = 0; i < POLICY_FILES; i++) {
        enum result r = tsv_open(&s.t, policy_file_names[i], files[i], steps_of[i].header, arena, err);
        if (r == OK) {
            r = steps_of[i].parse(&s);
        }
        if (r != OK) {
            return r;
        }
    }
    s.p.matcher = matcher_build(&s.p, arena);
    if (s.p.matcher == NULL) {
        return tsv_no_room(err);
    }
    *out = s.p;
    return OK;
}

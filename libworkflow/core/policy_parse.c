// SPDX-License-Identifier: Apache-2.0
#include "core/classify.h"
#include "core/matcher.h"
#include "core/policy_parsing.h"

#include <string.h>

// In the order in which they are read: a file may name what stands in one before it.
const char *const policy_file_names[POLICY_FILES] = {
    "units.tsv",   "places.tsv",   "categories.tsv", "authorities.tsv", "lexicon.tsv",  "steps.tsv",
    "clocks.tsv",  "calendar.tsv", "settings.tsv",   "officers.tsv",    "posts.tsv",    "routes.tsv",
    "reasons.tsv", "ladder.tsv",   "queues.tsv",     "variants.tsv",    "villages.tsv", "landmarks.tsv"};

static const struct code day_kinds[] = {{DAY_OFF, "off", ""}, {DAY_WORK, "work", ""}, {0, NULL, NULL}};

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

static bool find_authority(const struct parsing *s, struct str name, int64_t *out)
{
    for (size_t i = 0; i < s->p.authorities_n; i++) {
        if (str_eq(s->p.authorities[i].code, name)) {
            *out = (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool parse_term(struct parsing *s, struct term *t)
{
    int64_t weight = 0, code = 0;
    int k = 0;
    struct str axis = s->t.cell[0];
    bool all = false;
    if (axis.n != 1 || memchr("kcaupvon", axis.p[0], 8) == NULL) {
        return tsv_fail(&s->t, "unknown axis '", axis, "'; allowed: k c a u p v o n");
    }
    t->axis = axis.p[0];
    if (t->axis == 'c' && (!parse_category(s, 1, &all, &code) || all || code == 0)) {
        return s->t.result != OK ? false : tsv_fail(&s->t, "a category's code is needed, not '", s->t.cell[1], "'");
    }
    if (t->axis == 'k' && !tsv_named(&s->t, 1, "kind", kinds, &k)) {
        return false;
    }
    if (t->axis == 'a' && !find_authority(s, s->t.cell[1], &code)) {
        return tsv_fail(&s->t, "unknown authority '", s->t.cell[1], "': authorities.tsv does not have it");
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
            return parse_fail(s, "at most ", POLICY_TERMS, " terms");
        }
    }
    s->p.terms = terms;
    s->p.terms_n = n;
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

// words: with what only classify reads.
static enum result parse_files(const struct str files[POLICY_FILES], bool words, struct arena *arena,
                               struct policy *out, struct err *err)
{
    static const struct {
        const char *header;
        enum result (*parse)(struct parsing *);
    } files_of[POLICY_FILES] = {
        {"code\tlevel\tparent\tline\tname\tfrom\tto", parse_units},
        {"code\tlevel\tname\tparent\tnames", parse_places},
        {"code\tname", parse_categories},
        {"code\tname\treason", parse_authorities},
        {"axis\tcode\tweight\tterm", parse_lexicon},
        {"step\tcategory\tkind\tmode", parse_steps},
        {"clock\tkind\tamount", parse_clocks},
        {"date\tkind\tname", parse_calendar},
        {"name\tvalue", parse_settings},
        {"id\tname\tunit\trole\tfrom\tto", parse_officers},
        {"post\tduties", parse_posts},
        {"id\tcategory\tkind\tto\tline\tbasis", parse_routes},
        {"use\tcode\tname\tbasis", parse_reasons},
        {"at\tsupervision", parse_ladder},
        {"queue", parse_queues},
        {"wrong\tright", parse_variants},
        {"town\tnames", parse_villages},
        {"name\tcode\tkind", parse_landmarks},
    };
    struct parsing s = {.err = err};
    for (int i = 0; i < POLICY_FILES; i++) {
        enum result (*parse)(struct parsing *) = files_of[i].parse;
        bool later = parse == parse_authorities || parse == parse_variants || parse == parse_villages ||
                     parse == parse_landmarks;
        if (!words && (later || parse == parse_places || parse == parse_lexicon)) {
            continue;
        }
        if (files[i].p == NULL && (later || parse == parse_queues)) {
            continue; // a policy that was loaded before there was this file
        }
        enum result r = tsv_open(&s.t, policy_file_names[i], files[i], files_of[i].header, arena, err);
        if (r == OK) {
            r = files_of[i].parse(&s);
        }
        if (r != OK) {
            return r;
        }
    }
    *out = s.p;
    return OK;
}

enum result policy_parse_rules(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out,
                               struct err *err)
{
    return parse_files(files, false, arena, out, err);
}

enum result policy_parse(const struct str files[POLICY_FILES], struct arena *arena, struct policy *out, struct err *err)
{
    struct policy p;
    enum result r = parse_files(files, true, arena, &p, err);
    if (r != OK) {
        return r;
    }
    p.matcher = matcher_build(&p, arena);
    if (p.matcher == NULL) {
        return tsv_no_room(err);
    }
    *out = p;
    return OK;
}

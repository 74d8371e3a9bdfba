// SPDX-License-Identifier: Apache-2.0
// Who acts, whose matter it is and for what reasons it may be put off: posts.tsv, routes.tsv, reasons.tsv.
#include "core/policy_parsing.h"

#define NAME_BYTES 60 // of a post's name

bool parse_machine_name(struct parsing *s, size_t column, const char *what, struct str *out)
{
    struct str name = s->t.cell[column];
    bool good = name.n >= 1 && name.n <= 32;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    char before[40];
    struct text t = TEXT(before);
    text_put(&t, what);
    text_put(&t, " '");
    return good ? tsv_keep(&s->t, column, what, out)
                : tsv_fail(&s->t, before, name, "' must be 1 to 32 of a-z, 0-9 and _");
}

// A name that a person can type: no blank, and nothing of "name@unit:警号".
static bool good_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c <= ' ' || c == 0x7f || c == '@' || c == ':') {
            return false;
        }
    }
    return name.n >= 1 && name.n <= NAME_BYTES;
}

// posts_n counts the rows above, so policy_post finds their names; names of the same row are compared here.
static bool post_names(struct parsing *s, struct str names)
{
    for (struct str rest = names; rest.p != NULL;) {
        struct str name = str_split(&rest, '|');
        if (!good_name(name)) {
            return tsv_fail(&s->t, "a post's name is of 1 to 60 bytes without blank, '@' and ':', not '", name, "'");
        }
        bool twice = policy_post(&s->p, name) != NULL;
        for (struct str others = rest; others.p != NULL && !twice;) {
            twice = str_eq(name, str_split(&others, '|'));
        }
        if (twice) {
            return tsv_fail(&s->t, "duplicate '", name, "': another post or this one has the name already");
        }
    }
    return true;
}

static bool parse_post(struct parsing *s, struct post *post)
{
    struct str rest = s->t.cell[1];
    if (!tsv_keep(&s->t, 0, "post", &post->names) || !post_names(s, post->names)) {
        return false;
    }
    while (rest.p != NULL) {
        int duty = 0;
        s->t.cell[1] = str_split(&rest, '|');
        if (!tsv_named(&s->t, 1, "duty", policy_duties, &duty)) {
            return false;
        }
        if ((post->duties & (uint32_t)duty) != 0) {
            return tsv_fail(&s->t, "duplicate duty '", s->t.cell[1], "'");
        }
        post->duties |= (uint32_t)duty;
    }
    return true;
}

enum result parse_posts(struct parsing *s)
{
    struct post *posts = tsv_rows(&s->t, sizeof(*posts));
    s->p.posts = posts;
    while (posts != NULL && tsv_next(&s->t) && parse_post(s, &posts[s->p.posts_n])) {
        s->p.posts_n++;
    }
    if (s->t.result == OK && policy_post(&s->p, STR(POLICY_DEFAULT_POST)) == NULL) {
        (void)tsv_fail(&s->t, "the post " POLICY_DEFAULT_POST " is missing: it acts where no post is said", STR_NONE,
                       "");
    }
    return s->t.result;
}

typedef uint8_t specific[100][KIND_OTHER + 1]; // how specific the row was that set a route

static bool parse_route(struct parsing *s, struct route *r, size_t i, specific set)
{
    static const struct code tos[] = {{ROUTE_BUREAU, "bureau", ""},
                                      {ROUTE_SUPERVISION, "supervision", ""},
                                      {ROUTE_ELSEWHERE, "elsewhere", ""},
                                      {0, NULL, NULL}};
    int64_t id = 0, c = 0;
    int k = 0, to = 0, line = 0;
    bool all_c = false, all_k = false;
    if (!tsv_number(&s->t, 0, "id", 1, 9999, &id) || !tsv_ascends(&s->t, 0, i == 0, i == 0 ? 0 : r[i - 1].id, id) ||
        !parse_category(s, 1, &all_c, &c) || !parse_kind(s, 2, &all_k, &k) || !tsv_named(&s->t, 3, "to", tos, &to) ||
        !tsv_named(&s->t, 4, "line", policy_lines, &line) || !tsv_keep(&s->t, 5, "basis", &r[i].basis)) {
        return false;
    }
    r[i].id = (int16_t)id;
    r[i].category = (int16_t)c;
    r[i].kind = (enum kind)k;
    r[i].to = (enum route_to)to;
    r[i].line = (enum line)line;
    uint8_t rank = parse_rank(all_c, all_k);
    for (int64_t j = all_c ? 0 : c; j <= (all_c ? 99 : c); j++) {
        for (int m = all_k ? 0 : k; m <= (all_k ? KIND_OTHER : k); m++) {
            if (set[j][m] == rank) {
                return tsv_fail(&s->t, "duplicate: category and kind stood on a line above", STR_NONE, "");
            }
            if (set[j][m] < rank) {
                set[j][m] = rank;
                s->p.route_of[j][m] = (int16_t)i;
            }
        }
    }
    return true;
}

enum result parse_routes(struct parsing *s)
{
    struct route *r = tsv_rows(&s->t, sizeof(*r));
    specific set = {{0}};
    while (r != NULL && tsv_next(&s->t) && parse_route(s, r, s->p.routes_n, set)) {
        s->p.routes_n++;
    }
    s->p.routes = r;
    for (int c = 0; c <= 99 && s->t.result == OK; c++) {
        bool asked = c == 0 || policy_has_category(&s->p, c);
        for (int k = 0; k <= KIND_OTHER; k++) {
            if (asked && set[c][k] == 0) {
                return parse_fail(s, "category ", c, " has no route for every kind; a row with the kind * would do");
            }
            if (!asked) { // a category that a later policy dropped: as one that is not known
                s->p.route_of[c][k] = s->p.route_of[0][k];
            }
        }
    }
    return s->t.result;
}

static const struct code uses[] = {{REASON_REFUSE, "refuse", ""}, {REASON_REFER, "refer", ""},
                                   {REASON_RETURN, "return", ""}, {REASON_TERMINATE, "terminate", ""},
                                   {REASON_DEFER, "defer", ""},   {0, NULL, NULL}};

static bool parse_reason(struct parsing *s, struct reason *r)
{
    int use = 0;
    if (!tsv_named(&s->t, 0, "use", uses, &use) || !parse_machine_name(s, 1, "code", &r->code) ||
        !tsv_keep(&s->t, 2, "name", &r->name) || !tsv_keep(&s->t, 3, "basis", &r->basis)) {
        return false;
    }
    r->use = (enum reason_use)use;
    return policy_reason(&s->p, r->use, r->code) == NULL ||
           tsv_fail(&s->t, "duplicate '", s->t.cell[1], "': this use has the code on a line above");
}

static bool parse_authority(struct parsing *s, struct authority *a)
{
    if (!parse_machine_name(s, 0, "code", &a->code) || !tsv_keep(&s->t, 1, "name", &a->name) ||
        !parse_machine_name(s, 2, "reason", &a->reason)) {
        return false;
    }
    for (size_t i = 0; i < s->p.authorities_n; i++) {
        if (str_eq(s->p.authorities[i].code, a->code)) {
            return tsv_fail(&s->t, "duplicate '", a->code, "': a line above has this code");
        }
    }
    return s->p.authorities_n < POLICY_AUTHORITIES ||
           parse_fail(s, "at most ", POLICY_AUTHORITIES, " authorities") == OK;
}

enum result parse_authorities(struct parsing *s)
{
    struct authority *a = tsv_rows(&s->t, sizeof(*a));
    s->p.authorities = a;
    while (a != NULL && tsv_next(&s->t) && parse_authority(s, &a[s->p.authorities_n])) {
        s->p.authorities_n++;
    }
    return s->t.result;
}

enum result parse_reasons(struct parsing *s)
{
    struct reason *r = tsv_rows(&s->t, sizeof(*r));
    bool given[REASON_DEFER + 1] = {false};
    s->p.reasons = r;
    while (r != NULL && tsv_next(&s->t) && parse_reason(s, &r[s->p.reasons_n])) {
        given[r[s->p.reasons_n++].use] = true;
    }
    for (int use = REASON_REFUSE; use <= REASON_DEFER && s->t.result == OK; use++) {
        if (!given[use]) {
            (void)tsv_fail(&s->t, "no reason to '", str_of(code_name(uses, use)),
                           "': each use needs one: refuse refer return terminate defer");
        }
    }
    for (size_t i = 0; i < s->p.authorities_n && s->t.result == OK; i++) {
        if (policy_reason(&s->p, REASON_REFER, s->p.authorities[i].reason) == NULL) {
            (void)tsv_fail(&s->t, "no reason to refer '", s->p.authorities[i].reason, "', which authorities.tsv names");
        }
    }
    return s->t.result;
}

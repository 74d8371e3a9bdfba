// SPDX-License-Identifier: Apache-2.0
// The organisation: units.tsv, officers.tsv and queues.tsv.
#include "core/policy_parsing.h"

#include <string.h>

static const struct code levels[] = {
    {UNIT_PROVINCE, "province", ""}, {UNIT_CITY, "city", ""}, {UNIT_COUNTY, "county", ""},
    {UNIT_SQUAD, "squad", ""},       {0, NULL, NULL},
};

static bool times(struct parsing *s, size_t column, struct date *from, struct date *to)
{
    if (!tsv_day(&s->t, column, "from", (struct date){INT32_MIN}, from) ||
        !tsv_day(&s->t, column + 1, "to", (struct date){INT32_MAX}, to)) {
        return false;
    }
    return from->day <= to->day ||
           tsv_fail(&s->t, "the last day '", s->t.cell[column + 1], "' is before the first one");
}

// Rows of one code follow one another in time, so that each day has at most one of them.
static bool unit_follows(struct parsing *s, const struct unit *u, size_t i)
{
    if (i == 0 || u[i - 1].code != u[i].code) {
        return tsv_ascends(&s->t, 0, i == 0, i == 0 ? 0 : u[i - 1].code, u[i].code);
    }
    return u[i].from.day > u[i - 1].to.day ||
           tsv_fail(&s->t, "overlapping validity: the row above has '", s->t.cell[0],
                    "' on some of these days too; rows of one code follow one another in time");
}

static bool parse_unit(struct parsing *s, struct unit *u, size_t i)
{
    int64_t code = 0, parent = 0;
    int level = 0, line = 0;
    if (!tsv_number(&s->t, 0, "code", 100000, 999999999, &code) || !tsv_named(&s->t, 1, "level", levels, &level)) {
        return false;
    }
    if (!str_is(s->t.cell[2], "-") && !tsv_number(&s->t, 2, "parent", 100000, 999999999, &parent)) {
        return false;
    }
    if ((parent == 0) != (level == UNIT_PROVINCE)) {
        return tsv_fail(&s->t, "the province has the parent '-', every other unit has a code there", STR_NONE, "");
    }
    if ((code == POLICY_PROVINCE) != (level == UNIT_PROVINCE)) {
        return tsv_fail(&s->t, "the province is 440000 and nothing else, not '", s->t.cell[0], "'");
    }
    u[i] = (struct unit){.code = (int32_t)code, .parent = (int32_t)parent, .level = (enum unit_level)level};
    if (!tsv_named(&s->t, 3, "line", policy_lines, &line) || !tsv_keep(&s->t, 4, "name", &u[i].name) ||
        !times(s, 5, &u[i].from, &u[i].to)) {
        return false;
    }
    u[i].line = (enum line)line;
    return unit_follows(s, u, i);
}

// Does the way up from u, on the first day of u, come back to it? Looked for only to say it better.
static bool above_itself(const struct policy *p, const struct unit *u)
{
    const struct unit *up = u;
    for (int steps = 0; up != NULL && steps < 64; steps++) {
        up = policy_unit_at(p, up->parent, u->from);
        if (up != NULL && up->code == u->code) {
            return true;
        }
    }
    return false;
}

// A unit has a valid unit of a higher level above it on each of its days; so no cycle is left, and no day on which a
// unit stands below nobody (the guard would not find it below the accused).
static bool check_unit(struct parsing *s, const struct unit *u)
{
    if (policy_unit(&s->p, u->parent) == NULL) {
        return tsv_fail(&s->t, "unknown parent '", s->t.cell[0], "': no row has this code");
    }
    struct date day = u->from;
    for (;;) {
        const struct unit *up = policy_unit_at(&s->p, u->parent, day);
        if (up == NULL) {
            return tsv_fail(&s->t, "parent '", s->t.cell[0], "' is not valid on all days of this unit");
        }
        if (up->level >= u->level) {
            return above_itself(&s->p, u)
                       ? tsv_fail(&s->t, "a cycle: this unit is above its own parent '", s->t.cell[0], "'")
                       : tsv_fail(&s->t, "the level is not below that of the parent '", s->t.cell[0],
                                  "'; province, city, county, squad");
        }
        if (up->to.day >= u->to.day) {
            return true;
        }
        day.day = up->to.day + 1;
    }
}

static enum result check_units(struct parsing *s, const int32_t *lines)
{
    int64_t end = s->t.line;
    for (size_t i = 0; i < s->p.units_n; i++) {
        const struct unit *u = &s->p.units[i];
        char parent[24];
        struct text t = TEXT(parent);
        text_i64(&t, u->parent);
        s->t.line = lines[i];
        s->t.cell[0] = text_get(&t);
        if (u->level != UNIT_PROVINCE && !check_unit(s, u)) {
            return s->t.result;
        }
    }
    s->t.line = end;
    const struct unit *province = policy_unit(&s->p, POLICY_PROVINCE);
    if (province == NULL || province->to.day != INT32_MAX) {
        return parse_fail(s, "the province ", POLICY_PROVINCE, " is missing, or has a last day");
    }
    for (size_t i = 0; i < POLICY_BUREAUS; i++) {
        const struct unit *u = policy_unit(&s->p, policy_bureaus[i]);
        if (u == NULL || u->level != UNIT_CITY || u->to.day != INT32_MAX) {
            return parse_fail(s, "a unit of level city without a last day is missing: ", policy_bureaus[i],
                              "; all 21 bureaus are needed");
        }
    }
    return OK;
}

enum result parse_units(struct parsing *s)
{
    struct unit *u = tsv_rows(&s->t, sizeof(*u));
    int32_t *lines = u == NULL ? NULL : tsv_rows(&s->t, sizeof(*lines));
    size_t n = 0;
    while (lines != NULL && tsv_next(&s->t) && parse_unit(s, u, n)) {
        lines[n++] = (int32_t)s->t.line;
    }
    s->p.units = u;
    s->p.units_n = n;
    return s->t.result == OK ? check_units(s, lines) : s->t.result;
}

// The heads of a unit, newest row first: rows of officers, chained from the unit's newest row.
struct heads {
    uint32_t *first; // for each row of units: 1 + index of an officer, 0: none
    uint32_t *next;  // for each row of officers: the same
};

static bool one_head(struct parsing *s, const struct officer *o, size_t i, struct heads *h)
{
    uint32_t *first = &h->first[policy_unit(&s->p, o[i].unit) - s->p.units];
    for (uint32_t at = *first; at != 0; at = h->next[at - 1]) {
        const struct officer *other = &o[at - 1];
        if (o[i].from.day <= other->to.day && other->from.day <= o[i].to.day) {
            return tsv_fail(&s->t, "two heads at one time: unit '", s->t.cell[2],
                            "' has another head on some of these days, on a line above");
        }
    }
    h->next[i] = *first;
    *first = (uint32_t)i + 1;
    return true;
}

static bool parse_officer(struct parsing *s, struct officer *o, size_t i, struct heads *h)
{
    static const struct code roles[] = {{1, "head", ""}, {2, "officer", ""}, {0, NULL, NULL}};
    int64_t id = 0, unit = 0;
    int role = 0;
    if (!tsv_number(&s->t, 0, "id", 1, 99999999, &id) || !tsv_keep(&s->t, 1, "name", &o[i].name) ||
        !tsv_number(&s->t, 2, "unit", 100000, 999999999, &unit) || !tsv_named(&s->t, 3, "role", roles, &role) ||
        !times(s, 4, &o[i].from, &o[i].to)) {
        return false;
    }
    if (policy_unit(&s->p, (int32_t)unit) == NULL) {
        return tsv_fail(&s->t, "unknown unit '", s->t.cell[2], "': units.tsv does not have it");
    }
    o[i].id = (int32_t)id;
    o[i].unit = (int32_t)unit;
    o[i].head = role == 1;
    if (i > 0 && (o[i - 1].id > id || (o[i - 1].id == id && o[i - 1].from.day > o[i].from.day))) {
        return tsv_fail(&s->t, "'", s->t.cell[0], "' is out of order: by id, then by the first day");
    }
    return !o[i].head || one_head(s, o, i, h);
}

enum result parse_officers(struct parsing *s)
{
    struct officer *o = tsv_rows(&s->t, sizeof(*o));
    struct heads h = {.next = o == NULL ? NULL : tsv_rows(&s->t, sizeof(uint32_t))};
    size_t n = 0;
    if (h.next != NULL) {
        h.first = arena_get(s->t.arena, sizeof(*h.first) * (s->p.units_n + 1));
        if (h.first == NULL) {
            return tsv_no_room(s->err);
        }
        while (tsv_next(&s->t) && parse_officer(s, o, n, &h)) {
            n++;
        }
    }
    s->p.officers = o;
    s->p.officers_n = n;
    return s->t.result;
}

static bool duplicate_queue(struct parsing *s)
{
    return tsv_fail(&s->t, "duplicate '", s->t.cell[0], "': it stands on a line above");
}

static bool parse_unit_queue(struct parsing *s, int32_t *queues)
{
    int64_t code = 0;
    bool number = str_to_i64(s->t.cell[0], &code) && code >= 100000 && code <= 999999999;
    const struct unit *u = number ? policy_unit(&s->p, (int32_t)code) : NULL;
    if (u == NULL) {
        return tsv_fail(&s->t, "unknown queue '", s->t.cell[0],
                        "': a unit of units.tsv, or a channel: web wechat phone paper hotline12345 transfer");
    }
    if (u->level <= UNIT_CITY) {
        return tsv_fail(&s->t, "'", s->t.cell[0], "' has a queue anyway, as the province and every bureau");
    }
    size_t at = s->p.queues_n;
    while (at > 0 && queues[at - 1] > u->code) {
        at--;
    }
    if (at > 0 && queues[at - 1] == u->code) {
        return duplicate_queue(s);
    }
    if (s->p.queues_n == POLICY_QUEUES) {
        return parse_fail(s, "at most ", POLICY_QUEUES, " units have a queue of their own") == OK;
    }
    memmove(queues + at + 1, queues + at, (s->p.queues_n - at) * sizeof(*queues));
    queues[at] = u->code;
    s->p.queues_n++;
    return true;
}

enum result parse_queues(struct parsing *s)
{
    int32_t *queues = tsv_rows(&s->t, sizeof(*queues));
    s->p.queues = queues;
    while (queues != NULL && tsv_next(&s->t)) {
        int channel = code_find(channels, s->t.cell[0]);
        if (channel != 0 ? policy_told(&s->p, (enum channel)channel) && !duplicate_queue(s)
                         : !parse_unit_queue(s, queues)) {
            break;
        }
        s->p.told |= (uint8_t)(channel != 0 ? 1 << channel : 0);
    }
    return s->t.result;
}

// SPDX-License-Identifier: Apache-2.0
// Who decides, until when, and what a lateness brings: steps.tsv, clocks.tsv, settings.tsv, ladder.tsv.
#include "core/policy_parsing.h"

#include <string.h>

bool parse_category(struct parsing *s, size_t column, bool *all, int64_t *out)
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

bool parse_kind(struct parsing *s, size_t column, bool *all, int *out)
{
    *all = str_is(s->t.cell[column], "*");
    return *all || tsv_named(&s->t, column, "kind", kinds, out);
}

// How specific the row was that set a step; the more specific one wins, whatever the order.
typedef uint8_t specific[POLICY_STEPS][100][KIND_OTHER + 1];

static bool parse_step(struct parsing *s, specific set)
{
    static const struct code modes[] = {{MODE_HUMAN, "human", ""}, {MODE_AUTO, "auto", ""}, {0, NULL, NULL}};
    int step = 0, mode = 0, k = 0;
    int64_t c = 0;
    bool all_c = false, all_k = false;
    if (!tsv_named(&s->t, 0, "step", policy_steps, &step) || !parse_category(s, 1, &all_c, &c) ||
        !parse_kind(s, 2, &all_k, &k) || !tsv_named(&s->t, 3, "mode", modes, &mode)) {
        return false;
    }
    uint8_t rank = parse_rank(all_c, all_k);
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
                if (asked && s->p.steps[step->code][c][k] == 0 && step->code != STEP_REFER) {
                    return parse_fail(s, "category ", c,
                                      " has no row for every step and kind; a row with * * would do");
                }
                if (!asked || s->p.steps[step->code][c][k] == 0) { // a category that a later policy dropped, or the
                    s->p.steps[step->code][c][k] = MODE_HUMAN;     // step is younger than the policy: a person decides
                }
            }
        }
    }
    return OK;
}

enum result parse_steps(struct parsing *s)
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
    if (!tsv_named(&s->t, 0, "clock", policy_clocks, &clock) || !parse_kind(s, 1, &all, &k)) {
        return false;
    }
    if (!span_parse(s->t.cell[2], &span)) {
        return tsv_fail(&s->t, "bad amount '", s->t.cell[2],
                        "'; 1 to 3660 with its unit: m (minutes), h (hours), wh (working hours), d (natural days) or "
                        "wd (working days); m and h perhaps with @10:00");
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

enum result parse_clocks(struct parsing *s)
{
    bool named_before[CLOCK_MAX][KIND_OTHER + 1] = {{false}};
    while (tsv_next(&s->t) && parse_clock(s, named_before)) {
    }
    for (const struct code *c = policy_clocks; s->t.result == OK && c->name != NULL; c++) {
        struct span *spans = s->p.clocks[c->code];
        for (const struct code *k = kinds; k->name != NULL; k++) {
            if (spans[k->code].amount == 0) {
                char missing[80];
                struct text t = TEXT(missing);
                text_put(&t, c->name);
                text_put(&t, " (");
                text_put(&t, c->label);
                text_put(&t, ") for the kind ");
                text_put(&t, k->name);
                (void)tsv_fail(&s->t, "missing clock ", text_get(&t), "; a row with * would do");
                return s->t.result;
            }
        }
        if (spans[KIND_NONE].amount == 0) { // not triaged yet
            spans[KIND_NONE] = spans[KIND_OTHER];
        }
    }
    return s->t.result;
}

enum { SETTINGS_MAX = 24 };
struct setting {
    const char *name;
    int16_t *value;
    int16_t low, high;
};

static bool parse_setting(struct parsing *s, const struct setting *known, bool given[SETTINGS_MAX])
{
    size_t i = 0;
    int64_t value = 0;
    while (known[i].name != NULL && !str_is(s->t.cell[0], known[i].name)) {
        i++;
    }
    if (known[i].name == NULL || given[i]) {
        char after[320];
        struct text t = TEXT(after);
        text_put(&t, "'; each once:");
        for (size_t j = 0; known[j].name != NULL; j++) {
            text_put(&t, " ");
            text_put(&t, known[j].name);
        }
        return tsv_fail(&s->t, given[i] ? "duplicate '" : "unknown setting '", s->t.cell[0], after);
    }
    given[i] = true;
    if (known[i].value == NULL) {
        return hours_parse(s->t.cell[1], &s->p.calendar) ||
               tsv_fail(&s->t, "bad duty_hours '", s->t.cell[1],
                        "'; 1 to 4 stretches of a day, ascending and apart, like 08:30-12:00,14:00-17:30");
    }
    if (!tsv_number(&s->t, 1, known[i].name, known[i].low, known[i].high, &value)) {
        return false;
    }
    *known[i].value = (int16_t)value;
    return true;
}

enum result parse_settings(struct parsing *s)
{
    struct policy *p = &s->p;
    const struct setting known[SETTINGS_MAX] = {
        {"accept_at", &p->sure, 0, 100},
        {"urgent_at", &p->urgent_at, 1, 1000},
        {"conduct_at", &p->conduct_at, 1, 1000},
        {"claimed_kind", &p->claimed, 0, 1000},
        {"claimed_conduct", &p->claimed_conduct, 0, 1000},
        {"hops", &p->hops, 0, 9},
        {"supplements", &p->supplements, 0, 9},
        {"extension_days", &p->extension_days, 1, 60},
        {"margin_days", &p->margin_days, 0, 30},
        {"calls", &p->calls, 1, 20},
        {"call_days", &p->call_days, 1, 20},
        {"rounds", &p->rounds, 1, 9},
        {"pressing", &p->pressing, 1, 99},
        {"served_months", &p->served_months, 0, 600},
        {"near_at", &p->near_at, 1, 100},
        {"same_text", &p->same_text, 1, 100},
        {"near_days", &p->near_days, 1, 3650},
        {"duty_hours", NULL, 0, 0},
        {NULL, NULL, 0, 0},
    };
    bool given[SETTINGS_MAX] = {false};
    // A policy that was loaded before there were these.
    p->claimed_conduct = 16;
    p->near_at = 50;
    p->same_text = 80;
    p->near_days = 180;
    while (tsv_next(&s->t) && parse_setting(s, known, given)) {
    }
    for (size_t i = 0; known[i].name != NULL && s->t.result == OK; i++) {
        if (!given[i] && (known[i].value == NULL || *known[i].value == 0)) {
            (void)tsv_fail(&s->t, "missing setting ", str_of(known[i].name), "");
        }
    }
    if (s->t.result == OK && p->call_days > p->calls) {
        return parse_fail(s, "call_days must be at most calls, which is ", p->calls, "");
    }
    return s->t.result;
}

static const struct code warnings[WARNINGS + 1] = {{1, "50%", ""},  {2, "80%", ""},  {3, "due", ""},
                                                   {4, "+1wd", ""}, {5, "+5wd", ""}, {0, NULL, NULL}};

static bool parse_warning(struct parsing *s, int64_t lines[WARNINGS])
{
    int at = 0, level = SUPERVISION_NONE;
    if (!tsv_named(&s->t, 0, "warning", warnings, &at)) {
        return false;
    }
    if (lines[at - 1] != 0) {
        return tsv_fail(&s->t, "duplicate '", s->t.cell[0], "'");
    }
    if (!str_is(s->t.cell[1], "-") && !tsv_named(&s->t, 1, "supervision", policy_supervisions, &level)) {
        return false;
    }
    if (level == SUPERVISION_SUMMONED) {
        return tsv_fail(&s->t, "'", s->t.cell[1], "' is for a leader to order, no warning brings it; at most list");
    }
    lines[at - 1] = s->t.line;
    s->p.ladder[at - 1] = (enum supervision)level;
    return true;
}

enum result parse_ladder(struct parsing *s)
{
    int64_t lines[WARNINGS] = {0};
    while (tsv_next(&s->t) && parse_warning(s, lines)) {
    }
    for (int i = 0; i < WARNINGS && s->t.result == OK; i++) {
        if (lines[i] == 0) {
            (void)tsv_fail(&s->t, "missing warning ", str_of(code_name(warnings, i + 1)),
                           "; each once: 50% 80% due +1wd +5wd, with supervision '-' for none");
        }
    }
    enum supervision before = SUPERVISION_NONE;
    for (int i = 0; i < WARNINGS && s->t.result == OK; i++) {
        enum supervision now = s->p.ladder[i];
        if (now != SUPERVISION_NONE && now < before) {
            s->t.line = lines[i];
            (void)tsv_fail(&s->t, "descending supervision: '", str_of(code_name(policy_supervisions, (int)now)),
                           "' comes after a severer one; urge, supervise, list may only climb");
        }
        before = now == SUPERVISION_NONE ? before : now;
    }
    return s->t.result;
}

// SPDX-License-Identifier: Apache-2.0
// policy_parsing: what the parsers of the single catalogues share. Only policy_*.c includes it.
#ifndef CORE_POLICY_PARSING_H
#define CORE_POLICY_PARSING_H

#include "core/policy.h"
#include "core/tsv.h"

struct parsing {
    struct tsv t;    // the file that is being read
    struct policy p; // what stands so far; files are read in the order of policy_file_names
    struct err *err;
    struct alias_table *aliases; // of policy_places.c
};

// One for each file: reads the rows, then checks what only all rows together can show.
enum result parse_units(struct parsing *s);
enum result parse_officers(struct parsing *s);
enum result parse_steps(struct parsing *s);
enum result parse_clocks(struct parsing *s);
enum result parse_settings(struct parsing *s);
enum result parse_ladder(struct parsing *s);
enum result parse_posts(struct parsing *s);
enum result parse_routes(struct parsing *s);
enum result parse_reasons(struct parsing *s);
enum result parse_authorities(struct parsing *s);
enum result parse_queues(struct parsing *s);
enum result parse_variants(struct parsing *s);
enum result parse_places(struct parsing *s);
enum result parse_villages(struct parsing *s);
enum result parse_landmarks(struct parsing *s);

// A category's code, '00' for letters whose category is not known, or '*' (*all is then set).
bool parse_category(struct parsing *s, size_t column, bool *all, int64_t *out);
// A kind's name or '*', which gives 0 and all.
bool parse_kind(struct parsing *s, size_t column, bool *all, int *out);
// A machine name: 1 to 32 of a-z, 0-9 and '_'.
bool parse_machine_name(struct parsing *s, size_t column, const char *what, struct str *out);

// Fails at the present line, with a number. Where a row is missing, that is the line behind the last one.
static inline enum result parse_fail(struct parsing *s, const char *before, int32_t number, const char *after)
{
    char digits[16];
    struct text t = TEXT(digits);
    text_i64(&t, number);
    (void)tsv_fail(&s->t, before, text_get(&t), after);
    return s->t.result;
}

// How specific a row for (category, kind) is, where the most specific one wins: 1 (*, *) to 4 (category, kind).
static inline uint8_t parse_rank(bool all_categories, bool all_kinds)
{
    return (uint8_t)(1 + 2 * !all_categories + !all_kinds);
}

#endif

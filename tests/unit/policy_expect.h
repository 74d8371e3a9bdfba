// SPDX-License-Identifier: Apache-2.0
// policy_expect: parses the sample policy with something changed, and says what was expected of it.
#ifndef UNIT_POLICY_EXPECT_H
#define UNIT_POLICY_EXPECT_H

#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    UNITS,
    PLACES,
    CATEGORIES,
    AUTHORITIES,
    LEXICON,
    STEPS,
    CLOCKS,
    CALENDAR,
    SETTINGS,
    OFFICERS,
    POSTS,
    ROUTES,
    REASONS,
    LADDER,
    QUEUES,
    VARIANTS,
    VILLAGES,
    LANDMARKS
};

static char memory[(size_t)24 << 20];

static inline enum result parse(const struct str files[POLICY_FILES], size_t room, struct policy *p, struct err *err)
{
    struct arena arena = {memory, room, 0};
    return policy_parse(files, &arena, p, err);
}

// The sample with one file replaced.
static inline enum result parse_with(int file, struct str text, struct policy *p, struct err *err)
{
    struct str files[POLICY_FILES];
    sample_files(files);
    files[file] = text;
    return parse(files, sizeof(memory), p, err);
}

static inline void expect_refused(enum result result, const struct err *err, const char *field, const char *text)
{
    if (result != REJECT)
        fail_msg("%s: '%s' was expected", field, text);
    if (strcmp(err->field, field) != 0 || strstr(err->text, text) == NULL)
        fail_msg("%s: '%s' expected, not %s: '%s'", field, text, err->field, err->text);
    assert_string_equal(err->code, "bad_policy");
}

// Refused: the sample with one file replaced.
static inline void expect_with(int file, struct str whole, const char *field, const char *text)
{
    struct policy p = {.version = 77};
    struct err err = {0};
    expect_refused(parse_with(file, whole, &p, &err), &err, field, text);
    assert_int_equal(p.version, 77); // untouched
}

// Refused: the sample with the first `from` of one file replaced by `to`.
static inline void expect(int file, const char *from, const char *to, const char *field, const char *text)
{
    struct str files[POLICY_FILES];
    sample_files(files);
    struct str whole = files[file];
    char *changed = malloc(whole.n + strlen(to) + 1);
    assert_non_null(changed);
    const char *at = memmem(whole.p, whole.n, from, strlen(from));
    assert_non_null(at);
    size_t before = (size_t)(at - whole.p), behind = before + strlen(from);
    memcpy(changed, whole.p, before);
    memcpy(changed + before, to, strlen(to));
    memcpy(changed + before + strlen(to), whole.p + behind, whole.n - behind);
    expect_with(file, (struct str){changed, whole.n - strlen(from) + strlen(to)}, field, text);
    free(changed);
}

#endif

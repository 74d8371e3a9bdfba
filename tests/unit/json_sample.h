// SPDX-License-Identifier: Apache-2.0
// json_sample: what the tests of client/json.h have in common.
#ifndef UNIT_JSON_SAMPLE_H
#define UNIT_JSON_SAMPLE_H

#include "client/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline void assert_text(struct str got, const char *wanted)
{
    if (!str_is(got, wanted))
        fail_msg("%.*s is not %s", (int)got.n, got.p ? got.p : "", wanted);
}

// A line, and what is said about it: code, field, a piece of the sentence, and the ref that was read.
struct refused {
    const char *line, *code, *field, *text, *ref;
};

static inline void check_refused(const struct refused *c, enum result r, const struct err *err,
                                 const struct json_line *line)
{
    if (r != REJECT || strcmp(err->code, c->code) != 0 || strcmp(err->field, c->field) != 0 ||
        strstr(err->text, c->text) == NULL)
        fail_msg("%s: %s, %s, %s", c->line, err->code, err->field, err->text);
    if (c->ref ? !str_is(line->ref, c->ref) : line->ref.p != NULL)
        fail_msg("%s: ref %.*s", c->line, (int)line->ref.n, line->ref.p ? line->ref.p : "");
}

#endif

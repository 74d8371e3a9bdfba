// SPDX-License-Identifier: Apache-2.0
#include "core/err.h"

// Everything but the text; false when there is nobody to tell.
static bool begin(struct err *err, enum result result, const char *code, const char *field)
{
    if (!err)
        return false;
    struct text c = TEXT(err->code), f = TEXT(err->field);
    err->result = result;
    text_put(&c, code);
    text_put(&f, field);
    return true;
}

enum result err_set(struct err *err, enum result result, const char *code, const char *field, const char *text)
{
    if (begin(err, result, code, field)) {
        struct text t = TEXT(err->text);
        text_put(&t, text);
    }
    return result;
}

enum result err_set_limit(struct err *err, enum result result, const char *code, const char *field, const char *before,
                          int64_t number, const char *after)
{
    if (begin(err, result, code, field)) {
        struct text t = TEXT(err->text);
        text_put(&t, before);
        text_i64(&t, number);
        text_put(&t, after);
    }
    return result;
}

enum result err_set_str(struct err *err, enum result result, const char *code, const char *field, const char *before,
                        struct str piece, const char *after)
{
    if (!begin(err, result, code, field))
        return result;
    struct text t = TEXT(err->text);
    text_put(&t, before);
    size_t from = t.n;
    // The text goes into messages and logs, so it must be well-formed whatever the piece is.
    bool well_formed = utf8_check(piece, NULL);
    text_str(&t, piece);
    for (size_t i = from; i < t.n; i++) {
        unsigned char c = (unsigned char)t.p[i];
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && !well_formed))
            t.p[i] = '?';
    }
    text_put(&t, after);
    return result;
}

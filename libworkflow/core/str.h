// SPDX-License-Identifier: Apache-2.0
// str: a piece of text that somebody else owns, and a bounded place to write text into. Nothing here allocates.
#ifndef CORE_STR_H
#define CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A view: not terminated, not owned. p == NULL means absent; n == 0 with p != NULL means empty.
struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})

struct str str_of(const char *terminated); // NULL gives STR_NONE
bool str_is(struct str s, const char *terminated);
bool str_eq(struct str a, struct str b);
struct str str_trim(struct str s);           // without ASCII and ideographic (U+3000) blanks at both ends
uint64_t str_hash(struct str s);             // FNV-1a: for tables, no secret
bool str_to_i64(struct str s, int64_t *out); // decimal, whole string, no overflow

// Splits at the first `sep`: returns what stands before it and moves *rest behind it (p == NULL when nothing is left).
struct str str_split(struct str *rest, char sep);

// Well-formed UTF-8 without NUL, surrogates, or overlong forms. *chars (may be NULL) gets the number of code points.
bool utf8_check(struct str s, size_t *chars);
// Where `text` repeats `of`: the character of `text`, counted from 1, at which the first run of n characters begins
// that stands in `of` too; 0: nowhere. Blanks (ASCII and U+3000) count in neither, so that no line break hides a
// repetition. Both well-formed; n >= 1. Time grows with the product of the lengths.
int64_t text_repeats(struct str text, struct str of, int n);
// Reads one code point at s.p[*at] and moves *at; only for text that utf8_check accepted.
uint32_t utf8_next(struct str s, size_t *at);

// A bounded text under construction; always terminated; what does not fit is cut at a character boundary.
struct text {
    char *p;
    size_t cap; // of p, with the terminator; at least 1
    size_t n;
};

#define TEXT(array) ((struct text){(array), sizeof(array), 0})
void text_put(struct text *t, const char *terminated);
void text_str(struct text *t, struct str s);
void text_i64(struct text *t, int64_t v);
void text_pad(struct text *t, int64_t v, int width); // with leading zeros
struct str text_get(const struct text *t);

// Memory handed in by the caller, given out piecemeal, freed all at once by its owner.
struct arena {
    char *p;
    size_t cap;
    size_t n;
};
void *arena_get(struct arena *a, size_t size);       // zeroed, aligned to 16; NULL when exhausted
struct str arena_str(struct arena *a, struct str s); // a copy; p == NULL when exhausted

#endif

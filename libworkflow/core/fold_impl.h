// SPDX-License-Identifier: Apache-2.0
// fold_impl: what fold.c, fold_marks.c, variants.c and the made table share.
#ifndef CORE_FOLD_IMPL_H
#define CORE_FOLD_IMPL_H

#include "core/fold.h"

// fold.gen.c: what is added to a character of the basic plane; 0 comes out where it is dropped. Two levels, because
// most pages add nothing.
extern const uint8_t fold_page[256];
extern const uint16_t fold_delta[][256];

static inline bool fold_is_digit(uint16_t c)
{
    return c >= '0' && c <= '9';
}

static inline bool fold_is_letter(uint16_t c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool fold_is_word(uint16_t c)
{
    return fold_is_digit(c) || fold_is_letter(c);
}

#define FOLD_CJK 0x3400 // from here on: ideographs, and what else is not punctuation
static inline bool fold_is_cjk(uint16_t c)
{
    return c >= FOLD_CJK && c < 0xA000;
}

// A number, address or the like that stands somewhere in a folded text.
struct token {
    enum mark_kind kind; // 0: a hotline, which is no mark
    uint16_t class;      // what stands in its place; 0: it stays
    uint32_t before;     // characters of it that stand before where it was found (粤 of a plate)
    uint32_t n;          // characters from there on; 0: there is none
};

// What begins at t[0], a Latin letter or digit with none before it, or ¥. `back` characters before it may be looked at
// (t[-1]), `left` from it on.
struct token fold_token(const uint16_t *t, uint32_t back, uint32_t left);

// The variant that begins at t[0], the longest; *n gets its length. NULL: none. Latin letters and digits at its ends
// may have none beside them: prev is the character before (0: none).
struct variants;
const uint16_t *variants_find(const struct variants *v, uint16_t prev, const uint16_t *t, uint32_t left, uint32_t *n,
                              uint32_t *right_n);

#endif

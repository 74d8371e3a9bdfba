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

#define PRIVATE 0xE000 // the private use area
#define PRIVATE_END 0xF900
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

// What begins at t[0], if anything. `back` characters before it may be looked at (t[-1]), `left` from it on; prev is
// the last one before it that was taken as it stood, or its class.
struct token fold_token(uint16_t prev, const uint16_t *t, uint32_t back, uint32_t left);

// Of variants.tsv.
#define VARIANT_CHARS 8 // of a misspelling
#define VARIANT_PAIRS 16384
#define VARIANT_HEADS 2048
struct variant {
    uint16_t wrong[VARIANT_CHARS], right[VARIANT_CHARS];
    uint8_t wrong_n, right_n;
    uint16_t next; // link to another one with the same hash, not longer
    int32_t line;
};
struct variants {
    uint64_t alone[65536 / 64];         // a bit for each misspelling of one character; digits, a to z and ¥
    uint64_t pairs[VARIANT_PAIRS / 64]; // a bit for each hash of a misspelling's first two
    uint16_t heads[VARIANT_HEADS];      // links by such a hash
    struct variant *of;                 // link i is of[i - 1], 0 none
};
extern const struct variants variants_none; // numbers only

static inline uint32_t variants_hash(uint16_t first, uint16_t second)
{
    return (first * 31u + second) % VARIANT_PAIRS;
}

// May something begin at c that is not taken as it stands? Nearly always not.
static inline bool variants_look(const struct variants *v, uint16_t c, uint16_t next)
{
    uint32_t pair = variants_hash(c, next);
    return (v->alone[c / 64] >> (c & 63) | v->pairs[pair / 64] >> (pair & 63)) & 1;
}

// The misspelling that begins at t[0], the longest; *n gets its length. NULL: none. Latin letters and digits at its
// ends may have none beside them: prev is the character before (0: none).
const uint16_t *variants_find(const struct variants *v, uint16_t prev, const uint16_t *t, uint32_t left, uint32_t *n,
                              uint32_t *right_n);

#endif

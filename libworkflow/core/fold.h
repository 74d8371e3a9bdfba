// SPDX-License-Identifier: Apache-2.0
// fold: a text as it is compared: one form for what readers take as the same. Terms and names are folded too, so a text
// that was spelled otherwise is found all the same.
//
// Half width, a–z, simplified characters; punctuation of one width, once; blanks only between Latin words and numbers,
// no line breaks; a character at most twice in a row (digits as they are); single separators between characters
// (派*出*所) gone; frequent misspellings by variants.tsv; emoji gone but for those that have a class; numbers of
// persons and hotlines as one class character each.
#ifndef CORE_FOLD_H
#define CORE_FOLD_H

#include "core/letter.h"
#include "core/policy.h"

#define FOLD_MAX (LETTER_TITLE_MAX + LETTER_BODY_MAX + 2) // characters of title and body, with what stands between
#define FOLD_MARKS 32                                     // of a letter, at most; more are folded but not listed
#define FOLD_BREAK '\n'                                   // between two texts: nothing is found across it

// Class characters: of the private use area, where no letter's own character gets to.
enum fold_class {
    FOLD_PHONE = 0xE001, // of a person or a firm, with or without area code
    FOLD_ID_NUMBER = 0xE002,
    FOLD_EMAIL = 0xE003,
    FOLD_PLATE = 0xE004,
    FOLD_BANK_CARD = 0xE005,
    FOLD_URL = 0xE006,
    FOLD_HOTLINE = 0xE010, // and following: fold_hotline
    FOLD_SOS = 0xE041,     // emoji
    FOLD_KNIFE = 0xE042,
    FOLD_GUN = 0xE043,
    FOLD_BOMB = 0xE044,
    FOLD_FIRE = 0xE045,
    FOLD_PILL = 0xE046,
    FOLD_BLOOD = 0xE047,
    FOLD_SKULL = 0xE048,
    FOLD_SIREN = 0xE049,
    FOLD_POLICE = 0xE04A,
    FOLD_AMBULANCE = 0xE04B,
    FOLD_TELEPHONE = 0xE04C,
    FOLD_CRYING = 0xE04D,
    FOLD_PLEADING = 0xE04E,
    FOLD_THUMB = 0xE04F,
    FOLD_ANGRY = 0xE050,
    FOLD_BROKEN_HEART = 0xE051,
};

// What the identity store, or a reader, wants to know of.
enum mark_kind {
    MARK_PHONE = 1, // 13800138000, 138 0013 8000, +86…, 138****8000; 0755-12345678; 400-123-4567
    MARK_ID_NUMBER, // 18 characters with a right check digit or masked with '*'; 15 digits with a date
    MARK_EMAIL,
    MARK_PLATE,     // 粤B·12345, 粤BD12345
    MARK_DATE,      // 2026年11月1日, 11月1日, 2026-11-01, 2026年
    MARK_TIME,      // 18:20, 18点20分, 3点半
    MARK_MONEY,     // 3万元, 5000块, ¥5000
    MARK_BANK_CARD, // 16 to 19 digits
    MARK_URL,
};
struct mark {
    enum mark_kind kind;
    uint32_t text;       // in which of the texts added: 0, 1, …
    uint32_t begin, end; // bytes of that text
};

// Of a few texts. Big: not zeroed; fold_begin sets the counts. What lies behind n is not set.
struct folded {
    uint32_t n, marks_n, texts;
    struct mark marks[FOLD_MARKS]; // in order, without overlap
    uint16_t c[FOLD_MAX + 1];      // one more than ever counts
    uint32_t at[FOLD_MAX];         // where each character began, in bytes of its text
};

static inline void fold_begin(struct folded *out)
{
    out->n = out->marks_n = out->texts = 0;
}

// Appends one text (title, then body), with FOLD_BREAK before it unless it is the first of any length. Well-formed
// UTF-8; never more characters than it has, and what does not fit is left out. A policy without variants (NULL too) is
// fine. Folding what is folded changes nothing, as long as it has no class character and what the policy's variants
// bring makes no new misspelling with what stands beside it.
void fold_add(const struct policy *p, struct str text, struct folded *out);

// One character by itself: a digit of any shape is '0' to '9', a letter 'a' to 'z'; 0: it is dropped.
uint16_t fold_character(uint32_t c);

// The number of a hotline's class character (110, 12345, …); 0: it is none.
int32_t fold_hotline(uint16_t c);

// For people: class characters by name, 〔电话〕; hotlines by number. Returns how many characters fitted.
uint32_t fold_to_utf8(const uint16_t *c, uint32_t n, struct text *out);

#endif

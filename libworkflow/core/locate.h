// SPDX-License-Identifier: Apache-2.0
// locate: where a letter's matter is, from the places' names that the matcher found.
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/letter.h"
#include "core/matcher.h"
#include "core/policy.h"

#define LOCATE_AREAS 48 // names of one letter that are looked at; more say no more

struct area { // a place's name, or a text that only looks like one, in characters
    uint32_t begin, end;
    const struct place *place; // NULL: it only looks like one
};

struct areas {
    struct area at[LOCATE_AREAS];
    size_t n;
};

struct location {
    int32_t city;       // 0: unknown (a desk must say)
    int32_t place;      // gazetteer code of the narrowest place named, 0: none
    int16_t most;       // 0..100: a decision that depends on the place is no surer than this
    const char *source; // what decided, in words
};

// For every match of title and body: keeps what names a place, or looks like one (axis n of the lexicon). `base` is
// where the text begins among the letter's texts, in characters.
void locate_found(const struct policy *p, struct areas *areas, const struct match *match, uint32_t base, uint32_t end);

// The place member counts more than the text; without any place the mailbox's city is taken, the province's mailbox
// gives none. Several cities named in the text: not sure.
void locate(const struct policy *p, const struct letter *letter, struct areas *areas, struct location *out);

#endif

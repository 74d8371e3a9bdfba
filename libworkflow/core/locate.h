// SPDX-License-Identifier: Apache-2.0
// locate: where a letter's matter is, from the places' names that the matcher found. Not every place that is named is
// one: origins, ways that lead there, streets and firms that are called after a place.
#ifndef CORE_LOCATE_H
#define CORE_LOCATE_H

#include "core/fold.h"
#include "core/letter.h"
#include "core/matcher.h"
#include "core/policy.h"

#define LOCATE_AREAS 64 // names of one letter that are looked at; more say no more
#define LOCATE_WORDS 40 // of them that are ordinary words too

struct area { // a place's name, or a text that only looks like one, in characters of the folded letter
    uint32_t begin, end;
    uint32_t index;   // into places or aliases
    enum match_of of; // MATCH_TERM: it only looks like one
};

struct areas { // not zeroed: n counts
    uint32_t n;
    struct area at[LOCATE_AREAS];
};

enum locate_source { LOCATE_NOTHING = 0, LOCATE_MAILBOX, LOCATE_TEXT, LOCATE_MEMBER };

struct location {
    int32_t city;        // 0: unknown (a desk must say)
    int32_t county;      // six digits; 0: unknown, or the city has none (东莞, 中山)
    int32_t place;       // the narrowest that is known: a town, a county or the city; 0: none
    int16_t sure;        // 0..100: that the city is right
    int16_t county_sure; // 0..100: that the county is right, or that none is meant where it is 0
    bool ambiguous;      // several places fit, and nothing says which
    enum locate_source source;
    struct str name; // of the policy: what spoke loudest for the place; p == NULL: nothing did
};

// In words, for the journal: "the text (园洲)".
void locate_because(const struct location *l, struct text *why);

// For every match of the folded letter: keeps what names a place, or looks like one (axis n of the lexicon). `end`
// counts the letter's characters.
void locate_found(const struct policy *p, struct areas *areas, const struct match *match, uint32_t end);

// `text` is the folded letter: title (the first `title` characters), then body. The place member counts more than the
// text, the text more than the mailbox; the province's mailbox says nothing. A name of several places is decided by
// what it stands beside, by the counties and cities named elsewhere, by the member, by the mailbox; else it is
// ambiguous. No allocation; a letter without a place's name costs next to nothing.
void locate(const struct policy *p, const struct letter *letter, const struct folded *text, uint32_t title,
            const struct areas *areas, struct location *out);

#endif

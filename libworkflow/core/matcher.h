// SPDX-License-Identifier: Apache-2.0
// matcher: an Aho–Corasick automaton over all lexicon terms and place names; finds every one of them in one pass. A
// second one holds the names of units and officers: it reads accused members only, so that a long list of officers does
// not slow every letter.
//
// It reads folded text (fold.h); terms and names are folded the same way when it is built, so that one that is nothing
// but what folding drops is never found.
#ifndef CORE_MATCHER_H
#define CORE_MATCHER_H

#include "core/policy.h"

#define MATCHER_TEXT_MAX 64 // bytes of a term or a name

// What a text stands for. Hits of one text form a chain.
enum match_of { MATCH_TERM, MATCH_PLACE, MATCH_ALIAS, MATCH_UNIT, MATCH_OFFICER };
struct match {
    enum match_of of;
    uint32_t index; // into policy->terms, places, aliases (the first of the text), units (any row of the code),
                    // officers (any row of the id)
    uint32_t next;  // in the chain; 0 ends it
    uint8_t chars;  // length of the text, folded
};

// Called for every match; `end` is the number of characters up to and with its last one.
typedef void (*matcher_found)(void *context, const struct match *match, uint32_t end);

void matcher_scan(const struct matcher *m, const uint16_t *c, uint32_t n, matcher_found found, void *context);

// The one of the names. A unit is found by its name; behind "省" also without the province's; a town's station also by
// each name of the town with 派出所 behind it. An officer by a name of two characters or more.
const struct matcher *matcher_names(const struct matcher *m);

#endif

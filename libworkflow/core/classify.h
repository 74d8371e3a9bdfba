// SPDX-License-Identifier: Apache-2.0
// classify: what a letter wants, whose business it is, where it belongs, and how sure we are.
#ifndef CORE_CLASSIFY_H
#define CORE_CLASSIFY_H

#include "core/guard.h"
#include "core/letter.h"
#include "core/policy.h"

#define CLASSIFY_WHY 200

struct classification {
    enum kind kind;
    int16_t category;   // 0: none found
    int32_t place;      // gazetteer code of the narrowest place named, 0: none
    int32_t bureau;     // the city's bureau that the matter belongs to; 0: unknown (a desk must say)
    int16_t confidence; // 0..100, in category and bureau together
    uint8_t flags;      // FLAG_URGENT, FLAG_CONDUCT, FLAG_CONFIDENTIAL, FLAG_ACCUSED
    // Whom it accuses (G1): those that the accused member names; where conduct is in question and it names nobody, the
    // bureau. Empty with FLAG_CONDUCT: conduct is in question and no place is known, so the desk must say whom.
    struct accused_list accused;
    // For the journal: the terms that decided, where the place came from. No word of the letter that is not in lexicon
    // or gazetteer.
    char why[CLASSIFY_WHY];
};

// Builds the automata over the lexicon, the places, the units and the officers; called by policy_parse.
const struct matcher *matcher_build(const struct policy *p, struct arena *arena);

// Pure and bounded: one pass over title, body and place. The place member counts more than the text; without any place
// the mailbox's city is taken, the province's mailbox gives none. Several cities named in the text: not sure.
void classify(const struct policy *p, const struct letter *letter, struct classification *out);

#endif

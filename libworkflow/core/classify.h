// SPDX-License-Identifier: Apache-2.0
// classify: what a letter wants, whose business it is, where it belongs, whom it accuses, and how sure we are.
#ifndef CORE_CLASSIFY_H
#define CORE_CLASSIFY_H

#include "core/fold.h"
#include "core/guard.h"
#include "core/letter.h"
#include "core/model.h"
#include "core/policy.h"

#define CLASSIFY_WHY 200

struct classification {
    enum kind kind;
    int16_t category, next; // the likeliest, and the second; 0: none found
    int32_t place;          // gazetteer code of the narrowest place named, 0: none
    int32_t bureau;         // the city's bureau that the matter belongs to; 0: unknown (a desk must say)
    int16_t confidence;     // 0..100: in all that decides where the letter goes; 0: a person looks first
    // Of each decision alone, 0..100: so many of a hundred such letters were read right when they were not trained on.
    int16_t sure_kind, sure_category, sure_police, sure_conduct, sure_urgent, sure_place;
    bool police;                       // a matter of the police at all
    const struct authority *authority; // whose it is instead; NULL: the police's, or nobody's
    bool watch;                        // may be an emergency: a person looks at once, whatever else is sure
    uint8_t flags;                     // FLAG_URGENT, FLAG_CONDUCT, FLAG_CONFIDENTIAL, FLAG_ACCUSED
    // Whom it accuses (G1): those that the accused member or the text names; where conduct is in question and nobody is
    // named, the police of the place. Empty with FLAG_CONDUCT: no place is known either, so the desk must say whom.
    struct accused_list accused;
    // For the journal: what decided, where the place came from. Of the letter's words only pairs of characters that the
    // model or the lexicon knows.
    char why[CLASSIFY_WHY];
    char urgent_why[64]; // what speaks for an emergency; empty: nothing does
};

// Builds the automata over the lexicon, the places, the units and the officers; called by policy_parse.
const struct matcher *matcher_build(const struct policy *p, struct arena *arena);

// Pure and bounded: one pass over title and body. The model decides; the lexicon's terms add to its scores. m == NULL:
// nothing is recognised but the place and an accused member, with confidence 0. The place member counts more than
// the text; without any place the mailbox's city is taken, the province's mailbox gives none. text: room to work in,
// too big for a stack; afterwards the folded title and body with their marks.
void classify(const struct policy *p, const struct model *m, const struct letter *letter, struct folded *text,
              struct classification *out);

// What the machine would do by itself with such a letter, as core's rules make it of the same facts.
enum route_by { ROUTE_DESK, ROUTE_ACCEPT, ROUTE_REFER }; // REFER: it proposes another authority, an officer decides
enum route_by classify_route(const struct policy *p, const struct classification *c);

#endif

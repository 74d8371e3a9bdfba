// SPDX-License-Identifier: Apache-2.0
// matcher: one Aho–Corasick automaton over all lexicon terms and place names; finds every one of them in one pass.
//
// It steps by characters, not bytes: a letter of 500 Chinese characters is 500 steps. Letters of A–Z match in either
// case.
#ifndef CORE_MATCHER_H
#define CORE_MATCHER_H

#include "core/policy.h"

#define MATCHER_TEXT_MAX 64 // bytes of a term or a name

// What a text stands for. Hits of one text form a chain.
struct match {
    bool place; // index is one of policy->places, not of policy->terms
    uint32_t index;
    uint32_t next; // in the chain; 0 ends it
    uint8_t chars; // length of the text
};

// Called for every match; `end` is the number of characters up to and with its last one.
typedef void (*matcher_found)(void *context, const struct match *match, uint32_t end);

// Text is well-formed UTF-8.
void matcher_scan(const struct matcher *m, struct str text, matcher_found found, void *context);

#endif

// SPDX-License-Identifier: Apache-2.0
// locate_impl: what locate.c, locate_names.c and locate_cue.c share.
#ifndef CORE_LOCATE_IMPL_H
#define CORE_LOCATE_IMPL_H

#include "core/locate.h"

// A name in the text: all that it may stand for, and what it was taken for.
struct mention {
    uint32_t begin, end;
    uint32_t from, to;         // areas that hold the same text
    const struct place *place; // taken for; NULL: not yet
    int32_t weight;            // in eighths
    bool beside;               // the name of what it lies in stands right before it
    bool loose;                // several places of one city fit: `place` is that city
};

struct sum { // what speaks for a place
    const struct place *place;
    struct str name;
    int32_t score;
    int32_t times;
};

struct finding {
    const struct policy *p;
    const struct folded *text;
    const struct areas *areas;
    uint32_t title;           // its first characters
    int32_t box;              // the city whose mailbox it came to, 0: the province's
    const struct place *hint; // what is known already, NULL: nothing
    bool unsolved;            // a name of several places is left
    struct mention of[LOCATE_AREAS];
    uint32_t n;
    struct sum sums[LOCATE_AREAS];
    uint32_t sums_n;
};

static inline int32_t county_of(const struct place *place) // 0: it is a city, or in one without counties
{
    int32_t code = place->code > 999999 ? place->code / 1000 : place->code;
    return code == place->city ? 0 : code;
}

// Below: of the city, of the county.
static inline bool inside(const struct place *place, const struct place *scope)
{
    if (scope->code == scope->city) {
        return place->city == scope->code && place->code != scope->code;
    }
    return scope->code < 1000000 && place->code / 1000 == scope->code;
}

// locate_names.c: what each name of a text stands for, what its surroundings say of it, and what that makes for each
// place: fills of[] and sums[].
void locate_names(struct finding *f);

// What stands around a name says of it, in eighths: 8 nothing, more that the matter is there, less that it is elsewhere
// (an origin, a way, a street or a firm that is called after it).
#define CUE_NONE 8

// What stands before text->c[begin].
int32_t cue_before(const struct folded *text, uint32_t begin);
// What stands behind a name that ends at text->c[end]; *own is for that name alone, the result also for those that it
// stands beside (深圳市宝安大道 is in 深圳).
int32_t cue_after(const struct folded *text, uint32_t end, int32_t *own);

#endif

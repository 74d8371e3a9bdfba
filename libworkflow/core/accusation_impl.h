// SPDX-License-Identifier: Apache-2.0
// What accusation_text.c (who is spoken of) and accusation_find.c (who of them is accused) share.
#ifndef CORE_ACCUSATION_IMPL_H
#define CORE_ACCUSATION_IMPL_H

#include "core/accusation.h"

#include <string.h>
#include <uchar.h>

#define MENTIONS 64 // of one text that are looked at; later ones add nothing to so many
#define NAMESAKES 4 // units of one name that are told apart or accused together; more of them name nobody

enum said {
    SAID_NOBODY = 0,
    SAID_STATION,  // 派出所
    SAID_ORGAN,    // 公安局, 分局: of the place named with it
    SAID_COUNTY,   // 县局
    SAID_CITY,     // 市局
    SAID_PROVINCE, // 省厅
    SAID_LINE,     // 交警, 看守所: a unit of that line, or its people
    SAID_PERSON,   // 民警: of whatever unit
};

// Police that a text speaks of.
struct mention {
    uint32_t begin, end; // with the place named before it
    enum said said;      // of a chain (南山分局粤海派出所的民警): what is narrowest
    enum line line;      // of SAID_LINE
    bool named;          // by its own name or with a place; else it is what was named before, or of the letter's place
    bool citywide;       // 支队, 高速, 直属: of the city, whatever place stands before it
    bool unknown;        // its name, if it is one, is in no gazetteer
    int32_t unit[NAMESAKES]; // units of the tree, the nearest that hold it
    int units_n;
};

struct hearing {
    const struct policy *p;
    const uint16_t *c;
    uint32_t n;
    struct date day;
    int32_t city, county, town; // where it happened; 0: not known
    int province_wide;          // searches among all places that are left
    struct mention at[MENTIONS];
    int mentions;
};

struct places_found {
    int32_t code[NAMESAKES];
    int n;          // more than NAMESAKES: they are too many to say anything
    uint32_t chars; // of the name
};

// The places whose name, or what people call it, ends at `end`, the longest: of `area` first (0: none), then where it
// happened, of the city, and then anywhere.
bool accusation_place(struct hearing *h, uint32_t end, int32_t area, bool anywhere, struct places_found *f);
// Fills in at and mentions.
void accusation_hear(struct hearing *h);
// The unit of the tree for what is said, in this area (0: where it happened); 0: nobody can tell.
int32_t accusation_unit(const struct hearing *h, enum said said, enum line line, int32_t area);

// Adds the officers whom the text names; after accusation_hear.
void accusation_officers(const struct hearing *h, struct accused_list *out);
void accusation_add(const struct hearing *h, struct accused a, struct accused_list *out);

// The city that a city, county or town is of.
static inline int32_t accusation_city(int32_t area)
{
    int32_t county = area > 999999 ? area / 1000 : area;
    return county - county % 100;
}

// Is one of the words (with '|' between) at text[i]? Its length, 0: none.
uint32_t accusation_word(const uint16_t *c, uint32_t i, uint32_t n, const uint16_t *words);

#endif

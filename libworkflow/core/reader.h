// SPDX-License-Identifier: Apache-2.0
// reader: who may read what of a case: the one definition behind show, list, counts, search and delivery. The guard
// (domain §3.11 G4) is asked first, and nothing opens what it closes; then whose business the case is, then the duties
// of the post (§3.6). Pure: the organisation is a parameter.
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/case.h"

// Who reads.
struct viewer {
    int32_t unit, officer; // officer: 警号, 0: not said
    uint32_t duties;
    struct str post; // as it was said: for the access log
};

#define READER_DESK "专班" // who reads without saying as what

// "name", "name@unit" or "name@unit:警号"; p == NULL: the desk. REJECT: names what is wrong and which posts there are.
enum result reader_parse(const struct policy *p, struct str post, struct viewer *out, struct err *err) MUST_USE;

// How much of a case somebody reads; each holds what stands before it.
enum reading {
    READ_NOTHING = 0, // as if there were no such number
    READ_FACTS,       // codes, states, dates and units: 系统管理员, 分析员, 保密员
    READ_JOURNAL,     // who did what and which words they gave: 审计员
    READ_ALL,         // the letter, replies, supplements
};
enum reading reader_level(uint32_t duties); // of the post, whatever the case
bool reader_internal(uint32_t duties); // reads the units' internal reports, too: 审核人, 承办民警, 督办员

// What a leg must tell to say whose business the case is.
struct reader_leg {
    int32_t unit;
    uint16_t flags; // of leg_facts
};

// X keeps out whoever is in it. The province reads every other case; any other unit those in which it, or a unit below
// it, has a leg that was not taken back because of X.
enum reading reader_case(const struct policy *p, struct date day, const struct viewer *v, const struct accused_list *x,
                         const struct reader_leg *legs, int legs_n);
// Where reader_case wants the legs of a case: for everybody but the province.
bool reader_wants_legs(const struct policy *p, const struct viewer *v);
// May this viewer see how long that queue is? The province all of them, a bureau its own: a unit below it could count
// letters about itself there.
bool reader_queue(const struct policy *p, const struct viewer *v, int32_t queue);

// May a row of `queue` about this leg carry anything but its number? Not when the leg was taken back, nor when the
// queue's bureau or the leg's unit is in X on the day it is delivered, replays included (G4, G6).
bool reader_delivery(const struct policy *p, struct date day, int32_t queue, int32_t unit, enum leg_state state,
                     const struct accused_list *x);

#endif

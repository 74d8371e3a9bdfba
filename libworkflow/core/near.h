// SPDX-License-Identifier: Apache-2.0
// near: which letters say the same. A sketch of a few numbers finds those that may (MinHash, banded); then the texts
// themselves are compared. Who wrote is told from outside, by a keyed hash (store/near.h). What follows from it is
// decided here and in case_follow.c (domain §3.3 T4 and T9, complaints 2.10–2.13 and 2.25).
// Pure; integers only, so every compiler finds the same.
#ifndef CORE_NEAR_H
#define CORE_NEAR_H

#include "core/letter.h"
#include "core/policy.h"

// Two letters whose 3-grams have the Jaccard index J share a band with the chance 1 - (1 - J³)^16: 0.88 at 0.5, 0.98 at
// 0.6, 0.999 at 0.7; 0.002 at 0.05, which is much for two strangers.
#define NEAR_BANDS 16
#define NEAR_ROWS 3
#define NEAR_SHORT 12 // characters: a shorter text is only like one that is the same
#define NEAR_PAIRS 8  // that a letter keeps, the likest first

struct near_sketch {
    uint32_t band[NEAR_BANDS];
    int16_t n; // 0: there is nothing to compare; 1: a short text
};

// Of a folded text (core/fold.h) of n characters. About a microsecond for 130 of them.
void near_sketch(const uint16_t *c, uint32_t n, struct near_sketch *out);

// Where two texts are compared; nobody needs to clear it.
#define NEAR_SLOTS 65536
struct near_work {
    uint64_t slot[NEAR_SLOTS];
};
// How much of both is in both, in percent, rounded down: the Jaccard index of their 3-grams; short texts 100 or 0.
// *fresh (may be NULL): how many of a's 3-grams b does not have. Texts of at most LETTER_BODY_MAX characters.
int16_t near_score(const uint16_t *a, uint32_t a_n, const uint16_t *b, uint32_t b_n, struct near_work *work,
                   uint32_t *fresh);

// What a letter is to an earlier one. The numbers are stored.
enum near_reason {
    NEAR_NONE = 0,
    NEAR_REPEAT,      // the same writer and text while the first is worked on: it joins that one by itself if it may
    NEAR_SAME_WRITER, // the same writer, and alike; the first is open
    NEAR_APPEAL,      // the same writer, and alike; the first has ended and may still be appealed
    NEAR_AGAIN,       // the same writer, and alike; the first is over
    NEAR_SAME_EVENT,  // alike; another writer, or one of whom nothing is known
};
extern const struct code near_reasons[]; // repeat, same_writer, …

// An earlier letter, or where that one joined another case, that case.
struct near_pair {
    int64_t id;
    int32_t mailbox;
    int16_t score; // near_score of the letters
    bool same_writer;
    uint32_t fresh; // of near_score
    enum near_reason reason;
};

struct near_found {
    struct near_sketch sketch; // what is to be kept of this letter: bands that many letters share are left out
    struct near_pair pair[NEAR_PAIRS];
    int16_t n;
};

// Something new: more 3-grams than another mark at the end brings. A few words can be a cry for help.
#define NEAR_FRESH 2

struct case_facts;
// What the pair is, by how the earlier case stands. NEAR_NONE: they are not alike enough (near_at of settings.tsv).
enum near_reason near_judge(const struct policy *p, wf_time now, const struct near_pair *pair, enum case_state state,
                            enum kind kind, wf_time clock_at);
// The case that the letter may join by itself: of its first pair that is a repeat; 0: none.
int64_t near_first(const struct near_found *found);
// Must somebody look before the letter goes its way? Where the same writer may mean a case that is open or can be
// appealed.
bool near_waits(const struct near_found *found);
// Why `f`, a letter that says what `first` says, may not join it by itself (G7, T9): for the journal; NULL: it may.
const char *near_held(const struct policy *p, const struct case_facts *f, const struct case_facts *first);

#endif

// SPDX-License-Identifier: Apache-2.0
// feedback: what feedbackd's parts share: its sockets, counters, and the batch under way.
#ifndef FEEDBACK_FEEDBACK_H
#define FEEDBACK_FEEDBACK_H

#include "request.h"
#include "store/cases.h"
#include "store/code_key.h"
#include "store/gate.h"
#include "store/lookup.h"
#include "store/poison.h"
#include "sweep.h"
#include "tries.h"

enum {
    APPLIED,
    DUPLICATES,
    REFUSED_TOTAL,
    BAD_FRAMES,
    RETRIES,
    BATCHES,
    DESK_ACTS,
    POISONED,
    ANSWERS_LOST,
    FORWARDED,
    IDENTITIES,
    LOOKUPS,
    WRITER_ACTS,
    WRONG_CODES,
    CLOSED_NUMBERS,
    DENIED,
    THROTTLED,
    SWEPT,
    LAG
};
extern struct counter feedback_counters[];

struct feedback {
    struct stage stage;
    struct bus *listen, *public, *desk, *dispatch;
    struct gate *gate;
    struct cases *cases;
    struct code_key key;
    int batch;
    struct buf out;
    struct tries tries;
    struct lookup lookup;
    // The batch under way. What asks for no change has none: its `of` is -1.
    struct msg msgs[CASES_MAX];
    struct request requests[CASES_MAX];
    int64_t ids[CASES_MAX]; // of the cases
    int of[CASES_MAX];      // index into changes and applied
    struct change changes[CASES_MAX];
    int changes_n;
    struct applied applied[CASES_MAX];
    struct poison poison[CASES_MAX];
    char poison_refs[CASES_MAX][96];
    // Of these, what goes on to another case.
    int forward_of[CASES_MAX];
    struct change forwards[CASES_MAX];
    struct applied forwarded[CASES_MAX];
    struct sweep sweep;
};

// A socket that messages come in by. gate NULL: whoever reaches it may speak for whom he says.
struct door {
    struct feedback *fb;
    struct bus *bus;
    struct gate *gate;
    bool desk;
};

// ---- batch.c ----
void batch_events(void *door); // what a door holds, in one transaction
// The dispatcher's work, as far as these changes made some.
void batch_hint(void *feedback, const struct change *changes, const struct applied *applied, int n);

// ---- answer.c ----
void answer_refusal(struct door *door, const struct peer *peer, const struct request *rq, const struct err *err);
void answer_desk(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a);
void answer_event(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a);
void answer_writer(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a);
// The identity at this place of identity_read's answer.
void answer_identity(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a,
                     int at);
// The case at this place of lookup_read's answer.
void answer_lookup(struct door *door, const struct peer *peer, const struct request *rq, int at);
// Wrong numbers and wrong codes, one like the other.
void answer_not_found(struct door *door, const struct peer *peer, const struct request *rq);

#endif

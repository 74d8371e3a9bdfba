// SPDX-License-Identifier: Apache-2.0
// cases: the only way a case changes. A batch of changes is one transaction: read the facts, let core decide each
// change, write states, legs, journal, replies and queue rows with a handful of set statements, commit. It is tried
// without locks first; the keys of the journal and of the inbox say when that was wrong, and then it is done with
// locks, in id order.
#ifndef STORE_CASES_H
#define STORE_CASES_H

#include "core/case.h"
#include "store/db.h"
#include "store/facts.h"

extern const struct statement cases_statements[];

// What became of one change.
struct applied {
    enum result result; // OK, DUPLICATE (done before), REJECT (err says why); the others are the batch's
    enum case_state state;
    int32_t version;  // of the case now: what an officer must have seen to decide on it next
    int32_t queue_to; // whose queue grew (the first, where it were several), 0: none
    int32_t mailbox;  // of the case
    int64_t new_id;   // EV_SPLIT: the case that was split off
    int64_t primary;  // the case that this one was merged into, 0: not merged
    struct err err;
};

struct cases; // memory kept between batches
struct cases *cases_new(struct db *db);
void cases_free(struct cases *cases);

// Applies changes in their order. Several changes of one case, and repeats of one cause, may stand in one batch.
// OK: committed; out[i] tells each. What the decision REJECTs of people's events stands in refused_event, and changed
// nothing else. A change that the database refuses is found by halving the batch and REJECTed alone. RETRY: nothing is
// known to be done (away, or the outcome of COMMIT is unknown); calling again with the same changes is safe. BROKEN:
// the database contradicts itself (a row that was locked is not there).
enum result cases_apply(struct cases *cases, const struct policy *policy, wf_time now, const struct change *changes,
                        int n, struct applied *out, struct err *err) MUST_USE;

// Tells what a message says of a case that its sender has just committed, so that it need not be read again. If that is
// out of date, the batch notices and reads.
void cases_presume(struct cases *cases, const struct case_facts *facts);

#endif

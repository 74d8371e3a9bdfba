// SPDX-License-Identifier: Apache-2.0
// worklist: what a stage still has to do, read from the cases' states. The messages between stages are hints; this is
// what makes it safe to lose them.
#ifndef STORE_WORKLIST_H
#define STORE_WORKLIST_H

#include "core/letter.h"
#include "store/db.h"

extern const struct statement worklist_received_statements[]; // classifier
extern const struct statement worklist_accepted_statements[]; // dispatcher
extern const struct statement worklist_due_statements[];      // feedback

// The classifier's: up to max RECEIVED letters with an id above `after`, ascending. The texts are valid until
// the next use of the database; of each only what classification reads is filled in.
enum result worklist_received(struct db *db, int64_t after, int max, struct letter *out, int *n,
                              struct err *err) MUST_USE;

// The dispatcher's: cases that want a bureau, accepted or to be done again, up to max ids above `after`, ascending;
// *oldest is when the first of them was received, 0 when there is none.
enum result worklist_accepted(struct db *db, int64_t after, int max, int64_t *ids, int *n, wf_time *oldest,
                              struct err *err) MUST_USE;

// The sweep's: up to max cases at which it must look by now, the longest overdue first; *oldest is since when the first
// of them waits, 0 when there is none. Not those whose tick lies among the dead letters of source "clocks".
enum result worklist_due(struct db *db, wf_time now, int max, int64_t *ids, int *n, wf_time *oldest,
                         struct err *err) MUST_USE;

#endif

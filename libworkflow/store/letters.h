// SPDX-License-Identifier: Apache-2.0
// letters: how letters come in, and the classifier's work list.
#ifndef STORE_LETTERS_H
#define STORE_LETTERS_H

#include "core/letter.h"
#include "store/cases.h"

#define LETTERS_MAX 1000 // letters in one call

extern const struct statement letters_statements[];          // intake
extern const struct statement letters_received_statements[]; // classifier

// What became of one letter.
struct stored {
    enum result result; // OK, DUPLICATE (id is the first one's), REJECT (err: conflict, or what the database refused)
    int64_t id;
    int32_t mailbox;
    struct err err;
};

struct letters; // memory kept between batches
struct letters *letters_new(struct db *db);
void letters_free(struct letters *letters);

// Numbers and commits a batch of checked letters with their writers, and fills in id and received_at of the new ones.
// OK: committed, also the note that a duplicate was asked for again (P1); out[i] tells each.
// RETRY: nothing is known to be done; calling again with the same letters is safe.
enum result letters_store(struct letters *letters, const struct policy *policy, wf_time now, struct letter *in,
                          const struct writer *writers, int n, struct stored *out, struct err *err) MUST_USE;

// The classifier's work list: up to max RECEIVED letters with an id above `after`, ascending. The texts are valid until
// the next use of the database; of each only what classification reads is filled in.
enum result letters_received(struct db *db, int64_t after, int max, struct letter *out, int *n,
                             struct err *err) MUST_USE;

#ifdef PA_SEED_BUG_ACK_BEFORE_COMMIT
void letters_commit_late(struct letters *letters); // the negative control of the kill test: COMMIT after the answers
#endif

#endif

// SPDX-License-Identifier: Apache-2.0
// letters: how letters come in.
#ifndef STORE_LETTERS_H
#define STORE_LETTERS_H

#include "core/letter.h"
#include "core/policy.h"
#include "store/code_key.h"
#include "store/db.h"

#define LETTERS_MAX 1000 // letters in one call

extern const struct statement letters_statements[];

// What became of one letter.
struct stored {
    enum result result; // OK, DUPLICATE (id is the first one's), REJECT (err: conflict, or what the database refused)
    int64_t id;
    int32_t mailbox;
    struct err err;
};

struct letters; // memory kept between batches
struct letters *letters_new(struct db *db);
// Keeps of each writer by a keyed hash who it is (store/writer_mark.h). The key outlives the letters.
void letters_mark(struct letters *letters, const struct code_key *key);
void letters_free(struct letters *letters);

// Numbers and commits a batch of checked letters with their writers, and fills in id and received_at of the new ones.
// OK: committed, also the note that a duplicate was asked for again (P1); out[i] tells each.
// RETRY: nothing is known to be done; calling again with the same letters is safe.
enum result letters_store(struct letters *letters, const struct policy *policy, wf_time now, struct letter *in,
                          const struct writer *writers, int n, struct stored *out, struct err *err) MUST_USE;

#ifdef PA_SEED_BUG_ACK_BEFORE_COMMIT
void letters_commit_late(struct letters *letters); // the negative control of the kill test: COMMIT after the answers
#endif

#endif

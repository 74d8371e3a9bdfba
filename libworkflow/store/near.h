// SPDX-License-Identifier: Apache-2.0
// near: which letters that there are say what a new one says (core/near.h): by their bands and by their writer, then by
// their texts. Nothing is written here: cases_apply keeps a letter's bands with what its classification brings.
#ifndef STORE_NEAR_H
#define STORE_NEAR_H

#include "core/near.h"
#include "core/reader.h"
#include "store/db.h"
#include "store/facts.h"

extern const struct statement near_statements[]; // pa_classifier

struct near; // memory kept between batches: 2 MiB, and the folded texts of the largest batch
struct near *near_new(struct db *db);
void near_free(struct near *near);

// Compares n letters (at most CASES_MAX, ascending by id) with those that came before them. Bounded, whatever there is:
// of each letter the 4 that share most bands and the 8 newest of its writer are read. Texts may be of the last flush:
// they are not read again afterwards.
// RETRY as db_flush. REJECT: the database refuses a statement; the letters can go on without.
enum result near_find(struct near *near, const struct policy *policy, wf_time now, const struct letter *letters, int n,
                      struct err *err) MUST_USE;
// What was found of the i-th letter, until the next batch.
const struct near_found *near_of(const struct near *near, int i);

// ---- For one who looks ----

extern const struct statement near_look_statements[]; // pa_desk
// The pairs of a case's letter, earlier and later ones, without those that the viewer may not see. The viewer may see
// the case itself: that was asked and written down before.
enum result near_look(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now, int64_t id,
                      struct near_found *out, struct err *err) MUST_USE;

extern const struct statement near_fill_statements[]; // pa_admin
// Adds the bands of letters that have none, up to `max` letters behind *after, which moves on to the last one looked
// at; *looked 0: there are no more. *added: how many got bands. A transaction a call.
enum result near_fill(struct near *near, const struct policy *policy, wf_time now, int64_t *after, int max, int *looked,
                      int *added, struct err *err) MUST_USE;

#endif

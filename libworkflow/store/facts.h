// SPDX-License-Identifier: Apache-2.0
// facts: what the database says of the cases of a batch, and what we remember of the cases that this process wrote
// lately.
//
// A remembered case is not read again. That is safe, because nothing is ever decided for good on memory alone: every
// change adds the journal line version + 1, so the journal's key refuses a change that was decided on old facts; and a
// refusal or a repeat that was decided on memory is decided again on rows that are locked (cases.c).
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "core/case.h"
#include "store/rows.h"

#define CASES_MAX 1000            // changes of one batch
#define FACTS_MAX (3 * CASES_MAX) // cases of one batch: a change may name another, and be about a third

struct fact {
    struct case_facts f;
    bool known;      // the case is there
    bool remembered; // from memory, not from the database
    bool touched;    // this batch changes it
    bool woken;      // the sweep looked at it
};

struct remembered;

struct facts {
    struct fact *batch; // ascending by id
    int n;
    struct rows ids; // of the cases that must be read
    struct remembered *memory;
    int64_t connection; // that the memory belongs to
};

void facts_open(struct facts *facts);
void facts_close(struct facts *facts);

// Begins a batch: one fact for each case that the changes speak of, and for `more` (at most CASES_MAX) that they turned
// out to be about. careful: nothing is taken from memory. Memory of an earlier connection is forgotten: behind a new
// one there may be another database (a failover).
void facts_want(struct facts *facts, struct db *db, const struct change *changes, int n, const int64_t *more,
                int more_n, bool careful);
// Adds what reads the cases that must be read to the batch of statements; returns how many statements that are.
int facts_ask(struct facts *facts, struct db *db);
// Takes their answers, which begin at query q of the last flush. BROKEN: more legs, requests or accused than a case may
// have.
enum result facts_take(struct facts *facts, const struct db *db, int q, struct err *err) MUST_USE;
// A leg and a request by the columns from `col` on, which the statements of facts.c and view.c have in one order; not
// the leg's warnings and handler, nor the person behind the request.
struct leg_facts facts_leg(const struct db *db, int q, int row, int col);
struct request_facts facts_request(const struct db *db, int q, int row, int col);
struct fact *facts_find(struct facts *facts, int64_t id); // NULL: there is no such case
bool facts_has(struct facts *facts, int64_t id);          // it was wanted, whether it is there or not
// The other case that a change is about; NULL: none, or it is not there. What a case was merged into is only in its
// facts: *missing is its id if that was not wanted, and the batch is done again with it.
struct fact *facts_other(struct facts *facts, const struct change *c, const struct case_facts *f, int64_t *missing);

// After COMMIT: the batch's cases as they are now. Else: none of them is remembered any more.
void facts_remember(struct facts *facts);
void facts_forget(struct facts *facts);
// What a message says of a case that its sender has just committed.
void facts_presume(struct facts *facts, struct db *db, const struct case_facts *f);

#endif

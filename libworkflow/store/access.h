// SPDX-License-Identifier: Apache-2.0
// access: every look at a case asks here, and is written down: who, as what, when, and whether it was denied (domain
// §3.11 G4, G6; P5). What may be read is core's to say (core/reader.h). Role pa_desk.
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include "core/reader.h"
#include "store/db.h"

extern const struct statement access_statements[];

// Lists of pairs as the statements give them: "440300:0,0:12345"; p == NULL: empty. False: more than a case can have,
// so that nobody may be told that he is not among them.
bool access_accused(struct str s, struct accused_list *out);
bool access_legs(struct str s, struct reader_leg out[CASE_LEGS], int *n);

// How deep the viewer may look at a case of the last flush, by its accused and its legs, which stand in columns col and
// col + 1 as such lists.
enum reading access_reading(const struct db *db, int q, int row, int col, const struct policy *policy, struct date day,
                            const struct viewer *viewer);

// One look's note as one more statement of a batch, which shows nothing unless its COMMIT is done.
void access_add_note(struct db *db, wf_time now, const struct viewer *viewer, int64_t id, const char *what,
                     bool allowed);

// May the viewer look at the case, and how deep? Either answer is written down before it is given; what: "show",
// "readers", … REJECT, code "not_found" and the same words whether there is no such number, the viewer is in X, or the
// case is none of its unit's.
enum result access_ask(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                       const char *what, int32_t mailbox, int64_t id, enum reading *out, struct err *err) MUST_USE;

// One who read, or wanted to (G6: a later discovery reports who had read).
struct access_reader {
    bool delivery; // through a queue; else by a command
    bool excluded; // in X of the case as it is now
    wf_time at;    // appended to the queue; or looked
    int32_t unit;  // of the leg; or of whom looked
    int32_t queue; // delivery: which, and where in it
    int64_t seq;   // 0: dispatched to it, in a range that was retired since
    int16_t leg;
    enum notice notice;
    bool acknowledged; // delivery: the bureau has stored it
    int32_t officer;   // look: 0: not said
    bool allowed;
    struct str post, what;
};

#define ACCESS_LOOKS 10000 // the newest ones are told

// Deliveries, then looks, each in their order. Texts are valid during the call.
enum result access_readers(struct db *db, const struct policy *policy, wf_time now, int64_t id,
                           void (*each)(void *arg, const struct access_reader *r), void *arg, struct err *err) MUST_USE;

#endif

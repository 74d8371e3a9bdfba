// SPDX-License-Identifier: Apache-2.0
// identity: who wrote. Read only behind the COMMIT of the journal line that says who opened it and what for: the
// database's own function (identity_of) asks for that line and gives nothing without it.
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "core/case.h"
#include "store/db.h"

extern const struct statement identity_statements[];      // feedbackd: identity_read
extern const struct statement identity_desk_statements[]; // letterctl: identity_desk

// What the writer gave; p == NULL: not given. Texts are valid until the next use of the database.
struct identity {
    struct str name, phone, id_number, email;
};

// The identities behind the newest openings of these cases by these units, in their order; n at most CASES_MAX. BROKEN:
// there is no such opening, although its event is committed.
struct identity_want {
    int64_t case_id;
    int32_t unit;
};
enum result identity_read(struct db *db, const struct identity_want *wants, int n, struct err *err) MUST_USE;
struct identity identity_at(const struct db *db, int i);

// What became of the desk's newest word about this case's identity under this post, up to the case's version: *opened,
// with *out; or it was asked for, and another officer is to agree. REJECT, code "not_found": neither.
enum result identity_desk(struct db *db, int64_t case_id, int32_t version, struct str post, bool *opened,
                          struct identity *out, struct err *err) MUST_USE;

#endif

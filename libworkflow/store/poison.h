// SPDX-License-Identifier: Apache-2.0
// poison: what a daemon was given and will never be able to do. It becomes a dead letter for a person to look at;
// `letterctl dead` reads them. A refused letter of a portal is none: its sender was told, keeps it, and it may hold an
// identity.
#ifndef STORE_POISON_H
#define STORE_POISON_H

#include "store/db.h"

extern const struct statement poison_statements[];

struct poison {
    struct str ref; // feedback: "bureau/event_id"; stages: the case's id in decimal
    int64_t case_id;
    const struct err *err;
    struct str frame; // the message; p == NULL: none
};

// Adds up to CASES_MAX of them, each ref once; one that is there already counts another attempt.
enum result poison_add(struct db *db, const char *source, wf_time now, const struct poison *items, int n,
                       struct err *err) MUST_USE;

#endif

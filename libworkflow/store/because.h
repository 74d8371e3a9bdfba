// SPDX-License-Identifier: Apache-2.0
// because: the numbers under which the database keeps the rules' reasons, so that the journal explains itself.
#ifndef STORE_BECAUSE_H
#define STORE_BECAUSE_H

#include "core/case.h"
#include "store/db.h"

#define RULES_MAX 512

extern const struct statement because_statements[];

struct because {
    bool known;
    int16_t id[RULES_MAX]; // by position in rules[]
};

// Reads them once. REJECT when the database does not know the words of a rule: it wants `letterctl migrate`. Not within
// a transaction that one would miss.
enum result because_read(struct because *because, struct db *db, struct err *err) MUST_USE;
int16_t because_of(const struct because *because, const struct rule *rule);

#endif

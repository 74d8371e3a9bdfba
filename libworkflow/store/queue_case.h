// SPDX-License-Identifier: Apache-2.0
// queue_case: which case a line of a queue is about. For letterctl.
#ifndef STORE_QUEUE_CASE_H
#define STORE_QUEUE_CASE_H

#include "store/db.h"

extern const struct statement queue_case_statements[];

// REJECT, code "not_found": no such queue, or no line of that sequence in it (any more).
enum result queue_case(struct db *db, int32_t queue, int64_t seq, int32_t *mailbox, int64_t *id,
                       struct err *err) MUST_USE;

#endif

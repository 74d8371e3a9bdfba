// SPDX-License-Identifier: Apache-2.0
// queue_impl: what queue.c and queue_fetch.c share.
#ifndef STORE_QUEUE_IMPL_H
#define STORE_QUEUE_IMPL_H

#include "store/queue.h"

// Adds one statement a want to the batch: (bureau, after, the last sequence wanted). Column 0 of its rows: the
// sequence.
void queue_ask(struct db *db, const char *statement, const struct queue_want *wants, int wants_n);
#endif

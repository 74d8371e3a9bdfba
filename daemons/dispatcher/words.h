// SPDX-License-Identifier: Apache-2.0
// words: a line of a queue as the message that its consumer gets.
#ifndef DISPATCHER_WORDS_H
#define DISPATCHER_WORDS_H

#include "store/queue.h"
#include "wire/wire.gen.h"

void words_of_item(struct buf *out, const struct queue_item *it);
void words_of_writer(struct buf *out, const struct policy *policy, const struct writer_item *it);

#endif

// SPDX-License-Identifier: Apache-2.0
// delivery: the bureaus' side of dispatcherd: who listens, and the queues delivered by credit. A bureau's position is a
// cursor; nothing is ever claimed, so a delivery that got lost is simply sent again after the next hello.
#ifndef DISPATCHER_DELIVERY_H
#define DISPATCHER_DELIVERY_H

#include "store/stage.h"
#include "subscription.h"

struct delivery {
    struct stage *stage;
    struct bus *bus;
    struct subscriptions subs;
    struct buf out;
    struct queue_item items[FETCH_MAX];
};

// Reads the queues' heads and cursors, binds the socket, and joins the loop.
enum result delivery_open(struct delivery *d, struct stage *stage, struct err *err) MUST_USE;
void delivery_close(struct delivery *d); // saves the cursors

// A case was appended to this bureau's queue.
void delivery_appended(struct delivery *d, int32_t bureau);
// Sends what the bureaus may have now.
void delivery_send(struct delivery *d);

#endif

// SPDX-License-Identifier: Apache-2.0
// subscription: where each bureau stands: who listens, how far it was sent and has acknowledged, how much more it
// takes.
#ifndef DISPATCHER_SUBSCRIPTION_H
#define DISPATCHER_SUBSCRIPTION_H

#include "run/bus.h"
#include "store/queue.h"

struct subscription {
    int32_t bureau;
    bool open;
    struct peer peer;
    char peer_name[2 * sizeof((struct peer){0}).id + 1]; // for `queues`
    int64_t head;                                        // newest sequence we know of
    int64_t sent;                                        // handed to the socket
    int64_t acked;                                       // acknowledged by the present subscriber
    int64_t credit;                                      // deliveries it still takes
    int64_t heard;                                       // clock_mono of its last word
    wf_time since;
    bool stuck;   // the socket took no more: wait for a word, or the timer
    bool unsaved; // the cursor row is behind
};

struct subscriptions {
    struct subscription s[BUREAUS_MAX];
    int n;
};

struct subscription *subscription_find(struct subscriptions *all, int64_t bureau); // NULL when there is no such bureau
void subscription_open(struct subscription *s, const struct peer *peer, int64_t last_seq, int64_t credit, wf_time now,
                       int64_t mono);
void subscription_end(struct subscription *s);
bool subscription_is(const struct subscription *s, const struct peer *peer); // open, and by this peer

// What may be sent now, at most max rows in all, shared fairly; returns how many wants.
int subscriptions_wants(const struct subscriptions *all, int max, struct queue_want wants[BUREAUS_MAX]);

#endif

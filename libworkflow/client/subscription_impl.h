// SPDX-License-Identifier: Apache-2.0
// subscription_impl: a subscription's state, for its own files.
#ifndef CLIENT_SUBSCRIPTION_IMPL_H
#define CLIENT_SUBSCRIPTION_IMPL_H

#include "client/subscription.h"

#define SUBSCRIPTION_AWAY_US INT64_C(500000) // after the first refusal with retry; then twice as long each time

struct subscription {
    struct dial to;
    char *consumer;
    struct bus *bus;
    int32_t queue;
    int credit;
    bool take_over;
    bool from_known;   // acked and delivered are known: by the caller or by the first welcome
    bool welcomed;     // false: a hello is out or due
    bool standby;      // welcomed, and another consumer is active
    bool had_turn;     // it was active once
    bool rejecting;    // a reject is out: nothing is taken in until `blocked` answers it
    int64_t epoch;     // of this activation; 0: none, or the dispatcher named none
    int64_t acked;     // stored by the caller
    int64_t delivered; // handed to the caller
    int64_t expected;  // the next sequence the dispatcher should send; behind delivered + 1 after a new hello
    int64_t head;      // newest in the queue, as far as we were told
    int64_t granted;   // deliveries that the dispatcher may still send
    int64_t ack_told;  // acknowledged in the last ack
    int64_t blocked;   // the sequence that waits for an operator; 0: none
    int64_t away_us;   // after the next refusal with retry
    int64_t hello_at;  // when the next hello is due: while not welcomed, or while no answer to a reject comes
    int64_t spoke_at;  // our last ack
    int64_t heard_at;
    struct buf frame;
    bool over; // for good,
    struct err why;
    struct msg msg; // the line that was shown
    bool shown;
};

// Takes one frame, s->msg, in. OK: a line that the caller has not seen. RETRY: nothing to show. REJECT: s->over.
enum result subscription_frame(struct subscription *s, int64_t now, struct queue_line *out) MUST_USE;
// The session is over, or never was: hello is said at this time; or after a pause that grows.
void subscription_hello(struct subscription *s, int64_t at);
void subscription_hello_later(struct subscription *s, int64_t now);
// What may be acknowledged now: after a new hello the dispatcher knows nothing beyond what it has sent again.
int64_t subscription_ackable(const struct subscription *s);

#endif

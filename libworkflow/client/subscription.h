// SPDX-License-Identifier: Apache-2.0
// subscription: one consumer of one queue (a bureau's, a unit's, or a portal's), as docs/protocol.md says. One thread,
// no callbacks, no call that waits longer than it is told.
#ifndef CLIENT_SUBSCRIPTION_H
#define CLIENT_SUBSCRIPTION_H

#include "client/dial.h"
#include "wire/frame.h"
#include "wire/wire.gen.h"

#define CREDIT_MAX 10000
#define CONSUMER_MAX 64 // characters

struct subscription;

struct subscription_want {
    int32_t queue;        // a bureau's or unit's code, or a channel's number
    int64_t last_seq;     // < 0: go on behind what was acknowledged before
    int credit;           // deliveries on their way or shown and not yet acknowledged: never more (1..CREDIT_MAX)
    const char *consumer; // shown to the ops team; NULL: none. At most CONSUMER_MAX
    bool take_over;       // ends the active consumer's session; once, not when we reconnect
};

// A line of the queue: a bureau's delivery or a portal's notice. Texts are valid until the next call.
struct queue_line {
    int64_t seq;
    bool for_writer;
    union {
        struct msg_delivery delivery;
        struct msg_writer_notice notice;
    };
};

enum result subscription_open(const struct dial *to, const struct subscription_want *want, struct subscription **out,
                              struct err *err) MUST_USE;
// Sends what is not acknowledged yet, says goodbye, and waits up to a second until the dispatcher has read it.
void subscription_close(struct subscription *s); // NULL is fine
// Waits up to ms for the next line, in sequence, each once; says hello again by itself when the dispatcher was gone, a
// gap was seen, or nothing was heard for 10 s. OK: out is filled in. RETRY: nothing within ms. REJECT: over for good
// (taken_over, key_revoked, unknown_bureau, …), and the same at each later call.
enum result subscription_next(struct subscription *s, int64_t ms, struct queue_line *out, struct err *err) MUST_USE;
// Everything up to seq is stored: acknowledges and grants as much credit again. Cheap: sent when a quarter of the
// credit has come together, after a second, or when subscription_next would wait. Whoever works on one line for longer
// than 5 s calls it meanwhile with the last seq that is stored: that is the bureau's heartbeat.
void subscription_ack(struct subscription *s, int64_t seq);
// This line, which was shown, could not be taken in; everything before it is stored. It comes again (retry: after a
// pause of the dispatcher's), and everything behind it after it.
void subscription_reject(struct subscription *s, int64_t seq, struct str reason, bool retry);
// Goes on behind last_seq, as if opened so: what is stored is known better elsewhere.
void subscription_restart(struct subscription *s, int64_t last_seq);

// Where the session stands. Welcomed: the dispatcher knows us; standby: another consumer of the queue is active.
bool subscription_welcomed(const struct subscription *s);
bool subscription_standby(const struct subscription *s);
int64_t subscription_blocked(const struct subscription *s); // the seq that waits for an operator; 0: none
int64_t subscription_epoch(const struct subscription *s);   // which activation; 0: not active
int64_t subscription_shown(const struct subscription *s);   // the last line that was shown, or where it began
int64_t subscription_acked(const struct subscription *s);   // the last that is acknowledged
// The queue is empty: active, and the last line was the head that welcome or the newest heartbeat named.
bool subscription_drained(const struct subscription *s);
struct bus *subscription_bus(const struct subscription *s); // changes when the connection is made anew

#endif

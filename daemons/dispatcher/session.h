// SPDX-License-Identifier: Apache-2.0
// session: who listens to which queue, and how much each was sent. Pure bookkeeping: no socket, no database, no clock.
//
// A queue has one active consumer; others stand by in the order of their hellos. Each turn has an epoch. Between turns,
// and while the database is away, nobody is active.
#ifndef DISPATCHER_SESSION_H
#define DISPATCHER_SESSION_H

#include "run/bus.h"
#include "store/queue.h"

#define CONSUMERS_MAX 8               // of one queue
#define SESSIONS_MAX 1024             // in all
#define CREDIT_MAX 10000              // deliveries that one session may be owed
#define PAUSE_MIN ((int64_t)1000000)  // before a rejected delivery comes again, doubled each time,
#define PAUSE_MAX ((int64_t)30000000) // up to this; microseconds
#define CONSUMER_NAME 257             // 64 characters of UTF-8

enum door_id { DOOR_IPC, DOOR_PUBLIC, DOORS };

// One connection: a routing id means something at its own socket only.
struct connection {
    enum door_id door;
    struct peer peer;
};

// One consumer, from its hello to its end.
struct session {
    struct session *next; // in its queue; the first is active, or will be next
    struct connection from;
    bool has_key;
    uint8_t key[CURVE_BYTES];
    char name[CONSUMER_NAME]; // as hello says, else the routing id in hexadecimal
    int64_t last_seq;         // as hello says; -1: it did not
    int64_t credit;           // deliveries it still takes
    uint64_t trace;           // of its hello
    int64_t heard;            // clock_mono of its last word
    wf_time since;
    bool stuck; // its socket takes no more for now
};

// The sizes of what was sent and is not acknowledged.
struct flight {
    uint32_t *size; // a ring
    uint32_t cap, at, n;
    int64_t bytes;
    int64_t debt; // sent before the consumer said hello again on the same connection, and perhaps still unread
};

struct queue {
    int32_t code;
    int64_t first, head, blocked; // as in struct queue_head
    bool block_unsaved;           // blocked here, not yet in the table
    int64_t acked;                // acknowledged by any consumer so far
    int64_t epoch;                // of the last turn
    bool unsaved;                 // the cursor row is behind
    int64_t turn_at;              // clock_mono before which no turn begins
    int64_t probe_until; // somebody stands by who may be the same consumer on a new connection: look whether the old
                         // one lives
    int64_t again_at;    // the same for the active one's next hello, while its window is full
    struct session *sessions;
    bool active; // the first of them has its turn:
    bool got;    // it has acknowledged something in it,
    int64_t at;  // up to here,
    int64_t sent;
    int64_t reached; // was sent up to here since its turn began; sent goes back when it says hello again
    struct flight flight;
    int64_t each;       // bytes of a delivery lately
    int ahead;          // rows in hand, about to be sent
    int64_t failed_seq; // the head that could not be taken in; 0: none
    int failed_n;       // so many times
    int64_t failed_at;  // clock_mono of the last one
    int64_t resume_at;  // clock_mono when a rejected one may be sent again
    char why[2001];     // the consumer's words for it: 500 characters
};

struct queues {
    struct queue of[QUEUES_MAX]; // by code
    int n;
    struct session *unused;
    struct session pool[SESSIONS_MAX];
};

void queues_init(struct queues *all);
void queues_free(struct queues *all);
struct queue *queues_find(struct queues *all, int64_t code); // NULL: there is none
// Takes over where the queues stand in the table; new ones are added.
void queues_take(struct queues *all, const struct queue_head *heads, int n);

struct session *session_of(const struct queue *q, const struct connection *from); // NULL: none
bool session_active(const struct queue *q, const struct session *s);
// A new one behind all others; NULL when the queue or the dispatcher has no room.
struct session *session_add(struct queues *all, struct queue *q, const struct connection *from);
void session_first(struct queue *q, struct session *s); // next in turn; nobody may be active
void session_remove(struct queues *all, struct queue *q, struct session *s);
void session_name(struct session *s, struct str consumer); // p == NULL: by its routing id

// The turn of the first one begins, behind `at`.
void turn_begin(struct queue *q, int64_t epoch, int64_t at);
// The active consumer said hello again: it wants what is behind `at`.
void turn_again(struct queue *q, int64_t at);
void turn_sent(struct queue *q, size_t bytes); // the delivery behind q->sent
void turn_acked(struct queue *q, int64_t seq); // at most q->reached
// Where a consumer begins that says `last_seq`: never beyond what blocks the queue.
int64_t turn_start(const struct queue *q, int64_t last_seq);

// How many deliveries may be sent now: by credit, by the window's bytes, by what blocks, by a pause.
int64_t turn_room(const struct queue *q, int64_t window, int64_t now);

// The delivery behind q->at was not taken in, once more; with all behind it, it counts as not sent. Returns how often
// that was so, at least 1.
int turn_failed(struct queue *q, int64_t now);
int64_t turn_pause(int failed_n);                 // until it may be sent again; microseconds
void turn_block(struct queue *q, struct str why); // nothing passes q->failed_seq any more

#endif

// SPDX-License-Identifier: Apache-2.0
// delivery: the bureaus' and portals' side of dispatcherd: their queues, read from the table and sent by credit under
// the guard. A queue's position is a cursor; nothing is ever claimed, so a delivery that got lost is simply sent again
// after the next hello.
//
// session.h keeps who listens, turns.h gives and ends turns, messages.h reads what consumers say.
#ifndef DISPATCHER_DELIVERY_H
#define DISPATCHER_DELIVERY_H

#include "session.h"
#include "store/gate.h"
#include "store/stage.h"
#include "wire/wire.gen.h"

struct delivery;

struct door {
    struct delivery *d;
    enum door_id id;
    struct bus *bus; // NULL: not open
};

// What is being read and sent (sending.h).
struct sending {
    struct queue_want wants[WANTS_MAX]; // of the fetch under way,
    int wants_n;
    struct queue_want had[WANTS_MAX]; // and of the rows in hand
    int had_n;
    uint32_t first;        // whose share of a turn is reckoned first
    int64_t company_until; // clock_mono: lately several queues had something to send
    struct queue_item items[FETCH_MAX];
    struct writer_item writers[FETCH_MAX];
};

struct delivery {
    struct stage *stage;
    struct gate *gate;
    struct door doors[DOORS];
    struct queues queues;
    struct buf out;
    int64_t window;       // bytes sent and not acknowledged, of each active consumer
    int64_t attempts;     // until a head blocks its queue
    int64_t looked_at;    // clock_mono of the last look at the heads
    int64_t ticked_at;    // clock_mono of the last look at who is silent
    int64_t gate_changed; // as of the last look at whose key still holds
    int send_timer;
    struct sending sending;
};

// Reads the queues' heads and cursors, opens the doors, and joins the loop.
enum result delivery_open(struct delivery *d, struct stage *stage, struct err *err) MUST_USE;
void delivery_close(struct delivery *d); // saves the cursors

// A case was appended to this queue.
void delivery_appended(struct delivery *d, int32_t queue);
// Sends what may be sent, at the loop's next turn.
void delivery_soon(struct delivery *d);
// Where the queues stand in the table, unless that is known since `age` microseconds. false: the database is away.
bool delivery_look(struct delivery *d, int64_t age);

#endif

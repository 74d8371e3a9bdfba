// SPDX-License-Identifier: Apache-2.0
// turns: whose turn it is at each queue. A turn begins in the database, which counts its epoch; it ends with a goodbye,
// a lost connection, 15 s of silence, an error, a revoked key, or because another consumer takes over.
#ifndef DISPATCHER_TURNS_H
#define DISPATCHER_TURNS_H

#include "delivery.h"

#define TURN_SILENCE (15 * WF_SECOND) // who says nothing so long is not there

enum sent { SENT, FULL, GONE };
// Sends what d->out holds. GONE: that connection is no more.
enum sent turns_send(struct delivery *d, const struct connection *to);
void turns_refuse(struct delivery *d, const struct connection *to, uint64_t trace, const struct err *err);
void turns_welcome(struct delivery *d, struct queue *q, struct session *s);
// A heartbeat; false when the connection was gone, and the session with it.
bool turns_probe(struct delivery *d, struct queue *q, struct session *s);

// failed: it may be that the consumer cannot take in what it was sent, so a turn in which it acknowledged nothing
// counts as an attempt (each only once in the pause that a rejected delivery would have had, so that a network that
// breaks and breaks does not block a queue within seconds).
void turns_end(struct delivery *d, struct queue *q, struct session *s, bool failed);
void turns_end_all(struct delivery *d, const struct connection *from); // of this connection: it failed
// The active one said hello again: as if its turn had ended and begun.
void turns_again(struct delivery *d, struct queue *q);
// The turn of the next one begins, when nobody has it and somebody waits.
void turns_next(struct delivery *d, struct queue *q);

void turns_tick(struct delivery *d);  // silence, revoked keys, turns that could not begin before; a few times a second
void turns_beats(struct delivery *d); // a heartbeat to everybody

#endif

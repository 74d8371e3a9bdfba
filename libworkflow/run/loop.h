// SPDX-License-Identifier: Apache-2.0
// loop: one thread, sockets and timers. zloop is not used: it ends on EINTR and replays missed timers (czmq 4.2.1).
#ifndef RUN_LOOP_H
#define RUN_LOOP_H

#include "run/bus.h"

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop *loop);

// Calls fn(arg) whenever the socket holds something to read. At most 8 sockets.
void loop_socket(struct loop *loop, struct bus *bus, void (*fn)(void *arg), void *arg);
// Calls fn(arg) every `ms` milliseconds, counted from the end of the last call; missed calls are not made up for.
// Returns a timer for loop_soon. At most 8.
int loop_every(struct loop *loop, int64_t ms, void (*fn)(void *arg), void *arg);
void loop_soon(struct loop *loop, int timer); // call it at the next turn
// Runs until SIGTERM, SIGINT or loop_stop; those signals are blocked in all threads and read through a signalfd, which
// loop_new sets up: create the loop before any socket or thread.
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop); // from any thread
bool loop_stopping(const struct loop *loop);
bool loop_signalled(void); // SIGTERM or SIGINT came and waits to be read: for a start, while the loop does not run yet

#endif

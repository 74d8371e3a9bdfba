// SPDX-License-Identifier: Apache-2.0
// wf: what a portal or a bureau's system links. No database, no loop of ours: calls that wait at most as long as they
// are told. Every request may be repeated: the library resends what was not answered, and the daemons know repeats by
// their keys.
#ifndef CLIENT_WF_H
#define CLIENT_WF_H

#include "run/bus.h"
#include "wire/frame.h"
#include "wire/wire.gen.h"

// ---- Requests with an answer each: letters to intake, feedback to feedback, acts to the desk socket ----

// A pipeline of requests over one DEALER. Requests that got no answer within resend_ms are sent again, in order.
struct wf_pipe;
#define WF_WINDOW_MAX 10000 // requests without an answer
// window: 1..WF_WINDOW_MAX. After five resend_ms without any word the connection is made anew.
enum result wf_pipe_open(const char *endpoint, size_t window, int64_t resend_ms, struct wf_pipe **out,
                         struct err *err) MUST_USE;
void wf_pipe_close(struct wf_pipe *pipe);
// Sends one complete frame (wire_put_…) that is known by `ref` until its answer comes; the bytes are kept until then.
// false when the window is full: call wf_pipe_wait first.
bool wf_pipe_send(struct wf_pipe *pipe, struct str ref, const struct buf *frame, uint64_t tag);
// Waits up to ms for an answer; *tag is the request's. The answer is valid until the next call. A refusal with retry =
// true (database away) is not shown: the request is sent again after a pause. false on timeout. answer->id says what
// came.
bool wf_pipe_wait(struct wf_pipe *pipe, int64_t ms, uint64_t *tag, struct frame *answer);
size_t wf_pipe_open_n(const struct wf_pipe *pipe); // requests without an answer

// ---- A bureau's subscription ----

struct wf_subscription;
// last_seq < 0: go on behind what was acknowledged before. credit: deliveries that may be on their way or shown and not
// yet acknowledged (1..10000); never are there more.
enum result wf_subscribe(const char *endpoint, int32_t bureau, int64_t last_seq, int credit,
                         struct wf_subscription **out, struct err *err) MUST_USE;
// Sends what is not acknowledged yet and waits up to a second until the dispatcher has read it.
void wf_unsubscribe(struct wf_subscription *s);
// Waits up to ms for the next delivery, in sequence, each once; says hello again by itself when the dispatcher was
// gone, a gap was seen, or nothing was heard for 10 s. OK: out is valid until the next call. RETRY: nothing within ms.
// REJECT: refused (unknown bureau, or another subscriber took over): err says which.
enum result wf_next(struct wf_subscription *s, int64_t ms, struct msg_delivery *out, struct err *err) MUST_USE;
// Everything up to seq is stored: acknowledges and grants as much credit again. Cheap: sent when a quarter of the
// credit has come together, after a second, or when wf_next would wait. Whoever works on one delivery for longer than 5
// s calls it meanwhile with the last seq that is stored: that is the bureau's heartbeat.
void wf_ack(struct wf_subscription *s, int64_t seq);
// The queue is empty: welcomed, and the last delivery was the head that welcome or the newest heartbeat named.
bool wf_drained(const struct wf_subscription *s);

// For a program with several subscriptions: waits until one of them or the pipe (may be NULL) has something to read, or
// ms pass. Then ask each with ms = 0, which also keeps its clocks; so let no more than a second pass.
void wf_wait_any(struct wf_subscription *const *list, size_t n, struct wf_pipe *pipe, int64_t ms);

#endif

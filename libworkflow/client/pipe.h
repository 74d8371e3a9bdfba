// SPDX-License-Identifier: Apache-2.0
// pipe: requests with an answer each, over one DEALER: letters to intake, feedback and what portals ask to feedback,
// acts to the desk socket. Requests that got no answer within resend_ms are sent again, in order.
#ifndef CLIENT_PIPE_H
#define CLIENT_PIPE_H

#include "client/dial.h"
#include "wire/frame.h"
#include "wire/wire.gen.h"

struct pipe;
#define PIPE_WINDOW_MAX 10000 // requests without an answer
// window: 1..PIPE_WINDOW_MAX. After five resend_ms without any word the connection is made anew.
enum result pipe_open(const struct dial *to, size_t window, int64_t resend_ms, struct pipe **out,
                      struct err *err) MUST_USE;
void pipe_close(struct pipe *pipe); // NULL is fine
// Sends one complete frame (wire_put_…) that is known by `ref` until its answer comes; the bytes are kept until then.
// Requests with the same key (p != NULL) are sent one after the other's answer: else a daemon that is killed between
// two events of one case could see the second before the first is sent again. false when the window is full: call
// pipe_wait first.
bool pipe_send(struct pipe *pipe, struct str ref, struct str key, const struct buf *frame, uint64_t tag);
// Waits up to ms for an answer; *tag is the request's. The answer is valid until the next call. A refusal with retry =
// true (database away) is not shown: the request is sent again after a pause. false on timeout. answer->id says what
// came.
bool pipe_wait(struct pipe *pipe, int64_t ms, uint64_t *tag, struct frame *answer);
// Gives up one request that has waited for its answer for longer than ms; *tag is its. false: none has.
bool pipe_give_up(struct pipe *pipe, int64_t ms, uint64_t *tag);
size_t pipe_open_n(const struct pipe *pipe);   // requests without an answer
struct bus *pipe_bus(const struct pipe *pipe); // changes when the connection is made anew

#endif

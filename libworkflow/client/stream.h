// SPDX-License-Identifier: Apache-2.0
// stream: JSON lines in, requests through a pipe, answers out in the lines' order. What letterctl submit, letterctl act
// - and bureauctl report have in common.
#ifndef CLIENT_STREAM_H
#define CLIENT_STREAM_H

#include "client/json.h"
#include "client/pipe.h"

#include <stdio.h>

// What one line became. `frame` comes empty.
struct stream_request {
    struct buf frame;
    struct str ref;  // what the answer will carry
    struct str name; // what a refusal shows; may be absent
    struct str key;  // as pipe_send
};

// The kind of lines.
struct stream_kind {
    const char *name; // of the member in refusals: "client_ref"
    // Reads a line (number from 1). REJECT: err says why; request->name as far as it could be read. The texts live
    // until the next call. Puts a frame with the trace id that is given.
    enum result (*request)(void *arg, struct str line, int64_t number, uint64_t trace, struct stream_request *request,
                           struct err *err);
    void (*request_done)(void *arg); // the texts are no longer needed
    // Puts the answer's line. REJECT: a refusal, or no answer to this; err becomes the line.
    enum result (*answer)(const struct frame *frame, struct buf *out, struct err *err);
};

struct stream {
    struct dial to;
    size_t window;     // 1..PIPE_WINDOW_MAX
    int64_t resend_ms; // as pipe_open
    int64_t timeout_s; // without any answer, then give up; 0: never
    int in;
    FILE *out;
    const struct stream_kind *kind;
    void *arg;
    // Filled in:
    int64_t lines, refused, unanswered; // blank lines are not counted
};

// OK: every line has its answer. RETRY: given up, `unanswered` lines are without. REJECT: input or output failed, or no
// socket: err.
enum result stream_run(struct stream *stream, struct err *err) MUST_USE;

#endif

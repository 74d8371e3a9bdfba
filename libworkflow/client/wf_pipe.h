// SPDX-License-Identifier: Apache-2.0
// wf_pipe: a public pipe's state, for client's own files.
#ifndef CLIENT_WF_PIPE_H
#define CLIENT_WF_PIPE_H

#include "client/pipe.h"
#include "client/wf_impl.h"

struct wf_pipe {
    struct pipe *pipe;
    int64_t give_up_ms; // 0: never
    int64_t looked_at;  // when we last looked for requests to give up
    uint64_t trace;
    struct buf frame, texts;
    struct wf_answer answer;
    // The answer's message; a look-up's lists are its own.
    union {
        struct msg_receipt receipt;
        struct msg_feedback_result result;
        struct msg_identity identity;
        struct msg_lookup_result lookup;
        struct msg_writer_result act;
        struct msg_refusal refusal;
    } m;
    const char *lines[100], *may[8];
};

#endif

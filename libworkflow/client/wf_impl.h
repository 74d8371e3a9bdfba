// SPDX-License-Identifier: Apache-2.0
// wf_impl: between the public functions (wf.h: terminated texts, own structures) and the client's own (subscription.h,
// pipe.h). For client's own files.
#ifndef CLIENT_WF_IMPL_H
#define CLIENT_WF_IMPL_H

#include "client/dial.h"
#include "client/wf.h"
#include "wire/frame.h"

// Every handle begins and ends here: with the last one the ZeroMQ context goes.
void wf_handle_begin(void);
void wf_handle_end(void);

// Fills error (which may be NULL) and returns result.
enum wf_result wf_say(struct wf_error *error, enum wf_result result, const struct err *err);
enum wf_result wf_misuse(struct wf_error *error, const char *field, const char *message);
struct dial wf_dial(const struct wf_options *options);
int64_t wf_ms(int64_t ms); // 0 to a day

// Terminated copies of one frame's texts. Made so large at first that a text never moves.
void wf_texts_open(struct buf *texts);
const char *wf_keep(struct buf *texts, struct str s); // NULL when absent

#endif

// SPDX-License-Identifier: Apache-2.0
// refusal: a daemon's refusal as an error of ours.
#ifndef CLIENT_REFUSAL_H
#define CLIENT_REFUSAL_H

#include "wire/frame.h"
#include "wire/wire.gen.h"

// Always REJECT.
enum result refusal_err(const struct msg_refusal *refusal, struct err *err);
// For an answer that was none of those expected: the refusal it is, or bad_frame. Always REJECT.
enum result refusal_read(const struct frame *frame, struct err *err);

#endif

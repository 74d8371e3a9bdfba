// SPDX-License-Identifier: Apache-2.0
// refusal: an error of ours as the message that tells it to a peer, and back.
#ifndef WIRE_REFUSAL_H
#define WIRE_REFUSAL_H

#include "wire/wire.gen.h"

// Its texts point into err. ref.p == NULL: not known.
struct msg_refusal refusal_of(struct str ref, const struct err *err);

// Always REJECT.
enum result refusal_err(const struct msg_refusal *refusal, struct err *err);
// For an answer that was none of those expected: the refusal it is, or bad_frame. Always REJECT.
enum result refusal_read(const struct frame *frame, struct err *err);

#endif

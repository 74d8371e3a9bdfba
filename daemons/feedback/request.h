// SPDX-License-Identifier: Apache-2.0
// request: an event as a bureau or the desk sends it, made into a change of a case.
#ifndef FEEDBACK_REQUEST_H
#define FEEDBACK_REQUEST_H

#include "core/case.h"
#include "run/bus.h"
#include "wire/wire.gen.h"

// What the answer needs. ref.p == NULL: the frame could not be read so far.
struct request {
    struct str ref, number;
    uint64_t trace;
};

// REJECT names the field. Texts point into the message. As much of *request as could be read is filled in any case.
enum result request_of_bureau(const struct msg *msg, const struct policy *policy, struct request *request,
                              struct change *change, struct err *err) MUST_USE;
enum result request_of_desk(const struct msg *msg, const struct policy *policy, struct request *request,
                            struct change *change, struct err *err) MUST_USE;

#endif

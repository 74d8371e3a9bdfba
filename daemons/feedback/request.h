// SPDX-License-Identifier: Apache-2.0
// request: what a bureau, a portal or the desk sends, made into a change of a case or a question about one.
#ifndef FEEDBACK_REQUEST_H
#define FEEDBACK_REQUEST_H

#include "core/case.h"
#include "run/bus.h"
#include "wire/wire.gen.h"

enum asks { ASKS_EVENT, ASKS_IDENTITY, ASKS_LOOKUP, ASKS_WRITER_ACT, ASKS_DESK };

// What the answer needs. ref.p == NULL: the frame could not be read so far.
struct request {
    struct str ref, number;
    uint64_t trace;
    enum asks asks;
    int32_t named;   // for whom it speaks: a bureau or a unit with a queue, a channel; 0: the desk, or not read so far
    struct str code; // a portal's: the writer's
};

// REJECT names the field. Texts point into the message. As much of *request as could be read is filled in any case.
enum result request_of_bureau(const struct msg *msg, const struct policy *policy, struct request *request,
                              struct change *change, struct err *err) MUST_USE;
enum result request_of_identity(const struct msg *msg, const struct policy *policy, struct request *request,
                                struct change *change, struct err *err) MUST_USE;
// Of the portals: neither says whether number and code belong together, nor whether there is such a case. A number that
// is none gives change->case_id 0.
enum result request_of_lookup(const struct msg *msg, struct request *request, struct change *change,
                              struct err *err) MUST_USE;
enum result request_of_writer(const struct msg *msg, struct request *request, struct change *change,
                              struct err *err) MUST_USE;
// Any message of the door for bureaus and portals. REJECT: "unknown_message".
enum result request_of_peer(const struct msg *msg, const struct policy *policy, struct request *request,
                            struct change *change, struct err *err) MUST_USE;
enum result request_of_desk(const struct msg *msg, const struct policy *policy, struct request *request,
                            struct change *change, struct err *err) MUST_USE;

#endif

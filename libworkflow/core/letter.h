// SPDX-License-Identifier: Apache-2.0
// letter: what a citizen sends, and the check that decides whether we can take it.
#ifndef CORE_LETTER_H
#define CORE_LETTER_H

#include "core/codes.h"
#include "core/err.h"
#include "core/wftime.h"

#define LETTER_TITLE_MAX 200 // characters, not bytes; contract
#define LETTER_PLACE_MAX 200
#define LETTER_BODY_MAX 20000
#define LETTER_REF_MAX 64
#define LETTER_ACCUSED 8 // entries
#define LETTER_ACCUSED_MAX 100
#define WRITER_FIELD_MAX 100
#define MAILBOX_PROVINCE 440000

// Who wrote. Kept apart from the letter from the first line on: no other struct holds a pointer to it.
struct writer {
    struct str name, phone, id_number, email; // p == NULL: not given
};

// As it came in; every piece points into the message that brought it.
struct letter_in {
    struct str channel, client_ref, mailbox, title, body, place, kind, occurred_at;
    bool confidential;
    struct str accused[LETTER_ACCUSED];
    uint32_t accused_n;
};

// As it was understood.
struct letter {
    int64_t id; // 0 until numbered
    enum channel channel;
    int32_t mailbox;
    enum kind claimed; // KIND_NONE: not said
    bool confidential;
    wf_time occurred_at; // 0: not said
    wf_time received_at;
    struct str client_ref, title, body, place; // title, place: may be absent
    struct str accused[LETTER_ACCUSED];
    uint32_t accused_n;
};

struct policy;

// Checks every member and fills out. REJECT names the field and the limit; codes: missing, too_long, bad_utf8, nul,
// unknown_value, blank, bad_time, control (only the body may have line breaks and tabs). A mailbox is the province or a
// city of the policy's units; not given means the province. The body may not be blank; a title that is given may not be
// blank.
enum result letter_check(const struct letter_in *in, const struct writer *writer, const struct policy *policy,
                         struct letter *out, struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
#include "wire/refusal.h"

struct msg_refusal refusal_of(struct str ref, const struct err *err)
{
    return (struct msg_refusal){.ref = ref,
                                .code = str_of(err->code),
                                .message = str_of(err->text),
                                .field = str_of(err->field),
                                .retry = err->result == RETRY,
                                .has_retry = err->result == RETRY};
}

enum result refusal_err(const struct msg_refusal *refusal, struct err *err)
{
    char code[sizeof(err->code)], field[sizeof(err->field)];
    struct text c = TEXT(code), f = TEXT(field);
    text_str(&c, refusal->code);
    text_str(&f, refusal->field);
    return err_set_str(err, REJECT, code, field, "", refusal->message, "");
}

enum result refusal_read(const struct frame *frame, struct err *err)
{
    struct msg_refusal refusal;
    if (frame->id != MSG_REFUSAL)
        return err_set(err, REJECT, "bad_frame", "", "the daemon answered with a message that is no answer to this");
    enum result r = wire_get_refusal(frame, &refusal, err);
    return r == OK ? refusal_err(&refusal, err) : r;
}

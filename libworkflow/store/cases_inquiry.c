// SPDX-License-Identifier: Apache-2.0
// The rows of a 核查函 (domain §3.11 G5).
#include "store/cases_impl.h"

#include <sodium.h>

bool cases_of_inquiry(enum event event)
{
    return event == EV_INQUIRE || event == EV_INQUIRY_APPROVED || event == EV_INQUIRY_ANSWERED;
}

void cases_write_inquiry(struct cases *cs, const struct change *c, enum event event, const struct case_facts *f,
                         int16_t request)
{
    struct column *to = event == EV_INQUIRE            ? cs->out.inquiries.c
                        : event == EV_INQUIRY_APPROVED ? cs->out.approvals.c
                                                       : cs->out.explanations.c;
    insist(request >= 1 && request <= f->requests_n);
    column_int(&to[0], f->id);
    column_int(&to[1], request);
    if (event == EV_INQUIRE) {
        uint8_t random[4];
        char ref[2 * sizeof random + 1];
        randombytes_buf(random, sizeof random);
        sodium_bin2hex(ref, sizeof ref, random, sizeof random);
        column_int(&to[2], c->to);
        column_text(&to[3], str_of(ref));
        column_text(&to[4], c->words);
    } else if (event == EV_INQUIRY_APPROVED) {
        column_time(&to[2], f->requests[request - 1].until);
    } else {
        column_text(&to[2], c->words);
    }
}

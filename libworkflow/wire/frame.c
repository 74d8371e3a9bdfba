// SPDX-License-Identifier: Apache-2.0
#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

static enum result refuse(struct err *err, const char *words)
{
    return err_set(err, REJECT, "bad_frame", "", words);
}

enum result frame_get(const void *bytes, size_t n, struct frame *out, struct err *err)
{
    const uint8_t *p = bytes;
    if (n < FRAME_HEADER)
        return err_set_limit(err, REJECT, "bad_frame", "", "a frame has at least ", FRAME_HEADER, " bytes");
    if (n > FRAME_MAX)
        return err_set_limit(err, REJECT, "bad_frame", "", "a frame has at most ", FRAME_MAX, " bytes");
    if (p[0] != 'P' || p[1] != 'A')
        return refuse(err, "a frame begins with the bytes PA");
    if (p[2] != FRAME_VERSION)
        return err_set_limit(err, REJECT, "old_protocol", "", "only protocol version ", FRAME_VERSION,
                             " is spoken here");
    if (p[3] || p[6] || p[7])
        return refuse(err, "the reserved bytes of a frame's header are 0");
    uint64_t trace = 0;
    for (int i = 8; i < FRAME_HEADER; i++)
        trace = trace << 8 | p[i];
    *out = (struct frame){
        .id = (uint16_t)(p[4] << 8 | p[5]), .trace = trace, .body = p + FRAME_HEADER, .body_n = n - FRAME_HEADER};
    return OK;
}

void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->n >= more)
        return;
    insist(more <= SIZE_MAX / 4 && b->n <= SIZE_MAX / 4);
    size_t cap = b->cap ? b->cap : 1024;
    while (cap - b->n < more)
        cap *= 2;
    b->p = realloc(b->p, cap);
    insist(b->p); // nobody could go on without the message
    b->cap = cap;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    buf_reserve(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

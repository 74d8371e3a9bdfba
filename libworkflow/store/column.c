// SPDX-License-Identifier: Apache-2.0
// column: parameters in PostgreSQL's binary formats, built row by row.
#include "store/db_impl.h"

#include <arpa/inet.h>
#include <string.h>

#define ARRAY_HEADER 20

static const struct {
    uint32_t oid;
    int width;
} types[] = {
    [COL_BOOL] = {16, 1},  [COL_INT2] = {21, 2},   [COL_INT4] = {23, 4},   [COL_INT8] = {20, 8},
    [COL_TEXT] = {25, -1}, [COL_BYTES] = {17, -1}, [COL_TIME] = {1184, 8},
};

static void put_u32(struct buf *b, uint32_t v)
{
    v = htonl(v);
    buf_put(b, &v, sizeof v);
}

void column_start(struct column *c, enum column_type type)
{
    c->type = type;
    c->scalar = false;
    c->has_null = false;
    c->n = 0;
    c->buf.n = 0;
    buf_reserve(&c->buf, ARRAY_HEADER);
    c->buf.n = ARRAY_HEADER;
}

void column_int(struct column *c, int64_t v)
{
    int width = types[c->type].width;
    insist(width > 0);
    uint8_t bytes[12] = {0, 0, 0, (uint8_t)width};
    for (int i = 0; i < width; i++)
        bytes[4 + i] = (uint8_t)((uint64_t)v >> (8 * (width - 1 - i)));
    buf_put(&c->buf, bytes, 4 + (size_t)width);
    c->n++;
}

void column_null(struct column *c)
{
    put_u32(&c->buf, UINT32_MAX);
    c->has_null = true;
    c->n++;
}

void column_time(struct column *c, wf_time t)
{
    if (t == 0)
        column_null(c);
    else
        column_int(c, t - PG_EPOCH);
}

void column_bytes(struct column *c, const void *p, size_t n)
{
    insist(n < UINT32_MAX);
    put_u32(&c->buf, (uint32_t)n);
    buf_put(&c->buf, p, n);
    c->n++;
}

void column_text(struct column *c, struct str s)
{
    if (s.p)
        column_bytes(c, s.p, s.n);
    else
        column_null(c);
}

void column_free(struct column *c)
{
    buf_free(&c->buf);
}

struct str column_value(struct column *c)
{
    uint8_t *p = c->buf.p;
    if (c->scalar) {
        insist(c->n == 1);
        if (c->has_null)
            return STR_NONE;
        return (struct str){(const char *)p + ARRAY_HEADER + 4, c->buf.n - ARRAY_HEADER - 4};
    }
    uint32_t header[5] = {htonl(c->n > 0), htonl(c->has_null), htonl(types[c->type].oid), htonl((uint32_t)c->n),
                          htonl(1)};
    memcpy(p, header, ARRAY_HEADER);
    return (struct str){(const char *)p, c->n > 0 ? c->buf.n : 12};
}

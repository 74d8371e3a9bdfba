// SPDX-License-Identifier: Apache-2.0
#include "wire/codec.h"
#include "wire/wire.gen.h"

#include <msgpack.h>
#include <string.h>

// Room for the objects of a usual message (48 bytes a pair); small enough for malloc's per-thread cache.
#define ZONE_CHUNK 960

const struct wire_field *wire_field_of(const struct wire_message *m, int64_t key)
{
    for (uint32_t i = 0; i < m->fields_n; i++) {
        if (m->fields[i].key == key)
            return &m->fields[i];
    }
    return NULL;
}

// ---- bytes to message ----

static enum result refuse(struct err *err, const char *code, const struct wire_field *f, const char *words)
{
    return err_set_str(err, REJECT, code, f->name, "", str_of(f->name), words);
}

static enum result refuse_limit(struct err *err, const char *code, const struct wire_field *f, int64_t limit,
                                const char *unit)
{
    char before[80];
    struct text t = TEXT(before);
    text_put(&t, f->name);
    text_put(&t, ": at most ");
    return err_set_limit(err, REJECT, code, f->name, before, limit, unit);
}

static enum result refuse_range(struct err *err, const struct wire_field *f)
{
    char before[100];
    struct text t = TEXT(before);
    text_put(&t, f->name);
    text_put(&t, ": ");
    text_i64(&t, f->min);
    text_put(&t, " to ");
    return err_set_limit(err, REJECT, "out_of_range", f->name, before, f->max, "");
}

static enum result get_text(const struct wire_field *f, const msgpack_object *o, struct str *out, struct err *err)
{
    if (o->type != MSGPACK_OBJECT_STR)
        return refuse(err, "wrong_type", f, f->count ? ": each entry is a text" : ": a text");
    // msgpack-c 4.0 may give an empty text no address, which would read as absent.
    struct str s = {o->via.str.size ? o->via.str.ptr : "", o->via.str.size};
    size_t chars = s.n;
    // No text has more characters than bytes, so most need no counting. wire_check has seen the UTF-8.
    if (chars > (uint64_t)f->max && utf8_check(s, &chars) && chars > (uint64_t)f->max)
        return refuse_limit(err, "too_long", f, f->max, " characters");
    *out = s;
    return OK;
}

static enum result get_int(const struct wire_field *f, const msgpack_object *o, int64_t *out, struct err *err)
{
    if (o->type != MSGPACK_OBJECT_POSITIVE_INTEGER && o->type != MSGPACK_OBJECT_NEGATIVE_INTEGER)
        return refuse(err, "wrong_type", f, f->count ? ": each entry is an integer" : ": an integer");
    bool fits = o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER || o->via.u64 <= INT64_MAX;
    if (!fits || o->via.i64 < f->min || o->via.i64 > f->max)
        return refuse_range(err, f);
    *out = o->via.i64;
    return OK;
}

static enum result get_list(const struct wire_field *f, const msgpack_object *o, char *message, struct err *err)
{
    if (o->type != MSGPACK_OBJECT_ARRAY)
        return refuse(err, "wrong_type", f, ": a list");
    uint32_t n = o->via.array.size;
    if (n > f->count)
        return refuse_limit(err, "too_many", f, f->count, " entries");
    void *list = message + f->at;
    for (uint32_t i = 0; i < n; i++) {
        const msgpack_object *entry = &o->via.array.ptr[i];
        if (f->type == WIRE_TEXTS ? get_text(f, entry, (struct str *)list + i, err)
                                  : get_int(f, entry, (int64_t *)list + i, err))
            return REJECT;
    }
    memcpy(message + f->more, &n, sizeof n);
    return OK;
}

static enum result get_field(const struct wire_field *f, const msgpack_object *o, char *message, struct err *err)
{
    void *at = message + f->at;
    enum result r = OK;
    switch (f->type) {
    case WIRE_TEXT:
        return get_text(f, o, at, err);
    case WIRE_TEXTS:
    case WIRE_INTS:
        return get_list(f, o, message, err);
    case WIRE_INT:
        r = get_int(f, o, at, err);
        break;
    case WIRE_BOOL:
        if (o->type != MSGPACK_OBJECT_BOOLEAN)
            return refuse(err, "wrong_type", f, ": true or false");
        *(bool *)at = o->via.boolean;
        break;
    }
    if (r == OK && f->more)
        *(bool *)(message + f->more) = true;
    return r;
}

static enum result get_fields(const struct wire_message *m, const msgpack_object_map *map, char *message,
                              struct err *err)
{
    uint64_t seen = 0;
    for (uint32_t i = 0; i < map->size; i++) {
        const msgpack_object *key = &map->ptr[i].key;
        const struct wire_field *f = wire_field_of(m, key->via.i64);
        if (!f)
            continue;
        if (get_field(f, &map->ptr[i].val, message, err))
            return REJECT;
        seen |= UINT64_C(1) << (f - m->fields);
    }
    for (uint32_t i = 0; i < m->fields_n; i++) {
        if (m->fields[i].need && !(seen >> i & 1))
            return refuse(err, "missing", &m->fields[i], ": needed");
    }
    return OK;
}

enum result wire_decode(const struct wire_message *m, const struct frame *frame, void *out, struct err *err)
{
    if (frame->id != m->id)
        return err_set_str(err, REJECT, "bad_frame", "", "this is no ", str_of(m->name), "");
    if (wire_check(m, frame->body, frame->body_n, err))
        return REJECT;
    msgpack_zone zone;
    insist(msgpack_zone_init(&zone, ZONE_CHUNK)); // out of memory, as in buf_reserve
    msgpack_object body;
    size_t end = 0;
    enum result r;
    if (msgpack_unpack((const char *)frame->body, frame->body_n, &end, &zone, &body) != MSGPACK_UNPACK_SUCCESS) {
        r = err_set(err, REJECT, "bad_frame", "", "the body cannot be unpacked");
    } else {
        memset(out, 0, m->size);
        r = get_fields(m, &body.via.map, out, err);
    }
    msgpack_zone_destroy(&zone);
    return r;
}

// ---- message to bytes ----

static int append(void *buf, const char *p, size_t n)
{
    buf_put(buf, p, n);
    return 0;
}

static void put_text(msgpack_packer *pk, struct str s)
{
    msgpack_pack_str_with_body(pk, s.p, s.n);
}

static bool present(const struct wire_field *f, const char *message)
{
    if (f->type == WIRE_TEXT)
        return ((const struct str *)(const void *)(message + f->at))->p != NULL;
    if (f->type == WIRE_INT || f->type == WIRE_BOOL)
        return !f->more || *(const bool *)(message + f->more);
    uint32_t n;
    memcpy(&n, message + f->more, sizeof n);
    insist(n <= f->count);
    return f->need || n > 0;
}

static void put_field(msgpack_packer *pk, const struct wire_field *f, const char *message)
{
    const void *at = message + f->at;
    uint32_t n = 0;
    msgpack_pack_uint8(pk, f->key);
    switch (f->type) {
    case WIRE_TEXT:
        put_text(pk, *(const struct str *)at);
        return;
    case WIRE_INT:
        msgpack_pack_int64(pk, *(const int64_t *)at);
        return;
    case WIRE_BOOL:
        *(const bool *)at ? msgpack_pack_true(pk) : msgpack_pack_false(pk);
        return;
    case WIRE_TEXTS:
    case WIRE_INTS:
        break;
    }
    memcpy(&n, message + f->more, sizeof n);
    msgpack_pack_array(pk, n);
    for (uint32_t i = 0; i < n; i++) {
        if (f->type == WIRE_TEXTS)
            put_text(pk, ((const struct str *)at)[i]);
        else
            msgpack_pack_int64(pk, ((const int64_t *)at)[i]);
    }
}

void wire_encode(const struct wire_message *m, struct buf *buf, uint64_t trace, const void *message)
{
    uint8_t header[FRAME_HEADER] = {'P', 'A', FRAME_VERSION, 0, (uint8_t)(m->id >> 8), (uint8_t)m->id};
    for (int i = 0; i < 8; i++)
        header[8 + i] = (uint8_t)(trace >> (56 - 8 * i));
    buf_put(buf, header, sizeof header);
    uint64_t there = 0;
    for (uint32_t i = 0; i < m->fields_n; i++)
        there |= (uint64_t)present(&m->fields[i], message) << i;
    msgpack_packer pk;
    msgpack_packer_init(&pk, buf, append);
    msgpack_pack_map(&pk, (size_t)__builtin_popcountll(there));
    for (uint32_t i = 0; i < m->fields_n; i++) {
        if (there >> i & 1)
            put_field(&pk, &m->fields[i], message);
    }
}

// SPDX-License-Identifier: Apache-2.0
// wire_judge: tries frames made from the good vectors by one rule each. What a rule breaks for certain must be refused
// with its code and field; what it may have left valid is judged by msgpack-c and by the table of limits.
#ifndef UNIT_WIRE_JUDGE_H
#define UNIT_WIRE_JUDGE_H

#include "wire_vectors.h"

#include <msgpack.h>
#include <sys/resource.h>

static struct {
    struct vector v[200];
    int n;
} good;
static int64_t frames; // how many were tried
static struct buf work, again;

static inline void keep(const struct vector *v)
{
    assert_true((size_t)good.n < sizeof good.v / sizeof good.v[0]);
    good.v[good.n++] = *v;
}

static inline int load(void **state)
{
    assert_true(vectors_each("good.txt", keep) > 0);
    return 0;
}

static inline bool text_fits(const struct wire_field *f, struct str s)
{
    size_t chars = 0;
    return utf8_check(s, &chars) && chars <= (uint64_t)f->max;
}

static inline bool entry_fits(const struct wire_field *f, const char *at, uint32_t i)
{
    if (f->type == WIRE_TEXT || f->type == WIRE_TEXTS)
        return text_fits(f, ((const struct str *)(const void *)at)[i]);
    int64_t v = ((const int64_t *)(const void *)at)[i];
    return v >= f->min && v <= f->max;
}

// Everything in the message is within its limits, and what is needed is there.
static inline bool message_fits(const struct wire_message *m, const char *message)
{
    for (uint32_t i = 0; i < m->fields_n; i++) {
        const struct wire_field *f = &m->fields[i];
        const char *at = message + f->at, *more = message + f->more;
        uint32_t n = 1;
        if (f->type == WIRE_BOOL)
            continue;
        if (f->type == WIRE_TEXT)
            n = ((const struct str *)(const void *)at)->p != NULL;
        else if (f->type == WIRE_INT)
            n = f->more == 0 || *(const bool *)more;
        else
            memcpy(&n, more, sizeof n);
        if (n > (f->count ? f->count : 1) || (f->type == WIRE_TEXT && f->need && n == 0))
            return false;
        for (uint32_t k = 0; k < n; k++) {
            if (!entry_fits(f, at, k))
                return false;
        }
    }
    return true;
}

static inline bool one_msgpack_value(const uint8_t *p, size_t n)
{
    msgpack_unpacked u;
    size_t end = 0;
    msgpack_unpacked_init(&u);
    bool ok = msgpack_unpack_next(&u, (const char *)p, n, &end) == MSGPACK_UNPACK_SUCCESS && end == n;
    msgpack_unpacked_destroy(&u);
    return ok;
}

static inline bool known(const struct wire_message *m, const char *field)
{
    for (uint32_t i = 0; i < m->fields_n; i++) {
        if (strcmp(m->fields[i].name, field) == 0)
            return true;
    }
    return false;
}

// Tries one frame. OK must be deserved and write a frame that reads back as OK; REJECT must say why, about a frame or a
// field.
static inline enum result try(const struct wire_message *m, const uint8_t *p, size_t n, struct err *err)
{
    // An exact copy on the heap, so that a sanitizer sees a read behind the end.
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    char *message = vector_struct();
    *err = (struct err){0};
    enum result r = vector_decode(m, copy, n, message, err);
    frames++;
    if (r == OK) {
        struct err second;
        assert_true(message_fits(m, message));
        assert_true(one_msgpack_value(copy + FRAME_HEADER, n - FRAME_HEADER));
        again.n = 0;
        wire_encode(m, &again, 1, message);
        assert_int_equal(vector_decode(m, again.p, again.n, message, &second), OK);
    } else {
        assert_int_equal(r, REJECT);
        assert_true(err->code[0] && err->text[0]);
        if (err->field[0] ? !known(m, err->field) : strcmp(err->code, "missing") == 0)
            fail_msg("%s: %s at field \"%s\"", m->name, err->code, err->field);
    }
    free(copy);
    return r;
}

static inline void expect(const struct wire_message *m, const struct buf *b, const char *code, const char *field)
{
    struct err err;
    enum result r = try(m, b->p, b->n, &err);
    if (r != REJECT || strcmp(err.code, code) != 0 || strcmp(err.field, field) != 0)
        fail_msg("%s: result %d, code %s instead of %s, field %s instead of %s", m->name, (int)r, err.code, code,
                 err.field, field);
}

static inline void enough_and_small(void **state)
{
    print_message("%lld malformed frames\n", (long long)frames);
    assert_true(frames >= 1000);
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(UNDER_ASAN) // whose own memory is not ours to bound
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    assert_true(usage.ru_maxrss < 64 * 1024);
#endif
}

static inline int unload(void **state)
{
    buf_free(&work);
    buf_free(&again);
    return 0;
}

#endif

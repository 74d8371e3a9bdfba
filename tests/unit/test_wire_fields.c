// SPDX-License-Identifier: Apache-2.0
// Frames with one wrong field each: a message's full example with one value replaced, left out or added.
#include "wire_judge.h"

// The encoded value of field i in the full example; all examples have all fields, in order.
static void example_value(const struct vector *full, uint32_t i, const uint8_t **p, size_t *n)
{
    size_t at = FRAME_HEADER + (full->frame[FRAME_HEADER] == 0xDE ? 3 : 1);
    for (uint32_t k = 0; k <= i; k++) {
        msgpack_unpacked u;
        msgpack_unpacked_init(&u);
        *p = full->frame + ++at; // behind the key
        size_t end = 0;
        assert_true(msgpack_unpack_next(&u, (const char *)*p, full->n - at, &end) > 0);
        *n = end;
        at += end;
        msgpack_unpacked_destroy(&u);
    }
}

// Builds the example with `pairs` pairs announced: field `target` (-1: none) has the raw value or, when raw is NULL, is
// left out; `extra` raw bytes follow.
static void build(const struct vector *full, uint32_t pairs, int target, const void *raw, size_t raw_n,
                  const void *extra, size_t extra_n)
{
    const struct wire_message *m = full->message;
    work.n = 0;
    buf_put(&work, full->frame, FRAME_HEADER);
    buf_put(&work, (uint8_t[]){0xDE, (uint8_t)(pairs >> 8), (uint8_t)pairs}, 3);
    for (uint32_t i = 0; i < m->fields_n; i++) {
        const uint8_t *p = raw;
        size_t n = raw_n;
        if ((int)i != target)
            example_value(full, i, &p, &n);
        if (!p)
            continue;
        buf_put(&work, &m->fields[i].key, 1);
        buf_put(&work, p, n);
    }
    buf_put(&work, extra, extra_n);
}

static void each_example(void (*fn)(const struct vector *full, const struct wire_field *f, int i))
{
    int seen = 0;
    for (int k = 0; k < good.n; k++) {
        const struct vector *v = &good.v[k];
        if (!strstr(v->name, "/full"))
            continue;
        seen++;
        for (uint32_t i = 0; i < v->message->fields_n; i++)
            fn(v, &v->message->fields[i], (int)i);
    }
    assert_int_equal(seen, wire_messages_n);
}

static void left_out_and_twice(const struct vector *full, const struct wire_field *f, int i)
{
    uint32_t n = full->message->fields_n;
    struct err err;
    build(full, n - 1, i, NULL, 0, "", 0);
    if (f->need)
        expect(full->message, &work, "missing", f->name);
    else
        assert_int_equal(try(full->message, work.p, work.n, &err), OK);
    // The same key again in each width.
    uint8_t k = f->key;
    const uint8_t keys[][10] = {{k, 0xC0},          {0xCC, k, 0xC0},          {0xCD, 0, k, 0xC0},
                                {0xD1, 0, k, 0xC0}, {0xCE, 0, 0, 0, k, 0xC0}, {0xD3, 0, 0, 0, 0, 0, 0, 0, k, 0xC0}};
    static const size_t sizes[] = {2, 3, 4, 4, 6, 10};
    for (size_t w = 0; w < 6; w++) {
        build(full, n + 1, -1, NULL, 0, keys[w], sizes[w]);
        expect(full->message, &work, "duplicate_key", f->name);
    }
}

static void wrong_types(const struct vector *full, const struct wire_field *f, int i)
{
    static const struct {
        const char *p;
        size_t n;
        unsigned right_for; // bits of enum wire_type
    } values[] = {
        {"\xC0", 1, 0},
        {"\xC3", 1, 1u << WIRE_BOOL},
        {"\x01", 1, 1u << WIRE_INT},
        {"\xFF", 1, 1u << WIRE_INT},
        {"\xCF\0\0\0\0\0\0\0\1", 9, 1u << WIRE_INT},
        {"\xCA\0\0\0\0", 5, 0},
        {"\xCB\0\0\0\0\0\0\0\0", 9, 0},
        {"\xA1x", 2, 1u << WIRE_TEXT},
        {"\xC4\1x", 3, 0},
        {"\x80", 1, 0},
        {"\x81\1\1", 3, 0},
        {"\xD4\1\0", 3, 0},
        {"\xC7\1\0\0", 4, 0},
        {"\x90", 1, 1u << WIRE_TEXTS | 1u << WIRE_INTS},
        {"\x91\xC0", 2, 0},
        {"\x91\x01", 2, 1u << WIRE_INTS},
        {"\x91\xA1x", 3, 1u << WIRE_TEXTS},
        {"\x91\x91\x01", 3, 0},
    };
    for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
        build(full, full->message->fields_n, i, values[v].p, values[v].n, "", 0);
        if (!(values[v].right_for >> f->type & 1))
            expect(full->message, &work, "wrong_type", f->name);
    }
}

// A value of the field whose first entry is this raw one.
static void expect_entry(const struct vector *full, const struct wire_field *f, int i, const char *raw, size_t n,
                         const char *code)
{
    uint8_t value[64] = {0x91};
    size_t list = f->count ? 1 : 0;
    memcpy(value + list, raw, n);
    build(full, full->message->fields_n, i, value, list + n, "", 0);
    expect(full->message, &work, code, f->name);
}

static void bad_texts(const struct vector *full, const struct wire_field *f, int i)
{
    static const struct {
        const char *p, *code;
        size_t n;
    } texts[] = {
        {"\xA1\0", "nul", 2},
        {"\xA3"
         "a\0b",
         "nul", 4},
        {"\xA1\x80", "bad_utf8", 2},
        {"\xA2\xC0\x80", "bad_utf8", 3},
        {"\xA2\xE5\x8E", "bad_utf8", 3},
        {"\xA3\xED\xA0\x80", "bad_utf8", 4},
        {"\xA3\xE0\x80\x80", "bad_utf8", 4},
        {"\xA4\xF4\x90\x80\x80", "bad_utf8", 5},
        {"\xA4\xF0\x80\x80\x80", "bad_utf8", 5},
        {"\xD9\x02\xFF\xFE", "bad_utf8", 4},
    };
    if (f->type != WIRE_TEXT && f->type != WIRE_TEXTS)
        return;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        expect_entry(full, f, i, texts[t].p, texts[t].n, texts[t].code);
}

static void bad_ints(const struct vector *full, const struct wire_field *f, int i)
{
    if (f->type != WIRE_INT && f->type != WIRE_INTS)
        return;
    for (int above = 0; above < 2; above++) {
        int64_t v;
        if (above ? __builtin_add_overflow(f->max, 1, &v) : __builtin_sub_overflow(f->min, 1, &v))
            continue;
        char raw[9] = {(char)0xD3};
        for (int k = 0; k < 8; k++)
            raw[1 + k] = (char)((uint64_t)v >> (56 - 8 * k));
        expect_entry(full, f, i, raw, 9, "out_of_range");
    }
    expect_entry(full, f, i, "\xCF\x80\0\0\0\0\0\0\0", 9, "out_of_range");
    expect_entry(full, f, i, "\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9, "out_of_range");
}

static void too_many_entries(const struct vector *full, const struct wire_field *f, int i)
{
    if (!f->count)
        return;
    static uint8_t value[3 + 4096];
    uint32_t n = f->count + 1;
    assert_true(n < 4000);
    memcpy(value, (uint8_t[]){0xDC, (uint8_t)(n >> 8), (uint8_t)n}, 3);
    memset(value + 3, f->type == WIRE_INTS ? 1 : 0xA0, n); // in range, empty
    build(full, full->message->fields_n, i, value, 3 + n, "", 0);
    expect(full->message, &work, "too_many", f->name);
}

// A count or length of every size up to 2^32 - 1, with nothing of it there.
static void lies(const struct vector *full, const struct wire_field *f, int i)
{
    static const struct {
        uint8_t mark;
        int width;
    } forms[] = {{0xD9, 1}, {0xDA, 2}, {0xDB, 4}, {0xC4, 1}, {0xC5, 2},
                 {0xC6, 4}, {0xDC, 2}, {0xDD, 4}, {0xDE, 2}, {0xDF, 4}};
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
        for (int bit = 0; bit <= 8 * forms[k].width; bit++) {
            uint64_t count = (UINT64_C(1) << bit) - (bit == 8 * forms[k].width); // 1, 2, 4 … and all ones
            uint8_t raw[6] = {99, forms[k].mark};
            for (int b = 0; b < forms[k].width; b++)
                raw[2 + b] = (uint8_t)(count >> (8 * (forms[k].width - 1 - b)));
            if (i == 0) { // behind the last field, under an unknown key: nothing is left
                build(full, full->message->fields_n + 1, -1, NULL, 0, raw, 2 + (size_t)forms[k].width);
                expect(full->message, &work, "bad_frame", "");
            }
            struct err err; // in the field's place: what follows is taken for its content
            build(full, full->message->fields_n, i, raw + 1, 1 + (size_t)forms[k].width, "", 0);
            assert_int_equal(try(full->message, work.p, work.n, &err), REJECT);
        }
    }
}

static void fields_one_by_one(void **state)
{
    each_example(left_out_and_twice);
    each_example(wrong_types);
    each_example(bad_texts);
    each_example(bad_ints);
    each_example(too_many_entries);
    each_example(lies);
}

static void pair_counts_lie(const struct vector *full, const struct wire_field *f, int i)
{
    if (i > 0)
        return;
    for (uint32_t pairs = 0; pairs < 65536; pairs = pairs < 100 ? pairs + 1 : pairs * 2 + 1) {
        if (pairs == full->message->fields_n)
            continue;
        build(full, pairs, -1, NULL, 0, "", 0);
        struct err err;
        assert_int_equal(try(full->message, work.p, work.n, &err), REJECT);
    }
}

static void nested(const struct vector *full, const struct wire_field *f, int i)
{
    if (i > 0)
        return;
    for (int depth = 1; depth <= 64; depth++) {
        uint8_t raw[200] = {99};
        size_t n = 1;
        for (int d = 0; d < depth; d++) {
            if (d % 2)
                raw[n++] = 0x91;
            else
                raw[n++] = 0x81, raw[n++] = 5;
        }
        raw[n++] = 0xC0;
        build(full, full->message->fields_n + 1, -1, NULL, 0, raw, n);
        struct err err;
        if (depth <= 3) // and the body itself makes four
            assert_int_equal(try(full->message, work.p, work.n, &err), OK);
        else
            expect(full->message, &work, "bad_frame", "");
    }
}

static void counts_and_depth(void **state)
{
    each_example(pair_counts_lie);
    each_example(nested);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_one_by_one),
        cmocka_unit_test(counts_and_depth),
        cmocka_unit_test(enough_and_small),
    };
    return cmocka_run_group_tests(tests, load, unload);
}

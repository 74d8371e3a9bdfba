// SPDX-License-Identifier: Apache-2.0
// The codec against the vectors, which another packer made, and each field at its limit.
#include "wire/wire.gen.h"
#include "wire_vectors.h"

static struct buf out;

static void decode_and_encode(const struct vector *v)
{
    struct err err = {0};
    void *message = vector_struct();
    memset(message, 0x55, v->message->size); // what is not in the frame must become absent
    if (vector_decode(v->message, v->frame, v->n, message, &err) != OK)
        fail_msg("%s: %s %s", v->name, err.code, err.text);
    out.n = 0;
    wire_encode(v->message, &out, UINT64_C(0x0102030405060708), message);
    static uint8_t other[VECTOR_MAX];
    size_t n = v->rest_n ? vector_hex(v->rest[0], other) : v->n;
    if (out.n != n || memcmp(out.p, v->rest_n ? other : v->frame, n) != 0)
        fail_msg("%s: %zu bytes instead of %zu", v->name, out.n, n);
}

static void good_vectors(void **state)
{
    assert_int_equal(vectors_each("good.txt", decode_and_encode), 7 * (int)wire_messages_n);
}

static void refuse(const struct vector *v)
{
    struct err err = {0};
    assert_int_equal(v->rest_n, 2);
    enum result r = vector_decode(v->message, v->frame, v->n, vector_struct(), &err);
    const char *field = strcmp(v->rest[1], "-") == 0 ? "" : v->rest[1];
    if (r != REJECT || strcmp(err.code, v->rest[0]) != 0 || strcmp(err.field, field) != 0)
        fail_msg("%s: result %d, code %s, field %s", v->name, (int)r, err.code, err.field);
    if (strncmp(err.text, field, strlen(field)) != 0 || err.text[0] == '\0')
        fail_msg("%s: says \"%s\"", v->name, err.text);
}

static void bad_vectors(void **state)
{
    assert_true(vectors_each("bad.txt", refuse) >= 40);
}

static void errors_name_the_limit(void **state)
{
    static const struct {
        struct msg_hello m;
        const char *text;
    } cases[] = {
        {{.bureau = 440300, .credit = 10001}, "credit: 0 to 10000"},
        {{.bureau = 0, .credit = 1}, "bureau: 1 to 999999999"},
        {{.bureau = 440300, .credit = 1, .has_last_seq = true, .last_seq = -1}, "last_seq: 0 to 9223372036854775807"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        struct frame frame;
        struct msg_hello back;
        out.n = 0;
        wire_put_hello(&out, 7, &cases[i].m);
        assert_int_equal(frame_get(out.p, out.n, &frame, &err), OK);
        assert_int_equal(wire_get_hello(&frame, &back, &err), REJECT);
        assert_string_equal(err.text, cases[i].text);
    }
}

static void puts_and_gets_through_the_named_functions(void **state)
{
    struct err err;
    struct frame frame;
    struct msg_refusal m = {.code = STR("too_long"), .message = STR("title: at most 200 characters"), .field = STR("")};
    struct msg_refusal back;
    out.n = 0;
    wire_put_refusal(&out, UINT64_C(0xFEDCBA9876543210), &m);
    assert_int_equal(frame_get(out.p, out.n, &frame, &err), OK);
    assert_int_equal(frame.id, MSG_REFUSAL);
    assert_true(frame.trace == UINT64_C(0xFEDCBA9876543210));
    assert_int_equal(wire_get_refusal(&frame, &back, &err), OK);
    assert_true(str_is(back.code, "too_long"));
    assert_true(str_is(back.field, "")); // empty is not absent
    assert_null(back.ref.p);
    assert_false(back.has_retry);
    assert_in_range((uintptr_t)back.code.p, (uintptr_t)frame.body, (uintptr_t)frame.body + frame.body_n);
    struct msg_receipt other;
    assert_int_equal(wire_get_receipt(&frame, &other, &err), REJECT);
    assert_string_equal(err.code, "bad_frame");
}

static void frames_are_appended(void **state)
{
    struct msg_heartbeat m = {.bureau = 440300, .head = 57};
    out.n = 0;
    wire_put_heartbeat(&out, 1, &m);
    size_t n = out.n;
    wire_put_heartbeat(&out, 1, &m);
    assert_int_equal(out.n, 2 * n);
    assert_memory_equal(out.p, out.p + n, n);
}

static void a_needed_text_that_is_absent_is_missing(void **state)
{
    struct err err;
    struct frame frame;
    struct msg_letter_submit m = {.channel = STR("web"), .client_ref = STR("w-1")}, back;
    out.n = 0;
    wire_put_letter_submit(&out, 1, &m);
    assert_int_equal(frame_get(out.p, out.n, &frame, &err), OK);
    assert_int_equal(wire_get_letter_submit(&frame, &back, &err), REJECT);
    assert_string_equal(err.code, "missing");
    assert_string_equal(err.field, "body");
}

static void a_needed_list_may_be_empty(void **state)
{
    struct err err;
    struct frame frame;
    struct msg_case_accepted m = {.case_ids_n = 0}, back = {.case_ids_n = 9};
    out.n = 0;
    wire_put_case_accepted(&out, 1, &m);
    assert_int_equal(frame_get(out.p, out.n, &frame, &err), OK);
    assert_int_equal(wire_get_case_accepted(&frame, &back, &err), OK);
    assert_int_equal(back.case_ids_n, 0);
}

// No message has a field without a lower limit now, but the specification allows it.
static void an_int_above_64_bits_signed_is_never_negative(void **state)
{
    static const struct wire_field field = {
        .name = "x", .key = 1, .type = WIRE_INT, .need = true, .min = INT64_MIN, .max = INT64_MAX};
    static const struct wire_message m = {1, "m", &field, 1, sizeof(int64_t)};
    static const uint8_t least[] = {0x81, 1, 0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0},
                         above[] = {0x81, 1, 0xCF, 0x80, 0, 0, 0, 0, 0, 0, 0};
    struct err err;
    int64_t x;
    assert_int_equal(wire_decode(&m, &(struct frame){1, 0, least, sizeof least}, &x, &err), OK);
    assert_true(x == INT64_MIN);
    assert_int_equal(wire_decode(&m, &(struct frame){1, 0, above, sizeof above}, &x, &err), REJECT);
    assert_string_equal(err.code, "out_of_range");
}

// A text of n characters of `bytes` bytes each, as msgpack str 32.
static void put_long_text(struct buf *b, int64_t n, int bytes)
{
    static const char *const characters[] = {"", "a", "é", "厅", "\xF0\xA0\xAE\xB7"};
    uint32_t size = (uint32_t)(n * bytes);
    uint8_t head[5] = {0xDB, (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
    buf_put(b, head, 5);
    for (int64_t i = 0; i < n; i++)
        buf_put(b, characters[bytes], (size_t)bytes);
}

// A frame with this one text field: what is said of it. The other needed fields are missing.
static void expect_text(const struct wire_message *m, const struct wire_field *f, int64_t n, int bytes, bool fits)
{
    struct err err = {0};
    out.n = 0;
    buf_put(&out, (uint8_t[]){'P', 'A', 1, 0, (uint8_t)(m->id >> 8), (uint8_t)m->id, 0, 0}, 8);
    buf_put(&out, (uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0x81, f->key}, 10);
    if (f->type == WIRE_TEXTS)
        buf_put(&out, (uint8_t[]){0x91}, 1);
    put_long_text(&out, n, bytes);
    if (out.n > FRAME_MAX)
        return;
    enum result r = vector_decode(m, out.p, out.n, vector_struct(), &err);
    bool too_long = r == REJECT && strcmp(err.code, "too_long") == 0;
    if (too_long == fits)
        fail_msg("%s.%s with %d characters of %d bytes: %s %s", m->name, f->name, (int)n, bytes, err.code, err.text);
    char limit[40];
    snprintf(limit, sizeof limit, "at most %d characters", (int)f->max);
    assert_true(fits || (strstr(err.text, limit) && strcmp(err.field, f->name) == 0));
}

static void texts_are_limited_in_characters(void **state)
{
    for (size_t i = 0; i < wire_messages_n; i++) {
        for (uint32_t k = 0; k < wire_messages[i].fields_n; k++) {
            const struct wire_field *f = &wire_messages[i].fields[k];
            if (f->type != WIRE_TEXT && f->type != WIRE_TEXTS)
                continue;
            for (int bytes = 1; bytes <= 4; bytes++) {
                expect_text(&wire_messages[i], f, f->max, bytes, true);
                expect_text(&wire_messages[i], f, f->max + 1, bytes, false);
            }
        }
    }
}

static int free_out(void **state)
{
    buf_free(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_vectors),
        cmocka_unit_test(bad_vectors),
        cmocka_unit_test(errors_name_the_limit),
        cmocka_unit_test(puts_and_gets_through_the_named_functions),
        cmocka_unit_test(frames_are_appended),
        cmocka_unit_test(a_needed_text_that_is_absent_is_missing),
        cmocka_unit_test(a_needed_list_may_be_empty),
        cmocka_unit_test(an_int_above_64_bits_signed_is_never_negative),
        cmocka_unit_test(texts_are_limited_in_characters),
    };
    return cmocka_run_group_tests(tests, NULL, free_out);
}

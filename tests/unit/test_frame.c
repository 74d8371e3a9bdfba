// SPDX-License-Identifier: Apache-2.0
#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t good[] = {'P', 'A', 1, 0, 0x12, 0x34, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0xFF, 0x80};

static void reads_a_header(void **state)
{
    struct frame f;
    struct err err;
    assert_int_equal(frame_get(good, sizeof good, &f, &err), OK);
    assert_int_equal(f.id, 0x1234);
    assert_true(f.trace == UINT64_C(0x01020304050607FF));
    assert_ptr_equal(f.body, good + FRAME_HEADER);
    assert_int_equal(f.body_n, 1);
}

static void refuses_a_header(void **state)
{
    static const struct {
        int at, byte;
        size_t n;
        const char *says;
    } cases[] = {
        {0, 'Q', 17, "PA"},         {1, 'B', 17, "PA"},
        {2, 0, 17, "version 1"},    {2, 2, 17, "version 1"},
        {3, 1, 17, "reserved"},     {6, 1, 17, "reserved"},
        {7, 1, 17, "reserved"},     {0, 'P', 15, "at least 16"},
        {0, 'P', 0, "at least 16"}, {0, 'P', FRAME_MAX + 1, "at most 262144"},
    };
    static uint8_t bytes[FRAME_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct frame f = {.id = 42};
        struct err err = {0};
        memcpy(bytes, good, sizeof good);
        bytes[cases[i].at] = (uint8_t)cases[i].byte;
        assert_int_equal(frame_get(bytes, cases[i].n, &f, &err), REJECT);
        assert_string_equal(err.code, cases[i].at == 2 ? "old_protocol" : "bad_frame");
        assert_string_equal(err.field, "");
        assert_non_null(strstr(err.text, cases[i].says));
        assert_int_equal(f.id, 42);
    }
    struct frame f;
    memcpy(bytes, good, sizeof good);
    assert_int_equal(frame_get(bytes, FRAME_MAX, &f, NULL), OK);
}

static void buffer_grows(void **state)
{
    struct buf b = {0};
    buf_put(&b, NULL, 0);
    assert_null(b.p);
    for (int i = 0; i < 5000; i++)
        buf_put(&b, &(uint8_t){(uint8_t)i}, 1);
    assert_int_equal(b.n, 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(b.p[i], (uint8_t)i);
    buf_reserve(&b, 100000);
    assert_true(b.cap - b.n >= 100000);
    const uint8_t *p = b.p;
    buf_reserve(&b, 100000);
    assert_ptr_equal(b.p, p);
    buf_free(&b);
    assert_null(b.p);
    assert_int_equal(b.n + b.cap, 0);
}

#define BODY(bytes) "" bytes, sizeof(bytes) - 1
static void checks_a_body(void **state)
{
    static const struct {
        const char *p;
        size_t n;
        const char *code; // NULL: passes
        const char *says;
    } cases[] = {
        {BODY("\x80"), NULL, ""},
        {BODY("\x82\x01\xC0\x02\xC3"), NULL, ""},
        {BODY("\xDE\x00\x01\x01\xA1x"), NULL, ""},
        {BODY("\xDF\x00\x00\x00\x01\x01\xC4\x01\x00"), NULL, ""}, // bytes may hold anything
        {BODY("\x83\xFF\xC0\x7F\xC0\xD3\x80\0\0\0\0\0\0\0\xC0"), NULL, ""},
        {BODY("\x81\x01\x91\x91\x91\xC0"), NULL, ""},
        {BODY("\x81\x01\x81\x01\x81\x01\x81\x01\xC0"), NULL, ""},
        {BODY("\x82\x01\x81\x01\xC0\x02\x81\x01\xC0"), NULL, ""}, // the same key in two maps
        {BODY("\x82\x09\x81\x05\xC0\x05\xC0"), NULL, ""},
        {BODY(""), "bad_frame", "cut short"},
        {BODY("\x81"), "bad_frame", "count"},
        {BODY("\x81\x01"), "bad_frame", "count"},
        {BODY("\x81\xCD\x01"), "bad_frame", "cut short"},
        {BODY("\x82\x01\xC0\x02\xD9"), "bad_frame", "cut short"},
        {BODY("\x81\x01\xA2x"), "bad_frame", "length"},
        {BODY("\x81\x01\xC5\xFF\xFF"), "bad_frame", "length"},
        {BODY("\x80\x80"), "bad_frame", "behind the end"},
        {BODY("\x90"), "bad_frame", "is a map"},
        {BODY("\x01"), "bad_frame", "is a map"},
        {BODY("\x81\xA1x\x01"), "bad_frame", "keys"},
        {BODY("\x81\xC0\x01"), "bad_frame", "keys"},
        {BODY("\x81\xCF\x80\0\0\0\0\0\0\0\xC0"), "bad_frame", "keys"},
        {BODY("\x81\x01\x91\x91\x91\x91\xC0"), "bad_frame", "at most 4"},
        {BODY("\x81\x01\x91\x91\x91\x90"), "bad_frame", "at most 4"},
        {BODY("\x81\x01\xC1"), "bad_frame", "0xC1"},
        {BODY("\x81\x01\xCA\0\0\0\0"), "wrong_type", "floats"},
        {BODY("\x81\x01\xD4\0\0"), "wrong_type", "extension"},
        {BODY("\x81\x01\xC7\0\0"), "wrong_type", "extension"},
        {BODY("\x81\x01\xA1\0"), "nul", "U+0000"},
        {BODY("\x81\x01\xA1\x80"), "bad_utf8", "UTF-8"},
        {BODY("\x82\x01\xC0\x01\xC0"), "duplicate_key", "twice"},
        {BODY("\x82\x01\xC0\xCC\x01\xC0"), "duplicate_key", "twice"}, // the same number in another width
        {BODY("\x83\x05\xC0\x01\xC0\x05\xC0"), "duplicate_key", "twice"},
        {BODY("\x83\x05\xC0\x01\xC0\x01\xC0"), "duplicate_key", "twice"},
        {BODY("\x82\xFF\xC0\xD1\xFF\xFF\xC0"), "duplicate_key", "twice"},
        {BODY("\x82\x01\x81\x07\xC0\x01\xC0"), "duplicate_key",
         "twice"}, // an inner map's keys are forgotten, outer ones not
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        enum result r = wire_check(NULL, (const uint8_t *)cases[i].p, cases[i].n, &err);
        if (r != (cases[i].code ? REJECT : OK) || (cases[i].code && strcmp(err.code, cases[i].code) != 0) ||
            !strstr(err.text, cases[i].says))
            fail_msg("case %zu: %d %s %s", i, (int)r, err.code, err.text);
        assert_string_equal(err.field, "");
    }
}

static void bounds_the_elements(void **state)
{
    uint8_t body[3 + 2 * 3 + 8192] = {0};
    struct err err;
    // {1: [nil × n]}: two elements and n
    for (uint32_t n = 4093; n <= 4096; n++) {
        memcpy(body, "\x81\x01\xDC", 3);
        body[3] = (uint8_t)(n >> 8);
        body[4] = (uint8_t)n;
        memset(body + 5, 0xC0, n);
        assert_int_equal(wire_check(NULL, body, 5 + n, &err), n <= 4094 ? OK : REJECT);
    }
    assert_string_equal(err.code, "bad_frame");
    assert_non_null(strstr(err.text, "4096"));
    // As many keys as fit, downwards: the search for double keys at its worst.
    static uint8_t many[3 + 2048 * 4];
    memcpy(many, "\xDE\x08\x00", 3);
    for (int i = 0; i < 2048; i++) {
        uint8_t *pair = many + 3 + i * 4;
        pair[0] = 0xCD;
        pair[1] = (uint8_t)((5000 - i) >> 8);
        pair[2] = (uint8_t)(5000 - i);
        pair[3] = 0xC0;
    }
    assert_int_equal(wire_check(NULL, many, sizeof many, &err), OK);
    many[3 + 2047 * 4 + 1] = many[4];
    many[3 + 2047 * 4 + 2] = many[5];
    assert_int_equal(wire_check(NULL, many, sizeof many, &err), REJECT);
    assert_string_equal(err.code, "duplicate_key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_header), cmocka_unit_test(refuses_a_header),    cmocka_unit_test(buffer_grows),
        cmocka_unit_test(checks_a_body),  cmocka_unit_test(bounds_the_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

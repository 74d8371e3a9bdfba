// SPDX-License-Identifier: Apache-2.0
#include "core/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_str(struct str s, const char *expected)
{
    if (!str_is(s, expected))
        fail_msg("\"%.*s\" is not \"%s\"", (int)s.n, s.p ? s.p : "(absent)", expected ? expected : "(absent)");
}

static void absent_is_not_empty(void **state)
{
    assert_null(str_of(NULL).p);
    assert_true(str_eq(STR_NONE, STR_NONE));
    assert_false(str_eq(STR_NONE, STR("")));
    assert_false(str_is(STR_NONE, ""));
    assert_true(str_is(STR(""), ""));
    assert_true(str_eq(STR("ab"), str_of("ab")));
    assert_false(str_eq(STR("ab"), STR("ac")));
    assert_false(str_eq(STR("ab"), STR("abc")));
}

static void trims_blanks_of_both_kinds(void **state)
{
    assert_str(str_trim(STR(" \t\n\v\f\r平 安\xE3\x80\x80 ")), "平 安");
    assert_str(str_trim(STR("\xE3\x80\x80\xE3\x80\x80")), "");
    assert_str(str_trim(STR("")), "");
    assert_null(str_trim(STR_NONE).p);
    assert_str(str_trim(STR("\x80\x80")), "\x80\x80");
    assert_str(str_trim(STR("。")), "。"); // E3 80 82: not a blank
}

static void reads_integers(void **state)
{
    static const struct {
        const char *s;
        bool ok;
        int64_t v;
    } cases[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1 ", false, 0},
        {" 1", false, 0},
        {"1a", false, 0},
        {"/", false, 0},
        {":", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 42;
        assert_int_equal(str_to_i64(str_of(cases[i].s), &v), cases[i].ok);
        assert_true(v == (cases[i].ok ? cases[i].v : 42));
    }
    int64_t v;
    assert_false(str_to_i64(STR_NONE, &v));
}

static void splits(void **state)
{
    struct str rest = STR("a,,b,");
    assert_str(str_split(&rest, ','), "a");
    assert_str(str_split(&rest, ','), "");
    assert_str(str_split(&rest, ','), "b");
    assert_non_null(rest.p);
    assert_str(str_split(&rest, ','), "");
    assert_null(rest.p);
    assert_null(str_split(&rest, ',').p);
}

// Written by the plain rule, read back, and refused when its last byte is missing.
static void check_point(const uint32_t point)
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    char p[4];
    uint32_t left = point;
    for (size_t i = n; i-- > 1; left >>= 6)
        p[i] = (char)(0x80 | (left & 0x3F));
    p[0] = (char)(lead[n] | left);
    size_t chars = 99, at = 0;
    assert_true(utf8_check((struct str){p, n}, &chars));
    assert_int_equal(chars, 1);
    assert_int_equal(utf8_next((struct str){p, n}, &at), point);
    assert_int_equal(at, n);
    char amid[16];
    struct text t = TEXT(amid);
    text_put(&t, "厅");
    text_str(&t, (struct str){p, n});
    text_put(&t, "安安");
    assert_true(utf8_check(text_get(&t), &chars));
    assert_int_equal(chars, 4);
    assert_true(n == 1 || !utf8_check((struct str){p, n - 1}, NULL));
}

static void utf8_takes_every_character(void **state)
{
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        if (c < 0xD800 || c > 0xDFFF)
            check_point(c);
    }
}

static void utf8_refuses(void **state)
{
    static const struct str cases[] = {
        {"\0", 1},
        {"abcdefgh\0", 9},
        {"abcd\0efg", 8},
        {"\x80", 1},
        {"\xBF", 1},
        {"\xC0\x80", 2},
        {"\xC1\xBF", 2},
        {"\xC2\x7F", 2},
        {"\xC2\xC0", 2},
        {"\xE0\x9F\xBF", 3},
        {"\xE0\x80\x80", 3},
        {"\xED\xA0\x80", 3},
        {"\xED\xBF\xBF", 3},
        {"\xE5\x8E\x41", 3},
        {"\xE5\x41\x8E", 3},
        {"\xE5\xC0\x8E", 3},
        {"\xF0\x8F\xBF\xBF", 4},
        {"\xF4\x90\x80\x80", 4},
        {"\xF5\x80\x80\x80", 4},
        {"\xFF", 1},
        {"\xF0\x90\x41\x80", 4},
        {"\xF0\x90\x80\x41", 4},
        {"\xF0\x41\x80\x80", 4},
        {"abcdefg\xE5", 8},
        {"厅\xE5", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t chars = 99;
        assert_false(utf8_check(cases[i], &chars));
        assert_int_equal(chars, 99);
        // Also in the middle of a text, where the fast paths look.
        for (int before = 0; before < 12; before++) {
            char p[64];
            struct text t = TEXT(p);
            for (int k = 0; k < before; k++)
                text_put(&t, before % 2 ? "厅" : "a");
            text_str(&t, cases[i]);
            text_put(&t, before % 3 ? "安安安" : "abcdefgh");
            assert_false(utf8_check(text_get(&t), NULL));
        }
    }
}

static void utf8_counts_characters(void **state)
{
    size_t chars;
    assert_true(utf8_check(STR_NONE, &chars));
    assert_int_equal(chars, 0);
    assert_true(utf8_check(STR("12345678平安厅123456789é\xF0\xA0\xAE\xB7."), &chars));
    assert_int_equal(chars, 8 + 3 + 9 + 3);
    assert_true(utf8_check(STR("x"), NULL));
}

static void text_is_cut_at_a_character(void **state)
{
    char p[8];
    struct text t = TEXT(p);
    text_put(&t, "平安厅");
    assert_string_equal(p, "平安");
    assert_int_equal(t.n, 6);
    text_str(&t, STR_NONE);
    text_put(&t, NULL);
    text_str(&t, STR("xyz"));
    assert_str(text_get(&t), "平安x");
    assert_int_equal(p[7], 0);
    char one[1];
    struct text none = TEXT(one);
    text_put(&none, "x");
    assert_string_equal(one, "");
}

static void text_writes_numbers(void **state)
{
    static const struct {
        int64_t v;
        int width;
        const char *s;
    } cases[] = {
        {0, 1, "0"},
        {42, 6, "000042"},
        {1234567, 6, "1234567"},
        {-7, 3, "-007"},
        {INT64_MAX, 1, "9223372036854775807"},
        {INT64_MIN, 1, "-9223372036854775808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char p[32];
        struct text t = TEXT(p);
        text_pad(&t, cases[i].v, cases[i].width);
        assert_string_equal(p, cases[i].s);
    }
    char p[32];
    struct text t = TEXT(p);
    text_i64(&t, -15);
    text_i64(&t, 0);
    assert_string_equal(p, "-150");
}

static void arena_gives_aligned_zeros_until_it_is_empty(void **state)
{
    _Alignas(16) char p[64];
    memset(p, 0x55, sizeof p);
    struct arena a = {p, sizeof p, 0};
    struct str s = arena_str(&a, STR("abc"));
    assert_str(s, "abc");
    assert_ptr_equal(s.p, p);
    char *first = arena_get(&a, 20);
    assert_ptr_equal(first, p + 16);
    for (int i = 0; i < 20; i++)
        assert_int_equal(first[i], 0);
    assert_null(arena_get(&a, 17));
    assert_null(arena_get(&a, SIZE_MAX));
    assert_ptr_equal(arena_get(&a, 16), p + 48);
    assert_null(arena_get(&a, 1));
    assert_null(arena_str(&a, STR("x")).p);
    assert_null(arena_str(&a, STR_NONE).p);
    assert_str(arena_str(&a, STR("")), "");
}

// The published values of FNV-1a, 64 bits.
static void hashes(void **state)
{
    assert_true(str_hash(STR_NONE) == UINT64_C(0xCBF29CE484222325));
    assert_true(str_hash(STR("a")) == UINT64_C(0xAF63DC4C8601EC8C));
    assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171F73967E8));
}

static void repetitions_are_found(void **state)
{
    static const struct {
        const char *text, *of;
        int n;
        int64_t at;
    } cases[] = {
        {"abcdefghij", "abcdefghij", 10, 1},
        {"abcdefghij", "abcdefghi", 10, 0},
        {"abcdefghi", "abcdefghij", 10, 0},
        {"xxabcdyy", "12abcd34", 4, 3},
        {"xxabcdyy", "12abcd34", 5, 0},
        {"值班室电话没有人接", "那天电话没有人接听", 6, 4},
        {"值班室电话没有人接", "那天电话没有人接听", 7, 0},
        {"值 班\n室\t电\r话", "班室\xE3\x80\x80电话", 4, 3}, // blanks hide nothing, and are no place
        {"aab", "ab", 2, 2},
        {"abab", "aabb", 2, 1},
        {"    ", "    ", 1, 0},
        {"", "abc", 1, 0},
        {"abc", "", 1, 0},
        {"b", "ab", 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (text_repeats(str_of(cases[i].text), str_of(cases[i].of), cases[i].n) != cases[i].at)
            fail_msg("\"%s\" in \"%s\"", cases[i].text, cases[i].of);
    assert_int_equal(text_repeats(STR_NONE, STR("a"), 1), 0);
    assert_int_equal(text_repeats(STR("a"), STR_NONE, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_is_not_empty),
        cmocka_unit_test(trims_blanks_of_both_kinds),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(splits),
        cmocka_unit_test(hashes),
        cmocka_unit_test(utf8_takes_every_character),
        cmocka_unit_test(utf8_refuses),
        cmocka_unit_test(utf8_counts_characters),
        cmocka_unit_test(repetitions_are_found),
        cmocka_unit_test(text_is_cut_at_a_character),
        cmocka_unit_test(text_writes_numbers),
        cmocka_unit_test(arena_gives_aligned_zeros_until_it_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "core/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void sets_all_members(void **state)
{
    struct err err = {0};
    assert_int_equal(err_set(&err, REJECT, "blank", "title", "may not be blank"), REJECT);
    assert_int_equal(err.result, REJECT);
    assert_string_equal(err.code, "blank");
    assert_string_equal(err.field, "title");
    assert_string_equal(err.text, "may not be blank");
    assert_int_equal(err_set_limit(&err, RETRY, "too_long", "body", "at most ", 20000, " characters"), RETRY);
    assert_string_equal(err.text, "at most 20000 characters");
    assert_string_equal(err.field, "body");
}

static void nobody_to_tell(void **state)
{
    assert_int_equal(err_set(NULL, BROKEN, "x", "", ""), BROKEN);
    assert_int_equal(err_set_limit(NULL, REJECT, "x", "", "", 1, ""), REJECT);
    assert_int_equal(err_set_str(NULL, RETRY, "x", "", "", STR("x"), ""), RETRY);
}

static void too_long_is_cut_at_a_character(void **state)
{
    struct err err;
    char words[1000] = "";
    for (int i = 0; i < 300; i++)
        strcat(words, "厅");
    assert_int_equal(err_set(&err, REJECT, words, words, words), REJECT);
    assert_int_equal(strlen(err.code), 30);
    assert_int_equal(strlen(err.field), 63);
    assert_int_equal(strlen(err.text), 639);
    assert_true(utf8_check(str_of(err.text), NULL));
}

static void foreign_piece_is_made_harmless(void **state)
{
    static const struct {
        struct str piece;
        const char *text;
    } cases[] = {
        {{"名", 3}, "unknown member 名, allowed: a"},    {{"a\nb\x7F", 4}, "unknown member a?b?, allowed: a"},
        {{"a\0b", 3}, "unknown member a?b, allowed: a"}, {{"\xE5\x8E", 2}, "unknown member ??, allowed: a"},
        {{NULL, 0}, "unknown member , allowed: a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        assert_int_equal(err_set_str(&err, REJECT, "unknown", "", "unknown member ", cases[i].piece, ", allowed: a"),
                         REJECT);
        assert_string_equal(err.text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_all_members),
        cmocka_unit_test(nobody_to_tell),
        cmocka_unit_test(too_long_is_cut_at_a_character),
        cmocka_unit_test(foreign_piece_is_made_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

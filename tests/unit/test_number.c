// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check_digits(void **state)
{
    assert_int_equal(check_digit("0794", 4), '5'); // the example of ISO 7064 for MOD 11,10
    // Any single wrong digit is seen.
    char digits[] = "44000020261123000042";
    char right = check_digit(digits, 20);
    for (int i = 0; i < 20; i++) {
        char was = digits[i];
        for (char c = '0'; c <= '9'; c++) {
            digits[i] = c;
            assert_int_equal(check_digit(digits, 20) == right, c == was);
        }
        digits[i] = was;
    }
}

static void there_and_back(void **state)
{
    static const int32_t serials[] = {1, 42, 999999, 1000000, SERIAL_MAX};
    int64_t before = 0;
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        int64_t id = number_id(date_from_ymd(2026, 11, 23), serials[i]), back = 0;
        int32_t mailbox = 0;
        char number[NUMBER_MAX];
        struct err err;
        assert_true(id > before);
        before = id;
        assert_int_equal(date_ymd(number_date(id)), 20261123);
        assert_int_equal(number_serial(id), serials[i]);
        number_format(440300, id, number);
        assert_int_equal(number_parse(str_of(number), &mailbox, &back, &err), OK);
        assert_int_equal(mailbox, 440300);
        assert_int_equal(back, id);
    }
    assert_true(number_id(date_from_ymd(2026, 11, 24), 1) > before);
}

static void its_form(void **state)
{
    char number[NUMBER_MAX], expected[NUMBER_MAX] = "440000-20261123-000042-?";
    number_format(440000, number_id(date_from_ymd(2026, 11, 23), 42), number);
    expected[23] = check_digit("44000020261123000042", 20);
    assert_string_equal(number, expected);
}

static void refuses(void **state)
{
    char good[NUMBER_MAX];
    number_format(440000, number_id(date_from_ymd(2026, 11, 23), 42), good);
    static const char *const forms[] = {"",
                                        "440000",
                                        "440000-20261123-000042",
                                        "44000-20261123-000042-7",
                                        "440000-2026112-000042-7",
                                        "440000-20261123-42-7",
                                        "440000-20261123-000042-7-",
                                        "x40000-20261123-000042-7",
                                        "440000-20261123-000042-x",
                                        "440000-20261123-0000000000000042-7",
                                        "---"};
    int32_t mailbox = 77;
    int64_t id = 77;
    struct err err = {0};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        assert_int_equal(number_parse(str_of(forms[i]), &mailbox, &id, &err), REJECT);
    assert_int_equal(number_parse(STR_NONE, &mailbox, &id, &err), REJECT);
    assert_string_equal(err.code, "bad_number");
    for (size_t i = 0; i < strlen(good); i++) { // any digit changed
        char wrong[NUMBER_MAX];
        strcpy(wrong, good);
        if (wrong[i] != '-') {
            wrong[i] = wrong[i] == '9' ? '8' : (char)(wrong[i] + 1);
            assert_int_equal(number_parse(str_of(wrong), &mailbox, &id, &err), REJECT);
        }
    }
    // Right check digits on what cannot be: a month 13, a serial of 0, leading zeros beyond six digits, another
    // century.
    static const char *const digits[] = {"44000020261323000042", "44000020261123000000", "440000202611230000042",
                                         "44000019261123000042"};
    for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
        char wrong[NUMBER_MAX] = "";
        struct text t = TEXT(wrong);
        size_t n = strlen(digits[i]);
        text_str(&t, (struct str){digits[i], 6});
        text_put(&t, "-");
        text_str(&t, (struct str){digits[i] + 6, 8});
        text_put(&t, "-");
        text_put(&t, digits[i] + 14);
        text_put(&t, "-");
        text_i64(&t, check_digit(digits[i], n) - '0');
        assert_int_equal(number_parse(str_of(wrong), &mailbox, &id, &err), REJECT);
    }
    assert_int_equal(mailbox, 77);
    assert_int_equal(id, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(check_digits), cmocka_unit_test(there_and_back),
                                       cmocka_unit_test(its_form), cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/digest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// Each differs from each: where one member ends and the next begins, what is absent and what is empty, order, number.
static void members_stay_apart(void **state)
{
    static const struct {
        struct str members[3];
        int n;
        int64_t also;
    } rows[] = {
        {{{"ab", 2}, {"c", 1}}, 2, 0},
        {{{"a", 1}, {"bc", 2}}, 2, 0},
        {{{"abc", 3}}, 1, 0},
        {{{"abc", 3}, {"", 0}}, 2, 0},
        {{{"abc", 3}, {NULL, 0}}, 2, 0},
        {{{"", 0}, {"abc", 3}}, 2, 0},
        {{{"ab", 2}, {"c", 1}}, 2, 1},
        {{{"c", 1}, {"ab", 2}}, 2, 0},
        {{{NULL, 0}}, 0, 0},
        {{{NULL, 0}}, 1, 0},
        {{{"", 0}}, 1, 0},
        {{{"", 0}, {"", 0}, {"", 0}}, 3, 0},
        {{{"ab", 2}, {"c", 1}, {NULL, 0}}, 3, 0},
        {{{"a\0", 2}}, 1, 0},
        {{{"a", 1}}, 1, 0},
        {{{"a", 1}}, 1, INT64_C(1) << 40},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < ROWS; k++)
            assert_int_equal(digest_of(rows[i].members, rows[i].n, rows[i].also) ==
                                 digest_of(rows[k].members, rows[k].n, rows[k].also),
                             i == k);
}

// It is stored: another program, or another machine, must come to the same.
static void stays_the_same(void **state)
{
    const struct str members[] = {{"440000-20261123-000042-7", 24}, {"signed", 6}, {NULL, 0}};
    assert_true(digest_of(members, 3, 7) == INT64_C(4330523387847349592));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(members_stay_apart), cmocka_unit_test(stays_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "client/lines.h"

#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int file_of(const char *p, size_t n)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    rewind(f);
    int fd = dup(fileno(f));
    fclose(f);
    return fd;
}

static void test_lines(void **state)
{
    (void)state;
    static const char text[] = "one\n\n \t\r\nfour\r\nfive";
    int fd = file_of(text, sizeof(text) - 1);
    struct lines l;
    struct str line;
    lines_open(&l, fd);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_true(str_is(line, "one") && l.number == 1);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_true(str_is(line, "four\r") && l.number == 4);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_true(str_is(line, "five") && l.number == 5);
    assert_int_equal(lines_next(&l, 0, &line), LINES_END);
    lines_close(&l);
    close(fd);
}

// The longest line is taken; one byte more is skipped to its end, also when that is the end of the file.
static void test_long_lines(void **state)
{
    (void)state;
    struct buf text = {0};
    for (size_t i = 0; i < LINES_MAX; i++)
        buf_put(&text, "a", 1);
    buf_put(&text, "\nb", 2);
    for (size_t i = 0; i < LINES_MAX * 3; i++)
        buf_put(&text, "b", 1);
    buf_put(&text, "\nc\n", 3);
    for (size_t i = 0; i < LINES_MAX + 1; i++)
        buf_put(&text, "d", 1);
    int fd = file_of((const char *)text.p, text.n);
    struct lines l;
    struct str line;
    lines_open(&l, fd);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_int_equal(line.n, LINES_MAX);
    assert_int_equal(lines_next(&l, 0, &line), LINES_TOO_LONG);
    assert_int_equal(l.number, 2);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_true(str_is(line, "c"));
    assert_int_equal(lines_next(&l, 0, &line), LINES_TOO_LONG);
    assert_int_equal(l.number, 4);
    assert_int_equal(lines_next(&l, 0, &line), LINES_END);
    lines_close(&l);
    close(fd);
    buf_free(&text);
}

static void test_unfinished_line_is_waited_for(void **state)
{
    (void)state;
    int ends[2];
    struct lines l;
    struct str line;
    assert_int_equal(pipe(ends), 0);
    lines_open(&l, ends[0]);
    assert_int_equal(write(ends[1], "ab", 2), 2);
    assert_int_equal(lines_next(&l, 0, &line), LINES_WAIT);
    assert_int_equal(write(ends[1], "c\n", 2), 2);
    assert_int_equal(lines_next(&l, 0, &line), LINES_ONE);
    assert_true(str_is(line, "abc"));
    lines_close(&l);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_unfinished_line_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

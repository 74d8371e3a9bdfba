// SPDX-License-Identifier: Apache-2.0
#include "client/tool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct parsed {
    bool flag;
    const char *text;
    struct tool_texts texts;
    int64_t number;
    struct tool_arguments a;
};

static int parse(struct parsed *p, int argc, const char **argv)
{
    *p = (struct parsed){0};
    const struct tool_option known[] = {{"--flag", TOOL_FLAG, 0, 0, &p->flag},
                                        {"--text", TOOL_TEXT, 0, 0, &p->text},
                                        {"--texts", TOOL_TEXTS_OPTION, 0, 0, &p->texts},
                                        {"--number", TOOL_INT, 1, 9, &p->number}};
    char *copies[8];
    int code = 0;
    p->a = (struct tool_arguments){
        .command = "test", .help = "help\n", .options = known, .options_n = 4, .operands_max = 2};
    for (int i = 0; i < argc; i++)
        copies[i] = strdup(argv[i]);
    bool good = tool_arguments(&p->a, argc, copies, &code);
    for (int i = 0; i < argc; i++)
        free(copies[i]);
    return good ? -1 : code;
}

#define PARSE(p, ...) parse(p, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

static void test_arguments(void **state)
{
    (void)state;
    struct parsed p;
    assert_int_equal(PARSE(&p, "c", "x", "--flag", "--number", "3", "-"), -1);
    assert_true(p.flag && p.number == 3 && p.a.operands_n == 2);
    assert_int_equal(PARSE(&p, "c", "--number=9", "--", "--flag"), -1);
    assert_true(!p.flag && p.number == 9 && p.a.operands_n == 1);
    assert_int_equal(PARSE(&p, "c", "--texts", "a", "--texts=b"), -1);
    assert_int_equal(p.texts.n, 2);
    assert_int_equal(PARSE(&p, "c", "--help"), 0);
    assert_int_equal(PARSE(&p, "c", "--number", "10"), 2);
    assert_int_equal(PARSE(&p, "c", "--number", "x"), 2);
    assert_int_equal(PARSE(&p, "c", "--number"), 2);
    assert_int_equal(PARSE(&p, "c", "--flag=1"), 2);
    assert_int_equal(PARSE(&p, "c", "--other"), 2);
    assert_int_equal(PARSE(&p, "c", "a", "b", "d"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

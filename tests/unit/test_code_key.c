// SPDX-License-Identifier: Apache-2.0
#include "store/code_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void write_key(const char *path, size_t n, mode_t mode)
{
    unlink(path);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        fputc((int)i, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void the_key_file(void **state)
{
    static const struct {
        size_t n;
        mode_t mode;
        const char *code, *words;
    } rows[] = {{32, 0600, NULL, NULL},
                {32, 0400, NULL, NULL},
                {32, 0640, "bad_key", "chmod"},
                {32, 0604, "bad_key", "chmod"},
                {31, 0600, "bad_key", "32 bytes"},
                {33, 0600, "bad_key", "32 bytes"},
                {0, 0600, "bad_key", "32 bytes"}};
    char dir[] = "/tmp/code_key.XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/key", dir);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct code_key key, untouched;
        struct err err = {0};
        memset(&key, 0x77, sizeof key);
        untouched = key;
        write_key(path, rows[i].n, rows[i].mode);
        enum result result = code_key_read(path, &key, &err);
        if (!rows[i].code) {
            assert_int_equal(result, OK);
            for (int k = 0; k < 32; k++)
                assert_int_equal(key.bytes[k], k);
            continue;
        }
        assert_int_equal(result, REJECT);
        assert_string_equal(err.code, rows[i].code);
        assert_string_equal(err.field, "intake/code_key");
        assert_non_null(strstr(err.text, rows[i].words));
        assert_memory_equal(&key, &untouched, sizeof key);
    }
    struct code_key key;
    struct err err;
    unlink(path);
    assert_int_equal(code_key_read(path, &key, &err), REJECT);
    assert_string_equal(err.code, "no_key");
    assert_int_equal(code_key_read(dir, &key, &err), REJECT); // a folder
    rmdir(dir);
}

static void codes(void **state)
{
    struct code_key key = {{0}}, other = {{1}};
    char code[CODE_LENGTH + 1], again[CODE_LENGTH + 1];
    bool seen[128] = {false};
    // BLAKE2b of 16 bytes under this key, taken apart in base 29, lowest digit first (checked with Python's hashlib).
    code_of(&key, "440000-20261123-000042-7", code);
    assert_string_equal(code, "DXSY9R79XYHC");
    code_of(&other, "440000-20261123-000042-7", again);
    assert_string_not_equal(code, again);
    for (int i = 0; i < 2000; i++) {
        char number[32];
        snprintf(number, sizeof number, "440000-20261123-%06d-7", i);
        code_of(&key, number, code);
        code_of(&key, number, again);
        assert_string_equal(code, again);
        assert_int_equal(strlen(code), CODE_LENGTH);
        for (int k = 0; k < CODE_LENGTH; k++)
            seen[(int)code[k]] = true;
    }
    for (int c = 0; c < 128; c++) // all of the alphabet, and nothing that is taken for another character
        assert_int_equal(seen[c], c && strchr("23456789ABCDEFGHJKMNPQRSTWXYZ", c) != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_key_file), cmocka_unit_test(codes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

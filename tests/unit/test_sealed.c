// SPDX-License-Identifier: Apache-2.0
// Sealed files, and the model that stands under a path while others take its place.
#include "run/model_file.h"
#include "sample_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/test_sealed.XXXXXX";
static char path[64], other[64];
static struct err err;

static int setup(void **state)
{
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/a.model", dir);
    snprintf(other, sizeof(other), "%s/b.model", dir);
    return 0;
}

static int teardown(void **state)
{
    unlink(path);
    unlink(other);
    return rmdir(dir);
}

static void flip(const char *file, long at)
{
    FILE *f = fopen(file, "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    int c = fgetc(f);
    assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
    assert_int_equal(fputc(c ^ 1, f), c ^ 1);
    assert_int_equal(fclose(f), 0);
}

static void written_and_mapped(void **state)
{
    struct sealed s = {.inode = 0}, again;
    char name[SEAL_NAME];
    assert_int_equal(sealed_map(path, &s, &err), REJECT);
    assert_string_equal(err.code, "unreadable");
    assert_false(sealed_replaced(&s, path));
    assert_int_equal(sealed_write(path, STR("what it holds"), name, &err), OK);
    assert_int_equal(sealed_map(path, &s, &err), OK);
    assert_true(str_is(s.bytes, "what it holds"));
    assert_string_equal(s.name, name);
    assert_int_equal(strlen(name), SEAL_NAME - 1);
    assert_false(sealed_replaced(&s, path));
    assert_int_equal(sealed_write(path, STR("something else"), NULL, &err), OK);
    assert_true(sealed_replaced(&s, path));
    assert_true(str_is(s.bytes, "what it holds")); // whoever had it, has it
    sealed_look(path, &again);
    assert_false(sealed_replaced(&again, path));
    sealed_unmap(&s);
    sealed_unmap(&s);
    assert_int_equal(sealed_write("/nowhere/at/all.model", STR("x"), NULL, &err), RETRY);
    assert_string_equal(err.code, "unwritable");
}

static void every_damage_is_seen(void **state)
{
    struct sealed s;
    const long n = sizeof("what it holds") - 1 + SEAL_BYTES;
    for (long at = 0; at < n; at++) {
        assert_int_equal(sealed_write(path, STR("what it holds"), NULL, &err), OK);
        flip(path, at);
        assert_int_equal(sealed_map(path, &s, &err), REJECT);
        assert_string_equal(err.code, "damaged");
        assert_non_null(strstr(err.text, path));
    }
    for (long left = 0; left < n; left++) {
        assert_int_equal(sealed_write(path, STR("what it holds"), NULL, &err), OK);
        assert_int_equal(truncate(path, left), 0);
        assert_int_equal(sealed_map(path, &s, &err), REJECT);
    }
    assert_int_equal(sealed_map(dir, &s, &err), REJECT);
}

static void write_model(const char *file, int weight, char name[SEAL_NAME])
{
    struct sample_weight w = {"路口", MODEL_CATEGORY, weight};
    struct str bytes = sample_model_bytes(&w, 1);
    assert_int_equal(sealed_write(file, bytes, name, &err), OK);
    free((void *)(uintptr_t)bytes.p);
}

static void a_model_gives_way(void **state)
{
    struct model_file m;
    char first[SEAL_NAME], second[SEAL_NAME];
    write_model(path, 100, first);
    assert_int_equal(model_file_open(path, &m, &err), OK);
    assert_string_equal(m.sealed.name, first);
    assert_int_equal(model_file_renew(path, &m, &err), DUPLICATE);
    write_model(path, 200, second);
    assert_string_not_equal(first, second);
    assert_int_equal(model_file_renew(path, &m, &err), OK);
    assert_string_equal(m.sealed.name, second);
    assert_int_equal(m.model.rows[0].weight[0], 200 / SAMPLE_UNIT);
    assert_int_equal(model_file_renew(path, &m, &err), DUPLICATE);
    assert_int_equal(unlink(path), 0); // nothing there is no reason to stop
    assert_int_equal(model_file_renew(path, &m, &err), DUPLICATE);
    model_file_close(&m);
}

// The old one goes on, and the bad one is told once.
static void a_bad_model_does_not(void **state)
{
    struct model_file m;
    char good[SEAL_NAME], bad[SEAL_NAME];
    write_model(path, 100, good);
    assert_int_equal(model_file_open(path, &m, &err), OK);
    write_model(other, 200, bad);
    flip(other, -40);
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(model_file_renew(path, &m, &err), REJECT);
    assert_string_equal(err.code, "damaged");
    assert_int_equal(model_file_renew(path, &m, &err), DUPLICATE);
    assert_string_equal(m.sealed.name, good);
    assert_int_equal(m.model.rows[0].weight[0], 100 / SAMPLE_UNIT);
    assert_int_equal(sealed_write(path, STR("sealed, and no model"), NULL, &err), OK);
    assert_int_equal(model_file_renew(path, &m, &err), REJECT);
    assert_string_equal(err.code, "bad_model");
    assert_non_null(strstr(err.text, path));
    assert_int_equal(model_file_renew(path, &m, &err), DUPLICATE);
    write_model(path, 300, bad);
    assert_int_equal(model_file_renew(path, &m, &err), OK);
    assert_int_equal(m.model.rows[0].weight[0], 300 / SAMPLE_UNIT);
    struct model_file none;
    assert_int_equal(sealed_write(path, STR("sealed, and no model"), NULL, &err), OK);
    assert_int_equal(model_file_open(path, &none, &err), REJECT);
    model_file_close(&m);
}

static void the_name_is_never_cut(void **state)
{
    struct model_file m = {.sealed = {.name = "0123abcd"}};
    char why[32] = "short";
    model_file_sign(&m, why, sizeof(why));
    assert_string_equal(why, "short; model 0123abcd");
    char full[32] = "aaaa路口路口路口路口"; // 28 bytes, and 16 more are wanted
    model_file_sign(&m, full, sizeof(full));
    assert_string_equal(full, "aaaa路口路; model 0123abcd");
    char tight[] = "路口路口路口路; model 0123abcd"; // 21 bytes, and room for five
    tight[21] = '\0';
    model_file_sign(&m, tight, 22);
    assert_string_equal(tight, "路; model 0123abcd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_and_mapped),    cmocka_unit_test(every_damage_is_seen),
        cmocka_unit_test(a_model_gives_way),     cmocka_unit_test(a_bad_model_does_not),
        cmocka_unit_test(the_name_is_never_cut),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

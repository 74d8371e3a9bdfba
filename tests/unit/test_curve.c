// SPDX-License-Identifier: Apache-2.0
#include "run/curve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on
#include <czmq.h>

#define PYTHON "/usr/bin/python3"
// The client's pair of zmq_curve(7).
#define PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

static char dir[] = "/tmp/test_curve.XXXXXX";
static char path[64];

static void put(const char *content, mode_t mode)
{
    unlink(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void assert_refused(const char *words)
{
    struct err err;
    struct curve_key key;
    memset(&key, 0x5a, sizeof key);
    const struct curve_key before = key;
    assert_int_equal(curve_read(path, &key, &err), REJECT);
    assert_string_equal(err.code, "key_file");
    assert_string_equal(err.field, path);
    if (strstr(err.text, words) == NULL)
        fail_msg("'%s' is not in '%s'", words, err.text);
    assert_memory_equal(&key, &before, sizeof key);
}

static void test_z85(void **state)
{
    uint8_t key[CURVE_BYTES];
    char z85[CURVE_Z85];
    char fingerprint[CURVE_FINGERPRINT];
    assert_true(curve_of_z85(STR(PUBLIC), key));
    curve_z85(key, z85);
    assert_string_equal(z85, PUBLIC);
    curve_fingerprint(key, fingerprint);
    assert_string_equal(fingerprint, "bb88471d65e2659b");
    static const char *const wrong[] = {"",
                                        "short",
                                        PUBLIC "x",
                                        "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI\"",
                                        "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI ",
                                        "########################################"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(curve_of_z85(str_of(wrong[i]), key));
    assert_false(curve_of_z85(STR_NONE, key));
    assert_false(curve_of_z85(STR("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV\0hID"), key));
    curve_z85(key, z85);
    assert_string_equal(z85, PUBLIC); // untouched by what was refused
}

static void test_write_and_read(void **state)
{
    struct curve_key key, other, read;
    struct err err;
    struct stat st;
    curve_new(&key);
    curve_new(&other);
    assert_true(key.has_secret);
    assert_memory_not_equal(key.public, other.public, CURVE_BYTES);
    assert_int_equal(curve_write(path, &key, "440300 second system", &err), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(curve_read(path, &read, &err), OK);
    assert_memory_equal(read.public, key.public, CURVE_BYTES);
    assert_memory_equal(read.secret, key.secret, CURVE_BYTES);
    assert_true(read.has_secret);
    // Never over one that is there, whatever it is.
    assert_int_equal(curve_write(path, &other, "440300", &err), REJECT);
    assert_string_equal(err.code, "exists");
    assert_int_equal(curve_read(path, &read, &err), OK);
    assert_memory_equal(read.public, key.public, CURVE_BYTES);
    unlink(path);
    assert_int_equal(symlink("/tmp/test_curve.nowhere", path), 0);
    assert_int_equal(curve_write(path, &other, "440300", &err), REJECT);
    assert_int_equal(access("/tmp/test_curve.nowhere", F_OK), -1);
    unlink(path);

    curve_forget(&key);
    assert_false(key.has_secret);
    static const uint8_t zero[CURVE_BYTES];
    assert_memory_equal(key.secret, zero, CURVE_BYTES);
    mode_t mask = umask(077);
    assert_int_equal(curve_write(path, &key, "440300", &err), OK);
    umask(mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(curve_read(path, &read, &err), OK);
    assert_false(read.has_secret);
    assert_memory_equal(read.secret, zero, CURVE_BYTES);
    unlink(path);
}

static void test_write_refused(void **state)
{
    static const char *const names[] = {"a \"b", "a\ncurve", "a # b", "a = b", "\xff"};
    struct curve_key key;
    struct err err;
    char longest[202];
    curve_new(&key);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(curve_write(path, &key, names[i], &err), REJECT);
        assert_string_equal(err.code, "key_name");
    }
    memset(longest, 'x', 201);
    longest[201] = '\0';
    assert_int_equal(curve_write(path, &key, longest, &err), REJECT);
    longest[200] = '\0';
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(curve_write(path, &key, longest, &err), OK);
    assert_int_equal(curve_read(path, &key, &err), OK);
    unlink(path);
    assert_int_equal(curve_write("/nonexistent/key", &key, "x", &err), REJECT);
    assert_string_equal(err.text, "cannot make the key file: No such file or directory");
    // A full disk leaves no half a file behind. (/dev/full cannot be made anew, so: no room for a single byte.)
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit none = {0, 0};
        signal(SIGXFSZ, SIG_IGN);
        _exit(setrlimit(RLIMIT_FSIZE, &none) == 0 && curve_write(path, &key, "x", &err) == REJECT &&
                      access(path, F_OK) != 0
                  ? 0
                  : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_read_by_hand(void **state)
{
    struct curve_key key;
    uint8_t public[CURVE_BYTES];
    assert_true(curve_of_z85(STR(PUBLIC), public));
    static const char *const good[] = {
        "curve\n    public-key = \"" PUBLIC "\"\n    secret-key = \"" SECRET "\"\n",
        "# x\r\nmetadata\r\n    name=\"public-key\"\r\ncurve\r\n\tpublic-key='" PUBLIC "'\r\n\tsecret-key = \"" SECRET
        "\"",
        "metadata\n    public-key = \"not here\"\ncurve\n\n    more = 5\n    secret-key = \"" SECRET
        "\"\n    public-key = \"" PUBLIC "\"\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        put(good[i], 0400);
        assert_int_equal(curve_read(path, &key, NULL), OK);
        assert_true(key.has_secret);
        assert_memory_equal(key.public, public, CURVE_BYTES);
    }
}

static void test_read_refused(void **state)
{
    static const char both[] = "curve\n    public-key = \"" PUBLIC "\"\n    secret-key = \"" SECRET "\"\n";
    static const char *const wrong[] = {
        "",
        "curve\n",
        "nonsense",
        "metadata\n    public-key = \"" PUBLIC "\"\n",
        "    public-key = \"" PUBLIC "\"\n",
        "curve\n    secret-key = \"" SECRET "\"\n",
        "curve\n    public-key = \"" PUBLIC "x\"\n",
        "curve\n    public-key = \"\"\n",
        "curve\n    public-key\n",
        "curve\n    public-key = \"" PUBLIC "\"\n    public-key = \"" PUBLIC "\"\n",
        "curve\n    public-key = \"" PUBLIC "\"\n    secret-key = \"" PUBLIC "x\"\n",
    };
    struct err err;
    struct curve_key key;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put(wrong[i], 0600);
        assert_refused("not a key file");
    }
    put("curve\n    public-key = \"" PUBLIC "\"\n    secret-key = \"" PUBLIC "\"\n", 0600);
    assert_refused("does not belong");
    static const mode_t modes[] = {0640, 0604, 0610, 0602};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        put(both, modes[i]);
        assert_refused("chmod 600");
    }
    put("curve\n    public-key = \"" PUBLIC "\"\n", 0644);
    assert_int_equal(curve_read(path, &key, &err), OK);
    char *large = calloc(1, 20000);
    assert_non_null(large);
    memset(large, '\n', 19000);
    strcpy(large + 9000, both);
    put(large, 0600);
    free(large);
    assert_refused("not a key file");
    unlink(path);
    assert_refused("cannot read the key file: No such file or directory");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused("cannot read the key file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("cannot read the key file");
    rmdir(path);
}

// ---- Others' programs read ours, and we theirs ----

static void test_czmq(void **state)
{
    struct curve_key key;
    char public[CURVE_Z85], secret[CURVE_Z85];
    curve_new(&key);
    curve_z85(key.public, public);
    curve_z85(key.secret, secret);
    assert_int_equal(curve_write(path, &key, "440300", NULL), OK);
    zcert_t *theirs = zcert_load(path);
    assert_non_null(theirs);
    assert_string_equal(zcert_public_txt(theirs), public);
    assert_string_equal(zcert_secret_txt(theirs), secret);
    assert_string_equal(zcert_meta(theirs, "name"), "440300");
    zcert_destroy(&theirs);
    unlink(path);
    theirs = zcert_new();
    zcert_set_meta(theirs, "name", "%s", "a bureau's own");
    assert_int_equal(zcert_save_secret(theirs, path), 0);
    assert_int_equal(curve_read(path, &key, NULL), OK);
    assert_memory_equal(key.public, zcert_public_key(theirs), CURVE_BYTES);
    assert_memory_equal(key.secret, zcert_secret_key(theirs), CURVE_BYTES);
    unlink(path);
    assert_int_equal(zcert_save_public(theirs, path), 0);
    assert_int_equal(curve_read(path, &key, NULL), OK);
    assert_memory_equal(key.public, zcert_public_key(theirs), CURVE_BYTES);
    assert_false(key.has_secret);
    zcert_destroy(&theirs);
    unlink(path);
}

static int python(const char *program, const char *a, const char *b)
{
    pid_t child = fork();
    if (child == 0) {
        execl(PYTHON, PYTHON, "-c", program, a, b, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_pyzmq(void **state)
{
    struct curve_key key;
    char secret[CURVE_Z85], theirs[96];
    if (access(PYTHON, X_OK) != 0 ||
        python("try: import zmq.auth\nexcept ImportError: raise SystemExit(3)", "", "") == 3) {
        print_message("python3-zmq is not installed\n");
        skip();
    }
    curve_new(&key);
    curve_z85(key.secret, secret);
    assert_int_equal(curve_write(path, &key, "440300", NULL), OK);
    assert_int_equal(python("import sys, zmq.auth\n"
                            "public, secret = zmq.auth.load_certificate(sys.argv[1])\n"
                            "assert zmq.curve_public(secret) == public and secret.decode() == sys.argv[2]",
                            path, secret),
                     0);
    unlink(path);
    assert_int_equal(python("import sys, os, zmq.auth\n"
                            "os.umask(0o077); zmq.auth.create_certificates(sys.argv[1], 'theirs', {'name': 'a name'})",
                            dir, ""),
                     0);
    snprintf(theirs, sizeof theirs, "%s/theirs.key_secret", dir);
    assert_int_equal(curve_read(theirs, &key, NULL), OK);
    assert_true(key.has_secret);
    unlink(theirs);
    uint8_t public[CURVE_BYTES];
    memcpy(public, key.public, CURVE_BYTES);
    snprintf(theirs, sizeof theirs, "%s/theirs.key", dir);
    assert_int_equal(curve_read(theirs, &key, NULL), OK);
    assert_false(key.has_secret);
    assert_memory_equal(key.public, public, CURVE_BYTES);
    unlink(theirs);
}

int main(void)
{
    setenv("ZSYS_SIGHANDLER", "false", 1);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/key", dir);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_z85),           cmocka_unit_test(test_write_and_read),
        cmocka_unit_test(test_write_refused), cmocka_unit_test(test_read_by_hand),
        cmocka_unit_test(test_read_refused),  cmocka_unit_test(test_czmq),
        cmocka_unit_test(test_pyzmq),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(dir);
    return rc;
}

// SPDX-License-Identifier: Apache-2.0
#include "run/options.h"

#include "run/address.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on
#include <czmq.h>

static char dir[] = "/tmp/test_options.XXXXXX";
static char path[64];

static enum result load(const char *content, size_t n, struct config **config, struct err *err)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return config_load(path, config, err);
}

// What came with the programs, wherever that is; a folder that names itself is taken as it stands.
static void test_share(void **state)
{
    static const char *const shares[][2] = {{"/a/b", "/a/b/model/letters.model"},
                                            {"${share}", "${share}/model/letters.model"}};
    struct config *config = NULL;
    struct err err;
    for (size_t i = 0; i < 2; i++) {
        setenv("PINGANTING_SHARE", shares[i][0], 1);
        assert_int_equal(load("", 0, &config, &err), OK);
        assert_string_equal(config_text(config, "classifier/model"), shares[i][1]);
        config_free(config);
    }
    unsetenv("PINGANTING_SHARE");
    assert_int_equal(load("", 0, &config, &err), OK);
    assert_non_null(strstr(config_text(config, "classifier/model"), "/deploy/model/letters.model"));
    config_free(config);
}

static void test_values(void **state)
{
    static const char content[] = "# comment\n"
                                  "\n"
                                  "intake # where letters come in\n"
                                  "  # a comment may stand anywhere\n"
                                  "\xe3\x80\x80\n"
                                  "    batch = 7# small\n"
                                  "    code_key = \"/tmp/a # b\"\n"
                                  "classifier\n"
                                  "    listen = \"ipc:///a/1.ipc  ipc://${run}/2.ipc\"\n"
                                  "run\r\n"
                                  "    dir = \"/tmp/here\"\r\n"
                                  "database\n"
                                  "    conninfo = \"dbname=%n%s\"\n"
                                  "intake\n"
                                  "    submit = 'ipc://${run}/s.ipc'\n"
                                  "log\n"
                                  "    level = debug";
    struct config *config;
    assert_int_equal(load(content, strlen(content), &config, NULL), OK);
    assert_int_equal(config_int(config, "intake/batch"), 7);
    assert_string_equal(config_text(config, "intake/code_key"), "/tmp/a # b");
    assert_string_equal(config_text(config, "intake/submit"), "ipc:///tmp/here/s.ipc");
    assert_string_equal(config_text(config, "classifier/listen"), "ipc:///a/1.ipc  ipc:///tmp/here/2.ipc");
    assert_string_equal(config_text(config, "log/level"), "debug");
    assert_string_equal(config_text(config, "database/conninfo"), "dbname=%n%s");
    assert_string_equal(config_text(config, "feedback/desk"), "ipc:///tmp/here/desk.ipc");
    assert_int_equal(config_int(config, "database/timeout"), 10000);

    char dump[8192];
    size_t n = config_dump(config, dump, sizeof dump);
    assert_int_equal(n, strlen(dump));
    assert_non_null(strstr(dump, "intake/batch = 7\n"));
    assert_non_null(strstr(dump, "intake/submit = ipc:///tmp/here/s.ipc\n"));
    assert_int_equal(config_dump(config, dump, 5), 4);
    config_free(config);
}

static const struct {
    const char *content;
    const char *error; // behind the file's name
} bad[] = {
    {"intake\n    batsh = 5\n", ":2: option intake/batsh: unknown option; allowed: submit, public, batch, code_key"},
    {"intak\n", ":1: unknown section 'intak'; allowed: run, log, database, intake, classifier, dispatcher, feedback, "
                "security, bureau"},
    {"\nintake\n    batch = many\n",
     ":3: option intake/batch: not a number in range 'many'; allowed: 1 to 1000 letters"},
    {"intake\n    batch = 0\n", ":2: option intake/batch: not a number in range '0'; allowed: 1 to 1000 letters"},
    {"intake\n    batch = 1001\n", ":2: option intake/batch: not a number in range '1001'; allowed: 1 to 1000 letters"},
    {"intake\n    batch = 12x\n", ":2: option intake/batch: not a number in range '12x'; allowed: 1 to 1000 letters"},
    {"intake\n    batch = \"\"\n", ":2: option intake/batch: not a number in range ''; allowed: 1 to 1000 letters"},
    {"classifier\n    sweep = 99\n",
     ":2: option classifier/sweep: not a number in range '99'; allowed: 100 to 3600000 ms"},
    {"intake\n    batch = 5\n    batch = 6\n", ":3: option intake/batch: stands here a second time; allowed: once"},
    {"log\n    level = loud\n", ":2: option log/level: unknown value 'loud'; allowed: error, warn, info, debug"},
    {"feedback\n    listen = tcp://*:5555\n",
     ":2: option feedback/listen: tcp is for intake/public, dispatcher/public and feedback/public 'tcp://*:5555'; "
     "allowed: ipc:// and an absolute path of at most 107 bytes"},
    {"bureau\n    deliver = none\n",
     ":2: option bureau/deliver: not an address we can use 'none'; allowed: ipc:// and an absolute path of at most 107 "
     "bytes, or tcp://HOST:PORT"},
    {"bureau\n    deliver = tcp://*:7402\n",
     ":2: option bureau/deliver: not an address we can use 'tcp://*:7402'; allowed: ipc:// and an absolute path of at "
     "most 107 bytes, or tcp://HOST:PORT"},
    {"dispatcher\n    public = \"tcp://10.0.0.1:7402 tcp://10.0.0.2:7402\"\n",
     ":2: option dispatcher/public: wrong number of addresses; allowed: none, or tcp://ADDRESS:PORT"},
    {"dispatcher\n    public = ipc:///tmp/x\n",
     ":2: option dispatcher/public: not an address we can use 'ipc:///tmp/x'; allowed: none, or tcp://ADDRESS:PORT"},
    {"intake\n    public = \"none tcp://*:7401\"\n",
     ":2: option intake/public: not an address we can use 'none'; allowed: none, or at most 8 times "
     "tcp://ADDRESS:PORT"},
    {"dispatcher\n    window = 262143\n",
     ":2: option dispatcher/window: not a number in range '262143'; allowed: 262144 to 67108864 bytes"},
    {"feedback\n    listen = inproc://x\n",
     ":2: option feedback/listen: not an address we can use 'inproc://x'; allowed: "
     "ipc:// and an absolute path of at most 107 bytes"},
    {"feedback\n    listen = ipc://@x\n", ":2: option feedback/listen: not an address we can use 'ipc://@x'; allowed: "
                                          "ipc:// and an absolute path of at most 107 bytes"},
    {"feedback\n    listen = \"ipc:///a ipc:///b\"\n",
     ":2: option feedback/listen: wrong number of addresses; allowed: "
     "ipc:// and an absolute path of at most 107 bytes"},
    {"intake\n    submit = \"\"\n", ":2: option intake/submit: wrong number of addresses; allowed: at most 8 "
                                    "times ipc:// and an absolute path of at most 107 bytes"},
    {"run\n    dir = here\n", ":2: option run/dir: not a directory we can use 'here'; allowed: an absolute path of at "
                              "most 80 bytes without blanks"},
    {"run\n    dir = \"/a b\"\n",
     ":2: option run/dir: not a directory we can use '/a b'; allowed: an absolute path of at "
     "most 80 bytes without blanks"},
    {"run\n    dir = ${run}\n",
     ":2: option run/dir: not a directory we can use '${run}'; allowed: an absolute path of at "
     "most 80 bytes without blanks"},
    {"intake\n    code_key = # nothing\n", ":2: option intake/code_key: empty; allowed: a text"},
    {"database\n    conninfo = \"dbname=x password=y\"\n",
     ":2: option database/conninfo: holds a password or is a URI; allowed: key=value pairs without password; use peer "
     "or a "
     "password file"},
    {"database\n    conninfo = postgresql://h/x\n", ":2: option database/conninfo: holds a password or is a URI; "
                                                    "allowed: key=value pairs without password; use peer or a "
                                                    "password file"},
    {"intake\n  batch = 5\n", ":2: wrong indentation; allowed: none for a section, four blanks for an option"},
    {"intake\n\tbatch = 5\n", ":2: wrong indentation; allowed: none for a section, four blanks for an option"},
    {"log\n    level = info\n        more = 5\n",
     ":3: wrong indentation; allowed: none for a section, four blanks for an option"},
    {"log\n    \xe9\x83\xa8 = 5\n", ":2: option log/\xe9\x83\xa8: unknown option; allowed: level"},
    {"intake\n    batch = 5\nlog\nintake\n    batch = 6\n",
     ":5: option intake/batch: stands here a second time; allowed: once"},
    {"log/level\n", ":1: unknown section 'log/level'; allowed: run, log, database, intake, classifier, dispatcher, "
                    "feedback, security, bureau"},
    {"intake\n    batch 5\n", ":2: not understood; allowed: section, or four blanks and name = \"value\""},
    {"intake\n    = 5\n", ":2: not understood; allowed: section, or four blanks and name = \"value\""},
    {"batch = 5\n", ":1: option batch: stands outside a section; allowed: four blanks before it, below its section"},
    {"    batch = 5\n", ":1: option batch: has no section or no value; allowed: name = \"value\" below a section"},
    {"intake\n    batch\n",
     ":2: option intake/batch: has no section or no value; allowed: name = \"value\" below a section"},
    {"intake\n    code_key = \"/x\n",
     ":2: option intake/code_key: quotes are not closed, or something follows them; allowed: name = \"value\""},
    {"intake\n    code_key = \"/x\" y\n",
     ":2: option intake/code_key: quotes are not closed, or something follows them; allowed: name = \"value\""},
    {"intake\n    code_key = \xff\xfe\n", ":2: line is too long or is not UTF-8 text; allowed: 1024 bytes of UTF-8"},
};

static void test_addresses(void **state)
{
    static const struct {
        const char *text;
        bool peer, any;
    } all[] = {
        {"tcp://10.1.2.3:7402", true, true},
        {"tcp://host-1.example.org:1", true, true},
        {"tcp://[2001:db8::1]:65535", true, true},
        {"tcp://*:7402", false, true},
        {"tcp://[*]:7402", false, false},
        {"tcp://[]:7402", false, false},
        {"tcp://:7402", false, false},
        {"tcp://10.1.2.3", false, false},
        {"tcp://10.1.2.3:", false, false},
        {"tcp://10.1.2.3:0", false, false},
        {"tcp://10.1.2.3:*", false, false},
        {"tcp://10.1.2.3:65536", false, false},
        {"tcp://10.1.2.3:99999999999999999999", false, false},
        {"tcp://10.1.2.3:-1", false, false},
        {"tcp://10.1.2.3:7402;tcp://x:1", false, false},
        {"tcp://a/b:7402", false, false},
        {"tcp://2001:db8::1:7402", false, false},
        {"udp://10.1.2.3:7402", false, false},
        {"", false, false},
    };
    char longest[300];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(address_tcp(str_of(all[i].text), false), all[i].peer);
        assert_int_equal(address_tcp(str_of(all[i].text), true), all[i].any);
    }
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "tcp://", 6);
    memcpy(longest + ADDRESS_MAX - 2, ":1", 3);
    assert_true(address_tcp(str_of(longest), false));
    memcpy(longest + ADDRESS_MAX - 2, ":11", 4);
    assert_false(address_tcp(str_of(longest), false));
}

static void test_public_and_peers(void **state)
{
    static const char content[] =
        "intake\n    public = \"tcp://*:7401  tcp://[::1]:7411\"\n"
        "bureau\n    deliver = tcp://host:7402\n    submit = \"ipc:///tmp/a tcp://host:7401\"\n"
        "    server_key = \"#ne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n";
    struct config *config;
    assert_int_equal(load(content, sizeof content - 1, &config, NULL), OK);
    assert_true(str_is(config_address(config, "intake/public", 1), "tcp://*:7401"));
    assert_true(str_is(config_address(config, "intake/public", 2), "tcp://[::1]:7411"));
    assert_null(config_address(config, "intake/public", 3).p);
    assert_true(str_is(config_address(config, "feedback/public", 1), "none"));
    assert_string_equal(config_text(config, "bureau/deliver"), "tcp://host:7402");
    assert_string_equal(config_text(config, "bureau/feedback"), "ipc:///run/pinganting/feedback.ipc");
    assert_string_equal(config_text(config, "bureau/server_key"), "#ne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
    assert_int_equal(config_int(config, "dispatcher/window"), 1 << 20);
    assert_int_equal(config_int(config, "security/bytes_per_s"), 16 << 20);
    config_free(config);
}

static void assert_refused(const char *content, size_t n, const char *error)
{
    struct config *config = NULL;
    struct err err;
    char expected[1024];
    snprintf(expected, sizeof expected, "%s%s", path, error);
    expected[sizeof err.text - 1] = '\0'; // an error's text ends there
    assert_int_equal(load(content, n, &config, &err), REJECT);
    assert_string_equal(err.code, "config");
    assert_string_equal(err.text, expected);
    assert_null(config);
}

static void test_errors(void **state)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_refused(bad[i].content, strlen(bad[i].content), bad[i].error);
    assert_refused("log\n    level\0 = info\n", 22,
                   ":2: line is too long or is not UTF-8 text; allowed: 1024 bytes of UTF-8");
    char *large = malloc(70000);
    assert_non_null(large);
    memset(large, '#', 70000);
    assert_refused(large, 1100, ":1: line is too long or is not UTF-8 text; allowed: 1024 bytes of UTF-8");
    memset(large, '\n', 70000);
    assert_refused(large, 70000, ": the file is too long; allowed: 65536 bytes");
    free(large);
}

// zconfig prints what it dislikes, and czmq's zsys takes over signals when it starts: none of that here.
static void test_silence(void **state)
{
    struct config *config = NULL;
    struct err err;
    FILE *standard = stdout;
    char *said = NULL;
    size_t n = 0;
    assert_int_equal(fflush(stdout), 0);
    stdout = open_memstream(&said, &n);
    assert_non_null(stdout);
    enum result result = load("log\n    level = \"info\n", 23, &config, &err);
    fputs("mine again", stdout);
    fclose(stdout);
    stdout = standard;
    assert_int_equal(result, REJECT);
    assert_string_equal(said, "mine again");
    free(said);
    const int signals[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < 2; i++) {
        struct sigaction action;
        assert_int_equal(sigaction(signals[i], NULL, &action), 0);
        assert_ptr_equal(action.sa_handler, SIG_DFL);
    }
}

static void test_which_file(void **state)
{
    struct config *config = NULL;
    struct err err;
    assert_int_equal(config_load("/nonexistent/x.cfg", &config, &err), REJECT);
    assert_string_equal(err.text, "/nonexistent/x.cfg: No such file or directory; allowed: a readable file; `letterctl "
                                  "config` prints one");
    assert_int_equal(config_load("/tmp", &config, &err), REJECT);
    assert_non_null(strstr(err.text, "/tmp: Is a directory"));
    assert_null(config);
    assert_int_equal(load("intake\n    batch = 3\n", 21, &config, NULL), OK);
    config_free(config);
    setenv("PINGANTING_CONF", path, 1);
    assert_int_equal(config_load(NULL, &config, NULL), OK);
    assert_int_equal(config_int(config, "intake/batch"), 3);
    config_free(config);
    unsetenv("PINGANTING_CONF");
}

static char *printed(bool markdown)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    config_print(out, markdown);
    assert_int_equal(fclose(out), 0);
    return text;
}

// The printed file is one that both we and zconfig read, with every default in it.
static void test_print(void **state)
{
    char *text = printed(false);
    struct config *ours;
    struct config *empty;
    assert_int_equal(load(text, strlen(text), &ours, NULL), OK);
    assert_int_equal(load("", 0, &empty, NULL), OK);
    zconfig_t *theirs = zconfig_str_load(text);
    assert_non_null(theirs);
    for (const struct option *o = options; o->name != NULL; o++) {
        assert_string_equal(zconfig_get(theirs, o->name, "absent"), o->fallback);
        if (o->type == OPTION_INT)
            assert_int_equal(config_int(ours, o->name), config_int(empty, o->name));
        else
            assert_string_equal(config_text(ours, o->name), config_text(empty, o->name));
    }
    zconfig_destroy(&theirs);
    config_free(ours);
    config_free(empty);
    free(text);
}

// docs/config.md is what the table says. On a difference the right text lies in config.md beside the test's binary.
static void test_reference(void **state)
{
    char *text = printed(true);
    size_t n = strlen(text);
    char *found = calloc(1, n + 2);
    assert_non_null(found);
    FILE *file = fopen(SOURCE_DIR "/docs/config.md", "r");
    size_t got = file != NULL ? fread(found, 1, n + 1, file) : 0;
    if (file != NULL)
        fclose(file);
    if (got != n || memcmp(found, text, n) != 0) {
        FILE *fresh = fopen("config.md", "w");
        assert_non_null(fresh);
        fputs(text, fresh);
        fclose(fresh);
        fail_msg("docs/config.md is stale: copy ./config.md over it");
    }
    for (const struct option *o = options; o->name != NULL; o++) {
        assert_non_null(strstr(text, o->name));
        assert_true(strlen(o->meaning) > 10);
    }
    free(found);
    free(text);
}

int main(void)
{
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/p.cfg", dir);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),     cmocka_unit_test(test_share),
        cmocka_unit_test(test_silence),    cmocka_unit_test(test_errors),
        cmocka_unit_test(test_which_file), cmocka_unit_test(test_print),
        cmocka_unit_test(test_addresses),  cmocka_unit_test(test_public_and_peers),
        cmocka_unit_test(test_reference),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    rmdir(dir);
    return rc;
}

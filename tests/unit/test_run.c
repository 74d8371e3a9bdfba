// SPDX-License-Identifier: Apache-2.0
#include "run/run.h"

#include "run/clock.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static char dir[] = "/tmp/test_run.XXXXXX";
static char config[64], bad_config[64], socket_path[64];
static struct counter counters[] = {{NULL, NULL, COUNTER, 0}};

struct child {
    pid_t pid;
    int output; // what it writes on standard output and standard error
};

static const char *const no_arguments[] = {NULL};

// A daemon in a process of its own, as main() of every daemon does it.
static struct child start(const char *const *arguments)
{
    char *argv[8] = {strdup("testd")};
    int argc = 1;
    for (; arguments[argc - 1] != NULL; argc++)
        argv[argc] = strdup(arguments[argc - 1]);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct child child = {.pid = fork(), .output = ends[0]};
    if (child.pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        struct run *run = run_start(argc, argv, "testd", counters);
        struct rlimit core;
        bool private = prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
        run_state(run, true, run_endpoint(run, "classifier/listen"));
        int rc = run_loop(run);
        rc = private && run->draining ? rc : 99;
        run_free(run);
        _exit(rc);
    }
    close(ends[1]);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return child;
}

// Reads the child's output until it holds `words`, or to its end when words is NULL.
static const char *output(struct child *child, const char *words)
{
    static char text[8192];
    size_t n = 0;
    text[0] = '\0';
    while (words == NULL || strstr(text, words) == NULL) {
        struct pollfd item = {.fd = child->output, .events = POLLIN};
        assert_int_equal(poll(&item, 1, 5000), 1);
        ssize_t got = read(child->output, text + n, sizeof text - 1 - n);
        assert_true(got >= 0);
        if (got == 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
    }
    assert_true(words == NULL || strstr(text, words) != NULL);
    return text;
}

static int exit_code(struct child *child)
{
    int status;
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    close(child->output);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_ends(const char *const *arguments, int code, const char *text)
{
    struct child child = start(arguments);
    assert_non_null(strstr(output(&child, NULL), text));
    assert_int_equal(exit_code(&child), code);
}

static void test_arguments(void **state)
{
    char expected[160];
    assert_ends((const char *const[]){"--version", NULL}, 0, "testd " WF_VERSION "\n");
    assert_ends((const char *const[]){"--help", NULL}, 0, "Usage: testd [-c FILE] [--instance N]\n");
    assert_ends((const char *const[]){"-x", NULL}, 2,
                "-x: unknown argument; allowed: -c FILE, --instance N, --help, --version\n");
    assert_ends((const char *const[]){"-c", NULL}, 2, "-c: needs a file\n");
    assert_ends((const char *const[]){"--instance", NULL}, 2, "--instance: needs a number\n");
    assert_ends((const char *const[]){"--instance", "9", NULL}, 2, "--instance: 1 to 8\n");
    snprintf(expected, sizeof expected, "%s:2: option run/dri: unknown option; allowed: dir\n", bad_config);
    assert_ends((const char *const[]){"-c", bad_config, NULL}, EXIT_CONFIG, expected);
}

static void test_missing_directory(void **state)
{
    FILE *file = fopen(bad_config, "w");
    fprintf(file, "run\n    dir = \"/nonexistent\"\n");
    fclose(file);
    assert_ends((const char *const[]){"-c", bad_config, NULL}, EXIT_CONFIG,
                "/nonexistent/testd.lock: No such file or directory\n");
}

// Whoever can enter it may speak to the sockets.
static void test_open_directory(void **state)
{
    static const struct {
        mode_t mode;
        bool good;
    } all[] = {{0755, false}, {0751, false}, {0702, false}, {0704, false}, {0750, true}, {0700, true}};
    char expected[160];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_int_equal(chmod(dir, all[i].mode), 0);
        if (all[i].good) {
            struct child child = start((const char *const[]){"-c", config, NULL});
            output(&child, "started");
            kill(child.pid, SIGTERM);
            assert_int_equal(exit_code(&child), 0);
            continue;
        }
        snprintf(expected, sizeof expected, "%s: others may enter the runtime directory; chmod 0750 it\n", dir);
        assert_ends((const char *const[]){"-c", config, NULL}, EXIT_CONFIG, expected);
    }
}

// A link of our own may lead there, one that somebody else made may not.
static void test_linked_directory(void **state)
{
    char expected[200], link[sizeof dir + 8];
    snprintf(link, sizeof link, "%s.link", dir);
    assert_int_equal(symlink(dir, link), 0);
    FILE *file = fopen(bad_config, "w");
    fprintf(file, "run\n    dir = \"%s\"\n", link);
    fclose(file);
    struct child child = start((const char *const[]){"-c", bad_config, NULL});
    output(&child, "started");
    kill(child.pid, SIGTERM);
    assert_int_equal(exit_code(&child), 0);
    if (lchown(link, 12345, 12345) == 0) { // as root only
        snprintf(expected, sizeof expected, "%s: the runtime directory is a link of another user; ", link);
        assert_ends((const char *const[]){"-c", bad_config, NULL}, EXIT_CONFIG, expected);
    } else {
        print_message("only root can make another user's link\n");
    }
    unlink(link);
}

static void ask_at(const char *path, const char *line, char *answer, size_t cap)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(fd, line, strlen(line), 0), strlen(line));
    size_t n = 0;
    ssize_t got;
    while ((got = recv(fd, answer + n, cap - 1 - n, 0)) > 0)
        n += (size_t)got;
    answer[n] = '\0';
    close(fd);
}

static void ask(const char *line, char *answer, size_t cap)
{
    ask_at(socket_path, line, answer, cap);
}

// Until the status holds both words.
static void wait_status(const char *path, const char *a, const char *b)
{
    char answer[1024];
    int64_t until = clock_mono() + 5 * WF_SECOND;
    do {
        assert_true(clock_mono() < until);
        ask_at(path, "status\n", answer, sizeof answer);
    } while (strstr(answer, a) == NULL || strstr(answer, b) == NULL);
}

// Each instance has a name and an address of its own; one for which the option lists no address does not start.
static void test_instances(void **state)
{
    char path[80];
    snprintf(path, sizeof path, "%s/instances.cfg", dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "run\n    dir = \"%s\"\nclassifier\n    listen = \"ipc:///x/one ipc:///x/two\"\n", dir);
    fclose(file);
    struct child first = start((const char *const[]){"-c", path, NULL});
    struct child second = start((const char *const[]){"-c", path, "--instance", "2", NULL});
    output(&first, "started");
    output(&second, "started");
    char second_socket[80];
    snprintf(second_socket, sizeof second_socket, "%s/testd-2.status", dir);
    wait_status(socket_path, "\"program\":\"testd\"", "ipc:///x/one");
    wait_status(second_socket, "\"program\":\"testd-2\"", "ipc:///x/two");
    assert_ends((const char *const[]){"-c", path, "--instance", "3", NULL}, EXIT_CONFIG,
                "classifier/listen: lists no address for this --instance");
    struct child both[] = {first, second};
    for (int i = 0; i < 2; i++) {
        kill(both[i].pid, SIGTERM);
        output(&both[i], NULL);
        assert_int_equal(exit_code(&both[i]), 0);
    }
    assert_int_equal(unlink(path), 0);
}

// Something that is no socket of ours stands where the status socket belongs.
static void test_no_status_socket(void **state)
{
    char expected[160];
    assert_int_equal(mkdir(socket_path, 0700), 0);
    snprintf(expected, sizeof expected, "%s: cannot listen: Is a directory\n", socket_path);
    assert_ends((const char *const[]){"-c", config, NULL}, EXIT_UNAVAILABLE, expected);
    assert_int_equal(rmdir(socket_path), 0);
}

static void test_life(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};
    setenv("PINGANTING_CONF", config, 1);
    for (int i = 0; i < 3; i++) {
        char answer[1024];
        struct child child = start(no_arguments);
        output(&child, "started");
        ask("status\n", answer, sizeof answer);
        assert_non_null(strstr(answer, "\"program\":\"testd\""));

        // A second one of the same name says who is there, and leaves the first alone.
        char expected[64];
        snprintf(expected, sizeof expected, "testd: already running as pid %d\n", (int)child.pid);
        assert_ends(no_arguments, EXIT_UNAVAILABLE, expected);
        ask("help\n", answer, sizeof answer);
        assert_non_null(strstr(answer, "drain"));

        if (i < 2)
            kill(child.pid, signals[i]);
        else
            ask("drain\n", answer, sizeof answer);
        assert_non_null(strstr(output(&child, NULL), "stopped"));
        assert_int_equal(exit_code(&child), 0);
        assert_int_equal(access(socket_path, F_OK), -1);
    }
    // Killed, it leaves its files behind; the next one starts all the same.
    for (int i = 0; i < 2; i++) {
        struct child child = start(no_arguments);
        output(&child, "started");
        kill(child.pid, SIGKILL);
        assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
        close(child.output);
    }
    unsetenv("PINGANTING_CONF");
}

static void assert_heard(int fd, const char *expected)
{
    char text[64];
    struct pollfd item = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&item, 1, 5000), 1);
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    assert_true(n > 0);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

// systemd hears when the daemon is ready, alive, and ending. Both forms of address: a path and an abstract name.
static void notified(const struct sockaddr_un *address, socklen_t length, const char *name)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)address, length), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("WATCHDOG_USEC", "20000", 1);
    struct child child = start((const char *const[]){"-c", config, NULL});
    assert_heard(fd, "READY=1");
    assert_heard(fd, "WATCHDOG=1");
    assert_heard(fd, "WATCHDOG=1");
    kill(child.pid, SIGTERM);
    char text[64] = "";
    while (strncmp(text, "STOPPING=1", 10) != 0) {
        struct pollfd item = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&item, 1, 5000), 1);
        assert_true(recv(fd, text, sizeof text, 0) > 0);
    }
    assert_int_equal(exit_code(&child), 0);
    setenv("WATCHDOG_PID", "1", 1); // the watchdog is somebody else's
    child = start((const char *const[]){"-c", config, NULL});
    assert_heard(fd, "READY=1");
    struct pollfd item = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&item, 1, 100), 0);
    kill(child.pid, SIGTERM);
    assert_heard(fd, "STOPPING=1");
    assert_int_equal(exit_code(&child), 0);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    close(fd);
}

static void test_notify(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[80];
    snprintf(name, sizeof name, "%s/n", dir);
    strcpy(address.sun_path, name);
    notified(&address, sizeof address, name);
    unlink(name);
    snprintf(name, sizeof name, "@%s", dir);
    memcpy(address.sun_path + 1, dir, strlen(dir));
    address.sun_path[0] = '\0';
    notified(&address, (socklen_t)(sizeof(sa_family_t) + 1 + strlen(dir)), name);
}

int main(void)
{
    assert_non_null(mkdtemp(dir));
    snprintf(config, sizeof config, "%s/p.cfg", dir);
    snprintf(bad_config, sizeof bad_config, "%s/bad.cfg", dir);
    snprintf(socket_path, sizeof socket_path, "%s/testd.status", dir);
    FILE *file = fopen(config, "w");
    fprintf(file, "run\n    dir = \"%s\"\n", dir);
    fclose(file);
    file = fopen(bad_config, "w");
    fprintf(file, "run\n    dri = \"%s\"\n", dir);
    fclose(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_missing_directory),
        cmocka_unit_test(test_open_directory),
        cmocka_unit_test(test_linked_directory),
        cmocka_unit_test(test_no_status_socket),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_notify),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const left[] = {"p.cfg", "bad.cfg", "testd.lock", "testd.status", "testd.status.lock"};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/%s", dir, left[i]);
        unlink(path);
    }
    rmdir(dir);
    return rc;
}

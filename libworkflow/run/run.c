// SPDX-License-Identifier: Apache-2.0
#include "run/run.h"

#include "run/clock.h"
#include "run/ipc.h"
#include "run/status.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define EXIT_WRONG_USAGE 2

struct run_all {
    struct run run; // first: every struct run is one of these
    struct status *status;
    int lock;
    char name[32];
    char endpoint[256];
};

static _Noreturn void fail(int code, const char *what, const char *text)
{
    fprintf(stderr, "%s: %s\n", what, text);
    exit(code);
}

// Returns the file named by -c, or NULL. getopt_long is not used: its struct option is not ours.
static const char *read_arguments(int argc, char **argv, const char *program, int *instance)
{
    const char *path = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            printf("Usage: %s [-c FILE] [--instance N]\n\n"
                   "  -c FILE       configuration; else $PINGANTING_CONF, else /etc/pinganting/pinganting.cfg\n"
                   "  --instance N  the N-th of several (1 to 8): takes the N-th address it listens at, and is called "
                   "%s-N\n"
                   "  --help        this text\n"
                   "  --version     name and version\n\n"
                   "`letterctl config` prints every option. The status socket <run/dir>/%s.status answers `help`.\n",
                   program, program, program);
            exit(0);
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("%s " WF_VERSION "\n", program);
            exit(0);
        }
        bool numbered = strcmp(argv[i], "--instance") == 0;
        if (!numbered && strcmp(argv[i], "-c") != 0)
            fail(EXIT_WRONG_USAGE, argv[i], "unknown argument; allowed: -c FILE, --instance N, --help, --version");
        if (i + 1 == argc)
            fail(EXIT_WRONG_USAGE, argv[i], numbered ? "needs a number" : "needs a file");
        int64_t n = 0;
        if (!numbered)
            path = argv[++i];
        else if (!str_to_i64(str_of(argv[++i]), &n) || n < 1 || n > 8)
            fail(EXIT_WRONG_USAGE, "--instance", "1 to 8");
        else
            *instance = (int)n;
    }
    return path;
}

// Letters must not land in a core file, nor in another process of the same user, nor in a file that others may read.
static void keep_private(void)
{
    const struct rlimit none = {0, 0};
    insist(setrlimit(RLIMIT_CORE, &none) == 0);
    insist(prctl(PR_SET_DUMPABLE, 0) == 0);
    umask(077);
    // A peer that goes away is an error return, never a signal.
    insist(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

// The sockets in it trust whoever reaches them, so others must not; nor may a stranger's link lead us somewhere else.
static void check_dir(const char *dir)
{
    struct stat st;
    if (lstat(dir, &st) != 0)
        return; // the lock says why
    if (S_ISLNK(st.st_mode) && st.st_uid != 0 && st.st_uid != geteuid())
        fail(EXIT_CONFIG, dir, "the runtime directory is a link of another user; remove it, or name another run/dir");
    if (stat(dir, &st) == 0 && (st.st_mode & 007) != 0)
        fail(EXIT_CONFIG, dir, "others may enter the runtime directory; chmod 0750 it");
}

static int lock_or_fail(const char *dir, const char *program)
{
    char path[512];
    struct text t = TEXT(path);
    text_put(&t, dir);
    text_put(&t, "/");
    text_put(&t, program);
    text_put(&t, ".lock");
    int lock = ipc_lock(path);
    if (lock >= 0)
        return lock;
    if (errno != EWOULDBLOCK)
        fail(EXIT_CONFIG, path, strerror(errno)); // run/dir is missing or not ours
    char text[64] = "already running as pid ";
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        size_t n = strlen(text);
        n += fread(text + n, 1, sizeof text - 1 - n, file); // the lock file holds "PID\n"
        text[n > 0 && text[n - 1] == '\n' ? n - 1 : n] = '\0';
        fclose(file);
    }
    fail(EXIT_UNAVAILABLE, program, text);
}

struct run *run_start(int argc, char **argv, const char *program, struct counter *counters)
{
    struct err err;
    struct config *config;
    enum log_level level = LOG_INFO;
    int instance = 1;
    if (config_load(read_arguments(argc, argv, program, &instance), &config, &err) != OK) {
        fprintf(stderr, "%s\n", err.text); // begins with file and line
        exit(EXIT_CONFIG);
    }
    insist(log_level_parse(config_text(config, "log/level"), &level));
    struct run_all *all = calloc(1, sizeof *all);
    insist(all != NULL);
    struct text name = TEXT(all->name);
    text_put(&name, program);
    if (instance > 1) {
        text_put(&name, "-");
        text_i64(&name, instance);
    }
    log_open(all->name, level);
    keep_private();
    check_dir(config_text(config, "run/dir"));
    all->lock = lock_or_fail(config_text(config, "run/dir"), all->name);
    all->run.program = all->name;
    all->run.instance = instance;
    all->run.config = config;
    all->run.loop = loop_new(); // before any thread, so that all inherit the blocked signals
    all->run.counters = counters;
    if (status_start(&all->run, &all->status, &err) != OK) {
        run_free(&all->run);
        fail(EXIT_UNAVAILABLE, err.field, err.text);
    }
    log_line(LOG_INFO, "started version=" WF_VERSION " pid=%ld", (long)getpid());
    return &all->run;
}

const char *run_endpoint(struct run *run, const char *option)
{
    struct run_all *all = (struct run_all *)run;
    struct str address = config_address(run->config, option, run->instance);
    if (address.p == NULL)
        fail(EXIT_CONFIG, option, "lists no address for this --instance; it needs one for each process");
    struct text endpoint = TEXT(all->endpoint);
    text_str(&endpoint, address);
    return all->endpoint;
}

void run_must(enum result result, const struct err *err)
{
    if (result == OK)
        return;
    log_err(LOG_ERROR, "cannot start", err);
    exit(result == RETRY ? EXIT_UNAVAILABLE : EXIT_CONFIG);
}

void run_state(struct run *run, bool ready, const char *words)
{
    struct run_all *all = (struct run_all *)run;
    if (all->status != NULL)
        status_words(all->status, ready, words);
}

// Tells systemd, if it asked to be told: sd_notify's protocol is one datagram.
static void notify(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = path != NULL ? strlen(path) : 0;
    if (n < 2 || n >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, n);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, length) < 0)
        log_line(LOG_WARN, "systemd does not hear us: %s", strerror(errno));
    close(fd);
}

static void feed_watchdog(void *arg)
{
    notify("WATCHDOG=1");
}

// Half of the time that systemd allows, in ms; 0: no watchdog for this process.
static int64_t watchdog_ms(void)
{
    int64_t us = 0;
    int64_t pid = getpid();
    const char *for_pid = getenv("WATCHDOG_PID");
    if (!str_to_i64(str_of(getenv("WATCHDOG_USEC")), &us) || us < 2000)
        return 0;
    if (for_pid != NULL && (!str_to_i64(str_of(for_pid), &pid) || pid != getpid()))
        return 0;
    return us / 2000;
}

int run_loop(struct run *run)
{
    struct run_all *all = (struct run_all *)run;
    int64_t ms = watchdog_ms();
    if (ms > 0)
        loop_every(run->loop, ms, feed_watchdog, NULL);
    notify("READY=1");
    loop_run(run->loop);
    run->draining = true;
    notify("STOPPING=1");
    status_stop(all->status);
    all->status = NULL;
    log_line(LOG_INFO, "stopped");
    return 0;
}

void run_free(struct run *run)
{
    struct run_all *all = (struct run_all *)run;
    if (all == NULL)
        return;
    status_stop(all->status);
    loop_free(run->loop);
    config_free(run->config);
    close(all->lock);
    free(all);
}

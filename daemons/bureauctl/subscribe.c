// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND "bureauctl subscribe"
#define SLICE_MS 200 // the longest that a signal waits
#define BEAT_MS 2000 // between acknowledgements while a command works

static const char help[] =
    "usage: bureauctl subscribe --bureau CODE [options]\n"
    "Prints a bureau's deliveries, one JSON object a line, in the order of their seq. A line that was written and "
    "flushed is\n"
    "acknowledged and does not come again.\n"
    "  --bureau CODE whose queue, like 440300\n"
    "  --from SEQ    begins at this seq, also when it was acknowledged before; else behind what was acknowledged\n"
    "  --credit N    deliveries that may be on their way, 1 to 10000 (100)\n"
    "  --once        ends when the queue is empty\n"
    "  --exec CMD    instead of printing, runs `sh -c CMD` for each, the object on its standard input; acknowledges "
    "when it\n"
    "                exits with 0, ends without acknowledging otherwise\n"
    "  -c FILE       configuration file\n"
    "Exit status: 0 ended with --once or by a signal, 1 not written, command failed or refused, 2 wrong usage.\n";

struct subscribe {
    struct wf_subscription *subscription;
    const char *exec;
    int64_t stored; // the last seq that is
    struct buf line;
};

static bool print_line(const struct buf *line)
{
    if (fwrite(line->p, 1, line->n, stdout) == line->n && fflush(stdout) == 0)
        return true;
    fprintf(stderr, COMMAND ": cannot write the delivery: %s\n", strerror(errno));
    return false;
}

// Starts `sh -c exec` with its standard input at the end of a pipe; *in is ours. Returns its pid, -1 on failure.
static pid_t start(const char *exec, int *in)
{
    extern char **environ;
    char sh[] = "sh", c[] = "-c";
    char *command = strdup(exec);
    char *argv[] = {sh, c, command, NULL};
    int ends[2];
    pid_t pid = -1;
    sigset_t defaults;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    insist(command);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        free(command);
        return -1;
    }
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    if (posix_spawn(&pid, "/bin/sh", &actions, &attr, argv, environ) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    free(command);
    close(ends[0]);
    *in = ends[1];
    if (pid < 0)
        close(ends[1]);
    return pid;
}

// Writes what the command takes now. false: it takes no more, because all is written or because it closed its input,
// which is its own affair: the exit status counts.
static bool feed(int in, const struct buf *line, size_t *written)
{
    ssize_t n = write(in, line->p + *written, line->n - *written);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    *written += (size_t)n;
    return *written < line->n;
}

// Feeds the command and waits for its end, with a heartbeat to the dispatcher meanwhile.
static int attend(struct subscribe *s, pid_t pid, int in)
{
    int child = pidfd_open(pid, 0), status = 0;
    size_t written = 0;
    insist(child >= 0 && fcntl(in, F_SETFL, O_NONBLOCK) == 0);
    for (;;) {
        struct pollfd items[] = {{.fd = child, .events = POLLIN}, {.fd = in, .events = POLLOUT}};
        int ready = poll(items, 2, BEAT_MS);
        wf_ack(s->subscription, s->stored);
        if (ready > 0 && items[1].revents != 0 && !feed(in, &s->line, &written)) {
            close(in);
            in = -1;
        }
        if (ready > 0 && items[0].revents != 0)
            break;
    }
    insist(waitpid(pid, &status, 0) == pid);
    close(child);
    if (in >= 0)
        close(in);
    return status;
}

static bool run_command(struct subscribe *s, int64_t seq)
{
    int in, status;
    pid_t pid = start(s->exec, &in);
    if (pid < 0) {
        fprintf(stderr, COMMAND ": cannot start the command: %s\n", strerror(errno));
        return false;
    }
    status = attend(s, pid, in);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    fprintf(stderr, COMMAND ": the command failed on delivery %lld (%s %d); it is not acknowledged\n", (long long)seq,
            WIFEXITED(status) ? "exit status" : "signal", WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return false;
}

static int run(struct subscribe *s, bool once)
{
    while (!stopping() && !(once && wf_drained(s->subscription))) {
        struct msg_delivery delivery;
        struct err err;
        enum result r = wf_next(s->subscription, SLICE_MS, &delivery, &err);
        if (r == RETRY)
            continue;
        if (r != OK)
            return tool_fail(COMMAND, &err);
        int64_t seq = delivery.seq;
        s->line.n = 0;
        json_put_delivery(&s->line, &delivery);
        if (!(s->exec ? run_command(s, seq) : print_line(&s->line)))
            return 1;
        s->stored = seq;
        wf_ack(s->subscription, seq);
    }
    return 0;
}

int cmd_subscribe(int argc, char **argv)
{
    struct subscribe s = {0};
    int64_t from = 0, credit = 100;
    bool once = false;
    const char *file = NULL, *bureau = NULL;
    const struct tool_option known[] = {
        {"--bureau", TOOL_TEXT, 0, 0, &bureau},    {"--from", TOOL_INT, 1, INT64_MAX, &from},
        {"--credit", TOOL_INT, 1, 10000, &credit}, {"--once", TOOL_FLAG, 0, 0, &once},
        {"--exec", TOOL_TEXT, 0, 0, &s.exec},      {"-c", TOOL_TEXT, 0, 0, &file},
    };
    struct tool_arguments a = {
        .command = COMMAND, .help = help, .options = known, .options_n = sizeof(known) / sizeof(known[0])};
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (bureau == NULL)
        return tool_usage(COMMAND, "--bureau CODE is needed");
    int32_t unit = bureau_code(COMMAND, bureau);
    struct config *config = unit ? tool_config(COMMAND, file) : NULL;
    if (config == NULL)
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    stop_on_signals();
    if (wf_subscribe(config_text(config, "dispatcher/deliver"), unit, from - 1, (int)credit, &s.subscription, &err) !=
        OK)
        code = tool_fail(COMMAND, &err);
    else
        code = run(&s, once);
    wf_unsubscribe(s.subscription);
    buf_free(&s.line);
    config_free(config);
    bus_term();
    return code;
}

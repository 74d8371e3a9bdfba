// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"
#include "core/codes.h"
#include "run/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define COMMAND "bureauctl subscribe"
#define SLICE_MS 200                 // the longest that a signal waits
#define BEAT_MS 2000                 // between acknowledgements while a command works
#define PATIENCE_US (10 * WF_SECOND) // without an answer, until that is said
// What sh exits with when it cannot run the command.
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

static const char help[] =
    "usage: bureauctl subscribe --bureau CODE [options]\n"
    "Prints a bureau's deliveries, one JSON object a line, in the order of their seq. A line that was written and "
    "flushed is\n"
    "acknowledged and does not come again.\n"
    "  --bureau CODE      whose queue, like 440300, or a unit's below that has one\n"
    "  --portal CHANNEL   instead: what this channel's writers are to be told (web, wechat, phone, …)\n"
    "  --from SEQ         begins at this seq, also when it was acknowledged before; else behind what was acknowledged\n"
    "  --credit N         deliveries that may be on their way, 1 to 10000 (100)\n"
    "  --once             ends when the queue is empty\n"
    "  --exec CMD         instead of printing, runs `sh -c CMD` for each, the object on its standard input. Its exit "
    "status:\n"
    "                     0 acknowledges; 75 wants it again after a pause; 126, 127 and signals end without\n"
    "                     acknowledging; any other blocks the queue there until the centre decides, and ends\n"
    "  --consumer NAME    what the centre's ops team sees\n"
    "  --take-over        ends another consumer of the queue instead of standing by until it ends\n" TOOL_DIAL_HELP
    "Exit status: 0 ended with --once or by a signal, 1 not written, command failed or refused, 2 wrong usage.\n";

struct subscribe {
    struct wf_subscription *subscription;
    const char *exec, *endpoint;
    bool once;
    int64_t stored; // the last seq that is
    // The line in hand:
    int64_t seq;
    const char *line;
    size_t line_n;
    // What was said last on standard error.
    bool away, standby;
    int64_t blocked, silent_at;
};

static int print_line(struct subscribe *s)
{
    if (fwrite(s->line, 1, s->line_n, stdout) == s->line_n && fflush(stdout) == 0)
        return 0;
    fprintf(stderr, COMMAND ": cannot write the delivery: %s\n", strerror(errno));
    return 1;
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
static bool feed(int in, const struct subscribe *s, size_t *written)
{
    ssize_t n = write(in, s->line + *written, s->line_n - *written);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    *written += (size_t)n;
    return *written < s->line_n;
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
        wf_ack(s->subscription, s->stored, NULL);
        if (ready > 0 && items[1].revents != 0 && !feed(in, s, &written)) {
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

// The exit status of the command; -1: it could not be run, or was killed.
static int run_command(struct subscribe *s)
{
    int in, status;
    pid_t pid = start(s->exec, &in);
    if (pid < 0) {
        fprintf(stderr, COMMAND ": cannot start the command: %s\n", strerror(errno));
        return -1;
    }
    status = attend(s, pid, in);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code != 0)
        fprintf(stderr, COMMAND ": the command failed on delivery %lld (%s %d); it is not acknowledged\n",
                (long long)s->seq, code >= 0 ? "exit status" : "signal", code >= 0 ? code : WTERMSIG(status));
    return code == NOT_EXECUTABLE || code == NOT_FOUND ? -1 : code;
}

// Hands the line over. true: go on. *code: the exit status, if not.
static bool take(struct subscribe *s, int *code)
{
    char reason[64];
    int got = s->exec ? run_command(s) : print_line(s);
    *code = 1;
    if (got == 0) {
        s->stored = s->seq;
        return wf_ack(s->subscription, s->seq, NULL) == WF_OK;
    }
    if (!s->exec || got < 0)
        return false;
    snprintf(reason, sizeof(reason), "exit status %d", got);
    return wf_reject(s->subscription, s->seq, reason, got == EX_TEMPFAIL, NULL) == WF_OK && got == EX_TEMPFAIL;
}

// Says what holds the queue up, once each time.
static void tell_state(struct subscribe *s)
{
    bool connected = wf_connected(s->subscription), standby = wf_standby(s->subscription);
    int64_t blocked = wf_blocked(s->subscription), now = clock_mono();
    if (connected)
        s->silent_at = now;
    bool away = now - s->silent_at > PATIENCE_US;
    if (away && !s->away)
        fprintf(stderr, COMMAND ": no answer from %s yet; are address, server key and own key right?\n", s->endpoint);
    if (connected && standby && !s->standby)
        fprintf(stderr, COMMAND ": another consumer of this queue is active; standing by\n");
    if (connected && !standby && s->standby)
        fprintf(stderr, COMMAND ": active now\n");
    if (blocked > 0 && blocked != s->blocked)
        fprintf(stderr, COMMAND ": the queue is blocked at seq %lld until the centre decides (letterctl queue)\n",
                (long long)blocked);
    s->away = away;
    s->standby = connected ? standby : s->standby;
    s->blocked = blocked;
}

static int run(struct subscribe *s)
{
    int code;
    s->silent_at = clock_mono();
    while (!stopping() && !(s->once && wf_drained(s->subscription))) {
        struct wf_line line;
        struct wf_error error;
        enum wf_result r = wf_next(s->subscription, SLICE_MS, &line, &error);
        tell_state(s);
        if (r == WF_REFUSED)
            return tell(COMMAND, &error);
        if (s->once && s->blocked > 0)
            return 1;
        if (r == WF_WAIT)
            continue;
        s->seq = line.seq;
        s->line = wf_json(s->subscription, &s->line_n);
        if (!take(s, &code))
            return code;
    }
    return 0;
}

// The queue's number; 0, and what is wrong was said.
static int32_t queue_of(const char *bureau, const char *portal)
{
    if ((bureau == NULL) == (portal == NULL)) {
        (void)tool_usage(COMMAND, "--bureau CODE is needed");
        return 0;
    }
    if (bureau)
        return bureau_code(COMMAND, bureau);
    int channel = code_find(channels, str_of(portal));
    if (channel <= 0)
        (void)tool_usage(COMMAND, "no such channel: %s", portal);
    return channel > 0 ? channel : 0;
}

int cmd_subscribe(int argc, char **argv)
{
    struct subscribe s = {0};
    struct tool_dial d = {0};
    struct dial to;
    bool take_over = false;
    int64_t from = 0, credit = 100;
    const char *bureau = NULL, *portal = NULL, *consumer = NULL;
    const struct tool_option known[] = {
        {"--bureau", TOOL_TEXT, 0, 0, &bureau},
        {"--portal", TOOL_TEXT, 0, 0, &portal},
        {"--from", TOOL_INT, 1, INT64_MAX, &from},
        {"--credit", TOOL_INT, 1, WF_CREDIT_MAX, &credit},
        {"--once", TOOL_FLAG, 0, 0, &s.once},
        {"--exec", TOOL_TEXT, 0, 0, &s.exec},
        {"--consumer", TOOL_TEXT, 0, 0, &consumer},
        {"--take-over", TOOL_FLAG, 0, 0, &take_over},
        TOOL_DIAL_OPTIONS(d),
    };
    struct tool_arguments a = {
        .command = COMMAND, .help = help, .options = known, .options_n = sizeof(known) / sizeof(known[0])};
    struct wf_error error;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    int32_t queue = queue_of(bureau, portal);
    if (queue == 0 || !tool_dial(COMMAND, &d, "bureau/deliver", &to))
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    stop_on_signals();
    struct wf_options how = options_of(&to);
    how.consumer = consumer;
    how.take_over = take_over;
    s.endpoint = to.endpoint;
    if (wf_subscribe(&how, queue, from - 1, (int)credit, &s.subscription, &error) != WF_OK)
        code = tell(COMMAND, &error);
    else
        code = run(&s);
    wf_unsubscribe(s.subscription);
    tool_dial_done(&d);
    return code;
}

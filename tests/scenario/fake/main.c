// SPDX-License-Identifier: Apache-2.0
// main() of every program here. Alone it is the program. With a socket in SCENARIO_NURSERY it forks the program for
// each order that comes in by it: a fork costs a tenth of linking some fifty libraries anew, and a scenario has many
// starts.
#include "core/err.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORDER_MAX 65536
#define ARGUMENTS 64

int program_main(int argc, char **argv);

// An order: NAME=VALUE for the environment, an empty text, the arguments; each ends with a NUL. With it come the three
// standard descriptors.
struct order {
    char bytes[ORDER_MAX];
    size_t n;
    int fds[3];
};

static bool read_order(int control, struct order *order)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof order->fds)];
    } space;
    struct iovec iov = {order->bytes, sizeof order->bytes};
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space.bytes, .msg_controllen = sizeof space.bytes};
    ssize_t got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    if (got <= 0)
        return false;
    const struct cmsghdr *with = CMSG_FIRSTHDR(&message);
    insist(with != NULL && with->cmsg_type == SCM_RIGHTS && with->cmsg_len == CMSG_LEN(sizeof order->fds));
    insist((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && order->bytes[got - 1] == '\0');
    memcpy(order->fds, CMSG_DATA(with), sizeof order->fds);
    order->n = (size_t)got;
    return true;
}

static _Noreturn void be_program(struct order *order)
{
    char *argv[ARGUMENTS + 1] = {NULL};
    int argc = 0;
    bool environment = true;
    for (int i = 0; i < 3; i++)
        insist(dup2(order->fds[i], i) == i);
    for (char *p = order->bytes; p < order->bytes + order->n; p += strlen(p) + 1) {
        if (environment && *p == '\0') {
            environment = false;
        } else if (environment) {
            insist(putenv(p) == 0);
        } else {
            insist(argc < ARGUMENTS);
            argv[argc++] = p;
        }
    }
    unsetenv("SCENARIO_NURSERY");
    exit(program_main(argc, argv));
}

static void say(int control, char what, pid_t pid, int status)
{
    char words[64];
    int n = snprintf(words, sizeof words, "%c %ld %d", what, (long)pid, status);
    insist(send(control, words, (size_t)n, MSG_NOSIGNAL) == n || errno == EPIPE);
}

static void nurse(int control)
{
    static struct order order; // the child lives in it
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    insist(sigprocmask(SIG_BLOCK, &ends, NULL) == 0);
    struct pollfd polls[2] = {{.fd = control, .events = POLLIN},
                              {.fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN}};
    while (poll(polls, 2, -1) >= 0 || errno == EINTR) {
        struct signalfd_siginfo ignored;
        while (read(polls[1].fd, &ignored, sizeof ignored) > 0) {
        }
        int status;
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
            say(control, 'E', pid, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
        if (polls[0].revents == 0)
            continue;
        if (!read_order(control, &order))
            return;
        pid_t pid = fork();
        insist(pid >= 0);
        if (pid == 0) {
            insist(sigprocmask(SIG_UNBLOCK, &ends, NULL) == 0);
            close(control);
            close(polls[1].fd);
            be_program(&order);
        }
        for (int i = 0; i < 3; i++)
            close(order.fds[i]);
        say(control, 'P', pid, 0);
    }
}

int main(int argc, char **argv)
{
    const char *control = getenv("SCENARIO_NURSERY");
    if (control == NULL)
        return program_main(argc, argv);
    nurse(atoi(control));
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// status: the thread, its clients, and their time limits. What is answered: status_answer.c.
#include "run/status_impl.h"

#include "run/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 16
#define CLIENT_TIME (2 * WF_SECOND) // for its line and for taking the answer

enum { POLL_WAKE, POLL_LISTEN, POLL_FIRST };

struct client {
    int fd;           // -1: free
    int64_t deadline; // clock_mono
    char line[LINE_MAX_BYTES + 1];
    size_t line_n;
    char *answer; // NULL: the line is not complete
    size_t answer_n, sent;
};

struct server {
    struct status *status;
    struct client clients[CLIENTS];
};

static void drop(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    free(c->answer);
    *c = (struct client){.fd = -1};
}

// A free place, or the one whose time is up first: so silent clients never keep another one out.
static void take_client(struct server *s)
{
    int fd = accept4(s->status->listener.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return; // gone again, or out of descriptors: the next turn tries again
    struct client *place = &s->clients[0];
    for (int i = 0; i < CLIENTS && place->fd >= 0; i++) {
        if (s->clients[i].fd < 0 || s->clients[i].deadline < place->deadline)
            place = &s->clients[i];
    }
    drop(place);
    place->fd = fd;
    place->deadline = clock_mono() + CLIENT_TIME;
}

static void make_answer(struct status *status, struct client *c, struct str line)
{
    FILE *out = open_memstream(&c->answer, &c->answer_n);
    insist(out != NULL);
    status_answer(status, line, out);
    insist(fclose(out) == 0);
}

static void read_line(struct status *status, struct client *c)
{
    ssize_t got = recv(c->fd, c->line + c->line_n, sizeof c->line - c->line_n, 0);
    if (got < 0) {
        if (errno != EAGAIN && errno != EINTR)
            drop(c);
        return;
    }
    c->line_n += (size_t)got;
    struct str rest = {c->line, c->line_n};
    struct str line = str_split(&rest, '\n');
    bool complete = rest.p != NULL || got == 0; // a client may close its side in place of a line's end
    if (complete && line.n == 0 && got == 0)
        drop(c);
    else if (complete || c->line_n > LINE_MAX_BYTES)
        make_answer(status, c, line);
}

static void write_answer(struct client *c)
{
    ssize_t sent = send(c->fd, c->answer + c->sent, c->answer_n - c->sent, MSG_NOSIGNAL);
    if (sent >= 0)
        c->sent += (size_t)sent;
    if ((sent < 0 && errno != EAGAIN && errno != EINTR) || c->sent == c->answer_n)
        drop(c);
}

// One turn; false when the thread is told to end.
static bool turn(struct server *s)
{
    struct pollfd polls[POLL_FIRST + CLIENTS] = {{.fd = s->status->wake, .events = POLLIN},
                                                 {.fd = s->status->listener.fd, .events = POLLIN}};
    int64_t now = clock_mono();
    int64_t next = INT64_MAX;
    for (int i = 0; i < CLIENTS; i++) {
        struct client *c = &s->clients[i];
        if (c->fd >= 0 && c->deadline <= now)
            drop(c);
        polls[POLL_FIRST + i] = (struct pollfd){.fd = c->fd, .events = c->answer != NULL ? POLLOUT : POLLIN};
        if (c->fd >= 0 && c->deadline < next)
            next = c->deadline;
    }
    int ms = next == INT64_MAX ? -1 : (int)((next - now + 999) / 1000);
    if (poll(polls, POLL_FIRST + CLIENTS, ms) < 0) {
        insist(errno == EINTR);
        return true;
    }
    for (int i = 0; i < CLIENTS; i++) {
        struct client *c = &s->clients[i];
        if (polls[POLL_FIRST + i].revents == 0)
            continue;
        if (c->answer == NULL)
            read_line(s->status, c);
        if (c->answer != NULL)
            write_answer(c);
    }
    if (polls[POLL_LISTEN].revents != 0)
        take_client(s);
    return polls[POLL_WAKE].revents == 0;
}

static void *status_thread(void *arg)
{
    struct server s = {.status = arg};
    for (int i = 0; i < CLIENTS; i++)
        s.clients[i].fd = -1;
    while (turn(&s)) {
    }
    for (int i = 0; i < CLIENTS; i++)
        drop(&s.clients[i]);
    return NULL;
}

enum result status_start(struct run *run, struct status **out, struct err *err)
{
    char path[512];
    struct text t = TEXT(path);
    text_put(&t, config_text(run->config, "run/dir"));
    text_put(&t, "/");
    text_put(&t, run->program);
    text_put(&t, ".status");
    struct ipc listener;
    enum result result = ipc_listen(path, &listener, err);
    if (result != OK)
        return result;
    struct status *status = calloc(1, sizeof *status);
    insist(status != NULL);
    *status = (struct status){.run = run,
                              .listener = listener,
                              .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                              .since = clock_now(),
                              .since_mono = clock_mono(),
                              .lock = PTHREAD_MUTEX_INITIALIZER};
    status_words(status, false, "starting");
    insist(status->wake >= 0);
    insist(pthread_create(&status->thread, NULL, status_thread, status) == 0);
    *out = status;
    return OK;
}

void status_stop(struct status *status)
{
    if (status == NULL)
        return;
    uint64_t one = 1;
    insist(write(status->wake, &one, sizeof one) == sizeof one);
    insist(pthread_join(status->thread, NULL) == 0);
    ipc_close(&status->listener);
    close(status->wake);
    free(status);
}

void status_words(struct status *status, bool ready, const char *words)
{
    pthread_mutex_lock(&status->lock);
    struct text t = TEXT(status->words);
    text_put(&t, words);
    status->ready = ready;
    pthread_mutex_unlock(&status->lock);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A bureau's system in one file: takes its queue in, each line once, and signs for each letter.
 *
 *     bureau DELIVER FEEDBACK CODE STORE [SERVER_KEY KEY_FILE]
 *     cc -std=c11 bureau.c -o bureau $(pkg-config --cflags --libs libworkflow)
 *
 * DELIVER and FEEDBACK are ipc:///PATH or tcp://HOST:PORT; tcp needs the two keys. STORE is a file of lines "SEQ JSON".
 * The sequence stands in the same line as what it brought, so both are there or neither: with a database, change one
 * row that holds the sequence in the transaction that stores the delivery. SIGTERM ends it in order. */
#define _POSIX_C_SOURCE 200809L
#include <wf.h>

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct bureau {
    int32_t code;
    FILE *store;
    int64_t seq;        /* stored last */
    long end;           /* of what is stored, in bytes */
    int64_t signed_for; /* reported up to here, */
    long signed_end;    /* and so many bytes */
    struct wf_subscription *subscription;
    struct wf_pipe *pipe;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int complain(const char *what, const struct wf_error *e)
{
    fprintf(stderr, "bureau: %s: %s %s (%s)\n", what, e->field, e->message, e->code);
    return 1;
}

/* The last whole line says where we are. What stands behind it was cut short by a crash and is written again. */
static int store_open(struct bureau *b, const char *path)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || (b->store = fdopen(fd, "r+")) == NULL) {
        perror(path);
        return -1;
    }
    while ((n = getline(&line, &cap, b->store)) > 0 && line[n - 1] == '\n') {
        b->seq = strtoll(line, NULL, 10);
        b->end += n;
    }
    free(line);
    return 0;
}

static int64_t stored(void *arg)
{
    return ((struct bureau *)arg)->seq;
}

static int begin(void *arg)
{
    struct bureau *b = arg;
    return fseek(b->store, b->end, SEEK_SET) != 0 || ftruncate(fileno(b->store), b->end) != 0;
}

static enum wf_applied apply(void *arg, const struct wf_line *line, char reason[WF_REASON])
{
    struct bureau *b = arg;
    if (fprintf(b->store, "%" PRId64 " %s", line->seq, wf_json(b->subscription, NULL)) > 0)
        return WF_APPLIED;
    snprintf(reason, WF_REASON, "the store takes no more");
    return WF_LATER;
}

static int commit(void *arg, int64_t after, int64_t seq)
{
    struct bureau *b = arg;
    long end;
    if (b->seq != after || fflush(b->store) != 0 || fdatasync(fileno(b->store)) != 0 || (end = ftell(b->store)) < 0)
        return -1;
    b->end = end;
    b->seq = seq;
    return 0;
}

static void rollback(void *arg)
{
    (void)arg; /* begin cuts off what was not committed */
}

/* Takes answers: all that have come, or, when the window is full, the next. */
static void take_answers(struct bureau *b, int64_t ms)
{
    const struct wf_answer *a;
    while (wf_answer(b->pipe, ms, &a) == WF_OK) {
        if (a->result == WF_OK)
            printf("%s is %s\n", a->number, a->state);
        else
            fprintf(stderr, "bureau: delivery %" PRIu64 ": %s (%s)\n", a->tag, a->error.message, a->error.code);
        ms = 0;
    }
    fflush(stdout);
}

/* The value of a text member of one stored line, which wf_json wrote. */
static const char *member(const char *line, const char *name, char *out, size_t cap)
{
    const char *at = strstr(line, name);
    size_t n = at ? strcspn(at + strlen(name), "\"") : 0;
    snprintf(out, cap, "%.*s", (int)n, at ? at + strlen(name) : "");
    return out;
}

/* Signs for the letters among the lines behind signed_for. What is signed for already is only answered again: an
 * event_id counts once, so after a crash nothing needs to be known. */
static void sign(struct bureau *b)
{
    char *line = NULL, number[40], notice[20], id[64];
    size_t cap = 0;
    fseek(b->store, b->signed_end, SEEK_SET);
    while (b->signed_for < b->seq && getline(&line, &cap, b->store) > 0) {
        int64_t seq = strtoll(line, NULL, 10);
        const char *leg = strstr(line, "\"leg\":");
        member(line, "\"notice\":\"", notice, sizeof notice);
        if (strcmp(notice, "letter") == 0 && leg) {
            struct wf_event e = {.event_id = id, .bureau = b->code, .number = number, .event = "signed"};
            struct wf_error error;
            enum wf_result r;
            e.leg = strtoll(leg + 6, NULL, 10);
            e.officer = "000001";
            member(line, "\"number\":\"", number, sizeof number);
            snprintf(id, sizeof id, "%s/%" PRId64 "/signed", number, e.leg);
            while ((r = wf_report(b->pipe, &e, (uint64_t)seq, &error)) == WF_WAIT && !stop)
                take_answers(b, 1000);
            if (r == WF_REFUSED)
                complain(number, &error);
        }
        b->signed_for = seq;
        b->signed_end = ftell(b->store);
    }
    free(line);
}

static int run(struct bureau *b)
{
    const struct wf_store store = {b, stored, begin, apply, commit, rollback, 100};
    struct wf_error error;
    while (!stop) {
        enum wf_result r = wf_apply(b->subscription, 200, &store, &error);
        if (r > WF_WAIT)
            return complain("subscription", &error);
        sign(b);
        take_answers(b, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct bureau b = {0};
    struct wf_options o = {0};
    struct wf_error error;
    struct sigaction action = {.sa_handler = on_signal};
    int status = 1;
    if (argc != 5 && argc != 7) {
        fprintf(stderr, "usage: bureau DELIVER FEEDBACK CODE STORE [SERVER_KEY KEY_FILE]\n");
        return 2;
    }
    b.code = (int32_t)strtol(argv[3], NULL, 10);
    o.server_key = argc == 7 ? argv[5] : NULL;
    o.key_file = argc == 7 ? argv[6] : NULL;
    o.consumer = "bureau.c";
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    if (store_open(&b, argv[4]) != 0)
        return 1;
    o.endpoint = argv[1];
    if (wf_subscribe(&o, b.code, b.seq, 100, &b.subscription, &error) != WF_OK) {
        complain("cannot subscribe", &error);
    } else {
        o.endpoint = argv[2];
        if (wf_pipe_open(&o, &b.pipe, &error) != WF_OK)
            complain("cannot connect", &error);
        else
            status = run(&b);
    }
    wf_pipe_close(b.pipe);
    wf_unsubscribe(b.subscription);
    fclose(b.store);
    return status;
}

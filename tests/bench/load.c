// SPDX-License-Identifier: Apache-2.0
// load: submits made-up letters to intake, as fast as it takes them or at a steady rate, and measures how long each
// waits for its receipt; then waits until feedbackd has applied the three events of its bureau that close each. Prints
// one JSON object. It waits in this process, because a shell that asks takes a seventh of the CPU that is measured.
#include "client/pipe.h"
#include "letters.h"
#include "run/clock.h"
#include "run/options.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTS 3 // of the bureau, a letter
#define ASK_MS 10
#define PATIENCE (600 * WF_SECOND)

struct load {
    struct pipe *pipe;
    const char *run;
    int64_t letters, rate; // rate 0: as fast as it goes
    size_t window;
    int64_t *sent_at, *took; // by letter, microseconds
    int64_t answered, refused, duplicates;
};

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool take_answer(struct load *l, int64_t ms)
{
    uint64_t tag;
    struct frame frame;
    struct msg_receipt receipt;
    struct err err;
    if (!pipe_wait(l->pipe, ms, &tag, &frame))
        return false;
    l->took[l->answered++] = clock_mono() - l->sent_at[tag];
    if (frame.id != MSG_RECEIPT || wire_get_receipt(&frame, &receipt, &err) != OK)
        l->refused++;
    else
        l->duplicates += receipt.duplicate;
    return true;
}

static void submit_all(struct load *l)
{
    struct buf frame = {0};
    static struct made_letter letter;
    int64_t start = clock_mono();
    for (int64_t i = 0; i < l->letters; i++) {
        letter_make(l->run, i, &letter);
        frame.n = 0;
        wire_put_letter_submit(&frame, (uint64_t)i, &letter.m);
        int64_t due = l->rate > 0 ? start + i * WF_SECOND / l->rate : 0;
        while (due > clock_mono())
            take_answer(l, (due - clock_mono()) / 1000);
        // From the moment it was due, so that a sender held up by a full window does not hide the wait.
        l->sent_at[i] = l->rate > 0 ? due : clock_mono();
        while (!pipe_send(l->pipe, letter.m.client_ref, STR_NONE, &frame, (uint64_t)i))
            take_answer(l, 1000);
        while (pipe_open_n(l->pipe) >= l->window / 2 && take_answer(l, 0))
            continue;
    }
    while (l->answered < l->letters)
        take_answer(l, 1000);
    buf_free(&frame);
}

// How many events feedbackd has applied since it began, asked of its status socket.
static int64_t applied(const struct config *config)
{
    static char answer[65536];
    static const char request[] = "metrics\n", name[] = "\npinganting_events_applied_total{";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int room = (int)sizeof address.sun_path;
    insist(fd >= 0 &&
           snprintf(address.sun_path, (size_t)room, "%s/feedbackd.status", config_text(config, "run/dir")) < room);
    ssize_t got = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                          send(fd, request, sizeof request - 1, MSG_NOSIGNAL) > 0
                      ? 1
                      : -1;
    size_t n = 0;
    while (got > 0 && n < sizeof answer - 1) {
        got = read(fd, answer + n, sizeof answer - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    answer[n] = '\0';
    const char *at = got == 0 ? strstr(answer, name) : NULL; // then a label, and the number
    at = at ? strchr(at, ' ') : NULL;
    if (!at) {
        fprintf(stderr, "load: %s does not tell what was applied\n", address.sun_path);
        exit(1);
    }
    return atoll(at);
}

static void wait_closed(const struct config *config, int64_t before, int64_t letters)
{
    int64_t start = clock_mono(), done;
    while ((done = applied(config) - before) < EVENTS * letters) {
        if (clock_mono() - start > PATIENCE) {
            fprintf(stderr, "load: %lld of %lld letters are closed\n", (long long)(done / EVENTS), (long long)letters);
            exit(1);
        }
        poll(NULL, 0, ASK_MS);
    }
}

int main(int argc, char **argv)
{
    bool submit_only = argc == 6 && strcmp(argv[5], "submit") == 0;
    if (argc != 5 && !submit_only) {
        fprintf(stderr, "usage: load CONFIG RUN LETTERS RATE [submit]   (RATE 0: as fast as it goes; submit: does not "
                        "wait until they are closed)\n");
        return 2;
    }
    struct config *config;
    struct err err;
    struct load l = {.run = argv[2], .letters = atoll(argv[3]), .rate = atoll(argv[4]), .window = 2000};
    if (config_load(argv[1], &config, &err) != OK ||
        pipe_open(&(struct dial){.endpoint = config_text(config, "intake/submit")}, l.window, 5000, &l.pipe, &err) !=
            OK) {
        fprintf(stderr, "load: %s\n", err.text);
        return 1;
    }
    l.sent_at = calloc((size_t)l.letters, sizeof *l.sent_at);
    l.took = calloc((size_t)l.letters, sizeof *l.took);
    insist(l.sent_at && l.took && l.letters > 0);
    int64_t before = submit_only ? 0 : applied(config), start = clock_mono();
    submit_all(&l);
    double seconds = (double)(clock_mono() - start) / (double)WF_SECOND;
    if (!submit_only)
        wait_closed(config, before, l.letters);
    double whole = (double)(clock_mono() - start) / (double)WF_SECOND;
    qsort(l.took, (size_t)l.letters, sizeof *l.took, compare);
    printf("{\"letters\": %lld, \"refused\": %lld, \"duplicates\": %lld, \"seconds\": %.3f, \"whole\": %.3f, "
           "\"ack_p50_ms\": %.2f, \"ack_p99_ms\": %.2f}\n",
           (long long)l.letters, (long long)l.refused, (long long)l.duplicates, seconds, whole,
           (double)l.took[l.letters / 2] / 1000, (double)l.took[l.letters * 99 / 100] / 1000);
    pipe_close(l.pipe);
    config_free(config);
    free(l.sent_at);
    free(l.took);
    return l.refused > 0;
}

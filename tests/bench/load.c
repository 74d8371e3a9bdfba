// SPDX-License-Identifier: Apache-2.0
// load: submits made-up letters to intake, as fast as it takes them or at a steady rate, and measures how long each
// waits for its receipt. Prints one JSON object.
#include "client/pipe.h"
#include "letters.h"
#include "run/clock.h"
#include "run/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: load CONFIG RUN LETTERS RATE   (RATE 0: as fast as it goes)\n");
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
    int64_t start = clock_mono();
    submit_all(&l);
    double seconds = (double)(clock_mono() - start) / (double)WF_SECOND;
    qsort(l.took, (size_t)l.letters, sizeof *l.took, compare);
    printf("{\"letters\": %lld, \"refused\": %lld, \"duplicates\": %lld, \"seconds\": %.3f, \"ack_p50_ms\": %.2f, "
           "\"ack_p99_ms\": %.2f}\n",
           (long long)l.letters, (long long)l.refused, (long long)l.duplicates, seconds,
           (double)l.took[l.letters / 2] / 1000, (double)l.took[l.letters * 99 / 100] / 1000);
    pipe_close(l.pipe);
    config_free(config);
    free(l.sent_at);
    free(l.took);
    return l.refused > 0;
}

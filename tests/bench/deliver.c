// SPDX-License-Identifier: Apache-2.0
// deliver: bureaus that take in what they are sent and do nothing with it, on the public library alone. Prints one JSON
// object: how many lines, how many a second from the first to the last, and how long they took from the queue and from
// the receipt to here. Ends when every queue is empty (--drain), or at SIGTERM.
#include "client/wf.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUES_MAX 32
#define CREDIT 2000
#define SAMPLES_MAX 4000000
#define POLL_MS 100

struct deliver {
    struct wf_subscription *of[QUEUES_MAX];
    int n;
    int64_t lines, first_at, last_at;
    int32_t *queued, *received; // waits in units of 10 microseconds
};

static volatile sig_atomic_t stop;

static void on_stop(int signal)
{
    (void)signal;
    stop = 1;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *words, const struct wf_error *error)
{
    fprintf(stderr, "deliver: %s: %s (%s)\n", words, error->message, error->code);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void subscribe(struct deliver *d, const struct wf_options *common, const char *keys, const char *queue,
                      int64_t from)
{
    char key[512];
    struct wf_error error;
    struct wf_options options = *common;
    snprintf(key, sizeof key, "%s/%s.key", keys, queue);
    options.key_file = key;
    if (d->n == QUEUES_MAX || wf_subscribe(&options, atoi(queue), from, CREDIT, &d->of[d->n++], &error) != WF_OK)
        die(queue, &error);
}

// All that has come for one queue. false: its dispatcher refused it.
static void take(struct deliver *d, struct wf_subscription *s)
{
    struct wf_line line;
    struct wf_error error;
    enum wf_result result;
    while ((result = wf_next(s, 0, &line, &error)) == WF_OK) {
        int64_t at = now();
        if (d->lines == 0)
            d->first_at = at;
        if (d->lines < SAMPLES_MAX && line.delivery && line.delivery->sent_at > 0) {
            d->queued[d->lines] = (int32_t)((at - line.delivery->sent_at) / 10);
            d->received[d->lines] = (int32_t)((at - line.delivery->received_at) / 10);
        }
        d->lines++;
        d->last_at = at;
        wf_ack(s, line.seq, NULL);
    }
    if (result != WF_WAIT)
        die("a queue", &error);
}

static bool drained(const struct deliver *d)
{
    for (int i = 0; i < d->n; i++)
        if (!wf_drained(d->of[i]))
            return false;
    return true;
}

static double percentile(int32_t *waits, int64_t n, int64_t percent)
{
    if (n == 0)
        return 0;
    qsort(waits, (size_t)n, sizeof *waits, compare);
    return (double)waits[n * percent / 100] / 100;
}

static void print(struct deliver *d)
{
    int64_t n = d->lines < SAMPLES_MAX ? d->lines : SAMPLES_MAX;
    double seconds = (double)(d->last_at - d->first_at) / 1e6;
    printf(
        "{\"lines\": %lld, \"seconds\": %.3f, \"lines_per_s\": %.0f, \"queue_p50_ms\": %.2f, \"queue_p99_ms\": %.2f, "
        "\"receipt_p50_ms\": %.2f, \"receipt_p99_ms\": %.2f}\n",
        (long long)d->lines, seconds, seconds > 0 ? (double)d->lines / seconds : 0, percentile(d->queued, n, 50),
        percentile(d->queued, n, 99), percentile(d->received, n, 50), percentile(d->received, n, 99));
}

int main(int argc, char **argv)
{
    static struct deliver d;
    if (argc < 7) {
        fputs("usage: deliver ENDPOINT SERVER_KEY KEYS drain|stay FROM QUEUE...   (FROM -1: behind what is "
              "acknowledged; KEYS: the folder of QUEUE.key)\n",
              stderr);
        return 2;
    }
    const struct wf_options common = {.endpoint = argv[1], .server_key = argv[2]};
    bool drain = strcmp(argv[4], "drain") == 0;
    d.queued = calloc(SAMPLES_MAX, sizeof *d.queued);
    d.received = calloc(SAMPLES_MAX, sizeof *d.received);
    if (!d.queued || !d.received)
        return 1;
    struct sigaction action = {.sa_handler = on_stop};
    sigaction(SIGTERM, &action, NULL);
    for (int i = 6; i < argc; i++)
        subscribe(&d, &common, argv[3], argv[i], atoll(argv[5]));
    while (!stop && !(drain && drained(&d))) {
        struct pollfd fds[QUEUES_MAX];
        for (int i = 0; i < d.n; i++)
            take(&d, d.of[i]);
        for (int i = 0; i < d.n; i++)
            fds[i] = (struct pollfd){.fd = wf_fd(d.of[i]), .events = POLLIN};
        poll(fds, (nfds_t)d.n, POLL_MS);
    }
    for (int i = 0; i < d.n; i++)
        wf_unsubscribe(d.of[i]);
    print(&d);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "run/loop.h"

#include "run/clock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#define WATCHES 8 // sockets
#define TIMERS 9  // 8 of the daemon and the watchdog's

enum { ITEM_SIGNAL, ITEM_STOP, ITEM_FIRST }; // what stands at the head of items[]

struct watch {
    void (*fn)(void *arg);
    void *arg;
};

struct timer {
    struct watch watch;
    int64_t every; // microseconds
    int64_t due;   // clock_mono
    bool soon;
};

struct loop {
    zmq_pollitem_t items[ITEM_FIRST + WATCHES];
    struct watch watches[WATCHES];
    int watches_n;
    struct timer timers[TIMERS];
    int timers_n;
    atomic_bool stopping;
};

struct loop *loop_new(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    insist(pthread_sigmask(SIG_BLOCK, &stop, NULL) == 0);
    struct loop *loop = calloc(1, sizeof *loop);
    insist(loop != NULL);
    int signals = signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
    int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    insist(signals >= 0 && wake >= 0);
    loop->items[ITEM_SIGNAL] = (zmq_pollitem_t){.fd = signals, .events = ZMQ_POLLIN};
    loop->items[ITEM_STOP] = (zmq_pollitem_t){.fd = wake, .events = ZMQ_POLLIN};
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    close(loop->items[ITEM_SIGNAL].fd);
    close(loop->items[ITEM_STOP].fd);
    free(loop);
}

void loop_socket(struct loop *loop, struct bus *bus, void (*fn)(void *arg), void *arg)
{
    insist(loop->watches_n < WATCHES);
    loop->items[ITEM_FIRST + loop->watches_n] = (zmq_pollitem_t){.socket = bus_handle(bus), .events = ZMQ_POLLIN};
    loop->watches[loop->watches_n++] = (struct watch){fn, arg};
}

int loop_every(struct loop *loop, int64_t ms, void (*fn)(void *arg), void *arg)
{
    insist(ms > 0 && loop->timers_n < TIMERS);
    struct timer *t = &loop->timers[loop->timers_n];
    *t = (struct timer){.watch = {fn, arg}, .every = ms * 1000, .due = clock_mono() + ms * 1000};
    return loop->timers_n++;
}

void loop_soon(struct loop *loop, int timer)
{
    insist(timer >= 0 && timer < loop->timers_n);
    loop->timers[timer].soon = true;
}

void loop_stop(struct loop *loop)
{
    atomic_store(&loop->stopping, true);
    // Only wakes the poll. The counter cannot overflow, and when it could the loop would be awake already.
    uint64_t one = 1;
    ssize_t written = write(loop->items[ITEM_STOP].fd, &one, sizeof one);
    (void)written;
}

bool loop_stopping(const struct loop *loop)
{
    return atomic_load(&loop->stopping);
}

bool loop_signalled(void)
{
    sigset_t waiting;
    return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

// How long poll may wait, in milliseconds, rounded up so that it does not spin before a timer; -1: no timer.
static long poll_ms(const struct loop *loop)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < loop->timers_n; i++) {
        if (loop->timers[i].soon)
            return 0;
        if (loop->timers[i].due < next)
            next = loop->timers[i].due;
    }
    if (next == INT64_MAX)
        return -1;
    int64_t ms = (next - clock_mono() + 999) / 1000;
    return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (long)ms;
}

static void run_timers(struct loop *loop)
{
    int64_t now = clock_mono();
    for (int i = 0; i < loop->timers_n && !loop_stopping(loop); i++) {
        struct timer *t = &loop->timers[i];
        if (!t->soon && t->due > now)
            continue;
        t->soon = false;
        t->watch.fn(t->watch.arg);
        t->due = clock_mono() + t->every; // from now: a stall is not made up for by a burst of calls
    }
}

void loop_run(struct loop *loop)
{
    while (!loop_stopping(loop)) {
        if (zmq_poll(loop->items, ITEM_FIRST + loop->watches_n, poll_ms(loop)) < 0) {
            insist(errno == EINTR);
            continue; // nothing of revents counts
        }
        if (loop->items[ITEM_SIGNAL].revents != 0) {
            struct signalfd_siginfo got;
            while (read(loop->items[ITEM_SIGNAL].fd, &got, sizeof got) > 0)
                loop_stop(loop);
        }
        for (int i = 0; i < loop->watches_n && !loop_stopping(loop); i++) {
            if (loop->items[ITEM_FIRST + i].revents != 0)
                loop->watches[i].fn(loop->watches[i].arg);
        }
        run_timers(loop);
    }
}

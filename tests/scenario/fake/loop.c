// SPDX-License-Identifier: Apache-2.0
// The scenario's loop: what run/loop.h promises, but a turn is taken only when the runner orders it, and then the
// runner waits for its end. So one process runs at a time.
#include "run/loop.h"

#include "hub.h"
#include "run/clock.h"

#include <stdlib.h>

#define WATCHES 8 // as run/loop.c
#define TIMERS 9

struct watch {
    struct bus *bus;
    void (*fn)(void *arg);
    void *arg;
};

struct timer {
    void (*fn)(void *arg);
    void *arg;
    int64_t every; // microseconds
    int64_t due;   // clock_mono
    bool soon;
};

struct loop {
    struct watch watches[WATCHES];
    int watches_n;
    struct timer timers[TIMERS];
    int timers_n;
    bool stopping;
};

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    insist(loop != NULL);
    return loop;
}

void loop_free(struct loop *loop)
{
    free(loop);
}

void loop_socket(struct loop *loop, struct bus *bus, void (*fn)(void *arg), void *arg)
{
    insist(loop->watches_n < WATCHES);
    loop->watches[loop->watches_n++] = (struct watch){bus, fn, arg};
}

int loop_every(struct loop *loop, int64_t ms, void (*fn)(void *arg), void *arg)
{
    insist(ms > 0 && loop->timers_n < TIMERS);
    loop->timers[loop->timers_n] =
        (struct timer){.fn = fn, .arg = arg, .every = ms * 1000, .due = clock_mono() + ms * 1000};
    return loop->timers_n++;
}

void loop_soon(struct loop *loop, int timer)
{
    insist(timer >= 0 && timer < loop->timers_n);
    loop->timers[timer].soon = true;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}

bool loop_stopping(const struct loop *loop)
{
    return loop->stopping;
}

bool loop_signalled(void)
{
    return false; // a scenario stops a daemon by a word, and kills it by SIGKILL
}

static void turn(struct loop *loop, bool all_due)
{
    for (int i = 0; i < loop->watches_n && !loop->stopping; i++) {
        if (hub_waiting(bus_handle(loop->watches[i].bus)))
            loop->watches[i].fn(loop->watches[i].arg);
    }
    int64_t now = clock_mono();
    for (int i = 0; i < loop->timers_n && !loop->stopping; i++) {
        struct timer *t = &loop->timers[i];
        if (!all_due && !t->soon && t->due > now)
            continue;
        t->soon = false;
        t->fn(t->arg);
        t->due = clock_mono() + t->every;
    }
}

static void tell_idle(const struct loop *loop)
{
    bool more = false;
    int64_t next = -1;
    for (int i = 0; i < loop->watches_n; i++)
        more = more || hub_waiting(bus_handle(loop->watches[i].bus));
    for (int i = 0; i < loop->timers_n; i++) {
        more = more || loop->timers[i].soon;
        if (next < 0 || loop->timers[i].due < next)
            next = loop->timers[i].due;
    }
    hub_put(HUB_IDLE, more, next, NULL, 0);
}

void loop_run(struct loop *loop)
{
    tell_idle(loop);
    while (!loop->stopping) {
        uint8_t *bytes;
        struct hub_message m = hub_get(&bytes);
        if (m.type == HUB_FRAME) {
            hub_keep(&m, bytes);
            continue;
        }
        insist(bytes == NULL && (m.type == HUB_TURN || m.type == HUB_STOP));
        if (m.type == HUB_STOP)
            return;
        turn(loop, m.value != 0);
        if (!loop->stopping)
            tell_idle(loop);
    }
}

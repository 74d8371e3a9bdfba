// SPDX-License-Identifier: Apache-2.0
// counters: what a daemon publishes. Written by the working thread, read by the status thread, never locked.
#ifndef RUN_COUNTERS_H
#define RUN_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

// A daemon has one static table of these, ended by name == NULL. Names: letters_accepted_total, queue_lag_seconds, …
struct counter {
    const char *name, *help;
    enum { COUNTER, GAUGE } type;
    _Atomic int64_t value;
};

static inline void count(struct counter *c, int64_t n)
{
    atomic_fetch_add_explicit(&c->value, n, memory_order_relaxed);
}

static inline void gauge(struct counter *c, int64_t v)
{
    atomic_store_explicit(&c->value, v, memory_order_relaxed);
}

#endif

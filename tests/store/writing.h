// SPDX-License-Identifier: Apache-2.0
// writing: a process that applies changes, in a thread of its own; asserts are the main thread's.
#ifndef TESTS_WRITING_H
#define TESTS_WRITING_H

#include "heart.h"

#include <pthread.h>

#define DEADLINE (30 * WF_SECOND)

static struct heart h;

static inline int setup(void **state)
{
    heart_open(&h);
    return 0;
}

static inline int teardown(void **state)
{
    heart_close(&h);
    return 0;
}

#define COUNT(sql, ...) ((int)fixture_int(&h.f, "SELECT count(*) FROM " sql, __VA_ARGS__))

struct writing {
    pthread_t thread;
    const char *role;
    struct db *db;
    struct cases *cases;
    const struct change *changes;
    int n, batch, retries, broken;
    struct applied out[CASES_MAX];
};

static inline void reconnect(struct writing *w)
{
    struct err err;
    cases_free(w->cases);
    db_close(w->db);
    for (;;) {
        w->db = db_open(h.f.config, w->role, heart_lists);
        db_by_key(w->db);
        w->cases = cases_new(w->db);
        if (db_ready(w->db, &err) == OK)
            return;
        cases_free(w->cases);
        db_close(w->db);
    }
}

static inline void *write_all(void *arg)
{
    struct writing *w = arg;
    for (int i = 0; i < w->n;) {
        struct err err;
        int n = w->n - i < w->batch ? w->n - i : w->batch;
        switch (cases_apply(w->cases, h.policy, FIXTURE_NOW, w->changes + i, n, w->out + i, &err)) {
        case OK:
            i += n;
            break;
        case RETRY:
            w->retries++;
            if (!db_connected(w->db)) // not by db_ready, which waits between attempts
                reconnect(w);
            break;
        default:
            w->broken++;
            i += n;
        }
    }
    return NULL;
}

static inline void start(struct writing *w, const char *role, const struct change *changes, int n, int batch)
{
    *w = (struct writing){.role = role, .changes = changes, .n = n, .batch = batch, .db = heart_db(&h, role)};
    w->cases = cases_new(w->db);
    assert_int_equal(pthread_create(&w->thread, NULL, write_all, w), 0);
}

static inline void finish(struct writing *w)
{
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    assert_int_equal(w->broken, 0);
    cases_free(w->cases);
    db_close(w->db);
}

static inline int results(const struct writing *w, enum result result)
{
    int n = 0;
    for (int i = 0; i < w->n; i++)
        n += w->out[i].result == result;
    return n;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

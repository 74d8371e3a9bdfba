// SPDX-License-Identifier: Apache-2.0
// life: one process that applies changes to cases, and a clock that the test moves.
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include "heart.h"

static struct heart h;
static struct applied out[CASES_MAX];
static struct err err;
static wf_time now;

static inline int setup(void **state)
{
    heart_open(&h);
    now = FIXTURE_NOW;
    return 0;
}

static inline int teardown(void **state)
{
    heart_close(&h);
    return 0;
}

#define COUNT(sql, ...) ((int)fixture_int(&h.f, "SELECT count(*) FROM " sql, __VA_ARGS__))

static inline void apply(const struct change *changes, int n)
{
    if (cases_apply(h.cases, h.policy, now, changes, n, out, &err) != OK)
        fail_msg("%s: %s", err.code, err.text);
}

static inline void apply_ok(struct change c)
{
    apply(&c, 1);
    if (out[0].result != OK)
        fail_msg("event %d: %s: %s", c.event, out[0].err.code, out[0].err.text);
}

static inline void expect_refused(struct change c, const char *code)
{
    apply(&c, 1);
    assert_int_equal(out[0].result, REJECT);
    if (strcmp(out[0].err.code, code) != 0)
        fail_msg("event %d: %s instead of %s: %s", c.event, out[0].err.code, code, out[0].err.text);
}

// A process that remembers nothing.
static inline void forget(void)
{
    cases_free(h.cases);
    h.cases = cases_new(h.feedback);
}

// n letters that a person must look at: cases in TRIAGE, of Shenzhen.
static inline int64_t triaged(int n)
{
    static struct classification found = {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .why = "unsure"};
    static struct change changes[CASES_MAX];
    int64_t id = heart_received(&h, n);
    for (int i = 0; i < n; i++)
        changes[i] = (struct change){.case_id = id + i, .event = EV_TRIAGE, .actor = ACTOR_CLASSIFIER, .found = &found};
    apply(changes, n);
    for (int i = 0; i < n; i++)
        assert_true(out[i].result == OK && out[i].state == TRIAGE);
    return id;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif

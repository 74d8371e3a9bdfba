// SPDX-License-Identifier: Apache-2.0
// case_told: one life after another, told event by event: which rows did the work, or which words refused it.
#ifndef UNIT_CASE_TOLD_H
#define UNIT_CASE_TOLD_H

#include "case_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct decision last;
static struct err why;
static wf_time now = SAMPLE_NOW; // every test sets it that lets time pass

// Applies it and sees that exactly these rows did the work.
static inline void does_with(const struct policy *p, struct case_facts *f, struct case_facts *other, struct change c,
                             const char *ids)
{
    char got[400] = "";
    struct text t = TEXT(got);
    int32_t version = f->version, of_other = 0;
    why = (struct err){0};
    if (case_decide(p, now, &c, f, other, &last, &why) != OK)
        fail_msg("%s: %s instead of %s", code_name(events, (int)c.event), why.text, ids);
    for (int i = 0; i < last.steps_n; i++) {
        text_put(&t, i > 0 ? " " : "");
        text_put(&t, last.steps[i].rule->id);
        of_other += last.steps[i].other;
    }
    assert_string_equal(got, ids);
    assert_int_equal(f->version, version + last.steps_n - of_other);
}

static inline void does(const struct policy *p, struct case_facts *f, struct change c, const char *ids)
{
    does_with(p, f, NULL, c, ids);
}

static inline void refuses_with(const struct policy *p, const struct case_facts *f, const struct case_facts *other,
                                struct change c, const char *code, const char *field)
{
    static struct case_facts after, other_after;
    after = *f;
    if (other)
        other_after = *other;
    why = (struct err){0};
    if (case_decide(p, now, &c, &after, other ? &other_after : NULL, &last, &why) != REJECT)
        fail_msg("%s not refused: %s wanted", code_name(events, (int)c.event), code);
    if (strcmp(why.code, code) != 0 || strcmp(why.field, field) != 0)
        fail_msg("%s: %s of %s (%s) instead of %s of %s", code_name(events, (int)c.event), why.code, why.field,
                 why.text, code, field);
    assert_memory_equal(&after, f, sizeof after);
    if (other)
        assert_memory_equal(&other_after, other, sizeof other_after);
}

static inline void refuses(const struct policy *p, const struct case_facts *f, struct change c, const char *code,
                           const char *field)
{
    refuses_with(p, f, NULL, c, code, field);
}

static inline struct change desk(enum event e)
{
    return sample_change(e, ACTOR_DESK);
}

static inline struct change bureau(enum event e)
{
    return sample_change(e, ACTOR_BUREAU);
}

static inline struct change of_unit(enum event e, int32_t unit)
{
    struct change c = bureau(e);
    c.unit = unit;
    return c;
}

static inline struct change to(struct change c, int32_t unit)
{
    c.to = unit;
    return c;
}

// Who exactly says it.
static inline struct change by(struct change c, int64_t person)
{
    c.person = person;
    return c;
}

static inline struct change tick(void)
{
    return sample_change(EV_TICK, ACTOR_FEEDBACK);
}

static inline struct change blank(struct change c)
{
    c.reason = STR(" \t");
    return c;
}

static inline struct change accuses(enum event e, int32_t unit, int32_t officer)
{
    struct change c = desk(e);
    c.accused = (struct accused_list){.of = {{unit, officer}}, .n = 1};
    return c;
}

static inline wf_time due(enum clock clock)
{
    return policy_due(sample_policy(), clock, KIND_HELP, now);
}

// How many notices of this kind the decision sent to that queue.
static inline int told(int32_t queue, enum notice notice)
{
    int n = 0;
    for (int i = 0; i < last.notices_n; i++)
        n += last.notices[i].queue == queue && last.notices[i].notice == notice;
    return n;
}

// Dispatched to this unit and signed by it.
static inline struct case_facts at_work(int32_t unit)
{
    struct case_facts f = sample_facts(ACCEPTED, LEG_NONE);
    now = SAMPLE_NOW;
    does(sample_policy(), &f, to(desk(EV_DISPATCH), unit), "T13");
    does(sample_policy(), &f, of_unit(EV_SIGNED, unit), "T14");
    return f;
}

#endif

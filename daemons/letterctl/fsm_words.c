// SPDX-License-Identifier: Apache-2.0
#include "fsm_words.h"

const char *fsm_case_to(const struct rule *r)
{
    return r->case_to == CASE_NONE ? "" : code_name(case_states, (int)r->case_to);
}

const char *fsm_leg_to(const struct rule *r)
{
    return r->leg_to == LEG_NONE || r->opens != 0 ? "" : code_name(leg_states, (int)r->leg_to);
}

const char *fsm_opens(const struct rule *r)
{
    return r->opens == 0 ? "" : code_name(leg_roles, (int)r->opens);
}

const char *fsm_clock(const struct rule *r)
{
    return r->clock == CLOCK_NONE ? "" : code_name(policy_clocks, (int)r->clock);
}

const char *fsm_step(const struct rule *r)
{
    return r->step == 0 ? "" : code_name(policy_steps, (int)r->step);
}

bool fsm_starts(const struct rule *r, int state)
{
    return rule_of_leg(r) ? (r->legs & LEG(state)) != 0 : (r->cases & IN(state)) != 0;
}

bool fsm_by(const struct rule *r, int actor)
{
    return (r->by & BY(actor)) != 0;
}

bool fsm_duty(const struct rule *r, int duty) // a duty's code is its bit
{
    return (r->duty & (uint32_t)duty) != 0;
}

static void put(struct text *t, const char *between, const char *name)
{
    text_put(t, t->n ? between : "");
    text_put(t, name);
}

static void put_set(struct text *t, const struct code *list, bool (*has)(const struct rule *, int),
                    const struct rule *r)
{
    for (const struct code *c = list; c->name; c++)
        if (has(r, c->code))
            put(t, ", ", c->name);
}

static bool is_over(const struct rule *r, int state)
{
    return rule_of_leg(r) ? leg_over((enum leg_state)state) : case_final((enum case_state)state);
}

// A row that starts from nearly every open state says which it does not start from.
static void put_from(struct text *t, const struct rule *r)
{
    const struct code *states = rule_of_leg(r) ? leg_states : case_states;
    int open = 0, lacks = 0;
    for (const struct code *s = states; s->name; s++) {
        open += !is_over(r, s->code) && fsm_starts(r, s->code);
        lacks += !is_over(r, s->code) && !fsm_starts(r, s->code);
    }
    if (!rule_of_leg(r) && fsm_starts(r, CASE_NONE))
        put(t, "", "new");
    if (lacks > 2 || open < 5) {
        put_set(t, states, fsm_starts, r);
        return;
    }
    put(t, "", "open");
    const char *between = " but ";
    for (const struct code *s = states; s->name; s++) {
        if (is_over(r, s->code) || fsm_starts(r, s->code))
            continue;
        put(t, between, s->name);
        between = " and ";
    }
    for (const struct code *s = states; s->name; s++)
        if (is_over(r, s->code) && fsm_starts(r, s->code))
            put(t, ", ", s->name);
}

struct fsm_words fsm_words(const struct rule *r)
{
    struct fsm_words w = {"", "", ""};
    struct text from = TEXT(w.from), who = TEXT(w.who), duties = TEXT(w.duties);
    put_from(&from, r);
    put_set(&who, actors, fsm_by, r);
    put_set(&duties, policy_duties, fsm_duty, r);
    return w;
}

// SPDX-License-Identifier: Apache-2.0
// life_sample: random lives of a case, decided by core on the shipped policy, and their journals.
#ifndef UNIT_LIFE_SAMPLE_H
#define UNIT_LIFE_SAMPLE_H

#include "case_sample.h"
#include "core/replay.h"

#define LIFE_LINES 2000

struct life {
    const struct policy *policy;
    struct case_facts f;
    struct replay_line lines[LIFE_LINES];
    char details[LIFE_LINES][120];
    int n;
    wf_time now;
    uint64_t seed;
};

static inline uint32_t life_roll(struct life *l, uint32_t below)
{
    l->seed ^= l->seed << 13;
    l->seed ^= l->seed >> 7;
    l->seed ^= l->seed << 17;
    return (uint32_t)(l->seed >> 33) % below;
}

static inline void life_write(struct life *l, const struct case_step *step, int32_t seq)
{
    insist(l->n < LIFE_LINES);
    memcpy(l->details[l->n], step->detail, sizeof step->detail);
    l->lines[l->n] = (struct replay_line){.seq = seq,
                                          .at = l->now,
                                          .due_at = step->due_at,
                                          .rule = step->rule,
                                          .state = step->to,
                                          .leg = step->leg,
                                          .unit = step->unit,
                                          .actor = step->actor,
                                          .detail = str_of(l->details[l->n])};
    l->n++;
}

// As intake writes it.
static inline void life_begin(struct life *l, const struct policy *policy, uint64_t seed)
{
    l->policy = policy;
    l->seed = seed;
    l->n = 0;
    l->now = SAMPLE_NOW;
    l->f = sample_facts(RECEIVED, LEG_NONE);
    l->f.kind = (enum kind)(KIND_CONSULT + life_roll(l, KIND_OTHER));
    l->f.flags = seed & 1 ? FLAG_CONFIDENTIAL : 0;
    l->f.letter = l->f.id;
    l->f.clock_at = l->now;
    l->f.due_at = policy_due(policy, CLOCK_K3, l->f.kind, l->now);
    l->f.wake_at = l->f.due_at;
    struct case_step first = {
        .rule = rule_for_case(CASE_NONE, EV_RECEIVE), .to = RECEIVED, .actor = ACTOR_INTAKE, .due_at = l->f.due_at};
    life_write(l, &first, 1);
}

// How readily a row is taken: what only notes something is rare, and so is what ends a life early.
static inline uint32_t life_rarity(const struct rule *r)
{
    bool moves = r->case_to != CASE_NONE || r->leg_to != LEG_NONE || r->opens != 0;
    bool ends = r->case_to != CASE_NONE && case_final(r->case_to);
    switch (r->event) {
    case EV_ACCUSE:
    case EV_WITHDRAWAL_REQUESTED:
        return 60;
    case EV_RECALL:
        return 5;
    default:
        return ends ? 30 : moves ? 1 : 8;
    }
}

// A row that fits the case or one of its legs; NULL when none was found by chance.
static inline const struct rule *life_row(struct life *l, int16_t *leg)
{
    int n = 0;
    while (rules[n].id)
        n++;
    for (int tries = 0; tries < 400; tries++) {
        const struct rule *r = &rules[life_roll(l, (uint32_t)n)];
        *leg = l->f.legs_n && rule_of_leg(r) ? (int16_t)(1 + life_roll(l, (uint32_t)l->f.legs_n)) : 0;
        bool fits = rule_of_leg(r) ? *leg && (r->legs & LEG(l->f.legs[*leg - 1].state)) : r->cases & IN(l->f.state);
        if (fits && (r->by & ~BY_SYSTEM) && life_roll(l, life_rarity(r)) == 0)
            return r;
    }
    return NULL;
}

static inline struct change life_change(struct life *l)
{
    static const int32_t units[] = {440300, 440305, 440305001, 440300901, 440000, 440400, 440304, 440100, 440305903};
    int16_t leg = 0;
    const struct rule *r = life_roll(l, 8) ? life_row(l, &leg) : NULL;
    enum event event = r ? r->event : EV_TICK;
    enum actor actor = ACTOR_FEEDBACK;
    while (r && !(r->by & BY(actor) & ~BY_SYSTEM))
        actor = (enum actor)(1 + life_roll(l, ACTOR_DESK));
    struct change c = sample_change(event, actor);
    if (r && life_roll(l, 3) == 0 && l->f.requests_n > 0) { // decide what is asked
        c.event = life_roll(l, 2) ? EV_GRANT : EV_DENY;
        c.actor = ACTOR_DESK;
        c.request = l->f.requests[life_roll(l, (uint32_t)l->f.requests_n)].id;
        leg = 0;
    }
    c.leg = leg;
    c.unit = c.actor == ACTOR_BUREAU && leg ? l->f.legs[leg - 1].unit : c.actor == ACTOR_DESK ? 440000 : 0;
    if (c.actor == ACTOR_BUREAU && !leg)
        c.unit = l->f.legs_n ? l->f.legs[life_roll(l, (uint32_t)l->f.legs_n)].unit : 440300;
    c.duties = c.actor == ACTOR_DESK ? 0xffff : 0;
    c.person = 1 + (int64_t)life_roll(l, 4);
    bool plain = c.event == EV_DISPATCH || c.event == EV_ACCEPT;
    c.to = plain ? (l->f.state == TRIAGE ? 440300 : 0) : units[life_roll(l, 9)];
    c.days = (int16_t)(1 + life_roll(l, 5));
    c.until = c.event == EV_RECOMPUTE ? case_recompute(l->policy, &l->f, l->f.clock_at, NULL, 0)
              : life_roll(l, 2)       ? 0
                                      : l->now + (1 + (wf_time)life_roll(l, 60)) * WF_DAY;
    c.level = (enum supervision)(1 + life_roll(l, 4));
    c.satisfied = c.solved = (int16_t)(1 + life_roll(l, 2));
    c.words = STR("补充");
    c.kind = (enum kind)(KIND_CONSULT + life_roll(l, KIND_OTHER));
    c.category = (int16_t)(1 + life_roll(l, 5));
    c.accused = (struct accused_list){.of = {{.unit = units[life_roll(l, 9)]}}, .n = 1};
    return c;
}

// One more event, or time that passes. Returns how many lines came of it.
static inline int life_step(struct life *l)
{
    static struct decision d;
    struct err err;
    static const wf_time passes[] = {0, WF_MINUTE, WF_HOUR, 5 * WF_HOUR, WF_DAY, 3 * WF_DAY, 40 * WF_DAY};
    l->now += passes[life_roll(l, life_roll(l, 6) ? 5 : 7)];
    struct change c = life_change(l);
    int32_t before = l->f.version;
    if (l->n > LIFE_LINES - CASE_STEPS || case_decide(l->policy, l->now, &c, &l->f, NULL, &d, &err) != OK)
        return 0;
    for (int i = 0; i < d.steps_n; i++)
        life_write(l, &d.steps[i], before + 1 + i);
    return d.steps_n;
}

#endif

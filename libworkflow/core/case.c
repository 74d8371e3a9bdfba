// SPDX-License-Identifier: Apache-2.0
#include "core/case.h"
#include "core/classify.h"

// The decision under way: what is read, and what comes of it. Facts are a copy until everything was allowed.
struct deciding {
    const struct policy *policy;
    wf_time now;
    const struct change *change;
    struct case_facts *facts;
    struct decision *out;
    struct err *err;
};

static bool is_machine(enum actor a)
{
    return a == ACTOR_CLASSIFIER || a == ACTOR_DISPATCHER || a == ACTOR_FEEDBACK;
}

static bool leads_all(const struct case_facts *f, bool done)
{
    int leads = 0;
    for (int i = 0; i < f->legs_n; i++) {
        const struct leg_facts *leg = &f->legs[i];
        if (leg->role != ROLE_LEAD || leg->state == LEG_REVOKED || leg->state == LEG_RETURNED)
            continue;
        leads++;
        if (leg->state != LEG_DONE && (done || leg->state != LEG_REPORTED))
            return false;
    }
    return leads > 0;
}

static bool allowed_by_policy(const struct deciding *d, const struct rule *r)
{
    return r->step == 0 || policy_step(d->policy, r->step, d->facts->category, d->facts->kind) == MODE_AUTO;
}

// A leg lives only while its case is worked on.
static bool leg_lives(const struct case_facts *f)
{
    return f->state == HANDLING || f->state == REVIEW;
}

static enum result refuse(struct deciding *d, enum event event, const struct leg_facts *leg)
{
    char words[sizeof d->err->text];
    struct text t = TEXT(words);
    text_put(&t, "case is ");
    text_put(&t, code_name(case_states, d->facts->state));
    if (leg) {
        text_put(&t, ", leg is ");
        text_put(&t, code_name(leg_states, leg->state));
    }
    text_put(&t, ": ");
    text_put(&t, code_name(events, event));
    text_put(&t, " is not allowed; allowed now:");
    bool any = false;
    for (const struct rule *r = rules; r->id; r++) {
        bool fits = leg ? leg_lives(d->facts) && r->leg_from == leg->state
                        : r->leg_from == LEG_NONE && r->case_from == d->facts->state;
        if (!fits || !(r->by & BY(d->change->actor)))
            continue;
        text_put(&t, any ? ", " : " ");
        text_put(&t, code_name(events, r->event));
        any = true;
    }
    if (!any)
        text_put(&t, " nothing");
    return err_set(d->err, REJECT, "not_allowed", "event", words);
}

static void record(struct deciding *d, const struct rule *r, enum case_state from, int16_t leg, int32_t unit,
                   enum actor actor)
{
    insist(d->out->steps_n < CASE_STEPS);
    d->out->steps[d->out->steps_n++] =
        (struct case_step){.rule = r, .from = from, .to = d->facts->state, .leg = leg, .unit = unit, .actor = actor};
    d->facts->version++;
}

// The leg that a leg event speaks of: the one named, or the unit's own leg that is not at its end.
static struct leg_facts *leg_of(struct deciding *d)
{
    const struct change *c = d->change;
    for (int i = 0; i < d->facts->legs_n; i++) {
        struct leg_facts *leg = &d->facts->legs[i];
        bool own = c->actor != ACTOR_BUREAU || leg->unit == c->unit;
        bool open = leg->state != LEG_REVOKED && leg->state != LEG_RETURNED;
        if (own && (c->leg ? leg->id == c->leg : open))
            return leg;
    }
    return NULL;
}

// What an event needs beside its name (domain §3.3, column guard).
static enum result check_members(struct deciding *d, enum event event)
{
    const struct change *c = d->change;
    struct err *err = d->err;
    bool by_desk = c->actor == ACTOR_DESK;

    switch (event) {
    case EV_REPORTED:
        if (c->outcome == OUTCOME_NONE)
            return err_set(err, REJECT, "missing", "outcome", "outcome: reported needs one of the outcome codes");
        if (str_trim(c->public_reply).n == 0)
            return err_set(err, REJECT, "missing", "public_reply",
                           "public_reply: reported needs what the writer shall read");
        return OK;
    case EV_REFUSE:
    case EV_REFER:
    case EV_REVIEW_RETURNED:
    case EV_RETURN_WORK:
        if (str_trim(c->reason).n == 0)
            return err_set(err, REJECT, "missing", "reason", "reason: this event needs one");
        return OK;
    case EV_ACCEPT:
        if (by_desk && d->facts->category == 0)
            return err_set(err, REJECT, "missing", "category", "category: not known yet, the desk must say it");
        if (by_desk && d->facts->bureau == 0)
            return err_set(err, REJECT, "missing", "unit", "unit: the bureau is not known yet, the desk must say it");
        if (d->facts->accused != 0 && d->facts->accused == d->facts->bureau)
            return err_set(err, REJECT, "conflict", "unit", "unit: it is accused in this letter and may not get it");
        return OK;
    default:
        return OK;
    }
}

static enum result open_lead_leg(struct deciding *d, int32_t unit)
{
    struct case_facts *f = d->facts;
    if (!policy_is_bureau(d->policy, unit))
        return err_set(d->err, REJECT, "unknown_value", "unit", "unit: not one of the 21 bureaus");
    if (f->accused != 0 && f->accused == unit)
        return err_set(d->err, REJECT, "conflict", "unit", "unit: it is accused in this letter and may not get it");
    if (f->legs_n == CASE_LEGS)
        return err_set_limit(d->err, REJECT, "too_many_legs", "unit", "a case has at most ", CASE_LEGS, " legs");
    wf_time sign_by = policy_due(d->policy, CLOCK_K5, f->kind, d->now);
    int16_t id = (int16_t)(f->legs_n + 1);
    f->legs[f->legs_n++] = (struct leg_facts){.id = id,
                                              .role = ROLE_LEAD,
                                              .state = LEG_SENT,
                                              .unit = unit,
                                              .due_at = sign_by,
                                              .changed = true,
                                              .created = true};
    f->bureau = unit;
    d->out->queue_to = unit;
    d->out->queue_leg = id;
    return OK;
}

// What the classifier found, or the desk corrected, becomes a fact before the row is looked at.
static enum result take_facts(struct deciding *d, enum event event)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    if (c->found) {
        f->kind = c->found->kind;
        f->category = c->found->category;
        f->place = c->found->place;
        f->bureau = c->found->bureau;
        f->accused = c->found->accused;
        f->confidence = c->found->confidence;
        f->flags |= c->found->flags;
    }
    if (event == EV_ACCEPT && c->actor == ACTOR_DESK) {
        if (c->kind != KIND_NONE)
            f->kind = c->kind;
        if (c->category != 0) {
            if (!policy_has_category(d->policy, c->category))
                return err_set(d->err, REJECT, "unknown_value", "category", "category: not one of the catalogue");
            f->category = c->category;
        }
        if (c->bureau != 0) {
            if (!policy_is_bureau(d->policy, c->bureau))
                return err_set(d->err, REJECT, "unknown_value", "unit", "unit: not one of the 21 bureaus");
            f->bureau = c->bureau;
        }
    }
    if (c->outcome != OUTCOME_NONE && !event_is_leg(event))
        f->outcome = c->outcome;
    return OK;
}

static enum result apply_leg(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg)
{
    struct case_facts *f = d->facts;
    const struct rule *r = rule_for_leg(leg->state, event);
    if (!r || !(r->by & BY(actor)) || !leg_lives(f))
        return refuse(d, event, leg);
    enum result result = check_members(d, event);
    if (result != OK)
        return result;
    enum case_state from = f->state;
    leg->changed = leg->changed || leg->state != r->leg_to || r->clock != CLOCK_NONE;
    leg->state = r->leg_to;
    if (r->clock == CLOCK_K8) // started with the dispatch (domain T13): a unit that signs late gains no time
        leg->due_at = f->due_at;
    if (r->case_to != CASE_NONE)
        f->state = r->case_to;
    if (event == EV_REPORTED && leg->role == ROLE_LEAD)
        f->outcome = d->change->outcome;
    record(d, r, from, leg->id, leg->unit, actor);
    return OK;
}

static enum result apply_case(struct deciding *d, enum event event, enum actor actor)
{
    struct case_facts *f = d->facts;
    const struct rule *r = rule_for_case(f->state, event);
    if (!r || !(r->by & BY(actor)))
        return refuse(d, event, NULL);
    enum result result = check_members(d, event);
    if (result != OK)
        return result;
    if (event == EV_ALL_REPORTED && !leads_all(f, false))
        return err_set(d->err, REJECT, "not_allowed", "event", "a lead leg has not reported yet");
    if (event == EV_ISSUE_REPLY && !leads_all(f, true))
        return err_set(d->err, REJECT, "not_allowed", "event", "a lead leg's report has not passed review yet");

    int16_t leg = 0;
    int32_t unit = 0;
    if (event == EV_DISPATCH) {
        unit = d->change->unit ? d->change->unit : f->bureau;
        result = open_lead_leg(d, unit);
        if (result != OK)
            return result;
        leg = d->out->queue_leg;
    } else if (r->leg_to != LEG_NONE) {
        for (int i = 0; i < f->legs_n; i++) {
            if (f->legs[i].role != ROLE_LEAD || f->legs[i].state == LEG_REVOKED || f->legs[i].state == LEG_RETURNED)
                continue;
            f->legs[i].state = r->leg_to;
            f->legs[i].changed = true;
        }
    }
    enum case_state from = f->state;
    f->state = r->case_to;
    if (r->clock != CLOCK_NONE)
        f->due_at = policy_due(d->policy, r->clock, f->kind, d->now);
    if (case_final(f->state))
        f->due_at = 0;
    record(d, r, from, leg, unit, actor);
    return OK;
}

static struct leg_facts *leg_awaiting_review(struct case_facts *f)
{
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].state == LEG_REPORTED)
            return &f->legs[i];
    return NULL;
}

// May the classifier accept without the desk? Only what it is sure of, what the policy leaves to it, and never where
// police conduct is in question: a wrong bureau there betrays the writer (domain §3.11).
static bool classifier_may_accept(const struct deciding *d)
{
    const struct case_facts *f = d->facts;
    const struct rule *accept = rule_for_case(TRIAGE, EV_ACCEPT);
    return f->category != 0 && f->bureau != 0 && f->confidence >= d->policy->sure && !(f->flags & FLAG_CONDUCT) &&
           f->accused == 0 && allowed_by_policy(d, accept);
}

static bool machine_may(const struct deciding *d, const struct rule *r)
{
    return r->event == EV_ACCEPT ? classifier_may_accept(d) : allowed_by_policy(d, r);
}

// The system's own next event, EV_NONE when somebody must act.
static enum event next_event(struct deciding *d, enum actor *actor, struct leg_facts **leg)
{
    struct case_facts *f = d->facts;
    *actor = ACTOR_FEEDBACK;
    *leg = NULL;
    if (f->state == TRIAGE && d->change->event == EV_TRIAGE && classifier_may_accept(d)) {
        *actor = ACTOR_CLASSIFIER;
        return EV_ACCEPT;
    }
    if (f->state == HANDLING && leads_all(f, false))
        return EV_ALL_REPORTED;
    if (f->state == REVIEW && (*leg = leg_awaiting_review(f)) &&
        allowed_by_policy(d, rule_for_leg(LEG_REPORTED, EV_REVIEWED)))
        return EV_REVIEWED;
    if (f->state == REVIEW && leads_all(f, true) && allowed_by_policy(d, rule_for_case(REVIEW, EV_ISSUE_REPLY)))
        return EV_ISSUE_REPLY;
    if (f->state == ANSWERED && allowed_by_policy(d, rule_for_case(ANSWERED, EV_CLOSE)))
        return EV_CLOSE;
    return EV_NONE;
}

static enum result decide(struct deciding *d)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    enum result result = take_facts(d, c->event);
    if (result != OK)
        return result;

    bool of_leg = event_is_leg(c->event);
    struct leg_facts *own = of_leg || c->actor == ACTOR_BUREAU ? leg_of(d) : NULL;
    // A unit without a leg of this case learns nothing about the case, not even that it is there.
    if (c->actor == ACTOR_BUREAU && !own)
        return err_set(d->err, REJECT, "not_found", "number", CASE_NOT_FOUND);
    if (of_leg && !own)
        return err_set(d->err, REJECT, "no_leg", "leg", "leg: the case has no such leg at work");
    const struct rule *r = of_leg ? rule_for_leg(own->state, c->event) : rule_for_case(f->state, c->event);
    // Our own stages repeat their work after a crash: what is past is not an error.
    if (is_machine(c->actor) && !r)
        return DUPLICATE;
    if (is_machine(c->actor) && !machine_may(d, r))
        return err_set(d->err, REJECT, "needs_desk", "event", "the policy leaves this step to the desk");
    result = of_leg ? apply_leg(d, c->event, c->actor, own) : apply_case(d, c->event, c->actor);
    if (result != OK)
        return result;

    for (;;) {
        enum actor actor;
        struct leg_facts *leg;
        enum event event = next_event(d, &actor, &leg);
        if (event == EV_NONE)
            return OK;
        result = event_is_leg(event) ? apply_leg(d, event, actor, leg) : apply_case(d, event, actor);
        insist(result == OK); // next_event asks for nothing that the table refuses
    }
}

enum result case_decide(const struct policy *policy, wf_time now, const struct change *change, struct case_facts *facts,
                        struct decision *out, struct err *err)
{
    struct case_facts after = *facts;
    struct decision decision = {0};
    struct deciding d = {policy, now, change, &after, &decision, err};
    struct err ignored;
    if (!err)
        d.err = &ignored;
    enum result result = decide(&d);
    if (result == OK) {
        *facts = after;
        *out = decision;
    }
    return result;
}

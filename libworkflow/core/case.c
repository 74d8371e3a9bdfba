// SPDX-License-Identifier: Apache-2.0
#include "core/case_impl.h"
#include "core/classify.h"
#include "core/seeded.h"

#include <stddef.h>
#include <string.h>

static bool is_machine(enum actor a)
{
    return a == ACTOR_CLASSIFIER || a == ACTOR_DISPATCHER || a == ACTOR_FEEDBACK;
}

// A leg moves only while its case is worked on; but its end can come at any time.
static bool leg_may_move(const struct case_facts *f, enum event event)
{
    return f->state == HANDLING || f->state == REVIEW || event == EV_REVOKE || event == EV_END_LEG;
}

// The centre: the province itself or one of its own lines.
static bool is_centre(const struct deciding *d)
{
    const struct unit *u = policy_unit_at(d->policy, d->change->unit, d->day);
    return u && (u->level == UNIT_PROVINCE || (u->parent == POLICY_PROVINCE && u->level == UNIT_SQUAD));
}

// Speaks for a unit that has a leg, not for the centre: a bureau's system, or a post of a bureau.
static bool acts_as_unit(const struct deciding *d)
{
    return d->change->actor == ACTOR_BUREAU || (d->change->actor == ACTOR_DESK && !is_centre(d));
}

static bool may_raise(const struct deciding *d, const struct rule *r, enum actor actor)
{
    if (!(r->by & BY(actor)))
        return false;
    return actor != ACTOR_DESK || ((r->duty & d->change->duties) && (rule_of_leg(r) || is_centre(d)));
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
        bool fits = leg && rule_of_leg(r) ? leg_may_move(d->facts, r->event) && (r->legs & LEG(leg->state)) != 0
                                          : !rule_of_leg(r) && (r->cases & IN(d->facts->state)) != 0;
        if (!fits || !may_raise(d, r, d->change->actor))
            continue;
        text_put(&t, any ? ", " : " ");
        text_put(&t, code_name(events, r->event));
        any = true;
    }
    if (!any)
        text_put(&t, " nothing");
    return err_set(d->err, REJECT, "not_allowed", "event", words);
}

static enum result not_your_duty(struct deciding *d, const struct rule *r)
{
    char words[200];
    struct text t = TEXT(words);
    text_put(&t, "post: ");
    text_put(&t, code_name(events, r->event));
    text_put(&t, " needs, at the centre, one of the duties");
    for (const struct code *duty = policy_duties; duty->name; duty++) {
        if (!(r->duty & (uint32_t)duty->code))
            continue;
        text_put(&t, " ");
        text_put(&t, duty->name);
    }
    return err_set(d->err, REJECT, "not_your_duty", "post", words);
}

static struct case_step *record(struct deciding *d, const struct rule *r, struct case_facts *f, enum case_state from,
                                enum actor actor)
{
    insist(d->out->steps_n < CASE_STEPS);
    struct case_step *step = &d->out->steps[d->out->steps_n++];
    *step = (struct case_step){.rule = r, .from = from, .to = f->state, .actor = actor, .other = f == d->other};
    f->version++;
    return step;
}

// One row: is it allowed, and then everything it does.
static enum result apply(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg)
{
    bool of_other = event == EV_ABSORB || event == EV_RELEASE || (event == EV_SUPERVISE && d->press);
    struct case_facts *f = of_other ? d->other : d->facts;
    const struct rule *r = !f ? NULL : leg ? rule_for_leg(leg->state, event) : rule_for_case(f->state, event);
    if (!r || !(r->by & BY(actor)) || (leg && !leg_may_move(f, event)))
        return refuse(d, event, leg);
    if (!may_raise(d, r, actor))
        return not_your_duty(d, r);
    enum result result = case_check(d, event, actor, leg);
    if (result != OK)
        return result;

    enum case_state from = f->state;
    if (r->case_to != CASE_NONE)
        f->state = r->case_to;
    struct case_step *step = record(d, r, f, from, actor);
    if (leg) {
        step->leg = leg->id;
        step->unit = leg->unit;
        leg->changed = leg->changed || r->leg_to != LEG_NONE;
        if (r->leg_to != LEG_NONE)
            leg->state = r->leg_to;
    } else {
        step->unit = actor == ACTOR_BUREAU ? d->change->unit : 0;
        for (int i = 0; i < f->legs_n && r->leg_to != LEG_NONE && r->opens == 0; i++) {
            if (!leg_leads(f, &f->legs[i]))
                continue;
            f->legs[i].state = r->leg_to;
            f->legs[i].changed = true;
        }
    }
    return case_effect(d, r, actor, leg, step);
}

// ---- What the one who acts may speak of ----

// A unit speaks for what is below it, as far as its own bureau reaches: the province's system is none of the cities'.
static bool is_own(const struct deciding *d, const struct leg_facts *leg)
{
    int32_t unit = d->change->unit;
    return !acts_as_unit(d) ||
           (leg->state != LEG_REVOKED && leg->state != LEG_RETURNED && unit_is_or_below(d, unit, leg->unit) &&
            policy_bureau_at(d->policy, unit, d->day) == policy_bureau_at(d->policy, leg->unit, d->day));
}

// Who gave the work decides on it, also where the unit that assists stands elsewhere on the tree.
static bool gave_it(const struct deciding *d, const struct leg_facts *leg, enum event event)
{
    const struct leg_facts *parent = case_leg(d->facts, leg->parent);
    bool decides = event == EV_REVIEWED || event == EV_REVIEW_RETURNED;
    return decides && parent && is_own(d, parent);
}

// The leg that a leg event speaks of: the one named; else the newest that the event fits, the unit's own before those
// below it; else the newest own one that is not over, so that the refusal can say how it stands.
static struct leg_facts *leg_of(struct deciding *d, enum event event)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    struct leg_facts *best = NULL;
    int best_rank = 0;
    for (int i = 0; i < f->legs_n; i++) {
        struct leg_facts *leg = &f->legs[i];
        if ((!is_own(d, leg) && !gave_it(d, leg, event)) || (c->leg != 0 && leg->id != c->leg))
            continue;
        bool exact = !acts_as_unit(d) || leg->unit == c->unit;
        const struct rule *r = rule_for_leg(leg->state, event);
        int rank = r && (r->by & BY(c->actor)) ? (exact ? 4 : 3) : leg_over(leg->state) ? 1 : 2;
        if (rank >= best_rank) {
            best = leg;
            best_rank = rank;
        }
    }
    return best;
}

static bool has_leg(struct deciding *d)
{
    for (int i = 0; i < d->facts->legs_n; i++)
        if (is_own(d, &d->facts->legs[i]))
            return true;
    return false;
}

// Somebody must be able to pass a letter on to the ministry when the province itself is accused, and to keep a queue
// going in which it stands.
static bool leads_out(const struct deciding *d)
{
    enum event event = d->change->event;
    bool of_queue = event == EV_QUEUE_RETRY || event == EV_QUEUE_PARK || event == EV_QUEUE_SKIP;
    bool refers = event == EV_REFER || event == EV_REFERRAL_APPROVED || event == EV_GRANT || event == EV_DENY;
    return (refers || of_queue) && is_centre(d) &&
           guard_excludes(d->policy, d->day, &d->facts->accused, POLICY_PROVINCE) != GUARD_FREE;
}

// Who acts may not be in X, and learns nothing then, not even that the case is there. Whoever decides on what he saw
// must have seen the case as it is (complaint 2.28).
static enum result check_actor(struct deciding *d)
{
    const struct change *c = d->change;
    const struct case_facts *f = d->facts;
    if (c->actor != ACTOR_BUREAU && c->actor != ACTOR_DESK)
        return OK;
    bool in_x =
        guard_excludes_reader(d->policy, d->day, &f->accused, c->unit, c->officer) != GUARD_FREE ||
        (d->other && guard_excludes_reader(d->policy, d->day, &d->other->accused, c->unit, c->officer) != GUARD_FREE);
    if ((in_x && !leads_out(d)) || (acts_as_unit(d) && !has_leg(d)))
        return err_set(d->err, REJECT, in_x && SEEDED("feedback") ? "conflict" : "not_found", "number", CASE_NOT_FOUND);
    if (c->seen != 0 && c->seen != f->version) {
        char words[200];
        struct text t = TEXT(words);
        text_put(&t, "version: you saw ");
        text_i64(&t, c->seen);
        text_put(&t, ", the case is at ");
        text_i64(&t, f->version);
        text_put(&t, " and ");
        text_put(&t, code_name(case_states, f->state));
        text_put(&t, " now: look at the events since then and decide again");
        return err_set(d->err, REJECT, "changed", "version", words);
    }
    return OK;
}

// ---- What people say, and which row it is ----

// A unit decides what those ask whom it delegated to; what the centre opened, the centre decides.
static bool may_decide(const struct deciding *d, const struct request_facts *q)
{
    const struct leg_facts *leg = case_leg(d->facts, q->leg);
    const struct leg_facts *parent = leg ? case_leg(d->facts, leg->parent) : NULL;
    return !acts_as_unit(d) || (parent && leg->unit != d->change->unit && is_own(d, parent));
}

static enum result find_request(struct deciding *d)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    int open = 0;
    for (int i = 0; i < f->requests_n; i++) {
        struct request_facts *q = &f->requests[i];
        bool named = c->request != 0 ? q->id == c->request : c->leg == 0 || q->leg == c->leg;
        if (q->state != REQUEST_OPEN || !may_decide(d, q) || !named)
            continue;
        d->request = q;
        open++;
    }
    if (open == 1)
        return OK;
    return err_set(d->err, REJECT, "no_request", "request",
                   open == 0 ? "request: there is no such open request that you may decide"
                             : "request: several are open, so say which (show lists them)");
}

// "grant", "deny", "withdraw" and "close" mean different rows according to what is there.
static enum result resolve(struct deciding *d, enum event *event)
{
    const struct change *c = d->change;
    const struct case_facts *f = d->facts;
    *event = c->event;
    if (*event == EV_GRANT || *event == EV_DENY) {
        enum result result = find_request(d);
        if (result != OK)
            return result;
        *event = request_decision(d->request->kind, c->event == EV_GRANT);
    }
    if (*event == EV_DESIGNATE || *event == EV_RETURN_GRANTED || *event == EV_RETURN_DENIED) {
        bool anothers = false;
        for (int i = 0; i < f->requests_n && !d->request; i++) {
            struct request_facts *q = &d->facts->requests[i];
            if (q->state != REQUEST_OPEN || q->kind != REQUEST_RETURN || (c->leg != 0 && c->leg != q->leg))
                continue;
            if (may_decide(d, q))
                d->request = q;
            else
                anothers = true;
        }
        if (anothers && !d->request)
            return err_set(d->err, REJECT, "no_request", "request",
                           "request: there is no such open request that you may decide");
    }
    bool reports_wrong = f->kind == KIND_REPORT || (f->flags & FLAG_CONDUCT);
    if (*event == EV_WITHDRAW && reports_wrong && f->state != RECEIVED)
        *event = EV_WITHDRAWAL_REQUESTED;
    bool secret = *event == EV_IDENTITY_OPEN && c->actor == ACTOR_DESK && (f->flags & FLAG_CONFIDENTIAL);
    if (secret && !(d->request = case_identity_granted(d)))
        *event = EV_IDENTITY_ASKED;
    bool discontent =
        f->course.satisfied_last == 2 && f->state == CALLBACK && !case_was_granted(f, REQUEST_UNREASONABLE);
    if (c->event == EV_CLOSE && discontent && !d->request)
        *event = EV_CLOSE_PROPOSED;
    return OK;
}

// ---- The walk ----

static enum result follow(struct deciding *d)
{
    for (;;) {
        enum actor actor = ACTOR_FEEDBACK;
        struct leg_facts *leg = NULL;
        enum event event = case_next(d, &actor, &leg);
        // A case that was left alone for years is brought up to date by several sweeps.
        if (event == EV_NONE || d->out->steps_n > CASE_STEPS - 8)
            return OK;
        enum result result = apply(d, event, actor, leg);
        if (result != OK)
            return result;
    }
}

static enum result first_event(struct deciding *d)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    enum event event;
    enum result result = check_actor(d);
    if (result == OK)
        result = resolve(d, &event);
    if (result == OK)
        result = case_take_facts(d, event);
    if (result != OK)
        return result;
    if (f->state == MERGED && event == EV_SUPPLEMENT) // but one writer neither rates nor ends another's case
        return err_set(d->err, REJECT, "merged", "number", "number: it is handled under another number now");

    bool of_leg = event_is_leg(event);
    struct leg_facts *leg = NULL;
    if (of_leg) {
        leg = d->request ? case_leg(f, d->request->leg) : leg_of(d, event);
        if (!leg)
            return err_set(d->err, REJECT, "no_leg", "leg", "leg: the case has no such leg at work");
    }
    // Our own stages repeat their work after a crash: what is past is not an error.
    const struct rule *r = of_leg ? rule_for_leg(leg->state, event) : rule_for_case(f->state, event);
    // What follows by itself, and from a sweep, nobody says; a machine says only the steps that the policy may give it.
    if (r && (r->by == BY_SYSTEM || (c->actor == ACTOR_FEEDBACK && (r->by & BY_SYSTEM) && r->step == 0)))
        return refuse(d, event, leg);
    if (is_machine(c->actor) && (!r || !(r->by & BY(c->actor))))
        return DUPLICATE;
    bool of_letter = event == EV_ACCEPT || event == EV_REFER;
    bool machine_may = !r || (of_letter ? case_classifier_may(d, event) : case_policy_allows(d, r));
    if (is_machine(c->actor) && !machine_may)
        return err_set(d->err, REJECT, "needs_desk", "event", "the policy leaves this step to the desk");
    return apply(d, event, c->actor, leg);
}

// The arrays are large and mostly empty: what is behind their counts means nothing and stays where it is.
static void copy_facts(struct case_facts *to, const struct case_facts *from)
{
    memcpy(to, from, offsetof(struct case_facts, legs));
    memcpy(to->legs, from->legs, (size_t)from->legs_n * sizeof *from->legs);
    memcpy(to->requests, from->requests, (size_t)from->requests_n * sizeof *from->requests);
    to->legs_n = from->legs_n;
    to->requests_n = from->requests_n;
}

enum result case_decide(const struct policy *policy, wf_time now, const struct change *change, struct case_facts *facts,
                        struct case_facts *other, struct decision *out, struct err *err)
{
    struct case_facts after, other_after;
    struct err ignored;
    struct deciding d = {.policy = policy,
                         .now = now,
                         .day = date_of(now),
                         .change = change,
                         .facts = &after,
                         .out = out,
                         .err = err ? err : &ignored};
    copy_facts(&after, facts);
    if (other) {
        copy_facts(&other_after, other);
        d.other = &other_after;
    }
    out->steps_n = out->notices_n = 0;
    out->split = false;
    out->inquiry = 0;
    bool sweeps = change->event == EV_TICK && change->actor == ACTOR_FEEDBACK;
    enum result result = sweeps ? OK : first_event(&d);
    if (result == OK)
        result = follow(&d);
    if (result != OK) {
        out->steps_n = out->notices_n = 0;
        return result;
    }
    case_void_requests(&d);
    case_set_wake(&d, &after);
    if (other && d.other->version != other->version)
        case_set_wake(&d, d.other);
    copy_facts(facts, &after);
    if (other)
        copy_facts(other, &other_after);
    return OK;
}

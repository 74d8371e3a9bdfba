// SPDX-License-Identifier: Apache-2.0
// What an event of a leg does beside moving it, and how a leg is opened.
#include "core/case_impl.h"
#include "core/seeded.h"

enum result case_open_leg(struct deciding *d, const struct rule *r, struct case_step *step)
{
    struct case_facts *f = d->facts;
    const struct change *c = d->change;
    int32_t unit = d->open.unit;
    int16_t parent = d->open.parent, hop = d->open.hop;
    if (r->event == EV_DISPATCH) {
        unit = c->to != 0 ? c->to : f->state == HANDLING && step->from == REWORK ? case_rework_unit(d) : f->bureau;
        parent = hop = 0;
    }
    d->open.event = EV_NONE;
    struct text proof = case_detail(step);
    enum result result = SEEDED("delegate") && parent != 0 ? OK : case_check_target(d, unit, &proof);
    if (result != OK)
        return result;
    if (f->legs_n == CASE_LEGS)
        return err_set_limit(d->err, REJECT, "too_many_legs", "unit", "a case has at most ", CASE_LEGS, " legs");
    const struct leg_facts *above = case_leg(f, parent);
    if (above && r->opens == ROLE_LEAD && !policy_above(d->policy, above->unit, unit, d->day))
        return case_not_allowed(d, "unit", "unit: what a unit delegated stays below it");
    struct leg_facts *leg = &f->legs[f->legs_n++];
    *leg = (struct leg_facts){.id = f->legs_n,
                              .parent = parent,
                              .role = r->opens,
                              .state = LEG_SENT,
                              .unit = unit,
                              .round = f->round,
                              .hop = hop,
                              .sent_at = d->now,
                              .due_at = policy_due(d->policy, CLOCK_K5, f->kind, d->now),
                              .changed = true,
                              .created = true};
    if (parent == 0)
        f->bureau = unit;
    step->leg = leg->id;
    step->unit = unit;
    if (r->clock == CLOCK_NONE)
        step->due_at = leg->due_at;
    case_notify(d, leg, NOTICE_LETTER);
    return OK;
}

static void say_units(struct case_step *step, const char *word, int32_t unit)
{
    struct text t = case_detail(step);
    text_put(&t, word);
    text_i64(&t, unit);
}

static void extend(struct deciding *d, struct leg_facts *leg, struct case_step *step)
{
    int16_t days = d->change->days ? d->change->days : d->request->days;
    leg->due_at = calendar_extend(&d->policy->calendar, leg->due_at, days);
    leg->extensions++;
    leg->changed = true;
    if (leg->parent == 0 && leg->role == ROLE_LEAD) {
        d->facts->due_at = calendar_extend(&d->policy->calendar, d->facts->due_at, days);
        d->facts->course.extended_days = (int16_t)(d->facts->course.extended_days + days);
        d->facts->course.warned = 0;
        d->facts->course.changed = true;
        leg->due_at = leg->due_at < d->facts->due_at ? leg->due_at : d->facts->due_at;
    }
    step->due_at = leg->due_at;
    struct text t = case_detail(step);
    text_i64(&t, days);
    text_put(&t, " working days, until ");
    time_format(leg->due_at, &t);
    case_decide_request(d, REQUEST_GRANTED);
    case_notify(d, leg, NOTICE_GRANTED);
}

// By when the unit has to be done. What was granted to it or given back before it asked for a return stays.
static wf_time work_date(const struct deciding *d, const struct leg_facts *leg, enum event event)
{
    wf_time due = leg_work_due(d, leg);
    bool goes_on = event == EV_RETURN_DENIED || event == EV_DESIGNATE;
    if (!goes_on || leg->parent != 0 || leg->due_at <= due)
        return due;
    return leg->due_at < d->facts->due_at ? leg->due_at : d->facts->due_at;
}

enum result case_leg_effect(struct deciding *d, const struct rule *r, struct leg_facts *leg, struct case_step *step)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    enum request_kind asks = request_of_event(r->event);
    if (asks != 0) {
        enum result result = case_add_request(d, asks, leg);
        if (result != OK)
            return result;
        if (c->to != 0)
            say_units(step, "proposes ", c->to);
    }
    if (r->clock == CLOCK_K8) { // started with the dispatch (T13): a unit that signs late gains no time
        leg->due_at = work_date(d, leg, r->event);
        step->due_at = leg->due_at;
#ifdef PA_SEED_BUG_CLOCK_FROM_SIGNING
        f->due_at = policy_due(d->policy, case_clock(f, r->clock), f->kind, d->now);
#endif
    }
    switch (r->event) {
    case EV_DEEM_SIGNED:
        leg->flags |= LEG_SIGNED_LATE;
        break;
    case EV_CONTACTED:
        leg->flags |= LEG_CONTACTED;
        leg->changed = true;
        break;
    case EV_RETURN_GRANTED:
        if (leg->role == ROLE_LEAD) {
            d->open.event = EV_REASSIGN;
            d->open.unit = c->to != 0 ? c->to : d->request ? d->request->to : 0;
            d->open.parent = leg->parent;
            d->open.hop = (int16_t)(leg->hop + 1);
#ifdef PA_SEED_BUG_HOP_NOT_COUNTED
            d->open.hop = leg->hop;
#endif
        }
        case_decide_request(d, REQUEST_GRANTED);
        case_notify(d, leg, NOTICE_GRANTED);
        break;
    case EV_RETURN_DENIED:
        leg->flags |= LEG_DENIED;
        case_decide_request(d, REQUEST_DENIED);
        case_notify(d, leg, NOTICE_DENIED);
        break;
    case EV_SUPERIOR_ASKED:
        leg->flags |= LEG_ASKED_SUPERIOR;
        break;
    case EV_DESIGNATE:
        leg->flags |= LEG_FIXED;
        case_decide_request(d, REQUEST_DENIED);
        case_notify(d, leg, NOTICE_DESIGNATED);
        break;
    case EV_DELEGATED:
    case EV_JOINED:
        d->open.event = r->event == EV_JOINED ? EV_OPEN_ASSIST : EV_OPEN_CHILD;
        d->open.unit = c->to;
        d->open.parent = leg->id;
        d->open.hop = 0;
        break;
    case EV_EXTENSION_GRANTED:
        extend(d, leg, step);
        break;
    case EV_EXTENSION_DENIED:
    case EV_SUPPLEMENT_DENIED:
        case_decide_request(d, REQUEST_DENIED);
        case_notify(d, leg, NOTICE_DENIED);
        break;
    case EV_SUPPLEMENT_GRANTED:
        d->request->until = policy_due(d->policy, CLOCK_K10, f->kind, d->now);
        case_decide_request(d, REQUEST_GRANTED);
        case_pause(d);
        case_notify(d, leg, NOTICE_GRANTED);
        break;
    case EV_REPORTED:
        leg->handler = c->person;
        if (leg->role == ROLE_LEAD && leg->parent == 0)
            f->outcome = c->outcome;
        break;
    case EV_REVIEW_RETURNED:
        case_notify(d, leg, NOTICE_RETURNED);
        break;
    case EV_RECALL:
        if (leg->role == ROLE_LEAD && (c->to != 0 || (d->request && d->request->to != 0))) {
            d->open.event = EV_REASSIGN;
            d->open.unit = c->to != 0 ? c->to : d->request->to;
            d->open.parent = leg->parent;
            d->open.hop = leg->hop;
        }
        if (!d->request) // whoever asked for it has it now
            d->request = request_open_of(f, REQUEST_REASSIGN, leg->id);
        case_decide_request(d, REQUEST_GRANTED);
        case_notify(d, leg, NOTICE_REVOKED);
        break;
    case EV_REVOKE:
        leg->flags |= LEG_CONFLICT;
        case_notify(d, leg, NOTICE_REVOKED);
        break;
    case EV_END_LEG:
        case_notify(d, leg, NOTICE_ENDED);
        break;
    case EV_LEG_BREACH:
        if (d->clock == CLOCK_K7 || d->clock == CLOCK_K15B)
            leg->flags |= LEG_CONTACT_LATE;
        else
            leg->warned = 1;
        leg->changed = true;
        struct text t = case_detail(step);
        text_put(&t, code_name(policy_clocks, (int)d->clock));
        break;
    default:
        break;
    }
    return OK;
}

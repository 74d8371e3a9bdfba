// SPDX-License-Identifier: Apache-2.0
// 申请: what may be asked, who is told of it, and what a decision on it is an event of (domain §3.1).
#include "core/case_impl.h"

// G4: a unit in X is told that the case is gone, and nothing else.
static bool may_hear(const struct deciding *d, const struct case_facts *f, const struct leg_facts *leg,
                     enum notice notice)
{
#ifdef PA_SEED_BUG_TOLD_THE_ACCUSED
    return true;
#endif
    return f->accused.n == 0 || notice == NOTICE_REVOKED || notice == NOTICE_ENDED ||
           guard_handler(d->policy, d->day, &f->accused, leg->unit, NULL) == GUARD_FREE;
}

static void notify(struct deciding *d, const struct leg_facts *leg, bool other, enum notice notice)
{
    if (!may_hear(d, other ? d->other : d->facts, leg, notice))
        return;
    insist(d->out->notices_n < CASE_NOTICES);
    int32_t queue = policy_queue_at(d->policy, leg->unit, d->day);
    if (queue != 0)
        d->out->notices[d->out->notices_n++] =
            (struct case_notice){.queue = queue, .leg = leg->id, .notice = notice, .other = other};
}

void case_notify(struct deciding *d, const struct leg_facts *leg, enum notice notice)
{
    if (d->out->notices_n < CASE_NOTICES)
        notify(d, leg, false, notice);
}

void case_notify_all(struct deciding *d, struct case_facts *f, bool other, enum notice notice)
{
    for (int i = 0; i < f->legs_n && d->out->notices_n < CASE_NOTICES; i++)
        if (!leg_over(f->legs[i].state))
            notify(d, &f->legs[i], other, notice);
}

const struct request_event request_events[] = {
    {EV_RETURN_REQUESTED, REQUEST_RETURN, REQUEST_OPEN},
    {EV_SUPERIOR_ASKED, REQUEST_RETURN, REQUEST_OPEN},
    {EV_RETURN_GRANTED, REQUEST_RETURN, REQUEST_GRANTED},
    {EV_RETURN_DENIED, REQUEST_RETURN, REQUEST_DENIED},
    {EV_DESIGNATE, REQUEST_RETURN, REQUEST_DENIED},
    {EV_EXTENSION_REQUESTED, REQUEST_EXTENSION, REQUEST_OPEN},
    {EV_EXTENSION_GRANTED, REQUEST_EXTENSION, REQUEST_GRANTED},
    {EV_EXTENSION_DENIED, REQUEST_EXTENSION, REQUEST_DENIED},
    {EV_SUPPLEMENT_REQUESTED, REQUEST_SUPPLEMENT, REQUEST_OPEN},
    {EV_SUPPLEMENT_GRANTED, REQUEST_SUPPLEMENT, REQUEST_GRANTED},
    {EV_SUPPLEMENT_DENIED, REQUEST_SUPPLEMENT, REQUEST_DENIED},
    {EV_REASSIGN_REQUESTED, REQUEST_REASSIGN, REQUEST_OPEN},
    {EV_RECALL, REQUEST_REASSIGN, REQUEST_GRANTED},
    {EV_REQUEST_DENIED, REQUEST_REASSIGN, REQUEST_DENIED},
    {EV_SUSPENSION_REQUESTED, REQUEST_DEFER, REQUEST_OPEN},
    {EV_SUSPEND, REQUEST_DEFER, REQUEST_OPEN},
    {EV_SUSPENSION_APPROVED, REQUEST_DEFER, REQUEST_GRANTED},
    {EV_PROPOSAL_REJECTED, REQUEST_DEFER, REQUEST_DENIED},
    {EV_WITHDRAWAL_REQUESTED, REQUEST_WITHDRAWAL, REQUEST_OPEN},
    {EV_WITHDRAWAL_GRANTED, REQUEST_WITHDRAWAL, REQUEST_GRANTED},
    {EV_WITHDRAWAL_DENIED, REQUEST_WITHDRAWAL, REQUEST_DENIED},
    {EV_ASSESSMENT_APPEALED, REQUEST_ASSESSMENT, REQUEST_OPEN},
    {EV_REQUEST_GRANTED, REQUEST_ASSESSMENT, REQUEST_GRANTED},
    {EV_REQUEST_DENIED, REQUEST_ASSESSMENT, REQUEST_DENIED},
    {EV_UNREASONABLE_REQUESTED, REQUEST_UNREASONABLE, REQUEST_OPEN},
    {EV_REQUEST_GRANTED, REQUEST_UNREASONABLE, REQUEST_GRANTED},
    {EV_REQUEST_DENIED, REQUEST_UNREASONABLE, REQUEST_DENIED},
    {EV_REFUSE, REQUEST_REFUSAL, REQUEST_OPEN},
    {EV_REFUSAL_APPROVED, REQUEST_REFUSAL, REQUEST_GRANTED},
    {EV_PROPOSAL_REJECTED, REQUEST_REFUSAL, REQUEST_DENIED},
    {EV_REFER, REQUEST_REFERRAL, REQUEST_OPEN},
    {EV_REFERRAL_APPROVED, REQUEST_REFERRAL, REQUEST_GRANTED},
    {EV_PROPOSAL_REJECTED, REQUEST_REFERRAL, REQUEST_DENIED},
    {EV_CLOSE_PROPOSED, REQUEST_CLOSE, REQUEST_OPEN},
    {EV_CLOSE, REQUEST_CLOSE, REQUEST_GRANTED},
    {EV_PROPOSAL_REJECTED, REQUEST_CLOSE, REQUEST_DENIED},
    {EV_INQUIRE, REQUEST_INQUIRY, REQUEST_OPEN},
    {EV_INQUIRY_APPROVED, REQUEST_INQUIRY, REQUEST_GRANTED},
    {EV_PROPOSAL_REJECTED, REQUEST_INQUIRY, REQUEST_DENIED},
    {EV_IDENTITY_ASKED, REQUEST_IDENTITY, REQUEST_OPEN},
    {EV_IDENTITY_GRANTED, REQUEST_IDENTITY, REQUEST_GRANTED},
    {EV_IDENTITY_DENIED, REQUEST_IDENTITY, REQUEST_DENIED},
    {0},
};

enum request_kind request_of_event(enum event event)
{
    for (const struct request_event *e = request_events; e->event; e++)
        if (e->event == event && e->state == REQUEST_OPEN)
            return e->kind;
    return 0;
}

enum event request_decision(enum request_kind kind, bool granted)
{
    for (const struct request_event *e = request_events; e->event; e++)
        if (e->kind == kind && e->state == (granted ? REQUEST_GRANTED : REQUEST_DENIED))
            return e->event;
    return EV_NONE;
}

bool request_hopeless(enum request_kind kind, enum case_state state, enum leg_state leg)
{
    enum event event = request_decision(kind, true);
    if (kind == REQUEST_ASSESSMENT) // of work that is done: until the case is sealed
        return state == ARCHIVED;
    return leg_over(leg) || leg == LEG_REPORTED || (!event_is_leg(event) && !rule_for_case(state, event));
}

struct request_facts *request_open_of(struct case_facts *f, enum request_kind kind, int16_t leg)
{
    for (int i = 0; i < f->requests_n; i++) {
        struct request_facts *q = &f->requests[i];
        if (q->state == REQUEST_OPEN && q->kind == kind && (leg == 0 || q->leg == leg))
            return q;
    }
    return NULL;
}

bool case_was_granted(const struct case_facts *f, enum request_kind kind)
{
    for (int i = 0; i < f->requests_n; i++)
        if (f->requests[i].kind == kind && f->requests[i].state == REQUEST_GRANTED)
            return true;
    return false;
}

enum result case_check_approval(struct deciding *d, enum request_kind kind)
{
    if (!d->request)
        d->request = request_open_of(d->facts, kind, 0);
    if (!d->request || d->request->kind != kind)
        return err_set(d->err, REJECT, "no_request", "request", "request: nobody proposed this");
    if (d->request->person != 0 && d->request->person == d->change->person)
        return err_set(d->err, REJECT, "same_person", "post",
                       "post: nobody decides on his own proposal; another officer must");
    return OK;
}

enum result case_add_request(struct deciding *d, enum request_kind kind, const struct leg_facts *leg)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    if (f->requests_n == CASE_REQUESTS)
        return err_set_limit(d->err, REJECT, "too_many", "event", "a case has at most ", CASE_REQUESTS, " requests");
    d->request = &f->requests[f->requests_n++];
    *d->request = (struct request_facts){.id = f->requests_n,
                                         .leg = leg ? leg->id : 0,
                                         .kind = kind,
                                         .state = REQUEST_OPEN,
                                         .unit = leg ? leg->unit : c->unit,
                                         .to = c->to,
                                         .days = c->days,
                                         .person = c->person,
                                         .asked_at = d->now,
                                         .due_at = policy_due(d->policy, CLOCK_K18, f->kind, d->now),
                                         .until = kind == REQUEST_IDENTITY ? 0 : c->until,
                                         .changed = true,
                                         .created = true};
    if (kind == REQUEST_INQUIRY)
        case_inquiry_proposed(d);
    return OK;
}

void case_decide_request(struct deciding *d, enum request_state state)
{
    if (!d->request || d->request->state != REQUEST_OPEN)
        return;
    d->request->state = state;
    d->request->changed = true;
}

void case_answer_request(struct deciding *d, enum request_state state)
{
    const struct leg_facts *leg =
        d->request && d->request->state == REQUEST_OPEN ? case_leg(d->facts, d->request->leg) : NULL;
    case_decide_request(d, state);
    if (leg && !leg_over(leg->state))
        case_notify(d, leg, state == REQUEST_GRANTED ? NOTICE_GRANTED : NOTICE_DENIED);
}

void case_void_requests(struct deciding *d)
{
    struct case_facts *f = d->facts;
    for (int i = 0; i < f->requests_n; i++) {
        struct request_facts *q = &f->requests[i];
        if (q->state != REQUEST_OPEN)
            continue;
        const struct leg_facts *leg = case_leg(f, q->leg);
        if (!request_hopeless(q->kind, f->state, leg ? leg->state : LEG_NONE))
            continue;
        q->state = REQUEST_VOID;
        q->changed = true;
    }
}

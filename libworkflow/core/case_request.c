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

enum request_kind request_of_event(enum event event)
{
    switch (event) {
    case EV_RETURN_REQUESTED:
    case EV_SUPERIOR_ASKED:
        return REQUEST_RETURN;
    case EV_EXTENSION_REQUESTED:
        return REQUEST_EXTENSION;
    case EV_SUPPLEMENT_REQUESTED:
        return REQUEST_SUPPLEMENT;
    case EV_REASSIGN_REQUESTED:
        return REQUEST_REASSIGN;
    case EV_SUSPENSION_REQUESTED:
    case EV_SUSPEND:
        return REQUEST_DEFER;
    case EV_WITHDRAWAL_REQUESTED:
        return REQUEST_WITHDRAWAL;
    case EV_ASSESSMENT_APPEALED:
        return REQUEST_ASSESSMENT;
    case EV_UNREASONABLE_REQUESTED:
        return REQUEST_UNREASONABLE;
    case EV_REFUSE:
        return REQUEST_REFUSAL;
    case EV_REFER:
        return REQUEST_REFERRAL;
    case EV_CLOSE_PROPOSED:
        return REQUEST_CLOSE;
    case EV_INQUIRE:
        return REQUEST_INQUIRY;
    default:
        return 0;
    }
}

enum event request_event(enum request_kind kind, bool granted)
{
    switch (kind) {
    case REQUEST_RETURN:
        return granted ? EV_RETURN_GRANTED : EV_RETURN_DENIED;
    case REQUEST_EXTENSION:
        return granted ? EV_EXTENSION_GRANTED : EV_EXTENSION_DENIED;
    case REQUEST_SUPPLEMENT:
        return granted ? EV_SUPPLEMENT_GRANTED : EV_SUPPLEMENT_DENIED;
    case REQUEST_REASSIGN:
        return granted ? EV_RECALL : EV_REQUEST_DENIED;
    case REQUEST_DEFER:
        return granted ? EV_SUSPENSION_APPROVED : EV_PROPOSAL_REJECTED;
    case REQUEST_WITHDRAWAL:
        return granted ? EV_WITHDRAWAL_GRANTED : EV_WITHDRAWAL_DENIED;
    case REQUEST_ASSESSMENT:
    case REQUEST_UNREASONABLE:
        return granted ? EV_REQUEST_GRANTED : EV_REQUEST_DENIED;
    case REQUEST_REFUSAL:
        return granted ? EV_REFUSAL_APPROVED : EV_PROPOSAL_REJECTED;
    case REQUEST_REFERRAL:
        return granted ? EV_REFERRAL_APPROVED : EV_PROPOSAL_REJECTED;
    case REQUEST_CLOSE:
        return granted ? EV_CLOSE : EV_PROPOSAL_REJECTED;
    case REQUEST_INQUIRY:
        return granted ? EV_INQUIRY_APPROVED : EV_PROPOSAL_REJECTED;
    }
    return EV_NONE;
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
                                         .until = c->until,
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
        enum event event = request_event(q->kind, true);
        bool hopeless = leg && (leg_over(leg->state) || leg->state == LEG_REPORTED);
        if (!event_is_leg(event))
            hopeless = hopeless || !rule_for_case(f->state, event);
        if (q->kind == REQUEST_ASSESSMENT) // of work that is done: until the case is sealed
            hopeless = f->state == ARCHIVED;
        if (!hopeless)
            continue;
        q->state = REQUEST_VOID;
        q->changed = true;
    }
}

// SPDX-License-Identifier: Apache-2.0
// What an event of a leg needs beside the leg's state (domain §3.3, column guard; §3.6 separation of duties).
#include "core/case_impl.h"

static enum result check_return(struct deciding *d, const struct leg_facts *leg)
{
    const struct change *c = d->change;
    enum result result = case_check_unit(d, c->to);
    if (result != OK)
        return result;
    if (leg->flags & LEG_FIXED)
        return case_not_allowed(d, "event", "the unit was designated by the common superior: it cannot be returned");
    if (c->to == leg->unit)
        return case_not_allowed(d, "unit", "unit: propose another unit");
    for (int i = 0; i < d->facts->requests_n; i++)
        if (d->facts->requests[i].kind == REQUEST_RETURN && d->facts->requests[i].unit == leg->unit)
            return err_set(d->err, REJECT, "too_many", "event", "event: a unit asks for a return once");
    if (d->now > policy_due(d->policy, CLOCK_K6, d->facts->kind, leg->sent_at))
        return err_set(d->err, REJECT, "too_late", "event", "event: the time for an objection (K6) is over");
    result = case_check_reason(d, REASON_RETURN);
    return result == OK ? case_check_target(d, c->to, NULL) : result;
}

static enum result check_report(struct deciding *d, const struct leg_facts *leg)
{
    const struct change *c = d->change;
    if (c->outcome == OUTCOME_NONE)
        return case_missing(d, "outcome", "outcome: reported needs one of the outcome codes");
    if (str_trim(c->public_reply).n == 0)
        return case_missing(d, "public_reply", "public_reply: reported needs what the writer shall read");
    if (d->facts->accused.n > 0 && c->person == 0)
        return case_missing(d, "officer", "officer: about police conduct the handler must be named");
    if (d->facts->requests_n > 0 && request_open_of(d->facts, REQUEST_SUPPLEMENT, leg->id))
        return case_not_allowed(d, "event", "a request for a supplement is open: it must be decided first");
    for (int i = 0; i < d->facts->legs_n; i++) {
        const struct leg_facts *assist = &d->facts->legs[i];
        if (assist->parent == leg->id && assist->role == ROLE_ASSIST && !leg_over(assist->state))
            return str_trim(c->reason).n > 0
                       ? OK
                       : case_missing(d, "reason",
                                      "reason: a unit that assists has not finished; say why you report without it");
    }
    return OK;
}

// Reviewer and handler are two people; what a unit below did is reviewed by who gave it the work.
static enum result check_review(struct deciding *d, enum actor actor, const struct leg_facts *leg)
{
    const struct change *c = d->change;
    if (actor != ACTOR_FEEDBACK && leg->parent != 0 && c->unit == leg->unit)
        return case_not_allowed(d, "event", "the unit that gave the work reviews it, not the one that did it");
    if (actor != ACTOR_FEEDBACK && leg->handler != 0 && c->person == 0)
        return case_missing(d, "officer", "officer: the handler was named, so the reviewer must be");
    if (actor != ACTOR_FEEDBACK && leg->handler != 0 && leg->handler == c->person)
        return err_set(d->err, REJECT, "same_person", "officer", "officer: nobody reviews his own work");
    return OK;
}

enum result case_check_leg(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg)
{
    const struct change *c = d->change;
    enum result result;
    switch (event) {
    case EV_RETURN_REQUESTED:
        return check_return(d, leg);
    case EV_RETURN_GRANTED:
        if (leg->hop >= d->policy->hops)
            return err_set_limit(d->err, REJECT, "too_many", "event", "event: it was handed on ", leg->hop,
                                 " times: the common superior designates now");
        return OK;
    case EV_RETURN_DENIED:
        return case_need_reason(d);
    case EV_SUPERIOR_ASKED:
        if (!(leg->flags & LEG_DENIED) || (leg->flags & (LEG_ASKED_SUPERIOR | LEG_FIXED)))
            return case_not_allowed(d, "event", "only after a denial, and once");
        return case_need_reason(d);
    case EV_DELEGATED:
        result = case_check_unit(d, c->to);
        if (result == OK && !policy_above(d->policy, leg->unit, c->to, d->day))
            return case_not_allowed(d, "unit", "unit: work is delegated to a unit below");
        return result;
    case EV_JOINED:
        result = case_check_unit(d, c->to);
        for (int i = 0; result == OK && i < d->facts->legs_n; i++)
            if (d->facts->legs[i].unit == c->to && !leg_over(d->facts->legs[i].state))
                return case_not_allowed(d, "unit", "unit: it has a leg of this case already");
        return result == OK && leg->role != ROLE_LEAD
                   ? case_not_allowed(d, "leg", "leg: only who leads asks others to assist")
                   : result;
    case EV_EXTENSION_REQUESTED:
        result = case_check_extension(d, leg, c->days);
        return result == OK ? case_check_proposal(d, event, leg->id) : result;
    case EV_EXTENSION_GRANTED:
        if (!d->request)
            return err_set(d->err, REJECT, "no_request", "request", "request: grant or deny says which");
        if (leg->extensions > 0 && !(actor == ACTOR_DESK && (c->duties & DUTY_LEAD)))
            return err_set(d->err, REJECT, "not_your_duty", "post", "post: a second extension is granted by a leader");
        return case_check_extension(d, leg, c->days ? c->days : d->request->days);
    case EV_SUPPLEMENT_GRANTED:
        if (d->facts->state != HANDLING)
            return case_not_allowed(d, "event", "all have reported: the clock does not stand any more");
        // fall through
    case EV_EXTENSION_DENIED:
    case EV_SUPPLEMENT_DENIED:
        if (!d->request)
            return err_set(d->err, REJECT, "no_request", "request", "request: grant or deny says which");
        return event == EV_SUPPLEMENT_GRANTED ? OK : case_need_reason(d);
    case EV_SUPPLEMENT_REQUESTED:
        if (d->facts->course.paused_at != 0)
            return case_not_allowed(d, "event", "the writer is being asked already");
        return case_check_proposal(d, event, leg->id);
    case EV_SUSPENSION_REQUESTED:
        result = case_check_proposal(d, event, leg->id);
        return result == OK ? case_check_until(d) : result;
    case EV_REASSIGN_REQUESTED:
        result = case_check_target(d, c->to, NULL);
        return result == OK ? case_check_proposal(d, event, leg->id) : result;
    case EV_UNREASONABLE_REQUESTED:
        return case_check_proposal(d, event, leg->id);
    case EV_REPORTED:
        return check_report(d, leg);
    case EV_REVIEWED:
        return check_review(d, actor, leg);
    case EV_REVIEW_RETURNED:
        result = check_review(d, actor, leg);
        return result == OK ? case_need_reason(d) : result;
    case EV_RECALL:
        if (d->facts->state != HANDLING)
            return case_not_allowed(d, "event", "all have reported: return the work first");
        return d->request ? OK : case_need_reason(d);
    default:
        return OK;
    }
}

// SPDX-License-Identifier: Apache-2.0
// What an event needs beside its state (domain §3.3, column guard; §3.6 separation of duties).
#include "core/case_impl.h"
#include "core/seeded.h"

enum result case_missing(struct deciding *d, const char *field, const char *words)
{
    return err_set(d->err, REJECT, "missing", field, words);
}

enum result case_not_allowed(struct deciding *d, const char *field, const char *words)
{
    return err_set(d->err, REJECT, "not_allowed", field, words);
}

enum result case_need_reason(struct deciding *d)
{
    if (str_trim(d->change->reason).n == 0 && str_trim(d->change->reason_code).n == 0)
        return case_missing(d, "reason", "reason: this event needs one");
    return OK;
}

// A reason of the closed lists, where one is named.
enum result case_check_reason(struct deciding *d, enum reason_use use)
{
    const struct change *c = d->change;
    enum result result = case_need_reason(d);
    if (result != OK || c->reason_code.n == 0 || policy_reason(d->policy, use, c->reason_code))
        return result;
    char words[200];
    struct text t = TEXT(words);
    text_put(&t, "reason_code: one of");
    for (size_t i = 0; i < d->policy->reasons_n; i++) {
        if (d->policy->reasons[i].use != use)
            continue;
        text_put(&t, " ");
        text_str(&t, d->policy->reasons[i].code);
    }
    return err_set(d->err, REJECT, "unknown_value", "reason_code", words);
}

enum result case_check_unit(struct deciding *d, int32_t unit)
{
    if (unit == 0)
        return case_missing(d, "unit", "unit: say which");
    if (!policy_unit_at(d->policy, unit, d->day))
        return err_set_limit(d->err, REJECT, "unknown_value", "unit", "unit: there is no unit ", unit, " today");
    return OK;
}

enum result case_check_target(struct deciding *d, int32_t unit, struct text *proof)
{
    char words[140];
    struct text t = TEXT(words);
    enum result result = case_check_unit(d, unit);
    if (result != OK)
        return result;
    if ((d->facts->flags & FLAG_CONDUCT) && d->facts->accused.n == 0)
        return err_set(d->err, REJECT, "conflict", "unit",
                       "unit: police conduct is in question and nobody is named yet: `accuse` first");
    if (guard_handler(d->policy, d->day, &d->facts->accused, unit, &t) == GUARD_FREE) {
        if (proof && d->facts->accused.n > 0)
            text_str(proof, text_get(&t));
        return OK;
    }
    return err_set(d->err, REJECT, "conflict", "unit", words);
}

// The case, or a part of it, is to be this unit's, where one is named.
static enum result check_named_unit(struct deciding *d)
{
    enum result result = case_need_reason(d);
    return result == OK && d->change->to != 0 ? case_check_target(d, d->change->to, NULL) : result;
}

// Not to take a letter up, or to send it elsewhere, is for a reason of the list; the words tell the writer where to go.
static enum result check_turned_away(struct deciding *d, enum reason_use use)
{
    enum result result = case_check_reason(d, use);
    if (result == OK && d->change->reason_code.n == 0)
        return case_missing(d, "reason_code", "reason_code: this event needs one of the list");
    if (result == OK && str_trim(d->change->reason).n == 0)
        return case_missing(d, "reason", "reason: say where the writer can go instead");
    return result;
}

enum result case_check_proposal(struct deciding *d, enum event event, int16_t leg)
{
    if (request_open_of(d->facts, request_of_event(event), leg))
        return err_set(d->err, REJECT, "too_many", "event", "event: such a request is open already; decide it first");
    return d->facts->requests_n == CASE_REQUESTS
               ? err_set_limit(d->err, REJECT, "too_many", "event", "a case has at most ", CASE_REQUESTS, " requests")
               : case_need_reason(d);
}

static enum result check_merge(struct deciding *d)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts, *o = d->other;
    if (c->other == 0)
        return case_missing(d, "into", "into: the number that it joins");
    if (c->other == f->id)
        return case_not_allowed(d, "into", "into: a case cannot join itself");
    if (!o || (c->other_mailbox != 0 && c->other_mailbox != o->mailbox))
        return err_set(d->err, REJECT, "not_found", "into", "into: there is no such case");
    if (!rule_for_case(o->state, EV_ABSORB))
        return case_not_allowed(d, "into", "into: that case is not open, or joined another one itself");
    if (f->flags & FLAG_PRIMARY) // or who may see what would hang on a chain of cases
        return case_not_allowed(d, "into", "into: other letters joined this case: let that one join it instead");
    // G7: the union of what both accuse must leave every unit that has the primary where it is.
    struct case_facts joined = *o;
    accused_join(d->policy, d->day, &joined.accused, &f->accused);
    for (int i = 0; i < joined.legs_n && !SEEDED("merge"); i++) {
        const struct leg_facts *leg = &joined.legs[i];
        if (!leg_over(leg->state) && guard_handler(d->policy, d->day, &joined.accused, leg->unit, NULL) != GUARD_FREE)
            return err_set(d->err, REJECT, "conflict", "into",
                           "into: a unit that has that case is accused in this letter, or not above who is");
    }
    return c->actor == ACTOR_CLASSIFIER ? OK : case_need_reason(d);
}

static enum result check_accused(struct deciding *d, bool known)
{
    const struct accused_list *list = &d->change->accused;
    if (known && (d->facts->flags & FLAG_PRIMARY))
        return case_not_allowed(d, "event", "a letter that joined this case may be the one that accuses");
    bool nobody =
        known && d->facts->accused.n == 0 && (d->facts->flags & FLAG_CONDUCT); // it is not about police at all
    if (list->n == 0 && !nobody)
        return case_missing(d, "accused", "accused: name a unit, or an officer as officer:NUMBER");
    for (int i = 0; i < list->n; i++) {
        struct accused a = list->of[i];
        bool found = a.unit != 0 && policy_unit(d->policy, a.unit) != NULL;
        for (size_t k = 0; k < d->policy->officers_n && !found; k++)
            found = a.officer != 0 && d->policy->officers[k].id == a.officer;
        if (!found)
            return err_set(d->err, REJECT, "unknown_value", "accused", "accused: there is no such unit or officer");
        if (known && !accused_has(&d->facts->accused, a))
            return case_not_allowed(d, "accused", "accused: the case does not accuse this one");
    }
    return case_need_reason(d);
}

// The bureau to which a case goes is settled when it is accepted.
static enum result check_accept(struct deciding *d)
{
    struct case_facts *f = d->facts;
    if (d->change->actor == ACTOR_DESK && f->category == 0)
        return case_missing(d, "category", "category: not known yet, the desk must say it");
    if (f->accused.n > 0 && d->change->to == 0)
        f->bureau = guard_suggests(d->policy, d->day, &f->accused);
    if (f->bureau == 0 && f->accused.n > 0)
        return err_set(d->err, REJECT, "conflict", "unit",
                       guard_excludes(d->policy, d->day, &f->accused, POLICY_PROVINCE) != GUARD_FREE
                           ? "unit: the province itself is accused: refer it to the ministry"
                           : "unit: an accused officer's unit is not known: `accuse` that too");
    if (d->change->actor == ACTOR_DESK && f->bureau == 0)
        return case_missing(d, "unit", "unit: the bureau is not known yet, the desk must say it");
    return f->bureau == 0 ? OK : case_check_target(d, f->bureau, NULL);
}

static enum result check_dispatch(struct deciding *d)
{
    const struct case_facts *f = d->facts;
    int32_t first = case_first_handler(f);
    if (f->state == HANDLING && case_lead_alive(d->facts))
        return case_not_allowed(d, "event", "a unit leads the case: recall it first, or let it ask for a return");
    if (f->state == REWORK && d->change->to != 0 && first != 0 && !unit_stands_above(d, d->change->to, first) &&
        policy_unit_at(d->policy, first, d->day) && policy_unit_at(d->policy, first, d->day)->level != UNIT_PROVINCE)
        return case_not_allowed(d, "unit", "unit: work is done again by a unit above the one that did it first");
    return OK;
}

// The caller does not belong to a unit that handled it.
static enum result check_caller(struct deciding *d)
{
    for (int i = 0; i < d->facts->legs_n; i++)
        if (d->facts->legs[i].unit == d->change->unit && d->facts->legs[i].round == d->facts->round)
            return err_set(d->err, REJECT, "same_unit", "post",
                           "post: the caller may not belong to the unit that handled it");
    return OK;
}

static int bits(uint32_t v)
{
    int n = 0;
    for (; v; v &= v - 1)
        n++;
    return n;
}

// T30: satisfied; or nobody reached in calls enough, on days and at hours enough; or approved by another.
static enum result check_close(struct deciding *d, enum actor actor)
{
    const struct case_facts *f = d->facts;
    const struct course *course = &f->course;
    if (actor == ACTOR_FEEDBACK)
        return OK;
    if (f->state == ANSWERED) {
        bool nobody_asks = f->course.satisfied_last != 2 && case_policy_allows(d, rule_for_case(ANSWERED, EV_CLOSE));
        return nobody_asks || f->course.satisfied_last == 1
                   ? OK
                   : case_not_allowed(d, "event", "the writer was not called back yet, or is not content");
    }
    enum result result = check_caller(d);
    if (result != OK)
        return result;
    if (d->request && d->request->kind == REQUEST_CLOSE)
        return case_check_approval(d, REQUEST_CLOSE);
    if (course->satisfied_last == 1 || case_was_granted(f, REQUEST_UNREASONABLE))
        return OK;
    uint32_t hours = course->call_hours & 0xffffff, days = course->call_hours >> 24;
    if (course->calls < d->policy->calls || bits(days) < d->policy->call_days || bits(hours) < 2)
        return case_not_allowed(
            d, "event",
            "the writer has not answered, and was not called often enough, on two days, at different hours");
    return OK;
}

enum result case_check_until(struct deciding *d)
{
    if (d->change->until == 0)
        return OK;
    if (d->change->until <= d->now || d->change->until > policy_due(d->policy, CLOCK_K17, d->facts->kind, d->now))
        return err_set(d->err, REJECT, "out_of_range", "until", "until: later than now, and at most a year (K17)");
    return OK;
}

static enum result check_grace(struct deciding *d, enum clock clock, bool must_be_over)
{
    bool over = d->now >= policy_due(d->policy, clock, d->facts->kind, d->facts->clock_at);
    if (over == must_be_over)
        return OK;
    if (must_be_over)
        return err_set(d->err, REJECT, "too_early", "event", "event: the time for questions (K19) is not over yet");
    return err_set(d->err, REJECT, "too_late", "event",
                   "event: the time for an appeal (K20) is over; a new letter can name this number");
}

// The date must be what the new calendar gives; where the clock once stood, at most a month later than that.
static enum result check_recompute(struct deciding *d)
{
    const struct case_facts *f = d->facts;
    if (d->change->until == 0)
        return case_missing(d, "until", "until: the new date");
    wf_time date = case_recompute(d->policy, f, f->clock_at, NULL, 0);
    wf_time most = f->course.exists ? calendar_extend(&d->policy->calendar, date, 22) : date;
    if (date == 0 || f->course.paused_at != 0 || d->change->until < date || d->change->until > most)
        return err_set(d->err, REJECT, "out_of_range", "until", "until: not the date that this calendar gives");
    return OK;
}

static enum result check_case_event(struct deciding *d, enum event event, enum actor actor)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    enum result result;
    switch (event) {
    case EV_ASK_SUPPLEMENT:
        return f->course.asked_supplements >= d->policy->supplements
                   ? err_set_limit(d->err, REJECT, "too_many", "event", "event: a supplement is asked for at most ",
                                   d->policy->supplements, " times")
                   : case_need_reason(d);
    case EV_SUPPLEMENT:
        return str_trim(c->words).n == 0 ? case_missing(d, "words", "words: what the writer added") : OK;
    case EV_TERMINATE:
        return d->now < f->due_at
                   ? err_set(d->err, REJECT, "too_early", "event", "event: the writer still has time (K10)")
                   : case_check_reason(d, REASON_TERMINATE);
    case EV_REFUSE:
    case EV_REFER:
        if (actor == ACTOR_CLASSIFIER) // whose it is stands in what was found
            return OK;
        result = case_check_proposal(d, event, 0);
        return result == OK ? check_turned_away(d, event == EV_REFUSE ? REASON_REFUSE : REASON_REFER) : result;
    case EV_SUSPEND:
        result = case_check_proposal(d, event, 0);
        return result == OK ? case_check_until(d) : result;
    case EV_REFUSAL_APPROVED:
        return case_check_approval(d, REQUEST_REFUSAL);
    case EV_REFERRAL_APPROVED:
        return case_check_approval(d, REQUEST_REFERRAL);
    case EV_SUSPENSION_APPROVED:
        result = case_check_approval(d, REQUEST_DEFER);
        return result == OK ? case_check_until(d) : result;
    case EV_INQUIRE:
    case EV_INQUIRY_APPROVED:
    case EV_INQUIRY_ANSWERED:
        return case_check_inquiry(d, event);
    case EV_IDENTITY_OPEN:
    case EV_IDENTITY_ASKED:
    case EV_IDENTITY_GRANTED:
    case EV_IDENTITY_DENIED:
        return case_check_identity(d, event);
    case EV_QUEUE_RETRY:
    case EV_QUEUE_PARK:
    case EV_QUEUE_SKIP:
        return case_check_queue(d);
    case EV_WITHDRAWAL_REQUESTED: // a writer needs no reason
        return request_open_of(f, REQUEST_WITHDRAWAL, 0)
                   ? err_set(d->err, REJECT, "too_many", "event", "event: it is asked for already")
                   : OK;
    case EV_WITHDRAWAL_GRANTED:
    case EV_WITHDRAWAL_DENIED:
        if (!d->request)
            return err_set(d->err, REJECT, "no_request", "request", "request: nobody asked for this");
        return event == EV_WITHDRAWAL_DENIED ? case_need_reason(d) : OK;
    case EV_PROPOSAL_REJECTED:
    case EV_REQUEST_GRANTED:
    case EV_REQUEST_DENIED:
        if (!d->request)
            return err_set(d->err, REJECT, "no_request", "request", "request: grant or deny says which");
        result = case_check_approval(d, d->request->kind);
        return result == OK && event != EV_REQUEST_GRANTED ? case_need_reason(d) : result;
    case EV_CLOSE_PROPOSED:
    case EV_ASSESSMENT_APPEALED:
        return case_check_proposal(d, event, 0);
    case EV_MERGE:
        return check_merge(d);
    case EV_ACCEPT:
        return check_accept(d);
    case EV_RECLASSIFY:
        if (c->kind == KIND_NONE && c->category == 0 && c->to == 0)
            return case_missing(d, "category", "category: say the new kind, category or unit");
        if (f->state == HANDLING && c->to != 0 && c->to != f->bureau)
            return case_not_allowed(d, "unit", "unit: a unit has the case: recall it, and name the next one there");
        return check_named_unit(d);
    case EV_ACCUSE:
        return check_accused(d, false);
    case EV_EXONERATE:
        return check_accused(d, true);
    case EV_DISPATCH:
        return check_dispatch(d);
    case EV_ISSUE_REPLY:
        if (!case_leads_free(d))
            return err_set(d->err, REJECT, "conflict", "event",
                           "event: a unit that reported is accused: return the work, and another one does it");
        return case_leads_all(f, true) ? OK
                                       : case_not_allowed(d, "event", "a lead leg's report has not passed review yet");
    case EV_ALL_REPORTED:
        return case_leads_all(f, false) ? OK : case_not_allowed(d, "event", "a lead leg has not reported yet");
    case EV_START_CALLBACK:
    case EV_CALLED:
        return check_caller(d);
    case EV_ANSWERED:
        result = check_caller(d);
        if (result != OK)
            return result;
        return c->satisfied == 0 ? case_missing(d, "satisfied", "satisfied: yes or no") : OK;
    case EV_RATE:
        return c->satisfied == 0 ? case_missing(d, "satisfied", "satisfied: yes or no") : OK;
    case EV_ORDER_REWORK:
        result = check_caller(d);
        if (result == OK && f->course.satisfied_last != 2 && f->course.solved != 2)
            return case_not_allowed(d, "event", "the writer did not say that it is not settled");
        return result == OK ? case_need_reason(d) : result;
    case EV_CLOSE:
        return check_close(d, actor);
    case EV_ARCHIVE:
        if (f->state == MERGED && d->other && !case_final(d->other->state))
            return err_set(d->err, REJECT, "too_early", "event", "event: the case that it joined is not over yet");
        return check_grace(d, CLOCK_K19, true);
    case EV_APPEAL:
        result = check_grace(d, CLOCK_K20, false);
        return result == OK ? case_need_reason(d) : result;
    case EV_SUPERVISE:
        if (actor == ACTOR_DESK && c->level == SUPERVISION_NONE)
            return case_missing(d, "level", "level: urge, supervise, list or summon");
        return actor == ACTOR_DESK && c->level >= SUPERVISION_LISTED && !(c->duties & DUTY_LEAD)
                   ? err_set(d->err, REJECT, "not_your_duty", "level", "level: list and summon need the duty lead")
                   : OK;
    case EV_LIFT:
        return f->course.supervision == SUPERVISION_NONE ? case_not_allowed(d, "event", "the case is not supervised")
                                                         : OK;
    case EV_SUPERVISION_ANSWERED:
        return f->course.supervision_due == 0 ? case_not_allowed(d, "event", "no supervision waits for an answer")
                                              : case_need_reason(d);
    case EV_RECOMPUTE:
        return check_recompute(d);
    case EV_FLAG_EMERGENCY:
        return actor == ACTOR_DESK ? case_need_reason(d) : OK;
    case EV_ACKNOWLEDGE:
    case EV_RETURN_WORK:
    case EV_REOPEN:
    case EV_INSTRUCT:
    case EV_INSPECT:
    case EV_UNMERGE:
        return case_need_reason(d);
    case EV_SPLIT:
        return check_named_unit(d);
    default:
        return OK;
    }
}

enum result case_check(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg)
{
    return leg ? case_check_leg(d, event, actor, leg) : check_case_event(d, event, actor);
}

// SPDX-License-Identifier: Apache-2.0
// What the system does next by itself, one event after the other, until somebody must act.
#include "core/case_impl.h"
#include "core/classify.h"

struct leg_facts *case_leg(struct case_facts *f, int16_t id)
{
    return id >= 1 && id <= f->legs_n ? &f->legs[id - 1] : NULL;
}

bool leg_leads(const struct case_facts *f, const struct leg_facts *leg)
{
    return leg->role == ROLE_LEAD && leg->parent == 0 && leg->round == f->round && leg->state != LEG_REVOKED &&
           leg->state != LEG_RETURNED;
}

bool case_leads_all(const struct case_facts *f, bool done)
{
    int leads = 0;
    for (int i = 0; i < f->legs_n; i++) {
        const struct leg_facts *leg = &f->legs[i];
        if (!leg_leads(f, leg))
            continue;
        leads++;
        if (leg->state != LEG_DONE && (done || leg->state != LEG_REPORTED))
            return false;
    }
    return leads > 0;
}

bool case_leads_free(const struct deciding *d)
{
    const struct case_facts *f = d->facts;
    for (int i = 0; i < f->legs_n && f->accused.n > 0; i++)
        if (leg_leads(f, &f->legs[i]) && guard_excludes(d->policy, d->day, &f->accused, f->legs[i].unit) != GUARD_FREE)
            return false;
    return true;
}

struct leg_facts *case_lead_alive(struct case_facts *f)
{
    for (int i = 0; i < f->legs_n; i++)
        if (leg_leads(f, &f->legs[i]) && !leg_over(f->legs[i].state))
            return &f->legs[i];
    return NULL;
}

bool unit_is_or_below(const struct deciding *d, int32_t above, int32_t unit)
{
    return above == unit || policy_above(d->policy, above, unit, d->day);
}

bool unit_stands_above(const struct deciding *d, int32_t unit, int32_t below)
{
    const struct unit *u = policy_unit_at(d->policy, unit, d->day), *first = policy_unit_at(d->policy, below, d->day);
    if (policy_above(d->policy, unit, below, d->day))
        return true;
    if (!u || unit == below || u->parent == 0 || !policy_above(d->policy, u->parent, below, d->day))
        return false;
    // Among the lines of one organ only those stand above another that look into what it did.
    bool beside = first && first->level == UNIT_SQUAD && first->parent == u->parent;
    return u->line != LINE_GENERAL && u->line != LINE_STATION && (!beside || u->line <= LINE_LEGAL);
}

// The one that did the work: the deepest lead leg of the first round that came to its end.
int32_t case_first_handler(const struct case_facts *f)
{
    int32_t unit = 0;
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].round == 0 && f->legs[i].role == ROLE_LEAD && f->legs[i].state == LEG_DONE)
            unit = f->legs[i].unit; // a child's id is above its parent's
    return unit;
}

// The line that does it again: the one that the route names; 督察 where nobody special does such work, and always where
// police conduct is in question.
static enum line rework_line(const struct deciding *d)
{
    enum line line = policy_route(d->policy, d->facts->category, d->facts->kind)->line;
    return (d->facts->flags & FLAG_CONDUCT) || line == LINE_GENERAL || line == LINE_STATION ? LINE_SUPERVISION : line;
}

// The unit of this organ that looks with fresh eyes: the one of the line where there is one, else itself; 0: neither
// may.
static int32_t fresh_eyes(const struct deciding *d, int32_t organ, int32_t first)
{
    const struct accused_list *x = &d->facts->accused;
    enum line line = rework_line(d);
    for (size_t i = 0; i < d->policy->units_n; i++) {
        const struct unit *w = &d->policy->units[i];
        if (w->parent == organ && w->line == line && w == policy_unit_at(d->policy, w->code, d->day) &&
            (organ == first || unit_stands_above(d, w->code, first)) &&
            guard_handler(d->policy, d->day, x, w->code, NULL) == GUARD_FREE)
            return w->code;
    }
    return guard_handler(d->policy, d->day, x, organ, NULL) == GUARD_FREE ? organ : 0;
}

// One level above the first handler, or where somebody there is accused, the next level that may have it.
int32_t case_rework_unit(const struct deciding *d)
{
    const struct case_facts *f = d->facts;
    int32_t first = case_first_handler(f);
    if (first == 0)
        return f->accused.n > 0 ? guard_suggests(d->policy, d->day, &f->accused) : f->bureau;
    const struct unit *u = policy_unit_at(d->policy, first, d->day);
    int32_t organ = !u ? policy_bureau(d->policy, first) : u->parent != 0 ? u->parent : first;
    int32_t unit = fresh_eyes(d, organ, first);
    while (unit == 0 && (u = policy_unit_at(d->policy, organ, d->day)) && u->parent != 0) {
        organ = u->parent;
        unit = fresh_eyes(d, organ, first);
    }
    return unit;
}

bool case_policy_allows(const struct deciding *d, const struct rule *r)
{
    return r->step == 0 || policy_step(d->policy, r->step, d->facts->category, d->facts->kind) == MODE_AUTO;
}

// May the classifier accept it, or propose to refer it, without the desk? Only what it is sure of, what the policy
// leaves to it, and never where police conduct is in question: a wrong bureau there betrays the writer (domain §3.11).
bool case_classifier_may(const struct deciding *d, enum event event)
{
    const struct case_facts *f = d->facts;
    const struct change *c = d->change;
    bool held = (c->near && near_waits(c->near)) || f->confidence < d->policy->sure || (f->flags & FLAG_CONDUCT) ||
                f->accused.n > 0 || request_open_of(d->facts, REQUEST_REFERRAL, 0);
    if (held || f->category == 0 || !case_policy_allows(d, rule_for_case(TRIAGE, event)))
        return false;
    bool elsewhere = c->found && c->found->authority;
    return event == EV_REFER ? elsewhere && f->requests_n < CASE_REQUESTS : f->bureau != 0;
}

// A leg whose unit may not have it (any more).
static struct leg_facts *leg_in_conflict(struct deciding *d)
{
    struct case_facts *f = d->facts;
    for (int i = 0; i < f->legs_n && f->accused.n > 0; i++)
        if (!leg_over(f->legs[i].state) &&
            guard_handler(d->policy, d->day, &f->accused, f->legs[i].unit, NULL) != GUARD_FREE)
            return &f->legs[i];
    return NULL;
}

// A leg that is part of something that is over.
static struct leg_facts *leg_orphaned(struct case_facts *f)
{
    bool over = f->state != HANDLING && f->state != REVIEW && f->state != DEFERRED;
    for (int i = 0; i < f->legs_n; i++) {
        struct leg_facts *leg = &f->legs[i];
        const struct leg_facts *parent = case_leg(f, leg->parent);
        bool lost = parent && (parent->state == LEG_REVOKED || parent->state == LEG_RETURNED);
        if (!leg_over(leg->state) && (over || lost))
            return leg;
    }
    return NULL;
}

static struct leg_facts *leg_with_child_over(struct case_facts *f)
{
    for (int i = 0; i < f->legs_n; i++) {
        bool alive = f->legs[i].state != LEG_DELEGATED;
        for (int k = 0; k < f->legs_n && !alive; k++)
            alive = f->legs[k].parent == f->legs[i].id && f->legs[k].role == ROLE_LEAD && !leg_over(f->legs[k].state);
        if (!alive)
            return &f->legs[i];
    }
    return NULL;
}

static struct leg_facts *leg_awaiting_review(struct case_facts *f)
{
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].state == LEG_REPORTED)
            return &f->legs[i];
    return NULL;
}

// What the rest of the organisation owes to what has just happened.
static enum event next_owed(struct deciding *d, struct leg_facts **leg)
{
    struct case_facts *f = d->facts;
    if (d->joined)
        return EV_ABSORB;
    if (d->left)
        return EV_RELEASE;
    if (d->press)
        return EV_SUPERVISE;
    if ((*leg = leg_in_conflict(d)))
        return EV_REVOKE;
    if ((*leg = leg_orphaned(f)))
        return EV_END_LEG;
    if (d->open.event != EV_NONE)
        return d->open.event;
    if (f->state != DEFERRED && (*leg = leg_with_child_over(f)))
        return EV_CHILD_DONE;
    if (d->supervise != SUPERVISION_NONE && rule_for_case(f->state, EV_SUPERVISE))
        return EV_SUPERVISE;
    bool waits = f->state == HANDLING && f->course.paused_at != 0;
    if (waits && (d->change->event == EV_SUPPLEMENT || case_leads_all(f, false)))
        return EV_SUPPLEMENT_ENDED;
    return EV_NONE;
}

enum event case_next(struct deciding *d, enum actor *actor, struct leg_facts **leg)
{
    struct case_facts *f = d->facts;
    enum event owed = next_owed(d, leg);
    if (owed != EV_NONE)
        return owed;
    if (d->change->event == EV_TICK) {
        enum event due = case_due_now(d, leg);
        if (due != EV_NONE)
            return due;
    }
    *leg = NULL;
    if (f->state == TRIAGE && d->change->event == EV_TRIAGE) {
        *actor = ACTOR_CLASSIFIER;
        return case_joins_by_itself(d)             ? EV_MERGE
               : case_classifier_may(d, EV_REFER)  ? EV_REFER
               : case_classifier_may(d, EV_ACCEPT) ? EV_ACCEPT
                                                   : EV_NONE;
    }
    if (f->state == HANDLING && case_leads_all(f, false))
        return EV_ALL_REPORTED;
    if (f->state == REVIEW && (*leg = leg_awaiting_review(f)) &&
        case_policy_allows(d, rule_for_leg(LEG_REPORTED, EV_REVIEWED)))
        return EV_REVIEWED;
    *leg = NULL;
    if (f->state == REVIEW && case_leads_all(f, true) && case_leads_free(d) &&
        case_policy_allows(d, rule_for_case(REVIEW, EV_ISSUE_REPLY)))
        return EV_ISSUE_REPLY;
    bool rated_well = d->change->event == EV_RATE && f->course.satisfied_last == 1;
    if (f->state == ANSWERED && (rated_well || case_policy_allows(d, rule_for_case(ANSWERED, EV_CLOSE))))
        return EV_CLOSE;
    return EV_NONE;
}

// SPDX-License-Identifier: Apache-2.0
// The clocks of a case (domain §3.4). Every timer is derived from the facts; wake_at is only the alarm that makes the
// sweep look. Warnings fall into duty hours (complaint 2.4); what a date means in law stays the date.
#include "core/case_impl.h"

#define NEVER INT64_MAX

enum clock case_clock(const struct case_facts *f, enum clock clock)
{
    return clock == CLOCK_K8 && (f->flags & FLAG_CONDUCT) ? CLOCK_K15 : clock;
}

// The clock that the case's date belongs to; CLOCK_NONE where a person chose the date.
static enum clock running_clock(const struct case_facts *f)
{
    switch (f->state) {
    case RECEIVED:
    case TRIAGE:
        return CLOCK_K3;
    case EMERGENCY:
        return CLOCK_K2;
    case NEED_INFO:
        return CLOCK_K10;
    case ACCEPTED:
        return CLOCK_K4;
    case HANDLING:
    case REVIEW:
        return f->round > 0 ? CLOCK_K12 : case_clock(f, CLOCK_K8);
    case REWORK:
        return CLOCK_K12;
    case ANSWERED:
    case CALLBACK:
        return CLOCK_K11;
    default:
        return CLOCK_NONE;
    }
}

enum clock case_running_clock(const struct case_facts *f)
{
    return f->due_at != 0 ? running_clock(f) : CLOCK_NONE;
}

enum span_unit case_clock_unit(const struct policy *p, const struct case_facts *f)
{
    enum clock clock = f->state == DEFERRED ? (f->round > 0 ? CLOCK_K12 : case_clock(f, CLOCK_K8)) : running_clock(f);
    return clock == CLOCK_NONE ? SPAN_WORKDAYS : p->clocks[clock][f->kind].unit;
}

// ---- Dates ----

// `workdays` working days before the date: the end of a day, or the date itself.
static wf_time earlier(const struct calendar *c, wf_time due, int32_t workdays)
{
    struct date d = date_of(due - 1);
    for (int32_t left = workdays; left > 0;) {
        left -= calendar_workday(c, d);
        d.day--;
    }
    while (workdays > 0 && !calendar_workday(c, d)) // the end of a working day, not of the Sunday behind it
        d.day--;
    return workdays > 0 ? date_begin((struct date){d.day + 1}) : due;
}

wf_time leg_work_due(const struct deciding *d, const struct leg_facts *leg)
{
    struct case_facts *f = d->facts;
    wf_time due = f->due_at;
    const struct leg_facts *parent = case_leg(f, leg->parent);
    if (parent) {
        wf_time of_parent = parent->state == LEG_SENT ? f->due_at : parent->due_at;
        due = earlier(&d->policy->calendar, of_parent, d->policy->margin_days);
        due = due > d->now ? due : of_parent; // no time is left to keep for the review
    } else if (running_clock(f) == CLOCK_K15) {
        wf_time inquiry = policy_due(d->policy, CLOCK_K15C, f->kind, f->clock_at);
        due = inquiry < due ? inquiry : due;
    }
    return due;
}

void case_move_date(struct deciding *d, wf_time due)
{
    struct case_facts *f = d->facts;
    wf_time before = f->due_at;
    f->due_at = due;
    for (int i = 0; i < f->legs_n; i++) {
        struct leg_facts *leg = &f->legs[i];
        if (leg_over(leg->state) || leg->state == LEG_SENT)
            continue;
        wf_time most = leg->parent == 0 ? f->due_at : leg_work_due(d, leg); // a parent stands before its children
        bool goes_along = leg->parent == 0 && leg->due_at == before;
        if (leg->due_at <= most && !goes_along)
            continue;
        leg->due_at = most;
        leg->changed = true;
    }
}

// What was granted or given back on top of the old kind's time stays.
wf_time case_shorten(struct deciding *d, enum kind before)
{
    struct case_facts *f = d->facts;
    const struct calendar *c = &d->policy->calendar;
    enum clock clock = running_clock(f);
    wf_time had = policy_due(d->policy, clock, before, f->clock_at);
    wf_time has = policy_due(d->policy, clock, f->kind, f->clock_at);
    if (has >= had)
        return 0;
    bool by_days = case_clock_unit(d->policy, f) == SPAN_WORKDAYS;
    wf_time due = by_days ? earlier(c, f->due_at, calendar_workdays(c, date_of(has - 1), date_of(had - 1)))
                          : f->due_at - (had - has);
    due = due > has ? due : has;
    if (due >= f->due_at) // an earlier kind had less already
        return 0;
    case_move_date(d, due);
    return f->due_at;
}

void case_pause(struct deciding *d)
{
    struct course *c = &d->facts->course;
    c->paused_at = c->paused_at != 0 ? c->paused_at : d->now;
    c->changed = true;
}

void case_run_on(struct deciding *d, wf_time due)
{
    struct case_facts *f = d->facts;
    enum span_unit unit = case_clock_unit(d->policy, f);
    wf_time paused = f->course.paused_at;
    f->due_at = calendar_resume(&d->policy->calendar, due, unit, paused, d->now);
    for (int i = 0; i < f->legs_n; i++) {
        struct leg_facts *leg = &f->legs[i];
        if (leg_over(leg->state) || leg->state == LEG_SENT)
            continue;
        leg->due_at = calendar_resume(&d->policy->calendar, leg->due_at, unit, paused, d->now);
        leg->changed = true;
    }
    f->course.paused_at = 0;
    f->course.changed = true;
}

enum result case_check_extension(struct deciding *d, const struct leg_facts *leg, int32_t days)
{
    const struct case_facts *f = d->facts;
    if (days < 1 || days > d->policy->extension_days)
        return err_set_limit(d->err, REJECT, "out_of_range", "days", "days: 1 to ", d->policy->extension_days,
                             " working days");
    bool decides =
        d->request && d->request->kind == REQUEST_EXTENSION; // what was asked for in time is decided later, too
    if ((decides ? d->request->asked_at : d->now) >= leg->due_at)
        return err_set(d->err, REJECT, "too_late", "event", "event: more time is asked for before the date has passed");
    if (leg->extensions >= 2)
        return err_set(d->err, REJECT, "too_many", "event", "event: once, and once more by a leader");
    struct span base = d->policy->clocks[running_clock(f)][f->kind], most = d->policy->clocks[CLOCK_K9][f->kind];
    bool counts = base.unit == SPAN_WORKDAYS && most.unit == SPAN_WORKDAYS && base.amount <= most.amount;
#ifdef PA_SEED_BUG_EXTENSION_UNBOUNDED
    counts = false;
#endif
    if (leg->parent == 0 && counts && base.amount + f->course.extended_days + days > most.amount)
        return err_set_limit(d->err, REJECT, "out_of_range", "days", "days: with what it had, at most ", most.amount,
                             " working days in all (K9)");
    if (leg->parent != 0) {
        const struct leg_facts *parent = case_leg(d->facts, leg->parent);
        wf_time most_at = earlier(&d->policy->calendar, parent->due_at, d->policy->margin_days);
        if (calendar_extend(&d->policy->calendar, leg->due_at, days) > most_at)
            return err_set(d->err, REJECT, "out_of_range", "days", "days: the unit above has no more time itself");
    }
    return OK;
}

wf_time case_recompute(const struct policy *policy, const struct case_facts *f, wf_time started,
                       const struct pause *pauses, int pauses_n)
{
    enum clock clock = running_clock(f);
    if (clock == CLOCK_NONE || f->due_at == 0)
        return 0;
    wf_time due = policy_due(policy, clock, f->kind, started);
    enum span_unit unit = case_clock_unit(policy, f);
    for (int i = 0; i < pauses_n; i++)
        due = calendar_resume(&policy->calendar, due, unit, pauses[i].from, pauses[i].to);
    return f->course.extended_days > 0 ? calendar_extend(&policy->calendar, due, f->course.extended_days) : due;
}

// ---- Timers ----

struct timer {
    wf_time at;
    enum event event;
    int16_t leg;     // index + 1
    int16_t request; // index + 1
    int16_t warn;    // bit of the ladder
    enum clock clock;
};

// The earliest timer before `limit`. Every candidate has a cheap lower bound, so that a decision on the hot path does
// not count days for an alarm that is far away.
struct timers {
    const struct policy *p;
    const struct case_facts *f;
    wf_time now;       // what waited for duty hours goes on waiting for them, also after an outage
    struct timer next; // .at is the limit so far
};

static void offer(struct timers *t, struct timer timer, bool in_duty)
{
    if (timer.at == 0 || timer.at >= t->next.at)
        return;
    if (in_duty)
        timer.at = calendar_duty(&t->p->calendar, timer.at > t->now ? timer.at : t->now);
    if (timer.at < t->next.at)
        t->next = timer;
}

static void offer_ladder(struct timers *t)
{
    const struct case_facts *f = t->f;
    const struct calendar *c = &t->p->calendar;
    enum clock clock = running_clock(f);
    enum span_unit unit = case_clock_unit(t->p, f);
    bool by_days = unit == SPAN_DAYS || unit == SPAN_WORKDAYS;
    if (by_days && date_begin((struct date){date_of(f->clock_at).day + 1}) >= t->next.at)
        return;
    static const int parts[] = {50, 80};
    for (int i = 0; i < 2; i++)
        if (!(f->course.warned & 1 << i) && f->due_at > f->clock_at)
            offer(t,
                  (struct timer){.at = calendar_part(c, f->clock_at, f->due_at, unit, parts[i]),
                                 .event = EV_WARN,
                                 .warn = (int16_t)(1 << i),
                                 .clock = clock},
                  true);
    static const int late[] = {0, 1, 5};
    for (int i = 0; i < 3; i++)
        if (!(f->course.warned & 4 << i) && f->due_at < t->next.at)
            offer(t,
                  (struct timer){.at = late[i] == 0 ? f->due_at : calendar_extend(c, f->due_at, late[i]),
                                 .event = EV_BREACH,
                                 .warn = (int16_t)(4 << i),
                                 .clock = clock},
                  true);
}

static void offer_state(struct timers *t)
{
    const struct case_facts *f = t->f;
    switch (f->state) {
    case EMERGENCY:
        offer(t, (struct timer){.at = f->due_at, .event = EV_ESCALATE}, false);
        break;
    case NEED_INFO:
        if (!(f->course.warned & WARNED_EXPIRED))
            offer(t, (struct timer){.at = f->due_at, .event = EV_EXPIRE}, false);
        break;
    case HANDLING:
    case REVIEW:
    case REWORK:
        if (f->course.paused_at == 0)
            offer_ladder(t);
        break;
    case ARCHIVED:
        break;
    default:
        if (case_final(f->state))
            offer(t, (struct timer){.at = policy_due(t->p, CLOCK_K19, f->kind, f->clock_at), .event = EV_ARCHIVE},
                  false);
        else if (!(f->course.warned & 4))
            offer(t, (struct timer){.at = f->due_at, .event = EV_BREACH, .warn = 4, .clock = running_clock(f)}, true);
    }
}

static void offer_leg(struct timers *t, int i)
{
    const struct case_facts *f = t->f;
    const struct leg_facts *leg = &f->legs[i];
    int16_t id = (int16_t)(i + 1);
    if (leg->state == LEG_SENT) {
        offer(t, (struct timer){.at = leg->due_at, .event = EV_DEEM_SIGNED, .leg = id}, false);
        return;
    }
    bool in_hand = leg->state == LEG_SIGNED || leg->state == LEG_EXTENSION;
    enum clock first = f->flags & FLAG_CONDUCT ? CLOCK_K15B : CLOCK_K7; // contact, or the first check
    if (in_hand && leg->role == ROLE_LEAD && !(leg->flags & (LEG_CONTACTED | LEG_CONTACT_LATE)) &&
        leg->sent_at < t->next.at)
        offer(t,
              (struct timer){.at = policy_due(t->p, first, f->kind, leg->sent_at),
                             .event = EV_LEG_BREACH,
                             .leg = id,
                             .clock = first},
              true);
    bool own_date = leg->parent != 0 && leg->warned == 0 && rule_for_leg(leg->state, EV_LEG_BREACH);
    if (own_date && f->course.paused_at == 0)
        offer(t, (struct timer){.at = leg->due_at, .event = EV_LEG_BREACH, .leg = id, .clock = running_clock(f)}, true);
}

// The writer is waited for until the last supplement that was granted is late, not an older one.
static bool waits_for(const struct case_facts *f, const struct request_facts *q)
{
    if (f->state != HANDLING || f->course.paused_at == 0)
        return false;
    for (int i = 0; i < f->requests_n; i++)
        if (f->requests[i].kind == REQUEST_SUPPLEMENT && f->requests[i].state == REQUEST_GRANTED &&
            f->requests[i].until > q->until)
            return false;
    return true;
}

static void offer_request(struct timers *t, int i)
{
    const struct request_facts *q = &t->f->requests[i];
    if (q->state == REQUEST_OPEN && rule_for_case(t->f->state, EV_BREACH))
        offer(t, (struct timer){.at = q->due_at, .event = EV_BREACH, .request = (int16_t)(i + 1), .clock = CLOCK_K18},
              true);
    else if (q->state == REQUEST_GRANTED && q->kind == REQUEST_SUPPLEMENT && waits_for(t->f, q))
        offer(t, (struct timer){.at = q->until, .event = EV_SUPPLEMENT_ENDED}, false);
}

static struct timer next_timer(const struct policy *p, const struct case_facts *f, wf_time now, wf_time limit)
{
    struct timers t = {.p = p, .f = f, .now = now, .next = {.at = limit}};
    offer_state(&t);
    for (int i = 0; i < f->legs_n && (f->state == HANDLING || f->state == REVIEW); i++)
        offer_leg(&t, i);
    for (int i = 0; i < f->requests_n; i++)
        offer_request(&t, i);
    if (rule_for_case(f->state, EV_BREACH))
        offer(&t, (struct timer){.at = f->course.supervision_due, .event = EV_BREACH, .clock = CLOCK_K13}, true);
    return t.next;
}

wf_time case_wakes(const struct policy *policy, const struct case_facts *facts, wf_time now)
{
    wf_time at = next_timer(policy, facts, now, NEVER).at;
    return at == NEVER ? 0 : at;
}

void case_set_wake(const struct deciding *d, struct case_facts *f)
{
    if (f->state == ARCHIVED)
        f->wake_at = 0;
    // Lazily: an alarm that is too early costs one look; moving it with every event would cost an index entry each.
    else if (d->change->event == EV_TICK || f->wake_at == 0)
        f->wake_at = case_wakes(d->policy, f, d->now);
#ifndef PA_SEED_BUG_WAKE_NOT_MOVED
    else
        f->wake_at = next_timer(d->policy, f, d->now, f->wake_at).at;
#endif
}

enum event case_due_now(struct deciding *d, struct leg_facts **leg)
{
    struct case_facts *f = d->facts;
    struct timer next = next_timer(d->policy, f, d->now, d->now + 1);
    d->request = NULL;
    if (next.event == EV_NONE)
        return EV_NONE;
    // A letter that joined another case is sealed with it; until then it is asked again after the same time.
    if (next.event == EV_ARCHIVE && f->state == MERGED && d->other && !case_final(d->other->state)) {
        f->clock_at = d->now;
        return EV_NONE;
    }
    *leg = case_leg(f, next.leg);
    d->request = next.request != 0 ? &f->requests[next.request - 1] : NULL;
    d->warn = next.warn;
    d->clock = next.clock;
    return next.event;
}

void case_split_off(const struct policy *policy, wf_time now, const struct change *change,
                    const struct case_facts *from, int64_t new_id, struct case_facts *out, struct case_step *step)
{
    const struct rule *r = rule_for_case(CASE_NONE, EV_SPLIT_OFF);
    *out = (struct case_facts){
        .id = new_id,
        .letter = from->letter,
        .mailbox = from->mailbox,
        .version = 1,
        .state = r->case_to,
        .kind = change->kind != KIND_NONE ? change->kind : from->kind,
        .category = change->category != 0 ? change->category : from->category,
        .flags = from->flags,
        .bureau = change->to != 0 ? change->to : from->bureau,
        .place = from->place,
        .received_at = now,
        .clock_at = now,
        .accused = from->accused,
        .accused_changed = from->accused.n > 0,
    };
    out->due_at = policy_due(policy, r->clock, out->kind, now);
    out->wake_at = case_wakes(policy, out, now);
    *step = (struct case_step){
        .rule = r, .from = CASE_NONE, .to = out->state, .actor = ACTOR_FEEDBACK, .due_at = out->due_at};
    struct text t = {step->detail, sizeof step->detail, 0};
    text_put(&t, "of case ");
    text_i64(&t, from->id);
}

// SPDX-License-Identifier: Apache-2.0
// case_holds: what must hold of a case after whatever happened to it, and by which name it is called where it does not.
#ifndef UNIT_CASE_HOLDS_H
#define UNIT_CASE_HOLDS_H

#include "case_life.h"

#include <inttypes.h>

#define LISTS_SEED UINT64_C(0x5eed440000)

static uint64_t lists_seed = LISTS_SEED;
static long list;
static bool telling;
static struct life *life; // whose event is checked
static struct decision last;
static struct err why;

static void broken(const char *name, int64_t a, int64_t b)
{
    printf("broken: %s (%" PRId64 ", %" PRId64 ") of case %" PRId64 " in %s; see test_case_random 0x%" PRIx64 " %ld\n",
           name, a, b, life->f.id, code_name(case_states, (int)life->f.state), lists_seed, list);
    exit(1);
}

static void hold(bool holds, const char *name, int64_t a, int64_t b)
{
    if (!holds)
        broken(name, a, b);
}

static bool listed(const struct code *of, int code)
{
    return strcmp(code_name(of, code), "?") != 0;
}

static void legal(const struct case_facts *f)
{
    hold(listed(case_states, (int)f->state), "state.legal", f->state, 0);
    if (!case_final(f->state)) // P4
        hold(f->due_at != 0 && case_waits_for(f->state), "state.next_step_and_date", f->state, f->due_at);
    else
        hold(f->due_at == 0, "state.date_after_the_end", f->due_at, 0);
    hold(case_final(f->state) || f->state == DEFERRED || f->course.answer_due == 0, "answer_due.left",
         f->course.answer_due, 0);
    hold(f->course.paused_at == 0 || f->state == HANDLING || f->state == DEFERRED || case_final(f->state),
         "pause.elsewhere", f->course.paused_at, 0);
    for (int i = 0; i < f->requests_n; i++) {
        const struct request_facts *q = &f->requests[i];
        hold(q->id == i + 1 && listed(request_kinds, (int)q->kind) && listed(request_states, (int)q->state) &&
                 q->leg <= f->legs_n,
             "request.legal", q->kind, q->state);
        hold(q->state != REQUEST_OPEN || q->due_at != 0, "request.without_a_date", q->kind, 0);
    }
}

// Has signed, so that its date is the work's and not the signature's.
static bool works(enum leg_state s)
{
    return !leg_over(s) && s != LEG_SENT && s != LEG_RETURN_REQUESTED;
}

static void legs_legal(const struct case_facts *f)
{
    bool has_date = f->state == HANDLING || f->state == REVIEW;
    for (int i = 0; i < f->legs_n; i++) {
        const struct leg_facts *leg = &f->legs[i], *parent = leg->parent ? &f->legs[leg->parent - 1] : NULL;
        hold(leg->id == i + 1 && listed(leg_states, (int)leg->state) && listed(leg_roles, (int)leg->role) &&
                 leg->parent <= i,
             "leg.legal", leg->id, leg->state);
        hold(leg->hop <= world.hops, "leg.hop_budget", leg->id, leg->hop);
        hold(leg->extensions <= 2, "leg.extensions", leg->id, leg->extensions);
        if (leg_over(leg->state))
            continue;
        hold(!case_final(f->state) && f->state != ANSWERED && f->state != CALLBACK && f->state != REWORK,
             "leg.outlives_case", leg->id, 0);
        hold(leg->due_at != 0, "leg.without_a_date", leg->id, 0);
        if (has_date && works(leg->state) && f->course.paused_at == 0 && !parent)
            hold(leg->due_at <= f->due_at, "leg.later_than_the_case", leg->due_at, f->due_at);
        if (has_date && works(leg->state) && parent && works(parent->state))
            hold(leg->due_at <= parent->due_at, "leg.later_than_its_parent", leg->due_at, parent->due_at);
        if (parent)
            hold(parent->state != LEG_REVOKED && parent->state != LEG_RETURNED, "leg.orphan", leg->id, parent->state);
        if (parent && leg->role == ROLE_LEAD)
            hold(is_below(leg->unit, parent->unit, date_of(leg->sent_at)), "leg.not_below_its_parent", leg->unit,
                 parent->unit);
        for (int k = 0; k < i; k++)
            hold(leg_over(f->legs[k].state) || f->legs[k].role != ROLE_LEAD || leg->role != ROLE_LEAD ||
                     f->legs[k].parent != leg->parent || f->legs[k].round != leg->round,
                 "leg.two_leads", f->legs[k].id, leg->id);
    }
}

// G2, G3, G4: by the second reading of X. as_other: the case is the primary of the one that the event was about.
static void nobody_in_x(const struct life *l, bool as_other)
{
    struct date day = date_of(now);
    for (int i = 0; i < l->f.legs_n && l->x.n > 0; i++)
        if (!leg_over(l->f.legs[i].state))
            hold(may_handle(&l->x, l->f.legs[i].unit, day), "guard.live_leg", l->f.legs[i].unit, l->f.legs[i].id);
    for (int i = 0; i < last.notices_n; i++) {
        const struct case_notice *n = &last.notices[i];
        bool farewell = n->notice == NOTICE_REVOKED || n->notice == NOTICE_ENDED;
        if (n->other == as_other && !farewell)
            hold(may_handle(&l->x, l->f.legs[n->leg - 1].unit, day) && !in_x(&l->x, n->queue, day), "guard.notice",
                 n->queue, n->notice);
    }
}

static void clock_holds(const struct life *l)
{
    const struct case_facts *f = &l->f;
    wf_time due = f->state == DEFERRED ? f->course.answer_due : f->due_at;
    bool answers = f->state == HANDLING || f->state == REVIEW || f->state == DEFERRED || f->state == REWORK;
    if (answers)
        hold(due <= l->limit, "clock.later_than_approved", due, l->limit);
}

static void wakes(const struct life *l)
{
    wf_time next = case_wakes(&world, &l->f, now);
    if (next == 0)
        hold(l->f.wake_at == 0 || l->f.state != ARCHIVED, "wake.after_the_end", l->f.wake_at, 0);
    else
        hold(l->f.wake_at != 0 && l->f.wake_at <= next, "wake.too_late", l->f.wake_at, next);
}

static void told_the_same(const struct life *l)
{
    const struct case_facts *f = &l->f;
    const struct replayed *r = &l->told;
    hold(r->version == f->version, "replay.version", r->version, f->version);
    hold(r->state == f->state && r->round == f->round, "replay.state", r->state, r->round);
    hold(r->due_at == 0 || r->due_at == f->due_at, "replay.date", r->due_at, f->due_at);
    hold(r->legs_n == f->legs_n, "replay.legs", r->legs_n, f->legs_n);
    for (int i = 0; i < f->legs_n; i++) {
        const struct leg_facts *a = &f->legs[i];
        const struct replayed_leg *b = &r->legs[i];
        hold(a->id == b->id && a->parent == b->parent && a->role == b->role && a->state == b->state &&
                 a->unit == b->unit && a->round == b->round && a->sent_at == b->sent_at,
             "replay.leg", a->id, b->state);
        hold(a->hop == b->hop, "replay.hop", a->hop, b->hop);
        hold(leg_over(a->state) || b->due_at == 0 || a->due_at == b->due_at, "replay.leg_date", a->due_at, b->due_at);
    }
    for (int i = 0; i < f->requests_n && !r->unsure; i++)
        hold(f->requests[i].kind == r->requests[i].kind && f->requests[i].state == r->requests[i].state,
             "replay.request", f->requests[i].id, r->requests[i].state);
}

static void time_adds_up(const struct life *l)
{
    static struct ledger sum;
    sum = l->ledger;
    wf_time age = ledger_end(&sum, &l->told, now), held = 0;
    for (int i = 0; i < sum.of_n; i++)
        held += sum.of[i].time;
    wf_time until = case_final(l->f.state) ? now - sum.closed : now;
    hold(held == age && age == until - l->f.received_at, "ledger.sum", held, age);
}

#endif

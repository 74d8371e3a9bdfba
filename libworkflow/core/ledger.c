// SPDX-License-Identifier: Apache-2.0
#include "core/ledger.h"

#include <string.h>

const struct code holders[] = {
    {HOLDER_CENTRE, "centre", "专班"},
    {HOLDER_UNIT, "unit", "承办单位"},
    {HOLDER_WRITER, "writer", "来信人"},
    {HOLDER_NOBODY, "closed", "已结束"},
    {0, NULL, NULL},
};

const struct code leg_times[] = {
    {LEG_TIME_UNSIGNED + 1, "unsigned", "待签收"},   {LEG_TIME_WORKING + 1, "working", "办理"},
    {LEG_TIME_BELOW + 1, "below", "下级办理"},       {LEG_TIME_RETURNING + 1, "returning", "退回待定"},
    {LEG_TIME_REVIEWED + 1, "reviewed", "报结待审"}, {0, NULL, NULL},
};

// ---- Who holds it ----

static const struct held centre = {.holder = HOLDER_CENTRE};

// Whoever decides about this leg: the unit above it, or the centre that opened it.
static struct held above(const struct replayed *r, const struct replayed_leg *leg)
{
    const struct replayed_leg *parent = replay_leg(r, leg->parent);
    return parent ? (struct held){.holder = HOLDER_UNIT, .unit = parent->unit} : centre;
}

// Does the work stand while the centre decides this? An extension, an appeal against an assessment or a 核查函 keeps
// nobody from working; a return is a state of the leg.
static bool stalls(enum request_kind kind)
{
    switch (kind) {
    case REQUEST_SUPPLEMENT:
    case REQUEST_REASSIGN:
    case REQUEST_DEFER:
    case REQUEST_WITHDRAWAL:
    case REQUEST_UNREASONABLE:
        return true;
    default:
        return false;
    }
}

static bool stalled(const struct replayed *r, const struct replayed_leg *holder)
{
    for (int i = 0; i < r->requests_n; i++) {
        const struct replayed_request *q = &r->requests[i];
        if (q->state == REQUEST_OPEN && stalls(q->kind) && (q->leg == 0 || (holder && q->leg == holder->id)))
            return true;
    }
    return false;
}

static struct held of_handling(const struct replayed *r)
{
    const struct replayed_leg *leg = replay_holder(r);
    if (r->stands)
        return (struct held){.holder = HOLDER_WRITER};
    if (!leg || stalled(r, leg))
        return centre;
    bool reviewed_above = leg->state == LEG_REPORTED && leg->parent != 0;
    return reviewed_above || leg->state == LEG_RETURN_REQUESTED
               ? above(r, leg)
               : (struct held){.holder = HOLDER_UNIT, .unit = leg->unit};
}

struct held ledger_holder(const struct replayed *r)
{
    if (case_final(r->state))
        return (struct held){.holder = HOLDER_NOBODY};
    switch (r->state) {
    case NEED_INFO:
        return (struct held){.holder = HOLDER_WRITER};
    case HANDLING:
        return of_handling(r);
    case DEFERRED: {
        const struct replayed_leg *leg = replay_holder(r);
        return leg ? (struct held){.holder = HOLDER_UNIT, .unit = leg->unit} : centre;
    }
    default:
        return centre;
    }
}

// ---- Charging ----

void ledger_start(struct ledger *l)
{
    l->of_n = 0;
    l->legs_n = 0;
    l->age = l->since = l->closed = 0;
    l->now = (struct held){0};
}

static void charge(struct ledger *l, struct held who, wf_time time)
{
    int i = 0;
    while (i < l->of_n && (l->of[i].holder != who.holder || l->of[i].unit != who.unit))
        i++;
    insist(i < LEDGER_HOLDERS); // units hold by their legs alone
    if (i == l->of_n)
        l->of[l->of_n++] = (struct held){.holder = who.holder, .unit = who.unit};
    l->of[i].time += time;
    l->age += time;
}

static int leg_time(enum leg_state s)
{
    switch (s) {
    case LEG_SENT:
        return LEG_TIME_UNSIGNED;
    case LEG_SIGNED:
    case LEG_EXTENSION:
    case LEG_REVIEW_RETURNED:
        return LEG_TIME_WORKING;
    case LEG_DELEGATED:
        return LEG_TIME_BELOW;
    case LEG_RETURN_REQUESTED:
        return LEG_TIME_RETURNING;
    case LEG_REPORTED:
        return LEG_TIME_REVIEWED;
    default:
        return LEG_TIMES; // over
    }
}

// Charges what passed since the last line to whoever had it then.
static void charge_until(struct ledger *l, wf_time at)
{
    wf_time passed = at > l->since ? at - l->since : 0;
    l->since += passed;
    if (l->now.holder == HOLDER_NOBODY) {
        l->closed += passed; // nobody's, unless the case is opened again
        return;
    }
    charge(l, l->now, passed);
    for (int i = 0; i < l->legs_n; i++)
        if (leg_time(l->states[i]) != LEG_TIMES)
            l->legs[i][leg_time(l->states[i])] += passed;
}

void ledger_line(struct ledger *l, const struct replayed *r)
{
    if (r->version == 1)
        l->since = r->received_at;
    else
        charge_until(l, r->at);
    struct held now = ledger_holder(r);
    if (l->now.holder == HOLDER_NOBODY && now.holder != HOLDER_NOBODY) {
        charge(l, l->now, l->closed);
        l->closed = 0;
    }
    l->now = now;
    for (int i = 0; i < r->legs_n; i++) {
        if (i >= l->legs_n)
            memset(l->legs[i], 0, sizeof l->legs[i]);
        l->states[i] = r->legs[i].state;
    }
    l->legs_n = r->legs_n;
}

wf_time ledger_end(struct ledger *l, const struct replayed *r, wf_time now)
{
    if (r->version == 0)
        return 0;
    charge_until(l, now);
    insist(l->age == l->since - l->closed - r->received_at);
    return l->age;
}

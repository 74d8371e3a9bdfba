// SPDX-License-Identifier: Apache-2.0
#include "core/replay.h"
#include "core/replay_clocks.h"

#include <string.h>

void replay_start(struct replayed *r)
{
    r->version = 0;
    r->state = CASE_NONE;
    r->round = 0;
    r->accused = r->stands = r->went_back = false;
    r->received_at = r->at = r->due_at = 0;
    r->last_leg = r->left = 0;
    r->legs_n = r->requests_n = r->clocks_n = r->pauses_n = 0;
}

const struct replayed_leg *replay_leg(const struct replayed *r, int16_t id)
{
    return id >= 1 && id <= r->legs_n ? &r->legs[id - 1] : NULL;
}

const struct replayed_leg *replay_holder(const struct replayed *r)
{
    const struct replayed_leg *holder = NULL;
    // A child has a higher id than its parent, so the last one that hangs on the holder so far is the deepest.
    for (int i = 0; i < r->legs_n; i++) {
        const struct replayed_leg *leg = &r->legs[i];
        if (leg->role != ROLE_LEAD || leg_over(leg->state))
            continue;
        if (!holder || leg->parent == holder->id || leg->parent == 0)
            holder = leg;
    }
    return holder;
}

// ---- Legs ----

// Whose child the leg is that this row opens; -1: there is nobody whose child it could be.
static int parent_of(const struct replayed *r, const struct rule *rule)
{
    switch (rule->event) {
    case EV_OPEN_CHILD:
    case EV_OPEN_ASSIST:
        return replay_leg(r, r->last_leg) ? r->last_leg : -1;
    case EV_REASSIGN:
        return replay_leg(r, r->left) ? r->legs[r->left - 1].parent : -1;
    default:
        return 0;
    }
}

static void open_leg(struct replayed *r, const struct replay_line *line)
{
    int16_t parent = (int16_t)parent_of(r, line->rule);
    bool again = line->rule->event == EV_REASSIGN;
    r->legs[r->legs_n] = (struct replayed_leg){.id = line->leg,
                                               .parent = parent,
                                               .round = r->round,
                                               .hop = again ? (int16_t)(r->legs[r->left - 1].hop + 1) : 0,
                                               .role = line->rule->opens,
                                               .state = LEG_SENT,
                                               .unit = line->unit,
                                               .sent_at = r->at,
                                               .due_at = 0};
    r->legs_n++;
}

static bool is_left(enum leg_state s)
{
    return s == LEG_RETURNED || s == LEG_REVOKED;
}

static void move_leg(struct replayed *r, struct replayed_leg *leg, enum leg_state to, enum event event)
{
    enum leg_state before = leg->state;
    if (to == LEG_NONE)
        return;
    leg->state = to;
    if (is_left(to))
        r->left = leg->id;
    replay_clocks_leg(r, leg->id, before, event);
}

// What a row of the case makes of this round's lead legs that the centre opened.
static void move_leads(struct replayed *r, enum leg_state to, enum event event)
{
    for (int i = 0; i < r->legs_n; i++) {
        struct replayed_leg *leg = &r->legs[i];
        if (leg->role == ROLE_LEAD && leg->parent == 0 && leg->round == r->round && !is_left(leg->state))
            move_leg(r, leg, to, event);
    }
}

// ---- Requests ----

static const struct {
    enum event event;
    enum request_kind kind;
    enum request_state state;
} request_events[] = {
    {EV_RETURN_REQUESTED, REQUEST_RETURN, REQUEST_OPEN},
    {EV_RETURN_GRANTED, REQUEST_RETURN, REQUEST_GRANTED},
    {EV_RETURN_DENIED, REQUEST_RETURN, REQUEST_DENIED},
    {EV_DESIGNATE, REQUEST_RETURN, REQUEST_DENIED},
    {EV_EXTENSION_REQUESTED, REQUEST_EXTENSION, REQUEST_OPEN},
    {EV_EXTENSION_GRANTED, REQUEST_EXTENSION, REQUEST_GRANTED},
    {EV_EXTENSION_DENIED, REQUEST_EXTENSION, REQUEST_DENIED},
    {EV_SUPPLEMENT_REQUESTED, REQUEST_SUPPLEMENT, REQUEST_OPEN},
    {EV_SUPPLEMENT_GRANTED, REQUEST_SUPPLEMENT, REQUEST_GRANTED},
    {EV_SUPPLEMENT_DENIED, REQUEST_SUPPLEMENT, REQUEST_DENIED},
    {EV_SUSPENSION_REQUESTED, REQUEST_DEFER, REQUEST_OPEN},
    {EV_SUSPENSION_APPROVED, REQUEST_DEFER, REQUEST_GRANTED},
    {EV_REASSIGN_REQUESTED, REQUEST_REASSIGN, REQUEST_OPEN},
    {EV_ASSESSMENT_APPEALED, REQUEST_ASSESSMENT, REQUEST_OPEN},
    {EV_UNREASONABLE_REQUESTED, REQUEST_UNREASONABLE, REQUEST_OPEN},
    {EV_REFUSE, REQUEST_REFUSAL, REQUEST_OPEN},
    {EV_REFUSAL_APPROVED, REQUEST_REFUSAL, REQUEST_GRANTED},
    {EV_REFER, REQUEST_REFERRAL, REQUEST_OPEN},
    {EV_REFERRAL_APPROVED, REQUEST_REFERRAL, REQUEST_GRANTED},
    {EV_CLOSE_PROPOSED, REQUEST_CLOSE, REQUEST_OPEN},
    {EV_WITHDRAWAL_REQUESTED, REQUEST_WITHDRAWAL, REQUEST_OPEN},
    {EV_WITHDRAWAL_GRANTED, REQUEST_WITHDRAWAL, REQUEST_GRANTED},
    {EV_WITHDRAWAL_DENIED, REQUEST_WITHDRAWAL, REQUEST_DENIED},
};
#define REQUEST_EVENTS (sizeof request_events / sizeof *request_events)

static struct replayed_request *open_request(struct replayed *r, enum request_kind kind, int16_t leg)
{
    for (int i = r->requests_n - 1; i >= 0; i--)
        if (r->requests[i].state == REQUEST_OPEN && r->requests[i].kind == kind && r->requests[i].leg == leg)
            return &r->requests[i];
    return NULL;
}

static void decide_request(struct replayed *r, struct replayed_request *request, enum request_state state)
{
    if (!request)
        return;
    request->state = state;
    request->decided_at = r->at;
}

static void ask(struct replayed *r, enum request_kind kind, const struct replay_line *line)
{
    if (r->requests_n == CASE_REQUESTS) {
        memmove(r->requests, r->requests + 1, (CASE_REQUESTS - 1) * sizeof *r->requests);
        r->requests_n--;
    }
    r->requests[r->requests_n++] = (struct replayed_request){
        .kind = kind, .state = REQUEST_OPEN, .leg = line->leg, .unit = line->unit, .asked_at = r->at};
}

// The newest open request of one of these kinds.
static struct replayed_request *open_of(struct replayed *r, const enum request_kind *among, int n, int16_t leg)
{
    for (int i = r->requests_n - 1; i >= 0; i--)
        for (int k = 0; k < n; k++)
            if (&r->requests[i] == open_request(r, among[k], leg))
                return &r->requests[i];
    return NULL;
}

static void tell_requests(struct replayed *r, const struct replay_line *line)
{
    static const enum request_kind proposals[] = {REQUEST_REFUSAL, REQUEST_REFERRAL, REQUEST_DEFER, REQUEST_CLOSE};
    static const enum request_kind others[] = {REQUEST_ASSESSMENT, REQUEST_UNREASONABLE, REQUEST_REASSIGN};
    enum event event = line->rule->event;
    if (event == EV_PROPOSAL_REJECTED)
        decide_request(r, open_of(r, proposals, 4, line->leg), REQUEST_DENIED);
    if (event == EV_REQUEST_GRANTED || event == EV_REQUEST_DENIED)
        decide_request(r, open_of(r, others, 3, line->leg),
                       event == EV_REQUEST_GRANTED ? REQUEST_GRANTED : REQUEST_DENIED);
    for (size_t i = 0; i < REQUEST_EVENTS; i++) {
        if (request_events[i].event != event)
            continue;
        if (request_events[i].state == REQUEST_OPEN)
            ask(r, request_events[i].kind, line);
        else
            decide_request(r, open_request(r, request_events[i].kind, line->leg), request_events[i].state);
    }
    // Nobody decides any more about what is over.
    for (int i = 0; i < r->requests_n; i++) {
        struct replayed_request *q = &r->requests[i];
        const struct replayed_leg *leg = replay_leg(r, q->leg);
        if (q->state == REQUEST_OPEN && (case_final(r->state) || (leg && is_left(leg->state))))
            decide_request(r, q, REQUEST_VOID);
    }
}

// ---- A line ----

static bool leg_fits(const struct replayed *r, const struct replay_line *line)
{
    const struct replayed_leg *leg = replay_leg(r, line->leg);
    return r->version > 0 && leg && (line->rule->legs & LEG(leg->state)) && leg->unit == line->unit;
}

static bool case_fits(const struct replayed *r, const struct replay_line *line)
{
    if (!(line->rule->cases & IN(r->state)))
        return false;
    if (line->rule->opens != 0)
        return r->legs_n < CASE_LEGS && line->leg == r->legs_n + 1 && parent_of(r, line->rule) >= 0;
    return line->leg == 0 || replay_leg(r, line->leg);
}

static bool fits(const struct replayed *r, const struct replay_line *line)
{
    const struct rule *rule = line->rule;
    if (!rule || line->seq != r->version + 1 || line->actor < ACTOR_WRITER || line->actor > ACTOR_DESK ||
        !(rule->by & BY(line->actor)))
        return false;
    if (rule_of_leg(rule) ? !leg_fits(r, line) : !case_fits(r, line))
        return false;
    return line->state == (rule->case_to != CASE_NONE ? rule->case_to : r->state);
}

static void tell_time(struct replayed *r, wf_time at)
{
    r->went_back = r->went_back || at < r->at;
    r->at = at > r->at ? at : r->at;
    if (r->version == 1)
        r->received_at = r->at;
}

bool replay_apply(struct replayed *r, const struct replay_line *line)
{
    if (!fits(r, line))
        return false;
    const struct rule *rule = line->rule;
    enum case_state before = r->state;
    r->version++;
    tell_time(r, line->at);
    r->state = line->state;
    if (r->state == REWORK && before != REWORK)
        r->round++;
    r->accused = r->accused || rule->journal == J_CONFLICT_SET;
    if (rule_of_leg(rule))
        move_leg(r, &r->legs[line->leg - 1], rule->leg_to, rule->event);
    else if (rule->opens != 0)
        open_leg(r, line);
    else if (rule->leg_to != LEG_NONE)
        move_leads(r, rule->leg_to, rule->event);
    tell_requests(r, line);
    replay_clocks_line(r, line, before);
    if (line->leg != 0)
        r->last_leg = line->leg;
    return true;
}

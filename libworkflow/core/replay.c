// SPDX-License-Identifier: Apache-2.0
#include "core/replay.h"
#include "core/replay_clocks.h"

#include <string.h>

void replay_start(struct replayed *r)
{
    r->version = 0;
    r->state = CASE_NONE;
    r->round = 0;
    r->accused = r->stands = r->unsure = r->went_back = false;
    r->received_at = r->at = r->due_at = r->answer_due = 0;
    r->sharing = r->leaving = 0;
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

// The leg whose place or whose part the leg takes that this row opens; NULL: none. Two lines of one decision belong
// together: what a unit asks for and what is opened, what it gave back and who gets it.
static const struct replayed_leg *origin_of(const struct replayed *r, const struct rule *rule)
{
    switch (rule->event) {
    case EV_OPEN_CHILD:
    case EV_OPEN_ASSIST:
        return replay_leg(r, r->sharing);
    case EV_REASSIGN:
        return replay_leg(r, r->leaving);
    default:
        return NULL;
    }
}

static void open_leg(struct replayed *r, const struct replay_line *line)
{
    const struct replayed_leg *origin = origin_of(r, line->rule);
    bool again = line->rule->event == EV_REASSIGN;
    int16_t hop = again && origin ? (int16_t)(origin->hop + (origin->state == LEG_RETURNED)) : 0;
    r->legs[r->legs_n] = (struct replayed_leg){.id = line->leg,
                                               .parent = !origin ? 0
                                                         : again ? origin->parent
                                                                 : origin->id,
                                               .round = r->round,
                                               .hop = hop,
                                               .role = line->rule->opens,
                                               .state = LEG_SENT,
                                               .unit = line->unit,
                                               .sent_at = r->at};
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

static void ask(struct replayed *r, enum request_kind kind, const struct replay_line *line)
{
    if (r->requests_n == CASE_REQUESTS) {
        memmove(r->requests, r->requests + 1, (CASE_REQUESTS - 1) * sizeof *r->requests);
        r->requests_n--;
    }
    r->requests[r->requests_n++] = (struct replayed_request){
        .kind = kind, .state = REQUEST_OPEN, .leg = line->leg, .unit = line->unit, .asked_at = r->at};
}

static void decide(struct replayed *r, struct replayed_request *request, enum request_state state)
{
    request->state = state;
    request->decided_at = r->at;
}

// What this event makes of the request; 0: it does not speak of it.
static enum request_state decides(const struct replayed_request *request, const struct replay_line *line)
{
    bool of_it = request->state == REQUEST_OPEN && (!rule_of_leg(line->rule) || line->leg == request->leg);
    for (const struct request_event *e = request_events; e->event && of_it; e++)
        if (e->event == line->rule->event && e->kind == request->kind && e->state != REQUEST_OPEN)
            return e->state;
    return 0;
}

static bool hopeless(const struct replayed *r, const struct replayed_request *request)
{
    const struct replayed_leg *leg = replay_leg(r, request->leg);
    return request_hopeless(request->kind, r->state, leg ? leg->state : LEG_NONE);
}

static void tell_requests(struct replayed *r, const struct replay_line *line)
{
    struct replayed_request *decided = NULL;
    for (int i = r->requests_n - 1; i >= 0; i--) {
        if (decides(&r->requests[i], line) == 0)
            continue;
        r->unsure = r->unsure || decided;
        decided = decided ? decided : &r->requests[i];
    }
    if (decided)
        decide(r, decided, decides(decided, line));
    enum request_kind asks = request_of_event(line->rule->event);
    if (asks != 0)
        ask(r, asks, line);
    for (int i = 0; i < r->requests_n; i++)
        if (r->requests[i].state == REQUEST_OPEN && hopeless(r, &r->requests[i]))
            decide(r, &r->requests[i], REQUEST_VOID);
}

// ---- A line ----

static bool leg_fits(const struct replayed *r, const struct replay_line *line)
{
    const struct replayed_leg *leg = replay_leg(r, line->leg);
    return r->version > 0 && leg && (line->rule->legs & LEG(leg->state)) && leg->unit == line->unit;
}

static bool has_origin(const struct replayed *r, const struct rule *rule)
{
    return rule->event == EV_DISPATCH || origin_of(r, rule);
}

static bool case_fits(const struct replayed *r, const struct replay_line *line)
{
    if (!(line->rule->cases & IN(r->state)))
        return false;
    if (line->rule->opens != 0)
        return r->legs_n < CASE_LEGS && line->leg == r->legs_n + 1 && has_origin(r, line->rule);
    return line->leg == 0;
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

// The answer clock's date moved. A leg of the centre that had the case's date has it still, unless somebody is accused
// and an inquiry's date (K15C) may come first; what becomes of another leg's no line says.
static void move_legs(struct replayed *r, wf_time from, wf_time to, bool resumes)
{
    for (int i = 0; i < r->legs_n; i++) {
        struct replayed_leg *leg = &r->legs[i];
        bool same = from != 0 && leg->due_at == from && (resumes || (leg->parent == 0 && !r->accused));
        if (!leg_over(leg->state) && leg->state != LEG_SENT)
            leg->due_at = same ? to : 0;
    }
}

static void tell_dates(struct replayed *r, const struct replay_line *line)
{
    const struct rule *rule = line->rule;
    if (rule_of_leg(rule) || (rule->opens != 0 && rule->clock == CLOCK_NONE)) {
        struct replayed_leg *leg = &r->legs[line->leg - 1];
        bool both = rule->event == EV_EXTENSION_GRANTED && leg->parent == 0 && leg->role == ROLE_LEAD;
        if (both) // the case's date moves too, and is said only where it is the same
            r->due_at = leg->due_at == r->due_at && r->due_at != 0 && !r->accused ? line->due_at : 0;
        leg->due_at = line->due_at != 0 ? line->due_at : leg->due_at;
        return;
    }
    if (rule->event == EV_SUSPENSION_APPROVED)
        r->answer_due = r->due_at;
    if (line->due_at != 0 && rule->clock == CLOCK_NONE)
        move_legs(r, rule->event == EV_RESUME ? r->answer_due : r->due_at, line->due_at, replay_resumes(rule->event));
    r->due_at = line->due_at != 0 ? line->due_at : r->due_at;
    if (case_final(r->state))
        r->due_at = 0;
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
    tell_dates(r, line);
    tell_requests(r, line);
    replay_clocks_line(r, line, before);
    if (rule->event == EV_DELEGATED || rule->event == EV_JOINED)
        r->sharing = line->leg;
    if (rule->event == EV_RETURN_GRANTED || rule->event == EV_RECALL)
        r->leaving = line->leg;
    return true;
}

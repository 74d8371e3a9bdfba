// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

// ---- Chance ----

// The k-th number of this seed, below n; the same each time it is asked for.
uint32_t plan_roll(uint32_t seed, uint32_t k, uint32_t n)
{
    uint64_t x = ((uint64_t)seed << 32 | k) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)((x ^ x >> 32) % n);
}

enum { ROLL_LIFE = 1000, ROLL_WHEN };

// ---- Scripts ----

enum { MIN = 1, HOUR = 60, DAY = 24 * 60 };

#define ACTS 24
struct script {
    int weight; // among those that ended
    struct act acts[ACTS];
};

// clang-format off
#define TRIAGED(how) {EV_TRIAGE, ACTOR_CLASSIFIER, BY_NOBODY, 0, 1, how}
#define DISPATCHED {EV_DISPATCH, ACTOR_DISPATCHER, BY_NOBODY, 0, 1}
#define SENT_SURE TRIAGED(SURE), DISPATCHED
#define TAKEN_UP {EV_ACCEPT, ACTOR_DESK, BY_CENTRE, 5 * MIN, 90 * MIN}
#define SIGNED {EV_SIGNED, ACTOR_BUREAU, BY_UNIT, 10 * MIN, 60 * MIN}
#define CONTACTED {EV_CONTACTED, ACTOR_BUREAU, BY_UNIT, 1 * HOUR, 10 * HOUR}
#define REPORTED(from, to) {EV_REPORTED, ACTOR_BUREAU, BY_UNIT, from, to}
#define REVIEWED {EV_REVIEWED, ACTOR_BUREAU, BY_UNIT, 20 * MIN, 5 * HOUR}
#define DESK(event, from, to, how) {event, ACTOR_DESK, BY_CENTRE, from, to, how}
#define CALLED_BACK(satisfied) \
    DESK(EV_START_CALLBACK, 2 * HOUR, 12 * HOUR, 0), DESK(EV_CALLED, 5 * MIN, 60 * MIN, 0), \
    DESK(EV_ANSWERED, 1 * HOUR, 6 * HOUR, satisfied)
// clang-format on

enum life {
    PLAIN,
    DELEGATED,
    EXTENDED,
    RETURNED,
    SUPPLEMENTED,
    ACCUSING,
    REWORKED,
    APPEALED,
    REFUSED_LIFE,
    REFERRED_LIFE,
    WITHDRAWN_LIFE,
    DEFERRED_LIFE,
    SUPERVISED,
    DANGEROUS,
    LIVES
};

static const struct script scripts[LIVES] = {
    // clang-format off
    [PLAIN] = {700, {SENT_SURE, SIGNED, CONTACTED, REPORTED(5 * HOUR, 33 * HOUR), REVIEWED}},
    [DELEGATED] = {100, {SENT_SURE, SIGNED, {EV_DELEGATED, ACTOR_BUREAU, BY_UNIT, 30 * MIN, 5 * HOUR}, SIGNED, CONTACTED,
        REPORTED(3 * HOUR, 20 * HOUR), {EV_REVIEWED, ACTOR_BUREAU, BY_ABOVE, 20 * MIN, 3 * HOUR},
        REPORTED(20 * MIN, 3 * HOUR), REVIEWED}},
    [EXTENDED] = {30, {SENT_SURE, SIGNED, CONTACTED, {EV_EXTENSION_REQUESTED, ACTOR_BUREAU, BY_UNIT, 8 * HOUR, 30 * HOUR, 3},
        DESK(EV_GRANT, 1 * HOUR, 8 * HOUR, 0), REPORTED(1 * DAY, 3 * DAY), REVIEWED}},
    [RETURNED] = {30, {SENT_SURE, {EV_RETURN_REQUESTED, ACTOR_BUREAU, BY_UNIT, 30 * MIN, 10 * HOUR},
        DESK(EV_GRANT, 1 * HOUR, 10 * HOUR, 0), SIGNED, CONTACTED, REPORTED(3 * HOUR, 20 * HOUR), REVIEWED}},
    [SUPPLEMENTED] = {20, {TRIAGED(UNSURE), DESK(EV_ASK_SUPPLEMENT, 5 * MIN, 90 * MIN, 0),
        {EV_SUPPLEMENT, ACTOR_WRITER, BY_NOBODY, 10 * HOUR, 4 * DAY}, TAKEN_UP, DISPATCHED, SIGNED, CONTACTED,
        REPORTED(5 * HOUR, 30 * HOUR), REVIEWED}},
    [ACCUSING] = {20, {TRIAGED(CONDUCT), TAKEN_UP, DISPATCHED, SIGNED, CONTACTED, REPORTED(2 * DAY, 12 * DAY), REVIEWED,
        CALLED_BACK(1), DESK(EV_CLOSE, 10 * MIN, 3 * HOUR, 0)}},
    [REWORKED] = {10, {TRIAGED(CONDUCT), TAKEN_UP, DISPATCHED, SIGNED, CONTACTED, REPORTED(2 * DAY, 6 * DAY), REVIEWED,
        CALLED_BACK(2), DESK(EV_ORDER_REWORK, 10 * MIN, 3 * HOUR, 0), DISPATCHED, SIGNED, CONTACTED,
        REPORTED(1 * DAY, 3 * DAY), REVIEWED, CALLED_BACK(1), DESK(EV_CLOSE, 10 * MIN, 3 * HOUR, 0)}},
    [APPEALED] = {10, {SENT_SURE, SIGNED, CONTACTED, REPORTED(5 * HOUR, 33 * HOUR), REVIEWED,
        DESK(EV_APPEAL, 1 * DAY, 10 * DAY, 0), DISPATCHED, SIGNED, CONTACTED, REPORTED(1 * DAY, 2 * DAY), REVIEWED}},
    [REFUSED_LIFE] = {30, {TRIAGED(UNSURE), DESK(EV_REFUSE, 5 * MIN, 60 * MIN, 0), DESK(EV_GRANT, 5 * MIN, 50 * MIN, 0)}},
    [REFERRED_LIFE] = {10, {TRIAGED(UNSURE), DESK(EV_REFER, 5 * MIN, 60 * MIN, 0), DESK(EV_GRANT, 5 * MIN, 50 * MIN, 0)}},
    // Of a letter that reports a wrong the centre decides whether to go on.
    [WITHDRAWN_LIFE] = {10, {SENT_SURE, SIGNED, {EV_WITHDRAW, ACTOR_WRITER, BY_NOBODY, 1 * HOUR, 20 * HOUR},
        {EV_GRANT, ACTOR_DESK, BY_CENTRE, 1 * HOUR, 5 * HOUR, 0, true}}},
    [DEFERRED_LIFE] = {10, {SENT_SURE, SIGNED, CONTACTED, {EV_SUSPENSION_REQUESTED, ACTOR_BUREAU, BY_UNIT, 5 * HOUR, 20 * HOUR},
        DESK(EV_GRANT, 1 * HOUR, 8 * HOUR, 0), DESK(EV_RESUME, 20 * DAY, 60 * DAY, 0), REPORTED(5 * HOUR, 20 * HOUR),
        REVIEWED}},
    [SUPERVISED] = {15, {SENT_SURE, SIGNED, CONTACTED, DESK(EV_SUPERVISE, 1 * HOUR, 10 * HOUR, SUPERVISION_SUPERVISED),
        {EV_SUPERVISION_ANSWERED, ACTOR_BUREAU, BY_UNIT, 5 * HOUR, 20 * HOUR}, DESK(EV_LIFT, 1 * HOUR, 5 * HOUR, 0),
        REPORTED(1 * HOUR, 5 * HOUR), REVIEWED}},
    [DANGEROUS] = {5, {{EV_FLAG_EMERGENCY, ACTOR_CLASSIFIER, BY_NOBODY, 0, 1, DANGER}, DESK(EV_ACKNOWLEDGE, 0, 3 * MIN, 0),
        TAKEN_UP, DISPATCHED, SIGNED, CONTACTED, REPORTED(3 * HOUR, 10 * HOUR), REVIEWED}},
    // clang-format on
};

// Where an open case stands: so many acts of a life are over, the last of them at most `age` minutes ago; a late one,
// between late_from and late_to days ago (0: there is no late one).
static const struct {
    enum life life;
    uint8_t acts;
    int weight;
    int32_t age, late_from, late_to;
} stands[] = {
    {PLAIN, 0, 1, 1, 0, 0},                  // RECEIVED: the classifier will see it in a moment
    {PLAIN, 1, 1, 1, 0, 0},                  // ACCEPTED: likewise the dispatcher
    {REWORKED, 11, 1, 1, 0, 0},              // REWORK: likewise
    {REFUSED_LIFE, 1, 15, 90, 1, 10},        // TRIAGE
    {REFUSED_LIFE, 2, 10, 20, 0, 0},         // a refusal that waits for its approval
    {SUPPLEMENTED, 2, 60, 4 * DAY, 12, 40},  // NEED_INFO
    {PLAIN, 2, 30, 90, 0, 0},                // HANDLING, sent
    {PLAIN, 3, 300, 2 * DAY, 14, 45},        // signed
    {PLAIN, 4, 150, 2 * DAY, 14, 45},        // spoken with the writer
    {DELEGATED, 4, 40, 90, 0, 0},            // delegated
    {DELEGATED, 6, 100, 30 * HOUR, 14, 45},  // at work below
    {EXTENDED, 5, 20, 8 * HOUR, 0, 0},       // asks for more time
    {EXTENDED, 6, 40, 2 * DAY, 14, 45},      // has it
    {RETURNED, 3, 20, 10 * HOUR, 0, 0},      // wants to return it
    {ACCUSING, 5, 40, 20 * DAY, 55, 80},     // about police conduct
    {PLAIN, 5, 120, 16 * HOUR, 14, 45},      // REVIEW
    {ACCUSING, 7, 15, 12 * HOUR, 3, 20},     // ANSWERED
    {ACCUSING, 9, 15, 12 * HOUR, 3, 20},     // CALLBACK
    {REWORKED, 14, 30, 3 * DAY, 14, 45},     // HANDLING again
    {SUPERVISED, 5, 30, 1 * DAY, 14, 45},    // supervised
    {DEFERRED_LIFE, 6, 60, 300 * DAY, 0, 0}, // DEFERRED
};
#define STANDS ((int)(sizeof stands / sizeof *stands))

static int acts_of(enum life life)
{
    int n = 0;
    while (n < ACTS && scripts[life].acts[n].event != EV_NONE)
        n++;
    return n;
}

const struct act *plan_act(const struct plan *p, int act)
{
    return &scripts[p->life].acts[act];
}

// Seconds count, so that no two lives keep step.
wf_time plan_delay(const struct plan *p, int act)
{
    const struct act *a = plan_act(p, act);
    uint32_t seconds = (uint32_t)(a->to - a->from) * 60;
    return (a->from * WF_MINUTE) + (1 + (wf_time)plan_roll(p->seed, (uint32_t)act, seconds)) * WF_SECOND;
}

static wf_time length_of(const struct plan *p)
{
    wf_time length = 0;
    for (int i = 0; i < p->acts; i++)
        length += plan_delay(p, i);
    return length;
}

void plan_ended(struct plan *out, wf_time now, int64_t years, uint32_t seed)
{
    int all = 0, life = 0;
    for (int i = 0; i < LIVES; i++)
        all += scripts[i].weight;
    for (int left = (int)plan_roll(seed, ROLL_LIFE, (uint32_t)all); left >= scripts[life].weight; life++)
        left -= scripts[life].weight;
    *out = (struct plan){.seed = seed, .life = (uint8_t)life, .acts = (uint8_t)acts_of((enum life)life)};
    wf_time ago = (1 + (wf_time)plan_roll(seed, ROLL_WHEN, (uint32_t)(years * 365 * 86400))) * WF_SECOND;
    out->received_at = now - length_of(out) - ago;
}

void plan_open(struct plan *out, wf_time now, bool late, uint32_t seed)
{
    int all = 0, at = 0;
    for (int i = 0; i < STANDS; i++)
        all += late && stands[i].late_to == 0 ? 0 : stands[i].weight;
    for (int left = (int)plan_roll(seed, ROLL_LIFE, (uint32_t)all);; at++) {
        left -= late && stands[at].late_to == 0 ? 0 : stands[at].weight;
        if (left < 0)
            break;
    }
    *out = (struct plan){.seed = seed, .life = (uint8_t)stands[at].life, .acts = stands[at].acts};
    int32_t from = late ? stands[at].late_from * DAY : 0, to = late ? stands[at].late_to * DAY : stands[at].age;
    wf_time ago = from * WF_MINUTE + (1 + (wf_time)plan_roll(seed, ROLL_WHEN, (uint32_t)(to - from) * 60)) * WF_SECOND;
    out->received_at = now - length_of(out) - ago;
}

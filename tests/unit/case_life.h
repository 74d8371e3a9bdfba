// SPDX-License-Identifier: Apache-2.0
// case_life: what may be said of a random case by random people, well and badly, at random instants. Mostly what a row
// of the table waits for, so that lives get long; else anything, by anybody.
#ifndef UNIT_CASE_LIFE_H
#define UNIT_CASE_LIFE_H

#include "case_world.h"
#include "core/ledger.h"

#define LIVES 3 // cases of one list; they can be merged

struct life {
    struct case_facts f;
    struct replayed told;
    struct ledger ledger;
    struct raw_x x;
    wf_time limit; // the answer clock may not be later; 0: it has not started
    wf_time stood; // the answer clock stands since, 0: it runs
    int granted;   // working days of extension in this round
};

static struct life lives[LIVES];
static int lives_n;
static wf_time now;
static struct classification found;

static int32_t any_unit(void)
{
    return one_in(30) ? 1 : codes[roll(codes_n)];
}

// One that is there today and may have the case, where some tries find one.
static int32_t good_unit(const struct case_facts *f, int32_t above)
{
    for (int tries = 0; tries < 12; tries++) {
        int32_t code = codes[roll(codes_n)];
        if (row_on(code, date_of(now)) && (above == 0 || is_below(code, above, date_of(now))) &&
            guard_handler(&world, date_of(now), &f->accused, code, NULL) == GUARD_FREE)
            return code;
    }
    return any_unit();
}

static struct accused any_accused(void)
{
    return one_in(3) ? (struct accused){.officer = 1 + roll(14)} : (struct accused){.unit = codes[roll(codes_n)]};
}

static const struct leg_facts *any_leg(const struct case_facts *f)
{
    const struct leg_facts *leg = NULL;
    for (int tries = 0; f->legs_n > 0 && tries < 6 && (!leg || leg_over(leg->state)); tries++)
        leg = &f->legs[roll(f->legs_n)];
    return leg;
}

static struct classification any_classification(void)
{
    static const int16_t categories[] = {0, 1, 2, 14, 12};
    static const struct authority court = {STR("court"), STR("人民法院"), STR("litigation")};
    struct classification c = {.kind = (enum kind)(KIND_CONSULT + roll(KIND_OTHER)),
                               .category = categories[roll(5)],
                               .place = SHENZHEN,
                               .bureau = one_in(4) ? 0 : good_unit(&(struct case_facts){0}, 0),
                               .confidence = (int16_t)roll(101),
                               .flags = (uint8_t)(one_in(6) ? roll(8) : 0),
                               .authority = one_in(3) ? &court : NULL,
                               .why = "terms"};
    for (int n = one_in(7) ? 1 + roll(2) : 0; n > 0; n--)
        c.accused.of[c.accused.n++] = any_accused();
    return c;
}

// What ends or disturbs a life is rarer than what carries it on; what decides a request goes by its number mostly.
static int rarity(const struct rule *r)
{
    bool moves = r->case_to != CASE_NONE || r->leg_to != LEG_NONE || r->opens != 0;
    switch (r->event) {
    case EV_WITHDRAWAL_GRANTED:
    case EV_WITHDRAWAL_DENIED:
    case EV_PROPOSAL_REJECTED:
    case EV_REQUEST_GRANTED:
    case EV_REQUEST_DENIED:
    case EV_IDENTITY_GRANTED:
    case EV_IDENTITY_DENIED:
    case EV_QUEUE_RETRY:
    case EV_QUEUE_PARK:
    case EV_QUEUE_SKIP:
        return 60;
    case EV_WITHDRAW:
    case EV_WITHDRAWAL_REQUESTED:
        return 30;
    case EV_REFUSE:
    case EV_REFER:
    case EV_REFUSAL_APPROVED:
    case EV_REFERRAL_APPROVED:
    case EV_FLAG_EMERGENCY:
    case EV_MERGE:
    case EV_TERMINATE:
    case EV_ACCUSE:
    case EV_EXONERATE:
    case EV_ASK_SUPPLEMENT:
    case EV_RECALL:
        return 10;
    case EV_DELEGATED:
    case EV_JOINED:
    case EV_EXTENSION_REQUESTED:
    case EV_SUPPLEMENT_REQUESTED:
    case EV_ORDER_REWORK:
    case EV_ANSWERED:
        return 1;
    default:
        return moves ? 1 : 6;
    }
}

static enum actor any_actor(const struct rule *r)
{
    static const enum actor who[] = {ACTOR_WRITER,     ACTOR_BUREAU,     ACTOR_DESK,
                                     ACTOR_CLASSIFIER, ACTOR_DISPATCHER, ACTOR_FEEDBACK};
    for (int tries = 0; tries < 12; tries++) {
        enum actor actor = who[roll(6)];
        if (!r || (r->by & BY(actor)))
            return actor;
    }
    return ACTOR_DESK;
}

// An event that the table has for the case or the leg as it stands.
static const struct rule *fitting(const struct case_facts *f, const struct leg_facts *leg)
{
    static int n;
    while (rules[n].id)
        n++;
    for (int tries = 0; tries < 60; tries++) {
        const struct rule *r = &rules[roll(n)];
        if (r->by == BY_SYSTEM || (rule_of_leg(r) ? !leg || !(r->legs & LEG(leg->state)) : !(r->cases & IN(f->state))))
            continue;
        if (!one_in(rarity(r)))
            continue;
        return r;
    }
    return NULL;
}

// Who it is: his unit, his duties, his 警号; well chosen mostly.
static void be_somebody(struct change *c, const struct leg_facts *leg, const struct case_facts *f)
{
    if (c->actor == ACTOR_BUREAU)
        c->unit = !leg || one_in(12)              ? any_unit()
                  : leg->parent != 0 && one_in(2) ? f->legs[leg->parent - 1].unit
                                                  : leg->unit;
    if (c->actor == ACTOR_DESK) {
        c->unit = one_in(8) ? any_unit() : POLICY_PROVINCE;
        c->duties = one_in(10) ? (uint32_t)roll(0x4000) : 0x3fff;
    }
    c->officer = one_in(12) ? 1 + roll(14) : 0;
    c->person = one_in(6) ? 0 : 1 + roll(6);
}

static void say_target(struct change *c, const struct leg_facts *leg, const struct case_facts *f)
{
    bool by_itself = c->event == EV_DISPATCH || c->event == EV_ACCEPT || c->event == EV_GRANT || c->event == EV_RECALL;
    int32_t above = c->event == EV_DELEGATED && leg ? leg->unit
                    : leg && leg->parent            ? f->legs[leg->parent - 1].unit
                                                    : 0;
    c->to = by_itself && one_in(2) ? 0 : one_in(8) ? any_unit() : good_unit(f, above);
}

// Of the closed list, where the event has one.
static struct str reason_of(enum event event)
{
    switch (event) {
    case EV_REFUSE:
        return STR("not_police");
    case EV_REFER:
        return STR("petition");
    case EV_RETURN_REQUESTED:
        return STR("not_our_area");
    case EV_TERMINATE:
        return STR("no_supplement");
    default:
        return STR_NONE;
    }
}

static void say_the_rest(struct change *c, const struct case_facts *f)
{
    static const int16_t categories[] = {0, 1, 14, 12, 55};
    c->kind = (enum kind)(one_in(2) ? KIND_NONE : KIND_CONSULT + roll(KIND_OTHER));
    c->category = categories[roll(one_in(10) ? 5 : 4)];
    c->outcome = (enum outcome)(one_in(20) ? 0 : 1 + roll(OUTCOME_DUPLICATE));
    c->level = (enum supervision)(one_in(8) ? 0 : 1 + roll(SUPERVISION_SUMMONED));
    c->days = (int16_t)(one_in(8) ? roll(30) - 5 : 1 + roll(10));
    c->satisfied = (int16_t)(one_in(8) ? 0 : 1 + roll(2));
    c->solved = (int16_t)roll(3);
    c->until = one_in(3) ? now + roll(400) * WF_DAY : 0;
    c->public_reply = one_in(20) ? STR_NONE : STR("已处理");
    c->internal_report = STR("已核查");
    c->words = one_in(20) ? STR_NONE : STR("补充");
    c->reason = one_in(20) ? STR_NONE : STR("理由");
    c->post = one_in(20) ? STR_NONE : STR("200001");
    c->queue = one_in(20) ? 0 : any_unit();
    c->queue_seq = one_in(20) ? -1 : 1 + roll(100);
    c->reason_code = one_in(20) ? STR("no_such") : reason_of(c->event);
    c->seen = one_in(20) ? 1 + roll(f->version + 1) : one_in(2) ? f->version : 0;
    if (c->event == EV_ACCUSE || (c->event == EV_EXONERATE && (f->accused.n == 0 || one_in(6))))
        for (int n = 1 + roll(2); n > 0; n--)
            c->accused.of[c->accused.n++] = any_accused();
    else if (c->event == EV_EXONERATE)
        c->accused = (struct accused_list){.of = {f->accused.of[roll(f->accused.n)]}, .n = 1};
}

static struct change any_change(const struct life *l)
{
    const struct case_facts *f = &l->f;
    const struct leg_facts *leg = any_leg(f);
    const struct rule *r = one_in(12) ? NULL : fitting(f, leg);
    struct change c = {.case_id = f->id, .actor = any_actor(r)};
    c.event = r ? r->event : (enum event)(1 + roll(EV_IDENTITY_DENIED));
    int asked = f->requests_n > 0 ? roll(f->requests_n) : 0;
    if (f->requests_n > 0 && f->requests[asked].state == REQUEST_OPEN && one_in(2)) {
        c.event = one_in(3) ? EV_DENY : EV_GRANT;
        c.actor = one_in(4) ? ACTOR_BUREAU : ACTOR_DESK;
        c.request = (int16_t)(one_in(6) ? roll(4) : f->requests[asked].id);
        leg = f->requests[asked].leg > 0 ? &f->legs[f->requests[asked].leg - 1] : leg;
    }
    be_somebody(&c, leg, f);
    c.leg = leg && !one_in(3) && event_is_leg(c.event) ? leg->id : (int16_t)(one_in(20) ? roll(5) : 0);
    say_target(&c, leg, f);
    say_the_rest(&c, f);
    if (c.event == EV_TRIAGE || (c.event == EV_FLAG_EMERGENCY && c.actor == ACTOR_CLASSIFIER)) {
        found = any_classification();
        c.found = &found;
    }
    if (c.event == EV_RECOMPUTE) // what the real command works out; without the pauses, which are the journal's
        c.until = one_in(6) ? now + roll(100) * WF_DAY : case_recompute(&world, f, f->clock_at, NULL, 0);
    if (c.event == EV_MERGE)
        c.other = one_in(10) ? 99 : 1 + roll(LIVES);
    return c;
}

// Mostly a little later; sometimes exactly when the sweep would look, or long after.
static wf_time any_instant(const struct case_facts *f)
{
    switch (roll(8)) {
    case 0:
        return f->wake_at > now ? f->wake_at + roll(2) : now;
    case 1:
        return now + roll(10) * WF_DAY;
    case 2:
        return one_in(6) ? now + roll(200) * WF_DAY : now + roll(3) * WF_DAY;
    case 3:
    case 4:
        return now + roll(20) * WF_HOUR;
    default:
        return now + roll(60) * WF_MINUTE;
    }
}

#endif

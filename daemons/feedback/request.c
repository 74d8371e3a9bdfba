// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "core/number.h"
#include "store/digest.h"

// The table says who may raise what; an event that this sender can never raise is an unknown one to it.
static bool may_raise(enum actor actor, enum event event)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->event == event && (r->by & BY(actor)))
            return true;
    return false;
}

static enum result find_event(struct str name, enum actor actor, enum event *out, struct err *err)
{
    *out = (enum event)code_find(events, name);
    if (*out != EV_NONE && may_raise(actor, *out))
        return OK;
    char words[200];
    struct text t = TEXT(words);
    text_put(&t, "event: one of");
    for (const struct code *e = events; e->name; e++) {
        if (!may_raise(actor, (enum event)e->code))
            continue;
        text_put(&t, " ");
        text_put(&t, e->name);
    }
    return err_set(err, REJECT, "unknown_value", "event", words);
}

static enum result find_code(const struct code *list, struct str name, const char *field, int *out, struct err *err)
{
    *out = 0;
    if (!name.p)
        return OK;
    *out = code_find(list, name);
    if (*out != 0)
        return OK;
    char words[200];
    struct text t = TEXT(words);
    text_put(&t, field);
    text_put(&t, ": one of");
    for (const struct code *c = list; c->name; c++) {
        text_put(&t, " ");
        text_put(&t, c->name);
    }
    return err_set(err, REJECT, "unknown_value", field, words);
}

static enum result find_case(struct str number, struct change *change, struct err *err)
{
    return number_parse(number, &change->mailbox, &change->case_id, err);
}

enum result request_of_bureau(const struct msg *msg, const struct policy *policy, struct request *request,
                              struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_feedback m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_feedback(&frame, &m, err);
    *request = (struct request){m.event_id, m.number, frame.trace};
    if (result != OK)
        return result;

    int outcome;
    *change = (struct change){
        .actor = ACTOR_BUREAU,
        .unit = (int32_t)m.bureau,
        .leg = m.has_leg ? (int16_t)m.leg : 0,
        .public_reply = m.public_reply,
        .internal_report = m.internal_report,
        .reason = m.reason,
        .cause = m.event_id,
        .cause_by = (int32_t)m.bureau,
        .digest = digest_of((struct str[]){m.number, m.event, m.outcome, m.public_reply, m.internal_report, m.reason},
                            6, m.has_leg ? m.leg : 0),
    };
    if (m.event_id.n == 0)
        return err_set(err, REJECT, "blank", "event_id", "event_id: may not be empty");
    if (!policy_is_bureau(policy, change->unit))
        return err_set(err, REJECT, "unknown_value", "bureau", "bureau: not one of the 21 bureaus");
    result = find_event(m.event, ACTOR_BUREAU, &change->event, err);
    if (result == OK)
        result = find_code(outcomes, m.outcome, "outcome", &outcome, err);
    if (result == OK)
        result = find_case(m.number, change, err);
    if (result == OK)
        change->outcome = (enum outcome)outcome;
    return result;
}

enum result request_of_desk(const struct msg *msg, struct request *request, struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_desk_act m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_desk_act(&frame, &m, err);
    *request = (struct request){m.ref, m.number, frame.trace};
    if (result != OK)
        return result;

    int outcome, kind;
    int32_t unit = m.has_unit ? (int32_t)m.unit : 0;
    *change = (struct change){
        .actor = ACTOR_DESK,
        .unit = unit,   // dispatch: to whom
        .bureau = unit, // accept: whose it is
        .leg = m.has_leg ? (int16_t)m.leg : 0,
        .post = m.post,
        .category = m.has_category ? (int16_t)m.category : 0,
        .public_reply = m.public_reply,
        .internal_report = m.internal_report,
        .reason = m.reason,
        .cause = m.ref,
        .digest = digest_of(
            (struct str[]){m.number, m.event, m.post, m.kind, m.outcome, m.public_reply, m.internal_report, m.reason},
            8, ((int64_t)unit * 100 + (m.has_category ? m.category : 0)) * 100000 + (m.has_leg ? m.leg : 0)),
    };
    if (m.ref.n == 0)
        return err_set(err, REJECT, "blank", "ref", "ref: may not be empty");
    result = find_event(str_is(m.event, "review") ? STR("reviewed") : m.event, ACTOR_DESK, &change->event, err);
    if (result == OK)
        result = find_code(outcomes, m.outcome, "outcome", &outcome, err);
    if (result == OK)
        result = find_code(kinds, m.kind, "kind", &kind, err);
    if (result == OK)
        result = find_case(m.number, change, err);
    if (result == OK) {
        change->outcome = (enum outcome)outcome;
        change->kind = (enum kind)kind;
    }
    return result;
}

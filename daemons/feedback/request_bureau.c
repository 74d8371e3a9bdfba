// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "request_parts.h"
#include "store/digest.h"

// What the frame says, as far as it needs no list to read it. Requests of before the later members have the digest that
// they had then, so that a repeat is one.
static struct change change_of(const struct msg_feedback *m)
{
    int64_t digest =
        digest_of((struct str[]){m->number, m->event, m->outcome, m->public_reply, m->internal_report, m->reason}, 6,
                  m->has_leg ? m->leg : 0);
    const int64_t numbers[] = {m->has_unit ? m->unit : 0, m->has_to ? m->to : 0, m->has_days ? m->days : 0,
                               m->has_until ? m->until : 0, m->has_request ? m->request : 0};
    bool later = m->officer.p || m->reason_code.p;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        later = later || numbers[i] != 0;
    if (later)
        digest =
            digest_of((struct str[]){m->officer, m->reason_code, (struct str){(const char *)numbers, sizeof(numbers)}},
                      3, digest);
    return (struct change){
        .actor = ACTOR_BUREAU,
        .officer = requested_officer(m->officer),
        .person = m->officer.n > 0 ? requested_person((int32_t)m->bureau, m->officer) : 0,
        .post = m->officer,
        .leg = m->has_leg ? (int16_t)m->leg : 0,
        .request = m->has_request ? (int16_t)m->request : 0,
        .days = m->has_days ? (int16_t)m->days : 0,
        .until = m->has_until ? m->until : 0,
        .public_reply = m->public_reply,
        .internal_report = m->internal_report,
        .reason = m->reason,
        .reason_code = m->reason_code,
        .cause = m->event_id,
        .cause_by = (int32_t)m->bureau,
        .digest = digest,
    };
}

static enum result find_units(const struct policy *policy, const struct msg_feedback *m, struct change *change,
                              struct err *err)
{
    enum result result = requested_unit_of(policy, m->bureau, m->has_unit ? m->unit : 0, &change->unit, err);
    return result != OK ? result : requested_unit(policy, m->has_to ? m->to : 0, "to", &change->to, err);
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
    *request = (struct request){
        .ref = m.event_id, .number = m.number, .trace = frame.trace, .asks = ASKS_EVENT, .named = (int32_t)m.bureau};
    if (result != OK)
        return result;
    if (m.event_id.n == 0)
        return err_set(err, REJECT, "blank", "event_id", "event_id: may not be empty");
    int outcome;
    *change = change_of(&m);
    result = find_units(policy, &m, change, err);
    if (result == OK)
        result = requested_event(m.event, ACTOR_BUREAU, &change->event, err);
    if (result == OK)
        result = requested_code(outcomes, m.outcome, "outcome", &outcome, err);
    if (result == OK)
        result = number_parse(m.number, &change->mailbox, &change->case_id, err);
    if (result == OK)
        change->outcome = (enum outcome)outcome;
    return result;
}

enum result request_of_identity(const struct msg *msg, const struct policy *policy, struct request *request,
                                struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_identity_open m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_identity_open(&frame, &m, err);
    *request = (struct request){
        .ref = m.event_id, .number = m.number, .trace = frame.trace, .asks = ASKS_IDENTITY, .named = (int32_t)m.bureau};
    if (result != OK)
        return result;
    if (m.event_id.n == 0)
        return err_set(err, REJECT, "blank", "event_id", "event_id: may not be empty");
    const int64_t numbers[] = {m.has_leg ? m.leg : 0, m.has_unit ? m.unit : 0};
    *change = (struct change){
        .event = EV_IDENTITY_OPEN,
        .actor = ACTOR_BUREAU,
        .officer = requested_officer(m.officer),
        .person = m.officer.n > 0 ? requested_person((int32_t)m.bureau, m.officer) : 0,
        .post = m.officer,
        .leg = m.has_leg ? (int16_t)m.leg : 0,
        .reason = m.purpose,
        .cause = m.event_id,
        .cause_by = (int32_t)m.bureau,
        .digest = digest_of((struct str[]){STR("identity"), m.number, m.officer, m.purpose,
                                           (struct str){(const char *)numbers, sizeof(numbers)}},
                            5, 0),
    };
    result = requested_unit_of(policy, m.bureau, m.has_unit ? m.unit : 0, &change->unit, err);
    return result == OK ? number_parse(m.number, &change->mailbox, &change->case_id, err) : result;
}

enum result request_of_peer(const struct msg *msg, const struct policy *policy, struct request *request,
                            struct change *change, struct err *err)
{
    struct frame frame;
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    switch (frame.id) {
    case MSG_IDENTITY_OPEN:
        return request_of_identity(msg, policy, request, change, err);
    case MSG_LOOKUP:
        return request_of_lookup(msg, request, change, err);
    case MSG_WRITER_ACT:
        return request_of_writer(msg, request, change, err);
    default:
        return request_of_bureau(msg, policy, request, change, err);
    }
}

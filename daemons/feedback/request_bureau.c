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

// A bureau speaks for itself and for what is below it; the province for its own squads.
static enum result find_units(const struct policy *policy, const struct msg_feedback *m, struct change *change,
                              struct err *err)
{
    int32_t bureau = (int32_t)m->bureau;
    if (!policy_is_mailbox(policy, bureau))
        return err_set(err, REJECT, "unknown_value", "bureau", "bureau: not one of the 21 bureaus, nor the province");
    enum result result =
        requested_unit(policy, m->has_unit && m->unit != 0 ? m->unit : bureau, "unit", &change->unit, err);
    if (result != OK)
        return result;
    if (policy_queue(policy, change->unit) != bureau)
        return err_set_limit(err, REJECT, "unknown_value", "unit", "unit: neither the bureau ", bureau,
                             " nor one below it");
    return requested_unit(policy, m->has_to ? m->to : 0, "to", &change->to, err);
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

// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "request_parts.h"
#include "store/digest.h"

// 0 not said, 1 yes, 2 no.
static int16_t answer(bool said, bool yes)
{
    return said ? (yes ? 1 : 2) : 0;
}

// As in request_bureau.c: an act that says nothing of the later members has the digest that it had before them.
static int64_t act_digest(const struct msg_desk_act *m)
{
    int64_t unit = m->has_unit ? m->unit : 0;
    int64_t digest =
        digest_of((struct str[]){m->number, m->event, m->post, m->kind, m->outcome, m->public_reply, m->internal_report,
                                 m->reason},
                  8, (unit * 100 + (m->has_category ? m->category : 0)) * 100000 + (m->has_leg ? m->leg : 0));
    const int64_t numbers[] = {
        m->has_version ? m->version : 0,
        m->has_to ? m->to : 0,
        m->has_request ? m->request : 0,
        m->has_days ? m->days : 0,
        m->has_until ? m->until : 0,
        answer(m->has_reached, m->reached),
        answer(m->has_contacted, m->contacted),
        answer(m->has_true, m->true_),
        answer(m->has_satisfied, m->satisfied),
        answer(m->has_solved, m->solved),
        m->accused_n,
    };
    bool later = m->into.p || m->level.p || m->words.p || m->reason_code.p;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        later = later || numbers[i] != 0;
    const int64_t line[] = {m->has_queue ? m->queue : 0, m->has_seq ? m->seq : 0};
    if (line[0] != 0 || line[1] != 0)
        digest = digest_of(&(struct str){(const char *)line, sizeof(line)}, 1, digest);
    if (!later)
        return digest;
    digest = digest_of((struct str[]){m->into, m->level, m->words, m->reason_code,
                                      (struct str){(const char *)numbers, sizeof(numbers)}},
                       5, digest);
    return digest_of(m->accused, (int)m->accused_n, digest);
}

static struct change change_of(const struct msg_desk_act *m)
{
    return (struct change){
        .actor = ACTOR_DESK,
        .seen = m->has_version ? (int32_t)m->version : 0,
        .leg = m->has_leg ? (int16_t)m->leg : 0,
        .request = m->has_request ? (int16_t)m->request : 0,
        .category = m->has_category ? (int16_t)m->category : 0,
        .days = m->has_days ? (int16_t)m->days : 0,
        .until = m->has_until ? m->until : 0,
        .satisfied = answer(m->has_satisfied, m->satisfied),
        .solved = answer(m->has_solved, m->solved),
        .reached = answer(m->has_reached, m->reached),
        .contacted = answer(m->has_contacted, m->contacted),
        .true_ = answer(m->has_true, m->true_),
        .public_reply = m->public_reply,
        .internal_report = m->internal_report,
        .words = m->words,
        .reason = m->reason,
        .reason_code = m->reason_code,
        .queue = m->has_queue ? (int32_t)m->queue : 0,
        .queue_seq = m->has_seq ? m->seq : 0,
        .cause = m->ref,
        .digest = act_digest(m),
    };
}

static enum result find_post(const struct policy *policy, struct str said, struct change *change, struct err *err)
{
    const struct post *post;
    enum result result = policy_post_parse(policy, said.n > 0 ? said : STR(POLICY_DEFAULT_POST), &post, &change->unit,
                                           &change->officer, err);
    if (result != OK)
        return result;
    change->duties = post->duties;
    // The journal is read in Chinese; where the catalogue has no such name of it, the name that it must have.
    struct str plain = policy_post(policy, STR("专班")) == post ? STR("专班") : STR(POLICY_DEFAULT_POST);
    change->post = said.n > 0 ? said : plain;
    // An officer is one person in all posts; who does not say who it is, is the post, by whichever of its names.
    char number[16];
    struct text t = TEXT(number);
    text_i64(&t, change->officer);
    change->person = change->officer ? requested_person(0, text_get(&t)) : requested_person(change->unit, post->names);
    return OK;
}

// "440304" or "officer:012345". An officer whom officers.tsv does not know has no unit that would be kept out, so the
// letter could still reach his own: then the unit is to be named.
static enum result find_accused(const struct policy *policy, struct str said, struct accused *out, struct err *err)
{
    struct str rest = said, head = str_split(&rest, ':');
    int64_t code = 0;
    *out = (struct accused){0};
    if (!rest.p && str_to_i64(said, &code) && code > 0 && code <= INT32_MAX)
        return requested_unit(policy, code, "accused", &out->unit, err);
    out->officer = rest.p && str_is(head, "officer") ? requested_officer(rest) : 0;
    if (out->officer == 0)
        return err_set_str(err, REJECT, "unknown_value", "accused",
                           "accused: each is a unit's code, or officer: and a police number of 1 to 8 digits, not '",
                           said, "'");
    for (size_t i = 0; i < policy->officers_n; i++)
        if (policy->officers[i].id == out->officer)
            return OK;
    return err_set_limit(err, REJECT, "unknown_value", "accused", "accused: officers.tsv has no officer ", out->officer,
                         ": name the officer's unit");
}

static enum result find_all_accused(const struct policy *policy, const struct msg_desk_act *m, struct change *change,
                                    struct err *err)
{
    for (uint32_t i = 0; i < m->accused_n; i++) {
        struct accused one;
        enum result result = find_accused(policy, m->accused[i], &one, err);
        if (result != OK)
            return result;
        if (!accused_has(&change->accused, one))
            change->accused.of[change->accused.n++] = one;
    }
    return OK;
}

// `unit` is how dispatch and accept named their target before `to`.
static enum result find_target(const struct policy *policy, const struct msg_desk_act *m, struct change *change,
                               struct err *err)
{
    if (m->has_to && m->has_unit && m->to != m->unit)
        return err_set(err, REJECT, "unknown_value", "to", "to: unit says another one; say one of the two");
    return m->has_to ? requested_unit(policy, m->to, "to", &change->to, err)
                     : requested_unit(policy, m->has_unit ? m->unit : 0, "unit", &change->to, err);
}

static enum result find_codes(const struct msg_desk_act *m, struct change *change, struct err *err)
{
    int outcome, kind, level;
    enum result result = requested_event(m->event, ACTOR_DESK, &change->event, err);
    if (result == OK)
        result = requested_code(outcomes, m->outcome, "outcome", &outcome, err);
    if (result == OK)
        result = requested_code(kinds, m->kind, "kind", &kind, err);
    if (result == OK)
        result = requested_code(policy_supervisions, m->level, "level", &level, err);
    if (result != OK)
        return result;
    change->outcome = (enum outcome)outcome;
    change->kind = (enum kind)kind;
    change->level = (enum supervision)level;
    return OK;
}

static enum result find_numbers(const struct msg_desk_act *m, struct change *change, struct err *err)
{
    enum result result = number_parse(m->number, &change->mailbox, &change->case_id, err);
    if (result != OK || !m->into.p)
        return result;
    result = number_parse(m->into, &change->other_mailbox, &change->other, err);
    return result == OK ? OK : err_set(err, REJECT, "bad_number", "into", "into: not a case number");
}

enum result request_of_desk(const struct msg *msg, const struct policy *policy, struct request *request,
                            struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_desk_act m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_desk_act(&frame, &m, err);
    *request = (struct request){.ref = m.ref, .number = m.number, .trace = frame.trace, .asks = ASKS_DESK};
    if (result != OK)
        return result;
    if (m.ref.n == 0)
        return err_set(err, REJECT, "blank", "ref", "ref: may not be empty");
    *change = change_of(&m);
    result = find_post(policy, m.post, change, err);
    if (result == OK)
        result = find_codes(&m, change, err);
    if (result == OK)
        result = find_target(policy, &m, change, err);
    if (result == OK)
        result = find_all_accused(policy, &m, change, err);
    if (result == OK)
        result = find_numbers(&m, change, err);
    return result;
}

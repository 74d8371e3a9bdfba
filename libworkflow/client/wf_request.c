// SPDX-License-Identifier: Apache-2.0
// The requests of a public pipe.
#include "client/wf_pipe.h"

#include "core/letter.h"

// Each request is read back before it is sent: so a limit that it breaks is told here, and not by a daemon that takes
// such a frame for a broken program.
#define SEND(p, which, m, ref, key, tag, error)                                                                        \
    do {                                                                                                               \
        struct frame frame;                                                                                            \
        struct err why;                                                                                                \
        (p)->frame.n = 0;                                                                                              \
        wire_put_##which(&(p)->frame, (p)->trace++, &(m));                                                             \
        if (frame_get((p)->frame.p, (p)->frame.n, &frame, &why) != OK || wire_get_##which(&frame, &(m), &why) != OK)   \
            return wf_say(error, WF_REFUSED, &why);                                                                    \
        return pipe_send((p)->pipe, ref, key, &(p)->frame, tag) ? WF_OK : WF_WAIT;                                     \
    } while (0)

enum wf_result wf_submit(struct wf_pipe *p, const struct wf_letter *l, uint64_t tag, struct wf_error *error)
{
    struct msg_letter_submit m = {
        .channel = str_of(l->channel),
        .client_ref = str_of(l->client_ref),
        .mailbox = str_of(l->mailbox),
        .title = str_of(l->title),
        .body = str_of(l->body),
        .place = str_of(l->place),
        .kind = str_of(l->kind),
        .occurred_at = str_of(l->occurred_at),
        .confidential = l->confidential,
        .has_confidential = true,
        .writer_name = str_of(l->writer_name),
        .writer_phone = str_of(l->writer_phone),
        .writer_id_number = str_of(l->writer_id_number),
        .writer_email = str_of(l->writer_email),
    };
    struct err err;
    if (l->accused_n > LETTER_ACCUSED) {
        (void)err_set_limit(&err, REJECT, "too_many", "accused", "at most ", LETTER_ACCUSED, " entries");
        return wf_say(error, WF_REFUSED, &err);
    }
    for (; m.accused_n < l->accused_n; m.accused_n++)
        m.accused[m.accused_n] = str_of(l->accused[m.accused_n]);
    SEND(p, letter_submit, m, m.client_ref, STR_NONE, tag, error);
}

enum wf_result wf_report(struct wf_pipe *p, const struct wf_event *e, uint64_t tag, struct wf_error *error)
{
    struct msg_feedback m = {
        .event_id = str_of(e->event_id),
        .bureau = e->bureau,
        .number = str_of(e->number),
        .event = str_of(e->event),
        .leg = e->leg,
        .has_leg = e->leg != 0,
        .outcome = str_of(e->outcome),
        .public_reply = str_of(e->public_reply),
        .internal_report = str_of(e->internal_report),
        .reason = str_of(e->reason),
        .officer = str_of(e->officer),
        .unit = e->unit,
        .has_unit = e->unit != 0,
        .to = e->to,
        .has_to = e->to != 0,
        .days = e->days,
        .has_days = e->days != 0,
        .until = e->until,
        .has_until = e->until != 0,
        .request = e->request,
        .has_request = e->request != 0,
        .reason_code = str_of(e->reason_code),
    };
    SEND(p, feedback, m, m.event_id, m.number, tag, error);
}

enum wf_result wf_identity(struct wf_pipe *p, const struct wf_identity *i, uint64_t tag, struct wf_error *error)
{
    struct msg_identity_open m = {
        .event_id = str_of(i->event_id),
        .bureau = i->bureau,
        .number = str_of(i->number),
        .leg = i->leg,
        .has_leg = i->leg != 0,
        .unit = i->unit,
        .has_unit = i->unit != 0,
        .officer = str_of(i->officer),
        .purpose = str_of(i->purpose),
    };
    SEND(p, identity_open, m, m.event_id, m.number, tag, error);
}

enum wf_result wf_lookup(struct wf_pipe *p, const struct wf_lookup *l, uint64_t tag, struct wf_error *error)
{
    struct msg_lookup m = {
        .ref = str_of(l->ref), .channel = l->channel, .number = str_of(l->number), .code = str_of(l->code)};
    SEND(p, lookup, m, m.ref, STR_NONE, tag, error);
}

enum wf_result wf_act(struct wf_pipe *p, const struct wf_act *a, uint64_t tag, struct wf_error *error)
{
    struct msg_writer_act m = {
        .ref = str_of(a->ref),
        .channel = a->channel,
        .number = str_of(a->number),
        .code = str_of(a->code),
        .event = str_of(a->event),
        .words = str_of(a->words),
        .satisfied = a->satisfied == WF_YES,
        .has_satisfied = a->satisfied != WF_UNSAID,
        .solved = a->solved == WF_YES,
        .has_solved = a->solved != WF_UNSAID,
        .contacted = a->contacted == WF_YES,
        .has_contacted = a->contacted != WF_UNSAID,
        .true_ = a->true_ == WF_YES,
        .has_true = a->true_ != WF_UNSAID,
    };
    SEND(p, writer_act, m, m.ref, m.number, tag, error);
}

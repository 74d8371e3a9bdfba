// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "feedback.h"
#include "run/clock.h"
#include "store/identity.h"
#include "wire/refusal.h"

#include <string.h>

static void send_out(struct door *door, const struct peer *peer)
{
    if (!bus_send(door->bus, peer, door->fb->out.p, door->fb->out.n))
        count(&feedback_counters[ANSWERS_LOST], 1);
}

void answer_refusal(struct door *door, const struct peer *peer, const struct request *rq, const struct err *err)
{
    door->fb->out.n = 0;
    struct msg_refusal m = refusal_of(rq->ref, err);
    wire_put_refusal(&door->fb->out, rq->trace, &m);
    send_out(door, peer);
}

void answer_not_found(struct door *door, const struct peer *peer, const struct request *rq)
{
    struct err err;
    err_set(&err, REJECT, "not_found", "number", "number: there is no such letter, or the code is another one's");
    answer_refusal(door, peer, rq, &err);
}

void answer_desk(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a)
{
    struct buf *out = &door->fb->out;
    char number_new[NUMBER_MAX];
    struct msg_desk_result m = {.ref = rq->ref,
                                .number = rq->number,
                                .state = str_of(code_name(case_states, a->state)),
                                .version = a->version,
                                .has_version = a->version > 0};
    if (a->new_id != 0) {
        number_format(a->mailbox, a->new_id, number_new);
        m.number_new = str_of(number_new);
    }
    out->n = 0;
    wire_put_desk_result(out, rq->trace, &m);
    send_out(door, peer);
}

void answer_event(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a)
{
    struct buf *out = &door->fb->out;
    out->n = 0;
    wire_put_feedback_result(out, rq->trace,
                             &(struct msg_feedback_result){.event_id = rq->ref,
                                                           .number = rq->number,
                                                           .state = str_of(code_name(case_states, a->state)),
                                                           .duplicate = a->result == DUPLICATE,
                                                           .version = a->version,
                                                           .has_version = a->version > 0});
    send_out(door, peer);
}

void answer_writer(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a)
{
    struct buf *out = &door->fb->out;
    out->n = 0;
    wire_put_writer_result(out, rq->trace,
                           &(struct msg_writer_result){.ref = rq->ref,
                                                       .number = rq->number,
                                                       .state = str_of(code_name(case_states, a->state)),
                                                       .label = str_of(code_label(case_states, a->state)),
                                                       .duplicate = a->result == DUPLICATE});
    send_out(door, peer);
}

void answer_identity(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a,
                     int at)
{
    struct buf *out = &door->fb->out;
    struct identity who = identity_at(door->fb->stage.db, at);
    out->n = 0;
    wire_put_identity(out, rq->trace,
                      &(struct msg_identity){.event_id = rq->ref,
                                             .number = rq->number,
                                             .writer_name = who.name,
                                             .writer_phone = who.phone,
                                             .writer_id_number = who.id_number,
                                             .writer_email = who.email,
                                             .duplicate = a->result == DUPLICATE});
    send_out(door, peer);
    explicit_bzero(out->p, out->n); // longer than it is needed it stands nowhere
}

void answer_lookup(struct door *door, const struct peer *peer, const struct request *rq, int at)
{
    struct feedback *fb = door->fb;
    struct lookup *l = &fb->lookup;
    if (!lookup_at(fb->stage.db, fb->stage.policy, clock_now(), at, l)) {
        answer_not_found(door, peer, rq);
        return;
    }
    static struct msg_lookup_result m;
    m = (struct msg_lookup_result){.ref = rq->ref,
                                   .number = rq->number,
                                   .state = str_of(code_name(case_states, l->state)),
                                   .label = l->label,
                                   .received_at = l->received_at,
                                   .due_at = l->due_at,
                                   .has_due_at = l->due_at != 0,
                                   .times_n = (uint32_t)l->lines_n,
                                   .lines_n = (uint32_t)l->lines_n,
                                   .reply = l->reply,
                                   .outcome = l->outcome ? str_of(code_name(outcomes, l->outcome)) : STR_NONE,
                                   .asked = l->asked};
    memcpy(m.times, l->times, sizeof(m.times));
    memcpy(m.lines, l->lines, sizeof(m.lines));
    for (size_t i = 0; i < sizeof(writer_acts) / sizeof(writer_acts[0]); i++)
        if (l->may & UINT32_C(1) << i)
            m.may[m.may_n++] = str_of(code_name(events, writer_acts[i]));
    fb->out.n = 0;
    wire_put_lookup_result(&fb->out, rq->trace, &m);
    send_out(door, peer);
}

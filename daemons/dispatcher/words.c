// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include "core/number.h"
#include "core/writer.h"

// What a row says whose words are kept from its bureau, or that the desk took away: that there was one.
static void put_bare(struct buf *out, const struct queue_item *it, struct str number)
{
    wire_put_delivery(out, (uint64_t)it->case_id,
                      &(struct msg_delivery){.seq = it->seq,
                                             .number = number,
                                             .leg = it->leg > 0 ? it->leg : 1,
                                             .kind = str_of(code_name(kinds, KIND_OTHER)),
                                             .category = STR("00"),
                                             .received_at = it->sent_at,
                                             .sent_at = it->sent_at,
                                             .notice = str_of(code_name(notices, (int)it->notice))});
}

static void put_item(struct buf *out, const struct queue_item *it, struct str number)
{
    char category[3];
    struct text t = TEXT(category);
    text_pad(&t, it->category, 2);
    wire_put_delivery(out, (uint64_t)it->case_id,
                      &(struct msg_delivery){.seq = it->seq,
                                             .number = number,
                                             .leg = it->leg,
                                             .kind = str_of(code_name(kinds, it->kind)),
                                             .category = text_get(&t),
                                             .title = it->title,
                                             .body = it->body,
                                             .place = it->place,
                                             .place_code = it->place_code,
                                             .has_place_code = it->place_code != 0,
                                             .urgent = (it->flags & FLAG_URGENT) != 0,
                                             .confidential = it->confidential,
                                             .occurred_at = it->occurred_at,
                                             .has_occurred_at = it->occurred_at > 0,
                                             .received_at = it->received_at,
                                             .due_at = it->due_at,
                                             .has_due_at = it->due_at != 0,
                                             .sent_at = it->sent_at,
                                             .notice = str_of(code_name(notices, (int)it->notice)),
                                             .unit = it->unit,
                                             .has_unit = true,
                                             .role = str_of(code_name(leg_roles, (int)it->role)),
                                             .parent = it->parent,
                                             .has_parent = true,
                                             .round = it->round,
                                             .has_round = true,
                                             .supplement = it->supplement,
                                             .state = str_of(code_name(leg_states, (int)it->state))});
}

void words_of_item(struct buf *out, const struct queue_item *it)
{
    char number[NUMBER_MAX];
    number_format(it->mailbox, it->case_id, number);
    out->n = 0;
    if (it->notice == NOTICE_REVOKED || it->notice == NOTICE_SKIPPED)
        put_bare(out, it, str_of(number));
    else
        put_item(out, it, str_of(number));
}

void words_of_writer(struct buf *out, const struct policy *policy, const struct writer_item *it)
{
    char number[NUMBER_MAX] = "", label[64], line[WRITER_LINE_MAX];
    struct text t = TEXT(label), l = TEXT(line);
    struct msg_writer_notice m = {
        .seq = it->seq, .client_ref = STR(""), .event = str_of(code_name(writer_events, (int)it->event)), .at = it->at};
    if (it->event != WRITER_SKIPPED) {
        struct writer_said said = {.event = it->event,
                                   .due_at = it->due_at,
                                   .unit = it->bureau,
                                   .conduct = it->event == WRITER_SENT && it->bureau == 0,
                                   .words = it->asked};
        number_format(it->mailbox, it->case_id, number);
        writer_label(it->state, STR_NONE, &t);
        writer_say(policy, &said, &l);
        m.client_ref = it->client_ref;
        m.label = text_get(&t);
        m.line = text_get(&l);
        m.due_at = it->due_at;
        m.has_due_at = it->due_at != 0;
        m.reply = it->reply;
        m.outcome = it->outcome != OUTCOME_NONE ? str_of(code_name(outcomes, (int)it->outcome)) : STR_NONE;
        m.asked = it->asked;
    }
    m.number = str_of(number);
    out->n = 0;
    wire_put_writer_notice(out, (uint64_t)it->case_id, &m);
}

// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "core/writer.h"
#include "request_parts.h"
#include "store/digest.h"

#define WHY_MAX 500 // characters of why a letter is withdrawn, rated or appealed

// A number that is none is answered as one that is nobody's.
static void find_number(struct str number, struct change *change)
{
    struct err ignored;
    if (number_parse(number, &change->mailbox, &change->case_id, &ignored) != OK)
        change->mailbox = 0, change->case_id = 0;
}

enum result request_of_lookup(const struct msg *msg, struct request *request, struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_lookup m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_lookup(&frame, &m, err);
    *request = (struct request){.ref = m.ref,
                                .number = m.number,
                                .trace = frame.trace,
                                .asks = ASKS_LOOKUP,
                                .named = (int32_t)m.channel,
                                .code = m.code};
    *change = (struct change){.actor = ACTOR_WRITER};
    if (result == OK)
        find_number(m.number, change);
    return result;
}

// 0 not said, 1 yes, 2 no.
static int16_t answer(bool said, bool yes)
{
    return said ? (yes ? 1 : 2) : 0;
}

static struct change change_of(const struct msg_writer_act *m)
{
    const int64_t numbers[] = {answer(m->has_satisfied, m->satisfied), answer(m->has_solved, m->solved),
                               answer(m->has_contacted, m->contacted), answer(m->has_true, m->true_)};
    return (struct change){
        .actor = ACTOR_WRITER,
        .satisfied = (int16_t)numbers[0],
        .solved = (int16_t)numbers[1],
        .contacted = (int16_t)numbers[2],
        .true_ = (int16_t)numbers[3],
        .cause = m->ref,
        .cause_by = (int32_t)m->channel,
        .digest = digest_of(
            (struct str[]){m->number, m->event, m->words, (struct str){(const char *)numbers, sizeof(numbers)}}, 4, 0),
    };
}

static enum result find_event(struct str name, struct change *change, struct err *err)
{
    enum event event = (enum event)code_find(events, name);
    for (size_t i = 0; i < sizeof(writer_acts) / sizeof(writer_acts[0]); i++)
        if (writer_acts[i] == event)
            change->event = event;
    return change->event != EV_NONE
               ? OK
               : err_set(err, REJECT, "unknown_value", "event", "event: one of supplement, withdraw, rate, appeal");
}

enum result request_of_writer(const struct msg *msg, struct request *request, struct change *change, struct err *err)
{
    struct frame frame;
    struct msg_writer_act m = {0};
    enum result result = frame_get(msg->p, msg->n, &frame, err);
    if (result != OK)
        return result;
    request->trace = frame.trace;
    result = wire_get_writer_act(&frame, &m, err);
    *request = (struct request){.ref = m.ref,
                                .number = m.number,
                                .trace = frame.trace,
                                .asks = ASKS_WRITER_ACT,
                                .named = (int32_t)m.channel,
                                .code = m.code};
    if (result != OK)
        return result;
    if (m.ref.n == 0)
        return err_set(err, REJECT, "blank", "ref", "ref: may not be empty");
    *change = change_of(&m);
    result = find_event(m.event, change, err);
    if (result != OK)
        return result;
    size_t chars = 0;
    if (change->event == EV_SUPPLEMENT)
        change->words = m.words;
    else
        change->reason = m.words;
    if (change->event != EV_SUPPLEMENT && utf8_check(m.words, &chars) && chars > WHY_MAX)
        return err_set_limit(err, REJECT, "too_long", "words", "words: at most ", WHY_MAX, " characters say why");
    find_number(m.number, change);
    return OK;
}

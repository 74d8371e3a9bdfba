// SPDX-License-Identifier: Apache-2.0
// What the dispatcher says, and what it changes.
#include "client/subscription_impl.h"

#include "run/clock.h"
#include "wire/refusal.h"

static enum result on_welcome(struct subscription *s, const struct frame *frame, struct err *err)
{
    struct msg_welcome m;
    struct err ignored;
    if (wire_get_welcome(frame, &m, &ignored) != OK || m.bureau != s->queue)
        return RETRY;
    bool stood_by = s->standby;
    int64_t now = clock_mono();
    s->welcomed = true;
    s->standby = m.has_active && !m.active;
    s->rejecting = false;
    s->head = m.head;
    s->away_us = SUBSCRIPTION_AWAY_US;
    s->spoke_at = now;
    s->epoch = s->standby ? 0 : m.epoch;
    s->granted = s->standby ? 0 : s->credit;
    if (s->standby) {
        // What we had stored when our turn ended is no longer the place to go on from.
        if (s->had_turn && s->from_known)
            subscription_hello(s, now);
        s->from_known = s->from_known && !s->had_turn;
        return RETRY;
    }
    bool told = !s->from_known || stood_by; // by the dispatcher, who may have heard of more from another consumer
    if (!told && m.last_seq > s->delivered)
        return err_set_limit(err, REJECT, "gap", "last_seq", "the dispatcher's queue begins only behind ", m.last_seq,
                             ": deliveries before it are lost");
    if (told && m.last_seq > s->acked)
        s->acked = m.last_seq;
    if (s->acked > s->delivered)
        s->delivered = s->acked;
    s->ack_told = m.last_seq;
    s->expected = m.last_seq + 1;
    s->from_known = s->had_turn = true;
    s->take_over = false;
    return RETRY;
}

static enum result on_refusal(struct subscription *s, const struct frame *frame, int64_t now, struct err *err)
{
    struct msg_refusal m;
    struct err ignored;
    if (wire_get_refusal(frame, &m, &ignored) != OK)
        return RETRY;
    if (m.has_retry && m.retry) {
        subscription_hello_later(s, now);
        return RETRY;
    }
    if (str_is(m.code, "not_subscribed") || str_is(m.code, "stale_epoch")) {
        if (s->welcomed) // else the answer to an ack from before the hello that is out
            subscription_hello(s, now);
        return RETRY;
    }
    return refusal_err(&m, err);
}

// The answer to our reject. What was sent behind it before the dispatcher read it has been dropped.
static void on_blocked(struct subscription *s, const struct frame *frame)
{
    struct msg_blocked m;
    struct err ignored;
    if (wire_get_blocked(frame, &m, &ignored) != OK || m.bureau != s->queue || m.seq != s->expected)
        return;
    s->rejecting = false;
    s->blocked = m.blocked ? m.seq : 0;
    s->spoke_at = 0; // what was dropped has used credit: it is granted anew at once
}

static void on_heartbeat(struct subscription *s, const struct frame *frame)
{
    struct msg_heartbeat m;
    struct err ignored;
    if (wire_get_heartbeat(frame, &m, &ignored) != OK || m.bureau != s->queue)
        return;
    if (m.head > s->head)
        s->head = m.head;
    s->blocked = m.has_blocked ? m.blocked : 0;
}

static enum result read_line(const struct frame *frame, struct queue_line *out, struct err *err)
{
    out->for_writer = frame->id == MSG_WRITER_NOTICE;
    enum result r = out->for_writer ? wire_get_writer_notice(frame, &out->notice, err)
                                    : wire_get_delivery(frame, &out->delivery, err);
    if (r == OK)
        out->seq = out->for_writer ? out->notice.seq : out->delivery.seq;
    return r;
}

// OK: a line that the caller has not seen. REJECT: one that we cannot read; it would come again and again.
static enum result on_line(struct subscription *s, const struct frame *frame, int64_t now, struct queue_line *out,
                           struct err *err)
{
    if (s->rejecting)
        s->granted--;
    if (!s->welcomed || s->standby || s->rejecting)
        return RETRY; // from before the hello or the reject that is out: it comes again
    enum result r = read_line(frame, out, err);
    if (r != OK)
        return r;
    if (out->seq != s->expected) {
        subscription_hello(s, now);
        return RETRY;
    }
    s->expected++;
    s->granted--;
    s->blocked = 0;
    if (out->seq > s->head)
        s->head = out->seq;
    if (out->seq <= s->delivered)
        return RETRY;                           // the caller has it: the queue was read again from what is acknowledged
    if (s->delivered - s->acked >= s->credit) { // more than was granted: the caller may not have the room
        subscription_hello_later(s, now);
        return RETRY;
    }
    s->delivered = out->seq;
    return OK;
}

static enum result on_frame(struct subscription *s, int64_t now, struct queue_line *out, struct err *err)
{
    struct frame frame;
    struct err ignored;
    if (frame_get(s->msg.p, s->msg.n, &frame, &ignored) != OK)
        return RETRY;
    s->heard_at = now;
    switch (frame.id) {
    case MSG_DELIVERY:
    case MSG_WRITER_NOTICE:
        return on_line(s, &frame, now, out, err);
    case MSG_WELCOME:
        return on_welcome(s, &frame, err);
    case MSG_REFUSAL:
        return on_refusal(s, &frame, now, err);
    case MSG_HEARTBEAT:
        on_heartbeat(s, &frame);
        return RETRY;
    case MSG_BLOCKED:
        on_blocked(s, &frame);
        return RETRY;
    default:
        return RETRY;
    }
}

enum result subscription_frame(struct subscription *s, int64_t now, struct queue_line *out)
{
    enum result r = on_frame(s, now, out, &s->why);
    if (r == REJECT) {
        s->over = true;
        s->welcomed = false;
    }
    return r;
}

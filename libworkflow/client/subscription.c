// SPDX-License-Identifier: Apache-2.0
#include "client/subscription.h"

#include "run/clock.h"
#include "wire/refusal.h"

#include <stdlib.h>
#include <string.h>

#define MS INT64_C(1000)
#define HELLO_US (2000 * MS)    // until an unanswered hello is repeated
#define CONNECT_US (20 * MS)    // until a hello that could not be sent is tried again
#define AWAY_US (500 * MS)      // after a refusal with retry
#define SILENCE_US (10000 * MS) // the dispatcher speaks every 2 s
#define BEAT_US (2000 * MS)     // our own heartbeat; 5 s are asked for
#define ACK_US (1000 * MS)      // the longest an acknowledgement is kept back
#define GOODBYE_US (1000 * MS)  // for the dispatcher to read the last one
// Credit is the limit; the socket's own must only never be the smaller one. A repeated hello can bring the credit
// twice.
#define HWM(credit) (2 * (credit) + 100)

struct wf_subscription {
    char *endpoint;
    struct bus *bus;
    int32_t bureau;
    int credit;
    bool from_known;   // acked and delivered are known: by the caller or by the first welcome
    bool welcomed;     // false: a hello is out or due
    int64_t acked;     // stored by the caller
    int64_t delivered; // handed to the caller
    int64_t expected;  // the next sequence the dispatcher should send; behind delivered + 1 after a new hello
    int64_t head;      // newest in the queue, as far as we were told
    int64_t granted;   // deliveries that the dispatcher may still send
    int64_t ack_told;  // acknowledged in the last ack
    int64_t hello_at;  // when the next hello is due, while not welcomed
    int64_t spoke_at;  // our last ack
    int64_t heard_at;
    struct buf frame;
    struct msg msg; // the delivery that was shown
    bool shown;
};

struct bus *subscription_bus(struct wf_subscription *s)
{
    return s->bus;
}

static bool send_frame(struct wf_subscription *s)
{
    return bus_send(s->bus, NULL, s->frame.p, s->frame.n);
}

static bool send_hello(struct wf_subscription *s, int64_t credit)
{
    struct msg_hello hello = {
        .bureau = s->bureau, .last_seq = s->acked, .has_last_seq = s->from_known, .credit = credit};
    s->frame.n = 0;
    wire_put_hello(&s->frame, 0, &hello);
    return send_frame(s);
}

// What may be acknowledged now: after a new hello the dispatcher knows nothing beyond what it has sent again.
static int64_t ackable(const struct wf_subscription *s)
{
    return s->acked < s->expected ? s->acked : s->expected - 1;
}

// What is granted and not used, and what the caller still holds, is together never more than the credit.
static bool send_ack(struct wf_subscription *s, int64_t now)
{
    int64_t room = s->credit - s->granted - (s->delivered - s->acked);
    struct msg_ack ack = {.bureau = s->bureau, .seq = ackable(s), .credit = room > 0 ? room : 0};
    s->frame.n = 0;
    wire_put_ack(&s->frame, 0, &ack);
    if (!send_frame(s))
        return false;
    s->granted += ack.credit;
    s->ack_told = ack.seq;
    s->spoke_at = now;
    return true;
}

static void hello_due(struct wf_subscription *s, int64_t at)
{
    s->welcomed = false;
    s->hello_at = at;
}

enum result wf_subscribe(const char *endpoint, int32_t bureau, int64_t last_seq, int credit,
                         struct wf_subscription **out, struct err *err)
{
    insist(credit >= 1 && credit <= 10000);
    struct bus *bus;
    enum result r = bus_dealer_connect(endpoint, HWM(credit), &bus, err);
    if (r != OK)
        return r;
    struct wf_subscription *s = calloc(1, sizeof(*s));
    insist(s);
    int64_t start = last_seq < 0 ? 0 : last_seq;
    *s = (struct wf_subscription){
        .endpoint = strdup(endpoint),
        .bus = bus,
        .bureau = bureau,
        .credit = credit,
        .from_known = last_seq >= 0,
        .acked = start,
        .delivered = start,
        .ack_told = start,
        .heard_at = clock_mono(),
    };
    insist(s->endpoint);
    *out = s;
    return OK;
}

static enum result on_welcome(struct wf_subscription *s, const struct frame *frame, struct err *err)
{
    struct msg_welcome m;
    struct err ignored;
    if (wire_get_welcome(frame, &m, &ignored) != OK || m.bureau != s->bureau)
        return RETRY;
    if (s->from_known && m.last_seq > s->delivered)
        return err_set_limit(err, REJECT, "gap", "last_seq", "the dispatcher's queue begins only behind ", m.last_seq,
                             ": deliveries before it are lost");
    if (!s->from_known)
        s->acked = s->delivered = m.last_seq;
    s->ack_told = m.last_seq;
    s->from_known = s->welcomed = true;
    s->expected = m.last_seq + 1;
    s->head = m.head;
    s->granted = s->credit;
    s->spoke_at = clock_mono();
    return RETRY;
}

static enum result on_refusal(struct wf_subscription *s, const struct frame *frame, int64_t now, struct err *err)
{
    struct msg_refusal m;
    struct err ignored;
    if (wire_get_refusal(frame, &m, &ignored) != OK)
        return RETRY;
    if (m.has_retry && m.retry) {
        hello_due(s, now + AWAY_US);
        return RETRY;
    }
    bool of_ack = str_is(m.code, "out_of_range") && str_is(m.field, "seq");
    if (of_ack || str_is(m.code, "not_subscribed")) {
        if (s->welcomed) // else the answer to an ack from before the hello that is out
            hello_due(s, now);
        return RETRY;
    }
    return refusal_err(&m, err);
}

// OK: a delivery that the caller has not seen. REJECT: one that we cannot read; it would come again and again.
static enum result on_delivery(struct wf_subscription *s, const struct frame *frame, int64_t now,
                               struct msg_delivery *out, struct err *err)
{
    struct msg_delivery m;
    if (!s->welcomed)
        return RETRY; // from before the hello that is out: it comes again
    enum result r = wire_get_delivery(frame, &m, err);
    if (r != OK)
        return r;
    if (m.seq != s->expected) {
        hello_due(s, now);
        return RETRY;
    }
    s->expected++;
    s->granted--;
    if (m.seq > s->head)
        s->head = m.seq;
    if (m.seq <= s->delivered)
        return RETRY;                           // the caller has it: the queue was read again from what is acknowledged
    if (s->delivered - s->acked >= s->credit) { // more than was granted: the caller may not have the room
        hello_due(s, now + AWAY_US);
        return RETRY;
    }
    s->delivered = m.seq;
    *out = m;
    return OK;
}

static enum result on_frame(struct wf_subscription *s, int64_t now, struct msg_delivery *out, struct err *err)
{
    struct frame frame;
    struct err ignored;
    struct msg_heartbeat beat;
    if (frame_get(s->msg.p, s->msg.n, &frame, &ignored) != OK)
        return RETRY;
    s->heard_at = now;
    switch (frame.id) {
    case MSG_DELIVERY:
        return on_delivery(s, &frame, now, out, err);
    case MSG_WELCOME:
        return on_welcome(s, &frame, err);
    case MSG_REFUSAL:
        return on_refusal(s, &frame, now, err);
    case MSG_HEARTBEAT:
        if (wire_get_heartbeat(&frame, &beat, &ignored) == OK && beat.bureau == s->bureau && beat.head > s->head)
            s->head = beat.head;
        return RETRY;
    default:
        return RETRY;
    }
}

static void ack_if_due(struct wf_subscription *s, int64_t now, bool idle)
{
    if (!s->welcomed)
        return;
    int64_t news = ackable(s) - s->ack_told;
    bool due = news > 0 && (idle || 4 * news >= s->credit || now - s->spoke_at >= ACK_US);
    if ((due || now - s->spoke_at >= BEAT_US) && !send_ack(s, now))
        hello_due(s, now); // nobody there: the next one has never heard of us
}

static void connect_again(struct wf_subscription *s, int64_t now)
{
    struct bus *bus;
    struct err err;
    if (bus_dealer_connect(s->endpoint, HWM(s->credit), &bus, &err) != OK)
        return; // it could be had at the start, so this is passing
    bus_close(s->bus);
    s->bus = bus;
    hello_due(s, now);
}

// Everything that happens by the clock.
static void tick(struct wf_subscription *s, int64_t now)
{
    if (now - s->heard_at > SILENCE_US) {
        s->heard_at = now;
        connect_again(s, now);
    }
    if (!s->welcomed && now >= s->hello_at)
        s->hello_at = now + (send_hello(s, s->credit) ? HELLO_US : CONNECT_US);
}

enum result wf_next(struct wf_subscription *s, int64_t ms, struct msg_delivery *out, struct err *err)
{
    if (s->shown)
        bus_done(&s->msg);
    s->shown = false;
    int64_t now = clock_mono(), deadline = now + ms * MS;
    for (;;) {
        ack_if_due(s, now, false);
        while (bus_recv(s->bus, &s->msg)) {
            enum result r = on_frame(s, now, out, err);
            s->shown = r == OK;
            if (r != OK)
                bus_done(&s->msg);
            if (r != RETRY)
                return r;
        }
        ack_if_due(s, now, true);
        tick(s, now); // what had come is read: only now it is silence
        if (now >= deadline)
            return RETRY;
        int64_t until = s->welcomed ? now + BEAT_US : s->hello_at;
        until = until < deadline ? until : deadline;
        bus_wait(s->bus, until > now ? (until - now + 999) / 1000 : 0);
        now = clock_mono();
    }
}

void wf_ack(struct wf_subscription *s, int64_t seq)
{
    insist(seq <= s->delivered);
    if (seq > s->acked)
        s->acked = seq;
    ack_if_due(s, clock_mono(), false);
}

bool wf_drained(const struct wf_subscription *s)
{
    return s->welcomed && s->delivered >= s->head;
}

// The ack itself is not answered, but what comes behind it on the same connection is: a hello without credit.
static void goodbye(struct wf_subscription *s)
{
    int64_t now = clock_mono(), deadline = now + GOODBYE_US;
    bool asked = s->welcomed && ackable(s) > s->ack_told && send_ack(s, now) && send_hello(s, 0);
    while (asked && now < deadline) {
        while (bus_recv(s->bus, &s->msg)) {
            struct frame frame;
            struct err ignored;
            if (frame_get(s->msg.p, s->msg.n, &frame, &ignored) == OK && frame.id == MSG_WELCOME)
                asked = false;
            bus_done(&s->msg);
        }
        if (asked)
            bus_wait(s->bus, (deadline - now + 999) / 1000);
        now = clock_mono();
    }
}

void wf_unsubscribe(struct wf_subscription *s)
{
    if (s == NULL)
        return;
    if (s->shown)
        bus_done(&s->msg);
    goodbye(s);
    bus_close(s->bus);
    buf_free(&s->frame);
    free(s->endpoint);
    free(s);
}

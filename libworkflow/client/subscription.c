// SPDX-License-Identifier: Apache-2.0
#include "client/subscription_impl.h"

#include "run/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MS INT64_C(1000)
#define HELLO_US (2000 * MS)    // until an unanswered hello or reject is repeated
#define CONNECT_US (20 * MS)    // until a hello that could not be sent is tried again
#define AWAY_MAX_US (8000 * MS) // at most
#define SILENCE_US (10000 * MS) // the dispatcher speaks every 2 s
#define BEAT_US (2000 * MS)     // our own heartbeat; 5 s are asked for
#define ACK_US (1000 * MS)      // the longest an acknowledgement is kept back
#define GOODBYE_US (1000 * MS)  // for the dispatcher to read the last one
// Credit is the limit; the socket's own must only never be the smaller one. A repeated hello can bring the credit
// twice.
#define HWM(credit) (2 * (credit) + 100)

struct bus *subscription_bus(const struct subscription *s)
{
    return s->bus;
}

bool subscription_welcomed(const struct subscription *s)
{
    return s->welcomed;
}

bool subscription_standby(const struct subscription *s)
{
    return s->welcomed && s->standby;
}

int64_t subscription_blocked(const struct subscription *s)
{
    return s->blocked;
}

int64_t subscription_epoch(const struct subscription *s)
{
    return s->welcomed && !s->standby ? s->epoch : 0;
}

int64_t subscription_shown(const struct subscription *s)
{
    return s->delivered;
}

int64_t subscription_acked(const struct subscription *s)
{
    return s->acked;
}

bool subscription_drained(const struct subscription *s)
{
    return s->welcomed && !s->standby && !s->rejecting && s->delivered >= s->head;
}

static bool send_frame(struct subscription *s)
{
    return bus_send(s->bus, NULL, s->frame.p, s->frame.n);
}

static bool send_hello(struct subscription *s)
{
    struct msg_hello hello = {
        .bureau = s->queue,
        .last_seq = s->acked,
        .has_last_seq = s->from_known,
        .credit = s->credit,
        .version = FRAME_VERSION,
        .has_version = true,
        .consumer = str_of(s->consumer),
        .take_over = s->take_over,
        .has_take_over = s->take_over,
    };
    s->frame.n = 0;
    wire_put_hello(&s->frame, 0, &hello);
    return send_frame(s);
}

int64_t subscription_ackable(const struct subscription *s)
{
    return s->acked < s->expected ? s->acked : s->expected - 1;
}

// What is granted and not used, and what the caller still holds, is together never more than the credit. Standing by it
// is a sign of life only.
static bool send_ack(struct subscription *s, int64_t now)
{
    int64_t room = s->credit - s->granted - (s->delivered - s->acked);
    struct msg_ack ack = {.bureau = s->queue,
                          .seq = subscription_ackable(s),
                          .credit = room > 0 && !s->standby ? room : 0,
                          .epoch = s->epoch,
                          .has_epoch = s->epoch > 0};
    s->frame.n = 0;
    wire_put_ack(&s->frame, 0, &ack);
    if (!send_frame(s))
        return false;
    s->granted += ack.credit;
    s->ack_told = ack.seq;
    s->spoke_at = now;
    return true;
}

void subscription_hello(struct subscription *s, int64_t at)
{
    s->welcomed = s->standby = s->rejecting = false;
    s->epoch = 0;
    s->hello_at = at;
}

// Longer each time, and not for everybody at once: a thousand consumers do not come back in the same moment.
void subscription_hello_later(struct subscription *s, int64_t now)
{
    uint32_t dice = 0;
    insist(getrandom(&dice, sizeof(dice), 0) == sizeof(dice));
    subscription_hello(s, now + s->away_us * (800 + dice % 400) / 1000);
    s->away_us = s->away_us < AWAY_MAX_US ? 2 * s->away_us : AWAY_MAX_US;
}

enum result subscription_open(const struct dial *to, const struct subscription_want *want, struct subscription **out,
                              struct err *err)
{
    insist(want->credit >= 1 && want->credit <= CREDIT_MAX);
    struct bus *bus;
    enum result r = dial(to, HWM(want->credit), &bus, err);
    if (r != OK)
        return r;
    struct subscription *s = calloc(1, sizeof(*s));
    insist(s);
    int64_t start = want->last_seq < 0 ? 0 : want->last_seq;
    *s = (struct subscription){
        .to = dial_copy(to),
        .consumer = want->consumer ? strdup(want->consumer) : NULL,
        .bus = bus,
        .queue = want->queue,
        .credit = want->credit,
        .take_over = want->take_over,
        .from_known = want->last_seq >= 0,
        .acked = start,
        .delivered = start,
        .expected = start + 1,
        .ack_told = start,
        .away_us = SUBSCRIPTION_AWAY_US,
        .heard_at = clock_mono(),
    };
    insist(s->consumer || want->consumer == NULL);
    *out = s;
    return OK;
}

static void ack_if_due(struct subscription *s, int64_t now, bool idle)
{
    if (!s->welcomed)
        return;
    int64_t news = s->standby ? 0 : subscription_ackable(s) - s->ack_told;
    bool due = news > 0 && (idle || 4 * news >= s->credit || now - s->spoke_at >= ACK_US);
    if ((due || now - s->spoke_at >= BEAT_US) && !send_ack(s, now))
        subscription_hello(s, now); // nobody there: the next one has never heard of us
}

static void connect_again(struct subscription *s, int64_t now)
{
    struct bus *bus;
    struct err err;
    if (dial(&s->to, HWM(s->credit), &bus, &err) != OK)
        return; // it could be had at the start, so this is passing
    bus_close(s->bus);
    s->bus = bus;
    subscription_hello(s, now);
}

// Everything that happens by the clock.
static void tick(struct subscription *s, int64_t now)
{
    if (now - s->heard_at > SILENCE_US) {
        s->heard_at = now;
        connect_again(s, now);
    }
    if (s->rejecting && now >= s->hello_at)
        subscription_hello(s, now); // it comes again, and can be rejected again
    if (!s->welcomed && now >= s->hello_at)
        s->hello_at = now + (send_hello(s) ? HELLO_US : CONNECT_US);
}

enum result subscription_next(struct subscription *s, int64_t ms, struct queue_line *out, struct err *err)
{
    if (s->shown)
        bus_done(&s->msg);
    s->shown = false;
    int64_t now = clock_mono(), deadline = now + ms * MS;
    while (!s->over) {
        ack_if_due(s, now, false);
        while (bus_recv(s->bus, &s->msg)) {
            enum result r = subscription_frame(s, now, out);
            s->shown = r == OK;
            if (s->shown)
                return OK;
            bus_done(&s->msg);
        }
        if (s->over)
            break;
        ack_if_due(s, now, true);
        tick(s, now); // what had come is read: only now it is silence
        if (now >= deadline)
            return RETRY;
        int64_t until = s->welcomed && !s->rejecting ? now + BEAT_US : s->hello_at;
        until = until < deadline ? until : deadline;
        bus_wait(s->bus, until > now ? (until - now + 999) / 1000 : 0);
        now = clock_mono();
    }
    *err = s->why;
    return REJECT;
}

void subscription_ack(struct subscription *s, int64_t seq)
{
    insist(seq <= s->delivered);
    if (seq > s->acked)
        s->acked = seq;
    ack_if_due(s, clock_mono(), false);
}

void subscription_reject(struct subscription *s, int64_t seq, struct str reason, bool retry)
{
    insist(seq > s->acked && seq <= s->delivered);
    s->acked = s->delivered = seq - 1;
    if (!s->welcomed || s->standby || s->expected <= seq)
        return; // the session in which it was sent is over: it comes again by itself
    struct msg_reject m = {.bureau = s->queue,
                           .seq = seq,
                           .epoch = s->epoch,
                           .has_epoch = s->epoch > 0,
                           .reason = reason,
                           .retry = retry,
                           .has_retry = true};
    s->frame.n = 0;
    wire_put_reject(&s->frame, 0, &m);
    // It and what was sent behind it comes again; the credit that it used is gone.
    s->expected = seq;
    s->ack_told = seq - 1;
    s->rejecting = true;
    int64_t now = clock_mono();
    s->hello_at = now + (send_frame(s) ? HELLO_US : 0);
    s->spoke_at = now;
}

void subscription_restart(struct subscription *s, int64_t last_seq)
{
    s->acked = s->delivered = last_seq;
    s->from_known = true;
    subscription_hello(s, clock_mono());
}

// The last acknowledgement is not answered, but the goodbye behind it is.
static void goodbye(struct subscription *s)
{
    int64_t now = clock_mono(), deadline = now + GOODBYE_US;
    if (!s->welcomed || (subscription_ackable(s) > s->ack_told && !s->standby && !send_ack(s, now)))
        return;
    struct msg_goodbye m = {.bureau = s->queue, .epoch = s->epoch, .has_epoch = s->epoch > 0};
    s->frame.n = 0;
    wire_put_goodbye(&s->frame, 0, &m);
    bool asked = send_frame(s);
    while (asked && now < deadline) {
        while (bus_recv(s->bus, &s->msg)) {
            struct frame frame;
            struct err ignored;
            if (frame_get(s->msg.p, s->msg.n, &frame, &ignored) == OK &&
                (frame.id == MSG_GOODBYE || frame.id == MSG_REFUSAL))
                asked = false;
            bus_done(&s->msg);
        }
        if (asked)
            bus_wait(s->bus, (deadline - now + 999) / 1000);
        now = clock_mono();
    }
}

void subscription_close(struct subscription *s)
{
    if (s == NULL)
        return;
    if (s->shown)
        bus_done(&s->msg);
    goodbye(s);
    bus_close(s->bus);
    buf_free(&s->frame);
    dial_free(&s->to);
    free(s->consumer);
    free(s);
}

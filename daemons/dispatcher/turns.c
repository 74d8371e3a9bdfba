// SPDX-License-Identifier: Apache-2.0
#include "turns.h"

#include "counts.h"
#include "run/clock.h"
#include "wire/refusal.h"

#include <errno.h>

// A turn costs a commit; consumers that oust one another must not keep the dispatcher busy.
#define TURN_LEAST (WF_SECOND / 5)
// A loop that stood still so long has not read what was said meanwhile.
#define STALL (3 * WF_SECOND)

enum sent turns_send(struct delivery *d, const struct connection *to)
{
    errno = 0;
    if (bus_send(d->doors[to->door].bus, &to->peer, d->out.p, d->out.n))
        return SENT;
    return errno == EHOSTUNREACH ? GONE : FULL; // zmq_send's, by ZMQ_ROUTER_MANDATORY
}

void turns_refuse(struct delivery *d, const struct connection *to, uint64_t trace, const struct err *err)
{
    struct msg_refusal m = refusal_of(STR_NONE, err);
    count(&counters[REFUSED_TOTAL], 1);
    d->out.n = 0;
    wire_put_refusal(&d->out, trace, &m);
    (void)turns_send(d, to);
}

static bool send_to(struct delivery *d, struct queue *q, struct session *s)
{
    enum sent sent = turns_send(d, &s->from);
    s->stuck = sent == FULL;
    if (sent == GONE)
        turns_end(d, q, s, true);
    return sent != GONE;
}

static struct msg_welcome welcome_of(const struct queue *q, const struct session *s)
{
    bool active = session_active(q, s);
    return (struct msg_welcome){.bureau = q->code,
                                .last_seq = active ? q->at : turn_start(q, s->last_seq),
                                .head = q->head,
                                .epoch = active ? q->epoch : 0,
                                .has_epoch = true,
                                .active = active,
                                .has_active = true,
                                .first = q->first,
                                .has_first = true,
                                .version = FRAME_VERSION,
                                .has_version = true};
}

void turns_welcome(struct delivery *d, struct queue *q, struct session *s)
{
    struct msg_welcome m = welcome_of(q, s);
    d->out.n = 0;
    wire_put_welcome(&d->out, s->trace, &m);
    (void)send_to(d, q, s);
}

bool turns_probe(struct delivery *d, struct queue *q, struct session *s)
{
    struct msg_heartbeat m = {.bureau = q->code,
                              .head = q->head,
                              .epoch = session_active(q, s) ? q->epoch : 0,
                              .has_epoch = true,
                              .blocked = q->blocked,
                              .has_blocked = q->blocked != 0};
    d->out.n = 0;
    wire_put_heartbeat(&d->out, 0, &m);
    return send_to(d, q, s);
}

static void attempt_failed(struct delivery *d, struct queue *q)
{
    int64_t now = clock_mono();
    bool again = q->failed_seq == q->at + 1;
    // What was acknowledged once, and a replay brings again, holds nobody up.
    if (q->at < q->acked || (again && now < q->failed_at + turn_pause(q->failed_n)))
        return;
    count(&counters[ATTEMPTS_FAILED], 1);
    if (turn_failed(q, now) >= d->attempts) {
        log_line(LOG_WARN, "queue %d is blocked at %lld: sent %d times, and no session acknowledged it", q->code,
                 (long long)q->failed_seq, q->failed_n);
        turn_block(q, STR("sent again and again, and each time the session ended without acknowledging anything"));
    }
}

static bool in_vain(const struct queue *q)
{
    return q->active && !q->got && q->sent > q->at;
}

void turns_again(struct delivery *d, struct queue *q)
{
    if (in_vain(q))
        attempt_failed(d, q);
    int64_t acked = q->acked;
    turn_again(q, turn_start(q, q->sessions->last_seq));
    q->again_at = clock_mono() + WF_SECOND;
    count(&counters[ACKNOWLEDGED], q->acked - acked);
    turns_welcome(d, q, q->sessions);
    delivery_soon(d);
}

void turns_end(struct delivery *d, struct queue *q, struct session *s, bool failed)
{
    if (failed && session_active(q, s) && in_vain(q))
        attempt_failed(d, q);
    session_remove(&d->queues, q, s);
}

void turns_end_all(struct delivery *d, const struct connection *from)
{
    for (int i = 0; i < d->queues.n; i++) {
        struct queue *q = &d->queues.of[i];
        struct session *s = session_of(q, from);
        if (s == NULL)
            continue;
        turns_end(d, q, s, true);
        turns_next(d, q);
    }
}

static bool retired(struct delivery *d, struct queue *q, struct session *s)
{
    struct err err;
    if (turn_start(q, s->last_seq) >= q->first - 1)
        return false;
    err_set_limit(&err, REJECT, "retired", "last_seq", "last_seq: the oldest sequence that is kept is ", q->first, "");
    turns_refuse(d, &s->from, s->trace, &err);
    turns_end(d, q, s, false);
    return true;
}

// false: it could not begin now.
static bool turn_begins(struct delivery *d, struct queue *q, struct session *s)
{
    struct err err;
    struct queue_head head;
    enum result result = queue_activate(d->stage->db, q->code, str_of(s->name), clock_now(), &head, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return false;
    }
    // The welcome names the head of now: what was reported a moment ago is in it.
    queues_take(&d->queues, &head, 1);
    int64_t acked = q->acked;
    turn_begin(q, head.epoch, turn_start(q, s->last_seq));
    count(&counters[ACKNOWLEDGED], q->acked - acked);
    count(&counters[ACTIVATIONS], 1);
    q->turn_at = clock_mono() + TURN_LEAST;
    log_line(LOG_INFO, "queue %d: turn %lld begins behind %lld, head %lld", q->code, (long long)q->epoch,
             (long long)q->at, (long long)q->head);
    turns_welcome(d, q, s);
    delivery_soon(d);
    return true;
}

void turns_next(struct delivery *d, struct queue *q)
{
    while (!q->active && q->sessions != NULL && clock_mono() >= q->turn_at && stage_ready(d->stage)) {
        struct session *s = q->sessions;
        if (turns_probe(d, q, s) && !retired(d, q, s) && !turn_begins(d, q, s))
            return;
    }
}

static void end_revoked(struct delivery *d, struct queue *q)
{
    enum key_role role = q->code <= CHANNEL_TRANSFER ? KEY_PORTAL : KEY_BUREAU;
    struct err err;
    for (struct session *s = q->sessions, *next; s != NULL; s = next) {
        next = s->next;
        if (!s->has_key || gate_holds(d->gate, s->key, role, q->code))
            continue;
        err_set(&err, REJECT, "key_revoked", "", "the key was revoked; the session has ended");
        turns_refuse(d, &s->from, 0, &err);
        count(&counters[REVOKED], 1);
        log_line(LOG_WARN, "queue %d: a session ends, its key was revoked", q->code);
        turns_end(d, q, s, false);
    }
}

static void end_silent(struct delivery *d, struct queue *q, int64_t now)
{
    for (struct session *s = q->sessions, *next; s != NULL; s = next) {
        next = s->next;
        if (now - s->heard <= TURN_SILENCE)
            continue;
        count(&counters[SILENT], 1);
        log_line(LOG_WARN, "queue %d: a consumer is silent, its session ends", q->code);
        turns_end(d, q, s, true);
    }
}

void turns_tick(struct delivery *d)
{
    int64_t now = clock_mono();
    bool stood = now - d->ticked_at > STALL;
    int64_t changed = d->gate != NULL ? gate_changed(d->gate) : 0;
    d->ticked_at = now;
    for (int i = 0; i < d->queues.n; i++) {
        struct queue *q = &d->queues.of[i];
        if (q->sessions == NULL)
            continue;
        if (changed != d->gate_changed)
            end_revoked(d, q);
        if (!stood)
            end_silent(d, q, now);
        for (struct session *s = q->sessions; s != NULL; s = s->next)
            s->stuck = false;
        if (q->active && now < q->probe_until)
            (void)turns_probe(d, q, q->sessions);
        turns_next(d, q);
    }
    d->gate_changed = changed;
}

void turns_beats(struct delivery *d)
{
    for (int i = 0; i < d->queues.n; i++) {
        struct queue *q = &d->queues.of[i];
        for (struct session *s = q->sessions, *next; s != NULL; s = next) {
            next = s->next;
            (void)turns_probe(d, q, s);
        }
        turns_next(d, q);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "messages.h"

#include "counts.h"
#include "run/clock.h"
#include "turns.h"

#include <string.h>

// A consumer that asks for what we have not heard of may make us look at the table so often.
#define LOOK_LEAST (WF_SECOND / 5)
// A consumer that was killed and started again is heard of before its old connection is known to be gone.
#define PROBE_FOR (3 * WF_SECOND)

// A message under way.
struct said {
    const struct msg *msg;
    struct connection from;
    struct frame frame;
    struct queue *q;   // that it names,
    struct session *s; // and the sender's session there; NULL: none
};

// May the sender speak for this queue, and is there one?
static enum result find_queue(struct delivery *d, struct said *said, int64_t code, struct str what, struct err *err)
{
    enum key_role role = code <= CHANNEL_TRANSFER ? KEY_PORTAL : KEY_BUREAU;
    enum result result = gate_check(d->gate, said->msg, role, code, what, err);
    if (result != OK)
        return result;
    said->q = queues_find(&d->queues, code);
    if (said->q == NULL && delivery_look(d, LOOK_LEAST))
        said->q = queues_find(&d->queues, code);
    if (said->q == NULL)
        return err_set(err, REJECT, "unknown_value", "bureau",
                       "bureau: has no queue; the 21 bureaus, 440000 and what queues.tsv names have one");
    said->s = session_of(said->q, &said->from);
    return OK;
}

// Where its consumer wants to begin: nothing but what is in the queue.
static enum result check_start(struct delivery *d, struct said *said, const struct msg_hello *m, struct err *err)
{
    if (!stage_ready(d->stage))
        return err_set(err, RETRY, "database_away", "", "the database is away; say hello again");
    if (!m->has_last_seq)
        return OK;
    if (m->last_seq > said->q->head && delivery_look(d, LOOK_LEAST))
        said->q = queues_find(&d->queues, m->bureau);
    if (m->last_seq > said->q->head)
        return err_set_limit(err, REJECT, "out_of_range", "last_seq", "last_seq: the newest sequence is ",
                             said->q->head, "");
    if (m->last_seq < said->q->first - 1)
        return err_set_limit(err, REJECT, "retired", "last_seq", "last_seq: the oldest sequence that is kept is ",
                             said->q->first, "");
    return OK;
}

// A consumer that says hello again and again, and perhaps reads nothing, must not pile up deliveries on its connection:
// once they fill its window, one a second.
static bool unread(const struct delivery *d, const struct said *said)
{
    const struct queue *q = said->q;
    return said->s != NULL && session_active(q, said->s) && q->flight.debt + q->flight.bytes >= d->window &&
           clock_mono() < q->again_at;
}

static struct session *open_session(struct delivery *d, struct queue *q, const struct connection *from)
{
    struct session *s = session_add(&d->queues, q, from);
    if (s != NULL)
        return s;
    for (struct session *old = q->sessions, *next; old != NULL; old = next) {
        next = old->next;
        (void)turns_probe(d, q, old);
    }
    return session_add(&d->queues, q, from);
}

static void take_over(struct delivery *d, struct queue *q, struct session *s)
{
    struct err err;
    if (q->active && q->sessions != s) {
        err_set(&err, REJECT, "taken_over", "", "another consumer of this queue has taken over");
        turns_refuse(d, &q->sessions->from, 0, &err);
        turns_end(d, q, q->sessions, false);
    }
    if (!q->active)
        session_first(q, s);
}

// The answer to a hello: a turn, or a place among those who stand by.
static void give_turn(struct delivery *d, struct said *said, bool takes_over)
{
    struct queue *q = said->q;
    struct session *s = said->s;
    if (takes_over)
        take_over(d, q, s);
    else if (q->active && q->sessions != s)
        (void)turns_probe(d, q, q->sessions);
    if (session_active(q, s)) {
        turns_again(d, q);
        return;
    }
    turns_next(d, q);
    s = session_of(q, &said->from);
    if (s == NULL || session_active(q, s))
        return;
    q->probe_until = clock_mono() + PROBE_FOR;
    turns_welcome(d, q, s);
}

static enum result on_hello(struct delivery *d, struct said *said, struct err *err)
{
    struct msg_hello m;
    enum result result = wire_get_hello(&said->frame, &m, err);
    if (result == OK)
        result = find_queue(d, said, m.bureau, STR("hello"), err);
    if (result == OK)
        result = check_start(d, said, &m, err);
    if (result != OK)
        return result;
    if (unread(d, said))
        return err_set(err, RETRY, "throttled", "", "read what was sent, or wait a second before the next hello");
    struct session *s = said->s != NULL ? said->s : open_session(d, said->q, &said->from);
    if (s == NULL)
        return err_set_limit(err, REJECT, "too_many", "bureau", "bureau: consumers of one queue at most ",
                             CONSUMERS_MAX, "");
    said->s = s;
    s->has_key = said->msg->has_key;
    memcpy(s->key, said->msg->key, sizeof s->key);
    session_name(s, m.consumer);
    s->last_seq = m.has_last_seq ? m.last_seq : -1;
    s->credit = m.credit;
    s->trace = said->frame.trace;
    s->heard = clock_mono();
    s->since = clock_now();
    s->stuck = false;
    give_turn(d, said, m.has_take_over && m.take_over);
    return OK;
}

// Is this said in the turn that its sender has? A word of one that stood by when it spoke has epoch 0.
static enum result check_epoch(const struct said *said, bool has_epoch, int64_t epoch, struct err *err)
{
    const struct queue *q = said->q;
    const struct session *s = said->s;
    bool stale = has_epoch && epoch != 0 && epoch != q->epoch;
    if (stale || (s != NULL && has_epoch && epoch != 0 && !session_active(q, s))) {
        count(&counters[STALE], 1);
        return err_set_limit(err, REJECT, "stale_epoch", "epoch", "epoch: that turn is over; the queue's turn is now ",
                             q->epoch, "");
    }
    if (s == NULL)
        return err_set(err, REJECT, "not_subscribed", "bureau", "bureau: say hello first");
    return OK;
}

static enum result on_ack(struct delivery *d, struct said *said, struct err *err)
{
    struct msg_ack m;
    enum result result = wire_get_ack(&said->frame, &m, err);
    if (result == OK)
        result = find_queue(d, said, m.bureau, STR("ack"), err);
    if (result == OK)
        result = check_epoch(said, m.has_epoch, m.epoch, err);
    if (result != OK)
        return result;
    struct queue *q = said->q;
    struct session *s = said->s;
    bool stood_by = !session_active(q, s) || (m.has_epoch && m.epoch == 0);
    if (!stood_by && m.seq > q->reached)
        return err_set_limit(err, REJECT, "out_of_range", "seq", "seq: nothing was sent beyond ", q->reached, "");
    if (s->credit + m.credit > CREDIT_MAX)
        return err_set_limit(err, REJECT, "out_of_range", "credit", "credit: with what is left at most ", CREDIT_MAX,
                             " deliveries");
    s->heard = clock_mono();
    s->stuck = false;
    s->credit += m.credit;
    if (stood_by)
        return OK;
    int64_t acked = q->acked;
    turn_acked(q, m.seq);
    count(&counters[ACKNOWLEDGED], q->acked - acked);
    return OK;
}

static void put_blocked(struct delivery *d, const struct said *said, int64_t seq, int attempts)
{
    d->out.n = 0;
    wire_put_blocked(
        &d->out, said->frame.trace,
        &(struct msg_blocked){
            .bureau = said->q->code, .seq = seq, .attempts = attempts, .blocked = said->q->blocked == seq});
    (void)turns_send(d, &said->from);
}

static void rejected(struct delivery *d, const struct said *said, const struct msg_reject *m)
{
    struct queue *q = said->q;
    int64_t now = clock_mono();
    bool first = m->seq > q->acked; // a replay's line was taken in once: nothing waits behind it
    int attempts = turn_failed(q, now);
    q->resume_at = now + turn_pause(attempts);
    count(&counters[REJECTED], 1);
    if (first && (attempts >= d->attempts || !(m->has_retry && m->retry))) {
        turn_block(q, m->reason);
        log_line(LOG_WARN, "queue %d is blocked at %lld: rejected %d times", q->code, (long long)m->seq, attempts);
    }
    put_blocked(d, said, m->seq, attempts);
}

static enum result on_reject(struct delivery *d, struct said *said, struct err *err)
{
    struct msg_reject m;
    enum result result = wire_get_reject(&said->frame, &m, err);
    if (result == OK)
        result = find_queue(d, said, m.bureau, STR("reject"), err);
    if (result == OK)
        result = check_epoch(said, m.has_epoch, m.epoch, err);
    if (result != OK)
        return result;
    struct queue *q = said->q;
    if (!session_active(q, said->s) || m.seq <= q->at || m.seq > q->reached)
        return err_set_limit(err, REJECT, "out_of_range", "seq",
                             "seq: not sent, or acknowledged; the last one sent is ",
                             session_active(q, said->s) ? q->reached : 0, "");
    said->s->heard = clock_mono();
    said->s->stuck = false;
    int64_t acked = q->acked;
    turn_acked(q, m.seq - 1);
    count(&counters[ACKNOWLEDGED], q->acked - acked);
    rejected(d, said, &m);
    return OK;
}

static enum result on_goodbye(struct delivery *d, struct said *said, struct err *err)
{
    struct msg_goodbye m;
    enum result result = wire_get_goodbye(&said->frame, &m, err);
    if (result == OK)
        result = find_queue(d, said, m.bureau, STR("goodbye"), err);
    if (result == OK)
        result = check_epoch(said, m.has_epoch, m.epoch, err);
    if (result != OK && !(said->q != NULL && strcmp(err->code, "not_subscribed") == 0))
        return result; // saying goodbye twice is fine
    d->out.n = 0;
    wire_put_goodbye(&d->out, said->frame.trace, &m);
    (void)turns_send(d, &said->from);
    if (said->s != NULL)
        turns_end(d, said->q, said->s, false);
    turns_next(d, said->q);
    return OK;
}

static enum result handle(struct delivery *d, struct said *said, struct err *err)
{
    switch (said->frame.id) {
    case MSG_HELLO:
        return on_hello(d, said, err);
    case MSG_ACK:
        return on_ack(d, said, err);
    case MSG_REJECT:
        return on_reject(d, said, err);
    case MSG_GOODBYE:
        return on_goodbye(d, said, err);
    default:
        return err_set_limit(err, REJECT, "unknown_message", "",
                             "hello, ack, reject and goodbye are taken here, not message ", said->frame.id, "");
    }
}

static bool is_code(const struct err *err, const char *code)
{
    return strcmp(err->code, code) == 0;
}

// Whoever breaks the protocol loses the session that it spoke about; who cannot be read, all that it has on this
// connection. A key that names somebody else's queue has no session there.
static void refused(struct delivery *d, struct said *said, const struct err *err)
{
    if (is_code(err, "bad_frame") || is_code(err, "unknown_message") || is_code(err, "old_protocol"))
        count(&counters[BAD_FRAMES], 1);
    turns_refuse(d, &said->from, said->frame.trace, err);
    if (err->result != REJECT || is_code(err, "not_yours") || is_code(err, "key_revoked"))
        return;
    if (said->q == NULL) {
        turns_end_all(d, &said->from);
    } else if (said->s != NULL) {
        turns_end(d, said->q, said->s, true);
        turns_next(d, said->q);
    }
}

void messages_take(struct delivery *d, enum door_id door, const struct msg *msg)
{
    struct said said = {.msg = msg, .from = {.door = door, .peer = msg->peer}};
    struct err err = {0};
    enum result result = frame_get(msg->p, msg->n, &said.frame, &err);
    if (result == OK)
        result = handle(d, &said, &err);
    if (result != OK)
        refused(d, &said, &err);
}

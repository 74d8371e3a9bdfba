// SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

#include "core/number.h"
#include "counts.h"
#include "run/clock.h"
#include "wire/refusal.h"

#include <string.h>

#define DELIVER_HWM 1000         // hellos and acks per bureau
#define DELIVER_MAX 210          // rows of one fetch: letters may be long
#define SILENCE (15 * WF_SECOND) // a bureau that says nothing so long is not there
#define CURSOR_MS 250            // cursors are written a few times a second
#define HEARTBEAT_MS 2000

// What a row says whose words are kept from its bureau: the number and the leg that are over.
static void put_revoked(struct buf *out, const struct queue_item *it, struct str number)
{
    wire_put_delivery(out, (uint64_t)it->case_id,
                      &(struct msg_delivery){.seq = it->seq,
                                             .number = number,
                                             .leg = it->leg,
                                             .kind = str_of(code_name(kinds, KIND_OTHER)),
                                             .category = STR("00"),
                                             .received_at = it->sent_at,
                                             .sent_at = it->sent_at,
                                             .notice = str_of(code_name(notices, NOTICE_REVOKED))});
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

static bool put_delivery(struct delivery *d, struct subscription *s, const struct queue_item *it)
{
    char number[NUMBER_MAX];
    number_format(it->mailbox, it->case_id, number);
    d->out.n = 0;
    if (it->notice == NOTICE_REVOKED)
        put_revoked(&d->out, it, str_of(number));
    else
        put_item(&d->out, it, str_of(number));
    return bus_send(d->bus, &s->peer, d->out.p, d->out.n);
}

static void send_item(struct delivery *d, const struct queue_item *it)
{
    struct subscription *s = subscription_find(&d->subs, it->bureau);
    if (!s->open || s->stuck)
        return;
    if (it->seq != s->sent + 1) {
        log_line(LOG_ERROR, "queue of %d: %lld comes after %lld; delivery to it stops", it->bureau, (long long)it->seq,
                 (long long)s->sent);
        count(&counters[GAPS], 1);
        run_state(d->stage->run, false, "a bureau's queue has a gap: run `letterctl verify`");
        subscription_end(s);
        return;
    }
    if (!put_delivery(d, s, it)) {
        s->stuck = true;
        return;
    }
    s->sent = it->seq;
    s->credit--;
    count(&counters[DELIVERED], 1);
}

void delivery_send(struct delivery *d)
{
    struct queue_want wants[BUREAUS_MAX];
    int wants_n, n;
    struct err err;
    while ((wants_n = subscriptions_wants(&d->subs, DELIVER_MAX, wants)) > 0) {
        enum result result =
            queue_fetch(d->stage->db, d->stage->policy, clock_now(), wants, wants_n, d->items, &n, &err);
        if (result != OK) {
            stage_failed(d->stage, result, &err);
            return;
        }
        if (n == 0)
            return; // what we took for the head was rolled back elsewhere; the next look at the heads tells
        for (int i = 0; i < n; i++)
            send_item(d, &d->items[i]);
    }
}

static void refuse(struct delivery *d, const struct peer *peer, uint64_t trace, const struct err *err)
{
    struct msg_refusal m = refusal_of(STR_NONE, err);
    count(&counters[REFUSED_TOTAL], 1);
    d->out.n = 0;
    wire_put_refusal(&d->out, trace, &m);
    (void)!bus_send(d->bus, peer, d->out.p, d->out.n);
}

// The heads and saved cursors as the database has them.
static bool read_heads(struct delivery *d, bool cursors)
{
    struct queue_head heads[BUREAUS_MAX];
    struct err err;
    int n;
    enum result result = queue_heads(d->stage->db, heads, &n, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return false;
    }
    for (int i = 0; i < n; i++) {
        struct subscription *s = subscription_find(&d->subs, heads[i].bureau);
        if (!s)
            s = &d->subs.s[d->subs.n++];
        s->bureau = heads[i].bureau;
        s->head = heads[i].head;
        if (cursors)
            s->sent = s->acked = heads[i].acked;
    }
    return true;
}

static enum result on_hello(struct delivery *d, const struct msg *msg, const struct frame *frame, struct err *err)
{
    struct msg_hello m;
    enum result result = wire_get_hello(frame, &m, err);
    if (result != OK)
        return result;
    struct subscription *s = subscription_find(&d->subs, m.bureau);
    if (!s)
        return err_set(err, REJECT, "unknown_value", "bureau",
                       "bureau: neither one of the 21 bureaus nor the province");
    if (!stage_ready(d->stage) || !read_heads(d, false))
        return err_set(err, RETRY, "database_away", "", "the database is away; say hello again");
    if (m.has_last_seq && m.last_seq > s->head)
        return err_set_limit(err, REJECT, "out_of_range", "last_seq", "last_seq: the newest sequence is ", s->head, "");
    if (s->open && !subscription_is(s, &msg->peer))
        refuse(
            d, &s->peer, frame->trace,
            &(struct err){.result = REJECT, .code = "taken_over", .text = "another subscriber took this bureau over"});
    subscription_open(s, &msg->peer, m.has_last_seq ? m.last_seq : s->acked, m.credit, clock_now(), clock_mono());
    d->out.n = 0;
    wire_put_welcome(&d->out, frame->trace,
                     &(struct msg_welcome){.bureau = s->bureau, .last_seq = s->sent, .head = s->head});
    s->stuck = !bus_send(d->bus, &s->peer, d->out.p, d->out.n);
    log_line(LOG_INFO, "bureau %d listens from %lld, head %lld", s->bureau, (long long)s->sent, (long long)s->head);
    return OK;
}

static enum result on_ack(struct delivery *d, const struct msg *msg, const struct frame *frame, struct err *err)
{
    struct msg_ack m;
    enum result result = wire_get_ack(frame, &m, err);
    if (result != OK)
        return result;
    struct subscription *s = subscription_find(&d->subs, m.bureau);
    if (!s || !subscription_is(s, &msg->peer))
        return err_set(err, REJECT, "not_subscribed", "bureau", "bureau: say hello first");
    if (m.seq > s->sent)
        return err_set_limit(err, REJECT, "out_of_range", "seq", "seq: nothing was sent beyond ", s->sent, "");
    if (m.seq > s->acked) {
        count(&counters[ACKNOWLEDGED], m.seq - s->acked);
        s->acked = m.seq;
        s->unsaved = true;
    }
    s->credit = s->credit + m.credit > 10000 ? 10000 : s->credit + m.credit;
    s->heard = clock_mono();
    s->stuck = false;
    return OK;
}

static void on_deliver(void *arg)
{
    struct delivery *d = arg;
    struct msg msg;
    for (int i = 0; i < 1000 && bus_recv(d->bus, &msg); i++) {
        struct frame frame = {0};
        struct err err;
        enum result result = frame_get(msg.p, msg.n, &frame, &err);
        if (result == OK && frame.id == MSG_HELLO)
            result = on_hello(d, &msg, &frame, &err);
        else if (result == OK)
            result = on_ack(d, &msg, &frame, &err);
        if (result != OK && strcmp(err.code, "bad_frame") == 0)
            count(&counters[BAD_FRAMES], 1);
        if (result != OK)
            refuse(d, &msg.peer, frame.trace, &err);
        bus_done(&msg);
    }
    if (stage_ready(d->stage))
        delivery_send(d);
}

static void save_cursors(struct delivery *d)
{
    struct queue_cursor cursors[BUREAUS_MAX];
    int n = 0;
    struct err err;
    for (int i = 0; i < d->subs.n; i++) {
        struct subscription *s = &d->subs.s[i];
        if (s->unsaved)
            cursors[n++] =
                (struct queue_cursor){s->bureau, s->acked, s->open ? str_of(s->peer_name) : STR_NONE, s->since};
    }
    if (n == 0)
        return;
    enum result result = cursor_save(d->stage->db, clock_now(), cursors, n, &err);
    if (result != OK) {
        stage_failed(d->stage, result, &err);
        return;
    }
    for (int i = 0; i < d->subs.n; i++)
        d->subs.s[i].unsaved = false;
}

static void on_cursor_timer(void *arg)
{
    struct delivery *d = arg;
    int open = 0;
    for (int i = 0; i < d->subs.n; i++) {
        struct subscription *s = &d->subs.s[i];
        if (s->open && clock_mono() - s->heard > SILENCE) {
            log_line(LOG_WARN, "bureau %d is silent: no longer subscribed", s->bureau);
            subscription_end(s);
        }
        s->stuck = false;
        open += s->open;
    }
    gauge(&counters[SUBSCRIBED], open);
    if (stage_ready(d->stage)) {
        save_cursors(d);
        delivery_send(d);
    }
}

// Also finds what others appended: the desk dispatches through feedbackd.
static void on_heartbeat(void *arg)
{
    struct delivery *d = arg;
    bool ready = stage_ready(d->stage) && read_heads(d, false);
    for (int i = 0; i < d->subs.n; i++) {
        struct subscription *s = &d->subs.s[i];
        if (!s->open)
            continue;
        d->out.n = 0;
        wire_put_heartbeat(&d->out, 0, &(struct msg_heartbeat){.bureau = s->bureau, .head = s->head});
        (void)!bus_send(d->bus, &s->peer, d->out.p, d->out.n);
    }
    if (ready)
        delivery_send(d);
}

enum result delivery_open(struct delivery *d, struct stage *stage, struct err *err)
{
    struct run *run = stage->run;
    d->stage = stage;
    if (!read_heads(d, true))
        return err_set(err, RETRY, "database_away", "", "the bureaus' queues cannot be read");
    enum result result = bus_router_bind(run_endpoint(run, "dispatcher/deliver"), DELIVER_HWM, &d->bus, err);
    if (result != OK)
        return result;
    loop_socket(run->loop, d->bus, on_deliver, d);
    loop_every(run->loop, CURSOR_MS, on_cursor_timer, d);
    loop_every(run->loop, HEARTBEAT_MS, on_heartbeat, d);
    return OK;
}

void delivery_close(struct delivery *d)
{
    for (int i = 0; i < d->subs.n; i++)
        subscription_end(&d->subs.s[i]);
    if (db_connected(d->stage->db))
        save_cursors(d);
    bus_close(d->bus);
    buf_free(&d->out);
}

void delivery_appended(struct delivery *d, int32_t bureau)
{
    subscription_find(&d->subs, bureau)->head++;
}

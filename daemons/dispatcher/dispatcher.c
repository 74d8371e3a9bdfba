// SPDX-License-Identifier: Apache-2.0
// dispatcherd: gives accepted cases to the bureau of their place and appends them to its durable queue (one
// transaction, P3), and delivers the queues to the bureaus that listen, by their credit.
#include "core/number.h"
#include "run/clock.h"
#include "store/cases.h"
#include "store/poison.h"
#include "store/policy_store.h"
#include "store/queue.h"
#include "store/recent.h"
#include "store/stage.h"
#include "subscription.h"
#include "wire/wire.gen.h"

#include <stdlib.h>
#include <string.h>

#define HINT_HWM 1000
#define DELIVER_HWM 1000         // hellos and acks per bureau
#define DELIVER_MAX 210          // rows of one fetch: letters may be long
#define SILENCE (15 * WF_SECOND) // a bureau that says nothing so long is not there
#define CURSOR_MS 250            // cursors are written a few times a second
#define HEARTBEAT_MS 2000

enum { DISPATCHED, DELIVERED, ACKNOWLEDGED, SUBSCRIBED, REFUSED_TOTAL, BAD_FRAMES, POISONED, BATCHES, GAPS };
static struct counter counters[] = {
    [DISPATCHED] = {"cases_dispatched_total", "cases appended to a bureau's queue", COUNTER, 0},
    [DELIVERED] = {"deliveries_total", "deliveries handed to a bureau's connection", COUNTER, 0},
    [ACKNOWLEDGED] = {"deliveries_acknowledged_total", "deliveries that a bureau has stored", COUNTER, 0},
    [SUBSCRIBED] = {"bureaus_subscribed", "bureaus that listen now", GAUGE, 0},
    [REFUSED_TOTAL] = {"messages_refused_total", "bureaus' messages refused", COUNTER, 0},
    [BAD_FRAMES] = {"bad_frames_total", "frames that are no message", COUNTER, 0},
    [POISONED] = {"dead_letters_total", "cases that could not be dispatched", COUNTER, 0},
    [BATCHES] = {"batches_total", "transactions that dispatch", COUNTER, 0},
    [GAPS] = {"queue_gaps_total", "gaps seen in a queue: must stay 0", COUNTER, 0},
    {0},
};

struct dispatcher {
    struct stage stage;
    struct bus *listen, *deliver;
    struct cases *cases;
    struct subscriptions subs;
    struct recent recent;
    int batch, sweep_timer;
    int64_t swept_to;
    struct buf out;
    int64_t ids[CASES_MAX];
    struct change changes[CASES_MAX];
    struct applied applied[CASES_MAX];
    struct queue_item items[FETCH_MAX];
};

// ---- Dispatching ----

static enum result bury(struct dispatcher *d, int i, struct err *err)
{
    char id[24];
    struct text t = TEXT(id);
    text_i64(&t, d->ids[i]);
    struct poison item = {.ref = text_get(&t), .case_id = d->ids[i], .err = &d->applied[i].err};
    log_err(LOG_ERROR, id, item.err);
    count(&counters[POISONED], 1);
    return poison_add(d->stage.db, "dispatcher", clock_now(), &item, 1, err);
}

// Dispatches the n cases in ids; false when the database went away.
static bool dispatch(struct dispatcher *d, int n)
{
    struct err err;
    for (int i = 0; i < n; i++)
        d->changes[i] = (struct change){.case_id = d->ids[i], .event = EV_DISPATCH, .actor = ACTOR_DISPATCHER};
    enum result result = cases_apply(d->cases, d->stage.policy, clock_now(), d->changes, n, d->applied, &err);
    for (int i = 0; result == OK && i < n; i++) {
        const struct applied *a = &d->applied[i];
        bool waits = a->result == REJECT && strcmp(a->err.code, "needs_desk") == 0;
        // A hint about a case that is not there is nobody's work.
        if (a->result == REJECT && !waits && strcmp(a->err.code, "not_found") != 0)
            result = bury(d, i, &err);
        if (!waits)
            recent_add(&d->recent, d->ids[i]);
        if (a->result == OK) {
            subscription_find(&d->subs, a->queue_to)->head++;
            count(&counters[DISPATCHED], 1);
        }
    }
    count(&counters[BATCHES], 1);
    if (result != OK)
        stage_failed(&d->stage, result, &err);
    return result == OK;
}

static void send_deliveries(struct dispatcher *d);

static void on_hint(void *arg)
{
    struct dispatcher *d = arg;
    static struct msg_case_accepted m;
    int n = 0;
    bool dry = false;
    // A hint may hold as many ids as a batch, so one that does not fit any more is left for the sweep.
    while (n < d->batch) {
        struct msg msg;
        struct frame frame;
        struct err err;
        if (!bus_recv(d->listen, &msg)) {
            dry = true;
            break;
        }
        if (frame_get(msg.p, msg.n, &frame, &err) != OK || wire_get_case_accepted(&frame, &m, &err) != OK) {
            count(&counters[BAD_FRAMES], 1);
            log_err(LOG_WARN, "hint", &err);
            m.case_ids_n = 0;
        }
        for (uint32_t i = 0; i < m.case_ids_n; i++) {
            if (n == CASES_MAX)
                loop_soon(d->stage.run->loop, d->sweep_timer);
            else if (!recent_has(&d->recent, m.case_ids[i]))
                d->ids[n++] = m.case_ids[i];
        }
        bus_done(&msg);
    }
    if (n > 0 && stage_ready(&d->stage) && dispatch(d, n))
        send_deliveries(d);
    if (dry && n > 0)
        loop_soon(d->stage.run->loop, d->sweep_timer);
}

static void on_sweep(void *arg)
{
    struct dispatcher *d = arg;
    struct err err;
    int found;
    if (!stage_ready(&d->stage))
        return;
    enum result result = cases_accepted(d->stage.db, d->swept_to, d->batch, d->ids, &found, &err);
    if (result != OK) {
        stage_failed(&d->stage, result, &err);
        return;
    }
    // What the database says is accepted is to be dispatched, even if we have done so before.
    bool more = found == d->batch;
    d->swept_to = more ? d->ids[found - 1] : 0;
    if (found > 0 && !dispatch(d, found))
        return;
    if (found > 0)
        send_deliveries(d);
    if (more)
        loop_soon(d->stage.run->loop, d->sweep_timer);
}

// ---- Delivering ----

static bool put_delivery(struct dispatcher *d, struct subscription *s, const struct queue_item *it)
{
    char number[NUMBER_MAX], category[3];
    struct text t = TEXT(category);
    number_format(it->mailbox, it->case_id, number);
    text_pad(&t, it->category, 2);
    d->out.n = 0;
    wire_put_delivery(&d->out, (uint64_t)it->case_id,
                      &(struct msg_delivery){.seq = it->seq,
                                             .number = str_of(number),
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
                                             .sent_at = it->sent_at});
    return bus_send(d->deliver, &s->peer, d->out.p, d->out.n);
}

static void send_item(struct dispatcher *d, const struct queue_item *it)
{
    struct subscription *s = subscription_find(&d->subs, it->bureau);
    if (!s->open || s->stuck)
        return;
    if (it->seq != s->sent + 1) {
        log_line(LOG_ERROR, "queue of %d: %lld comes after %lld; delivery to it stops", it->bureau, (long long)it->seq,
                 (long long)s->sent);
        count(&counters[GAPS], 1);
        run_state(d->stage.run, false, "a bureau's queue has a gap: run `letterctl verify`");
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

static void send_deliveries(struct dispatcher *d)
{
    struct queue_want wants[BUREAUS_MAX];
    int wants_n, n;
    struct err err;
    while ((wants_n = subscriptions_wants(&d->subs, DELIVER_MAX, wants)) > 0) {
        enum result result = queue_fetch(d->stage.db, wants, wants_n, d->items, &n, &err);
        if (result != OK) {
            stage_failed(&d->stage, result, &err);
            return;
        }
        if (n == 0)
            return; // what we took for the head was rolled back elsewhere; the next look at the heads tells
        for (int i = 0; i < n; i++)
            send_item(d, &d->items[i]);
    }
}

static void refuse(struct dispatcher *d, const struct peer *peer, uint64_t trace, const struct err *err)
{
    count(&counters[REFUSED_TOTAL], 1);
    d->out.n = 0;
    wire_put_refusal(&d->out, trace,
                     &(struct msg_refusal){.code = str_of(err->code),
                                           .message = str_of(err->text),
                                           .field = str_of(err->field),
                                           .retry = err->result == RETRY,
                                           .has_retry = err->result == RETRY});
    (void)!bus_send(d->deliver, peer, d->out.p, d->out.n);
}

// The heads and saved cursors as the database has them.
static bool read_heads(struct dispatcher *d, bool cursors)
{
    struct queue_head heads[BUREAUS_MAX];
    struct err err;
    int n;
    enum result result = queue_heads(d->stage.db, heads, &n, &err);
    if (result != OK) {
        stage_failed(&d->stage, result, &err);
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

static enum result on_hello(struct dispatcher *d, const struct msg *msg, const struct frame *frame, struct err *err)
{
    struct msg_hello m;
    enum result result = wire_get_hello(frame, &m, err);
    if (result != OK)
        return result;
    struct subscription *s = subscription_find(&d->subs, m.bureau);
    if (!s)
        return err_set(err, REJECT, "unknown_value", "bureau", "bureau: not one of the 21 bureaus");
    if (!stage_ready(&d->stage) || !read_heads(d, false))
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
    s->stuck = !bus_send(d->deliver, &s->peer, d->out.p, d->out.n);
    log_line(LOG_INFO, "bureau %d listens from %lld, head %lld", s->bureau, (long long)s->sent, (long long)s->head);
    return OK;
}

static enum result on_ack(struct dispatcher *d, const struct msg *msg, const struct frame *frame, struct err *err)
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
    struct dispatcher *d = arg;
    struct msg msg;
    for (int i = 0; i < 1000 && bus_recv(d->deliver, &msg); i++) {
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
    if (stage_ready(&d->stage))
        send_deliveries(d);
}

static void save_cursors(struct dispatcher *d)
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
    enum result result = cursor_save(d->stage.db, clock_now(), cursors, n, &err);
    if (result != OK) {
        stage_failed(&d->stage, result, &err);
        return;
    }
    for (int i = 0; i < d->subs.n; i++)
        d->subs.s[i].unsaved = false;
}

static void on_cursor_timer(void *arg)
{
    struct dispatcher *d = arg;
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
    if (stage_ready(&d->stage)) {
        save_cursors(d);
        send_deliveries(d);
    }
}

// Also finds what others appended: the desk dispatches through feedbackd.
static void on_heartbeat(void *arg)
{
    struct dispatcher *d = arg;
    bool ready = stage_ready(&d->stage) && read_heads(d, false);
    for (int i = 0; i < d->subs.n; i++) {
        struct subscription *s = &d->subs.s[i];
        if (!s->open)
            continue;
        d->out.n = 0;
        wire_put_heartbeat(&d->out, 0, &(struct msg_heartbeat){.bureau = s->bureau, .head = s->head});
        (void)!bus_send(d->deliver, &s->peer, d->out.p, d->out.n);
    }
    if (ready)
        send_deliveries(d);
}

// ---- Start ----

static void check(bool good, const struct err *err)
{
    if (!good) {
        log_err(LOG_ERROR, "cannot start", err);
        exit(EXIT_CONFIG);
    }
}

int main(int argc, char **argv)
{
    static struct dispatcher d;
    static const struct statement *const lists[] = {cases_statements, queue_statements, policy_store_statements,
                                                    poison_statements, NULL};
    struct err err = {.text = "the bureaus' queues cannot be read"};
    struct run *run = run_start(argc, argv, "dispatcherd", counters);
    stage_open(&d.stage, run, "pa_dispatcher", lists);
    d.cases = cases_new(d.stage.db);
    d.batch = (int)config_int(run->config, "dispatcher/batch");
    check(read_heads(&d, true), &err);
    check(bus_pull_bind(run_endpoint(run, "dispatcher/listen"), HINT_HWM, &d.listen, &err) == OK, &err);
    check(bus_router_bind(run_endpoint(run, "dispatcher/deliver"), DELIVER_HWM, &d.deliver, &err) == OK, &err);
    loop_socket(run->loop, d.deliver, on_deliver, &d);
    loop_socket(run->loop, d.listen, on_hint, &d);
    d.sweep_timer = loop_every(run->loop, config_int(run->config, "dispatcher/sweep"), on_sweep, &d);
    loop_soon(run->loop, d.sweep_timer);
    loop_every(run->loop, CURSOR_MS, on_cursor_timer, &d);
    loop_every(run->loop, HEARTBEAT_MS, on_heartbeat, &d);
    loop_every(run->loop, 1000, stage_refresh, &d.stage);
    int status = run_loop(run);
    for (int i = 0; i < d.subs.n; i++)
        subscription_end(&d.subs.s[i]);
    if (db_connected(d.stage.db))
        save_cursors(&d);
    bus_close(d.listen);
    bus_close(d.deliver);
    bus_term();
    cases_free(d.cases);
    stage_close(&d.stage);
    buf_free(&d.out);
    run_free(run);
    return status;
}

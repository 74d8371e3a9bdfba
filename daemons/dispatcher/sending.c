// SPDX-License-Identifier: Apache-2.0
#include "sending.h"

#include "counts.h"
#include "run/clock.h"
#include "turns.h"
#include "words.h"

#include <string.h>

#define ROWS_A_TURN 256
// While others get something, too, a bureau that takes in what it missed gets so many of them: whoever comes next waits
// for the end of two turns.
#define ROWS_IN_COMPANY 48
#define COMPANY (WF_SECOND / 5)
#define READ_EVERY 32 // lines sent between two looks at what the server sends

// Shares the rows of a turn among the queues that may go on behind what is in hand: to each up to an equal part, then
// what is left in turn.
static int share_rows(struct delivery *d, bool portals, struct queue_want *wants)
{
    struct {
        struct queue *q;
        int64_t room, take;
    } ready[WANTS_MAX];
    int64_t now = clock_mono(), left = ROWS_A_TURN;
    int64_t most = now < d->sending.company_until ? ROWS_IN_COMPANY : ROWS_A_TURN;
    int n = 0;
    for (int i = 0; i < d->queues.n && n < WANTS_MAX; i++) {
        struct queue *q = &d->queues.of[(d->sending.first + (uint32_t)i) % (uint32_t)d->queues.n];
        if (portals != (q->code <= CHANNEL_TRANSFER))
            continue;
        int64_t room = turn_room(q, d->window, now) - q->ahead;
        if (room > 0) {
            ready[n].q = q;
            ready[n++].room = room < most ? room : most;
        }
    }
    d->sending.first++;
    if (n > 1)
        d->sending.company_until = now + COMPANY;
    for (int i = 0; i < n; i++) {
        ready[i].take = ready[i].room < ROWS_A_TURN / n ? ready[i].room : ROWS_A_TURN / n;
        left -= ready[i].take;
    }
    for (int i = 0; i < n; i++) {
        int64_t more = ready[i].room - ready[i].take;
        more = more < left ? more : left;
        left -= more;
        wants[i] = (struct queue_want){ready[i].q->code, ready[i].q->sent + ready[i].q->ahead,
                                       (int32_t)(ready[i].take + more)};
    }
    return n;
}

// Is this the line behind `after`? If not, the queue has a gap, and nothing more is sent of it.
static bool dense(struct delivery *d, struct queue *q, int64_t after, int64_t seq)
{
    if (seq == after + 1)
        return true;
    log_line(LOG_ERROR, "queue of %d: %lld comes after %lld; delivery to it stops", q->code, (long long)seq,
             (long long)after);
    count(&counters[GAPS], 1);
    run_state(d->stage->run, false, "a bureau's queue has a gap: run `letterctl verify`");
    if (q->active)
        turns_end(d, q, q->sessions, false);
    return false;
}

// Sends what d->out holds as the line behind q->sent; false when nothing more goes to this queue now.
static bool send_line(struct delivery *d, struct queue *q)
{
    struct session *s = q->sessions;
    enum sent sent = turns_send(d, &s->from);
    if (sent == SENT) {
        turn_sent(q, d->out.n);
        count(&counters[DELIVERED], 1);
    } else if (sent == FULL) {
        s->stuck = true;
    } else {
        turns_end(d, q, s, true);
    }
    return sent == SENT;
}

// Sends the rows of one want. A session that ended or moved since the fetch began does not want them.
static int send_items(struct delivery *d, const struct queue_want *want, const struct queue_item *items, int n)
{
    struct queue *q = queues_find(&d->queues, want->bureau);
    int64_t now = clock_mono();
    int sent = 0;
    while (sent < n && dense(d, q, want->after + sent, items[sent].seq) && q->sent == want->after + sent &&
           turn_room(q, d->window, now) > 0) {
        words_of_item(&d->out, &items[sent]);
        if (!send_line(d, q))
            break;
        if (++sent % READ_EVERY == 0)
            queue_fetch_read(d->stage->db);
    }
    return sent;
}

static int send_writers(struct delivery *d, const struct queue_want *want, const struct writer_item *items, int n)
{
    struct queue *q = queues_find(&d->queues, want->bureau);
    int64_t now = clock_mono();
    int sent = 0;
    while (sent < n && dense(d, q, want->after + sent, items[sent].seq) && turn_room(q, d->window, now) > 0) {
        words_of_writer(&d->out, d->stage->policy, &items[sent]);
        if (!send_line(d, q))
            break;
        sent++;
    }
    return sent;
}

static void begin(struct delivery *d)
{
    struct sending *s = &d->sending;
    s->wants_n = share_rows(d, false, s->wants);
    if (s->wants_n > 0)
        queue_fetch_begin(d->stage->db, s->wants, s->wants_n);
}

// The rows in hand, in the order of the wants: how many the i-th has, from `at` on.
static int run_of(const struct queue_item *items, int n, int at, int32_t bureau)
{
    int end = at;
    while (end < n && items[end].bureau == bureau)
        end++;
    return end - at;
}

static void set_ahead(struct delivery *d, int n, bool in_hand)
{
    const struct sending *s = &d->sending;
    for (int i = 0, at = 0; i < s->had_n; i++) {
        struct queue *q = queues_find(&d->queues, s->had[i].bureau);
        int rows = run_of(s->items, n, at, s->had[i].bureau);
        q->ahead = in_hand && q->sent == s->had[i].after ? rows : 0;
        at += rows;
    }
}

static enum result send_bureaus(struct delivery *d, int *sent, struct err *err)
{
    struct sending *s = &d->sending;
    int n;
    if (!queue_fetching())
        begin(d);
    if (!queue_fetching())
        return OK;
    enum result result = queue_fetch_end(d->stage->db, d->stage->policy, clock_now(), s->items, &n, err);
    if (result != OK)
        return result;
    memcpy(s->had, s->wants, (size_t)s->wants_n * sizeof *s->wants);
    s->had_n = s->wants_n;
    set_ahead(d, n, true);
    begin(d);
    set_ahead(d, n, false);
    for (int i = 0, at = 0; i < s->had_n; i++) {
        int rows = run_of(s->items, n, at, s->had[i].bureau);
        *sent += send_items(d, &s->had[i], &s->items[at], rows);
        at += rows;
    }
    return OK;
}

static enum result send_portals(struct delivery *d, int *sent, struct err *err)
{
    struct queue_want wants[WANTS_MAX];
    struct writer_item *items = d->sending.writers;
    int n, wants_n = share_rows(d, true, wants);
    if (wants_n == 0)
        return OK;
    enum result result = queue_fetch_writers(d->stage->db, wants, wants_n, items, &n, err);
    for (int i = 0, at = 0; result == OK && i < wants_n; i++) {
        int end = at;
        while (end < n && items[end].channel == wants[i].bureau)
            end++;
        *sent += send_writers(d, &wants[i], &items[at], end - at);
        at = end;
    }
    return result;
}

void sending_turn(void *arg)
{
    struct delivery *d = arg;
    struct err err;
    int sent = 0;
    if (!stage_ready(d->stage))
        return;
    enum result result = send_bureaus(d, &sent, &err);
    if (result == OK)
        result = send_portals(d, &sent, &err);
    if (result != OK)
        stage_failed(d->stage, result, &err);
    else if (sent > 0 || queue_fetching())
        delivery_soon(d);
}

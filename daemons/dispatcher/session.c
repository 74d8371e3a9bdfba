// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <stdlib.h>
#include <string.h>

#define FLIGHT_FIRST 256 // entries of a ring that has begun
#define EACH_FIRST 700   // bytes

void queues_init(struct queues *all)
{
    all->n = 0;
    all->unused = NULL;
    for (int i = SESSIONS_MAX - 1; i >= 0; i--) {
        all->pool[i].next = all->unused;
        all->unused = &all->pool[i];
    }
}

void queues_free(struct queues *all)
{
    for (int i = 0; i < all->n; i++)
        free(all->of[i].flight.size);
    all->n = 0;
}

static int place_of(const struct queues *all, int64_t code)
{
    int from = 0, to = all->n;
    while (from < to) {
        int middle = (from + to) / 2;
        if (all->of[middle].code < code)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

struct queue *queues_find(struct queues *all, int64_t code)
{
    int i = place_of(all, code);
    return i < all->n && all->of[i].code == code ? &all->of[i] : NULL;
}

static struct queue *queue_add(struct queues *all, int32_t code)
{
    insist(all->n < QUEUES_MAX);
    int i = place_of(all, code);
    memmove(&all->of[i + 1], &all->of[i], (size_t)(all->n - i) * sizeof *all->of);
    all->n++;
    all->of[i] = (struct queue){.code = code, .each = EACH_FIRST};
    return &all->of[i];
}

void queues_take(struct queues *all, const struct queue_head *heads, int n)
{
    for (int i = 0; i < n; i++) {
        const struct queue_head *h = &heads[i];
        struct queue *q = queues_find(all, h->bureau);
        if (q == NULL) {
            q = queue_add(all, h->bureau);
            q->epoch = h->epoch;
        }
        q->first = h->first;
        q->head = h->head;
        if (h->acked > q->acked)
            q->acked = h->acked;
        if (q->block_unsaved)
            continue;
        if (q->blocked != 0 && h->blocked == 0)
            q->failed_seq = 0; // the desk has decided: it begins anew
        q->blocked = h->blocked;
    }
}

static bool same_connection(const struct connection *a, const struct connection *b)
{
    return a->door == b->door && a->peer.n == b->peer.n && memcmp(a->peer.id, b->peer.id, a->peer.n) == 0;
}

struct session *session_of(const struct queue *q, const struct connection *from)
{
    for (struct session *s = q->sessions; s != NULL; s = s->next)
        if (same_connection(&s->from, from))
            return s;
    return NULL;
}

bool session_active(const struct queue *q, const struct session *s)
{
    return q->active && q->sessions == s;
}

struct session *session_add(struct queues *all, struct queue *q, const struct connection *from)
{
    struct session **end = &q->sessions;
    int n = 0;
    for (; *end != NULL; end = &(*end)->next)
        n++;
    struct session *s = all->unused;
    if (n == CONSUMERS_MAX || s == NULL)
        return NULL;
    all->unused = s->next;
    *s = (struct session){.from = *from, .last_seq = -1};
    *end = s;
    return s;
}

static void unlink_session(struct queue *q, struct session *s)
{
    struct session **at = &q->sessions;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
}

void session_first(struct queue *q, struct session *s)
{
    insist(!q->active);
    unlink_session(q, s);
    s->next = q->sessions;
    q->sessions = s;
}

static void flight_clear(struct flight *f)
{
    f->n = 0;
    f->bytes = 0;
}

void session_remove(struct queues *all, struct queue *q, struct session *s)
{
    if (session_active(q, s)) {
        q->active = false;
        q->unsaved = true;
        free(q->flight.size);
        q->flight = (struct flight){0};
    }
    unlink_session(q, s);
    s->next = all->unused;
    all->unused = s;
}

// What a stranger calls it, for the operator's screen: without control characters.
static void put_said(struct text *t, struct str said)
{
    text_str(t, said);
    for (size_t i = 0; i < t->n; i++)
        if ((unsigned char)t->p[i] < 0x20 || t->p[i] == 0x7f)
            t->p[i] = '?';
}

void session_name(struct session *s, struct str consumer)
{
    static const char hex[] = "0123456789abcdef";
    struct text t = TEXT(s->name);
    put_said(&t, consumer);
    for (int i = 0; consumer.n == 0 && i < s->from.peer.n; i++) {
        uint8_t byte = s->from.peer.id[i];
        text_str(&t, (struct str){&hex[byte >> 4], 1});
        text_str(&t, (struct str){&hex[byte & 15], 1});
    }
}

void turn_begin(struct queue *q, int64_t epoch, int64_t at)
{
    insist(q->sessions != NULL && !q->active);
    q->active = true;
    q->got = false;
    q->epoch = epoch;
    q->at = q->sent = q->reached = at;
    q->unsaved = true;
    if (at > q->acked)
        q->acked = at;
}

void turn_again(struct queue *q, int64_t at)
{
    q->flight.debt += q->flight.bytes;
    flight_clear(&q->flight);
    q->got = false;
    q->at = q->sent = at;
    if (at > q->reached)
        q->reached = at;
    if (at > q->acked) {
        q->acked = at;
        q->unsaved = true;
    }
}

static void flight_grow(struct flight *f)
{
    uint32_t cap = f->cap == 0 ? FLIGHT_FIRST : 2 * f->cap;
    uint32_t *size = malloc(cap * sizeof *size);
    insist(size != NULL);
    for (uint32_t i = 0; i < f->n; i++)
        size[i] = f->size[(f->at + i) % f->cap];
    free(f->size);
    f->size = size;
    f->cap = cap;
    f->at = 0;
}

void turn_sent(struct queue *q, size_t bytes)
{
    struct flight *f = &q->flight;
    if (f->n == f->cap)
        flight_grow(f);
    f->size[(f->at + f->n++) % f->cap] = (uint32_t)bytes;
    f->bytes += (int64_t)bytes;
    q->each += ((int64_t)bytes - q->each) / 8;
    q->sessions->credit--;
    q->sent++;
    if (q->sent > q->reached)
        q->reached = q->sent;
}

void turn_acked(struct queue *q, int64_t seq)
{
    insist(seq <= q->reached);
    if (seq <= q->at)
        return;
    struct flight *f = &q->flight;
    for (int64_t i = q->at; i < seq && f->n > 0; i++) {
        f->bytes -= f->size[f->at];
        f->at = (f->at + 1) % f->cap;
        f->n--;
    }
    f->debt = 0;
    q->got = true;
    q->at = seq;
    if (q->sent < seq)
        q->sent = seq; // it has them from before it said hello again
    if (q->failed_seq != 0 && q->failed_seq <= seq)
        q->failed_seq = 0;
    if (seq > q->acked) {
        q->acked = seq;
        q->unsaved = true;
    }
}

int64_t turn_start(const struct queue *q, int64_t last_seq)
{
    int64_t at = last_seq >= 0 ? last_seq : q->acked;
    return q->blocked != 0 && at >= q->blocked ? q->blocked - 1 : at;
}

int64_t turn_room(const struct queue *q, int64_t window, int64_t now)
{
    if (!q->active || q->sessions->stuck)
        return 0;
    int64_t end = q->head;
    if (q->blocked != 0 && q->blocked <= end)
        end = q->blocked - 1;
    if (q->failed_seq != 0 && now < q->resume_at && q->failed_seq <= end)
        end = q->failed_seq - 1;
    int64_t room = end - q->sent;
    if (room > q->sessions->credit)
        room = q->sessions->credit;
    const struct flight *f = &q->flight;
    if (room > CREDIT_MAX - f->n)
        room = CREDIT_MAX - f->n;
    int64_t bytes = (window - f->bytes - f->debt + q->each - 1) / q->each;
    if (f->n == 0 && bytes < 1)
        bytes = 1; // a delivery longer than the window, or one that shows whether the old ones were read
    if (room > bytes)
        room = bytes;
    return room > 0 ? room : 0;
}

int64_t turn_pause(int failed_n)
{
    int64_t pause = PAUSE_MIN;
    for (int i = 1; i < failed_n && pause < PAUSE_MAX; i++)
        pause *= 2;
    return pause < PAUSE_MAX ? pause : PAUSE_MAX;
}

int turn_failed(struct queue *q, int64_t now)
{
    int64_t seq = q->at + 1;
    if (q->failed_seq != seq) {
        q->failed_seq = seq;
        q->failed_n = 0;
        q->resume_at = 0;
    }
    q->failed_n++;
    q->failed_at = now;
    q->sent = q->reached = q->at;
    q->flight.debt += q->flight.bytes;
    flight_clear(&q->flight);
    return q->failed_n;
}

void turn_block(struct queue *q, struct str why)
{
    struct text t = TEXT(q->why);
    put_said(&t, why);
    q->blocked = q->failed_seq;
    q->block_unsaved = true;
}

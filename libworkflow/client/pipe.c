// SPDX-License-Identifier: Apache-2.0
#include "client/pipe.h"

#include "run/clock.h"

#include <stdlib.h>
#include <string.h>

#define NO_SLOT UINT32_MAX
#define RETRY_PAUSE_MS 250  // before a request that was refused with retry is sent again
#define CONNECT_PAUSE_MS 20 // between two looks whether the daemon is there again
#define SLOT_KEEP 16384     // bytes of a slot's buffer that stay for the next request
// A daemon whose host vanished leaves a connection that looks alive, and there are no heartbeats below us (libzmq
// #3937): after so many resends without a word the connection is made anew.
#define SILENT_RESENDS 5

// A request's place: free, or in one of the lists until its answer comes. Each list is in the order in which its
// members move on, so the head says when.
enum list_id { FREE, READY, SENT, PAUSED, HELD, LISTS };

struct slot {
    struct buf bytes; // the frame, and behind it the ref
    size_t frame_n;
    uint64_t tag;
    int64_t due; // SENT, PAUSED: when it becomes READY again
    int64_t began;
    uint32_t hash;
    uint32_t chain; // the next slot in the same bucket
    uint64_t key;   // 0: none
    uint32_t key_chain;
    uint32_t behind; // the slot that is HELD until this one has its answer
    uint32_t prev, next;
    enum list_id list;
};

struct list {
    uint32_t head, tail;
};

struct pipe {
    struct dial to;
    struct bus *bus;
    int64_t resend_us;
    int64_t heard_at; // the newest of: something came, the pipe was empty, the connection was made
    size_t window, open;
    struct slot *slots;
    struct list lists[LISTS];
    uint32_t *buckets; // a power of two of chains by ref, oldest request first
    uint32_t *keys;    // as many by key, newest first
    uint32_t mask;
    struct msg msg; // the answer that was shown
    bool shown;
};

static void unlist(struct pipe *p, uint32_t i)
{
    struct slot *s = &p->slots[i];
    struct list *l = &p->lists[s->list];
    *(s->prev == NO_SLOT ? &l->head : &p->slots[s->prev].next) = s->next;
    *(s->next == NO_SLOT ? &l->tail : &p->slots[s->next].prev) = s->prev;
}

static void append(struct pipe *p, enum list_id id, uint32_t i)
{
    struct slot *s = &p->slots[i];
    struct list *l = &p->lists[id];
    s->list = id;
    s->prev = l->tail;
    s->next = NO_SLOT;
    *(l->tail == NO_SLOT ? &l->head : &p->slots[l->tail].next) = i;
    l->tail = i;
}

static void move(struct pipe *p, enum list_id id, uint32_t i, int64_t due)
{
    unlist(p, i);
    p->slots[i].due = due;
    append(p, id, i);
}

static void connect_again(struct pipe *p, int64_t now)
{
    struct bus *bus;
    struct err err;
    if (dial(&p->to, (int)p->window, &bus, &err) != OK)
        return; // it could be had at the start, so this is passing
    bus_close(p->bus);
    p->bus = bus;
    p->heard_at = now;
}

enum result pipe_open(const struct dial *to, size_t window, int64_t resend_ms, struct pipe **out, struct err *err)
{
    insist(window >= 1 && window <= PIPE_WINDOW_MAX && resend_ms >= 1);
    struct bus *bus;
    enum result r = dial(to, (int)window, &bus, err);
    if (r != OK)
        return r;
    struct pipe *p = calloc(1, sizeof(*p));
    insist(p);
    *p = (struct pipe){.bus = bus, .resend_us = resend_ms * 1000, .heard_at = clock_mono(), .window = window};
    uint32_t buckets = 1;
    while (buckets < window * 2)
        buckets *= 2;
    p->mask = buckets - 1;
    p->to = dial_copy(to);
    p->slots = calloc(window, sizeof(*p->slots));
    p->buckets = malloc(buckets * sizeof(*p->buckets));
    p->keys = malloc(buckets * sizeof(*p->keys));
    insist(p->slots && p->buckets && p->keys);
    for (uint32_t i = 0; i < buckets; i++)
        p->buckets[i] = p->keys[i] = NO_SLOT;
    for (size_t i = 0; i < LISTS; i++)
        p->lists[i] = (struct list){NO_SLOT, NO_SLOT};
    for (uint32_t i = 0; i < window; i++)
        append(p, FREE, i);
    *out = p;
    return OK;
}

void pipe_close(struct pipe *p)
{
    if (p == NULL)
        return;
    if (p->shown)
        bus_done(&p->msg);
    bus_close(p->bus);
    for (size_t i = 0; i < p->window; i++)
        buf_free(&p->slots[i].bytes);
    free(p->slots);
    free(p->buckets);
    free(p->keys);
    dial_free(&p->to);
    free(p);
}

size_t pipe_open_n(const struct pipe *p)
{
    return p->open;
}

struct bus *pipe_bus(const struct pipe *p)
{
    return p->bus;
}

// Whatever is due goes out, in order; what cannot be handed over stays READY.
static void pump(struct pipe *p, int64_t now)
{
    for (enum list_id from = SENT; from <= PAUSED; from++)
        while (p->lists[from].head != NO_SLOT && p->slots[p->lists[from].head].due <= now)
            move(p, READY, p->lists[from].head, 0);
    while (p->lists[READY].head != NO_SLOT) {
        uint32_t i = p->lists[READY].head;
        if (!bus_send(p->bus, NULL, p->slots[i].bytes.p, p->slots[i].frame_n))
            return;
        move(p, SENT, i, now + p->resend_us);
    }
}

// The newest open request with the slot's key, which is now in its chain.
static uint32_t same_key(struct pipe *p, uint32_t i)
{
    struct slot *s = &p->slots[i];
    uint32_t *first = &p->keys[s->key & p->mask], found = *first;
    while (found != NO_SLOT && p->slots[found].key != s->key)
        found = p->slots[found].key_chain;
    s->key_chain = *first;
    *first = i;
    return found;
}

bool pipe_send(struct pipe *p, struct str ref, struct str key, const struct buf *frame, uint64_t tag)
{
    insist(frame->n >= FRAME_HEADER && frame->n <= FRAME_MAX);
    uint32_t i = p->lists[FREE].head;
    if (i == NO_SLOT)
        return false;
    struct slot *s = &p->slots[i];
    int64_t now = clock_mono();
    s->bytes.n = 0;
    buf_put(&s->bytes, frame->p, frame->n);
    buf_put(&s->bytes, ref.p, ref.n);
    s->frame_n = frame->n;
    s->tag = tag;
    s->began = now;
    s->hash = (uint32_t)str_hash(ref);
    s->chain = s->behind = NO_SLOT;
    uint32_t *end = &p->buckets[s->hash & p->mask];
    while (*end != NO_SLOT)
        end = &p->slots[*end].chain;
    *end = i;
    s->key = key.p ? str_hash(key) | 1 : 0;
    uint32_t before = s->key != 0 ? same_key(p, i) : NO_SLOT;
    if (before != NO_SLOT)
        p->slots[before].behind = i;
    if (p->open++ == 0)
        p->heard_at = now;
    move(p, before == NO_SLOT ? READY : HELD, i, 0);
    pump(p, now);
    return true;
}

static void settle(struct pipe *p, uint32_t i)
{
    struct slot *s = &p->slots[i];
    uint32_t *at = &p->buckets[s->hash & p->mask];
    while (*at != i)
        at = &p->slots[*at].chain;
    *at = s->chain;
    at = &p->keys[s->key & p->mask];
    while (s->key != 0 && *at != i)
        at = &p->slots[*at].key_chain;
    if (s->key != 0)
        *at = s->key_chain;
    if (s->behind != NO_SLOT)
        move(p, READY, s->behind, 0);
    if (s->bytes.cap > SLOT_KEEP)
        buf_free(&s->bytes);
    move(p, FREE, i, 0);
    p->open--;
}

bool pipe_give_up(struct pipe *p, int64_t ms, uint64_t *tag)
{
    int64_t before = clock_mono() - ms * 1000;
    uint32_t oldest = NO_SLOT;
    for (uint32_t i = 0; i < p->window; i++)
        if (p->slots[i].list != FREE && p->slots[i].began <= before &&
            (oldest == NO_SLOT || p->slots[i].began < p->slots[oldest].began))
            oldest = i;
    if (oldest == NO_SLOT)
        return false;
    *tag = p->slots[oldest].tag;
    settle(p, oldest);
    return true;
}

// The oldest request with this ref.
static uint32_t find(const struct pipe *p, struct str ref)
{
    uint32_t hash = (uint32_t)str_hash(ref), i = p->buckets[hash & p->mask];
    for (; i != NO_SLOT; i = p->slots[i].chain) {
        const struct slot *s = &p->slots[i];
        if (s->hash == hash && s->bytes.n - s->frame_n == ref.n &&
            (ref.n == 0 || memcmp(s->bytes.p + s->frame_n, ref.p, ref.n) == 0))
            return i;
    }
    return NO_SLOT;
}

// A refusal without a ref: the daemon could not read as far. It carries the request's trace id, if that is
// unmistakable.
static uint32_t find_trace(const struct pipe *p, uint64_t trace)
{
    uint32_t found = NO_SLOT;
    for (uint32_t i = p->lists[SENT].head; trace != 0 && i != NO_SLOT; i = p->slots[i].next) {
        struct frame frame;
        struct err err;
        if (frame_get(p->slots[i].bytes.p, p->slots[i].frame_n, &frame, &err) != OK || frame.trace != trace)
            continue;
        if (found != NO_SLOT)
            return NO_SLOT;
        found = i;
    }
    return found;
}

// The request that a frame answers, or NO_SLOT; *retry: not an answer yet.
static uint32_t answered(const struct pipe *p, const struct frame *frame, bool *retry)
{
    union {
        struct msg_receipt receipt;
        struct msg_refusal refusal;
        struct msg_feedback_result result;
        struct msg_desk_result desk;
        struct msg_identity identity;
        struct msg_lookup_result lookup;
        struct msg_writer_result writer;
    } m;
    struct err err;
    *retry = false;
    switch (frame->id) {
    case MSG_RECEIPT:
        return wire_get_receipt(frame, &m.receipt, &err) == OK ? find(p, m.receipt.client_ref) : NO_SLOT;
    case MSG_FEEDBACK_RESULT:
        return wire_get_feedback_result(frame, &m.result, &err) == OK ? find(p, m.result.event_id) : NO_SLOT;
    case MSG_DESK_RESULT:
        return wire_get_desk_result(frame, &m.desk, &err) == OK ? find(p, m.desk.ref) : NO_SLOT;
    case MSG_IDENTITY:
        return wire_get_identity(frame, &m.identity, &err) == OK ? find(p, m.identity.event_id) : NO_SLOT;
    case MSG_LOOKUP_RESULT:
        return wire_get_lookup_result(frame, &m.lookup, &err) == OK ? find(p, m.lookup.ref) : NO_SLOT;
    case MSG_WRITER_RESULT:
        return wire_get_writer_result(frame, &m.writer, &err) == OK ? find(p, m.writer.ref) : NO_SLOT;
    case MSG_REFUSAL:
        if (wire_get_refusal(frame, &m.refusal, &err) != OK)
            return NO_SLOT;
        *retry = m.refusal.has_retry && m.refusal.retry;
        return m.refusal.ref.p ? find(p, m.refusal.ref) : find_trace(p, frame->trace);
    default:
        return NO_SLOT;
    }
}

// Reads what has come until there is an answer to show.
static bool receive(struct pipe *p, uint64_t *tag, struct frame *answer)
{
    while (bus_recv(p->bus, &p->msg)) {
        struct frame frame;
        struct err err;
        bool retry = false;
        int64_t now = clock_mono();
        p->heard_at = now;
        uint32_t i = frame_get(p->msg.p, p->msg.n, &frame, &err) == OK ? answered(p, &frame, &retry) : NO_SLOT;
        if (i != NO_SLOT && !retry) {
            *tag = p->slots[i].tag;
            *answer = frame;
            p->shown = true;
            settle(p, i);
            return true;
        }
        if (i != NO_SLOT && p->slots[i].list == SENT)
            move(p, PAUSED, i, now + RETRY_PAUSE_MS * 1000);
        bus_done(&p->msg);
    }
    return false;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool pipe_wait(struct pipe *p, int64_t ms, uint64_t *tag, struct frame *answer)
{
    if (p->shown)
        bus_done(&p->msg);
    p->shown = false;
    int64_t now = clock_mono(), deadline = now + ms * 1000;
    for (;;) {
        pump(p, now);
        if (receive(p, tag, answer))
            return true;
        now = clock_mono();
        if (now >= deadline)
            return false;
        if (p->open > 0 && now - p->heard_at > SILENT_RESENDS * p->resend_us)
            connect_again(p, now);
        int64_t until = deadline;
        if (p->lists[READY].head != NO_SLOT)
            until = earlier(until, now + CONNECT_PAUSE_MS * 1000);
        for (enum list_id from = SENT; from <= PAUSED; from++)
            if (p->lists[from].head != NO_SLOT)
                until = earlier(until, p->slots[p->lists[from].head].due);
        bus_wait(p->bus, until > now ? (until - now + 999) / 1000 : 0);
        now = clock_mono();
    }
}

// SPDX-License-Identifier: Apache-2.0
// Lines into the caller's store, each once.
#include "client/wf_subscription.h"
#include "run/clock.h"

struct batch {
    struct wf_subscription *s;
    const struct wf_store *store;
    int64_t after, last; // the store held `after` before it; applied up to `last`
    bool begun;
};

static enum wf_result failed(struct wf_error *error, const char *which)
{
    struct err err;
    (void)err_set_str(&err, REJECT, "store", which, "the store's callback failed: ", str_of(which), "");
    return wf_say(error, WF_FAILED, &err);
}

static void drop(struct batch *b)
{
    if (b->begun)
        b->store->rollback(b->store->arg);
    b->begun = false;
}

// In each new turn the store says where it stands: another consumer may have been active in between. false: the line
// in hand is not the store's next.
static enum wf_result check(struct batch *b, int64_t seq, bool *next, struct wf_error *error)
{
    int64_t epoch = wf_epoch(b->s);
    *next = true;
    if (epoch == b->s->checked)
        return WF_OK;
    drop(b);
    int64_t stored = b->store->stored(b->store->arg);
    if (stored < 0)
        return failed(error, "stored");
    *next = stored == seq - 1;
    if (*next)
        b->s->checked = epoch;
    else
        wf_restart(b->s, stored);
    return WF_OK;
}

// The line could not be stored. Those before it in the transaction have gone with it: they come again, each alone, so
// that the bad one is found with nothing before it.
static enum wf_result refuse(struct batch *b, int64_t seq, enum wf_applied how, const char *reason,
                             struct wf_error *error)
{
    drop(b);
    if (b->last == b->after)
        return wf_reject(b->s, seq, reason[0] ? reason : "not stored", how == WF_LATER, error);
    b->s->alone_to = seq;
    wf_restart(b->s, b->after);
    return WF_OK;
}

static enum wf_result take(struct batch *b, const struct wf_line *line, bool *full, struct wf_error *error)
{
    char reason[WF_REASON] = "";
    if (!b->begun) {
        b->after = b->last = line->seq - 1;
        if (b->store->begin(b->store->arg) != 0)
            return failed(error, "begin");
        b->begun = true;
    }
    enum wf_applied how = b->store->apply(b->store->arg, line, reason);
    if (how != WF_APPLIED)
        return refuse(b, line->seq, how, reason, error);
    b->last = line->seq;
    int most = b->s->alone_to >= line->seq || b->store->batch < 1 ? 1 : b->store->batch;
    *full = b->last - b->after >= most;
    return WF_OK;
}

enum wf_result wf_apply(struct wf_subscription *s, int64_t ms, const struct wf_store *store, struct wf_error *error)
{
    struct batch b = {.s = s, .store = store};
    int64_t now = clock_mono(), deadline = now + wf_ms(ms) * 1000;
    bool full = false;
    while (!full) {
        struct wf_line line;
        bool next;
        enum wf_result r = wf_next(s, b.begun ? 0 : (deadline - now + 999) / 1000, &line, error);
        if (r == WF_REFUSED && !b.begun)
            return r;
        if (r == WF_OK) {
            r = check(&b, line.seq, &next, error);
            if (r == WF_OK && next)
                r = take(&b, &line, &full, error);
            if (r != WF_OK) {
                drop(&b);
                return r;
            }
        } else if (b.begun) {
            break;
        }
        now = clock_mono();
        if (!b.begun && now >= deadline)
            return WF_WAIT;
    }
    if (store->commit(store->arg, b.after, b.last) != 0)
        return failed(error, "commit");
    return wf_ack(s, b.last, error);
}

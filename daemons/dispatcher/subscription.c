// SPDX-License-Identifier: Apache-2.0
#include "subscription.h"

#include <string.h>

struct subscription *subscription_find(struct subscriptions *all, int64_t bureau)
{
    for (int i = 0; i < all->n; i++)
        if (all->s[i].bureau == bureau)
            return &all->s[i];
    return NULL;
}

void subscription_open(struct subscription *s, const struct peer *peer, int64_t last_seq, int64_t credit, wf_time now,
                       int64_t mono)
{
    static const char hex[] = "0123456789abcdef";
    s->open = true;
    s->peer = *peer;
    for (int i = 0; i < peer->n; i++) {
        s->peer_name[2 * i] = hex[peer->id[i] >> 4];
        s->peer_name[2 * i + 1] = hex[peer->id[i] & 15];
    }
    s->peer_name[2 * peer->n] = '\0';
    s->sent = s->acked = last_seq;
    s->credit = credit;
    s->heard = mono;
    s->since = now;
    s->stuck = false;
    s->unsaved = true;
}

void subscription_end(struct subscription *s)
{
    s->open = false;
    s->since = 0;
    s->unsaved = true;
}

bool subscription_is(const struct subscription *s, const struct peer *peer)
{
    return s->open && s->peer.n == peer->n && memcmp(s->peer.id, peer->id, peer->n) == 0;
}

int subscriptions_wants(const struct subscriptions *all, int max, struct queue_want wants[BUREAUS_MAX])
{
    int waiting = 0, n = 0;
    for (int i = 0; i < all->n; i++)
        waiting += all->s[i].open && !all->s[i].stuck && all->s[i].credit > 0 && all->s[i].head > all->s[i].sent;
    for (int i = 0; i < all->n; i++) {
        const struct subscription *s = &all->s[i];
        if (!s->open || s->stuck || s->credit <= 0 || s->head <= s->sent)
            continue;
        int64_t rows = s->credit < max / waiting ? s->credit : max / waiting;
        wants[n++] = (struct queue_want){s->bureau, s->sent, (int32_t)rows};
    }
    return n;
}

// SPDX-License-Identifier: Apache-2.0
#include "client/wf_subscription.h"

#include "client/json.h"

#include <stdlib.h>

#define QUEUE_MAX 999999999
#define REASON_MAX 500 // characters

enum wf_result wf_subscribe(const struct wf_options *options, int32_t queue, int64_t last_seq, int credit,
                            struct wf_subscription **out, struct wf_error *error)
{
    struct dial to = wf_dial(options);
    struct subscription_want want = {queue, last_seq, credit, options->consumer, options->take_over};
    struct err err;
    size_t chars = 0;
    if (queue < 1 || queue > QUEUE_MAX)
        return wf_misuse(error, "queue", "a unit's code, or a channel's number from 1 to 6, is needed");
    if (credit < 1 || credit > CREDIT_MAX)
        return wf_misuse(error, "credit", "must be between 1 and 10000");
    if (want.consumer && (!utf8_check(str_of(want.consumer), &chars) || chars > CONSUMER_MAX))
        return wf_misuse(error, "consumer", "at most 64 characters of UTF-8");
    struct wf_subscription *s = calloc(1, sizeof(*s));
    insist(s);
    wf_handle_begin();
    if (subscription_open(&to, &want, &s->session, &err) != OK) {
        free(s);
        wf_handle_end();
        return wf_say(error, WF_FAILED, &err);
    }
    s->checked = -1;
    wf_texts_open(&s->texts);
    *out = s;
    return WF_OK;
}

void wf_unsubscribe(struct wf_subscription *s)
{
    if (s == NULL)
        return;
    subscription_close(s->session);
    buf_free(&s->texts);
    buf_free(&s->json);
    free(s);
    wf_handle_end();
}

static const struct wf_delivery *delivery(struct wf_subscription *s, const struct msg_delivery *m)
{
    struct buf *t = &s->texts;
    s->delivery = (struct wf_delivery){
        .seq = m->seq,
        .number = wf_keep(t, m->number),
        .notice = m->notice.p ? wf_keep(t, m->notice) : "letter",
        .leg = m->leg,
        .unit = m->unit,
        .role = wf_keep(t, m->role),
        .state = wf_keep(t, m->state),
        .parent = m->parent,
        .round = m->round,
        .kind = wf_keep(t, m->kind),
        .category = wf_keep(t, m->category),
        .title = wf_keep(t, m->title),
        .body = wf_keep(t, m->body),
        .supplement = wf_keep(t, m->supplement),
        .place = wf_keep(t, m->place),
        .place_code = m->place_code,
        .urgent = m->urgent,
        .confidential = m->confidential,
        .occurred_at = m->occurred_at,
        .received_at = m->received_at,
        .due_at = m->due_at,
        .sent_at = m->sent_at,
    };
    return &s->delivery;
}

static const struct wf_notice *notice(struct wf_subscription *s, const struct msg_writer_notice *m)
{
    struct buf *t = &s->texts;
    s->notice = (struct wf_notice){
        .seq = m->seq,
        .number = wf_keep(t, m->number),
        .client_ref = wf_keep(t, m->client_ref),
        .event = wf_keep(t, m->event),
        .at = m->at,
        .label = wf_keep(t, m->label),
        .line = wf_keep(t, m->line),
        .due_at = m->due_at,
        .reply = wf_keep(t, m->reply),
        .outcome = wf_keep(t, m->outcome),
        .asked = wf_keep(t, m->asked),
    };
    return &s->notice;
}

enum wf_result wf_next(struct wf_subscription *s, int64_t ms, struct wf_line *out, struct wf_error *error)
{
    struct err err;
    s->has_line = false;
    enum result r = subscription_next(s->session, wf_ms(ms), &s->line, &err);
    if (r != OK)
        return r == RETRY ? WF_WAIT : wf_say(error, WF_REFUSED, &err);
    s->has_line = true;
    s->texts.n = 0;
    *out = (struct wf_line){.seq = s->line.seq};
    if (s->line.for_writer)
        out->notice = notice(s, &s->line.notice);
    else
        out->delivery = delivery(s, &s->line.delivery);
    return WF_OK;
}

const char *wf_json(struct wf_subscription *s, size_t *n)
{
    if (!s->has_line)
        return NULL;
    s->json.n = 0;
    if (s->line.for_writer)
        json_put_writer_notice(&s->json, &s->line.notice);
    else
        json_put_delivery(&s->json, &s->line.delivery);
    if (n)
        *n = s->json.n;
    buf_put(&s->json, "", 1);
    return (const char *)s->json.p;
}

enum wf_result wf_ack(struct wf_subscription *s, int64_t seq, struct wf_error *error)
{
    if (seq > subscription_shown(s->session))
        return wf_misuse(error, "seq", "this line was not handed out");
    subscription_ack(s->session, seq);
    return WF_OK;
}

enum wf_result wf_reject(struct wf_subscription *s, int64_t seq, const char *reason, bool retry, struct wf_error *error)
{
    size_t chars = 0;
    if (seq > subscription_shown(s->session) || seq <= subscription_acked(s->session))
        return wf_misuse(error, "seq", "this line was not handed out, or is acknowledged");
    if (reason == NULL || !utf8_check(str_of(reason), &chars) || chars > REASON_MAX)
        return wf_misuse(error, "reason", "a text of at most 500 characters of UTF-8 is needed");
    s->has_line = false;
    subscription_reject(s->session, seq, str_of(reason), retry);
    return WF_OK;
}

void wf_restart(struct wf_subscription *s, int64_t last_seq)
{
    s->has_line = false;
    subscription_restart(s->session, last_seq < 0 ? 0 : last_seq);
}

bool wf_connected(const struct wf_subscription *s)
{
    return subscription_welcomed(s->session);
}

bool wf_standby(const struct wf_subscription *s)
{
    return subscription_standby(s->session);
}

int64_t wf_blocked(const struct wf_subscription *s)
{
    return subscription_blocked(s->session);
}

int64_t wf_epoch(const struct wf_subscription *s)
{
    return subscription_epoch(s->session);
}

bool wf_drained(const struct wf_subscription *s)
{
    return subscription_drained(s->session);
}

int wf_fd(const struct wf_subscription *s)
{
    return bus_fd(subscription_bus(s->session));
}

// SPDX-License-Identifier: Apache-2.0
// A public pipe, and its answers; the requests are in wf_request.c.
#include "client/wf_pipe.h"

#include "run/clock.h"
#include "wire/refusal.h"

#include <stdlib.h>
#include <sys/random.h>

#define WINDOW 1000
#define RESEND_MS 3000
#define LOOK_US 100000 // between two looks for requests to give up

_Static_assert(WF_WINDOW_MAX == PIPE_WINDOW_MAX, "wf.h's limit is ours");

enum wf_result wf_pipe_open(const struct wf_options *options, struct wf_pipe **out, struct wf_error *error)
{
    struct dial to = wf_dial(options);
    size_t window = options->window ? options->window : WINDOW;
    int64_t resend_ms = options->resend_ms ? options->resend_ms : RESEND_MS;
    struct err err;
    if (window > WF_WINDOW_MAX)
        return wf_misuse(error, "window", "must be between 1 and 10000");
    if (resend_ms < 1 || resend_ms != wf_ms(resend_ms) || options->give_up_ms != wf_ms(options->give_up_ms))
        return wf_misuse(error, "resend_ms", "times are between 1 ms and a day");
    struct wf_pipe *p = calloc(1, sizeof(*p));
    insist(p);
    wf_handle_begin();
    if (pipe_open(&to, window, resend_ms, &p->pipe, &err) != OK) {
        free(p);
        wf_handle_end();
        return wf_say(error, WF_FAILED, &err);
    }
    p->give_up_ms = options->give_up_ms;
    insist(getrandom(&p->trace, sizeof(p->trace), 0) == sizeof(p->trace));
    wf_texts_open(&p->texts);
    *out = p;
    return WF_OK;
}

void wf_pipe_close(struct wf_pipe *p)
{
    if (p == NULL)
        return;
    pipe_close(p->pipe);
    buf_free(&p->frame);
    buf_free(&p->texts);
    free(p);
    wf_handle_end();
}

size_t wf_unanswered(const struct wf_pipe *p)
{
    return pipe_open_n(p->pipe);
}

int wf_pipe_fd(const struct wf_pipe *p)
{
    return bus_fd(pipe_bus(p->pipe));
}

static void keep_all(struct wf_pipe *p, const struct str *from, uint32_t n, const char **to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = wf_keep(&p->texts, from[i]);
}

static enum result read_receipt(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    const struct msg_receipt *m = &p->m.receipt;
    struct wf_answer *a = &p->answer;
    enum result r = wire_get_receipt(frame, &p->m.receipt, err);
    if (r != OK)
        return r;
    a->ref = wf_keep(&p->texts, m->client_ref);
    a->number = wf_keep(&p->texts, m->number);
    a->code = wf_keep(&p->texts, m->code);
    a->duplicate = m->duplicate;
    return OK;
}

static enum result read_result(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    const struct msg_feedback_result *m = &p->m.result;
    struct wf_answer *a = &p->answer;
    enum result r = wire_get_feedback_result(frame, &p->m.result, err);
    if (r != OK)
        return r;
    a->ref = wf_keep(&p->texts, m->event_id);
    a->number = wf_keep(&p->texts, m->number);
    a->state = wf_keep(&p->texts, m->state);
    a->duplicate = m->duplicate;
    a->version = m->version;
    return OK;
}

static enum result read_identity(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    const struct msg_identity *m = &p->m.identity;
    struct wf_answer *a = &p->answer;
    enum result r = wire_get_identity(frame, &p->m.identity, err);
    if (r != OK)
        return r;
    a->ref = wf_keep(&p->texts, m->event_id);
    a->number = wf_keep(&p->texts, m->number);
    a->writer_name = wf_keep(&p->texts, m->writer_name);
    a->writer_phone = wf_keep(&p->texts, m->writer_phone);
    a->writer_id_number = wf_keep(&p->texts, m->writer_id_number);
    a->writer_email = wf_keep(&p->texts, m->writer_email);
    a->duplicate = m->duplicate;
    return OK;
}

static enum result read_lookup(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    const struct msg_lookup_result *m = &p->m.lookup;
    struct wf_answer *a = &p->answer;
    enum result r = wire_get_lookup_result(frame, &p->m.lookup, err);
    if (r != OK)
        return r;
    a->ref = wf_keep(&p->texts, m->ref);
    a->number = wf_keep(&p->texts, m->number);
    a->state = wf_keep(&p->texts, m->state);
    a->label = wf_keep(&p->texts, m->label);
    a->received_at = m->received_at;
    a->due_at = m->due_at;
    a->reply = wf_keep(&p->texts, m->reply);
    a->outcome = wf_keep(&p->texts, m->outcome);
    a->asked = wf_keep(&p->texts, m->asked);
    keep_all(p, m->lines, m->lines_n, p->lines);
    keep_all(p, m->may, m->may_n, p->may);
    a->lines_n = m->lines_n < m->times_n ? m->lines_n : m->times_n;
    a->times = m->times;
    a->lines = p->lines;
    a->may_n = m->may_n;
    a->may = p->may;
    return OK;
}

static enum result read_act(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    const struct msg_writer_result *m = &p->m.act;
    struct wf_answer *a = &p->answer;
    enum result r = wire_get_writer_result(frame, &p->m.act, err);
    if (r != OK)
        return r;
    a->ref = wf_keep(&p->texts, m->ref);
    a->number = wf_keep(&p->texts, m->number);
    a->state = wf_keep(&p->texts, m->state);
    a->label = wf_keep(&p->texts, m->label);
    a->duplicate = m->duplicate;
    return OK;
}

static enum result read_answer(struct wf_pipe *p, const struct frame *frame, struct err *err)
{
    switch (frame->id) {
    case MSG_RECEIPT:
        return read_receipt(p, frame, err);
    case MSG_FEEDBACK_RESULT:
        return read_result(p, frame, err);
    case MSG_IDENTITY:
        return read_identity(p, frame, err);
    case MSG_LOOKUP_RESULT:
        return read_lookup(p, frame, err);
    case MSG_WRITER_RESULT:
        return read_act(p, frame, err);
    default:
        if (wire_get_refusal(frame, &p->m.refusal, err) == OK)
            p->answer.ref = wf_keep(&p->texts, p->m.refusal.ref);
        return refusal_read(frame, err);
    }
}

static bool give_up(struct wf_pipe *p)
{
    int64_t now = clock_mono();
    if (p->give_up_ms == 0 || now - p->looked_at < LOOK_US)
        return false;
    if (!pipe_give_up(p->pipe, p->give_up_ms, &p->answer.tag)) {
        p->looked_at = now;
        return false;
    }
    struct err err;
    (void)err_set(&err, REJECT, "no_answer", "", "no answer came in time; whether it was done is not known");
    p->answer.result = wf_say(&p->answer.error, WF_FAILED, &err);
    return true;
}

enum wf_result wf_answer(struct wf_pipe *p, int64_t ms, const struct wf_answer **out)
{
    int64_t now = clock_mono(), deadline = now + wf_ms(ms) * 1000;
    struct frame frame;
    struct err err;
    p->texts.n = 0;
    p->answer = (struct wf_answer){.result = WF_OK};
    *out = &p->answer;
    for (;;) {
        int64_t until = p->give_up_ms > 0 && now + LOOK_US < deadline ? now + LOOK_US : deadline;
        if (pipe_wait(p->pipe, (until - now + 999) / 1000, &p->answer.tag, &frame)) {
            if (read_answer(p, &frame, &err) != OK)
                p->answer.result = wf_say(&p->answer.error, WF_REFUSED, &err);
            return WF_OK;
        }
        if (give_up(p))
            return WF_OK;
        now = clock_mono();
        if (now >= deadline)
            return WF_WAIT;
    }
}

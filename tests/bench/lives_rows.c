// SPDX-License-Identifier: Apache-2.0
#include "lives.h"

#include "core/classify.h"
#include "core/number.h"

#include <string.h>

void lives_letter(struct lives *l, int32_t accused)
{
    struct copy *c = &l->copy;
    const struct msg_letter_submit *m = &l->letter.m;
    const struct unit *unit = accused != 0 ? policy_unit(l->policy, accused) : NULL;
    copy_row(c, COPY_LETTER);
    COPY_INTS(c, l->f.id, l->f.mailbox, CHANNEL_WEB, l->f.kind, 0);
    copy_text(c, m->client_ref);
    copy_time(c, l->f.received_at);
    copy_text(c, m->title);
    copy_text(c, unit ? unit->name : STR_NONE);
    copy_text(c, m->body);
    copy_row(c, COPY_WRITER);
    copy_int(c, l->f.id);
    copy_text(c, m->writer_name);
    copy_text(c, m->writer_phone);
}

// ---- A decision ----

// As the daemons write it: what core says, and on the first line the words of the one who acts.
static struct str detail_of(struct lives *l, const struct change *c, const struct case_step *step, bool first)
{
    struct str parts[] = {str_of(step->detail), first ? c->reason_code : STR_NONE,
                          !first     ? STR_NONE
                          : c->found ? str_of(c->found->why)
                                     : c->reason};
    l->detail.n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n == 0)
            continue;
        if (l->detail.n > 0)
            buf_put(&l->detail, "; ", 2);
        buf_put(&l->detail, parts[i].p, parts[i].n);
    }
    return l->detail.n > 0 ? (struct str){(const char *)l->detail.p, l->detail.n} : STR_NONE;
}

static void write_line(struct lives *l, wf_time at, const struct change *c, const struct case_step *step, int32_t seq,
                       bool first)
{
    struct copy *out = &l->copy;
    copy_row(out, COPY_JOURNAL);
    COPY_INTS(out, l->f.id, seq, step->rule->journal, because_of(l->because, step->rule), step->to, step->leg,
              step->actor, step->unit, l->policy->version);
    copy_time(out, at);
    copy_time(out, step->due_at);
    copy_text(out, first ? c->post : STR_NONE);
    copy_text(out, detail_of(l, c, step, first));
    l->lines++;
}

// What the event brought in words, at its line.
static void write_words(struct lives *l, wf_time at, const struct change *c, const struct case_step *step, int32_t seq)
{
    struct copy *out = &l->copy;
    if (c->event == EV_REPORTED) {
        copy_row(out, COPY_REPLY);
        COPY_INTS(out, l->f.id, seq, step->leg, l->f.outcome);
        copy_time(out, at);
        copy_text(out, c->public_reply);
        copy_row(out, COPY_REPORT);
        COPY_INTS(out, l->f.id, seq);
        copy_text(out, c->internal_report);
    }
    if (c->words.p) {
        copy_row(out, COPY_SUPPLEMENT);
        COPY_INTS(out, l->f.id, seq);
        copy_time(out, at);
        copy_text(out, c->words);
    }
    if (c->event == EV_ANSWERED) {
        copy_row(out, COPY_ANSWER);
        COPY_INTS(out, l->f.id, seq, c->reached, c->contacted, c->true_, c->satisfied, c->solved);
        copy_time(out, at);
    }
}

// The key under which its sender reported it: a bureau's system, or the desk (0).
static void write_cause(struct lives *l, const struct change *c, int32_t seq)
{
    char id[64];
    struct text t = TEXT(id);
    if (c->actor != ACTOR_BUREAU && c->actor != ACTOR_DESK)
        return;
    char number[NUMBER_MAX];
    number_format(l->f.mailbox, l->f.id, number);
    text_put(&t, number);
    text_put(&t, "/");
    text_i64(&t, seq);
    text_put(&t, "/");
    text_put(&t, code_name(events, (int)c->event));
    copy_row(&l->copy, COPY_INBOX);
    copy_int(&l->copy, c->actor == ACTOR_BUREAU ? policy_bureau(l->policy, c->unit) : 0);
    copy_text(&l->copy, text_get(&t));
    COPY_INTS(&l->copy, l->f.id, (int64_t)(str_hash(text_get(&t)) >> 1), 1);
}

void lives_decided(struct lives *l, wf_time at, const struct change *c)
{
    const struct decision *d = &l->d;
    int32_t seq = l->f.version - d->steps_n;
    for (int i = 0; i < d->steps_n; i++)
        write_line(l, at, c, &d->steps[i], ++seq, i == 0);
    if (d->steps_n > 0) {
        int32_t first = l->f.version - d->steps_n + 1;
        write_words(l, at, c, &d->steps[0], first);
        write_cause(l, c, first);
    }
    for (int i = 0; i < d->notices_n; i++) {
        const struct case_notice *n = &d->notices[i];
        copy_row(&l->copy, COPY_QUEUE);
        COPY_INTS(&l->copy, n->queue, l->f.id, n->leg, n->notice, l->nth++);
        copy_time(&l->copy, at);
    }
    if (l->f.accused.n > 0 && l->accused_at == 0)
        l->accused_at = at;
    for (int i = 0; i < l->f.requests_n; i++)
        if (l->f.requests[i].state != REQUEST_OPEN && l->decided[i] == 0)
            l->decided[i] = at;
}

// ---- The case ----

static void write_leg(struct copy *c, int64_t id, const struct leg_facts *leg)
{
    copy_row(c, COPY_LEG);
    COPY_INTS(c, id, leg->id, leg->parent, leg->unit, leg->role, leg->state, leg->round, leg->hop, leg->flags,
              leg->extensions, leg->warned, leg->handler);
    copy_time(c, leg->due_at);
    copy_time(c, leg->sent_at);
}

static void write_course(struct copy *c, int64_t id, const struct course *s)
{
    copy_row(c, COPY_COURSE);
    COPY_INTS(c, id, s->asked_supplements, s->got_supplements, s->alarm, s->warned, s->supervision, s->calls,
              s->call_hours, s->satisfied_first, s->satisfied_last, s->solved, s->primary, s->extended_days,
              s->ex_officio);
    copy_time(c, s->paused_at);
    copy_time(c, s->answer_due);
    copy_time(c, s->supervision_due);
    copy_time(c, s->first_call);
}

static void write_request(struct copy *c, int64_t id, const struct request_facts *r, wf_time decided)
{
    copy_row(c, COPY_REQUEST);
    COPY_INTS(c, id, r->id, r->leg, r->kind, r->state, r->unit, r->to, r->days, r->person);
    copy_time(c, r->asked_at);
    copy_time(c, r->due_at);
    copy_time(c, r->until);
    copy_time(c, decided);
}

void lives_case(struct lives *l)
{
    struct copy *c = &l->copy;
    const struct case_facts *f = &l->f;
    copy_row(c, COPY_CASE);
    COPY_INTS(c, f->id, f->letter, f->version, f->mailbox, f->bureau, f->place, f->state, f->kind, f->category,
              f->flags, f->confidence, f->outcome, f->round);
    copy_time(c, f->received_at);
    copy_time(c, f->due_at);
    copy_time(c, f->clock_at);
    copy_time(c, f->wake_at);
    for (int i = 0; i < f->legs_n; i++)
        write_leg(c, f->id, &f->legs[i]);
    if (f->course.changed)
        write_course(c, f->id, &f->course);
    for (int i = 0; i < f->accused.n; i++) {
        copy_row(c, COPY_ACCUSED);
        COPY_INTS(c, f->id, f->accused.of[i].unit, f->accused.of[i].officer);
        copy_time(c, l->accused_at);
    }
    for (int i = 0; i < f->requests_n; i++)
        write_request(c, f->id, &f->requests[i], l->decided[i]);
}

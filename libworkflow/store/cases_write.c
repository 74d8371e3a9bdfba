// SPDX-License-Identifier: Apache-2.0
#include "core/classify.h"
#include "store/cases_impl.h"

// ---- The batch ----

static void start_facts(struct cases *cs)
{
    ROWS_START(&cs->out.cases, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_INT4, COL_INT2,
               COL_INT2, COL_INT2, COL_TIME, COL_TIME, COL_TIME);
    ROWS_START(&cs->out.woken, COL_INT8, COL_INT4, COL_TIME);
    ROWS_START(&cs->out.splits, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_INT4,
               COL_INT2, COL_INT2, COL_INT2, COL_TIME, COL_TIME, COL_TIME, COL_INT8, COL_INT4, COL_TIME);
    ROWS_START(&cs->out.legs_in, COL_INT8, COL_INT2, COL_INT2, COL_INT4, COL_INT2, COL_INT2, COL_TIME, COL_TIME,
               COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT8);
    ROWS_START(&cs->out.legs_up, COL_INT8, COL_INT2, COL_INT2, COL_TIME, COL_INT2, COL_INT2, COL_INT2, COL_INT8);
    ROWS_START(&cs->out.courses, COL_INT8, COL_TIME, COL_TIME, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2,
               COL_TIME, COL_INT2, COL_INT4, COL_TIME, COL_INT2, COL_INT2, COL_INT2, COL_INT8, COL_INT2, COL_INT2);
    ROWS_START(&cs->out.accused, COL_INT8, COL_INT8, COL_INT4, COL_INT4);
    ROWS_START(&cs->out.requests_in, COL_INT8, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_INT4, COL_INT2,
               COL_INT8, COL_TIME, COL_TIME, COL_TIME);
    ROWS_START(&cs->out.requests_up, COL_INT8, COL_INT2, COL_INT2, COL_INT4, COL_INT2, COL_TIME, COL_TIME);
}

void cases_write_start(struct cases *cs, const struct policy *policy, wf_time now)
{
    start_facts(cs);
    cs->told = policy->told;
    cases_queue_start(cs, now);
    ROWS_START(&cs->out.journal, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4,
               COL_TEXT, COL_TEXT, COL_TIME);
    ROWS_START(&cs->out.replies, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_TEXT);
    ROWS_START(&cs->out.reports, COL_INT8, COL_INT4, COL_TEXT);
    ROWS_START(&cs->out.supplements, COL_INT8, COL_INT4, COL_TEXT);
    ROWS_START(&cs->out.answers, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2);
    ROWS_START(&cs->out.inquiries, COL_INT8, COL_INT2, COL_INT4, COL_TEXT, COL_TEXT);
    ROWS_START(&cs->out.approvals, COL_INT8, COL_INT2, COL_TIME);
    ROWS_START(&cs->out.explanations, COL_INT8, COL_INT2, COL_TEXT);
    ROWS_START(&cs->out.refused, COL_INT8, COL_INT2, COL_INT4, COL_TEXT, COL_INT2, COL_INT2, COL_TEXT, COL_TEXT,
               COL_INT4, COL_TEXT);
    ROWS_START(&cs->out.inbox, COL_INT4, COL_TEXT, COL_INT8, COL_INT8);
    ROWS_START(&cs->out.seen, COL_INT4, COL_TEXT);
    ROWS_START(&cs->out.near, COL_INT4, COL_INT8);
    ROWS_START(&cs->out.heads, COL_INT4);
    ROWS_START(&cs->out.queue, COL_INT4, COL_INT8, COL_INT2, COL_INT2);
    struct rows *timed[] = {&cs->out.accused,   &cs->out.requests_in, &cs->out.requests_up,  &cs->out.journal,
                            &cs->out.replies,   &cs->out.supplements, &cs->out.answers,      &cs->out.refused,
                            &cs->out.inquiries, &cs->out.approvals,   &cs->out.explanations, &cs->out.queue};
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        column_time(rows_scalar(timed[i], COL_TIME), now);
    column_int(rows_scalar(&cs->out.journal, COL_INT4), policy->version);
}

// ---- One change ----

// What core says itself, and behind the first line, which is theirs, the reason of the one who acts.
static struct str detail_of(struct cases *cs, const struct change *c, const struct case_step *step, bool first)
{
    struct str parts[] = {str_of(step->detail), first ? c->reason_code : STR_NONE,
                          !first     ? STR_NONE
                          : c->found ? str_of(c->found->why)
                                     : c->reason};
    cs->detail.n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n == 0)
            continue;
        if (cs->detail.n > 0)
            buf_put(&cs->detail, "; ", 2);
        buf_put(&cs->detail, parts[i].p, parts[i].n);
    }
    return cs->detail.n > 0 ? (struct str){(const char *)cs->detail.p, cs->detail.n} : STR_NONE;
}

static void write_line(struct cases *cs, const struct change *c, const struct case_step *step, int64_t case_id,
                       int32_t seq, bool first)
{
    struct column *j = cs->out.journal.c;
    column_int(&j[0], case_id);
    column_int(&j[1], seq);
    column_int(&j[2], step->rule->journal);
    column_int(&j[3], because_of(&cs->because, step->rule));
    column_int(&j[4], step->to);
    column_int(&j[5], step->leg);
    column_int(&j[6], step->actor);
    column_int(&j[7], step->unit);
    column_text(&j[8], first ? c->post : STR_NONE);
    column_text(&j[9], detail_of(cs, c, step, first));
    column_time(&j[10], step->due_at);
}

// What the line at seq brought in words: a reply, a report, the writer's words, the five answers.
static void write_words(struct cases *cs, const struct change *c, const struct case_step *step,
                        const struct case_facts *f, int32_t seq, bool first)
{
    enum event event = step->rule->event;
    bool brings_reply = event == EV_REPORTED || (event == EV_ISSUE_REPLY && first);
    if (brings_reply && c->public_reply.p) {
        struct column *r = cs->out.replies.c;
        column_int(&r[0], f->id);
        column_int(&r[1], seq);
        column_int(&r[2], step->leg);
        column_int(&r[3], f->outcome);
        column_text(&r[4], c->public_reply);
    }
    if (brings_reply && c->internal_report.p) {
        column_int(&cs->out.reports.c[0], f->id);
        column_int(&cs->out.reports.c[1], seq);
        column_text(&cs->out.reports.c[2], c->internal_report);
    }
    if (first && c->words.p && !cases_of_inquiry(event)) {
        column_int(&cs->out.supplements.c[0], f->id);
        column_int(&cs->out.supplements.c[1], seq);
        column_text(&cs->out.supplements.c[2], c->words);
    }
    if (first && (c->event == EV_ANSWERED || c->event == EV_RATE)) {
        int64_t said[] = {f->id, seq, c->reached, c->contacted, c->true_, c->satisfied, c->solved};
        for (size_t i = 0; i < sizeof said / sizeof *said; i++)
            column_int(&cs->out.answers.c[i], said[i]);
    }
}

void cases_write_decision(struct cases *cs, const struct change *c, const struct decision *d,
                          const struct case_facts *f, const struct case_facts *other)
{
    int32_t of_other = 0;
    for (int k = 0; k < d->steps_n; k++)
        of_other += d->steps[k].other;
    insist(of_other == 0 || other);
    cases_tell(cs, d, f);
    for (int k = 0; c->near && k < c->near->sketch.n; k++) {
        column_int(&cs->out.near.c[0], (int32_t)c->near->sketch.band[k]);
        column_int(&cs->out.near.c[1], f->letter);
    }
    int32_t seq = f->version - (d->steps_n - of_other), other_seq = other ? other->version - of_other : 0;
    for (int k = 0; k < d->steps_n; k++) {
        const struct case_step *step = &d->steps[k];
        if (step->other) {
            write_line(cs, c, step, other->id, ++other_seq, false);
            continue;
        }
        write_line(cs, c, step, f->id, ++seq, k == 0);
        write_words(cs, c, step, f, seq, k == 0);
        if (cases_of_inquiry(step->rule->event))
            cases_write_inquiry(cs, c, step->rule->event, f, d->inquiry);
    }
    for (int k = 0; k < d->notices_n; k++) {
        const struct case_notice *n = &d->notices[k];
        insist(!n->other || other);
        column_int(&cs->out.heads.c[0], n->queue);
        column_int(&cs->out.queue.c[0], n->queue);
        column_int(&cs->out.queue.c[1], n->other ? other->id : f->id);
        column_int(&cs->out.queue.c[2], n->leg);
        column_int(&cs->out.queue.c[3], n->notice);
    }
}

void cases_write_refusal(struct cases *cs, const struct change *c, const struct case_facts *f, const struct err *err)
{
    struct column *r = cs->out.refused.c;
    column_int(&r[0], f->id);
    column_int(&r[1], c->actor);
    column_int(&r[2], c->unit);
    column_text(&r[3], c->post);
    column_int(&r[4], c->event);
    column_int(&r[5], f->state);
    column_text(&r[6], str_of(err->code));
    column_text(&r[7], str_of(err->text));
    column_int(&r[8], c->cause_by);
    column_text(&r[9], c->cause);
}

// ---- The facts ----

// The columns that case_update and split_insert have in common.
static void write_case(struct rows *rows, const struct case_facts *f)
{
    int64_t values[] = {f->id,     f->version, f->state,      f->kind,    f->category, f->flags,
                        f->bureau, f->place,   f->confidence, f->outcome, f->round};
    enum { N = sizeof values / sizeof *values };
    for (int i = 0; i < N; i++)
        column_int(&rows->c[i], values[i]);
    column_time(&rows->c[N], f->due_at);
    column_time(&rows->c[N + 1], f->clock_at);
    column_time(&rows->c[N + 2], f->wake_at);
}

static void write_leg(struct cases *cs, int64_t case_id, const struct leg_facts *leg, wf_time now)
{
    if (leg->created) {
        struct column *in = cs->out.legs_in.c;
        int64_t values[] = {case_id, leg->id, leg->parent, leg->unit, leg->role, leg->state};
        for (int i = 0; i < 6; i++)
            column_int(&in[i], values[i]);
        column_time(&in[6], leg->due_at);
        column_time(&in[7], leg->sent_at ? leg->sent_at : now);
        int64_t more[] = {leg->round, leg->hop, leg->flags, leg->extensions, leg->warned, leg->handler};
        for (int i = 0; i < 6; i++)
            column_int(&in[8 + i], more[i]);
        return;
    }
    struct column *up = cs->out.legs_up.c;
    column_int(&up[0], case_id);
    column_int(&up[1], leg->id);
    column_int(&up[2], leg->state);
    column_time(&up[3], leg->due_at);
    int64_t more[] = {leg->flags, leg->extensions, leg->warned, leg->handler};
    for (int i = 0; i < 4; i++)
        column_int(&up[4 + i], more[i]);
}

static void write_course(struct cases *cs, int64_t case_id, const struct course *s)
{
    struct column *c = cs->out.courses.c;
    column_int(&c[0], case_id);
    column_time(&c[1], s->paused_at);
    column_time(&c[2], s->answer_due);
    int64_t first[] = {s->asked_supplements, s->got_supplements, s->alarm, s->warned, s->supervision};
    for (int i = 0; i < 5; i++)
        column_int(&c[3 + i], first[i]);
    column_time(&c[8], s->supervision_due);
    column_int(&c[9], s->calls);
    column_int(&c[10], s->call_hours);
    column_time(&c[11], s->first_call);
    int64_t last[] = {s->satisfied_first, s->satisfied_last, s->solved, s->primary, s->extended_days, s->ex_officio};
    for (int i = 0; i < 6; i++)
        column_int(&c[12 + i], last[i]);
}

static void write_accused(struct cases *cs, int64_t case_id, const struct accused_list *list)
{
    struct column *a = cs->out.accused.c;
    column_int(&a[0], case_id);
    for (int i = 0; i < list->n; i++) {
        column_int(&a[1], case_id);
        column_int(&a[2], list->of[i].unit);
        column_int(&a[3], list->of[i].officer);
    }
}

static void write_request(struct cases *cs, int64_t case_id, const struct request_facts *r, wf_time now)
{
    if (r->created) {
        struct column *in = cs->out.requests_in.c;
        int64_t values[] = {case_id, r->id, r->leg, r->kind, r->state, r->unit, r->to, r->days, r->person};
        for (int i = 0; i < 9; i++)
            column_int(&in[i], values[i]);
        column_time(&in[9], r->asked_at ? r->asked_at : now);
        column_time(&in[10], r->due_at);
        column_time(&in[11], r->until);
        return;
    }
    struct column *up = cs->out.requests_up.c;
    int64_t values[] = {case_id, r->id, r->state, r->to, r->days};
    for (int i = 0; i < 5; i++)
        column_int(&up[i], values[i]);
    column_time(&up[5], r->due_at);
    column_time(&up[6], r->until);
}

static void write_beside(struct cases *cs, const struct case_facts *f, wf_time now)
{
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].changed || f->legs[i].created)
            write_leg(cs, f->id, &f->legs[i], now);
    if (f->course.changed)
        write_course(cs, f->id, &f->course);
    if (f->accused_changed)
        write_accused(cs, f->id, &f->accused);
    for (int i = 0; i < f->requests_n; i++)
        if (f->requests[i].changed || f->requests[i].created)
            write_request(cs, f->id, &f->requests[i], now);
}

void cases_write_facts(struct cases *cs, wf_time now)
{
    for (int i = 0; i < cs->facts.n; i++) {
        const struct fact *fact = &cs->facts.batch[i];
        if (fact->touched) {
            write_case(&cs->out.cases, &fact->f);
            write_beside(cs, &fact->f, now);
        } else if (fact->woken) {
            column_int(&cs->out.woken.c[0], fact->f.id);
            column_int(&cs->out.woken.c[1], fact->f.version);
            column_time(&cs->out.woken.c[2], fact->f.wake_at);
        }
    }
}

void cases_write_split(struct cases *cs, const struct change *c, const struct case_step *step, wf_time now)
{
    struct case_facts *f = &cs->split;
    struct rows *rows = &cs->out.splits;
    write_case(rows, f);
    column_int(&rows->c[14], f->letter);
    column_int(&rows->c[15], f->mailbox);
    column_time(&rows->c[16], f->received_at);
    f->accused_changed = f->accused.n > 0;
    write_beside(cs, f, now);
    write_line(cs, c, step, f->id, f->version, true);
}

// ---- To the database ----

// The counts are looked at before COMMIT: facts from memory may speak of a case that is not there.
enum result cases_write_all(struct cases *cs, bool careful, struct err *err)
{
    enum count { EACH, ANY, WAKES }; // how many rows the database may write: as many as it was given, or fewer
    const struct {
        const char *statement;
        struct rows *rows;
        enum count count;
    } writes[] = {
        {"case_update", &cs->out.cases, EACH}, // first: its locks are what the others rely on
        {"case_wake_update", &cs->out.woken, WAKES},
        {"split_insert", &cs->out.splits, EACH},
        {"leg_insert", &cs->out.legs_in, EACH},
        {"leg_update", &cs->out.legs_up, EACH},
        {"course_put", &cs->out.courses, EACH},
        {"accused_put", &cs->out.accused, ANY},
        {"request_insert", &cs->out.requests_in, EACH},
        {"request_update", &cs->out.requests_up, EACH},
        {"journal_insert", &cs->out.journal, EACH},
        {"reply_insert", &cs->out.replies, EACH},
        {"internal_report_insert", &cs->out.reports, EACH},
        {"supplement_insert", &cs->out.supplements, EACH},
        {"callback_answer_insert", &cs->out.answers, EACH},
        {"inquiry_insert", &cs->out.inquiries, EACH},
        {"inquiry_approve", &cs->out.approvals, EACH},
        {"inquiry_answer", &cs->out.explanations, EACH},
        {"refused_event_insert", &cs->out.refused, ANY},
        {"inbox_insert", &cs->out.inbox, EACH},
        {"inbox_seen", &cs->out.seen, ANY},
        {"queue_unblock", &cs->out.unblocked, EACH},
        {"tombstone_insert", &cs->out.tombstones, EACH},
        {"parked_insert", &cs->out.parked, EACH},
        {"near_insert", &cs->out.near, EACH},
        {"head_lock", &cs->out.heads, ANY}, // the heads last: P3
        {"writer_append", &cs->out.told, ANY},
        {"queue_append", &cs->out.queue, EACH},
    };
    enum { WRITES = sizeof writes / sizeof *writes };
    int at[WRITES], sent = 0;
    for (int i = 0; i < WRITES; i++) {
        at[i] = -1;
        if (writes[i].rows->c[0].n == 0)
            continue;
        rows_query(cs->db, writes[i].statement, writes[i].rows);
        at[i] = sent++;
    }
    enum result result = db_flush(cs->db, err);
    if (result != OK)
        return result;
    bool behind = false;
    for (int i = 0; i < WRITES; i++) {
        if (at[i] < 0 || writes[i].count == ANY || db_affected(cs->db, at[i]) == writes[i].rows->c[0].n)
            continue;
        behind = true;
        if (writes[i].count == WAKES)
            continue;
        db_rollback(cs->db);
        return err_set_str(err, careful ? BROKEN : REJECT, "broken", "",
                           "the database wrote another number of rows than it was given: ", str_of(writes[i].statement),
                           "");
    }
    db_command(cs->db, "COMMIT");
    result = db_flush(cs->db, err);
    if (result == OK && !behind)
        facts_remember(&cs->facts);
    else
        facts_forget(&cs->facts); // the sweep's next look reads
    return result;
}

void cases_write_free(struct cases *cs)
{
    struct rows *all = (struct rows *)&cs->out;
    for (size_t i = 0; i < sizeof cs->out / sizeof *all; i++)
        rows_free(&all[i]);
    rows_free(&cs->causes);
    buf_free(&cs->detail);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/cases.h"

#include "core/classify.h"
#include "store/because.h"
#include "store/cases.sql.h"
#include "store/facts.h"
#include "store/rows.h"
#include "store/seen.h"

#include <stdlib.h>
#include <string.h>

const struct statement cases_statements[] = {
    {"case_read", SQL_case_read},
    {"case_lock", SQL_case_lock},
    {"inbox_find", SQL_inbox_find},
    {"case_update", SQL_case_update},
    {"leg_insert", SQL_leg_insert},
    {"leg_update", SQL_leg_update},
    {"journal_insert", SQL_journal_insert},
    {"reply_insert", SQL_reply_insert},
    {"internal_report_insert", SQL_internal_report_insert},
    {"inbox_insert", SQL_inbox_insert},
    {"inbox_seen", SQL_inbox_seen},
    {"head_lock", SQL_head_lock},
    {"queue_append", SQL_queue_append},
    {0},
};

struct cases {
    struct db *db;
    struct because because;
    struct facts facts;
    struct seen applied_causes; // of this batch
    struct rows causes, cases_up, legs_in, legs_up, journal, replies, reports, inbox, seen, heads, queue;
};

struct cases *cases_new(struct db *db)
{
    struct cases *cs = calloc(1, sizeof *cs);
    insist(cs);
    cs->db = db;
    facts_open(&cs->facts);
    return cs;
}

void cases_free(struct cases *cs)
{
    if (!cs)
        return;
    struct rows *all[] = {&cs->causes,  &cs->cases_up, &cs->legs_in, &cs->legs_up, &cs->journal, &cs->replies,
                          &cs->reports, &cs->inbox,    &cs->seen,    &cs->heads,   &cs->queue};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rows_free(all[i]);
    facts_close(&cs->facts);
    free(cs);
}

// ---- Reading ----

// The same key for another event: a mistake of its sender.
static void conflict(const struct change *c, struct applied *a)
{
    const char *field = c->actor == ACTOR_DESK ? "ref" : "event_id";
    a->result =
        err_set_str(&a->err, REJECT, "conflict", field, "", str_of(field), ": it was used before for another event");
}

// Which causes were applied by an earlier transaction.
static void take_causes(struct cases *cs, int q, const struct change *changes, int n, struct applied *out)
{
    struct db *db = cs->db;
    int causes[CASES_MAX], causes_n = 0;
    for (int i = 0; i < n; i++)
        if (changes[i].cause.p)
            causes[causes_n++] = i;
    for (int row = 0; row < db_rows(db, q); row++) {
        int i = causes[db_int(db, q, row, 0) - 1];
        const struct change *c = &changes[i];
        if (db_int(db, q, row, 1) == c->case_id && db_int(db, q, row, 2) == c->digest)
            out[i].result = DUPLICATE;
        else
            conflict(c, &out[i]);
    }
}

static enum result read_facts(struct cases *cs, const struct change *changes, int n, bool careful, struct applied *out,
                              struct err *err)
{
    facts_want(&cs->facts, cs->db, changes, n, careful);
    ROWS_START(&cs->causes, COL_INT4, COL_TEXT);
    for (int i = 0; i < n; i++) {
        if (!changes[i].cause.p)
            continue;
        column_int(&cs->causes.c[0], changes[i].cause_by);
        column_text(&cs->causes.c[1], changes[i].cause);
    }

    int read = -1, find = -1, sent = 1;
    db_command(cs->db, "BEGIN");
    if (careful) {
        rows_query(cs->db, "case_lock", &cs->facts.ids);
        sent++;
    }
    if (cs->facts.ids.c[0].n > 0) {
        rows_query(cs->db, "case_read", &cs->facts.ids);
        read = sent++;
    }
    if (careful && cs->causes.c[0].n > 0) {
        rows_query(cs->db, "inbox_find", &cs->causes);
        find = sent++;
    }
    enum result result = db_flush(cs->db, err);
    if (result != OK)
        return result;
    if (find >= 0)
        take_causes(cs, find, changes, n, out);
    return read >= 0 ? facts_take(&cs->facts, cs->db, read, err) : OK;
}

// ---- Deciding ----

static struct str journal_detail(const struct change *c, int k)
{
    if (k > 0) // the system's own steps follow from the first
        return STR_NONE;
    return c->found ? str_of(c->found->why) : c->reason;
}

static void write_step(struct cases *cs, const struct change *c, const struct case_facts *f, const struct decision *d,
                       int k)
{
    const struct case_step *step = &d->steps[k];
    struct column *j = cs->journal.c;
    int32_t seq = f->version - d->steps_n + 1 + k;
    column_int(&j[0], f->id);
    column_int(&j[1], seq);
    column_int(&j[2], step->rule->journal);
    column_int(&j[3], because_of(&cs->because, step->rule));
    column_int(&j[4], step->to);
    column_int(&j[5], step->leg);
    column_int(&j[6], step->actor);
    column_int(&j[7], step->unit);
    column_text(&j[8], k == 0 ? c->post : STR_NONE);
    column_text(&j[9], journal_detail(c, k));

    bool brings_reply = step->rule->event == EV_REPORTED || (step->rule->event == EV_ISSUE_REPLY && k == 0);
    if (brings_reply && c->public_reply.p) {
        column_int(&cs->replies.c[0], f->id);
        column_int(&cs->replies.c[1], seq);
        column_int(&cs->replies.c[2], step->leg);
        column_int(&cs->replies.c[3], f->outcome);
        column_text(&cs->replies.c[4], c->public_reply);
    }
    if (brings_reply && c->internal_report.p) {
        column_int(&cs->reports.c[0], f->id);
        column_int(&cs->reports.c[1], seq);
        column_text(&cs->reports.c[2], c->internal_report);
    }
}

static void write_facts(struct cases *cs, struct case_facts *f)
{
    struct column *u = cs->cases_up.c;
    column_int(&u[0], f->id);
    column_int(&u[1], f->version);
    column_int(&u[2], f->state);
    column_int(&u[3], f->kind);
    column_int(&u[4], f->category);
    column_int(&u[5], f->flags);
    column_int(&u[6], f->bureau);
    column_int(&u[7], f->place);
    column_int(&u[8], f->accused);
    column_int(&u[9], f->confidence);
    column_int(&u[10], f->outcome);
    column_int(&u[11], f->round);
    column_time(&u[12], f->due_at);
    for (int i = 0; i < f->legs_n; i++) {
        struct leg_facts *leg = &f->legs[i];
        if (!leg->changed)
            continue;
        if (leg->created) {
            struct column *in = cs->legs_in.c;
            column_int(&in[0], f->id);
            column_int(&in[1], leg->id);
            column_int(&in[2], leg->parent);
            column_int(&in[3], leg->unit);
            column_int(&in[4], leg->role);
            column_int(&in[5], leg->state);
            column_time(&in[6], leg->due_at);
        } else {
            struct column *up = cs->legs_up.c;
            column_int(&up[0], f->id);
            column_int(&up[1], leg->id);
            column_int(&up[2], leg->state);
            column_time(&up[3], leg->due_at);
        }
    }
}

static void start_writes(struct cases *cs, wf_time now, const struct policy *policy)
{
    ROWS_START(&cs->cases_up, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_INT4, COL_INT4,
               COL_INT2, COL_INT2, COL_INT2, COL_TIME);
    ROWS_START(&cs->legs_in, COL_INT8, COL_INT2, COL_INT2, COL_INT4, COL_INT2, COL_INT2, COL_TIME);
    ROWS_START(&cs->legs_up, COL_INT8, COL_INT2, COL_INT2, COL_TIME);
    ROWS_START(&cs->journal, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_TEXT,
               COL_TEXT);
    ROWS_START(&cs->replies, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_TEXT);
    ROWS_START(&cs->reports, COL_INT8, COL_INT4, COL_TEXT);
    ROWS_START(&cs->inbox, COL_INT4, COL_TEXT, COL_INT8, COL_INT8);
    ROWS_START(&cs->seen, COL_INT4, COL_TEXT);
    ROWS_START(&cs->heads, COL_INT4);
    ROWS_START(&cs->queue, COL_INT4, COL_INT8, COL_INT2);
    struct rows *timed[] = {&cs->legs_in, &cs->journal, &cs->replies, &cs->queue};
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        column_time(rows_scalar(timed[i], COL_TIME), now);
    column_int(rows_scalar(&cs->journal, COL_INT4), policy->version);
}

// The earlier change of this batch that was applied under the same cause, or -1.
static int same_cause(struct cases *cs, const struct change *changes, int i)
{
    int k = *seen_slot(&cs->applied_causes, seen_hash(changes[i].cause_by, changes[i].cause)) - 1;
    bool same = k >= 0 && changes[k].cause_by == changes[i].cause_by && str_eq(changes[k].cause, changes[i].cause);
    return same ? k : -1;
}

static void decide_one(struct cases *cs, const struct policy *policy, wf_time now, const struct change *changes, int i,
                       struct applied *out)
{
    const struct change *c = &changes[i];
    struct applied *a = &out[i];
    struct fact *fact = facts_find(&cs->facts, c->case_id);
    struct case_facts *f = fact ? &fact->f : NULL;
    if (f) {
        a->state = f->state;
        a->mailbox = f->mailbox;
    }
    int twin = c->cause.p && a->result == OK ? same_cause(cs, changes, i) : -1;
    if (twin >= 0) {
        a->result = DUPLICATE;
        if (changes[twin].case_id != c->case_id || changes[twin].digest != c->digest)
            conflict(c, a);
    }
    if (a->result == DUPLICATE && c->cause.p) {
        column_int(&cs->seen.c[0], c->cause_by);
        column_text(&cs->seen.c[1], c->cause);
    }
    if (a->result != OK)
        return;
    if (!f || (c->mailbox != 0 && c->mailbox != f->mailbox)) {
        err_set(&a->err, a->result = REJECT, "not_found", "number",
                c->actor == ACTOR_BUREAU ? CASE_NOT_FOUND : "number: there is no such case");
        return;
    }
    struct decision d;
    a->result = case_decide(policy, now, c, f, &d, &a->err);
    if (a->result != OK)
        return;
    fact->touched = true;
    a->state = f->state;
    a->queue_to = d.queue_to;
    for (int k = 0; k < d.steps_n; k++)
        write_step(cs, c, f, &d, k);
    if (d.queue_to != 0) {
        column_int(&cs->heads.c[0], d.queue_to);
        column_int(&cs->queue.c[0], d.queue_to);
        column_int(&cs->queue.c[1], f->id);
        column_int(&cs->queue.c[2], d.queue_leg);
    }
    if (c->cause.p) {
        *seen_slot(&cs->applied_causes, seen_hash(c->cause_by, c->cause)) = (int16_t)(i + 1);
        column_int(&cs->inbox.c[0], c->cause_by);
        column_text(&cs->inbox.c[1], c->cause);
        column_int(&cs->inbox.c[2], c->case_id);
        column_int(&cs->inbox.c[3], c->digest);
    }
}

// ---- Writing ----

// The counts are looked at before COMMIT: facts from memory may speak of a case that is not there.
static enum result write_all(struct cases *cs, bool careful, struct err *err)
{
    struct db *db = cs->db;
    const struct {
        const char *statement;
        struct rows *rows;
        bool repeats; // rows may stand for one row of the table twice
    } writes[] = {
        {"case_update", &cs->cases_up, false}, {"leg_insert", &cs->legs_in, false},
        {"leg_update", &cs->legs_up, false},   {"journal_insert", &cs->journal, false},
        {"reply_insert", &cs->replies, false}, {"internal_report_insert", &cs->reports, false},
        {"inbox_insert", &cs->inbox, false},   {"inbox_seen", &cs->seen, true},
        {"head_lock", &cs->heads, true}, // the heads last: P3
        {"queue_append", &cs->queue, false},
    };
    enum { WRITES = sizeof writes / sizeof *writes };
    int at[WRITES], sent = 0;
    for (int i = 0; i < WRITES; i++) {
        at[i] = -1;
        if (writes[i].rows->c[0].n == 0)
            continue;
        rows_query(db, writes[i].statement, writes[i].rows);
        at[i] = sent++;
    }
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    for (int i = 0; i < WRITES; i++) {
        if (at[i] < 0 || writes[i].repeats || db_affected(db, at[i]) == writes[i].rows->c[0].n)
            continue;
        db_rollback(db);
        return err_set_str(err, careful ? BROKEN : REJECT, "broken", "",
                           "the database wrote another number of rows than it was given: ", str_of(writes[i].statement),
                           "");
    }
    db_command(db, "COMMIT");
    return db_flush(db, err);
}

// What is refused without locks may have been applied before (only the look-up of its cause can tell), or be refused
// for a state that we remember wrongly.
static bool must_look(struct cases *cs, const struct change *c, const struct applied *a)
{
    const struct fact *fact = facts_find(&cs->facts, c->case_id);
    bool remembered = fact && fact->remembered;
    return (a->result == REJECT && (c->cause.p || remembered)) || (a->result == DUPLICATE && remembered && !c->cause.p);
}

static enum result apply_once(struct cases *cs, const struct policy *policy, wf_time now, const struct change *changes,
                              int n, bool careful, struct applied *out, struct err *err)
{
    for (int i = 0; i < n; i++)
        out[i] = (struct applied){.result = OK};
    seen_clear(&cs->applied_causes);
    enum result result = read_facts(cs, changes, n, careful, out, err);
    if (result != OK)
        return result;
    start_writes(cs, now, policy);
    bool unsure = false;
    for (int i = 0; i < n; i++) {
        decide_one(cs, policy, now, changes, i, out);
        unsure = unsure || (!careful && must_look(cs, &changes[i], &out[i]));
    }
    if (unsure) {
        db_rollback(cs->db);
        return err_set(err, REJECT, "unsure", "", "something was refused on what we remember");
    }
    for (int i = 0; i < cs->facts.n; i++)
        if (cs->facts.batch[i].touched)
            write_facts(cs, &cs->facts.batch[i].f);
    result = write_all(cs, careful, err);
    if (result == OK)
        facts_remember(&cs->facts);
    return result;
}

// First without locks, which is right unless a key says that another writer was faster or that a cause was seen before;
// then with them. A batch that the database still refuses is tried again in halves, until the change at fault is alone.
static enum result apply_halving(struct cases *cs, const struct policy *policy, wf_time now,
                                 const struct change *changes, int n, struct applied *out, struct err *err)
{
    enum result result = apply_once(cs, policy, now, changes, n, false, out, err);
    if (result == REJECT)
        result = apply_once(cs, policy, now, changes, n, true, out, err);
    if (result != OK)
        facts_forget(&cs->facts);
    if (result != REJECT)
        return result;
    if (n == 1) {
        out[0] = (struct applied){.result = REJECT, .err = *err};
        return OK;
    }
    result = apply_halving(cs, policy, now, changes, n / 2, out, err);
    if (result == OK)
        result = apply_halving(cs, policy, now, changes + n / 2, n - n / 2, out + n / 2, err);
    return result;
}

void cases_presume(struct cases *cs, const struct case_facts *facts)
{
    facts_presume(&cs->facts, cs->db, facts);
}

enum result cases_apply(struct cases *cs, const struct policy *policy, wf_time now, const struct change *changes, int n,
                        struct applied *out, struct err *err)
{
    insist(n <= CASES_MAX);
    if (n == 0)
        return OK;
    enum result result = because_read(&cs->because, cs->db, err);
    return result != OK ? result : apply_halving(cs, policy, now, changes, n, out, err);
}

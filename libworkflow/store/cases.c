// SPDX-License-Identifier: Apache-2.0
#include "store/cases.h"

#include "core/classify.h"
#include "core/number.h"
#include "core/seeded.h"
#include "store/cases.sql.h"
#include "store/cases_impl.h"
#include "store/queue.h"
#include "store/scalar.h"

#include <stdlib.h>
#include <string.h>

const struct statement cases_statements[] = {
    {"case_read", SQL_case_read},
    {"accused_read", SQL_accused_read},
    {"request_read", SQL_request_read},
    {"case_lock", SQL_case_lock},
    {"inbox_find", SQL_inbox_find},
    {"case_update", SQL_case_update},
    {"case_wake_update", SQL_case_wake_update},
    {"split_serial", SQL_split_serial},
    {"split_insert", SQL_split_insert},
    {"leg_insert", SQL_leg_insert},
    {"leg_update", SQL_leg_update},
    {"course_put", SQL_course_put},
    {"accused_put", SQL_accused_put},
    {"request_insert", SQL_request_insert},
    {"request_update", SQL_request_update},
    {"journal_insert", SQL_journal_insert},
    {"reply_insert", SQL_reply_insert},
    {"internal_report_insert", SQL_internal_report_insert},
    {"supplement_insert", SQL_supplement_insert},
    {"callback_answer_insert", SQL_callback_answer_insert},
    {"inquiry_insert", SQL_inquiry_insert},
    {"inquiry_approve", SQL_inquiry_approve},
    {"inquiry_answer", SQL_inquiry_answer},
    {"refused_event_insert", SQL_refused_event_insert},
    {"inbox_insert", SQL_inbox_insert},
    {"inbox_seen", SQL_inbox_seen},
    {"head_lock", SQL_head_lock},
    {"queue_append", SQL_queue_append},
    {"writer_append", SQL_writer_append},
    {"queue_line", SQL_queue_line},
    {"queue_unblock", SQL_queue_unblock},
    {"tombstone_insert", SQL_tombstone_insert},
    {"parked_insert", SQL_parked_insert},
    {0},
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
    cases_write_free(cs);
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
    facts_want(&cs->facts, cs->db, changes, n, cs->more, cs->more_n, careful);
    ROWS_START(&cs->causes, COL_INT4, COL_TEXT);
    for (int i = 0; i < n; i++) {
        if (!changes[i].cause.p)
            continue;
        column_int(&cs->causes.c[0], changes[i].cause_by);
        column_text(&cs->causes.c[1], changes[i].cause);
    }

    db_command(cs->db, "BEGIN");
    if (careful)
        rows_query(cs->db, "case_lock", &cs->facts.ids);
    int read = careful ? 2 : 1;
    int asked = facts_ask(&cs->facts, cs->db);
    bool find = careful && cs->causes.c[0].n > 0;
    if (find)
        rows_query(cs->db, "inbox_find", &cs->causes);
    enum result result = db_flush(cs->db, err);
    if (result != OK)
        return result;
    if (find)
        take_causes(cs, read + asked, changes, n, out);
    return asked > 0 ? facts_take(&cs->facts, cs->db, read, err) : OK;
}

// ---- Deciding ----

struct batch {
    const struct policy *policy;
    wf_time now;
    const struct change *changes;
    int n;
    bool careful;
    struct applied *out;
    bool unsure; // not careful, and something must not be decided like that
};

// The earlier change of this batch that was applied under the same cause, or -1.
static int same_cause(struct cases *cs, const struct change *changes, int i)
{
    int k = *seen_slot(&cs->applied_causes, seen_hash(changes[i].cause_by, changes[i].cause)) - 1;
    bool same = k >= 0 && changes[k].cause_by == changes[i].cause_by && str_eq(changes[k].cause, changes[i].cause);
    return same ? k : -1;
}

static void tell(struct applied *a, const struct case_facts *f)
{
    a->state = f->state;
    a->version = f->version;
    a->mailbox = f->mailbox;
    a->primary = f->course.primary;
}

// A unit that came to be accused since it sent an event learns nothing by sending it again, not even how the case
// stands. The desk is told: the act that it repeats may be the one that accused its own unit.
static bool hidden(const struct batch *b, const struct change *c, const struct case_facts *f)
{
    return !SEEDED("repeat") && c->actor == ACTOR_BUREAU &&
           guard_excludes_reader(b->policy, date_of(b->now), &f->accused, c->unit, c->officer) != GUARD_FREE;
}

// Was it done before, or can it not be done whatever the table says?
static void look_up(struct cases *cs, struct batch *b, int i, const struct case_facts *f)
{
    const struct change *c = &b->changes[i];
    struct applied *a = &b->out[i];
    int twin = c->cause.p && a->result == OK ? same_cause(cs, b->changes, i) : -1;
    if (twin >= 0) {
        a->result = DUPLICATE;
        if (b->changes[twin].case_id != c->case_id || b->changes[twin].digest != c->digest)
            conflict(c, a);
    }
    if (a->result == DUPLICATE && c->cause.p) {
        column_int(&cs->out.seen.c[0], c->cause_by);
        column_text(&cs->out.seen.c[1], c->cause);
        if (f && hidden(b, c, f))
            err_set(&a->err, a->result = REJECT, "not_found", "number", CASE_NOT_FOUND);
    }
    if (a->result == OK && (!f || (c->mailbox != 0 && c->mailbox != f->mailbox)))
        err_set(&a->err, a->result = REJECT, "not_found", "number", CASE_NOT_FOUND);
}

// People's events that were refused are kept; a writer's that belongs to another case is sent there.
static bool keeps_refusal(const struct change *c, const struct applied *a)
{
    bool by_people = c->actor == ACTOR_BUREAU || c->actor == ACTOR_DESK || c->actor == ACTOR_WRITER;
    return a->result == REJECT && by_people && strcmp(a->err.code, "merged") != 0;
}

// The number of a new case, in this transaction; its lock is held to the end, behind those of the cases.
static enum result split_off(struct cases *cs, struct batch *b, const struct change *c, const struct case_facts *f,
                             struct applied *a, struct err *err)
{
    struct date day = date_of(b->now);
    struct column ymd = {0}, *params[] = {&ymd};
    column_int(scalar_start(&ymd, COL_INT4), date_ymd(day));
    enum result result = db_run(cs->db, "split_serial", 1, params, err);
    column_free(&ymd);
    if (result != OK)
        return result;
    int64_t serial = db_int(cs->db, 0, 0, 0);
    if (serial > SERIAL_MAX) {
        db_rollback(cs->db);
        return err_set(err, RETRY, "serials_exhausted", "", "this day's serials are used up; wait for midnight");
    }
    struct case_step step;
    a->new_id = number_id(day, (int32_t)serial);
    case_split_off(b->policy, b->now, c, f, a->new_id, &cs->split, &step);
    cs->split.wake_at = case_wakes(b->policy, &cs->split, b->now);
    cases_write_split(cs, c, &step, b->now);
    return OK;
}

static void take_decision(struct cases *cs, struct batch *b, int i, const struct decision *d, struct fact *fact,
                          struct fact *other)
{
    const struct change *c = &b->changes[i];
    struct applied *a = &b->out[i];
    fact->touched = fact->touched || d->steps_n > 0;
    fact->woken = true;
    for (int k = 0; k < d->steps_n; k++)
        if (d->steps[k].other)
            other->touched = true;
    tell(a, &fact->f);
    a->queue_to = d->notices_n > 0 ? d->notices[0].queue : 0;
    cases_write_decision(cs, c, d, &fact->f, other ? &other->f : NULL);
    if (c->cause.p) {
        *seen_slot(&cs->applied_causes, seen_hash(c->cause_by, c->cause)) = (int16_t)(i + 1);
        column_int(&cs->out.inbox.c[0], c->cause_by);
        column_text(&cs->out.inbox.c[1], c->cause);
        column_int(&cs->out.inbox.c[2], c->case_id);
        column_int(&cs->out.inbox.c[3], c->digest);
    }
}

// The desk decides on a line of a queue, which is looked up behind the case's lock.
static enum result decide_line(struct cases *cs, struct batch *b, int i, struct fact *fact, struct err *err)
{
    const struct change *c = &b->changes[i];
    struct applied *a = &b->out[i];
    struct case_facts after = fact->f;
    struct blocked_line line;
    struct decision d;
    enum result result = cases_decide_line(cs, b->policy, b->now, c, &after, &d, &line, &a->err, err);
    if (result != OK)
        return result;
    a->result = a->err.result;
    if (a->result != OK) {
        cases_write_refusal(cs, c, &fact->f, &a->err);
        return OK;
    }
    fact->f = after;
    take_decision(cs, b, i, &d, fact, NULL);
    cases_write_line(cs, c, &line);
    return OK;
}

static enum result decide_one(struct cases *cs, struct batch *b, int i, struct err *err)
{
    const struct change *c = &b->changes[i];
    struct applied *a = &b->out[i];
    struct fact *fact = facts_find(&cs->facts, c->case_id);
    if (fact)
        tell(a, &fact->f);
    look_up(cs, b, i, fact ? &fact->f : NULL);
    if (a->result != OK)
        return OK;
    int64_t missing;
    struct fact *other = facts_other(&cs->facts, c, &fact->f, &missing);
    if (missing != 0 && b->careful)
        return err_set(err, RETRY, "moved", "", "the case was merged into another one a moment ago");
    if (missing != 0) {
        cs->more[cs->more_n++] = missing; // one a change, at most
        b->unsure = true;
        return OK;
    }
    if (cases_of_queue(c->event)) {
        b->unsure = true;
        return b->careful ? decide_line(cs, b, i, fact, err) : OK;
    }
    struct decision d;
    a->result = case_decide(b->policy, b->now, c, &fact->f, other ? &other->f : NULL, &d, &a->err);
    if (keeps_refusal(c, a))
        cases_write_refusal(cs, c, &fact->f, &a->err);
    if (a->result != OK)
        return OK;
    take_decision(cs, b, i, &d, fact, other);
    if (!d.split)
        return OK;
    b->unsure = true; // a serial is taken behind the cases' locks only
    return b->careful ? split_off(cs, b, c, &fact->f, a, err) : OK;
}

// What is refused without locks may have been applied before (only the look-up of its cause can tell), or be refused
// for a state that we remember wrongly.
static bool must_look(struct cases *cs, const struct change *c, const struct applied *a)
{
    const struct fact *fact = facts_find(&cs->facts, c->case_id), *other = facts_find(&cs->facts, c->other);
    bool remembered = (fact && fact->remembered) || (other && other->remembered);
    return (a->result == REJECT && (c->cause.p || remembered || keeps_refusal(c, a))) ||
           (a->result == DUPLICATE && remembered && !c->cause.p);
}

static enum result apply_once(struct cases *cs, struct batch *b, bool careful, struct err *err)
{
    b->careful = careful;
    b->unsure = false;
    for (int i = 0; i < b->n; i++)
        b->out[i] = (struct applied){.result = OK};
    seen_clear(&cs->applied_causes);
    enum result result = read_facts(cs, b->changes, b->n, careful, b->out, err);
    if (result != OK)
        return result;
    cases_write_start(cs, b->policy, b->now);
    for (int i = 0; i < b->n; i++) {
        result = decide_one(cs, b, i, err);
        if (result != OK) {
            if (db_connected(cs->db))
                db_rollback(cs->db);
            return result;
        }
        b->unsure = b->unsure || must_look(cs, &b->changes[i], &b->out[i]);
    }
    if (b->unsure && !careful) {
        db_rollback(cs->db);
        return err_set(err, REJECT, "unsure", "", "something was refused on what we remember");
    }
    cases_write_facts(cs, b->now);
    return cases_write_all(cs, careful, err);
}

// The newest range of a queue is full, and nobody was quick enough to make the next one.
static bool is_full(const struct err *err)
{
    return strcmp(err->code, QUEUE_FULL) == 0 && strstr(err->text, "bureau_queue") != NULL;
}

static enum result apply_careful(struct cases *cs, struct batch *b, struct err *err)
{
    enum result result = REJECT;
    for (int tries = 0; tries < 2; tries++) {
        result = apply_once(cs, b, true, err);
        if (result != REJECT || !is_full(err))
            return result;
        result = queue_extend(cs->db, err);
        if (result != OK)
            break;
        err_set(err, RETRY, "queue_full", "", "a queue has no room for its next line yet");
    }
    return RETRY;
}

// First without locks, which is right unless a key says that another writer was faster or that a cause was seen before;
// then with them. A batch that the database still refuses is tried again in halves, until the change at fault is alone.
static enum result apply_halving(struct cases *cs, struct batch b, struct err *err)
{
    cs->more_n = 0;
    enum result result = apply_once(cs, &b, false, err);
    if (result == REJECT)
        result = apply_careful(cs, &b, err);
    if (result != OK)
        facts_forget(&cs->facts);
    if (result != REJECT)
        return result;
    if (b.n == 1) {
        b.out[0] = (struct applied){.result = REJECT, .err = *err};
        return OK;
    }
    struct batch first = b, second = b;
    first.n = b.n / 2;
    second.changes += first.n;
    second.out += first.n;
    second.n -= first.n;
    result = apply_halving(cs, first, err);
    return result == OK ? apply_halving(cs, second, err) : result;
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
    struct batch b = {.policy = policy, .now = now, .changes = changes, .n = n, .out = out};
    return result != OK ? result : apply_halving(cs, b, err);
}

// SPDX-License-Identifier: Apache-2.0
// Lines of queues beyond what a decision tells the units: a portal's, and those that the desk decides on.
#include "core/writer.h"
#include "store/cases_impl.h"

#define REF_MAX 40

void cases_queue_start(struct cases *cs, wf_time now)
{
    ROWS_START(&cs->out.told, COL_INT8, COL_INT2, COL_INT2);
    ROWS_START(&cs->out.unblocked, COL_INT4, COL_INT8);
    ROWS_START(&cs->out.tombstones, COL_INT4, COL_INT8, COL_BOOL, COL_TEXT, COL_TEXT);
    ROWS_START(&cs->out.parked, COL_TEXT, COL_INT8, COL_TEXT);
    struct rows *timed[] = {&cs->out.told, &cs->out.tombstones, &cs->out.parked};
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        column_time(rows_scalar(timed[i], COL_TIME), now);
}

// ---- Portals ----

void cases_tell(struct cases *cs, const struct decision *d, const struct case_facts *f)
{
    struct column *told = cs->out.told.c;
    for (int k = 0; cs->told != 0 && k < d->steps_n; k++) {
        const struct case_step *step = &d->steps[k];
        const struct leg_facts *leg = step->leg > 0 ? &f->legs[step->leg - 1] : NULL;
        enum writer_event event = step->other ? 0 : writer_event_of(step->rule, leg);
        if (event == 0)
            continue;
        for (int channel = CHANNEL_WEB; channel <= CHANNEL_TRANSFER && told[0].n == 0; channel++) {
            if (!(cs->told & 1 << channel))
                continue;
            column_int(&told[2], channel);            // once: which channels are told at all,
            column_int(&cs->out.heads.c[0], channel); // and their heads are locked, whichever of them it is
        }
        column_int(&told[0], f->id);
        column_int(&told[1], event);
    }
}

// ---- What blocks a queue ----

bool cases_of_queue(enum event event)
{
    return event == EV_QUEUE_RETRY || event == EV_QUEUE_PARK || event == EV_QUEUE_SKIP;
}

// "440300/42": the dead letter's reference.
static struct str line_ref(const struct change *c, char out[REF_MAX])
{
    struct text t = {out, REF_MAX, 0};
    text_i64(&t, c->queue);
    text_put(&t, "/");
    text_i64(&t, c->queue_seq);
    return text_get(&t);
}

// A parked line is appended again once: so the key of that act is the line's own.
static bool again_key(const struct change *c)
{
    char ref[REF_MAX], key[REF_MAX + 8];
    struct text t = TEXT(key);
    text_put(&t, "parked/");
    text_str(&t, line_ref(c, ref));
    return str_eq(c->cause, text_get(&t));
}

static enum result not_blocked(int64_t blocked, bool parked, struct err *why)
{
    if (blocked != 0)
        return err_set_limit(why, REJECT, "not_blocked", "seq", "seq: what blocks this queue is ", blocked, "");
    return err_set(why, REJECT, "not_blocked", "seq",
                   parked ? "seq: it was parked: letterctl dead retry delivers it again"
                          : "seq: nothing blocks this queue");
}

static enum result find_line(struct cases *cs, const struct change *c, struct blocked_line *out, struct err *why,
                             struct err *err)
{
    struct column p[2] = {0}, *params[] = {&p[0], &p[1]};
    for (int i = 0; i < 2; i++) {
        column_start(&p[i], i == 0 ? COL_INT4 : COL_INT8);
        p[i].scalar = true;
    }
    column_int(&p[0], c->queue);
    column_int(&p[1], c->queue_seq);
    enum result result = db_run(cs->db, "queue_line", 2, params, err);
    column_free(&p[0]);
    column_free(&p[1]);
    if (result != OK)
        return result;
    if (db_rows(cs->db, 0) == 0 || db_int(cs->db, 0, 0, 1) != c->case_id) {
        err_set(why, REJECT, "not_found", "seq", "seq: the queue has no such line of this case");
        return OK;
    }
    int64_t blocked = db_int(cs->db, 0, 0, 0);
    bool parked = db_int(cs->db, 0, 0, 4) != 0;
    *out = (struct blocked_line){.case_id = c->case_id,
                                 .leg = (int16_t)db_int(cs->db, 0, 0, 2),
                                 .notice = (enum notice)db_int(cs->db, 0, 0, 3),
                                 .again = c->event == EV_QUEUE_RETRY && parked && again_key(c)};
    if (blocked != c->queue_seq && !out->again)
        (void)!not_blocked(blocked, parked, why);
    return OK;
}

enum result cases_decide_line(struct cases *cs, const struct policy *policy, wf_time now, const struct change *c,
                              struct case_facts *facts, struct decision *d, struct blocked_line *line, struct err *why,
                              struct err *err)
{
    *why = (struct err){.result = OK};
    return case_decide(policy, now, c, facts, NULL, d, why) == OK ? find_line(cs, c, line, why, err) : OK;
}

void cases_write_line(struct cases *cs, const struct change *c, const struct blocked_line *line)
{
    char ref[REF_MAX];
    if (line->again) {
        struct column *q = cs->out.queue.c;
        column_int(&cs->out.heads.c[0], c->queue);
        column_int(&q[0], c->queue);
        column_int(&q[1], line->case_id);
        column_int(&q[2], line->leg);
        column_int(&q[3], line->notice);
        return;
    }
    column_int(&cs->out.unblocked.c[0], c->queue);
    column_int(&cs->out.unblocked.c[1], c->queue_seq);
    if (c->event == EV_QUEUE_RETRY)
        return;
    struct column *t = cs->out.tombstones.c;
    column_int(&t[0], c->queue);
    column_int(&t[1], c->queue_seq);
    column_int(&t[2], c->event == EV_QUEUE_PARK);
    column_text(&t[3], c->post);
    column_text(&t[4], c->reason);
    if (c->event != EV_QUEUE_PARK)
        return;
    column_text(&cs->out.parked.c[0], line_ref(c, ref));
    column_int(&cs->out.parked.c[1], line->case_id);
    column_text(&cs->out.parked.c[2], c->reason);
}

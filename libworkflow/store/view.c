// SPDX-License-Identifier: Apache-2.0
#include "store/view.h"

#include "core/seeded.h"
#include "store/access.h"
#include "store/scalar.h"
#include "store/view.sql.h"
#include "store/view_impl.h"

#include <stdlib.h>

const struct statement view_statements[] = {
    {"view_case", SQL_view_case},
    {"view_accused", SQL_view_accused},
    {"view_legs", SQL_view_legs},
    {"view_events", SQL_view_events},
    {"view_letter", SQL_view_letter},
    {"view_supplements", SQL_view_supplements},
    {"view_refused", SQL_view_refused},
    {"view_replies", SQL_view_replies},
    {"view_internal", SQL_view_internal},
    {"view_requests", SQL_view_requests},
    {"view_answers", SQL_view_answers},
    {"view_inquiries", SQL_view_inquiries},
    {"view_merged", SQL_view_merged},
    {"view_kin", SQL_view_kin},
    {"view_list", SQL_view_list},
    {"view_queues", SQL_view_queues},
    {NULL, NULL},
};

// Which events bring rows of which parts; those that ask for something bring requests (request_events). The event of a
// journal line is that of any rule that writes such lines.
static const struct {
    enum event event;
    unsigned parts;
} brings[] = {
    {EV_ISSUE_REPLY, PART(REPLIES) | PART(INTERNAL)},
    {EV_REPORTED, PART(INTERNAL)},
    {EV_ANSWERED, PART(ANSWERS)},
    {EV_RATE, PART(ANSWERS)},
    {EV_INQUIRE, PART(INQUIRIES)},
    {EV_ABSORB, PART(MERGED_CASES)},
};

void view_ask(struct db *db, int32_t mailbox, int64_t id)
{
    struct column its_id = {0}, its_mailbox = {0};
    struct column *params[] = {scalar_int(&its_id, COL_INT8, id), scalar_int(&its_mailbox, COL_INT4, mailbox)};
    // One snapshot for all statements, or the journal could be newer than the case.
    db_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    db_query(db, "view_case", 2, params);
    db_query(db, "view_accused", 1, params);
    db_query(db, "view_legs", 1, params);
    db_query(db, "view_events", 1, params);
    db_send(db);
    column_free(&its_id);
    column_free(&its_mailbox);
}

// A case that is not there is asked for like any other and read by nobody.
static enum reading decide_case(const struct looking *l)
{
    const struct db *db = l->db;
    const int in_case = l->first + CASE, in_accused = l->first + ACCUSED, in_legs = l->first + LEGS;
    struct accused_list *x = &l->view->row.accused;
    struct reader_leg legs[CASE_LEGS];
    int accused_n = db_rows(db, in_accused), n = db_rows(db, in_legs);
    if (db_rows(db, in_case) == 0 || accused_n > GUARD_ACCUSED || n > CASE_LEGS)
        return READ_NOTHING;
    view_row(db, l->policy, in_case, 0, &l->view->row);
    for (x->n = 0; x->n < accused_n; x->n++)
        x->of[x->n] =
            (struct accused){(int32_t)db_int(db, in_accused, x->n, 0), (int32_t)db_int(db, in_accused, x->n, 1)};
    for (int i = 0; i < n; i++)
        legs[i] = (struct reader_leg){(int32_t)db_int(db, in_legs, i, 2), (uint16_t)db_int(db, in_legs, i, 9)};
    return SEEDED("look") ? READ_ALL : reader_case(l->policy, l->day, l->viewer, x, legs, n);
}

// The parts that can have rows, as the case and its journal tell, of those that the viewer may read.
static unsigned parts_of(const struct looking *l)
{
    const struct case_view *v = l->view;
    unsigned parts = PART(LETTER) | PART(SUPPLEMENTS) | PART(REFUSED_EVENTS);
    bool written[256] = {false};
    for (int i = 0; i < v->events_n; i++)
        written[(uint8_t)v->events[i].event] = true;
    for (const struct rule *r = rules; r->id; r++) {
        if (!written[(uint8_t)r->journal])
            continue;
        parts |= request_of_event(r->event) ? PART(REQUESTS) : 0;
        for (size_t i = 0; i < sizeof brings / sizeof *brings; i++)
            parts |= brings[i].event == r->event ? brings[i].parts : 0;
    }
    parts |= v->letter.id != l->id ? PART(KIN_LETTER) : 0;
    parts |= v->primary.id != 0 ? PART(KIN_PRIMARY) : 0;
    if (v->reading != READ_ALL)
        parts &= ~PART(INQUIRIES);
    if (v->reading != READ_ALL || !reader_internal(l->viewer->duties))
        parts &= ~PART(INTERNAL);
    return parts;
}

static void ask_part(struct looking *l, enum part part)
{
    static const char *const statements[PARTS] = {
        [LETTER] = "view_letter",   [SUPPLEMENTS] = "view_supplements", [REFUSED_EVENTS] = "view_refused",
        [REPLIES] = "view_replies", [INTERNAL] = "view_internal",       [REQUESTS] = "view_requests",
        [ANSWERS] = "view_answers", [INQUIRIES] = "view_inquiries",     [MERGED_CASES] = "view_merged",
        [KIN_LETTER] = "view_kin",  [KIN_PRIMARY] = "view_kin",
    };
    bool of_letter = part == LETTER || part == KIN_LETTER;
    int64_t key = of_letter ? l->view->letter.id : part == KIN_PRIMARY ? l->view->primary.id : l->id;
    struct column c[4] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, key), &c[1], &c[2], &c[3]};
    int n = 1;
    if (part == REFUSED_EVENTS)
        scalar_int(&c[n++], COL_INT4, VIEW_REFUSED);
    if (part == REPLIES) {
        scalar_int(&c[n++], COL_INT2, J_REPLY_ISSUED);
        scalar_int(&c[n++], COL_INT2, ROLE_LEAD);
        scalar_int(&c[n++], COL_INT2, LEG_DONE);
    }
    db_query(l->db, statements[part], n, params);
    for (int i = 0; i < n; i++)
        column_free(params[i]);
    l->at[part] = l->next++;
}

// The look's note goes with the rest: nobody gets the answer before the COMMIT of what says so. A number that is not
// there is written down, too: the answers must not differ in how long they take.
static enum result ask_rest(struct looking *l, unsigned parts, struct err *err)
{
    bool allowed = l->view->reading != READ_NOTHING;
    l->next = db_keep(l->db) + 1; // behind the note
    access_add_note(l->db, l->now, l->viewer, l->id, "show", allowed);
    for (enum part part = 0; part < PARTS; part++)
        if (parts & PART(part))
            ask_part(l, part);
    db_command(l->db, "COMMIT");
    enum result result = db_flush(l->db, err);
    return result == OK && !allowed ? err_set(err, REJECT, "not_found", "number", CASE_NOT_FOUND) : result;
}

enum result view_case_asked(struct db *db, int first, const struct policy *policy, const struct viewer *viewer,
                            wf_time now, int64_t id, struct case_view *out, struct err *err)
{
    struct case_view view = {0};
    struct looking l = {.db = db,
                        .policy = policy,
                        .viewer = viewer,
                        .now = now,
                        .day = date_of(now),
                        .id = id,
                        .first = first,
                        .view = &view};
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    view.reading = decide_case(&l);
    if (view.reading == READ_NOTHING)
        return ask_rest(&l, 0, err);
    view_read_first(&l);
    result = ask_rest(&l, parts_of(&l), err);
    if (result == OK) {
        view_read_rest(&l);
        *out = view;
    } else {
        view_case_free(&view);
    }
    return result;
}

enum result view_case(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                      int32_t mailbox, int64_t id, struct case_view *out, struct err *err)
{
    view_ask(db, mailbox, id);
    return view_case_asked(db, 0, policy, viewer, now, id, out, err);
}

void view_case_free(struct case_view *view)
{
    free(view->legs);
    free(view->events);
    free(view->replies);
    free(view->requests);
    free(view->supplements);
    free(view->answers);
    free(view->inquiries);
    free(view->refused);
    free(view->internal);
    free(view->merged);
    *view = (struct case_view){0};
}

// SPDX-License-Identifier: Apache-2.0
#include "store/view.h"

#include "store/access.h"
#include "store/facts.h"
#include "store/scalar.h"
#include "store/view.sql.h"
#include "store/view_impl.h"

#include <stdlib.h>

const struct statement view_statements[] = {
    {"view_case", SQL_view_case},         {"view_legs", SQL_view_legs},
    {"view_events", SQL_view_events},     {"view_replies", SQL_view_replies},
    {"view_requests", SQL_view_requests}, {"view_supplements", SQL_view_supplements},
    {"view_answers", SQL_view_answers},   {"view_inquiries", SQL_view_inquiries},
    {"view_refused", SQL_view_refused},   {"view_merged", SQL_view_merged},
    {"view_internal", SQL_view_internal}, {"view_list", SQL_view_list},
    {"view_queues", SQL_view_queues},     {NULL, NULL},
};

// Positions in view_case's batch; INTERNAL only for who may read it.
enum {
    BEGIN,
    NOTE,
    CASE,
    LEGS,
    EVENTS,
    REPLIES,
    REQUESTS,
    SUPPLEMENTS,
    ANSWERS,
    REFUSED_EVENTS,
    MERGED_CASES,
    INQUIRIES,
    INTERNAL
};

bool view_row(const struct db *db, const struct policy *policy, int i, int row, struct case_row *out)
{
    *out = (struct case_row){
        .id = db_int(db, i, row, 0),
        .mailbox = (int32_t)db_int(db, i, row, 1),
        .bureau = (int32_t)db_int(db, i, row, 2),
        .place = (int32_t)db_int(db, i, row, 3),
        .state = (enum case_state)db_int(db, i, row, 4),
        .kind = (enum kind)db_int(db, i, row, 5),
        .category = (int16_t)db_int(db, i, row, 6),
        .confidence = (int16_t)db_int(db, i, row, 7),
        .round = (int16_t)db_int(db, i, row, 8),
        .flags = (uint8_t)db_int(db, i, row, 9),
        .outcome = (enum outcome)db_int(db, i, row, 10),
        .received_at = db_time(db, i, row, 11),
        .due_at = db_time(db, i, row, 12),
    };
    // A date is the end of a day, so its day is the one before.
    out->provisional = out->due_at != 0 && !calendar_published(&policy->calendar, date_of(out->due_at - 1));
    return access_accused(db_text(db, i, row, 13), &out->accused);
}

// Room for the rows that statement q of the batch gave.
static void *array_of(const struct db *db, int q, size_t size, int *n)
{
    *n = db_rows(db, q);
    void *array = calloc((size_t)*n + 1, size);
    insist(array);
    return array;
}

static void read_legs(const struct db *db, struct case_view *out)
{
    out->legs = array_of(db, LEGS, sizeof *out->legs, &out->legs_n);
    for (int i = 0; i < out->legs_n; i++)
        out->legs[i] = facts_leg(db, LEGS, i, 0);
}

static void read_events(const struct db *db, struct case_view *out)
{
    bool words = out->reading >= READ_JOURNAL;
    out->events = array_of(db, EVENTS, sizeof *out->events, &out->events_n);
    for (int i = 0; i < out->events_n; i++)
        out->events[i] = (struct event_view){
            .seq = (int32_t)db_int(db, EVENTS, i, 0),
            .at = db_time(db, EVENTS, i, 1),
            .event = (enum journal)db_int(db, EVENTS, i, 2),
            .state = (enum case_state)db_int(db, EVENTS, i, 3),
            .actor = (enum actor)db_int(db, EVENTS, i, 4),
            .leg = (int16_t)db_int(db, EVENTS, i, 5),
            .unit = (int32_t)db_int(db, EVENTS, i, 6),
            .policy = (int32_t)db_int(db, EVENTS, i, 7),
            .rule = db_text(db, EVENTS, i, 8),
            .because = db_text(db, EVENTS, i, 9),
            .post = words ? db_text(db, EVENTS, i, 10) : STR_NONE,
            .detail = words ? db_text(db, EVENTS, i, 11) : STR_NONE,
            .due_at = db_time(db, EVENTS, i, 12),
        };
}

static void read_requests(const struct db *db, struct case_view *out)
{
    out->requests = array_of(db, REQUESTS, sizeof *out->requests, &out->requests_n);
    for (int i = 0; i < out->requests_n; i++)
        out->requests[i] = (struct request_view){facts_request(db, REQUESTS, i, 0), db_time(db, REQUESTS, i, 10)};
}

static void read_refused(const struct db *db, struct case_view *out)
{
    bool words = out->reading >= READ_JOURNAL;
    out->refused = array_of(db, REFUSED_EVENTS, sizeof *out->refused, &out->refused_n);
    for (int i = 0; i < out->refused_n; i++)
        out->refused[i] = (struct refused_view){
            .at = db_time(db, REFUSED_EVENTS, i, 1),
            .actor = (enum actor)db_int(db, REFUSED_EVENTS, i, 2),
            .unit = (int32_t)db_int(db, REFUSED_EVENTS, i, 3),
            .post = words ? db_text(db, REFUSED_EVENTS, i, 4) : STR_NONE,
            .event = (enum event)db_int(db, REFUSED_EVENTS, i, 5),
            .state = (enum case_state)db_int(db, REFUSED_EVENTS, i, 6),
            .code = db_text(db, REFUSED_EVENTS, i, 7),
            .words = words ? db_text(db, REFUSED_EVENTS, i, 8) : STR_NONE,
        };
}

static void read_words(const struct db *db, struct case_view *out)
{
    bool words = out->reading == READ_ALL;
    out->replies = array_of(db, REPLIES, sizeof *out->replies, &out->replies_n);
    for (int i = 0; i < out->replies_n; i++)
        out->replies[i] =
            (struct reply_view){db_time(db, REPLIES, i, 0), (int16_t)db_int(db, REPLIES, i, 1),
                                (enum outcome)db_int(db, REPLIES, i, 2), words ? db_text(db, REPLIES, i, 3) : STR_NONE};
    out->supplements = array_of(db, SUPPLEMENTS, sizeof *out->supplements, &out->supplements_n);
    for (int i = 0; i < out->supplements_n; i++)
        out->supplements[i] =
            (struct supplement_view){(int32_t)db_int(db, SUPPLEMENTS, i, 0), db_time(db, SUPPLEMENTS, i, 1),
                                     words ? db_text(db, SUPPLEMENTS, i, 2) : STR_NONE};
}

static void read_inquiries(const struct db *db, struct case_view *out)
{
    if (out->reading != READ_ALL)
        return;
    out->inquiries = array_of(db, INQUIRIES, sizeof *out->inquiries, &out->inquiries_n);
    for (int i = 0; i < out->inquiries_n; i++)
        out->inquiries[i] = (struct inquiry_view){
            .request = (int16_t)db_int(db, INQUIRIES, i, 0),
            .unit = (int32_t)db_int(db, INQUIRIES, i, 1),
            .ref = db_text(db, INQUIRIES, i, 2),
            .facts = db_text(db, INQUIRIES, i, 3),
            .answer = db_text(db, INQUIRIES, i, 4),
            .asked_at = db_time(db, INQUIRIES, i, 5),
            .approved_at = db_time(db, INQUIRIES, i, 6),
            .due_at = db_time(db, INQUIRIES, i, 7),
            .answered_at = db_time(db, INQUIRIES, i, 8),
        };
}

static void read_rest(const struct db *db, bool internal, struct case_view *out)
{
    out->answers = array_of(db, ANSWERS, sizeof *out->answers, &out->answers_n);
    for (int i = 0; i < out->answers_n; i++)
        out->answers[i] = (struct answer_view){(int32_t)db_int(db, ANSWERS, i, 0), db_time(db, ANSWERS, i, 1),
                                               (int16_t)db_int(db, ANSWERS, i, 2), (int16_t)db_int(db, ANSWERS, i, 3),
                                               (int16_t)db_int(db, ANSWERS, i, 4), (int16_t)db_int(db, ANSWERS, i, 5),
                                               (int16_t)db_int(db, ANSWERS, i, 6)};
    out->merged = array_of(db, MERGED_CASES, sizeof *out->merged, &out->merged_n);
    for (int i = 0; i < out->merged_n; i++)
        out->merged[i] = (struct case_key){db_int(db, MERGED_CASES, i, 0), (int32_t)db_int(db, MERGED_CASES, i, 1)};
    if (!internal)
        return;
    out->internal = array_of(db, INTERNAL, sizeof *out->internal, &out->internal_n);
    for (int i = 0; i < out->internal_n; i++)
        out->internal[i] = (struct internal_view){(int32_t)db_int(db, INTERNAL, i, 0), db_time(db, INTERNAL, i, 1),
                                                  (int16_t)db_int(db, INTERNAL, i, 2), db_text(db, INTERNAL, i, 3)};
}

// Who asks, and the day on which the organisation is looked at.
struct asking {
    const struct policy *policy;
    const struct viewer *viewer;
    struct date day;
};

static enum reading decide_case(const struct db *db, const struct asking *a)
{
    struct accused_list x;
    struct reader_leg legs[CASE_LEGS];
    int n = db_rows(db, LEGS);
    if (!access_accused(db_text(db, CASE, 0, 13), &x) || n > CASE_LEGS)
        return READ_NOTHING;
    for (int i = 0; i < n; i++)
        legs[i] = (struct reader_leg){(int32_t)db_int(db, LEGS, i, 2), (uint16_t)db_int(db, LEGS, i, 9)};
    return reader_case(a->policy, a->day, a->viewer, &x, legs, n);
}

static void read_case(const struct db *db, const struct asking *a, struct case_view *out)
{
    bool words = out->reading == READ_ALL;
    (void)view_row(db, a->policy, CASE, 0, &out->row);
    out->version = (int32_t)db_int(db, CASE, 0, 14);
    out->letter = (struct case_key){db_int(db, CASE, 0, 15), (int32_t)db_int(db, CASE, 0, 16)};
    out->channel = (enum channel)db_int(db, CASE, 0, 17);
    if (words) {
        out->occurred_at = db_time(db, CASE, 0, 18);
        out->title = db_text(db, CASE, 0, 19);
        out->place = db_text(db, CASE, 0, 20);
        out->accused = db_text(db, CASE, 0, 21);
        out->body = db_text(db, CASE, 0, 22);
    }
    if (out->letter.id != out->row.id && access_reading(db, CASE, 0, 27, a->policy, a->day, a->viewer) == READ_NOTHING)
        out->letter = (struct case_key){0, 0};
    if (db_null(db, CASE, 0, 23)) // no course
        return;
    if (db_int(db, CASE, 0, 23) != 0 && !db_null(db, CASE, 0, 24) &&
        access_reading(db, CASE, 0, 25, a->policy, a->day, a->viewer) != READ_NOTHING)
        out->primary = (struct case_key){db_int(db, CASE, 0, 23), (int32_t)db_int(db, CASE, 0, 24)};
    out->supervision = (enum supervision)db_int(db, CASE, 0, 29);
    out->supervision_due = db_time(db, CASE, 0, 30);
    out->paused_at = db_time(db, CASE, 0, 31);
    out->satisfied_first = (int16_t)db_int(db, CASE, 0, 32);
    out->satisfied_last = (int16_t)db_int(db, CASE, 0, 33);
    out->solved = (int16_t)db_int(db, CASE, 0, 34);
}

// Who looks at which case, when, and by what command.
struct look {
    const struct viewer *viewer;
    wf_time now;
    const char *what;
    int32_t mailbox;
    int64_t id;
};

static enum result read_all(struct db *db, const struct look *look, bool internal, struct err *err)
{
    struct column its_id = {0}, its_mailbox = {0}, most = {0};
    struct column *params[] = {scalar_int(&its_id, COL_INT8, look->id),
                               scalar_int(&its_mailbox, COL_INT4, look->mailbox)};
    struct column *newest[] = {&its_id, scalar_int(&most, COL_INT4, VIEW_REFUSED)};
    // One snapshot for all statements, or the journal could be newer than the case.
    // The look's note goes with them: nobody gets the answer before the COMMIT of what says so.
    db_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    access_add_note(db, look->now, look->viewer, look->id, look->what, true);
    db_query(db, "view_case", 2, params);
    db_query(db, "view_legs", 1, params);
    db_query(db, "view_events", 1, params);
    db_query(db, "view_replies", 1, params);
    db_query(db, "view_requests", 1, params);
    db_query(db, "view_supplements", 1, params);
    db_query(db, "view_answers", 1, params);
    db_query(db, "view_refused", 2, newest);
    db_query(db, "view_merged", 1, params);
    db_query(db, "view_inquiries", 1, params);
    if (internal)
        db_query(db, "view_internal", 1, params);
    db_command(db, "COMMIT");
    enum result result = db_flush(db, err);
    column_free(&its_id);
    column_free(&its_mailbox);
    column_free(&most);
    return result;
}

enum result view_case(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                      int32_t mailbox, int64_t id, struct case_view *out, struct err *err)
{
    const struct look look = {viewer, now, "show", mailbox, id};
    const struct asking asking = {policy, viewer, date_of(now)};
    struct case_view view = {0};
    enum result result = access_decide(db, policy, viewer, now, look.what, mailbox, id, &view.reading, err);
    if (result != OK)
        return result;
    bool internal = view.reading == READ_ALL && reader_internal(viewer->duties);
    result = read_all(db, &look, internal, err);
    if (result != OK)
        return result;
    // Asked again of what is about to be shown: the case may have come to accuse the viewer in between.
    view.reading = db_rows(db, CASE) == 0 ? READ_NOTHING : decide_case(db, &asking);
    if (view.reading == READ_NOTHING)
        return access_denied(db, viewer, now, look.what, id, err);
    read_case(db, &asking, &view);
    read_legs(db, &view);
    read_events(db, &view);
    read_requests(db, &view);
    read_refused(db, &view);
    read_words(db, &view);
    read_inquiries(db, &view);
    read_rest(db, internal, &view);
    *out = view;
    return OK;
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

// SPDX-License-Identifier: Apache-2.0
#include "store/view.h"

#include "store/scalar.h"
#include "store/view.sql.h"

#include <stdlib.h>

const struct statement view_statements[] = {
    {"view_case", SQL_view_case},
    {"view_legs", SQL_view_legs},
    {"view_events", SQL_view_events},
    {"view_replies", SQL_view_replies},
    {"view_list", SQL_view_list},
    {"view_queues", SQL_view_queues},
    {NULL, NULL},
};

enum { BEGIN, CASE, LEGS, EVENTS, REPLIES }; // positions in view_case's batch

static struct case_row read_row(const struct db *db, int i, int row)
{
    return (struct case_row){
        .id = db_int(db, i, row, 0),
        .mailbox = (int32_t)db_int(db, i, row, 1),
        .bureau = (int32_t)db_int(db, i, row, 2),
        .place = (int32_t)db_int(db, i, row, 3),
        .accused = (int32_t)db_int(db, i, row, 4),
        .state = (enum case_state)db_int(db, i, row, 5),
        .kind = (enum kind)db_int(db, i, row, 6),
        .category = (int16_t)db_int(db, i, row, 7),
        .confidence = (int16_t)db_int(db, i, row, 8),
        .round = (int16_t)db_int(db, i, row, 9),
        .flags = (uint8_t)db_int(db, i, row, 10),
        .outcome = (enum outcome)db_int(db, i, row, 11),
        .received_at = db_time(db, i, row, 12),
        .due_at = db_time(db, i, row, 13),
    };
}

static struct leg_view read_leg(const struct db *db, int row)
{
    return (struct leg_view){
        .id = (int16_t)db_int(db, LEGS, row, 0),
        .parent = (int16_t)db_int(db, LEGS, row, 1),
        .unit = (int32_t)db_int(db, LEGS, row, 2),
        .role = (enum leg_role)db_int(db, LEGS, row, 3),
        .state = (enum leg_state)db_int(db, LEGS, row, 4),
        .due_at = db_time(db, LEGS, row, 5),
        .sent_at = db_time(db, LEGS, row, 6),
    };
}

static struct event_view read_event(const struct db *db, int row)
{
    return (struct event_view){
        .seq = (int32_t)db_int(db, EVENTS, row, 0),
        .at = db_time(db, EVENTS, row, 1),
        .event = (enum journal)db_int(db, EVENTS, row, 2),
        .state = (enum case_state)db_int(db, EVENTS, row, 3),
        .actor = (enum actor)db_int(db, EVENTS, row, 4),
        .leg = (int16_t)db_int(db, EVENTS, row, 5),
        .unit = (int32_t)db_int(db, EVENTS, row, 6),
        .policy = (int32_t)db_int(db, EVENTS, row, 7),
        .rule = db_text(db, EVENTS, row, 8),
        .because = db_text(db, EVENTS, row, 9),
        .post = db_text(db, EVENTS, row, 10),
        .detail = db_text(db, EVENTS, row, 11),
    };
}

static void *array_of(int n, size_t size)
{
    void *array = calloc((size_t)n + 1, size);
    insist(array);
    return array;
}

static void read_case(const struct db *db, struct case_view *out)
{
    *out = (struct case_view){
        .row = read_row(db, CASE, 0),
        .channel = (enum channel)db_int(db, CASE, 0, 14),
        .occurred_at = db_time(db, CASE, 0, 15),
        .title = db_text(db, CASE, 0, 16),
        .place = db_text(db, CASE, 0, 17),
        .accused = db_text(db, CASE, 0, 18),
        .body = db_text(db, CASE, 0, 19),
        .legs_n = db_rows(db, LEGS),
        .events_n = db_rows(db, EVENTS),
        .replies_n = db_rows(db, REPLIES),
    };
    out->legs = array_of(out->legs_n, sizeof *out->legs);
    out->events = array_of(out->events_n, sizeof *out->events);
    out->replies = array_of(out->replies_n, sizeof *out->replies);
    for (int i = 0; i < out->legs_n; i++)
        out->legs[i] = read_leg(db, i);
    for (int i = 0; i < out->events_n; i++)
        out->events[i] = read_event(db, i);
    for (int i = 0; i < out->replies_n; i++)
        out->replies[i] = (struct reply_view){db_time(db, REPLIES, i, 0), (int16_t)db_int(db, REPLIES, i, 1),
                                              (enum outcome)db_int(db, REPLIES, i, 2), db_text(db, REPLIES, i, 3)};
}

enum result view_case(struct db *db, int32_t mailbox, int64_t id, struct case_view *out, struct err *err)
{
    struct column its_id = {0}, its_mailbox = {0};
    struct column *params[] = {scalar_int(&its_id, COL_INT8, id), scalar_int(&its_mailbox, COL_INT4, mailbox)};
    // One snapshot for the four statements, or the journal could be newer than the case.
    db_command(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    db_query(db, "view_case", 2, params);
    db_query(db, "view_legs", 1, params);
    db_query(db, "view_events", 1, params);
    db_query(db, "view_replies", 1, params);
    db_command(db, "COMMIT");
    enum result result = db_flush(db, err);
    column_free(&its_id);
    column_free(&its_mailbox);
    if (result != OK)
        return result;
    if (db_rows(db, CASE) == 0)
        return err_set(err, REJECT, "not_found", "number", "there is no case of this number");
    read_case(db, out);
    return OK;
}

void view_case_free(struct case_view *view)
{
    free(view->legs);
    free(view->events);
    free(view->replies);
    *view = (struct case_view){0};
}

enum result view_list(struct db *db, const struct view_filter *filter,
                      void (*each)(void *arg, const struct case_row *row), void *arg, struct err *err)
{
    struct column c[5] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT2, filter->state), scalar_int(&c[1], COL_INT4, filter->bureau),
                               scalar_int(&c[2], COL_BOOL, filter->overdue), scalar_time(&c[3], filter->now),
                               scalar_int(&c[4], COL_INT4, filter->limit)};
    enum result result = db_run(db, "view_list", 5, params, err);
    for (int i = 0; i < 5; i++)
        column_free(&c[i]);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct case_row found = read_row(db, 0, row);
        each(arg, &found);
    }
    return result;
}

enum result view_queues(struct db *db, void (*each)(void *arg, const struct queue_view *row), void *arg,
                        struct err *err)
{
    enum result result = db_run(db, "view_queues", 0, NULL, err);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct queue_view queue = {
            .bureau = (int32_t)db_int(db, 0, row, 0),
            .head = db_int(db, 0, row, 1),
            .acknowledged = db_int(db, 0, row, 2),
            .oldest = db_time(db, 0, row, 3),
            .consumer = db_text(db, 0, row, 4),
            .consumer_since = db_time(db, 0, row, 5),
        };
        each(arg, &queue);
    }
    return result;
}

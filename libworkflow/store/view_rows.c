// SPDX-License-Identifier: Apache-2.0
// view_rows: the results of a look at a case as structs, as far as the viewer may read them.
#include "store/access.h"
#include "store/facts.h"
#include "store/view_impl.h"

#include <stdlib.h>

void view_row(const struct db *db, const struct policy *policy, int i, int row, struct case_row *out)
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
}

// Room for the rows of result q; 0: it was not asked for.
static void *array_of(const struct db *db, int q, size_t size, int *n)
{
    *n = q == 0 ? 0 : db_rows(db, q);
    void *array = calloc((size_t)*n + 1, size);
    insist(array);
    return array;
}

static void read_legs(const struct db *db, int q, struct case_view *out)
{
    out->legs = array_of(db, q, sizeof *out->legs, &out->legs_n);
    for (int i = 0; i < out->legs_n; i++)
        out->legs[i] = facts_leg(db, q, i, 0);
}

static void read_events(const struct db *db, int q, struct case_view *out)
{
    bool words = out->reading >= READ_JOURNAL;
    out->events = array_of(db, q, sizeof *out->events, &out->events_n);
    for (int i = 0; i < out->events_n; i++)
        out->events[i] = (struct event_view){
            .seq = (int32_t)db_int(db, q, i, 0),
            .at = db_time(db, q, i, 1),
            .event = (enum journal)db_int(db, q, i, 2),
            .state = (enum case_state)db_int(db, q, i, 3),
            .actor = (enum actor)db_int(db, q, i, 4),
            .leg = (int16_t)db_int(db, q, i, 5),
            .unit = (int32_t)db_int(db, q, i, 6),
            .policy = (int32_t)db_int(db, q, i, 7),
            .rule = db_text(db, q, i, 8),
            .because = db_text(db, q, i, 9),
            .post = words ? db_text(db, q, i, 10) : STR_NONE,
            .detail = words ? db_text(db, q, i, 11) : STR_NONE,
            .due_at = db_time(db, q, i, 12),
        };
}

static void read_requests(const struct db *db, int q, struct case_view *out)
{
    out->requests = array_of(db, q, sizeof *out->requests, &out->requests_n);
    for (int i = 0; i < out->requests_n; i++)
        out->requests[i] = (struct request_view){facts_request(db, q, i, 0), db_time(db, q, i, 10)};
}

// The database gives the newest first.
static void read_refused(const struct db *db, int q, struct case_view *out)
{
    bool words = out->reading >= READ_JOURNAL;
    out->refused = array_of(db, q, sizeof *out->refused, &out->refused_n);
    for (int i = 0; i < out->refused_n; i++)
        out->refused[out->refused_n - 1 - i] = (struct refused_view){
            .at = db_time(db, q, i, 0),
            .actor = (enum actor)db_int(db, q, i, 1),
            .unit = (int32_t)db_int(db, q, i, 2),
            .post = words ? db_text(db, q, i, 3) : STR_NONE,
            .event = (enum event)db_int(db, q, i, 4),
            .state = (enum case_state)db_int(db, q, i, 5),
            .code = db_text(db, q, i, 6),
            .words = words ? db_text(db, q, i, 7) : STR_NONE,
        };
}

static void read_replies(const struct db *db, int q, struct case_view *out)
{
    bool words = out->reading == READ_ALL;
    out->replies = array_of(db, q, sizeof *out->replies, &out->replies_n);
    for (int i = 0; i < out->replies_n; i++)
        out->replies[i] =
            (struct reply_view){db_time(db, q, i, 0), (int16_t)db_int(db, q, i, 1), (enum outcome)db_int(db, q, i, 2),
                                words ? db_text(db, q, i, 3) : STR_NONE};
}

static void read_supplements(const struct db *db, int q, struct case_view *out)
{
    bool words = out->reading == READ_ALL;
    out->supplements = array_of(db, q, sizeof *out->supplements, &out->supplements_n);
    for (int i = 0; i < out->supplements_n; i++)
        out->supplements[i] = (struct supplement_view){(int32_t)db_int(db, q, i, 0), db_time(db, q, i, 1),
                                                       words ? db_text(db, q, i, 2) : STR_NONE};
}

static void read_inquiries(const struct db *db, int q, struct case_view *out)
{
    out->inquiries = array_of(db, q, sizeof *out->inquiries, &out->inquiries_n);
    for (int i = 0; i < out->inquiries_n; i++)
        out->inquiries[i] = (struct inquiry_view){
            .request = (int16_t)db_int(db, q, i, 0),
            .unit = (int32_t)db_int(db, q, i, 1),
            .ref = db_text(db, q, i, 2),
            .facts = db_text(db, q, i, 3),
            .answer = db_text(db, q, i, 4),
            .asked_at = db_time(db, q, i, 5),
            .approved_at = db_time(db, q, i, 6),
            .due_at = db_time(db, q, i, 7),
            .answered_at = db_time(db, q, i, 8),
        };
}

static void read_answers(const struct db *db, int q, struct case_view *out)
{
    out->answers = array_of(db, q, sizeof *out->answers, &out->answers_n);
    for (int i = 0; i < out->answers_n; i++)
        out->answers[i] = (struct answer_view){(int32_t)db_int(db, q, i, 0), db_time(db, q, i, 1),
                                               (int16_t)db_int(db, q, i, 2), (int16_t)db_int(db, q, i, 3),
                                               (int16_t)db_int(db, q, i, 4), (int16_t)db_int(db, q, i, 5),
                                               (int16_t)db_int(db, q, i, 6)};
}

static void read_merged(const struct db *db, int q, struct case_view *out)
{
    out->merged = array_of(db, q, sizeof *out->merged, &out->merged_n);
    for (int i = 0; i < out->merged_n; i++)
        out->merged[i] = (struct case_key){db_int(db, q, i, 0), (int32_t)db_int(db, q, i, 1)};
}

static void read_internal(const struct db *db, int q, struct case_view *out)
{
    out->internal = array_of(db, q, sizeof *out->internal, &out->internal_n);
    for (int i = 0; i < out->internal_n; i++)
        out->internal[i] = (struct internal_view){(int32_t)db_int(db, q, i, 0), db_time(db, q, i, 1),
                                                  (int16_t)db_int(db, q, i, 2), db_text(db, q, i, 3)};
}

static void read_case(const struct db *db, int q, struct case_view *out)
{
    out->version = (int32_t)db_int(db, q, 0, 13);
    out->letter.id = db_int(db, q, 0, 14);
    out->letter.mailbox = out->row.mailbox;
    out->primary.id = db_int(db, q, 0, 15);
    out->supervision = (enum supervision)db_int(db, q, 0, 16);
    out->supervision_due = db_time(db, q, 0, 17);
    out->paused_at = db_time(db, q, 0, 18);
    out->satisfied_first = (int16_t)db_int(db, q, 0, 19);
    out->satisfied_last = (int16_t)db_int(db, q, 0, 20);
    out->solved = (int16_t)db_int(db, q, 0, 21);
}

static void read_letter(const struct db *db, int q, struct case_view *out)
{
    if (db_rows(db, q) == 0)
        return;
    out->channel = (enum channel)db_int(db, q, 0, 0);
    if (out->reading != READ_ALL)
        return;
    out->occurred_at = db_time(db, q, 0, 1);
    out->title = db_text(db, q, 0, 2);
    out->place = db_text(db, q, 0, 3);
    out->accused = db_text(db, q, 0, 4);
    out->body = db_text(db, q, 0, 5);
}

// The other case, if the viewer may see that as well.
static void read_kin(const struct looking *l, enum part part, struct case_key *out)
{
    int q = l->at[part];
    if (q == 0)
        return;
    bool seen = db_rows(l->db, q) > 0 && access_reading(l->db, q, 0, 1, l->policy, l->day, l->viewer) != READ_NOTHING;
    *out = seen ? (struct case_key){out->id, (int32_t)db_int(l->db, q, 0, 0)} : (struct case_key){0, 0};
}

void view_read_first(const struct looking *l)
{
    read_case(l->db, l->first + CASE, l->view);
    read_legs(l->db, l->first + LEGS, l->view);
    read_events(l->db, l->first + EVENTS, l->view);
}

void view_read_rest(const struct looking *l)
{
    const struct db *db = l->db;
    struct case_view *out = l->view;
    read_letter(db, l->at[LETTER], out);
    read_supplements(db, l->at[SUPPLEMENTS], out);
    read_refused(db, l->at[REFUSED_EVENTS], out);
    read_replies(db, l->at[REPLIES], out);
    read_internal(db, l->at[INTERNAL], out);
    read_requests(db, l->at[REQUESTS], out);
    read_answers(db, l->at[ANSWERS], out);
    read_inquiries(db, l->at[INQUIRIES], out);
    read_merged(db, l->at[MERGED_CASES], out);
    read_kin(l, KIN_LETTER, &out->letter);
    read_kin(l, KIN_PRIMARY, &out->primary);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/queue.h"

#include "core/reader.h"
#include "store/access.h"
#include "store/queue.sql.h"
#include "store/rows.h"

#include <stdlib.h>

const struct statement queue_statements[] = {
    {"queue_heads", SQL_queue_heads},
    {"queue_fetch", SQL_queue_fetch},
    {"cursor_save", SQL_cursor_save},
    {0},
};

enum result queue_heads(struct db *db, struct queue_head out[BUREAUS_MAX], int *n, struct err *err)
{
    enum result result = db_run(db, "queue_heads", 0, NULL, err);
    if (result != OK)
        return result;
    *n = db_rows(db, 0);
    insist(*n <= BUREAUS_MAX);
    for (int row = 0; row < *n; row++)
        out[row] = (struct queue_head){(int32_t)db_int(db, 0, row, 0), db_int(db, 0, row, 1), db_int(db, 0, row, 2)};
    return OK;
}

// Sorted here: the server would move every letter's text to sort rows that come in order anyway.
static int compare_items(const void *a, const void *b)
{
    const struct queue_item *x = a, *y = b;
    if (x->bureau != y->bureau)
        return x->bureau < y->bureau ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

// The words go out with the letter, with a supplement and with a letter that joined, and with nothing else.
static void read_words(const struct db *db, int row, struct queue_item *it)
{
    it->supplement = db_text(db, 0, row, 26);
    if (it->notice == NOTICE_MERGED)
        return;
    it->title = db_text(db, 0, row, 6);
    it->body = db_text(db, 0, row, 7);
    it->place = db_text(db, 0, row, 8);
    it->occurred_at = db_time(db, 0, row, 9);
}

static void read_facts(const struct db *db, int row, struct queue_item *it)
{
    it->received_at = db_time(db, 0, row, 10);
    it->confidential = db_int(db, 0, row, 11) != 0;
    it->kind = (enum kind)db_int(db, 0, row, 12);
    it->category = (int16_t)db_int(db, 0, row, 13);
    it->place_code = (int32_t)db_int(db, 0, row, 14);
    it->flags = (uint8_t)db_int(db, 0, row, 15);
    it->unit = (int32_t)db_int(db, 0, row, 18);
    it->role = (enum leg_role)db_int(db, 0, row, 19);
    it->parent = (int16_t)db_int(db, 0, row, 20);
    it->round = (int16_t)db_int(db, 0, row, 21);
    it->state = (enum leg_state)db_int(db, 0, row, 22);
    it->leg_flags = (uint16_t)db_int(db, 0, row, 23);
    // Until it is signed, a leg's own date is that of the signing; the bureau wants to know by when to answer.
    it->due_at = db_time(db, 0, row, it->state == LEG_SENT || db_null(db, 0, row, 24) ? 16 : 24);
}

static void read_item(const struct db *db, const struct policy *policy, struct date day, int row,
                      struct queue_item *out)
{
    struct accused_list x;
    *out = (struct queue_item){
        .bureau = (int32_t)db_int(db, 0, row, 0),
        .seq = db_int(db, 0, row, 1),
        .case_id = db_int(db, 0, row, 2),
        .leg = (int16_t)db_int(db, 0, row, 3),
        .sent_at = db_time(db, 0, row, 4),
        .mailbox = (int32_t)db_int(db, 0, row, 5),
        // Of a leg that was taken back only that is told; that it ended with its case is no more.
        .notice = db_int(db, 0, row, 17) == NOTICE_ENDED ? NOTICE_ENDED : NOTICE_REVOKED,
    };
    if (db_null(db, 0, row, 18) || !access_accused(db_text(db, 0, row, 25), &x) ||
        !reader_delivery(policy, day, out->bureau, (int32_t)db_int(db, 0, row, 18),
                         (enum leg_state)db_int(db, 0, row, 22), &x))
        return;
    out->notice = (enum notice)db_int(db, 0, row, 17);
    read_facts(db, row, out);
    if (out->notice == NOTICE_LETTER || out->notice == NOTICE_SUPPLEMENT || out->notice == NOTICE_MERGED)
        read_words(db, row, out);
}

enum result queue_fetch(struct db *db, const struct policy *policy, wf_time now, const struct queue_want *wants,
                        int wants_n, struct queue_item *out, int *n, struct err *err)
{
    static struct rows args;
    ROWS_START(&args, COL_INT4, COL_INT8, COL_INT4);
    for (int i = 0; i < wants_n; i++) {
        column_int(&args.c[0], wants[i].bureau);
        column_int(&args.c[1], wants[i].after);
        column_int(&args.c[2], wants[i].max);
    }
    rows_query(db, "queue_fetch", &args);
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    *n = db_rows(db, 0);
    insist(*n <= FETCH_MAX);
    for (int row = 0; row < *n; row++)
        read_item(db, policy, date_of(now), row, &out[row]);
    qsort(out, (size_t)*n, sizeof *out, compare_items);
    return OK;
}

enum result cursor_save(struct db *db, wf_time now, const struct queue_cursor *cursors, int n, struct err *err)
{
    static struct rows args;
    ROWS_START(&args, COL_INT4, COL_INT8, COL_TEXT, COL_TIME);
    for (int i = 0; i < n; i++) {
        column_int(&args.c[0], cursors[i].bureau);
        column_int(&args.c[1], cursors[i].acked);
        column_text(&args.c[2], cursors[i].consumer);
        column_time(&args.c[3], cursors[i].since);
    }
    column_time(rows_scalar(&args, COL_TIME), now);
    rows_query(db, "cursor_save", &args);
    return db_flush(db, err);
}

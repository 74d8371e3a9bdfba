// SPDX-License-Identifier: Apache-2.0
#include "store/queue.h"

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

enum result queue_fetch(struct db *db, const struct queue_want *wants, int wants_n, struct queue_item *out, int *n,
                        struct err *err)
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
        out[row] = (struct queue_item){
            .bureau = (int32_t)db_int(db, 0, row, 0),
            .seq = db_int(db, 0, row, 1),
            .case_id = db_int(db, 0, row, 2),
            .leg = (int16_t)db_int(db, 0, row, 3),
            .sent_at = db_time(db, 0, row, 4),
            .mailbox = (int32_t)db_int(db, 0, row, 5),
            .title = db_text(db, 0, row, 6),
            .body = db_text(db, 0, row, 7),
            .place = db_text(db, 0, row, 8),
            .occurred_at = db_time(db, 0, row, 9),
            .received_at = db_time(db, 0, row, 10),
            .confidential = db_int(db, 0, row, 11) != 0,
            .kind = (enum kind)db_int(db, 0, row, 12),
            .category = (int16_t)db_int(db, 0, row, 13),
            .place_code = (int32_t)db_int(db, 0, row, 14),
            .flags = (uint8_t)db_int(db, 0, row, 15),
            .due_at = db_time(db, 0, row, 16),
        };
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

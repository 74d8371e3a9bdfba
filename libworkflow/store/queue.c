// SPDX-License-Identifier: Apache-2.0
#include "store/queue.h"

#include "store/queue.sql.h"
#include "store/queue_impl.h"
#include "store/rows.h"
#include "store/scalar.h"

const struct statement queue_statements[] = {
    {"queue_heads", SQL_queue_heads},
    {"queue_fetch", SQL_queue_fetch},
    {"queue_extra", SQL_queue_extra},
    {"queue_fetch_many", SQL_queue_fetch_many},
    {"queue_turn", SQL_queue_turn},
    {"queue_writers", SQL_queue_writers},
    {"queue_activate", SQL_queue_activate},
    {"cursor_save", SQL_cursor_save},
    {"queue_block", SQL_queue_block},
    {"queue_extend", SQL_queue_extend},
    {"queue_retirable", SQL_queue_retirable},
    {"queue_retire", SQL_queue_retire},
    {0},
};

static struct queue_head head_of(const struct db *db, int row)
{
    return (struct queue_head){
        .bureau = (int32_t)db_int(db, 0, row, 0),
        .first = db_int(db, 0, row, 1),
        .head = db_int(db, 0, row, 2),
        .acked = db_int(db, 0, row, 3),
        .epoch = db_int(db, 0, row, 4),
        .blocked = db_int(db, 0, row, 5),
    };
}

enum result queue_heads(struct db *db, struct queue_head out[QUEUES_MAX], int *n, struct err *err)
{
    enum result result = db_run(db, "queue_heads", 0, NULL, err);
    if (result != OK)
        return result;
    *n = db_rows(db, 0);
    if (*n > QUEUES_MAX)
        return err_set_limit(err, BROKEN, "too_many", "", "more queues than ", QUEUES_MAX, "");
    for (int row = 0; row < *n; row++)
        out[row] = head_of(db, row);
    return OK;
}

// ---- Portals ----

static struct writer_item writer_item(const struct db *db, int q, int row, int32_t channel)
{
    if (db_int(db, q, row, 12))
        return (struct writer_item){.channel = channel, .seq = db_int(db, q, row, 0), .event = WRITER_SKIPPED};
    return (struct writer_item){
        .channel = channel,
        .seq = db_int(db, q, row, 0),
        .case_id = db_int(db, q, row, 1),
        .event = (enum writer_event)db_int(db, q, row, 2),
        .mailbox = (int32_t)db_int(db, q, row, 3),
        .state = (enum case_state)db_int(db, q, row, 4),
        .at = db_time(db, q, row, 5),
        .due_at = db_time(db, q, row, 6),
        .client_ref = db_text(db, q, row, 7),
        .reply = db_text(db, q, row, 8),
        .asked = db_text(db, q, row, 9),
        .outcome = (enum outcome)db_int(db, q, row, 10),
        .bureau = (int32_t)db_int(db, q, row, 11),
    };
}

// The rows of result q in the order of their sequences (column 0), which SQL does not promise; returns how many.
static int rows_in_order(const struct db *db, int q, const struct queue_want *want, int rows[FETCH_MAX])
{
    int n = 0;
    for (int i = 0; i < want->max; i++)
        rows[i] = -1;
    for (int row = 0; row < db_rows(db, q); row++) {
        int64_t place = db_int(db, q, row, 0) - want->after - 1;
        insist(place >= 0 && place < want->max);
        rows[place] = row;
    }
    for (int i = 0; i < want->max; i++)
        if (rows[i] >= 0)
            rows[n++] = rows[i];
    return n;
}

enum result queue_fetch_writers(struct db *db, const struct queue_want *wants, int wants_n, struct writer_item *out,
                                int *n, struct err *err)
{
    int rows[FETCH_MAX];
    *n = 0;
    queue_ask(db, "queue_writers", wants, wants_n);
    enum result result = db_flush(db, err);
    for (int q = 0; result == OK && q < wants_n; q++)
        for (int i = 0, rows_n = rows_in_order(db, q, &wants[q], rows); i < rows_n; i++)
            out[(*n)++] = writer_item(db, q, rows[i], wants[q].bureau);
    return result;
}

// ---- Cursors ----

enum result queue_activate(struct db *db, int32_t bureau, struct str consumer, wf_time now, struct queue_head *out,
                           struct err *err)
{
    struct column c[3] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT4, bureau), scalar_text(&c[1], consumer),
                               scalar_time(&c[2], now)};
    enum result result = scalar_run(db, "queue_activate", 3, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return err_set(err, REJECT, "unknown_value", "bureau", "bureau: there is no such queue");
    *out = head_of(db, 0);
    return OK;
}

enum result cursor_save(struct db *db, wf_time now, const struct queue_cursor *cursors, int n, struct err *err)
{
    static struct rows args;
    ROWS_START(&args, COL_INT4, COL_INT8, COL_INT8, COL_TEXT, COL_TIME);
    for (int i = 0; i < n; i++) {
        column_int(&args.c[0], cursors[i].bureau);
        column_int(&args.c[1], cursors[i].epoch);
        column_int(&args.c[2], cursors[i].acked);
        column_text(&args.c[3], cursors[i].consumer);
        column_time(&args.c[4], cursors[i].since);
    }
    column_time(rows_scalar(&args, COL_TIME), now);
    rows_query(db, "cursor_save", &args);
    return db_flush(db, err);
}

enum result queue_block(struct db *db, int32_t bureau, int64_t epoch, int64_t seq, int attempts, struct str reason,
                        wf_time now, struct err *err)
{
    struct column c[6] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT4, bureau), scalar_int(&c[1], COL_INT8, epoch),
                               scalar_int(&c[2], COL_INT8, seq),    scalar_int(&c[3], COL_INT4, attempts),
                               scalar_text(&c[4], reason),          scalar_time(&c[5], now)};
    enum result result = scalar_run(db, "queue_block", 6, params, err);
    if (result == OK && db_affected(db, 0) == 0)
        return err_set_limit(err, REJECT, "stale_epoch", "epoch", "sequence ", seq, " is not this consumer's to block");
    return result;
}

// ---- Partitions ----

enum result queue_extend(struct db *db, struct err *err)
{
    db_command(db, SQL_queue_extend_now);
    return db_flush(db, err);
}

// Each in a transaction of its own: a lock is held for one queue only, and given back at once.
static enum result retire(struct db *db, wf_time now, wf_time limit, int32_t bureau, bool *done, struct err *err)
{
    struct column c[3] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT4, bureau), scalar_time(&c[1], limit), scalar_time(&c[2], now)};
    enum result result = scalar_run(db, "queue_retire", 3, params, err);
    if (result == OK)
        *done = db_int(db, 0, 0, 0) != 0;
    return result;
}

enum result queue_maintain(struct db *db, wf_time now, int64_t rows_per_partition, wf_time retain, int *dropped,
                           struct err *err)
{
    static int32_t failed; // the queue whose lock was not to be had: next time the others come first
    int32_t bureaus[QUEUES_MAX];
    struct column c[3] = {0};
    struct column *size[] = {scalar_int(&c[0], COL_INT8, rows_per_partition)};
    struct column *which[] = {scalar_time(&c[1], now - retain), scalar_int(&c[2], COL_INT4, failed)};
    *dropped = 0;
    enum result result = scalar_run(db, "queue_extend", 1, size, err);
    if (result == OK)
        result = db_run(db, "queue_retirable", 2, which, err);
    column_free(which[0]);
    column_free(which[1]);
    if (result != OK)
        return result;
    int n = db_rows(db, 0);
    insist(n <= QUEUES_MAX);
    for (int i = 0; i < n; i++)
        bureaus[i] = (int32_t)db_int(db, 0, i, 0);
    bool done = true;
    for (int i = 0; i < n && result == OK && done; i++) {
        failed = bureaus[i];
        result = retire(db, now, now - retain, bureaus[i], &done, err);
        *dropped += result == OK && done;
    }
    return result;
}

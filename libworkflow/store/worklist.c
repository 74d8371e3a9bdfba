// SPDX-License-Identifier: Apache-2.0
#include "store/worklist.h"

#include "store/letter_row.h"
#include "store/rows.h"
#include "store/worklist.sql.h"

const struct statement worklist_received_statements[] = {{"worklist_received", SQL_worklist_received}, {0}};
const struct statement worklist_accepted_statements[] = {{"worklist_accepted", SQL_worklist_accepted}, {0}};
const struct statement worklist_due_statements[] = {{"worklist_due", SQL_worklist_due}, {0}};

static enum result read_page(struct db *db, const char *statement, int64_t after, int max, struct err *err)
{
    static struct rows args;
    args.n = 0;
    column_int(rows_scalar(&args, COL_INT8), after);
    column_int(rows_scalar(&args, COL_INT4), max);
    rows_query(db, statement, &args);
    return db_flush(db, err);
}

enum result worklist_received(struct db *db, int64_t after, int max, struct letter *out, int *n, struct err *err)
{
    enum result result = read_page(db, "worklist_received", after, max, err);
    if (result != OK)
        return result;
    *n = db_rows(db, 0);
    for (int row = 0; row < *n; row++)
        out[row] = letter_row(db, row);
    return OK;
}

// The ids of the last flush; *oldest is the first row's time.
static void take_ids(const struct db *db, int64_t *ids, int *n, wf_time *oldest)
{
    *n = db_rows(db, 0);
    for (int row = 0; row < *n; row++)
        ids[row] = db_int(db, 0, row, 0);
    *oldest = *n > 0 ? db_time(db, 0, 0, 1) : 0;
}

enum result worklist_accepted(struct db *db, int64_t after, int max, int64_t *ids, int *n, wf_time *oldest,
                              struct err *err)
{
    enum result result = read_page(db, "worklist_accepted", after, max, err);
    if (result == OK)
        take_ids(db, ids, n, oldest);
    return result;
}

enum result worklist_due(struct db *db, wf_time now, int max, int64_t *ids, int *n, wf_time *oldest, struct err *err)
{
    static struct rows args;
    args.n = 0;
    column_time(rows_scalar(&args, COL_TIME), now);
    column_int(rows_scalar(&args, COL_INT4), max);
    rows_query(db, "worklist_due", &args);
    enum result result = db_flush(db, err);
    if (result == OK)
        take_ids(db, ids, n, oldest);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/identity.h"

#include "store/identity.sql.h"
#include "store/rows.h"
#include "store/scalar.h"

const struct statement identity_statements[] = {{"identity_read", SQL_identity_read}, {0}};
const struct statement identity_desk_statements[] = {{"identity_desk", SQL_identity_desk}, {0}};

static struct identity read_at(const struct db *db, int row)
{
    return (struct identity){db_text(db, 0, row, 1), db_text(db, 0, row, 2), db_text(db, 0, row, 3),
                             db_text(db, 0, row, 4)};
}

enum result identity_read(struct db *db, const struct identity_want *wants, int n, struct err *err)
{
    static struct rows args;
    ROWS_START(&args, COL_INT8, COL_INT4);
    for (int i = 0; i < n; i++) {
        column_int(&args.c[0], wants[i].case_id);
        column_int(&args.c[1], wants[i].unit);
    }
    column_int(rows_scalar(&args, COL_INT2), J_IDENTITY_OPENED);
    column_int(rows_scalar(&args, COL_INT2), ACTOR_BUREAU);
    rows_query(db, "identity_read", &args);
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    for (int i = 0; i < n; i++)
        if (i >= db_rows(db, 0) || db_int(db, 0, i, 0) == 0)
            return err_set(err, BROKEN, "broken", "", "an identity was opened, and the journal does not say so");
    return OK;
}

struct identity identity_at(const struct db *db, int i)
{
    return read_at(db, i);
}

enum result identity_desk(struct db *db, int64_t case_id, int32_t version, struct str post, bool *opened,
                          struct identity *out, struct err *err)
{
    struct column c[5] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, case_id), scalar_int(&c[1], COL_INT4, version), &c[2],
                               scalar_int(&c[3], COL_INT2, ACTOR_DESK), scalar_text(&c[4], post)};
    column_start(&c[2], COL_INT2);
    column_int(&c[2], J_IDENTITY_OPENED);
    column_int(&c[2], J_REQUEST_MADE);
    enum result result = scalar_run(db, "identity_desk", 5, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return err_set(err, REJECT, "not_found", "number", "the journal has no such opening");
    *opened = db_int(db, 0, 0, 0) == J_IDENTITY_OPENED;
    *out = read_at(db, 0);
    return OK;
}

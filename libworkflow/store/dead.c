// SPDX-License-Identifier: Apache-2.0
#include "store/dead.h"

#include "store/dead.sql.h"
#include "store/scalar.h"

const struct statement dead_statements[] = {
    {"dead_list", SQL_dead_list},
    {"dead_get", SQL_dead_get},
    {"dead_decide", SQL_dead_decide},
    {NULL, NULL},
};

static enum result not_found(struct err *err)
{
    return err_set(err, REJECT, "not_found", "id", "there is no dead letter of this id; see `letterctl dead list`");
}

static struct dead_row read_row(const struct db *db, int row)
{
    return (struct dead_row){
        .id = db_int(db, 0, row, 0),
        .source = db_text(db, 0, row, 1),
        .ref = db_text(db, 0, row, 2),
        .case_id = db_int(db, 0, row, 3),
        .mailbox = (int32_t)db_int(db, 0, row, 4),
        .at = db_time(db, 0, row, 5),
        .attempts = (int32_t)db_int(db, 0, row, 6),
        .code = db_text(db, 0, row, 7),
        .field = db_text(db, 0, row, 8),
        .words = db_text(db, 0, row, 9),
        .frame = db_text(db, 0, row, 10),
    };
}

enum result dead_list(struct db *db, int32_t limit, void (*each)(void *arg, const struct dead_row *row), void *arg,
                      struct err *err)
{
    struct column c = {0};
    struct column *params[] = {scalar_int(&c, COL_INT4, limit)};
    enum result result = db_run(db, "dead_list", 1, params, err);
    column_free(&c);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct dead_row found = read_row(db, row);
        each(arg, &found);
    }
    return result;
}

enum result dead_get(struct db *db, int64_t id, struct dead_row *out, struct err *err)
{
    struct column c = {0};
    struct column *params[] = {scalar_int(&c, COL_INT8, id)};
    enum result result = db_run(db, "dead_get", 1, params, err);
    column_free(&c);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return not_found(err);
    *out = read_row(db, 0);
    return OK;
}

enum result dead_decide(struct db *db, int64_t id, const char *decision, struct str by, wf_time now, struct err *err)
{
    struct column c[4] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, id), scalar_text(&c[1], str_of(decision)),
                               scalar_time(&c[2], now), scalar_text(&c[3], by)};
    enum result result = db_run(db, "dead_decide", 4, params, err);
    for (int i = 0; i < 4; i++)
        column_free(&c[i]);
    if (result == OK && db_affected(db, 0) == 0)
        return not_found(err);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include "store/history.sql.h"
#include "store/letter_row.h"
#include "store/scalar.h"

#define CATEGORY_CONDUCT 14 // 督察与队伍建设 (domain §3.7)

const struct statement history_statements[] = {
    {"history_letters", SQL_history_letters}, {"history_labels", SQL_history_labels}, {NULL, NULL}};

enum result history_letters(struct db *db, int64_t before, int max, struct letter *out, int *n, struct err *err)
{
    struct column c[2] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, before), scalar_int(&c[1], COL_INT4, max)};
    enum result result = scalar_run(db, "history_letters", 2, params, err);
    *n = result == OK ? db_rows(db, 0) : 0;
    for (int row = 0; row < *n; row++)
        out[row] = letter_row(db, row);
    return result;
}

static struct column *two(struct column *c, int a, int b)
{
    column_start(c, COL_INT2);
    column_int(c, a);
    column_int(c, b);
    return c;
}

enum result history_labels(struct db *db, const struct viewer *viewer, wf_time now, int64_t after, int max,
                           struct history_label *out, int *n, struct err *err)
{
    struct column c[12] = {0};
    *n = 0;
    if (viewer->unit != POLICY_PROVINCE || reader_level(viewer->duties) != READ_ALL)
        return err_set(err, REJECT, "not_your_duty", "--as", "only a post of the province's that reads letters");
    struct column *params[] = {scalar_int(&c[0], COL_INT8, after),
                               scalar_int(&c[1], COL_INT4, max),
                               scalar_int(&c[2], COL_INT2, FLAG_CONDUCT | FLAG_CONFIDENTIAL | FLAG_ACCUSED),
                               scalar_int(&c[3], COL_INT2, CATEGORY_CONDUCT),
                               two(&c[4], KIND_COMPLAINT, KIND_REPORT),
                               scalar_time(&c[5], now),
                               two(&c[6], J_CASE_ACCEPTED, J_CASE_RECLASSIFIED),
                               scalar_int(&c[7], COL_INT2, J_EMERGENCY_FLAGGED),
                               scalar_int(&c[8], COL_INT2, ACTOR_DESK),
                               scalar_int(&c[9], COL_INT4, viewer->unit),
                               scalar_int(&c[10], COL_INT4, viewer->officer),
                               scalar_text(&c[11], viewer->post)};
    enum result result = scalar_run(db, "history_labels", 12, params, err);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++)
        out[(*n)++] = (struct history_label){.id = db_int(db, 0, row, 0),
                                             .mailbox = (int32_t)db_int(db, 0, row, 1),
                                             .kind = (enum kind)db_int(db, 0, row, 2),
                                             .category = (int16_t)db_int(db, 0, row, 3),
                                             .urgent = db_null(db, 0, row, 4) ? -1 : (int)db_int(db, 0, row, 4),
                                             .title = db_text(db, 0, row, 5),
                                             .place = db_text(db, 0, row, 6),
                                             .body = db_text(db, 0, row, 7)};
    return result;
}

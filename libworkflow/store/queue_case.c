// SPDX-License-Identifier: Apache-2.0
#include "store/queue_case.h"

#include "store/queue_case.sql.h"
#include "store/scalar.h"

const struct statement queue_case_statements[] = {{"queue_case", SQL_queue_case}, {0}};

enum result queue_case(struct db *db, int32_t queue, int64_t seq, int32_t *mailbox, int64_t *id, struct err *err)
{
    struct column c[2] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT4, queue), scalar_int(&c[1], COL_INT8, seq)};
    enum result result = scalar_run(db, "queue_case", 2, params, err);
    if (result != OK)
        return result;
    if (db_rows(db, 0) == 0)
        return err_set_limit(err, REJECT, "not_found", "SEQ", "SEQ: this queue has no line ", seq,
                             "; see `letterctl queues`");
    *id = db_int(db, 0, 0, 0);
    *mailbox = (int32_t)db_int(db, 0, 0, 1);
    return OK;
}

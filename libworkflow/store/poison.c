// SPDX-License-Identifier: Apache-2.0
#include "store/poison.h"

#include "store/poison.sql.h"
#include "store/rows.h"

const struct statement poison_statements[] = {{"poison_add", SQL_poison_add}, {0}};

static bool stands_before(const struct poison *items, int i)
{
    for (int k = 0; k < i; k++)
        if (str_eq(items[k].ref, items[i].ref))
            return true;
    return false;
}

enum result poison_add(struct db *db, const char *source, wf_time now, const struct poison *items, int n,
                       struct err *err)
{
    static struct rows args;
    if (n == 0)
        return OK;
    args.n = 0;
    column_text(rows_scalar(&args, COL_TEXT), str_of(source));
    static const enum column_type types[] = {COL_TEXT, COL_INT8, COL_TEXT, COL_TEXT, COL_TEXT, COL_BYTES};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        column_start(&args.c[args.n++], types[i]);
    for (int i = 0; i < n; i++) {
        if (stands_before(items, i)) // one statement may not meet one row twice
            continue;
        column_text(&args.c[1], items[i].ref);
        column_int(&args.c[2], items[i].case_id);
        column_text(&args.c[3], str_of(items[i].err->code));
        column_text(&args.c[4], str_of(items[i].err->field));
        column_text(&args.c[5], str_of(items[i].err->text));
        column_text(&args.c[6], items[i].frame);
    }
    column_time(rows_scalar(&args, COL_TIME), now);
    rows_query(db, "poison_add", &args);
    return db_flush(db, err);
}

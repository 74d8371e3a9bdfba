// SPDX-License-Identifier: Apache-2.0
#include "store/rows.h"

#include "store/scalar.h"

void rows_start(struct rows *r, int n, const enum column_type *types)
{
    insist(n <= ROWS_COLUMNS);
    r->n = n;
    for (int i = 0; i < n; i++)
        column_start(&r->c[i], types[i]);
}

struct column *rows_scalar(struct rows *r, enum column_type type)
{
    insist(r->n < ROWS_COLUMNS);
    return scalar_start(&r->c[r->n++], type);
}

void rows_query(struct db *db, const char *statement, struct rows *r)
{
    struct column *params[ROWS_COLUMNS];
    for (int i = 0; i < r->n; i++)
        params[i] = &r->c[i];
    db_query(db, statement, r->n, params);
}

void rows_free(struct rows *r)
{
    for (int i = 0; i < ROWS_COLUMNS; i++)
        column_free(&r->c[i]);
}

// SPDX-License-Identifier: Apache-2.0
// rows: the columns of one set statement under construction.
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/db.h"

#define ROWS_COLUMNS 24

struct rows {
    struct column c[ROWS_COLUMNS];
    int n;
};

// Empty columns of these types; memory is kept.
void rows_start(struct rows *r, int n, const enum column_type *types);
#define ROWS_START(rows, ...)                                                                                          \
    rows_start((rows), (int)(sizeof((enum column_type[]){__VA_ARGS__}) / sizeof(enum column_type)),                    \
               (enum column_type[]){__VA_ARGS__})
// One more parameter behind the columns, the same for all rows.
struct column *rows_scalar(struct rows *r, enum column_type type);
void rows_query(struct db *db, const char *statement, struct rows *r);
void rows_free(struct rows *r);

#endif

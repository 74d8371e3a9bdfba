// SPDX-License-Identifier: Apache-2.0
// scalar: a statement's parameter that is one value; a statement with such parameters. For store's own files.
#ifndef STORE_SCALAR_H
#define STORE_SCALAR_H

#include "store/db.h"

static inline struct column *scalar_start(struct column *c, enum column_type type)
{
    column_start(c, type);
    c->scalar = true;
    return c;
}

static inline struct column *scalar_int(struct column *c, enum column_type type, int64_t v)
{
    column_int(scalar_start(c, type), v);
    return c;
}

static inline struct column *scalar_text(struct column *c, struct str s)
{
    column_text(scalar_start(c, COL_TEXT), s);
    return c;
}

static inline struct column *scalar_time(struct column *c, wf_time t)
{
    column_time(scalar_start(c, COL_TIME), t);
    return c;
}

// One statement alone; frees its parameters.
static inline enum result scalar_run(struct db *db, const char *statement, int n, struct column *const *params,
                                     struct err *err)
{
    enum result result = db_run(db, statement, n, params, err);
    for (int i = 0; i < n; i++)
        column_free(params[i]);
    return result;
}

#endif

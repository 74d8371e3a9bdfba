// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"
#include "store/access.h"
#include "store/near.sql.h"
#include "store/near_impl.h"
#include "store/scalar.h"

const struct statement near_look_statements[] = {
    {"near_body", SQL_near_body},
    {"near_search", SQL_near_search},
    {"near_writers", SQL_near_writers},
    {"near_same", SQL_near_same},
    {"near_fetch", SQL_near_fetch},
    {"near_guard", SQL_near_guard},
    {0},
};
const struct statement near_fill_statements[] = {
    {"near_page", SQL_near_page},
    {"near_extend", SQL_near_extend},
    {"near_search", SQL_near_search},
    {"near_add", SQL_near_add},
    {0},
};

// Who may not see a case is not told that there is one (G4).
static enum result leave_out_hidden(struct db *db, const struct policy *policy, const struct viewer *viewer,
                                    wf_time now, const struct near_found *found, struct near_found *out,
                                    struct err *err)
{
    struct column ids = {0}, *params[] = {&ids};
    out->n = 0;
    if (found->n == 0)
        return OK;
    column_start(&ids, COL_INT8);
    for (int i = 0; i < found->n; i++)
        column_int(&ids, found->pair[i].id);
    enum result result = scalar_run(db, "near_guard", 1, params, err);
    for (int i = 0; result == OK && i < found->n; i++)
        for (int row = 0; row < db_rows(db, 0); row++)
            if (db_int(db, 0, row, 0) == found->pair[i].id &&
                access_reading(db, 0, row, 1, policy, date_of(now), viewer) != READ_NOTHING)
                out->pair[out->n++] = found->pair[i];
    return result;
}

static enum result look(struct near *near, const struct policy *policy, wf_time now, int64_t id, struct err *err)
{
    struct column c = {0}, *params[] = {&c};
    scalar_int(&c, COL_INT8, id);
    enum result result = scalar_run(near->db, "near_body", 1, params, err);
    if (result != OK)
        return result;
    if (db_rows(near->db, 0) == 0)
        return err_set(err, REJECT, "not_found", "number", CASE_NOT_FOUND);
    int64_t ids[] = {db_int(near->db, 0, 0, 0)};
    near_start(near);
    near_read(near, 0, db_text(near->db, 0, 0, 1));
    near_ask_bands(near, policy, date_begin(number_date(ids[0])), 1, ids);
    near_ask_writers(near, 1, ids);
    result = db_flush(near->db, err);
    if (result != OK)
        return result;
    near_take_bands(near, 0, ids);
    near_choose(near, 0);
    near_take_writers(near, 1, 1, ids);
    return near_compare(near, policy, now, ids, err);
}

enum result near_look(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now, int64_t id,
                      struct near_found *out, struct err *err)
{
    struct near *near = near_new(db);
    enum result result = look(near, policy, now, id, err);
    if (result == OK)
        result = leave_out_hidden(db, policy, viewer, now, near_of(near, 0), out, err);
    near_free(near);
    return result;
}

// ---- Letters from before there were bands ----

static enum result add_bands(struct near *near, int n, const int64_t *ids, int *added, struct err *err)
{
    struct rows rows = {0};
    ROWS_START(&rows, COL_INT4, COL_INT8);
    for (int i = 0; i < n; i++) {
        for (int b = 0; b < near->found[i].sketch.n; b++) {
            column_int(&rows.c[0], (int32_t)near->found[i].sketch.band[b]);
            column_int(&rows.c[1], ids[i]);
        }
    }
    enum result result = OK;
    if (rows.c[0].n > 0) {
        rows_query(near->db, "near_add", &rows);
        result = db_flush(near->db, err);
        *added = result == OK ? (int)db_affected(near->db, 0) : 0;
    }
    rows_free(&rows);
    return result;
}

enum result near_fill(struct near *near, const struct policy *policy, wf_time now, int64_t *after, int max, int *looked,
                      int *added, struct err *err)
{
    struct column c[2] = {0};
    int64_t ids[CASES_MAX], oldest = near_oldest(policy, now);
    insist(max <= CASES_MAX);
    *looked = *added = 0;
    struct column *params[] = {scalar_int(&c[0], COL_INT8, *after > oldest ? *after : oldest),
                               scalar_int(&c[1], COL_INT4, max)};
    enum result result = near_partitions(near, policy, now, err);
    if (result != OK)
        return result;
    result = scalar_run(near->db, "near_page", 2, params, err);
    if (result != OK)
        return result;
    int n = db_rows(near->db, 0);
    near_start(near);
    for (int i = 0; i < n; i++) {
        ids[i] = db_int(near->db, 0, i, 0);
        near_read(near, i, db_text(near->db, 0, i, 1));
    }
    *looked = n;
    if (n == 0)
        return OK;
    *after = ids[n - 1];
    near_ask_bands(near, policy, now, n, ids);
    result = db_flush(near->db, err);
    if (result != OK)
        return result;
    near_take_bands(near, 0, ids);
    near_compare_batch(near, n, ids);
    return add_bands(near, n, ids, added, err);
}

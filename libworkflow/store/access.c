// SPDX-License-Identifier: Apache-2.0
#include "store/access.h"

#include "core/seeded.h"
#include "store/access.sql.h"
#include "store/scalar.h"
#include "store/unit_queues.h"

const struct statement access_statements[] = {
    {"access_case", SQL_access_case},
    {"access_note", SQL_access_note},
    {"access_looks", SQL_access_looks},
    {"access_deliveries", SQL_access_deliveries},
    {NULL, NULL},
};

// The next pair of numbers; false when it is none.
static bool take_pair(struct str *rest, int64_t *first, int64_t *second)
{
    struct str pair = str_split(rest, ',');
    struct str one = str_split(&pair, ':');
    return str_to_i64(one, first) && str_to_i64(pair, second);
}

bool access_accused(struct str s, struct accused_list *out)
{
    int64_t unit, officer;
    *out = (struct accused_list){.n = 0};
    while (s.p) {
        if (!take_pair(&s, &unit, &officer) || out->n == GUARD_ACCUSED)
            return false;
        out->of[out->n++] = (struct accused){(int32_t)unit, (int32_t)officer};
    }
    return true;
}

bool access_legs(struct str s, struct reader_leg out[CASE_LEGS], int *n)
{
    int64_t unit, flags;
    *n = 0;
    while (s.p) {
        if (!take_pair(&s, &unit, &flags) || *n == CASE_LEGS)
            return false;
        out[(*n)++] = (struct reader_leg){(int32_t)unit, (uint16_t)flags};
    }
    return true;
}

enum reading access_reading(const struct db *db, int q, int row, int col, const struct policy *policy, struct date day,
                            const struct viewer *viewer)
{
    struct accused_list x;
    struct reader_leg legs[CASE_LEGS];
    int n;
    if (!access_accused(db_text(db, q, row, col), &x) || !access_legs(db_text(db, q, row, col + 1), legs, &n))
        return READ_NOTHING;
    return reader_case(policy, day, viewer, &x, legs, n);
}

void access_add_note(struct db *db, wf_time now, const struct viewer *viewer, int64_t id, const char *what,
                     bool allowed)
{
    struct column c[7] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, id),           scalar_time(&c[1], now),
                               scalar_int(&c[2], COL_INT4, viewer->unit), scalar_int(&c[3], COL_INT4, viewer->officer),
                               scalar_text(&c[4], viewer->post),          scalar_text(&c[5], str_of(what)),
                               scalar_int(&c[6], COL_BOOL, allowed)};
    db_query(db, "access_note", 7, params);
    for (int i = 0; i < 7; i++)
        column_free(params[i]);
}

enum result access_ask(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                       const char *what, int32_t mailbox, int64_t id, enum reading *out, struct err *err)
{
    struct column its_id = {0}, its_mailbox = {0};
    struct column *params[] = {scalar_int(&its_id, COL_INT8, id), scalar_int(&its_mailbox, COL_INT4, mailbox)};
    enum result result = scalar_run(db, "access_case", 2, params, err);
    if (result != OK)
        return result;
    enum reading reading = READ_NOTHING;
    if (db_rows(db, 0) > 0)
        reading = SEEDED("look") ? READ_ALL : access_reading(db, 0, 0, 0, policy, date_of(now), viewer);
    // A number that is not there is written down, too: the answers must not differ in how long they take.
    access_add_note(db, now, viewer, id, what, reading != READ_NOTHING);
    result = db_flush(db, err);
    if (result == OK && reading == READ_NOTHING)
        return err_set(err, REJECT, "not_found", "number", CASE_NOT_FOUND);
    if (result == OK)
        *out = reading;
    return result;
}

// ---- Who has read ----

enum { CASE, DELIVERIES, LOOKS }; // positions in the batch

static void tell_deliveries(const struct db *db, const struct policy *policy, struct date day,
                            const struct accused_list *x, void (*each)(void *arg, const struct access_reader *r),
                            void *arg)
{
    for (int i = 0; i < db_rows(db, DELIVERIES); i++) {
        struct access_reader r = {
            .delivery = true,
            .allowed = true,
            .queue = (int32_t)db_int(db, DELIVERIES, i, 0),
            .seq = db_int(db, DELIVERIES, i, 1),
            .leg = (int16_t)db_int(db, DELIVERIES, i, 2),
            .unit = (int32_t)db_int(db, DELIVERIES, i, 3),
            .notice = (enum notice)db_int(db, DELIVERIES, i, 4),
            .at = db_time(db, DELIVERIES, i, 5),
            .acknowledged = db_int(db, DELIVERIES, i, 6) != 0,
        };
        r.excluded = guard_excludes(policy, day, x, r.unit) != GUARD_FREE ||
                     guard_excludes(policy, day, x, r.queue) != GUARD_FREE;
        each(arg, &r);
    }
}

static void tell_looks(const struct db *db, const struct policy *policy, struct date day, const struct accused_list *x,
                       void (*each)(void *arg, const struct access_reader *r), void *arg)
{
    for (int i = 0; i < db_rows(db, LOOKS); i++) {
        struct access_reader r = {
            .at = db_time(db, LOOKS, i, 0),
            .unit = (int32_t)db_int(db, LOOKS, i, 1),
            .officer = (int32_t)db_int(db, LOOKS, i, 2),
            .post = db_text(db, LOOKS, i, 3),
            .what = db_text(db, LOOKS, i, 4),
            .allowed = db_int(db, LOOKS, i, 5) != 0,
        };
        r.excluded = guard_excludes_reader(policy, day, x, r.unit, r.officer) != GUARD_FREE;
        each(arg, &r);
    }
}

// The queues that its legs can be in, and whose they are.
static void queues_of(const struct policy *policy, const struct reader_leg *legs, int legs_n, struct column *queues,
                      struct column *units)
{
    int32_t above[UNIT_QUEUES];
    column_start(queues, COL_INT4);
    column_start(units, COL_INT4);
    for (int i = 0; i < legs_n; i++)
        for (int k = 0, n = unit_queues(policy, legs[i].unit, above); k < n; k++) {
            column_int(queues, above[k]);
            column_int(units, legs[i].unit);
        }
}

enum result access_readers(struct db *db, const struct policy *policy, wf_time now, int64_t id,
                           void (*each)(void *arg, const struct access_reader *r), void *arg, struct err *err)
{
    struct column its_id = {0}, mailbox = {0}, queues = {0}, units = {0}, most = {0};
    struct column *params[] = {scalar_int(&its_id, COL_INT8, id), scalar_start(&mailbox, COL_INT4)};
    column_null(&mailbox);
    struct reader_leg legs[CASE_LEGS];
    struct accused_list x;
    int legs_n = 0;
    enum result result = db_run(db, "access_case", 2, params, err);
    if (result == OK && db_rows(db, 0) == 1 && !access_legs(db_text(db, 0, 0, 1), legs, &legs_n))
        result = err_set(err, BROKEN, "too_many", "", "the case has more legs than a case can have");
    if (result == OK) {
        queues_of(policy, legs, legs_n, &queues, &units);
        struct column *deliveries[] = {&its_id, &queues, &units};
        struct column *looks[] = {&its_id, scalar_int(&most, COL_INT4, ACCESS_LOOKS)};
        db_query(db, "access_case", 2, params);
        db_query(db, "access_deliveries", 3, deliveries);
        db_query(db, "access_looks", 2, looks);
        result = db_flush(db, err);
    }
    column_free(&its_id);
    column_free(&mailbox);
    column_free(&queues);
    column_free(&units);
    column_free(&most);
    if (result != OK)
        return result;
    if (db_rows(db, CASE) == 0 || !access_accused(db_text(db, CASE, 0, 0), &x))
        return err_set(err, BROKEN, "too_many", "", "the case accuses more than a case can");
    tell_deliveries(db, policy, date_of(now), &x, each, arg);
    tell_looks(db, policy, date_of(now), &x, each, arg);
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
// db_ahead: one batch that the server works on while its asker does something else. Answers come in the order of the
// questions, so whoever wants those of a later batch first takes in those of this one, and puts them aside.
#include "store/db_impl.h"

#include <string.h>

static void clear(PGresult **results, int *n)
{
    for (int i = 0; i < *n; i++)
        PQclear(results[i]);
    *n = 0;
}

void db_ahead(struct db *db)
{
    struct ahead *a = &db->ahead;
    insist(!a->sent && !db->when_used && !db->flushed && db->queries > 0 && db->results_n == 0);
    a->sent = true;
    a->came = false;
    if (!db->conn)
        db_ahead_lost(db);
    else if (db->send_failed || !PQpipelineSync(db->conn) || PQflush(db->conn) < 0)
        db_drop(db);
    db->queries = 0;
    db->send_failed = false;
    db->flushed = true;
}

void db_ahead_read(struct db *db)
{
    if (!db->ahead.sent || db->ahead.came || !db->conn)
        return;
    if (PQflush(db->conn) < 0 || !PQconsumeInput(db->conn))
        db_drop(db);
}

void db_ahead_lost(struct db *db)
{
    struct ahead *a = &db->ahead;
    if (!a->sent || a->came)
        return;
    a->came = true;
    a->result = err_set(&a->err, RETRY, "database_away", "", "no connection to the database");
}

void db_ahead_drain(struct db *db)
{
    struct ahead *a = &db->ahead;
    PGresult *kept[BATCH_MAX], *error = NULL;
    int kept_n = db->results_n;
    if (!a->sent || a->came || !db->conn)
        return;
    memcpy(kept, db->results, (size_t)kept_n * sizeof *kept);
    db->results_n = 0;
    a->result = OK;
    a->came = true;
    db->unready = NULL;
    if (!db_drain(db, &error))
        a->result = db_lost(db, &a->err, "the database does not answer: ");
    else if (error)
        a->result = db_refused(db, error, &a->err);
    memcpy(a->in, db->results, (size_t)db->results_n * sizeof *a->in);
    a->in_n = db->results_n;
    if (a->result != OK)
        clear(a->in, &a->in_n);
    db->results_n = 0;
    if (!db->conn)
        clear(kept, &kept_n);
    memcpy(db->results, kept, (size_t)kept_n * sizeof *kept);
    db->results_n = kept_n;
}

enum result db_take(struct db *db, struct err *err)
{
    struct ahead *a = &db->ahead;
    insist(a->sent);
    db_ahead_drain(db);
    a->sent = false;
    clear(a->taken, &a->taken_n);
    if (a->result != OK) {
        if (err)
            *err = a->err;
        return a->result;
    }
    memcpy(a->taken, a->in, (size_t)a->in_n * sizeof *a->taken);
    a->taken_n = a->in_n;
    a->in_n = 0;
    return OK;
}

void db_ahead_free(struct db *db)
{
    clear(db->ahead.in, &db->ahead.in_n);
    clear(db->ahead.taken, &db->ahead.taken_n);
}

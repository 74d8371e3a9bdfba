// SPDX-License-Identifier: Apache-2.0
// db_impl: what db.c (batches), db_prepare.c (their statements) and db_connect.c (connections) share.
#ifndef STORE_DB_IMPL_H
#define STORE_DB_IMPL_H

#include "store/db.h"

#include <libpq-fe.h>

#define BATCH_MAX 64
#define STATEMENTS_MAX 256                // in all lists of a connection that prepares when used
#define PG_EPOCH INT64_C(946684800000000) // 2000-01-01, PostgreSQL's zero, in ours

// A statement that the batch prepares: its answer comes behind those of `before` queries.
struct preparing {
    const char *name;
    bool *prepared; // false again if it is not; may be NULL
    int before;
};

struct db {
    PGconn *conn;
    char conninfo[1024];
    const char *role;
    const struct statement *const *lists;
    bool by_key;
    bool when_used;
    bool prepared[STATEMENTS_MAX]; // when_used: by position in the lists
    int64_t timeout;               // microseconds for one answer
    int64_t next_attempt;
    int64_t connections;
    struct err why; // what the last attempt to connect said
    PGresult *results[BATCH_MAX];
    int queries; // sent since the last flush began
    int kept;    // results of the flushes before it
    int results_n;
    struct preparing preparing[BATCH_MAX];
    int preparing_n;
    int ready_n;         // how many of them the server has prepared
    const char *unready; // the one that it refused, NULL: none
    bool commits;        // the batch holds a COMMIT
    bool warned;         // the server warned while it ran
    bool sent;           // by db_send, with its Sync
    bool flushed;
    bool send_failed;
};

// Room for one more in the batch: after a flush a new one.
void db_begin_batch(struct db *db);
// On a connection that prepares when used: into the batch before the statement's first use.
void db_prepare_first_use(struct db *db, const char *name);
// Ends the connection, and with it an open transaction.
void db_drop(struct db *db);
// RETRY, code "database_away", with libpq's words behind `what`; the connection is dropped.
enum result db_lost(struct db *db, struct err *err, const char *what);

#endif

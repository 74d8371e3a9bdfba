// SPDX-License-Identifier: Apache-2.0
// db_impl: what db.c (batches) and db_connect.c (connections) share.
#ifndef STORE_DB_IMPL_H
#define STORE_DB_IMPL_H

#include "store/db.h"

#include <libpq-fe.h>

#define BATCH_MAX 64
#define PG_EPOCH INT64_C(946684800000000) // 2000-01-01, PostgreSQL's zero, in ours

struct db {
    PGconn *conn;
    char conninfo[1024];
    const char *role;
    const struct statement *const *lists;
    bool by_key;
    int64_t timeout; // microseconds for one answer
    int64_t next_attempt;
    int64_t connections;
    struct err why; // what the last attempt to connect said
    PGresult *results[BATCH_MAX];
    int queries; // sent since the last flush began
    int results_n;
    int refused;  // which statement of the last flush the server refused, -1: none
    bool commits; // the batch holds a COMMIT
    bool warned;  // the server warned while it ran
    bool flushed;
    bool send_failed;
};

// Ends the connection, and with it an open transaction.
void db_drop(struct db *db);
// RETRY, code "database_away", with libpq's words behind `what`; the connection is dropped.
enum result db_lost(struct db *db, struct err *err, const char *what);

#endif

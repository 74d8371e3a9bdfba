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

// A batch that db_ahead sent.
struct ahead {
    bool sent, came; // came: its answers are in `in`, or `result` says why not
    enum result result;
    struct err err;
    PGresult *in[BATCH_MAX], *taken[BATCH_MAX];
    int in_n, taken_n;
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
    struct ahead ahead;
};

// Room for one more in the batch: after a flush a new one.
void db_begin_batch(struct db *db);
// On a connection that prepares when used: into the batch before the statement's first use.
void db_prepare_first_use(struct db *db, const char *name);
// Ends the connection, and with it an open transaction.
void db_drop(struct db *db);
// RETRY, code "database_away", with libpq's words behind `what`; the connection is dropped.
enum result db_lost(struct db *db, struct err *err, const char *what);

// Reads and writes until the Sync's answer is in, into db->results. false: lost or late.
bool db_drain(struct db *db, PGresult **first_error);
// What an error inside a batch means; it may cost the connection.
enum result db_refused(struct db *db, const PGresult *error, struct err *err);
// Before the answers of another batch can be read: those of the one that was sent ahead.
void db_ahead_drain(struct db *db);
// The connection is gone, and with it what was sent ahead.
void db_ahead_lost(struct db *db);
void db_ahead_free(struct db *db);

#endif

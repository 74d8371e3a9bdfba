// SPDX-License-Identifier: Apache-2.0
// db: one connection to PostgreSQL. Statements are prepared by name, sent in pipelines of many, and answered in binary.
//
// A batch is: db_query for each statement, then db_flush, which waits (at most database/timeout) and keeps all results.
// Between db_open and the end the connection may vanish at any time; then every call gives RETRY until db_ready brings
// it back. Only store's own files include this header; daemons see the modules above it and db_open, db_ready,
// db_close.
#ifndef STORE_DB_H
#define STORE_DB_H

#include "core/err.h"
#include "core/wftime.h"
#include "run/options.h"
#include "wire/frame.h"

#define SCHEMA_VERSION 5 // of deploy/migrations that this program was built for

struct db;

// A statement with its name; types are inferred by the server, so every parameter is cast in the SQL ($1::bigint[]).
struct statement {
    const char *name;
    const char *sql;
};

// role: "pa_intake", …; NULL: the operating system's user (migrate). lists: NULL-terminated array of arrays of
// statements (each ended by name == NULL), all prepared on every connect. Does not connect yet.
struct db *db_open(const struct config *config, const char *role, const struct statement *const *lists);
// For connections whose statements all go by key: index plans only. Their plans are made once, when tables may be
// empty, and a plan that reads a whole small table would still read it when it has grown to millions of rows. Before
// the first db_ready.
void db_by_key(struct db *db);
// For tools, which run a few of their statements once: each is prepared together with its first use, not all on
// connect. One that cannot be prepared is then what db_flush says: REJECT, err->field = its name. Before the first
// db_ready.
void db_prepare_when_used(struct db *db);
// For reports, whose statements read whole tables: the longest wait for one answer from now on, in ms, instead of
// database/timeout.
void db_patience(struct db *db, int64_t ms);
void db_close(struct db *db);

// Connects when there is no connection: at most one attempt in half a second (RETRY in between). On connect checks:
// server >= 15.20, fsync and synchronous_commit on, schema version, and prepares all statements (but see
// db_prepare_when_used).
// RETRY: away or starting. REJECT: this database will not do, or it or the role is not there; err says what to do (a
// daemon at its start exits with it; later it treats it like RETRY).
enum result db_ready(struct db *db, struct err *err) MUST_USE;
bool db_connected(const struct db *db);
int64_t db_connection(const struct db *db); // counts the connections made: another number, another connection
// Prepares more statements on this connection.
enum result db_prepare(struct db *db, const struct statement *list, struct err *err) MUST_USE;

// ---- Parameters ----
// Arrays are built column by column in binary and kept between batches. Scalars are arrays of one with scalar = true.

enum column_type { COL_BOOL, COL_INT2, COL_INT4, COL_INT8, COL_TEXT, COL_BYTES, COL_TIME };

struct column {
    enum column_type type;
    bool scalar;
    bool has_null;
    int n;
    struct buf buf; // finished array after db_query
};

void column_start(struct column *c, enum column_type type); // empty, memory kept
void column_int(struct column *c, int64_t v);               // BOOL, INT2, INT4, INT8
void column_time(struct column *c, wf_time t);              // 0 becomes NULL
void column_text(struct column *c, struct str s);           // p == NULL becomes NULL
void column_bytes(struct column *c, const void *p, size_t n);
void column_null(struct column *c);
void column_free(struct column *c);
// The bytes to send: an array with its header, or the one element without its length. p == NULL: SQL NULL.
struct str column_value(struct column *c);

// ---- Batches ----

// Adds a prepared statement with n parameters to the batch. At most 64 statements a batch.
void db_query(struct db *db, const char *statement, int n, struct column *const *params);
// BEGIN, COMMIT and ROLLBACK, and other plain commands without parameters.
void db_command(struct db *db, const char *sql);
// Sends the batch, waits for all answers. RETRY: connection lost or timeout (after a COMMIT in the batch: outcome
// unknown), serialization failure, deadlock, server shutting down, disk trouble, corruption (SQLSTATE 58, XX), a table,
// column or right that went away (42), or a wait for synchronous replication that was cancelled. REJECT: the database
// refused a statement for good (err->code = SQLSTATE). After an error nothing of the batch is kept; when a transaction
// was open it has been rolled back.
enum result db_flush(struct db *db, struct err *err) MUST_USE;

// The results of the last flush stay, and those of the next batch follow them: one transaction whose second half
// depends on the first. At most 64 statements in all. Gives the place of the first result that follows.
int db_keep(struct db *db);
// Sends the batch without waiting, for whoever has other work meanwhile. Nothing can be added to it; db_flush waits.
void db_send(struct db *db);

// A batch whose answers are fetched later: db_ahead sends what was queried, outside any transaction; db_take waits for
// it, and returns as db_flush would have. Other batches may run in between. One at a time. Its results have places of
// their own, DB_AHEAD, DB_AHEAD + 1, …, and are valid until the next db_take. Not on a connection that prepares when
// used.
#define DB_AHEAD 64
void db_ahead(struct db *db);
void db_ahead_read(
    struct db *db); // takes from the socket what has come, so that the server need not wait with the rest
enum result db_take(struct db *db, struct err *err) MUST_USE;

// Ends an open transaction without a trace; on failure the connection is dropped, which does the same.
void db_rollback(struct db *db);

// Results of the last db_flush, by position of the statement in it (0 …). Valid until the next db_query (but see
// db_keep).
int db_rows(const struct db *db, int i);
int64_t db_affected(const struct db *db, int i); // of INSERT, UPDATE, DELETE
bool db_null(const struct db *db, int i, int row, int col);
int64_t db_int(const struct db *db, int i, int row, int col);     // int2, int4, int8, bool, by the column's width
wf_time db_time(const struct db *db, int i, int row, int col);    // NULL gives 0
struct str db_text(const struct db *db, int i, int row, int col); // NULL gives STR_NONE; also bytea

// A script of several statements, outside any batch (migrations). On failure nothing of it is kept if it is one
// transaction.
enum result db_script(struct db *db, const char *sql, struct err *err) MUST_USE;

// One statement alone, for tools: params may be none.
enum result db_run(struct db *db, const char *statement, int n, struct column *const *params, struct err *err) MUST_USE;

#endif

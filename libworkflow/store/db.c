// SPDX-License-Identifier: Apache-2.0
#include "store/db_impl.h"

#include "run/clock.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct db *db_open(const struct config *config, const char *role, const struct statement *const *lists)
{
    struct db *db = calloc(1, sizeof *db);
    insist(db);
    snprintf(db->conninfo, sizeof db->conninfo, "%s", config_text(config, "database/conninfo"));
    db->role = role;
    db->lists = lists;
    db->timeout = config_int(config, "database/timeout") * 1000;
    return db;
}

void db_by_key(struct db *db)
{
    db->by_key = true;
}

void db_patience(struct db *db, int64_t ms)
{
    db->timeout = ms * 1000;
}

static void clear_results(struct db *db)
{
    for (int i = 0; i < db->results_n; i++)
        PQclear(db->results[i]);
    db->results_n = 0;
    db->kept = 0;
}

void db_drop(struct db *db)
{
    db_ahead_lost(db);
    clear_results(db);
    PQfinish(db->conn);
    db->conn = NULL;
    memset(db->prepared, 0, sizeof db->prepared);
    db->preparing_n = 0;
    db->queries = 0;
    db->commits = false;
    db->sent = false;
    db->send_failed = false;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_drop(db);
    db_ahead_free(db);
    free(db);
}

bool db_connected(const struct db *db)
{
    return db->conn != NULL;
}

int64_t db_connection(const struct db *db)
{
    return db->connections;
}

// First line of the server's or libpq's words, without its "ERROR:  " head.
static struct str first_line(const char *message)
{
    struct str s = str_of(message ? message : "");
    s = str_split(&s, '\n');
    const char *colon = s.n > 7 ? memchr(s.p, ':', s.n < 10 ? s.n : 10) : NULL;
    if (colon && strncmp(colon, ":  ", 3) == 0)
        s = (struct str){colon + 3, s.n - (size_t)(colon + 3 - s.p)};
    return s;
}

enum result db_lost(struct db *db, struct err *err, const char *what)
{
    char words[200];
    struct text t = TEXT(words);
    text_str(&t, db->conn ? first_line(PQerrorMessage(db->conn)) : STR(""));
    err_set_str(err, RETRY, "database_away", "", what, text_get(&t), "");
    db_drop(db);
    return RETRY;
}

// Does the SQLSTATE begin so? Two characters are its class.
static bool class_of(const char *sqlstate, const char *begin)
{
    return strncmp(sqlstate, begin, strlen(begin)) == 0;
}

static bool any_class_of(const char *sqlstate, const char *const *begins)
{
    while (*begins && !class_of(sqlstate, *begins))
        begins++;
    return *begins != NULL;
}

static enum result failure(const char *sqlstate, const char *message, struct err *err)
{
    // Away, shutting down, out of resources, read-only after a failover, deadlock, serialization: may work later. Disk
    // trouble, internal errors and corruption as well, once somebody has mended the server: no letter is at fault.
    static const char *const later[] = {"08", "57",    "53",    "40",    "58",    "55P03",
                                        "XX", "25006", "25P03", "26000", "0A000", NULL};
    const char *state = sqlstate ? sqlstate : "08000";
    return err_set_str(err, any_class_of(state, later) ? RETRY : REJECT, state, "", "database: ", first_line(message),
                       "");
}

// ---- Batches ----

void db_begin_batch(struct db *db)
{
    if (db->flushed) {
        clear_results(db);
        db->flushed = false;
    }
    insist(!db->sent && db->kept + db->queries < BATCH_MAX);
}

int db_keep(struct db *db)
{
    insist(db->flushed);
    db->flushed = false;
    db->kept = db->results_n;
    return db->kept;
}

void db_send(struct db *db)
{
    if (!db->conn)
        return;
    if (!PQpipelineSync(db->conn) || PQflush(db->conn) < 0)
        db->send_failed = true;
    db->sent = true;
}

void db_query(struct db *db, const char *statement, int n, struct column *const *params)
{
    const char *values[48];
    int lengths[48], formats[48];
    insist(n <= 48);
    db_begin_batch(db);
    if (db->conn && db->when_used)
        db_prepare_first_use(db, statement);
    db->queries++;
    if (!db->conn)
        return;
    for (int i = 0; i < n; i++) {
        struct str v = column_value(params[i]);
        values[i] = v.p;
        lengths[i] = (int)v.n;
        formats[i] = 1;
    }
    if (!PQsendQueryPrepared(db->conn, statement, n, values, lengths, formats, 1))
        db->send_failed = true;
}

void db_command(struct db *db, const char *sql)
{
    db_begin_batch(db);
    db->queries++;
    if (strcmp(sql, "COMMIT") == 0)
        db->commits = true;
    if (db->conn && !PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 1))
        db->send_failed = true;
}

static void keep_answer(struct db *db, PGresult *r, PGresult **first_error)
{
    const struct preparing *p = &db->preparing[db->ready_n];
    ExecStatusType status = PQresultStatus(r);
    bool of_prepare = !*first_error && db->ready_n < db->preparing_n && p->before == db->results_n;
    if (of_prepare && status == PGRES_COMMAND_OK) {
        db->ready_n++;
        PQclear(r);
    } else if (db->results_n < BATCH_MAX) {
        db->results[db->results_n++] = r;
        if (status == PGRES_FATAL_ERROR && !*first_error) {
            *first_error = r;
            db->unready = of_prepare ? p->name : NULL;
        }
    } else {
        PQclear(r); // the first error stands before it
    }
}

bool db_drain(struct db *db, PGresult **first_error)
{
    int64_t deadline = clock_mono() + db->timeout;
    for (;;) {
        int unsent = PQflush(db->conn);
        if (unsent < 0)
            return false;
        while (!PQisBusy(db->conn)) {
            PGresult *r = PQgetResult(db->conn);
            if (!r) {
                if (PQstatus(db->conn) != CONNECTION_OK)
                    return false;
                continue;
            }
            if (PQresultStatus(r) == PGRES_PIPELINE_SYNC) {
                PQclear(r);
                return true;
            }
            keep_answer(db, r, first_error);
        }
        struct pollfd fd = {PQsocket(db->conn), (short)(POLLIN | (unsent ? POLLOUT : 0)), 0};
        int64_t left = deadline - clock_mono();
        if (left <= 0)
            return false;
        if (poll(&fd, 1, (int)(left / 1000 + 1)) > 0 && (fd.revents & ~POLLOUT) && !PQconsumeInput(db->conn))
            return false;
    }
}

// An error inside a batch. Table, column or right were there when the statement was prepared (class 42), so somebody
// changed the database: that, too, is not the fault of what the batch holds. Then, and when the server itself is ill, a
// new connection looks at everything anew.
enum result db_refused(struct db *db, const PGresult *error, struct err *err)
{
    static const char *const suspect[] = {"42", "XX", "58", "26000", "0A000", NULL};
    struct err why;
    enum result result = failure(PQresultErrorField(error, PG_DIAG_SQLSTATE), PQresultErrorMessage(error), &why);
    if (any_class_of(why.code, suspect)) {
        result = why.result = RETRY;
        db_drop(db);
    }
    if (db->unready) { // a schema that does not know it will not learn it by waiting
        result = class_of(why.code, "42") ? REJECT : result;
        return err_set_str(err, result, why.code, db->unready, "a statement cannot be prepared: ", str_of(why.text),
                           "");
    }
    if (err)
        *err = why;
    return result;
}

static enum result run_batch(struct db *db, struct err *err)
{
    PGresult *error = NULL;
    db_ahead_drain(db);
    if (!db->conn)
        return err_set(err, RETRY, "database_away", "", "no connection to the database");
    db->warned = false;
    db->ready_n = 0;
    db->unready = NULL;
    bool sent = db->sent || PQpipelineSync(db->conn);
    db->sent = false;
    if (db->send_failed || !sent || !db_drain(db, &error))
        return db_lost(db, err, "the database does not answer: ");
    for (int i = db->ready_n; i < db->preparing_n; i++)
        if (db->preparing[i].prepared)
            *db->preparing[i].prepared = false;
    db->preparing_n = 0;
    if (error)
        return db_refused(db, error, err);
    if (db->commits && db->warned) {
        // "canceling wait for synchronous replication": committed here, perhaps not on the standby. Unknown, so not
        // done.
        db_drop(db);
        return err_set(err, RETRY, "outcome_unknown", "",
                       "the database warned about a COMMIT: its outcome is not known");
    }
    return OK;
}

enum result db_flush(struct db *db, struct err *err)
{
    if (!db->flushed && db->queries == 0)
        db_begin_batch(db);
    enum result result;
    if (!db->conn) {
        result = err_set(err, RETRY, "database_away", "", "no connection to the database");
    } else {
        result = run_batch(db, err);
        if (result != OK && db->conn && PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
            clear_results(db);
            db->commits = false;
            db->send_failed = !PQsendQueryParams(db->conn, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1);
            if (run_batch(db, &(struct err){0}) != OK)
                db_drop(db); // what cannot be rolled back ends with its connection
        }
    }
    if (result != OK)
        clear_results(db);
    db->queries = 0;
    db->commits = false;
    db->send_failed = false;
    db->flushed = true;
    return result;
}

void db_rollback(struct db *db)
{
    db_command(db, "ROLLBACK");
    if (db_flush(db, &(struct err){0}) != OK)
        db_drop(db);
}

enum result db_run(struct db *db, const char *statement, int n, struct column *const *params, struct err *err)
{
    db_query(db, statement, n, params);
    return db_flush(db, err);
}

enum result db_script(struct db *db, const char *sql, struct err *err)
{
    db_begin_batch(db);
    if (!db->conn || !PQexitPipelineMode(db->conn))
        return db_lost(db, err, "the database does not answer: ");
    PQsetnonblocking(db->conn, 0);
    PGresult *r = PQexec(db->conn, sql);
    enum result result = OK;
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        result = failure(PQresultErrorField(r, PG_DIAG_SQLSTATE), PQresultErrorMessage(r), err);
    PQclear(r);
    if (PQtransactionStatus(db->conn) != PQTRANS_IDLE)
        PQclear(PQexec(db->conn, "ROLLBACK"));
    if (PQstatus(db->conn) != CONNECTION_OK || PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn))
        return db_lost(db, err, "the database does not answer: ");
    return result;
}

// ---- Results ----

static const PGresult *result_at(const struct db *db, int i)
{
    if (i >= DB_AHEAD) {
        insist(i - DB_AHEAD < db->ahead.taken_n);
        return db->ahead.taken[i - DB_AHEAD];
    }
    insist(db->flushed && i >= 0 && i < db->results_n);
    return db->results[i];
}

int db_rows(const struct db *db, int i)
{
    return PQntuples(result_at(db, i));
}

int64_t db_affected(const struct db *db, int i)
{
    PGresult *r = db->results[i];
    (void)result_at(db, i);
    return strtoll(PQcmdTuples(r), NULL, 10);
}

bool db_null(const struct db *db, int i, int row, int col)
{
    return PQgetisnull(result_at(db, i), row, col);
}

int64_t db_int(const struct db *db, int i, int row, int col)
{
    const PGresult *r = result_at(db, i);
    int width = PQgetlength(r, row, col);
    const uint8_t *p = (const uint8_t *)PQgetvalue(r, row, col);
    if (width == 0)
        return 0;
    uint64_t v = p[0] & 0x80 && width > 1 ? UINT64_MAX : 0;
    for (int k = 0; k < width; k++)
        v = v << 8 | p[k];
    return (int64_t)v;
}

wf_time db_time(const struct db *db, int i, int row, int col)
{
    return db_null(db, i, row, col) ? 0 : db_int(db, i, row, col) + PG_EPOCH;
}

struct str db_text(const struct db *db, int i, int row, int col)
{
    const PGresult *r = result_at(db, i);
    if (PQgetisnull(r, row, col))
        return STR_NONE;
    return (struct str){PQgetvalue(r, row, col), (size_t)PQgetlength(r, row, col)};
}

// SPDX-License-Identifier: Apache-2.0
// db_connect: how a connection is made, and which database will not do.
#include "run/clock.h"
#include "store/db_impl.h"

#include <stdio.h>
#include <string.h>

#define SERVER_MIN 150020 // 15.20: ON CONFLICT and row security fixes
#define RECONNECT_EVERY (WF_SECOND / 2)

// A lock that is not had soon is tried again; a client that vanished in a transaction does not hold its locks for long.
#define SESSION "-c jit=off -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
#define BY_KEY                                                                                                         \
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off"     \
    " -c enable_mergejoin=off -c enable_memoize=off -c max_parallel_workers_per_gather=0"

static const char *const settings[] = {"fsync", "full_page_writes", "synchronous_commit", "data_checksums"};
#define SETTINGS                                                                                                       \
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), "    \
    "current_setting('data_checksums')"

static enum result check_setting(const char *name, struct str value, struct err *err)
{
    if (str_is(value, "on") || (strcmp(name, "synchronous_commit") == 0 && str_is(value, "remote_apply")))
        return OK;
    char words[200];
    struct text t = TEXT(words);
    text_put(&t, "this database runs with ");
    text_put(&t, name);
    text_put(&t, " = ");
    text_str(&t, value);
    text_put(&t, ", so a crash can lose acknowledged letters: ");
    // The checksums are no setting: they belong to the cluster.
    text_put(&t, strcmp(name, "data_checksums") == 0 ? "stop the server and run `pg_checksums --enable`"
                                                     : "set it to on, and start again");
    return err_set(err, REJECT, "unsafe_database", name, words);
}

static enum result check_schema(int64_t version, struct err *err)
{
    if (version == SCHEMA_VERSION)
        return OK;
    if (version < SCHEMA_VERSION)
        return err_set_limit(err, REJECT, "old_schema", "", "the database has schema version ", version,
                             ", which is too old: run `letterctl migrate`");
    return err_set_limit(err, REJECT, "new_schema", "", "the database has schema version ", version,
                         ", which is newer than this program: install the newer programs");
}

// All that is asked of the server is asked at once.
static enum result check_server(struct db *db, struct err *err)
{
    if (PQserverVersion(db->conn) < SERVER_MIN)
        return err_set_limit(err, REJECT, "old_database", "", "PostgreSQL 15.20 or later is needed, this is ",
                             PQserverVersion(db->conn), ": upgrade the packages and restart the cluster");
    db_command(db, SETTINGS);
    if (db->role)
        db_command(db, "SELECT coalesce(max(version), 0) FROM schema_version");
    enum result result = db_flush(db, err);
    if (result != OK && strncmp(err->code, "42", 2) == 0) // no table, or none that we may read
        return check_schema(0, err);
    for (int i = 0; result == OK && i < (int)(sizeof settings / sizeof *settings); i++)
        result = check_setting(settings[i], db_text(db, 0, 0, i), err);
    if (result == OK && db->role)
        result = check_schema(db_int(db, 1, 0, 0), err);
    return result;
}

// A role or a database that is not there will not come by waiting. libpq keeps the server's code to itself, and the
// server may speak Chinese.
static enum result unreachable(struct db *db, struct err *err)
{
    char role[72];
    struct text t = TEXT(role);
    text_put(&t, "\"");
    text_put(&t, db->role ? db->role : "");
    text_put(&t, "\"");
    const char *said = PQerrorMessage(db->conn);
    bool missing = strstr(said, "does not exist") != NULL || strstr(said, "不存在") != NULL;
    bool of_role = strstr(said, role) != NULL;
    struct err why;
    db_lost(db, &why, "");
    if (!missing)
        return err_set_str(err, RETRY, why.code, "", "cannot reach the database: ", str_of(why.text), "");
    if (of_role)
        return err_set_str(err, REJECT, "no_role", "", "run `letterctl migrate`: ", str_of(why.text), "");
    return err_set_str(err, REJECT, "no_database", "",
                       "make the database, or mend database/conninfo: ", str_of(why.text), "");
}

static void on_notice(void *arg, const PGresult *notice)
{
    struct db *db = arg;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && strcmp(severity, "WARNING") == 0)
        db->warned = true;
}

static enum result connect_now(struct db *db, struct err *err)
{
    const char *keys[] = {"dbname", "application_name", "connect_timeout", "client_encoding", "options", "user", NULL};
    const char *values[] = {db->conninfo, db->role ? db->role : "letterctl",     "3",
                            "UTF8",       db->by_key ? SESSION BY_KEY : SESSION, db->role,
                            NULL};
    db->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return unreachable(db, err);
    PQsetNoticeReceiver(db->conn, on_notice, db);
    if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn))
        return db_lost(db, err, "cannot reach the database: ");
    db->flushed = true;
    db->connections++;
    enum result result = check_server(db, err);
    for (const struct statement *const *list = db->when_used ? NULL : db->lists; result == OK && list && *list; list++)
        result = db_prepare(db, *list, err);
    if (result != OK)
        db_drop(db);
    return result;
}

enum result db_ready(struct db *db, struct err *err)
{
    if (db->conn && PQstatus(db->conn) == CONNECTION_OK)
        return OK;
    if (db->conn)
        db_drop(db);
    int64_t now = clock_mono();
    if (now < db->next_attempt) {
        *err = db->why;
        return db->why.result;
    }
    db->next_attempt = now + RECONNECT_EVERY;
    enum result result = connect_now(db, err);
    if (result != OK)
        db->why = *err;
    else
        err_set(&db->why, RETRY, "database_away", "", "the connection to the database was lost; trying again shortly");
    return result;
}

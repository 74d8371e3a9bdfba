// SPDX-License-Identifier: Apache-2.0
// What each role may do to each table, tried with a connection of that role, against the table below. A right that is
// granted by mistake fails here, and so does one that is missing.
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const roles[] = {"pa_intake",   "pa_classifier", "pa_dispatcher",
                                    "pa_feedback", "pa_desk",       "pa_admin"};
#define ROLES 6

// By role in the order above: s(elect) i(nsert) u(pdate) d(elete) t(runcate); "" nothing.
static const struct {
    const char *table;
    const char *rights[ROLES];
} matrix[] = {
    // clang-format off
    //                       intake classif dispat feedb  desk  admin
    {"schema_version",       {"s",   "s",   "s",   "s",   "s", "s"}},
    {"code_list",            {"s",   "s",   "s",   "s",   "s", "s"}},
    {"because",              {"s",   "s",   "s",   "s",   "s", "s"}},
    {"policy_version",       {"s",   "s",   "s",   "s",   "s", "si"}},
    {"policy_file",          {"s",   "s",   "s",   "s",   "s", "si"}},
    {"day_serial",           {"siu", "",    "",    "siu", "s", "s"}},
    {"letter",               {"si",  "s",   "s",   "",    "s", "s"}},
    {"letter_repeat",        {"i",   "",    "",    "",    "s", "s"}},
    {"writer",               {"i",   "",    "",    "",    "",  ""}},
    {"case_file",            {"i",   "su",  "su",  "siu", "s", "s"}},
    {"leg",                  {"",    "s",   "siu", "siu", "s", "s"}},
    {"course",               {"",    "siu", "siu", "siu", "s", "s"}},
    {"accused",              {"",    "siu", "s",   "siu", "s", "s"}},
    {"request",              {"",    "s",   "s",   "siu", "s", "s"}},
    {"journal",              {"i",   "i",   "i",   "i",   "s", "s"}},
    {"reply",                {"",    "",    "",    "i",   "s", "s"}},
    {"internal_report",      {"",    "",    "",    "i",   "s", "s"}},
    {"supplement",           {"",    "",    "s",   "i",   "s", "s"}},
    {"callback_answer",      {"",    "",    "",    "i",   "s", "s"}},
    {"inquiry",              {"",    "",    "",    "siu", "s", "s"}},
    {"refused_event",        {"",    "",    "",    "i",   "s", "s"}},
    {"access_log",           {"",    "",    "",    "",    "si", "s"}},
    {"review_sample",        {"",    "",    "",    "",    "si", "s"}}, // and three columns: test_columns
    {"feedback_inbox",       {"",    "",    "",    "siu", "s", "s"}},
    {"bureau_head",          {"",    "",    "su",  "su",  "s", "s"}},
    {"bureau_cursor",        {"",    "",    "su",  "",    "s", "s"}},
    {"bureau_queue",         {"",    "",    "si",  "i",   "s", "s"}},
    {"dead_letter",          {"",    "siu", "siu", "siu", "s", "sd"}},
    {"dead_letter_decision", {"",    "",    "",    "",    "s", "si"}},
    {"case_words",           {"",    "",    "",    "",    "s", "s"}},
    // clang-format on
};
#define TABLES (sizeof matrix / sizeof *matrix)

static const char verbs[] = "siudt";

static bool is_view(const char *table)
{
    return strcmp(table, "case_words") == 0;
}

// SQL that touches no row and needs exactly this right; some statements would need more than one.
static void verb_sql(char verb, const char *table, const char *column, char *sql, size_t size)
{
    switch (verb) {
    case 's':
        snprintf(sql, size, "SELECT count(*) FROM %s", table);
        break;
    case 'i':
        snprintf(sql, size, "INSERT INTO %s (%s) SELECT NULL WHERE false", table, column);
        break;
    case 'u':
        snprintf(sql, size, "UPDATE %s SET %s = NULL WHERE false", table, column);
        break;
    case 'd':
        snprintf(sql, size, "DELETE FROM %s WHERE false", table);
        break;
    default:
        snprintf(sql, size, "TRUNCATE %s", table);
        break;
    }
}

static PGconn *connect_as(const struct fixture *f, const char *role)
{
    char conninfo[256];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=%s", getenv("PGHOST"), f->name, role);
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(conn));
    return conn;
}

// "" when it worked, the SQLSTATE otherwise; nothing of it stays.
static void try_sql(PGconn *conn, const char *sql, char state[6])
{
    PQclear(PQexec(conn, "BEGIN"));
    PGresult *r = PQexec(conn, sql);
    const char *code = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    snprintf(state, 6, "%s", code ? code : "");
    PQclear(r);
    PQclear(PQexec(conn, "ROLLBACK"));
}

// A column that every table lets one write: the first that is no identity.
static void writable_column(const struct fixture *f, const char *table, char column[64])
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND attidentity = '' "
             "ORDER BY attnum LIMIT 1",
             table);
    PGresult *r = PQexec(f->conn, sql);
    assert_int_equal(PQntuples(r), 1);
    snprintf(column, 64, "%s", PQgetvalue(r, 0, 0));
    PQclear(r);
}

static void test_matrix(void **state)
{
    struct fixture f;
    PGconn *conns[ROLES];
    fixture_open(&f);
    for (int k = 0; k < ROLES; k++)
        conns[k] = connect_as(&f, roles[k]);
    for (size_t i = 0; i < TABLES; i++) {
        char column[64], sql[256], got[6];
        writable_column(&f, matrix[i].table, column);
        for (int k = 0; k < ROLES; k++)
            for (const char *verb = verbs; *verb; verb++) {
                if (is_view(matrix[i].table) && *verb != 's')
                    continue;
                bool may = strchr(matrix[i].rights[k], *verb) != NULL;
                verb_sql(*verb, matrix[i].table, column, sql, sizeof sql);
                try_sql(conns[k], sql, got);
                if (strcmp(got, may ? "" : "42501") != 0)
                    fail_msg("%s: %s gives '%s'", roles[k], sql, got);
            }
    }
    for (int k = 0; k < ROLES; k++)
        PQfinish(conns[k]);
    // No table that the matrix does not speak of.
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "
                                     "relkind IN ('r', 'p', 'v', 'm')"),
                     TABLES);
    fixture_close(&f);
}

// What the desk found of a drawn case is written into its row, and nothing else of it.
static void test_columns(void **state)
{
    struct fixture f;
    char got[6], sql[128];
    static const char *const columns[] = {"finding", "rating", "found_at", "sample",
                                          "case_id", "rule",   "seed",     "drawn_at"};
    fixture_open(&f);
    for (int k = 0; k < ROLES; k++) {
        PGconn *conn = connect_as(&f, roles[k]);
        for (int i = 0; i < 8; i++) {
            snprintf(sql, sizeof sql, "UPDATE review_sample SET %s = NULL WHERE false", columns[i]);
            try_sql(conn, sql, got);
            assert_string_equal(got, i < 3 && strcmp(roles[k], "pa_desk") == 0 ? "" : "42501");
        }
        PQfinish(conn);
    }
    fixture_close(&f);
}

static void test_functions(void **state)
{
    struct fixture f;
    char got[6];
    fixture_open(&f);
    for (int k = 0; k < ROLES; k++) {
        PGconn *conn = connect_as(&f, roles[k]);
        try_sql(conn, "SELECT letter_writer_differs(1, 'a', 'b', 'c', 'd')", got);
        assert_string_equal(got, k == 0 ? "" : "42501");
        try_sql(conn, "SELECT writer_orphans()", got);
        assert_string_equal(got, k >= 4 ? "" : "42501");
        // Nobody makes tables, becomes the owner, or another daemon.
        try_sql(conn, "CREATE TABLE public.mine (a int)", got);
        assert_string_equal(got, "42501");
        try_sql(conn, "SET ROLE pa_owner", got);
        assert_string_equal(got, "42501");
        try_sql(conn, k == 0 ? "SET ROLE pa_admin" : "SET ROLE pa_intake", got);
        assert_string_equal(got, "42501");
        PQfinish(conn);
    }
    // Not even a new role of the cluster can run the two that look at identities.
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND "
                                     "(proacl IS NULL OR proacl::text LIKE '%%{=X%%' OR proacl::text LIKE '%%,=X%%')"),
                     0);
    fixture_close(&f);
}

static void test_no_privileged_role(void **state)
{
    struct fixture f;
    fixture_open(&f);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'pa\\_%%' AND "
                                     "(rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"),
                     0);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM pg_auth_members WHERE member IN "
                                     "(SELECT oid FROM pg_roles WHERE rolname LIKE 'pa\\_%%')"),
                     0);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_no_privileged_role),
    };
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}

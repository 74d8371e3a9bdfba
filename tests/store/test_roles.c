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
    {"letter",               {"si",  "s",   "s",   "s",   "s", "s"}}, // feedback: not the words, test_words
    {"letter_repeat",        {"i",   "",    "",    "",    "s", "s"}},
    {"writer",               {"i",   "",    "",    "",    "",  ""}},
    {"near_band",            {"",    "si",  "",    "",    "s", "si"}},
    {"case_file",            {"i",   "su",  "su",  "siu", "s", "s"}},
    {"leg",                  {"",    "s",   "siu", "siu", "s", "s"}},
    {"course",               {"",    "siu", "siu", "siu", "s", "s"}},
    {"accused",              {"",    "siu", "s",   "siu", "s", "s"}},
    {"request",              {"",    "siu", "s",   "siu", "s", "s"}},
    {"journal",              {"i",   "i",   "si",  "si",  "s", "s"}},
    {"reply",                {"",    "",    "s",   "si",  "s", "s"}},
    {"internal_report",      {"",    "",    "",    "i",   "s", "s"}},
    {"supplement",           {"",    "",    "s",   "i",   "s", "s"}},
    {"callback_answer",      {"",    "",    "",    "i",   "s", "s"}},
    {"inquiry",              {"",    "",    "",    "siu", "s", "s"}},
    {"refused_event",        {"",    "",    "",    "i",   "s", "s"}},
    {"access_log",           {"",    "",    "",    "",    "si", "s"}},
    {"review_sample",        {"",    "",    "",    "",    "si", "s"}}, // and three columns: test_columns
    {"feedback_inbox",       {"",    "",    "",    "siu", "s", "s"}},
    {"bureau_head",          {"",    "su",  "su",  "su",  "s", "s"}},
    {"bureau_cursor",        {"",    "",    "su",  "s",   "s", "s"}}, // and what blocks: test_columns
    {"bureau_queue",         {"",    "i",   "si",  "si",  "s", "s"}},
    {"queue_range",          {"",    "",    "s",   "",    "s", "s"}},
    {"queue_retired",        {"",    "",    "",    "",    "s", "s"}},
    {"queue_tombstone",      {"",    "",    "s",   "si",  "s", "s"}},
    {"peer_key",             {"s",   "",    "s",   "s",   "s", "si"}}, // and revoking: test_columns
    {"denied_peer",          {"i",   "",    "i",   "i",   "s", "s"}},
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
                                     "relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition"),
                     TABLES);
    fixture_close(&f);
}

// Where a role may change some columns of a row and nothing else of it.
static void test_columns(void **state)
{
    static const struct {
        const char *table, *role, *may, *may_not;
    } of[] = {
        {"review_sample", "pa_desk", "finding rating found_at", "sample case_id rule seed drawn_at"},
        {"peer_key", "pa_admin", "revoked_at revoked_by reason", "key role holder name added_at added_by"},
        {"bureau_cursor", "pa_feedback", "blocked_seq blocked_at attempts blocked_reason",
         "bureau acked_seq epoch consumer consumer_since updated_at"},
    };
    struct fixture f;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        for (int k = 0; k < ROLES; k++) {
            PGconn *conn = connect_as(&f, roles[k]);
            for (int may = 0; may < 2; may++) {
                struct str rest = str_of(may ? of[i].may : of[i].may_not);
                while (rest.p) {
                    struct str column = str_split(&rest, ' ');
                    char got[6], sql[128];
                    bool all = strcmp(of[i].table, "bureau_cursor") == 0 && strcmp(roles[k], "pa_dispatcher") == 0;
                    snprintf(sql, sizeof sql, "UPDATE %s SET %.*s = NULL WHERE false", of[i].table, (int)column.n,
                             column.p);
                    try_sql(conn, sql, got);
                    if (strcmp(got, all || (may && strcmp(roles[k], of[i].role) == 0) ? "" : "42501") != 0)
                        fail_msg("%s: %s gives '%s'", roles[k], sql, got);
                }
            }
            PQfinish(conn);
        }
    fixture_close(&f);
}

// What answers look-ups reads which letter it is, never its words; nor who at the desk did what.
static void test_words(void **state)
{
    static const struct {
        const char *role, *sql;
        bool may;
    } of[] = {
        {"pa_feedback", "SELECT id, mailbox, channel, client_ref, confidential, received_at FROM letter", true},
        {"pa_feedback", "SELECT body FROM letter", false},
        {"pa_feedback", "SELECT title FROM letter", false},
        {"pa_feedback", "SELECT accused FROM letter", false},
        {"pa_feedback", "SELECT case_id, seq, at, event, state, leg, unit, detail, due_at FROM journal", true},
        {"pa_feedback", "SELECT post FROM journal", false},
        {"pa_dispatcher", "SELECT case_id, seq, at, event, detail FROM journal", true},
        {"pa_dispatcher", "SELECT post FROM journal", false},
        {"pa_dispatcher", "SELECT unit FROM journal", false},
    };
    struct fixture f;
    char got[6];
    fixture_open(&f);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        PGconn *conn = connect_as(&f, of[i].role);
        try_sql(conn, of[i].sql, got);
        if (strcmp(got, of[i].may ? "" : "42501") != 0)
            fail_msg("%s: %s gives '%s'", of[i].role, of[i].sql, got);
        PQfinish(conn);
    }
    fixture_close(&f);
}

// An identity is read for an opening that stands in the journal, and for nothing else.
static void test_identity(void **state)
{
    struct fixture f;
    fixture_open(&f);
    long long id = fixture_cases(&f, 2);
    fixture_exec(
        &f,
        "INSERT INTO journal SELECT case_id, 11, at, (SELECT code FROM code_list WHERE list = 'journal' AND "
        "name = 'identity.opened'), because, state, leg, actor, unit, policy FROM journal WHERE case_id = %lld "
        "AND seq = 10",
        id);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM identity_of(%lld, 11) WHERE name = '无名'", id), 1);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM identity_of(%lld, 10)", id), 0);
    assert_int_equal(fixture_int(&f, "SELECT count(*) FROM identity_of(%lld, 11)", id + 1), 0);
    fixture_close(&f);
}

static void test_functions(void **state)
{
    static const struct {
        const char *sql, *roles; // by number, in the order above
    } may[] = {
        {"SELECT queue_open(1)", "5"},
        {"SELECT queue_extend(10)", "123"},
        {"SELECT queue_retire(440300, now(), now())", "2"},
        {"SELECT queue_add_range(440300, 10)", ""},
        {"SELECT name FROM identity_of(1, 1)", "34"},
    };
    struct fixture f;
    char got[6];
    fixture_open(&f);
    for (int k = 0; k < ROLES; k++) {
        PGconn *conn = connect_as(&f, roles[k]);
        try_sql(conn, "SELECT letter_writer_differs(1, 'a', 'b', 'c', 'd')", got);
        assert_string_equal(got, k == 0 ? "" : "42501");
        try_sql(conn, "SELECT writer_orphans()", got);
        assert_string_equal(got, k >= 4 ? "" : "42501");
        for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
            try_sql(conn, may[i].sql, got);
            if (strcmp(got, strchr(may[i].roles, '0' + k) ? "" : "42501") != 0)
                fail_msg("%s: %s gives '%s'", roles[k], may[i].sql, got);
        }
        // No partition by its own name.
        try_sql(conn, "SELECT FROM bureau_queue_440300", got);
        assert_string_equal(got, "42501");
        try_sql(conn, "INSERT INTO bureau_queue_440300_1 VALUES (440300, 1, 1, 1, now())", got);
        assert_string_equal(got, "42501");
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
        cmocka_unit_test(test_matrix),   cmocka_unit_test(test_columns),   cmocka_unit_test(test_words),
        cmocka_unit_test(test_identity), cmocka_unit_test(test_functions), cmocka_unit_test(test_no_privileged_role),
    };
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}

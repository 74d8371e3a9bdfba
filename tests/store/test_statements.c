// SPDX-License-Identifier: Apache-2.0
// Each statement prepares on the migrated schema, and the role that runs it may: asked of the server statement by
// statement.
#include "fixture.h"

#include "store/access.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/clocks.h"
#include "store/dead.h"
#include "store/history.h"
#include "store/identity.h"
#include "store/letters.h"
#include "store/lookup.h"
#include "store/near.h"
#include "store/poison.h"
#include "store/policy_store.h"
#include "store/queue.h"
#include "store/review.h"
#include "store/verify.h"
#include "store/view.h"
#include "store/worklist.h"

#include <stdio.h>
#include <string.h>

// but: what this role prepares with the rest and never runs.
static const struct {
    const char *role;
    const struct statement *list;
    const char *but;
} uses[] = {
    {"pa_intake", letters_statements, ""},
    {"pa_intake", policy_store_statements, "policy_insert policy_queues_open"},
    {"pa_intake", because_statements, ""},
    {"pa_classifier", worklist_received_statements, ""},
    {"pa_classifier", poison_statements, ""},
    {"pa_classifier", cases_statements,
     "inbox_find leg_insert leg_update split_serial split_insert reply_insert "
     "internal_report_insert supplement_insert callback_answer_insert inquiry_insert inquiry_approve inquiry_answer "
     "refused_event_insert inbox_insert inbox_seen queue_line queue_unblock tombstone_insert parked_insert"},
    {"pa_dispatcher", queue_statements, ""},
    {"pa_dispatcher", worklist_accepted_statements, ""},
    {"pa_dispatcher", poison_statements, ""},
    {"pa_dispatcher", cases_statements,
     "inbox_find accused_put request_insert request_update split_serial split_insert reply_insert "
     "internal_report_insert supplement_insert callback_answer_insert inquiry_insert inquiry_approve inquiry_answer "
     "refused_event_insert inbox_insert inbox_seen queue_line queue_unblock tombstone_insert parked_insert"},
    {"pa_classifier", because_statements, ""},
    {"pa_dispatcher", because_statements, ""},
    {"pa_feedback", because_statements, ""},
    {"pa_feedback", cases_statements, ""},
    {"pa_feedback", worklist_due_statements, ""},
    {"pa_feedback", poison_statements, ""},
    {"pa_feedback", identity_statements, ""},
    {"pa_feedback", lookup_statements, ""},
    {"pa_desk", identity_desk_statements, ""},
    {"pa_desk", access_statements, ""},
    {"pa_desk", access_statements, ""},
    {"pa_desk", clocks_statements, ""},
    {"pa_desk", review_statements, ""},
    {"pa_desk", view_statements, ""},
    {"pa_desk", near_look_statements, ""},
    {"pa_desk", history_statements, ""},
    {"pa_classifier", near_statements, ""},
    {"pa_admin", near_fill_statements, ""},
    {"pa_desk", review_statements, ""},
    {"pa_desk", verify_statements, ""},
    {"pa_desk", dead_statements, "dead_decide"},
    {"pa_admin", dead_statements, ""},
    {"pa_admin", policy_store_statements, ""},
};

static bool named(const char *words, const char *name)
{
    const char *at = strstr(words, name);
    size_t n = strlen(name);
    return at && (at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0');
}

// What the server says against running it, "" for nothing. Planning it asks for all the rights that running it needs.
static void ask(const struct fixture *f, const struct statement *s, char *words, size_t size)
{
    PGresult *r = PQprepare(f->conn, "asked", s->sql, 0, NULL);
    snprintf(words, size, "%s", PQresultErrorMessage(r));
    PQclear(r);
    int n = words[0] ? 0
                     : (int)fixture_int(f,
                                        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name "
                                        "= '%s'",
                                        "asked");
    char sql[256] = "EXPLAIN EXECUTE asked";
    for (int i = 0; i < n; i++)
        strcat(sql, i ? ", NULL" : " (NULL");
    strcat(sql, n ? ")" : "");
    if (!words[0]) {
        r = PQexec(f->conn, sql);
        snprintf(words, size, "%s", PQresultErrorMessage(r));
        PQclear(r);
    }
    PQclear(PQexec(f->conn, "DEALLOCATE ALL"));
}

static void each_role_may_what_it_runs(void **state)
{
    struct fixture f;
    char words[512];
    int asked = 0;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        fixture_exec(&f, "SET ROLE %s", uses[i].role);
        for (const struct statement *s = uses[i].list; s->name; s++) {
            if (named(uses[i].but, s->name))
                continue;
            ask(&f, s, words, sizeof words);
            asked++;
            if (words[0])
                fail_msg("%s, %s: %s", uses[i].role, s->name, words);
        }
    }
    print_message("%d statements\n", asked);
    fixture_exec(&f, "RESET %s", "ROLE");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_role_may_what_it_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

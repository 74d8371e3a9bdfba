// SPDX-License-Identifier: Apache-2.0
#include "store/stage.h"

#include "run/clock.h"
#include "store/because.h"
#include "store/policy_store.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define START_WAIT (10 * WF_SECOND)

static _Noreturn void refuse(const struct err *err, int status)
{
    log_err(LOG_ERROR, "cannot start", err);
    exit(status);
}

// What waiting alone does not mend: internal errors and corruption (SQLSTATE XX), disk trouble (58, 53100), and what
// somebody changed in the database (42).
static bool needs_somebody(const struct err *err)
{
    static const char *const begins[] = {"XX", "58", "53100", "42"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(err->code, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

void stage_open(struct stage *stage, struct run *run, const char *role, const struct statement *const *lists)
{
    *stage = (struct stage){.run = run, .db = db_open(run->config, role, lists)};
    db_by_key(stage->db);
    int64_t deadline = clock_mono() + START_WAIT;
    struct err err;
    for (;;) {
        enum result result = db_ready(stage->db, &err);
        if (result == OK)
            result = policy_load(stage->db, &stage->policy, &err);
        if (result == OK)
            result = because_read(&(struct because){.known = false}, stage->db, &err);
        if (result == OK)
            break;
        if (result != RETRY)
            refuse(&err, EXIT_CONFIG);
        if (clock_mono() > deadline || loop_signalled()) {
            struct err why = err;
            err_set_str(&err, RETRY, why.code, why.field,
                        "start PostgreSQL, or mend database/conninfo, or run `letterctl migrate`: ", str_of(why.text),
                        "");
            refuse(&err, EXIT_UNAVAILABLE);
        }
        run_state(run, false, err.text);
        poll(NULL, 0, 100);
    }
    log_line(LOG_INFO, "connected as %s, policy version %d", role, stage->policy->version);
    run_state(run, true, "ok");
}

void stage_close(struct stage *stage)
{
    policy_free(stage->policy);
    db_close(stage->db);
}

void stage_failed(struct stage *stage, enum result result, const struct err *err)
{
    if (result == BROKEN) {
        log_err(LOG_ERROR, "broken", err);
        exit(EXIT_BROKEN);
    }
    if (!stage->away)
        log_err(needs_somebody(err) ? LOG_ERROR : LOG_WARN,
                needs_somebody(err) ? "the database needs somebody" : "waiting for the database", err);
    stage->away = true;
    run_state(stage->run, false, err->text);
}

bool stage_ready(struct stage *stage)
{
    struct err err;
    if (db_connected(stage->db) && !stage->away)
        return true;
    enum result result = db_ready(stage->db, &err);
    if (result != OK) {
        if (strcmp(err.code, "database_away") != 0 || !stage->away)
            stage_failed(stage, RETRY, &err);
        return false;
    }
    if (stage->away)
        log_line(LOG_INFO, "the database is back");
    stage->away = false;
    run_state(stage->run, true, "ok");
    return true;
}

void stage_refresh(void *arg)
{
    struct stage *stage = arg;
    if (!stage_ready(stage))
        return;
    struct err err;
    bool newer = false;
    struct policy *policy;
    enum result result = policy_newer(stage->db, stage->policy->version, &newer, &err);
    if (result == OK && newer)
        result = policy_load(stage->db, &policy, &err);
    if (result != OK) {
        stage_failed(stage, result, &err);
    } else if (newer) {
        policy_free(stage->policy);
        stage->policy = policy;
        log_line(LOG_INFO, "policy version %d", policy->version);
    }
}

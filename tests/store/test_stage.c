// SPDX-License-Identifier: Apache-2.0
// How a daemon meets its database: each in a process of its own, because the answer may be an exit.
#include "fixture.h"

#include "run/clock.h"
#include "store/because.h"
#include "store/policy_store.h"
#include "store/stage.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct statement *const lists[] = {because_statements, policy_store_statements, NULL};
static struct counter counters[] = {{0}};

#define CHECK(x) ((x) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x), _exit(1)))

// Starts a daemon with this configuration, opens its stage and goes on with `then`.
static pid_t daemon_with(const char *cfg, void (*then)(struct stage *stage, const struct fixture *f),
                         const struct fixture *f)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char *argv[] = {(char *)(uintptr_t) "feedbackd", (char *)(uintptr_t) "-c", (char *)(uintptr_t)cfg, NULL};
    struct stage stage;
    struct run *run = run_start(3, argv, "feedbackd", counters);
    stage_open(&stage, run, "pa_feedback", lists);
    then(&stage, f);
    stage_close(&stage);
    _exit(0);
}

static int ended(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void config_path(const struct fixture *f, char *path, size_t size)
{
    snprintf(path, size, "%s.cfg", f->run_dir);
}

static int status_of(const struct fixture *f, void (*then)(struct stage *stage, const struct fixture *f))
{
    char path[128];
    config_path(f, path, sizeof path);
    return ended(daemon_with(path, then, f));
}

static void not_reached(struct stage *stage, const struct fixture *f)
{
    CHECK(!"opened");
}

static void is_broken(struct stage *stage, const struct fixture *f)
{
    stage_failed(stage, BROKEN, &(struct err){.text = "impossible"});
}

// What waiting alone does not mend is an error in the log, once; all else a warning.
static void says_how_bad_it_is(struct stage *stage, const struct fixture *f)
{
    static const struct {
        const char *code, *level;
    } rows[] = {{"XX001", " error "}, {"58030", " error "}, {"53100", " error "},
                {"42501", " error "}, {"53300", " warn "},  {"database_away", " warn "}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[512] = "";
        FILE *log = tmpfile();
        CHECK(log && dup2(fileno(log), STDERR_FILENO) == STDERR_FILENO);
        struct err err;
        err_set(&err, RETRY, rows[i].code, "", "words");
        stage->away = false;
        stage_failed(stage, RETRY, &err);
        stage_failed(stage, RETRY, &err);
        rewind(log);
        size_t n = fread(said, 1, sizeof said - 1, log);
        if (!strstr(said, rows[i].level) || strchr(said, '\n') != said + n - 1)
            _exit(2);
        fclose(log);
    }
}

// The superuser's connection belongs to the parent, so the child asks through one of its own.
static void goes_and_comes_back(struct stage *stage, const struct fixture *f)
{
    struct fixture own = *f;
    struct err err;
    int32_t version;
    own.conn = PQconnectdb(config_text(f->config, "database/conninfo"));
    CHECK(stage->policy->version == 1 && !stage->away && stage_ready(stage));

    fixture_exec(&own, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '%s'",
                 "pa_feedback");
    bool newer;
    enum result result = policy_newer(stage->db, 1, &newer, &err);
    CHECK(result == RETRY);
    stage_failed(stage, result, &err);
    CHECK(stage->away);
    fixture_exec(&own, "ALTER ROLE pa_feedback SET synchronous_commit = %s", "off"); // worse than away
    int64_t deadline = clock_mono() + 10 * WF_SECOND;
    for (int64_t until = clock_mono() + WF_SECOND; clock_mono() < until; poll(NULL, 0, 50))
        CHECK(!stage_ready(stage));
    fixture_exec(&own, "ALTER ROLE pa_feedback RESET %s", "synchronous_commit");
    while (!stage_ready(stage)) {
        CHECK(clock_mono() < deadline);
        poll(NULL, 0, 20);
    }
    CHECK(!stage->away);

    // A newer policy is taken, and only then.
    const struct policy *before = stage->policy;
    stage_refresh(stage);
    CHECK(stage->policy == before);
    struct db *admin = fixture_db(f, "pa_admin", lists);
    struct str files[POLICY_FILES];
    memcpy(files, fixture_policy(), sizeof files);
    char *longer = malloc(files[0].n + 10);
    CHECK(longer);
    memcpy(longer, files[0].p, files[0].n);
    memcpy(longer + files[0].n, "# changed\n", 10);
    files[0] = (struct str){longer, files[0].n + 10};
    CHECK(policy_save(admin, files, STR("test"), FIXTURE_NOW, &version, &err) == OK && version == 2);
    db_close(admin);
    free(longer);
    stage_refresh(stage);
    CHECK(stage->policy->version == 2);
    PQfinish(own.conn);
}

static void the_answers_to_a_start(void **state)
{
    struct fixture away, f;
    char path[128];
    fixture_open(&away);
    config_path(&away, path, sizeof path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "run\n    dir = \"%s\"\ndatabase\n    conninfo = \"host=%s\"\n", away.run_dir, away.run_dir);
    fclose(file);
    int64_t before = clock_mono();
    pid_t waiting = daemon_with(path, not_reached, &away); // 10 s, while the others run

    fixture_open(&f);
    assert_int_equal(status_of(&f, is_broken), EXIT_BROKEN);
    assert_int_equal(status_of(&f, says_how_bad_it_is), 0);
    assert_int_equal(status_of(&f, goes_and_comes_back), 0);
    fixture_exec(&f, "TRUNCATE policy_version, %s", "policy_file");
    assert_int_equal(status_of(&f, not_reached), EXIT_CONFIG);
    fixture_exec(&f, "UPDATE schema_version SET version = %d WHERE version = %d", SCHEMA_VERSION + 1, SCHEMA_VERSION);
    assert_int_equal(status_of(&f, not_reached), EXIT_CONFIG);
    fixture_close(&f);

    assert_int_equal(ended(waiting), EXIT_UNAVAILABLE);
    assert_true(clock_mono() - before >= 9 * WF_SECOND);
    fixture_close(&away);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_answers_to_a_start)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

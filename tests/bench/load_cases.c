// SPDX-License-Identifier: Apache-2.0
// load_cases: fills an empty database with cases of several years, as if the daemons had handled every one: each
// journal replays, `letterctl verify` agrees. Two processes play lives and copy rows; the queues' sequences come last.
#include "client/tool.h"
#include "core/number.h"
#include "lives.h"
#include "run/clock.h"
#include "store/policy_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND "load-cases"
#define WORKERS 2
#define CHUNK 2000 // cases of one transaction

struct load {
    struct config *config;
    struct db *db;
    struct policy *policy;
    struct because because;
    struct plan *plans; // by the time when they were received
    int64_t n, open, due, years;
    wf_time now;
    struct figures {
        int64_t open, overdue, due, lines;
    } * of; // of each worker; shared memory
};

static PGconn *connect_pg(const struct load *load)
{
    PGconn *conn = PQconnectdb(config_text(load->config, "database/conninfo"));
    if (PQstatus(conn) != CONNECTION_OK)
        copy_fail("cannot reach the database", conn);
    // What is lost in a crash is loaded again.
    copy_exec(conn, "SET synchronous_commit = off; SET client_min_messages = warning");
    return conn;
}

static void must_be_empty(PGconn *conn)
{
    PGresult *r = PQexec(conn, "SELECT FROM letter LIMIT 1");
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        copy_fail("run `letterctl migrate` first", conn);
    if (PQntuples(r) > 0) {
        fprintf(stderr, COMMAND ": the database holds letters: give it an empty one\n");
        exit(1);
    }
    PQclear(r);
}

// ---- The plan ----

static int compare(const void *a, const void *b)
{
    const struct plan *x = a, *y = b;
    return x->received_at != y->received_at ? (x->received_at > y->received_at) - (x->received_at < y->received_at)
                                            : (x->seed > y->seed) - (x->seed < y->seed);
}

// One open case in ten is late. Some of the open ones are left due: more than wanted may be, because not every one has
// an alarm behind it.
static void make_plans(struct load *load)
{
    load->plans = calloc((size_t)load->n, sizeof *load->plans);
    insist(load->plans);
    for (int64_t i = 0; i < load->n; i++) {
        struct plan *p = &load->plans[i];
        if (i >= load->open) {
            plan_ended(p, load->now, load->years, (uint32_t)i);
            continue;
        }
        plan_open(p, load->now, i % 10 == 0, (uint32_t)i);
        p->due = load->due > 0 && i % (load->open / (8 * load->due) + 1) == 0;
    }
    qsort(load->plans, (size_t)load->n, sizeof *load->plans, compare);
}

// ---- Workers ----

static void work(struct load *load, int worker)
{
    static struct lives l;
    PGconn *conn = connect_pg(load);
    int64_t from = load->n * worker / WORKERS, to = load->n * (worker + 1) / WORKERS;
    int32_t serial = 0, day = 0;
    l.policy = load->policy;
    l.because = &load->because;
    l.now = load->now;
    l.spare = load->due;
    for (int64_t i = 0; i < to; i++) {
        struct date received = date_of(load->plans[i].received_at);
        serial = received.day == day ? serial + 1 : 1;
        day = received.day;
        if (i < from)
            continue;
        live(&l, &load->plans[i], i, number_id(received, serial));
        if (i + 1 == load->n || date_of(load->plans[i + 1].received_at).day != day) {
            copy_row(&l.copy, COPY_DAYS);
            COPY_INTS(&l.copy, date_ymd(received), serial + 1);
        }
        if (l.cases % CHUNK == 0 || i + 1 == to)
            copy_send(&l.copy, conn);
    }
    load->of[worker] = (struct figures){l.open, l.overdue, l.left_due, l.lines};
    PQfinish(conn);
}

static void play_all(struct load *load)
{
    load->of = mmap(NULL, WORKERS * sizeof *load->of, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    insist(load->of != MAP_FAILED);
    for (int i = 0; i < WORKERS; i++) {
        pid_t pid = fork();
        insist(pid >= 0);
        if (pid != 0)
            continue;
        work(load, i);
        _exit(0);
    }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed |= status != 0;
    if (failed)
        exit(1); // it said why
}

static const char ranges[] =
    "SELECT queue_add_range(bureau, 100000) FROM (SELECT bureau, count(*) AS n FROM load_queue GROUP BY 1) n, "
    "generate_series(1, n / 100000 + 1)";
// Everything was delivered, in the order in which it was sent.
static const char queues[] = "INSERT INTO bureau_queue (bureau, seq, case_id, leg, notice, sent_at) "
                             "SELECT bureau, row_number() OVER (PARTITION BY bureau ORDER BY sent_at, case_id, nth), "
                             "case_id, leg, notice, sent_at "
                             "FROM load_queue ORDER BY 1, 2";
static const char heads[] =
    "UPDATE bureau_head h SET next_seq = n.n + 1 FROM (SELECT bureau, count(*) AS n FROM load_queue GROUP BY 1) n "
    "WHERE h.bureau = n.bureau";
static const char cursors[] = "UPDATE bureau_cursor c SET acked_seq = h.next_seq - 1, updated_at = now() FROM "
                              "bureau_head h WHERE h.bureau = c.bureau";

static void fill(struct load *load)
{
    PGconn *conn = connect_pg(load);
    must_be_empty(conn);
    copy_exec(conn, "CREATE UNLOGGED TABLE load_queue (bureau int, case_id bigint, leg smallint, notice smallint, "
                    "nth int, sent_at timestamptz)");
    make_plans(load);
    play_all(load);
    copy_exec(conn, "SET work_mem = '512MB'");
    copy_exec(conn, ranges);
    copy_exec(conn, queues);
    copy_exec(conn, heads);
    copy_exec(conn, cursors);
    copy_exec(conn, "DROP TABLE load_queue");
    copy_exec(conn, "VACUUM ANALYZE");
    PQfinish(conn);
}

// ---- The command ----

// Numbers of cases by lot, one a line.
static void print_numbers(const struct load *load, int64_t wanted)
{
    int32_t serial = 0, day = 0;
    struct made_letter letter;
    for (int64_t i = 0; i < load->n; i++) {
        struct date received = date_of(load->plans[i].received_at);
        serial = received.day == day ? serial + 1 : 1;
        day = received.day;
        if (i * wanted / load->n == (i + 1) * wanted / load->n) // the last of each part
            continue;
        int64_t mailbox = 0;
        char number[NUMBER_MAX];
        letter_make("base", i, &letter);
        insist(str_to_i64(letter.m.mailbox, &mailbox));
        number_format((int32_t)mailbox, number_id(received, serial), number);
        puts(number);
    }
}

static const char help[] =
    "usage: load-cases [--cases N] [--open N] [--due N] [--years N] [--numbers N] [-c FILE]\n"
    "Fills an empty database (migrated, with a policy) with cases that the daemons might have handled. Prints a JSON\n"
    "object: cases, open, overdue, due, journal, seconds.\n"
    "  --cases N    how many (2000000)\n"
    "  --open N     how many of them are not ended (a tenth)\n"
    "  --due N      about how many of the open ones the sweep has still to look at (none)\n"
    "  --years N    over how many years those that ended are spread (5)\n"
    "  --numbers N  prints also so many of their numbers, one a line\n"
    "  -c FILE      configuration file\n"
    "Exit status: 0 done, 1 the database cannot be filled, 2 wrong usage.\n";

static int prepare(struct load *load, const char *file)
{
    static const struct statement *const lists[] = {because_statements, policy_store_statements, NULL};
    struct err err;
    load->config = tool_config(COMMAND, file);
    if (!load->config)
        return 2;
    load->db = db_open(load->config, NULL, lists);
    if (db_ready(load->db, &err) != OK || policy_load(load->db, &load->policy, &err) != OK ||
        because_read(&load->because, load->db, &err) != OK)
        return tool_fail(COMMAND, &err);
    db_close(load->db);
    return 0;
}

int main(int argc, char **argv)
{
    static struct load load = {.n = 2000000, .open = -1, .years = 5};
    const char *file = NULL;
    int64_t numbers = 0;
    const struct tool_option known[] = {
        {"--cases", TOOL_INT, 1, 50000000, &load.n},  {"--open", TOOL_INT, 0, 50000000, &load.open},
        {"--due", TOOL_INT, 0, 50000000, &load.due},  {"--years", TOOL_INT, 1, 15, &load.years},
        {"--numbers", TOOL_INT, 0, 100000, &numbers}, {"-c", TOOL_TEXT, 0, 0, &file},
    };
    struct tool_arguments a = {
        .command = COMMAND, .help = help, .options = known, .options_n = sizeof known / sizeof *known};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    load.open = load.open < 0 ? load.n / 10 : load.open;
    if (load.open > load.n)
        return tool_usage(COMMAND, "--open: at most --cases");
    load.now = clock_now();
    int64_t start = clock_mono();
    code = prepare(&load, file);
    if (code != 0)
        return code;
    fill(&load);
    struct figures all = {0};
    for (int i = 0; i < WORKERS; i++) {
        all.open += load.of[i].open;
        all.overdue += load.of[i].overdue;
        all.due += load.of[i].due;
        all.lines += load.of[i].lines;
    }
    printf(
        "{\"cases\": %lld, \"open\": %lld, \"overdue\": %lld, \"due\": %lld, \"journal\": %lld, \"seconds\": %.1f}\n",
        (long long)load.n, (long long)all.open, (long long)all.overdue, (long long)all.due, (long long)all.lines,
        (double)(clock_mono() - start) / (double)WF_SECOND);
    print_numbers(&load, numbers);
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// near-load CONFIG LETTERS SAMPLES: fills near_band, letter and case_file with letters that it makes up, then measures
// how long it takes to find what a new letter is like, and to keep its bands. One JSON object. For tests/bench/near.
//
// A letter has 60 to 200 characters, of words of two from a list of 6,000, the frequent ones often. One in ten is an
// earlier letter with a few words changed, one in two hundred the same template.
#include "core/number.h"
#include "run/clock.h"
#include "run/options.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/near_impl.h"
#include "store/policy_store.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 6000
#define LONGEST 200
#define SAMPLES_MAX 20000

struct made {
    uint16_t c[LONGEST];
    uint32_t n;
    char utf8[LONGEST * 3 + 1];
};

static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void put_word(struct made *m, uint32_t word)
{
    uint64_t of_word = word;
    m->c[m->n++] = (uint16_t)(0x4e00 + draw(&of_word) % 5000);
    m->c[m->n++] = (uint16_t)(0x4e00 + draw(&of_word) % 5000);
}

// The same number always gives the same letter.
static void make(uint64_t i, struct made *m)
{
    bool template = i % 200 == 0, again = i % 10 == 3 && i > 1000;
    uint64_t of_text = template ? 1 : again ? i / 2 / 10 * 10 + 4 : i, of_change = i;
    uint64_t seed = of_text * UINT64_C(0x9e3779b97f4a7c15) + 1;
    uint32_t length = 60 + draw(&seed) % (LONGEST - 60 - 1);
    draw(&of_change);
    for (m->n = 0; m->n < length;) {
        uint32_t often = draw(&seed) % WORDS, rare = draw(&seed) % WORDS;
        uint32_t word = (uint32_t)((uint64_t)often * rare / WORDS);
        bool change = again && draw(&of_change) % 20 == 0;
        put_word(m, change ? draw(&of_change) % WORDS : word);
    }
    char *p = m->utf8;
    for (uint32_t k = 0; k < m->n; k++) {
        *p++ = (char)(0xe0 | m->c[k] >> 12);
        *p++ = (char)(0x80 | (m->c[k] >> 6 & 0x3f));
        *p++ = (char)(0x80 | (m->c[k] & 0x3f));
    }
    *p = '\0';
}

static struct str body_of(const struct made *m)
{
    return str_of(m->utf8);
}

// ---- Loading ----

static void command(PGconn *conn, const char *sql, ExecStatusType wanted)
{
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != wanted) {
        fprintf(stderr, "near-load: %s: %s\n", sql, PQerrorMessage(conn));
        exit(1);
    }
    PQclear(r);
}

static int64_t id_of(wf_time now, int64_t i)
{
    return number_id((struct date){date_of(now).day - 100 + (int32_t)(i / 40000)}, (int32_t)(i % 40000 + 1));
}

enum table { BANDS, LETTERS, CASES, TABLES };
static void load(PGconn *conn, enum table table, wf_time now, int64_t letters)
{
    static const char *const copies[TABLES] = {
        "COPY near_band (band, letter_id) FROM STDIN",
        "COPY letter (id, mailbox, channel, claimed, confidential, client_ref, received_at, body) FROM STDIN",
        "COPY case_file (id, version, mailbox, bureau, place, state, kind, category, flags, confidence, outcome, "
        "round, "
        "received_at, letter_id) FROM STDIN"};
    static struct folded folded;
    static char lines[1 << 16];
    size_t used = 0;
    command(conn, copies[table], PGRES_COPY_IN);
    for (int64_t i = 0; i < letters; i++) {
        struct made m;
        struct near_sketch s = {.n = 0};
        long long id = (long long)id_of(now, i);
        make((uint64_t)i, &m);
        fold_begin(&folded);
        fold_add(NULL, body_of(&m), &folded);
        if (table == BANDS)
            near_sketch(folded.c, folded.n, &s);
        // As the classifier does: what many have is kept of the first only.
        for (int b = 0; b < s.n && (i % 200 != 0 || i < 200 * NEAR_MOST); b++)
            used += (size_t)sprintf(lines + used, "%d\t%lld\n", (int32_t)s.band[b], id);
        if (table == LETTERS)
            used += (size_t)sprintf(lines + used, "%lld\t440300\t1\t2\tf\tn-%lld\t2026-11-23 00:00:00+08\t%s\n", id,
                                    (long long)i, m.utf8);
        if (table == CASES)
            used += (size_t)sprintf(lines + used,
                                    "%lld\t1\t440300\t440300\t0\t40\t2\t1\t0\t90\t0\t0\t2026-11-23 00:00:00+08\t%lld\n",
                                    id, id);
        if (used > sizeof lines / 2 || i == letters - 1) {
            insist(PQputCopyData(conn, lines, (int)used) == 1);
            used = 0;
        }
    }
    insist(PQputCopyEnd(conn, NULL) == 1);
    PGresult *r = PQgetResult(conn);
    insist(PQresultStatus(r) == PGRES_COMMAND_OK);
    PQclear(r);
    while ((r = PQgetResult(conn)))
        PQclear(r);
}

// ---- Measuring ----

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, int64_t *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, by_size);
    printf("\"%s_p50_ms\": %.3f, \"%s_p99_ms\": %.3f, \"%s_max_ms\": %.3f, ", name, (double)times[n / 2] / 1e3, name,
           (double)times[n * 99 / 100] / 1e3, name, (double)times[n - 1] / 1e3);
}

static void must(enum result result, const struct err *err)
{
    if (result == OK)
        return;
    fprintf(stderr, "near-load: %s\n", err->text);
    exit(1);
}

static int64_t add(struct db *db, int64_t id, const struct near_sketch *keep)
{
    static struct rows rows;
    struct err err;
    ROWS_START(&rows, COL_INT4, COL_INT8);
    for (int b = 0; b < keep->n; b++) {
        column_int(&rows.c[0], (int32_t)keep->band[b]);
        column_int(&rows.c[1], id);
    }
    db_command(db, "BEGIN");
    must(db_flush(db, &err), &err);
    int64_t begun = clock_mono();
    if (rows.c[0].n > 0)
        rows_query(db, "near_insert", &rows);
    must(rows.c[0].n > 0 ? db_flush(db, &err) : OK, &err);
    int64_t took = clock_mono() - begun;
    db_command(db, "COMMIT");
    must(db_flush(db, &err), &err);
    return took;
}

static void measure(struct config *config, wf_time now, int64_t letters, int samples)
{
    static const struct statement *const lists[] = {near_statements, policy_store_statements, NULL};
    static int64_t finds[SAMPLES_MAX], adds[SAMPLES_MAX];
    struct err err;
    struct policy *policy;
    struct db *db = db_open(config, "pa_classifier", lists);
    db_by_key(db);
    must(db_ready(db, &err), &err);
    must(policy_load(db, &policy, &err), &err);
    struct near *near = near_new(db);
    int like = 0, expected = 0;
    for (int k = 0; k < samples; k++) {
        int64_t i = letters + k;
        struct made m;
        make((uint64_t)i, &m);
        struct letter letter = {.id = id_of(now, i), .body = body_of(&m)};
        int64_t begun = clock_mono();
        must(near_find(near, policy, now, &letter, 1, &err), &err);
        finds[k] = clock_mono() - begun;
        expected += i % 200 == 0 || i % 10 == 3;
        like += near_of(near, 0)->n > 0;
        adds[k] = add(db, letter.id, &near_of(near, 0)->sketch);
    }
    printf("\"samples\": %d, \"made_alike\": %d, \"found_alike\": %d, ", samples, expected, like);
    print("find", finds, samples);
    print("add", adds, samples);
    near_free(near);
    policy_free(policy);
    db_close(db);
}

int main(int argc, char **argv)
{
    int64_t letters, samples;
    if (argc != 4 || !str_to_i64(str_of(argv[2]), &letters) || !str_to_i64(str_of(argv[3]), &samples) || samples < 1 ||
        samples > SAMPLES_MAX) {
        fputs("usage: near-load CONFIG LETTERS SAMPLES\n", stderr);
        return 2;
    }
    struct err err;
    struct config *config;
    must(config_load(argv[1], &config, &err), &err);
    wf_time now = clock_now();
    PGconn *conn = PQconnectdb(getenv("PA_BENCH_DB"));
    int64_t begun = clock_mono();
    command(conn, "SELECT near_extend(now(), 0)", PGRES_TUPLES_OK);
    command(conn, "DROP INDEX near_band_find", PGRES_COMMAND_OK);
    for (enum table table = BANDS; table < TABLES; table++)
        load(conn, table, now, letters);
    command(conn, "CREATE INDEX near_band_find ON near_band (band, letter_id)", PGRES_COMMAND_OK);
    command(conn, "VACUUM ANALYZE near_band", PGRES_COMMAND_OK);
    command(conn, "VACUUM ANALYZE letter", PGRES_COMMAND_OK);
    command(conn, "CHECKPOINT", PGRES_COMMAND_OK);
    printf("{\"letters\": %lld, \"load_s\": %.0f, ", (long long)letters, (double)(clock_mono() - begun) / 1e6);
    measure(config, now, letters, (int)samples);
    PGresult *r = PQexec(conn, "SELECT sum(pg_total_relation_size(i.inhrelid)) / 1048576 FROM pg_inherits i "
                               "WHERE i.inhparent = 'near_band'::regclass");
    printf("\"bands_mib\": %s}\n", PQgetvalue(r, 0, 0));
    PQclear(r);
    PQfinish(conn);
    config_free(config);
    return 0;
}

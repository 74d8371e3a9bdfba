// SPDX-License-Identifier: Apache-2.0
// bound: the bare database's bound for the lifecycle benchmark. Writes the rows that N letters leave behind on their
// way, with the same set statements, in the same six transactions a letter goes through, in batches, from C
// connections at once; without messages, checks, look-ups, locks, or decisions. Prints one JSON object.
#include "core/case.h"
#include "core/number.h"
#include "letters.h"
#include "run/clock.h"
#include "store/cases.h"
#include "store/letters.h"
#include "store/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 500

struct bound {
    struct db *db;
    int64_t first; // serial of this connection's first letter
    struct rows letter, writer, file, opened, cases_up, legs_in, legs_up, journal, replies, reports, inbox, heads,
        queue;
    int64_t ids[BATCH];
    struct made_letter made[BATCH];
    int32_t seq; // journal lines so far, the same for all of a batch
    wf_time now;
    wf_time due, wake; // of the cases: two of their indexes
};

static void flush(struct bound *b)
{
    struct err err;
    db_command(b->db, "COMMIT");
    if (db_flush(b->db, &err) == OK)
        return;
    fprintf(stderr, "bound: %s (%s)\n", err.text, err.code);
    exit(1);
}

static int32_t mailbox_of(const struct bound *b, int i)
{
    int64_t v = 0;
    insist(str_to_i64(b->made[i].m.mailbox, &v));
    return (int32_t)v;
}

static void receive(struct bound *b, int n)
{
    ROWS_START(&b->letter, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_BOOL, COL_TEXT, COL_TIME, COL_TEXT, COL_TEXT,
               COL_TEXT, COL_TEXT);
    ROWS_START(&b->writer, COL_INT8, COL_TEXT, COL_TEXT, COL_TEXT, COL_TEXT, COL_INT8, COL_INT8);
    ROWS_START(&b->file, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_TIME, COL_TIME);
    ROWS_START(&b->opened, COL_INT8, COL_TIME);
    b->now = clock_now();
    b->due = b->wake = b->now + 2 * WF_HOUR;
    for (int i = 0; i < n; i++) {
        letter_make("bound", b->first + i, &b->made[i]);
        const struct msg_letter_submit *m = &b->made[i].m;
        b->ids[i] = number_id(date_of(b->now), (int32_t)(b->first + i));
        int64_t values[] = {b->ids[i], mailbox_of(b, i), CHANNEL_WEB, KIND_CONSULT, 0};
        struct str texts[] = {m->client_ref, STR_NONE, m->title, STR_NONE, STR_NONE, m->body};
        for (int k = 0; k < 5; k++)
            column_int(&b->letter.c[k], values[k]);
        for (int k = 0; k < 6; k++)
            column_text(&b->letter.c[5 + k], texts[k]);
        column_int(&b->writer.c[0], b->ids[i]);
        column_text(&b->writer.c[1], m->writer_name);
        column_text(&b->writer.c[2], m->writer_phone);
        column_null(&b->writer.c[3]);
        for (int k = 4; k < 7; k++)
            column_null(&b->writer.c[k]);
        column_int(&b->file.c[0], b->ids[i]);
        column_int(&b->file.c[1], mailbox_of(b, i));
        column_int(&b->file.c[2], KIND_CONSULT);
        column_int(&b->file.c[3], 0);
        column_time(&b->file.c[4], b->due);
        column_time(&b->file.c[5], b->wake);
        column_int(&b->opened.c[0], b->ids[i]);
        column_time(&b->opened.c[1], b->due);
    }
    column_time(rows_scalar(&b->letter, COL_TIME), b->now);
    column_int(rows_scalar(&b->file, COL_INT2), RECEIVED);
    column_time(rows_scalar(&b->file, COL_TIME), b->now);
    int scalars[] = {J_LETTER_RECEIVED, 1, RECEIVED, ACTOR_INTAKE};
    for (int k = 0; k < 4; k++)
        column_int(rows_scalar(&b->opened, COL_INT2), scalars[k]);
    column_time(rows_scalar(&b->opened, COL_TIME), b->now);
    column_int(rows_scalar(&b->opened, COL_INT4), 1);
    db_command(b->db, "BEGIN");
    rows_query(b->db, "letter_insert", &b->letter);
    rows_query(b->db, "writer_insert", &b->writer);
    rows_query(b->db, "case_insert", &b->file);
    rows_query(b->db, "case_opened", &b->opened);
    flush(b);
    b->seq = 1;
}

// One step of all cases of the batch: their rows, and the lines of the journal that go with it.
static void step(struct bound *b, int n, enum case_state state, int lines, const char *detail)
{
    ROWS_START(&b->cases_up, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_INT4, COL_INT2,
               COL_INT2, COL_INT2, COL_TIME, COL_TIME, COL_TIME);
    ROWS_START(&b->journal, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT4, COL_TEXT,
               COL_TEXT, COL_TIME);
    b->now = clock_now();
    if (state == ACCEPTED || state == CLOSED)
        b->due = state == CLOSED ? 0 : b->now + 2 * WF_HOUR;
    for (int i = 0; i < n; i++) {
        int64_t facts[] = {b->ids[i], b->seq + lines, state, KIND_CONSULT, 1, 0, mailbox_of(b, i), 0, 90, 0, 0};
        for (int k = 0; k < 11; k++)
            column_int(&b->cases_up.c[k], facts[k]);
        column_time(&b->cases_up.c[11], b->due);
        column_time(&b->cases_up.c[12], b->now);
        column_time(&b->cases_up.c[13], b->wake);
        for (int line = 1; line <= lines; line++) {
            int64_t values[] = {b->ids[i], b->seq + line, J_CASE_TRIAGED, 1, state, 1, ACTOR_BUREAU, mailbox_of(b, i)};
            for (int k = 0; k < 8; k++)
                column_int(&b->journal.c[k], values[k]);
            column_null(&b->journal.c[8]);
            column_text(&b->journal.c[9], line == 1 && detail ? str_of(detail) : STR_NONE);
            column_time(&b->journal.c[10], state == REVIEW ? 0 : state == CLOSED && line == 2 ? b->now : b->due);
        }
    }
    column_time(rows_scalar(&b->journal, COL_TIME), b->now);
    column_int(rows_scalar(&b->journal, COL_INT4), 1);
    b->seq += lines;
    db_command(b->db, "BEGIN");
    rows_query(b->db, "case_update", &b->cases_up);
    rows_query(b->db, "journal_insert", &b->journal);
}

static void dispatch(struct bound *b, int n)
{
    ROWS_START(&b->legs_in, COL_INT8, COL_INT2, COL_INT2, COL_INT4, COL_INT2, COL_INT2, COL_TIME, COL_TIME, COL_INT2,
               COL_INT2, COL_INT2, COL_INT2, COL_INT2, COL_INT8);
    ROWS_START(&b->queue, COL_INT4, COL_INT8, COL_INT2, COL_INT2);
    ROWS_START(&b->heads, COL_INT4);
    b->due = clock_now() + 3 * WF_DAY; // the answer's
    step(b, n, HANDLING, 1, NULL);
    for (int i = 0; i < n; i++) {
        int64_t leg[] = {b->ids[i], 1, 0, mailbox_of(b, i), ROLE_LEAD, LEG_SENT};
        for (int k = 0; k < 6; k++)
            column_int(&b->legs_in.c[k], leg[k]);
        column_time(&b->legs_in.c[6], b->now);
        column_time(&b->legs_in.c[7], b->now);
        for (int k = 8; k < 14; k++)
            column_int(&b->legs_in.c[k], 0);
        column_int(&b->queue.c[0], mailbox_of(b, i));
        column_int(&b->queue.c[1], b->ids[i]);
        column_int(&b->queue.c[2], 1);
        column_int(&b->queue.c[3], NOTICE_LETTER);
        column_int(&b->heads.c[0], mailbox_of(b, i));
    }
    column_time(rows_scalar(&b->queue, COL_TIME), b->now);
    rows_query(b->db, "leg_insert", &b->legs_in);
    rows_query(b->db, "head_lock", &b->heads); // in bureau order, else two connections deadlock on the heads
    rows_query(b->db, "queue_append", &b->queue);
    flush(b);
}

static void feedback(struct bound *b, int n, const char *event, enum leg_state leg, enum case_state state, int lines)
{
    char id[64];
    ROWS_START(&b->legs_up, COL_INT8, COL_INT2, COL_INT2, COL_TIME, COL_INT2, COL_INT2, COL_INT2, COL_INT8);
    ROWS_START(&b->inbox, COL_INT4, COL_TEXT, COL_INT8, COL_INT8);
    step(b, n, state, lines, NULL);
    for (int i = 0; i < n; i++) {
        int64_t values[] = {b->ids[i], 1, leg};
        for (int k = 0; k < 3; k++)
            column_int(&b->legs_up.c[k], values[k]);
        column_time(&b->legs_up.c[3], b->now);
        for (int k = 4; k < 8; k++)
            column_int(&b->legs_up.c[k], 0);
        char number[NUMBER_MAX];
        number_format(mailbox_of(b, i), b->ids[i], number);
        snprintf(id, sizeof id, "%s/1/%s", number, event);
        column_int(&b->inbox.c[0], mailbox_of(b, i));
        column_text(&b->inbox.c[1], str_of(id));
        column_int(&b->inbox.c[2], b->ids[i]);
        column_int(&b->inbox.c[3], b->ids[i] * 31);
    }
    rows_query(b->db, "leg_update", &b->legs_up);
    rows_query(b->db, "inbox_insert", &b->inbox);
}

static void report(struct bound *b, int n)
{
    ROWS_START(&b->replies, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_TEXT);
    ROWS_START(&b->reports, COL_INT8, COL_INT4, COL_TEXT);
    feedback(b, n, "reported", LEG_REPORTED, REVIEW, 2);
    for (int i = 0; i < n; i++) {
        int64_t values[] = {b->ids[i], b->seq - 1, 1, OUTCOME_RESOLVED};
        for (int k = 0; k < 4; k++)
            column_int(&b->replies.c[k], values[k]);
        column_text(&b->replies.c[4],
                    STR("您好,您反映的情况已收悉,民警已到现场核实并处理完毕,感谢您对公安工作的支持。"));
        column_int(&b->reports.c[0], b->ids[i]);
        column_int(&b->reports.c[1], b->seq - 1);
        column_text(&b->reports.c[2], STR("辖区所队已派员核查处理,并与来信人联系说明情况。"));
    }
    column_time(rows_scalar(&b->replies, COL_TIME), b->now);
    rows_query(b->db, "reply_insert", &b->replies);
    rows_query(b->db, "internal_report_insert", &b->reports);
    flush(b);
}

static void write_letters(struct bound *b, int64_t letters)
{
    for (int64_t done = 0; done < letters; done += BATCH, b->first += BATCH) {
        int n = letters - done < BATCH ? (int)(letters - done) : BATCH;
        receive(b, n);
        step(b, n, ACCEPTED, 2, "category 01 by 红绿灯+路口 (62 to 0); place 440304 by mailbox; sure 91");
        flush(b);
        dispatch(b, n);
        feedback(b, n, "signed", LEG_SIGNED, HANDLING, 1);
        flush(b);
        report(b, n);
        feedback(b, n, "reviewed", LEG_DONE, CLOSED, 3);
        flush(b);
    }
}

static struct db *connect_db(const char *path)
{
    struct config *config;
    struct err err;
    if (config_load(path, &config, &err) == OK) {
        struct db *db = db_open(config, NULL, NULL);
        db_by_key(db);
        if (db_ready(db, &err) == OK && db_prepare(db, cases_statements, &err) == OK &&
            db_prepare(db, letters_statements, &err) == OK)
            return db;
    }
    fprintf(stderr, "bound: %s\n", err.text);
    exit(1);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bound CONFIG LETTERS CONNECTIONS\n");
        return 2;
    }
    int64_t letters = atoll(argv[2]);
    int connections = atoi(argv[3]);
    int go[2];
    insist(letters > 0 && connections > 0 && pipe(go) == 0);
    int64_t *ready = mmap(NULL, sizeof *ready, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    insist(ready != MAP_FAILED);
    for (int k = 0; k < connections; k++) {
        if (fork() != 0)
            continue;
        static struct bound b;
        char byte;
        b.db = connect_db(argv[1]);
        b.first = 1 + k * (letters / connections);
        __atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
        close(go[1]);
        (void)!read(go[0], &byte, 1); // until the parent lets go
        write_letters(&b, letters / connections);
        _exit(0);
    }
    close(go[0]);
    while (__atomic_load_n(ready, __ATOMIC_SEQ_CST) < connections)
        if (waitpid(-1, NULL, WNOHANG) > 0)
            return 1;
    int64_t start = clock_mono();
    close(go[1]);
    int failed = 0, status;
    while (wait(&status) > 0)
        failed |= status != 0;
    double seconds = (double)(clock_mono() - start) / (double)WF_SECOND;
    printf("{\"letters\": %lld, \"connections\": %d, \"seconds\": %.3f, \"letters_per_s\": %.0f}\n", (long long)letters,
           connections, seconds, (double)letters / seconds);
    return failed;
}

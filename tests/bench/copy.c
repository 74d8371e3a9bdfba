// SPDX-License-Identifier: Apache-2.0
#include "copy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PG_EPOCH INT64_C(946684800000000) // 2000-01-01 in microseconds since 1970

// types: 1 boolean, 2 smallint, 4 int, 8 bigint, t text, T timestamptz
static const struct {
    const char *columns, *types;
} tables[COPY_TABLES] = {
    [COPY_LETTER] =
        {"letter (id, mailbox, channel, claimed, confidential, client_ref, received_at, title, accused, body)",
         "84221tTttt"},
    [COPY_WRITER] = {"writer (letter_id, name, phone)", "8tt"},
    [COPY_CASE] =
        {"case_file (id, letter_id, version, mailbox, bureau, place, state, kind, category, flags, confidence, "
         "outcome, round, received_at, due_at, clock_at, wake_at)",
         "8844442222222TTTT"},
    [COPY_LEG] =
        {"leg (case_id, id, parent, unit, role, state, round, hop, flags, extensions, warned, handler, due_at, "
         "sent_at)",
         "822422222228TT"},
    [COPY_JOURNAL] =
        {"journal (case_id, seq, event, because, state, leg, actor, unit, policy, at, due_at, post, detail)",
         "842222244TTtt"},
    [COPY_REPLY] = {"reply (case_id, seq, leg, outcome, at, public_text)", "8422Tt"},
    [COPY_REPORT] = {"internal_report (case_id, seq, words)", "84t"},
    [COPY_SUPPLEMENT] = {"supplement (case_id, seq, at, words)", "84Tt"},
    [COPY_ANSWER] = {"callback_answer (case_id, seq, reached, contacted, is_true, satisfied, solved, at)", "8422222T"},
    [COPY_COURSE] =
        {"course (case_id, asked_supplements, got_supplements, alarm, warned, supervision, calls, call_hours, "
         "satisfied_first, satisfied_last, solved, primary_case, extended_days, ex_officio, paused_at, "
         "answer_due, supervision_due, first_call)",
         "82222224222822TTTT"},
    [COPY_ACCUSED] = {"accused (case_id, unit, officer, since)", "844T"},
    [COPY_REQUEST] = {"request (case_id, id, leg, kind, state, unit, target, days, person, asked_at, due_at, until_at, "
                      "decided_at)",
                      "822224428TTTT"},
    [COPY_INBOX] = {"feedback_inbox (bureau, event_id, case_id, digest, seen)", "4t884"},
    [COPY_QUEUE] = {"load_queue (bureau, case_id, leg, notice, nth, sent_at)", "48224T"},
    [COPY_DAYS] = {"day_serial (day, next_serial)", "44"},
};

static void put(struct copy *c, const void *p, size_t n)
{
    buf_put(c->at, p, n);
}

static void put_u32(struct copy *c, uint32_t v)
{
    v = htonl(v);
    put(c, &v, sizeof v);
}

void copy_row(struct copy *c, enum copy_table table)
{
    insist(!c->type || !*c->type);
    c->at = &c->rows[table];
    c->type = tables[table].types;
    if (c->at->n == 0)
        put(c, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    uint16_t columns = htons((uint16_t)strlen(c->type));
    put(c, &columns, sizeof columns);
}

static char next_type(struct copy *c)
{
    insist(c->type && *c->type);
    return *c->type++;
}

static void put_int(struct copy *c, int64_t v, int width)
{
    uint8_t bytes[8];
    put_u32(c, (uint32_t)width);
    for (int i = 0; i < width; i++)
        bytes[i] = (uint8_t)((uint64_t)v >> (8 * (width - 1 - i)));
    put(c, bytes, (size_t)width);
}

void copy_int(struct copy *c, int64_t v)
{
    char type = next_type(c);
    insist(type >= '1' && type <= '8');
    put_int(c, v, type - '0');
}

void copy_ints(struct copy *c, int n, const int64_t *v)
{
    for (int i = 0; i < n; i++)
        copy_int(c, v[i]);
}

void copy_time(struct copy *c, wf_time t)
{
    insist(next_type(c) == 'T');
    if (t == 0)
        put_u32(c, UINT32_MAX);
    else
        put_int(c, t - PG_EPOCH, 8);
}

void copy_text(struct copy *c, struct str s)
{
    insist(next_type(c) == 't');
    put_u32(c, s.p ? (uint32_t)s.n : UINT32_MAX);
    if (s.p)
        put(c, s.p, s.n);
}

// ---- To the database ----

void copy_fail(const char *what, PGconn *conn)
{
    fprintf(stderr, "load-cases: %s: %s", what, PQerrorMessage(conn));
    exit(1);
}

void copy_exec(PGconn *conn, const char *sql)
{
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        copy_fail(sql, conn);
    PQclear(r);
}

static void send_table(PGconn *conn, enum copy_table table, struct buf *rows)
{
    char sql[400];
    uint16_t end = UINT16_MAX;
    buf_put(rows, &end, sizeof end);
    snprintf(sql, sizeof sql, "COPY %s FROM STDIN (FORMAT binary)", tables[table].columns);
    PGresult *r = PQexec(conn, sql);
    if (PQresultStatus(r) != PGRES_COPY_IN || PQputCopyData(conn, (const char *)rows->p, (int)rows->n) != 1 ||
        PQputCopyEnd(conn, NULL) != 1)
        copy_fail(sql, conn);
    PQclear(r);
    while ((r = PQgetResult(conn))) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            copy_fail(sql, conn);
        PQclear(r);
    }
    rows->n = 0;
}

void copy_send(struct copy *c, PGconn *conn)
{
    insist(!c->type || !*c->type);
    copy_exec(conn, "BEGIN");
    for (int i = 0; i < COPY_TABLES; i++)
        if (c->rows[i].n > 0)
            send_table(conn, (enum copy_table)i, &c->rows[i]);
    copy_exec(conn, "COMMIT");
}

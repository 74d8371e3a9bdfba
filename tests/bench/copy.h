// SPDX-License-Identifier: Apache-2.0
// copy: rows in the binary form of PostgreSQL's COPY, gathered table by table, for loading millions of them.
#ifndef BENCH_COPY_H
#define BENCH_COPY_H

#include "core/err.h"
#include "core/wftime.h"
#include "wire/frame.h"

#include <libpq-fe.h>

enum copy_table {
    COPY_LETTER,
    COPY_WRITER,
    COPY_CASE,
    COPY_LEG,
    COPY_JOURNAL,
    COPY_REPLY,
    COPY_REPORT,
    COPY_SUPPLEMENT,
    COPY_ANSWER,
    COPY_COURSE,
    COPY_ACCUSED,
    COPY_REQUEST,
    COPY_INBOX,
    COPY_QUEUE, // load_queue: the sequences are given when all is there
    COPY_DAYS,
    COPY_TABLES
};

struct copy {
    struct buf rows[COPY_TABLES];
    struct buf *at;   // of the row under way
    const char *type; // of its next column
};

// Begins a row; the one before must have had all its columns. Then one call a column, in the order of copy.c.
void copy_row(struct copy *c, enum copy_table table);
void copy_int(struct copy *c, int64_t v); // any integer, and boolean
void copy_ints(struct copy *c, int n, const int64_t *v);
#define COPY_INTS(copy, ...)                                                                                           \
    copy_ints((copy), (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__})
void copy_time(struct copy *c, wf_time t);      // 0 becomes NULL
void copy_text(struct copy *c, struct str s);   // p == NULL becomes NULL
void copy_send(struct copy *c, PGconn *conn);   // one transaction; ends the process on failure. The rows are gone then.
void copy_exec(PGconn *conn, const char *sql);  // likewise
void copy_fail(const char *what, PGconn *conn); // says what the server said, and ends the process

#endif

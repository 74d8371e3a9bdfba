// SPDX-License-Identifier: Apache-2.0
// tsv: the rows of a tab-separated file: one header line that must match, '#' comments and empty lines, UTF-8, no
// quoting.
#ifndef CORE_TSV_H
#define CORE_TSV_H

#include "core/codes.h"
#include "core/err.h"
#include "core/wftime.h"

#define TSV_COLUMNS 8 // at most

struct tsv {
    const char *name; // for messages: "units.tsv"
    struct str rest;
    size_t columns;
    int64_t line;
    struct str cell[TSV_COLUMNS]; // of the row that tsv_next found; blanks at both ends are cut off
    enum result result;           // not OK after tsv_fail
    struct arena *arena;          // gets what is kept of the file
    struct err *err;
};

// Checks that the file is there, is UTF-8 and begins with `header` (column names with tabs between them).
enum result tsv_open(struct tsv *t, const char *name, struct str file, const char *header, struct arena *arena,
                     struct err *err) MUST_USE;

// Goes to the next row; false at the end, or with t->result set when the row has another number of columns.
bool tsv_next(struct tsv *t);

// Fails at the present line: "units.tsv:17: <before><piece><after>". Returns false, so that a caller can return it.
bool tsv_fail(struct tsv *t, const char *before, struct str piece, const char *after);

// The cell as a number in low..high; fails naming the column's name and the limits.
bool tsv_number(struct tsv *t, size_t column, const char *what, int64_t low, int64_t high, int64_t *out);

// The cell as a name of a closed list; fails with all that is allowed.
bool tsv_named(struct tsv *t, size_t column, const char *what, const struct code *list, int *out);

// The cell as a day like 2026-10-01; '-' gives `open`, a day beyond all others.
bool tsv_day(struct tsv *t, size_t column, const char *what, struct date open, struct date *out);

// A copy of a cell that may not be empty.
bool tsv_keep(struct tsv *t, size_t column, const char *what, struct str *out);

// Codes and dates ascend, so that look-ups are binary and a duplicate is seen at once; `before` is the row above's.
bool tsv_ascends(struct tsv *t, size_t column, bool first, int64_t before, int64_t now);

// An array of `size` bytes for each row that the file can still hold; NULL, with t->result set, when there is no room.
void *tsv_rows(struct tsv *t, size_t size);
enum result tsv_no_room(struct err *err); // RETRY, and what it means

#endif

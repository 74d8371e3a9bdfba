// SPDX-License-Identifier: Apache-2.0
// tsv: the rows of a tab-separated file: one header line that must match, '#' comments and empty lines, UTF-8, no
// quoting.
#ifndef CORE_TSV_H
#define CORE_TSV_H

#include "core/err.h"

#define TSV_COLUMNS 6 // at most

struct tsv {
    const char *name; // for messages: "units.tsv"
    struct str rest;
    size_t columns;
    int64_t line;
    struct str cell[TSV_COLUMNS]; // of the row that tsv_next found; blanks at both ends are cut off
    enum result result;           // not OK after tsv_fail
    struct err *err;
};

// Checks that the file is there, is UTF-8 and begins with `header` (column names with tabs between them).
enum result tsv_open(struct tsv *t, const char *name, struct str file, const char *header, struct err *err) MUST_USE;

// Goes to the next row; false at the end, or with t->result set when the row has another number of columns.
bool tsv_next(struct tsv *t);

// An upper bound of the rows that are still to come.
size_t tsv_rows(const struct tsv *t);

// Fails at the present line: "units.tsv:17: <before><piece><after>". Returns false, so that a caller can return it.
bool tsv_fail(struct tsv *t, const char *before, struct str piece, const char *after);

// The cell as a number in low..high; fails naming the column's name and the limits.
bool tsv_number(struct tsv *t, size_t column, const char *what, int64_t low, int64_t high, int64_t *out);

#endif

// SPDX-License-Identifier: Apache-2.0
// lines: a descriptor read line by line in bounded memory. A line that is too long is not read into memory but skipped
// to its end, so that the lines behind it still get their turn.
#ifndef CLIENT_LINES_H
#define CLIENT_LINES_H

#include "core/err.h"

#define LINES_MAX ((size_t)256 << 10) // bytes of a line, without its end

struct lines {
    int fd;
    char *p; // LINES_MAX + 1 bytes or more
    size_t from, n;
    int64_t number; // of the line that was returned last, from 1
    bool skipping, ended;
};

enum lines_got {
    LINES_ONE,      // *line holds until the next call
    LINES_TOO_LONG, // a line over the limit was skipped
    LINES_WAIT,     // no whole line within ms
    LINES_END,
    LINES_FAULT, // the descriptor cannot be read; errno says why
};

void lines_open(struct lines *l, int fd);
void lines_close(struct lines *l); // leaves the descriptor open
// Waits up to ms (-1: for ever) for a whole line; blank lines are counted and passed over. The last line needs no end.
enum lines_got lines_next(struct lines *l, int ms, struct str *line);

#endif

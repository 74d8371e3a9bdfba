// SPDX-License-Identifier: Apache-2.0
#include "client/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// One byte more than the longest line with its end, so that a full buffer without an end is a line that is too long.
#define ROOM (LINES_MAX + 2)

void lines_open(struct lines *l, int fd)
{
    *l = (struct lines){.fd = fd, .p = malloc(ROOM)};
    insist(l->p);
}

void lines_close(struct lines *l)
{
    free(l->p);
    l->p = NULL;
}

// Makes room and reads once. false: nothing within ms, or a fault (*fault).
static bool fill(struct lines *l, int ms, bool *fault)
{
    struct pollfd item = {.fd = l->fd, .events = POLLIN};
    memmove(l->p, l->p + l->from, l->n);
    l->from = 0;
    int ready = poll(&item, 1, ms);
    if (ready <= 0) {
        *fault = ready < 0 && errno != EINTR;
        return false;
    }
    ssize_t got = read(l->fd, l->p + l->n, ROOM - l->n);
    if (got < 0) {
        *fault = errno != EINTR && errno != EAGAIN;
        return false;
    }
    l->ended = got == 0;
    l->n += (size_t)got;
    return true;
}

enum lines_got lines_next(struct lines *l, int ms, struct str *line)
{
    size_t seen = 0; // bytes without a line's end
    for (;;) {
        char *start = l->p + l->from;
        char *end = memchr(start + seen, '\n', l->n - seen);
        bool last = end == NULL && l->ended && l->n > 0;
        size_t n = end ? (size_t)(end - start) : l->n;
        if (end || last) {
            bool skipped = l->skipping || n > LINES_MAX;
            l->number++;
            l->from += end ? n + 1 : n;
            l->n -= end ? n + 1 : n;
            l->skipping = false;
            seen = 0;
            if (skipped)
                return LINES_TOO_LONG;
            *line = (struct str){start, n};
            if (str_trim(*line).n > 0 && !str_is(*line, "\r"))
                return LINES_ONE;
            continue;
        }
        if (l->ended) {
            if (!l->skipping)
                return LINES_END;
            l->skipping = false; // its end was the end of all
            l->number++;
            return LINES_TOO_LONG;
        }
        if (n > LINES_MAX) {
            l->skipping = true;
            l->from = l->n = 0;
        }
        seen = l->n;
        bool fault = false;
        if (!fill(l, ms, &fault))
            return fault ? LINES_FAULT : LINES_WAIT;
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "run/log.h"

#include "run/clock.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static char log_program[64] = "?";
static _Atomic int log_level_now = LOG_INFO;

void log_open(const char *program, enum log_level level)
{
    struct text t = TEXT(log_program);
    text_put(&t, program);
    log_set_level(level);
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&log_level_now, (int)level, memory_order_relaxed);
}

bool log_level_parse(const char *name, enum log_level *out)
{
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    if ((int)level > atomic_load_explicit(&log_level_now, memory_order_relaxed))
        return;
    char message[1024];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    if (n < 0)
        return;
    // One event is one line, whatever a peer or the database put into a text.
    for (char *p = message; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    char line[1200];
    struct text t = {line, sizeof line - 1, 0};
    time_format(clock_now(), &t);
    text_put(&t, " ");
    text_put(&t, level_names[level]);
    text_put(&t, " ");
    text_put(&t, log_program);
    text_put(&t, " ");
    text_put(&t, message);
    t.p[t.n++] = '\n';
    // One write, so that lines of two processes on one file do not mix. A full or closed log must not stop the work.
    ssize_t written = write(STDERR_FILENO, line, t.n);
    (void)written;
}

void log_err(enum log_level level, const char *what, const struct err *err)
{
    log_line(level, "%s: %s%s%s (%s)", what, err->field, err->field[0] != '\0' ? ": " : "", err->text, err->code);
}

// SPDX-License-Identifier: Apache-2.0
// log: one line an event on standard error: time level program text key=value. Called by daemons, never by libraries.
// Personal data and letter texts never go in: numbers, codes, counts and our own sentences only.
#ifndef RUN_LOG_H
#define RUN_LOG_H

#include "core/err.h"

enum log_level { LOG_ERROR = 0, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_open(const char *program, enum log_level level);
void log_set_level(enum log_level level);                    // from any thread
bool log_level_parse(const char *name, enum log_level *out); // error, warn, info, debug
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_err(enum log_level level, const char *what, const struct err *err); // "what: field: text (code)"

#endif

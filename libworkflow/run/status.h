// SPDX-License-Identifier: Apache-2.0
// status: the status socket, in a thread of its own, so that it answers while the working thread waits for the
// database.
#ifndef RUN_STATUS_H
#define RUN_STATUS_H

#include "run/run.h"

struct status;

// Listens on <run dir>/<program>.status (mode 0600). The run's program, config, loop and counters must outlive it.
// REJECT as ipc_listen.
enum result status_start(struct run *run, struct status **out, struct err *err) MUST_USE;
void status_stop(struct status *status); // NULL is fine
void status_words(struct status *status, bool ready, const char *words);

// The answer to one line (without its end), in `out`. Only reads what any thread may read.
void status_answer(struct status *status, struct str line, FILE *out);

#endif

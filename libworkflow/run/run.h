// SPDX-License-Identifier: Apache-2.0
// run: how a daemon starts, says how it is, and ends. main() calls these in plain order; nothing registers itself.
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/counters.h"
#include "run/log.h"
#include "run/loop.h"
#include "run/options.h"

#define EXIT_CONFIG 78      // sysexits EX_CONFIG: do not restart, mend the configuration
#define EXIT_UNAVAILABLE 69 // EX_UNAVAILABLE
#define EXIT_BROKEN 70      // EX_SOFTWARE: our own state was impossible; restart
#define WF_VERSION "0.1.0"

struct run {
    const char *program; // "intaked"; the second one of it "intaked-2"
    int instance;        // 1, 2, …: which of several processes of this daemon
    struct config *config;
    struct loop *loop;
    struct counter *counters;
    _Atomic bool draining; // set by `drain` or SIGTERM: take no new work
};

// Reads -c FILE, --instance N, --help, --version; opens log; refuses a runtime directory that others may enter; locks
// <run dir>/<program>.lock; blocks signals; starts the
// status thread on <run dir>/<program>.status (contract: the installed name, intaked.status). Exits with 2,
// EXIT_CONFIG or EXIT_UNAVAILABLE and one line on failure.
struct run *run_start(int argc, char **argv, const char *program, struct counter *counters);

// This instance's own address of an option that lists one for each process. Exits with EXIT_CONFIG when it has none.
const char *run_endpoint(struct run *run, const char *option);

// For what a start cannot do without: OK, or one line in the log and the end: EXIT_UNAVAILABLE for RETRY, else
// EXIT_CONFIG.
void run_must(enum result result, const struct err *err);

// What `status` shows in words: "ok", or why the daemon cannot work ("database away since …"). Any thread may read it.
// ready false makes `letterctl status` exit 1. At most 200 bytes are kept.
void run_state(struct run *run, bool ready, const char *words);

// Tells systemd READY=1 when it runs under it, loops until the end, then stops the status thread. Returns the exit
// code.
int run_loop(struct run *run);
void run_free(struct run *run);

#endif

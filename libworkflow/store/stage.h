// SPDX-License-Identifier: Apache-2.0
// stage: what every daemon with a database does alike: connect at the start or refuse clearly, come back after an
// outage, follow the newest policy, and say how it is.
#ifndef STORE_STAGE_H
#define STORE_STAGE_H

#include "core/policy.h"
#include "run/run.h"
#include "store/db.h"

struct stage {
    struct run *run;
    struct db *db;
    struct policy *policy;
    bool away; // the last word was that the database is not there
};

// Connects as `role` and loads the policy, waiting up to 10 s for a database that starts. Exits with one line that says
// what to do: EXIT_CONFIG when this database will not do, EXIT_UNAVAILABLE when it is not to be reached.
void stage_open(struct stage *stage, struct run *run, const char *role, const struct statement *const *lists);
void stage_close(struct stage *stage);

// Connected? Tries to reconnect, at most twice a second, and publishes the answer on the status socket.
bool stage_ready(struct stage *stage);
// What a failed use of the database means: RETRY is published and logged once per outage (as an error
// where waiting alone will not mend it); BROKEN ends the process.
void stage_failed(struct stage *stage, enum result result, const struct err *err);
// Takes a newer policy when there is one; a timer of every daemon.
void stage_refresh(void *stage);

#endif

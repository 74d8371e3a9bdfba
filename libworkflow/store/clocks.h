// SPDX-License-Identifier: Apache-2.0
// clocks: the running clocks of all open cases, and the calendars by which their dates were made. Role pa_desk.
#ifndef STORE_CLOCKS_H
#define STORE_CLOCKS_H

#include "core/reader.h"
#include "store/db.h"

extern const struct statement clocks_statements[];

// The newest policy, and the same under each other calendar that was ever in force, the latest first.
#define CLOCKS_CALENDARS 8
struct clocks_policies {
    struct policy of[CLOCKS_CALENDARS]; // [0]: in force
    int n;
    char *memory[CLOCKS_CALENDARS];
};
// REJECT, code "no_policy": none was ever loaded. clocks_policies_free after success and failure.
enum result clocks_policies(struct db *db, struct clocks_policies *out, struct err *err) MUST_USE;
void clocks_policies_free(struct clocks_policies *policies);

#define CLOCKS_PAUSES 32
struct clock_row {
    struct case_facts facts; // what case_recompute reads, id, mailbox and version
    struct pause pauses[CLOCKS_PAUSES];
    int pauses_n;
};

// Who asks, as of when, under which organisation.
struct clocks_asker {
    const struct policy *policy;
    struct viewer viewer;
    wf_time now;
};

// A place in the list of cases by date; {0} is its beginning.
struct clocks_place {
    wf_time due_at;
    int64_t id;
};
// Up to max (1 … 10000) cases behind *place, which moves on; *n tells how many there were. `each` gets those of them
// that the province's post may see (core/reader.h); posts of other units see none. The row holds during the call.
enum result clocks_page(struct db *db, const struct clocks_asker *asker, struct clocks_place *place, int max,
                        void (*each)(void *arg, const struct clock_row *row), void *arg, int *n,
                        struct err *err) MUST_USE;

#endif

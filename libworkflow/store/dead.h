// SPDX-License-Identifier: Apache-2.0
// dead: what could not be done and waits for a person. Read by role pa_desk; decided by role pa_admin.
#ifndef STORE_DEAD_H
#define STORE_DEAD_H

#include "store/db.h"

extern const struct statement dead_statements[];

struct dead_row {
    int64_t id;
    struct str source; // feedback, classifier, dispatcher
    struct str ref;    // feedback: bureau/event_id; stages: the case's id
    int64_t case_id;   // 0: none
    int32_t mailbox;   // of the case; 0: none
    wf_time at;
    int32_t attempts;
    struct str code, field, words;
    struct str frame; // the whole message; p == NULL: there was none
};

// Oldest first, at most `limit`. Texts live until the connection's next batch.
enum result dead_list(struct db *db, int32_t limit, void (*each)(void *arg, const struct dead_row *row), void *arg,
                      struct err *err) MUST_USE;
// REJECT, code "not_found".
enum result dead_get(struct db *db, int64_t id, struct dead_row *out, struct err *err) MUST_USE;

// Takes the row away and writes down who decided so. decision: "retried" or "dropped". REJECT, code "not_found".
enum result dead_decide(struct db *db, int64_t id, const char *decision, struct str by, wf_time now,
                        struct err *err) MUST_USE;

#endif

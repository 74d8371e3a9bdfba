// SPDX-License-Identifier: Apache-2.0
// lookup: a case as its writer reads it (domain §3.9): what core/writer.h shows of the journal, the public reply, what
// is asked. Never who at the desk, opinions, supervision, or another writer.
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include "core/writer.h"
#include "store/db.h"

#define LOOKUP_LINES 100 // the newest

extern const struct statement lookup_statements[];

struct lookup {
    int32_t mailbox;
    enum case_state state;
    wf_time received_at, due_at; // due_at: by when there will be an answer; 0: no date is promised
    enum outcome outcome;
    struct str label, reply, asked; // p == NULL: none
    uint32_t may;                   // writer_may
    wf_time times[LOOKUP_LINES];
    struct str lines[LOOKUP_LINES];
    int lines_n;
    char words[LOOKUP_LINES][WRITER_LINE_MAX], label_words[128];
};

// Reads n cases (at most CASES_MAX); lookup_at then tells each until the next use of the database.
enum result lookup_read(struct db *db, const int64_t *ids, int n, struct err *err) MUST_USE;
// The i-th of them as of `now`; false: there is no such case. Texts point into the database's answer, or into *out.
bool lookup_at(const struct db *db, const struct policy *policy, wf_time now, int i, struct lookup *out);

#endif

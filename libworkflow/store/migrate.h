// SPDX-License-Identifier: Apache-2.0
// migrate: brings a database to the schema of this program: roles, tables, and the program's own lists in words.
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "core/err.h"
#include "core/wftime.h"
#include "run/options.h"

struct migrate_report {
    int from, to;  // schema version before and after
    int64_t words; // rows that were added to code_list and because
};

// Connects as the operating system's user, who must be allowed to create roles and to write into the schema public.
// dir holds NNNN_what.sql, numbered from 0001 without a gap; each missing one is applied in a transaction of its own.
// REJECT: the folder is not of that form; a migration that was applied reads otherwise now (edited); the database is
// newer than the folder; the database refuses a statement. RETRY: database away, or another migrate is at work.
enum result migrate_run(const struct config *config, const char *dir, wf_time now, struct migrate_report *out,
                        struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
// policy_store: the catalogues in the database, a version each time they are loaded, never changed afterwards.
#ifndef STORE_POLICY_STORE_H
#define STORE_POLICY_STORE_H

#include "core/policy.h"
#include "store/db.h"

// To be prepared by whoever calls the functions below.
extern const struct statement policy_store_statements[];

// Parses the files (in the order of policy_file_names) and writes them as the newest version, by role pa_admin.
// by: who loads them. DUPLICATE: the newest version has the same files; *version is that one's.
enum result policy_save(struct db *db, const struct str files[POLICY_FILES], struct str by, wf_time now,
                        int32_t *version, struct err *err) MUST_USE;

// The newest version. REJECT, code "no_policy": none was ever loaded.
enum result policy_load(struct db *db, struct policy **out, struct err *err) MUST_USE;
// The same for whoever does not classify, by policy_parse_rules.
enum result policy_load_rules(struct db *db, struct policy **out, struct err *err) MUST_USE;
// That one in two steps, so that the database can work while the files are parsed: they lie in the results of the
// fetch.
struct policy_fetched {
    struct str files[POLICY_FILES];
    int32_t version;
};
enum result policy_fetch_rules(struct db *db, struct policy_fetched *out, struct err *err) MUST_USE;
enum result policy_make_rules(const struct policy_fetched *fetched, struct policy **out, struct err *err) MUST_USE;
void policy_free(struct policy *policy); // NULL is fine; only what these gave

// Is there a version newer than this one?
enum result policy_newer(struct db *db, int32_t than, bool *newer, struct err *err) MUST_USE;

#endif

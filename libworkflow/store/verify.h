// SPDX-License-Identifier: Apache-2.0
// verify: the whole database against the promises, in one snapshot, so that it is right beside running daemons.
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "core/policy.h"
#include "store/db.h"

#define VERIFY_CHECKS 40 // at most
#define VERIFY_FIRST 5   // violations that are shown of each check

extern const struct statement verify_statements[];

// A promise and how often it is broken. A warning is a thing to look at that breaks no promise.
struct verify_check {
    const char *name, *words; // words: Chinese, for people
    bool warning;
    int64_t count;
    int first_n;
    char first[VERIFY_FIRST][96]; // case numbers, or what else names the place
};

struct verify_report {
    struct verify_check checks[VERIFY_CHECKS];
    int checks_n;
    int64_t letters, cases, journal, dead; // what there is
};

// Role pa_desk. OK also when promises are broken: see verify_violations. policy: the newest; the organisation and the
// clocks are its own.
enum result verify_run(struct db *db, const struct policy *policy, wf_time now, struct verify_report *out,
                       struct err *err) MUST_USE;
int64_t verify_violations(const struct verify_report *report); // without the warnings

#endif

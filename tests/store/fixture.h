// SPDX-License-Identifier: Apache-2.0
// fixture: a database for one test, copied from a migrated one with the sample policy in it. Needs with-postgres around
// the test. Whatever goes wrong here ends the test.
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "store/db.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    char name[32];         // of the database
    char run_dir[80];      // exists and is empty
    struct config *config; // database/conninfo and run/dir point here
    PGconn *conn;          // as the superuser
};

void fixture_open(struct fixture *f);  // migrated, with policy version 1
void fixture_empty(struct fixture *f); // nothing in it
void fixture_close(struct fixture *f);

// Connected as this role with these statements prepared.
struct db *fixture_db(const struct fixture *f, const char *role, const struct statement *const *lists);

// Runs SQL as the superuser.
void fixture_exec(const struct fixture *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int64_t fixture_int(const struct fixture *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// The files of deploy/policy, read once.
const struct str *fixture_policy(void);

// n cases that went all the way to CLOSED, of the same day, to bureau 440300: what verify has nothing to say against.
// Each has 10 journal lines, one leg, one queue row, one reply and two feedback rows. Returns the first id.
int64_t fixture_cases(const struct fixture *f, int n);
#define FIXTURE_NOW INT64_C(1795406400000000) // 2026-11-23T12:00:00+08:00

#endif

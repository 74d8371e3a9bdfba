// SPDX-License-Identifier: Apache-2.0
// verify_impl: what verify.c, verify_guard.c and verify_replay.c share.
#ifndef STORE_VERIFY_IMPL_H
#define STORE_VERIFY_IMPL_H

#include "store/verify.h"

// Adds one violation; id 0: words alone name the place.
void verify_found(struct verify_check *check, int32_t mailbox, int64_t id, struct str words);

// The checks of verify_replay, in this order in the report.
enum {
    REPLAY_ORPHAN,
    REPLAY_DENSE,
    REPLAY_FIRST,
    REPLAY_LEGAL,
    REPLAY_STATE,
    REPLAY_LEGS,
    REPLAY_NEXT,
    REPLAY_DATES,
    REPLAY_TIMES,
    REPLAY_WAKE,
    REPLAY_REQUESTS,
    REPLAY_BACKWARDS,
    REPLAY_CHECKS
};

// Replays every journal through core's table and compares with what case_file and leg say. Inside an open transaction.
enum result verify_replay(struct db *db, const struct policy *policy, wf_time now,
                          struct verify_check checks[REPLAY_CHECKS], struct verify_report *figures,
                          struct err *err) MUST_USE;

// No leg of a case that accuses somebody is, or was when the guard was asked, with a unit in X. Inside an open
// transaction.
enum result verify_guard(struct db *db, const struct policy *policy, wf_time now, struct verify_check *check,
                         struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
// verify_guard: whoever is accused has not got the letter (domain §3.11). Core's guard is asked again of every leg of
// every case that accuses somebody, so that a hole in the way of a letter shows in what it left behind.
#include "core/case.h"
#include "core/guard.h"
#include "store/scalar.h"
#include "store/verify_impl.h"

#include <stdlib.h>

#define PAGE 1000 // cases that accuse somebody

// A case of the page at hand. Kept apart from the connection, whose results the legs' statement takes away.
struct accusing {
    int64_t id;
    int32_t mailbox;
    bool ended;
    struct accused_list x;
    wf_time since[GUARD_ACCUSED];
};

static wf_time later(wf_time a, wf_time b)
{
    return a > b ? a : b;
}

// Each accused alone, on the day when the guard was last asked about the two: X is what they span together. An open leg
// is asked about today, too: the accused may have come to head its unit.
static bool is_in_x(const struct policy *policy, wf_time now, const struct accusing *a, int32_t unit,
                    enum leg_state state, wf_time sent_at)
{
    for (int i = 0; i < a->x.n; i++) {
        struct accused_list one = {.of = {a->x.of[i]}, .n = 1};
        if (guard_excludes(policy, date_of(later(a->since[i], sent_at)), &one, unit) != GUARD_FREE)
            return true;
        if (!a->ended && !leg_over(state) && guard_excludes(policy, date_of(now), &one, unit) != GUARD_FREE)
            return true;
    }
    return false;
}

static void check_leg(const struct db *db, const struct policy *policy, wf_time now, int row, const struct accusing *a,
                      struct verify_check *check)
{
    char words[64];
    struct text t = TEXT(words);
    int32_t unit = (int32_t)db_int(db, 0, row, 2);
    enum leg_state state = (enum leg_state)db_int(db, 0, row, 3);
    wf_time sent_at = db_time(db, 0, row, 5);
    if (state == LEG_REVOKED && (db_int(db, 0, row, 4) & LEG_CONFLICT))
        return;
    if (!is_in_x(policy, now, a, unit, state, sent_at) &&
        !is_in_x(policy, now, a, policy_queue(policy, unit), state, sent_at))
        return;
    text_put(&t, "leg ");
    text_i64(&t, db_int(db, 0, row, 1));
    text_put(&t, " is with ");
    text_i64(&t, unit);
    text_put(&t, ", which is in X");
    verify_found(check, a->mailbox, a->id, text_get(&t));
}

// The cases of the page, by id; returns how many.
static int read_page(const struct db *db, struct accusing *page)
{
    int n = 0;
    for (int row = 0; row < db_rows(db, 0); row++) {
        int64_t id = db_int(db, 0, row, 0);
        if (n == 0 || page[n - 1].id != id) {
            insist(n < PAGE);
            enum case_state state = (enum case_state)db_int(db, 0, row, 5);
            page[n++] = (struct accusing){
                .id = id, .mailbox = (int32_t)db_int(db, 0, row, 1), .ended = case_final(state), .x = {.n = 0}};
        }
        struct accusing *a = &page[n - 1];
        if (a->x.n == GUARD_ACCUSED)
            continue; // named by the check that counts them
        a->since[a->x.n] = db_time(db, 0, row, 4);
        a->x.of[a->x.n++] = (struct accused){(int32_t)db_int(db, 0, row, 2), (int32_t)db_int(db, 0, row, 3)};
    }
    return n;
}

static enum result check_page(struct db *db, const struct policy *policy, wf_time now, const struct accusing *page,
                              int n, struct verify_check *check, struct err *err)
{
    struct column ids = {0};
    struct column *params[] = {&ids};
    column_start(&ids, COL_INT8);
    for (int i = 0; i < n; i++)
        column_int(&ids, page[i].id);
    enum result result = scalar_run(db, "verify_accused_legs", 1, params, err);
    for (int row = 0, i = 0; result == OK && row < db_rows(db, 0); row++) {
        while (page[i].id != db_int(db, 0, row, 0))
            i++;
        check_leg(db, policy, now, row, &page[i], check);
    }
    return result;
}

enum result verify_guard(struct db *db, const struct policy *policy, wf_time now, struct verify_check *check,
                         struct err *err)
{
    struct accusing *page = calloc(PAGE, sizeof *page);
    insist(page);
    enum result result = OK;
    int64_t after = INT64_MIN;
    for (int n = 1; result == OK && n > 0;) {
        struct column from = {0}, limit = {0};
        struct column *params[] = {scalar_int(&from, COL_INT8, after), scalar_int(&limit, COL_INT4, PAGE)};
        result = scalar_run(db, "verify_accused_page", 2, params, err);
        n = result == OK ? read_page(db, page) : 0;
        if (n > 0) {
            after = page[n - 1].id;
            result = check_page(db, policy, now, page, n, check, err);
        }
    }
    free(page);
    return result;
}

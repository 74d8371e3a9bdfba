// SPDX-License-Identifier: Apache-2.0
// review: draws closed cases for a second look, keeps which, and what was found (回头看, domain §4 E16). Role pa_desk.
#ifndef STORE_REVIEW_H
#define STORE_REVIEW_H

#include "core/reader.h"
#include "core/review.h"
#include "store/db.h"

extern const struct statement review_statements[]; // to be prepared with access_statements

#define REVIEW_MAX 1000 // cases of one sample
#define REVIEW_RULE 160

struct review_plan {
    wf_time from, to; // closed at or after from, before to
    int n;            // at most REVIEW_MAX
    int64_t seed;
    bool risk; // the highest scores; lots decide between equals
};

struct review_case {
    int64_t id;
    int32_t mailbox;
    wf_time closed_at;
    int score;              // by risk
    char rule[REVIEW_RULE]; // "random", "risk 7: rounds 1, dissatisfied"
};

// Draws and keeps a sample of what the viewer may see; *sample is its number, 0 when nothing was there to draw. out has
// room for plan->n; its order is that of the draw. REJECT: "not_your_duty".
enum result review_draw(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        const struct review_plan *plan, struct review_case *out, int *n, int32_t *sample,
                        struct err *err) MUST_USE;

enum review_rating { REVIEW_GOOD = 1, REVIEW_BAD };
extern const struct code review_ratings[];

struct review_row {
    int32_t sample, mailbox;
    int64_t id, seed;
    enum case_state state;
    struct str rule, finding; // finding: p == NULL: not looked at yet
    enum review_rating rating;
    wf_time drawn_at, found_at;
};
// A sample's cases that the viewer may see; sample 0: the newest.
enum result review_list(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        int32_t sample, void (*each)(void *arg, const struct review_row *row), void *arg,
                        struct err *err) MUST_USE;

#define REVIEW_TEXT_MAX 2000 // characters
// What was found in a case of its newest sample; said once. REJECT: "not_found", "not_your_duty", "not_sampled" (in no
// sample, or the finding is there), "missing", "too_long".
enum result review_find(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        int32_t mailbox, int64_t id, enum review_rating rating, struct str words, int32_t *sample,
                        struct err *err) MUST_USE;

#endif

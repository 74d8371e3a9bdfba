// SPDX-License-Identifier: Apache-2.0
// cases_impl: what cases.c (reading, deciding, trying again) and cases_write.c (rows, statements) share.
#ifndef STORE_CASES_IMPL_H
#define STORE_CASES_IMPL_H

#include "store/because.h"
#include "store/cases.h"
#include "store/facts.h"
#include "store/rows.h"
#include "store/seen.h"

struct cases {
    struct db *db;
    struct because because;
    struct facts facts;
    struct seen applied_causes; // of this batch
    int64_t more[CASES_MAX];    // cases that only the facts name: the primary of what is to be taken out of it
    int more_n;
    struct case_facts split; // the case that was just split off
    struct buf detail;
    struct rows causes;
    uint8_t told; // the policy's: channels that have a queue
    struct {
        struct rows cases, woken, legs_in, legs_up, courses, accused, requests_in, requests_up, splits, journal,
            replies, reports, supplements, answers, inquiries, approvals, explanations, refused, inbox, seen, heads,
            queue, told, unblocked, tombstones, parked, near;
    } out; // what this batch will write
};

// Begins the rows of a batch.
void cases_write_start(struct cases *cs, const struct policy *policy, wf_time now);
// The lines, replies, words and queue rows of one change; other may be NULL.
void cases_write_decision(struct cases *cs, const struct change *c, const struct decision *d,
                          const struct case_facts *f, const struct case_facts *other);
// The line of a queue that the desk decides on, as the database has it.
struct blocked_line {
    int64_t case_id;
    int16_t leg;
    enum notice notice;
    bool again; // it was parked, and is appended anew
};
// What the writer's portal is told of a decision, if it subscribes.
void cases_tell(struct cases *cs, const struct decision *d, const struct case_facts *f);
bool cases_of_queue(enum event event); // retry, park or skip
// Core's decision, and whether this line blocks its queue, whose cursor is locked then. *why says OK, or REJECT, which
// is core's, "not_found" or "not_blocked". The facts are changed where core says OK. Else than OK: the batch's failure.
enum result cases_decide_line(struct cases *cs, const struct policy *policy, wf_time now, const struct change *c,
                              struct case_facts *facts, struct decision *d, struct blocked_line *line, struct err *why,
                              struct err *err) MUST_USE;
// What the desk decided: the block, the tombstone, the dead letter, the line at its new sequence.
void cases_write_line(struct cases *cs, const struct change *c, const struct blocked_line *line);
// Columns of the rows above.
void cases_queue_start(struct cases *cs, wf_time now);
// A case that the table or the guard would not let change.
void cases_write_refusal(struct cases *cs, const struct change *c, const struct case_facts *f, const struct err *err);
// The case in cs->split, and its first line.
void cases_write_split(struct cases *cs, const struct change *c, const struct case_step *step, wf_time now);
// The 核查函 of a request: first its facts, under a reference that says nothing of the case, then the rest.
bool cases_of_inquiry(enum event event);
void cases_write_inquiry(struct cases *cs, const struct change *c, enum event event, const struct case_facts *f,
                         int16_t request);
// The facts of every case that the batch touched.
void cases_write_facts(struct cases *cs, wf_time now);
// Sends it all and commits. REJECT: the database refuses something, or another writer was faster. BROKEN: careful, and
// yet the database wrote another number of rows than it was given.
enum result cases_write_all(struct cases *cs, bool careful, struct err *err) MUST_USE;
void cases_write_free(struct cases *cs);

#endif

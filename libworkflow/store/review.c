// SPDX-License-Identifier: Apache-2.0
#include "store/review.h"

#include "core/number.h"
#include "store/access.h"
#include "store/review.sql.h"
#include "store/scalar.h"

#include <string.h>

#define WINDOW 16384

const struct statement review_statements[] = {
    {"review_window", SQL_review_window}, {"review_lock", SQL_review_lock}, {"review_insert", SQL_review_insert},
    {"review_list", SQL_review_list},     {"review_find", SQL_review_find}, {NULL, NULL},
};

const struct code review_ratings[] = {
    {REVIEW_GOOD, "good", "没有问题"}, {REVIEW_BAD, "bad", "发现问题"}, {0, NULL, NULL}};

// Who looks again is who approves, supervises, inspects or leads.
static enum result check_duty(const struct viewer *viewer, struct err *err)
{
    if (viewer->duties & (DUTY_APPROVE | DUTY_SUPERVISE | DUTY_INSPECT | DUTY_LEAD))
        return OK;
    return err_set(err, REJECT, "not_your_duty", "--as", "only a post that approves, supervises, inspects or leads");
}

// ---- Drawing ----

// Does a win over b?
static bool before(const struct review_plan *plan, const struct review_case *a, const struct review_case *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    uint64_t x = review_lot(plan->seed, a->id), y = review_lot(plan->seed, b->id);
    return x != y ? x < y : a->id < b->id;
}

// Keeps the best so far, in their order.
static void keep(const struct review_plan *plan, const struct review_case *c, struct review_case *out, int *n)
{
    int at = *n;
    while (at > 0 && before(plan, c, &out[at - 1]))
        at--;
    if (at == plan->n)
        return;
    int last = *n < plan->n ? (*n)++ : plan->n - 1;
    memmove(&out[at + 1], &out[at], (size_t)(last - at) * sizeof *out);
    out[at] = *c;
}

static void judge(const struct db *db, int row, const struct review_plan *plan, struct review_case *out)
{
    char reasons[REVIEW_RULE];
    struct text why = TEXT(reasons), rule = TEXT(out->rule);
    struct review_facts f = {.rounds = (int16_t)db_int(db, 0, row, 3),
                             .flags = (uint8_t)db_int(db, 0, row, 4),
                             .outcome = (enum outcome)db_int(db, 0, row, 5),
                             .returns = (int16_t)db_int(db, 0, row, 8),
                             .breaches = (int16_t)db_int(db, 0, row, 9),
                             .satisfied = (int16_t)db_int(db, 0, row, 10),
                             .solved = (int16_t)db_int(db, 0, row, 11)};
    if (!plan->risk) {
        text_put(&rule, "random");
        return;
    }
    reasons[0] = '\0';
    out->score = review_score(&f, &why);
    text_put(&rule, "risk ");
    text_i64(&rule, out->score);
    text_put(&rule, ": ");
    text_str(&rule, text_get(&why));
}

static void draw_rows(const struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                      const struct review_plan *plan, struct review_case *out, int *n)
{
    for (int row = 0; row < db_rows(db, 0); row++) {
        if (db_null(db, 0, row, 0) || access_reading(db, 0, row, 6, policy, date_of(now), viewer) == READ_NOTHING)
            continue;
        struct review_case c = {.id = db_int(db, 0, row, 0),
                                .mailbox = (int32_t)db_int(db, 0, row, 1),
                                .closed_at = db_time(db, 0, row, 2)};
        judge(db, row, plan, &c);
        if (!plan->risk || c.score > 0)
            keep(plan, &c, out, n);
    }
}

static enum result save(struct db *db, wf_time now, const struct review_plan *plan, const struct review_case *drawn,
                        int n, int32_t *sample, struct err *err)
{
    struct column c[4] = {0};
    struct column *params[] = {&c[0], &c[1], scalar_int(&c[2], COL_INT8, plan->seed), scalar_time(&c[3], now)};
    column_start(&c[0], COL_INT8);
    column_start(&c[1], COL_TEXT);
    for (int i = 0; i < n; i++) {
        column_int(&c[0], drawn[i].id);
        column_text(&c[1], str_of(drawn[i].rule));
    }
    db_command(db, "BEGIN");
    db_query(db, "review_lock", 0, NULL);
    db_query(db, "review_insert", 4, params);
    db_command(db, "COMMIT");
    enum result result = db_flush(db, err);
    for (int i = 0; i < 4; i++)
        column_free(&c[i]);
    if (result == OK)
        *sample = (int32_t)db_int(db, 2, 0, 0);
    return result;
}

enum result review_draw(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        const struct review_plan *plan, struct review_case *out, int *n, int32_t *sample,
                        struct err *err)
{
    insist(plan->n >= 1 && plan->n <= REVIEW_MAX);
    enum result result = check_duty(viewer, err);
    // What was received after the end of the time was not closed before it.
    int64_t below = number_id((struct date){date_of(plan->to - 1).day + 1}, 1), seen = WINDOW;
    *n = 0;
    *sample = 0;
    while (result == OK && seen == WINDOW) {
        struct column c[5] = {0};
        struct column *params[] = {scalar_int(&c[0], COL_INT8, below), scalar_int(&c[1], COL_INT4, WINDOW),
                                   scalar_time(&c[2], plan->from), scalar_time(&c[3], plan->to),
                                   scalar_int(&c[4], COL_BOOL, plan->risk)};
        result = scalar_run(db, "review_window", 5, params, err);
        if (result != OK)
            return result;
        seen = db_int(db, 0, 0, 12);
        below = seen > 0 ? db_int(db, 0, 0, 13) : 0;
        draw_rows(db, policy, viewer, now, plan, out, n);
    }
    return result == OK && *n > 0 ? save(db, now, plan, out, *n, sample, err) : result;
}

// ---- What was drawn, and found ----

enum result review_list(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        int32_t sample, void (*each)(void *arg, const struct review_row *row), void *arg,
                        struct err *err)
{
    enum result result = check_duty(viewer, err);
    if (result != OK)
        return result;
    struct column c = {0};
    struct column *params[] = {scalar_int(&c, COL_INT4, sample)};
    result = scalar_run(db, "review_list", 1, params, err);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct review_row r = {
            .sample = (int32_t)db_int(db, 0, row, 0),
            .id = db_int(db, 0, row, 1),
            .mailbox = (int32_t)db_int(db, 0, row, 2),
            .state = (enum case_state)db_int(db, 0, row, 3),
            .rule = db_text(db, 0, row, 4),
            .seed = db_int(db, 0, row, 5),
            .drawn_at = db_time(db, 0, row, 6),
            .finding = db_text(db, 0, row, 7),
            .rating = (enum review_rating)db_int(db, 0, row, 8),
            .found_at = db_time(db, 0, row, 9),
        };
        if (access_reading(db, 0, row, 10, policy, date_of(now), viewer) != READ_NOTHING)
            each(arg, &r);
    }
    return result;
}

static enum result check_words(struct str words, struct err *err)
{
    size_t chars;
    if (str_trim(words).n == 0)
        return err_set(err, REJECT, "missing", "--text", "say what was found");
    if (!utf8_check(words, &chars))
        return err_set(err, REJECT, "bad_utf8", "--text", "not well-formed UTF-8");
    if (chars > REVIEW_TEXT_MAX)
        return err_set_limit(err, REJECT, "too_long", "--text", "at most ", REVIEW_TEXT_MAX, " characters");
    return OK;
}

enum result review_find(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                        int32_t mailbox, int64_t id, enum review_rating rating, struct str words, int32_t *sample,
                        struct err *err)
{
    enum reading reading;
    enum result result = check_duty(viewer, err);
    if (result == OK)
        result = check_words(words, err);
    if (result == OK)
        result = access_ask(db, policy, viewer, now, "review", mailbox, id, &reading, err);
    if (result != OK)
        return result;
    struct column c[4] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, id), scalar_text(&c[1], words),
                               scalar_int(&c[2], COL_INT2, rating), scalar_time(&c[3], now)};
    result = scalar_run(db, "review_find", 4, params, err);
    if (result == OK && db_rows(db, 0) == 0)
        return err_set(err, REJECT, "not_sampled", "number", "it is in no sample, or its finding was said");
    if (result == OK)
        *sample = (int32_t)db_int(db, 0, 0, 0);
    return result;
}

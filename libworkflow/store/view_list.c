// SPDX-License-Identifier: Apache-2.0
// view_list: cases in pages, and the queues. A page is a window of so many cases, whatever is wanted of it, so that no
// statement runs long and no answer is large.
#include "core/reader.h"
#include "core/seeded.h"
#include "store/access.h"
#include "store/scalar.h"
#include "store/view_impl.h"

#include <stdlib.h>

#define FIRST_WINDOW 256
#define LAST_WINDOW 16384

// The pattern that finds these words as they are.
static enum result pattern_of(const struct viewer *viewer, struct str words, char **out, struct err *err)
{
    size_t chars;
    *out = NULL;
    if (!words.p)
        return OK;
    if (reader_level(viewer->duties) != READ_ALL)
        return err_set(err, REJECT, "not_your_duty", "--text", "a post that reads no letters cannot search in them");
    if (!utf8_check(words, &chars))
        return err_set(err, REJECT, "bad_utf8", "--text", "not well-formed UTF-8");
    if (chars < VIEW_TEXT_MIN)
        return err_set_limit(err, REJECT, "too_short", "--text", "at least ", VIEW_TEXT_MIN, " characters");
    if (chars > VIEW_TEXT_MAX)
        return err_set_limit(err, REJECT, "too_long", "--text", "at most ", VIEW_TEXT_MAX, " characters");
    char *pattern = malloc(2 * words.n + 3), *p = pattern;
    insist(pattern);
    *p++ = '%';
    for (size_t i = 0; i < words.n; i++) {
        if (words.p[i] == '%' || words.p[i] == '_' || words.p[i] == '\\')
            *p++ = '\\';
        *p++ = words.p[i];
    }
    *p++ = '%';
    *p = '\0';
    *out = pattern;
    return OK;
}

struct listing {
    struct db *db;
    const struct policy *policy;
    const struct viewer *viewer;
    const struct view_filter *filter;
    struct date day;
    bool legs;
    void (*each)(void *arg, const struct case_row *row);
    void *arg;
    int64_t left;  // of the limit
    int64_t below; // ids that were not looked at yet
};

static enum result read_window(struct listing *l, int64_t window, const char *pattern, struct err *err)
{
    struct column c[8] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT8, l->below),
                               scalar_int(&c[1], COL_INT4, window),
                               scalar_int(&c[2], COL_INT2, l->filter->state),
                               scalar_int(&c[3], COL_INT4, l->filter->bureau),
                               scalar_time(&c[4], l->filter->overdue ? l->filter->now : 0),
                               scalar_int(&c[5], COL_BOOL, l->legs),
                               scalar_text(&c[6], str_of(pattern)),
                               scalar_int(&c[7], COL_INT2, l->filter->requested)};
    enum result result = scalar_run(l->db, "view_list", 8, params, err);
    return result;
}

// The rows of a window that the viewer may see. A row that cannot be judged is not shown.
static void tell(struct listing *l)
{
    for (int row = 0; row < db_rows(l->db, 0) && l->left > 0; row++) {
        struct case_row found;
        if (db_null(l->db, 0, row, 0))
            continue;
        view_row(l->db, l->policy, 0, row, &found);
        if (!access_accused(db_text(l->db, 0, row, 13), &found.accused) ||
            (!SEEDED("list") && access_reading(l->db, 0, row, 13, l->policy, l->day, l->viewer) == READ_NOTHING))
            continue;
        l->each(l->arg, &found);
        l->left--;
    }
}

enum result view_list(struct db *db, const struct policy *policy, const struct viewer *viewer,
                      const struct view_filter *filter, void (*each)(void *arg, const struct case_row *row), void *arg,
                      struct err *err)
{
    struct listing l = {.db = db,
                        .policy = policy,
                        .viewer = viewer,
                        .filter = filter,
                        .day = date_of(filter->now),
                        .legs = reader_wants_legs(policy, viewer),
                        .each = each,
                        .arg = arg,
                        .left = filter->limit,
                        .below = INT64_MAX};
    char *pattern;
    enum result result = pattern_of(viewer, filter->text, &pattern, err);
    int64_t window = FIRST_WINDOW, n = window;
    while (result == OK && l.left > 0 && n == window) {
        window = l.below == INT64_MAX ? window : window * 4 < LAST_WINDOW ? window * 4 : LAST_WINDOW;
        result = read_window(&l, window, pattern, err);
        if (result != OK)
            break;
        n = db_int(db, 0, 0, 15);
        l.below = n > 0 ? db_int(db, 0, 0, 16) : 0;
        tell(&l);
    }
    free(pattern);
    return result;
}

enum result view_queues(struct db *db, const struct policy *policy, const struct viewer *viewer,
                        void (*each)(void *arg, const struct queue_view *row), void *arg, struct err *err)
{
    enum result result = db_run(db, "view_queues", 0, NULL, err);
    for (int row = 0; result == OK && row < db_rows(db, 0); row++) {
        struct queue_view queue = {
            .bureau = (int32_t)db_int(db, 0, row, 0),
            .first = db_int(db, 0, row, 1),
            .head = db_int(db, 0, row, 2),
            .acknowledged = db_int(db, 0, row, 3),
            .epoch = db_int(db, 0, row, 4),
            .consumer = db_text(db, 0, row, 5),
            .consumer_since = db_time(db, 0, row, 6),
            .blocked = db_int(db, 0, row, 7),
            .blocked_at = db_time(db, 0, row, 8),
            .attempts = (int32_t)db_int(db, 0, row, 9),
            .reason = db_text(db, 0, row, 10),
            .oldest = db_time(db, 0, row, 11),
        };
        if (reader_queue(policy, viewer, queue.bureau))
            each(arg, &queue);
    }
    return result;
}

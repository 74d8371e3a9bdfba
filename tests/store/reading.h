// SPDX-License-Identifier: Apache-2.0
// reading: cases read as letterctl reads them: as pa_desk, with the policy in force, by a post.
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include "core/number.h"
#include "fixture.h"
#include "store/access.h"
#include "store/policy_store.h"
#include "store/view.h"

#include <string.h>

#define CASE_1 ((long long)first)

static const struct statement *const reading_lists[] = {access_statements, view_statements, policy_store_statements,
                                                        NULL};
static struct policy *policy; // of the database at hand

static inline struct db *open_db(const struct fixture *f)
{
    struct err err;
    struct db *db = fixture_db(f, "pa_desk", reading_lists);
    assert_int_equal(policy_load(db, &policy, &err), OK);
    return db;
}

static inline void close_db(struct db *db)
{
    policy_free(policy);
    db_close(db);
}

static inline struct viewer viewer_of(const char *post)
{
    struct viewer v;
    struct err err;
    if (reader_parse(policy, str_of(post), &v, &err) != OK)
        fail_msg("%s", err.text);
    return v;
}

static inline enum result look(struct db *db, const char *post, int64_t id, struct case_view *v, struct err *err)
{
    struct viewer viewer = viewer_of(post);
    return view_case(db, policy, &viewer, FIXTURE_NOW, 440300, id, v, err);
}

struct seen {
    int64_t ids[8];
    int n;
};

static inline void see(void *arg, const struct case_row *row)
{
    struct seen *seen = arg;
    seen->ids[seen->n++] = row->id;
}

static inline struct seen list_as(struct db *db, const char *post, struct view_filter filter)
{
    struct viewer viewer = viewer_of(post);
    struct seen seen = {{0}, 0};
    struct err err;
    filter.now = FIXTURE_NOW;
    if (filter.limit == 0)
        filter.limit = 8;
    assert_int_equal(view_list(db, policy, &viewer, &filter, see, &seen, &err), OK);
    return seen;
}

static inline struct seen list(struct db *db, struct view_filter filter)
{
    return list_as(db, NULL, filter);
}

static inline void accuse(const struct fixture *f, int64_t id, int unit, int officer)
{
    fixture_exec(f,
                 "UPDATE case_file SET flags = flags | 8 WHERE id = %lld; INSERT INTO accused VALUES (%lld, %d, %d, "
                 "'2026-11-23T12:00:00+08:00')",
                 (long long)id, (long long)id, unit, officer);
}

static inline void expect_text(struct str s, const char *words)
{
    assert_true(str_is(s, words));
}

#endif

// SPDX-License-Identifier: Apache-2.0
// heart: letters and cases by the hundred for the tests of the write path, opened as the daemons open theirs.
#ifndef TESTS_HEART_H
#define TESTS_HEART_H

#include "core/classify.h"
#include "core/number.h"
#include "fixture.h"
#include "run/clock.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/letters.h"
#include "store/policy_store.h"
#include "store/verify.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHENZHEN 440300
#define ZHUHAI 440400

static const struct statement *const heart_lists[] = {because_statements, cases_statements, letters_statements,
                                                      policy_store_statements, NULL};

struct heart {
    struct fixture f;
    struct policy *policy;
    struct db *intake, *classifier, *feedback;
    struct letters *letters;
    struct cases *cases; // of feedback
};

// Connects again until it is there; at most 10 s.
static inline void heart_ready(struct db *db)
{
    struct err err;
    int64_t deadline = clock_mono() + 10 * WF_SECOND;
    while (db_ready(db, &err) != OK) {
        if (clock_mono() > deadline)
            fail_msg("%s", err.text);
        poll(NULL, 0, 20);
    }
}

static inline struct db *heart_db(const struct heart *h, const char *role)
{
    struct db *db = db_open(h->f.config, role, heart_lists);
    db_by_key(db);
    heart_ready(db);
    return db;
}

static inline void heart_open(struct heart *h)
{
    struct err err;
    *h = (struct heart){0};
    fixture_open(&h->f);
    h->intake = heart_db(h, "pa_intake");
    h->classifier = heart_db(h, "pa_classifier");
    h->feedback = heart_db(h, "pa_feedback");
    h->letters = letters_new(h->intake);
    h->cases = cases_new(h->feedback);
    assert_int_equal(policy_load(h->feedback, &h->policy, &err), OK);
}

static inline void heart_close(struct heart *h)
{
    letters_free(h->letters);
    cases_free(h->cases);
    db_close(h->intake);
    db_close(h->classifier);
    db_close(h->feedback);
    policy_free(h->policy);
    fixture_close(&h->f);
}

static inline void heart_letter(struct letter *l, char ref[32], const char *prefix, int i)
{
    snprintf(ref, 32, "%s-%d", prefix, i);
    *l = (struct letter){.channel = CHANNEL_WEB,
                         .mailbox = SHENZHEN,
                         .client_ref = str_of(ref),
                         .title = STR("标题"),
                         .body = STR("正文")};
}

// n letters (at most LETTERS_MAX) that were taken in: cases in RECEIVED. Returns the first id; the others follow it.
static inline int64_t heart_received(struct heart *h, int n)
{
    static struct letter in[LETTERS_MAX];
    static struct writer writers[LETTERS_MAX];
    static struct stored out[LETTERS_MAX];
    static char refs[LETTERS_MAX][32];
    static int calls;
    char prefix[16];
    struct err err;
    snprintf(prefix, sizeof prefix, "h%d", ++calls);
    for (int i = 0; i < n; i++)
        heart_letter(&in[i], refs[i], prefix, i);
    assert_int_equal(letters_store(h->letters, h->policy, FIXTURE_NOW, in, writers, n, out, &err), OK);
    for (int i = 0; i < n; i++)
        assert_int_equal(out[i].id, out[0].id + i);
    return out[0].id;
}

// The same, accepted for this bureau; 0: for all 21 by turns.
static inline int64_t heart_accepted(struct heart *h, int n, int32_t bureau)
{
    static struct change changes[CASES_MAX];
    static struct applied out[CASES_MAX];
    static struct classification found[CASES_MAX];
    int32_t cities[32];
    int cities_n = 0;
    struct err err;
    for (size_t i = 0; i < h->policy->units_n; i++)
        if (h->policy->units[i].level == UNIT_CITY)
            cities[cities_n++] = h->policy->units[i].code;
    int64_t first = heart_received(h, n);
    for (int i = 0; i < n; i++) {
        found[i] = (struct classification){.kind = KIND_HELP,
                                           .category = 1,
                                           .bureau = bureau ? bureau : cities[i % cities_n],
                                           .confidence = 99,
                                           .why = "test"};
        changes[i] =
            (struct change){.case_id = first + i, .event = EV_TRIAGE, .actor = ACTOR_CLASSIFIER, .found = &found[i]};
    }
    struct cases *cases = cases_new(h->classifier);
    assert_int_equal(cases_apply(cases, h->policy, FIXTURE_NOW, changes, n, out, &err), OK);
    cases_free(cases);
    for (int i = 0; i < n; i++)
        assert_true(out[i].result == OK && out[i].state == ACCEPTED);
    return first;
}

static inline struct change heart_dispatch(int64_t id)
{
    return (struct change){.case_id = id, .event = EV_DISPATCH, .actor = ACTOR_DISPATCHER};
}

// What the bureau SHENZHEN says of its leg under this event id.
static inline struct change heart_said(int64_t id, enum event event, const char *cause)
{
    return (struct change){.case_id = id,
                           .event = event,
                           .actor = ACTOR_BUREAU,
                           .unit = SHENZHEN,
                           .outcome = OUTCOME_RESOLVED,
                           .public_reply = STR("已修复"),
                           .internal_report = STR("已派员"),
                           .reason = STR("理由"),
                           .cause = str_of(cause),
                           .cause_by = SHENZHEN,
                           .digest = (int64_t)event};
}

// What an officer of the centre does, with every duty; two officers are told apart by `person`.
static inline struct change heart_act(int64_t id, enum event event, const char *cause, int64_t person)
{
    return (struct change){.case_id = id,
                           .event = event,
                           .actor = ACTOR_DESK,
                           .unit = POLICY_PROVINCE,
                           .person = person,
                           .duties = UINT32_MAX,
                           .post = STR("专班"),
                           .reason = STR("理由"),
                           .cause = str_of(cause),
                           .digest = (int64_t)event};
}

// n cases that SHENZHEN has and has not signed.
static inline int64_t heart_sent(struct heart *h, int n)
{
    static struct change changes[CASES_MAX];
    static struct applied out[CASES_MAX];
    struct err err;
    int64_t first = heart_accepted(h, n, SHENZHEN);
    for (int i = 0; i < n; i++)
        changes[i] = heart_dispatch(first + i);
    assert_int_equal(cases_apply(h->cases, h->policy, FIXTURE_NOW, changes, n, out, &err), OK);
    for (int i = 0; i < n; i++)
        assert_int_equal(out[i].result, OK);
    return first;
}

// Every promise is kept.
static inline void heart_verify(const struct heart *h)
{
    static const struct statement *const lists[] = {verify_statements, NULL};
    struct verify_report report;
    struct err err;
    struct db *db = fixture_db(&h->f, "pa_desk", lists);
    assert_int_equal(verify_run(db, h->policy, FIXTURE_NOW, &report, &err), OK);
    for (int i = 0; i < report.checks_n; i++)
        if (report.checks[i].count && !report.checks[i].warning)
            fail_msg("%s: %s", report.checks[i].name, report.checks[i].first[0]);
    db_close(db);
}

#endif

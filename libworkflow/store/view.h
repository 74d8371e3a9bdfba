// SPDX-License-Identifier: Apache-2.0
// view: what the desk may read of cases and queues, in plain structs. Role pa_desk. Never anything of a writer's
// identity. Texts belong to the connection and live until its next batch.
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "core/case.h"
#include "store/db.h"

extern const struct statement view_statements[];

struct leg_view {
    int16_t id, parent;
    int32_t unit;
    enum leg_role role;
    enum leg_state state;
    wf_time due_at, sent_at;
};

struct event_view {
    int32_t seq;
    wf_time at;
    enum journal event;
    enum case_state state; // of the case, afterwards
    enum actor actor;
    int16_t leg; // 0: the case itself
    int32_t unit, policy;
    struct str rule, because, post, detail;
};

// A reply that was issued. Reports that were returned or wait for review are not replies.
struct reply_view {
    wf_time at; // issued
    int16_t leg;
    enum outcome outcome;
    struct str public_text;
};

struct case_row {
    int64_t id;
    int32_t mailbox, bureau, place, accused;
    enum case_state state;
    enum kind kind;
    int16_t category, confidence, round;
    uint8_t flags;
    enum outcome outcome;
    wf_time received_at, due_at;
};

struct case_view {
    struct case_row row;
    enum channel channel;
    wf_time occurred_at;
    struct str title, place, accused, body; // accused: one a line
    struct leg_view *legs;
    struct event_view *events;
    struct reply_view *replies;
    int legs_n, events_n, replies_n;
};

// REJECT, code "not_found": no case of this number.
enum result view_case(struct db *db, int32_t mailbox, int64_t id, struct case_view *out, struct err *err) MUST_USE;
void view_case_free(struct case_view *view);

struct view_filter {
    enum case_state state; // CASE_NONE: any
    int32_t bureau;        // 0: any
    bool overdue;          // due before `now`
    wf_time now;
    int32_t limit;
};
// Newest first: ids grow in the order in which letters were committed.
enum result view_list(struct db *db, const struct view_filter *filter,
                      void (*each)(void *arg, const struct case_row *row), void *arg, struct err *err) MUST_USE;

struct queue_view {
    int32_t bureau;
    int64_t head, acknowledged;
    wf_time oldest;      // appended when, of the first that is not acknowledged; 0: none waits
    struct str consumer; // p == NULL: nobody is subscribed
    wf_time consumer_since;
};
enum result view_queues(struct db *db, void (*each)(void *arg, const struct queue_view *row), void *arg,
                        struct err *err) MUST_USE;

#endif

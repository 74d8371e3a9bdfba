// SPDX-License-Identifier: Apache-2.0
// view: what somebody may read of cases and queues, in plain structs. Role pa_desk. Never anything of a writer's
// identity. Every read has a viewer, and core/reader.h says what he sees. Texts belong to the connection and live until
// its next batch.
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "core/reader.h"
#include "store/db.h"

extern const struct statement view_statements[]; // to be prepared with access_statements

struct event_view {
    int32_t seq;
    wf_time at, due_at; // due_at: the date that this line set; 0: none
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

// What a unit wrote for the police alone. Another type than a reply, so that the two cannot be mixed up.
struct internal_view {
    int32_t seq; // of the journal line that brought it
    wf_time at;
    int16_t leg;
    struct str internal_text;
};

struct request_view {
    struct request_facts of; // all but the person
    wf_time decided_at;
};

struct supplement_view {
    int32_t seq;
    wf_time at;
    struct str words;
};

// A 核查函. What the police alone may read: READ_ALL.
struct inquiry_view {
    int16_t request;
    int32_t unit;
    struct str ref, facts, answer; // answer.p == NULL: none yet
    wf_time asked_at, approved_at, due_at, answered_at;
};

// 0 not said, 1 yes, 2 no
struct answer_view {
    int32_t seq;
    wf_time at;
    int16_t reached, contacted, is_true, satisfied, solved;
};

struct refused_view {
    wf_time at;
    enum actor actor;
    int32_t unit;
    enum event event;
    enum case_state state; // then
    struct str post, code, words;
};

struct case_key {
    int64_t id; // 0: none
    int32_t mailbox;
};

struct case_row {
    int64_t id;
    int32_t mailbox, bureau, place;
    enum case_state state;
    enum kind kind;
    int16_t category, confidence, round;
    uint8_t flags;
    enum outcome outcome;
    wf_time received_at, due_at;
    bool provisional; // the date lies in a year whose holidays are not published yet
    struct accused_list accused;
};

struct case_view {
    enum reading reading; // what lies beyond it is empty below
    struct case_row row;
    int32_t version;
    struct case_key letter;  // whose words these are: itself, but for a case that was split off
    struct case_key primary; // merged into this one
    enum channel channel;
    wf_time occurred_at;
    struct str title, place, accused, body; // accused: one a line
    enum supervision supervision;
    wf_time supervision_due, paused_at;
    int16_t satisfied_first, satisfied_last, solved; // 0 not said, 1 yes, 2 no
    struct leg_facts *legs;                          // all but the warnings and the handler
    struct event_view *events;
    struct reply_view *replies;
    struct request_view *requests;
    struct supplement_view *supplements;
    struct answer_view *answers;
    struct inquiry_view *inquiries;
    struct refused_view *refused;   // the newest VIEW_REFUSED
    struct internal_view *internal; // of those who may read them
    struct case_key *merged;        // into this one
    int legs_n, events_n, replies_n, requests_n, supplements_n, answers_n, inquiries_n, refused_n, internal_n, merged_n;
};
#define VIEW_REFUSED 100

// Writes the look down before it shows anything. REJECT, code "not_found": no case of this number, or none for this
// viewer, in the same words.
enum result view_case(struct db *db, const struct policy *policy, const struct viewer *viewer, wf_time now,
                      int32_t mailbox, int64_t id, struct case_view *out, struct err *err) MUST_USE;
// The same in two steps, so that the database can work while the policy is parsed: view_ask sends what is asked first
// behind what was kept (db_keep), and the next on this connection is view_case_asked with the place that db_keep gave.
void view_ask(struct db *db, int32_t mailbox, int64_t id);
enum result view_case_asked(struct db *db, int first, const struct policy *policy, const struct viewer *viewer,
                            wf_time now, int64_t id, struct case_view *out, struct err *err) MUST_USE;
void view_case_free(struct case_view *view);

struct view_filter {
    enum case_state state;       // CASE_NONE: any
    int32_t bureau;              // 0: any
    bool overdue;                // due before `now`
    enum request_kind requested; // with an open request of this kind; 0: any
    wf_time now;
    struct str text; // in the letter's title or body; p == NULL: any
    int64_t limit;
};
#define VIEW_TEXT_MIN 2 // characters
#define VIEW_TEXT_MAX 200

// Newest first: ids grow in the order in which letters were committed. Only what the viewer may see; to count is to
// list without looking. REJECT: "too_short", "too_long", or "not_your_duty" for a text that the viewer may not read.
enum result view_list(struct db *db, const struct policy *policy, const struct viewer *viewer,
                      const struct view_filter *filter, void (*each)(void *arg, const struct case_row *row), void *arg,
                      struct err *err) MUST_USE;

struct queue_view {
    int32_t bureau; // a unit's code, or a channel's
    int64_t first, head, acknowledged, epoch;
    wf_time oldest;      // appended when, of the first that is not acknowledged; 0: none waits
    struct str consumer; // p == NULL: nobody is subscribed
    wf_time consumer_since;
    int64_t blocked; // the sequence that nothing passes; 0: nothing blocks
    wf_time blocked_at;
    int32_t attempts;
    struct str reason;
};
enum result view_queues(struct db *db, const struct policy *policy, const struct viewer *viewer,
                        void (*each)(void *arg, const struct queue_view *row), void *arg, struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
// queue: the bureaus' durable queues as delivery reads them.
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "core/policy.h"
#include "store/db.h"

#define BUREAUS_MAX 32
#define FETCH_MAX 1000 // rows of one queue_fetch

extern const struct statement queue_statements[];

struct queue_head {
    int32_t bureau;
    int64_t head;  // newest sequence, 0: none yet
    int64_t acked; // saved cursor
};
enum result queue_heads(struct db *db, struct queue_head out[BUREAUS_MAX], int *n, struct err *err) MUST_USE;

struct queue_want {
    int32_t bureau;
    int64_t after; // rows behind this sequence
    int32_t max;
};

// One delivery. Texts are valid until the next use of the database. Where X, or the leg's end, keeps the words from
// this queue, notice is NOTICE_REVOKED and nothing but bureau, seq, case_id, mailbox, leg and sent_at is filled in: the
// sequence stays dense. title, body, place and occurred_at come with NOTICE_LETTER and NOTICE_SUPPLEMENT only.
struct queue_item {
    int32_t bureau;
    int64_t seq, case_id;
    enum notice notice;
    int16_t leg, parent, round;
    int32_t unit; // of the leg
    enum leg_role role;
    enum leg_state state;
    uint16_t leg_flags;
    wf_time sent_at, occurred_at, received_at,
        due_at; // due_at: by when to answer: the leg's, until it is signed the case's
    int32_t mailbox, place_code;
    struct str title, body, place, supplement;
    bool confidential;
    enum kind kind;
    int16_t category;
    uint8_t flags;
};

// The wanted rows of several bureaus in one query, by bureau and sequence; the sum of all max is at most FETCH_MAX.
// What each may carry is decided as of `now`, under this policy's organisation (domain §3.11 G4): replays, too.
enum result queue_fetch(struct db *db, const struct policy *policy, wf_time now, const struct queue_want *wants,
                        int wants_n, struct queue_item *out, int *n, struct err *err) MUST_USE;

struct queue_cursor {
    int32_t bureau;
    int64_t acked;
    struct str consumer; // p == NULL: nobody
    wf_time since;
};
// Saves where the bureaus are; a saved position never goes back. Written a few times a second at most.
enum result cursor_save(struct db *db, wf_time now, const struct queue_cursor *cursors, int n,
                        struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
// queue: the bureaus' durable queues as delivery reads them.
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "core/policy.h"
#include "store/db.h"

#define QUEUES_MAX 1024 // the bureaus, the province, units with a queue of their own, portals' channels
#define FETCH_MAX 1000  // rows of one queue_fetch
#define WANTS_MAX 60    // queues of one queue_fetch

extern const struct statement queue_statements[];

// Where a queue stands. Positions only; who listens is the session's affair.
struct queue_head {
    int32_t bureau;  // a unit's code; 1..6: a channel's, for its portal
    int64_t first;   // the oldest sequence that is kept; head + 1 when none is
    int64_t head;    // newest sequence, 0: none yet
    int64_t acked;   // saved cursor
    int64_t epoch;   // of the last activation
    int64_t blocked; // the sequence that nothing passes until an operator decides; 0: none
};
enum result queue_heads(struct db *db, struct queue_head out[QUEUES_MAX], int *n, struct err *err) MUST_USE;

struct queue_want {
    int32_t bureau;
    int64_t after; // rows behind this sequence; not below the first that is kept - 1
    int32_t max;
};

// One delivery. Texts are valid until the next queue_fetch, or queue_fetch_end. Where X, or the leg's end, keeps the
// words from this queue, notice is NOTICE_REVOKED, and where the desk left a tombstone NOTICE_SKIPPED; then nothing but
// bureau, seq, case_id, mailbox, leg and sent_at is filled in: the sequence stays dense. title, body, place and
// occurred_at come with NOTICE_LETTER and NOTICE_SUPPLEMENT only.
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

// The wanted rows of at most WANTS_MAX bureaus (channels have queue_fetch_writers), each one's by sequence, in the
// order of wants; the sum of all max is at most FETCH_MAX. What each may carry is decided as of `now`, under this
// policy's organisation (domain §3.11 G4): replays, too.
enum result queue_fetch(struct db *db, const struct policy *policy, wf_time now, const struct queue_want *wants,
                        int wants_n, struct queue_item *out, int *n, struct err *err) MUST_USE;

// The same in two steps: while the caller sends the rows of one end, the server reads those of the next begin. Other
// calls may use the database in between; a session that ended or moved meanwhile gets rows that it does not want. One
// at a time in a process. queue_fetch_read, now and then while sending, keeps the server from waiting for a full
// socket.
void queue_fetch_begin(struct db *db, const struct queue_want *wants, int wants_n);
void queue_fetch_read(struct db *db);
bool queue_fetching(void); // between begin and end
enum result queue_fetch_end(struct db *db, const struct policy *policy, wf_time now, struct queue_item *out, int *n,
                            struct err *err) MUST_USE;

// One line for a portal: what its writer is to be told, as of now. Texts are valid until the next use of the database.
struct writer_item {
    int32_t channel;
    int64_t seq, case_id;
    enum writer_event event; // WRITER_SKIPPED: a tombstone, nothing but channel and seq is filled in
    int32_t mailbox;
    enum case_state state;
    wf_time at, due_at;
    struct str client_ref, reply, asked;
    enum outcome outcome;
    int32_t bureau; // where it is handled, for the words; 0: not told (police conduct)
};
enum result queue_fetch_writers(struct db *db, const struct queue_want *wants, int wants_n, struct writer_item *out,
                                int *n, struct err *err) MUST_USE;

// A consumer's turn begins: counts the epoch up and names the consumer. *out: the queue as it is then.
enum result queue_activate(struct db *db, int32_t bureau, struct str consumer, wf_time now, struct queue_head *out,
                           struct err *err) MUST_USE;

struct queue_cursor {
    int32_t bureau;
    int64_t epoch; // a row of a newer epoch is left alone: a stale session writes nothing
    int64_t acked;
    struct str consumer; // p == NULL: nobody
    wf_time since;
};
// Saves where the bureaus are; a saved position never goes back. Written a few times a second at most.
enum result cursor_save(struct db *db, wf_time now, const struct queue_cursor *cursors, int n,
                        struct err *err) MUST_USE;

// The head could not be taken in: nothing passes it until the desk retries, parks or skips it (feedbackd's acts), which
// takes the block away in the transaction that journals it. Everything before it is acknowledged with it. REJECT, code
// "stale_epoch": another consumer's turn, or it is acknowledged already, or something else blocks.
enum result queue_block(struct db *db, int32_t bureau, int64_t epoch, int64_t seq, int attempts, struct str reason,
                        wf_time now, struct err *err) MUST_USE;

// Partitions ahead of every head, and away with what nobody can ask for any more: ranges that are acknowledged whole
// and whose newest line is older than `retain`. Each queue's own; one that holds its lines back delays nobody else's.
// *dropped: ranges. Takes locks for 200 ms at most; what it does not get is left for the next time.
enum result queue_maintain(struct db *db, wf_time now, int64_t rows_per_partition, wf_time retain, int *dropped,
                           struct err *err) MUST_USE;
// An append found no partition (SQLSTATE 23514): makes what lacks, as large as the last one; then try again. Needs no
// list of statements. Roles pa_dispatcher and pa_feedback.
enum result queue_extend(struct db *db, struct err *err) MUST_USE;
#define QUEUE_FULL "23514"

#endif

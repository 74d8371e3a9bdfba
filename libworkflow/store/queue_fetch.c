// SPDX-License-Identifier: Apache-2.0
// queue_fetch: what a delivery holds. The rows come in one light statement a queue; what few of them need in a second
// one.
#include "core/reader.h"
#include "store/access.h"
#include "store/queue_impl.h"
#include "store/rows.h"
#include "store/scalar.h"

#include <string.h>

// Columns of queue_fetch.
enum {
    SEQ,
    CASE_ID,
    LEG,
    NOTICE,
    SENT_AT,
    MAILBOX,
    RECEIVED_AT,
    KIND,
    CATEGORY,
    PLACE_CODE,
    FLAGS,
    DUE_AT,
    CONFIDENTIAL,
    TITLE,
    BODY,
    PLACE,
    OCCURRED_AT,
    LEG_UNIT,
    LEG_ROLE,
    LEG_PARENT,
    LEG_ROUND,
    LEG_STATE,
    LEG_MARKS,
    LEG_DUE_AT,
    EXTRA,
    TOMBSTONE,
    BUREAU
};

// From so many queues on one statement for all is cheaper: one for each takes 80 µs and more of the server's time, the
// other one opens all ranges, at 5 µs each (measured with 25 and 220 ranges).
#define MANY 6

// Between begin and end.
static struct {
    bool asked;
    struct queue_want wants[WANTS_MAX];
    int wants_n;
} fetching;

// What the second statement said of a row: whom the case accuses, and the words that come beside the letter's, as they
// lie in `words`.
struct extra {
    bool wanted, unreadable;
    struct accused_list x;
    bool has_words;
    size_t at, n;
    int64_t times; // how often the writer's words came in that instant
};
static struct extra extras[FETCH_MAX];
static struct buf words; // of the last end

void queue_ask(struct db *db, const char *statement, const struct queue_want *wants, int wants_n)
{
    static struct column c[3];
    struct column *params[] = {&c[0], &c[1], &c[2]};
    int64_t sum = 0;
    insist(wants_n <= WANTS_MAX);
    for (int i = 0; i < wants_n; i++) {
        insist(wants[i].max >= 0 && (sum += wants[i].max) <= FETCH_MAX);
        scalar_int(&c[0], COL_INT4, wants[i].bureau);
        scalar_int(&c[1], COL_INT8, wants[i].after);
        scalar_int(&c[2], COL_INT8, wants[i].after + wants[i].max);
        db_query(db, statement, 3, params);
    }
}

static void ask_many(struct db *db, const struct queue_want *wants, int wants_n)
{
    static struct rows args;
    int64_t sum = 0;
    ROWS_START(&args, COL_INT4, COL_INT8, COL_INT8);
    for (int i = 0; i < wants_n; i++) {
        insist(wants[i].max >= 0 && (sum += wants[i].max) <= FETCH_MAX);
        column_int(&args.c[0], wants[i].bureau);
        column_int(&args.c[1], wants[i].after);
        column_int(&args.c[2], wants[i].after + wants[i].max);
    }
    rows_query(db, "queue_fetch_many", &args);
}

// ---- What few rows need ----

static void keep_words(struct extra *x, struct str s)
{
    x->has_words = s.p != NULL;
    x->at = words.n;
    x->n = s.n;
    if (s.n > 0)
        buf_put(&words, s.p, s.n);
}

static void read_extras(const struct db *db, const int *of)
{
    for (int row = 0; row < db_rows(db, 0); row++) {
        struct extra *x = &extras[of[db_int(db, 0, row, 0) - 1]];
        x->unreadable = !access_accused(db_text(db, 0, row, 1), &x->x);
        keep_words(x, db_text(db, 0, row, 2));
        x->times = db_int(db, 0, row, 3);
    }
}

static enum result take_turn(struct db *db, const struct queue_item *it, struct extra *x, struct err *err)
{
    struct column c[5] = {0};
    struct column *params[] = {scalar_int(&c[0], COL_INT4, it->bureau), scalar_int(&c[1], COL_INT8, it->seq),
                               scalar_int(&c[2], COL_INT8, it->case_id), scalar_int(&c[3], COL_INT2, it->leg),
                               scalar_time(&c[4], it->sent_at)};
    enum result result = scalar_run(db, "queue_turn", 5, params, err);
    if (result == OK)
        keep_words(x, db_rows(db, 0) > 0 ? db_text(db, 0, 0, 0) : STR_NONE);
    return result;
}

static enum result fetch_extras(struct db *db, const struct queue_item *items, int n, struct err *err)
{
    static struct rows args;
    static int of[FETCH_MAX]; // the statement's rows are which items
    int of_n = 0;
    words.n = 0;
    ROWS_START(&args, COL_INT8, COL_INT2, COL_TIME);
    for (int i = 0; i < n; i++) {
        if (!extras[i].wanted)
            continue;
        column_int(&args.c[0], items[i].case_id);
        column_int(&args.c[1], items[i].notice);
        column_time(&args.c[2], items[i].sent_at);
        of[of_n++] = i;
    }
    if (of_n == 0)
        return OK;
    rows_query(db, "queue_extra", &args);
    enum result result = db_flush(db, err);
    if (result == OK)
        read_extras(db, of);
    for (int i = 0; i < of_n && result == OK; i++)
        if (extras[of[i]].times > 1)
            result = take_turn(db, &items[of[i]], &extras[of[i]], err);
    return result;
}

// ---- Rows ----

// The words go out with the letter and with a supplement, and with nothing else.
static void read_words(const struct db *db, int q, int row, struct queue_item *it)
{
    it->title = db_text(db, q, row, TITLE);
    it->body = db_text(db, q, row, BODY);
    it->place = db_text(db, q, row, PLACE);
    it->occurred_at = db_time(db, q, row, OCCURRED_AT);
}

static void read_facts(const struct db *db, int q, int row, struct queue_item *it)
{
    it->received_at = db_time(db, q, row, RECEIVED_AT);
    it->confidential = db_int(db, q, row, CONFIDENTIAL) != 0;
    it->kind = (enum kind)db_int(db, q, row, KIND);
    it->category = (int16_t)db_int(db, q, row, CATEGORY);
    it->place_code = (int32_t)db_int(db, q, row, PLACE_CODE);
    it->flags = (uint8_t)db_int(db, q, row, FLAGS);
    it->unit = (int32_t)db_int(db, q, row, LEG_UNIT);
    it->role = (enum leg_role)db_int(db, q, row, LEG_ROLE);
    it->parent = (int16_t)db_int(db, q, row, LEG_PARENT);
    it->round = (int16_t)db_int(db, q, row, LEG_ROUND);
    it->state = (enum leg_state)db_int(db, q, row, LEG_STATE);
    it->leg_flags = (uint16_t)db_int(db, q, row, LEG_MARKS);
    // Until it is signed, a leg's own date is that of the signing; the bureau wants to know by when to answer.
    it->due_at = db_time(db, q, row, it->state == LEG_SENT || db_null(db, q, row, LEG_DUE_AT) ? DUE_AT : LEG_DUE_AT);
}

static struct queue_item read_key(const struct db *db, int q, int row, int32_t bureau)
{
    return (struct queue_item){
        .bureau = bureau,
        .seq = db_int(db, q, row, SEQ),
        .case_id = db_int(db, q, row, CASE_ID),
        .leg = (int16_t)db_int(db, q, row, LEG),
        .sent_at = db_time(db, q, row, SENT_AT),
        .mailbox = (int32_t)db_int(db, q, row, MAILBOX),
        .notice = (enum notice)db_int(db, q, row, NOTICE),
    };
}

// What may be told of the row, as of this day.
static void read_item(const struct db *db, const struct policy *policy, struct date day, int q, int row,
                      const struct extra *x, struct queue_item *it)
{
    enum notice notice = it->notice;
    if (db_int(db, q, row, TOMBSTONE)) {
        it->notice = NOTICE_SKIPPED;
        return;
    }
    // Of a leg that was taken back only that is told; that it ended with its case is no more.
    it->notice = notice == NOTICE_ENDED ? NOTICE_ENDED : NOTICE_REVOKED;
    if (db_null(db, q, row, LEG_UNIT) || x->unreadable ||
        !reader_delivery(policy, day, it->bureau, (int32_t)db_int(db, q, row, LEG_UNIT),
                         (enum leg_state)db_int(db, q, row, LEG_STATE), &x->x))
        return;
    it->notice = notice;
    read_facts(db, q, row, it);
    if (notice == NOTICE_LETTER || notice == NOTICE_SUPPLEMENT)
        read_words(db, q, row, it);
    if (x->has_words)
        it->supplement = (struct str){(const char *)words.p + x->at, x->n};
}

void queue_fetch_begin(struct db *db, const struct queue_want *wants, int wants_n)
{
    insist(!fetching.asked && wants_n <= WANTS_MAX);
    fetching.asked = true;
    fetching.wants_n = wants_n;
    if (wants_n == 0)
        return;
    memcpy(fetching.wants, wants, (size_t)wants_n * sizeof *wants);
    if (wants_n < MANY)
        queue_ask(db, "queue_fetch", wants, wants_n);
    else
        ask_many(db, wants, wants_n);
    db_ahead(db);
}

void queue_fetch_read(struct db *db)
{
    db_ahead_read(db);
}

bool queue_fetching(void)
{
    return fetching.asked;
}

// Where a wanted row lies: in which result, and whose it is. row -1: it is not there.
struct spot {
    int q, row, want;
};

static int want_of(int32_t bureau, int at)
{
    for (int i = 0; i < fetching.wants_n; i++, at = at + 1 < fetching.wants_n ? at + 1 : 0)
        if (fetching.wants[at].bureau == bureau)
            return at;
    insist(!"a row of a queue that was not asked for");
    return 0;
}

// The rows by want and sequence, which SQL does not promise; returns how many.
static int find_rows(const struct db *db, struct spot out[FETCH_MAX])
{
    int base[WANTS_MAX + 1] = {0}, n = 0;
    bool many = fetching.wants_n >= MANY;
    for (int i = 0; i < fetching.wants_n; i++)
        base[i + 1] = base[i] + fetching.wants[i].max;
    int all = base[fetching.wants_n];
    for (int i = 0; i < all; i++)
        out[i].row = -1;
    for (int q = DB_AHEAD, i = 0; q < DB_AHEAD + (many ? 1 : fetching.wants_n); q++, i++)
        for (int row = 0; row < db_rows(db, q); row++) {
            if (many)
                i = want_of((int32_t)db_int(db, q, row, BUREAU), i);
            int64_t nth = db_int(db, q, row, SEQ) - fetching.wants[i].after - 1;
            insist(nth >= 0 && nth < fetching.wants[i].max);
            out[base[i] + nth] = (struct spot){q, row, i};
        }
    for (int i = 0; i < all; i++)
        if (out[i].row >= 0)
            out[n++] = out[i];
    return n;
}

enum result queue_fetch_end(struct db *db, const struct policy *policy, wf_time now, struct queue_item *out, int *n,
                            struct err *err)
{
    static struct spot at[FETCH_MAX];
    insist(fetching.asked);
    fetching.asked = false;
    *n = 0;
    enum result result = fetching.wants_n == 0 ? OK : db_take(db, err);
    if (result != OK || fetching.wants_n == 0)
        return result;
    *n = find_rows(db, at);
    for (int i = 0; i < *n; i++) {
        out[i] = read_key(db, at[i].q, at[i].row, fetching.wants[at[i].want].bureau);
        extras[i] = (struct extra){.wanted = db_int(db, at[i].q, at[i].row, EXTRA) != 0, .x = {.n = 0}};
    }
    result = fetch_extras(db, out, *n, err);
    for (int i = 0; result == OK && i < *n; i++)
        read_item(db, policy, date_of(now), at[i].q, at[i].row, &extras[i], &out[i]);
    return result;
}

enum result queue_fetch(struct db *db, const struct policy *policy, wf_time now, const struct queue_want *wants,
                        int wants_n, struct queue_item *out, int *n, struct err *err)
{
    queue_fetch_begin(db, wants, wants_n);
    return queue_fetch_end(db, policy, now, out, n, err);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/near.h"

#include "core/number.h"
#include "store/near.sql.h"
#include "store/near_impl.h"
#include "store/scalar.h"

#include <stdlib.h>
#include <string.h>

const struct statement near_statements[] = {
    {"near_extend", SQL_near_extend},
    {"near_search", SQL_near_search},
    {"near_writers", SQL_near_writers},
    {"near_same", SQL_near_same},
    {"near_fetch", SQL_near_fetch},
    {"near_insert", SQL_near_insert},
    {0},
};

struct near *near_new(struct db *db)
{
    struct near *near = calloc(1, sizeof *near);
    insist(near);
    near->db = db;
    return near;
}

void near_free(struct near *near)
{
    if (!near)
        return;
    struct rows *all[] = {&near->search, &near->writers, &near->fetch, &near->same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rows_free(all[i]);
    buf_free(&near->texts);
    free(near);
}

int64_t near_oldest(const struct policy *policy, wf_time now)
{
    return number_id((struct date){date_of(now).day - policy->near_days}, 1);
}

enum result near_partitions(struct near *near, const struct policy *policy, wf_time now, struct err *err)
{
    int32_t year = date_ymd(date_of(now)) / 10000, hour = (int32_t)(now / WF_HOUR);
    if (hour != near->hour) // what was full may have been dropped
        memset(near->full, 0, sizeof near->full);
    near->hour = hour;
    if (year == near->year && db_connection(near->db) == near->connection)
        return OK;
    struct column c[2] = {0},
                  *params[] = {scalar_time(&c[0], now), scalar_int(&c[1], COL_INT8, near_oldest(policy, now))};
    enum result result = scalar_run(near->db, "near_extend", 2, params, err);
    if (result == OK) {
        near->year = year;
        near->connection = db_connection(near->db);
    }
    return result;
}

// ---- Bands ----

void near_start(struct near *near)
{
    near->texts.n = 0;
    near->leads_n = 0;
}

void near_read(struct near *near, int i, struct str body)
{
    // Without the policy's variants: what was kept under an older policy is compared as well.
    fold_begin(&near->folded);
    fold_add(NULL, body, &near->folded);
    uint32_t n = near->folded.n < LETTER_BODY_MAX ? near->folded.n : LETTER_BODY_MAX;
    near_sketch(near->folded.c, n, &near->sketch[i]);
    buf_put(&near->texts, near->folded.c, n * sizeof *near->folded.c);
    near->at[i + 1] = near->at[i] + n;
    near->found[i].n = near->found[i].sketch.n = 0;
    near->tally[i].n = 0;
    near->known[i] = false;
}

static const uint16_t *text_of(const struct near *near, int i, uint32_t *n)
{
    *n = (uint32_t)(near->at[i + 1] - near->at[i]);
    return (const uint16_t *)(const void *)near->texts.p + near->at[i];
}

static void tally(struct near_tally *t, int64_t id)
{
    for (int k = 0; k < t->n; k++) {
        if (t->id[k] == id) {
            t->shared[k]++;
            return;
        }
    }
    if (t->n == NEAR_TALLY)
        return;
    t->id[t->n] = id;
    t->shared[t->n++] = 1;
}

void near_ask_bands(struct near *near, const struct policy *policy, wf_time now, int n, const int64_t *ids)
{
    ROWS_START(&near->search, COL_INT4, COL_INT4);
    for (int i = 0; i < n; i++) {
        for (int b = 0; b < near->sketch[i].n; b++) {
            uint32_t band = near->sketch[i].band[b];
            const struct near_full *f = &near->full[band % NEAR_FULL];
            near->holders[i * NEAR_BANDS + b] = 0;
            if (f->n == 0 || f->band != band) {
                column_int(&near->search.c[0], i * NEAR_BANDS + b);
                column_int(&near->search.c[1], (int32_t)band);
                continue;
            }
            near->holders[i * NEAR_BANDS + b] = NEAR_MOST;
            for (int k = 0; k < f->n; k++)
                if (f->id[k] != ids[i])
                    tally(&near->tally[i], f->id[k]);
        }
    }
    column_int(rows_scalar(&near->search, COL_INT8), near_oldest(policy, now));
    column_int(rows_scalar(&near->search, COL_INT4), NEAR_MOST);
    rows_query(near->db, "near_search", &near->search);
}

// The rows of a band follow each other.
void near_take_bands(struct near *near, int q, const int64_t *ids)
{
    struct near_full holders = {.n = 0};
    for (int row = 0; row < db_rows(near->db, q); row++) {
        int slot = (int)db_int(near->db, q, row, 0), of = slot / NEAR_BANDS;
        int64_t id = db_int(near->db, q, row, 1);
        if (near->holders[slot] == 0)
            holders = (struct near_full){.band = near->sketch[of].band[slot % NEAR_BANDS]};
        near->holders[slot]++;
        holders.id[holders.n++] = id;
        if (holders.n == NEAR_MOST)
            near->full[holders.band % NEAR_FULL] = holders;
        if (id != ids[of])
            tally(&near->tally[of], id);
    }
}

// ---- Within a batch ----

#define TWINS 32768 // more than twice the bands of a batch
struct twin {
    uint32_t band;
    int16_t last, holders; // holders 0: an empty place
};

static struct twin *twin_of(struct twin twins[TWINS], uint32_t band)
{
    uint32_t at = band % TWINS;
    while (twins[at].holders != 0 && twins[at].band != band)
        at = (at + 1) % TWINS;
    return &twins[at];
}

void near_compare_batch(struct near *near, int n, const int64_t *ids)
{
    static struct twin twins[TWINS];
    static int16_t before[CASES_MAX][NEAR_BANDS];
    memset(twins, 0, sizeof twins);
    for (int i = 0; i < n; i++) {
        const struct near_sketch *s = &near->sketch[i];
        struct near_sketch *keep = &near->found[i].sketch;
        keep->n = 0;
        for (int b = 0; b < s->n; b++) {
            struct twin *twin = twin_of(twins, s->band[b]);
            if (twin->holders == 0)
                *twin = (struct twin){s->band[b], -1, near->holders[i * NEAR_BANDS + b]};
            before[i][b] = twin->last;
            for (int k = twin->last, looked = 0; k >= 0 && looked < NEAR_READ; looked++) {
                int c = 0;
                while (near->sketch[k].band[c] != s->band[b])
                    c++;
                tally(&near->tally[i], ids[k]);
                k = before[k][c];
            }
            if (twin->holders >= NEAR_MOST)
                continue;
            twin->last = (int16_t)i;
            twin->holders++;
            keep->band[keep->n++] = s->band[b];
        }
    }
}

// ---- Texts ----

void near_add_lead(struct near *near, int of, int64_t id, bool writer)
{
    insist(near->leads_n < CASES_MAX * NEAR_LEADS);
    near->leads[near->leads_n++] = (struct near_lead){id, (int16_t)of, writer};
}

// Those that share most bands; of as many the first. They are a handful.
void near_choose(struct near *near, int of)
{
    struct near_tally *t = &near->tally[of];
    for (int chosen = 0; chosen < NEAR_READ && chosen < t->n; chosen++) {
        int best = chosen;
        for (int k = chosen + 1; k < t->n; k++)
            if (t->shared[k] > t->shared[best] || (t->shared[k] == t->shared[best] && t->id[k] < t->id[best]))
                best = k;
        int64_t id = t->id[best];
        t->id[best] = t->id[chosen];
        t->shared[best] = t->shared[chosen];
        near_add_lead(near, of, id, false);
    }
}

static int by_id(const void *a, const void *b)
{
    const struct near_lead *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->of != y->of ? x->of - y->of : y->writer - x->writer;
}

static int first_lead(const struct near *near, int64_t id)
{
    int low = 0, high = near->leads_n;
    while (low < high) {
        int mid = (low + high) / 2;
        if (near->leads[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void mark_same(struct near *near, int q, const int64_t *ids)
{
    for (int row = 0; row < db_rows(near->db, q); row++) {
        int64_t of = db_int(near->db, q, row, 0), id = db_int(near->db, q, row, 1);
        for (int k = first_lead(near, id); k < near->leads_n && near->leads[k].id == id; k++)
            near->leads[k].writer |= ids[near->leads[k].of] == of;
    }
}

static bool better(const struct near_pair *a, const struct near_pair *b)
{
    if ((a->reason == NEAR_REPEAT) != (b->reason == NEAR_REPEAT))
        return a->reason == NEAR_REPEAT;
    if (a->same_writer != b->same_writer)
        return a->same_writer;
    return a->score != b->score ? a->score > b->score : a->id < b->id;
}

static void keep_pair(struct near_found *found, const struct near_pair *pair)
{
    int at = 0;
    for (int k = 0; k < found->n; k++) {
        if (found->pair[k].id != pair->id)
            continue;
        if (!better(pair, &found->pair[k]))
            return;
        memmove(&found->pair[k], &found->pair[k + 1], (size_t)(--found->n - k) * sizeof *found->pair);
    }
    while (at < found->n && better(&found->pair[at], pair))
        at++;
    if (at == NEAR_PAIRS)
        return;
    int move = found->n < NEAR_PAIRS ? found->n - at : NEAR_PAIRS - 1 - at;
    memmove(&found->pair[at + 1], &found->pair[at], (size_t)move * sizeof *found->pair);
    found->pair[at] = *pair;
    found->n += found->n < NEAR_PAIRS;
}

// One letter's text and case, against all that it may be like; `k` is the first lead to it.
static void take_text(struct near *near, const struct policy *policy, wf_time now, int row, int k, const int64_t *ids)
{
    const struct db *db = near->db;
    int64_t id = db_int(db, 0, row, 0), handled = db_int(db, 0, row, 1);
    fold_begin(&near->folded);
    fold_add(NULL, db_text(db, 0, row, 6), &near->folded);
    uint32_t n = near->folded.n < LETTER_BODY_MAX ? near->folded.n : LETTER_BODY_MAX;
    for (int of = -1; k < near->leads_n && near->leads[k].id == id; k++) {
        const struct near_lead *lead = &near->leads[k];
        if (lead->of == of || handled == ids[lead->of]) // a lead twice; a letter that joined this one
            continue;
        of = lead->of;
        uint32_t of_n;
        const uint16_t *text = text_of(near, of, &of_n);
        struct near_pair pair = {handled, (int32_t)db_int(db, 0, row, 2), 0, lead->writer, 0, NEAR_NONE};
        pair.score = near_score(text, of_n, near->folded.c, n, &near->work, &pair.fresh);
        pair.reason = near_judge(policy, now, &pair, (enum case_state)db_int(db, 0, row, 3),
                                 (enum kind)db_int(db, 0, row, 4), db_time(db, 0, row, 5));
        if (pair.reason == NEAR_REPEAT && handled != id) // of a case that another writer may have begun
            pair.reason = NEAR_SAME_WRITER;
        if (pair.reason != NEAR_NONE)
            keep_pair(&near->found[of], &pair);
    }
}

// Which of those that share bands are of the same writer, where a writer can be told at all.
static enum result ask_writers(struct near *near, const int64_t *ids, struct err *err)
{
    ROWS_START(&near->same, COL_INT8, COL_INT8);
    for (int k = 0; k < near->leads_n; k++) {
        const struct near_lead *lead = &near->leads[k];
        if (!near->known[lead->of] || lead->writer)
            continue;
        column_int(&near->same.c[0], ids[lead->of]);
        column_int(&near->same.c[1], lead->id);
    }
    if (near->same.c[0].n == 0)
        return OK;
    rows_query(near->db, "near_same", &near->same);
    enum result result = db_flush(near->db, err);
    if (result == OK)
        mark_same(near, 0, ids);
    return result;
}

enum result near_compare(struct near *near, const struct policy *policy, wf_time now, const int64_t *ids,
                         struct err *err)
{
    qsort(near->leads, (size_t)near->leads_n, sizeof *near->leads, by_id);
    enum result result = ask_writers(near, ids, err);
    for (int k = 0; result == OK && k < near->leads_n;) {
        ROWS_START(&near->fetch, COL_INT8);
        for (int64_t last = 0; k < near->leads_n && near->fetch.c[0].n < NEAR_PAGE; k++) {
            if (near->leads[k].id != last)
                column_int(&near->fetch.c[0], near->leads[k].id);
            last = near->leads[k].id;
        }
        while (k < near->leads_n && near->leads[k].id == near->leads[k - 1].id)
            k++;
        rows_query(near->db, "near_fetch", &near->fetch);
        result = db_flush(near->db, err);
        for (int row = 0; result == OK && row < db_rows(near->db, 0); row++)
            take_text(near, policy, now, row, first_lead(near, db_int(near->db, 0, row, 0)), ids);
    }
    return result;
}

// ---- A batch ----

void near_ask_writers(struct near *near, int n, const int64_t *ids)
{
    ROWS_START(&near->writers, COL_INT8);
    for (int i = 0; i < n; i++)
        column_int(&near->writers.c[0], ids[i]);
    rows_query(near->db, "near_writers", &near->writers);
}

// The rows of a letter follow each other.
void near_take_writers(struct near *near, int q, int n, const int64_t *ids)
{
    for (int row = 0, of = 0; row < db_rows(near->db, q); row++) {
        while (ids[of] != db_int(near->db, q, row, 0))
            of = (of + 1) % n;
        near->known[of] = true;
        if (db_int(near->db, q, row, 1) != 0)
            near_add_lead(near, of, db_int(near->db, q, row, 1), true);
    }
}

enum result near_find(struct near *near, const struct policy *policy, wf_time now, const struct letter *letters, int n,
                      struct err *err)
{
    int64_t ids[CASES_MAX];
    insist(n <= CASES_MAX);
    near_start(near);
    for (int i = 0; i < n; i++) {
        ids[i] = letters[i].id;
        near_read(near, i, letters[i].body);
    }
    enum result result = near_partitions(near, policy, now, err);
    if (result != OK)
        return result;
    near_ask_bands(near, policy, now, n, ids);
    near_ask_writers(near, n, ids);
    result = db_flush(near->db, err);
    if (result != OK)
        return result;
    near_take_bands(near, 0, ids);
    near_compare_batch(near, n, ids);
    for (int i = 0; i < n; i++)
        near_choose(near, i);
    near_take_writers(near, 1, n, ids);
    return near_compare(near, policy, now, ids, err);
}

const struct near_found *near_of(const struct near *near, int i)
{
    return &near->found[i];
}

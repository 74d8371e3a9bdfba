// SPDX-License-Identifier: Apache-2.0
#include "store/facts.h"

#include <stdlib.h>

#define MEMORY 8192 // cases, one place each by id

void facts_open(struct facts *facts)
{
    facts->batch = calloc(CASES_MAX, sizeof *facts->batch);
    facts->memory = calloc(MEMORY, sizeof *facts->memory);
    insist(facts->batch && facts->memory);
}

void facts_close(struct facts *facts)
{
    rows_free(&facts->ids);
    free(facts->batch);
    free(facts->memory);
}

static struct fact *place_of(struct facts *facts, int64_t id)
{
    return &facts->memory[(uint64_t)id % MEMORY];
}

// Memory holds for one connection only.
static void keep_connection(struct facts *facts, struct db *db)
{
    if (facts->connection == db_connection(db))
        return;
    for (int i = 0; i < MEMORY; i++)
        facts->memory[i].known = false;
    facts->connection = db_connection(db);
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void facts_want(struct facts *facts, struct db *db, const struct change *changes, int n, bool careful)
{
    int64_t ids[CASES_MAX];
    insist(n <= CASES_MAX);
    for (int i = 0; i < n; i++)
        ids[i] = changes[i].case_id;
    qsort(ids, (size_t)n, sizeof *ids, compare_ids);
    keep_connection(facts, db);
    ROWS_START(&facts->ids, COL_INT8);
    facts->n = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && ids[i] == ids[i - 1])
            continue;
        struct fact *fact = &facts->batch[facts->n++];
        const struct fact *place = place_of(facts, ids[i]);
        if (!careful && place->known && place->f.id == ids[i]) {
            *fact = *place;
        } else {
            fact->f.id = ids[i];
            fact->known = fact->remembered = fact->touched = false;
            column_int(&facts->ids.c[0], ids[i]);
        }
    }
}

static struct fact *batch_find(struct facts *facts, int64_t id)
{
    int low = 0, high = facts->n;
    while (low < high) {
        int mid = (low + high) / 2;
        if (facts->batch[mid].f.id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < facts->n && facts->batch[low].f.id == id ? &facts->batch[low] : NULL;
}

struct fact *facts_find(struct facts *facts, int64_t id)
{
    struct fact *fact = batch_find(facts, id);
    return fact && fact->known ? fact : NULL;
}

static struct case_facts case_row(const struct db *db, int q, int row)
{
    return (struct case_facts){
        .id = db_int(db, q, row, 0),
        .version = (int32_t)db_int(db, q, row, 1),
        .mailbox = (int32_t)db_int(db, q, row, 2),
        .bureau = (int32_t)db_int(db, q, row, 3),
        .place = (int32_t)db_int(db, q, row, 4),
        .accused = (int32_t)db_int(db, q, row, 5),
        .state = (enum case_state)db_int(db, q, row, 6),
        .kind = (enum kind)db_int(db, q, row, 7),
        .category = (int16_t)db_int(db, q, row, 8),
        .flags = (uint8_t)db_int(db, q, row, 9),
        .confidence = (int16_t)db_int(db, q, row, 10),
        .outcome = (enum outcome)db_int(db, q, row, 11),
        .round = (int16_t)db_int(db, q, row, 12),
        .received_at = db_time(db, q, row, 13),
        .due_at = db_time(db, q, row, 14),
    };
}

static struct leg_facts leg_row(const struct db *db, int q, int row)
{
    return (struct leg_facts){
        .id = (int16_t)db_int(db, q, row, 15),
        .parent = (int16_t)db_int(db, q, row, 16),
        .unit = (int32_t)db_int(db, q, row, 17),
        .role = (enum leg_role)db_int(db, q, row, 18),
        .state = (enum leg_state)db_int(db, q, row, 19),
        .due_at = db_time(db, q, row, 20),
    };
}

// The legs ascend by id, whatever order they come in.
static void add_leg(struct case_facts *f, struct leg_facts leg)
{
    int i = f->legs_n++;
    for (; i > 0 && f->legs[i - 1].id > leg.id; i--)
        f->legs[i] = f->legs[i - 1];
    f->legs[i] = leg;
}

// A row a leg, in no order; a case without legs has one row with no leg in it.
enum result facts_take(struct facts *facts, const struct db *db, int q, struct err *err)
{
    for (int row = 0; row < db_rows(db, q); row++) {
        struct fact *fact = batch_find(facts, db_int(db, q, row, 0));
        insist(fact);
        if (!fact->known) {
            fact->f = case_row(db, q, row);
            fact->known = true;
        }
        if (db_null(db, q, row, 15))
            continue;
        if (fact->f.legs_n == CASE_LEGS)
            return err_set(err, BROKEN, "broken", "leg", "a case has more legs than a case may have");
        add_leg(&fact->f, leg_row(db, q, row));
    }
    return OK;
}

void facts_remember(struct facts *facts)
{
    for (int i = 0; i < facts->n; i++) {
        struct fact *fact = &facts->batch[i];
        if (!fact->known)
            continue;
        for (int k = 0; k < fact->f.legs_n; k++)
            fact->f.legs[k].changed = fact->f.legs[k].created = false;
        struct fact *place = place_of(facts, fact->f.id);
        *place = *fact;
        place->remembered = true;
        place->touched = false;
    }
}

void facts_forget(struct facts *facts)
{
    for (int i = 0; i < facts->n; i++)
        place_of(facts, facts->batch[i].f.id)->known = false;
}

void facts_presume(struct facts *facts, struct db *db, const struct case_facts *f)
{
    keep_connection(facts, db);
    struct fact *place = place_of(facts, f->id);
    if (place->known && place->f.id == f->id)
        return; // what we wrote ourselves is newer
    *place = (struct fact){.f = *f, .known = true, .remembered = true};
}

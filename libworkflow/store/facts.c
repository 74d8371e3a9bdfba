// SPDX-License-Identifier: Apache-2.0
#include "store/facts.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY 8192 // cases, one place each by id

// A case in little room. The few that have more legs or requests are read every time.
#define MEMORY_LEGS 4
#define MEMORY_REQUESTS 2
#define HEAD offsetof(struct case_facts, legs) // the arrays stand behind everything else but their counts
struct remembered {
    union {
        int64_t id; // the first member
        unsigned char bytes[HEAD];
    } head;
    struct leg_facts legs[MEMORY_LEGS];
    struct request_facts requests[MEMORY_REQUESTS];
    int16_t legs_n, requests_n;
    bool known;
};
_Static_assert(offsetof(struct case_facts, id) == 0, "memory finds a case by its first member");
_Static_assert(sizeof(struct remembered) * MEMORY < (size_t)8 << 20, "a daemon stays small");

void facts_open(struct facts *facts)
{
    facts->batch = calloc(FACTS_MAX, sizeof *facts->batch);
    facts->memory = calloc(MEMORY, sizeof *facts->memory);
    insist(facts->batch && facts->memory);
}

void facts_close(struct facts *facts)
{
    rows_free(&facts->ids);
    free(facts->batch);
    free(facts->memory);
}

// ---- Memory ----

static struct remembered *place_of(struct facts *facts, int64_t id)
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

static void keep(struct remembered *place, const struct case_facts *f)
{
    place->known = f->legs_n <= MEMORY_LEGS && f->requests_n <= MEMORY_REQUESTS;
    if (!place->known)
        return;
    memcpy(place->head.bytes, f, HEAD);
    memcpy(place->legs, f->legs, (size_t)f->legs_n * sizeof *f->legs);
    memcpy(place->requests, f->requests, (size_t)f->requests_n * sizeof *f->requests);
    place->legs_n = f->legs_n;
    place->requests_n = f->requests_n;
}

static void recall(const struct remembered *place, struct case_facts *f)
{
    memcpy(f, place->head.bytes, HEAD);
    memcpy(f->legs, place->legs, (size_t)place->legs_n * sizeof *f->legs);
    memcpy(f->requests, place->requests, (size_t)place->requests_n * sizeof *f->requests);
    f->legs_n = place->legs_n;
    f->requests_n = place->requests_n;
}

static void settle(struct case_facts *f)
{
    for (int k = 0; k < f->legs_n; k++)
        f->legs[k].changed = f->legs[k].created = false;
    for (int k = 0; k < f->requests_n; k++)
        f->requests[k].changed = f->requests[k].created = false;
    f->course.exists = f->course.exists || f->course.changed;
    f->course.changed = f->accused_changed = false;
}

void facts_remember(struct facts *facts)
{
    for (int i = 0; i < facts->n; i++) {
        struct fact *fact = &facts->batch[i];
        if (!fact->known)
            continue;
        settle(&fact->f);
        keep(place_of(facts, fact->f.id), &fact->f);
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
    struct remembered *place = place_of(facts, f->id);
    if (!place->known || place->head.id != f->id) // what we wrote ourselves is newer
        keep(place, f);
}

// ---- A batch ----

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void facts_want(struct facts *facts, struct db *db, const struct change *changes, int n, const int64_t *more,
                int more_n, bool careful)
{
    int64_t ids[FACTS_MAX];
    int ids_n = 0;
    insist(n <= CASES_MAX && more_n <= CASES_MAX);
    for (int i = 0; i < n; i++) {
        ids[ids_n++] = changes[i].case_id;
        if (changes[i].other != 0)
            ids[ids_n++] = changes[i].other;
    }
    for (int i = 0; i < more_n; i++)
        ids[ids_n++] = more[i];
    qsort(ids, (size_t)ids_n, sizeof *ids, compare_ids);
    keep_connection(facts, db);
    ROWS_START(&facts->ids, COL_INT8);
    facts->n = 0;
    for (int i = 0; i < ids_n; i++) {
        if (i > 0 && ids[i] == ids[i - 1])
            continue;
        struct fact *fact = &facts->batch[facts->n++];
        const struct remembered *place = place_of(facts, ids[i]);
        fact->touched = fact->woken = false;
        fact->known = fact->remembered = !careful && place->known && place->head.id == ids[i];
        if (fact->known) {
            recall(place, &fact->f);
        } else {
            fact->f.id = ids[i];
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

bool facts_has(struct facts *facts, int64_t id)
{
    return batch_find(facts, id) != NULL;
}

struct fact *facts_other(struct facts *facts, const struct change *c, const struct case_facts *f, int64_t *missing)
{
    bool of_primary = c->event == EV_UNMERGE || c->event == EV_ARCHIVE || c->event == EV_TICK;
    int64_t id = c->event == EV_MERGE || c->event == EV_TRIAGE ? c->other
                 : of_primary && f->state == MERGED            ? f->course.primary
                                                               : 0;
    *missing = 0;
    if (id == 0 || id == f->id)
        return NULL;
    if (!facts_has(facts, id)) {
        *missing = id;
        return NULL;
    }
    struct fact *other = facts_find(facts, id);
    bool wrong_number = other && c->event == EV_MERGE && c->other_mailbox != 0 && c->other_mailbox != other->f.mailbox;
    return wrong_number ? NULL : other;
}

// ---- Reading ----

// Where case_read's columns of the leg and of the course begin.
#define OF_LEG 17
#define OF_COURSE 30

int facts_ask(struct facts *facts, struct db *db)
{
    static const char *const statements[] = {"case_read", "accused_read", "request_read"};
    enum { N = sizeof statements / sizeof *statements };
    if (facts->ids.c[0].n == 0)
        return 0;
    for (int i = 0; i < N; i++)
        rows_query(db, statements[i], &facts->ids);
    return N;
}

static void case_row(const struct db *db, int q, int row, struct case_facts *f)
{
    memset(f, 0, HEAD);
    f->legs_n = f->requests_n = 0;
    f->id = db_int(db, q, row, 0);
    f->version = (int32_t)db_int(db, q, row, 1);
    f->mailbox = (int32_t)db_int(db, q, row, 2);
    f->bureau = (int32_t)db_int(db, q, row, 3);
    f->place = (int32_t)db_int(db, q, row, 4);
    f->state = (enum case_state)db_int(db, q, row, 5);
    f->kind = (enum kind)db_int(db, q, row, 6);
    f->category = (int16_t)db_int(db, q, row, 7);
    f->flags = (uint8_t)db_int(db, q, row, 8);
    f->confidence = (int16_t)db_int(db, q, row, 9);
    f->outcome = (enum outcome)db_int(db, q, row, 10);
    f->round = (int16_t)db_int(db, q, row, 11);
    f->received_at = db_time(db, q, row, 12);
    f->due_at = db_time(db, q, row, 13);
    f->letter = db_int(db, q, row, 14);
    f->clock_at = db_time(db, q, row, 15);
    f->wake_at = db_time(db, q, row, 16);
}

static struct course course_row(const struct db *db, int q, int row)
{
    if (db_null(db, q, row, OF_COURSE))
        return (struct course){0};
    return (struct course){
        .paused_at = db_time(db, q, row, OF_COURSE + 1),
        .answer_due = db_time(db, q, row, OF_COURSE + 2),
        .asked_supplements = (int16_t)db_int(db, q, row, OF_COURSE + 3),
        .got_supplements = (int16_t)db_int(db, q, row, OF_COURSE + 4),
        .alarm = (int16_t)db_int(db, q, row, OF_COURSE + 5),
        .warned = (int16_t)db_int(db, q, row, OF_COURSE + 6),
        .supervision = (enum supervision)db_int(db, q, row, OF_COURSE + 7),
        .supervision_due = db_time(db, q, row, OF_COURSE + 8),
        .calls = (int16_t)db_int(db, q, row, OF_COURSE + 9),
        .call_hours = (uint32_t)db_int(db, q, row, OF_COURSE + 10),
        .first_call = db_time(db, q, row, OF_COURSE + 11),
        .satisfied_first = (int16_t)db_int(db, q, row, OF_COURSE + 12),
        .satisfied_last = (int16_t)db_int(db, q, row, OF_COURSE + 13),
        .solved = (int16_t)db_int(db, q, row, OF_COURSE + 14),
        .primary = db_int(db, q, row, OF_COURSE + 15),
        .extended_days = (int16_t)db_int(db, q, row, OF_COURSE + 16),
        .ex_officio = (int16_t)db_int(db, q, row, OF_COURSE + 17),
        .exists = true,
    };
}

struct leg_facts facts_leg(const struct db *db, int q, int row, int col)
{
    return (struct leg_facts){
        .id = (int16_t)db_int(db, q, row, col),
        .parent = (int16_t)db_int(db, q, row, col + 1),
        .unit = (int32_t)db_int(db, q, row, col + 2),
        .role = (enum leg_role)db_int(db, q, row, col + 3),
        .state = (enum leg_state)db_int(db, q, row, col + 4),
        .due_at = db_time(db, q, row, col + 5),
        .sent_at = db_time(db, q, row, col + 6),
        .round = (int16_t)db_int(db, q, row, col + 7),
        .hop = (int16_t)db_int(db, q, row, col + 8),
        .flags = (uint16_t)db_int(db, q, row, col + 9),
        .extensions = (int16_t)db_int(db, q, row, col + 10),
    };
}

struct request_facts facts_request(const struct db *db, int q, int row, int col)
{
    return (struct request_facts){
        .id = (int16_t)db_int(db, q, row, col),
        .leg = (int16_t)db_int(db, q, row, col + 1),
        .kind = (enum request_kind)db_int(db, q, row, col + 2),
        .state = (enum request_state)db_int(db, q, row, col + 3),
        .unit = (int32_t)db_int(db, q, row, col + 4),
        .to = (int32_t)db_int(db, q, row, col + 5),
        .days = (int16_t)db_int(db, q, row, col + 6),
        .asked_at = db_time(db, q, row, col + 7),
        .due_at = db_time(db, q, row, col + 8),
        .until = db_time(db, q, row, col + 9),
    };
}

// Legs and requests ascend by id, whatever order they come in.
static void add_leg(struct case_facts *f, struct leg_facts leg)
{
    int i = f->legs_n++;
    for (; i > 0 && f->legs[i - 1].id > leg.id; i--)
        f->legs[i] = f->legs[i - 1];
    f->legs[i] = leg;
}

static void add_request(struct case_facts *f, struct request_facts request)
{
    int i = f->requests_n++;
    for (; i > 0 && f->requests[i - 1].id > request.id; i--)
        f->requests[i] = f->requests[i - 1];
    f->requests[i] = request;
}

static void add_accused(struct accused_list *list, struct accused a)
{
    int i = list->n++;
    for (; i > 0 &&
           (list->of[i - 1].unit > a.unit || (list->of[i - 1].unit == a.unit && list->of[i - 1].officer > a.officer));
         i--)
        list->of[i] = list->of[i - 1];
    list->of[i] = a;
}

// A row a leg, in no order; a case without legs has one row with no leg in it.
static enum result take_cases(struct facts *facts, const struct db *db, int q, struct err *err)
{
    for (int row = 0; row < db_rows(db, q); row++) {
        struct fact *fact = batch_find(facts, db_int(db, q, row, 0));
        insist(fact);
        if (!fact->known) {
            case_row(db, q, row, &fact->f);
            fact->f.course = course_row(db, q, row);
            fact->known = true;
        }
        if (db_null(db, q, row, OF_LEG))
            continue;
        if (fact->f.legs_n == CASE_LEGS)
            return err_set(err, BROKEN, "broken", "leg", "a case has more legs than a case may have");
        struct leg_facts leg = facts_leg(db, q, row, OF_LEG);
        leg.warned = (int16_t)db_int(db, q, row, OF_LEG + 11);
        leg.handler = db_int(db, q, row, OF_LEG + 12);
        add_leg(&fact->f, leg);
    }
    return OK;
}

enum result facts_take(struct facts *facts, const struct db *db, int q, struct err *err)
{
    enum result result = take_cases(facts, db, q, err);
    if (result != OK)
        return result;
    for (int row = 0; row < db_rows(db, q + 1); row++) {
        struct fact *fact = facts_find(facts, db_int(db, q + 1, row, 0));
        if (!fact)
            continue;
        if (fact->f.accused.n == GUARD_ACCUSED)
            return err_set(err, BROKEN, "broken", "accused", "a case accuses more than a case may accuse");
        add_accused(&fact->f.accused, (struct accused){.unit = (int32_t)db_int(db, q + 1, row, 1),
                                                       .officer = (int32_t)db_int(db, q + 1, row, 2)});
    }
    for (int row = 0; row < db_rows(db, q + 2); row++) {
        struct fact *fact = facts_find(facts, db_int(db, q + 2, row, 0));
        if (!fact)
            continue;
        if (fact->f.requests_n == CASE_REQUESTS)
            return err_set(err, BROKEN, "broken", "request", "a case has more requests than a case may have");
        struct request_facts request = facts_request(db, q + 2, row, 1);
        request.person = db_int(db, q + 2, row, 11);
        add_request(&fact->f, request);
    }
    return OK;
}

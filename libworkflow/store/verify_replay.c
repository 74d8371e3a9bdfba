// SPDX-License-Identifier: Apache-2.0
// verify_replay: the journal alone must explain every case (P6). Each line's rule is looked up by its reason and told
// to core/replay; the end must be what case_file, leg and request say, the holders' times must add up to the age (N3),
// and the sweep must look at the case in time (P4).
#include "core/ledger.h"
#include "store/facts.h"
#include "store/scalar.h"
#include "store/verify_impl.h"

#include <stdlib.h>

#define REASONS 32768

struct replay {
    struct db *db;
    struct verify_check *checks;
    const struct policy *policy;
    wf_time now;
    const struct rule **reasons; // by because.id; NULL: no rule of this program
    struct facts facts;          // of this page
    int lines_q, line, lines;    // journal rows of this page: next, and how many
    // Of the case at hand:
    const struct case_facts *f;
    struct replayed told;
    struct ledger ledger;
};

static void found(struct replay *r, int check, const char *before, int64_t number)
{
    char words[64];
    struct text t = TEXT(words);
    text_put(&t, before);
    if (number != 0)
        text_i64(&t, number);
    verify_found(&r->checks[check], r->f->mailbox, r->f->id, text_get(&t));
}

static int64_t line_int(const struct replay *r, int col)
{
    return db_int(r->db, r->lines_q, r->line, col);
}

static struct replay_line line_row(const struct replay *r)
{
    int64_t because = line_int(r, 3), actor = line_int(r, 6);
    const struct rule *rule = because > 0 ? r->reasons[because] : NULL;
    return (struct replay_line){
        .seq = (int32_t)line_int(r, 1),
        .rule = rule && rule->journal == (enum journal)line_int(r, 2) ? rule : NULL,
        .state = (enum case_state)line_int(r, 4),
        .leg = (int16_t)line_int(r, 5),
        .actor = actor >= ACTOR_WRITER && actor <= ACTOR_DESK ? (enum actor)actor : (enum actor)0,
        .unit = (int32_t)line_int(r, 7),
        .at = db_time(r->db, r->lines_q, r->line, 8),
        .due_at = db_time(r->db, r->lines_q, r->line, 9),
    };
}

// All lines of the case; false after a violation that makes what follows meaningless.
static bool tell_lines(struct replay *r)
{
    int64_t seq = 0;
    bool dense = true, legal = true;
    replay_start(&r->told);
    ledger_start(&r->ledger);
    for (; r->line < r->lines && line_int(r, 0) == r->f->id; r->line++) {
        struct replay_line line = line_row(r);
        seq++;
        if (dense && line.seq != seq) {
            found(r, REPLAY_DENSE, "no line ", seq);
            dense = false;
        }
        if (seq == 1 && dense && !(line.rule && (line.rule->cases & IN(CASE_NONE)))) {
            found(r, REPLAY_FIRST, "", 0);
            legal = false;
        }
        if (dense && legal && !replay_apply(&r->told, &line)) {
            found(r, REPLAY_LEGAL, "line ", seq);
            legal = false;
        }
        if (dense && legal)
            ledger_line(&r->ledger, &r->told);
    }
    if (dense && seq != r->f->version) {
        found(r, REPLAY_DENSE, "the version is not the last line, ", seq);
        return false;
    }
    return dense && legal;
}

// ---- What the rows say ----

static bool leg_agrees(const struct leg_facts *leg, const struct replayed_leg *told)
{
    return leg->id == told->id && leg->parent == told->parent && leg->role == told->role && leg->unit == told->unit &&
           leg->state == told->state && leg->round == told->round && leg->hop == told->hop;
}

static void check_legs(struct replay *r)
{
    bool agree = r->f->legs_n == r->told.legs_n;
    for (int i = 0; i < r->f->legs_n && agree; i++)
        agree = leg_agrees(&r->f->legs[i], &r->told.legs[i]);
    if (!agree)
        found(r, REPLAY_LEGS, "", 0);
}

// A date that a line set stands in the row until another line sets another.
static void check_dates(struct replay *r)
{
    bool over = case_final(r->f->state);
    bool agree = over || r->told.due_at == 0 || r->told.due_at == r->f->due_at;
    if (!agree)
        found(r, REPLAY_DATES, "", 0);
    for (int i = 0; i < r->f->legs_n && i < r->told.legs_n; i++) {
        const struct replayed_leg *told = &r->told.legs[i];
        if (!leg_over(told->state) && told->due_at != 0 && told->due_at != r->f->legs[i].due_at)
            found(r, REPLAY_DATES, "leg ", told->id);
    }
}

// Whatever somebody must still decide on stands in both.
static void check_requests(struct replay *r)
{
    int told = 0, open = 0;
    for (int i = 0; i < r->told.requests_n; i++)
        told += r->told.requests[i].state == REQUEST_OPEN;
    for (int i = 0; i < r->f->requests_n; i++)
        open += r->f->requests[i].state == REQUEST_OPEN;
    if (told != open && !r->told.unsure)
        found(r, REPLAY_REQUESTS, "open requests: ", open);
}

// The holders' times add up to the age that the case's own row gives.
static void check_ledger(struct replay *r)
{
    wf_time sum = 0, age = ledger_end(&r->ledger, &r->told, r->now);
    for (int i = 0; i < r->ledger.of_n; i++)
        sum += r->ledger.of[i].time;
    if (sum != age || r->told.received_at != r->f->received_at)
        found(r, REPLAY_TIMES, "", 0);
    if (r->told.went_back)
        found(r, REPLAY_BACKWARDS, "", 0);
}

static void check_next(struct replay *r)
{
    bool dated = r->f->due_at != 0;
    // P4; and a clock that nothing stops would alarm for ever.
    if (case_final(r->f->state) ? dated : !dated && !case_waits_for(r->f->state))
        found(r, REPLAY_NEXT, code_name(case_states, (int)r->f->state), 0);
    wf_time next = case_wakes(r->policy, r->f, r->now);
    bool waits = r->f->state == MERGED; // sealed with the case that it joined, and asked again until that is over
    if (next != 0 && (r->f->wake_at == 0 || (r->f->wake_at > next && !waits)))
        found(r, REPLAY_WAKE, code_name(case_states, (int)r->f->state), 0);
}

// ---- Pages ----

// Lines of cases before `id`, which are not there.
static void skip_orphans(struct replay *r, int64_t id)
{
    for (; r->line < r->lines && line_int(r, 0) < id; r->line++) {
        char words[32];
        struct text t = TEXT(words);
        text_put(&t, "line ");
        text_i64(&t, line_int(r, 1));
        verify_found(&r->checks[REPLAY_ORPHAN], 0, line_int(r, 0), text_get(&t));
    }
}

static void orphan_legs(struct replay *r, int q)
{
    for (int row = 0; row < db_rows(r->db, q); row++) {
        char words[32];
        struct text t = TEXT(words);
        text_put(&t, "leg ");
        text_i64(&t, db_int(r->db, q, row, 1));
        verify_found(&r->checks[REPLAY_ORPHAN], 0, db_int(r->db, q, row, 0), text_get(&t));
    }
}

static void check_case(struct replay *r, const struct case_facts *f)
{
    skip_orphans(r, f->id);
    r->f = f;
    bool whole = tell_lines(r);
    if (whole && r->told.state != f->state)
        found(r, REPLAY_STATE, code_name(case_states, (int)f->state), 0);
    if (whole) {
        check_legs(r);
        check_dates(r);
        check_requests(r);
        check_ledger(r);
    }
    check_next(r);
}

static enum result load_reasons(struct replay *r, struct err *err)
{
    enum result result = db_run(r->db, "replay_reasons", 0, NULL, err);
    for (int row = 0; result == OK && row < db_rows(r->db, 0); row++)
        for (const struct rule *rule = rules; rule->id; rule++)
            if (str_is(db_text(r->db, 0, row, 1), rule->id))
                r->reasons[db_int(r->db, 0, row, 0)] = rule;
    return result;
}

// The ids of the next page; n == 0: there are no more.
static enum result next_ids(struct replay *r, int64_t after, int limit, int64_t ids[CASES_MAX], int *n, struct err *err)
{
    struct column from = {0}, most = {0};
    struct column *params[] = {scalar_int(&from, COL_INT8, after), scalar_int(&most, COL_INT4, limit)};
    enum result result = scalar_run(r->db, "replay_ids", 2, params, err);
    *n = result == OK ? db_rows(r->db, 0) : 0;
    for (int i = 0; i < *n; i++)
        ids[i] = db_int(r->db, 0, i, 0);
    return result;
}

// What the page's statements say of these cases. BROKEN: one of them has more than a case may have.
static enum result read_page(struct replay *r, int64_t after, const int64_t *ids, int n, struct err *err)
{
    struct column from = {0}, to = {0};
    struct column *range[] = {scalar_int(&from, COL_INT8, after),
                              scalar_int(&to, COL_INT8, n > 0 ? ids[n - 1] : INT64_MAX)};
    facts_want(&r->facts, r->db, NULL, 0, ids, n, true);
    r->lines_q = facts_ask(&r->facts, r->db);
    db_query(r->db, "replay_lines", 2, range);
    db_query(r->db, "replay_orphan_legs", 2, range);
    enum result result = db_flush(r->db, err);
    column_free(&from);
    column_free(&to);
    r->line = 0;
    r->lines = result == OK ? db_rows(r->db, r->lines_q) : 0;
    return result == OK && n > 0 ? facts_take(&r->facts, r->db, 0, err) : result;
}

// Checks the next `limit` cases. BROKEN: one of them cannot be read; when it is alone, that was said.
static enum result replay_page(struct replay *r, int64_t *after, int limit, bool *last, struct verify_report *figures,
                               struct err *err)
{
    int64_t ids[CASES_MAX];
    int n;
    enum result result = next_ids(r, *after, limit, ids, &n, err);
    if (result == OK)
        result = read_page(r, *after, ids, n, err);
    if (result != OK && (result != BROKEN || limit > 1))
        return result;
    *last = n == 0;
    *after = n > 0 ? ids[n - 1] : INT64_MAX;
    figures->cases += n;
    figures->journal += r->lines;
    if (result == BROKEN) {
        verify_found(&r->checks[REPLAY_LEGS], 0, *after, str_of(err->text));
        return result;
    }
    for (int i = 0; i < r->facts.n; i++)
        check_case(r, &r->facts.batch[i].f);
    skip_orphans(r, INT64_MAX);
    orphan_legs(r, r->lines_q + 1);
    return OK;
}

enum result verify_replay(struct db *db, const struct policy *policy, wf_time now,
                          struct verify_check checks[REPLAY_CHECKS], struct verify_report *figures, struct err *err)
{
    struct replay *r = calloc(1, sizeof *r);
    insist(r);
    r->db = db;
    r->checks = checks;
    r->policy = policy;
    r->now = now;
    r->reasons = calloc(REASONS, sizeof *r->reasons);
    insist(r->reasons);
    facts_open(&r->facts);
    enum result result = load_reasons(r, err);
    int64_t after = -1;
    int limit = CASES_MAX;
    for (bool last = false; result == OK && !last;) {
        result = replay_page(r, &after, limit, &last, figures, err);
        if (result != BROKEN)
            continue;
        limit = limit > 1 ? 1 : CASES_MAX; // one by one up to the case at fault, then as before
        result = OK;
    }
    facts_close(&r->facts);
    free(r->reasons);
    free(r);
    return result;
}

// SPDX-License-Identifier: Apache-2.0
// verify_replay: the journal alone must explain every case (P6). Each line's rule is looked up by its reason and
// applied to what the lines before it made; the end must be what case_file and leg say.
#include "core/case.h"
#include "store/scalar.h"
#include "store/verify_impl.h"

#include <stdlib.h>

#define PAGE 2000 // cases; some ten lines each
#define REASONS 32768

enum { CASES, LEGS, LINES }; // positions in a page's batch

struct replay {
    struct db *db;
    struct verify_check *checks;
    const struct rule **reasons; // by because.id; NULL: no rule of this program
    int leg, legs, line, lines;  // rows of this page: next, and how many
    // Of the case at hand:
    int64_t id;
    int32_t mailbox;
    enum case_state state;
    struct {
        int32_t unit;
        enum leg_state state;
    } made[CASE_LEGS];
    int made_n;
};

static void found(struct replay *r, int check, const char *before, int64_t number)
{
    char words[64];
    struct text t = TEXT(words);
    text_put(&t, before);
    if (number != 0)
        text_i64(&t, number);
    verify_found(&r->checks[check], r->mailbox, r->id, text_get(&t));
}

static int64_t line_int(const struct replay *r, int col)
{
    return db_int(r->db, LINES, r->line, col);
}

static bool apply_leg(struct replay *r, const struct rule *rule, int leg)
{
    if (leg < 1 || leg > r->made_n || r->made[leg - 1].state != rule->leg_from)
        return false;
    if (r->made[leg - 1].unit != line_int(r, 7))
        return false;
    r->made[leg - 1].state = rule->leg_to;
    if (rule->case_to != CASE_NONE)
        r->state = rule->case_to;
    return true;
}

static bool apply_case(struct replay *r, const struct rule *rule, int leg)
{
    if (rule->case_from != r->state)
        return false;
    r->state = rule->case_to;
    if (rule->event == EV_DISPATCH) {
        if (r->made_n == CASE_LEGS || leg != r->made_n + 1)
            return false;
        r->made[r->made_n].unit = (int32_t)line_int(r, 7);
        r->made[r->made_n].state = rule->leg_to;
        r->made_n++;
        return true;
    }
    for (int i = 0; i < r->made_n && rule->leg_to != LEG_NONE; i++)
        if (r->made[i].state != LEG_REVOKED && r->made[i].state != LEG_RETURNED)
            r->made[i].state = rule->leg_to;
    return leg == 0;
}

// One line: is it a step that the table allows from where the case is?
static bool apply(struct replay *r)
{
    int64_t because = line_int(r, 3), actor = line_int(r, 6);
    const struct rule *rule = because > 0 ? r->reasons[because] : NULL;
    if (!rule || rule->journal != (enum journal)line_int(r, 2))
        return false;
    if (actor < 1 || actor > ACTOR_DESK || !(rule->by & BY(actor)))
        return false;
    int leg = (int)line_int(r, 5);
    bool allowed = rule->leg_from != LEG_NONE ? apply_leg(r, rule, leg) : apply_case(r, rule, leg);
    return allowed && r->state == (enum case_state)line_int(r, 4);
}

// All lines of the case; false after a violation that makes what follows meaningless.
static bool replay_lines(struct replay *r, int64_t version)
{
    int64_t seq = 0;
    bool dense = true, legal = true;
    for (; r->line < r->lines && line_int(r, 0) == r->id; r->line++) {
        seq++;
        if (dense && line_int(r, 1) != seq) {
            found(r, REPLAY_DENSE, "no line ", seq);
            dense = false;
        }
        if (seq == 1 && dense && line_int(r, 2) != J_LETTER_RECEIVED) {
            found(r, REPLAY_FIRST, "", 0);
            legal = false;
        }
        if (dense && legal && !apply(r)) {
            found(r, REPLAY_LEGAL, "line ", seq);
            legal = false;
        }
    }
    if (dense && seq != version) {
        found(r, REPLAY_DENSE, "the version is not the last line, ", seq);
        return false;
    }
    return dense && legal;
}

// Compares with the rows of table leg and moves behind them.
static bool legs_agree(struct replay *r)
{
    int n = 0;
    bool agree = true;
    for (; r->leg < r->legs && db_int(r->db, LEGS, r->leg, 0) == r->id; r->leg++, n++)
        agree = agree && n < r->made_n && db_int(r->db, LEGS, r->leg, 1) == n + 1 &&
                db_int(r->db, LEGS, r->leg, 2) == r->made[n].unit &&
                db_int(r->db, LEGS, r->leg, 3) == (int64_t)r->made[n].state;
    return agree && n == r->made_n;
}

// Lines and legs of cases before `id`, which are not there.
static void skip_orphans(struct replay *r, int64_t id)
{
    r->mailbox = 0;
    while (r->line < r->lines && line_int(r, 0) < id) {
        r->id = line_int(r, 0);
        found(r, REPLAY_ORPHAN, "line ", line_int(r, 1));
        r->line++;
    }
    while (r->leg < r->legs && db_int(r->db, LEGS, r->leg, 0) < id) {
        r->id = db_int(r->db, LEGS, r->leg, 0);
        found(r, REPLAY_ORPHAN, "leg ", db_int(r->db, LEGS, r->leg, 1));
        r->leg++;
    }
}

static void check_case(struct replay *r, int row)
{
    int64_t id = db_int(r->db, CASES, row, 0);
    skip_orphans(r, id);
    r->id = id;
    r->mailbox = (int32_t)db_int(r->db, CASES, row, 1);
    r->state = CASE_NONE;
    r->made_n = 0;
    bool whole = replay_lines(r, db_int(r->db, CASES, row, 2));
    bool legs = legs_agree(r);
    enum case_state state = (enum case_state)db_int(r->db, CASES, row, 3);
    if (whole && r->state != state)
        found(r, REPLAY_STATE, code_name(case_states, (int)state), 0);
    if (whole && !legs)
        found(r, REPLAY_LEGS, "", 0);
    bool dated = db_time(r->db, CASES, row, 4) != 0;
    // P4; and a clock that nothing stops would alarm for ever.
    if (case_final(state) ? dated : !dated && !case_waits_for(state))
        found(r, REPLAY_NEXT, code_name(case_states, (int)state), 0);
}

static enum result load_reasons(struct replay *r, struct err *err)
{
    enum result result = db_run(r->db, "verify_reasons", 0, NULL, err);
    for (int row = 0; result == OK && row < db_rows(r->db, 0); row++)
        for (const struct rule *rule = rules; rule->id; rule++)
            if (str_is(db_text(r->db, 0, row, 1), rule->id))
                r->reasons[db_int(r->db, 0, row, 0)] = rule;
    return result;
}

static enum result replay_page(struct replay *r, int64_t *after, bool *last, struct verify_report *figures,
                               struct err *err)
{
    struct column from = {0}, to = {0}, limit = {0};
    scalar_int(&from, COL_INT8, *after);
    struct column *first[] = {&from, scalar_int(&limit, COL_INT4, PAGE)};
    enum result result = db_run(r->db, "verify_page_end", 2, first, err);
    if (result == OK) {
        *last = db_null(r->db, 0, 0, 0);
        *after = *last ? INT64_MAX : db_int(r->db, 0, 0, 0);
        struct column *range[] = {&from, scalar_int(&to, COL_INT8, *after)};
        db_query(r->db, "verify_page_cases", 2, range);
        db_query(r->db, "verify_page_legs", 2, range);
        db_query(r->db, "verify_page_lines", 2, range);
        result = db_flush(r->db, err);
    }
    column_free(&from);
    column_free(&to);
    column_free(&limit);
    if (result != OK)
        return result;
    r->leg = r->line = 0;
    r->legs = db_rows(r->db, LEGS);
    r->lines = db_rows(r->db, LINES);
    for (int row = 0; row < db_rows(r->db, CASES); row++)
        check_case(r, row);
    skip_orphans(r, INT64_MAX);
    figures->cases += db_rows(r->db, CASES);
    figures->journal += r->lines;
    return OK;
}

enum result verify_replay(struct db *db, struct verify_check checks[REPLAY_CHECKS], struct verify_report *figures,
                          struct err *err)
{
    struct replay r = {.db = db, .checks = checks, .reasons = calloc(REASONS, sizeof *r.reasons)};
    insist(r.reasons);
    int64_t after = -1;
    bool last = false;
    enum result result = load_reasons(&r, err);
    while (result == OK && !last)
        result = replay_page(&r, &after, &last, figures, err);
    free(r.reasons);
    return result;
}

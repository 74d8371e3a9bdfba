// SPDX-License-Identifier: Apache-2.0
#include "store/lookup.h"

#include "core/number.h"
#include "store/lookup.sql.h"
#include "store/rows.h"

const struct statement lookup_statements[] = {{"lookup_cases", SQL_lookup_cases},
                                              {"lookup_lines", SQL_lookup_lines},
                                              {"lookup_replies", SQL_lookup_replies},
                                              {0}};

enum { CASES, LINES, REPLIES }; // the answers, in the order of the statements

enum result lookup_read(struct db *db, const int64_t *ids, int n, struct err *err)
{
    static struct rows args[REPLIES + 1];
    for (int q = CASES; q <= REPLIES; q++) {
        ROWS_START(&args[q], COL_INT8);
        for (int i = 0; i < n; i++)
            column_int(&args[q].c[0], ids[i]);
    }
    column_int(rows_scalar(&args[LINES], COL_INT2), ROLE_LEAD);
    column_int(rows_scalar(&args[REPLIES], COL_INT2), J_REPLY_ISSUED);
    for (int q = CASES; q <= REPLIES; q++)
        rows_query(db, lookup_statements[q].name, &args[q]);
    return db_flush(db, err);
}

// ---- One of them ----

static int row_of(const struct db *db, int q, int i)
{
    for (int row = 0; row < db_rows(db, q); row++)
        if (db_int(db, q, row, 0) == i + 1)
            return row;
    return -1;
}

static const struct rule *rule_named(struct str id)
{
    for (const struct rule *r = rules; r->id; r++)
        if (str_is(id, r->id))
            return r;
    return NULL; // of a schema before: not shown
}

// What lines before said, for those behind that need it.
struct told {
    bool conduct;
    struct str proposal, wanted, extension, primary; // of the newest such line
};

static struct str why_of(const struct told *t, enum journal journal)
{
    switch (journal) {
    case J_EXTENSION_GRANTED:
        return t->extension;
    case J_CLOCK_PAUSED:
        return t->wanted;
    case J_CASE_MERGED:
        return t->primary;
    default:
        return t->proposal;
    }
}

static void remember(struct told *t, const struct rule *rule, struct str detail)
{
    if (rule->journal == J_PROPOSAL_MADE)
        t->proposal = writer_words(detail);
    if (rule->event == EV_SUPPLEMENT_REQUESTED)
        t->wanted = detail;
    if (rule->event == EV_EXTENSION_REQUESTED)
        t->extension = detail;
}

// Walks the lines of the case from `row` on; those after the first `skip` that are shown go to *out (NULL: they are
// only counted). Returns how many are shown.
static int walk(const struct db *db, const struct policy *policy, struct told told, int row, int skip,
                struct lookup *out)
{
    char scratch[WRITER_LINE_MAX];
    int64_t ord = db_int(db, LINES, row, 0);
    int shown = 0;
    for (; row < db_rows(db, LINES) && db_int(db, LINES, row, 0) == ord; row++) {
        const struct rule *rule = rule_named(db_text(db, LINES, row, 2));
        bool keep = out && shown >= skip && out->lines_n < LOOKUP_LINES;
        struct text words = {keep ? out->words[out->lines_n] : scratch, WRITER_LINE_MAX, 0};
        if (!rule)
            continue;
        struct writer_entry entry = {.rule = rule,
                                     .actor = (enum actor)db_int(db, LINES, row, 3),
                                     .due_at = db_time(db, LINES, row, 4),
                                     .unit = (int32_t)db_int(db, LINES, row, 5),
                                     .lead = db_int(db, LINES, row, 6) != 0,
                                     .conduct = told.conduct,
                                     .detail = db_text(db, LINES, row, 8),
                                     .why = why_of(&told, rule->journal)};
        remember(&told, rule, entry.detail);
        if (out && writer_event_of(rule, NULL) == WRITER_ASKED)
            out->asked = str_trim(entry.detail).n > 0 ? entry.detail : entry.why;
        if (!writer_line(policy, &entry, &words))
            continue;
        shown++;
        if (!keep)
            continue;
        out->times[out->lines_n] = db_time(db, LINES, row, 1);
        out->lines[out->lines_n++] = text_get(&words);
    }
    return shown;
}

static void tell_lines(const struct db *db, const struct policy *policy, struct told told, int i, struct lookup *out)
{
    int row = row_of(db, LINES, i);
    if (row < 0)
        return;
    int shown = walk(db, policy, told, row, 0, NULL);
    walk(db, policy, told, row, shown > LOOKUP_LINES ? shown - LOOKUP_LINES : 0, out);
}

bool lookup_at(const struct db *db, const struct policy *policy, wf_time now, int i, struct lookup *out)
{
    int row = row_of(db, CASES, i), reply = row_of(db, REPLIES, i);
    char primary[NUMBER_MAX] = "";
    if (row < 0)
        return false;
    enum case_state state = (enum case_state)db_int(db, CASES, row, 2);
    enum kind kind = (enum kind)db_int(db, CASES, row, 3);
    bool paused = db_int(db, CASES, row, 9) != 0, works = state == HANDLING || state == REVIEW || state == REWORK;
    if (state == MERGED && db_int(db, CASES, row, 10) != 0)
        number_format((int32_t)db_int(db, CASES, row, 11), db_int(db, CASES, row, 10), primary);
    struct told told = {.conduct = (db_int(db, CASES, row, 4) & FLAG_CONDUCT) != 0, .primary = str_of(primary)};
    out->lines_n = 0;
    out->asked = STR_NONE;
    tell_lines(db, policy, told, i, out);
    if (state != NEED_INFO && !(paused && state == HANDLING))
        out->asked = STR_NONE;
    out->mailbox = (int32_t)db_int(db, CASES, row, 1);
    out->state = state;
    out->received_at = db_time(db, CASES, row, 6);
    out->due_at = works && !paused ? db_time(db, CASES, row, 7) : 0;
    bool told_outcome = state == ANSWERED || state == CALLBACK || state == DEFERRED || case_final(state);
    out->outcome = told_outcome ? (enum outcome)db_int(db, CASES, row, 5) : OUTCOME_NONE;
    out->reply = reply < 0 ? STR_NONE : db_text(db, REPLIES, reply, 1);
    out->may = writer_may(policy, state, kind, db_time(db, CASES, row, 8), now);
    struct text label = TEXT(out->label_words);
    writer_label(state, told.primary, &label);
    out->label = text_get(&label);
    return true;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/letters.h"

#include "core/case.h"
#include "core/number.h"
#include "store/because.h"
#include "store/letters.sql.h"
#include "store/rows.h"
#include "store/seen.h"
#include "store/writer_mark.h"

#include <stdlib.h>

const struct statement letters_statements[] = {
    {"letter_find", SQL_letter_find},
    {"letter_writer_compare", SQL_letter_writer_compare},
    {"serial_take", SQL_serial_take},
    {"letter_insert", SQL_letter_insert},
    {"writer_insert", SQL_writer_insert},
    {"case_insert", SQL_case_insert},
    {"case_opened", SQL_case_opened},
    {"letter_repeat_insert", SQL_letter_repeat_insert},
    {0},
};

struct letters {
    struct db *db;
    const struct code_key *key; // NULL: writers are not marked
    struct because because;
    struct rows keys, compare, serial, letter, writer, file, opened, repeat;
    struct seen seen;
    char accused[LETTER_ACCUSED * (LETTER_ACCUSED_MAX * 4 + 1)]; // one letter's, joined
};

struct letters *letters_new(struct db *db)
{
    struct letters *ls = calloc(1, sizeof *ls);
    insist(ls);
    ls->db = db;
    return ls;
}

void letters_mark(struct letters *ls, const struct code_key *key)
{
    ls->key = key;
}

void letters_free(struct letters *ls)
{
    if (!ls)
        return;
    struct rows *all[] = {&ls->keys,   &ls->compare, &ls->serial, &ls->letter,
                          &ls->writer, &ls->file,    &ls->opened, &ls->repeat};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        rows_free(all[i]);
    free(ls);
}

// The accused as the one text that the table holds; p == NULL when there are none.
static struct str accused_text(struct letters *ls, const struct letter *in)
{
    if (in->accused_n == 0)
        return STR_NONE;
    struct text t = TEXT(ls->accused);
    for (uint32_t i = 0; i < in->accused_n; i++) {
        if (i > 0)
            text_put(&t, "\n");
        text_str(&t, in->accused[i]);
    }
    return text_get(&t);
}

// The member in which a repeated letter differs from what was taken under its key; NULL: none.
static const char *differs(const struct letter *a, const struct letter *b, struct str a_accused, struct str b_accused)
{
    if (a->mailbox != b->mailbox)
        return "mailbox";
    if (a->claimed != b->claimed)
        return "kind";
    if (a->confidential != b->confidential)
        return "confidential";
    if (a->occurred_at != b->occurred_at)
        return "occurred_at";
    if (!str_eq(a->title, b->title))
        return "title";
    if (!str_eq(a->place, b->place))
        return "place";
    if (!str_eq(a_accused, b_accused))
        return "accused";
    if (!str_eq(a->body, b->body))
        return "body";
    return NULL;
}

static void conflict(struct stored *out, struct str member)
{
    char field[sizeof out->err.field];
    struct text t = TEXT(field);
    text_str(&t, member);
    out->result = err_set_str(&out->err, REJECT, "conflict", field,
                              "client_ref was used before for another letter: ", member, " differs");
}

// ---- Repeats ----

static enum result compare_writers(struct letters *ls, const struct writer *writers, int n, struct stored *out,
                                   struct err *err)
{
    ROWS_START(&ls->compare, COL_INT8, COL_TEXT, COL_TEXT, COL_TEXT, COL_TEXT);
    for (int i = 0; i < n; i++) {
        if (out[i].result != DUPLICATE || out[i].id == 0)
            continue;
        column_int(&ls->compare.c[0], out[i].id);
        column_text(&ls->compare.c[1], writers[i].name);
        column_text(&ls->compare.c[2], writers[i].phone);
        column_text(&ls->compare.c[3], writers[i].id_number);
        column_text(&ls->compare.c[4], writers[i].email);
    }
    if (ls->compare.c[0].n == 0)
        return OK;
    rows_query(ls->db, "letter_writer_compare", &ls->compare);
    enum result result = db_flush(ls->db, err);
    int row = 0;
    for (int i = 0; result == OK && i < n; i++) {
        if (out[i].result != DUPLICATE || out[i].id == 0)
            continue;
        struct str member = db_text(ls->db, 0, row++, 0);
        if (member.p)
            conflict(&out[i], member);
    }
    return result;
}

// Marks the letters whose key the database has: DUPLICATE with the first one's id, or a conflict that names what
// differs.
static enum result find_repeats(struct letters *ls, const struct letter *in, const struct writer *writers, int n,
                                struct stored *out, struct err *err)
{
    struct db *db = ls->db;
    ROWS_START(&ls->keys, COL_INT2, COL_TEXT);
    for (int i = 0; i < n; i++) {
        column_int(&ls->keys.c[0], in[i].channel);
        column_text(&ls->keys.c[1], in[i].client_ref);
    }
    db_command(db, "BEGIN");
    rows_query(db, "letter_find", &ls->keys);
    enum result result = db_flush(db, err);
    if (result != OK)
        return result;
    for (int row = 0; row < db_rows(db, 1); row++) {
        int i = (int)db_int(db, 1, row, 0) - 1;
        struct letter first = {
            .mailbox = (int32_t)db_int(db, 1, row, 2),
            .claimed = (enum kind)db_int(db, 1, row, 3),
            .confidential = db_int(db, 1, row, 4) != 0,
            .occurred_at = db_time(db, 1, row, 5),
            .title = db_text(db, 1, row, 6),
            .place = db_text(db, 1, row, 7),
            .body = db_text(db, 1, row, 9),
        };
        out[i] = (struct stored){.result = DUPLICATE, .id = db_int(db, 1, row, 1), .mailbox = first.mailbox};
        const char *member = differs(&in[i], &first, accused_text(ls, &in[i]), db_text(db, 1, row, 8));
        if (member)
            conflict(&out[i], str_of(member));
    }
    return compare_writers(ls, writers, n, out, err);
}

static const char *writer_differs(const struct writer *a, const struct writer *b)
{
    if (!str_eq(a->name, b->name))
        return "writer.name";
    if (!str_eq(a->phone, b->phone))
        return "writer.phone";
    if (!str_eq(a->id_number, b->id_number))
        return "writer.id_number";
    return str_eq(a->email, b->email) ? NULL : "writer.email";
}

static bool same_accused(const struct letter *a, const struct letter *b)
{
    for (uint32_t i = 0; a->accused_n == b->accused_n && i < a->accused_n; i++)
        if (!str_eq(a->accused[i], b->accused[i]))
            return false;
    return a->accused_n == b->accused_n;
}

// The earlier new letter of this batch under the same key, or -1; else this one is remembered as the first.
static int twin_of(struct seen *seen, const struct letter *in, int i)
{
    int16_t *slot = seen_slot(seen, seen_hash(in[i].channel, in[i].client_ref));
    int k = *slot - 1;
    if (k >= 0 && in[k].channel == in[i].channel && str_eq(in[k].client_ref, in[i].client_ref))
        return k;
    *slot = (int16_t)(i + 1);
    return -1;
}

static void find_twins(struct seen *seen, const struct letter *in, const struct writer *writers, int n,
                       struct stored *out, int *twins)
{
    seen_clear(seen);
    for (int i = 0; i < n; i++) {
        twins[i] = out[i].result == OK ? twin_of(seen, in, i) : -1;
        if (twins[i] < 0)
            continue;
        const char *member = differs(&in[i], &in[twins[i]], STR_NONE, STR_NONE);
        if (!member && !same_accused(&in[i], &in[twins[i]]))
            member = "accused";
        if (!member)
            member = writer_differs(&writers[i], &writers[twins[i]]);
        out[i].result = DUPLICATE;
        if (member)
            conflict(&out[i], str_of(member));
    }
}

// ---- New letters ----

static enum result take_serials(struct letters *ls, wf_time now, int n, int32_t *first, struct err *err)
{
    struct date day = date_of(now);
    ls->serial.n = 0;
    column_int(rows_scalar(&ls->serial, COL_INT4), date_ymd(day));
    column_int(rows_scalar(&ls->serial, COL_INT4), n);
    rows_query(ls->db, "serial_take", &ls->serial);
    enum result result = db_flush(ls->db, err);
    if (result != OK)
        return result;
    int64_t serial = db_int(ls->db, 0, 0, 0);
    if (serial + n - 1 > SERIAL_MAX) {
        db_rollback(ls->db);
        return err_set(err, RETRY, "serials_exhausted", "",
                       "this day's serials are used up; letters are taken again at midnight");
    }
    *first = (int32_t)serial;
    return OK;
}

// When a case that is received now is due, and when the sweep must look at it: the same for all of a kind.
struct opening {
    wf_time due, wake;
};

static void opening_of(const struct policy *policy, wf_time now, enum kind kind, struct opening *out)
{
    const struct rule *rule = rule_for_case(CASE_NONE, EV_RECEIVE);
    struct case_facts f = {.version = 1, .state = rule->case_to, .kind = kind, .received_at = now, .clock_at = now};
    f.due_at = policy_due(policy, rule->clock, kind, now);
    *out = (struct opening){.due = f.due_at, .wake = case_wakes(policy, &f, now)};
}

static void put_mark(struct column *c, int64_t mark)
{
    if (mark == 0)
        column_null(c);
    else
        column_int(c, mark);
}

static void add_letter(struct letters *ls, const struct opening *opening, const struct letter *in,
                       const struct writer *writer)
{
    struct column *l = ls->letter.c;
    column_int(&l[0], in->id);
    column_int(&l[1], in->mailbox);
    column_int(&l[2], in->channel);
    column_int(&l[3], in->claimed);
    column_int(&l[4], in->confidential);
    column_text(&l[5], in->client_ref);
    column_time(&l[6], in->occurred_at);
    column_text(&l[7], in->title);
    column_text(&l[8], in->place);
    column_text(&l[9], accused_text(ls, in));
    column_text(&l[10], in->body);
    if (writer->name.p || writer->phone.p || writer->id_number.p || writer->email.p) {
        struct column *w = ls->writer.c;
        column_int(&w[0], in->id);
        column_text(&w[1], writer->name);
        column_text(&w[2], writer->phone);
        column_text(&w[3], writer->id_number);
        column_text(&w[4], writer->email);
        put_mark(&w[5], ls->key && writer->phone.p ? writer_mark_phone(ls->key, writer->phone) : 0);
        put_mark(&w[6], ls->key && writer->id_number.p ? writer_mark_id(ls->key, writer->id_number) : 0);
    }
    struct column *f = ls->file.c;
    column_int(&f[0], in->id);
    column_int(&f[1], in->mailbox);
    column_int(&f[2], in->claimed);
    column_int(&f[3], in->confidential ? FLAG_CONFIDENTIAL : 0);
    column_time(&f[4], opening->due);
    column_time(&f[5], opening->wake);
    column_int(&ls->opened.c[0], in->id);
    column_time(&ls->opened.c[1], opening->due);
}

static void write_new(struct letters *ls, const struct policy *policy, wf_time now, struct letter *in,
                      const struct writer *writers, int n, struct stored *out, int32_t serial)
{
    const struct rule *rule = rule_for_case(CASE_NONE, EV_RECEIVE);
    ROWS_START(&ls->letter, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_BOOL, COL_TEXT, COL_TIME, COL_TEXT, COL_TEXT,
               COL_TEXT, COL_TEXT);
    ROWS_START(&ls->writer, COL_INT8, COL_TEXT, COL_TEXT, COL_TEXT, COL_TEXT, COL_INT8, COL_INT8);
    ROWS_START(&ls->file, COL_INT8, COL_INT4, COL_INT2, COL_INT2, COL_TIME, COL_TIME);
    ROWS_START(&ls->opened, COL_INT8, COL_TIME);
    struct opening openings[KIND_OTHER + 1];
    for (int kind = KIND_NONE; kind <= KIND_OTHER; kind++)
        opening_of(policy, now, (enum kind)kind, &openings[kind]);
    for (int i = 0; i < n; i++) {
        if (out[i].result != OK)
            continue;
        in[i].id = out[i].id = number_id(date_of(now), serial++);
        in[i].received_at = now;
        out[i].mailbox = in[i].mailbox;
        add_letter(ls, &openings[in[i].claimed], &in[i], &writers[i]);
    }
    column_time(rows_scalar(&ls->letter, COL_TIME), now);
    column_int(rows_scalar(&ls->file, COL_INT2), rule->case_to);
    column_time(rows_scalar(&ls->file, COL_TIME), now);
    column_int(rows_scalar(&ls->opened, COL_INT2), rule->journal);
    column_int(rows_scalar(&ls->opened, COL_INT2), because_of(&ls->because, rule));
    column_int(rows_scalar(&ls->opened, COL_INT2), rule->case_to);
    column_int(rows_scalar(&ls->opened, COL_INT2), ACTOR_INTAKE);
    column_time(rows_scalar(&ls->opened, COL_TIME), now);
    column_int(rows_scalar(&ls->opened, COL_INT4), policy->version);
    rows_query(ls->db, "letter_insert", &ls->letter);
    if (ls->writer.c[0].n > 0)
        rows_query(ls->db, "writer_insert", &ls->writer);
    rows_query(ls->db, "case_insert", &ls->file);
    rows_query(ls->db, "case_opened", &ls->opened);
}

static enum result store_once(struct letters *ls, const struct policy *policy, wf_time now, struct letter *in,
                              const struct writer *writers, int n, struct stored *out, struct err *err)
{
    int twins[LETTERS_MAX], fresh = 0;
    for (int i = 0; i < n; i++)
        out[i] = (struct stored){.result = OK};
    enum result result = find_repeats(ls, in, writers, n, out, err);
    if (result != OK)
        return result;
    find_twins(&ls->seen, in, writers, n, out, twins);
    for (int i = 0; i < n; i++)
        fresh += out[i].result == OK;
    if (fresh > 0) {
        int32_t serial = 0;
        result = take_serials(ls, now, fresh, &serial, err);
        if (result != OK)
            return result;
        write_new(ls, policy, now, in, writers, n, out, serial);
    }
    ROWS_START(&ls->repeat, COL_INT8);
    for (int i = 0; i < n; i++) {
        if (out[i].result != DUPLICATE)
            continue;
        if (twins[i] >= 0) {
            out[i].id = out[twins[i]].id;
            out[i].mailbox = out[twins[i]].mailbox;
        }
        column_int(&ls->repeat.c[0], out[i].id);
    }
    if (ls->repeat.c[0].n > 0) {
        column_time(rows_scalar(&ls->repeat, COL_TIME), now);
        rows_query(ls->db, "letter_repeat_insert", &ls->repeat);
    }
#ifndef PA_SEED_BUG_ACK_BEFORE_COMMIT
    db_command(ls->db, "COMMIT");
#endif
    return db_flush(ls->db, err);
}

#ifdef PA_SEED_BUG_ACK_BEFORE_COMMIT
void letters_commit_late(struct letters *ls)
{
    struct err err;
    db_command(ls->db, "COMMIT");
    if (db_flush(ls->db, &err) != OK)
        return;
}
#endif

// Twice, because another intake may take a key between the look and the insert. A batch that the database still refuses
// is tried again in halves, until the letter at fault is alone.
static enum result store_halving(struct letters *ls, const struct policy *policy, wf_time now, struct letter *in,
                                 const struct writer *writers, int n, struct stored *out, struct err *err)
{
    enum result result = store_once(ls, policy, now, in, writers, n, out, err);
    if (result == REJECT)
        result = store_once(ls, policy, now, in, writers, n, out, err);
    if (result != REJECT)
        return result;
    if (n == 1) {
        out[0] = (struct stored){.result = REJECT, .err = *err};
        return OK;
    }
    result = store_halving(ls, policy, now, in, writers, n / 2, out, err);
    if (result == OK)
        result = store_halving(ls, policy, now, in + n / 2, writers + n / 2, n - n / 2, out + n / 2, err);
    return result;
}

enum result letters_store(struct letters *ls, const struct policy *policy, wf_time now, struct letter *in,
                          const struct writer *writers, int n, struct stored *out, struct err *err)
{
    insist(n <= LETTERS_MAX);
    enum result result = because_read(&ls->because, ls->db, err);
    return n == 0 || result != OK ? result : store_halving(ls, policy, now, in, writers, n, out, err);
}

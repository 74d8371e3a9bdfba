// SPDX-License-Identifier: Apache-2.0
#include "store/clocks.h"

#include "store/access.h"
#include "store/clocks.sql.h"
#include "store/scalar.h"

#include <stdlib.h>
#include <string.h>

const struct statement clocks_statements[] = {
    {"clocks_files", SQL_clocks_files},
    {"clocks_calendars", SQL_clocks_calendars},
    {"clocks_page", SQL_clocks_page},
    {0},
};

enum { FILES, CALENDARS }; // positions in clocks_policies' batch

// Parses the files under one calendar into the next place. A calendar of long ago that is none today is left out: no
// date can be told by it.
static enum result add_policy(struct clocks_policies *out, const struct str files[POLICY_FILES], struct err *err)
{
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    insist(arena.p);
    enum result result = policy_parse(files, &arena, &out->of[out->n], err);
    if (result != OK) {
        free(arena.p);
        return out->n > 0 && result == REJECT ? OK : result;
    }
    out->memory[out->n++] = arena.p;
    return OK;
}

enum result clocks_policies(struct db *db, struct clocks_policies *out, struct err *err)
{
    struct column limit = {0};
    struct column *params[] = {scalar_int(&limit, COL_INT4, CLOCKS_CALENDARS)};
    *out = (struct clocks_policies){.n = 0};
    db_query(db, "clocks_files", 0, NULL);
    db_query(db, "clocks_calendars", 1, params);
    enum result result = db_flush(db, err);
    column_free(&limit);
    if (result != OK)
        return result;
    if (db_rows(db, FILES) == 0)
        return err_set(err, REJECT, "no_policy", "", "no policy is loaded: run `letterctl policy load DIR`");
    struct str files[POLICY_FILES] = {{0}};
    int calendar = 0;
    for (int i = 0; i < POLICY_FILES; i++) {
        for (int row = 0; row < db_rows(db, FILES); row++)
            if (str_is(db_text(db, FILES, row, 0), policy_file_names[i]))
                files[i] = db_text(db, FILES, row, 1);
        if (strcmp(policy_file_names[i], "calendar.tsv") == 0)
            calendar = i;
    }
    struct str in_force = files[calendar];
    result = add_policy(out, files, err);
    for (int row = 0; result == OK && row < db_rows(db, CALENDARS) && out->n < CLOCKS_CALENDARS; row++) {
        files[calendar] = db_text(db, CALENDARS, row, 0);
        if (!str_eq(files[calendar], in_force))
            result = add_policy(out, files, err);
    }
    return result;
}

void clocks_policies_free(struct clocks_policies *policies)
{
    for (int i = 0; i < policies->n; i++)
        free(policies->memory[i]);
    policies->n = 0;
}

static const int16_t stops[] = {J_CLOCK_PAUSED, J_CASE_SUSPENDED}, starts[] = {J_CLOCK_RESUMED, J_CASE_RESUMED};

// "46:1795406400000000,47:…" as closed intervals. What still stands is in course.paused_at.
static void read_pauses(struct str list, struct clock_row *row)
{
    wf_time from = 0;
    while (list.p && row->pauses_n < CLOCKS_PAUSES) {
        struct str at = str_split(&list, ','), event = str_split(&at, ':');
        int64_t code = 0, time = 0;
        insist(str_to_i64(event, &code) && str_to_i64(at, &time)); // our own statement's words
        bool stands = code == stops[0] || code == stops[1];
        if (stands && from == 0)
            from = time;
        if (!stands && from != 0) {
            row->pauses[row->pauses_n++] = (struct pause){from, time};
            from = 0;
        }
    }
}

static void read_row(const struct db *db, int i, struct clock_row *row)
{
    *row = (struct clock_row){
        .facts =
            {
                .id = db_int(db, 0, i, 0),
                .mailbox = (int32_t)db_int(db, 0, i, 1),
                .version = (int32_t)db_int(db, 0, i, 2),
                .state = (enum case_state)db_int(db, 0, i, 3),
                .kind = (enum kind)db_int(db, 0, i, 4),
                .flags = (uint8_t)db_int(db, 0, i, 5),
                .round = (int16_t)db_int(db, 0, i, 6),
                .due_at = db_time(db, 0, i, 7),
                .clock_at = db_time(db, 0, i, 8),
                .course = {.extended_days = (int16_t)db_int(db, 0, i, 9),
                           .paused_at = db_time(db, 0, i, 10),
                           .exists = db_int(db, 0, i, 11) != 0},
            },
    };
    read_pauses(db_text(db, 0, i, 12), row);
}

// The legs are not asked for: who works on a case recomputes nothing. A row that cannot be judged is not shown.
static bool sees(const struct db *db, int i, const struct clocks_asker *a)
{
    struct accused_list x;
    return access_accused(db_text(db, 0, i, 13), &x) &&
           reader_case(a->policy, date_of(a->now), &a->viewer, &x, NULL, 0) != READ_NOTHING;
}

enum result clocks_page(struct db *db, const struct clocks_asker *asker, struct clocks_place *place, int max,
                        void (*each)(void *arg, const struct clock_row *row), void *arg, int *n, struct err *err)
{
    static struct clock_row row;
    struct column c[4] = {0};
    // NULL would be no place: the beginning is an instant before every date.
    struct column *params[] = {scalar_time(&c[0], place->due_at ? place->due_at : 1),
                               scalar_int(&c[1], COL_INT8, place->id), scalar_int(&c[2], COL_INT4, max), &c[3]};
    column_start(&c[3], COL_INT2);
    for (int i = 0; i < 2; i++) {
        column_int(&c[3], stops[i]);
        column_int(&c[3], starts[i]);
    }
    enum result result = db_run(db, "clocks_page", 4, params, err);
    for (int i = 0; i < 4; i++)
        column_free(&c[i]);
    if (result != OK)
        return result;
    *n = db_rows(db, 0);
    for (int i = 0; i < *n; i++) {
        read_row(db, i, &row);
        if (sees(db, i, asker))
            each(arg, &row);
    }
    if (*n > 0)
        *place = (struct clocks_place){row.facts.due_at, row.facts.id};
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "core/tsv.h"

#include <string.h>

static struct str next_line(struct tsv *t)
{
    struct str line = str_split(&t->rest, '\n');
    t->line++;
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

bool tsv_fail(struct tsv *t, const char *before, struct str piece, const char *after)
{
    char field[sizeof(((struct err *)0)->field)];
    struct text place = TEXT(field);
    text_put(&place, t->name);
    text_put(&place, ":");
    text_i64(&place, t->line);
    t->result = err_set_str(t->err, REJECT, "bad_policy", field, before, piece, after);
    return false;
}

enum result tsv_open(struct tsv *t, const char *name, struct str file, const char *header, struct arena *arena,
                     struct err *err)
{
    *t = (struct tsv){.name = name, .rest = file, .columns = 1, .arena = arena, .err = err};
    if (file.n == 0) {
        return err_set(err, REJECT, "bad_policy", name, "the file is missing or empty");
    }
    if (!utf8_check(file, NULL)) {
        return err_set(err, REJECT, "bad_policy", name, "the file is not well-formed UTF-8");
    }
    for (const char *p = header; *p != 0; p++) {
        t->columns += *p == '\t';
    }
    insist(t->columns <= TSV_COLUMNS);
    if (!str_is(next_line(t), header)) {
        char names[80];
        struct text shown = TEXT(names);
        struct str rest = str_of(header);
        while (rest.p != NULL) {
            text_str(&shown, str_split(&rest, '\t'));
            text_put(&shown, rest.p != NULL ? " " : "");
        }
        (void)tsv_fail(t, "the first line must be the column names with tabs between them: ", text_get(&shown), "");
    }
    return t->result;
}

bool tsv_next(struct tsv *t)
{
    while (t->result == OK && t->rest.p != NULL) {
        struct str line = next_line(t);
        if (str_trim(line).n == 0 || line.p[0] == '#') {
            continue;
        }
        size_t n = 0;
        for (; line.p != NULL && n < t->columns; n++) {
            t->cell[n] = str_trim(str_split(&line, '\t'));
        }
        if (n < t->columns || line.p != NULL) {
            return tsv_fail(t, "another number of columns than the header has", STR_NONE, "");
        }
        return true;
    }
    return false;
}

bool tsv_number(struct tsv *t, size_t column, const char *what, int64_t low, int64_t high, int64_t *out)
{
    int64_t v = 0;
    if (str_to_i64(t->cell[column], &v) && v >= low && v <= high) {
        *out = v;
        return true;
    }
    char limits[80];
    struct text s = TEXT(limits);
    text_put(&s, "' must be a number from ");
    text_i64(&s, low);
    text_put(&s, " to ");
    text_i64(&s, high);
    char before[40];
    struct text b = TEXT(before);
    text_put(&b, what);
    text_put(&b, " '");
    return tsv_fail(t, before, t->cell[column], limits);
}

enum result tsv_no_room(struct err *err)
{
    return err_set(err, RETRY, "no_room", "", "the catalogues do not fit into the memory set aside for them");
}

void *tsv_rows(struct tsv *t, size_t size)
{
    size_t n = 1;
    for (size_t i = 0; i < t->rest.n; i++) {
        n += t->rest.p[i] == '\n';
    }
    void *array = arena_get(t->arena, size * n);
    if (array == NULL) {
        t->result = tsv_no_room(t->err);
    }
    return array;
}

bool tsv_keep(struct tsv *t, size_t column, const char *what, struct str *out)
{
    if (t->cell[column].n == 0) {
        return tsv_fail(t, what, STR_NONE, " may not be empty");
    }
    struct str copy = arena_str(t->arena, t->cell[column]);
    if (copy.p == NULL) {
        t->result = tsv_no_room(t->err);
        return false;
    }
    *out = copy;
    return true;
}

bool tsv_named(struct tsv *t, size_t column, const char *what, const struct code *list, int *out)
{
    int code = code_find(list, t->cell[column]);
    if (code == 0) {
        char before[40], after[220];
        struct text b = TEXT(before), a = TEXT(after);
        text_put(&b, "unknown ");
        text_put(&b, what);
        text_put(&b, " '");
        text_put(&a, "'; allowed:");
        for (; list->name != NULL; list++) {
            text_put(&a, " ");
            text_put(&a, list->name);
        }
        return tsv_fail(t, before, t->cell[column], after);
    }
    *out = code;
    return true;
}

bool tsv_day(struct tsv *t, size_t column, const char *what, struct date open, struct date *out)
{
    if (str_is(t->cell[column], "-")) {
        *out = open;
        return true;
    }
    char before[40];
    struct text b = TEXT(before);
    text_put(&b, what);
    text_put(&b, " '");
    return date_parse(t->cell[column], out) ||
           tsv_fail(t, before, t->cell[column], "' must be a day like 2026-10-01, or '-' for always");
}

bool tsv_ascends(struct tsv *t, size_t column, bool first, int64_t before, int64_t now)
{
    if (first || now > before) {
        return true;
    }
    return now == before ? tsv_fail(t, "duplicate '", t->cell[column], "'")
                         : tsv_fail(t, "'", t->cell[column], "' is out of order: codes and dates must ascend");
}

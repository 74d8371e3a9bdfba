// SPDX-License-Identifier: Apache-2.0
#include "labelled.h"

#include "core/codes.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 32

static char *copy(const char *s)
{
    char *c = strdup(s ? s : "");
    insist(c);
    return c;
}

static struct labelled *add(struct labelled_set *set)
{
    if (set->n == set->cap) {
        set->cap = set->cap ? set->cap * 2 : 1024;
        set->of = realloc(set->of, set->cap * sizeof(set->of[0]));
        insist(set->of);
    }
    struct labelled *l = &set->of[set->n++];
    *l = (struct labelled){.kind = UNKNOWN,
                           .category = UNKNOWN,
                           .conduct = UNKNOWN,
                           .urgent = UNKNOWN,
                           .police = UNKNOWN,
                           .city = UNKNOWN,
                           .set = set->sets};
    return l;
}

// A label's number: "?" and nothing are unknown.
static int number(const char *s)
{
    int64_t v;
    return s && str_to_i64(str_of(s), &v) && v >= 0 && v <= 999999 ? (int)v : UNKNOWN;
}

static int kind_of(const char *s)
{
    int kind = s ? code_find(kinds, str_of(s)) : 0;
    return kind > 0 ? kind : UNKNOWN;
}

// What the writer ticked, in either language.
static enum kind claimed_of(const char *s)
{
    for (const struct code *k = kinds; s && k->name; k++)
        if (strcmp(s, k->name) == 0 || strcmp(s, k->label) == 0)
            return (enum kind)k->code;
    return KIND_NONE;
}

static void derive(struct labelled *l)
{
    if (l->category != UNKNOWN && l->police == UNKNOWN)
        l->police = l->category != 90 && l->category != 99;
}

static bool fail(const char *command, const char *file, int line, const char *what)
{
    fprintf(stderr, "%s: %s:%d: %s\n", command, file, line, what);
    return false;
}

static const char *member(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static int flag(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_integer(v) ? json_integer_value(v) != 0 : json_is_boolean(v) ? json_is_true(v) : UNKNOWN;
}

static bool read_json(const char *command, const char *file, FILE *in, struct labelled_set *out)
{
    char *line = NULL;
    size_t cap = 0;
    for (int n = 1; getline(&line, &cap, in) > 0; n++) {
        json_t *o = json_loads(line, 0, NULL);
        if (!json_is_object(o) || !member(o, "body")) {
            json_decref(o);
            free(line);
            return fail(command, file, n, "not a JSON object with a body");
        }
        struct labelled *l = add(out);
        l->id = copy(member(o, "id") ? member(o, "id") : member(o, "client_ref"));
        l->title = copy(member(o, "title"));
        l->body = copy(member(o, "body"));
        l->place = copy(member(o, "place"));
        l->date = copy("");
        l->mailbox = member(o, "mailbox") ? number(member(o, "mailbox")) : 0;
        l->claimed = claimed_of(member(o, "claimed"));
        l->kind = kind_of(member(o, "kind"));
        l->category = number(member(o, "category"));
        l->conduct = flag(o, "conduct");
        l->urgent = flag(o, "urgent");
        if (member(o, "city"))
            l->city = *member(o, "city") ? number(member(o, "city")) : 0;
        l->district = member(o, "district") ? copy(member(o, "district")) : NULL;
        l->accused = member(o, "accused") ? copy(member(o, "accused")) : NULL;
        derive(l);
        json_decref(o);
    }
    free(line);
    return true;
}

// ---- Tab-separated files ----

struct sheet {
    FILE *in;
    char *line;
    const char *cell[COLUMNS];
    size_t cap;
    char *name[COLUMNS]; // of the header
    int columns, row;
};

static int split(char *line, const char *cell[COLUMNS])
{
    int n = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at && n < COLUMNS; n++) {
        cell[n] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return n;
}

static bool sheet_next(struct sheet *s)
{
    if (getline(&s->line, &s->cap, s->in) <= 0)
        return false;
    s->row++;
    int n = split(s->line, s->cell);
    for (; n < s->columns; n++)
        s->cell[n] = "";
    return true;
}

static bool sheet_open(struct sheet *s, FILE *in)
{
    *s = (struct sheet){.in = in};
    const char *cell[COLUMNS];
    if (getline(&s->line, &s->cap, in) <= 0)
        return false;
    s->row = 1;
    s->columns = split(s->line, cell);
    for (int i = 0; i < s->columns; i++)
        s->cell[i] = s->name[i] = copy(cell[i]);
    return true;
}

static void sheet_close(struct sheet *s)
{
    for (int i = 0; i < s->columns; i++)
        free(s->name[i]);
    free(s->line);
}

static const char *cell(const struct sheet *s, const char *column)
{
    for (int i = 0; i < s->columns; i++)
        if (strcmp(s->name[i], column) == 0)
            return s->cell[i];
    return NULL;
}

static bool read_sheet(const char *command, const char *file, FILE *in, struct labelled_set *out)
{
    struct sheet s;
    if (!sheet_open(&s, in) || !cell(&s, "id"))
        return fail(command, file, 1, "no header with a column id");
    while (sheet_next(&s)) {
        struct labelled *l = add(out);
        const char *district = cell(&s, "district");
        const char *city = cell(&s, "city");
        l->id = copy(cell(&s, "id"));
        l->kind = kind_of(cell(&s, "kind"));
        l->category = number(cell(&s, "category"));
        l->conduct = number(cell(&s, "conduct"));
        l->urgent = number(cell(&s, "urgent"));
        l->police = number(cell(&s, "police"));
        l->city = !city || strcmp(city, "?") == 0 ? UNKNOWN : *city && *city != '-' ? number(city) : 0;
        l->district = !district || strcmp(district, "?") == 0 ? NULL : copy(strcmp(district, "-") == 0 ? "" : district);
        l->doubtful = number(cell(&s, "sure")) == 0;
        derive(l);
    }
    sheet_close(&s);
    return true;
}

bool labelled_read(const char *command, const char *file, struct labelled_set *out)
{
    FILE *in = fopen(file, "re");
    if (!in)
        return fail(command, file, 0, "cannot be read");
    if (out->sets < LABELLED_SETS)
        out->name[out->sets] = file;
    size_t n = strlen(file);
    bool read = n > 4 && strcmp(file + n - 4, ".tsv") == 0 ? read_sheet(command, file, in, out)
                                                           : read_json(command, file, in, out);
    fclose(in);
    out->sets++;
    return read;
}

static int by_id(const void *a, const void *b)
{
    const struct labelled *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

// "data/sz_letters.tsv" → "sz".
static void prefix_of(const char *file, char out[32])
{
    const char *base = strrchr(file, '/');
    base = base ? base + 1 : file;
    size_t n = strcspn(base, "_.");
    snprintf(out, 32, "%.*s", (int)(n < 31 ? n : 31), base);
}

static const char *first_of(const struct sheet *s, const char *const columns[])
{
    for (; *columns; columns++)
        if (cell(s, *columns))
            return cell(s, *columns);
    return "";
}

static void take_text(struct labelled *l, const struct sheet *s, int32_t mailbox)
{
    const char *department = cell(s, "dept");
    l->claimed = claimed_of(cell(s, "kind"));
    l->title = copy(cell(s, "title"));
    l->body = copy(first_of(s, (const char *const[]){"body", "text", NULL}));
    l->place = copy(cell(s, "place"));
    l->date = copy(first_of(s, (const char *const[]){"ask_date", "time", "date", NULL}));
    l->mailbox = cell(s, "mailbox") ? number(cell(s, "mailbox")) : mailbox;
    if (department && l->police == UNKNOWN)
        l->police = strstr(department, "公安") != NULL || strstr(department, "交警") != NULL;
}

bool labelled_letters(const char *command, const char *file, int32_t mailbox, struct labelled_set *labels,
                      struct labelled_set *all)
{
    struct sheet s;
    char prefix[32], id[96];
    FILE *in = fopen(file, "re");
    if (!in || !sheet_open(&s, in) || !(cell(&s, "id") || cell(&s, "row")))
        return fail(command, file, 1, "cannot be read, or no header with a column id or row");
    prefix_of(file, prefix);
    struct labelled **index = malloc((labels->n + 1) * sizeof(struct labelled *));
    insist(index);
    for (size_t i = 0; i < labels->n; i++)
        index[i] = &labels->of[i];
    qsort(index, labels->n, sizeof(index[0]), by_id);
    while (sheet_next(&s)) {
        const char *number = first_of(&s, (const char *const[]){"id", "row", NULL});
        snprintf(id, sizeof(id), "%s%s", *number >= '0' && *number <= '9' ? prefix : "", number);
        struct labelled key = {.id = id}, *at = &key;
        struct labelled **found = bsearch(&at, index, labels->n, sizeof(index[0]), by_id);
        if (found && !(*found)->body) {
            take_text(*found, &s, mailbox);
        } else if (!found && all && cell(&s, "dept")) {
            struct labelled *l = add(all);
            l->id = copy(id);
            take_text(l, &s, mailbox);
        }
    }
    free(index);
    sheet_close(&s);
    fclose(in);
    return true;
}

bool labelled_classes(const char *command, const char *file, const char *class_column, const char *text_column,
                      struct labelled_set *out)
{
    struct sheet s;
    FILE *in = fopen(file, "re");
    if (!in || !sheet_open(&s, in) || !cell(&s, class_column) || !cell(&s, text_column))
        return fail(command, file, 1, "cannot be read, or no header with these columns");
    while (sheet_next(&s)) {
        struct labelled *l = add(out);
        l->id = copy("");
        l->title = copy(cell(&s, "title"));
        l->body = copy(cell(&s, text_column));
        l->klass = copy(cell(&s, class_column));
    }
    sheet_close(&s);
    fclose(in);
    return true;
}

void labelled_drop_empty(const char *command, struct labelled_set *set)
{
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (set->of[i].body)
            set->of[kept++] = set->of[i];
        else
            dropped++;
    }
    set->n = kept;
    if (dropped > 0)
        fprintf(stderr, "%s: %zu labels have no letter: their --letters file is missing\n", command, dropped);
}

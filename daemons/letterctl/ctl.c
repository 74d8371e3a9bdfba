// SPDX-License-Identifier: Apache-2.0
#include "ctl.h"

#include "core/number.h"
#include "run/clock.h"
#include "store/access.h"
#include "store/near.h"
#include "store/policy_store.h"
#include "store/view.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

int ctl_open(struct ctl *ctl, const char *command, const char *file, const char *role,
             const struct statement *const *lists)
{
    struct err err;
    *ctl = (struct ctl){.command = command, .config = tool_config(command, file)};
    if (!ctl->config)
        return 2;
    ctl->db = db_open(ctl->config, role, lists);
    db_prepare_when_used(ctl->db);
    if (db_ready(ctl->db, &err) == OK)
        return 0;
    ctl_close(ctl);
    return tool_fail(command, &err);
}

// ahead: the case that will be shown, NULL: none yet.
static int read_as(struct ctl *ctl, const char *command, const char *file, const char *as, const struct ctl_case *ahead)
{
    static const struct statement *const lists[] = {access_statements, view_statements, policy_store_statements,
                                                    near_look_statements, NULL};
    struct policy_fetched fetched;
    struct err err;
    int code = ctl_open(ctl, command, file, "pa_desk", lists);
    if (code != 0)
        return code;
    enum result result = policy_fetch_rules(ctl->db, &fetched, &err);
    if (result == OK && ahead) {
        ctl->asked = db_keep(ctl->db); // what was fetched stays, too
        view_ask(ctl->db, ahead->mailbox, ahead->id);
    }
    if (result != OK || policy_make_rules(&fetched, &ctl->policy, &err) != OK)
        code = tool_fail(command, &err);
    else if (reader_parse(ctl->policy, str_of(as), &ctl->viewer, &err) != OK)
        code = tool_fail(command, &err) + 1; // wrong usage
    if (code != 0)
        ctl_close(ctl);
    return code;
}

int ctl_read(struct ctl *ctl, const char *command, const char *file, const char *as)
{
    return read_as(ctl, command, file, as, NULL);
}

void ctl_close(struct ctl *ctl)
{
    db_close(ctl->db);
    policy_free(ctl->policy);
    ctl->policy = NULL;
    if (ctl->config)
        config_free(ctl->config);
    ctl->db = NULL;
    ctl->config = NULL;
}

static int about_case(const char *command, const char *help, int argc, char **argv, bool ahead,
                      int (*tell)(struct ctl *ctl, const struct ctl_case *of))
{
    const char *file = NULL, *as = NULL;
    struct ctl_case of = {0};
    const struct tool_option known[] = {
        {"--json", TOOL_FLAG, 0, 0, &of.json}, {"--as", TOOL_TEXT, 0, 0, &as}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = command, .help = help, .options = known, .options_n = 3, .operands_max = 1};
    struct ctl ctl;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 1)
        return tool_usage(command, "the case's NUMBER is needed");
    if (number_parse(str_of(a.operands[0]), &of.mailbox, &of.id, &err) != OK)
        return tool_fail(command, &err) + 1; // wrong usage
    code = read_as(&ctl, command, file, as, ahead ? &of : NULL);
    if (code != 0)
        return code;
    of.now = clock_now();
    code = tell(&ctl, &of);
    ctl_close(&ctl);
    return ctl_end(command, code);
}

int ctl_case(const char *command, const char *help, int argc, char **argv,
             int (*tell)(struct ctl *ctl, const struct ctl_case *of))
{
    return about_case(command, help, argc, argv, false, tell);
}

int ctl_view(const char *command, const char *help, int argc, char **argv,
             int (*tell)(struct ctl *ctl, const struct ctl_case *of))
{
    return about_case(command, help, argc, argv, true, tell);
}

struct str ctl_who(void)
{
    const struct passwd *user = getpwuid(getuid());
    return str_of(user ? user->pw_name : "?");
}

// ---- JSON ----

json_t *ctl_json_text(struct str s)
{
    return s.p ? json_stringn(s.p, s.n) : json_null();
}

json_t *ctl_json_time(wf_time t)
{
    char words[40];
    struct text text = TEXT(words);
    if (t == 0)
        return json_null();
    time_format(t, &text);
    return json_string(words);
}

json_t *ctl_json_seconds(wf_time spell)
{
    return json_real((double)spell / (double)WF_SECOND);
}

json_t *ctl_json_code(int64_t code)
{
    return code == 0 ? json_null() : json_integer(code);
}

json_t *ctl_json_name(const struct code *list, int code)
{
    return code == 0 ? json_null() : json_string(code_name(list, code));
}

json_t *ctl_json_number(int32_t mailbox, int64_t id)
{
    char number[NUMBER_MAX];
    if (id == 0)
        return json_null();
    number_format(mailbox, id, number);
    return json_string(number);
}

void ctl_json_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

int ctl_end(const char *command, int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fprintf(stderr, "%s: standard output cannot be written\n", command);
    return 1;
}

// ---- Tables ----

struct table table_of(const char *heading)
{
    struct table t = {0};
    for (struct str rest = str_of(heading); rest.p; t.columns++)
        table_put_str(&t, str_split(&rest, '|'));
    return t;
}

void table_put_str(struct table *t, struct str cell)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->cells = realloc(t->cells, t->cap * sizeof *t->cells);
        insist(t->cells);
    }
    char *copy = malloc(cell.n + 1);
    insist(copy);
    for (size_t i = 0; i < cell.n; i++)
        copy[i] = (unsigned char)cell.p[i] < 0x20 ? ' ' : cell.p[i]; // no line or terminal trick out of somebody's text
    copy[cell.n] = '\0';
    t->cells[t->n++] = copy;
}

void table_put(struct table *t, const char *cell)
{
    table_put_str(t, str_of(cell));
}

void table_put_int(struct table *t, int64_t v)
{
    char digits[24];
    struct text text = TEXT(digits);
    text_i64(&text, v);
    table_put_str(t, text_get(&text));
}

void table_put_code(struct table *t, int64_t code)
{
    if (code != 0)
        table_put_int(t, code);
    else
        table_put(t, "-");
}

void table_put_time(struct table *t, wf_time when)
{
    char words[40];
    struct text text = TEXT(words);
    if (when != 0) {
        time_format(when, &text);
        words[10] = ' ';
        text.n = 16;
    } else {
        text_put(&text, "-");
    }
    table_put_str(t, text_get(&text));
}

// East Asian wide characters, as terminals draw them (Unicode's EastAsianWidth W and F, in whole blocks).
static bool is_wide(uint32_t c)
{
    static const uint32_t blocks[][2] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i][0] && c <= blocks[i][1])
            return true;
    return false;
}

int text_columns(struct str s)
{
    if (!utf8_check(s, NULL))
        return (int)s.n;
    int columns = 0;
    for (size_t at = 0; at < s.n;)
        columns += is_wide(utf8_next(s, &at)) ? 2 : 1;
    return columns;
}

void table_print(struct table *t, FILE *out)
{
    int widths[TABLE_COLUMNS] = {0};
    insist(t->columns > 0 && t->columns <= TABLE_COLUMNS && t->n % (size_t)t->columns == 0);
    for (size_t i = 0; i < t->n; i++) {
        int *width = &widths[i % (size_t)t->columns];
        int columns = text_columns(str_of(t->cells[i]));
        *width = columns > *width ? columns : *width;
    }
    for (size_t i = 0; i < t->n; i++) {
        bool last = (i + 1) % (size_t)t->columns == 0;
        int pad = widths[i % (size_t)t->columns] - text_columns(str_of(t->cells[i])) + 2;
        fprintf(out, "%s%*s", t->cells[i], last ? 0 : pad, "");
        if (last)
            fputc('\n', out);
    }
    table_free(t);
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->cells[i]);
    free(t->cells);
    *t = (struct table){.columns = t->columns};
}

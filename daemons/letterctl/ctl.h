// SPDX-License-Identifier: Apache-2.0
// ctl: what letterctl's commands that read the database have in common: the connection, JSON members, tables for
// terminals.
#ifndef LETTERCTL_CTL_H
#define LETTERCTL_CTL_H

#include "client/tool.h"
#include "core/reader.h"
#include "store/db.h"

#include <jansson.h>

struct ctl {
    const char *command; // "letterctl show"
    struct config *config;
    struct db *db;
    struct policy *policy; // after ctl_read
    struct viewer viewer;  // likewise
    int asked;             // after ctl_view: place of the case's first result
};
// Configuration and a connection as `role`. 0, or the exit code after the reason was said; then nothing is open.
int ctl_open(struct ctl *ctl, const char *command, const char *file, const char *role,
             const struct statement *const *lists);
void ctl_close(struct ctl *ctl);
// The same for a command that reads cases, as pa_desk with what access, view, near and policy_store prepare: with the
// policy in force, and as whom it reads (`as`: of --as; NULL: the desk).
int ctl_read(struct ctl *ctl, const char *command, const char *file, const char *as);
#define CTL_AS                                                                                                         \
    "  --as POST      who reads: a post, POST@UNIT or POST@UNIT:NUMBER (the desk); letterctl posts lists them\n"

// What a command about one case was asked.
struct ctl_case {
    int32_t mailbox;
    int64_t id;
    wf_time now;
    bool json;
};
// All of such a command: NUMBER [--as POST] [--json] [-c FILE]. Opens as ctl_read does and lets `tell` answer, which
// gives the exit code and says why when it is not 0.
int ctl_case(const char *command, const char *help, int argc, char **argv,
             int (*tell)(struct ctl *ctl, const struct ctl_case *of));
// The same for a command that shows the case: it is asked for before the policy is parsed, and `tell` takes the answer
// with life_read.
int ctl_view(const char *command, const char *help, int argc, char **argv,
             int (*tell)(struct ctl *ctl, const struct ctl_case *of));

// Who runs this command, for the database's records.
struct str ctl_who(void);

// ---- JSON ----

json_t *ctl_json_text(struct str s);                      // null when absent
json_t *ctl_json_time(wf_time t);                         // RFC 3339 at +08:00; null when 0
json_t *ctl_json_seconds(wf_time spell);                  // as a real number
json_t *ctl_json_code(int64_t code);                      // null when 0
json_t *ctl_json_name(const struct code *list, int code); // its machine name; null when 0
json_t *ctl_json_number(int32_t mailbox, int64_t id);     // a case's number; null when id is 0
void ctl_json_print(json_t *object);                      // one line; takes the reference
int ctl_end(const char *command, int code);               // flushes standard output; 1 when that fails

// ---- Tables ----

// Aligned columns: a Chinese character is two wide. Cells are copied.
#define TABLE_COLUMNS 10
struct table {
    int columns;
    char **cells;
    size_t n, cap;
};
struct table table_of(const char *heading); // "序|时间|事项": three columns, and their first row
void table_put(struct table *t, const char *cell);
void table_put_str(struct table *t, struct str cell);
void table_put_int(struct table *t, int64_t v);
void table_put_code(struct table *t, int64_t code); // "-" when 0
void table_put_time(struct table *t, wf_time when); // 2026-11-23 12:00; "-" when 0
void table_print(struct table *t, FILE *out);       // and empties it
void table_free(struct table *t);
int text_columns(struct str s); // how wide a terminal shows it

#endif

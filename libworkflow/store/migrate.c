// SPDX-License-Identifier: Apache-2.0
#include "store/migrate.h"

#include "core/case.h"
#include "store/db.h"
#include "store/migrate.sql.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES_MAX 9999
#define DIGEST_BYTES 32
#define DIGEST_HEX (2 * DIGEST_BYTES + 1)

struct migrating {
    const char *dir;
    wf_time now;
    struct dirent **names;
    int names_n;
    struct buf file; // the migration at hand, terminated
    struct buf script;
    struct err *err;
};

// ---- The folder ----

static int is_migration(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t n = strlen(name);
    if (n < sizeof "0001_x.sql" - 1 || n > 64 || strspn(name, "0123456789") != 4 || name[4] != '_')
        return 0;
    // The name goes into SQL as it is.
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n - 4 && strcmp(name + n - 4, ".sql") == 0;
}

static enum result list_files(struct migrating *m)
{
    m->names_n = scandir(m->dir, &m->names, is_migration, alphasort);
    if (m->names_n < 0) {
        m->names_n = 0;
        return err_set_str(m->err, REJECT, "no_migrations", "", "cannot read the folder ", str_of(m->dir),
                           ": name the folder that holds 0001_*.sql");
    }
    for (int i = 0; i < m->names_n; i++)
        if (atoi(m->names[i]->d_name) != i + 1)
            return err_set_str(m->err, REJECT, "bad_migrations", "", "", str_of(m->names[i]->d_name),
                               " does not follow the migration before it: numbers go 0001, 0002, ... without a gap");
    if (m->names_n == 0)
        return err_set_str(m->err, REJECT, "no_migrations", "", "there is no NNNN_what.sql in ", str_of(m->dir), "");
    return OK;
}

static enum result read_file(struct migrating *m, const char *name, char digest[DIGEST_HEX])
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", m->dir, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set_str(m->err, REJECT, "no_migrations", "", "cannot read ", str_of(path), "");
    m->file.n = 0;
    size_t got;
    do {
        buf_reserve(&m->file, 65536);
        got = fread(m->file.p + m->file.n, 1, 65535, file);
        m->file.n += got;
    } while (got > 0);
    bool failed = ferror(file) || memchr(m->file.p, '\0', m->file.n) != NULL;
    fclose(file);
    if (failed)
        return err_set_str(m->err, REJECT, "no_migrations", "", "cannot read ", str_of(path), " as text");
    m->file.p[m->file.n] = '\0';
    uint8_t hash[DIGEST_BYTES];
    crypto_generichash(hash, sizeof hash, m->file.p, m->file.n, NULL, 0);
    sodium_bin2hex(digest, DIGEST_HEX, hash, sizeof hash);
    return OK;
}

// ---- Scripts ----

static void put(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

static void put_literal(struct buf *b, const char *s)
{
    put(b, "'");
    for (; *s; s++)
        buf_put(b, *s == '\'' ? "''" : s, *s == '\'' ? 2 : 1);
    put(b, "'");
}

static void put_int(struct buf *b, int v)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%d", v);
    put(b, digits);
}

static enum result run_script(struct migrating *m, struct db *db)
{
    buf_put(&m->script, "", 1);
    enum result result = db_script(db, (const char *)m->script.p, m->err);
    m->script.n = 0;
    return result;
}

static enum result apply(struct migrating *m, struct db *db, int version, const char *name, const char *digest)
{
    char at[40];
    struct text t = TEXT(at);
    time_format(m->now, &t);
    put(&m->script, "BEGIN;\n");
    buf_put(&m->script, m->file.p, m->file.n);
    put(&m->script, "\nINSERT INTO schema_version (version, name, digest, applied_at) VALUES (");
    put_int(&m->script, version);
    put(&m->script, ", ");
    put_literal(&m->script, name);
    put(&m->script, ", ");
    put_literal(&m->script, digest);
    put(&m->script, ", ");
    put_literal(&m->script, at);
    put(&m->script, ");\nCOMMIT;");
    enum result result = run_script(m, db);
    if (result != OK && m->err) {
        struct err why = *m->err;
        err_set_str(m->err, result, why.code, name, name, STR(": "), why.text);
    }
    return result;
}

// ---- The program's lists in words ----

static void put_list(struct buf *b, const char *list, const struct code *codes)
{
    for (; codes->name; codes++) {
        put(b, "INSERT INTO code_list VALUES (");
        put_literal(b, list);
        put(b, ", ");
        put_int(b, codes->code);
        put(b, ", ");
        put_literal(b, codes->name);
        put(b, ", ");
        put_literal(b, codes->label);
        put(b, ") ON CONFLICT (list, code) DO UPDATE SET name = excluded.name, label = excluded.label"
               " WHERE (code_list.name, code_list.label) <> (excluded.name, excluded.label);\n");
    }
}

static enum result count_words(struct db *db, int64_t *out, struct err *err)
{
    db_command(db, "SELECT (SELECT count(*) FROM code_list) + (SELECT count(*) FROM because)");
    enum result result = db_flush(db, err);
    if (result == OK)
        *out = db_int(db, 0, 0, 0);
    return result;
}

static enum result sync_words(struct migrating *m, struct db *db, int64_t *added)
{
    int64_t before = 0, after = 0;
    enum result result = count_words(db, &before, m->err);
    if (result != OK)
        return result;
    struct buf *b = &m->script;
    put(b, "BEGIN;\n");
    put_list(b, "case_state", case_states);
    put_list(b, "leg_state", leg_states);
    put_list(b, "leg_role", leg_roles);
    put_list(b, "kind", kinds);
    put_list(b, "channel", channels);
    put_list(b, "event", events);
    put_list(b, "journal", journals);
    put_list(b, "outcome", outcomes);
    put_list(b, "notice", notices);
    put_list(b, "writer_event", writer_events);
    put_list(b, "actor", actors);
    for (const struct rule *r = rules; r->id; r++) {
        // Not ON CONFLICT: that would use up a number of the identity column at every run.
        put(b, "INSERT INTO because (rule, words) SELECT r, w FROM (VALUES (");
        put_literal(b, r->id);
        put(b, ", ");
        put_literal(b, r->because);
        put(b, ")) v (r, w) WHERE NOT EXISTS (SELECT FROM because WHERE rule = r AND words = w);\n");
    }
    put(b, "COMMIT;");
    result = run_script(m, db);
    if (result == OK)
        result = count_words(db, &after, m->err);
    if (result == OK)
        *added = after - before;
    return result;
}

// ---- Together ----

static enum result check_applied(struct migrating *m, int row, struct str name, struct str digest)
{
    if (row >= m->names_n)
        return err_set_str(m->err, REJECT, "new_schema", "", "the database has migration ", name,
                           ", which this program does not: install the newer programs");
    char now[DIGEST_HEX];
    enum result result = read_file(m, m->names[row]->d_name, now);
    if (result != OK)
        return result;
    if (!str_is(digest, now) || !str_is(name, m->names[row]->d_name))
        return err_set_str(
            m->err, REJECT, "edited_migration", m->names[row]->d_name, "", name,
            " was applied to this database and reads otherwise now: bring the original file back, and put "
            "the change into a new migration");
    return OK;
}

static enum result migrate_all(struct migrating *m, struct db *db, struct migrate_report *report)
{
    enum result result = db_script(db, SQL_migrate_bootstrap, m->err);
    if (result != OK)
        return result;
    db_command(db, SQL_migrate_list);
    result = db_flush(db, m->err);
    if (result != OK)
        return result;
    report->from = db_rows(db, 0);
    for (int i = 0; i < report->from; i++) {
        result = check_applied(m, i, db_text(db, 0, i, 1), db_text(db, 0, i, 2));
        if (result != OK)
            return result;
    }
    for (int i = report->from; i < m->names_n; i++) {
        char digest[DIGEST_HEX];
        result = read_file(m, m->names[i]->d_name, digest);
        if (result == OK)
            result = apply(m, db, i + 1, m->names[i]->d_name, digest);
        if (result != OK)
            return result;
    }
    report->to = m->names_n;
    return sync_words(m, db, &report->words);
}

enum result migrate_run(const struct config *config, const char *dir, wf_time now, struct migrate_report *out,
                        struct err *err)
{
    struct migrating m = {.dir = dir, .now = now, .err = err};
    struct migrate_report report = {0};
    enum result result = list_files(&m);
    if (result == OK) {
        struct db *db = db_open(config, NULL, NULL);
        result = db_ready(db, err);
        if (result == OK)
            result = migrate_all(&m, db, &report);
        db_close(db);
    }
    for (int i = 0; i < m.names_n; i++)
        free(m.names[i]);
    free(m.names);
    buf_free(&m.file);
    buf_free(&m.script);
    if (result == OK)
        *out = report;
    return result;
}

// SPDX-License-Identifier: Apache-2.0
// config: reads and checks pinganting.cfg. The reader is our own: zconfig (czmq 4.2.1) keeps no line numbers, prints
// its errors on standard output, and takes an unknown or repeated option in silence.
#include "run/ipc.h"
#include "run/log.h"
#include "run/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES 65536
#define LINE_MAX_BYTES 1024
#define INDENT 4
#define SHOWN_MAX 40 // bytes of a wrong value that an error repeats
#define DEFAULT_PATH "/etc/pinganting/pinganting.cfg"

struct value {
    char *text;
    int line; // 0: the default
};

struct config {
    size_t n;
    struct value values[]; // in the order of options[]
};

struct reader {
    const char *path;
    int line;
    struct str section; // p == NULL before the first
    struct config *config;
    struct err *err;
};

// "FILE:LINE: option NAME: what 'shown'; allowed: …"; line 0: the file as a whole, or a default
static enum result refuse(const struct reader *r, int line, struct str section, struct str name, const char *what,
                          struct str shown, const char *allowed)
{
    char message[1024];
    char full[64];
    struct text t = TEXT(message);
    struct text f = TEXT(full);
    text_put(&t, r->path);
    if (line > 0) {
        text_put(&t, ":");
        text_i64(&t, line);
    }
    text_put(&t, ": ");
    text_str(&f, section);
    if (name.n > 0) {
        text_put(&f, section.p != NULL ? "/" : "");
        text_str(&f, name);
        text_put(&t, "option ");
        text_put(&t, full);
        text_put(&t, ": ");
    }
    text_put(&t, what);
    if (shown.p != NULL) {
        char cut[SHOWN_MAX + 1];
        struct text c = TEXT(cut);
        text_str(&c, shown);
        text_put(&t, " '");
        text_put(&t, cut);
        text_put(&t, "'");
    }
    text_put(&t, "; allowed: ");
    text_put(&t, allowed);
    return err_set(r->err, REJECT, "config", full, message);
}

static enum result refuse_line(const struct reader *r, const char *what, const char *allowed)
{
    return refuse(r, r->line, STR_NONE, STR_NONE, what, STR_NONE, allowed);
}

static enum result refuse_value(const struct reader *r, size_t i, const char *what, struct str shown,
                                const char *allowed)
{
    return refuse(r, r->config->values[i].line, STR_NONE, str_of(options[i].name), what, shown, allowed);
}

static struct str section_of(const struct option *o)
{
    struct str rest = str_of(o->name);
    return str_split(&rest, '/');
}

// Sections (section.p == NULL) or the options of a section, for an error.
static void list_names(struct str section, struct text *out)
{
    struct str last = STR_NONE;
    for (const struct option *o = options; o->name != NULL; o++) {
        struct str rest = str_of(o->name);
        struct str s = str_split(&rest, '/');
        struct str name = section.p == NULL ? s : rest;
        if ((section.p == NULL && str_eq(s, last)) || (section.p != NULL && !str_eq(s, section)))
            continue;
        text_put(out, out->n > 0 ? ", " : "");
        text_str(out, name);
        last = s;
    }
}

static enum result read_section(struct reader *r, struct str name)
{
    for (const struct option *o = options; o->name != NULL; o++) {
        if (str_eq(section_of(o), name)) {
            r->section = name;
            return OK;
        }
    }
    char names[256];
    struct text t = TEXT(names);
    list_names(STR_NONE, &t);
    return refuse(r, r->line, STR_NONE, STR_NONE, "unknown section", name, names);
}

// What stands behind "name =": in quotes, or bare up to a comment. false: quotes or what follows them are wrong.
static bool read_value(struct str rest, struct str *out)
{
    rest = str_trim(rest);
    if (rest.n == 0 || (rest.p[0] != '"' && rest.p[0] != '\'')) {
        *out = str_trim(str_split(&rest, '#'));
        return true;
    }
    struct str inner = {rest.p + 1, rest.n - 1};
    struct str value = str_split(&inner, rest.p[0]);
    if (inner.p == NULL)
        return false;
    inner = str_trim(inner);
    if (inner.n > 0 && inner.p[0] != '#')
        return false;
    *out = value;
    return true;
}

static enum result read_option(struct reader *r, struct str name, struct str value)
{
    for (size_t i = 0; options[i].name != NULL; i++) {
        struct str rest = str_of(options[i].name);
        if (!str_eq(str_split(&rest, '/'), r->section) || !str_eq(rest, name))
            continue;
        struct value *v = &r->config->values[i];
        if (v->line != 0)
            return refuse(r, r->line, r->section, name, "stands here a second time", STR_NONE, "once");
        v->line = r->line;
        free(v->text);
        v->text = strndup(value.p, value.n);
        insist(v->text != NULL);
        return OK;
    }
    char names[256];
    struct text t = TEXT(names);
    list_names(r->section, &t);
    return refuse(r, r->line, r->section, name, "unknown option", STR_NONE, names);
}

static enum result read_line(struct reader *r, struct str line)
{
    if (line.n > LINE_MAX_BYTES || !utf8_check(line, NULL))
        return refuse_line(r, "line is too long or is not UTF-8 text", "1024 bytes of UTF-8");
    size_t indent = 0;
    while (indent < line.n && line.p[indent] == ' ')
        indent++;
    struct str text = str_trim(line);
    if (text.n == 0 || text.p[0] == '#')
        return OK;
    if ((indent != 0 && indent != INDENT) || line.p[indent] == '\t')
        return refuse_line(r, "wrong indentation", "none for a section, four blanks for an option");
    size_t n = 0;
    while (n < text.n && strchr(" \t=#", text.p[n]) == NULL)
        n++;
    struct str name = {text.p, n};
    struct str rest = str_trim((struct str){text.p + n, text.n - n});
    bool assigned = rest.n > 0 && rest.p[0] == '=';
    if (n == 0 || (!assigned && rest.n > 0 && rest.p[0] != '#'))
        return refuse_line(r, "not understood", "section, or four blanks and name = \"value\"");
    if (indent == 0 && assigned)
        return refuse(r, r->line, STR_NONE, name, "stands outside a section", STR_NONE,
                      "four blanks before it, below its section");
    if (indent == 0)
        return read_section(r, name);
    if (r->section.p == NULL || !assigned)
        return refuse(r, r->line, r->section, name, "has no section or no value", STR_NONE,
                      "name = \"value\" below a section");
    struct str value;
    if (!read_value((struct str){rest.p + 1, rest.n - 1}, &value))
        return refuse(r, r->line, r->section, name, "quotes are not closed, or something follows them", STR_NONE,
                      "name = \"value\"");
    return read_option(r, name, value);
}

// ---- Checks, after the whole file is read: a value may name ${run} before run/dir is set ----

static void expand_run(struct value *v, const char *run)
{
    static const char mark[] = "${run}";
    char *at;
    while ((at = strstr(v->text, mark)) != NULL) {
        char *text = NULL;
        insist(asprintf(&text, "%.*s%s%s", (int)(at - v->text), v->text, run, at + sizeof mark - 1) >= 0);
        free(v->text);
        v->text = text;
    }
}

static enum result check_int(const struct reader *r, size_t i, struct str value)
{
    const struct option *o = &options[i];
    int64_t number;
    if (str_to_i64(value, &number) && number >= o->min && number <= o->max)
        return OK;
    char allowed[80];
    struct text t = TEXT(allowed);
    text_i64(&t, o->min);
    text_put(&t, " to ");
    text_i64(&t, o->max);
    text_put(&t, " ");
    text_put(&t, o->unit);
    return refuse_value(r, i, "not a number in range", value, allowed);
}

static bool begins(struct str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

static enum result check_endpoints(const struct reader *r, size_t i, struct str value)
{
    const char *allowed = options[i].max == 1 ? "ipc:// and an absolute path of at most 107 bytes"
                                              : "at most 8 times ipc:// and an absolute path of at most 107 bytes";
    int64_t n = 0;
    while (value.p != NULL) {
        struct str one = str_split(&value, ' ');
        if (one.n == 0)
            continue;
        if (begins(one, "tcp://"))
            return refuse_value(r, i, "tcp needs CURVE, which this version does not have; use ipc://", one, allowed);
        if (!begins(one, "ipc:///") || one.n > strlen("ipc://") + IPC_PATH_MAX)
            return refuse_value(r, i, "not an address we can use", one, allowed);
        n++;
    }
    if (n < options[i].min || n > options[i].max)
        return refuse_value(r, i, "wrong number of addresses", STR_NONE, allowed);
    return OK;
}

// true when value is one of "a, b, c".
static bool among(struct str value, const char *choices)
{
    struct str rest = str_of(choices);
    while (rest.p != NULL) {
        if (str_eq(str_trim(str_split(&rest, ',')), value))
            return true;
    }
    return false;
}

static enum result check_text(const struct reader *r, size_t i, struct str value)
{
    const struct option *o = &options[i];
    if (value.n == 0)
        return refuse_value(r, i, "empty", STR_NONE, "a text");
    if (o->choices != NULL && !among(value, o->choices))
        return refuse_value(r, i, "unknown value", value, o->choices);
    if (strcmp(o->name, "run/dir") == 0 &&
        (value.p[0] != '/' || value.n > (size_t)o->max || strpbrk(value.p, " \t$") != NULL))
        return refuse_value(r, i, "not a directory we can use", value,
                            "an absolute path of at most 80 bytes without blanks");
    // The value is shown on the status socket, and a role is appended to it: neither a password nor the URI form will
    // do.
    if (strcmp(o->name, "database/conninfo") == 0 &&
        (strstr(value.p, "password=") != NULL || strstr(value.p, "password =") != NULL ||
         strstr(value.p, "://") != NULL))
        return refuse_value(r, i, "holds a password or is a URI", STR_NONE,
                            "key=value pairs without password; use peer or a password file");
    return OK;
}

static enum result check(const struct reader *r)
{
    struct value *values = r->config->values;
    for (size_t i = 0; i < r->config->n; i++) {
        if (i > 0)
            expand_run(&values[i], values[0].text);
        struct str value = str_of(values[i].text);
        enum result result = options[i].type == OPTION_INT         ? check_int(r, i, value)
                             : options[i].type == OPTION_ENDPOINTS ? check_endpoints(r, i, value)
                                                                   : check_text(r, i, value);
        if (result != OK)
            return result;
    }
    return OK;
}

// ---- The file ----

static enum result read_file(struct reader *r)
{
    FILE *file = fopen(r->path, "re");
    char *bytes = malloc(FILE_MAX_BYTES + 1);
    insist(bytes != NULL);
    size_t n = file != NULL ? fread(bytes, 1, FILE_MAX_BYTES + 1, file) : 0;
    bool failed = file == NULL || ferror(file) != 0;
    int why = errno;
    if (file != NULL)
        fclose(file);
    enum result result = OK;
    if (failed)
        result =
            refuse(r, 0, STR_NONE, STR_NONE, strerror(why), STR_NONE, "a readable file; `letterctl config` prints one");
    else if (n > FILE_MAX_BYTES)
        result = refuse_line(r, "the file is too long", "65536 bytes");
    struct str rest = {bytes, n};
    while (result == OK && rest.p != NULL) {
        r->line++;
        result = read_line(r, str_split(&rest, '\n'));
    }
    free(bytes);
    return result;
}

enum result config_load(const char *path, struct config **out, struct err *err)
{
    insist(strcmp(options[0].name, "run/dir") == 0); // check() expands it into all that follow
    if (path == NULL)
        path = getenv("PINGANTING_CONF");
    size_t n = 0;
    while (options[n].name != NULL)
        n++;
    struct config *config = calloc(1, sizeof *config + n * sizeof config->values[0]);
    insist(config != NULL);
    config->n = n;
    for (size_t i = 0; i < n; i++) {
        config->values[i].text = strdup(options[i].fallback);
        insist(config->values[i].text != NULL);
    }
    struct reader r = {.path = path != NULL ? path : DEFAULT_PATH, .config = config, .err = err};
    enum result result = read_file(&r);
    if (result == OK)
        result = check(&r);
    if (result != OK) {
        config_free(config);
        return result;
    }
    *out = config;
    return OK;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->n; i++)
        free(config->values[i].text);
    free(config);
}

static size_t index_of(const char *name)
{
    size_t i = 0;
    while (options[i].name != NULL && strcmp(options[i].name, name) != 0)
        i++;
    insist(options[i].name != NULL);
    return i;
}

const char *config_text(const struct config *config, const char *name)
{
    size_t i = index_of(name);
    insist(options[i].type != OPTION_INT);
    return config->values[i].text;
}

int64_t config_int(const struct config *config, const char *name)
{
    size_t i = index_of(name);
    int64_t number = 0;
    insist(options[i].type == OPTION_INT && str_to_i64(str_of(config->values[i].text), &number));
    return number;
}

struct str config_address(const struct config *config, const char *name, int n)
{
    struct str rest = str_of(config_text(config, name));
    while (rest.p != NULL) {
        struct str address = str_split(&rest, ' ');
        if (address.n > 0 && --n == 0)
            return address;
    }
    return STR_NONE;
}

size_t config_dump(const struct config *config, char *out, size_t cap)
{
    struct text t = {out, cap, 0};
    for (size_t i = 0; i < config->n; i++) {
        text_put(&t, options[i].name);
        text_put(&t, " = ");
        text_put(&t, config->values[i].text);
        text_put(&t, "\n");
    }
    return t.n;
}

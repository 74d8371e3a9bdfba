// SPDX-License-Identifier: Apache-2.0
// config: reads pinganting.cfg with zconfig (czmq 4.2.1) and checks it. zconfig keeps no line numbers, so it gets the
// file line by line; it takes unknown, repeated and misplaced options in silence, so they are found here. Nothing of
// this starts czmq's zsys.
#include "run/address.h"
#include "run/log.h"
#include "run/options.h"

#include <czmq.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES 65536
#define LINE_MAX_BYTES 1024
#define INDENT 4
#define SHOWN_MAX 40 // bytes of a wrong value that an error repeats
#define DEFAULT_PATH "/etc/pinganting/pinganting.cfg"

struct config {
    zconfig_t *values; // every section and option of the table; an option that the file sets has a child: its line
};

struct reader {
    const char *path;
    int line;
    zconfig_t *values;
    zconfig_t *section; // one of values; NULL before the first
    struct err *err;
};

// "FILE:LINE: option NAME: what 'shown'; allowed: …"; line 0: the file as a whole, or a default
static enum result refuse(const struct reader *r, int line, zconfig_t *section, struct str name, const char *what,
                          struct str shown, const char *allowed)
{
    char message[1024];
    char full[64] = "";
    struct text t = TEXT(message);
    struct text f = TEXT(full);
    text_put(&t, r->path);
    if (line > 0) {
        text_put(&t, ":");
        text_i64(&t, line);
    }
    text_put(&t, ": ");
    if (name.n > 0) {
        text_put(&f, section != NULL ? zconfig_name(section) : "");
        text_put(&f, section != NULL ? "/" : "");
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
    return refuse(r, r->line, NULL, STR_NONE, what, STR_NONE, allowed);
}

static enum result refuse_value(const struct reader *r, const struct option *o, const char *what, struct str shown,
                                const char *allowed)
{
    zconfig_t *line = zconfig_child(zconfig_locate(r->values, o->name));
    return refuse(r, line != NULL ? atoi(zconfig_value(line)) : 0, NULL, str_of(o->name), what, shown, allowed);
}

static zconfig_t *child_of(zconfig_t *parent, struct str name)
{
    zconfig_t *child = zconfig_child(parent);
    while (child != NULL && !str_is(name, zconfig_name(child)))
        child = zconfig_next(child);
    return child;
}

// section NULL: it is a section that is unknown
static enum result refuse_unknown(const struct reader *r, zconfig_t *section, struct str name)
{
    char names[256];
    struct text t = TEXT(names);
    for (zconfig_t *c = zconfig_child(section != NULL ? section : r->values); c != NULL; c = zconfig_next(c)) {
        text_put(&t, t.n > 0 ? ", " : "");
        text_put(&t, zconfig_name(c));
    }
    return section != NULL ? refuse(r, r->line, section, name, "unknown option", STR_NONE, names)
                           : refuse(r, r->line, NULL, STR_NONE, "unknown section", name, names);
}

static enum result read_section(struct reader *r, struct str name)
{
    zconfig_t *section = child_of(r->values, name);
    if (section == NULL)
        return refuse_unknown(r, NULL, name);
    r->section = section;
    return OK;
}

static bool begins(struct str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

// value.p NULL: zconfig does not take it
static enum result read_option(struct reader *r, struct str name, struct str value)
{
    zconfig_t *option = child_of(r->section, name);
    if (option == NULL)
        return refuse_unknown(r, r->section, name);
    if (zconfig_child(option) != NULL)
        return refuse(r, r->line, r->section, name, "stands here a second time", STR_NONE, "once");
    if (value.p == NULL || begins(value, "\"") || begins(value, "'"))
        return refuse(r, r->line, r->section, name, "quotes are not closed, or something follows them", STR_NONE,
                      "name = \"value\"");
    zconfig_set_value(option, "%.*s", (int)value.n, value.p);
    zconfig_putf(option, "line", "%d", r->line);
    return OK;
}

// zconfig's item (NULL: it does not take the text) of a text at the margin or behind four blanks.
static enum result read_item(struct reader *r, zconfig_t *item, struct str text, bool margin)
{
    struct str value = str_split(&text, '#');
    struct str name = str_trim(str_split(&value, '='));
    bool assigned = value.p != NULL;
    if (name.n == 0 || memchr(name.p, ' ', name.n) != NULL)
        return refuse_line(r, "not understood", "section, or four blanks and name = \"value\"");
    if (margin && assigned)
        return refuse(r, r->line, NULL, name, "stands outside a section", STR_NONE,
                      "four blanks before it, below its section");
    if (margin)
        return read_section(r, name);
    if (r->section == NULL || !assigned)
        return refuse(r, r->line, r->section, name, "has no section or no value", STR_NONE,
                      "name = \"value\" below a section");
    // zconfig takes the comment of "name = # comment" for the value, and an ideographic blank for a part of it.
    struct str taken = item != NULL ? str_trim(str_of(zconfig_value(item))) : STR_NONE;
    return read_option(r, name, item != NULL && str_trim(value).n == 0 ? STR("") : taken);
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
    zchunk_t *chunk = zchunk_new(text.p, text.n);
    zconfig_t *tree = zconfig_chunk_load(chunk);
    enum result result = read_item(r, tree != NULL ? zconfig_child(tree) : NULL, text, indent == 0);
    zconfig_destroy(&tree);
    zchunk_destroy(&chunk);
    return result;
}

// ---- Checks, after the whole file is read: a value may name ${run} before run/dir is set ----

static void expand(zconfig_t *values, const char *name, const char *mark, const char *by)
{
    const char *value;
    const char *at;
    // What names itself would never end.
    while ((value = zconfig_get(values, name, NULL), at = strstr(value, mark)) != NULL && strstr(by, mark) == NULL) {
        char *text = NULL;
        insist(asprintf(&text, "%.*s%s%s", (int)(at - value), value, by, at + strlen(mark)) >= 0);
        zconfig_put(values, name, text);
        free(text);
    }
}

static enum result check_int(const struct reader *r, const struct option *o, struct str value)
{
    int64_t number;
    if (str_to_i64(value, &number) && number >= o->min && number <= o->max)
        return OK;
    char allowed[80];
    struct text t = TEXT(allowed);
    option_allowed(o, &t);
    return refuse_value(r, o, "not a number in range", value, allowed);
}

static bool address_fits(enum option_type type, struct str one)
{
    switch (type) {
    case OPTION_ENDPOINTS:
        return address_ipc(one);
    case OPTION_PUBLIC:
        return address_tcp(one, true);
    default:
        return address_ipc(one) || address_tcp(one, false);
    }
}

static enum result check_addresses(const struct reader *r, const struct option *o, struct str value)
{
    char text[160];
    struct text t = TEXT(text);
    option_allowed(o, &t);
    int64_t n = 0;
    if (o->type == OPTION_PUBLIC && str_is(value, "none"))
        return OK;
    while (value.p != NULL) {
        struct str one = str_split(&value, ' ');
        if (one.n == 0)
            continue;
        if (o->type == OPTION_ENDPOINTS && address_is_tcp(one))
            return refuse_value(r, o, "tcp is for intake/public, dispatcher/public and feedback/public", one, text);
        if (!address_fits(o->type, one))
            return refuse_value(r, o, "not an address we can use", one, text);
        n++;
    }
    if (n < o->min || n > o->max)
        return refuse_value(r, o, "wrong number of addresses", STR_NONE, text);
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

static enum result check_text(const struct reader *r, const struct option *o, struct str value)
{
    if (value.n == 0)
        return refuse_value(r, o, "empty", STR_NONE, "a text");
    if (o->choices != NULL && !among(value, o->choices))
        return refuse_value(r, o, "unknown value", value, o->choices);
    if (strcmp(o->name, "run/dir") == 0 &&
        (value.p[0] != '/' || value.n > (size_t)o->max || strpbrk(value.p, " \t$") != NULL))
        return refuse_value(r, o, "not a directory we can use", value,
                            "an absolute path of at most 80 bytes without blanks");
    // The value is shown on the status socket, and a role is appended to it: neither a password nor the URI form will
    // do.
    if (strcmp(o->name, "database/conninfo") == 0 &&
        (strstr(value.p, "password=") != NULL || strstr(value.p, "password =") != NULL ||
         strstr(value.p, "://") != NULL))
        return refuse_value(r, o, "holds a password or is a URI", STR_NONE,
                            "key=value pairs without password; use peer or a password file");
    return OK;
}

static enum result check(const struct reader *r)
{
    enum result result = OK;
    for (const struct option *o = options; o->name != NULL && result == OK; o++) {
        if (o != options) {
            expand(r->values, o->name, "${run}", zconfig_get(r->values, options[0].name, NULL));
            expand(r->values, o->name, "${share}", share_dir());
        }
        struct str value = str_of(zconfig_get(r->values, o->name, NULL));
        result = o->type == OPTION_INT    ? check_int(r, o, value)
                 : o->type == OPTION_TEXT ? check_text(r, o, value)
                                          : check_addresses(r, o, value);
    }
    return result;
}

// ---- The file ----

// zconfig prints what it dislikes on standard output, whatever zsys is told: so standard output is elsewhere meanwhile.
static enum result read_lines(struct reader *r, struct str rest)
{
    char *said = NULL;
    size_t n = 0;
    FILE *standard = stdout;
    FILE *elsewhere = open_memstream(&said, &n);
    insist(elsewhere != NULL);
    stdout = elsewhere;
    enum result result = OK;
    while (result == OK && rest.p != NULL) {
        r->line++;
        result = read_line(r, str_split(&rest, '\n'));
    }
    stdout = standard;
    fclose(elsewhere);
    free(said);
    return result;
}

static enum result read_file(struct reader *r)
{
    static const char allowed[] = "a readable file; `letterctl config` prints one";
    char bytes[FILE_MAX_BYTES + 1];
    FILE *file = fopen(r->path, "re");
    size_t n = file != NULL ? fread(bytes, 1, FILE_MAX_BYTES + 1, file) : 0;
    int why = file == NULL || ferror(file) != 0 ? errno : 0;
    if (file != NULL)
        fclose(file);
    if (why != 0)
        return refuse(r, 0, NULL, STR_NONE, strerror(why), STR_NONE, allowed);
    if (n > FILE_MAX_BYTES)
        return refuse_line(r, "the file is too long", "65536 bytes");
    return read_lines(r, (struct str){bytes, n});
}

enum result config_load(const char *path, struct config **out, struct err *err)
{
    insist(strcmp(options[0].name, "run/dir") == 0); // check() expands it into all that follow
    if (path == NULL)
        path = getenv("PINGANTING_CONF");
    struct reader r = {.path = path != NULL ? path : DEFAULT_PATH, .values = zconfig_new("root", NULL), .err = err};
    insist(r.values != NULL);
    for (const struct option *o = options; o->name != NULL; o++)
        zconfig_put(r.values, o->name, o->fallback);
    enum result result = read_file(&r);
    if (result == OK)
        result = check(&r);
    if (result != OK) {
        zconfig_destroy(&r.values);
        return result;
    }
    *out = calloc(1, sizeof **out);
    insist(*out != NULL);
    (*out)->values = r.values;
    return OK;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    zconfig_destroy(&config->values);
    free(config);
}

static const char *value_of(const struct config *config, const char *name, bool number)
{
    const struct option *o = options;
    while (o->name != NULL && strcmp(o->name, name) != 0)
        o++;
    insist(o->name != NULL && (o->type == OPTION_INT) == number);
    return zconfig_get(config->values, name, NULL);
}

const char *config_text(const struct config *config, const char *name)
{
    return value_of(config, name, false);
}

int64_t config_int(const struct config *config, const char *name)
{
    int64_t number = 0;
    insist(str_to_i64(str_of(value_of(config, name, true)), &number));
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
    for (const struct option *o = options; o->name != NULL; o++) {
        text_put(&t, o->name);
        text_put(&t, " = ");
        text_put(&t, zconfig_get(config->values, o->name, NULL));
        text_put(&t, "\n");
    }
    return t.n;
}

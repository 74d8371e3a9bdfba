// SPDX-License-Identifier: Apache-2.0
#include "client/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

int tool_usage(const char *command, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "%s: ", command);
    vfprintf(stderr, fmt, args);
    fputs("; see --help\n", stderr);
    va_end(args);
    return 2;
}

int tool_fail(const char *command, const struct err *err)
{
    // Some of a daemon's sentences begin with the field themselves.
    bool named = err->field[0] == 0 || strncmp(err->text, err->field, strlen(err->field)) == 0;
    fprintf(stderr, "%s: %s%s%s (%s)\n", command, named ? "" : err->field, named ? "" : ": ", err->text, err->code);
    return 1;
}

static bool set_option(const struct tool_arguments *a, const struct tool_option *o, const char *value)
{
    struct tool_texts *texts = o->to;
    switch (o->type) {
    case TOOL_FLAG:
        *(bool *)o->to = true;
        return true;
    case TOOL_TEXT:
        *(const char **)o->to = value;
        return true;
    case TOOL_TEXTS_OPTION:
        if (texts->n < TOOL_TEXTS) {
            texts->list[texts->n++] = value;
            return true;
        }
        (void)tool_usage(a->command, "%s: at most %d times", o->name, TOOL_TEXTS);
        return false;
    case TOOL_INT:
        break;
    }
    int64_t v = 0;
    if (!str_to_i64(str_of(value), &v) || v < o->min || v > o->max) {
        (void)tool_usage(a->command, "%s: a number between %lld and %lld is needed, not %s", o->name, (long long)o->min,
                         (long long)o->max, value);
        return false;
    }
    *(int64_t *)o->to = v;
    return true;
}

// argv[*at] begins with '-'.
static bool take_option(const struct tool_arguments *a, char **argv, int argc, int *at)
{
    const char *arg = argv[*at];
    const char *equals = strncmp(arg, "--", 2) == 0 ? strchr(arg, '=') : NULL;
    size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
    for (size_t i = 0; i < a->options_n; i++) {
        const struct tool_option *o = &a->options[i];
        if (strlen(o->name) != n || strncmp(o->name, arg, n) != 0)
            continue;
        bool flag = o->type == TOOL_FLAG;
        if (flag ? equals != NULL : equals == NULL && *at + 1 >= argc) {
            (void)tool_usage(a->command, "%s %s", o->name, flag ? "takes no value" : "needs a value");
            return false;
        }
        return set_option(a, o, flag ? NULL : equals ? equals + 1 : argv[++*at]);
    }
    (void)tool_usage(a->command, "unknown option %s", arg);
    return false;
}

bool tool_arguments(struct tool_arguments *a, int argc, char **argv, int *code)
{
    bool only_operands = false;
    *code = 2;
    a->operands_n = 0;
    for (int i = 1; i < argc; i++) {
        if (!only_operands && strcmp(argv[i], "--") == 0) {
            only_operands = true;
        } else if (!only_operands && strcmp(argv[i], "--help") == 0) {
            fputs(a->help, stdout);
            *code = 0;
            return false;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!take_option(a, argv, argc, &i))
                return false;
        } else if (a->operands_n < a->operands_max) {
            a->operands[a->operands_n++] = argv[i];
        } else {
            (void)tool_usage(a->command, "unexpected argument %s", argv[i]);
            return false;
        }
    }
    return true;
}

struct config *tool_config(const char *command, const char *path)
{
    struct config *config = NULL;
    struct err err;
    if (config_load(path, &config, &err) == OK)
        return config;
    (void)tool_fail(command, &err);
    return NULL;
}

int tool_input(const char *command, const char *file)
{
    if (file == NULL || strcmp(file, "-") == 0)
        return STDIN_FILENO;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        (void)tool_usage(command, "cannot open %s: %s", file, strerror(errno));
    return fd;
}

int tool_stream(const char *command, struct stream *stream)
{
    struct err err;
    // A reader that went away is an error to report, not a silent end.
    (void)signal(SIGPIPE, SIG_IGN);
    switch (stream_run(stream, &err)) {
    case OK:
        return stream->refused > 0 ? 1 : 0;
    case RETRY:
        fprintf(stderr, "%s: %lld lines are unanswered after %lld s without a word from the daemon; send them again\n",
                command, (long long)stream->unanswered, (long long)stream->timeout_s);
        return 1;
    default:
        return tool_fail(command, &err);
    }
}

bool tool_dial(const char *command, struct tool_dial *d, const char *option, struct dial *out)
{
    *out = d->flags;
    if (d->file == NULL && d->flags.endpoint)
        return true;
    if (d->config == NULL)
        d->config = tool_config(command, d->file);
    if (d->config == NULL)
        return false;
    if (out->endpoint == NULL)
        out->endpoint = config_text(d->config, option);
    if (out->server_key == NULL)
        out->server_key = config_text(d->config, "bureau/server_key");
    if (out->key_file == NULL)
        out->key_file = config_text(d->config, "bureau/key");
    return true;
}

void tool_dial_done(struct tool_dial *d)
{
    config_free(d->config);
}

int tool_stream_file(const char *command, const struct dial *to, const char *file, struct stream *stream)
{
    stream->to = *to;
    stream->in = tool_input(command, file);
    if (stream->in < 0)
        return 2;
    int code = tool_stream(command, stream);
    bus_term();
    if (stream->in > STDIN_FILENO)
        close(stream->in);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
// tool: what the commands of letterctl and bureauctl that speak to daemons have in common. Exit codes as in every
// command of ours: 0 done, 1 the answer is no, 2 wrong usage; errors are one line on standard error.
#ifndef CLIENT_TOOL_H
#define CLIENT_TOOL_H

#include "client/stream.h"
#include "run/options.h"

// "letterctl submit: <words>; see --help", returns 2.
int tool_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// "letterctl submit: <field>: <text> (<code>)", returns 1.
int tool_fail(const char *command, const struct err *err);

#define TOOL_TEXTS 32 // times that an option may be given
struct tool_texts {
    const char *list[TOOL_TEXTS];
    size_t n;
};

// An option that a command knows: `--name VALUE`, `--name=VALUE`, or a flag.
struct tool_option {
    const char *name; // "--window", "-c"
    enum { TOOL_FLAG, TOOL_TEXT, TOOL_TEXTS_OPTION, TOOL_INT } type;
    int64_t min, max; // TOOL_INT
    void *to;         // bool, const char *, struct tool_texts, int64_t
};

// One command's arguments. (getopt.h cannot be used beside run/options.h: both have a struct option.)
struct tool_arguments {
    const char *command; // "letterctl submit"
    const char *help;    // for --help, which prints it
    const struct tool_option *options;
    size_t options_n;
    const char *operands[4]; // filled in
    size_t operands_n, operands_max;
};
// argv[0] is the command's name. false: the command ends now with *code (--help, or wrong usage, which was said).
bool tool_arguments(struct tool_arguments *a, int argc, char **argv, int *code);

// Loads the configuration (path NULL: as config_load). NULL: the reason is said; exit with 2.
struct config *tool_config(const char *command, const char *path);
// Opens FILE for reading; "-" or NULL: standard input. -1: the reason is said; exit with 2.
int tool_input(const char *command, const char *file);
// Runs the stream and says what went wrong. Returns the exit code: 0 when all was accepted.
int tool_stream(const char *command, struct stream *stream);
// The same with the address that this option of the configuration names and with FILE as its input.
int tool_stream_file(const char *command, const char *config_file, const char *option, const char *file,
                     struct stream *stream);

#endif

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

#define TOOL_TEXTS 96 // times that an option may be given
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

// Where a bureau's tool connects to: what the flags say, else what the configuration says.
struct tool_dial {
    const char *file;  // -c
    struct dial flags; // --connect, --server-key, --key
    struct config *config;
};
#define TOOL_DIAL_OPTIONS(d)                                                                                           \
    {"-c", TOOL_TEXT, 0, 0, &(d).file}, {"--connect", TOOL_TEXT, 0, 0, &(d).flags.endpoint},                           \
        {"--server-key", TOOL_TEXT, 0, 0, &(d).flags.server_key},                                                      \
    {                                                                                                                  \
        "--key", TOOL_TEXT, 0, 0, &(d).flags.key_file                                                                  \
    }
#define TOOL_DIAL_HELP                                                                                                 \
    "  --connect ADDRESS  ipc:///PATH or tcp://HOST:PORT; no configuration is read then, unless -c names one\n"        \
    "  --server-key KEY   tcp: the centre's public key, 40 characters of Z85 or a certificate file\n"                  \
    "  --key FILE         tcp: this bureau's certificate file (bureauctl keys new)\n"                                  \
    "  -c FILE            configuration file; its section bureau has the same three\n"
// option: the address's ("bureau/deliver"); the keys are bureau/server_key and bureau/key. Texts live until
// tool_dial_done. false: the reason is said; exit with 2.
bool tool_dial(const char *command, struct tool_dial *d, const char *option, struct dial *out);
void tool_dial_done(struct tool_dial *d);

// Runs the stream with FILE as its input. Closes it again.
int tool_stream_file(const char *command, const struct dial *to, const char *file, struct stream *stream);

#endif

// SPDX-License-Identifier: Apache-2.0
// options: the one configuration file pinganting.cfg (ZPL, as zconfig reads it). options.c holds the table of every
// option of every program, so `letterctl config`, docs/config.md and the check of a file (config.c) come from one
// place.
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include "core/err.h"

#include <stdio.h>

enum option_type {
    OPTION_TEXT,
    OPTION_INT,
    OPTION_ENDPOINTS, // where we listen for our own: ipc
    OPTION_PUBLIC,    // where we listen for others, with CURVE: tcp, or none
    OPTION_PEER,      // whom we connect to: ipc, or tcp with CURVE
};

struct option {
    const char *name; // "intake/batch"
    enum option_type type;
    const char *fallback; // the default; may name ${run} for the runtime directory; never NULL
    int64_t min, max;     // OPTION_INT; addresses: how many
    const char *unit;     // "letters", "ms", or ""
    const char *meaning;
    const char *choices; // OPTION_TEXT: the values allowed, "a, b, c"; NULL: any text
};
extern const struct option options[]; // ends with name == NULL

// The folder of what came with the programs, with migrations/, policy/ and model/: $PINGANTING_SHARE, or where they
// were installed. Options may name it as ${share}.
const char *share_dir(void);

// What may stand there, in words: "1 to 1000 letters".
void option_allowed(const struct option *o, struct text *out);

struct config;

// Reads and checks the whole file. path NULL: $PINGANTING_CONF, else /etc/pinganting/pinganting.cfg.
// REJECT, code "config"; its text is "FILE:LINE: option section/name: what is wrong; allowed: …" and names file, line,
// option and what is allowed: unknown option, wrong type, out of range, tcp where ipc is meant.
// Not beside other threads: while the file is read, standard output leads nowhere (zconfig would print on it).
enum result config_load(const char *path, struct config **out, struct err *err) MUST_USE;
void config_free(struct config *config);

// The name must be in the table (a mistake of ours otherwise). Texts live as long as the config.
const char *config_text(const struct config *config, const char *name);
int64_t config_int(const struct config *config, const char *name);
// The n-th (1, 2, …) address of an option of addresses ("none" is the first of one that has none); p == NULL when it
// lists fewer.
struct str config_address(const struct config *config, const char *name, int n);

// Every option with default and meaning, as a ZPL file one could use; markdown: the same as docs/config.md.
void config_print(FILE *out, bool markdown);
// The values in force, as "name = value" lines (the status socket's `config`); secrets are not options. Returns the
// bytes written, without the terminator; what does not fit is cut.
size_t config_dump(const struct config *config, char *out, size_t cap);

#endif

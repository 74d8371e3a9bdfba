// SPDX-License-Identifier: Apache-2.0
// bureauctl: a bureau's end of the system as a pipe for any language. Each command gets its own arguments, argv[0]
// being its name, and returns the exit code.
#ifndef BUREAUCTL_H
#define BUREAUCTL_H

#include "client/tool.h"
#include "client/wf.h"

int cmd_subscribe(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_identity(int argc, char **argv);
int cmd_keys(int argc, char **argv);
int cmd_reference(int argc, char **argv);

// A bureau's code, or that of a unit below one; 0, and tool_usage said so, when it is none.
int32_t bureau_code(const char *command, const char *text);

struct wf_options options_of(const struct dial *to);
// "bureauctl subscribe: <field>: <text> (<code>)", returns 1.
int tell(const char *command, const struct wf_error *error);

// SIGTERM and SIGINT ask for an orderly end from here on; stopping() is then true.
void stop_on_signals(void);
bool stopping(void);

#endif

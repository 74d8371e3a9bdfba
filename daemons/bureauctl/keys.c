// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"

#include "run/curve.h"

#include <string.h>

#define COMMAND "bureauctl keys"

static const char help[] =
    "usage: bureauctl keys new FILE [--name TEXT]\n"
    "Makes this bureau's own key: FILE (mode 0600) holds the secret and never leaves this machine. Prints the public "
    "half,\n"
    "which the centre registers with `letterctl keys new --bureau CODE --public …`.\n"
    "  --name TEXT  whose it is, for people; at most 64 characters\n"
    "Exit status: 0 done, 1 FILE is there already or cannot be written, 2 wrong usage.\n";

int cmd_keys(int argc, char **argv)
{
    const char *name = "bureau";
    const struct tool_option known[] = {{"--name", TOOL_TEXT, 0, 0, &name}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 1, .operands_max = 2};
    struct curve_key key;
    struct err err;
    char z85[CURVE_Z85];
    size_t chars = 0;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 2 || strcmp(a.operands[0], "new") != 0)
        return tool_usage(COMMAND, "new FILE is needed");
    if (!utf8_check(str_of(name), &chars) || chars > 64)
        return tool_usage(COMMAND, "--name: at most 64 characters of UTF-8");
    curve_new(&key);
    enum result r = curve_write(a.operands[1], &key, name, &err);
    curve_z85(key.public, z85);
    curve_forget(&key);
    if (r != OK)
        return tool_fail(COMMAND, &err);
    return puts(z85) < 0 || fflush(stdout) != 0;
}

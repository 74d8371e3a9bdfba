// SPDX-License-Identifier: Apache-2.0
#include "cmd_migrate.h"

#include "client/tool.h"
#include "run/clock.h"
#include "store/migrate.h"

#define COMMAND "letterctl migrate"

static const char help[] = "usage: letterctl migrate [DIR] [-c FILE]\n"
                           "Brings the database to the schema of this program: roles, tables, and the program's lists "
                           "in words. Connects as the\n"
                           "operating system's user, who must be the database's owner and allowed to create roles. "
                           "Repeating it does no harm.\n"
                           "  DIR      the folder of 0001_*.sql (migrations below $PINGANTING_SHARE, or below where "
                           "the program was installed)\n"
                           "  -c FILE  configuration file\n"
                           "Exit status: 0 done, 1 refused or database away, 2 wrong usage.\n";

int cmd_migrate(int argc, char **argv)
{
    const char *file = NULL;
    const struct tool_option known[] = {{"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 1, .operands_max = 1};
    struct migrate_report report;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    char dir[1024];
    struct text t = TEXT(dir);
    text_put(&t, a.operands_n ? a.operands[0] : share_dir());
    text_put(&t, a.operands_n ? "" : "/migrations");
    struct config *config = tool_config(COMMAND, file);
    if (!config)
        return 2;
    code = 0;
    if (migrate_run(config, dir, clock_now(), &report, &err) == OK)
        printf("schema version %d, was %d; %lld words added\n", report.to, report.from, (long long)report.words);
    else
        code = tool_fail(COMMAND, &err);
    config_free(config);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_policy.h"

#include "ctl.h"
#include "policy_dir.h"
#include "run/clock.h"
#include "store/policy_store.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "letterctl policy"

static const struct statement *const lists[] = {policy_store_statements, NULL};

static int check(const struct str files[POLICY_FILES])
{
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    static struct policy policy;
    struct err err;
    insist(arena.p);
    int code = 0;
    if (policy_parse(files, &arena, &policy, &err) == OK) {
        printf("单位 %zu, 人员 %zu, 岗位 %zu, 地名 %zu, 分类 %zu, 派单规则 %zu, 理由 %zu, 词条 %zu: 可用\n",
               policy.units_n, policy.officers_n, policy.posts_n, policy.places_n, policy.categories_n, policy.routes_n,
               policy.reasons_n, policy.terms_n);
        if (policy.officers_n == 0)
            printf("注意: officers.tsv 没有人员, 涉警回避只能按单位判断, 认不出被投诉人负责或任职的单位\n");
    } else {
        code = tool_fail(COMMAND, &err);
    }
    free(arena.p);
    return code;
}

static int load(const char *config_file, const struct str files[POLICY_FILES])
{
    struct ctl ctl;
    struct err err;
    int32_t version = 0;
    int code = ctl_open(&ctl, COMMAND, config_file, "pa_admin", lists);
    if (code != 0)
        return code;
    enum result result = policy_save(ctl.db, files, ctl_who(), clock_now(), &version, &err);
    if (result == OK)
        printf("policy version %d loaded\n", (int)version);
    else if (result == DUPLICATE)
        printf("policy version %d has the same files already\n", (int)version);
    else
        code = tool_fail(COMMAND, &err);
    ctl_close(&ctl);
    return code;
}

static const char help[] =
    "usage: letterctl policy check DIR\n"
    "       letterctl policy load DIR [-c FILE]\n"
    "check: are the catalogues of this folder right? load: makes them the newest version, which "
    "the daemons take up within seconds.\n"
    "  -c FILE  configuration file\n"
    "Exit status: 0 done, 1 something is wrong with them (file and line are named), 2 wrong usage.\n";

int cmd_policy(int argc, char **argv)
{
    const char *file = NULL;
    const struct tool_option known[] = {{"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 1, .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    bool loads = a.operands_n == 2 && strcmp(a.operands[0], "load") == 0;
    if (!loads && (a.operands_n != 2 || strcmp(a.operands[0], "check") != 0))
        return tool_usage(COMMAND, "load DIR or check DIR is needed");
    struct str files[POLICY_FILES];
    char *memory = policy_dir_read(COMMAND, a.operands[1], files);
    if (!memory)
        return 1;
    code = loads ? load(file, files) : check(files);
    free(memory);
    return ctl_end(COMMAND, code);
}

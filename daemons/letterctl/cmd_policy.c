// SPDX-License-Identifier: Apache-2.0
#include "cmd_policy.h"

#include "ctl.h"
#include "run/clock.h"
#include "store/policy_store.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "letterctl policy"
#define FILES_BYTES ((size_t)4 << 20) // all files together

static const struct statement *const lists[] = {policy_store_statements, NULL};

// Reads all files of the folder into one piece of memory that the caller frees; NULL: the reason was said.
static char *read_files(const char *dir, struct str files[POLICY_FILES])
{
    char *memory = malloc(FILES_BYTES);
    size_t used = 0;
    insist(memory);
    for (int i = 0; i < POLICY_FILES; i++) {
        char path[1024];
        struct text t = TEXT(path);
        text_put(&t, dir);
        text_put(&t, "/");
        text_put(&t, policy_file_names[i]);
        FILE *file = fopen(path, "re");
        size_t n = file ? fread(memory + used, 1, FILES_BYTES - used, file) : 0;
        bool failed = !file || ferror(file);
        if (file)
            fclose(file);
        if (failed || used + n == FILES_BYTES) {
            fprintf(stderr, COMMAND ": %s: %s\n", path,
                    failed ? "cannot be read; a policy is a folder with all its catalogues"
                           : "all files together have at most 4 MiB");
            free(memory);
            return NULL;
        }
        files[i] = (struct str){memory + used, n};
        used += n;
    }
    return memory;
}

static int check(const struct str files[POLICY_FILES])
{
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    static struct policy policy;
    struct err err;
    insist(arena.p);
    int code = 0;
    if (policy_parse(files, &arena, &policy, &err) == OK)
        printf("单位 %zu, 地名 %zu, 分类 %zu, 词条 %zu: 可用\n", policy.units_n, policy.places_n, policy.categories_n,
               policy.terms_n);
    else
        code = tool_fail(COMMAND, &err);
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
    char *memory = read_files(a.operands[1], files);
    if (!memory)
        return 1;
    code = loads ? load(file, files) : check(files);
    free(memory);
    return ctl_end(COMMAND, code);
}

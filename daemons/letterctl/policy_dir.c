// SPDX-License-Identifier: Apache-2.0
#include "policy_dir.h"

#include "ctl.h"
#include "store/policy_store.h"

#include <stdio.h>
#include <stdlib.h>

#define FILES_BYTES ((size_t)4 << 20) // all files together

char *policy_dir_read(const char *command, const char *dir, struct str files[POLICY_FILES])
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
            fprintf(stderr, "%s: %s: %s\n", command, path,
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

static int of_folder(const char *command, const char *dir, int (*use)(void *arg, const struct policy *policy),
                     void *arg)
{
    static struct policy policy;
    struct str files[POLICY_FILES];
    struct err err;
    char *memory = policy_dir_read(command, dir, files);
    if (!memory)
        return 1;
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    insist(arena.p);
    int code = policy_parse(files, &arena, &policy, &err) == OK ? use(arg, &policy) : tool_fail(command, &err);
    free(arena.p);
    free(memory);
    return code;
}

int policy_dir_or_newest(const char *command, const char *dir, const char *config_file,
                         int (*use)(void *arg, const struct policy *policy), void *arg)
{
    static const struct statement *const lists[] = {policy_store_statements, NULL};
    struct ctl ctl;
    struct err err;
    if (dir)
        return of_folder(command, dir, use, arg);
    int code = ctl_open(&ctl, command, config_file, "pa_desk", lists);
    if (code != 0)
        return code;
    code = policy_load(ctl.db, &ctl.policy, &err) == OK ? use(arg, ctl.policy) : tool_fail(command, &err);
    ctl_close(&ctl);
    return code;
}

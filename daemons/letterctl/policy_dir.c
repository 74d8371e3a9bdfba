// SPDX-License-Identifier: Apache-2.0
#include "policy_dir.h"

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

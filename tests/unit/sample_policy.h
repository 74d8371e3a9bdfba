// SPDX-License-Identifier: Apache-2.0
// sample_policy: the catalogues of deploy/policy, for tests; its officers are those of tests/policy/officers.tsv,
// because deploy/policy names nobody: organ C has the head C, the former head 8C (now above) and the officer 9C.
#ifndef UNIT_SAMPLE_POLICY_H
#define UNIT_SAMPLE_POLICY_H

#include "core/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A file of the source tree; its reader frees it, or keeps it in a static until the test ends.
static inline struct str source_file(const char *name)
{
    char path[4096];
    const size_t cap = (size_t)4 << 20;
    snprintf(path, sizeof(path), "%s/%s", SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    char *p = malloc(cap);
    insist(f != NULL && p != NULL);
    size_t n = fread(p, 1, cap, f);
    fclose(f);
    return (struct str){p, n};
}

// A file below deploy/.
static inline struct str sample_file(const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "deploy/%s", name);
    return source_file(path);
}

static inline void sample_files(struct str files[POLICY_FILES])
{
    static struct str kept[POLICY_FILES];
    for (int i = 0; i < POLICY_FILES; i++) {
        char name[64];
        const char *top = strcmp(policy_file_names[i], "officers.tsv") == 0 ? "tests" : "deploy";
        snprintf(name, sizeof(name), "%s/policy/%s", top, policy_file_names[i]);
        if (kept[i].p == NULL)
            kept[i] = source_file(name);
    }
    memcpy(files, kept, sizeof(kept));
}

// The sample, with these officers if there are some, in memory that is kept until the test ends.
static inline void sample_parse(const char *officers, struct policy *p)
{
    struct str files[POLICY_FILES];
    struct err err = {0};
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    insist(arena.p != NULL);
    sample_files(files);
    for (int i = 0; officers != NULL && i < POLICY_FILES; i++)
        if (strcmp(policy_file_names[i], "officers.tsv") == 0)
            files[i] = str_of(officers);
    if (policy_parse(files, &arena, p, &err) != OK) {
        fprintf(stderr, "%s: %s\n", err.field, err.text);
        abort();
    }
}

static inline const struct policy *sample_policy(void)
{
    static struct policy p;
    if (p.units_n == 0)
        sample_parse(NULL, &p);
    return &p;
}

#endif

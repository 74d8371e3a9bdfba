// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include "../policy_dir.h"
#include "run/sealed.h"
#include "teach.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "letterctl train"

struct task {
    struct material m;
    const char *out, *made;
};

static int run(void *arg, const struct policy *p)
{
    struct task *t = arg;
    struct err err;
    char name[SEAL_NAME], made[MODEL_MADE];
    material_docs(&t->m, p);
    bool *use = malloc(t->m.set.n + 1);
    insist(use);
    memset(use, true, t->m.set.n + 1);
    if (t->made)
        snprintf(made, sizeof(made), "%s", t->made);
    else
        snprintf(made, sizeof(made), "%zu letters, %d sets", t->m.set.n, t->m.set.sets);
    struct str bytes = teach(&t->m.set, t->m.docs, use, made);
    free(use);
    enum result result = sealed_write(t->out, bytes, name, &err);
    uint32_t rows = ((const struct model_head *)(const void *)bytes.p)->rows;
    free((void *)(uintptr_t)bytes.p);
    if (result != OK)
        return tool_fail(COMMAND, &err);
    printf("%s %s: %u features, %zu bytes, of %s\n", t->out, name, rows, bytes.n + SEAL_BYTES, made);
    return fflush(stdout) == 0 ? 0 : 1;
}

int cmd_train(int argc, char **argv)
{
    static struct task t;
    const struct tool_option known[] = {
        {"--out", TOOL_TEXT, 0, 0, &t.out}, {"--made", TOOL_TEXT, 0, 0, &t.made}, MATERIAL_OPTIONS(t.m)};
    struct tool_arguments a = {
        .command = COMMAND,
        .options = known,
        .options_n = 2 + MATERIAL_OPTIONS_N,
        .operands_max = 1,
        .help =
            "usage: letterctl train [LABELS] --out FILE.model [--with LABELS]... [--letters FILE.tsv]...\n"
            "Learns a model from labelled letters and writes it to FILE.model. docs/classifier.md says how, and how\n"
            "to compare it with the one in use before it is.\n" MATERIAL_HELP
            "  --made TEXT            what it was made of, for people\n"
            "Exit status: 0 done, 1 cannot, 2 wrong usage.\n"};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (!t.out)
        return tool_usage(COMMAND, "--out FILE.model: where to write it");
    if (!material_read(COMMAND, a.operands_n > 0 ? a.operands[0] : NULL, &t.m))
        return 1;
    if (t.m.set.n == 0)
        return tool_usage(COMMAND, "LABELS: nothing to learn from");
    return policy_dir_or_newest(COMMAND, t.m.policy_dir, t.m.config, run, &t);
}

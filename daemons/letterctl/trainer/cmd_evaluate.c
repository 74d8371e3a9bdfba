// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include "../policy_dir.h"
#include "run/sealed.h"
#include "score.h"
#include "teach.h"

#include <stdlib.h>
#include <string.h>

#define COMMAND "letterctl evaluate"
#define WORST 50

struct task {
    struct material m;
    struct tool_texts also;
    const char *model, *before, *class_column, *text_column, *gold;
    int64_t folds, worst, percent; // percent: of what may be learned from, for the learning curve
    bool json;
    struct decision *decisions;
    struct sealed sealed;
    char shipped[4096]; // path of the model that came with the programs
    int tested;         // sets
};

static uint32_t next(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 16;
}

static void decide(struct task *t, const struct policy *p, const struct model *m, size_t i)
{
    static struct folded text;
    const struct labelled *l = &t->m.set.of[i];
    struct decision *d = &t->decisions[i];
    struct letter letter = {.mailbox = l->mailbox ? l->mailbox : MAILBOX_PROVINCE,
                            .claimed = l->claimed,
                            .title = str_of(l->title),
                            .body = str_of(l->body),
                            .place = str_of(l->place && *l->place ? l->place : NULL)};
    classify(p, m, &letter, &text, &d->c);
    d->made = true;
    d->automatic = classify_route(p, &d->c) != ROUTE_DESK;
}

// Learns from those that are not held out and reads those that are.
static int turn(struct task *t, const struct policy *p, const bool *held)
{
    struct err err;
    struct model m;
    bool *use = malloc(t->m.set.n + 1);
    uint32_t random = 7;
    insist(use);
    for (size_t i = 0; i < t->m.set.n; i++)
        use[i] = !held[i] && (int64_t)(next(&random) % 100) < t->percent;
    struct str bytes = teach(&t->m.set, t->m.docs, use, "evaluation");
    if (model_open(bytes, &m, &err) != OK)
        return tool_fail(COMMAND, &err);
    for (size_t i = 0; i < t->m.set.n; i++)
        if (held[i])
            decide(t, p, &m, i);
    free((void *)(uintptr_t)bytes.p);
    free(use);
    return 0;
}

static int by_folds(struct task *t, const struct policy *p)
{
    int *fold = malloc((t->m.set.n + 1) * sizeof(int)), code = 0;
    bool *held = malloc(t->m.set.n + 1);
    uint32_t random = 42;
    insist(fold && held);
    for (size_t i = 0; i < t->m.set.n; i++)
        fold[i] = t->m.set.of[i].set < t->tested ? (int)(next(&random) % (uint32_t)t->folds) : -1;
    for (int k = 0; code == 0 && k < t->folds; k++) {
        for (size_t i = 0; i < t->m.set.n; i++)
            held[i] = fold[i] == k;
        code = turn(t, p, held);
    }
    free(fold);
    free(held);
    return code;
}

// Learns from what is older, or has no date; reads what is dated since.
static int by_time(struct task *t, const struct policy *p)
{
    bool *held = malloc(t->m.set.n + 1);
    insist(held);
    for (size_t i = 0; i < t->m.set.n; i++)
        held[i] = t->m.set.of[i].date && *t->m.set.of[i].date && strcmp(t->m.set.of[i].date, t->before) >= 0;
    int code = turn(t, p, held);
    free(held);
    return code;
}

static int by_model(struct task *t, const struct policy *p)
{
    struct err err;
    struct model m;
    if (sealed_map(t->model, &t->sealed, &err) != OK || model_open(t->sealed.bytes, &m, &err) != OK)
        return tool_fail(COMMAND, &err);
    for (size_t i = 0; i < t->m.set.n; i++)
        if (t->m.set.of[i].set < t->tested)
            decide(t, p, &m, i);
    return 0;
}

static int print(const struct task *t, json_t *figures)
{
    if (t->json) {
        json_dumpf(figures, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
        putchar('\n');
    } else {
        score_print(figures);
    }
    json_decref(figures);
    return fflush(stdout) == 0 ? 0 : 1;
}

static bool has_doubtful(const struct labelled_set *set, int of)
{
    for (size_t i = 0; i < set->n; i++)
        if (set->of[i].set == of && set->of[i].doubtful)
            return true;
    return false;
}

static int run(void *arg, const struct policy *p)
{
    struct task *t = arg;
    if (t->folds > 0 || t->before)
        material_docs(&t->m, p);
    t->decisions = calloc(t->m.set.n + 1, sizeof(t->decisions[0]));
    insist(t->decisions);
    int code = t->folds > 0 ? by_folds(t, p) : t->before ? by_time(t, p) : by_model(t, p);
    if (code != 0)
        return code;
    json_t *figures = json_object();
    for (int s = 0; s < t->m.set.sets; s++)
        if (s < t->tested || t->before) {
            char name[300];
            const char *base = strrchr(t->m.set.name[s], '/');
            base = base ? base + 1 : t->m.set.name[s];
            snprintf(name, sizeof(name), "%s sure", base);
            json_object_set_new(figures, base, score_set(p, &t->m.set, t->decisions, s, ANY_READER, (int)t->worst));
            if (has_doubtful(&t->m.set, s))
                json_object_set_new(figures, name, score_set(p, &t->m.set, t->decisions, s, SURE_READER, 0));
        }
    if (t->tested > 1 || t->before)
        json_object_set_new(figures, "all", score_set(p, &t->m.set, t->decisions, -1, ANY_READER, 0));
    return print(t, figures);
}

// ---- Any classes ----

static int class_of(const char **names, int *n, const char *name)
{
    for (int i = 0; i < *n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*n == 32)
        return -1;
    names[*n] = name;
    return (*n)++;
}

static int run_classes(void *arg, const struct policy *p)
{
    struct task *t = arg;
    const char *names[32];
    int classes = 0;
    size_t n = t->m.set.n;
    uint32_t random = 42;
    material_docs(&t->m, p);
    int *truth = calloc(n, sizeof(int)), *label = calloc(n, sizeof(int)), *guess = calloc(n, sizeof(int));
    int *fold = calloc(n, sizeof(int));
    bool *use = malloc(n);
    insist(truth && label && guess && fold && use);
    for (size_t i = 0; i < n; i++) {
        fold[i] = (int)(next(&random) % (uint32_t)t->folds);
        truth[i] = class_of(names, &classes, t->m.set.of[i].klass);
        if (truth[i] < 0)
            return tool_usage(COMMAND, "--classes: more than 32 classes");
    }
    for (int k = 0; k < t->folds; k++) {
        for (size_t i = 0; i < n; i++) {
            use[i] = fold[i] != k;
            label[i] = use[i] ? truth[i] : -1;
        }
        struct vocabulary v = vocabulary_build(t->m.docs, n, use, NULL);
        struct head h = head_learn(&v, t->m.docs, label, n, classes, TEACH_C);
        for (size_t i = 0; i < n; i++) {
            double score[32];
            if (fold[i] != k)
                continue;
            head_score(&h, &v, &t->m.docs[i], score);
            for (int c = 1; c < classes; c++)
                guess[i] = score[c] > score[guess[i]] ? c : guess[i];
        }
        head_free(&h);
        vocabulary_free(&v);
    }
    json_t *figures = json_pack("{s:o}", "classes", score_classes(truth, guess, n, classes));
    free(truth);
    free(label);
    free(guess);
    free(fold);
    free(use);
    return print(t, figures);
}

static int check(struct task *t, const struct tool_arguments *a)
{
    if (a->operands_n == 0)
        return tool_usage(COMMAND, "GOLD: the labels to compare with");
    if ((t->folds > 0) + (t->before != NULL) + (t->model != NULL) > 1)
        return tool_usage(COMMAND, "--folds, --before and --model exclude each other");
    if (t->class_column && !t->text_column)
        return tool_usage(COMMAND, "--classes COLUMN: needs --text COLUMN");
    for (size_t i = 1; i < a->operands_n; i++)
        t->m.letters.list[t->m.letters.n++] = a->operands[i];
    if (!t->model && !t->before && t->folds == 0 && !t->class_column) {
        snprintf(t->shipped, sizeof(t->shipped), "%s/model/letters.model", share_dir());
        t->model = t->shipped;
    }
    if (t->class_column && t->folds == 0)
        t->folds = 5;
    return 0;
}

int cmd_evaluate(int argc, char **argv)
{
    static struct task t = {.worst = 10, .percent = 100};
    const struct tool_option known[] = {{"--also", TOOL_TEXTS_OPTION, 0, 0, &t.also},
                                        {"--model", TOOL_TEXT, 0, 0, &t.model},
                                        {"--before", TOOL_TEXT, 0, 0, &t.before},
                                        {"--folds", TOOL_INT, 2, 20, &t.folds},
                                        {"--percent", TOOL_INT, 1, 100, &t.percent},
                                        {"--worst", TOOL_INT, 0, 100000, &t.worst},
                                        {"--classes", TOOL_TEXT, 0, 0, &t.class_column},
                                        {"--text", TOOL_TEXT, 0, 0, &t.text_column},
                                        {"--json", TOOL_FLAG, 0, 0, &t.json},
                                        MATERIAL_OPTIONS(t.m)};
    struct tool_arguments a = {
        .command = COMMAND,
        .options = known,
        .options_n = 9 + MATERIAL_OPTIONS_N,
        .operands_max = 4,
        .help =
            "usage: letterctl evaluate GOLD [LETTERS.tsv]... [--model FILE | --folds N | --before DATE]\n"
            "Reads labelled letters and compares. GOLD: labels (.tsv, with LETTERS.tsv), or letters with labels "
            "(.jsonl).\n"
            "Labels with a column sure are printed once more without those whose reader was not (0).\n"
            "  --model FILE           by this model (the shipped one)\n"
            "  --folds N              by models learned from the other letters, in N turns\n"
            "  --before DATE          by one learned from what is older than DATE; on what is dated since\n"
            "  --also GOLD            more labels to compare with, in the same turns\n"
            "  --percent N            learn from so many percent only: for a learning curve\n"
            "  --worst N              the surest mistakes of category, by id (10)\n"
            "  --classes COLUMN --text COLUMN\n"
            "                         GOLD is any table: how well is this column learned from that text\n" MATERIAL_HELP
            "  --json                 one JSON object\n"
            "Exit status: 0 done, 1 cannot, 2 wrong usage.\n"};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    code = check(&t, &a);
    if (code != 0)
        return code;
    if (t.class_column) {
        if (!labelled_classes(COMMAND, a.operands[0], t.class_column, t.text_column, &t.m.set))
            return 1;
        return policy_dir_or_newest(COMMAND, t.m.policy_dir, t.m.config, run_classes, &t);
    }
    // What is compared with comes first.
    struct tool_texts with = t.m.labels;
    t.m.labels = t.also;
    for (size_t i = 0; i < with.n && t.m.labels.n < TOOL_TEXTS; i++)
        t.m.labels.list[t.m.labels.n++] = with.list[i];
    t.tested = 1 + (int)t.also.n;
    if (!material_read(COMMAND, a.operands[0], &t.m))
        return 1;
    return policy_dir_or_newest(COMMAND, t.m.policy_dir, t.m.config, run, &t);
}

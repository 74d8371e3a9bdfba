// SPDX-License-Identifier: Apache-2.0
// How many letters a second classify() decides on one core, alone: no JSON, no database. Prints one JSON object.
//
//   bench_classify [--policy DIR] [--model FILE] [--rounds N] LETTERS.jsonl...
//
// Letters as submit takes them; what else a line holds is not looked at. Each round reads all of them once; the figure
// is the median round's. Repeating few letters flatters the caches: take some ten thousand.
#include "core/classify.h"
#include "run/clock.h"
#include "run/model_file.h"
#include "run/options.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS_MAX 101

static struct letter *letters;
static size_t letters_n, bytes;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_classify: %s: %s\n", what, why);
    exit(1);
}

static struct str text_of(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return str_of(text ? strdup(text) : NULL);
}

static void read_letters(const char *path)
{
    FILE *in = fopen(path, "re");
    json_t *o;
    if (!in)
        die(path, "cannot be read");
    for (; (o = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; json_decref(o)) {
        int64_t mailbox = MAILBOX_PROVINCE;
        (void)str_to_i64(str_of(json_string_value(json_object_get(o, "mailbox"))), &mailbox);
        if (letters_n % 4096 == 0)
            letters = realloc(letters, (letters_n + 4096) * sizeof(letters[0]));
        insist(letters);
        struct letter l = {.mailbox = (int32_t)mailbox,
                           .title = text_of(o, "title"),
                           .body = text_of(o, "body"),
                           .place = text_of(o, "place")};
        bytes += l.title.n + l.body.n;
        if (l.body.p)
            letters[letters_n++] = l;
    }
    fclose(in);
}

static struct policy *read_policy(const char *dir)
{
    static struct policy policy;
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    struct str files[POLICY_FILES];
    struct err err;
    for (int i = 0; i < POLICY_FILES; i++) {
        char path[4096];
        const size_t cap = (size_t)4 << 20;
        snprintf(path, sizeof(path), "%s/%s", dir, policy_file_names[i]);
        FILE *f = fopen(path, "re");
        char *p = malloc(cap);
        if (!f || !p)
            die(path, "cannot be read");
        files[i] = (struct str){p, fread(p, 1, cap, f)};
        fclose(f);
    }
    if (!arena.p || policy_parse(files, &arena, &policy, &err) != OK)
        die(err.field, err.text);
    for (int i = 0; i < POLICY_FILES; i++)
        free((void *)(uintptr_t)files[i].p);
    return &policy;
}

static double resident_mib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        die("/proc/self/statm", "cannot be read");
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double round_s(const struct policy *p, const struct model *m, int64_t *automatic)
{
    static struct folded text;
    struct classification c;
    int64_t from = clock_mono();
    *automatic = 0;
    for (size_t i = 0; i < letters_n; i++) {
        classify(p, m, &letters[i], &text, &c);
        *automatic += classify_route(p, &c) != ROUTE_DESK;
    }
    return (double)(clock_mono() - from) / (double)WF_SECOND;
}

int main(int argc, char **argv)
{
    char dir[1024], path[1024];
    struct model_file model;
    struct err err;
    double rounds[ROUNDS_MAX];
    int64_t n = 9, automatic = 0;
    snprintf(dir, sizeof(dir), "%s/policy", share_dir());
    snprintf(path, sizeof(path), "%s/model/letters.model", share_dir());
    int at = 1;
    for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
        if (strcmp(argv[at], "--policy") == 0)
            snprintf(dir, sizeof(dir), "%s", argv[at + 1]);
        else if (strcmp(argv[at], "--model") == 0)
            snprintf(path, sizeof(path), "%s", argv[at + 1]);
        else if (strcmp(argv[at], "--rounds") != 0 || !str_to_i64(str_of(argv[at + 1]), &n) || n < 1 || n > ROUNDS_MAX)
            die(argv[at], "no such option, or not its value");
    }
    if (at == argc)
        die("LETTERS.jsonl", "missing");
    const struct policy *policy = read_policy(dir);
    double before = resident_mib();
    int64_t from = clock_mono();
    if (model_file_open(path, &model, &err) != OK)
        die(err.code, err.text);
    double load_ms = (double)(clock_mono() - from) * 1000 / (double)WF_SECOND, with = resident_mib();
    for (; at < argc; at++)
        read_letters(argv[at]);
    if (letters_n == 0)
        die("LETTERS.jsonl", "no letter in it");
    for (int64_t i = 0; i < n; i++)
        rounds[i] = round_s(policy, &model.model, &automatic);
    qsort(rounds, (size_t)n, sizeof(rounds[0]), by_value);
    printf("{\"letters\":%zu,\"bytes_a_letter\":%.0f,\"letters_per_s\":%.0f,\"us_a_letter\":%.2f,\"auto\":%.3f,"
           "\"model_load_ms\":%.1f,\"policy_mib\":%.1f,\"model_mib\":%.1f}\n",
           letters_n, (double)bytes / (double)letters_n, (double)letters_n / rounds[n / 2],
           rounds[n / 2] * 1e6 / (double)letters_n, (double)automatic / (double)letters_n, load_ms, before,
           with - before);
    return 0;
}

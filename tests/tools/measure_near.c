// SPDX-License-Identifier: Apache-2.0
// measure_near FILE.tsv COLUMN [MAX]: how well the bands of core/near find the letters that are alike. The truth is
// every pair of letters (the column, counted from 0, of a tab-separated file with a header) with a Jaccard index of
// their character 3-grams of 0.5 or more, by comparing each with each: once of the folded texts, which is what the
// system compares, once of the texts as they stand in the file. Found is what shares a band and whose folded texts then
// are alike. Prints recall and precision for both, how many pairs bands bring that are none, and the time of a sketch
// and of a comparison.
#include "core/fold.h"
#include "core/near.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXTS 20000

struct text_of {
    uint16_t *c;
    uint32_t n;
};
static struct text_of folded[TEXTS], plain[TEXTS];
static struct near_sketch sketches[TEXTS];
static int n;
static struct near_work work;
static struct folded fold;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct text_of copy(const uint16_t *c, uint32_t length)
{
    struct text_of t = {malloc((length + 1) * sizeof *c), length};
    insist(t.c);
    memcpy(t.c, c, length * sizeof *c);
    return t;
}

static void take(struct str body)
{
    static uint16_t c[LETTER_BODY_MAX];
    uint32_t length = 0;
    if (!utf8_check(body, NULL) || n == TEXTS)
        return;
    for (size_t at = 0; at < body.n && length < LETTER_BODY_MAX;)
        c[length++] = (uint16_t)utf8_next(body, &at);
    plain[n] = copy(c, length);
    fold_begin(&fold);
    fold_add(NULL, body, &fold);
    folded[n] = copy(fold.c, fold.n < LETTER_BODY_MAX ? fold.n : LETTER_BODY_MAX);
    near_sketch(folded[n].c, folded[n].n, &sketches[n]);
    n++;
}

static bool shares(int a, int b)
{
    for (int i = 0; i < sketches[a].n; i++)
        for (int k = 0; k < sketches[b].n; k++)
            if (sketches[a].band[i] == sketches[b].band[k])
                return true;
    return false;
}

static bool alike(const struct text_of *a, const struct text_of *b)
{
    return near_score(a->c, a->n, b->c, b->n, &work, NULL) >= 50;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: measure_near FILE.tsv COLUMN [MAX]\n", stderr);
        return 2;
    }
    FILE *file = fopen(argv[1], "re");
    int column = atoi(argv[2]), max = argc > 3 ? atoi(argv[3]) : TEXTS;
    char *line = NULL;
    size_t cap = 0;
    ssize_t got = file ? getline(&line, &cap, file) : -1;
    while (got > 0 && n < max && (got = getline(&line, &cap, file)) > 0) {
        struct str rest = {line, (size_t)got - (line[got - 1] == '\n')}, cell = STR_NONE;
        for (int i = 0; i <= column && rest.p; i++)
            cell = str_split(&rest, '\t');
        if (cell.p)
            take(cell);
    }
    free(line);
    if (file)
        fclose(file);
    double begun = seconds();
    uint64_t characters = 0;
    for (int i = 0; i < n; i++) {
        near_sketch(folded[i].c, folded[i].n, &sketches[i]);
        characters += folded[i].n;
    }
    double sketched = seconds() - begun;
    begun = seconds();
    uint64_t pairs = 0, truth[2] = {0}, right[2] = {0}, found = 0, shared = 0;
    for (int a = 0; a < n; a++) {
        for (int b = a + 1; b < n; b++, pairs++) {
            bool share = shares(a, b), is = alike(&folded[a], &folded[b]), is_plain = alike(&plain[a], &plain[b]);
            shared += share;
            found += share && is;
            truth[0] += is;
            truth[1] += is_plain;
            right[0] += share && is;
            right[1] += share && is && is_plain;
        }
    }
    double compared = seconds() - begun;
    if (n == 0 || pairs == 0)
        return 1;
    printf("%d letters of %.0f characters; %llu pairs share a band, %llu of them are alike\n", n,
           (double)characters / n, (unsigned long long)shared, (unsigned long long)found);
    for (int i = 0; i < 2; i++)
        printf("%s: %llu pairs of 0.5 and more, recall %.4f, precision %.4f\n", i ? "as they stand" : "folded",
               (unsigned long long)truth[i], (double)right[i] / (double)(truth[i] ? truth[i] : 1),
               (double)right[i] / (double)(found ? found : 1));
    printf("a sketch %.2f us, a comparison %.2f us\n", 1e6 * sketched / n, 5e5 * compared / (double)pairs);
    return 0;
}

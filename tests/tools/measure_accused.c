// SPDX-License-Identifier: Apache-2.0
// Measures whom letters accuse, by the sample policy, where their place is known: how often the right unit is found,
// how often it is kept out by the guard, and how often one too many is accused.
//
//   measure_accused GOLD.tsv LETTERS.jsonl...
//
// GOLD.tsv: a header, then id, city, county (0: none), the right unit ('|' between several of which any is right),
// units that may be accused as well, and what nobody reads. The letters have id, title and body. Without MEASURE_ROWS
// only the sums are printed, with it each letter that is wrong.
#include "core/accusation.h"
#include "sample_policy.h"

#include <jansson.h>
#include <time.h>

struct sums {
    int letters, right, kept_out, more, nobody;
    double micros;
};

static struct str cell(struct str *line)
{
    struct str s = str_split(line, '\t');
    return s.p == NULL ? STR("") : s;
}

static bool among(struct str codes, int32_t unit)
{
    while (codes.p != NULL) {
        int64_t code = 0;
        if (str_to_i64(str_split(&codes, '|'), &code) && code == unit)
            return true;
    }
    return false;
}

// The town of the county (0: of the city) that the letter's own place member or text names is not known here: the place
// is the county.
static void measure(const struct policy *p, const json_t *j, struct str row, struct sums *s)
{
    static struct folded text;
    struct letter letter = {.received_at = INT64_C(1795392000000000)}; // 2026-11-23
    struct accused_list x = {0};
    struct timespec begin, end;
    int64_t city = 0, county = 0;
    struct str id = cell(&row);
    (void)str_to_i64(cell(&row), &city);
    (void)str_to_i64(cell(&row), &county);
    struct str right = cell(&row), also = cell(&row);
    letter.title = str_of(json_string_value(json_object_get(j, "title")));
    letter.body = str_of(json_string_value(json_object_get(j, "body")));
    fold_begin(&text);
    fold_add(p, letter.title, &text);
    fold_add(p, letter.body, &text);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    accusation_find(p, &text, (int32_t)city, (int32_t)(county != 0 ? county : city), &letter, &x);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    s->micros += (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    bool hit = false, out = false, more = false;
    for (int i = 0; i < x.n; i++) {
        bool is = among(right, x.of[i].unit);
        hit = hit || is;
        more = more || (!is && !among(also, x.of[i].unit));
    }
    for (struct str codes = right; codes.p != NULL;) {
        int64_t code = 0;
        (void)str_to_i64(str_split(&codes, '|'), &code);
        out = out || guard_excludes(p, date_of(letter.received_at), &x, (int32_t)code) != GUARD_FREE;
    }
    s->letters++;
    s->right += hit;
    s->kept_out += out;
    s->more += hit && more;
    s->nobody += x.n == 0;
    if (getenv("MEASURE_ROWS") != NULL && (!hit || more)) {
        printf("%.*s %s%s right %.*s found", (int)id.n, id.p, hit ? "more" : "WRONG", out ? "" : " LEAK", (int)right.n,
               right.p);
        for (int i = 0; i < x.n; i++)
            printf(" %d", x.of[i].officer != 0 ? x.of[i].officer : x.of[i].unit);
        printf("\n");
    }
}

// The row of this id; STR_NONE when there is none.
static struct str row_of(struct str gold, const char *id)
{
    while (gold.p != NULL) {
        struct str line = str_split(&gold, '\n'), rest = line;
        if (str_is(str_split(&rest, '\t'), id))
            return line;
    }
    return STR_NONE;
}

static struct str read_whole(const char *path)
{
    const size_t cap = (size_t)4 << 20;
    FILE *f = fopen(path, "rb");
    char *p = malloc(cap);
    if (f == NULL || p == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    size_t n = fread(p, 1, cap, f);
    fclose(f);
    return (struct str){p, n};
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: measure_accused GOLD.tsv LETTERS.jsonl...\n");
        return 2;
    }
    struct str gold = read_whole(argv[1]);
    struct sums s = {0};
    for (int i = 2; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        json_t *letter;
        if (f == NULL) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 2;
        }
        while ((letter = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
            struct str row = row_of(gold, json_string_value(json_object_get(letter, "id")));
            if (row.p != NULL)
                measure(sample_policy(), letter, row, &s);
            json_decref(letter);
        }
        fclose(f);
    }
    double all = s.letters == 0 ? 1 : s.letters;
    printf("%d letters, %.1f us each\n", s.letters, s.micros / all);
    printf("  right unit accused     %.3f\n  kept out by the guard  %.3f\n  one too many           %.3f\n"
           "  nobody accused         %.3f\n",
           s.right / all, s.kept_out / all, s.more / all, s.nobody / all);
    return 0;
}

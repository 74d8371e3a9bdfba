// SPDX-License-Identifier: Apache-2.0
// Measures the classifier on labelled letters: how often kind, category and city are right, how many letters the policy
// would accept without the desk and how often it is right there, what of conduct and emergencies is found, and the
// time.
//
//   measure_classify POLICY_DIR LETTERS.jsonl...
//
// A line is one letter: title, body, mailbox, kind, category, conduct, urgent, city. "?" and missing labels are not
// counted.
#include "core/classify.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct share {
    int right, of;
};

struct score {
    struct share kind, category, city, accepted, conduct[2], urgent[2];
    int letters, leaked; // leaked: about police conduct, accepted without the desk
    double micros;
};

static struct str read_file(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    const size_t cap = (size_t)4 << 20;
    char *p = malloc(cap);
    size_t n = p == NULL ? 0 : fread(p, 1, cap, f);
    fclose(f);
    return (struct str){p, n};
}

static void load(const char *dir, struct policy *p)
{
    struct str files[POLICY_FILES];
    struct arena arena = {malloc(POLICY_ARENA), POLICY_ARENA, 0};
    struct err err = {0};
    for (int i = 0; i < POLICY_FILES; i++) {
        files[i] = read_file(dir, policy_file_names[i]);
    }
    if (policy_parse(files, &arena, p, &err) != OK) {
        fprintf(stderr, "%s: %s\n", err.field, err.text);
        exit(1);
    }
    for (int i = 0; i < POLICY_FILES; i++) {
        free((char *)(uintptr_t)files[i].p);
    }
}

static void count(struct share *s, bool right)
{
    s->right += right;
    s->of++;
}

static struct str text_of(const json_t *letter, const char *member)
{
    return str_of(json_string_value(json_object_get(letter, member)));
}

// By what it is: [0] of those that are, found; [1] of those found, right.
static void count_flag(struct share both[2], const json_t *label, bool found)
{
    if (!json_is_integer(label)) {
        return;
    }
    bool is = json_integer_value(label) != 0;
    if (is) {
        count(&both[0], found);
    }
    if (found) {
        count(&both[1], is);
    }
}

static void measure(const struct policy *p, const json_t *j, struct score *s)
{
    int64_t mailbox = MAILBOX_PROVINCE, category = 0, city = 0;
    struct letter letter = {.title = text_of(j, "title"), .body = text_of(j, "body")};
    struct classification c;
    struct timespec begin, end;
    (void)str_to_i64(text_of(j, "mailbox"), &mailbox);
    letter.mailbox = (int32_t)mailbox;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    classify(p, &letter, &c);
    clock_gettime(CLOCK_MONOTONIC, &end);
    s->micros += (double)(end.tv_sec - begin.tv_sec) * 1e6 + (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
    s->letters++;
    bool known = str_to_i64(text_of(j, "category"), &category);
    bool placed = !str_to_i64(text_of(j, "city"), &city) || city == c.bureau;
    bool accepted = c.confidence >= p->sure && !(c.flags & FLAG_CONDUCT) &&
                    policy_step(p, STEP_ACCEPT, c.category, c.kind) == MODE_AUTO;
    if (city != 0) {
        count(&s->city, placed);
    }
    int kind = code_find(kinds, text_of(j, "kind"));
    if (kind != 0) {
        count(&s->kind, kind == (int)c.kind);
    }
    if (known) {
        count(&s->category, category == c.category);
    }
    if (accepted && known) {
        count(&s->accepted, category == c.category && placed);
    }
    s->leaked += accepted && json_integer_value(json_object_get(j, "conduct")) == 1;
    count_flag(s->conduct, json_object_get(j, "conduct"), (c.flags & FLAG_CONDUCT) != 0);
    count_flag(s->urgent, json_object_get(j, "urgent"), (c.flags & FLAG_URGENT) != 0);
    if (getenv("MEASURE_ROWS") != NULL) {
        printf("%s %s->%s %d->%d flags %d %s %s\n", json_string_value(json_object_get(j, "id")),
               json_string_value(json_object_get(j, "kind")), code_name(kinds, c.kind), (int)category, c.category,
               c.flags, accepted ? "accepted" : "desk", c.why);
    }
}

static void print_share(const char *name, struct share s)
{
    printf("  %-34s %5.3f  (%d of %d)\n", name, s.of == 0 ? 0 : (double)s.right / s.of, s.right, s.of);
}

static void print_score(const char *path, const struct score *s)
{
    printf("%s: %d letters, %.1f us each\n", path, s->letters, s->micros / s->letters);
    print_share("kind", s->kind);
    print_share("category", s->category);
    print_share("city", s->city);
    print_share("accepted by the machine", (struct share){s->accepted.of, s->letters});
    print_share("right among the accepted", s->accepted);
    print_share("police conduct: recall", s->conduct[0]);
    print_share("police conduct: precision", s->conduct[1]);
    printf("  police conduct, yet accepted       %d\n", s->leaked);
    print_share("urgent: recall", s->urgent[0]);
    print_share("urgent: precision", s->urgent[1]);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: measure_classify POLICY_DIR LETTERS.jsonl...\n");
        return 2;
    }
    struct policy policy;
    load(argv[1], &policy);
    for (int i = 2; i < argc; i++) {
        FILE *f = fopen(argv[i], "r");
        struct score score = {0};
        json_t *letter;
        if (f == NULL) {
            fprintf(stderr, "cannot read %s\n", argv[i]);
            return 2;
        }
        while ((letter = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
            measure(&policy, letter, &score);
            json_decref(letter);
        }
        fclose(f);
        print_score(argv[i], &score);
    }
    return 0;
}

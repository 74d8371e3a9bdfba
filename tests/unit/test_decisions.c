// SPDX-License-Identifier: Apache-2.0
// What the shipped model and catalogues make of letters is the same whatever compiler and options built this: every
// build compares with tests/unit/decisions.tsv. After a change of model, catalogue or code that is meant to decide
// otherwise, `build/bin/test_decisions write` writes the file again; what changed there belongs to the review.
#include "core/classify.h"
#include "run/model_file.h"
#include "sample_policy.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EACH 20 // of the letters that the model was taught with, every so manyth

static const char *const files[] = {
    "samples/letters",        "model/samples/borders",       "model/samples/city",
    "model/samples/conduct",  "model/samples/consultations", "model/samples/emergencies",
    "model/samples/everyday", "model/samples/kinds",         "model/samples/long",
    "model/samples/special",  "model/samples/wants"};
#define FILES (sizeof(files) / sizeof(files[0]))

static struct str text_of(const json_t *o, const char *name)
{
    return str_of(json_string_value(json_object_get(o, name)));
}

static void put(FILE *out, const char *file, int line, const struct classification *c)
{
    fprintf(out, "%s:%d\t%s %02d %02d %s %d %d %d%s %d\t%d %d %d %d %d %d\t", file, line,
            code_name(kinds, (int)c->kind), c->category, c->next, c->police ? "police" : "other", (int)c->bureau,
            (int)c->place, c->flags, c->watch ? "w" : "", c->confidence, c->sure_kind, c->sure_category, c->sure_police,
            c->sure_conduct, c->sure_urgent, c->sure_place);
    for (int i = 0; i < c->accused.n; i++)
        fprintf(out, "%s%d:%d", i > 0 ? "," : "", (int)c->accused.of[i].unit, (int)c->accused.of[i].officer);
    fprintf(out, "\t%s\n", c->why);
}

static void decide(FILE *out, const struct policy *p, const struct model *m, const char *file, int each)
{
    static struct folded text;
    struct classification c;
    char path[4096];
    json_t *o;
    snprintf(path, sizeof(path), "%s/deploy/%s.jsonl", SOURCE_DIR, file);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    for (int line = 1; (o = json_loadf(in, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; line++, json_decref(o)) {
        int64_t mailbox = MAILBOX_PROVINCE;
        (void)str_to_i64(text_of(o, "mailbox"), &mailbox);
        struct letter l = {.mailbox = (int32_t)mailbox,
                           .claimed = (enum kind)code_find(kinds, text_of(o, each == 1 ? "kind" : "claimed")),
                           .title = text_of(o, "title"),
                           .body = text_of(o, "body"),
                           .place = text_of(o, "place")};
        if (line % each == 0) {
            classify(p, m, &l, &text, &c);
            put(out, file, line, &c);
        }
    }
    fclose(in);
}

// The caller frees.
static char *decisions(void)
{
    struct model_file model;
    struct err err;
    char *text = NULL;
    size_t n = 0;
    if (model_file_open(SOURCE_DIR "/deploy/model/letters.model", &model, &err) != OK)
        fail_msg("%s", err.text);
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    for (size_t i = 0; i < FILES; i++)
        decide(out, sample_policy(), &model.model, files[i], i == 0 ? 1 : EACH);
    fclose(out);
    model_file_close(&model);
    return text;
}

static void the_same_everywhere(void **state)
{
    char *made = decisions();
    struct str kept = source_file("tests/unit/decisions.tsv"), now = str_of(made), rest = kept;
    int wrong = 0;
    while (now.n > 0 || rest.n > 0) {
        struct str a = str_split(&rest, '\n'), b = str_split(&now, '\n');
        if (!str_eq(a, b) && wrong++ < 5)
            print_error("was: %.*s\nnow: %.*s\n", (int)a.n, a.p ? a.p : "", (int)b.n, b.p ? b.p : "");
    }
    if (wrong > 0)
        print_error("%d decisions differ; if they are meant to: build/bin/test_decisions write\n", wrong);
    free((void *)(uintptr_t)kept.p);
    free(made);
    assert_int_equal(wrong, 0);
}

static int write_again(void)
{
    char *made = decisions();
    FILE *out = fopen(SOURCE_DIR "/tests/unit/decisions.tsv", "w");
    bool written = out && fputs(made, out) >= 0;
    written = out && fclose(out) == 0 && written;
    free(made);
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "write") == 0)
        return write_again();
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_everywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The sample letters end where a careful reader would have them end, under the sample policy, by the shipped model.
#include "core/classify.h"
#include "run/model_file.h"
#include "sample_policy.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct str text_of(const json_t *j, const char *member)
{
    return str_of(json_string_value(json_object_get(j, member)));
}

static struct letter read_letter(const json_t *j, const struct policy *p)
{
    const json_t *who = json_object_get(j, "writer"), *accused = json_object_get(j, "accused");
    struct writer writer = {text_of(who, "name"), text_of(who, "phone"), text_of(who, "id_number"),
                            text_of(who, "email")};
    struct letter_in in = {
        .channel = text_of(j, "channel"),
        .client_ref = text_of(j, "client_ref"),
        .mailbox = text_of(j, "mailbox"),
        .title = text_of(j, "title"),
        .body = text_of(j, "body"),
        .place = text_of(j, "place"),
        .kind = text_of(j, "kind"),
        .occurred_at = text_of(j, "occurred_at"),
        .confidential = json_is_true(json_object_get(j, "confidential")),
        .accused_n = (uint32_t)json_array_size(accused),
    };
    for (uint32_t i = 0; i < in.accused_n && i < LETTER_ACCUSED; i++)
        in.accused[i] = str_of(json_string_value(json_array_get(accused, i)));
    struct letter letter = {0};
    struct err err = {0};
    if (letter_check(&in, &writer, p, &letter, &err) != OK)
        fail_msg("%s: %s", err.field, err.text);
    return letter;
}

static const char *end_state(const struct policy *p, const struct classification *c)
{
    if (c->flags & FLAG_URGENT)
        return "EMERGENCY";
    return classify_route(p, c) == ROUTE_ACCEPT ? "CLOSED" : "TRIAGE";
}

// The next row of expected.tsv that is none of the first line and the comments.
static struct str next_row(struct str *rest)
{
    struct str row = str_split(rest, '\n');
    while (row.n > 0 && (row.p[0] == '#' || memcmp(row.p, "client_ref", 10) == 0))
        row = str_split(rest, '\n');
    return row;
}

static int check_one(const struct policy *p, const struct model *m, const json_t *j, struct str row)
{
    struct str ref = str_split(&row, '\t'), state = str_split(&row, '\t'), bureau = str_split(&row, '\t'),
               category = row;
    struct letter letter = read_letter(j, p);
    static struct folded text;
    struct classification c;
    assert_true(str_eq(ref, letter.client_ref));
    classify(p, m, &letter, &text, &c);
    char code[16], type[16];
    struct text b = TEXT(code), t = TEXT(type);
    text_i64(&b, c.bureau);
    text_pad(&t, c.category, 2);
    bool right = str_is(state, end_state(p, &c));
    if (str_is(state, "CLOSED"))
        right = right && str_eq(bureau, text_get(&b)) && str_eq(category, text_get(&t));
    if (!right)
        print_error("%.*s: %.*s expected, %s found: bureau %s, flags %d, %s\n", (int)ref.n, ref.p, (int)state.n,
                    state.p, end_state(p, &c), code, c.flags, c.why);
    return right ? 0 : 1;
}

static void every_sample_ends_where_it_should(void **state)
{
    const struct policy *p = sample_policy();
    struct model_file model;
    struct err err;
    if (model_file_open(SOURCE_DIR "/deploy/model/letters.model", &model, &err) != OK)
        fail_msg("%s", err.text);
    const struct str expected = sample_file("samples/expected.tsv");
    struct str rest = expected;
    FILE *f = fopen(SOURCE_DIR "/deploy/samples/letters.jsonl", "r");
    json_t *j;
    int wrong = 0, n = 0;
    assert_non_null(f);
    for (; (j = json_loadf(f, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; n++) {
        wrong += check_one(p, &model.model, j, next_row(&rest));
        json_decref(j);
    }
    fclose(f);
    assert_true(n >= 60);
    assert_int_equal(next_row(&rest).n, 0);
    free((void *)(uintptr_t)expected.p);
    model_file_close(&model);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_sample_ends_where_it_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The model's arithmetic, its features, and that what is not laid out as a model is refused.
#include "sample_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct sample_weight weights[] = {{"路", SAMPLE_CATEGORY(1), 400},     {"路口", SAMPLE_CATEGORY(1), 904},
                                               {"红绿灯", SAMPLE_CATEGORY(1), 704}, {"路口", MODEL_URGENT, -304},
                                               {"户口", SAMPLE_CATEGORY(2), 800},   {"户口", MODEL_POLICE, 600}};
#define WEIGHTS (sizeof(weights) / sizeof(weights[0]))

static struct folded text;
static struct model_known known;
static int32_t score[MODEL_OUTPUTS];

static struct model model_of(struct str bytes)
{
    struct model m;
    struct err err;
    if (model_open(bytes, &m, &err) != OK)
        fail_msg("%s", err.text);
    return m;
}

static void score_of(const struct model *m, const char *title, const char *body)
{
    fold_begin(&text);
    fold_add(NULL, str_of(title), &text);
    uint32_t title_n = text.n;
    fold_add(NULL, str_of(body), &text);
    model_score(m, &text, title_n, score, &known);
}

static void scores(void **state)
{
    struct str bytes = sample_model_bytes(weights, WEIGHTS);
    struct model m = model_of(bytes);
    score_of(&m, NULL, "户口");
    assert_int_equal(score[SAMPLE_CATEGORY(2)], 800);
    assert_int_equal(score[MODEL_POLICE], 600);
    assert_int_equal(score[SAMPLE_CATEGORY(1)], 0);
    assert_int_equal(score[MODEL_URGENT], -MODEL_ONE); // its bias
    score_of(&m, NULL, "路口");                        // two pieces: by the root of two, 22 sixteenths
    assert_int_equal(score[SAMPLE_CATEGORY(1)], 1304 * 16 / 22);
    assert_int_equal(score[MODEL_URGENT], -MODEL_ONE - 304 * 16 / 22);
    score_of(&m, NULL, "红绿灯");
    assert_int_equal(score[SAMPLE_CATEGORY(1)], 704);
    score_of(&m, NULL, "户口户口");
    assert_int_equal(score[SAMPLE_CATEGORY(2)], 1600 * 16 / 22);
    score_of(&m, "户口", ""); // the title's pieces count double
    assert_int_equal(score[SAMPLE_CATEGORY(2)], 1600 * 16 / 22);
    score_of(&m, NULL, "别的话");
    for (int o = 0; o < MODEL_OUTPUTS; o++)
        assert_int_equal(score[o], o == MODEL_CONDUCT || o == MODEL_URGENT ? -MODEL_ONE : 0);
    score_of(&m, "户", "口"); // no piece over the border of title and body
    assert_int_equal(score[SAMPLE_CATEGORY(2)], 0);
    score_of(&m, NULL, "");
    assert_int_equal(score[SAMPLE_CATEGORY(2)], 0);
    free((void *)(uintptr_t)bytes.p);
}

static void the_heaviest_letter_does_not_overflow(void **state)
{
    static char body[3 * LETTER_BODY_MAX + 1], title[3 * LETTER_TITLE_MAX + 1];
    enum { MOST = SAMPLE_UNIT * MODEL_WEIGHT };
    const struct sample_weight most[] = {{"路", 0, MOST},   {"口", 0, MOST},     {"路口", 0, MOST},
                                         {"口路", 0, MOST}, {"路口路", 0, MOST}, {"口路口", 0, MOST}};
    struct str bytes = sample_model_bytes(most, 6);
    struct model m = model_of(bytes);
    for (size_t i = 0; i < LETTER_BODY_MAX; i++)
        memcpy(body + 3 * i, i % 2 ? "口" : "路", 3);
    memcpy(title, body, sizeof(title) - 1);
    score_of(&m, title, body);
    assert_true(text.n > LETTER_BODY_MAX);
    assert_true(score[0] > 100 * MOST); // positive, and grown with the root of its length
    free((void *)(uintptr_t)bytes.p);
}

static void police_and_percent(void **state)
{
    struct str bytes = sample_model_bytes(weights, WEIGHTS);
    struct model m = model_of(bytes);
    int32_t s[MODEL_OUTPUTS] = {0};
    s[SAMPLE_CATEGORY(3)] = 1000;
    s[SAMPLE_CATEGORY(90)] = 200;
    s[SAMPLE_CATEGORY(99)] = 400;
    s[MODEL_POLICE] = 50;
    assert_int_equal(model_police(m.head, s), 50 + (1000 - 400) / 2);
    s[MODEL_CONDUCT] = 70;
    assert_int_equal(model_conduct(m.head, s), 70); // it is the police's
    s[SAMPLE_CATEGORY(90)] = 1700;
    assert_int_equal(model_police(m.head, s), -300);
    assert_int_equal(model_conduct(m.head, s), 70 - 300 / 2);
    assert_int_equal(model_percent(&m, CURVE_KIND, -5), 50);
    assert_int_equal(model_percent(&m, CURVE_KIND, 0), 50);
    assert_int_equal(model_percent(&m, CURVE_KIND, MODEL_ONE / 16 - 1), 50);
    assert_int_equal(model_percent(&m, CURVE_KIND, MODEL_ONE / 16), 53);
    assert_int_equal(model_percent(&m, CURVE_KIND, INT32_MAX), 99);
    // Of a flag, yes and no have a curve each.
    ((struct model_head *)(uintptr_t)bytes.p)->curve[CURVE_NO + CURVE_URGENT - CURVE_CONDUCT][16] = 88;
    assert_int_equal(model_flag_percent(&m, CURVE_URGENT, MODEL_ONE, 0), 98);
    assert_int_equal(model_flag_percent(&m, CURVE_URGENT, 0, MODEL_ONE), 88);
    assert_int_equal(model_flag_percent(&m, CURVE_CONDUCT, 0, MODEL_ONE), 98);
    free((void *)(uintptr_t)bytes.p);
}

static void reasons(void **state)
{
    struct str bytes = sample_model_bytes(weights, WEIGHTS);
    struct model m = model_of(bytes);
    score_of(&m, NULL, "红绿灯在路口，户口");
    struct model_reason r[3];
    r[0] = model_because(&m, &known, SAMPLE_CATEGORY(1), -1, r, 0);
    assert_int_equal(r[0].n, 2);
    assert_int_equal(r[0].at, 4);
    r[1] = model_because(&m, &known, SAMPLE_CATEGORY(1), -1, r, 1);
    assert_int_equal(r[1].n, 3);
    assert_int_equal(r[1].at, 0);
    r[2] = model_because(&m, &known, SAMPLE_CATEGORY(1), -1, r, 2);
    assert_int_equal(r[2].n, 0);
    // What speaks for the other as well says nothing.
    r[0] = model_because(&m, &known, SAMPLE_CATEGORY(2), MODEL_POLICE, r, 0);
    assert_int_equal(r[0].at, 7);
    r[0] = model_because(&m, &known, MODEL_URGENT, -1, r, 0);
    assert_int_equal(r[0].n, 0);
    free((void *)(uintptr_t)bytes.p);
}

static void counted(void *context, uint32_t feature, uint32_t count, uint32_t at, uint32_t chars)
{
    uint32_t *n = context;
    assert_int_not_equal(feature, 0);
    assert_true(count == 1 || count == 2);
    assert_true(chars >= 1 && chars <= 3 && at + chars <= text.n);
    (*n)++;
}

static void features(void **state)
{
    uint32_t n = 0;
    fold_begin(&text);
    fold_add(NULL, STR("路口红"), &text);
    model_features(&text, 0, counted, &n);
    assert_int_equal(n, 3 + 4 + 1); // characters, pairs with both ends, the triple
    assert_int_equal(sample_feature_of("3"), sample_feature_of("7"));
    assert_int_not_equal(sample_feature_of("三"), sample_feature_of("七"));
    n = 0;
    fold_begin(&text);
    model_features(&text, 0, counted, &n);
    assert_int_equal(n, 0);
}

// Every damage that a search could run into; what only changes a weight is the seal's to find.
static void damaged(void **state)
{
    struct str bytes = sample_model_bytes(weights, WEIGHTS);
    char *copy = malloc(bytes.n + 64);
    struct model m;
    struct err err;
    struct model_head *h = (void *)copy;
    struct model_slot *slot = (void *)(h + 1);
    assert_non_null(copy);
    for (size_t n = 0; n < bytes.n; n += n < sizeof(*h) ? 7 : 1) {
        memcpy(copy, bytes.p, n);
        assert_int_equal(model_open((struct str){copy, n}, &m, &err), REJECT);
        assert_string_equal(err.code, "bad_model");
    }
    assert_int_equal(model_open((struct str){bytes.p, bytes.n + 1}, &m, &err), REJECT);
#define DAMAGE(...)                                                                                                    \
    do {                                                                                                               \
        memcpy(copy, bytes.p, bytes.n);                                                                                \
        __VA_ARGS__;                                                                                                   \
        assert_int_equal(model_open((struct str){copy, bytes.n}, &m, &err), REJECT);                                   \
    } while (0)
    DAMAGE(h->magic[0] = 'P');
    DAMAGE(h->layout++);
    DAMAGE(h->probe++);
    DAMAGE(h->outputs--);
    DAMAGE(h->slots /= 2);
    DAMAGE(h->slots--);
    DAMAGE(h->slots = 0);
    DAMAGE(h->slots = UINT32_MAX);
    DAMAGE(h->rows++);
    DAMAGE(h->rows = h->slots);
    DAMAGE(h->size--);
    DAMAGE(memset(h->made, 'x', sizeof(h->made)));
    DAMAGE(for (uint32_t i = 0; i < h->slots; i++) if (slot[i].feature) slot[i].row = h->rows);
    DAMAGE(for (uint32_t i = 0; i < h->slots; i++) slot[i] = (struct model_slot){i + 1, 0}); // no end to a search
    DAMAGE(h->category[3] = 100);
    DAMAGE(h->category[3] = -1);
    DAMAGE(h->curve[4][63] = 101);
    DAMAGE(h->watch_at = INT32_MIN);
    memcpy(copy, bytes.p, bytes.n);
    h->bias[0] = INT32_MAX; // reading by it stays within what an int holds
    h->scale[0] = INT32_MAX;
    m = model_of((struct str){copy, bytes.n});
    score_of(&m, NULL, "路口");
    assert_true(score[0] > 0 && score[0] < INT32_MAX / 4);
    free(copy);
    free((void *)(uintptr_t)bytes.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),   cmocka_unit_test(the_heaviest_letter_does_not_overflow),
        cmocka_unit_test(features), cmocka_unit_test(police_and_percent),
        cmocka_unit_test(reasons),  cmocka_unit_test(damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

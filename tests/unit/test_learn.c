// SPDX-License-Identifier: Apache-2.0
// The trainer's vocabulary: which pieces are kept, and that they are found again. What is learned with it is in
// system/trainer.
#include "learn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static bool has(const struct vocabulary *v, uint32_t feature, uint16_t norm)
{
    for (uint32_t i = 0; i < v->slots; i++)
        if (v->table[i].feature == feature)
            return v->feature[v->table[i].row] == feature && v->norm[v->table[i].row] == norm;
    return false;
}

// Pieces of two characters: 6, 10, … 22; all stand in both letters.
static struct vocabulary of_five(struct doc docs[2])
{
    static struct doc_feature f[] = {{6, 1}, {10, 1}, {14, 1}, {18, 1}, {22, 1}};
    const bool use[2] = {true, true};
    docs[0] = docs[1] = (struct doc){5, f};
    return vocabulary_build(docs, 2, use, NULL);
}

static void keeps_what_weighs_most(void **state)
{
    const double worth[] = {0.1, 0.5, 0.3, 0.5, 0.2};
    struct doc docs[2];
    struct vocabulary v = of_five(docs);
    assert_int_equal(v.n, 5);
    uint16_t norm = v.norm[0];
    vocabulary_keep(&v, worth, 5);
    assert_int_equal(v.n, 5);
    vocabulary_keep(&v, worth, 3);
    assert_int_equal(v.n, 3);
    assert_true(v.feature[0] == 10 && v.feature[1] == 14 && v.feature[2] == 18); // ascending
    assert_true(has(&v, 10, norm) && has(&v, 14, norm) && has(&v, 18, norm));
    assert_false(has(&v, 6, norm) || has(&v, 22, norm));
    vocabulary_keep(&v, (const double[]){1, 2, 2}, 1); // of equal ones the lower
    assert_true(v.n == 1 && v.feature[0] == 14);
    vocabulary_free(&v);
}

// Frequent pieces come first: a letter's rows then lie near each other in the file, and in the cache.
static void begins_with_the_frequent(void **state)
{
    struct doc_feature both[] = {{6, 1}, {10, 1}}, one[] = {{10, 1}};
    const struct doc docs[] = {{2, both}, {2, both}, {1, one}};
    struct vocabulary v = vocabulary_build(docs, 3, (const bool[]){true, true, true}, NULL);
    assert_true(v.n == 2 && v.feature[0] == 10 && v.feature[1] == 6 && v.norm[0] < v.norm[1]);
    assert_true(has(&v, 6, v.norm[1]) && has(&v, 10, v.norm[0]));
    vocabulary_free(&v);
}

// A piece that stands in one letter only is nobody's.
static void leaves_rare_pieces_out(void **state)
{
    struct doc docs[2];
    struct vocabulary v = of_five(docs);
    vocabulary_free(&v);
    docs[1].n = 2;
    v = vocabulary_build(docs, 2, (const bool[]){true, true}, NULL);
    assert_true(v.n == 2 && v.feature[1] == 10);
    vocabulary_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_weighs_most),
        cmocka_unit_test(begins_with_the_frequent),
        cmocka_unit_test(leaves_rare_pieces_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

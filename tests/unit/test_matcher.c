// SPDX-License-Identifier: Apache-2.0
// The automaton finds what a search for each term at each place finds, and nothing else.
#include "core/fold.h"
#include "core/matcher.h"
#include "policy_expect.h"

enum { TERMS = 400, LETTERS = 5, FOUND = 4096 };

static struct folded terms[TERMS], text;
static uint32_t seed = 5;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)(seed >> 8) * n) >> 24);
}

static struct str any(char *p, uint32_t least, uint32_t most)
{
    static const char *const alphabet[LETTERS] = {"甲", "乙", "丙", "丁", "x"};
    size_t n = 0;
    for (uint32_t k = least + below(most - least + 1); k > 0; k--) {
        const char *c = alphabet[below(LETTERS)];
        memcpy(p + n, c, strlen(c));
        n += strlen(c);
    }
    return (struct str){p, n};
}

struct tally { // for each term and end, how often
    uint8_t times[TERMS][256];
};

static void note(void *context, const struct match *match, uint32_t end)
{
    struct tally *t = context;
    assert_int_equal(match->of, MATCH_TERM);
    assert_int_equal(match->chars, terms[match->index].n);
    t->times[match->index][end]++;
}

// So that what is found are terms.
static void one_place(struct str files[POLICY_FILES])
{
    files[PLACES] = STR("code\tlevel\tname\tparent\tnames\n440100\tcity\t广州市\t440000\t-\n");
    files[VILLAGES] = STR("town\tnames\n");
    files[LANDMARKS] = STR("name\tcode\tkind\n");
}

static void as_a_plain_search(void **state)
{
    static struct tally found, wanted;
    static char lexicon[TERMS * 40], written[1024];
    struct text t = TEXT(lexicon);
    struct policy p;
    struct err err;
    text_put(&t, "axis\tcode\tweight\tterm\n");
    for (int i = 0; i < TERMS; i++) {
        char term[32];
        struct str s = any(term, 1, 1 + (uint32_t)i % 7);
        text_put(&t, "u\t-\t1\t");
        text_str(&t, s);
        text_put(&t, "\n");
        fold_begin(&terms[i]);
        fold_add(NULL, s, &terms[i]);
    }
    struct str files[POLICY_FILES];
    sample_files(files);
    files[LEXICON] = text_get(&t);
    one_place(files);
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    for (int round = 0; round < 200; round++) {
        memset(&found, 0, sizeof(found));
        memset(&wanted, 0, sizeof(wanted));
        fold_begin(&text);
        fold_add(&p, any(written, 0, 250), &text);
        matcher_scan(p.matcher, text.c, text.n, note, &found);
        for (uint32_t i = 0; i < TERMS; i++)
            for (uint32_t end = terms[i].n; end <= text.n; end++)
                wanted.times[i][end] =
                    memcmp(terms[i].c, text.c + end - terms[i].n, terms[i].n * sizeof(text.c[0])) == 0;
        assert_memory_equal(&found, &wanted, sizeof(found));
    }
}

static void count(void *context, const struct match *match, uint32_t end)
{
    (*(int *)context)++;
}

static int times(const struct policy *p, const char *letter)
{
    int n = 0;
    fold_begin(&text);
    fold_add(p, str_of(letter), &text);
    matcher_scan(p->matcher, text.c, text.n, count, &n);
    return n;
}

// Terms are folded as texts are; one of which nothing is left is never found.
static void terms_are_folded(void **state)
{
    struct str files[POLICY_FILES];
    struct policy p;
    struct err err;
    sample_files(files);
    one_place(files);
    files[LEXICON] =
        STR("axis\tcode\tweight\tterm\nu\t-\t1\t派處所\nu\t-\t1\t打110\nu\t-\t1\t🔪\nu\t-\t1\t😀\nu\t-\t1\t帳號\n");
    files[VARIANTS] = STR("wrong\tright\n派处所\t派出所\n");
    assert_int_equal(parse(files, sizeof(memory), &p, &err), OK);
    assert_int_equal(times(&p, "派出所"), 1);
    assert_int_equal(times(&p, "派 处 所和派*出*所"), 2);
    assert_int_equal(times(&p, "打１１０"), 1);
    assert_int_equal(times(&p, "打1100"), 0);
    assert_int_equal(times(&p, "打110元"), 0);
    assert_int_equal(times(&p, "🔪"), 1);
    assert_int_equal(times(&p, "😀"), 0);
    assert_int_equal(times(&p, ""), 0);
    assert_int_equal(times(&p, "帐号"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_plain_search),
        cmocka_unit_test(terms_are_folded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

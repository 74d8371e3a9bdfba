// SPDX-License-Identifier: Apache-2.0
// variants.tsv: misspellings of frequent words, and what is meant.
#include "core/fold_impl.h"
#include "core/policy_parsing.h"

#include <string.h>

#define VARIANTS 4096    // rows, at most
#define VARIANT_BYTES 64 // of a cell

// Digits, a to z and ¥.
#define NUMBERS                                                                                                        \
    {                                                                                                                  \
        [0] = UINT64_C(0x03FF000000000000), [1] = UINT64_C(0x07FFFFFE00000000), [2] = UINT64_C(1) << 0x25              \
    }
const struct variants variants_none = {.alone = NUMBERS};

static const struct variant *find(const struct variants *v, uint32_t hash, uint16_t prev, const uint16_t *t,
                                  uint32_t left)
{
    for (uint32_t i = v->heads[hash % VARIANT_HEADS]; i != 0; i = v->of[i - 1].next) {
        const struct variant *w = &v->of[i - 1];
        uint32_t n = w->wrong_n;
        if (n <= left && memcmp(w->wrong, t, n * sizeof(t[0])) == 0 && !(fold_is_word(t[0]) && fold_is_word(prev)) &&
            !(fold_is_word(t[n - 1]) && n < left && fold_is_word(t[n]))) {
            return w;
        }
    }
    return NULL;
}

const uint16_t *variants_find(const struct variants *v, uint16_t prev, const uint16_t *t, uint32_t left, uint32_t *n,
                              uint32_t *right_n)
{
    const struct variant *w = left < 2 ? NULL : find(v, variants_hash(t[0], t[1]), prev, t, left);
    w = w != NULL ? w : find(v, variants_hash(t[0], 0), prev, t, left);
    if (w == NULL) {
        return NULL;
    }
    *n = w->wrong_n;
    *right_n = w->right_n;
    return w->right;
}

// The cell as it is compared, with what stands so far (none: NULL). False: too long or nothing.
static bool fold_cell(struct parsing *s, size_t column, const char *what, size_t most, uint16_t *c, uint8_t *n)
{
    struct folded f;
    fold_begin(&f);
    if (s->t.cell[column].n <= VARIANT_BYTES) {
        fold_add(NULL, s->t.cell[column], &f);
    }
    if (f.n == 0 || f.n > most) {
        char before[40];
        struct text t = TEXT(before);
        text_put(&t, what);
        text_put(&t, " '");
        return tsv_fail(&s->t, before, s->t.cell[column],
                        "': a misspelling has 1 to 8 characters, what is meant at most as many");
    }
    memcpy(c, f.c, f.n * sizeof(c[0]));
    *n = (uint8_t)f.n;
    return true;
}

static bool parse_variant(struct parsing *s, struct variants *v, uint32_t i)
{
    struct variant *w = &v->of[i];
    if (!fold_cell(s, 0, "misspelling", VARIANT_CHARS, w->wrong, &w->wrong_n) ||
        !fold_cell(s, 1, "meant", w->wrong_n, w->right, &w->right_n)) {
        return false;
    }
    w->line = (int32_t)s->t.line;
    if (w->wrong_n == w->right_n && memcmp(w->wrong, w->right, w->wrong_n * sizeof(w->wrong[0])) == 0) {
        return tsv_fail(&s->t, "'", s->t.cell[0], "' and what is meant are the same once folded");
    }
    uint32_t hash = variants_hash(w->wrong[0], w->wrong_n > 1 ? w->wrong[1] : 0);
    uint16_t *link = &v->heads[hash % VARIANT_HEADS];
    while (*link != 0 && v->of[*link - 1].wrong_n >= w->wrong_n) {
        const struct variant *other = &v->of[*link - 1];
        if (other->wrong_n == w->wrong_n && memcmp(other->wrong, w->wrong, w->wrong_n * sizeof(w->wrong[0])) == 0) {
            return tsv_fail(&s->t, "duplicate '", s->t.cell[0], "'");
        }
        link = &v->of[*link - 1].next;
    }
    w->next = *link;
    *link = (uint16_t)(i + 1);
    if (w->wrong_n == 1) {
        v->alone[w->wrong[0] / 64] |= UINT64_C(1) << (w->wrong[0] & 63);
    } else {
        v->pairs[hash / 64] |= UINT64_C(1) << (hash & 63);
    }
    return true;
}

// What is meant is never a misspelling itself: else folding twice would give another text than folding once.
static bool check_right(struct parsing *s, const struct variants *v, const struct variant *w)
{
    for (uint32_t i = 0; i < w->right_n; i++) {
        uint32_t n = 0, right_n = 0;
        uint16_t prev = i == 0 ? 0 : w->right[i - 1];
        if (variants_find(v, prev, w->right + i, w->right_n - i, &n, &right_n) != NULL) {
            char right[4 * VARIANT_CHARS + 40];
            struct text t = TEXT(right);
            (void)fold_to_utf8(w->right, w->right_n, &t);
            s->t.line = w->line;
            return tsv_fail(&s->t, "'", text_get(&t), "' holds the misspelling of another row");
        }
    }
    return true;
}

enum result parse_variants(struct parsing *s)
{
    struct variants *v = arena_get(s->t.arena, sizeof(*v));
    struct variant *rows = tsv_rows(&s->t, sizeof(*rows));
    uint32_t n = 0;
    if (v == NULL || rows == NULL) {
        return tsv_no_room(s->err);
    }
    *v = variants_none;
    v->of = rows;
    while (tsv_next(&s->t) && parse_variant(s, v, n)) {
        if (++n > VARIANTS) {
            return parse_fail(s, "at most ", VARIANTS, " misspellings");
        }
    }
    for (uint32_t i = 0; i < n && s->t.result == OK; i++) {
        (void)check_right(s, v, &v->of[i]);
    }
    s->p.variants = v;
    return s->t.result;
}

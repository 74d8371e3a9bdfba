// SPDX-License-Identifier: Apache-2.0
#include "learn.h"

#define model linear_model // liblinear has a struct of this name, too
#include <linear.h>
#undef model
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR_BELOW (-8.0)

static void *get(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    insist(p);
    return p;
}

// ---- Documents ----

struct gather {
    struct doc_feature *f;
    size_t n, cap;
};

static void gather(void *context, uint32_t feature, uint32_t count, uint32_t at, uint32_t chars)
{
    struct gather *g = context;
    (void)at;
    (void)chars;
    if (g->n == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 1024;
        g->f = realloc(g->f, g->cap * sizeof(g->f[0]));
        insist(g->f);
    }
    g->f[g->n++] = (struct doc_feature){feature, count};
}

static int by_feature(const void *a, const void *b)
{
    uint32_t x = ((const struct doc_feature *)a)->feature, y = ((const struct doc_feature *)b)->feature;
    return (x > y) - (x < y);
}

struct doc doc_of(const struct policy *p, const char *title, const char *body)
{
    static struct folded text;
    static struct gather g;
    fold_begin(&text);
    fold_add(p, str_of(title), &text);
    uint32_t title_n = text.n;
    fold_add(p, str_of(body), &text);
    g.n = 0;
    model_features(&text, title_n, gather, &g);
    qsort(g.f, g.n, sizeof(g.f[0]), by_feature);
    size_t kept = 0;
    for (size_t i = 0; i < g.n; i++) {
        if (kept > 0 && g.f[kept - 1].feature == g.f[i].feature)
            g.f[kept - 1].count += g.f[i].count;
        else
            g.f[kept++] = g.f[i];
    }
    struct doc d = {(uint32_t)kept, get(kept, sizeof(g.f[0]))};
    memcpy(d.f, g.f, kept * sizeof(g.f[0]));
    return d;
}

// ---- Vocabulary ----

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static struct model_slot *slot_of(const struct vocabulary *v, uint32_t feature)
{
    for (uint32_t i = feature >> 2;; i++) {
        struct model_slot *s = &v->table[i & (v->slots - 1)];
        if (s->feature == feature || s->feature == 0)
            return s;
    }
}

static void index_of(struct vocabulary *v)
{
    for (v->slots = 1024; v->slots < v->n * 2; v->slots *= 2)
        ;
    v->table = get(v->slots, sizeof(*v->table));
    for (uint32_t i = 0; i < v->n; i++)
        *slot_of(v, v->feature[i]) = (struct model_slot){v->feature[i], i};
}

static bool rare(uint32_t feature, size_t all, size_t counted)
{
    uint32_t chars = feature & 3;
    return counted < (chars == 3 ? 3 : 2) && (chars == 3 || all < VOCABULARY_MANY);
}

struct kept {
    uint32_t feature;
    uint16_t norm;
};

static int by_frequency(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    return x->norm != y->norm ? x->norm - y->norm : (x->feature > y->feature) - (x->feature < y->feature);
}

struct vocabulary vocabulary_build(const struct doc *docs, size_t n, const bool *use, const bool *many)
{
    struct vocabulary v = {0};
    size_t all = 0, used = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        all += use[i] ? docs[i].n : 0;
    uint64_t *list = get(all, sizeof(*list)); // feature, and whether it counts
    for (size_t i = 0; i < n; i++) {
        used += use[i];
        for (uint32_t k = 0; use[i] && k < docs[i].n; k++)
            list[at++] = (uint64_t)docs[i].f[k].feature << 1 | (!many || !many[i]);
    }
    qsort(list, all, sizeof(*list), by_number);
    struct kept *kept = get(all, sizeof(*kept));
    for (size_t i = 0, j; i < all; i = j) {
        size_t counted = 0;
        for (j = i; j < all && list[j] >> 1 == list[i] >> 1; j++)
            counted += list[j] & 1;
        double idf = log((1.0 + (double)used) / (1.0 + (double)(j - i))) + 1.0;
        if (rare((uint32_t)(list[i] >> 1), j - i, counted))
            continue;
        kept[v.n++] =
            (struct kept){(uint32_t)(list[i] >> 1), (uint16_t)lround(fmin(idf * idf * MODEL_NORM_ONE, MODEL_WEIGHT))};
    }
    free(list);
    qsort(kept, v.n, sizeof(*kept), by_frequency);
    v.feature = get(v.n, sizeof(*v.feature));
    v.norm = get(v.n, sizeof(*v.norm));
    for (uint32_t i = 0; i < v.n; i++) {
        v.feature[i] = kept[i].feature;
        v.norm[i] = kept[i].norm;
    }
    free(kept);
    index_of(&v);
    return v;
}

struct worth {
    double worth;
    uint32_t index;
};

static int by_worth(const void *a, const void *b)
{
    const struct worth *x = a, *y = b;
    return x->worth != y->worth ? (x->worth < y->worth) - (x->worth > y->worth)
                                : (x->index > y->index) - (x->index < y->index);
}

static int by_index(const void *a, const void *b)
{
    uint32_t x = ((const struct worth *)a)->index, y = ((const struct worth *)b)->index;
    return (x > y) - (x < y);
}

void vocabulary_keep(struct vocabulary *v, const double *worth, uint32_t most)
{
    if (v->n <= most)
        return;
    struct worth *all = get(v->n, sizeof(*all));
    for (uint32_t i = 0; i < v->n; i++)
        all[i] = (struct worth){worth[i], i};
    qsort(all, v->n, sizeof(*all), by_worth);
    qsort(all, most, sizeof(*all), by_index);
    for (uint32_t i = 0; i < most; i++) {
        v->feature[i] = v->feature[all[i].index];
        v->norm[i] = v->norm[all[i].index];
    }
    free(all);
    free(v->table);
    v->n = most;
    index_of(v);
}

void vocabulary_free(struct vocabulary *v)
{
    free(v->feature);
    free(v->norm);
    free(v->table);
    *v = (struct vocabulary){0};
}

// ---- Heads ----

// What core/model.c computes of a known feature, but for the weight. nodes: room for d->n + 2; the last is the bias.
static void vector(const struct vocabulary *v, const struct doc *d, struct feature_node *nodes)
{
    double sum = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct model_slot *s = slot_of(v, d->f[i].feature);
        if (s->feature == 0)
            continue;
        double norm = v->norm[s->row] / (double)MODEL_NORM_ONE;
        sum += d->f[i].count * norm;
        nodes[n++] = (struct feature_node){(int)s->row + 1, d->f[i].count * sqrt(norm)};
    }
    for (uint32_t i = 0; i < n; i++)
        nodes[i].value /= sqrt(sum);
    nodes[n++] = (struct feature_node){(int)v->n + 1, 1.0};
    nodes[n] = (struct feature_node){-1, 0};
}

static void silent(const char *line)
{
    (void)line;
}

// liblinear's classes are those that it met, in that order; of two it keeps one vector. The vectors stand by feature.
static void take(struct head *h, struct linear_model *m, uint32_t features)
{
    int columns = m->nr_class == 2 ? 1 : m->nr_class;
    for (int k = 0; k < m->nr_class; k++) {
        int class = m->label[k], column = columns == 1 ? 0 : k;
        double sign = columns == 1 && k == 1 ? -1 : 1;
        for (uint32_t i = 0; i < features; i++)
            h->weight[(size_t)i * (size_t)h->classes + (size_t) class] =
                sign * m->w[i * (uint32_t)columns + (uint32_t)column];
        h->bias[class] = sign * m->w[features * (uint32_t)columns + (uint32_t)column];
        h->has[class] = true;
    }
    free_and_destroy_model(&m);
}

struct head head_learn(const struct vocabulary *v, const struct doc *docs, const int *label, size_t n, int classes,
                       double c)
{
    struct head h = {.classes = classes, .weight = get((size_t)v->n * (size_t)classes, sizeof(double))};
    size_t room = 0, l = 0;
    insist(classes <= 32);
    for (size_t i = 0; i < n; i++)
        room += label[i] >= 0 ? docs[i].n + 2 : 0;
    struct feature_node *memory = get(room, sizeof(*memory)), *at = memory;
    struct problem p = {.n = (int)v->n + 1, .bias = 1, .y = get(n, sizeof(double)), .x = get(n, sizeof(memory))};
    for (size_t i = 0; i < n; i++) {
        if (label[i] < 0)
            continue;
        vector(v, &docs[i], at);
        p.y[l] = label[i];
        p.x[l++] = at;
        at += docs[i].n + 2;
    }
    p.l = (int)l;
    struct parameter how = {.solver_type = L2R_L2LOSS_SVC_DUAL, .C = c, .eps = 0.05, .p = 0.1};
    set_print_string_function(silent);
    srand(1); // liblinear takes the examples in a random order: always the same
    for (int k = 0; k < 32; k++)
        h.bias[k] = FAR_BELOW;
    if (l > 0)
        take(&h, train(&p, &how), v->n);
    free(memory);
    free(p.x);
    free(p.y);
    return h;
}

void head_free(struct head *h)
{
    free(h->weight);
    h->weight = NULL;
}

void head_score(const struct head *h, const struct vocabulary *v, const struct doc *d, double *score)
{
    double sum = 0;
    for (int c = 0; c < h->classes; c++)
        score[c] = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        const struct model_slot *s = slot_of(v, d->f[i].feature);
        if (s->feature == 0)
            continue;
        double norm = v->norm[s->row] / (double)MODEL_NORM_ONE, value = d->f[i].count * sqrt(norm);
        sum += d->f[i].count * norm;
        for (int c = 0; c < h->classes; c++)
            score[c] += value * h->weight[(size_t)s->row * (size_t)h->classes + (size_t)c];
    }
    for (int c = 0; c < h->classes; c++)
        score[c] = (sum > 0 ? score[c] / sqrt(sum) : 0) + h->bias[c];
}

// SPDX-License-Identifier: Apache-2.0
#include "teach.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum which { CATEGORY, KIND, CONDUCT, URGENT, POLICE, HEADS };

struct lesson {
    const struct labelled_set *set;
    const struct doc *docs;
    const bool *use;
    size_t n;
    int category[MODEL_CATEGORIES]; // the codes, ascending
    int categories;
    int *label[HEADS];    // by letter: a class, -1: leave it out
    double *score[HEADS]; // held out: by letter and class; a flag's classes are 0 and 1, of which 1 is kept
    struct vocabulary v;
    struct head head[HEADS];
};

static const int first_output[HEADS] = {MODEL_CATEGORY, MODEL_KIND, MODEL_CONDUCT, MODEL_URGENT, MODEL_POLICE};

static void *get(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size);
    insist(p);
    return p;
}

static int classes_of(const struct lesson *l, int h)
{
    return h == CATEGORY ? l->categories : h == KIND ? MODEL_KINDS : 2;
}

static void find_categories(struct lesson *l)
{
    bool there[100] = {0};
    for (size_t i = 0; i < l->n; i++)
        if (l->use[i] && l->set->of[i].category > 0 && l->set->of[i].category < 100)
            there[l->set->of[i].category] = true;
    for (int c = 1; c < 100 && l->categories < MODEL_CATEGORIES; c++)
        if (there[c])
            l->category[l->categories++] = c;
}

static int label_of(const struct lesson *l, int h, const struct labelled *x)
{
    switch (h) {
    case CATEGORY:
        for (int k = 0; k < l->categories; k++)
            if (l->category[k] == x->category)
                return k;
        return -1;
    case KIND:
        return x->kind > 0 ? x->kind - 1 : -1;
    case CONDUCT:
        return x->conduct;
    case URGENT:
        return x->urgent;
    default:
        return x->police;
    }
}

static void learn_head(struct lesson *l, int h, const bool *use, int *label)
{
    for (size_t i = 0; i < l->n; i++)
        label[i] = use[i] ? l->label[h][i] : -1;
    l->head[h] = head_learn(&l->v, l->docs, label, l->n, classes_of(l, h), h <= KIND ? TEACH_C : TEACH_C_FLAG);
}

// Most features weigh next to nothing: without them the model is a third as large and reads as well. What the police's
// head needs of its many letters, the others need too.
static void prune(struct lesson *l, const bool *use, int *label)
{
    double *worth = get(l->v.n, sizeof(double));
    if (l->v.n > TEACH_FEATURES) {
        for (int h = 0; h < POLICE; h++) {
            learn_head(l, h, use, label);
            for (size_t i = 0; i < (size_t)l->v.n * (size_t)classes_of(l, h); i++) {
                double *most = &worth[i / (size_t)classes_of(l, h)];
                *most = fmax(*most, fabs(l->head[h].weight[i]));
            }
            head_free(&l->head[h]);
        }
        vocabulary_keep(&l->v, worth, TEACH_FEATURES);
    }
    free(worth);
}

// All heads, of those that are not in `held` (-1: none is held out). Letters with a department only say what is the
// police's and what is not.
static void learn(struct lesson *l, int held, const int *fold)
{
    bool *use = get(l->n, sizeof(bool)), *many = get(l->n, sizeof(bool));
    int *label = get(l->n, sizeof(int));
    for (size_t i = 0; i < l->n; i++) {
        use[i] = l->use[i] && fold[i] != held;
        many[i] = l->label[CATEGORY][i] < 0 && l->label[KIND][i] < 0;
    }
    l->v = vocabulary_build(l->docs, l->n, use, many);
    prune(l, use, label);
    for (int h = 0; h < HEADS; h++)
        learn_head(l, h, use, label);
    free(use);
    free(many);
    free(label);
}

static void forget(struct lesson *l)
{
    vocabulary_free(&l->v);
    for (int h = 0; h < HEADS; h++)
        head_free(&l->head[h]);
}

// The police's score is the sum that model_police makes.
static void read_held_out(struct lesson *l, size_t i)
{
    double police = -1e9, other = -1e9;
    for (int h = 0; h < HEADS; h++)
        head_score(&l->head[h], &l->v, &l->docs[i], &l->score[h][i * 32]);
    for (int k = 0; k < l->categories; k++) {
        double *best = l->category[k] >= 90 ? &other : &police;
        *best = fmax(*best, l->score[CATEGORY][i * 32 + (size_t)k]);
    }
    l->score[POLICE][i * 32 + 1] += (police - other) / 2;
}

static void hold_out(struct lesson *l)
{
    int *fold = get(l->n, sizeof(int));
    uint32_t random = 1;
    for (size_t i = 0; i < l->n; i++) {
        random = random * 1664525u + 1013904223u;
        fold[i] = (int)(random >> 16) % TEACH_FOLDS;
    }
    for (int h = 0; h < HEADS; h++)
        l->score[h] = get(l->n * 32, sizeof(double));
    for (int k = 0; k < TEACH_FOLDS; k++) {
        learn(l, k, fold);
        for (size_t i = 0; i < l->n; i++)
            if (l->use[i] && fold[i] == k)
                read_held_out(l, i);
        forget(l);
    }
    free(fold);
}

// ---- Thresholds and curves ----

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The score that so large a share of the positive ones reach.
static double reached_by(const struct lesson *l, int h, double share)
{
    double *score = get(l->n, sizeof(double));
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->use[i] && l->label[h][i] == 1)
            score[n++] = l->score[h][i * 32 + 1];
    qsort(score, n, sizeof(double), by_value);
    double at = n == 0 ? 0 : score[(size_t)((1 - share) * (double)n)];
    free(score);
    return at;
}

// The score at which as large a share of both kinds is on the right side.
static double balanced(const struct lesson *l, int h)
{
    double *both[2] = {get(l->n, sizeof(double)), get(l->n, sizeof(double))}, at = 0, best = 0;
    size_t n[2] = {0, 0}, below = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->use[i] && l->label[h][i] >= 0)
            both[l->label[h][i]][n[l->label[h][i]]++] = l->score[h][i * 32 + 1];
    qsort(both[0], n[0], sizeof(double), by_value);
    qsort(both[1], n[1], sizeof(double), by_value);
    for (size_t i = 0; n[0] > 0 && i < n[1]; i++) {
        while (below < n[0] && both[0][below] < both[1][i])
            below++;
        double right = (double)(n[1] - i) / (double)n[1] + (double)below / (double)n[0];
        if (right > best) {
            best = right;
            at = both[1][i];
        }
    }
    free(both[0]);
    free(both[1]);
    return at;
}

struct lead {
    double lead;
    bool right;
};

static int by_lead(const void *a, const void *b)
{
    return by_value(&((const struct lead *)a)->lead, &((const struct lead *)b)->lead);
}

// How the held-out letter was decided: by how much, and whether it was right.
static struct lead lead_of(const struct lesson *l, int h, size_t i, double at)
{
    const double *s = &l->score[h][i * 32];
    if (h > KIND)
        return (struct lead){fabs(s[1] - at), (s[1] >= at) == (l->label[h][i] == 1)};
    int best = 0;
    double second = -1e9;
    for (int k = 1; k < classes_of(l, h); k++)
        best = s[k] > s[best] ? k : best;
    for (int k = 0; k < classes_of(l, h); k++)
        second = k != best && s[k] > second ? s[k] : second;
    return (struct lead){s[best] - second, best == l->label[h][i]};
}

enum side { BOTH, YES, NO };

static bool is_on(const struct lesson *l, int h, enum side side, size_t i, double at)
{
    return side == BOTH || (l->score[h][i * 32 + 1] >= at) == (side == YES);
}

// Monotone regression by pooling neighbours, then the middle of what each point's leads say; one that was right every
// time is as sure as one more letter would leave it (Laplace).
static void curve(const struct lesson *l, int h, enum side side, double at, uint8_t out[MODEL_CURVE])
{
    struct lead *leads = get(l->n, sizeof(*leads));
    struct pool {
        double right, n, from;
    } *pools = get(l->n + 1, sizeof(*pools));
    size_t n = 0, p = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->use[i] && l->label[h][i] >= 0 && is_on(l, h, side, i, at))
            leads[n++] = lead_of(l, h, i, at);
    qsort(leads, n, sizeof(*leads), by_lead);
    for (size_t i = 0; i < n; i++) {
        pools[p++] = (struct pool){leads[i].right, 1, leads[i].lead};
        while (p > 1 && pools[p - 2].right * pools[p - 1].n >= pools[p - 1].right * pools[p - 2].n) {
            pools[p - 2].right += pools[p - 1].right;
            pools[p - 2].n += pools[p - 1].n;
            p--;
        }
    }
    for (int k = 0; k < MODEL_CURVE; k++) {
        size_t i = 0;
        while (i + 1 < p && pools[i + 1].from <= k / 16.0)
            i++;
        double sure = p == 0 ? 0 : 100 * (pools[i].right + 0.5) / (pools[i].n + 1);
        out[k] = (uint8_t)(sure > 99 ? 99 : sure);
    }
    free(pools);
    free(leads);
}

static int32_t in_units(double score)
{
    return (int32_t)lround(score * MODEL_ONE);
}

// The score of conduct is the sum that model_conduct makes.
static void sum_conduct(struct lesson *l, double police_at)
{
    for (size_t i = 0; i < l->n; i++)
        l->score[CONDUCT][i * 32 + 1] += fmin(0, l->score[POLICE][i * 32 + 1] - police_at) / 2;
}

static void calibrate(struct lesson *l, struct model_head *head)
{
    double at[HEADS] = {[URGENT] = reached_by(l, URGENT, URGENT_RECALL), [POLICE] = balanced(l, POLICE)};
    sum_conduct(l, at[POLICE]);
    at[CONDUCT] = reached_by(l, CONDUCT, CONDUCT_RECALL);
    head->conduct_at = in_units(at[CONDUCT]);
    head->urgent_at = in_units(at[URGENT]);
    head->police_at = in_units(at[POLICE]);
    head->watch_at = in_units(reached_by(l, URGENT, WATCH_RECALL));
    for (int h = 0; h < HEADS; h++) {
        curve(l, h, h > KIND ? YES : BOTH, at[h], head->curve[h]);
        if (h > KIND)
            curve(l, h, NO, at[h], head->curve[CURVE_NO + h - CONDUCT]);
    }
}

// ---- The bytes ----

static double weight_of(const struct lesson *l, int h, uint32_t feature, int class)
{
    double idf = sqrt(l->v.norm[feature] / (double)MODEL_NORM_ONE);
    return l->head[h].weight[(size_t)feature * (size_t)l->head[h].classes + (size_t) class] * idf;
}

static void put_output(const struct lesson *l, int h, int class, int output, struct model_head *head,
                       struct model_row *rows)
{
    double most = 1e-9;
    for (uint32_t i = 0; i < l->v.n; i++)
        most = fmax(most, fabs(weight_of(l, h, i, class)));
    double unit = most / MODEL_WEIGHT;
    for (uint32_t i = 0; i < l->v.n; i++)
        rows[i].weight[output] = (int16_t)lround(weight_of(l, h, i, class) / unit);
    head->scale[output] = (int32_t)lround(unit * MODEL_ROOT_ONE * MODEL_ONE * 65536);
    head->bias[output] = in_units(l->head[h].bias[class]);
}

static struct str pack(const struct lesson *l, struct model_head *head)
{
    size_t slots = l->v.slots,
           size = sizeof(*head) + slots * sizeof(struct model_slot) + l->v.n * sizeof(struct model_row);
    char *bytes = get(size, 1);
    struct model_slot *slot = (void *)(bytes + sizeof(*head));
    struct model_row *rows = (void *)(slot + slots);
    memcpy(head->magic, "pa-model", 8);
    head->layout = MODEL_LAYOUT;
    head->size = (uint32_t)size;
    head->slots = (uint32_t)slots;
    head->rows = l->v.n;
    head->probe = model_probe();
    head->outputs = MODEL_OUTPUTS;
    for (int k = 0; k < MODEL_CATEGORIES; k++) {
        head->category[k] = (int16_t)(k < l->categories ? l->category[k] : 0);
        head->bias[MODEL_CATEGORY + k] = INT32_MIN / 2;
    }
    for (int h = 0; h < HEADS; h++)
        for (int k = 0; k < (h > KIND ? 1 : classes_of(l, h)); k++)
            put_output(l, h, h > KIND ? 1 : k, first_output[h] + k, head, rows);
    for (uint32_t i = 0; i < l->v.n; i++)
        rows[i].weight[MODEL_NORM] = (int16_t)l->v.norm[i];
    memcpy(slot, l->v.table, slots * sizeof(*slot));
    memcpy(bytes, head, sizeof(*head));
    return (struct str){bytes, size};
}

struct str teach(const struct labelled_set *set, const struct doc *docs, const bool *use, const char *made)
{
    struct lesson l = {.set = set, .docs = docs, .use = use, .n = set->n};
    struct model_head head = {0};
    int *none = get(l.n, sizeof(int));
    find_categories(&l);
    for (int h = 0; h < HEADS; h++) {
        l.label[h] = get(l.n, sizeof(int));
        for (size_t i = 0; i < l.n; i++)
            l.label[h][i] = label_of(&l, h, &set->of[i]);
    }
    hold_out(&l);
    calibrate(&l, &head);
    snprintf(head.made, sizeof(head.made), "%s", made);
    learn(&l, -1, none);
    struct str bytes = pack(&l, &head);
    forget(&l);
    free(none);
    for (int h = 0; h < HEADS; h++) {
        free(l.label[h]);
        free(l.score[h]);
    }
    return bytes;
}

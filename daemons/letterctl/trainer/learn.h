// SPDX-License-Identifier: Apache-2.0
// learn: linear models over the features of core/model.h, by liblinear (L2-regularised squared hinge, dual).
#ifndef TRAINER_LEARN_H
#define TRAINER_LEARN_H

#include "core/model.h"

struct doc { // a letter's features, each once, ascending
    uint32_t n;
    struct doc_feature {
        uint32_t feature;
        uint32_t count;
    } * f;
};
// Variants of the policy may be NULL.
struct doc doc_of(const struct policy *p, const char *title, const char *body);

struct vocabulary {
    uint32_t n, slots;
    uint32_t *feature; // by index: frequent ones first, so that what most letters have lies together in the file
    uint16_t *norm;    // round(MODEL_NORM_ONE·idf²)
    struct model_slot *table;
};
// The features of the documents that `use` marks, but for the rare ones, which nobody meets again: those that stand in
// two documents (pieces of three characters: three), of which `many` (may be NULL) marks do not count, or in
// VOCABULARY_MANY of any. `many`: letters of which there are more than of all others together.
#define VOCABULARY_MANY 12
struct vocabulary vocabulary_build(const struct doc *docs, size_t n, const bool *use, const bool *many);
// Keeps the `most` features with the largest worth (by index), and of equal ones the lower.
void vocabulary_keep(struct vocabulary *v, const double *worth, uint32_t most);
void vocabulary_free(struct vocabulary *v);

struct head {
    int classes;
    double *weight; // of feature i for class c: weight[i·classes + c]
    double bias[32];
    bool has[32]; // was there an example? Without: its score is far below all others
};
// label: 0..classes-1, -1: not used. c: how much an example counts against a small model.
struct head head_learn(const struct vocabulary *v, const struct doc *docs, const int *label, size_t n, int classes,
                       double c);
void head_free(struct head *h);
// score[classes]
void head_score(const struct head *h, const struct vocabulary *v, const struct doc *d, double *score);

#endif

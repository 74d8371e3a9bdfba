// SPDX-License-Identifier: Apache-2.0
// score: decisions beside the labels, as figures.
#ifndef TRAINER_SCORE_H
#define TRAINER_SCORE_H

#include "core/classify.h"
#include "labelled.h"

#include <jansson.h>

struct decision {
    bool made;
    bool automatic; // goes without the desk, by classify_route
    struct classification c;
};

enum readers { ANY_READER, SURE_READER };

// Figures of the letters of set `set` (-1: of all) for which a decision was made; of SURE_READER, without those whose
// labels are doubtful. worst: how many of the surest mistakes are listed. The caller's reference.
json_t *score_set(const struct policy *p, const struct labelled_set *labels, const struct decision *decisions, int set,
                  enum readers readers, int worst);

// Figures of any classes: accuracy, macro-F1. truth, guess: 0..classes-1.
json_t *score_classes(const int *truth, const int *guess, size_t n, int classes);

// A line a figure, for people.
void score_print(json_t *figures);

#endif

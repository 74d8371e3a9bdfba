// SPDX-License-Identifier: Apache-2.0
// teach: from labelled letters to a model's bytes: vocabulary, weights of every output, thresholds and curves.
#ifndef TRAINER_TEACH_H
#define TRAINER_TEACH_H

#include "labelled.h"
#include "learn.h"

// What it trains with; docs/classifier.md says how they were found.
#define TEACH_FEATURES 120000 // kept of the vocabulary: those with the largest weights when all are learned
#define TEACH_C 2.0           // category and kind
#define TEACH_C_FLAG 0.3      // conduct, urgent, police
#define TEACH_FOLDS 4         // held out by turns for thresholds and curves
#define CONDUCT_RECALL 0.88   // of those held out that complain of police conduct, so many are flagged
#define URGENT_RECALL 0.75    // emergencies flagged
#define WATCH_RECALL 0.97     // emergencies flagged or put before a person at once

// Trains on those that `use` marks. made: what of, for people. The bytes are the caller's to free; without the seal.
struct str teach(const struct labelled_set *set, const struct doc *docs, const bool *use, const char *made);

#endif

// SPDX-License-Identifier: Apache-2.0
// model: linear scores of a letter over its characters, pairs and triples of characters. Written by `letterctl train`,
// mapped into memory by whoever reads; integers only, so a score is the same wherever it is computed.
//
// score(o) = bias(o) + Σ count·weight(o) / √Σ count·norm over the features that the model knows; a feature is a
// piece of one to three characters anywhere in the letter, or of one or two in its title; what stands in the title
// counts double in the letter, too. docs/classifier.md: how the weights come about, and the file byte by byte.
#ifndef CORE_MODEL_H
#define CORE_MODEL_H

#include "core/err.h"
#include "core/fold.h"

#define MODEL_CATEGORIES 21
#define MODEL_KINDS 7
enum model_output {
    MODEL_CATEGORY = 0,            // and following, in the order of model_head.category
    MODEL_KIND = MODEL_CATEGORIES, // KIND_CONSULT and following
    MODEL_CONDUCT = MODEL_KIND + MODEL_KINDS,
    MODEL_URGENT,
    MODEL_POLICE,
    MODEL_OUTPUTS,
    MODEL_NORM = MODEL_OUTPUTS, // in a row, behind the weights
    MODEL_COLUMNS,
};
#define MODEL_ONE 4096    // a score of 1.0
#define MODEL_WEIGHT 2000 // the largest weight and norm: so many rows are summed up in 16 bits
#define MODEL_NORM_ONE 16 // a norm of 1.0
#define MODEL_ROOT_ONE 16 // the length of a letter with a norm of 1.0: a root
#define MODEL_CURVE 64    // points of a curve, MODEL_ONE / 16 apart
#define MODEL_MADE 176    // bytes of what it was made of

// How often a decision by so large a lead was right, in percent, on letters that were not trained on. Yes and no are
// not equally sure: a flag has a curve above its threshold and one below it.
enum model_curve {
    CURVE_CATEGORY,
    CURVE_KIND,
    CURVE_CONDUCT,
    CURVE_URGENT,
    CURVE_POLICE,
    CURVE_NO, // + a flag's curve - CURVE_CONDUCT
    MODEL_CURVES = CURVE_NO + 3
};

struct model_head {
    char magic[8];                      // "pa-model"
    uint32_t layout, size;              // MODEL_LAYOUT; bytes of the whole, without the seal
    uint32_t slots, rows;               // slots: a power of two above rows
    uint32_t probe;                     // model_probe() of whoever made it
    int16_t category[MODEL_CATEGORIES]; // the codes, ascending
    int16_t outputs;
    int32_t scale[MODEL_OUTPUTS], bias[MODEL_OUTPUTS];
    int32_t urgent_at, watch_at, conduct_at, police_at; // scores from which it is so; watch: a person looks at once
    uint8_t curve[MODEL_CURVES][MODEL_CURVE];
    char made[MODEL_MADE]; // what it was made of, for people; NUL-terminated
};
#define MODEL_LAYOUT 4

struct model_slot { // of a hash table with linear probing; feature 0: free
    uint32_t feature, row;
};
struct model_row { // a cache line: the outputs' weights, and the norm
    int16_t weight[MODEL_COLUMNS];
};
_Static_assert(sizeof(struct model_head) % sizeof(struct model_row) == 0, "rows begin where cache lines do");

struct model {
    const struct model_head *head;
    const struct model_slot *slots;
    const struct model_row *rows;
};

// Whether these bytes are laid out as a model: sizes, counts, every slot's row. REJECT says what is wrong. The seal is
// the reader's business (run/sealed.h). The bytes have to stay.
enum result model_open(struct str bytes, struct model *out, struct err *err) MUST_USE;

// Called for each feature as it stands in the letter; `count` is 1 or 2; at: of its first character.
typedef void (*model_each)(void *context, uint32_t feature, uint32_t count, uint32_t at, uint32_t chars);
// title_n: how many of the characters are the title's. A feature's two lowest bits are the number of its characters.
void model_features(const struct folded *text, uint32_t title_n, model_each each, void *context);

// A feature's number under this program's way to make them: a model that was made in another way knows none of ours.
uint32_t model_probe(void);

// What the model knew of a letter, for the reasons; only the first so many.
#define MODEL_KNOWN 1024
struct model_known {
    const struct folded *text; // has to stay as long as reasons are asked for
    uint32_t n;
    struct {
        uint32_t row, at;
        uint8_t count, chars;
    } of[MODEL_KNOWN];
};

// known: not zeroed by the caller.
void model_score(const struct model *m, const struct folded *text, uint32_t title_n, int32_t score[MODEL_OUTPUTS],
                 struct model_known *known);
// Whose business it is, by two witnesses: the departments' letters, which know many matters of others, and the lead of
// the police's categories over 90 and 99.
int32_t model_police(const struct model_head *h, const int32_t score[MODEL_OUTPUTS]);
// Whether it complains of police conduct. Who complains of other authorities uses the same words, so what speaks
// against its being the police's business counts against it, at half its weight.
int32_t model_conduct(const struct model_head *h, const int32_t score[MODEL_OUTPUTS]);
// What a lead of `lead` means, 0..100; what the score of a flag means, whose threshold is `at`.
int16_t model_percent(const struct model *m, enum model_curve curve, int32_t lead);
int16_t model_flag_percent(const struct model *m, enum model_curve curve, int32_t score, int32_t at);

// The pair or triple of characters that spoke loudest for `output` against `other` (-1: against nothing) and does not
// overlap those in `before`: its place in the text; n == 0: there is none.
struct model_reason {
    uint32_t at, n;
};
struct model_reason model_because(const struct model *m, const struct model_known *known, int output, int other,
                                  const struct model_reason *before, int before_n);

#endif

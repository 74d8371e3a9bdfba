// SPDX-License-Identifier: Apache-2.0
// sample_model: a small model for tests, laid out by model_features' own values. Its curves rise by three percent a
// sixteenth of 1.0, from 50 to 99; its scores are the weights, divided by the root of how many pieces it knows of a
// letter, each as often as it counts.
#ifndef UNIT_SAMPLE_MODEL_H
#define UNIT_SAMPLE_MODEL_H

#include "core/model.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLE_UNIT 8 // a sample weight in a model's weight of 1

struct sample_weight {
    const char *piece; // one to three characters, folded already
    int output, weight;
};
#define SAMPLE_CATEGORY(code) (MODEL_CATEGORY + ((code) == 99 ? 20 : (code) == 90 ? 19 : (code)-1))
#define SAMPLE_KIND(kind) (MODEL_KIND + (int)(kind)-KIND_CONSULT)

static inline void sample_feature(void *context, uint32_t feature, uint32_t count, uint32_t at, uint32_t chars)
{
    uint32_t *whole = context; // [0]: of so many characters, [1]: the feature
    if (at == 0 && chars == whole[0] && (feature & 3) == chars)
        whole[1] = feature;
}

static inline uint32_t sample_feature_of(const char *piece)
{
    static struct folded text;
    fold_begin(&text);
    fold_add(NULL, str_of(piece), &text);
    uint32_t whole[2] = {text.n, 0};
    model_features(&text, 0, sample_feature, whole);
    insist(whole[1] != 0);
    return whole[1];
}

static inline void sample_head(struct model_head *h, uint32_t slots)
{
    *h = (struct model_head){.magic = "pa-model", // fills it, so without NUL
                             .layout = MODEL_LAYOUT,
                             .slots = slots,
                             .probe = model_probe(),
                             .outputs = MODEL_OUTPUTS,
                             .watch_at = -MODEL_ONE / 4,
                             .made = "a test"};
    memcpy(h->magic, "pa-model", 8);
    for (int k = 0; k < MODEL_CATEGORIES; k++)
        h->category[k] = (int16_t)(k < 19 ? k + 1 : k == 19 ? 90 : 99);
    for (int o = 0; o < MODEL_OUTPUTS; o++)
        h->scale[o] = MODEL_ROOT_ONE * SAMPLE_UNIT * 65536;
    h->bias[MODEL_CONDUCT] = h->bias[MODEL_URGENT] = -MODEL_ONE;
    for (int c = 0; c < MODEL_CURVES; c++)
        for (int i = 0; i < MODEL_CURVE; i++)
            h->curve[c][i] = (uint8_t)(i < 17 ? 50 + 3 * i : 99);
}

// The file's bytes, without the seal; the caller's to free. Pieces may come several times, for several outputs.
static inline struct str sample_model_bytes(const struct sample_weight *weights, size_t n)
{
    uint32_t slots = 2;
    while (slots < 2 * n + 2)
        slots *= 2;
    size_t size = sizeof(struct model_head) + slots * sizeof(struct model_slot) + n * sizeof(struct model_row);
    char *bytes = calloc(1, size);
    insist(bytes);
    struct model_head *h = (void *)bytes;
    struct model_slot *slot = (void *)(h + 1);
    struct model_row *row = (void *)(slot + slots);
    sample_head(h, slots);
    for (size_t i = 0; i < n; i++) {
        uint32_t feature = sample_feature_of(weights[i].piece), at = feature >> 2 & (slots - 1);
        while (slot[at].feature != 0 && slot[at].feature != feature)
            at = (at + 1) & (slots - 1);
        if (slot[at].feature == 0)
            slot[at] = (struct model_slot){feature, h->rows++};
        row[slot[at].row].weight[weights[i].output] = (int16_t)(weights[i].weight / SAMPLE_UNIT);
        row[slot[at].row].weight[MODEL_NORM] = MODEL_NORM_ONE;
    }
    h->size = (uint32_t)(sizeof(*h) + slots * sizeof(*slot) + h->rows * sizeof(*row));
    return (struct str){bytes, h->size};
}

#endif

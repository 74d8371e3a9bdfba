// SPDX-License-Identifier: Apache-2.0
// flat_model FILE: a model that knows nothing, so that the lexicon's terms alone decide. For tests of a case's life,
// which no newly learned model may change. Its curves say that a lead of one nat is right 73 times of a hundred, of two
// 88 times.
#include "core/model.h"
#include "run/sealed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAT (MODEL_ONE / 4) // core/classify.c: what ten tenths of a nat of a term add to a score

struct flat {
    struct model_head head;
    struct model_slot slots[2];
};

int main(int argc, char **argv)
{
    struct flat m = {.head = {.magic = "pa-mode",
                              .layout = MODEL_LAYOUT,
                              .size = sizeof(m),
                              .slots = 2,
                              .probe = model_probe(),
                              .outputs = MODEL_OUTPUTS,
                              .urgent_at = 2 * NAT,
                              .watch_at = 2 * NAT,
                              .conduct_at = 2 * NAT,
                              .made = "nothing: terms decide"}};
    struct err err;
    m.head.magic[7] = 'l';
    for (int k = 0; k < MODEL_CATEGORIES; k++)
        m.head.category[k] = (int16_t)(k < 19 ? k + 1 : k == 19 ? 90 : 99);
    for (int c = 0; c < MODEL_CURVES; c++)
        for (int i = 0; i < MODEL_CURVE; i++)
            m.head.curve[c][i] =
                (uint8_t)(c == CURVE_CATEGORY ? fmin(99, 100 / (1 + exp(-i * MODEL_ONE / 16.0 / NAT))) : 99);
    if (argc != 2 || sealed_write(argv[1], (struct str){(const char *)&m, sizeof(m)}, NULL, &err) != OK) {
        fprintf(stderr, "flat_model: %s\n", argc != 2 ? "usage: flat_model FILE" : err.text);
        return 1;
    }
    return 0;
}

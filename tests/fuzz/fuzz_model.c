// SPDX-License-Identifier: Apache-2.0
// A model file with damage that no checksum saw: it is refused, or reading by it ends and stays within its bytes. Each
// three bytes of the input change one byte of a small model (offset, low byte first; what it becomes); a byte left over
// says how much is cut off.
#include "sample_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sample_weight weights[] = {
        {"路", 0, 400}, {"路口", 0, 900}, {"红绿灯", 1, 700}, {"户口", MODEL_URGENT, -800}};
    static struct folded text;
    static struct model_known known;
    int32_t score[MODEL_OUTPUTS];
    struct model m;
    struct err err;
    struct str whole = sample_model_bytes(weights, sizeof(weights) / sizeof(weights[0]));
    size_t n = whole.n - (size % 3 == 1 ? data[size - 1] * whole.n / 256 : 0);
    char *bytes = malloc(n ? n : 1); // of its own size, so that a step beyond it is seen
    insist(bytes);
    memcpy(bytes, whole.p, n);
    free((void *)(uintptr_t)whole.p);
    for (size_t i = 0; i + 3 <= size && n > 0; i += 3)
        bytes[(size_t)(data[i] | data[i + 1] << 8) % n] = (char)data[i + 2];
    enum result result = model_open((struct str){bytes, n}, &m, &err);
    insist(result == OK || (result == REJECT && strcmp(err.code, "bad_model") == 0));
    if (result == OK) {
        struct model_reason none;
        fold_begin(&text);
        fold_add(NULL, STR("路口的红绿灯"), &text);
        uint32_t title = text.n;
        fold_add(NULL, STR("户口在路口,红绿灯不亮"), &text);
        model_score(&m, &text, title, score, &known);
        (void)model_conduct(m.head, score);
        for (int c = 0; c < MODEL_CURVES; c++)
            for (int o = 0; o < MODEL_OUTPUTS; o++)
                (void)model_percent(&m, (enum model_curve)c, score[o]);
        for (int o = 0; o < MODEL_OUTPUTS; o++)
            (void)model_because(&m, &known, o, -1, &none, 0);
    }
    free(bytes);
    return 0;
}

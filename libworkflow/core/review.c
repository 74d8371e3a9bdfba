// SPDX-License-Identifier: Apache-2.0
#include "core/review.h"

#include <stddef.h>

// splitmix64's finaliser: every bit of the input moves every bit of the output.
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t review_lot(int64_t seed, int64_t id)
{
    return mix(mix((uint64_t)seed) ^ (uint64_t)id);
}

static int count(struct text *reasons, const char *name, int n, int weight)
{
    if (n <= 0)
        return 0;
    if (reasons) {
        text_put(reasons, reasons->n ? ", " : "");
        text_put(reasons, name);
        text_put(reasons, " ");
        text_i64(reasons, n);
    }
    return n * weight;
}

static int mark(struct text *reasons, const char *name, bool is, int weight)
{
    if (is && reasons) {
        text_put(reasons, reasons->n ? ", " : "");
        text_put(reasons, name);
    }
    return is ? weight : 0;
}

int review_score(const struct review_facts *f, struct text *reasons)
{
    int score = count(reasons, "rounds", f->rounds, 3);
    score += count(reasons, "returned", f->returns, 2);
    score += count(reasons, "breached", f->breaches, 2);
    score += mark(reasons, "conduct", (f->flags & (FLAG_CONDUCT | FLAG_ACCUSED)) != 0, 3);
    score += mark(reasons, "dissatisfied", f->satisfied == 2, 4);
    // Said to be settled, and the writer says that it is not: what a second look is for (complaint 2.24).
    score += mark(reasons, "not solved", f->solved == 2 && f->outcome == OUTCOME_RESOLVED, 4);
    return score;
}

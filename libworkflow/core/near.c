// SPDX-License-Identifier: Apache-2.0
#include "core/near.h"
#include "core/case.h"

#include <string.h>

#define ROW_BITS 21 // of a 3-gram's hash, for each row: the upper say which band, all which is the least
#define NONE UINT32_MAX

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return x ^ x >> 32;
}

// Never 0, so that 0 can mean an empty slot.
static uint64_t gram(const uint16_t *c)
{
    return UINT64_C(1) << 48 | (uint64_t)c[0] << 32 | (uint64_t)c[1] << 16 | c[2];
}

static uint64_t whole(const uint16_t *c, uint32_t n)
{
    uint64_t h = n;
    for (uint32_t i = 0; i < n; i++)
        h = mix(h + c[i]);
    return h;
}

// One-permutation hashing, thrice: each 3-gram belongs to one band of each row, and the least of a band stands for it.
static void least(const uint16_t *c, uint32_t n, uint32_t min[NEAR_ROWS][NEAR_BANDS])
{
    memset(min, 0xff, sizeof(uint32_t[NEAR_ROWS][NEAR_BANDS]));
    for (uint32_t i = 0; i + 3 <= n; i++) {
        uint64_t h = mix(gram(c + i));
        for (int row = 0; row < NEAR_ROWS; row++, h >>= ROW_BITS) {
            uint32_t v = h & ((1u << ROW_BITS) - 1), band = v * NEAR_BANDS >> ROW_BITS;
            if (v < min[row][band])
                min[row][band] = v;
        }
    }
}

// A band that no 3-gram belongs to takes the value of one that has some, chosen by lot and alike in every text.
static void fill(uint32_t row[NEAR_BANDS])
{
    uint32_t had[NEAR_BANDS];
    memcpy(had, row, sizeof had);
    for (uint32_t band = 0; band < NEAR_BANDS; band++)
        for (uint64_t k = 1; row[band] == NONE; k++)
            row[band] = had[mix(k << 8 | band) % NEAR_BANDS];
}

void near_sketch(const uint16_t *c, uint32_t n, struct near_sketch *out)
{
    uint32_t min[NEAR_ROWS][NEAR_BANDS];
    out->n = n == 0 ? 0 : n < NEAR_SHORT ? 1 : NEAR_BANDS;
    if (n < NEAR_SHORT) {
        out->band[0] = (uint32_t)whole(c, n);
        return;
    }
    least(c, n, min);
    for (int row = 0; row < NEAR_ROWS; row++)
        fill(min[row]);
    for (uint64_t band = 0; band < NEAR_BANDS; band++) {
        uint64_t h = band;
        for (int row = 0; row < NEAR_ROWS; row++)
            h = mix(h << ROW_BITS ^ min[row][band]);
        out->band[band] = (uint32_t)h;
    }
}

// ---- Exactly ----

#define IN_BOTH (UINT64_C(1) << 63)

// The slot of this 3-gram, or the empty one where it belongs.
static uint64_t *slot_of(struct near_work *w, uint32_t mask, uint64_t g)
{
    uint32_t i = (uint32_t)mix(g);
    while (w->slot[i & mask] != 0 && (w->slot[i & mask] & ~IN_BOTH) != g)
        i++;
    return &w->slot[i & mask];
}

int16_t near_score(const uint16_t *a, uint32_t a_n, const uint16_t *b, uint32_t b_n, struct near_work *work,
                   uint32_t *fresh)
{
    insist(a_n <= LETTER_BODY_MAX && b_n <= LETTER_BODY_MAX);
    uint32_t slots = 64, of_a = 0, both = 0, only_b = 0;
    if (a_n < NEAR_SHORT || b_n < NEAR_SHORT) {
        bool same = a_n == b_n && memcmp(a, b, a_n * sizeof *a) == 0;
        if (fresh)
            *fresh = same ? 0 : a_n;
        return same ? 100 : 0;
    }
    while (slots < NEAR_SLOTS && slots < 2 * (a_n + b_n))
        slots *= 2;
    memset(work->slot, 0, slots * sizeof *work->slot);
    for (uint32_t i = 0; i + 3 <= a_n; i++) {
        uint64_t g = gram(a + i), *slot = slot_of(work, slots - 1, g);
        of_a += *slot == 0;
        *slot = g;
    }
    for (uint32_t i = 0; i + 3 <= b_n; i++) {
        uint64_t g = gram(b + i), *slot = slot_of(work, slots - 1, g);
        both += *slot == g;
        only_b += *slot == 0;
        *slot = g | IN_BOTH; // or only in b, but seen
    }
    if (fresh)
        *fresh = of_a - both;
    return (int16_t)(100 * (uint64_t)both / (of_a + only_b));
}

// ---- What follows ----

const struct code near_reasons[] = {
    {NEAR_REPEAT, "repeat", "同一人重复来信"},
    {NEAR_SAME_WRITER, "same_writer", "同一人相近来信,前件未办结"},
    {NEAR_APPEAL, "appeal", "同一人相近来信,前件在申诉期内"},
    {NEAR_AGAIN, "again", "同一人相近来信,前件已结束"},
    {NEAR_SAME_EVENT, "same_event", "内容相近来信"},
    {0, NULL, NULL},
};

// Its answer is not given, and nobody waits for the writer.
static bool worked_on(enum case_state s)
{
    return !case_final(s) && s != ANSWERED && s != CALLBACK && s != NEED_INFO;
}

enum near_reason near_judge(const struct policy *p, wf_time now, const struct near_pair *pair, enum case_state state,
                            enum kind kind, wf_time clock_at)
{
    if (pair->score < p->near_at)
        return NEAR_NONE;
    if (!pair->same_writer)
        return NEAR_SAME_EVENT;
    if (!case_final(state))
        return pair->score >= p->same_text && worked_on(state) ? NEAR_REPEAT : NEAR_SAME_WRITER;
    return state == CLOSED && now < policy_due(p, CLOCK_K20, kind, clock_at) ? NEAR_APPEAL : NEAR_AGAIN;
}

int64_t near_first(const struct near_found *found)
{
    for (int i = 0; i < found->n; i++)
        if (found->pair[i].reason == NEAR_REPEAT)
            return found->pair[i].id;
    return 0;
}

bool near_waits(const struct near_found *found)
{
    for (int i = 0; i < found->n; i++)
        if (found->pair[i].reason != NEAR_AGAIN && found->pair[i].reason != NEAR_SAME_EVENT)
            return true;
    return false;
}

const char *near_held(const struct policy *p, const struct case_facts *f, const struct case_facts *first)
{
    uint8_t flags = f->flags | first->flags;
    if (flags & FLAG_URGENT)
        return "urgent";
    if (flags & (FLAG_CONDUCT | FLAG_ACCUSED) || f->accused.n > 0 || first->accused.n > 0)
        return "about police conduct";
    if (flags & FLAG_CONFIDENTIAL)
        return "confidential";
    if (f->flags & FLAG_PRIMARY)
        return "others joined it";
    if (f->kind != first->kind || f->category != first->category)
        return "another kind of matter";
    // The province's mailbox names no place: what it got says less than what a city's got, not something else.
    bool elsewhere =
        f->bureau != 0 && first->bureau != 0 && policy_bureau(p, f->bureau) != policy_bureau(p, first->bureau);
    if (elsewhere || (f->place != 0 && first->place != 0 && f->place != first->place))
        return "another place";
    return worked_on(first->state) && rule_for_case(first->state, EV_ABSORB) ? NULL : "the first is not worked on";
}

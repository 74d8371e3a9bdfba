// SPDX-License-Identifier: Apache-2.0
#include "core/model.h"

#include <string.h>

enum space { WHOLE, TITLE };

// Digits say that there is a number, not which.
static uint32_t class_of(uint16_t c)
{
    return c >= '0' && c <= '9' ? '0' : c;
}

// The two lowest bits say how many characters it has, so it is never 0. The others are 30 of 64 mixed bits: of 150,000
// features, a piece in 7,000 is taken for another.
static uint32_t feature_of(enum space space, uint64_t first, uint64_t second, uint64_t third)
{
    uint64_t x = (uint64_t)space << 48 | first << 32 | second << 16 | third;
    x = (x ^ x >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(x >> 32 & ~UINT64_C(3)) | (first != 0 ? 3 : second != 0 ? 2 : 1);
}

// Inlined where `each` is known: that call is made for every feature of every letter.
static inline __attribute__((always_inline)) void walk(const struct folded *text, uint32_t title_n, model_each each,
                                                       void *context)
{
    uint32_t before = FOLD_BREAK, last = FOLD_BREAK;
    for (uint32_t i = 0; i <= text->n; i++) {
        uint32_t c = i < text->n ? class_of(text->c[i]) : FOLD_BREAK;
        bool in_title = i < title_n, pair_in_title = i <= title_n && title_n > 0;
        uint32_t begin = i == 0 ? 0 : i - 1, pair = i == 0 || i == text->n ? 1 : 2;
        if (c != FOLD_BREAK) {
            each(context, feature_of(WHOLE, 0, 0, c), in_title ? 2 : 1, i, 1);
            if (in_title) {
                each(context, feature_of(TITLE, 0, 0, c), 1, i, 1);
            }
        }
        if (c != FOLD_BREAK || last != FOLD_BREAK) {
            each(context, feature_of(WHOLE, 0, last, c), pair_in_title ? 2 : 1, begin, pair);
            if (pair_in_title) {
                each(context, feature_of(TITLE, 0, last, c), 1, begin, pair);
            }
        }
        if (c != FOLD_BREAK && last != FOLD_BREAK && before != FOLD_BREAK) {
            each(context, feature_of(WHOLE, before, last, c), in_title ? 2 : 1, i - 2, 3);
        }
        before = last;
        last = c;
    }
}

void model_features(const struct folded *text, uint32_t title_n, model_each each, void *context)
{
    walk(text, title_n, each, context);
}

uint32_t model_probe(void)
{
    return feature_of(TITLE, class_of(0x6237), class_of('7'), 0x5E73);
}

// Where the search for a feature starts: its two lowest bits say little.
static uint32_t slot_of(const struct model *m, uint32_t feature)
{
    return feature >> 2 & (m->head->slots - 1);
}

static const struct model_row *find(const struct model *m, uint32_t feature)
{
    for (uint32_t i = slot_of(m, feature);; i = (i + 1) & (m->head->slots - 1)) {
        if (m->slots[i].feature == feature) {
            return &m->rows[m->slots[i].row];
        }
        if (m->slots[i].feature == 0) {
            return NULL;
        }
    }
}

// Slots and rows are spread over megabytes: they are asked for some features ahead of their use.
#define AHEAD 32

struct piece {
    uint32_t feature, at;
    uint8_t count, chars;
};

#define FEW 16 // rows that a sum of 16 bits holds
_Static_assert(FEW *MODEL_WEIGHT <= INT16_MAX, "a sum of few rows does not overflow");

// A row at once, with a few wide instructions.
typedef uint16_t columns __attribute__((vector_size(MODEL_COLUMNS * sizeof(int16_t)), aligned(2), may_alias));

struct sums {
    const struct model *m;
    struct model_known *known;
    struct piece pieces[AHEAD];
    uint32_t n, rows; // rows: in `few`
    columns few;
    int32_t of[MODEL_COLUMNS];
};

static void add_few(struct sums *s)
{
    for (int o = 0; o < MODEL_COLUMNS; o++) {
        s->of[o] += (int16_t)s->few[o];
    }
    s->few = (columns){0};
    s->rows = 0;
}

static void add_row(struct sums *s, const struct model_row *row, const struct piece *piece)
{
    for (int k = 0; k < piece->count; k++) {
        if (s->rows == FEW) {
            add_few(s);
        }
        s->few += *(const columns *)row->weight;
        s->rows++;
    }
    if (piece->chars >= 2 && s->known->n < MODEL_KNOWN) {
        s->known->of[s->known->n].row = (uint32_t)(row - s->m->rows);
        s->known->of[s->known->n].at = piece->at;
        s->known->of[s->known->n].count = piece->count;
        s->known->of[s->known->n++].chars = piece->chars;
    }
}

static void add_pieces(struct sums *s)
{
    const struct model_row *row[AHEAD];
    for (uint32_t i = 0; i < s->n; i++) {
        row[i] = find(s->m, s->pieces[i].feature);
        if (row[i] != NULL) {
            __builtin_prefetch(row[i]);
        }
    }
    for (uint32_t i = 0; i < s->n; i++) {
        if (row[i] != NULL) {
            add_row(s, row[i], &s->pieces[i]);
        }
    }
    s->n = 0;
}

static void add(void *context, uint32_t feature, uint32_t count, uint32_t at, uint32_t chars)
{
    struct sums *s = context;
    __builtin_prefetch(&s->m->slots[slot_of(s->m, feature)]);
    s->pieces[s->n++] = (struct piece){feature, at, (uint8_t)count, (uint8_t)chars};
    if (s->n == AHEAD) {
        add_pieces(s);
    }
}

static uint32_t root(uint64_t x)
{
    uint64_t r = 0;
    for (uint64_t bit = UINT64_C(1) << 40; bit != 0; bit >>= 2) {
        if (x >= r + bit) {
            x -= r + bit;
            r = (r >> 1) + bit;
        } else {
            r >>= 1;
        }
    }
    return (uint32_t)r;
}

#define FAR (1 << 28) // no score or threshold lies further from 0, so that no difference of two overflows

static int32_t within(int64_t score)
{
    return (int32_t)(score > FAR ? FAR : score < -FAR ? -FAR : score);
}

void model_score(const struct model *m, const struct folded *text, uint32_t title_n, int32_t score[MODEL_OUTPUTS],
                 struct model_known *known)
{
    struct sums s = {.m = m, .known = known};
    known->n = 0;
    known->text = text;
    walk(text, title_n, add, &s);
    add_pieces(&s);
    add_few(&s);
    int64_t length = root((uint64_t)s.of[MODEL_NORM] * (MODEL_ROOT_ONE * MODEL_ROOT_ONE / MODEL_NORM_ONE));
    for (int o = 0; o < MODEL_OUTPUTS; o++) {
        int64_t sum = length == 0 ? 0 : (int64_t)s.of[o] * m->head->scale[o] / length;
        score[o] = within(m->head->bias[o] + sum / 65536);
    }
}

int32_t model_police(const struct model_head *h, const int32_t score[MODEL_OUTPUTS])
{
    int32_t police = INT32_MIN / 2, other = INT32_MIN / 2;
    for (int k = 0; k < MODEL_CATEGORIES; k++) {
        int32_t *best = h->category[k] >= 90 ? &other : &police;
        *best = score[MODEL_CATEGORY + k] > *best ? score[MODEL_CATEGORY + k] : *best;
    }
    return score[MODEL_POLICE] + (police - other) / 2;
}

int32_t model_conduct(const struct model_head *h, const int32_t score[MODEL_OUTPUTS])
{
    int32_t police = model_police(h, score) - h->police_at;
    return score[MODEL_CONDUCT] + (police < 0 ? police / 2 : 0);
}

int16_t model_percent(const struct model *m, enum model_curve curve, int32_t lead)
{
    int32_t i = lead < 0 ? 0 : lead / (MODEL_ONE / 16);
    return m->head->curve[curve][i < MODEL_CURVE ? i : MODEL_CURVE - 1];
}

int16_t model_flag_percent(const struct model *m, enum model_curve curve, int32_t score, int32_t at)
{
    return score >= at ? model_percent(m, curve, score - at)
                       : model_percent(m, CURVE_NO + curve - CURVE_CONDUCT, at - score);
}

static bool overlaps(uint32_t at, uint32_t n, const struct model_reason *before, int before_n)
{
    for (int i = 0; i < before_n; i++) {
        if (at < before[i].at + before[i].n && before[i].at < at + n) {
            return true;
        }
    }
    return false;
}

// Does the piece say something to people? No marks, blanks or breaks.
static bool is_wording(const uint16_t *c, uint32_t chars)
{
    for (uint32_t i = 0; i < chars; i++) {
        bool letter = (c[i] >= '0' && c[i] <= '9') || (c[i] >= 'a' && c[i] <= 'z') || c[i] >= 0x3400;
        if (!letter || (c[i] >= 0xFF00 && c[i] <= 0xFFEF)) {
            return false;
        }
    }
    return true;
}

struct model_reason model_because(const struct model *m, const struct model_known *known, int output, int other,
                                  const struct model_reason *before, int before_n)
{
    struct model_reason found = {0, 0};
    int64_t loudest = 0;
    for (uint32_t i = 0; i < known->n; i++) {
        const struct model_row *row = &m->rows[known->of[i].row];
        int64_t loud = (int64_t)row->weight[output] * m->head->scale[output];
        loud -= other < 0 ? 0 : (int64_t)row->weight[other] * m->head->scale[other];
        loud *= known->of[i].count;
        if (loud > loudest && is_wording(known->text->c + known->of[i].at, known->of[i].chars) &&
            !overlaps(known->of[i].at, known->of[i].chars, before, before_n)) {
            loudest = loud;
            found = (struct model_reason){known->of[i].at, known->of[i].chars};
        }
    }
    return found;
}

static enum result refuse(struct err *err, const char *text)
{
    return err_set(err, REJECT, "bad_model", "model", text);
}

// What others take for granted of a code, a threshold, a percentage.
static bool head_fits(const struct model_head *h)
{
    bool fits = memchr(h->made, '\0', sizeof(h->made)) != NULL;
    for (int k = 0; k < MODEL_CATEGORIES; k++) {
        fits = fits && h->category[k] >= 0 && h->category[k] <= 99;
    }
    const int32_t at[] = {h->urgent_at, h->watch_at, h->conduct_at, h->police_at};
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
        fits = fits && within(at[i]) == at[i];
    }
    for (size_t i = 0; i < sizeof(h->curve); i++) {
        fits = fits && h->curve[i / MODEL_CURVE][i % MODEL_CURVE] <= 100;
    }
    return fits;
}

enum result model_open(struct str bytes, struct model *out, struct err *err)
{
    const struct model_head *h = (const void *)bytes.p;
    if (bytes.n < sizeof(*h) || memcmp(h->magic, "pa-model", 8) != 0) {
        return refuse(err, "no model file: letterctl train makes one");
    }
    if (h->layout != MODEL_LAYOUT || h->outputs != MODEL_OUTPUTS || h->probe != model_probe()) {
        return refuse(err, "of another layout: train it again with this version");
    }
    bool counts = h->slots >= 2 && h->slots <= 1u << 24 && (h->slots & (h->slots - 1)) == 0 && h->rows < h->slots;
    if (!counts || h->size != bytes.n ||
        bytes.n != sizeof(*h) + h->slots * sizeof(struct model_slot) + h->rows * sizeof(struct model_row)) {
        return refuse(err, "sizes that do not fit together: it is truncated or damaged");
    }
    struct model m = {.head = h, .slots = (const void *)(bytes.p + sizeof(*h))};
    m.rows = (const void *)(m.slots + h->slots);
    uint32_t used = 0;
    for (uint32_t i = 0; i < h->slots; i++) {
        used += m.slots[i].feature != 0;
        if (m.slots[i].row >= h->rows && m.slots[i].feature != 0) {
            return refuse(err, "a slot without a row: it is damaged");
        }
    }
    if (used >= h->slots) { // a search has to end
        return refuse(err, "no free slot: it is damaged");
    }
    if (!head_fits(h)) {
        return refuse(err, "codes, thresholds or percentages that cannot be: it is damaged");
    }
    *out = m;
    return OK;
}

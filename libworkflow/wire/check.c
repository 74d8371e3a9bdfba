// SPDX-License-Identifier: Apache-2.0
// check: walks a body before msgpack-c sees it, because msgpack-c 4.0 believes counts (five bytes make it ask for 8
// GiB) and passes over bad UTF-8, double keys and bytes behind the end.
#include "wire/codec.h"

#include <string.h>

#define DEPTH_MAX 4
#define ELEMENTS_MAX 4096

enum kind { PLAIN, INTEGER, TEXT_BYTES, RAW_BYTES, ARRAY, MAP, FOREIGN, NEVER };

// First bytes 0xC0 to 0xDF: what follows, and how many bytes of number (a value, a length or a count) come first.
static const struct {
    uint8_t kind, width;
} heads[32] = {
    {PLAIN, 0},     {NEVER, 0},      {PLAIN, 0},      {PLAIN, 0},   // nil, unused, false, true
    {RAW_BYTES, 1}, {RAW_BYTES, 2},  {RAW_BYTES, 4},  {FOREIGN, 0}, // bin, ext
    {FOREIGN, 0},   {FOREIGN, 0},    {FOREIGN, 0},    {FOREIGN, 0}, // ext, float
    {INTEGER, 1},   {INTEGER, 2},    {INTEGER, 4},    {INTEGER, 8}, // unsigned
    {INTEGER, 1},   {INTEGER, 2},    {INTEGER, 4},    {INTEGER, 8}, // signed
    {FOREIGN, 0},   {FOREIGN, 0},    {FOREIGN, 0},    {FOREIGN, 0}, // ext
    {FOREIGN, 0},   {TEXT_BYTES, 1}, {TEXT_BYTES, 2}, {TEXT_BYTES, 4}, {ARRAY, 2}, {ARRAY, 4}, {MAP, 2}, {MAP, 4},
};

struct walk {
    const uint8_t *p, *end;
    uint32_t elements, keys_n;
    bool inside; // behind the first key of the top map
    int64_t top; // the top map's key that is being read
    const struct wire_message *message;
    struct err *err;
    int64_t keys[ELEMENTS_MAX / 2]; // of all open maps, the innermost last
};

struct token {
    enum kind kind;
    uint64_t n;    // length or count; an integer's bits
    bool negative; // of an integer
};

static enum result bad_frame(struct walk *w, const char *words)
{
    return err_set(w->err, REJECT, "bad_frame", "", words);
}

static enum result bad_field(struct walk *w, const char *code, const char *words)
{
    const struct wire_field *f = w->inside && w->message ? wire_field_of(w->message, w->top) : NULL;
    if (!f)
        return err_set(w->err, REJECT, code, "", words);
    return err_set_str(w->err, REJECT, code, f->name, "", str_of(f->name), words);
}

static enum result read_token(struct walk *w, struct token *t)
{
    if (w->p == w->end)
        return bad_frame(w, "the body is cut short");
    uint8_t c = *w->p++;
    *t = (struct token){.kind = INTEGER, .n = c};
    if (c <= 0x7F)
        return OK;
    if (c >= 0xE0) {
        *t = (struct token){.kind = INTEGER, .n = (uint64_t)(int64_t)(int8_t)c, .negative = true};
        return OK;
    }
    if (c < 0xC0) {
        *t = c < 0x90   ? (struct token){.kind = MAP, .n = c & 0x0F}
             : c < 0xA0 ? (struct token){.kind = ARRAY, .n = c & 0x0F}
                        : (struct token){.kind = TEXT_BYTES, .n = c & 0x1F};
        return OK;
    }
    t->kind = heads[c - 0xC0].kind;
    unsigned width = heads[c - 0xC0].width;
    if ((size_t)(w->end - w->p) < width)
        return bad_frame(w, "the body is cut short");
    t->n = 0;
    for (unsigned i = 0; i < width; i++)
        t->n = t->n << 8 | *w->p++;
    if (c >= 0xD0 && c <= 0xD3 && t->n >> (8 * width - 1)) {
        t->negative = true;
        t->n |= width < 8 ? UINT64_MAX << (8 * width) : 0;
    }
    return OK;
}

static enum result walk_value(struct walk *w, int depth);

static enum result walk_text(struct walk *w, size_t n)
{
    struct str s = {(const char *)w->p, n};
    if (!utf8_check(s, NULL)) {
        if (memchr(s.p, 0, n))
            return bad_field(w, "nul", ": U+0000 is not allowed");
        return bad_field(w, "bad_utf8", ": not well-formed UTF-8");
    }
    w->p += n;
    return OK;
}

// Reads a key and remembers it; keys that ascend, as our own writer's do, need no search.
static enum result walk_key(struct walk *w, uint32_t first, int depth, int64_t *highest)
{
    struct token t;
    if (read_token(w, &t))
        return REJECT;
    if (t.kind != INTEGER || (!t.negative && t.n > INT64_MAX))
        return bad_frame(w, "a map's keys are 64-bit signed integers");
    int64_t key = (int64_t)t.n;
    if (depth == 1) {
        w->inside = true;
        w->top = key;
    }
    if (w->keys_n > first && key <= *highest) {
        for (uint32_t i = first; i < w->keys_n; i++) {
            if (w->keys[i] == key)
                return bad_field(w, "duplicate_key", depth == 1 ? ": occurs twice" : ": a key occurs twice in it");
        }
    } else {
        *highest = key;
    }
    w->keys[w->keys_n++] = key;
    return OK;
}

static enum result walk_children(struct walk *w, const struct token *t, int depth)
{
    uint64_t elements = t->kind == MAP ? 2 * t->n : t->n;
    if (depth > DEPTH_MAX)
        return err_set_limit(w->err, REJECT, "bad_frame", "", "at most ", DEPTH_MAX, " maps and arrays in one another");
    if (elements > (uint64_t)(w->end - w->p))
        return bad_frame(w, "a count is more than the bytes that are left");
    if (elements > ELEMENTS_MAX - w->elements)
        return err_set_limit(w->err, REJECT, "bad_frame", "", "at most ", ELEMENTS_MAX, " elements");
    w->elements += (uint32_t)elements;
    uint32_t first = w->keys_n;
    int64_t highest = 0;
    for (uint64_t i = 0; i < t->n; i++) {
        if (t->kind == MAP && walk_key(w, first, depth, &highest))
            return REJECT;
        if (walk_value(w, depth))
            return REJECT;
    }
    w->keys_n = first;
    return OK;
}

// depth: of the map or array that the value stands in.
static enum result walk_value(struct walk *w, int depth)
{
    struct token t;
    if (read_token(w, &t))
        return REJECT;
    if ((t.kind == TEXT_BYTES || t.kind == RAW_BYTES) && t.n > (size_t)(w->end - w->p))
        return bad_frame(w, "a length is more than the bytes that are left");
    switch (t.kind) {
    case PLAIN:
    case INTEGER:
        return OK;
    case TEXT_BYTES:
        return walk_text(w, (size_t)t.n);
    case RAW_BYTES:
        w->p += t.n;
        return OK;
    case ARRAY:
    case MAP:
        return walk_children(w, &t, depth + 1);
    case FOREIGN:
        return bad_field(w, "wrong_type", ": floats and extension types are not part of the protocol");
    case NEVER:
        break;
    }
    return bad_frame(w, "the byte 0xC1 begins no value");
}

enum result wire_check(const struct wire_message *m, const uint8_t *body, size_t n, struct err *err)
{
    struct walk w;
    w.p = body;
    w.end = body + n;
    w.elements = w.keys_n = 0;
    w.inside = false;
    w.message = m;
    w.err = err;
    struct token t;
    if (read_token(&w, &t))
        return REJECT;
    if (t.kind != MAP)
        return bad_frame(&w, "the body is a map");
    if (walk_children(&w, &t, 1))
        return REJECT;
    if (w.p != w.end)
        return bad_frame(&w, "there are bytes behind the end of the body");
    return OK;
}

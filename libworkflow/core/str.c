// SPDX-License-Identifier: Apache-2.0
#include "core/str.h"

#include <string.h>

struct str str_of(const char *terminated)
{
    return terminated ? (struct str){terminated, strlen(terminated)} : STR_NONE;
}

// Absent is equal to absent only: an empty text is a text.
bool str_eq(struct str a, struct str b)
{
    if (!a.p || !b.p)
        return a.p == b.p;
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

uint64_t str_hash(struct str s)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001B3);
    return h;
}

bool str_is(struct str s, const char *terminated)
{
    return str_eq(s, str_of(terminated));
}

// Bytes of the blank that s begins (or, at_end, ends) with; 0 when it is none.
static size_t blank_at(struct str s, bool at_end)
{
    if (s.n == 0)
        return 0;
    if (memchr(" \t\n\v\f\r", at_end ? s.p[s.n - 1] : s.p[0], 6))
        return 1;
    return s.n >= 3 && memcmp(at_end ? s.p + s.n - 3 : s.p, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

struct str str_trim(struct str s)
{
    size_t n;
    while ((n = blank_at(s, false)) > 0) {
        s.p += n;
        s.n -= n;
    }
    while ((n = blank_at(s, true)) > 0)
        s.n -= n;
    return s;
}

bool str_to_i64(struct str s, int64_t *out)
{
    size_t i = s.n > 0 && s.p[0] == '-' ? 1 : 0;
    bool negative = i == 1;
    int64_t v = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        int digit = s.p[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        // Counted downwards, because the least number has no positive twin.
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, digit, &v))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, v, &v))
        return false;
    *out = v;
    return true;
}

struct str str_split(struct str *rest, char sep)
{
    struct str head = *rest;
    const char *at = head.n ? memchr(head.p, sep, head.n) : NULL;
    if (!at) {
        *rest = STR_NONE;
        return head;
    }
    head.n = (size_t)(at - head.p);
    *rest = (struct str){at + 1, rest->n - head.n - 1};
    return head;
}

#define WORD(byte) (UINT64_C(0x0101010101010101) * (byte))

// Length of the well-formed sequence of 2 or 4 bytes at p; 0 when there is none (Unicode 15, table 3-7).
static size_t utf8_rare(const unsigned char *p, size_t left)
{
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        return left >= 2 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
    if (p[0] < 0xF0 || p[0] > 0xF4 || left < 4)
        return 0;
    if ((p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
        return 0;
    return (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F) ? 0 : 4;
}

// Bytes at p that are ASCII without NUL, in whole words.
static size_t ascii_run(const unsigned char *p, size_t left)
{
    size_t n = 0;
    for (uint64_t word; left - n >= 8; n += 8) {
        memcpy(&word, p + n, 8);
        if (((word - WORD(1)) | word) & WORD(0x80))
            break;
    }
    return n;
}

static uint64_t word_of(const char bytes[8])
{
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

// Bytes at p that are well-formed three-byte sequences: Chinese, nearly always. Two at a time while neither begins with
// E0 or ED, which restrict the byte that follows; those, and the rest, one by one.
static size_t three_run(const unsigned char *p, size_t left)
{
    const uint64_t form = word_of("\xF0\xC0\xC0\xF0\xC0\xC0\0"), good = word_of("\xE0\x80\x80\xE0\x80\x80\0");
    const uint64_t low = word_of("\x0F\0\0\x0F\0\0\0"), d = word_of("\x0D\0\0\x0D\0\0\0");
    const uint64_t carry = word_of("\x10\0\0\x10\0\0\0");
    size_t n = 0;
    while (left - n >= 3) {
        if (left - n >= 8) {
            uint64_t word;
            memcpy(&word, p + n, 8);
            // Adding 15 to a nibble carries unless it is 0.
            uint64_t lead = word & low;
            if ((word & form) == good && (((lead + low) & ((lead ^ d) + low)) & carry) == carry) {
                n += 6;
                continue;
            }
        }
        uint32_t c = (uint32_t)p[n] << 16 | (uint32_t)p[n + 1] << 8 | p[n + 2];
        // Not E0 80..9F (overlong), not ED A0..BF (surrogates).
        if ((c & 0xF0C0C0) != 0xE08080 || (c & 0xFFE000) == 0xE08000 || (c & 0xFFE000) == 0xEDA000)
            break;
        n += 3;
    }
    return n;
}

bool utf8_check(struct str s, size_t *chars)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t left = s.n, count = 0;
    while (left > 0) {
        size_t n;
        if ((p[0] & 0xF0) == 0xE0) {
            n = three_run(p, left);
            count += n / 3;
        } else if (p[0] >= 0x80) {
            n = utf8_rare(p, left);
            count++;
        } else {
            n = ascii_run(p, left);
            if (n == 0)
                n = p[0] != 0;
            count += n;
        }
        if (n == 0)
            return false;
        p += n;
        left -= n;
    }
    if (chars)
        *chars = count;
    return true;
}

uint32_t utf8_next(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    }
    *at += 4;
    return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
}

void text_str(struct text *t, struct str s)
{
    size_t room = t->cap - 1 - t->n, n = s.n;
    if (n > room) {
        n = room;
        while (n > 0 && (s.p[n] & 0xC0) == 0x80)
            n--;
    }
    if (n > 0)
        memmove(t->p + t->n, s.p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

static bool is_blank(uint32_t c)
{
    return c == 0x3000 || c == ' ' || (c >= '\t' && c <= '\r');
}

static bool next_solid(struct str s, size_t *at, uint32_t *c)
{
    while (*at < s.n) {
        *c = utf8_next(s, at);
        if (!is_blank(*c))
            return true;
    }
    return false;
}

static bool runs_alike(struct str a, size_t from, struct str b, size_t at, int n)
{
    uint32_t x, y;
    for (; n > 0; n--)
        if (!next_solid(a, &from, &x) || !next_solid(b, &at, &y) || x != y)
            return false;
    return true;
}

int64_t text_repeats(struct str text, struct str of, int n)
{
    int64_t position = 1;
    for (size_t i = 0, next = 0; i < text.n; i = next, position++) {
        if (is_blank(utf8_next(text, &next)))
            continue;
        for (size_t k = 0; k < of.n; (void)utf8_next(of, &k))
            if (runs_alike(text, i, of, k, n))
                return position;
    }
    return 0;
}

void text_put(struct text *t, const char *terminated)
{
    text_str(t, str_of(terminated));
}

void text_pad(struct text *t, int64_t v, int width)
{
    char digits[64];
    size_t at = sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
        width--;
    } while ((left > 0 || width > 0) && at > 1);
    if (v < 0)
        digits[--at] = '-';
    text_str(t, (struct str){digits + at, sizeof digits - at});
}

void text_i64(struct text *t, int64_t v)
{
    text_pad(t, v, 1);
}

struct str text_get(const struct text *t)
{
    return (struct str){t->p, t->n};
}

void *arena_get(struct arena *a, size_t size)
{
    size_t skip = (16 - ((uintptr_t)a->p + a->n) % 16) % 16;
    size_t left = a->cap - a->n;
    if (skip > left || size > left - skip)
        return NULL;
    char *p = a->p + a->n + skip;
    a->n += skip + size;
    return memset(p, 0, size);
}

// Texts need no alignment, so they are packed.
struct str arena_str(struct arena *a, struct str s)
{
    if (!s.p || s.n > a->cap - a->n)
        return STR_NONE;
    char *p = a->p + a->n;
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    a->n += s.n;
    return (struct str){p, s.n};
}

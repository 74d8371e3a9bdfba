// SPDX-License-Identifier: Apache-2.0
#include "store/writer_mark.h"

#include <sodium.h>
#include <string.h>

#define DIGITS_MAX 32

// The digits (and the X of an ID number) of a text that may have blanks and hyphens between; 0: there is anything else.
static size_t digits_of(struct str s, bool with_x, char out[DIGITS_MAX])
{
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        uint32_t c = utf8_next(s, &at);
        if (c >= 0xFF01 && c <= 0xFF5E) // full width
            c -= 0xFEE0;
        if (c == 'X')
            c = 'x';
        bool between = c == ' ' || c == '-' || c == 0x3000 || c == 0xA0 || c == '(' || c == ')' || c == '+';
        if (between)
            continue;
        if (n == DIGITS_MAX || !((c >= '0' && c <= '9') || (with_x && c == 'x')))
            return 0;
        out[n++] = (char)c;
    }
    return n;
}

static int64_t mark(const struct code_key *key, char what, const char *digits, size_t n)
{
    char text[DIGITS_MAX + 8] = "writer:";
    uint64_t hash = 0;
    uint8_t bytes[16];
    text[7] = what;
    memcpy(text + 8, digits, n);
    crypto_generichash(bytes, sizeof bytes, (const uint8_t *)text, n + 8, key->bytes, sizeof key->bytes);
    memcpy(&hash, bytes, sizeof hash);
    sodium_memzero(text, sizeof text);
    return hash == 0 ? 1 : (int64_t)hash;
}

int64_t writer_mark_phone(const struct code_key *key, struct str phone)
{
    char buffer[DIGITS_MAX], *d = buffer;
    size_t n = digits_of(phone, false, d);
    if (n >= 2 && memcmp(d, "00", 2) == 0 && n == 15) { // 0086
        d += 2;
        n -= 2;
    }
    if (n == 13 && memcmp(d, "861", 3) == 0) {
        d += 2;
        n -= 2;
    }
    bool one = true;
    for (size_t i = 1; i < n; i++)
        one = one && d[i] == d[0];
    return n < 7 || one ? 0 : mark(key, 'p', d, n);
}

int64_t writer_mark_id(const struct code_key *key, struct str id_number)
{
    char d[DIGITS_MAX];
    size_t n = digits_of(id_number, true, d);
    const char *x = n > 0 ? memchr(d, 'x', n) : NULL;
    bool fits = (n == 15 && !x) || (n == 18 && (!x || x == d + 17));
    return fits ? mark(key, 'i', d, n) : 0;
}

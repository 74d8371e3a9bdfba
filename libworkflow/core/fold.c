// SPDX-License-Identifier: Apache-2.0
#include "core/fold_impl.h"

#include <string.h>

// A text that is being folded: first character by character, then what only neighbours show.
struct folding {
    struct folded *out;
    uint32_t base;      // where this text begins in out
    uint32_t joined;    // behind the last character that a separator was taken from before; 0: none
    uint16_t separator; // that one
    bool blank;         // one is due, if a Latin word or number follows one
};

// Beyond the basic plane: pictures that say something, digits of other shapes; ideographs stay visible as one.
static uint16_t beyond(uint32_t c)
{
    static const struct {
        uint32_t c;
        uint16_t class;
    } pictures[] = {
        {0x1F198, FOLD_SOS},       {0x1F52A, FOLD_KNIFE},  {0x1F5E1, FOLD_KNIFE},     {0x1FA93, FOLD_KNIFE},
        {0x1F52B, FOLD_GUN},       {0x1F4A3, FOLD_BOMB},   {0x1F4A5, FOLD_BOMB},      {0x1F525, FOLD_FIRE},
        {0x1F48A, FOLD_PILL},      {0x1F489, FOLD_PILL},   {0x1FA78, FOLD_BLOOD},     {0x1F480, FOLD_SKULL},
        {0x1F6A8, FOLD_SIREN},     {0x1F46E, FOLD_POLICE}, {0x1F693, FOLD_POLICE},    {0x1F694, FOLD_POLICE},
        {0x1F691, FOLD_AMBULANCE}, {0x1F692, FOLD_FIRE},   {0x1F4DE, FOLD_TELEPHONE}, {0x1F4F1, FOLD_TELEPHONE},
        {0x1F62D, FOLD_CRYING},    {0x1F622, FOLD_CRYING}, {0x1F64F, FOLD_PLEADING},  {0x1F44D, FOLD_THUMB},
        {0x1F620, FOLD_ANGRY},     {0x1F621, FOLD_ANGRY},  {0x1F92C, FOLD_ANGRY},     {0x1F494, FOLD_BROKEN_HEART},
    };
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        if (pictures[i].c == c) {
            return pictures[i].class;
        }
    }
    if (c >= 0x1D7CE && c <= 0x1D7FF) { // 𝟎 to 𝟿, five shapes
        return (uint16_t)('0' + (c - 0x1D7CE) % 10);
    }
    return c >= 0x20000 && c <= 0x323AF ? 0x3013 : 0; // 〓
}

static uint16_t last(const struct folding *f, uint32_t back)
{
    return f->out->n >= f->base + back ? f->out->c[f->out->n - back] : 0;
}

static void append(struct folding *f, uint16_t c, uint32_t at)
{
    struct folded *out = f->out;
    if (out->n < FOLD_MAX) {
        out->c[out->n] = c;
        out->at[out->n++] = at;
    }
}

static bool separates(uint16_t c)
{
    return c == 0xB7 || (c > ' ' && c < 0x80 && !fold_is_word(c) && c != ',' && c != ';' && c != ':' && c != '!' &&
                         c != '?' && c != '(' && c != ')');
}

// Behind a separator: does it, with the one two characters before, only keep characters apart? Takes both away.
static void join(struct folding *f)
{
    struct folded *out = f->out;
    uint16_t sign = last(f, 1), before = last(f, 2);
    if (!separates(sign) || !fold_is_cjk(before)) {
        return;
    }
    if (f->joined == out->n - 1 && f->separator == sign) {
        out->n--;
    } else if (last(f, 3) == sign && fold_is_cjk(last(f, 4))) {
        uint32_t at = out->at[out->n - 2];
        out->n -= 3;
        if (before != last(f, 1) || before != last(f, 2)) {
            append(f, before, at);
        }
    } else {
        return;
    }
    f->joined = out->n + 1;
    f->separator = sign;
}

// Any character, by what stands before it.
static void add(struct folding *f, uint16_t c, uint32_t at)
{
    uint16_t before = last(f, 1);
    if (c >= FOLD_CJK) {
        if (fold_is_cjk(c)) {
            join(f);
        }
        if (c != last(f, 1) || c != last(f, 2)) {
            append(f, c, at);
        }
    } else if (c == ' ') {
        f->blank = true;
    } else if (fold_is_word(c)) {
        if (f->blank && fold_is_word(before)) {
            append(f, ' ', at);
        }
        f->blank = false;
        if (fold_is_digit(c) || c != last(f, 1) || c != last(f, 2)) {
            append(f, c, at);
        }
    } else if (c != before || c == 0x3007) { // 〇 is a digit
        append(f, c, at);
    }
}

uint16_t fold_character(uint32_t c)
{
    uint16_t to = c > 0xFFFF ? beyond(c) : (uint16_t)(c + fold_delta[fold_page[c >> 8]][c & 0xFF]);
    return c >= PRIVATE && c < PRIVATE_END ? 0 : to;
}

static void read_text(struct folding *f, struct str text)
{
    struct folded *out = f->out;
    uint32_t n = out->n;
    uint16_t before = 0, before_that = 0; // the last two of out
    for (size_t i = 0; i < text.n;) {
        const unsigned char *p = (const unsigned char *)text.p + i;
        uint32_t at = (uint32_t)i;
        uint16_t to;
        // Nearly every character of a letter has three bytes, is an ideograph and stands behind one.
        if ((p[0] & 0xF0) == 0xE0) {
            uint32_t c = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
            to = (uint16_t)(c + fold_delta[fold_page[c >> 8]][c & 0xFF]);
            i += 3;
            if (to >= FOLD_CJK && to < PRIVATE && before >= FOLD_CJK && n < FOLD_MAX) {
                if (to != before || to != before_that) {
                    out->c[n] = to;
                    out->at[n++] = at;
                    before_that = before;
                    before = to;
                }
                continue;
            }
            to = fold_character(c);
        } else {
            to = fold_character(utf8_next(text, &i));
        }
        if (to != 0) {
            out->n = n;
            add(f, to, at);
            n = out->n;
            before = last(f, 1);
            before_that = last(f, 2);
        }
    }
    out->n = n;
}

static void mark(struct folded *out, struct str text, enum mark_kind kind, uint32_t first, uint32_t behind)
{
    if (out->marks_n < FOLD_MARKS) {
        size_t end = out->at[behind - 1];
        (void)utf8_next(text, &end);
        out->marks[out->marks_n++] = (struct mark){kind, out->texts, out->at[first], (uint32_t)end};
    }
}

static void move(struct folded *out, uint32_t to, uint32_t from, uint32_t n)
{
    memmove(out->c + to, out->c + from, n * sizeof(out->c[0]));
    memmove(out->at + to, out->at + from, n * sizeof(out->at[0]));
}

// Numbers and misspellings, in place: both are never longer than what they stand for.
static void settle(const struct variants *variants, struct str text, uint32_t base, struct folded *out)
{
    uint32_t to = base, n = out->n, taken = 0, put_n = 0;
    uint16_t before = 0, c;
    out->c[n] = 0;
    for (uint32_t i = base; i < n; before = c) {
        c = out->c[i];
        if (variants_look(variants, c, out->c[i + 1])) {
            struct token token = fold_token(before, out->c + i, i - base, n - i);
            if (token.n > 0) {
                if (token.kind != 0) {
                    mark(out, text, token.kind, i - token.before, i + token.n);
                }
                c = token.class != 0 ? token.class : out->c[i + token.n - 1];
                to -= token.before;
                move(out, to, i - token.before, token.before + token.n);
                out->c[to] = token.class != 0 ? token.class : out->c[to];
                to += token.class != 0 ? 1 : token.n;
                i += token.n;
                continue;
            }
            const uint16_t *put = variants_find(variants, before, out->c + i, n - i, &taken, &put_n);
            if (put != NULL) {
                c = out->c[i + taken - 1];
                move(out, to, i, put_n);
                memcpy(out->c + to, put, put_n * sizeof(put[0]));
                to += put_n;
                i += taken;
                continue;
            }
        }
        out->c[to] = c;
        out->at[to++] = out->at[i++];
    }
    out->n = to;
}

void fold_add(const struct policy *p, struct str text, struct folded *out)
{
    if (text.n > 0) {
        struct folding f = {.out = out};
        if (out->n > 0) {
            append(&f, FOLD_BREAK, 0);
        }
        f.base = out->n;
        read_text(&f, text);
        settle(p == NULL || p->variants == NULL ? &variants_none : p->variants, text, f.base, out);
    }
    out->texts++;
}

uint32_t fold_to_utf8(const uint16_t *c, uint32_t n, struct text *out)
{
    static const struct {
        uint16_t class;
        const char *name;
    } names[] = {
        {FOLD_PHONE, "〔电话〕"},
        {FOLD_ID_NUMBER, "〔身份证号〕"},
        {FOLD_EMAIL, "〔邮箱〕"},
        {FOLD_PLATE, "〔车牌〕"},
        {FOLD_BANK_CARD, "〔卡号〕"},
        {FOLD_URL, "〔网址〕"},
        {FOLD_SOS, "🆘"},
        {FOLD_KNIFE, "🔪"},
        {FOLD_GUN, "🔫"},
        {FOLD_BOMB, "💣"},
        {FOLD_FIRE, "🔥"},
        {FOLD_PILL, "💊"},
        {FOLD_BLOOD, "🩸"},
        {FOLD_SKULL, "💀"},
        {FOLD_SIREN, "🚨"},
        {FOLD_POLICE, "👮"},
        {FOLD_AMBULANCE, "🚑"},
        {FOLD_TELEPHONE, "📞"},
        {FOLD_CRYING, "😭"},
        {FOLD_PLEADING, "🙏"},
        {FOLD_THUMB, "👍"},
        {FOLD_ANGRY, "😡"},
        {FOLD_BROKEN_HEART, "💔"},
    };
    for (uint32_t i = 0; i < n; i++) {
        char piece[24];
        struct text t = TEXT(piece);
        if (fold_hotline(c[i]) != 0) {
            text_i64(&t, fold_hotline(c[i]));
        } else if (c[i] < 0x80) {
            text_str(&t, (struct str){(const char[]){(char)c[i]}, 1});
        } else if (c[i] < 0x800) {
            text_str(&t, (struct str){(const char[]){(char)(0xC0 | c[i] >> 6), (char)(0x80 | (c[i] & 0x3F))}, 2});
        } else if (c[i] < 0xE000 || c[i] >= 0xF900) {
            text_str(&t, (struct str){(const char[]){(char)(0xE0 | c[i] >> 12), (char)(0x80 | (c[i] >> 6 & 0x3F)),
                                                     (char)(0x80 | (c[i] & 0x3F))},
                                      3});
        }
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
            text_put(&t, names[k].class == c[i] ? names[k].name : "");
        }
        if (t.n >= out->cap - out->n) {
            return i;
        }
        text_str(out, text_get(&t));
    }
    return n;
}

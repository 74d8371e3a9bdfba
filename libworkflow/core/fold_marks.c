// SPDX-License-Identifier: Apache-2.0
// Numbers, addresses and amounts in a folded text. Punctuation is single there: "http:/", and a masked number has one
// '*'.
#include "core/fold_impl.h"

// Public numbers of police and administration in Guangdong, ascending.
static const int32_t hotlines[] = {110,   112,   114,   119,   120,   122,   999,   10000, 10010, 10086, 12110, 12122,
                                   12123, 12301, 12305, 12306, 12308, 12309, 12313, 12315, 12318, 12319, 12320, 12321,
                                   12326, 12328, 12329, 12333, 12337, 12338, 12339, 12345, 12348, 12350, 12351, 12355,
                                   12356, 12366, 12367, 12368, 12369, 12377, 12381, 12388, 12389, 95598, 96110};
#define HOTLINES (sizeof(hotlines) / sizeof(hotlines[0]))
_Static_assert(FOLD_HOTLINE + HOTLINES <= FOLD_SOS, "hotlines have their classes below those of emoji");

int32_t fold_hotline(uint16_t c)
{
    return c >= FOLD_HOTLINE && c < FOLD_HOTLINE + HOTLINES ? hotlines[c - FOLD_HOTLINE] : 0;
}

static bool among(uint16_t c, const uint16_t *set)
{
    while (*set != 0 && *set != c) {
        set++;
    }
    return *set != 0;
}

struct span_of { // the text from the token on
    const uint16_t *t;
    uint32_t left;
};

static uint16_t at(const struct span_of *s, uint32_t i)
{
    return i < s->left ? s->t[i] : 0;
}

static uint32_t digits(const struct span_of *s, uint32_t i)
{
    uint32_t n = 0;
    while (fold_is_digit(at(s, i + n))) {
        n++;
    }
    return n;
}

// Of at most 8 digits.
static int32_t value(const struct span_of *s, uint32_t i, uint32_t n)
{
    int32_t v = 0;
    for (uint32_t k = 0; k < n && k < 8; k++) {
        v = v * 10 + (s->t[i + k] - '0');
    }
    return v;
}

// A number of `least` to `most` digits from low to high at i: its length, or 0.
static uint32_t number(const struct span_of *s, uint32_t i, uint32_t most, int32_t low, int32_t high)
{
    uint32_t n = digits(s, i);
    int32_t v = value(s, i, n);
    return n >= 1 && n <= most && v >= low && v <= high ? n : 0;
}

static struct token token_of(enum mark_kind kind, uint16_t class, uint32_t n)
{
    return (struct token){.kind = kind, .class = class, .n = n};
}

static struct token email_or_url(const struct span_of *s)
{
    uint32_t i = 0, dot = 0;
    const uint16_t *t = s->t;
    bool http = s->left > 6 && t[0] == 'h' && t[1] == 't' && t[2] == 't' && t[3] == 'p';
    if ((http && (t[4] == ':' || (t[4] == 's' && t[5] == ':'))) ||
        (s->left > 4 && t[0] == 'w' && t[1] == 'w' && t[2] == '.')) {
        while (i < s->left && t[i] > ' ' && t[i] < 0x7F && t[i] != ',' && t[i] != ';' && t[i] != '"' && t[i] != '<') {
            i++;
        }
        i -= t[i - 1] == '.';
        return token_of(MARK_URL, FOLD_URL, i);
    }
    while (fold_is_word(at(s, i)) || at(s, i) == '.' || at(s, i) == '_' || at(s, i) == '-') {
        i++;
    }
    if (at(s, i) != '@' || i > 64) {
        return token_of(0, 0, 0);
    }
    uint32_t end = 0;
    for (i++; fold_is_word(at(s, i)) || ((at(s, i) == '.' || at(s, i) == '-') && fold_is_word(at(s, i + 1))); i++) {
        dot = at(s, i) == '.' ? i : dot;
        end = i + 1;
    }
    return dot != 0 ? token_of(MARK_EMAIL, FOLD_EMAIL, end) : token_of(0, 0, 0);
}

// GA 36-2018: the province's character, a letter, five characters or six for a vehicle of new energy; the last one may
// say what it is. Letters may be masked.
static struct token plate(const struct span_of *s, uint32_t back)
{
    static const uint16_t provinces[] = u"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领";
    static const uint16_t last[] = u"警学挂港澳领试超";
    if (back == 0 || !among(s->t[-1], provinces)) {
        return token_of(0, 0, 0);
    }
    uint32_t i = 1, known = 0;
    if (at(s, i) == 0xB7 || at(s, i) == '.' || at(s, i) == '-' || at(s, i) == ' ') {
        i++;
    }
    uint32_t begin = i;
    bool masked = false;
    for (; fold_is_word(at(s, i)) || at(s, i) == '*'; i++) {
        known += fold_is_digit(at(s, i));
        masked = masked || at(s, i) == '*';
    }
    i += i - begin == 4 && at(s, i) != 0 && among(at(s, i), last);
    bool fits = i - begin == 5 || i - begin == 6 || (i - begin >= 2 && i - begin < 5 && masked);
    struct token token = token_of(MARK_PLATE, FOLD_PLATE, fits && known >= 1 ? i : 0);
    token.before = 1;
    return token;
}

// GB 11643: ISO 7064 MOD 11-2 over all 18, the last of which may be X (10); a month and a day of birth.
static bool is_id_18(const uint8_t d[18])
{
    uint32_t sum = 0;
    for (int i = 0; i < 18; i++) {
        sum = (sum * 2 + d[i]) % 11;
    }
    int month = d[10] * 10 + d[11], day = d[12] * 10 + d[13];
    return sum == 1 && d[0] >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_id_15(const uint8_t d[15])
{
    int month = d[8] * 10 + d[9], day = d[10] * 10 + d[11];
    return d[0] >= 1 && d[0] <= 6 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

// What n digits are in full: MARK_PHONE, MARK_ID_NUMBER, MARK_BANK_CARD or 0.
static enum mark_kind kind_of(const uint8_t *d, uint32_t n)
{
    uint32_t country = n > 11 && d[0] == 8 && d[1] == 6 ? 2 : n > 13 && d[0] == 0 && d[1] == 0 && d[2] == 8 ? 4 : 0;
    const uint8_t *p = d + country;
    if (n - country == 11 && p[0] == 1 && p[1] >= 3) {
        return MARK_PHONE;
    }
    uint32_t area = d[1] == 1 || d[1] == 2 ? 3 : 4; // 010 and 02x, else four digits
    if (d[0] == 0 && d[1] != 0 && (n == area + 7 || n == area + 8) && d[area] >= 2) {
        return MARK_PHONE;
    }
    if (n == 10 && (d[0] == 4 || d[0] == 8) && d[1] == 0 && d[2] == 0) {
        return MARK_PHONE;
    }
    if ((n == 18 && is_id_18(d)) || (n == 15 && is_id_15(d))) {
        return MARK_ID_NUMBER;
    }
    return n >= 16 && n <= 19 ? MARK_BANK_CARD : 0;
}

static struct token personal(enum mark_kind kind, uint32_t n)
{
    return token_of(kind,
                    kind == MARK_PHONE       ? FOLD_PHONE
                    : kind == MARK_ID_NUMBER ? FOLD_ID_NUMBER
                                             : FOLD_BANK_CARD,
                    kind == 0 ? 0 : n);
}

// Digits with a mask among them: 138****8000, 440301********123X, 6222****1234. How long the mask was is not known.
static struct token masked(const struct span_of *s, uint32_t run)
{
    uint32_t i = run;
    while (at(s, i) == '*' || at(s, i) == 'x') {
        i++;
    }
    uint32_t tail = digits(s, i), end = i + tail;
    if (i == run || run < 3 || run > 14 || tail > 4) {
        return token_of(0, 0, 0);
    }
    bool x = at(s, end) == 'x' && !fold_is_word(at(s, end + 1));
    int32_t first = value(s, 0, 2);
    if (run == 3 && first >= 13 && first <= 19 && tail == 4 && !x) {
        return personal(MARK_PHONE, end);
    }
    if (tail + x < 2) {
        return token_of(0, 0, 0);
    }
    bool person = first >= 11 && first <= 65 && first != 62; // 62: a bank card, and Gansu
    return personal(person ? MARK_ID_NUMBER : first / 10 == 6 ? MARK_BANK_CARD : 0, end + x);
}

// In groups with single blanks or dashes between, or an area code in brackets: the first groups that are something in
// full; a bank card is as long as can be.
static struct token grouped(const struct span_of *s)
{
    uint8_t d[20];
    uint32_t n = 0, i = 0;
    struct token found = token_of(0, 0, 0);
    for (int groups = 0; groups < 6; groups++) {
        uint32_t run = digits(s, i);
        if (run == 0 || n + run > 19) {
            break;
        }
        for (uint32_t k = 0; k < run; k++) {
            d[n++] = (uint8_t)(s->t[i++] - '0');
        }
        if (n == 17 && at(s, i) == 'x' && !fold_is_word(at(s, i + 1))) {
            d[n++] = 10;
            i++;
        }
        enum mark_kind kind = n >= 10 ? kind_of(d, n) : 0;
        if (kind != 0) {
            found = personal(kind, i);
        }
        if ((kind != 0 && kind != MARK_BANK_CARD) || d[n - 1] == 10 ||
            (at(s, i) != ' ' && at(s, i) != '-' && !(groups == 0 && d[0] == 0 && at(s, i) == ')'))) {
            break;
        }
        i++;
    }
    return found;
}

static struct token date(const struct span_of *s, uint32_t run)
{
    static const uint16_t of_day[] = u"日号";
    uint32_t i = run, n;
    int32_t v = value(s, 0, run);
    bool year = run == 4 && v >= 1900 && v <= 2099;
    if (run == 8 && v >= 19000101 && v <= 20991231 && v / 100 % 100 >= 1 && v / 100 % 100 <= 12 && v % 100 >= 1 &&
        v % 100 <= 31) {
        return token_of(MARK_DATE, 0, run);
    }
    uint16_t sign = at(s, i);
    if (year && (sign == '-' || sign == '.' || sign == '/')) {
        uint32_t month = number(s, i + 1, 2, 1, 12);
        uint32_t day = month == 0 || at(s, i + 1 + month) != sign ? 0 : number(s, i + 2 + month, 2, 1, 31);
        return token_of(MARK_DATE, 0, day == 0 ? 0 : i + 2 + month + day);
    }
    if (sign == u'年' && (year || run == 2)) {
        i++;
        n = number(s, i, 2, 1, 12);
        if (n == 0 || at(s, i + n) != u'月') {
            return token_of(MARK_DATE, 0, year ? i : 0);
        }
        i += n;
    } else if (sign != u'月' || number(s, 0, 2, 1, 12) == 0) {
        return token_of(0, 0, 0);
    }
    i++; // 月
    n = number(s, i, 2, 1, 31);
    if (n > 0 && at(s, i + n) != 0 && among(at(s, i + n), of_day)) {
        return token_of(MARK_DATE, 0, i + n + 1);
    }
    return token_of(MARK_DATE, 0, i > run + 1 ? i : 0); // of a year; a month alone is a time as well (3月租)
}

static struct token time_of_day(const struct span_of *s, uint32_t run, uint32_t back)
{
    static const uint16_t around[] = u"午上晨早晚夜日号", behind[] = u"半钟多左许整";
    uint32_t i = run, n = digits(s, run + 1);
    if (number(s, 0, 2, 0, 24) == 0) {
        return token_of(0, 0, 0);
    }
    uint16_t sign = at(s, i++);
    if (sign == ':' && n == 2 && value(s, i, 2) <= 59) {
        i += n;
        n = at(s, i) == ':' && digits(s, i + 1) == 2 ? 3 : 0;
        return token_of(MARK_TIME, 0, i + n);
    }
    if (sign != u'点' && sign != u'时') {
        return token_of(0, 0, 0);
    }
    uint16_t before = back > 0 ? s->t[-1] : 0, next = at(s, i);
    if (n > 0 && n <= 2 && value(s, i, n) <= 59) {
        return token_of(MARK_TIME, 0, i + n + (at(s, i + n) == u'分'));
    }
    bool sure = (before != 0 && among(before, around)) || (sign == u'点' && next != 0 && among(next, behind));
    return token_of(MARK_TIME, 0, sure ? i + (next == u'半' || next == u'钟') : 0);
}

// 3万元, 1,200.50元, 5千多块; with ¥ before it needs no unit.
static struct token money(const struct span_of *s)
{
    static const uint16_t some[] = u"多余几来", times[] = u"十百千万亿wk", unit[] = u"元块圆";
    uint32_t i = s->t[0] == 0xA5, run = digits(s, i);
    bool sure = i == 1;
    if (run == 0 || run > 12) {
        return token_of(0, 0, 0);
    }
    for (i += run; (at(s, i) == ',' || at(s, i) == '.') && digits(s, i + 1) > 0; i += 1 + digits(s, i + 1)) {
    }
    while (at(s, i) != 0 && (among(at(s, i), some) || among(at(s, i), times))) {
        i++;
    }
    if (at(s, i) != 0 && among(at(s, i), unit)) {
        return token_of(MARK_MONEY, 0, i + 1);
    }
    return token_of(MARK_MONEY, 0, sure ? i : 0);
}

// A hotline's number as a whole, not a count, an amount, a house or a road of that number.
static struct token hotline(const struct span_of *s, uint32_t run, uint32_t back)
{
    static const uint16_t counts[] =
        u"元块万千百亿米平岁分人次天个斤克名户年月日时度号条款项页室楼栋座弄国省县乡多余几";
    static const uint16_t of[] = u"路街巷道第约近共百千万楼栋座房#¥";
    uint16_t before = back > 0 ? s->t[-1] : 0, next = at(s, run);
    bool number = next == u'号' && (at(s, run + 1) == u'码' || at(s, run + 1) == u'线');
    bool behind =
        back > 1 && fold_is_digit(s->t[-2]) && (before == '.' || before == ',' || before == '-' || before == ':');
    bool part = (next == '.' || next == ',' || next == '-' || next == ':') && fold_is_digit(at(s, run + 1));
    if (fold_is_word(before) || fold_is_word(next) || part || behind || (next != 0 && !number && among(next, counts)) ||
        (before != 0 && among(before, of))) {
        return token_of(0, 0, 0);
    }
    int32_t v = value(s, 0, run);
    for (uint32_t i = 0; i < HOTLINES; i++) {
        if (hotlines[i] == v) {
            return token_of(0, (uint16_t)(FOLD_HOTLINE + i), run);
        }
    }
    return token_of(0, 0, 0);
}

struct token fold_token(uint16_t prev, const uint16_t *t, uint32_t back, uint32_t left)
{
    const struct span_of s = {t, left};
    if (t[0] >= 0x80) {
        return t[0] == 0xA5 ? money(&s) : token_of(0, 0, 0);
    }
    if (fold_is_digit(prev) || (fold_is_letter(t[0]) && fold_is_letter(prev))) {
        return token_of(0, 0, 0);
    }
    uint32_t run = digits(&s, 0);
    struct token token = back > 0 && fold_is_letter(t[-1]) ? token_of(0, 0, 0) : email_or_url(&s);
    if (token.n == 0 && run == 0) {
        token = plate(&s, back);
    }
    if (token.n == 0 && run > 0 && run <= 8) {
        token = date(&s, run);
        token = token.n == 0 ? time_of_day(&s, run, back) : token;
        token = token.n == 0 ? money(&s) : token;
    }
    if (token.n == 0 && run >= 2) {
        token = masked(&s, run);
        token = token.n == 0 ? grouped(&s) : token;
    }
    if (token.n == 0 && run >= 3 && run <= 5) {
        token = hotline(&s, run, back);
    }
    return token;
}

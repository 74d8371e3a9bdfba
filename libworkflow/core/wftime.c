// SPDX-License-Identifier: Apache-2.0
#include "core/wftime.h"

#define OFFSET (8 * WF_HOUR) // Asia/Shanghai

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct date date_of(wf_time t)
{
    return (struct date){(int32_t)floor_div(t + OFFSET, WF_DAY)};
}

wf_time date_begin(struct date d)
{
    return d.day * WF_DAY - OFFSET;
}

// Days of the proleptic Gregorian calendar, counted in years that begin on 1 March so that the leap day comes last.
struct date date_from_ymd(int y, int m, int d)
{
    int64_t year = m > 2 ? y : y - 1;
    int64_t era = floor_div(year, 400);
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return (struct date){(int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468)};
}

int32_t date_ymd(struct date date)
{
    int64_t days = (int64_t)date.day + 719468;
    int64_t era = floor_div(days, 146097);
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    int64_t m = month < 10 ? month + 3 : month - 9;
    return (int32_t)((era * 400 + year + (m <= 2)) * 10000 + m * 100 + day);
}

int date_weekday(struct date d)
{
    return (int)(d.day + 3 - 7 * floor_div(d.day + 3, 7)) + 1; // 1970-01-01 was a Thursday
}

void date_format(struct date d, struct text *out)
{
    int32_t ymd = date_ymd(d);
    text_pad(out, ymd / 10000, 4);
    text_put(out, "-");
    text_pad(out, ymd / 100 % 100, 2);
    text_put(out, "-");
    text_pad(out, ymd % 100, 2);
}

// Exactly `width` digits at s.p[at].
static bool digits(struct str s, size_t at, size_t width, int *out)
{
    if (at + width > s.n) {
        return false;
    }
    int v = 0;
    for (size_t i = at; i < at + width; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

bool date_parse(struct str s, struct date *out)
{
    int y = 0, m = 0, d = 0;
    if (s.n != 10 || !digits(s, 0, 4, &y) || s.p[4] != '-' || !digits(s, 5, 2, &m) || s.p[7] != '-' ||
        !digits(s, 8, 2, &d)) {
        return false;
    }
    if (y < 1 || m < 1 || m > 12 || d < 1) {
        return false;
    }
    struct date date = date_from_ymd(y, m, d);
    if (date_ymd(date) != y * 10000 + m * 100 + d) {
        return false; // 30 February turned into a day of March
    }
    *out = date;
    return true;
}

// ".123456": reads the fraction at *at, if there is one; digits after the sixth are dropped.
static bool fraction(struct str s, size_t *at, int64_t *micros)
{
    *micros = 0;
    if (*at >= s.n || s.p[*at] != '.') {
        return true;
    }
    size_t first = ++*at;
    int64_t unit = WF_SECOND / 10;
    for (; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9'; ++*at, unit /= 10) {
        *micros += (s.p[*at] - '0') * unit;
    }
    return *at > first;
}

// "Z" or "+08:00" up to the end of s.
static bool offset(struct str s, size_t at, int64_t *out)
{
    if (s.n - at == 1 && (s.p[at] == 'Z' || s.p[at] == 'z')) {
        *out = 0;
        return true;
    }
    int h = 0, m = 0;
    if (s.n - at != 6 || (s.p[at] != '+' && s.p[at] != '-') || !digits(s, at + 1, 2, &h) || s.p[at + 3] != ':' ||
        !digits(s, at + 4, 2, &m) || h > 23 || m > 59) {
        return false;
    }
    *out = (h * WF_HOUR + m * WF_MINUTE) * (s.p[at] == '-' ? -1 : 1);
    return true;
}

bool time_parse(struct str s, wf_time *out)
{
    struct date d;
    int h = 0, m = 0, sec = 0;
    int64_t micros = 0, east = 0;
    size_t at = 16;
    if (s.n < 17 || !date_parse((struct str){s.p, 10}, &d) || (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') ||
        !digits(s, 11, 2, &h) || s.p[13] != ':' || !digits(s, 14, 2, &m)) {
        return false;
    }
    if (s.p[16] == ':') {
        at = 19;
        if (!digits(s, 17, 2, &sec) || !fraction(s, &at, &micros)) {
            return false;
        }
    }
    if (h > 23 || m > 59 || sec > 59 || at >= s.n || !offset(s, at, &east)) {
        return false;
    }
    *out = d.day * WF_DAY + h * WF_HOUR + m * WF_MINUTE + sec * WF_SECOND + micros - east;
    return true;
}

void time_format(wf_time t, struct text *out)
{
    struct date d = date_of(t);
    int64_t rest = t - date_begin(d);
    date_format(d, out);
    text_put(out, "T");
    text_pad(out, rest / WF_HOUR, 2);
    text_put(out, ":");
    text_pad(out, rest / WF_MINUTE % 60, 2);
    text_put(out, ":");
    text_pad(out, rest / WF_SECOND % 60, 2);
    text_put(out, ".");
    text_pad(out, rest % WF_SECOND, 6);
    text_put(out, "+08:00");
}

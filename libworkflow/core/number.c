// SPDX-License-Identifier: Apache-2.0
#include "core/number.h"

#define PER_DAY INT64_C(1000000000)

int64_t number_id(struct date day, int32_t serial)
{
    int32_t ymd = date_ymd(day);
    insist(ymd / 1000000 == 20 && serial > 0 && serial <= SERIAL_MAX);
    return ymd % 1000000 * PER_DAY + serial;
}

struct date number_date(int64_t id)
{
    int64_t ymd = id / PER_DAY;
    return date_from_ymd((int)(2000 + ymd / 10000), (int)(ymd / 100 % 100), (int)(ymd % 100));
}

int32_t number_serial(int64_t id)
{
    return (int32_t)(id % PER_DAY);
}

char check_digit(const char *digits, size_t n)
{
    int product = 10;
    for (size_t i = 0; i < n; i++) {
        int sum = (product + (digits[i] - '0')) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

// The digits of a number; other characters, which can only be its hyphens, are left out.
static size_t squeeze(struct str s, char out[NUMBER_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            out[n++] = s.p[i];
        }
    }
    return n;
}

void number_format(int32_t mailbox, int64_t id, char out[NUMBER_MAX])
{
    struct text t = {out, NUMBER_MAX, 0};
    text_pad(&t, mailbox, 6);
    text_put(&t, "-");
    text_pad(&t, date_ymd(number_date(id)), 8);
    text_put(&t, "-");
    text_pad(&t, number_serial(id), 6);
    char digits[NUMBER_MAX];
    char check[3] = {'-', check_digit(digits, squeeze(text_get(&t), digits)), 0};
    text_put(&t, check);
}

static bool parse(struct str s, int32_t *mailbox, int64_t *id)
{
    struct str rest = s;
    struct str box = str_split(&rest, '-'), day = str_split(&rest, '-'), serial = str_split(&rest, '-');
    int64_t box_n, day_n, serial_n;
    if (s.p == NULL || s.n >= NUMBER_MAX || rest.p == NULL || rest.n != 1 || box.n != 6 || day.n != 8 || serial.n < 6 ||
        (serial.n > 6 && serial.p[0] == '0') || !str_to_i64(box, &box_n) || !str_to_i64(day, &day_n) ||
        !str_to_i64(serial, &serial_n)) {
        return false;
    }
    if (box_n < 100000 || day_n / 1000000 != 20 || serial_n < 1 || serial_n > SERIAL_MAX) {
        return false;
    }
    struct date date = date_from_ymd((int)(day_n / 10000), (int)(day_n / 100 % 100), (int)(day_n % 100));
    char digits[NUMBER_MAX];
    size_t n = squeeze(s, digits);
    if (date_ymd(date) != day_n || n != s.n - 3 || check_digit(digits, n - 1) != rest.p[0]) {
        return false;
    }
    *mailbox = (int32_t)box_n;
    *id = number_id(date, (int32_t)serial_n);
    return true;
}

enum result number_parse(struct str s, int32_t *mailbox, int64_t *id, struct err *err)
{
    if (!parse(s, mailbox, id)) {
        return err_set(err, REJECT, "bad_number", "number",
                       "not a case number: mailbox-date-serial-check digit, like 440000-20261123-000042-7");
    }
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
// number: the case number 440000-20261123-000042-7 and the 64-bit id that stands for it inside.
//
// The id is yymmdd * 10^9 + serial, serial being the day's count over all mailboxes, so ids grow in the order in which
// letters were committed and the id is had from the number by arithmetic alone. The mailbox and the check digit
// (ISO 7064 MOD 11,10 over all other digits) are for people; a number whose mailbox is not the case's is not found.
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include "core/err.h"
#include "core/wftime.h"

#define NUMBER_MAX 32 // bytes, with the terminator
#define SERIAL_MAX INT32_C(99999999)

int64_t number_id(struct date day, int32_t serial);
struct date number_date(int64_t id);
int32_t number_serial(int64_t id);

// Writes the number of case `id` that came to `mailbox`.
void number_format(int32_t mailbox, int64_t id, char out[NUMBER_MAX]);
// REJECT with code bad_number when the form, the date or the check digit is wrong.
enum result number_parse(struct str s, int32_t *mailbox, int64_t *id, struct err *err) MUST_USE;

// ISO 7064 MOD 11,10 over decimal digits.
char check_digit(const char *digits, size_t n);

#endif

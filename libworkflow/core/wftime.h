// SPDX-License-Identifier: Apache-2.0
// wftime: instants and civil dates. An instant is a number, a civil date is another type, so mixing does not compile.
#ifndef CORE_WFTIME_H
#define CORE_WFTIME_H

#include "core/str.h"

typedef int64_t wf_time; // microseconds since 1970-01-01T00:00:00Z; 0 means "none"

#define WF_SECOND INT64_C(1000000)
#define WF_MINUTE (60 * WF_SECOND)
#define WF_HOUR (60 * WF_MINUTE)
#define WF_DAY (24 * WF_HOUR)

// A civil date of Asia/Shanghai (UTC+8, no daylight saving since 1991): whole days since 1970-01-01.
struct date {
    int32_t day;
};

struct date date_of(wf_time t);                    // the civil day in Asia/Shanghai that holds t
wf_time date_begin(struct date d);                 // 00:00 of that day in Asia/Shanghai
struct date date_from_ymd(int y, int m, int d);    // no check
bool date_parse(struct str s, struct date *out);   // "2026-11-23", checked
int32_t date_ymd(struct date d);                   // 20261123
int date_weekday(struct date d);                   // 1 = Monday … 7 = Sunday
void date_format(struct date d, struct text *out); // 2026-11-23

// RFC 3339: "2026-11-01T18:20:00+08:00", seconds and fraction may be missing, offset or Z needed.
bool time_parse(struct str s, wf_time *out);
// 2026-11-23T12:00:00.000000+08:00 (always Asia/Shanghai, microseconds kept).
void time_format(wf_time t, struct text *out);

#endif

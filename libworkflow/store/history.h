// SPDX-License-Identifier: Apache-2.0
// history: letters that came before, to compare two models on them, and to learn from what the desk set right. Role
// pa_desk.
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "core/reader.h"
#include "store/db.h"

extern const struct statement history_statements[];

// Up to max letters with an id below `before`, newest first, as the classifier reads them. The texts are valid until
// the next use of the database. For a machine's eyes: no look is written down.
enum result history_letters(struct db *db, int64_t before, int max, struct letter *out, int *n,
                            struct err *err) MUST_USE;

// A letter whose kind and category a person set, or accepted as they were.
struct history_label {
    int64_t id;
    int32_t mailbox;
    enum kind kind;
    int16_t category;
    int urgent;                    // 1, 0; -1: only the machine said so
    struct str title, place, body; // title, place: may be absent
};
// Up to max of them with an id above `after`, ascending; each is written down as a look. Never one whose writer wants
// secrecy, nor one that is or was about police conduct. REJECT, code "not_your_duty": the viewer does not read the
// province's letters. The texts are valid until the next use of the database.
enum result history_labels(struct db *db, const struct viewer *viewer, wf_time now, int64_t after, int max,
                           struct history_label *out, int *n, struct err *err) MUST_USE;

#endif

// SPDX-License-Identifier: Apache-2.0
// letter_row: id, mailbox, claimed, confidential, title, body, place, accused, received_at as a letter to classify. For
// store's own files.
#ifndef STORE_LETTER_ROW_H
#define STORE_LETTER_ROW_H

#include "core/letter.h"
#include "store/db.h"

// Of the last flush's first result; the texts are valid until the next use of the database.
static inline struct letter letter_row(const struct db *db, int row)
{
    struct letter l = {
        .id = db_int(db, 0, row, 0),
        .mailbox = (int32_t)db_int(db, 0, row, 1),
        .claimed = (enum kind)db_int(db, 0, row, 2),
        .confidential = db_int(db, 0, row, 3) != 0,
        .title = db_text(db, 0, row, 4),
        .body = db_text(db, 0, row, 5),
        .place = db_text(db, 0, row, 6),
        .received_at = db_time(db, 0, row, 8),
    };
    struct str accused = db_text(db, 0, row, 7);
    while (accused.p && l.accused_n < LETTER_ACCUSED)
        l.accused[l.accused_n++] = str_split(&accused, '\n');
    return l;
}

#endif

// SPDX-License-Identifier: Apache-2.0
// writer_mark: whether two letters are of one writer, told by a keyed hash of phone and ID number: equality and nothing
// else, to nobody who has not the key. The key is intake's (code_key), told apart by what is hashed with it.
#ifndef STORE_WRITER_MARK_H
#define STORE_WRITER_MARK_H

#include "store/code_key.h"

// 64 bits, never 0; 0: not given, or nobody's (a phone of fewer than 7 digits or of one digit only; an ID number that
// is not of 15 digits, or of 17 and a digit or X). Full-width digits, blanks, hyphens and +86 make no difference.
int64_t writer_mark_phone(const struct code_key *key, struct str phone);
int64_t writer_mark_id(const struct code_key *key, struct str id_number);

#endif

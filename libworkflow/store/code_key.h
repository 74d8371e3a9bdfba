// SPDX-License-Identifier: Apache-2.0
// code_key: the writer's look-up code, derived from the case number by a keyed hash, so that nothing is stored and a
// lost receipt can be had again.
#ifndef STORE_CODE_KEY_H
#define STORE_CODE_KEY_H

#include "core/err.h"

#define CODE_LENGTH 12

struct code_key {
    uint8_t bytes[32];
};

// Reads 32 bytes from the file. REJECT: missing, of another size, or readable by others than its owner.
enum result code_key_read(const char *path, struct code_key *out, struct err *err) MUST_USE;
// 12 characters of 29 (no 0 O 1 I L U V), 58 bits; out is terminated.
void code_of(const struct code_key *key, const char *number, char out[CODE_LENGTH + 1]);
// Is this the number's code? Takes the same time whatever is given.
bool code_is(const struct code_key *key, const char *number, struct str given);

#endif

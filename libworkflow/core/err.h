// SPDX-License-Identifier: Apache-2.0
// err: what a function that can fail returns, and the words that go with it.
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "core/str.h"

// Named by what the caller must do with the message it handles.
enum result {
    OK = 0,    // done: acknowledge
    DUPLICATE, // was done before: acknowledge
    REJECT,    // will never work: error reply, dead letter, count
    RETRY,     // may work later: no acknowledgement, back off
    BROKEN,    // our own state is impossible: log, exit, let the supervisor restart
};

#define MUST_USE __attribute__((warn_unused_result))

// An assert for our own mistakes only, never for bytes from outside; never compiled out.
#define insist(x) ((x) ? (void)0 : __builtin_trap())

// code: a short machine word ("too_long"); field: the member at fault, or ""; text: one English sentence naming the
// limit.
struct err {
    enum result result;
    char code[32];
    char field[64];
    char text[640]; // room for a list of what there is
};

// Fills err (which may be NULL) and returns result, so that a caller can write `return err_set(...)`.
// text may hold one %s-free sentence; longer texts are cut at a character boundary.
enum result err_set(struct err *err, enum result result, const char *code, const char *field, const char *text);

// The same with a number after the text: "at most " + 200 + " characters".
enum result err_set_limit(struct err *err, enum result result, const char *code, const char *field, const char *before,
                          int64_t number, const char *after);

// The same with a foreign piece of text between two of ours (an unknown member's name). Bytes below 0x20 are shown as
// '?'.
enum result err_set_str(struct err *err, enum result result, const char *code, const char *field, const char *before,
                        struct str piece, const char *after);

#endif

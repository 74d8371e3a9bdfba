// SPDX-License-Identifier: Apache-2.0
// letters: made-up letters of a wanted length for load, every one clear enough to be accepted without the desk.
#ifndef BENCH_LETTERS_H
#define BENCH_LETTERS_H

#include "wire/wire.gen.h"

struct made_letter {
    char ref[48], title[64], body[2048];
    int16_t category;           // what the classifier finds
    struct msg_letter_submit m; // its texts point into this struct
};

// The i-th letter of a run: 300 to 1,500 bytes of body, to the cities in turn. Same run and i, same letter.
void letter_make(const char *run, int64_t i, struct made_letter *out);

#endif

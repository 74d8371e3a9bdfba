// SPDX-License-Identifier: Apache-2.0
// answers: what a reference bureau says to a letter of each kind.
#ifndef BUREAUCTL_ANSWERS_H
#define BUREAUCTL_ANSWERS_H

#include "core/codes.h"

struct answer {
    const char *kind, *outcome, *public_reply, *internal_report;
};

// By the kind's machine name; the variant picks one where a kind has several.
const struct answer *answer_for(struct str kind, uint64_t variant);

#endif

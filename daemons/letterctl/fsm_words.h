// SPDX-License-Identifier: Apache-2.0
// fsm_words: a row of the case table in words.
#ifndef LETTERCTL_FSM_WORDS_H
#define LETTERCTL_FSM_WORDS_H

#include "core/case.h"

struct fsm_words {
    char from[256];   // "TRIAGE, ACCEPTED", "open but RECEIVED", "new"
    char who[96];     // "classifier, desk"
    char duties[128]; // "triage, approve"
};
struct fsm_words fsm_words(const struct rule *r);

// "" where the row says nothing.
const char *fsm_case_to(const struct rule *r);
const char *fsm_leg_to(const struct rule *r); // of a leg that is there; a new one's state is the same for all
const char *fsm_opens(const struct rule *r);
const char *fsm_clock(const struct rule *r);
const char *fsm_step(const struct rule *r);

bool fsm_starts(const struct rule *r, int state); // from this state of a case or of a leg; 0: there is none yet
bool fsm_by(const struct rule *r, int actor);
bool fsm_duty(const struct rule *r, int duty);

#endif

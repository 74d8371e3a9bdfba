// SPDX-License-Identifier: Apache-2.0
// replay_clocks: the part of replay that tells the clocks. For replay.c alone.
#ifndef CORE_REPLAY_CLOCKS_H
#define CORE_REPLAY_CLOCKS_H

#include "core/replay.h"

bool replay_resumes(enum event event); // the answer clock runs on after it

// After a leg changed its state.
void replay_clocks_leg(struct replayed *r, int16_t leg, enum leg_state before, enum event event);
// After a line was applied to states, legs and dates: what it starts, ends, moves, stops and sets going again.
void replay_clocks_line(struct replayed *r, const struct replay_line *line, enum case_state before);

#endif

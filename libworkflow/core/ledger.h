// SPDX-License-Identifier: Apache-2.0
// ledger: the time of a case charged to whoever held it (complaints 2.6, 2.30; domain N3). At every instant exactly one
// holds it, so the sum over the holders is the case's age, always. Pure, from the journal alone.
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "core/replay.h"

enum holder {
    HOLDER_CENTRE = 1, // the 专班 and the system's own stages
    HOLDER_UNIT,
    HOLDER_WRITER, // asked for something more
    HOLDER_NOBODY, // between an end and the reopening after it
};
extern const struct code holders[]; // centre, unit, writer, closed

#define LEDGER_HOLDERS (CASE_LEGS + 3)

struct held {
    enum holder holder;
    int32_t unit; // of HOLDER_UNIT, else 0
    wf_time time; // microseconds
};

// What a leg's time went into, whoever was charged with it.
enum leg_time {
    LEG_TIME_UNSIGNED,  // SENT
    LEG_TIME_WORKING,   // SIGNED, EXTENSION, REVIEW_RETURNED
    LEG_TIME_BELOW,     // DELEGATED
    LEG_TIME_RETURNING, // RETURN_REQUESTED
    LEG_TIME_REVIEWED,  // REPORTED
    LEG_TIMES
};
extern const struct code leg_times[]; // by enum leg_time + 1: unsigned, working, below, returning, reviewed

struct ledger {
    struct held of[LEDGER_HOLDERS]; // in the order of their first turn
    int of_n;
    wf_time legs[CASE_LEGS][LEG_TIMES]; // by leg id - 1
    int16_t legs_n;
    wf_time age; // the sum over `of`
    // Under way:
    wf_time since;  // charged up to here
    wf_time closed; // of that, what passed since an end: charged only when the case is opened again
    struct held now;
    enum leg_state states[CASE_LEGS];
};

// Who holds the case in this state of it; holder HOLDER_NOBODY after an end.
struct held ledger_holder(const struct replayed *r);

void ledger_start(struct ledger *l);
// After replay_apply gave true: charges the time since the line before to whoever held the case then.
void ledger_line(struct ledger *l, const struct replayed *r);
// After the last line, once: the case as it stands at `now`. What is open is charged up to now (or to its last line, if
// that is later), what has ended up to its end. Returns the age: (now, or the end) - received_at.
wf_time ledger_end(struct ledger *l, const struct replayed *r, wf_time now);

#endif

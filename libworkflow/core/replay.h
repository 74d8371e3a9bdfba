// SPDX-License-Identifier: Apache-2.0
// replay: a case told again from its journal alone: states, legs, requests, and every clock that ever ran. Nothing here
// reads the rows that the journal explains, so that the two can be compared (P6). Pure: lines in, the case out.
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/case.h"

#define REPLAY_CLOCKS 192 // clocks of one case that are told; a longer life keeps its newest
#define REPLAY_PAUSES 32  // pauses of one case, likewise

// One journal line. rule: the row that because.rule names.
struct replay_line {
    int32_t seq;
    wf_time at, due_at; // due_at: the date that this line set, 0: none
    const struct rule *rule;
    enum case_state state; // of the case, afterwards
    int16_t leg;           // 0: the case itself
    int32_t unit;          // of the leg, or the unit that acted
    enum actor actor;
    struct str detail;
};

// What became of a clock (complaint 2.8: a clock is never overwritten).
enum clock_result {
    CLOCK_RUNNING = 1,
    CLOCK_MET,        // what it waited for came in time
    CLOCK_LATE,       // it came, too late
    CLOCK_SUPERSEDED, // the same clock goes on under another date: the next entry
    CLOCK_VOID,       // what it waited for is not wanted any more
};
extern const struct code clock_results[]; // running, met, late, superseded, void

struct clock_run {
    enum clock clock; // of the row: K8 stands for K15 too: that is its name where conduct is in question
    int16_t leg;      // 0: of the case
    wf_time started_at;
    wf_time due_at;   // 0: no line says it
    wf_time ended_at; // 0: it runs
    enum clock_result result;
    bool paused;   // it stands since its last pause's beginning
    bool breached; // a line says that it ran out
};

// An interval in which a clock stood; to == 0: it still stands.
struct clock_pause {
    int16_t run; // index into clocks
    struct pause span;
};

struct replayed_leg {
    int16_t id, parent, round, hop;
    enum leg_role role;
    enum leg_state state;
    int32_t unit;
    wf_time sent_at;
    wf_time due_at; // its date as the lines say it, 0: none does
};

struct replayed_request {
    enum request_kind kind;
    enum request_state state;
    int16_t leg; // 0: of the case
    int32_t unit;
    wf_time asked_at, decided_at;
};

// The case so far. Zero-initialised, or after replay_start: before its first line.
struct replayed {
    int32_t version; // lines so far
    enum case_state state;
    int16_t round;
    bool accused; // X was set; the journal does not name who is in it
    bool stands;  // the answer clock is paused: the writer is waited for, or the case is deferred
    bool unsure;  // a decision fitted several open requests, and the journal does not say which
    wf_time received_at;
    wf_time at;         // the latest line's instant; never goes back
    bool went_back;     // a line is older than the line before it
    wf_time due_at;     // the case's date as the lines say it, 0: none does
    wf_time answer_due; // DEFERRED: the answer clock's date meanwhile
    int16_t sharing;    // the leg that delegated or asked for assistance last
    int16_t leaving;    // the leg that was returned or recalled last: whose place a reassigned one takes
    struct replayed_leg legs[CASE_LEGS];
    int16_t legs_n;
    struct replayed_request requests[CASE_REQUESTS];
    int16_t requests_n;
    struct clock_run clocks[REPLAY_CLOCKS];
    int16_t clocks_n; // in the order of their beginnings
    struct clock_pause pauses[REPLAY_PAUSES];
    int16_t pauses_n;
};

void replay_start(
    struct replayed *r); // without touching what the counters make unreadable: cheap, for millions of cases

// Is this line a step that the table allows from where the case is? true: *r is the case after it. false: *r is
// unchanged, and no later line means anything.
bool replay_apply(struct replayed *r, const struct replay_line *line);

// The lead leg that has the work now: not over, and without an open lead leg below it. NULL: none.
const struct replayed_leg *replay_holder(const struct replayed *r);
const struct replayed_leg *replay_leg(const struct replayed *r, int16_t id); // NULL: there is none

#endif

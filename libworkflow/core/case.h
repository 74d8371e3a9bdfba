// SPDX-License-Identifier: Apache-2.0
// case: the life of a case and of its legs as one table, and the decision that reads it. Pure: same facts, same policy,
// same instant, same decision. domain.md §3.2–3.3 is the source of every row.
#ifndef CORE_CASE_H
#define CORE_CASE_H

#include "core/codes.h"
#include "core/err.h"
#include "core/policy.h"
#include "core/wftime.h"

#define CASE_LEGS 16 // legs of one case that a decision can see
// Journal lines that one event can cause: it, all_reported, a review of each leg, issue_reply and close.
#define CASE_STEPS (CASE_LEGS + 4)

// What a unit reads of a number that is nobody's, and of another unit's: it cannot tell the one from the other.
#define CASE_NOT_FOUND "number: there is no such case, or it is not this unit's"

// What the journal calls it (domain §3.3); the code is stored.
enum journal {
    J_NONE = 0,
    J_LETTER_RECEIVED = 1,
    J_EMERGENCY_FLAGGED,
    J_EMERGENCY_ACKED,
    J_CASE_TRIAGED,
    J_CASE_ACCEPTED,
    J_CASE_REFUSED,
    J_CASE_REFERRED,
    J_CASE_WITHDRAWN,
    J_LEG_DISPATCHED,
    J_LEG_SIGNED,
    J_CONTACT_MADE,
    J_LEG_REPORTED,
    J_REVIEW_PASSED,
    J_REVIEW_RETURNED,
    J_CASE_REPORTED,
    J_REPLY_ISSUED,
    J_WORK_RETURNED,
    J_CALLBACK_STARTED,
    J_CASE_CLOSED,
    J_CASE_ARCHIVED,
};
extern const struct code journals[]; // letter.received, …

// Who may raise an event, a bit per enum actor.
#define BY(actor) (1u << (actor))
#define BY_BUREAU BY(ACTOR_BUREAU)
#define BY_DESK BY(ACTOR_DESK)
#define BY_SYSTEM BY(ACTOR_FEEDBACK) // follows by itself inside a decision

// One row. Rows with leg_from == LEG_NONE speak of the case, the others of one leg. Keys (case_from, event) and
// (leg_from, event) are unique: order means nothing.
struct rule {
    const char *id; // "T13" of domain §3.3, with a letter behind it where one T needs several rows
    enum case_state case_from;
    enum leg_state leg_from;
    enum event event;
    enum case_state case_to; // CASE_NONE: the case stays
    enum leg_state leg_to;   // LEG_NONE: no leg changes; in a case row: what becomes of the lead legs
    enum clock
        clock; // the clock that the new state runs under: sets due_at of the leg, or of the case; CLOCK_NONE keeps it
    enum step step; // != 0: a machine may take this step only where the policy says auto
    uint32_t by;    // BY(...) bits
    enum journal journal;
    const char *because;
};
extern const struct rule rules[];                                         // ends with id == NULL
const struct rule *rule_for_case(enum case_state from, enum event event); // NULL: not allowed
const struct rule *rule_for_leg(enum leg_state from, enum event event);
bool event_is_leg(enum event event); // raised about a leg

bool case_final(enum case_state s); // nothing more is expected of us
const char *
case_waits_for(enum case_state s); // the post or party that is waited for, in Chinese; NULL where final (P4)

struct leg_facts {
    int16_t id, parent;
    enum leg_role role;
    enum leg_state state;
    int32_t unit;
    wf_time due_at;
    bool changed, created;
};

struct case_facts {
    int64_t id;
    int32_t mailbox;
    int32_t version; // journal lines so far
    enum case_state state;
    enum kind kind;
    int16_t category;
    uint8_t flags;
    int32_t bureau, place, accused;
    int16_t confidence, round;
    enum outcome outcome;
    wf_time received_at, due_at;
    struct leg_facts legs[CASE_LEGS];
    int16_t legs_n;
};

// One thing that happened, as a daemon tells it. Texts are only carried; the decision reads whether they are there.
struct change {
    int64_t case_id;
    int32_t mailbox; // of the number that was given; 0: not to be compared
    enum event event;
    enum actor actor;
    int32_t unit;                       // ACTOR_BUREAU: who says it; EV_DISPATCH: to whom
    int16_t leg;                        // 0: the unit's own open leg
    struct str post;                    // ACTOR_DESK: the post that acts
    const struct classification *found; // EV_TRIAGE, EV_FLAG_EMERGENCY
    enum kind kind;                     // EV_ACCEPT by the desk: corrections; 0 = keep
    int16_t category;
    int32_t bureau;
    enum outcome outcome;                     // EV_REPORTED, EV_CLOSE, EV_REFUSE, EV_REFER
    struct str public_reply, internal_report; // EV_REPORTED, EV_ISSUE_REPLY
    struct str reason;                        // journalled
    struct str cause;                         // idempotency key of its sender (a bureau's event_id); p == NULL: none
    int32_t cause_by;                         // whose key: the bureau, 0 for the desk
    int64_t digest;                           // of the whole request: the same cause with another digest is a conflict
};

// One journal line and what it changed.
struct case_step {
    const struct rule *rule;
    enum case_state from, to;
    int16_t leg;  // 0: the case
    int32_t unit; // of the leg, or the bureau that acted
    enum actor actor;
};

// What follows from one change.
struct decision {
    struct case_step steps[CASE_STEPS];
    int steps_n;
    int32_t queue_to; // bureau whose durable queue gets this case, 0: none
    int16_t queue_leg;
};

// Applies one change to the facts (in and out) and says what to write. After the named event, the system's own events
// and those that the policy leaves to the machine follow in the same decision. REJECT: code "not_allowed" names state,
// event and what is allowed now; "not_found" (the bureau has no leg of it), "no_leg", "conflict" (the unit is accused),
// "missing" (a member the event needs), "unknown_value", "needs_desk" (the policy leaves it to the desk),
// "too_many_legs". DUPLICATE: a machine's step that is past. The facts are then unchanged.
enum result case_decide(const struct policy *policy, wf_time now, const struct change *change, struct case_facts *facts,
                        struct decision *out, struct err *err) MUST_USE;

#endif

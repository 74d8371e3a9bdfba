// SPDX-License-Identifier: Apache-2.0
// case: the life of a case and of its legs as one table, and the decision that reads it. Pure: same facts, same policy,
// same instant, same decision. domain.md §3.2–3.6 is the source of every row.
#ifndef CORE_CASE_H
#define CORE_CASE_H

#include "core/codes.h"
#include "core/err.h"
#include "core/guard.h"
#include "core/near.h"
#include "core/policy.h"
#include "core/wftime.h"

#define CASE_LEGS 32         // legs of one case, over all rounds
#define CASE_REQUESTS 24     // requests of one case
#define CASE_STEPS 96        // journal lines that one event can cause
#define CASE_NOTICES 40      // queue rows that one event can cause
#define INQUIRY_FACTS 2000   // characters of a 核查函
#define IDENTITY_PURPOSE 200 // characters that say what a writer's identity is wanted for

// What a unit reads of a number that is nobody's, and of another unit's: it cannot tell the one from the other. The
// same words answer whoever is in X, and a desk officer who may not see the case.
#define CASE_NOT_FOUND "number: there is no such case, or it is not this unit's"

// What the journal calls it (domain §3.3); the code is stored, so a code is never reused.
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
    J_EMERGENCY_ESCALATED,
    J_SUPPLEMENT_REQUESTED,
    J_SUPPLEMENT_ARRIVED,
    J_SUPPLEMENT_EXPIRED,
    J_SUPPLEMENT_DENIED,
    J_CASE_PROCEEDED,
    J_CASE_TERMINATED,
    J_PROPOSAL_MADE,
    J_PROPOSAL_REJECTED,
    J_CASE_MERGED,
    J_CASE_ABSORBED,
    J_CASE_UNMERGED,
    J_CASE_RELEASED,
    J_CASE_SPLIT,
    J_CASE_RECLASSIFIED,
    J_CONFLICT_SET,
    J_CONFLICT_REVISED,
    J_LEG_DEEMED_SIGNED,
    J_LEG_RETURN_REQUESTED,
    J_LEG_RETURN_GRANTED,
    J_LEG_RETURN_DENIED,
    J_LEG_SUPERIOR_ASKED,
    J_LEG_DESIGNATED,
    J_LEG_DELEGATED,
    J_LEG_CHILD_DONE,
    J_LEG_JOINED,
    J_LEG_REVOKED,
    J_LEG_ENDED,
    J_EXTENSION_REQUESTED,
    J_EXTENSION_GRANTED,
    J_EXTENSION_DENIED,
    J_CALLBACK_ATTEMPTED,
    J_CALLBACK_ANSWERED,
    J_REPLY_RATED,
    J_REWORK_ORDERED,
    J_SUSPENSION_REQUESTED,
    J_CASE_SUSPENDED,
    J_CASE_RESUMED,
    J_CASE_REOPENED,
    J_CASE_APPEALED,
    J_WITHDRAWAL_REQUESTED,
    J_WITHDRAWAL_DENIED,
    J_SUPERVISION_ISSUED,
    J_SUPERVISION_ANSWERED,
    J_SUPERVISION_LIFTED,
    J_INSTRUCTION_GIVEN,
    J_REQUEST_MADE,
    J_REQUEST_GRANTED,
    J_REQUEST_DENIED,
    J_CLOCK_PAUSED,
    J_CLOCK_RESUMED,
    J_CLOCK_WARNED,
    J_CLOCK_BREACHED,
    J_CLOCK_RECOMPUTED,
    J_CASE_INSPECTED,
    J_INQUIRY_PROPOSED,
    J_INQUIRY_APPROVED,
    J_INQUIRY_ANSWERED,
    J_IDENTITY_OPENED,
    J_QUEUE_RETRIED,
    J_QUEUE_PARKED,
    J_QUEUE_SKIPPED,
};
extern const struct code journals[]; // letter.received, …

// Who may raise an event, a bit per enum actor.
#define BY(actor) (1u << (actor))
#define BY_WRITER BY(ACTOR_WRITER)
#define BY_BUREAU BY(ACTOR_BUREAU)
#define BY_DESK BY(ACTOR_DESK)
#define BY_SYSTEM BY(ACTOR_FEEDBACK) // follows by itself inside a decision, or from the sweep

// One row of the table: from which states, at which event, by whom, what follows and why. A row speaks of the case
// (legs == 0) or of one leg. For each state and event there is at most one row: order means nothing.
#define IN(state) (UINT64_C(1) << ((state) % 47)) // distinct for every case state; a test proves it
#define LEG(state) (UINT64_C(1) << (state))
struct rule {
    const char *id; // "T13" of domain §3.3, with a letter behind it where one T needs several rows
    uint64_t cases; // IN(...) bits: case states from which it is allowed; a leg row: 0
    uint64_t legs;  // LEG(...) bits: leg states from which it is allowed; a case row: 0
    enum event event;
    enum case_state case_to; // CASE_NONE: the case stays
    enum leg_state leg_to;   // leg row: LEG_NONE: the leg stays; case row: what becomes of this round's lead legs that
                             // the centre opened and nobody returned or revoked, LEG_NONE: nothing
    enum leg_role opens;     // != 0: a case row that opens a new leg of this role (LEG_SENT)
    enum clock clock; // what the new state runs under: sets due_at of the leg, or of the case; CLOCK_NONE keeps it
    enum step step;   // != 0: a machine may take this step only where the policy says auto
    uint32_t by;      // BY(...) bits
    uint32_t duty;    // of the desk's officer: any of these bits (domain §3.6); 0: no desk
    enum journal journal;
    const char *because;
};
extern const struct rule rules[]; // ends with id == NULL
bool rule_of_leg(const struct rule *rule);
const struct rule *rule_for_case(enum case_state from, enum event event); // NULL: not allowed
const struct rule *rule_for_leg(enum leg_state from, enum event event);
bool event_is_leg(enum event event); // raised about a leg

// Which events ask for something, and which decide it; of a kind and a decision the first row is what grant and deny
// mean. A row that decides speaks of the newest open request that it fits. Ends with event == EV_NONE.
struct request_event {
    enum event event;
    enum request_kind kind;
    enum request_state state; // what the request becomes; REQUEST_OPEN: it is asked
};
extern const struct request_event request_events[];
enum request_kind request_of_event(enum event event); // 0: it asks for nothing
// Can nobody grant such a request any more? leg: of the request's leg, LEG_NONE for one of the case.
bool request_hopeless(enum request_kind kind, enum case_state state, enum leg_state leg);

bool case_final(enum case_state s); // nothing more is expected of us
bool leg_over(enum leg_state s);    // DONE, RETURNED or REVOKED
const char *
case_waits_for(enum case_state s); // the post or party that is waited for, in Chinese; NULL where final (P4)

enum {                      // leg_facts.flags
    LEG_CONTACTED = 1,      // the writer was spoken with
    LEG_SIGNED_LATE = 2,    // deemed signed
    LEG_FIXED = 4,          // designated: cannot be returned
    LEG_ASKED_SUPERIOR = 8, // once
    LEG_CONTACT_LATE = 16,  // K7 was breached and that was said
    LEG_CONFLICT = 32,      // revoked because its unit is in X: its unit may not read the letter any more
    LEG_DENIED = 64,        // a return was denied
};

struct leg_facts {
    int16_t id, parent; // parent 0: opened by the centre
    enum leg_role role;
    enum leg_state state;
    int32_t unit;
    int16_t round, hop; // hop: how often this work was handed on by a return
    uint16_t flags;
    int16_t extensions; // granted
    int16_t warned;     // warnings given, as bits of the ladder
    int64_t handler;    // who reported: change.person; 0: not said
    wf_time sent_at, due_at;
    bool changed, created;
};

struct request_facts {
    int16_t id, leg; // leg 0: of the case
    enum request_kind kind;
    enum request_state state;
    int32_t unit, to; // who asks; whom it proposes
    int16_t days;     // extension
    int64_t person;   // who exactly asks
    wf_time asked_at, due_at;
    // suspend: the milestone. 核查函: by when its answer is due, 0 before it is approved and once the answer is there.
    // identity: until when it may be opened, 0 before it is granted and once it was.
    wf_time until;
    bool changed, created;
};

// What few cases have; a row of its own, read with the case and written only when it changes.
struct course {
    wf_time paused_at;         // the answer clock stands since; 0: it runs
    wf_time answer_due;        // the answer clock's date while another date stands in due_at (DEFERRED)
    int16_t asked_supplements; // by the desk
    int16_t got_supplements;   // that came
    int16_t alarm;             // emergency: 0 the duty officer, 1 the next, 2 the leader
    int16_t warned;            // warnings of the case's clock, as bits of the ladder
    enum supervision supervision;
    wf_time supervision_due;                 // when its feedback is due; 0: answered, or none asked
    int16_t calls;                           // attempts of this round's callback
    uint32_t call_hours;                     // hours of the day that were tried, a bit each
    wf_time first_call;                      // of this round
    int16_t satisfied_first, satisfied_last; // 0 not said, 1 yes, 2 no
    int16_t solved;                          // the writer's word: 0 not said, 1 yes, 2 no
    int64_t primary;                         // MERGED: into this case
    int16_t extended_days;                   // working days granted to the answer clock, pauses apart
    int16_t ex_officio;                      // the writer withdrew, the centre went on
    bool changed, exists;
};

struct case_facts {
    int64_t id, letter; // letter: whose words it is about; id, but for a case that was split off
    int32_t mailbox;
    int32_t version; // journal lines so far
    enum case_state state;
    enum kind kind;
    int16_t category;
    uint8_t flags;
    int32_t bureau, place; // bureau: whose business it is, the lead unit of the newest round
    int16_t confidence, round;
    enum outcome outcome;
    wf_time received_at, due_at;
    wf_time clock_at; // when the clock behind due_at started (DEFERRED: the answer clock, which stands); in an end
                      // state: when the case got there
    wf_time wake_at;  // never later than the next instant at which the sweep must look; 0: never
    struct accused_list accused;
    bool accused_changed;
    struct course course;
    struct leg_facts legs[CASE_LEGS];
    int16_t legs_n;
    struct request_facts requests[CASE_REQUESTS];
    int16_t requests_n;
};

// One thing that happened, as a daemon tells it. Texts are only carried; the decision reads whether they are there.
struct change {
    int64_t case_id;
    int32_t mailbox; // of the number that was given; 0: not to be compared
    enum event event;
    enum actor actor;
    int32_t unit;    // of whoever acts: the bureau or its sub-unit, the desk's post; 0: a machine, the writer
    int32_t officer; // 警号 of whoever acts, 0: not said
    int64_t person;  // who exactly acts, so that two may be told apart; 0: not said
    uint32_t duties; // ACTOR_DESK: of the post
    struct str post; // what the journal names: the desk's post, a bureau's officer
    int32_t seen;    // the version that the officer decided on; 0: not said
    int16_t leg;     // 0: the unit's own open leg
    int16_t request; // EV_GRANT, EV_DENY: which; 0: the only open one (of the leg). EV_INQUIRY_ANSWERED: likewise
    int32_t to; // target: dispatch, delegated, joined, return_requested (proposed), reassignments; accept: the bureau
    int64_t other; // merge: the primary; unmerge: nothing; triage: the case that it joins by itself if it may, 0: none
    int32_t other_mailbox;
    const struct classification *found; // EV_TRIAGE, EV_FLAG_EMERGENCY
    const struct near_found *near;      // the same; NULL: not looked for
    enum kind kind;                     // accept, reclassify, split: 0 = keep
    int16_t category;
    enum outcome outcome;                     // reported, close, refuse, refer
    enum supervision level;                   // supervise
    int16_t days;                             // extension
    wf_time until;                            // suspend: milestone; recompute: the new date
    int16_t satisfied, solved;                // answered, rate: 0 not said, 1 yes, 2 no
    int16_t reached, contacted, true_;        // answered: the other three of the five questions
    struct accused_list accused;              // accuse, exonerate
    struct str public_reply, internal_report; // reported, issue_reply
    struct str words;                         // supplement: the writer's own; inquire: the facts; its answer
    struct str reason;                        // journalled
    struct str reason_code;                   // refuse, refer, return_requested, terminate, suspend: of reasons.tsv
    int32_t queue;                            // queue_retry, queue_park, queue_skip: which line of which queue
    int64_t queue_seq;
    struct str cause; // idempotency key of its sender (a bureau's event_id); p == NULL: none
    int32_t cause_by; // whose key: the bureau, 0 for the desk
    int64_t digest;   // of the whole request: the same cause with another digest is a conflict
};

// One journal line and what it changed.
struct case_step {
    const struct rule *rule;
    enum case_state from, to;
    int16_t leg;  // 0: the case
    int32_t unit; // of the leg, or the unit that acted
    enum actor actor;
    bool other;       // of the other case (merge: the primary)
    wf_time due_at;   // the date that this line set, of the leg or of the case; 0: none
    char detail[120]; // what core itself has to say: the guard's proof, the clock and warning, old and new; "" for none
};

struct case_notice {
    int32_t queue; // whose queue: one of the 21 bureaus, or the province
    int16_t leg;
    enum notice notice;
    bool other;
};

// What follows from one change.
struct decision {
    struct case_step steps[CASE_STEPS];
    int steps_n; // 0 after EV_TICK: nothing was due, only wake_at may have changed
    struct case_notice notices[CASE_NOTICES];
    int notices_n;
    bool split;      // a new case is to be made of this one: case_split_off fills in its facts
    int16_t inquiry; // the request whose 核查函 was proposed, approved or answered; 0: none
};

// Applies one change to the facts (in and out) and says what to write. After the named event, the system's own events
// and those that the policy leaves to the machine follow in the same decision. `other`: facts of change->other for
// EV_MERGE and EV_TRIAGE, of facts->course.primary for EV_UNMERGE, NULL otherwise (or when there is no such case).
// REJECT: code "not_allowed" names state, event and what is allowed now; "not_found" (no leg of it, or the one who acts
// is in X); "no_leg", "conflict" (the guard says no; the words are the proof), "missing" (a member the event needs),
// "unknown_value", "needs_desk" (the policy leaves it to the desk), "not_your_duty", "same_person" (separation of
// duties), "changed" (seen is not the version), "too_early", "too_late", "too_many", "no_request", "merged" (a
// supplement to a case that was merged: send it to the primary), "secret" (the writer wants secrecy, so only the
// provincial desk opens the identity), "not_granted" (nobody has agreed to that yet). DUPLICATE: a machine's step that
// is past. The facts are then unchanged.
enum result case_decide(const struct policy *policy, wf_time now, const struct change *change, struct case_facts *facts,
                        struct case_facts *other, struct decision *out, struct err *err) MUST_USE;

// The facts of the case that EV_SPLIT makes: state TRIAGE, the same letter, one journal line (its own first) in *step.
void case_split_off(const struct policy *policy, wf_time now, const struct change *change,
                    const struct case_facts *from, int64_t new_id, struct case_facts *out, struct case_step *step);

// The next instant at which the sweep must look at this case; 0: never again. What is past, but waits for duty hours,
// is due at the first duty minute from `now` on.
wf_time case_wakes(const struct policy *policy, const struct case_facts *facts, wf_time now);

// The date of every clock that runs on the case and its legs, recomputed from their starts under this policy's
// calendar: what EV_RECOMPUTE writes. pauses: closed intervals in which the answer clock stood, ascending.
struct pause {
    wf_time from, to;
};
wf_time case_recompute(const struct policy *policy, const struct case_facts *facts, wf_time started,
                       const struct pause *pauses, int pauses_n);
// The clock that the case's date belongs to; CLOCK_NONE where a person chose the date, or there is none.
enum clock case_running_clock(const struct case_facts *facts);

#endif

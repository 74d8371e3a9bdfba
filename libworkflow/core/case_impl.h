// SPDX-License-Identifier: Apache-2.0
// case_impl: how a decision is made, for the files case*.c alone. case.c walks; case_check.c says what a row needs
// beside its state; case_effect.c what it does beside changing the state; case_follow.c what the system does next by
// itself; case_clock.c what the clocks say.
#ifndef CORE_CASE_IMPL_H
#define CORE_CASE_IMPL_H

#include "core/case.h"

#define WARNED_EXPIRED (1 << 8) // course.warned: the writer's time for a supplement is over, and that was said

// The decision under way: what is read, and what comes of it. Facts are a copy until everything was allowed.
struct deciding {
    const struct policy *policy;
    wf_time now;
    struct date day;
    const struct change *change;
    struct case_facts *facts, *other;
    struct decision *out;
    struct err *err;
    struct request_facts *request; // that a grant or denial decides, or that the event opened
    // What an effect leaves for the system to do next.
    struct {
        enum event event; // EV_NONE: no leg to open
        int32_t unit;
        int16_t parent, hop;
    } open;
    enum supervision supervise;
    const char *supervise_why;
    int16_t warn;       // EV_WARN, EV_BREACH: which of the ladder's bits, 0: another clock
    enum clock clock;   // that they speak of
    wf_time merged_due; // the date that the case had which joins another
    bool joined, left;  // the primary must be told
    bool press;         // the primary is urged: its writer wrote again and again
};

// ---- legs ----
struct leg_facts *case_leg(struct case_facts *f, int16_t id); // NULL when there is none
bool leg_leads(const struct case_facts *f,
               const struct leg_facts *leg); // of this round, opened by the centre, not lost
bool case_leads_all(const struct case_facts *f,
                    bool done);                 // every lead leg is DONE, or at least REPORTED; one at least
bool case_leads_free(const struct deciding *d); // nobody who reported is in X
struct leg_facts *case_lead_alive(struct case_facts *f);
bool unit_is_or_below(const struct deciding *d, int32_t above, int32_t unit);
// Above, or a line unit of an organ that is above: who may look again at what `unit` did.
bool unit_stands_above(const struct deciding *d, int32_t unit, int32_t below);
int32_t case_first_handler(const struct case_facts *f); // of the first round; 0: none
int32_t case_rework_unit(const struct deciding *d);     // whom the machine chooses for a further round

// ---- what a row needs, and what it does ----
enum result case_check(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg);
enum result case_check_leg(struct deciding *d, enum event event, enum actor actor, struct leg_facts *leg);
enum result case_missing(struct deciding *d, const char *field, const char *words);
enum result case_not_allowed(struct deciding *d, const char *field, const char *words);
enum result case_need_reason(struct deciding *d);
enum result case_check_reason(struct deciding *d, enum reason_use use); // of the closed list, where one is named
enum result case_check_unit(struct deciding *d, int32_t unit);
enum result case_check_proposal(struct deciding *d, enum event event, int16_t leg); // none of its kind is open
enum result case_check_until(struct deciding *d);
enum result case_check_target(struct deciding *d, int32_t unit, struct text *proof); // the guard at a way out
enum result case_effect(struct deciding *d, const struct rule *r, enum actor actor, struct leg_facts *leg,
                        struct case_step *step);
enum result case_add_request(struct deciding *d, enum request_kind kind, const struct leg_facts *leg);
void case_decide_request(struct deciding *d, enum request_state state); // the one at hand, if it is open
// The same for what a row of the case decides: the unit that asked is told. A row of its leg tells it by itself.
void case_answer_request(struct deciding *d, enum request_state state);
void case_void_requests(struct deciding *d); // those that nothing can grant any more
enum result case_leg_effect(struct deciding *d, const struct rule *r, struct leg_facts *leg, struct case_step *step);
enum result case_open_leg(struct deciding *d, const struct rule *r, struct case_step *step);
struct text case_detail(struct case_step *step);
enum result case_take_facts(struct deciding *d, enum event event);
void case_notify(struct deciding *d, const struct leg_facts *leg, enum notice notice);
void case_notify_all(struct deciding *d, struct case_facts *f, bool other, enum notice notice);

// ---- requests ----
struct request_facts *request_open_of(struct case_facts *f, enum request_kind kind, int16_t leg); // NULL: none open
// Is there one of this kind to decide, the one at hand or the open one? Nobody approves what he proposed himself.
enum result case_check_approval(struct deciding *d, enum request_kind kind);
bool case_was_granted(const struct case_facts *f, enum request_kind kind);
// What a grant or denial of this request is an event of.
enum event request_decision(enum request_kind kind, bool granted);

// ---- 核查函 (G5) ----
enum result case_check_inquiry(struct deciding *d, enum event event);
void case_inquiry_proposed(struct deciding *d);
enum result case_inquiry_effect(struct deciding *d, enum event event);

// ---- who wrote, and lines that nobody takes in ----
// The officer's own grant, not used and not over; NULL: none.
struct request_facts *case_identity_granted(struct deciding *d);
enum result case_check_identity(struct deciding *d, enum event event);
enum result case_check_queue(struct deciding *d);
void case_desk_effect(struct deciding *d, enum event event, struct case_step *step);
enum result case_reclassify(struct deciding *d, struct case_step *step);

// ---- what follows ----
// The system's own next event, EV_NONE when somebody must act.
enum event case_next(struct deciding *d, enum actor *actor, struct leg_facts **leg);
bool case_classifier_may(const struct deciding *d, enum event event); // EV_ACCEPT, EV_REFER
// Is it the letter of another case again, which it joins without the desk?
bool case_joins_by_itself(const struct deciding *d);
bool case_policy_allows(const struct deciding *d, const struct rule *r);

// ---- letters that say the same ----
void case_note_near(struct deciding *d, struct case_step *step);
void case_note_repeat(struct deciding *d, struct case_step *step);
void case_count_repeat(struct deciding *d, struct case_step *step);

// ---- clocks ----
enum clock case_clock(const struct case_facts *f, enum clock clock); // K8 of police conduct is K15
enum span_unit case_clock_unit(const struct policy *p, const struct case_facts *f);
wf_time leg_work_due(const struct deciding *d, const struct leg_facts *leg); // by when its work is to be done
// The case's date is another one: no leg is later, and those that had the old one go along.
void case_move_date(struct deciding *d, wf_time due);
wf_time case_shorten(struct deciding *d, enum kind before); // another kind has less time: the new date, 0: it has not
void case_pause(struct deciding *d);
void case_run_on(struct deciding *d, wf_time due); // the clock that stood at `due` runs on
void case_set_wake(const struct deciding *d, struct case_facts *f);
enum event case_due_now(struct deciding *d, struct leg_facts **leg); // EV_TICK: what a clock says next
enum result case_check_extension(struct deciding *d, const struct leg_facts *leg, int32_t days);

#endif

// SPDX-License-Identifier: Apache-2.0
// The whole life of a case and of its legs. Everything that is not a row here is refused.
#include "core/case.h"

#define NO_LEG LEG_NONE
#define ANY_CASE CASE_NONE
#define STAYS CASE_NONE
#define OF_CASE(from) (from), NO_LEG
#define OF_LEG(from) ANY_CASE, (from)

const struct rule rules[] =
    {
        // clang-format off
    // id     from                          event                to          leg becomes  clock      step           by                              journal
    {"T1",    OF_CASE(CASE_NONE),           EV_RECEIVE,          RECEIVED,   NO_LEG,      CLOCK_K3,  0,             BY(ACTOR_INTAKE),               J_LETTER_RECEIVED,
     "the letter is committed and its writer has a number"},
    {"T2",    OF_CASE(RECEIVED),            EV_FLAG_EMERGENCY,   EMERGENCY,  NO_LEG,      CLOCK_K2,  0,             BY(ACTOR_CLASSIFIER) | BY_DESK, J_EMERGENCY_FLAGGED,
     "the text speaks of danger to life, body or property now: a duty officer must look"},
    {"T3",    OF_CASE(EMERGENCY),           EV_ACKNOWLEDGE,      TRIAGE,     NO_LEG,      CLOCK_K3,  0,             BY_DESK,                        J_EMERGENCY_ACKED,
     "a duty officer has looked and done what was urgent"},
    {"T4",    OF_CASE(RECEIVED),            EV_TRIAGE,           TRIAGE,     NO_LEG,      CLOCK_K3,  0,             BY(ACTOR_CLASSIFIER),           J_CASE_TRIAGED,
     "kind, category and place were looked for, and police conduct asked about before any routing"},
    {"T8",    OF_CASE(TRIAGE),              EV_REFUSE,           REFUSED,    NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_REFUSED,
     "the desk does not take it up, and says why and where else to go"},
    {"T11",   OF_CASE(TRIAGE),              EV_REFER,            REFERRED,   NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_REFERRED,
     "another authority or procedure is the lawful way, and the writer was told which"},
    {"T12",   OF_CASE(TRIAGE),              EV_ACCEPT,           ACCEPTED,   NO_LEG,      CLOCK_K4,  STEP_ACCEPT,   BY(ACTOR_CLASSIFIER) | BY_DESK, J_CASE_ACCEPTED,
     "it is the police's business, and kind, category and bureau are settled"},
    {"T13",   OF_CASE(ACCEPTED),            EV_DISPATCH,         HANDLING,   LEG_SENT,    CLOCK_K8,  STEP_DISPATCH, BY(ACTOR_DISPATCHER) | BY_DESK, J_LEG_DISPATCHED,
     "the bureau of the place handles it, and nobody there is accused; the clock runs from now, not from signing"},
    {"T14",   OF_LEG(LEG_SENT),             EV_SIGNED,           STAYS,      LEG_SIGNED,  CLOCK_K8,  0,             BY_BUREAU,                      J_LEG_SIGNED,
     "the unit has the case in hand"},
    {"T14a",  OF_LEG(LEG_SIGNED),           EV_CONTACTED,        STAYS,      LEG_SIGNED,  CLOCK_NONE, 0,            BY_BUREAU,                      J_CONTACT_MADE,
     "the unit has spoken with the writer"},
    {"T22",   OF_LEG(LEG_SIGNED),           EV_REPORTED,         STAYS,      LEG_REPORTED, CLOCK_NONE, 0,           BY_BUREAU,                      J_LEG_REPORTED,
     "the unit says what it found and what the writer shall read"},
    {"T23",   OF_LEG(LEG_REPORTED),         EV_REVIEW_RETURNED,  HANDLING,   LEG_REVIEW_RETURNED, CLOCK_NONE, 0,    BY_BUREAU | BY_DESK,            J_REVIEW_RETURNED,
     "the reviewer does not let the report pass"},
    {"T23a",  OF_LEG(LEG_REVIEW_RETURNED),  EV_SIGNED,           STAYS,      LEG_SIGNED,  CLOCK_NONE, 0,            BY_BUREAU,                      J_LEG_SIGNED,
     "the unit takes the returned report up again"},
    {"T24",   OF_LEG(LEG_REPORTED),         EV_REVIEWED,         STAYS,      LEG_DONE,    CLOCK_NONE, STEP_REVIEW,  BY_BUREAU | BY_DESK | BY_SYSTEM, J_REVIEW_PASSED,
     "the reviewer lets the report pass"},
    {"T25",   OF_CASE(HANDLING),            EV_ALL_REPORTED,     REVIEW,     NO_LEG,      CLOCK_NONE, 0,            BY_SYSTEM,                      J_CASE_REPORTED,
     "every lead unit has reported"},
    {"T26",   OF_CASE(REVIEW),              EV_ISSUE_REPLY,      ANSWERED,   NO_LEG,      CLOCK_K11, STEP_ISSUE,    BY_DESK | BY_SYSTEM,            J_REPLY_ISSUED,
     "every lead report passed review, so the writer gets the public reply"},
    {"T27",   OF_CASE(REVIEW),              EV_RETURN_WORK,      HANDLING,   LEG_SIGNED,  CLOCK_NONE, 0,            BY_DESK,                        J_WORK_RETURNED,
     "the desk does not issue this reply: the unit must do more"},
    {"T28",   OF_CASE(ANSWERED),            EV_START_CALLBACK,   CALLBACK,   NO_LEG,      CLOCK_K11, 0,             BY_DESK,                        J_CALLBACK_STARTED,
     "the writer is asked whether it was settled"},
    {"T30",   OF_CASE(CALLBACK),            EV_CLOSE,            CLOSED,     NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_CLOSED,
     "the writer was asked, and nothing more is to be done"},
    {"T31",   OF_CASE(ANSWERED),            EV_CLOSE,            CLOSED,     NO_LEG,      CLOCK_NONE, STEP_CALLBACK, BY_DESK | BY_SYSTEM,           J_CASE_CLOSED,
     "answered, and nobody is to be called: the writer is content, or the policy asks for no callback here"},
    {"T35a",  OF_CASE(CLOSED),              EV_ARCHIVE,          ARCHIVED,   NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_ARCHIVED,
     "closed, and the time for questions is over"},
    {"T35b",  OF_CASE(REFUSED),             EV_ARCHIVE,          ARCHIVED,   NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_ARCHIVED,
     "refused, and the time for questions is over"},
    {"T35c",  OF_CASE(WITHDRAWN),           EV_ARCHIVE,          ARCHIVED,   NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_ARCHIVED,
     "withdrawn, and the time for questions is over"},
    {"T35d",  OF_CASE(REFERRED),            EV_ARCHIVE,          ARCHIVED,   NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_ARCHIVED,
     "referred, and the time for questions is over"},
    {"T36a",  OF_CASE(RECEIVED),            EV_WITHDRAW,         WITHDRAWN,  NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_WITHDRAWN,
     "the writer took the letter back before it was looked at"},
    {"T36b",  OF_CASE(TRIAGE),              EV_WITHDRAW,         WITHDRAWN,  NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_WITHDRAWN,
     "the writer took the letter back before it was accepted"},
    {"T36c",  OF_CASE(ACCEPTED),            EV_WITHDRAW,         WITHDRAWN,  NO_LEG,      CLOCK_NONE, 0,            BY_DESK,                        J_CASE_WITHDRAWN,
     "the writer took the letter back before it was dispatched"},
    {"T36d",  OF_CASE(HANDLING),            EV_WITHDRAW,         WITHDRAWN,  LEG_REVOKED, CLOCK_NONE, 0,            BY_DESK,                        J_CASE_WITHDRAWN,
     "the writer took the letter back while a unit had it; its legs end"},
        // clang-format on
        {0},
};

const struct code journals[] = {
    {J_LETTER_RECEIVED, "letter.received", "收到来信"},
    {J_EMERGENCY_FLAGGED, "emergency.flagged", "识别为紧急"},
    {J_EMERGENCY_ACKED, "emergency.acked", "值班员已确认"},
    {J_CASE_TRIAGED, "case.triaged", "已研判"},
    {J_CASE_ACCEPTED, "case.accepted", "已受理"},
    {J_CASE_REFUSED, "case.refused", "不予受理"},
    {J_CASE_REFERRED, "case.referred", "转法定途径"},
    {J_CASE_WITHDRAWN, "case.withdrawn", "来信人撤件"},
    {J_LEG_DISPATCHED, "leg.dispatched", "已派单"},
    {J_LEG_SIGNED, "leg.signed", "已签收"},
    {J_CONTACT_MADE, "contact.made", "已联系来信人"},
    {J_LEG_REPORTED, "leg.reported", "已报结"},
    {J_REVIEW_PASSED, "review.passed", "审核通过"},
    {J_REVIEW_RETURNED, "review.returned", "审核退回"},
    {J_CASE_REPORTED, "case.reported", "全部报结"},
    {J_REPLY_ISSUED, "reply.issued", "已答复"},
    {J_WORK_RETURNED, "work.returned", "退回补办"},
    {J_CALLBACK_STARTED, "callback.started", "开始回访"},
    {J_CASE_CLOSED, "case.closed", "办结"},
    {J_CASE_ARCHIVED, "case.archived", "归档"},
    {0},
};

const struct rule *rule_for_case(enum case_state from, enum event event)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->leg_from == LEG_NONE && r->case_from == from && r->event == event)
            return r;
    return NULL;
}

const struct rule *rule_for_leg(enum leg_state from, enum event event)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->leg_from != LEG_NONE && r->leg_from == from && r->event == event)
            return r;
    return NULL;
}

bool event_is_leg(enum event event)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->event == event)
            return r->leg_from != LEG_NONE;
    return false;
}

bool case_final(enum case_state s)
{
    switch (s) {
    case CLOSED:
    case REFUSED:
    case MERGED:
    case WITHDRAWN:
    case REFERRED:
    case TERMINATED:
    case ARCHIVED:
        return true;
    default:
        return false;
    }
}

const char *case_waits_for(enum case_state s)
{
    switch (s) {
    case RECEIVED:
        return "系统研判";
    case EMERGENCY:
        return "值班员";
    case TRIAGE:
        return "受理员";
    case NEED_INFO:
        return "来信人";
    case ACCEPTED:
        return "派单员";
    case HANDLING:
    case REWORK:
        return "承办单位";
    case REVIEW:
        return "专班审核人";
    case ANSWERED:
    case CALLBACK:
        return "回访员";
    case DEFERRED:
        return "主办单位负责人";
    default:
        return NULL;
    }
}

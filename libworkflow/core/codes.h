// SPDX-License-Identifier: Apache-2.0
// codes: the closed lists of the domain (channels, kinds, states, events, outcomes) with their machine names.
// Codes are stored; a code is never reused and a name never changes its meaning.
#ifndef CORE_CODES_H
#define CORE_CODES_H

#include "core/str.h"

enum channel { CHANNEL_WEB = 1, CHANNEL_WECHAT, CHANNEL_PHONE, CHANNEL_PAPER, CHANNEL_HOTLINE12345, CHANNEL_TRANSFER };

// 诉求类型, domain §3.7
enum kind {
    KIND_NONE = 0,
    KIND_CONSULT,
    KIND_HELP,
    KIND_COMPLAINT,
    KIND_REPORT,
    KIND_SUGGEST,
    KIND_PRAISE,
    KIND_OTHER
};

// Case states, domain §3.2; the number is the document's C code.
enum case_state {
    CASE_NONE = 0,
    RECEIVED = 10,
    EMERGENCY = 12,
    TRIAGE = 20,
    NEED_INFO = 25,
    ACCEPTED = 30,
    HANDLING = 40,
    REVIEW = 50,
    ANSWERED = 60,
    CALLBACK = 70,
    REWORK = 75,
    CLOSED = 80,
    REFUSED = 81,
    MERGED = 82,
    WITHDRAWN = 83,
    REFERRED = 84,
    TERMINATED = 85,
    DEFERRED = 86,
    ARCHIVED = 90,
};

// Leg states, domain §3.2; the number is the document's L code.
enum leg_state {
    LEG_NONE = 0,
    LEG_SENT = 10,             // 待签收
    LEG_SIGNED = 20,           // 已签收办理中
    LEG_DELEGATED = 22,        // 已转下级
    LEG_RETURN_REQUESTED = 25, // 申请退回
    LEG_RETURNED = 26,         // 已退回
    LEG_EXTENSION = 30,        // 申请延期
    LEG_REPORTED = 40,         // 已报结待审
    LEG_REVIEW_RETURNED = 45,  // 审核退回
    LEG_DONE = 50,             // 完成
    LEG_REVOKED = 60,          // 撤回(改派)
};

enum leg_role { ROLE_LEAD = 1, ROLE_ASSIST, ROLE_CHECK, ROLE_COUNTERSIGN };

// What may happen to a case or a leg. Bureaus send the past participles, the desk the imperatives, daemons the rest.
enum event {
    EV_NONE = 0,
    EV_RECEIVE = 1,          // intake: the letter is committed
    EV_FLAG_EMERGENCY = 2,   // classifier
    EV_ACKNOWLEDGE = 3,      // desk: duty officer has seen the emergency
    EV_TRIAGE = 4,           // classifier: typed and placed
    EV_REFUSE = 8,           // desk
    EV_REFER = 11,           // desk: to the lawful route
    EV_ACCEPT = 12,          // desk, or classifier where the policy lets it
    EV_DISPATCH = 13,        // dispatcher, or desk with a unit
    EV_SIGNED = 14,          // bureau
    EV_CONTACTED = 15,       // bureau: spoke with the writer
    EV_REPORTED = 22,        // bureau
    EV_REVIEW_RETURNED = 23, // bureau's reviewer, or the desk
    EV_REVIEWED = 24,        // bureau's reviewer, or the desk ("review")
    EV_ALL_REPORTED = 25,    // system: every lead leg is reported or done
    EV_ISSUE_REPLY = 26,     // desk, or the policy
    EV_RETURN_WORK = 27,     // desk: back to the unit
    EV_START_CALLBACK = 28,  // desk
    EV_CLOSE = 30,           // desk, or the policy
    EV_ARCHIVE = 35,         // system
    EV_WITHDRAW = 36,        // writer, entered by the desk
};

// Outcome, domain §3.10: a fact beside the state, never a state.
enum outcome {
    OUTCOME_NONE = 0,
    OUTCOME_RESOLVED,     // 属实已解决
    OUTCOME_PARTLY,       // 部分属实
    OUTCOME_UNFOUNDED,    // 不属实
    OUTCOME_EXPLAINED,    // 已解释
    OUTCOME_TRANSFERRED,  // 已转法定途径
    OUTCOME_UNSOLVED,     // 暂无法解决(挂账)
    OUTCOME_NOT_OURS,     // 非本机关职责
    OUTCOME_UNVERIFIABLE, // 无法核实
    OUTCOME_DUPLICATE,    // 重复
};

enum actor {
    ACTOR_WRITER = 1,
    ACTOR_INTAKE,
    ACTOR_CLASSIFIER,
    ACTOR_DISPATCHER,
    ACTOR_FEEDBACK,
    ACTOR_BUREAU,
    ACTOR_DESK
};

// Flags of a case, a bit each (domain §3.7).
enum { FLAG_URGENT = 1, FLAG_CONDUCT = 2, FLAG_CONFIDENTIAL = 4 };

struct code {
    int code;
    const char *name;  // machine name
    const char *label; // Chinese, for the board and the citizen
};

// Each list ends with name == NULL.
extern const struct code channels[], kinds[], case_states[], leg_states[], leg_roles[], events[], outcomes[], actors[];

const char *code_name(const struct code *list, int code);  // "?" when unknown
const char *code_label(const struct code *list, int code); // "?" when unknown
int code_find(const struct code *list, struct str name);   // 0 when unknown

#endif

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
// The numbers are stored with what was refused: new ones go to the end.
// "grant" and "deny" are what people say; the request that they decide makes the event of it (case.c).
enum event {
    EV_NONE = 0,
    EV_RECEIVE, // intake: the letter is committed
    EV_FLAG_EMERGENCY,
    EV_ESCALATE, // system: nobody acknowledged in time
    EV_ACKNOWLEDGE,
    EV_TRIAGE, // classifier: typed and placed
    EV_ASK_SUPPLEMENT,
    EV_SUPPLEMENT, // the writer's words arrived
    EV_EXPIRE,     // system: they did not
    EV_PROCEED,    // desk: without them
    EV_TERMINATE,
    EV_REFUSE, // proposes it
    EV_REFUSAL_APPROVED,
    EV_REFER,
    EV_REFERRAL_APPROVED,
    EV_PROPOSAL_REJECTED, // of refuse, refer, suspend, close
    EV_MERGE,
    EV_ABSORB, // system: of the primary
    EV_UNMERGE,
    EV_RELEASE, // system: of the primary
    EV_SPLIT,
    EV_SPLIT_OFF, // system: the new case
    EV_ACCEPT,
    EV_RECLASSIFY,
    EV_ACCUSE,    // conflict.set, conflict.revised
    EV_EXONERATE, // takes one out of X again
    EV_DISPATCH,
    EV_SIGNED,
    EV_DEEM_SIGNED, // system: K5 is over
    EV_CONTACTED,
    EV_RETURN_REQUESTED,
    EV_RETURN_GRANTED,
    EV_RETURN_DENIED,
    EV_SUPERIOR_ASKED, // the unit does not take the denial
    EV_DESIGNATE,
    EV_REASSIGN, // system: the new leg after a return or a recall
    EV_DELEGATED,
    EV_OPEN_CHILD, // system
    EV_CHILD_DONE, // system
    EV_JOINED,
    EV_OPEN_ASSIST, // system
    EV_EXTENSION_REQUESTED,
    EV_EXTENSION_GRANTED,
    EV_EXTENSION_DENIED,
    EV_SUPPLEMENT_REQUESTED, // a unit wants something of the writer
    EV_SUPPLEMENT_GRANTED,   // the writer is asked, the clock stands
    EV_SUPPLEMENT_DENIED,
    EV_SUPPLEMENT_ENDED, // arrived or expired while a unit works: the clock runs on
    EV_REPORTED,
    EV_REVIEW_RETURNED,
    EV_REVIEWED,
    EV_RECALL,  // desk
    EV_REVOKE,  // system: its unit turned out to be in X
    EV_END_LEG, // system: the case ended
    EV_ALL_REPORTED,
    EV_ISSUE_REPLY,
    EV_RETURN_WORK,
    EV_START_CALLBACK,
    EV_CALLED,   // one attempt
    EV_ANSWERED, // the five answers
    EV_RATE,     // writer, online
    EV_ORDER_REWORK,
    EV_CLOSE,
    EV_CLOSE_PROPOSED, // dissatisfied, but handled by the law
    EV_SUSPENSION_REQUESTED,
    EV_SUSPEND,
    EV_SUSPENSION_APPROVED,
    EV_RESUME,
    EV_REOPEN,
    EV_APPEAL,
    EV_ARCHIVE,
    EV_WITHDRAW,
    EV_WITHDRAWAL_REQUESTED, // of a report or about police conduct: the centre decides
    EV_WITHDRAWAL_GRANTED,
    EV_WITHDRAWAL_DENIED, // the centre goes on ex officio
    EV_SUPERVISE,
    EV_INSTRUCT,
    EV_SUPERVISION_ANSWERED,
    EV_LIFT,
    EV_ASSESSMENT_APPEALED, // 考核申诉, by a unit
    EV_UNREASONABLE_REQUESTED,
    EV_REASSIGN_REQUESTED,
    EV_REQUEST_GRANTED, // of those three
    EV_REQUEST_DENIED,
    EV_WARN,
    EV_BREACH,
    EV_LEG_BREACH, // a clock of one leg
    EV_RECOMPUTE,  // a new calendar moved the date
    EV_INSPECT,    // 回头看: a finding
    EV_TICK,       // the sweep: what is due now? Never a row of the table.
    EV_GRANT,      // desk or superior unit: resolved to one of the above
    EV_DENY,
    EV_INQUIRE, // proposes a 核查函 to a unit that is accused
    EV_INQUIRY_APPROVED,
    EV_INQUIRY_ANSWERED, // its explanation, which the desk enters
    EV_IDENTITY_OPEN,    // somebody wants to know who wrote, and says why
    EV_QUEUE_RETRY,      // what blocks a queue: deliver it again,
    EV_QUEUE_PARK,       // set it aside for the desk,
    EV_QUEUE_SKIP,       // leave it out
    EV_IDENTITY_ASKED,   // the writer wants secrecy: two persons must agree
    EV_IDENTITY_GRANTED,
    EV_IDENTITY_DENIED, // the last event: tests count up to it
};

// 申请, domain §3.1
enum request_kind {
    REQUEST_RETURN = 1,   // 退回
    REQUEST_EXTENSION,    // 延期
    REQUEST_SUPPLEMENT,   // 补充材料
    REQUEST_REASSIGN,     // 改派
    REQUEST_DEFER,        // 挂账
    REQUEST_WITHDRAWAL,   // 撤件
    REQUEST_ASSESSMENT,   // 考核申诉
    REQUEST_UNREASONABLE, // 不合理诉求
    REQUEST_REFUSAL,      // 不予受理
    REQUEST_REFERRAL,     // 转法定途径
    REQUEST_CLOSE,        // 不满意但已依法办理
    REQUEST_INQUIRY,      // 核查函
    REQUEST_IDENTITY,     // 查看身份
};
enum request_state { REQUEST_OPEN = 1, REQUEST_GRANTED, REQUEST_DENIED, REQUEST_VOID };

// What a line of a unit's queue is about.
enum notice {
    NOTICE_LETTER = 1, // a new leg with its letter
    NOTICE_REVOKED,    // the leg is over for this unit; the letter is no longer its business
    NOTICE_RETURNED,   // the report came back: more work
    NOTICE_GRANTED,
    NOTICE_DENIED,
    NOTICE_DESIGNATED,
    NOTICE_SUPPLEMENT, // the writer added words
    NOTICE_SUPERVISED,
    NOTICE_MERGED,  // another letter joined the case
    NOTICE_ENDED,   // withdrawn, merged away or ended
    NOTICE_DATE,    // the due date moved
    NOTICE_SKIPPED, // a tombstone: the desk parked or skipped what stood at this sequence
};

// What a writer is told, as a line of the portal's queue.
enum writer_event {
    WRITER_ACCEPTED = 1,
    WRITER_SENT, // to a unit, which is never named to its cost (domain §3.9)
    WRITER_ASKED,
    WRITER_EXTENDED,
    WRITER_ANSWERED,
    WRITER_REWORKED,
    WRITER_CLOSED,
    WRITER_REFUSED,
    WRITER_REFERRED,
    WRITER_MERGED,
    WRITER_WITHDRAWN,
    WRITER_DEFERRED,
    WRITER_TERMINATED,
    WRITER_IDENTITY_OPENED,
    WRITER_SKIPPED, // a tombstone
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
enum {
    FLAG_URGENT = 1,
    FLAG_CONDUCT = 2,
    FLAG_CONFIDENTIAL = 4,
    FLAG_ACCUSED = 8,  // X is not empty
    FLAG_PRIMARY = 16, // another letter joined it, now or once
};

struct code {
    int code;
    const char *name;  // machine name
    const char *label; // Chinese, for the board and the citizen
};

// Each list ends with name == NULL.
extern const struct code channels[], kinds[], case_states[], leg_states[], leg_roles[], events[], outcomes[], actors[],
    request_kinds[], request_states[], notices[], writer_events[];

const char *code_name(const struct code *list, int code);  // "?" when unknown
const char *code_label(const struct code *list, int code); // "?" when unknown
int code_find(const struct code *list, struct str name);   // 0 when unknown

#endif

// SPDX-License-Identifier: Apache-2.0
// What the journal calls things, and what a state means for people.
#include "core/case.h"

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
    {J_EMERGENCY_ESCALATED, "emergency.escalated", "紧急件升级"},
    {J_SUPPLEMENT_REQUESTED, "supplement.requested", "要求补充"},
    {J_SUPPLEMENT_ARRIVED, "supplement.arrived", "补充到达"},
    {J_SUPPLEMENT_EXPIRED, "supplement.expired", "逾期未补"},
    {J_SUPPLEMENT_DENIED, "supplement.denied", "无需补充"},
    {J_CASE_PROCEEDED, "case.proceeded", "按现有材料办理"},
    {J_CASE_TERMINATED, "case.terminated", "终止办理"},
    {J_PROPOSAL_MADE, "proposal.made", "提出拟办意见"},
    {J_PROPOSAL_REJECTED, "proposal.rejected", "不同意拟办意见"},
    {J_CASE_MERGED, "case.merged", "并件"},
    {J_CASE_ABSORBED, "case.absorbed", "并入来信"},
    {J_CASE_UNMERGED, "case.unmerged", "拆分并件"},
    {J_CASE_RELEASED, "case.released", "移出并件"},
    {J_CASE_SPLIT, "case.split", "一事一件拆分"},
    {J_CASE_RECLASSIFIED, "case.reclassified", "重新分类"},
    {J_CONFLICT_SET, "conflict.set", "确定回避对象"},
    {J_CONFLICT_REVISED, "conflict.revised", "变更回避对象"},
    {J_LEG_DEEMED_SIGNED, "leg.deemed_signed", "视为签收(超时签收)"},
    {J_LEG_RETURN_REQUESTED, "leg.return_requested", "申请退回"},
    {J_LEG_RETURN_GRANTED, "leg.return_granted", "同意退回"},
    {J_LEG_RETURN_DENIED, "leg.return_denied", "驳回退回"},
    {J_LEG_SUPERIOR_ASKED, "leg.superior_asked", "提请共同上级"},
    {J_LEG_DESIGNATED, "leg.designated", "指定办理"},
    {J_LEG_DELEGATED, "leg.delegated", "转下级"},
    {J_LEG_CHILD_DONE, "leg.child_done", "下级环节结束"},
    {J_LEG_JOINED, "leg.joined", "邀请协办"},
    {J_LEG_REVOKED, "leg.revoked", "撤回"},
    {J_LEG_ENDED, "leg.ended", "环节结束"},
    {J_EXTENSION_REQUESTED, "extension.requested", "申请延期"},
    {J_EXTENSION_GRANTED, "extension.granted", "批准延期"},
    {J_EXTENSION_DENIED, "extension.denied", "驳回延期"},
    {J_CALLBACK_ATTEMPTED, "callback.attempted", "回访未接通"},
    {J_CALLBACK_ANSWERED, "callback.answered", "回访已答"},
    {J_REPLY_RATED, "reply.rated", "来信人评价"},
    {J_REWORK_ORDERED, "rework.ordered", "责令重办"},
    {J_SUSPENSION_REQUESTED, "suspension.requested", "申请挂账"},
    {J_CASE_SUSPENDED, "case.suspended", "挂账"},
    {J_CASE_RESUMED, "case.resumed", "恢复办理"},
    {J_CASE_REOPENED, "case.reopened", "复核重办"},
    {J_CASE_APPEALED, "case.appealed", "来信人申诉"},
    {J_WITHDRAWAL_REQUESTED, "withdrawal.requested", "申请撤件"},
    {J_WITHDRAWAL_DENIED, "withdrawal.denied", "依职权继续办理"},
    {J_SUPERVISION_ISSUED, "supervision.issued", "督办"},
    {J_SUPERVISION_ANSWERED, "supervision.answered", "督办反馈"},
    {J_SUPERVISION_LIFTED, "supervision.lifted", "解除督办"},
    {J_INSTRUCTION_GIVEN, "instruction.given", "批示"},
    {J_REQUEST_MADE, "request.made", "提出申请"},
    {J_REQUEST_GRANTED, "request.granted", "同意申请"},
    {J_REQUEST_DENIED, "request.denied", "驳回申请"},
    {J_CLOCK_PAUSED, "clock.paused", "时限暂停"},
    {J_CLOCK_RESUMED, "clock.resumed", "时限恢复"},
    {J_CLOCK_WARNED, "clock.warned", "时限预警"},
    {J_CLOCK_BREACHED, "clock.breached", "超期"},
    {J_CLOCK_RECOMPUTED, "clock.recomputed", "时限重算"},
    {J_CASE_INSPECTED, "case.inspected", "回头看"},
    {J_INQUIRY_PROPOSED, "inquiry.proposed", "拟发核查函"},
    {J_INQUIRY_APPROVED, "inquiry.approved", "核查函已批准"},
    {J_INQUIRY_ANSWERED, "inquiry.answered", "核查函已回复"},
    {J_IDENTITY_OPENED, "identity.opened", "查看来信人身份"},
    {J_QUEUE_RETRIED, "queue.retried", "队列重投"},
    {J_QUEUE_PARKED, "queue.parked", "队列搁置"},
    {J_QUEUE_SKIPPED, "queue.skipped", "队列跳过"},
    {0},
};

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

bool leg_over(enum leg_state s)
{
    return s == LEG_DONE || s == LEG_RETURNED || s == LEG_REVOKED;
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
    case REWORK:
        return "派单员";
    case HANDLING:
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

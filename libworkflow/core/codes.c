// SPDX-License-Identifier: Apache-2.0
#include "core/codes.h"

const struct code channels[] = {
    {CHANNEL_WEB, "web", "网站"},
    {CHANNEL_WECHAT, "wechat", "微信"},
    {CHANNEL_PHONE, "phone", "电话"},
    {CHANNEL_PAPER, "paper", "信函"},
    {CHANNEL_HOTLINE12345, "hotline12345", "12345热线"},
    {CHANNEL_TRANSFER, "transfer", "上级转办"},
    {0, NULL, NULL},
};

const struct code kinds[] = {
    {KIND_CONSULT, "consult", "咨询"},     {KIND_HELP, "help", "求助"},
    {KIND_COMPLAINT, "complaint", "投诉"}, {KIND_REPORT, "report", "举报"},
    {KIND_SUGGEST, "suggest", "建议"},     {KIND_PRAISE, "praise", "表扬"},
    {KIND_OTHER, "other", "其他"},         {0, NULL, NULL},
};

// Labels are what the citizen sees (domain §3.2).
const struct code case_states[] = {
    {RECEIVED, "RECEIVED", "已收到"},
    {EMERGENCY, "EMERGENCY", "已提示拨打110,值班人员处理中"},
    {TRIAGE, "TRIAGE", "审核中"},
    {NEED_INFO, "NEED_INFO", "请补充材料"},
    {ACCEPTED, "ACCEPTED", "已受理"},
    {HANDLING, "HANDLING", "办理中"},
    {REVIEW, "REVIEW", "办理中"},
    {ANSWERED, "ANSWERED", "已答复"},
    {CALLBACK, "CALLBACK", "已答复,等待评价"},
    {REWORK, "REWORK", "重新办理"},
    {CLOSED, "CLOSED", "已办结"},
    {REFUSED, "REFUSED", "不予受理"},
    {MERGED, "MERGED", "合并办理"},
    {WITHDRAWN, "WITHDRAWN", "已撤回"},
    {REFERRED, "REFERRED", "已转法定途径"},
    {TERMINATED, "TERMINATED", "终止办理"},
    {DEFERRED, "DEFERRED", "暂时无法解决,继续跟进"},
    {ARCHIVED, "ARCHIVED", "已办结"},
    {0, NULL, NULL},
};

const struct code leg_states[] = {
    {LEG_SENT, "SENT", "待签收"},
    {LEG_SIGNED, "SIGNED", "已签收办理中"},
    {LEG_DELEGATED, "DELEGATED", "已转下级"},
    {LEG_RETURN_REQUESTED, "RETURN_REQUESTED", "申请退回"},
    {LEG_RETURNED, "RETURNED", "已退回"},
    {LEG_EXTENSION, "EXTENSION", "申请延期"},
    {LEG_REPORTED, "REPORTED", "已报结待审"},
    {LEG_REVIEW_RETURNED, "REVIEW_RETURNED", "审核退回"},
    {LEG_DONE, "DONE", "完成"},
    {LEG_REVOKED, "REVOKED", "撤回(改派)"},
    {0, NULL, NULL},
};

const struct code leg_roles[] = {
    {ROLE_LEAD, "lead", "主办"},
    {ROLE_ASSIST, "assist", "协办"},
    {ROLE_CHECK, "check", "核查"},
    {ROLE_COUNTERSIGN, "countersign", "会签"},
    {0, NULL, NULL},
};

const struct code events[] = {
    {EV_RECEIVE, "receive", "提交"},
    {EV_FLAG_EMERGENCY, "flag_emergency", "紧急识别"},
    {EV_ESCALATE, "escalate", "紧急件升级"},
    {EV_ACKNOWLEDGE, "acknowledge", "值班确认"},
    {EV_TRIAGE, "triage", "进入审核"},
    {EV_ASK_SUPPLEMENT, "ask_supplement", "要求补充"},
    {EV_SUPPLEMENT, "supplement", "补充到达"},
    {EV_EXPIRE, "expire", "逾期未补"},
    {EV_PROCEED, "proceed", "按现有材料办理"},
    {EV_TERMINATE, "terminate", "终止办理"},
    {EV_REFUSE, "refuse", "拟不予受理"},
    {EV_REFUSAL_APPROVED, "refusal_approved", "批准不予受理"},
    {EV_REFER, "refer", "拟转法定途径"},
    {EV_REFERRAL_APPROVED, "referral_approved", "批准转法定途径"},
    {EV_PROPOSAL_REJECTED, "proposal_rejected", "不同意拟办意见"},
    {EV_MERGE, "merge", "并件"},
    {EV_ABSORB, "absorb", "并入来信"},
    {EV_UNMERGE, "unmerge", "拆分并件"},
    {EV_RELEASE, "release", "移出并件"},
    {EV_SPLIT, "split", "一事一件拆分"},
    {EV_SPLIT_OFF, "split_off", "拆出新件"},
    {EV_ACCEPT, "accept", "受理"},
    {EV_RECLASSIFY, "reclassify", "重新分类"},
    {EV_ACCUSE, "accuse", "确定回避对象"},
    {EV_EXONERATE, "exonerate", "解除回避对象"},
    {EV_DISPATCH, "dispatch", "派单"},
    {EV_SIGNED, "signed", "签收"},
    {EV_DEEM_SIGNED, "deem_signed", "视为签收"},
    {EV_CONTACTED, "contacted", "联系写信人"},
    {EV_RETURN_REQUESTED, "return_requested", "申请退回"},
    {EV_RETURN_GRANTED, "return_granted", "同意退回"},
    {EV_RETURN_DENIED, "return_denied", "驳回退回"},
    {EV_SUPERIOR_ASKED, "superior_asked", "提请共同上级"},
    {EV_DESIGNATE, "designate", "指定办理"},
    {EV_REASSIGN, "reassign", "改派"},
    {EV_DELEGATED, "delegated", "转下级"},
    {EV_OPEN_CHILD, "open_child", "下级待签收"},
    {EV_CHILD_DONE, "child_done", "下级办结"},
    {EV_JOINED, "joined", "邀请协办"},
    {EV_OPEN_ASSIST, "open_assist", "协办待签收"},
    {EV_EXTENSION_REQUESTED, "extension_requested", "申请延期"},
    {EV_EXTENSION_GRANTED, "extension_granted", "批准延期"},
    {EV_EXTENSION_DENIED, "extension_denied", "驳回延期"},
    {EV_SUPPLEMENT_REQUESTED, "supplement_requested", "申请补充材料"},
    {EV_SUPPLEMENT_GRANTED, "supplement_granted", "同意请写信人补充"},
    {EV_SUPPLEMENT_DENIED, "supplement_denied", "不同意请写信人补充"},
    {EV_SUPPLEMENT_ENDED, "supplement_ended", "补充期结束"},
    {EV_REPORTED, "reported", "报结"},
    {EV_REVIEW_RETURNED, "review_returned", "审核退回"},
    {EV_REVIEWED, "reviewed", "审核通过"},
    {EV_RECALL, "recall", "撤回改派"},
    {EV_REVOKE, "revoke", "因回避撤回"},
    {EV_END_LEG, "end_leg", "随件结束"},
    {EV_ALL_REPORTED, "all_reported", "主办全部报结"},
    {EV_ISSUE_REPLY, "issue_reply", "核发答复"},
    {EV_RETURN_WORK, "return_work", "退回补办"},
    {EV_START_CALLBACK, "start_callback", "开始回访"},
    {EV_CALLED, "called", "回访呼叫"},
    {EV_ANSWERED, "answered", "回访答问"},
    {EV_RATE, "rate", "写信人评价"},
    {EV_ORDER_REWORK, "order_rework", "责令重办"},
    {EV_CLOSE, "close", "办结"},
    {EV_CLOSE_PROPOSED, "close_proposed", "拟依法办结"},
    {EV_SUSPENSION_REQUESTED, "suspension_requested", "申请挂账"},
    {EV_SUSPEND, "suspend", "拟挂账"},
    {EV_SUSPENSION_APPROVED, "suspension_approved", "批准挂账"},
    {EV_RESUME, "resume", "恢复办理"},
    {EV_REOPEN, "reopen", "复核重办"},
    {EV_APPEAL, "appeal", "写信人申诉"},
    {EV_ARCHIVE, "archive", "归档"},
    {EV_WITHDRAW, "withdraw", "撤件"},
    {EV_WITHDRAWAL_REQUESTED, "withdrawal_requested", "申请撤件"},
    {EV_WITHDRAWAL_GRANTED, "withdrawal_granted", "同意撤件"},
    {EV_WITHDRAWAL_DENIED, "withdrawal_denied", "依职权继续办理"},
    {EV_SUPERVISE, "supervise", "督办"},
    {EV_INSTRUCT, "instruct", "批示"},
    {EV_SUPERVISION_ANSWERED, "supervision_answered", "督办反馈"},
    {EV_LIFT, "lift", "解除督办"},
    {EV_ASSESSMENT_APPEALED, "assessment_appealed", "考核申诉"},
    {EV_UNREASONABLE_REQUESTED, "unreasonable_requested", "申请认定不合理诉求"},
    {EV_REASSIGN_REQUESTED, "reassign_requested", "申请改派"},
    {EV_REQUEST_GRANTED, "request_granted", "同意申请"},
    {EV_REQUEST_DENIED, "request_denied", "驳回申请"},
    {EV_WARN, "warn", "预警"},
    {EV_BREACH, "breach", "超期"},
    {EV_LEG_BREACH, "leg_breach", "环节超期"},
    {EV_RECOMPUTE, "recompute", "重算期限"},
    {EV_INSPECT, "inspect", "回头看"},
    {EV_TICK, "tick", "到时检查"},
    {EV_GRANT, "grant", "同意"},
    {EV_DENY, "deny", "不同意"},
    {EV_INQUIRE, "inquire", "拟发核查函"},
    {EV_INQUIRY_APPROVED, "inquiry_approved", "批准核查函"},
    {EV_INQUIRY_ANSWERED, "inquiry_answered", "核查函回复"},
    {EV_IDENTITY_OPEN, "identity_open", "查看来信人身份"},
    {EV_QUEUE_RETRY, "queue_retry", "队列重投"},
    {EV_QUEUE_PARK, "queue_park", "队列搁置"},
    {EV_QUEUE_SKIP, "queue_skip", "队列跳过"},
    {EV_IDENTITY_ASKED, "identity_asked", "申请查看身份"},
    {EV_IDENTITY_GRANTED, "identity_granted", "同意查看身份"},
    {EV_IDENTITY_DENIED, "identity_denied", "不同意查看身份"},
    {0, NULL, NULL},
};

const struct code request_kinds[] = {
    {REQUEST_RETURN, "return", "退回"},
    {REQUEST_EXTENSION, "extension", "延期"},
    {REQUEST_SUPPLEMENT, "supplement", "补充材料"},
    {REQUEST_REASSIGN, "reassign", "改派"},
    {REQUEST_DEFER, "defer", "挂账"},
    {REQUEST_WITHDRAWAL, "withdrawal", "撤件"},
    {REQUEST_ASSESSMENT, "assessment", "考核申诉"},
    {REQUEST_UNREASONABLE, "unreasonable", "不合理诉求"},
    {REQUEST_REFUSAL, "refusal", "不予受理"},
    {REQUEST_REFERRAL, "referral", "转法定途径"},
    {REQUEST_CLOSE, "close", "依法办结"},
    {REQUEST_INQUIRY, "inquiry", "核查函"},
    {REQUEST_IDENTITY, "identity", "查看身份"},
    {0, NULL, NULL},
};

const struct code request_states[] = {
    {REQUEST_OPEN, "open", "待决定"},
    {REQUEST_GRANTED, "granted", "同意"},
    {REQUEST_DENIED, "denied", "不同意"},
    {REQUEST_VOID, "void", "失效"},
    {0, NULL, NULL},
};

const struct code notices[] = {
    {NOTICE_LETTER, "letter", "来信"},
    {NOTICE_REVOKED, "revoked", "撤回"},
    {NOTICE_RETURNED, "returned", "退回补办"},
    {NOTICE_GRANTED, "granted", "申请获准"},
    {NOTICE_DENIED, "denied", "申请驳回"},
    {NOTICE_DESIGNATED, "designated", "指定办理"},
    {NOTICE_SUPPLEMENT, "supplement", "补充材料"},
    {NOTICE_SUPERVISED, "supervised", "督办"},
    {NOTICE_MERGED, "merged", "并入来信"},
    {NOTICE_ENDED, "ended", "结束办理"},
    {NOTICE_DATE, "date", "期限变更"},
    {NOTICE_SKIPPED, "skipped", "已跳过"},
    {0, NULL, NULL},
};

const struct code writer_events[] = {
    {WRITER_ACCEPTED, "accepted", "已受理"},       {WRITER_SENT, "sent", "已转办"},
    {WRITER_ASKED, "asked", "请补充材料"},         {WRITER_EXTENDED, "extended", "延长办理期限"},
    {WRITER_ANSWERED, "answered", "已答复"},       {WRITER_REWORKED, "reworked", "重新办理"},
    {WRITER_CLOSED, "closed", "已办结"},           {WRITER_REFUSED, "refused", "不予受理"},
    {WRITER_REFERRED, "referred", "转法定途径"},   {WRITER_MERGED, "merged", "合并办理"},
    {WRITER_WITHDRAWN, "withdrawn", "已撤回"},     {WRITER_DEFERRED, "deferred", "暂时无法解决"},
    {WRITER_TERMINATED, "terminated", "终止办理"}, {WRITER_IDENTITY_OPENED, "identity_opened", "身份信息被查看"},
    {WRITER_SKIPPED, "skipped", "已跳过"},         {0, NULL, NULL},
};

const struct code outcomes[] = {
    {OUTCOME_RESOLVED, "resolved", "属实已解决"},
    {OUTCOME_PARTLY, "partly", "部分属实"},
    {OUTCOME_UNFOUNDED, "unfounded", "不属实"},
    {OUTCOME_EXPLAINED, "explained", "已解释"},
    {OUTCOME_TRANSFERRED, "transferred", "已转法定途径"},
    {OUTCOME_UNSOLVED, "unsolved", "暂无法解决(挂账)"},
    {OUTCOME_NOT_OURS, "not_ours", "非本机关职责"},
    {OUTCOME_UNVERIFIABLE, "unverifiable", "无法核实"},
    {OUTCOME_DUPLICATE, "duplicate", "重复"},
    {0, NULL, NULL},
};

const struct code actors[] = {
    {ACTOR_WRITER, "writer", "写信人"},
    {ACTOR_INTAKE, "intake", "收信程序"},
    {ACTOR_CLASSIFIER, "classifier", "分类程序"},
    {ACTOR_DISPATCHER, "dispatcher", "派单程序"},
    {ACTOR_FEEDBACK, "feedback", "反馈程序"},
    {ACTOR_BUREAU, "bureau", "承办单位"},
    {ACTOR_DESK, "desk", "专班"},
    {0, NULL, NULL},
};

static const struct code *find(const struct code *list, int code)
{
    for (; list->name != NULL; list++) {
        if (list->code == code) {
            return list;
        }
    }
    return NULL;
}

const char *code_name(const struct code *list, int code)
{
    const struct code *found = find(list, code);
    return found == NULL ? "?" : found->name;
}

const char *code_label(const struct code *list, int code)
{
    const struct code *found = find(list, code);
    return found == NULL ? "?" : found->label;
}

int code_find(const struct code *list, struct str name)
{
    for (; list->name != NULL; list++) {
        if (str_is(name, list->name)) {
            return list->code;
        }
    }
    return 0;
}

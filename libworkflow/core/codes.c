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
    {EV_ACKNOWLEDGE, "acknowledge", "值班确认"},
    {EV_TRIAGE, "triage", "进入审核"},
    {EV_REFUSE, "refuse", "不予受理"},
    {EV_REFER, "refer", "转法定途径"},
    {EV_ACCEPT, "accept", "受理"},
    {EV_DISPATCH, "dispatch", "派单"},
    {EV_SIGNED, "signed", "签收"},
    {EV_CONTACTED, "contacted", "联系写信人"},
    {EV_REPORTED, "reported", "报结"},
    {EV_REVIEW_RETURNED, "review_returned", "审核退回"},
    {EV_REVIEWED, "reviewed", "审核通过"},
    {EV_ALL_REPORTED, "all_reported", "主办全部报结"},
    {EV_ISSUE_REPLY, "issue_reply", "核发答复"},
    {EV_RETURN_WORK, "return_work", "退回补办"},
    {EV_START_CALLBACK, "start_callback", "开始回访"},
    {EV_CLOSE, "close", "办结"},
    {EV_ARCHIVE, "archive", "归档"},
    {EV_WITHDRAW, "withdraw", "撤件"},
    {0, NULL, NULL},
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

// SPDX-License-Identifier: Apache-2.0
#include "core/policy.h"

const struct code policy_steps[] = {
    {STEP_ACCEPT, "accept", "受理"},
    {STEP_DISPATCH, "dispatch", "派单"},
    {STEP_REVIEW, "review", "审核"},
    {STEP_ISSUE, "issue", "核发答复"},
    {STEP_CALLBACK, "callback", "回访"},
    {STEP_REFER, "refer", "拟转办"},
    {0, NULL, NULL},
};

const struct code policy_clocks[] = {
    {CLOCK_K2, "K2", "紧急确认"},
    {CLOCK_K3, "K3", "受理审核"},
    {CLOCK_K4, "K4", "派单"},
    {CLOCK_K5, "K5", "签收"},
    {CLOCK_K6, "K6", "退回异议"},
    {CLOCK_K7, "K7", "首次联系"},
    {CLOCK_K8, "K8", "办理答复"},
    {CLOCK_K9, "K9", "延期上限"},
    {CLOCK_K10, "K10", "补充材料"},
    {CLOCK_K11, "K11", "回访"},
    {CLOCK_K12, "K12", "重办"},
    {CLOCK_K13, "K13", "督办反馈"},
    {CLOCK_K14A, "K14A", "信访告知"},
    {CLOCK_K14B, "K14B", "信访办结"},
    {CLOCK_K14C, "K14C", "信访延期"},
    {CLOCK_K14D, "K14D", "信访复查"},
    {CLOCK_K14E, "K14E", "信访复核"},
    {CLOCK_K15, "K15", "涉警投诉答复"},
    {CLOCK_K15A, "K15A", "涉警投诉接收"},
    {CLOCK_K15B, "K15B", "涉警投诉初核"},
    {CLOCK_K15C, "K15C", "涉警投诉调查"},
    {CLOCK_K17, "K17", "挂账复查"},
    {CLOCK_K18, "K18", "申请审批"},
    {CLOCK_K19, "K19", "归档"},
    {CLOCK_K20, "K20", "申诉"},
    {0, NULL, NULL},
};

const struct code policy_lines[] = {
    {LINE_SUPERVISION, "supervision", "督察"},
    {LINE_DISCIPLINE, "discipline", "纪检监察"},
    {LINE_LEGAL, "legal", "法制"},
    {LINE_GENERAL, "general", "综合"},
    {LINE_STATION, "station", "派出所"},
    {LINE_TRAFFIC, "traffic", "交警"},
    {LINE_HOUSEHOLD, "household", "户政"},
    {LINE_EXIT_ENTRY, "exit_entry", "出入境"},
    {LINE_ORDER, "order", "治安"},
    {LINE_CRIMINAL, "criminal", "刑侦"},
    {LINE_ECONOMIC, "economic", "经侦"},
    {LINE_DRUGS, "drugs", "禁毒"},
    {LINE_CYBER, "cyber", "网安"},
    {LINE_FRAUD, "fraud", "反诈"},
    {LINE_FOOD_ENVIRONMENT, "food_environment", "食药环侦"},
    {LINE_COMMAND, "command", "指挥中心"},
    {LINE_DETENTION, "detention", "监管"},
    {LINE_SERVICE, "service", "政务服务"},
    {0, NULL, NULL},
};

const struct code policy_duties[] = {
    {DUTY_TRIAGE, "triage", "受理"},     {DUTY_DISPATCH, "dispatch", "派单"},   {DUTY_APPROVE, "approve", "审核"},
    {DUTY_CALLBACK, "callback", "回访"}, {DUTY_SUPERVISE, "supervise", "督办"}, {DUTY_WATCH, "watch", "值班"},
    {DUTY_LEAD, "lead", "领导"},         {DUTY_INSPECT, "inspect", "督察核查"}, {DUTY_LIAISE, "liaise", "联络"},
    {DUTY_HANDLE, "handle", "承办"},     {DUTY_ANALYSE, "analyse", "分析"},     {DUTY_SECRECY, "secrecy", "保密"},
    {DUTY_ADMIN, "admin", "系统管理"},   {DUTY_AUDIT, "audit", "审计"},         {0, NULL, NULL},
};

const struct code policy_supervisions[] = {
    {SUPERVISION_URGED, "urge", "催办"},
    {SUPERVISION_SUPERVISED, "supervise", "督办"},
    {SUPERVISION_LISTED, "list", "挂牌督办"},
    {SUPERVISION_SUMMONED, "summon", "约谈"},
    {0, NULL, NULL},
};

const int32_t policy_bureaus[POLICY_BUREAUS] = {440100, 440200, 440300, 440400, 440500, 440600, 440700,
                                                440800, 440900, 441200, 441300, 441400, 441500, 441600,
                                                441700, 441800, 441900, 442000, 445100, 445200, 445300};

// The first row behind those of `code`.
static size_t units_behind(const struct policy *p, int32_t code)
{
    size_t low = 0, high = p->units_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->units[middle].code <= code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct unit *policy_unit(const struct policy *p, int32_t code)
{
    size_t i = units_behind(p, code);
    return i > 0 && p->units[i - 1].code == code ? &p->units[i - 1] : NULL;
}

const struct unit *policy_unit_at(const struct policy *p, int32_t code, struct date d)
{
    for (size_t i = units_behind(p, code); i > 0 && p->units[i - 1].code == code; i--) {
        const struct unit *u = &p->units[i - 1];
        if (u->from.day <= d.day) {
            return d.day <= u->to.day ? u : NULL;
        }
    }
    return NULL;
}

bool policy_above(const struct policy *p, int32_t above, int32_t unit, struct date d)
{
    const struct unit *top = policy_unit_at(p, above, d), *u = policy_unit_at(p, unit, d);
    if (top == NULL) {
        return false;
    }
    while (u != NULL && u->level > top->level) { // levels rise on the way up, so it ends
        u = policy_unit_at(p, u->parent, d);
        if (u == top) {
            return true;
        }
    }
    return false;
}

static bool has_queue(const struct policy *p, int32_t code)
{
    size_t low = 0, high = p->queues_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->queues[middle] == code) {
            return true;
        }
        if (p->queues[middle] < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

// The way up on that day, to the first one that has a queue (own), or else to the bureau.
static int32_t upwards(const struct policy *p, const struct unit *u, struct date d, bool own)
{
    while (u != NULL && u->level > UNIT_CITY && !(own && has_queue(p, u->code))) {
        u = policy_unit_at(p, u->parent, d);
    }
    return u == NULL ? 0 : u->code;
}

// Where the unit is no more, whose it was on its last day.
static int32_t upwards_last(const struct policy *p, int32_t unit, bool own)
{
    const struct unit *u = policy_unit(p, unit);
    return u == NULL ? 0 : upwards(p, u, u->to, own);
}

static int32_t upwards_at(const struct policy *p, int32_t unit, struct date d, bool own)
{
    const struct unit *u = policy_unit_at(p, unit, d);
    return u == NULL ? upwards_last(p, unit, own) : upwards(p, u, d, own);
}

int32_t policy_bureau(const struct policy *p, int32_t unit)
{
    return upwards_last(p, unit, false);
}

int32_t policy_bureau_at(const struct policy *p, int32_t unit, struct date d)
{
    return upwards_at(p, unit, d, false);
}

int32_t policy_queue(const struct policy *p, int32_t unit)
{
    return upwards_last(p, unit, true);
}

int32_t policy_queue_at(const struct policy *p, int32_t unit, struct date d)
{
    return upwards_at(p, unit, d, true);
}

bool policy_told(const struct policy *p, enum channel channel)
{
    return (p->told & 1 << channel) != 0;
}

static int add(int32_t *out, int n, int max, int32_t code)
{
    insist(n < max);
    out[n] = code;
    return n + 1;
}

int policy_queues(const struct policy *p, int32_t *out, int max)
{
    int n = 0;
    for (const struct code *c = channels; c->name != NULL; c++) {
        if (policy_told(p, (enum channel)c->code)) {
            n = add(out, n, max, c->code);
        }
    }
    n = add(out, n, max, POLICY_PROVINCE);
    for (int i = 0; i < POLICY_BUREAUS; i++) {
        n = add(out, n, max, policy_bureaus[i]);
    }
    for (size_t i = 0; i < p->queues_n; i++) {
        n = add(out, n, max, p->queues[i]);
    }
    return n;
}

const struct post *policy_post(const struct policy *p, struct str name)
{
    for (size_t i = 0; i < p->posts_n; i++) {
        for (struct str rest = p->posts[i].names; rest.p != NULL;) {
            if (str_eq(str_split(&rest, '|'), name)) {
                return &p->posts[i];
            }
        }
    }
    return NULL;
}

static enum result unknown_post(const struct policy *p, struct str name, struct err *err)
{
    char after[200];
    struct text t = TEXT(after);
    text_put(&t, "'; there are:");
    for (size_t i = 0; i < p->posts_n; i++) {
        struct str names = p->posts[i].names;
        text_put(&t, " ");
        text_str(&t, str_split(&names, '|'));
    }
    return err_set_str(err, REJECT, "unknown_post", "post", "unknown post '", name, after);
}

enum result policy_post_parse(const struct policy *p, struct str s, const struct post **post, int32_t *unit,
                              int32_t *officer, struct err *err)
{
    struct str rest = s;
    struct str name = str_split(&rest, '@');
    struct str code = rest.p == NULL ? STR_NONE : str_split(&rest, ':');
    int64_t number = POLICY_PROVINCE, id = 0;
    const struct post *found = policy_post(p, name.n == 0 ? STR(POLICY_DEFAULT_POST) : name);
    if (found == NULL) {
        return unknown_post(p, name, err);
    }
    if (code.p != NULL && (!str_to_i64(code, &number) || number < 100000 || number > 999999999 ||
                           policy_unit(p, (int32_t)number) == NULL)) {
        return err_set_str(err, REJECT, "unknown_unit", "post", "unknown unit '", code,
                           "' behind '@': a unit's code is needed, like 440300 (post@unit:警号)");
    }
    if (rest.p != NULL && (!str_to_i64(rest, &id) || id < 1 || id > 99999999)) {
        return err_set_str(err, REJECT, "bad_officer", "post", "the 警号 '", rest,
                           "' behind ':' must be a number from 1 to 99999999 (post@unit:警号)");
    }
    *post = found;
    *unit = (int32_t)number;
    *officer = (int32_t)id;
    return OK;
}

const struct route *policy_route(const struct policy *p, int16_t category, enum kind kind)
{
    insist(category >= 0 && category <= 99 && kind >= KIND_NONE && kind <= KIND_OTHER);
    return &p->routes[p->route_of[category][kind]];
}

const struct reason *policy_reason(const struct policy *p, enum reason_use use, struct str code)
{
    for (size_t i = 0; i < p->reasons_n; i++) {
        if (p->reasons[i].use == use && str_eq(p->reasons[i].code, code)) {
            return &p->reasons[i];
        }
    }
    return NULL;
}

const struct place *policy_place(const struct policy *p, int32_t code)
{
    size_t low = 0, high = p->places_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->places[middle].code == code) {
            return &p->places[middle];
        }
        if (p->places[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

bool policy_has_category(const struct policy *p, int64_t code)
{
    for (size_t i = 0; i < p->categories_n; i++) {
        if (p->categories[i].code == code) {
            return true;
        }
    }
    return false;
}

bool policy_is_bureau(const struct policy *p, int32_t code)
{
    const struct unit *u = policy_unit(p, code);
    return u != NULL && u->level == UNIT_CITY;
}

bool policy_is_mailbox(const struct policy *p, int32_t code)
{
    const struct unit *u = policy_unit(p, code);
    return u != NULL && u->level <= UNIT_CITY;
}

enum step_mode policy_step(const struct policy *p, enum step step, int16_t category, enum kind kind)
{
    insist(step >= STEP_ACCEPT && step < POLICY_STEPS && category >= 0 && category <= 99);
    insist(kind >= KIND_NONE && kind <= KIND_OTHER);
    return (enum step_mode)p->steps[step][category][kind];
}

wf_time policy_due(const struct policy *p, enum clock clock, enum kind kind, wf_time start)
{
    insist(clock > CLOCK_NONE && clock < CLOCK_MAX && kind >= KIND_NONE && kind <= KIND_OTHER);
    struct span span = p->clocks[clock][kind];
    return span.amount == 0 ? 0 : calendar_due(&p->calendar, start, span, NULL);
}

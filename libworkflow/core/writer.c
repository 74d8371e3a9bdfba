// SPDX-License-Identifier: Apache-2.0
#include "core/writer.h"

// ---- Parts of a line ----

// A promise is a date, not a number of days (domain §3.9). A clock ends with its day, so the instant before says which.
static void put_date(struct text *out, wf_time due)
{
    int32_t ymd = date_ymd(date_of(due - 1));
    text_i64(out, ymd / 10000);
    text_put(out, "年");
    text_i64(out, ymd / 100 % 100);
    text_put(out, "月");
    text_i64(out, ymd % 100);
    text_put(out, "日");
}

static void put_until(struct text *out, const char *before, wf_time due, const char *after)
{
    if (due == 0)
        return;
    text_put(out, before);
    put_date(out, due);
    text_put(out, after);
}

// Somebody's words on one line, cut at WRITER_SAYS characters.
static void put_words(struct text *out, const char *before, struct str words)
{
    words = str_trim(words);
    if (words.n == 0 || !utf8_check(words, NULL))
        return;
    text_put(out, before);
    size_t at = 0;
    for (int n = 0; at < words.n && n < WRITER_SAYS; n++) {
        size_t from = at;
        bool blank = utf8_next(words, &at) < 0x20;
        text_str(out, blank ? STR(" ") : (struct str){words.p + from, at - from});
    }
    if (at < words.n)
        text_put(out, "…");
}

// "省公安厅", "深圳市公安机关": whose, and never which office of it.
static void put_organ(const struct policy *p, int32_t unit, struct text *out)
{
    static const char bureau[] = "公安局";
    int32_t code = policy_bureau(p, unit);
    const struct unit *u = policy_unit(p, code);
    size_t n = sizeof bureau - 1;
    if (code == POLICY_PROVINCE || !u) {
        text_put(out, "省公安厅");
    } else if (u->name.n > n && str_is((struct str){u->name.p + u->name.n - n, n}, bureau)) {
        text_str(out, (struct str){u->name.p, u->name.n - n});
        text_put(out, "公安机关");
    } else {
        text_str(out, u->name);
    }
}

static void put_unit(const struct policy *p, int32_t unit, bool conduct, struct text *out)
{
    if (conduct) {
        text_put(out, "上一级公安机关督察部门");
        return;
    }
    if (unit == 0)
        text_put(out, "公安机关");
    else
        put_organ(p, unit, out);
    text_put(out, "有关部门");
}

// ---- Notices ----

enum writer_event writer_event_of(const struct rule *rule, const struct leg_facts *leg)
{
    bool lead = leg && leg->parent == 0 && leg->role == ROLE_LEAD;
    switch (rule->journal) {
    case J_CASE_ACCEPTED:
        return WRITER_ACCEPTED;
    case J_LEG_DISPATCHED:
        return lead && rule->event == EV_DISPATCH ? WRITER_SENT : 0;
    case J_SUPPLEMENT_REQUESTED:
    case J_CLOCK_PAUSED:
        return WRITER_ASKED;
    case J_EXTENSION_GRANTED: // of a part below, nothing that was promised moves
        return lead ? WRITER_EXTENDED : 0;
    case J_REPLY_ISSUED:
        return WRITER_ANSWERED;
    case J_REWORK_ORDERED:
    case J_CASE_REOPENED:
    case J_CASE_APPEALED:
        return WRITER_REWORKED;
    case J_CASE_CLOSED:
        return WRITER_CLOSED;
    case J_CASE_REFUSED:
        return WRITER_REFUSED;
    case J_CASE_REFERRED:
        return WRITER_REFERRED;
    case J_CASE_MERGED:
        return WRITER_MERGED;
    case J_CASE_WITHDRAWN:
        return WRITER_WITHDRAWN;
    case J_CASE_SUSPENDED:
        return WRITER_DEFERRED;
    case J_CASE_TERMINATED:
        return WRITER_TERMINATED;
    case J_IDENTITY_OPENED:
        return WRITER_IDENTITY_OPENED;
    default:
        return 0;
    }
}

void writer_say(const struct policy *p, const struct writer_said *said, struct text *out)
{
    switch (said->event) {
    case WRITER_ACCEPTED:
        text_put(out, "已受理");
        break;
    case WRITER_SENT:
        text_put(out, "已转");
        put_unit(p, said->unit, said->conduct, out);
        text_put(out, "办理");
        put_until(out, "，将于", said->due_at, "前答复");
        break;
    case WRITER_ASKED:
        text_put(out, "请补充材料");
        put_until(out, "，期限至", said->due_at, "");
        put_words(out, "：", said->words);
        break;
    case WRITER_EXTENDED:
        text_put(out, "办理期限已延长");
        put_until(out, "至", said->due_at, "");
        put_words(out, "，原因：", said->words);
        break;
    case WRITER_ANSWERED:
        text_put(out, "已答复，请查看并评价");
        break;
    case WRITER_REWORKED:
        text_put(out, "将重新办理");
        put_until(out, "，将于", said->due_at, "前答复");
        break;
    case WRITER_CLOSED:
        text_put(out, "已办结");
        break;
    case WRITER_REFUSED:
        text_put(out, "不予受理");
        put_words(out, "：", said->words);
        break;
    case WRITER_REFERRED:
        text_put(out, "请按法定途径反映");
        put_words(out, "：", said->words);
        break;
    case WRITER_MERGED:
        text_put(out, "已与同一事项的来信合并办理");
        put_words(out, "，编号", said->words);
        break;
    case WRITER_WITHDRAWN:
        text_put(out, "已撤回");
        break;
    case WRITER_DEFERRED:
        text_put(out, "暂时无法解决，继续跟进");
        put_until(out, "，将于", said->due_at, "前再次研究");
        break;
    case WRITER_TERMINATED:
        text_put(out, "已终止办理");
        put_words(out, "：", said->words);
        break;
    case WRITER_IDENTITY_OPENED:
        put_unit(p, said->unit, said->conduct, out);
        text_put(out, "查看了您的身份信息");
        put_words(out, "，用途：", said->words);
        break;
    case WRITER_SKIPPED:
        break;
    }
}

// ---- The timeline ----

// What the timeline has beside the notices; NULL: nothing.
static const char *plain_line(const struct writer_entry *e)
{
    switch (e->rule->journal) {
    case J_LETTER_RECEIVED:
        return "已收到";
    case J_EMERGENCY_FLAGGED:
        return "如遇紧急情况请立即拨打110，值班人员正在处理";
    case J_SUPPLEMENT_ARRIVED:
        return "已收到您补充的材料";
    case J_SUPPLEMENT_EXPIRED:
        return "补充材料的期限已过";
    case J_CASE_PROCEEDED:
        return "按现有材料继续审核";
    case J_CASE_UNMERGED:
        return "恢复单独办理";
    case J_CONTACT_MADE:
        return "承办单位已与您联系";
    case J_CALLBACK_STARTED:
        return "将对您回访";
    case J_CALLBACK_ATTEMPTED:
        return "已拨打回访电话，未能联系到您";
    case J_CALLBACK_ANSWERED:
        return "已记录您的回访意见";
    case J_REPLY_RATED:
        return "已收到您的评价";
    case J_WITHDRAWAL_REQUESTED:
        return "已收到您的撤件申请，正在审核";
    case J_WITHDRAWAL_DENIED:
        return "依职权继续办理";
    default:
        return NULL;
    }
}

static bool other_line(const struct policy *p, const struct writer_entry *e, struct text *out)
{
    const char *plain = plain_line(e);
    switch (e->rule->journal) {
    case J_LEG_DISPATCHED: // to another unit in the same round; the promise stands
        if (e->rule->event != EV_REASSIGN || !e->lead)
            return false;
        text_put(out, "改由");
        put_unit(p, e->unit, e->conduct, out);
        text_put(out, "办理");
        return true;
    case J_LEG_SIGNED:
    case J_LEG_DEEMED_SIGNED:
        if (!e->lead || !(e->rule->legs & LEG(LEG_SENT))) // who takes a report up again, the writer need not know
            return false;
        put_unit(p, e->unit, e->conduct, out);
        text_put(out, "已签收");
        return true;
    case J_CLOCK_RESUMED:
    case J_CASE_RESUMED:
        text_put(out, "继续办理");
        put_until(out, "，将于", e->due_at, "前答复");
        return true;
    default:
        if (plain)
            text_put(out, plain);
        return plain != NULL;
    }
}

struct str writer_words(struct str detail)
{
    struct str rest = detail, code = str_split(&rest, ';');
    bool coded = rest.p && code.n >= 1 && code.n <= 32;
    for (size_t i = 0; i < code.n && coded; i++)
        coded = (code.p[i] >= 'a' && code.p[i] <= 'z') || (code.p[i] >= '0' && code.p[i] <= '9') || code.p[i] == '_';
    return str_trim(coded ? rest : detail);
}

bool writer_line(const struct policy *p, const struct writer_entry *e, struct text *out)
{
    const struct leg_facts lead = {.role = ROLE_LEAD}, other = {.role = ROLE_ASSIST};
    struct writer_said said = {.event = writer_event_of(e->rule, e->lead ? &lead : &other),
                               .due_at = e->due_at,
                               .unit = e->unit,
                               .conduct = e->conduct,
                               .words = e->why};
    if (said.event == 0)
        return other_line(p, e, out);
    if (said.event == WRITER_SENT && e->rule->clock == CLOCK_NONE)
        said.due_at = 0; // what the line sets is by when to sign
    bool own = said.event == WRITER_ASKED || said.event == WRITER_IDENTITY_OPENED;
    if (own && str_trim(e->detail).n > 0)
        said.words = e->detail;
    if (said.event == WRITER_TERMINATED)
        said.words = writer_words(e->detail);
    if (said.event == WRITER_IDENTITY_OPENED && e->actor == ACTOR_DESK) {
        said.unit = POLICY_PROVINCE;
        said.conduct = false;
    }
    writer_say(p, &said, out);
    return true;
}

void writer_label(enum case_state state, struct str primary, struct text *out)
{
    if (state == MERGED && primary.n > 0) {
        text_put(out, "与");
        text_str(out, primary);
        text_put(out, "合并办理");
        return;
    }
    text_put(out, code_label(case_states, (int)state));
}

const enum event writer_acts[4] = {EV_SUPPLEMENT, EV_WITHDRAW, EV_RATE, EV_APPEAL};

uint32_t writer_may(const struct policy *p, enum case_state state, enum kind kind, wf_time clock_at, wf_time now)
{
    uint32_t may = 0;
    for (int i = 0; i < 4; i++) {
        const struct rule *r = rule_for_case(state, writer_acts[i]);
        bool late = writer_acts[i] == EV_APPEAL && now >= policy_due(p, CLOCK_K20, kind, clock_at);
        // What is added to a letter that was merged goes on to the other case.
        bool goes_on = writer_acts[i] == EV_SUPPLEMENT && state == MERGED;
        if ((r && (r->by & BY_WRITER) && !late) || goes_on)
            may |= UINT32_C(1) << i;
    }
    return may;
}

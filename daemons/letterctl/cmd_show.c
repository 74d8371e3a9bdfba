// SPDX-License-Identifier: Apache-2.0
#include "cmd_show.h"

#include "cmd_list.h"
#include "core/number.h"
#include "show_json.h"

#define COMMAND "letterctl show"

// ---- For people ----

static void pair(struct table *t, const char *name, struct str value)
{
    table_put(t, name);
    table_put_str(t, value.p ? value : STR("-"));
}

static void pair_int(struct table *t, const char *name, int64_t v)
{
    table_put(t, name);
    table_put_code(t, v);
}

static void pair_time(struct table *t, const char *name, wf_time when)
{
    table_put(t, name);
    table_put_time(t, when);
}

#define ACCUSED_TEXT 256

// Units by code, officers only by how many they are.
static struct str accused_words(const struct accused_list *x, char words[ACCUSED_TEXT])
{
    struct text t = {words, ACCUSED_TEXT, 0};
    int officers = 0;
    for (int i = 0; i < x->n; i++) {
        officers += x->of[i].officer != 0;
        if (x->of[i].unit == 0)
            continue;
        text_put(&t, t.n ? " " : "");
        text_i64(&t, x->of[i].unit);
    }
    if (officers > 0) {
        text_put(&t, t.n ? " 民警" : "民警");
        text_i64(&t, officers);
        text_put(&t, "人");
    }
    return x->n > 0 ? text_get(&t) : STR_NONE;
}

static void print_facts(const struct case_view *v)
{
    const struct case_row *row = &v->row;
    char number[NUMBER_MAX], category[CATEGORY_TEXT], state[96], accused[ACCUSED_TEXT];
    struct text s = TEXT(state);
    struct table t = {.columns = 2};
    number_format(row->mailbox, row->id, number);
    category_text(row->category, category);
    text_put(&s, code_name(case_states, (int)row->state));
    text_put(&s, " ");
    text_put(&s, code_label(case_states, (int)row->state));
    pair(&t, "编号", str_of(number));
    pair(&t, "状态", text_get(&s));
    pair(&t, "等待", str_of(case_waits_for(row->state)));
    pair(&t, "类别", row->kind ? str_of(code_label(kinds, (int)row->kind)) : STR_NONE);
    pair(&t, "分类", str_of(category));
    pair_int(&t, "办理局", row->bureau);
    pair_int(&t, "地点", row->place);
    pair(&t, "回避", accused_words(&row->accused, accused));
    pair(&t, "紧急", row->flags & FLAG_URGENT ? STR("是") : STR("否"));
    pair(&t, "结果", row->outcome ? str_of(code_label(outcomes, (int)row->outcome)) : STR_NONE);
    pair_time(&t, "收到", row->received_at);
    pair_time(&t, row->provisional ? "期限(暂定)" : "期限", row->due_at);
    pair(&t, "标题", v->title);
    pair(&t, "地址", v->place);
    pair(&t, "正文", v->reading == READ_ALL ? v->body : STR("(本岗位不阅信件内容)"));
    if (v->primary.id != 0) {
        number_format(v->primary.mailbox, v->primary.id, number);
        pair(&t, "并入", str_of(number));
    }
    if (row->round > 0)
        pair_int(&t, "办理轮次", row->round + 1);
    if (v->supervision != SUPERVISION_NONE)
        pair(&t, "督办", str_of(code_label(policy_supervisions, (int)v->supervision)));
    table_print(&t, stdout);
}

static void print_legs(const struct case_view *v)
{
    struct table t = table_of("承办|上级|单位|角色|状态|派出|期限|标记");
    for (int i = 0; i < v->legs_n; i++) {
        char flags[256];
        struct text f = TEXT(flags);
        for (const struct code *flag = leg_flags; flag->name; flag++)
            if (v->legs[i].flags & flag->code) {
                text_put(&f, f.n ? "、" : "");
                text_put(&f, flag->label);
            }
        table_put_int(&t, v->legs[i].id);
        table_put_code(&t, v->legs[i].parent);
        table_put_int(&t, v->legs[i].unit);
        table_put(&t, code_label(leg_roles, (int)v->legs[i].role));
        table_put(&t, code_label(leg_states, (int)v->legs[i].state));
        table_put_time(&t, v->legs[i].sent_at);
        table_put_time(&t, v->legs[i].due_at);
        table_put_str(&t, text_get(&f));
    }
    putchar('\n');
    table_print(&t, stdout);
}

static void print_events(const struct case_view *v)
{
    struct table t = table_of("序|时间|事项|经办|依据|说明|补充");
    for (int i = 0; i < v->events_n; i++) {
        const struct event_view *e = &v->events[i];
        table_put_int(&t, e->seq);
        table_put_time(&t, e->at);
        table_put(&t, code_label(journals, (int)e->event));
        if (e->post.p)
            table_put_str(&t, e->post);
        else if (e->unit != 0 && e->actor == ACTOR_BUREAU)
            table_put_int(&t, e->unit);
        else
            table_put(&t, code_label(actors, (int)e->actor));
        table_put_str(&t, e->rule);
        table_put_str(&t, e->because);
        table_put_str(&t, e->detail);
    }
    putchar('\n');
    table_print(&t, stdout);
}

static void print_requests(const struct case_view *v)
{
    struct table t = table_of("申请|承办|事由|状态|申请单位|提出|期限|决定");
    for (int i = 0; i < v->requests_n; i++) {
        const struct request_facts *r = &v->requests[i].of;
        table_put_int(&t, r->id);
        table_put_int(&t, r->leg);
        table_put(&t, code_label(request_kinds, (int)r->kind));
        table_put(&t, code_label(request_states, (int)r->state));
        table_put_int(&t, r->unit);
        table_put_time(&t, r->asked_at);
        table_put_time(&t, r->due_at);
        table_put_time(&t, v->requests[i].decided_at);
    }
    putchar('\n');
    table_print(&t, stdout);
}

static void print_words(const char *name, wf_time at, struct str words)
{
    struct table t = {.columns = 2};
    pair_time(&t, name, at);
    pair(&t, "", words);
    putchar('\n');
    table_print(&t, stdout);
}

static void print_plain(const struct case_view *v)
{
    print_facts(v);
    if (v->legs_n > 0)
        print_legs(v);
    if (v->requests_n > 0)
        print_requests(v);
    print_events(v);
    for (int i = 0; i < v->supplements_n; i++)
        print_words("补充", v->supplements[i].at, v->supplements[i].words);
    for (int i = 0; i < v->internal_n; i++)
        print_words("内部", v->internal[i].at, v->internal[i].internal_text);
    for (int i = 0; i < v->replies_n; i++)
        print_words("答复", v->replies[i].at, v->replies[i].public_text);
    if (v->refused_n > 0)
        printf("\n%d 次操作被拒绝, 见 --json\n", v->refused_n);
}

static const char help[] =
    "usage: letterctl show NUMBER [--as POST] [--json] [-c FILE]\n"
    "One case: the letter, its state and dates, the units that have it, everything that happened "
    "and why, the replies.\n"
    "Every look is written down; who is accused in the letter, or whose unit never had it, is told that there is "
    "none.\n" CTL_AS "  --json         one JSON object, with clocks, requests and the time that each held it\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 there is no such case, 2 wrong usage.\n";

static int tell(struct ctl *ctl, const struct ctl_case *of)
{
    static struct life life;
    struct case_view view;
    int code = life_read(ctl, of, &view, &life);
    if (code != 0)
        return code;
    if (of->json)
        ctl_json_print(show_json(&view, &life));
    else
        print_plain(&view);
    view_case_free(&view);
    return 0;
}

int cmd_show(int argc, char **argv)
{
    return ctl_view(COMMAND, help, argc, argv, tell);
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_show.h"

#include "cmd_list.h"
#include "core/number.h"

#define COMMAND "letterctl show"

static const struct statement *const lists[] = {view_statements, NULL};

static json_t *leg_json(const struct leg_view *leg)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_integer(leg->id));
    json_object_set_new(o, "parent", ctl_json_code(leg->parent));
    json_object_set_new(o, "unit", json_integer(leg->unit));
    json_object_set_new(o, "role", json_string(code_name(leg_roles, (int)leg->role)));
    json_object_set_new(o, "state", json_string(code_name(leg_states, (int)leg->state)));
    json_object_set_new(o, "sent_at", ctl_json_time(leg->sent_at));
    json_object_set_new(o, "due_at", ctl_json_time(leg->due_at));
    return o;
}

static json_t *event_json(const struct event_view *e)
{
    json_t *o = json_object();
    json_object_set_new(o, "seq", json_integer(e->seq));
    json_object_set_new(o, "at", ctl_json_time(e->at));
    json_object_set_new(o, "event", json_string(code_name(journals, (int)e->event)));
    json_object_set_new(o, "actor", json_string(code_name(actors, (int)e->actor)));
    json_object_set_new(o, "because", ctl_json_text(e->because));
    json_object_set_new(o, "rule", ctl_json_text(e->rule));
    json_object_set_new(o, "state", json_string(code_name(case_states, (int)e->state)));
    json_object_set_new(o, "leg", ctl_json_code(e->leg));
    json_object_set_new(o, "unit", ctl_json_code(e->unit));
    json_object_set_new(o, "post", ctl_json_text(e->post));
    json_object_set_new(o, "detail", ctl_json_text(e->detail));
    json_object_set_new(o, "policy", json_integer(e->policy));
    return o;
}

static json_t *reply_json(const struct reply_view *reply)
{
    json_t *o = json_object();
    json_object_set_new(o, "at", ctl_json_time(reply->at));
    json_object_set_new(o, "public", ctl_json_text(reply->public_text));
    json_object_set_new(o, "leg", ctl_json_code(reply->leg));
    json_object_set_new(o, "outcome",
                        reply->outcome ? json_string(code_name(outcomes, (int)reply->outcome)) : json_null());
    return o;
}

static void print_json(const struct case_view *v)
{
    json_t *o = case_row_json(&v->row);
    json_t *legs = json_array(), *events_list = json_array(), *replies = json_array(), *accused = json_array();
    for (int i = 0; i < v->legs_n; i++)
        json_array_append_new(legs, leg_json(&v->legs[i]));
    for (int i = 0; i < v->events_n; i++)
        json_array_append_new(events_list, event_json(&v->events[i]));
    for (int i = 0; i < v->replies_n; i++)
        json_array_append_new(replies, reply_json(&v->replies[i]));
    for (struct str rest = v->accused; rest.p;)
        json_array_append_new(accused, ctl_json_text(str_split(&rest, '\n')));
    json_object_set_new(o, "channel", json_string(code_name(channels, (int)v->channel)));
    json_object_set_new(o, "occurred_at", ctl_json_time(v->occurred_at));
    json_object_set_new(o, "title", ctl_json_text(v->title));
    json_object_set_new(o, "place", ctl_json_text(v->place));
    json_object_set_new(o, "accused", accused);
    json_object_set_new(o, "body", ctl_json_text(v->body));
    json_object_set_new(o, "legs", legs);
    json_object_set_new(o, "events", events_list);
    json_object_set_new(o, "replies", replies);
    ctl_json_print(o);
}

// ---- For people ----

static void pair(struct table *t, const char *name, struct str value)
{
    table_put(t, name);
    table_put_str(t, value.p ? value : STR("-"));
}

static void pair_int(struct table *t, const char *name, int64_t v)
{
    table_put(t, name);
    if (v != 0)
        table_put_int(t, v);
    else
        table_put(t, "-");
}

static void pair_time(struct table *t, const char *name, wf_time when)
{
    table_put(t, name);
    table_put_time(t, when);
}

static void print_facts(const struct case_view *v)
{
    const struct case_row *row = &v->row;
    char number[NUMBER_MAX], category[CATEGORY_TEXT], state[96];
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
    pair_int(&t, "回避单位", row->accused);
    pair(&t, "紧急", row->flags & FLAG_URGENT ? STR("是") : STR("否"));
    pair(&t, "结果", row->outcome ? str_of(code_label(outcomes, (int)row->outcome)) : STR_NONE);
    pair_time(&t, "收到", row->received_at);
    pair_time(&t, "期限", row->due_at);
    pair(&t, "标题", v->title);
    pair(&t, "地址", v->place);
    pair(&t, "正文", v->body);
    table_print(&t, stdout);
}

static void print_legs(const struct case_view *v)
{
    static const char *const heading[] = {"承办", "单位", "角色", "状态", "派出", "期限"};
    struct table t = {.columns = 6};
    for (int i = 0; i < t.columns; i++)
        table_put(&t, heading[i]);
    for (int i = 0; i < v->legs_n; i++) {
        table_put_int(&t, v->legs[i].id);
        table_put_int(&t, v->legs[i].unit);
        table_put(&t, code_label(leg_roles, (int)v->legs[i].role));
        table_put(&t, code_label(leg_states, (int)v->legs[i].state));
        table_put_time(&t, v->legs[i].sent_at);
        table_put_time(&t, v->legs[i].due_at);
    }
    putchar('\n');
    table_print(&t, stdout);
}

static void print_events(const struct case_view *v)
{
    static const char *const heading[] = {"序", "时间", "事项", "经办", "依据", "说明", "补充"};
    struct table t = {.columns = 7};
    for (int i = 0; i < t.columns; i++)
        table_put(&t, heading[i]);
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

static void print_plain(const struct case_view *v)
{
    print_facts(v);
    if (v->legs_n > 0)
        print_legs(v);
    print_events(v);
    for (int i = 0; i < v->replies_n; i++) {
        struct table t = {.columns = 2};
        pair_time(&t, "答复", v->replies[i].at);
        pair(&t, "", v->replies[i].public_text);
        putchar('\n');
        table_print(&t, stdout);
    }
}

static const char help[] =
    "usage: letterctl show NUMBER [--json] [-c FILE]\n"
    "One case: the letter, its state and dates, the units that have it, everything that happened "
    "and why, the replies.\n"
    "  --json   one JSON object\n"
    "  -c FILE  configuration file\n"
    "Exit status: 0 done, 1 there is no such case, 2 wrong usage.\n";

int cmd_show(int argc, char **argv)
{
    const char *file = NULL;
    bool json = false;
    const struct tool_option known[] = {{"--json", TOOL_FLAG, 0, 0, &json}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 2, .operands_max = 1};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 1)
        return tool_usage(COMMAND, "the case's NUMBER is needed");
    struct err err;
    int32_t mailbox;
    int64_t id;
    if (number_parse(str_of(a.operands[0]), &mailbox, &id, &err) != OK) {
        (void)tool_fail(COMMAND, &err);
        return 2;
    }
    struct ctl ctl;
    code = ctl_open(&ctl, COMMAND, file, "pa_desk", lists);
    if (code != 0)
        return code;
    struct case_view view;
    if (view_case(ctl.db, mailbox, id, &view, &err) == OK) {
        if (json)
            print_json(&view);
        else
            print_plain(&view);
        view_case_free(&view);
    } else {
        code = tool_fail(COMMAND, &err);
    }
    ctl_close(&ctl);
    return ctl_end(COMMAND, code);
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_inquiry.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/view.h"

#define COMMAND "letterctl inquiry"

static struct str name_of(const struct policy *p, int32_t unit, struct date day)
{
    const struct unit *u = policy_unit_at(p, unit, day);
    if (!u)
        u = policy_unit(p, unit);
    return u ? u->name : STR("?");
}

// Who signs: the 督察 unit of the organ whose officer proposed it, else that unit itself.
static int32_t sender_of(const struct policy *p, const struct case_view *v, int16_t request, struct date day)
{
    int32_t unit = 0;
    for (int i = 0; i < v->requests_n; i++)
        if (v->requests[i].of.id == request)
            unit = v->requests[i].of.unit;
    for (size_t i = 0; i < p->units_n; i++) {
        const struct unit *u = &p->units[i];
        if (u->parent == unit && u->line == LINE_SUPERVISION && u == policy_unit_at(p, u->code, day))
            return u->code;
    }
    return unit;
}

// The one that is named, else the only one that is approved.
static const struct inquiry_view *find(const struct case_view *v, int64_t request, struct err *err)
{
    const struct inquiry_view *found = NULL;
    int approved = 0;
    for (int i = 0; i < v->inquiries_n; i++) {
        const struct inquiry_view *q = &v->inquiries[i];
        if (request != 0 && q->request != request)
            continue;
        approved += q->approved_at != 0;
        found = q->approved_at != 0 || !found ? q : found;
    }
    enum result result = OK;
    if (v->reading != READ_ALL)
        result = err_set(err, REJECT, "not_your_duty", "--as", "--as: this post does not read the case");
    else if (!found)
        result = err_set(err, REJECT, "no_request", "REQUEST", "REQUEST: the case has no such 核查函");
    else if (approved == 0)
        result = err_set(err, REJECT, "not_approved", "REQUEST", "REQUEST: nobody has approved this 核查函");
    else if (approved > 1)
        result = err_set(err, REJECT, "no_request", "REQUEST",
                         "REQUEST: several are approved, so say which (letterctl show lists them)");
    return result == OK ? found : NULL;
}

// What stands on the paper, and nothing else: no number, mailbox, kind or date of the case.
struct paper {
    struct str ref, to, from, facts;
    struct date answer_by;
};

static void print_text(const struct paper *p)
{
    int32_t ymd = date_ymd(p->answer_by);
    printf("核 查 函\n\n函号：%.*s\n\n", (int)p->ref.n, p->ref.p);
    printf("%.*s：\n\n", (int)p->to.n, p->to.p);
    printf("　　请你单位就以下事项进行核查，并作出书面说明：\n\n");
    printf("%.*s\n\n", (int)p->facts.n, p->facts.p);
    printf("　　请于%d年%d月%d日前书面答复我单位，并注明本函函号。\n\n", ymd / 10000, ymd / 100 % 100, ymd % 100);
    printf("%.*s\n", (int)p->from.n, p->from.p);
}

static void print_json(const struct paper *p)
{
    char day[16];
    struct text t = TEXT(day);
    json_t *o = json_object();
    date_format(p->answer_by, &t);
    json_object_set_new(o, "ref", ctl_json_text(p->ref));
    json_object_set_new(o, "to", ctl_json_text(p->to));
    json_object_set_new(o, "from", ctl_json_text(p->from));
    json_object_set_new(o, "facts", ctl_json_text(p->facts));
    json_object_set_new(o, "answer_by", json_string(day));
    ctl_json_print(o);
}

static int tell(struct ctl *ctl, struct case_key of, int64_t request, bool json)
{
    struct case_view view;
    struct err err;
    wf_time now = clock_now();
    if (view_case(ctl->db, ctl->policy, &ctl->viewer, now, of.mailbox, of.id, &view, &err) != OK)
        return tool_fail(COMMAND, &err);
    const struct inquiry_view *q = find(&view, request, &err);
    if (q) {
        struct date day = date_of(q->approved_at);
        struct paper paper = {
            .ref = q->ref,
            .to = name_of(ctl->policy, q->unit, day),
            .from = name_of(ctl->policy, sender_of(ctl->policy, &view, q->request, day), day),
            .facts = q->facts,
            .answer_by = date_of(q->due_at - 1), // a date is the end of a day, so its day is the one before
        };
        if (json)
            print_json(&paper);
        else
            print_text(&paper);
    }
    view_case_free(&view);
    return q ? 0 : tool_fail(COMMAND, &err);
}

static const char help[] =
    "usage: letterctl inquiry NUMBER [REQUEST] [--as POST] [--text|--json] [-c FILE]\n"
    "An approved 核查函, to be printed and handed to the accused unit: whom it asks, the facts that were approved, by "
    "when to\n"
    "answer, who asks, and a reference of its own. Nothing on it leads to the case or its letter.\n"
    "  REQUEST        which, where a case has several (letterctl show, requests)\n" CTL_AS
    "  --text         as it is printed on paper (this is what comes without it)\n"
    "  --json         one JSON object: ref, to, from, facts, answer_by\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 there is no such case or none that is approved, 2 wrong usage.\n";

int cmd_inquiry(int argc, char **argv)
{
    const char *file = NULL, *as = NULL;
    bool text = false, json = false;
    const struct tool_option known[] = {{"--text", TOOL_FLAG, 0, 0, &text},
                                        {"--json", TOOL_FLAG, 0, 0, &json},
                                        {"--as", TOOL_TEXT, 0, 0, &as},
                                        {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 4, .operands_max = 2};
    struct case_key of;
    int64_t request = 0;
    struct ctl ctl;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n == 0 || (text && json))
        return tool_usage(COMMAND, "the case's NUMBER is needed, and one of --text and --json");
    if (number_parse(str_of(a.operands[0]), &of.mailbox, &of.id, &err) != OK)
        return tool_fail(COMMAND, &err) + 1; // wrong usage
    if (a.operands_n == 2 && (!str_to_i64(str_of(a.operands[1]), &request) || request < 1 || request > INT16_MAX))
        return tool_usage(COMMAND, "REQUEST is a number from 1 to 32767");
    code = ctl_read(&ctl, COMMAND, file, as);
    if (code != 0)
        return code;
    code = tell(&ctl, of, request, json);
    ctl_close(&ctl);
    return ctl_end(COMMAND, code);
}

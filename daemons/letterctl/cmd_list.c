// SPDX-License-Identifier: Apache-2.0
#include "cmd_list.h"

#include "core/number.h"
#include "run/clock.h"

void category_text(int category, char out[CATEGORY_TEXT])
{
    struct text t = {out, CATEGORY_TEXT, 0};
    if (category == 0)
        text_put(&t, "-");
    else
        text_pad(&t, category, 2);
}

json_t *case_row_json(const struct case_row *row)
{
    char number[NUMBER_MAX], category[CATEGORY_TEXT];
    number_format(row->mailbox, row->id, number);
    category_text(row->category, category);
    json_t *o = json_object();
    json_object_set_new(o, "number", json_string(number));
    json_object_set_new(o, "state", json_string(code_name(case_states, (int)row->state)));
    json_object_set_new(o, "kind", ctl_json_name(kinds, (int)row->kind));
    json_object_set_new(o, "category", row->category ? json_string(category) : json_null());
    json_object_set_new(o, "mailbox", json_integer(row->mailbox));
    json_object_set_new(o, "bureau", ctl_json_code(row->bureau));
    json_object_set_new(o, "place_code", ctl_json_code(row->place));
    json_object_set_new(o, "urgent", json_boolean(row->flags & FLAG_URGENT));
    json_object_set_new(o, "confidential", json_boolean(row->flags & FLAG_CONFIDENTIAL));
    json_t *accused = json_array();
    for (int i = 0; i < row->accused.n; i++)
        if (row->accused.of[i].unit != 0)
            json_array_append_new(accused, json_integer(row->accused.of[i].unit));
    json_object_set_new(o, "accused_units", accused);
    json_object_set_new(o, "confidence", json_integer(row->confidence));
    json_object_set_new(o, "outcome", ctl_json_name(outcomes, (int)row->outcome));
    json_object_set_new(o, "received_at", ctl_json_time(row->received_at));
    json_object_set_new(o, "due_at", ctl_json_time(row->due_at));
    json_object_set_new(o, "provisional", json_boolean(row->provisional));
    json_object_set_new(o, "round", json_integer(row->round));
    return o;
}

static void case_json(void *arg, const struct case_row *row)
{
    ctl_json_print(case_row_json(row));
}

static void case_line(void *arg, const struct case_row *row)
{
    struct table *t = arg;
    char number[NUMBER_MAX], category[CATEGORY_TEXT];
    number_format(row->mailbox, row->id, number);
    category_text(row->category, category);
    table_put(t, number);
    table_put(t, code_name(case_states, (int)row->state));
    table_put(t, row->kind ? code_label(kinds, (int)row->kind) : "-");
    table_put(t, category);
    table_put_code(t, row->bureau);
    table_put(t, row->flags & FLAG_URGENT ? "急" : "");
    table_put_time(t, row->received_at);
    table_put_time(t, row->due_at);
}

static const char list_help[] =
    "usage: letterctl list [--state S] [--bureau CODE] [--overdue] [--requested KIND] [--text WORDS] [--as POST] "
    "[--limit N | --count] [--json] [-c FILE]\n"
    "Cases, newest first: those that the post may see.\n"
    "  --state S      only in this state: RECEIVED, TRIAGE, HANDLING, …\n"
    "  --bureau CODE  only of this bureau, like 440300\n"
    "  --overdue      only with a due date that is past\n"
    "  --requested K  only where somebody must decide on a request: referral, refusal, extension, …\n"
    "  --text WORDS   only with these words, two characters at least, in title or letter\n"
    "  --limit N      at most so many (100)\n"
    "  --count        only how many there are, without a limit\n" CTL_AS "  --json         a JSON object a line\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 the database cannot be asked, 2 wrong usage.\n";

static void case_count(void *arg, const struct case_row *row)
{
    (*(int64_t *)arg)++;
}

static void print_count(int64_t n, bool json)
{
    if (!json) {
        printf("%lld\n", (long long)n);
        return;
    }
    json_t *o = json_object();
    json_object_set_new(o, "count", json_integer(n));
    ctl_json_print(o);
}

// One definition of what is in the list, whether it is counted or shown (complaint 2.17).
static int list_cases(struct ctl *ctl, struct view_filter *filter, bool count, bool json)
{
    struct err err;
    struct table t = table_of("编号|状态|类别|分类|办理局|急|收到|期限");
    int64_t n = 0;
    int code = 0;
    if (count)
        filter->limit = INT64_MAX;
    if (view_list(ctl->db, ctl->policy, &ctl->viewer, filter,
                  count  ? case_count
                  : json ? case_json
                         : case_line,
                  count ? (void *)&n : &t, &err) != OK)
        code = tool_fail(ctl->command, &err) + (err.result == REJECT);
    else if (count)
        print_count(n, json);
    else if (!json)
        table_print(&t, stdout);
    table_free(&t);
    return code;
}

int cmd_list(int argc, char **argv)
{
    static const char command[] = "letterctl list";
    const char *file = NULL, *state = NULL, *words = NULL, *as = NULL, *requested = NULL;
    bool overdue = false, json = false, count = false;
    int64_t bureau = 0, limit = 0;
    const struct tool_option known[] = {
        {"--state", TOOL_TEXT, 0, 0, &state},         {"--bureau", TOOL_INT, 440000, 449999, &bureau},
        {"--overdue", TOOL_FLAG, 0, 0, &overdue},     {"--limit", TOOL_INT, 1, INT32_MAX, &limit},
        {"--text", TOOL_TEXT, 0, 0, &words},          {"--count", TOOL_FLAG, 0, 0, &count},
        {"--requested", TOOL_TEXT, 0, 0, &requested}, {"--as", TOOL_TEXT, 0, 0, &as},
        {"--json", TOOL_FLAG, 0, 0, &json},           {"-c", TOOL_TEXT, 0, 0, &file},
    };
    struct tool_arguments a = {
        .command = command, .help = list_help, .options = known, .options_n = sizeof known / sizeof *known};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (count && limit > 0)
        return tool_usage(command, "--count counts all there are: no --limit");
    struct view_filter filter = {.bureau = (int32_t)bureau,
                                 .overdue = overdue,
                                 .now = clock_now(),
                                 .text = str_of(words),
                                 .limit = limit > 0 ? limit : 100};
    filter.state = (enum case_state)code_find(case_states, str_of(state));
    if (state && filter.state == CASE_NONE)
        return tool_usage(command, "--state: %s is none; letterctl fsm lists them", state);
    filter.requested = (enum request_kind)code_find(request_kinds, str_of(requested));
    if (requested && filter.requested == 0)
        return tool_usage(command, "--requested: %s is no kind of request; docs/states.md lists them", requested);
    struct ctl ctl;
    code = ctl_read(&ctl, command, file, as);
    if (code != 0)
        return code;
    code = list_cases(&ctl, &filter, count, json);
    ctl_close(&ctl);
    return ctl_end(command, code);
}

// ---- queues ----

static json_t *blocked_json(const struct queue_view *q)
{
    if (q->blocked == 0)
        return json_null();
    json_t *o = json_object();
    json_object_set_new(o, "seq", json_integer(q->blocked));
    json_object_set_new(o, "since", ctl_json_time(q->blocked_at));
    json_object_set_new(o, "attempts", json_integer(q->attempts));
    json_object_set_new(o, "reason", ctl_json_text(q->reason));
    return o;
}

static void queue_json(void *arg, const struct queue_view *q)
{
    json_t *o = json_object();
    json_object_set_new(o, "bureau", json_integer(q->bureau));
    json_object_set_new(o, "head", json_integer(q->head));
    json_object_set_new(o, "acknowledged", json_integer(q->acknowledged));
    json_object_set_new(o, "waiting", json_integer(q->head - q->acknowledged));
    json_object_set_new(o, "oldest", ctl_json_time(q->oldest));
    json_object_set_new(o, "consumer", ctl_json_text(q->consumer));
    json_object_set_new(o, "consumer_since", ctl_json_time(q->consumer_since));
    json_object_set_new(o, "epoch", json_integer(q->epoch));
    json_object_set_new(o, "channel",
                        q->bureau < POLICY_PROVINCE ? json_string(code_name(channels, q->bureau)) : json_null());
    json_object_set_new(o, "first", json_integer(q->first));
    json_object_set_new(o, "blocked", blocked_json(q));
    ctl_json_print(o);
}

// What blocks: where, since when, how often it was tried, and why.
static void blocked_cell(struct table *t, const struct queue_view *q)
{
    char cell[400], since[40];
    struct text words = TEXT(cell), when = TEXT(since);
    if (q->blocked == 0) {
        table_put(t, "-");
        return;
    }
    time_format(q->blocked_at, &when);
    since[sizeof "2026-11-23T12:00" - 1] = '\0';
    since[sizeof "2026-11-23" - 1] = ' ';
    text_i64(&words, q->blocked);
    text_put(&words, " 自 ");
    text_put(&words, since);
    text_put(&words, ", ");
    text_i64(&words, q->attempts);
    text_put(&words, " 次: ");
    text_str(&words, q->reason);
    table_put(t, cell);
}

static void queue_line(void *arg, const struct queue_view *q)
{
    struct table *t = arg;
    if (q->bureau < POLICY_PROVINCE)
        table_put(t, code_name(channels, q->bureau));
    else
        table_put_int(t, q->bureau);
    table_put_int(t, q->first);
    table_put_int(t, q->head);
    table_put_int(t, q->acknowledged);
    table_put_int(t, q->head - q->acknowledged);
    table_put_time(t, q->oldest);
    table_put_str(t, q->consumer.p ? q->consumer : STR("-"));
    table_put_time(t, q->consumer_since);
    table_put_int(t, q->epoch);
    blocked_cell(t, q);
}

static const char queues_help[] =
    "usage: letterctl queues [--as POST] [--json] [-c FILE]\n"
    "The queues of the bureaus, the province, units and portals: oldest sequence that is kept, newest, what is "
    "acknowledged,\n"
    "what waits and since when, who is subscribed, which consumer's turn it is by number, and what blocks: the "
    "sequence\n"
    "that nothing passes, since when, after how many attempts, and why (letterctl queue retry|park|skip).\n"
    "A post of a bureau sees its own.\n" CTL_AS "  --json         a JSON object a line\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 the database cannot be asked, 2 wrong usage.\n";

int cmd_queues(int argc, char **argv)
{
    static const char command[] = "letterctl queues";
    const char *file = NULL, *as = NULL;
    bool json = false;
    const struct tool_option known[] = {
        {"--json", TOOL_FLAG, 0, 0, &json}, {"--as", TOOL_TEXT, 0, 0, &as}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = command, .help = queues_help, .options = known, .options_n = 3};
    struct ctl ctl;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    code = ctl_read(&ctl, command, file, as);
    if (code != 0)
        return code;
    struct table t = table_of("队列|最早序号|最新序号|已确认|待送|最早待送|订阅者|订阅自|轮次|受阻");
    if (view_queues(ctl.db, ctl.policy, &ctl.viewer, json ? queue_json : queue_line, &t, &err) != OK)
        code = tool_fail(command, &err);
    else if (!json)
        table_print(&t, stdout);
    table_free(&t);
    ctl_close(&ctl);
    return ctl_end(command, code);
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_fsm.h"

#include "core/case.h"
#include "ctl.h"

#define COMMAND "letterctl fsm"

static const char *from_name(const struct rule *r)
{
    if (r->leg_from != LEG_NONE)
        return code_name(leg_states, (int)r->leg_from);
    return r->case_from == CASE_NONE ? "" : code_name(case_states, (int)r->case_from);
}

static const char *case_to_name(const struct rule *r)
{
    return r->case_to == CASE_NONE ? "" : code_name(case_states, (int)r->case_to);
}

static const char *leg_to_name(const struct rule *r)
{
    return r->leg_to == LEG_NONE ? "" : code_name(leg_states, (int)r->leg_to);
}

// "classifier, desk"
static struct str who(const struct rule *r, char *out, size_t size)
{
    struct text t = {out, size, 0};
    out[0] = '\0';
    for (const struct code *a = actors; a->name; a++) {
        if (!(r->by & BY(a->code)))
            continue;
        text_put(&t, t.n ? ", " : "");
        text_put(&t, a->name);
    }
    return text_get(&t);
}

static struct str clock_name(const struct rule *r, char *out, size_t size)
{
    struct text t = {out, size, 0};
    out[0] = '\0';
    if (r->clock != CLOCK_NONE) {
        text_put(&t, "K");
        text_i64(&t, (int64_t)r->clock);
    }
    return text_get(&t);
}

static bool is_leg(const struct rule *r)
{
    return r->leg_from != LEG_NONE;
}

// ---- Plain ----

static void print_table(bool legs)
{
    static const char *const heading[] = {"规则", "从", "事件", "到", "承办环节到", "时限", "谁", "流水", "依据"};
    struct table t = {.columns = 9};
    char words[96], clock[8];
    for (int i = 0; i < t.columns; i++)
        table_put(&t, heading[i]);
    for (const struct rule *r = rules; r->id; r++) {
        if (is_leg(r) != legs)
            continue;
        table_put(&t, r->id);
        table_put(&t, from_name(r));
        table_put(&t, code_name(events, (int)r->event));
        table_put(&t, case_to_name(r));
        table_put(&t, leg_to_name(r));
        table_put_str(&t, clock_name(r, clock, sizeof clock));
        table_put_str(&t, who(r, words, sizeof words));
        table_put(&t, code_name(journals, (int)r->journal));
        table_put(&t, r->because);
    }
    table_print(&t, stdout);
}

// ---- JSON ----

static json_t *name_json(const char *name)
{
    return name[0] ? json_string(name) : json_null();
}

static json_t *rule_json(const struct rule *r)
{
    json_t *o = json_object(), *by = json_array();
    char clock[8];
    for (const struct code *a = actors; a->name; a++)
        if (r->by & BY(a->code))
            json_array_append_new(by, json_string(a->name));
    struct str clock_text = clock_name(r, clock, sizeof clock);
    json_object_set_new(o, "rule", json_string(r->id));
    json_object_set_new(o, "of", json_string(is_leg(r) ? "leg" : "case"));
    json_object_set_new(o, "from", name_json(from_name(r)));
    json_object_set_new(o, "event", json_string(code_name(events, (int)r->event)));
    json_object_set_new(o, "case_to", name_json(case_to_name(r)));
    json_object_set_new(o, "leg_to", name_json(leg_to_name(r)));
    json_object_set_new(o, "clock", clock_text.n ? json_string(clock) : json_null());
    json_object_set_new(o, "by", by);
    json_object_set_new(o, "journal", json_string(code_name(journals, (int)r->journal)));
    json_object_set_new(o, "because", json_string(r->because));
    return o;
}

static json_t *states_json(const struct code *list)
{
    json_t *array = json_array();
    for (; list->name; list++) {
        json_t *o = json_object();
        json_object_set_new(o, "name", json_string(list->name));
        json_object_set_new(o, "code", json_integer(list->code));
        json_object_set_new(o, "label", json_string(list->label));
        json_array_append_new(array, o);
    }
    return array;
}

static void print_json(void)
{
    json_t *o = json_object(), *list = json_array();
    for (const struct rule *r = rules; r->id; r++)
        json_array_append_new(list, rule_json(r));
    json_object_set_new(o, "case_states", states_json(case_states));
    json_object_set_new(o, "leg_states", states_json(leg_states));
    json_object_set_new(o, "rules", list);
    ctl_json_print(o);
}

// ---- Diagrams ----

static void dot_edges(bool legs, const char *cluster)
{
    printf("  subgraph cluster_%s {\n    label=\"%s\";\n", cluster, cluster);
    for (const struct rule *r = rules; r->id; r++) {
        const char *to = legs ? leg_to_name(r) : case_to_name(r);
        if (is_leg(r) != legs || !to[0])
            continue;
        printf("    %s_%s -> %s_%s [label=\"%s %s\"];\n", cluster, from_name(r)[0] ? from_name(r) : "new", cluster, to,
               r->id, code_name(events, (int)r->event));
    }
    const struct code *states = legs ? leg_states : case_states;
    for (const struct code *s = states; s->name; s++)
        printf("    %s_%s [label=\"%s\\n%s\"];\n", cluster, s->name, s->name, s->label);
    puts("  }");
}

static void print_dot(void)
{
    puts("digraph states {\n  rankdir=LR;\n  node [shape=box];\n  case_new [label=\"\", shape=point];");
    dot_edges(false, "case");
    dot_edges(true, "leg");
    puts("}");
}

static void mermaid(bool legs)
{
    puts("```mermaid\nstateDiagram-v2");
    for (const struct rule *r = rules; r->id; r++) {
        const char *to = legs ? leg_to_name(r) : case_to_name(r);
        // A dispatch opens a leg.
        bool opens = legs && r->event == EV_DISPATCH;
        if ((is_leg(r) == legs || opens) && to[0])
            printf("    %s --> %s: %s\n", from_name(r)[0] && !opens ? from_name(r) : "[*]", to,
                   code_name(events, (int)r->event));
    }
    puts("```\n");
}

static void markdown_rules(bool legs)
{
    char words[96], clock[8];
    printf("| rule | from | event | %s | clock | by | journal | because |\n|---|---|---|---|---|---|---|---|---|\n",
           legs ? "leg becomes | case becomes" : "case becomes | lead legs become");
    for (const struct rule *r = rules; r->id; r++) {
        if (is_leg(r) != legs)
            continue;
        const char *first = legs ? leg_to_name(r) : case_to_name(r), *second = legs ? case_to_name(r) : leg_to_name(r);
        printf("| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", r->id, from_name(r),
               code_name(events, (int)r->event), first, second, clock_name(r, clock, sizeof clock).p,
               who(r, words, sizeof words).p, code_name(journals, (int)r->journal), r->because);
    }
    puts("");
}

static void markdown_states(const struct code *list, bool of_case)
{
    printf("| code | state | label%s |\n|---|---|---%s|\n", of_case ? " | waits for" : "", of_case ? "|---" : "");
    for (; list->name; list++) {
        printf("| %d | %s | %s |", list->code, list->name, list->label);
        const char *wait = of_case ? case_waits_for((enum case_state)list->code) : NULL;
        if (of_case)
            printf(" %s |", wait ? wait : "final");
        puts("");
    }
    puts("");
}

static void print_markdown(void)
{
    puts(
        "# States\n\nGenerated by `letterctl fsm --markdown` from `libworkflow/core/case_rules.c`; a test compares the "
        "two.\nEverything that is not a row here is refused. A rule's reason is journalled with each step.\n\n## A "
        "case\n");
    mermaid(false);
    markdown_states(case_states, true);
    markdown_rules(false);
    puts("## A leg: one unit's share of a case\n");
    mermaid(true);
    markdown_states(leg_states, false);
    markdown_rules(true);
}

static const char help[] = "usage: letterctl fsm [--dot | --json | --markdown]\n"
                           "Every step that a case and a leg may take, by whom, under which clock, and why.\n"
                           "  --dot       a Graphviz graph\n"
                           "  --json      one JSON object\n"
                           "  --markdown  docs/states.md\n"
                           "Exit status: 0 done, 2 wrong usage.\n";

int cmd_fsm(int argc, char **argv)
{
    bool dot = false, json = false, markdown = false;
    const char *file = NULL;
    const struct tool_option known[] = {{"--dot", TOOL_FLAG, 0, 0, &dot},
                                        {"--json", TOOL_FLAG, 0, 0, &json},
                                        {"--markdown", TOOL_FLAG, 0, 0, &markdown},
                                        {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 4};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (dot + json + markdown > 1)
        return tool_usage(COMMAND, "only one of --dot, --json and --markdown");
    if (dot) {
        print_dot();
    } else if (json) {
        print_json();
    } else if (markdown) {
        print_markdown();
    } else {
        print_table(false);
        puts("");
        print_table(true);
    }
    return ctl_end(COMMAND, 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_fsm.h"

#include "core/case.h"
#include "ctl.h"
#include "fsm_words.h"

#define COMMAND "letterctl fsm"

// ---- Plain ----

// "desk(triage, approve), system"; duties bind the desk alone.
static void put_who(struct table *t, const struct fsm_words *n)
{
    char words[sizeof n->who + sizeof n->duties + 4];
    struct text text = TEXT(words);
    text_put(&text, n->who);
    if (n->duties[0]) {
        text_put(&text, " (");
        text_put(&text, n->duties);
        text_put(&text, ")");
    }
    table_put_str(t, text_get(&text));
}

// "DONE", or "+lead" where a leg is opened.
static void put_leg(struct table *t, const struct rule *r)
{
    char words[32];
    struct text text = TEXT(words);
    text_put(&text, r->opens ? "+" : "");
    text_put(&text, r->opens ? fsm_opens(r) : fsm_leg_to(r));
    table_put_str(t, text_get(&text));
}

static void print_table(bool legs)
{
    struct table t = table_of("规则|从|事件|到|承办环节|时限|自动|谁|流水|依据");
    for (const struct rule *r = rules; r->id; r++) {
        if (rule_of_leg(r) != legs)
            continue;
        struct fsm_words n = fsm_words(r);
        table_put(&t, r->id);
        table_put(&t, n.from);
        table_put(&t, code_name(events, (int)r->event));
        table_put(&t, fsm_case_to(r));
        put_leg(&t, r);
        table_put(&t, fsm_clock(r));
        table_put(&t, fsm_step(r));
        put_who(&t, &n);
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

static json_t *bits_json(const struct code *list, bool (*set)(const struct rule *, int code), const struct rule *r)
{
    json_t *array = json_array();
    for (const struct code *c = list; c->name; c++)
        if (set(r, c->code))
            json_array_append_new(array, json_string(c->name));
    return array;
}

static json_t *rule_json(const struct rule *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "rule", json_string(r->id));
    json_object_set_new(o, "of", json_string(rule_of_leg(r) ? "leg" : "case"));
    json_object_set_new(o, "from", bits_json(rule_of_leg(r) ? leg_states : case_states, fsm_starts, r));
    json_object_set_new(o, "event", json_string(code_name(events, (int)r->event)));
    json_object_set_new(o, "case_to", name_json(fsm_case_to(r)));
    json_object_set_new(o, "leg_to", name_json(fsm_leg_to(r)));
    json_object_set_new(o, "opens", name_json(fsm_opens(r)));
    json_object_set_new(o, "clock", name_json(fsm_clock(r)));
    json_object_set_new(o, "step", name_json(fsm_step(r)));
    json_object_set_new(o, "by", bits_json(actors, fsm_by, r));
    json_object_set_new(o, "duty", bits_json(policy_duties, fsm_duty, r));
    json_object_set_new(o, "journal", json_string(code_name(journals, (int)r->journal)));
    json_object_set_new(o, "because", json_string(r->because));
    return o;
}

static json_t *codes_json(const struct code *list)
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

// The closed lists that the rows speak in.
static const struct {
    const char *member, *heading, *words; // words: below the heading of the page
    const struct code *list;
} lists[] = {
    {"events", "Events", "What may happen. Bureaus send the past participles, the desk the imperatives.", events},
    {"journals", "Journal", "What a line of the journal is called.", journals},
    {"requests", "Requests", "What waits for somebody's decision, under a clock of its own.", request_kinds},
    {"request_states", "States of a request", "", request_states},
    {"notices", "Notices", "What a line of a unit's queue is about.", notices},
    {"duties", "Duties",
     "What a post may do (`posts.tsv`). A row with duties is open to the desk's officers who have one.", policy_duties},
    {"clocks", "Clocks", "Their amounts stand in `clocks.tsv`.", policy_clocks},
    {"roles", "Roles of a leg", "", leg_roles},
};
#define LISTS (sizeof lists / sizeof *lists)

static void print_json(void)
{
    json_t *o = json_object(), *list = json_array();
    for (const struct rule *r = rules; r->id; r++)
        json_array_append_new(list, rule_json(r));
    json_object_set_new(o, "case_states", codes_json(case_states));
    json_object_set_new(o, "leg_states", codes_json(leg_states));
    for (size_t i = 0; i < LISTS; i++)
        json_object_set_new(o, lists[i].member, codes_json(lists[i].list));
    json_object_set_new(o, "rules", list);
    ctl_json_print(o);
}

// ---- Diagrams ----

static bool same(const char *a, const char *b)
{
    return str_is(str_of(a), b);
}

// Where the row leads from here in the diagram of the cases or of the legs: NULL when it is no arrow from here. from 0
// is the beginning.
static const char *leads_to(const struct rule *r, bool legs, const struct code *from)
{
    bool opens = legs && r->opens != 0;
    if (opens)
        return from->code == 0 ? code_name(leg_states, LEG_SENT) : NULL;
    const char *to = legs ? fsm_leg_to(r) : fsm_case_to(r);
    return rule_of_leg(r) == legs && fsm_starts(r, from->code) && to[0] && !same(to, from->name) ? to : NULL;
}

static bool leads(bool legs, const struct code *from, const struct code *to, enum event event)
{
    for (const struct rule *r = rules; r->id; r++) {
        const char *name = r->event == event ? leads_to(r, legs, from) : NULL;
        if (name && same(name, to->name))
            return true;
    }
    return false;
}

typedef void draw_fn(const char *cluster, const char *from, const char *to, const char *words);

// One arrow for each pair of states that rows lead between, with the events of all of them: "close, rate".
static void arrows_from(const struct code *from, bool legs, const char *cluster, draw_fn *draw)
{
    for (const struct code *to = legs ? leg_states : case_states; to->name; to++) {
        char words[512] = "";
        struct text text = TEXT(words);
        for (const struct code *e = events; e->name; e++) {
            if (!leads(legs, from, to, (enum event)e->code))
                continue;
            text_put(&text, text.n ? ", " : "");
            text_put(&text, e->name);
        }
        if (text.n)
            draw(cluster, from->name, to->name, words);
    }
}

static void arrows(bool legs, const char *cluster, draw_fn *draw)
{
    static const struct code beginning = {0, "", ""};
    arrows_from(&beginning, legs, cluster, draw);
    for (const struct code *from = legs ? leg_states : case_states; from->name; from++)
        arrows_from(from, legs, cluster, draw);
}

static void dot_arrow(const char *cluster, const char *from, const char *to, const char *words)
{
    printf("    %s_%s -> %s_%s [label=\"%s\"];\n", cluster, from[0] ? from : "new", cluster, to, words);
}

static void dot_graph(bool legs, const char *cluster)
{
    printf("  subgraph cluster_%s {\n    label=\"%s\";\n    %s_new [label=\"\", shape=point];\n", cluster, cluster,
           cluster);
    arrows(legs, cluster, dot_arrow);
    for (const struct code *s = legs ? leg_states : case_states; s->name; s++)
        printf("    %s_%s [label=\"%s\\n%s\"];\n", cluster, s->name, s->name, s->label);
    puts("  }");
}

static void print_dot(void)
{
    puts("digraph states {\n  rankdir=LR;\n  node [shape=box];");
    dot_graph(false, "case");
    dot_graph(true, "leg");
    puts("}");
}

static void mermaid_arrow(const char *cluster, const char *from, const char *to, const char *words)
{
    printf("    %s --> %s: %s\n", from[0] ? from : "[*]", to, words);
}

// ---- Markdown ----

static void markdown_diagram(bool legs)
{
    puts("```mermaid\nstateDiagram-v2");
    arrows(legs, "", mermaid_arrow);
    puts("```\n");
}

static void markdown_rules(bool legs)
{
    printf("| rule | from | event | %s | clock | step | by | duty | journal | because |\n"
           "|---|---|---|---|---|---|---|---|---|---|---%s|\n",
           legs ? "leg becomes | case becomes" : "case becomes | lead legs become | opens", legs ? "" : "|---");
    for (const struct rule *r = rules; r->id; r++) {
        if (rule_of_leg(r) != legs)
            continue;
        struct fsm_words n = fsm_words(r);
        printf("| %s | %s | %s |", r->id, n.from, code_name(events, (int)r->event));
        if (legs)
            printf(" %s | %s |", fsm_leg_to(r), fsm_case_to(r));
        else
            printf(" %s | %s | %s |", fsm_case_to(r), fsm_leg_to(r), fsm_opens(r));
        printf(" %s | %s | %s | %s | %s | %s |\n", fsm_clock(r), fsm_step(r), n.who, n.duties,
               code_name(journals, (int)r->journal), r->because);
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

static void markdown_list(const char *heading, const char *words, const struct code *list)
{
    printf("## %s\n\n%s%s| code | name | label |\n|---|---|---|\n", heading, words, words[0] ? "\n\n" : "");
    for (; list->name; list++)
        printf("| %d | %s | %s |\n", list->code, list->name, list->label);
    puts("");
}

static void print_markdown(void)
{
    puts("# States\n\n"
         "Generated by `letterctl fsm --markdown` from `libworkflow/core/case_rules.c`; a test compares the two.\n"
         "Everything that is not a row here is refused, and a refusal says what is allowed. A rule's reason is "
         "journalled "
         "with each step.\n"
         "Open is every state that is not over. An empty cell under “becomes” means that it stays as it is. A step "
         "with a "
         "name is\n"
         "taken by the machine where `steps.tsv` says auto.\n\n"
         "## A case\n");
    markdown_diagram(false);
    markdown_states(case_states, true);
    puts("A row that opens a leg starts it in SENT. What becomes of lead legs is meant of those of this round that the "
         "centre "
         "opened and nobody returned or revoked.\n");
    markdown_rules(false);
    puts("## A leg: one unit's share of a case\n");
    markdown_diagram(true);
    markdown_states(leg_states, false);
    markdown_rules(true);
    for (size_t i = 0; i < LISTS; i++)
        markdown_list(lists[i].heading, lists[i].words, lists[i].list);
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

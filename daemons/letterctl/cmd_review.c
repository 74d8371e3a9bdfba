// SPDX-License-Identifier: Apache-2.0
#include "cmd_review.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/review.h"

#include <string.h>
#include <sys/random.h>

#define COMMAND "letterctl review"

static const char help[] =
    "usage: letterctl review sample --from DATE --to DATE --n N [--seed S] [--risk] [--as POST] [--json] [-c FILE]\n"
    "       letterctl review list [--sample K] [--as POST] [--json] [-c FILE]\n"
    "       letterctl review finding NUMBER --rating good|bad --text WORDS [--as POST] [-c FILE]\n"
    "回头看: a sample of the cases that were closed in a time, kept under a number; what a second look found.\n"
    "  --from, --to   first and last day of the closing, like 2026-11-01\n"
    "  --n N          at most so many, 1 to 1000\n"
    "  --seed S       of the lots, 0 to 4294967295: the same seed draws the same cases (a new one, which is printed)\n"
    "  --risk         those with most against them, with the reasons: rounds, returned and late work, police conduct, "
    "a\n"
    "                 writer who is not content; lots decide between equals\n"
    "  --sample K     which sample (the newest)\n"
    "  --rating R     good: nothing wrong; bad: it is to be opened again\n"
    "  --text WORDS   what was found\n" CTL_AS "  --json         a JSON object a line\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 nothing to draw, no such case, or the database cannot be asked, 2 wrong usage.\n";

struct arguments {
    const char *file, *as, *from, *to, *rating, *text;
    int64_t n, seed, sample;
    bool risk, json;
};

static int open_ctl(struct ctl *ctl, const struct arguments *args)
{
    struct err err;
    int code = ctl_read(ctl, COMMAND, args->file, args->as);
    if (code == 0 && db_prepare(ctl->db, review_statements, &err) != OK) {
        ctl_close(ctl);
        return tool_fail(COMMAND, &err);
    }
    return code;
}

static int64_t new_seed(void)
{
    uint32_t seed;
    insist(getrandom(&seed, sizeof seed, 0) == sizeof seed);
    return seed;
}

// ---- sample ----

static void drawn_json(const struct review_plan *plan, int32_t sample, const struct review_case *c)
{
    json_t *o = json_object();
    json_object_set_new(o, "sample", json_integer(sample));
    json_object_set_new(o, "seed", json_integer(plan->seed));
    json_object_set_new(o, "number", ctl_json_number(c->mailbox, c->id));
    json_object_set_new(o, "closed_at", ctl_json_time(c->closed_at));
    json_object_set_new(o, "score", plan->risk ? json_integer(c->score) : json_null());
    json_object_set_new(o, "rule", json_string(c->rule));
    ctl_json_print(o);
}

static void print_drawn(const struct review_plan *plan, int32_t sample, const struct review_case *drawn, int n)
{
    struct table t = table_of("编号|办结|规则");
    printf("样本 %d, 种子 %lld, %d 件\n", sample, (long long)plan->seed, n);
    for (int i = 0; i < n; i++) {
        char number[NUMBER_MAX];
        number_format(drawn[i].mailbox, drawn[i].id, number);
        table_put(&t, number);
        table_put_time(&t, drawn[i].closed_at);
        table_put(&t, drawn[i].rule);
    }
    table_print(&t, stdout);
}

static int draw(const struct arguments *args, const struct review_plan *plan)
{
    static struct review_case drawn[REVIEW_MAX];
    struct ctl ctl;
    struct err err;
    int32_t sample;
    int n, code = open_ctl(&ctl, args);
    if (code != 0)
        return code;
    if (review_draw(ctl.db, ctl.policy, &ctl.viewer, clock_now(), plan, drawn, &n, &sample, &err) != OK) {
        code = tool_fail(COMMAND, &err);
    } else if (n == 0) {
        fprintf(stderr, COMMAND ": nothing was closed in that time%s\n",
                plan->risk ? " that speaks for a second look" : "");
        code = 1;
    } else if (args->json) {
        for (int i = 0; i < n; i++)
            drawn_json(plan, sample, &drawn[i]);
    } else {
        print_drawn(plan, sample, drawn, n);
    }
    ctl_close(&ctl);
    return code;
}

static int sample_command(const struct arguments *args)
{
    struct date from, to;
    if (!args->from || !args->to || args->n == 0)
        return tool_usage(COMMAND, "sample needs --from, --to and --n");
    if (!date_parse(str_of(args->from), &from) || !date_parse(str_of(args->to), &to) || from.day > to.day)
        return tool_usage(COMMAND, "--from and --to are days like 2026-11-01, the first not after the last");
    struct review_plan plan = {.from = date_begin(from),
                               .to = date_begin((struct date){to.day + 1}),
                               .n = (int)args->n,
                               .seed = args->seed >= 0 ? args->seed : new_seed(),
                               .risk = args->risk};
    return draw(args, &plan);
}

// ---- list ----

static void row_json(void *arg, const struct review_row *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "sample", json_integer(r->sample));
    json_object_set_new(o, "number", ctl_json_number(r->mailbox, r->id));
    json_object_set_new(o, "state", ctl_json_name(case_states, (int)r->state));
    json_object_set_new(o, "rule", ctl_json_text(r->rule));
    json_object_set_new(o, "seed", json_integer(r->seed));
    json_object_set_new(o, "drawn_at", ctl_json_time(r->drawn_at));
    json_object_set_new(o, "rating", ctl_json_name(review_ratings, (int)r->rating));
    json_object_set_new(o, "finding", ctl_json_text(r->finding));
    json_object_set_new(o, "found_at", ctl_json_time(r->found_at));
    ctl_json_print(o);
}

static void row_line(void *arg, const struct review_row *r)
{
    struct table *t = arg;
    char number[NUMBER_MAX];
    number_format(r->mailbox, r->id, number);
    table_put_int(t, r->sample);
    table_put(t, number);
    table_put(t, code_name(case_states, (int)r->state));
    table_put_str(t, r->rule);
    table_put(t, r->rating ? code_label(review_ratings, (int)r->rating) : "-");
    table_put_time(t, r->found_at);
    table_put_str(t, r->finding.p ? r->finding : STR("-"));
}

static int list_command(const struct arguments *args)
{
    struct ctl ctl;
    struct err err;
    int code = open_ctl(&ctl, args);
    if (code != 0)
        return code;
    struct table t = table_of("样本|编号|状态|规则|结论|查看|说明");
    if (review_list(ctl.db, ctl.policy, &ctl.viewer, clock_now(), (int32_t)args->sample,
                    args->json ? row_json : row_line, &t, &err) != OK)
        code = tool_fail(COMMAND, &err);
    else if (!args->json)
        table_print(&t, stdout);
    table_free(&t);
    ctl_close(&ctl);
    return code;
}

// ---- finding ----

static int finding_command(const struct arguments *args, const char *number)
{
    struct ctl ctl;
    struct err err;
    int32_t mailbox, sample;
    int64_t id;
    enum review_rating rating = (enum review_rating)code_find(review_ratings, str_of(args->rating));
    if (!args->rating || rating == 0 || !args->text)
        return tool_usage(COMMAND, "finding needs --rating good or --rating bad, and --text");
    if (number_parse(str_of(number), &mailbox, &id, &err) != OK) {
        (void)tool_fail(COMMAND, &err);
        return 2;
    }
    int code = open_ctl(&ctl, args);
    if (code != 0)
        return code;
    if (review_find(ctl.db, ctl.policy, &ctl.viewer, clock_now(), mailbox, id, rating, str_of(args->text), &sample,
                    &err) != OK) {
        code = tool_fail(COMMAND, &err);
    } else {
        printf("样本 %d, %s: %s\n", sample, number, code_label(review_ratings, (int)rating));
        if (rating == REVIEW_BAD)
            printf("重新办理: letterctl act %s reopen --data '{\"reason\":\"…\"}'\n", number);
    }
    ctl_close(&ctl);
    return code;
}

int cmd_review(int argc, char **argv)
{
    struct arguments args = {.seed = -1};
    const struct tool_option known[] = {
        {"--from", TOOL_TEXT, 0, 0, &args.from},     {"--to", TOOL_TEXT, 0, 0, &args.to},
        {"--n", TOOL_INT, 1, REVIEW_MAX, &args.n},   {"--seed", TOOL_INT, 0, UINT32_MAX, &args.seed},
        {"--risk", TOOL_FLAG, 0, 0, &args.risk},     {"--sample", TOOL_INT, 1, INT32_MAX, &args.sample},
        {"--rating", TOOL_TEXT, 0, 0, &args.rating}, {"--text", TOOL_TEXT, 0, 0, &args.text},
        {"--as", TOOL_TEXT, 0, 0, &args.as},         {"--json", TOOL_FLAG, 0, 0, &args.json},
        {"-c", TOOL_TEXT, 0, 0, &args.file},
    };
    struct tool_arguments a = {.command = COMMAND,
                               .help = help,
                               .options = known,
                               .options_n = sizeof known / sizeof *known,
                               .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    const char *verb = a.operands_n > 0 ? a.operands[0] : "";
    if (strcmp(verb, "sample") == 0 && a.operands_n == 1)
        code = sample_command(&args);
    else if (strcmp(verb, "list") == 0 && a.operands_n == 1)
        code = list_command(&args);
    else if (strcmp(verb, "finding") == 0 && a.operands_n == 2)
        code = finding_command(&args, a.operands[1]);
    else
        return tool_usage(COMMAND, "sample, list, or finding NUMBER");
    return ctl_end(COMMAND, code);
}

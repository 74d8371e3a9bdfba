// SPDX-License-Identifier: Apache-2.0
#include "cmd_due.h"

#include "ctl.h"
#include "policy_dir.h"

#include <string.h>
#include <strings.h>

#define COMMAND "letterctl due"
#define YEAR_FIRST 1992 // from here on Asia/Shanghai keeps no summer time
#define YEAR_LAST 2199

struct due {
    const char *rule, *dir; // dir: the folder of its calendar; NULL: the newest version in the database
    enum clock clock;       // CLOCK_NONE: the rule is an amount
    enum kind kind;         // KIND_NONE: not said
    struct span span;
    wf_time start;
    bool date_only, json;
    char calendar[1100]; // which, in words
    json_t *days;
    int counted;
};

// The code that stands in the list under this name in upper or lower case; 0: none.
static int find_any_case(const struct code *list, struct str name)
{
    for (; list->name; list++)
        if (strlen(list->name) == name.n && strncasecmp(list->name, name.p, name.n) == 0)
            return list->code;
    return 0;
}

// An amount, or a clock with or without a kind. 0, or the exit code.
static int parse_rule(struct due *d)
{
    struct str rest = str_of(d->rule);
    if (span_parse(rest, &d->span))
        return 0;
    struct str name = str_split(&rest, '.');
    d->clock = (enum clock)find_any_case(policy_clocks, name);
    if (d->clock == CLOCK_NONE)
        return tool_usage(
            COMMAND,
            "RULE: %s is no clock of a policy (K8.consult, K12, …) and no amount from 1 to 3660 (7wd, 15d, "
            "4wh, 2h, 30m, 2h@10:00)",
            d->rule);
    if (rest.p) {
        d->kind = (enum kind)find_any_case(kinds, rest);
        if (d->kind == KIND_NONE)
            return tool_usage(
                COMMAND, "RULE: %s is no kind; there are consult, help, complaint, report, suggest, praise and other",
                rest.p);
    }
    return 0;
}

static int parse_start(struct due *d, const char *words)
{
    struct date day;
    char local[48];
    struct text t = TEXT(local);
    text_put(&t, words);
    text_put(&t, "+08:00");
    d->date_only = date_parse(str_of(words), &day);
    if (d->date_only)
        d->start = date_begin(day);
    else if (!time_parse(str_of(words), &d->start) && !time_parse(text_get(&t), &d->start))
        return tool_usage(COMMAND,
                          "START: a date (2026-02-13) or a time (2026-02-13T17:00:00+08:00; '2026-02-13 17:00' is one "
                          "of Asia/Shanghai) is needed, not %s",
                          words);
    int year = date_ymd(date_of(d->start)) / 10000;
    if (year < YEAR_FIRST || year > YEAR_LAST)
        return tool_usage(COMMAND, "START: a year from %d to %d is needed, not %s", YEAR_FIRST, YEAR_LAST, words);
    return 0;
}

// The clock's amount. 0, or the exit code.
static int resolve(struct due *d, const struct policy *p)
{
    if (d->clock == CLOCK_NONE)
        return 0;
    const char *name = code_name(policy_clocks, (int)d->clock);
    const struct span *spans = p->clocks[d->clock];
    bool differ = false;
    char each[256];
    struct text t = TEXT(each);
    for (const struct code *k = kinds; k->name; k++) {
        const struct span *one = &spans[k->code], *first = &spans[kinds[0].code];
        differ = differ || one->amount != first->amount || one->unit != first->unit || one->else_at != first->else_at;
        text_put(&t, t.n ? ", " : "");
        text_put(&t, name);
        text_put(&t, ".");
        text_put(&t, k->name);
        text_put(&t, " ");
        span_format(*one, &t);
    }
    if (d->kind == KIND_NONE && differ)
        return tool_usage(COMMAND, "RULE: %s depends on the kind: %s", name, each);
    d->span = spans[d->kind ? (int)d->kind : kinds[0].code];
    if (d->span.amount == 0) {
        fprintf(stderr, COMMAND ": RULE: the policy has no clock %s\n", d->rule);
        return 1;
    }
    return 0;
}

static const char *kind_of(const struct calendar_step *step)
{
    if (step->override != 0)
        return step->override == DAY_WORK ? "makeup" : "holiday";
    return step->workday ? "work" : "off";
}

static bool by_days(const struct due *d)
{
    return d->span.unit == SPAN_DAYS || d->span.unit == SPAN_WORKDAYS;
}

static void day_json(void *arg, const struct calendar_step *step)
{
    struct due *d = arg;
    char date[16];
    struct text t = TEXT(date);
    date_format(step->date, &t);
    json_t *o = json_object();
    json_object_set_new(o, "date", json_string(date));
    json_object_set_new(o, "kind", json_string(kind_of(step)));
    json_object_set_new(o, "name", ctl_json_text(step->name));
    json_object_set_new(o, "counted", json_boolean(step->counted));
    json_object_set_new(o, "provisional", json_boolean(!step->published));
    json_array_append_new(d->days, o);
}

static const char *weekday(struct date d)
{
    static const char *const names[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    return names[date_weekday(d) - 1];
}

// Words of a note, with blanks between.
static void note(struct text *t, const char *words)
{
    text_put(t, t->n ? " " : "");
    text_put(t, words);
}

static void day_line(void *arg, const struct calendar_step *step)
{
    struct due *d = arg;
    char date[16], number[16] = "", notes[512] = "";
    struct text t = TEXT(date), n = TEXT(number), words = TEXT(notes);
    date_format(step->date, &t);
    d->counted += step->counted;
    if (step->counted && by_days(d))
        text_i64(&n, d->counted);
    text_str(&words, step->name);
    if (step->override == DAY_WORK)
        text_put(&words, "补班");
    if (step->override == 0 && !step->workday)
        note(&words, "休息日");
    if (step->date.day == date_of(d->start).day)
        note(&words, by_days(d) ? "起算日，不计入" : "起算日");
    else if (d->span.unit == SPAN_DAYS && !step->counted)
        note(&words, "顺延");
    if (!step->published)
        note(&words, "（放假安排未公布）");
    printf("%s %s %s", step->counted ? "✓" : " ", date, weekday(step->date));
    if (n.n || words.n)
        printf("%5s%s%s", number, words.n ? "  " : "", notes);
    putchar('\n');
}

static void print_day(struct date d)
{
    char date[16];
    struct text text = TEXT(date);
    date_format(d, &text);
    printf("%s %s", date, weekday(d));
}

// "2026-03-02 周一 24:00"
static void print_instant(wf_time t, struct date d)
{
    int minutes = (int)((t - date_begin(d)) / WF_MINUTE);
    print_day(d);
    printf(" %02d:%02d", minutes / 60, minutes % 60);
}

static void print_plain(struct due *d, const struct calendar *c)
{
    static const char *const units[] = {
        [SPAN_MINUTES] = "分钟",  [SPAN_HOURS] = "小时",        [SPAN_WORKHOURS] = "工作小时",
        [SPAN_DAYS] = "个自然日", [SPAN_WORKDAYS] = "个工作日",
    };
    bool provisional = false;
    if (d->clock != CLOCK_NONE)
        printf("%s %s%s%s，", code_name(policy_clocks, (int)d->clock), code_label(policy_clocks, (int)d->clock),
               d->kind ? "·" : "", d->kind ? code_label(kinds, (int)d->kind) : "");
    printf("%d%s", (int)d->span.amount, units[d->span.unit]);
    if (d->span.else_at != 0)
        printf("（非工作时间则为下一工作日 %02d:%02d）", (d->span.else_at - 1) / 60, (d->span.else_at - 1) % 60);
    printf("，起算 ");
    if (d->date_only && by_days(d))
        print_day(date_of(d->start));
    else
        print_instant(d->start, date_of(d->start));
    printf("\n日历 %s\n", d->calendar);
    wf_time due = calendar_explain(c, d->start, d->span, day_line, d, &provisional);
    printf("到期 ");
    print_instant(due, date_of(due - 1)); // an end at 24:00 belongs to its day
    printf("%s\n", provisional ? "（暂定：经过放假安排尚未公布的年份，公布后重算）" : "");
}

static void print_json(struct due *d, const struct calendar *c)
{
    bool provisional = false;
    char amount[32], date[16];
    struct text a = TEXT(amount), t = TEXT(date);
    d->days = json_array();
    wf_time due = calendar_explain(c, d->start, d->span, day_json, d, &provisional);
    span_format(d->span, &a);
    date_format(date_of(due - 1), &t);
    json_t *o = json_object();
    json_object_set_new(o, "rule", json_string(d->rule));
    json_object_set_new(o, "amount", json_string(amount));
    json_object_set_new(o, "start", ctl_json_time(d->start));
    json_object_set_new(o, "due_date", json_string(date));
    json_object_set_new(o, "due_at", ctl_json_time(due));
    json_object_set_new(o, "provisional", json_boolean(provisional));
    json_object_set_new(o, "calendar", json_string(d->calendar));
    json_object_set_new(o, "days", d->days);
    ctl_json_print(o);
}

static int explain(void *arg, const struct policy *p)
{
    struct due *d = arg;
    const char *dir = d->dir;
    int code = resolve(d, p);
    if (code != 0)
        return code;
    if (d->date_only && (d->span.unit == SPAN_MINUTES || d->span.unit == SPAN_HOURS))
        return tool_usage(COMMAND, "START: %s runs from a moment, a date is not enough: give a time, like '%s'",
                          d->rule, "2026-02-13 17:00");
    if (d->date_only && d->span.unit == SPAN_WORKHOURS)
        d->start += p->calendar.hours[0].from * WF_MINUTE;

    struct text t = TEXT(d->calendar);
    text_put(&t, !dir ? "policy version " : utf8_check(str_of(dir), NULL) ? dir : "?");
    if (!dir)
        text_i64(&t, p->version);
    text_put(&t, ", ");
    text_i64(&t, p->calendar.first_year);
    text_put(&t, "-");
    text_i64(&t, p->calendar.last_year);
    if (d->json)
        print_json(d, &p->calendar);
    else
        print_plain(d, &p->calendar);
    return 0;
}

static const char help[] =
    "usage: letterctl due RULE START [--json] [--policy DIR] [-c FILE]\n"
    "When something is due that starts at START, and why, day by day.\n"
    "  RULE          a clock of the policy, with the kind where it matters: K12, K8.consult; or an amount:\n"
    "                7wd working days, 15d natural days, 4wh working hours, 2h hours, 30m minutes,\n"
    "                2h@10:00 hours in duty hours, else the next working day at ten\n"
    "  START         a date, 2026-02-13; or a time, 2026-02-13T17:00:00+08:00 or '2026-02-13 17:00' (Asia/Shanghai)\n"
    "  --json        one JSON object\n"
    "  --policy DIR  the catalogues of this folder instead of the newest version in the database\n"
    "  -c FILE       configuration file\n"
    "Exit status: 0 done, 1 there is no such clock or no policy, 2 wrong usage.\n";

int cmd_due(int argc, char **argv)
{
    const char *file = NULL;
    struct due d = {0};
    const struct tool_option known[] = {
        {"--json", TOOL_FLAG, 0, 0, &d.json}, {"--policy", TOOL_TEXT, 0, 0, &d.dir}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 2)
        return tool_usage(COMMAND, "RULE and START are needed");
    d.rule = a.operands[0];
    code = parse_rule(&d);
    if (code == 0)
        code = parse_start(&d, a.operands[1]);
    if (code == 0)
        code = policy_dir_or_newest(COMMAND, d.dir, file, explain, &d);
    return ctl_end(COMMAND, code);
}

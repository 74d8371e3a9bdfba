// SPDX-License-Identifier: Apache-2.0
#include "cmd_verify.h"

#include "ctl.h"
#include "run/clock.h"
#include "store/policy_store.h"
#include "store/verify.h"

#define COMMAND "letterctl verify"

static const struct statement *const lists[] = {verify_statements, policy_store_statements, NULL};

static void print_json(const struct verify_report *report)
{
    json_t *o = json_object(), *checks = json_array();
    for (int i = 0; i < report->checks_n; i++) {
        const struct verify_check *check = &report->checks[i];
        json_t *c = json_object(), *first = json_array();
        for (int k = 0; k < check->first_n; k++)
            json_array_append_new(first, json_string(check->first[k]));
        json_object_set_new(c, "name", json_string(check->name));
        json_object_set_new(c, "words", json_string(check->words));
        json_object_set_new(c, "warning", json_boolean(check->warning));
        json_object_set_new(c, "count", json_integer(check->count));
        json_object_set_new(c, "first", first);
        json_array_append_new(checks, c);
    }
    json_object_set_new(o, "ok", json_boolean(verify_violations(report) == 0));
    json_object_set_new(o, "violations", json_integer(verify_violations(report)));
    json_object_set_new(o, "letters", json_integer(report->letters));
    json_object_set_new(o, "cases", json_integer(report->cases));
    json_object_set_new(o, "journal", json_integer(report->journal));
    json_object_set_new(o, "dead", json_integer(report->dead));
    json_object_set_new(o, "checks", checks);
    ctl_json_print(o);
}

static void print_plain(const struct verify_report *report)
{
    struct table t = table_of("检查|内容|结论|首批");
    for (int i = 0; i < report->checks_n; i++) {
        const struct verify_check *check = &report->checks[i];
        char verdict[48], first[512];
        struct text v = TEXT(verdict), f = TEXT(first);
        first[0] = '\0';
        text_put(&v, check->count == 0 ? "符合" : check->warning ? "提醒 " : "违反 ");
        if (check->count != 0)
            text_i64(&v, check->count);
        for (int k = 0; k < check->first_n; k++) {
            text_put(&f, k ? "; " : "");
            text_put(&f, check->first[k]);
        }
        table_put(&t, check->name);
        table_put(&t, check->words);
        table_put_str(&t, text_get(&v));
        table_put_str(&t, text_get(&f));
    }
    table_print(&t, stdout);
    printf("来信 %lld, 诉求件 %lld, 流水 %lld, 死信 %lld: ", (long long)report->letters, (long long)report->cases,
           (long long)report->journal, (long long)report->dead);
    if (verify_violations(report) == 0)
        puts("全部符合");
    else
        printf("违反 %lld 处\n", (long long)verify_violations(report));
}

static const char help[] =
    "usage: letterctl verify [--json] [-c FILE]\n"
    "Checks the whole database against the promises, in one snapshot: letters and cases, serials, keys, journals "
    "replayed\n"
    "through the case table, clocks, legs, the queues, feedback, replies, and that nothing lies with who is accused.\n"
    "May run beside the daemons.\n"
    "  --json   one JSON object\n"
    "  -c FILE  configuration file\n"
    "Exit status: 0 every promise is kept, 1 one is broken or the database cannot be asked, 2 wrong usage.\n";

int cmd_verify(int argc, char **argv)
{
    const char *file = NULL;
    bool json = false;
    const struct tool_option known[] = {{"--json", TOOL_FLAG, 0, 0, &json}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 2};
    static struct verify_report report;
    struct ctl ctl;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    code = ctl_open(&ctl, COMMAND, file, "pa_desk", lists);
    if (code != 0)
        return code;
    if (policy_load(ctl.db, &ctl.policy, &err) == OK &&
        verify_run(ctl.db, ctl.policy, clock_now(), &report, &err) == OK) {
        if (json)
            print_json(&report);
        else
            print_plain(&report);
        code = verify_violations(&report) == 0 ? 0 : 1;
    } else {
        code = tool_fail(COMMAND, &err);
    }
    ctl_close(&ctl);
    return ctl_end(COMMAND, code);
}

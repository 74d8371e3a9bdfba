// SPDX-License-Identifier: Apache-2.0
// letterctl: the operator's tool. A command a file.
#include "act.h"
#include "cmd_classify.h"
#include "cmd_dead.h"
#include "cmd_due.h"
#include "cmd_exec.h"
#include "cmd_fsm.h"
#include "cmd_inquiry.h"
#include "cmd_keys.h"
#include "cmd_ledger.h"
#include "cmd_list.h"
#include "cmd_migrate.h"
#include "cmd_model.h"
#include "cmd_near.h"
#include "cmd_policy.h"
#include "cmd_posts.h"
#include "cmd_queue.h"
#include "cmd_readers.h"
#include "cmd_recompute.h"
#include "cmd_review.h"
#include "cmd_show.h"
#include "cmd_status.h"
#include "cmd_verify.h"
#include "cmd_writer.h"
#include "run/run.h"
#include "submit.h"

#include <stdlib.h>
#include <string.h>

static int cmd_config(int argc, char **argv)
{
    static const char command[] = "letterctl config";
    const char *ignored = NULL; // a configuration file: what is printed are the defaults
    bool markdown = false;
    const struct tool_option known[] = {{"--markdown", TOOL_FLAG, 0, 0, &markdown}, {"-c", TOOL_TEXT, 0, 0, &ignored}};
    struct tool_arguments a = {.command = command,
                               .help = "usage: letterctl config [--markdown]\n"
                                       "Every option with its default and its meaning, as a file to start from.\n"
                                       "  --markdown  docs/config.md\n"
                                       "Exit status: 0 done, 2 wrong usage.\n",
                               .options = known,
                               .options_n = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    config_print(stdout, markdown);
    return ctl_end(command, 0);
}

static int cmd_version(int argc, char **argv)
{
    static const char command[] = "letterctl version";
    const char *ignored = NULL;
    const struct tool_option known[] = {{"-c", TOOL_TEXT, 0, 0, &ignored}};
    struct tool_arguments a = {
        .command = command,
        .options = known,
        .options_n = 1,
        .help = "usage: letterctl version\nThis program's version and the schema version it needs.\n"};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    printf("letterctl %s, schema %d\n", WF_VERSION, SCHEMA_VERSION);
    return ctl_end(command, 0);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *words;
} commands[] = {
    {"submit", cmd_submit, "[FILE]  letters in, receipts out"},
    {"show", cmd_show, "NUMBER  one case"},
    {"list", cmd_list, "cases, newest first, or how many"},
    {"readers", cmd_readers, "NUMBER  who has read a letter, and who was denied"},
    {"near", cmd_near, "NUMBER  letters that say the same"},
    {"ledger", cmd_ledger, "NUMBER  a case's time, charged to whoever held it"},
    {"writer", cmd_writer, "NUMBER  who wrote a letter, for a purpose"},
    {"review", cmd_review, "sample|list|finding  a second look at closed cases"},
    {"act", cmd_act, "NUMBER EVENT  an event of the duty desk"},
    {"inquiry", cmd_inquiry, "NUMBER [REQUEST]  an approved 核查函, to be handed over"},
    {"due", cmd_due, "RULE START  when it is due, day by day"},
    {"queues", cmd_queues, "the bureaus' queues"},
    {"queue", cmd_queue, "retry|park|skip BUREAU SEQ  what blocks a queue"},
    {"keys", cmd_keys, "new|list|revoke|server  who may come in over TCP"},
    {"dead", cmd_dead, "[list|show|retry|drop]  dead letters"},
    {"status", cmd_status, "how each daemon is"},
    {"verify", cmd_verify, "the whole database against the promises"},
    {"fsm", cmd_fsm, "the case and leg tables, with their reasons"},
    {"posts", cmd_posts, "who may act, and as what"},
    {"policy", cmd_policy, "load|check DIR  catalogues"},
    {"classify", cmd_classify, "[FILE]  letters in, what the classifier decides of each out"},
    {"model", cmd_model, "list|show|use FILE  the model that the classifier reads by"},
    {"train", cmd_train, "a model, from labelled letters"},
    {"evaluate", cmd_evaluate, "GOLD [LETTERS]  a model, on labelled letters"},
    {"labels", cmd_labels, "letters with what the desk made of them, to train with"},
    {"recompute", cmd_recompute, "the dates of open clocks under a new calendar"},
    {"config", cmd_config, "every option with its default and its meaning"},
    {"migrate", cmd_migrate, "[DIR]  the database's schema"},
    {"version", cmd_version, "this program's version"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static int help(void)
{
    puts("usage: letterctl [-c FILE] COMMAND [options]; letterctl COMMAND --help tells more");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].words);
    puts("The configuration file is -c FILE, else $PINGANTING_CONF, else /etc/pinganting/pinganting.cfg.");
    return ctl_end("letterctl", 0);
}

int main(int argc, char **argv)
{
    int at = 1;
    // Before the command, -c is for whatever command follows.
    if (argc > 2 && strcmp(argv[1], "-c") == 0) {
        setenv("PINGANTING_CONF", argv[2], 1);
        at = 3;
    }
    if (at >= argc)
        return tool_usage("letterctl", "a command is needed");
    if (strcmp(argv[at], "--help") == 0)
        return help();
    if (strcmp(argv[at], "--version") == 0)
        return cmd_version(1, argv);
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[at], commands[i].name) == 0)
            return commands[i].run(argc - at, argv + at);
    return tool_usage("letterctl", "no such command: %s", argv[at]);
}

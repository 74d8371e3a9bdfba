// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"

#include "run/run.h"

#include <signal.h>
#include <string.h>

static const struct command {
    const char *name, *does;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"subscribe", "a bureau's deliveries, as JSON lines", cmd_subscribe},
    {"report", "a bureau's feedback, from JSON lines", cmd_report},
    {"identity", "who wrote a letter; journalled, and shown to the writer", cmd_identity},
    {"keys", "makes this bureau's own key", cmd_keys},
    {"reference", "bureaus that answer by themselves, for trials and tests", cmd_reference},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static volatile sig_atomic_t stop;

static void on_stop(int signal)
{
    (void)signal;
    stop = 1;
}

void stop_on_signals(void)
{
    struct sigaction action = {.sa_handler = on_stop};
    insist(sigaction(SIGTERM, &action, NULL) == 0 && sigaction(SIGINT, &action, NULL) == 0);
}

bool stopping(void)
{
    return stop != 0;
}

int32_t bureau_code(const char *command, const char *text)
{
    int64_t code = 0;
    if (str_to_i64(str_of(text), &code) &&
        ((code >= 440000 && code <= 449999) || (code >= 440000000 && code <= 449999999)))
        return (int32_t)code;
    (void)tool_usage(command, "a bureau is a code like 440300, or that of a unit below it, not %s", text);
    return 0;
}

struct wf_options options_of(const struct dial *to)
{
    return (struct wf_options){.endpoint = to->endpoint, .server_key = to->server_key, .key_file = to->key_file};
}

int tell(const char *command, const struct wf_error *error)
{
    struct err err;
    (void)err_set(&err, REJECT, error->code, error->field, error->message);
    return tool_fail(command, &err);
}

static int help(void)
{
    puts("usage: bureauctl COMMAND [options]; bureauctl COMMAND --help tells more");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].does);
    puts("  --version");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return tool_usage("bureauctl", "a command is needed");
    if (strcmp(argv[1], "--help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return puts("bureauctl " WF_VERSION) < 0;
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return tool_usage("bureauctl", "no such command: %s", argv[1]);
}

// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"

#include <jansson.h>
#include <sys/random.h>

#define COMMAND "bureauctl identity"
#define TIMEOUT_S 30

static const char help[] =
    "usage: bureauctl identity NUMBER --purpose TEXT --officer ID --bureau CODE [options]\n"
    "Asks who wrote a letter that the unit has signed, and prints it as one JSON object: number, name, phone, "
    "id_number, "
    "email,\n"
    "null where the writer did not say. The opening is journalled with officer and purpose, and the writer sees it.\n"
    "Confidential letters are opened by the provincial desk alone.\n"
    "  --purpose TEXT     what for, at most 200 characters\n"
    "  --officer ID       who reads it: the police number\n"
    "  --bureau CODE      who asks, like 440300\n"
    "  --unit CODE        for which unit below it\n"
    "  --leg N            for which leg, where the unit has several\n"
    "  --event-id TEXT    the key of an opening that is asked for again; else a new one\n"
    "  --timeout S        give up after S seconds (30)\n" TOOL_DIAL_HELP
    "Exit status: 0 printed, 1 refused or unanswered, 2 wrong usage.\n";

static int print(const struct wf_answer *a)
{
    json_t *o = json_pack("{s:s, s:s?, s:s?, s:s?, s:s?}", "number", a->number, "name", a->writer_name, "phone",
                          a->writer_phone, "id_number", a->writer_id_number, "email", a->writer_email);
    insist(o);
    bool good = json_dumpf(o, stdout, JSON_COMPACT) == 0 && putchar('\n') != EOF && fflush(stdout) == 0;
    json_decref(o);
    return good ? 0 : 1;
}

static int ask(const struct wf_options *how, const struct wf_identity *identity)
{
    struct wf_pipe *pipe = NULL;
    struct wf_error error;
    const struct wf_answer *answer;
    int code = 1;
    if (wf_pipe_open(how, &pipe, &error) != WF_OK || wf_identity(pipe, identity, 0, &error) != WF_OK)
        code = tell(COMMAND, &error);
    else if (wf_answer(pipe, 2 * how->give_up_ms, &answer) == WF_OK)
        code = answer->result == WF_OK ? print(answer) : tell(COMMAND, &answer->error);
    wf_pipe_close(pipe);
    return code;
}

int cmd_identity(int argc, char **argv)
{
    struct wf_identity m = {0};
    struct tool_dial d = {0};
    struct dial to;
    const char *bureau = NULL;
    char fresh[32];
    int64_t unit = 0, timeout_s = TIMEOUT_S;
    uint64_t dice = 0;
    const struct tool_option known[] = {
        {"--purpose", TOOL_TEXT, 0, 0, &m.purpose},    {"--officer", TOOL_TEXT, 0, 0, &m.officer},
        {"--bureau", TOOL_TEXT, 0, 0, &bureau},        {"--unit", TOOL_INT, 1, 999999999, &unit},
        {"--leg", TOOL_INT, 1, INT16_MAX, &m.leg},     {"--event-id", TOOL_TEXT, 0, 0, &m.event_id},
        {"--timeout", TOOL_INT, 1, 86400, &timeout_s}, TOOL_DIAL_OPTIONS(d),
    };
    struct tool_arguments a = {.command = COMMAND,
                               .help = help,
                               .options = known,
                               .options_n = sizeof(known) / sizeof(known[0]),
                               .operands_max = 1};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 1 || m.purpose == NULL || m.officer == NULL || bureau == NULL)
        return tool_usage(COMMAND, "NUMBER, --purpose, --officer and --bureau are needed");
    insist(getrandom(&dice, sizeof(dice), 0) == sizeof(dice));
    snprintf(fresh, sizeof(fresh), "identity-%016llx", (unsigned long long)dice);
    m.event_id = m.event_id ? m.event_id : fresh;
    m.number = a.operands[0];
    m.unit = unit;
    m.bureau = bureau_code(COMMAND, bureau);
    if (m.bureau == 0 || !tool_dial(COMMAND, &d, "bureau/feedback", &to))
        return 2;
    struct wf_options how = options_of(&to);
    how.give_up_ms = timeout_s * 1000;
    code = ask(&how, &m);
    tool_dial_done(&d);
    return code;
}

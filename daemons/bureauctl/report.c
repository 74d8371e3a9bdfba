// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"
#include "wire/refusal.h"

#define COMMAND "bureauctl report"
#define RESEND_MS 3000

static const char help[] =
    "usage: bureauctl report --bureau CODE [options] [FILE]\n"
    "Sends feedback, one JSON object a line, and prints the result of each, in the same order. FILE: - or nothing: "
    "standard\n"
    "input. Members: event_id, number, event, leg, outcome, public_reply, internal_report, reason, officer, unit, to, "
    "days,\n"
    "until, request, reason_code; docs/client.md says what each event needs. Repeating is harmless: an event_id counts "
    "once.\n"
    "  --bureau CODE who reports, like 440300\n"
    "  --window N    events on their way at once, 1 to 10000 (1000)\n"
    "  --timeout S   give up after S seconds without any answer; else waits for the daemon as long as it "
    "takes\n" TOOL_DIAL_HELP "Exit status: 0 all were accepted, 1 some were refused or unanswered, 2 wrong usage.\n";

struct report {
    struct json_line line;
    int32_t bureau;
};

static enum result request(void *arg, struct str line, int64_t number, uint64_t trace, struct stream_request *request,
                           struct err *err)
{
    struct report *report = arg;
    struct msg_feedback feedback;
    (void)number;
    enum result r = json_feedback(line, report->bureau, &report->line, &feedback, err);
    request->name = report->line.ref;
    if (r != OK)
        return r;
    request->ref = feedback.event_id;
    request->key = feedback.number;
    wire_put_feedback(&request->frame, trace, &feedback);
    return OK;
}

static void request_done(void *arg)
{
    struct report *report = arg;
    json_line_done(&report->line);
}

static enum result answer(const struct frame *frame, struct buf *out, struct err *err)
{
    struct msg_feedback_result result;
    if (frame->id != MSG_FEEDBACK_RESULT)
        return refusal_read(frame, err);
    enum result r = wire_get_feedback_result(frame, &result, err);
    if (r == OK)
        json_put_feedback_result(out, &result);
    return r;
}

int cmd_report(int argc, char **argv)
{
    static const struct stream_kind kind = {"event_id", request, request_done, answer};
    int64_t window = 1000, timeout_s = 0;
    const char *bureau = NULL;
    struct tool_dial d = {0};
    struct dial to;
    const struct tool_option known[] = {
        {"--bureau", TOOL_TEXT, 0, 0, &bureau},
        {"--window", TOOL_INT, 1, PIPE_WINDOW_MAX, &window},
        {"--timeout", TOOL_INT, 1, 86400, &timeout_s},
        TOOL_DIAL_OPTIONS(d),
    };
    struct tool_arguments a = {.command = COMMAND,
                               .help = help,
                               .options = known,
                               .options_n = sizeof(known) / sizeof(known[0]),
                               .operands_max = 1};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (bureau == NULL)
        return tool_usage(COMMAND, "--bureau CODE is needed");
    struct report report = {.bureau = bureau_code(COMMAND, bureau)};
    if (report.bureau == 0)
        return 2;
    struct stream stream = {
        .window = (size_t)window,
        .resend_ms = RESEND_MS,
        .timeout_s = timeout_s,
        .out = stdout,
        .kind = &kind,
        .arg = &report,
    };
    if (!tool_dial(COMMAND, &d, "bureau/feedback", &to))
        return 2;
    code = tool_stream_file(COMMAND, &to, a.operands_n > 0 ? a.operands[0] : NULL, &stream);
    tool_dial_done(&d);
    return code;
}

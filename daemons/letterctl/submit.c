// SPDX-License-Identifier: Apache-2.0
#include "submit.h"

#include "client/tool.h"
#include "wire/refusal.h"

#define COMMAND "letterctl submit"
// Longer than a busy intake needs: a letter that is sent again costs intake a look-up.
#define RESEND_MS 3000

static const char help[] =
    "usage: letterctl submit [options] [FILE]\n"
    "Sends letters, one JSON object a line, to intake and prints a receipt or a refusal for each, in the same order.\n"
    "FILE: JSON lines; - or nothing: standard input. Repeating is harmless: the receipt then says \"duplicate\":true.\n"
    "  --window N    letters on their way at once, 1 to 10000 (2000)\n"
    "  --timeout S   give up after S seconds without any answer; else waits for intake as long as it takes\n"
    "  -c FILE       configuration file\n"
    "Exit status: 0 all were accepted, 1 some were refused or unanswered, 2 wrong usage.\n";

static enum result request(void *arg, struct str line, int64_t number, uint64_t trace, struct stream_request *request,
                           struct err *err)
{
    struct json_line *parsed = arg;
    struct msg_letter_submit letter;
    (void)number;
    enum result r = json_letter(line, parsed, &letter, err);
    request->name = parsed->ref;
    if (r != OK)
        return r;
    request->ref = request->key = letter.client_ref;
    wire_put_letter_submit(&request->frame, trace, &letter);
    return OK;
}

static void request_done(void *arg)
{
    json_line_done(arg);
}

static enum result answer(const struct frame *frame, struct buf *out, struct err *err)
{
    struct msg_receipt receipt;
    if (frame->id != MSG_RECEIPT)
        return refusal_read(frame, err);
    enum result r = wire_get_receipt(frame, &receipt, err);
    if (r == OK)
        json_put_receipt(out, &receipt);
    return r;
}

int cmd_submit(int argc, char **argv)
{
    static const struct stream_kind kind = {"client_ref", request, request_done, answer};
    int64_t window = 2000, timeout_s = 0;
    const char *file = NULL;
    const struct tool_option known[] = {
        {"--window", TOOL_INT, 1, PIPE_WINDOW_MAX, &window},
        {"--timeout", TOOL_INT, 1, 86400, &timeout_s},
        {"-c", TOOL_TEXT, 0, 0, &file},
    };
    struct tool_arguments a = {.command = COMMAND,
                               .help = help,
                               .options = known,
                               .options_n = sizeof(known) / sizeof(known[0]),
                               .operands_max = 1};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    struct json_line line = {0};
    struct stream stream = {
        .window = (size_t)window,
        .resend_ms = RESEND_MS,
        .timeout_s = timeout_s,
        .out = stdout,
        .kind = &kind,
        .arg = &line,
    };
    struct config *config = tool_config(COMMAND, file);
    if (config == NULL)
        return 2;
    struct dial to = {.endpoint = config_text(config, "intake/submit")};
    code = tool_stream_file(COMMAND, &to, a.operands_n > 0 ? a.operands[0] : NULL, &stream);
    config_free(config);
    return code;
}

// SPDX-License-Identifier: Apache-2.0
#include "act.h"

#include "act_help.h"
#include "act_inquiry.h"
#include "client/tool.h"
#include "wire/refusal.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define COMMAND "letterctl act"
#define WINDOW 500
#define TIMEOUT_S 30
#define RESEND_MS 3000

static const char help[] =
    "usage: letterctl act NUMBER EVENT [--as POST] [--version N] [--leg ID] [--unit CODE] [--data JSON] [--json] "
    "[options]\n"
    "       letterctl act - [options]\n"
    "Raises an event of the duty desk and prints the case's number, its state after it and its version.\n"
    "EVENT: one of those below; blanks and hyphens become '_'.\n"
    "  --as POST     who acts: POST, POST@UNIT or POST@UNIT:NUMBER with the police number (letterctl posts); else "
    "专班\n"
    "  --version N   the version that was looked at (letterctl show): refused when another has changed the case since\n"
    "  --leg ID      the leg it concerns, where the case has several\n"
    "  --unit CODE   to which unit: dispatch, designate, recall, joined; accept: whose it is\n"
    "  --data JSON   an object with what the event needs: kind, category, outcome, public_reply, internal_report,\n"
    "                reason, reason_code, version, to, into, request, days, until, level, accused, reached, "
    "contacted,\n"
    "                true, satisfied, solved, words\n"
    "  --json        the answer as one JSON object\n"
    "  -             reads acts from standard input, a JSON object a line: number, event, leg, as, unit, version, "
    "data;\n"
    "                answers are JSON lines in the same order\n"
    "  --timeout S   give up after S seconds without an answer (30; with - never)\n"
    "  -c FILE       configuration file\n"
    "Exit status: 0 done, 1 refused or unanswered, 2 wrong usage.\n\n";
#define HELP_MAX 8000

struct act {
    struct json_line line;
    const char *file; // the configuration
    char event[JSON_EVENT_MAX];
    uint64_t run; // with the line's number this act's own ref for ever: by it the daemon knows a repeated act
    char ref[48];
};

static void new_run(struct act *act)
{
    insist(getrandom(&act->run, sizeof(act->run), 0) == sizeof(act->run));
}

static struct str new_ref(struct act *act, int64_t number)
{
    int n = snprintf(act->ref, sizeof(act->ref), "%016llx-%lld", (unsigned long long)act->run, (long long)number);
    return (struct str){act->ref, (size_t)n};
}

static enum result request(void *arg, struct str line, int64_t number, uint64_t trace, struct stream_request *request,
                           struct err *err)
{
    struct act *act = arg;
    struct msg_desk_act m;
    enum result r = json_act(line, &act->line, act->event, &m, err);
    request->name = act->line.ref;
    if (r == OK)
        r = act_inquiry_check(COMMAND, act->file, &m, err);
    if (r != OK)
        return r;
    m.ref = request->ref = new_ref(act, number);
    request->key = m.number;
    wire_put_desk_act(&request->frame, trace, &m);
    return OK;
}

static void request_done(void *arg)
{
    struct act *act = arg;
    json_line_done(&act->line);
}

static enum result read_result(const struct frame *frame, struct msg_desk_result *result, struct err *err)
{
    return frame->id == MSG_DESK_RESULT ? wire_get_desk_result(frame, result, err) : refusal_read(frame, err);
}

static enum result answer(const struct frame *frame, struct buf *out, struct err *err)
{
    struct msg_desk_result result;
    enum result r = read_result(frame, &result, err);
    if (r == OK)
        json_put_desk_result(out, &result);
    return r;
}

static const struct stream_kind acts = {"number", request, request_done, answer};

static int act_lines(const char *file, const char *endpoint, int64_t timeout_s)
{
    struct act act = {.file = file};
    new_run(&act);
    struct stream stream = {
        .to = {.endpoint = endpoint},
        .window = WINDOW,
        .resend_ms = RESEND_MS,
        .timeout_s = timeout_s,
        .in = STDIN_FILENO,
        .out = stdout,
        .kind = &acts,
        .arg = &act,
    };
    return tool_stream(COMMAND, &stream);
}

static int print_refusal(const struct err *err, struct str number, bool json)
{
    struct buf out = {0};
    int code = tool_fail(COMMAND, err);
    if (json)
        json_put_refusal(&out, "number", number, 0, err);
    if (out.n > 0)
        fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    return fflush(stdout) == 0 ? code : 1;
}

static int print_answer(const struct frame *frame, struct str number, bool json)
{
    struct msg_desk_result result;
    struct err err;
    if (read_result(frame, &result, &err) != OK)
        return print_refusal(&err, number, json);
    if (json) {
        struct buf out = {0};
        json_put_desk_result(&out, &result);
        fwrite(out.p, 1, out.n, stdout);
        buf_free(&out);
    } else {
        printf("%.*s %.*s", (int)result.number.n, result.number.p, (int)result.state.n, result.state.p);
        if (result.has_version)
            printf(" %lld", (long long)result.version);
        if (result.number_new.p)
            printf(" %.*s", (int)result.number_new.n, result.number_new.p);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 1;
}

static int act_once(const char *file, const char *endpoint, struct msg_desk_act *act, bool json, int64_t timeout_s)
{
    struct pipe *pipe;
    struct err err;
    struct buf frame = {0};
    struct frame got;
    uint64_t tag;
    int code = 1;
    if (act_inquiry_check(COMMAND, file, act, &err) != OK)
        return print_refusal(&err, act->number, json);
    if (pipe_open(&(struct dial){.endpoint = endpoint}, 1, RESEND_MS, &pipe, &err) != OK)
        return tool_fail(COMMAND, &err);
    wire_put_desk_act(&frame, 1, act);
    insist(pipe_send(pipe, act->ref, STR_NONE, &frame, 0));
    if (pipe_wait(pipe, (timeout_s > 0 ? timeout_s : TIMEOUT_S) * 1000, &tag, &got))
        code = print_answer(&got, act->number, json);
    else
        fprintf(stderr,
                COMMAND ": no answer from the feedback daemon; see letterctl status, then letterctl show %.*s\n",
                (int)act->number.n, act->number.p);
    pipe_close(pipe);
    buf_free(&frame);
    return code;
}

struct arguments {
    const char *file, *post, *data;
    int64_t leg, unit, version, timeout_s;
    bool json;
};

// What the command line says, as a message. `line` and `event` hold its texts.
static int read_act(const struct tool_arguments *a, const struct arguments *args, struct act *act,
                    struct msg_desk_act *out)
{
    struct err err;
    *out = (struct msg_desk_act){
        .number = str_of(a->operands[0]),
        .post = str_of(args->post),
        .leg = args->leg,
        .has_leg = args->leg >= 0,
        .unit = args->unit,
        .has_unit = args->unit >= 0,
    };
    new_run(act);
    out->ref = new_ref(act, 1);
    enum result r = json_event(str_of(a->operands[1]), act->event, &err);
    if (r == OK && (out->number.n == 0 || out->number.n > 32 || !utf8_check(out->number, NULL)))
        r = err_set(&err, REJECT, "bad_number", "number", "a number is written like 440000-20261123-000042-7");
    size_t chars = 0;
    if (r == OK && args->post && (!utf8_check(out->post, &chars) || chars > 64))
        r = err_set(&err, REJECT, "too_long", "--as", "at most 64 characters of UTF-8");
    if (r == OK && args->data)
        r = json_act_data(str_of(args->data), &act->line, out, &err);
    if (r == OK && args->version > 0) {
        out->version = args->version;
        out->has_version = true;
    }
    if (r == OK && !utf8_check(str_of(act->event), NULL))
        r = err_set(&err, REJECT, "bad_utf8", "event", "not well-formed UTF-8");
    out->event = str_of(act->event);
    if (r == OK)
        return 0;
    (void)tool_fail(COMMAND, &err);
    return 2;
}

int cmd_act(int argc, char **argv)
{
    struct arguments args = {.leg = -1, .unit = -1};
    const struct tool_option known[] = {
        {"--leg", TOOL_INT, 1, INT16_MAX, &args.leg},
        {"--as", TOOL_TEXT, 0, 0, &args.post},
        {"--unit", TOOL_INT, 1, 999999999, &args.unit},
        {"--version", TOOL_INT, 1, INT32_MAX, &args.version},
        {"--data", TOOL_TEXT, 0, 0, &args.data},
        {"--json", TOOL_FLAG, 0, 0, &args.json},
        {"--timeout", TOOL_INT, 1, 86400, &args.timeout_s},
        {"-c", TOOL_TEXT, 0, 0, &args.file},
    };
    static char words[HELP_MAX];
    struct text whole = TEXT(words);
    text_put(&whole, help);
    act_help_events(&whole);
    struct tool_arguments a = {.command = COMMAND,
                               .help = words,
                               .options = known,
                               .options_n = sizeof(known) / sizeof(known[0]),
                               .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    bool lines = a.operands_n == 1 && strcmp(a.operands[0], "-") == 0;
    if (!lines && a.operands_n != 2)
        return tool_usage(COMMAND, "NUMBER and EVENT are needed, or - for JSON lines");
    if (lines && (args.leg >= 0 || args.unit >= 0 || args.version > 0 || args.post || args.data))
        return tool_usage(COMMAND, "with - the lines say leg, as, unit, version and data");
    struct act act = {0};
    struct msg_desk_act m;
    code = lines ? 0 : read_act(&a, &args, &act, &m);
    struct config *config = code == 0 ? tool_config(COMMAND, args.file) : NULL;
    if (config == NULL) {
        json_line_done(&act.line);
        return 2;
    }
    const char *endpoint = config_text(config, "feedback/desk");
    code = lines ? act_lines(args.file, endpoint, args.timeout_s)
                 : act_once(args.file, endpoint, &m, args.json, args.timeout_s);
    json_line_done(&act.line);
    config_free(config);
    bus_term();
    return code;
}

// SPDX-License-Identifier: Apache-2.0
#include "cmd_queue.h"

#include "core/number.h"
#include "ctl.h"
#include "desk.h"
#include "store/queue_case.h"

#include <string.h>

#define COMMAND "letterctl queue"

static const struct {
    const char *verb;
    enum event event;
    const char *done;
} verbs[] = {
    {"retry", EV_QUEUE_RETRY, "is delivered again"},
    {"park", EV_QUEUE_PARK, "is parked: letterctl dead has it"},
    {"skip", EV_QUEUE_SKIP, "is left out"},
};
#define VERBS (sizeof verbs / sizeof *verbs)

// A unit's code, or a channel's name or number.
static bool find_queue(const char *said, int32_t *queue)
{
    int64_t code = code_find(channels, str_of(said));
    if (code == 0 && (!str_to_i64(str_of(said), &code) || code < 1 || code > 999999999))
        return false;
    *queue = (int32_t)code;
    return true;
}

static int decide(struct ctl *ctl, size_t verb, int32_t queue, int64_t seq, const char *as, const char *reason)
{
    char ref[DESK_REF_MAX], number[NUMBER_MAX];
    int32_t mailbox, version;
    int64_t id;
    struct err err;
    if (queue_case(ctl->db, queue, seq, &mailbox, &id, &err) != OK)
        return tool_fail(COMMAND, &err);
    number_format(mailbox, id, number);
    struct msg_desk_act act = {.ref = desk_ref(ref),
                               .number = str_of(number),
                               .event = str_of(code_name(events, (int)verbs[verb].event)),
                               .post = str_of(as),
                               .reason = str_of(reason),
                               .queue = queue,
                               .seq = seq,
                               .has_queue = true,
                               .has_seq = true};
    if (desk_send(ctl->config, &act, &version, &err) != OK)
        return tool_fail(COMMAND, &err);
    printf("%d/%lld %s\n", (int)queue, (long long)seq, verbs[verb].done);
    return 0;
}

static const char help[] =
    "usage: letterctl queue retry|park|skip BUREAU SEQ --reason TEXT [--as POST] [-c FILE]\n"
    "Decides on the line that blocks a queue (letterctl queues): its reader could not take it in, and nothing behind "
    "it "
    "is delivered.\n"
    "  retry   it is delivered again, and what is behind it\n"
    "  park    its reader gets `skipped` at this sequence; the line becomes a dead letter, and letterctl dead retry\n"
    "          appends it again\n"
    "  skip    its reader gets `skipped` at this sequence, and never the line\n"
    "  BUREAU  a bureau's or unit's code, or a channel of a portal: web, wechat, phone, paper, hotline12345, transfer\n"
    "  --reason TEXT  why; kept in the journal\n"
    "  --as POST      who acts, with the duty dispatch or lead: POST, POST@UNIT or POST@UNIT:NUMBER (专班)\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 refused or unanswered (it does not block, or not this one), 2 wrong usage.\n";

int cmd_queue(int argc, char **argv)
{
    static const struct statement *const lists[] = {queue_case_statements, NULL};
    const char *file = NULL, *as = NULL, *reason = NULL;
    const struct tool_option known[] = {
        {"--reason", TOOL_TEXT, 0, 0, &reason}, {"--as", TOOL_TEXT, 0, 0, &as}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 3};
    size_t verb = 0, chars = 0;
    int32_t queue = 0;
    int64_t seq = 0;
    struct ctl ctl;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    while (a.operands_n > 0 && verb < VERBS && strcmp(a.operands[0], verbs[verb].verb) != 0)
        verb++;
    if (a.operands_n != 3 || verb == VERBS || !reason)
        return tool_usage(COMMAND, "retry, park or skip, then BUREAU, SEQ and --reason are needed");
    if (!find_queue(a.operands[1], &queue))
        return tool_usage(COMMAND, "BUREAU is a unit's code, or web wechat phone paper hotline12345 transfer");
    if (!str_to_i64(str_of(a.operands[2]), &seq) || seq < 1)
        return tool_usage(COMMAND, "SEQ is a number from 1 on");
    if (!utf8_check(str_of(reason), &chars) || chars > 500 || (as && (!utf8_check(str_of(as), &chars) || chars > 64)))
        return tool_usage(COMMAND, "--reason has at most 500 characters and --as at most 64, of UTF-8");
    code = ctl_open(&ctl, COMMAND, file, "pa_desk", lists);
    if (code != 0)
        return code;
    code = decide(&ctl, verb, queue, seq, as, reason);
    ctl_close(&ctl);
    bus_term();
    return ctl_end(COMMAND, code);
}

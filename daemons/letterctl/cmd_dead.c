// SPDX-License-Identifier: Apache-2.0
#include "cmd_dead.h"

#include "client/pipe.h"
#include "core/case.h"
#include "core/number.h"
#include "ctl.h"
#include "desk.h"
#include "run/clock.h"
#include "store/dead.h"
#include "wire/refusal.h"

#include <string.h>

#define COMMAND "letterctl dead"
#define ANSWER_MS 15000
#define RESEND_MS 3000

static const struct statement *const lists[] = {dead_statements, NULL};

static const char *number_of(const struct dead_row *row, char number[NUMBER_MAX])
{
    if (row->case_id == 0 || row->mailbox == 0)
        return "-";
    number_format(row->mailbox, row->case_id, number);
    return number;
}

static json_t *row_json(const struct dead_row *row)
{
    char number[NUMBER_MAX];
    bool known = number_of(row, number) == number;
    json_t *o = json_object();
    json_object_set_new(o, "id", json_integer(row->id));
    json_object_set_new(o, "source", ctl_json_text(row->source));
    json_object_set_new(o, "ref", ctl_json_text(row->ref));
    json_object_set_new(o, "number", known ? json_string(number) : json_null());
    json_object_set_new(o, "at", ctl_json_time(row->at));
    json_object_set_new(o, "attempts", json_integer(row->attempts));
    json_object_set_new(o, "code", ctl_json_text(row->code));
    json_object_set_new(o, "field", ctl_json_text(row->field));
    json_object_set_new(o, "message", ctl_json_text(row->words));
    return o;
}

static void list_json(void *arg, const struct dead_row *row)
{
    ctl_json_print(row_json(row));
}

static void list_line(void *arg, const struct dead_row *row)
{
    struct table *t = arg;
    char number[NUMBER_MAX];
    table_put_int(t, row->id);
    table_put_str(t, row->source);
    table_put_str(t, row->ref);
    table_put(t, number_of(row, number));
    table_put_time(t, row->at);
    table_put_int(t, row->attempts);
    table_put_str(t, row->words);
}

static const char heading[] = "序号|来自|编号|诉求件|时间|次数|原因";

static enum result list(struct ctl *ctl, int64_t limit, bool json, struct err *err)
{
    struct table t = table_of(heading);
    enum result result = dead_list(ctl->db, (int32_t)limit, json ? list_json : list_line, &t, err);
    if (json || result != OK)
        table_free(&t);
    else
        table_print(&t, stdout);
    return result;
}

static enum result show(struct ctl *ctl, int64_t id, bool json, struct err *err)
{
    struct dead_row row;
    enum result result = dead_get(ctl->db, id, &row, err);
    if (result != OK)
        return result;
    if (json) {
        json_t *o = row_json(&row);
        json_object_set_new(o, "bytes", row.frame.p ? json_integer((json_int_t)row.frame.n) : json_null());
        ctl_json_print(o);
        return OK;
    }
    struct table t = table_of(heading);
    list_line(&t, &row);
    table_print(&t, stdout);
    return OK;
}

// Hands the stored message to the feedback daemon as its bureau would. OK: it was done now, or before.
static enum result send_again(const struct config *config, const struct dead_row *row, struct err *err)
{
    struct frame frame, answer;
    struct msg_feedback feedback;
    struct pipe *pipe;
    struct buf bytes = {0};
    uint64_t tag;
    if (!row->frame.p)
        return err_set(err, REJECT, "no_message", "", "its message was not kept: it can only be dropped");
    enum result result = frame_get(row->frame.p, row->frame.n, &frame, err);
    if (result == OK && frame.id != MSG_FEEDBACK)
        return err_set(err, REJECT, "no_message", "", "its message is no feedback: it can only be dropped");
    if (result == OK)
        result = wire_get_feedback(&frame, &feedback, err);
    if (result == OK)
        result =
            pipe_open(&(struct dial){.endpoint = config_text(config, "feedback/listen")}, 1, RESEND_MS, &pipe, err);
    if (result != OK)
        return result;
    buf_put(&bytes, row->frame.p, row->frame.n);
    insist(pipe_send(pipe, feedback.event_id, STR_NONE, &bytes, 0));
    struct msg_feedback_result done;
    if (!pipe_wait(pipe, ANSWER_MS, &tag, &answer))
        result = err_set(err, RETRY, "no_answer", "", "no answer from the feedback daemon; see letterctl status");
    else if (answer.id == MSG_FEEDBACK_RESULT)
        result = wire_get_feedback_result(&answer, &done, err);
    else
        result = refusal_read(&answer, err);
    pipe_close(pipe);
    buf_free(&bytes);
    return result;
}

// "440300/42": a line that the desk had parked is appended to its queue again. The ref is the line's own, so that it is
// done once.
static enum result append_again(const struct config *config, const struct dead_row *row, struct err *err)
{
    char number[NUMBER_MAX], ref[64], words[128];
    struct str seq = row->ref, queue = str_split(&seq, '/');
    struct text key = TEXT(ref), reason = TEXT(words);
    struct msg_desk_act act = {.event = str_of(code_name(events, EV_QUEUE_RETRY)), .has_queue = true, .has_seq = true};
    int32_t version;
    if (!str_to_i64(queue, &act.queue) || !str_to_i64(seq, &act.seq) || row->mailbox == 0)
        return err_set(err, REJECT, "no_message", "", "its line cannot be found: it can only be dropped");
    number_format(row->mailbox, row->case_id, number);
    act.number = str_of(number);
    text_put(&key, "parked/");
    text_str(&key, row->ref);
    act.ref = text_get(&key);
    text_put(&reason, "dead retry: ");
    text_str(&reason, ctl_who());
    act.reason = text_get(&reason);
    return desk_send(config, &act, &version, err);
}

static enum result try_again(struct ctl *ctl, const struct dead_row *row, struct err *err)
{
    if (str_is(row->source, "feedback"))
        return send_again(ctl->config, row, err);
    // A stage's dead letter needs no message: its next sweep takes the case up again when the row is gone.
    struct str seq = row->ref;
    str_split(&seq, '/');
    return str_is(row->source, "dispatcher") && seq.p ? append_again(ctl->config, row, err) : OK;
}

static enum result decide(struct ctl *ctl, int64_t id, const char *decision, struct err *err)
{
    struct dead_row row;
    enum result result = dead_get(ctl->db, id, &row, err);
    if (result == OK && strcmp(decision, "retried") == 0)
        result = try_again(ctl, &row, err);
    // Sent before the row goes: whatever stops us here, sending once more is harmless.
    if (result == OK)
        result = dead_decide(ctl->db, id, decision, ctl_who(), clock_now(), err);
    if (result == OK)
        printf("dead letter %lld %s\n", (long long)id, decision);
    return result;
}

static const char help[] =
    "usage: letterctl dead [list] [--limit N] [--json] [-c FILE]\n"
    "       letterctl dead show ID [--json]\n"
    "       letterctl dead retry ID\n"
    "       letterctl dead drop ID\n"
    "What could not be done and waits for a person. retry: feedback is sent to its daemon "
    "again, a case goes back to its\n"
    "stage, a parked line is appended to its queue again; drop: it is given up. Both write down who decided.\n"
    "  --limit N  at most so many, oldest first (1000)\n"
    "  --json     a JSON object a line\n"
    "  -c FILE    configuration file\n"
    "Exit status: 0 done, 1 it was refused again, there is none such, or the database cannot be "
    "asked, 2 wrong usage.\n";

int cmd_dead(int argc, char **argv)
{
    const char *file = NULL;
    bool json = false;
    int64_t limit = 1000, id = 0;
    const struct tool_option known[] = {{"--limit", TOOL_INT, 1, INT32_MAX, &limit},
                                        {"--json", TOOL_FLAG, 0, 0, &json},
                                        {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    struct str verb = a.operands_n ? str_of(a.operands[0]) : STR("list");
    bool lists_all = str_is(verb, "list"), decides = str_is(verb, "retry") || str_is(verb, "drop");
    if (!lists_all && !decides && !str_is(verb, "show"))
        return tool_usage(COMMAND, "list, show, retry or drop, not %s", verb.p);
    if (lists_all ? a.operands_n > 1 : a.operands_n != 2 || !str_to_i64(str_of(a.operands[1]), &id))
        return tool_usage(COMMAND, lists_all ? "list takes no ID" : "the dead letter's ID is needed");

    struct ctl ctl;
    struct err err;
    code = ctl_open(&ctl, COMMAND, file, decides ? "pa_admin" : "pa_desk", lists);
    if (code != 0)
        return code;
    enum result result = lists_all              ? list(&ctl, limit, json, &err)
                         : str_is(verb, "show") ? show(&ctl, id, json, &err)
                                                : decide(&ctl, id, str_is(verb, "retry") ? "retried" : "dropped", &err);
    if (result != OK)
        code = tool_fail(COMMAND, &err);
    ctl_close(&ctl);
    bus_term();
    return ctl_end(COMMAND, code);
}

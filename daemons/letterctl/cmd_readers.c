// SPDX-License-Identifier: Apache-2.0
#include "cmd_readers.h"

#include "ctl.h"
#include "run/clock.h"
#include "store/access.h"

#define COMMAND "letterctl readers"

static void reader_json(void *arg, const struct access_reader *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "via", json_string(r->delivery ? "delivery" : "look"));
    json_object_set_new(o, "at", ctl_json_time(r->at));
    json_object_set_new(o, "unit", ctl_json_code(r->unit));
    json_object_set_new(o, "in_x", json_boolean(r->excluded));
    if (r->delivery) {
        json_object_set_new(o, "queue", json_integer(r->queue));
        json_object_set_new(o, "seq", json_integer(r->seq));
        json_object_set_new(o, "leg", json_integer(r->leg));
        json_object_set_new(o, "notice", ctl_json_name(notices, (int)r->notice));
        json_object_set_new(o, "acknowledged", json_boolean(r->acknowledged));
    } else {
        json_object_set_new(o, "post", ctl_json_text(r->post));
        json_object_set_new(o, "officer", ctl_json_code(r->officer));
        json_object_set_new(o, "what", ctl_json_text(r->what));
        json_object_set_new(o, "allowed", json_boolean(r->allowed));
    }
    ctl_json_print(o);
}

static void reader_line(void *arg, const struct access_reader *r)
{
    struct table *t = arg;
    char words[160];
    struct text w = TEXT(words);
    table_put_time(t, r->at);
    table_put(t, r->delivery ? "投递" : "查看");
    table_put_int(t, r->unit);
    if (r->delivery) {
        text_i64(&w, r->queue);
        text_put(&w, "/");
        text_i64(&w, r->seq);
        text_put(&w, r->notice == NOTICE_LETTER ? " 来信" : " 补充");
    } else {
        text_str(&w, r->post);
        text_put(&w, " ");
        text_str(&w, r->what);
    }
    table_put_str(t, text_get(&w));
    if (r->delivery)
        table_put(t, r->acknowledged ? "已收" : "未确认");
    else
        table_put(t, r->allowed ? "已看" : "被拒");
    table_put(t, r->excluded ? "回避对象" : "");
}

static const char help[] =
    "usage: letterctl readers NUMBER [--as POST] [--json] [-c FILE]\n"
    "Who has read this letter: the queues that got it, who looked at the case, who was denied. Whom the letter accuses "
    "as it\n"
    "stands now is marked, so that a later discovery shows what he has read. Asking is written down as a look.\n" CTL_AS
    "  --json         a JSON object a line\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 there is no such case, 2 wrong usage.\n";

static enum result tell(struct ctl *ctl, int32_t mailbox, int64_t id, bool json, struct err *err)
{
    static const char *const heading[] = {"时间", "途径", "单位", "何处", "结果", "回避"};
    struct table t = {.columns = 6};
    enum reading reading;
    wf_time now = clock_now();
    for (int i = 0; i < t.columns; i++)
        table_put(&t, heading[i]);
    enum result result = access_ask(ctl->db, ctl->policy, &ctl->viewer, now, "readers", mailbox, id, &reading, err);
    if (result == OK)
        result = access_readers(ctl->db, ctl->policy, now, id, json ? reader_json : reader_line, &t, err);
    if (result == OK && !json)
        table_print(&t, stdout);
    table_free(&t);
    return result;
}

int cmd_readers(int argc, char **argv)
{
    const char *file = NULL, *as = NULL;
    bool json = false;
    const struct tool_option known[] = {
        {"--json", TOOL_FLAG, 0, 0, &json}, {"--as", TOOL_TEXT, 0, 0, &as}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 1};
    struct ctl ctl;
    struct err err;
    int32_t mailbox;
    int64_t id;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (!ctl_number(COMMAND, &a, &mailbox, &id))
        return 2;
    code = ctl_read(&ctl, COMMAND, file, as);
    if (code != 0)
        return code;
    if (tell(&ctl, mailbox, id, json, &err) != OK)
        code = tool_fail(COMMAND, &err);
    ctl_close(&ctl);
    return ctl_end(COMMAND, code);
}

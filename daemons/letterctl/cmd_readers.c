// SPDX-License-Identifier: Apache-2.0
#include "cmd_readers.h"

#include "ctl.h"
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
        json_object_set_new(o, "seq", r->seq ? json_integer(r->seq) : json_null()); // null: retired since
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
        if (r->seq) {
            text_put(&w, "/");
            text_i64(&w, r->seq);
        }
        text_put(&w, !r->seq ? " 来信 (已派单, 队列已清退)" : r->notice == NOTICE_LETTER ? " 来信" : " 补充");
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

static int tell(struct ctl *ctl, const struct ctl_case *of)
{
    struct table t = table_of("时间|途径|单位|何处|结果|回避");
    enum reading reading;
    struct err err;
    enum result result =
        access_ask(ctl->db, ctl->policy, &ctl->viewer, of->now, "readers", of->mailbox, of->id, &reading, &err);
    if (result == OK)
        result = access_readers(ctl->db, ctl->policy, of->now, of->id, of->json ? reader_json : reader_line, &t, &err);
    if (result == OK && !of->json)
        table_print(&t, stdout);
    table_free(&t);
    return result == OK ? 0 : tool_fail(COMMAND, &err);
}

int cmd_readers(int argc, char **argv)
{
    return ctl_case(COMMAND, help, argc, argv, tell);
}

// SPDX-License-Identifier: Apache-2.0
// Lines from outside as JSON: a letter, feedback, an act. What is taken is within the wire's limits: the daemons read
// it.
#include "client/json.h"

static struct buf out;

static void refused(struct json_line *line, const struct err *err)
{
    insist(err->code[0] != 0 && err->text[0] != 0);
    insist(utf8_check(str_of(err->text), NULL) && utf8_check(str_of(err->field), NULL));
    json_put_refusal(&out, "ref", line->ref, 1, err);
}

static void letter(struct str text, struct json_line *line)
{
    struct msg_letter_submit m;
    struct frame frame;
    struct err err;
    if (json_letter(text, line, &m, &err) != OK) {
        refused(line, &err);
        return;
    }
    wire_put_letter_submit(&out, 1, &m);
    insist(frame_get(out.p, out.n, &frame, &err) == OK && wire_get_letter_submit(&frame, &m, &err) == OK);
}

static void feedback(struct str text, struct json_line *line)
{
    struct msg_feedback m;
    struct frame frame;
    struct err err;
    if (json_feedback(text, 440300, line, &m, &err) != OK) {
        refused(line, &err);
        return;
    }
    wire_put_feedback(&out, 1, &m);
    insist(frame_get(out.p, out.n, &frame, &err) == OK && wire_get_feedback(&frame, &m, &err) == OK);
}

static void act(struct str text, struct json_line *line)
{
    struct msg_desk_act m;
    struct frame frame;
    struct err err;
    char event[JSON_EVENT_MAX];
    if (json_act(text, line, event, &m, &err) != OK) {
        refused(line, &err);
        return;
    }
    m.ref = STR("1");
    wire_put_desk_act(&out, 1, &m);
    insist(frame_get(out.p, out.n, &frame, &err) == OK && wire_get_desk_act(&frame, &m, &err) == OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct str, struct json_line *) = {letter, feedback, act};
    struct str text = {size > 0 ? (const char *)data : "", size};
    struct json_line line = {0};
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        out.n = 0;
        readers[i](text, &line);
        json_line_done(&line);
    }
    return 0;
}

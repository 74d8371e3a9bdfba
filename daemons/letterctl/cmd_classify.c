// SPDX-License-Identifier: Apache-2.0
#include "cmd_classify.h"

#include "client/lines.h"
#include "core/classify.h"
#include "ctl.h"
#include "policy_dir.h"
#include "run/model_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define COMMAND "letterctl classify"
#define LOUDEST 5

struct task {
    const char *file;
    bool explain, refused;
    struct model_file model;
    struct folded text;
    struct buf out;
};

static json_t *share(int16_t percent)
{
    return json_real(percent / 100.0);
}

static json_t *put_decision(const struct policy *p, const struct classification *c, struct str ref)
{
    json_t *o = json_object(), *sure = json_object(), *accused = json_array();
    char category[8];
    struct text t = TEXT(category);
    int officers = 0;
    text_pad(&t, c->category, 2);
    for (int i = 0; i < c->accused.n; i++) {
        officers += c->accused.of[i].officer != 0;
        if (c->accused.of[i].unit != 0)
            json_array_append_new(accused, json_integer(c->accused.of[i].unit));
    }
    json_object_set_new(sure, "kind", share(c->sure_kind));
    json_object_set_new(sure, "category", share(c->sure_category));
    json_object_set_new(sure, "police", share(c->sure_police));
    json_object_set_new(sure, "place", share(c->sure_place));
    json_object_set_new(sure, "conduct", share(c->sure_conduct));
    json_object_set_new(sure, "urgent", share(c->sure_urgent));
    json_object_set_new(o, "client_ref", ctl_json_text(ref));
    json_object_set_new(o, "kind", ctl_json_name(kinds, (int)c->kind));
    json_object_set_new(o, "category", json_string(category));
    json_object_set_new(o, "police", json_boolean(c->police));
    json_object_set_new(o, "authority", c->authority ? ctl_json_text(c->authority->name) : json_null());
    json_object_set_new(o, "bureau", ctl_json_code(c->bureau));
    json_object_set_new(o, "place_code", ctl_json_code(c->place));
    json_object_set_new(o, "urgent", json_boolean(c->flags & FLAG_URGENT));
    json_object_set_new(o, "watch", json_boolean(c->watch));
    json_object_set_new(o, "urgent_because", c->urgent_why[0] ? json_string(c->urgent_why) : json_null());
    json_object_set_new(o, "conduct", json_boolean(c->flags & FLAG_CONDUCT));
    json_object_set_new(o, "accused_units", accused);
    json_object_set_new(o, "accused_officers", json_integer(officers));
    json_object_set_new(o, "confidence", sure);
    json_object_set_new(o, "route", json_string(classify_route(p, c) != ROUTE_DESK ? "auto" : "desk"));
    json_object_set_new(o, "because", json_string(c->why));
    return o;
}

// ---- --explain ----

static json_t *marks_of(const struct folded *text)
{
    static const char *const names[] = {[MARK_PHONE] = "phone", [MARK_ID_NUMBER] = "id_number", [MARK_EMAIL] = "email",
                                        [MARK_PLATE] = "plate", [MARK_DATE] = "date",           [MARK_TIME] = "time",
                                        [MARK_MONEY] = "money", [MARK_BANK_CARD] = "bank_card", [MARK_URL] = "url"};
    json_t *list = json_array();
    for (uint32_t i = 0; i < text->marks_n; i++) {
        const struct mark *m = &text->marks[i];
        json_t *o = json_object();
        json_object_set_new(o, "kind", json_string(names[m->kind]));
        json_object_set_new(o, "in", json_string(m->text == 0 ? "title" : "body"));
        json_object_set_new(o, "begin", json_integer(m->begin));
        json_object_set_new(o, "end", json_integer(m->end));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *loudest(const struct task *t, const struct model_known *known, int output)
{
    struct model_reason reasons[LOUDEST] = {{0, 0}};
    json_t *list = json_array();
    for (int i = 0; i < LOUDEST; i++) {
        char pair[64];
        struct text words = TEXT(pair);
        reasons[i] = model_because(&t->model.model, known, output, -1, reasons, i);
        if (reasons[i].n == 0)
            break;
        pair[0] = '\0';
        (void)fold_to_utf8(t->text.c + reasons[i].at, reasons[i].n, &words);
        json_array_append_new(list, json_string(pair));
    }
    return list;
}

// What classify() does not keep is worked out again: only here somebody wants it.
static void put_explanation(const struct task *t, const struct policy *p, const struct letter *letter,
                            const struct classification *c, json_t *o)
{
    static struct folded title;
    static struct model_known known;
    int32_t score[MODEL_OUTPUTS];
    char next[8];
    struct text category = TEXT(next);
    json_t *pairs = json_object();
    fold_begin(&title);
    fold_add(p, letter->title, &title);
    model_score(&t->model.model, &t->text, title.n, score, &known);
    text_pad(&category, c->next, 2);
    json_object_set_new(o, "next", json_string(next));
    json_object_set_new(o, "marks", marks_of(&t->text));
    json_object_set_new(pairs, "kind", loudest(t, &known, MODEL_KIND + (int)c->kind - KIND_CONSULT));
    json_object_set_new(pairs, "conduct", loudest(t, &known, MODEL_CONDUCT));
    json_object_set_new(pairs, "urgent", loudest(t, &known, MODEL_URGENT));
    json_object_set_new(o, "loudest", pairs);
}

// ---- Lines ----

static struct letter_in letter_of(const struct msg_letter_submit *m)
{
    struct letter_in in = {.channel = m->channel.p ? m->channel : str_of(code_name(channels, CHANNEL_WEB)),
                           .client_ref = m->client_ref,
                           .mailbox = m->mailbox,
                           .title = m->title,
                           .body = m->body,
                           .place = m->place,
                           .kind = m->kind,
                           .occurred_at = m->occurred_at,
                           .confidential = m->has_confidential && m->confidential,
                           .accused_n = m->accused_n};
    memcpy(in.accused, m->accused, m->accused_n * sizeof(in.accused[0]));
    return in;
}

static enum result read_letter(const struct policy *p, struct str text, struct json_line *line, struct letter *out,
                               struct err *err)
{
    struct msg_letter_submit m;
    enum result result = json_letter_read(text, line, &m, err);
    if (result != OK)
        return result;
    struct letter_in in = letter_of(&m);
    struct writer writer = {m.writer_name, m.writer_phone, m.writer_id_number, m.writer_email};
    return letter_check(&in, &writer, p, out, err);
}

static void answer(struct task *t, const struct policy *p, struct str text, int64_t number, const struct err *too_long)
{
    struct json_line line = {0};
    struct letter letter;
    struct classification c;
    struct err err;
    if (too_long)
        err = *too_long;
    if (too_long || read_letter(p, text, &line, &letter, &err) != OK) {
        t->refused = true;
        t->out.n = 0;
        json_put_refusal(&t->out, "client_ref", line.ref, number, &err);
        fwrite(t->out.p, 1, t->out.n, stdout);
        json_line_done(&line);
        return;
    }
    classify(p, &t->model.model, &letter, &t->text, &c);
    model_file_sign(&t->model, c.why, sizeof(c.why));
    json_t *o = put_decision(p, &c, letter.client_ref);
    if (t->explain)
        put_explanation(t, p, &letter, &c, o);
    json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(2));
    putchar('\n');
    json_decref(o);
    json_line_done(&line);
}

static int run(void *arg, const struct policy *p)
{
    struct task *t = arg;
    struct lines lines;
    struct str line;
    struct err too_long;
    enum lines_got got;
    int fd = tool_input(COMMAND, t->file);
    if (fd < 0)
        return 2;
    err_set_limit(&too_long, REJECT, "too_long", "", "a line has at most ", (int64_t)JSON_LINE_MAX, " bytes");
    (void)signal(SIGPIPE, SIG_IGN); // a reader that went away is told by ctl_end
    lines_open(&lines, fd);
    while (((got = lines_next(&lines, -1, &line)) == LINES_ONE || got == LINES_TOO_LONG) && !ferror(stdout))
        answer(t, p, line, lines.number, got == LINES_TOO_LONG ? &too_long : NULL);
    int why = errno;
    lines_close(&lines);
    if (fd > STDIN_FILENO)
        close(fd);
    if (got == LINES_FAULT) {
        fprintf(stderr, "%s: the input cannot be read: %s\n", COMMAND, strerror(why));
        return 1;
    }
    return t->refused ? 1 : 0;
}

static const char help[] =
    "usage: letterctl classify [FILE] [--policy DIR] [--model FILE] [--explain]\n"
    "Reads letters as submit takes them, a JSON object a line, and prints what the classifier decides of each, in the\n"
    "same order. Needs neither a database nor a configuration, and keeps nothing.\n"
    "FILE: JSON lines; - or nothing: standard input. The member channel may be missing.\n"
    "  --policy DIR   the catalogues (those that came with the programs)\n"
    "  --model FILE   the trained model (the one that came with the programs)\n"
    "  --explain      also the next category, what was marked in the text, and which pairs of characters spoke "
    "loudest\n"
    "Exit status: 0 all were read, 1 some were refused, 2 wrong usage.\n";

int cmd_classify(int argc, char **argv)
{
    static struct task t;
    const char *dir = NULL, *model = NULL;
    char default_dir[1024], default_model[1024];
    const struct tool_option known[] = {{"--policy", TOOL_TEXT, 0, 0, &dir},
                                        {"--model", TOOL_TEXT, 0, 0, &model},
                                        {"--explain", TOOL_FLAG, 0, 0, &t.explain}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 1};
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    snprintf(default_dir, sizeof(default_dir), "%s/policy", share_dir());
    snprintf(default_model, sizeof(default_model), "%s/model/letters.model", share_dir());
    t.file = a.operands_n > 0 ? a.operands[0] : NULL;
    if (model_file_open(model ? model : default_model, &t.model, &err) != OK)
        return tool_fail(COMMAND, &err);
    code = policy_dir_or_newest(COMMAND, dir ? dir : default_dir, NULL, run, &t);
    model_file_close(&t.model);
    buf_free(&t.out);
    return ctl_end(COMMAND, code);
}

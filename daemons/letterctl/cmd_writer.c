// SPDX-License-Identifier: Apache-2.0
#include "cmd_writer.h"

#include "core/number.h"
#include "ctl.h"
#include "desk.h"
#include "store/identity.h"

#define COMMAND "letterctl writer"
#define DEFAULT_POST "保密员"

static void print_text(const char *number, const struct identity *who)
{
    const struct {
        const char *name;
        struct str value;
    } lines[] = {{"姓名", who->name}, {"电话", who->phone}, {"证件号码", who->id_number}, {"邮箱", who->email}};
    char heading[16 + NUMBER_MAX];
    struct text text = TEXT(heading);
    text_put(&text, "编号|");
    text_put(&text, number);
    struct table t = table_of(heading);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        table_put(&t, lines[i].name);
        table_put_str(&t, lines[i].value.p ? lines[i].value : STR("-"));
    }
    table_print(&t, stdout);
}

static void print_json(const char *number, const struct identity *who)
{
    json_t *o = json_object();
    json_object_set_new(o, "number", json_string(number));
    json_object_set_new(o, "name", ctl_json_text(who->name));
    json_object_set_new(o, "phone", ctl_json_text(who->phone));
    json_object_set_new(o, "id_number", ctl_json_text(who->id_number));
    json_object_set_new(o, "email", ctl_json_text(who->email));
    ctl_json_print(o);
}

// Behind the COMMIT of the journal line: what it allows to be read.
static int tell(struct ctl *ctl, const char *number, int64_t id, int32_t version, struct str post, bool json)
{
    struct identity who;
    struct err err;
    bool opened = false;
    if (identity_desk(ctl->db, id, version, post, &opened, &who, &err) != OK)
        return tool_fail(COMMAND, &err);
    if (!opened) {
        fprintf(stderr,
                COMMAND
                ": the writer asked for secrecy, so two persons must agree: it is asked for; another 保密员 or a "
                "leader runs `letterctl act %s grant --as POST`, then run this again\n",
                number);
        return 1;
    }
    (json ? print_json : print_text)(number, &who);
    return 0;
}

static const char help[] =
    "usage: letterctl writer NUMBER --purpose TEXT [--as POST] [--json] [-c FILE]\n"
    "Opens the identity of a letter's writer: name, telephone, id number, e-mail, as far as they were given. Who "
    "opened "
    "it, when and\n"
    "what for is journalled first, and the writer can read it. Where the writer asked for secrecy, this asks, another "
    "officer grants\n"
    "(letterctl act NUMBER grant), and the same command of the first officer then prints, once.\n"
    "  --purpose TEXT  what it is wanted for, at most 200 characters; the writer reads it\n"
    "  --as POST       who acts, with the duty secrecy: POST, POST@UNIT or POST@UNIT:NUMBER (" DEFAULT_POST ")\n"
    "  --json          one JSON object: number, name, phone, id_number, email\n"
    "  -c FILE         configuration file\n"
    "Exit status: 0 printed, 1 refused, unanswered, or another officer must agree first, 2 wrong usage.\n";

int cmd_writer(int argc, char **argv)
{
    static const struct statement *const lists[] = {identity_desk_statements, NULL};
    const char *file = NULL, *as = NULL, *purpose = NULL;
    bool json = false;
    const struct tool_option known[] = {{"--purpose", TOOL_TEXT, 0, 0, &purpose},
                                        {"--as", TOOL_TEXT, 0, 0, &as},
                                        {"--json", TOOL_FLAG, 0, 0, &json},
                                        {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 4, .operands_max = 1};
    char ref[DESK_REF_MAX];
    int32_t mailbox, version = 0;
    int64_t id;
    size_t chars = 0;
    struct ctl ctl;
    struct err err;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (a.operands_n != 1 || !purpose)
        return tool_usage(COMMAND, "the case's NUMBER and --purpose are needed");
    if (number_parse(str_of(a.operands[0]), &mailbox, &id, &err) != OK)
        return tool_fail(COMMAND, &err) + 1; // wrong usage
    struct str post = str_of(as ? as : DEFAULT_POST);
    if (!utf8_check(post, &chars) || chars > 64 || !utf8_check(str_of(purpose), &chars) || chars > 500)
        return tool_usage(COMMAND, "--as has at most 64 characters and --purpose at most 200, of UTF-8");
    code = ctl_open(&ctl, COMMAND, file, "pa_desk", lists);
    if (code != 0)
        return code;
    struct msg_desk_act act = {.ref = desk_ref(ref),
                               .number = str_of(a.operands[0]),
                               .event = str_of(code_name(events, EV_IDENTITY_OPEN)),
                               .post = post,
                               .reason = str_of(purpose)};
    code = desk_send(ctl.config, &act, &version, &err) == OK ? tell(&ctl, a.operands[0], id, version, post, json)
                                                             : tool_fail(COMMAND, &err);
    ctl_close(&ctl);
    bus_term();
    return ctl_end(COMMAND, code);
}

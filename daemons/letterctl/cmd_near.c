// SPDX-License-Identifier: Apache-2.0
#include "cmd_near.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/access.h"
#include "store/near.h"
#include "store/policy_store.h"

#include <string.h>

#define COMMAND "letterctl near"
#define PAGE 64 // letters of one transaction

static const char help[] =
    "usage: letterctl near NUMBER [--as POST] [--json] [-c FILE]; letterctl near --fill [-c FILE]\n"
    "The letters that say what this one says, the likest first: number, percent of the text that both have, and what "
    "it is:\n"
    "repeat and same_writer (the same writer; the other is open), appeal (it has ended and may be appealed), again (it "
    "is "
    "over),\n"
    "same_event (of somebody else). Cases that the post may not see are not named. Asking is written down as a look.\n"
    "  --fill         lets letters be found that were taken before there was this; again does nothing more\n" CTL_AS
    "  --json         a JSON object a line: number, score, reason\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 there is no such case, 2 wrong usage.\n";

static json_t *pair_json(const struct near_pair *pair)
{
    json_t *o = json_object();
    json_object_set_new(o, "number", ctl_json_number(pair->mailbox, pair->id));
    json_object_set_new(o, "score", json_integer(pair->score));
    json_object_set_new(o, "reason", ctl_json_name(near_reasons, (int)pair->reason));
    return o;
}

static void print_plain(const struct near_found *found)
{
    struct table t = table_of("相近来信|相同%|说明");
    for (int i = 0; i < found->n; i++) {
        char number[NUMBER_MAX];
        number_format(found->pair[i].mailbox, found->pair[i].id, number);
        table_put(&t, number);
        table_put_int(&t, found->pair[i].score);
        table_put(&t, code_label(near_reasons, (int)found->pair[i].reason));
    }
    if (found->n > 0)
        table_print(&t, stdout);
    table_free(&t);
}

static int tell(struct ctl *ctl, const struct ctl_case *of)
{
    struct near_found found = {.n = 0};
    enum reading reading;
    struct err err;
    enum result result =
        access_ask(ctl->db, ctl->policy, &ctl->viewer, of->now, "near", of->mailbox, of->id, &reading, &err);
    if (result == OK && reading == READ_ALL)
        result = near_look(ctl->db, ctl->policy, &ctl->viewer, of->now, of->id, &found, &err);
    if (result != OK)
        return tool_fail(COMMAND, &err);
    for (int i = 0; i < found.n && of->json; i++)
        ctl_json_print(pair_json(&found.pair[i]));
    if (!of->json)
        print_plain(&found);
    return 0;
}

static int fill(const char *file)
{
    static const struct statement *const lists[] = {near_fill_statements, policy_store_statements, NULL};
    struct ctl ctl;
    struct err err;
    struct policy_fetched fetched;
    int64_t after = 0, bands = 0, letters = 0;
    int looked = 1, added = 0, code = ctl_open(&ctl, COMMAND, file, "pa_admin", lists);
    if (code != 0)
        return code;
    struct near *near = near_new(ctl.db);
    enum result result = policy_fetch_rules(ctl.db, &fetched, &err);
    if (result == OK)
        result = policy_make_rules(&fetched, &ctl.policy, &err);
    while (result == OK && looked > 0) {
        result = near_fill(near, ctl.policy, clock_now(), &after, PAGE, &looked, &added, &err);
        letters += result == OK ? looked : 0;
        bands += result == OK ? added : 0;
    }
    code = result == OK ? 0 : tool_fail(COMMAND, &err);
    if (code == 0)
        printf("%lld letters looked at, %lld bands added\n", (long long)letters, (long long)bands);
    near_free(near);
    ctl_close(&ctl);
    return ctl_end(COMMAND, code);
}

int cmd_near(int argc, char **argv)
{
    const char *file = NULL;
    bool fills = false;
    for (int i = 1; i < argc; i++)
        fills = fills || strcmp(argv[i], "--fill") == 0;
    if (!fills)
        return ctl_case(COMMAND, help, argc, argv, tell);
    const struct tool_option known[] = {{"--fill", TOOL_FLAG, 0, 0, &fills}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 2};
    int code;
    return tool_arguments(&a, argc, argv, &code) ? fill(file) : code;
}

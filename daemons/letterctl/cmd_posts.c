// SPDX-License-Identifier: Apache-2.0
#include "cmd_posts.h"

#include "core/case.h"
#include "ctl.h"
#include "policy_dir.h"

#define COMMAND "letterctl posts"

static const char help[] =
    "usage: letterctl posts [--json] [--policy DIR] [-c FILE]\n"
    "The posts that may act, all names of each, their duties, and the desk's events that these "
    "allow. Names are for --as:\n"
    "POST, POST@UNIT, POST@UNIT:NUMBER with the police number.\n"
    "  --json        a JSON object a line\n"
    "  --policy DIR  of this folder's posts.tsv, without a database\n"
    "  -c FILE       configuration file\n"
    "Exit status: 0 done, 1 the database cannot be asked or the folder is wrong, 2 wrong usage.\n";

static bool allows(uint32_t duties, enum event event)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->event == event && (r->by & BY_DESK) && (r->duty & duties))
            return true;
    return false;
}

static void print_json(const struct post *post)
{
    json_t *o = json_object(), *names = json_array(), *duties = json_array(), *raises = json_array();
    for (struct str rest = post->names; rest.p;)
        json_array_append_new(names, ctl_json_text(str_split(&rest, '|')));
    for (const struct code *d = policy_duties; d->name; d++)
        if (post->duties & (uint32_t)d->code)
            json_array_append_new(duties, json_string(d->name));
    for (const struct code *e = events; e->name; e++)
        if (allows(post->duties, (enum event)e->code))
            json_array_append_new(raises, json_string(e->name));
    json_object_set_new(o, "names", names);
    json_object_set_new(o, "duties", duties);
    json_object_set_new(o, "events", raises);
    ctl_json_print(o);
}

// The name that an officer reads: the first that is not ASCII.
static struct str heading(struct str names)
{
    for (struct str rest = names, name; rest.p;) {
        name = str_split(&rest, '|');
        if (name.n > 0 && (unsigned char)name.p[0] >= 0x80)
            return name;
    }
    return str_split(&names, '|');
}

static void add_line(struct table *t, const struct post *post)
{
    char words[2000];
    struct text text = TEXT(words);
    struct str head = heading(post->names);
    table_put_str(t, head);
    for (struct str rest = post->names, name; rest.p;) {
        name = str_split(&rest, '|');
        if (name.p == head.p)
            continue;
        text_put(&text, text.n ? "、" : "");
        text_str(&text, name);
    }
    table_put_str(t, text_get(&text));
    text = TEXT(words);
    for (const struct code *d = policy_duties; d->name; d++) {
        if (!(post->duties & (uint32_t)d->code))
            continue;
        text_put(&text, text.n ? "、" : "");
        text_put(&text, d->label);
    }
    table_put_str(t, text_get(&text));
}

static int print(void *arg, const struct policy *policy)
{
    bool json = *(bool *)arg;
    struct table t = table_of("岗位|也可写作|职责");
    for (size_t i = 0; i < policy->posts_n; i++) {
        if (json)
            print_json(&policy->posts[i]);
        else
            add_line(&t, &policy->posts[i]);
    }
    if (json)
        table_free(&t);
    else
        table_print(&t, stdout);
    return 0;
}

int cmd_posts(int argc, char **argv)
{
    const char *file = NULL, *dir = NULL;
    bool json = false;
    const struct tool_option known[] = {
        {"--json", TOOL_FLAG, 0, 0, &json}, {"--policy", TOOL_TEXT, 0, 0, &dir}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    return ctl_end(COMMAND, policy_dir_or_newest(COMMAND, dir, file, print, &json));
}

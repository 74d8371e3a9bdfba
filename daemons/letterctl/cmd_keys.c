// SPDX-License-Identifier: Apache-2.0
#include "cmd_keys.h"

#include "ctl.h"
#include "run/clock.h"
#include "store/keys.h"
#include "store/policy_store.h"

#include <string.h>
#include <unistd.h>

#define COMMAND "letterctl keys"
#define NAME_MAX_CHARS 100
#define REASON_MAX_CHARS 200

static const struct statement *const lists[] = {keys_admin_statements, policy_store_statements, NULL};

struct asked {
    const char *file; // -c
    int64_t bureau, unit;
    const char *portal, *name, *out, *public, *reason;
    bool json;
};

static const char help[] =
    "usage: letterctl keys new --bureau CODE|--unit CODE|--portal CHANNEL [--name TEXT] [--out FILE|--public Z85]\n"
    "       letterctl keys list [--json]\n"
    "       letterctl keys revoke FINGERPRINT --reason TEXT\n"
    "       letterctl keys server FILE\n"
    "The CURVE keys with which bureaus, units and portals come in over TCP, and the server's own. Who did what, when "
    "and\n"
    "why is kept; a key is never deleted.\n"
    "new: without --public makes a pair, writes it into FILE (mode 0600: it goes to the bureau, nobody else keeps it) "
    "and\n"
    "registers its public half; with --public registers the half that the bureau made itself (bureauctl keys new), "
    "which\n"
    "is the better way. Daemons take it up within a second. revoke: the key is out within two seconds, live session\n"
    "included, and never comes back. server: makes the server's pair in FILE (security/server_key) and prints its "
    "public\n"
    "half, which every bureau needs.\n"
    "  --bureau CODE     a prefectural bureau or the province, like 440300\n"
    "  --unit CODE       a unit that has a queue of its own (queues.tsv)\n"
    "  --portal CHANNEL  web, wechat, phone, paper, hotline12345, transfer\n"
    "  --name TEXT       what the key is for, like the system's name; at most 100 characters\n"
    "  --out FILE        where the new pair goes (CODE.key or CHANNEL.key); never over a file that is there\n"
    "  --public Z85      the 40 characters of a public key\n"
    "  --reason TEXT     why it is revoked; at most 200 characters\n"
    "  --json            a JSON object a line\n"
    "  -c FILE           configuration file\n"
    "Exit status: 0 done, 1 it was refused or the database cannot be asked, 2 wrong usage.\n";

static bool fits(const char *text, size_t most)
{
    size_t chars = 0;
    return utf8_check(str_of(text), &chars) && chars > 0 && chars <= most && !strpbrk(text, "\r\n\t");
}

// ---- new ----

// Whose key it is to be; false: it was said what is wrong.
static bool whose(const struct asked *a, struct peer_key *key, int *code)
{
    if ((a->bureau != 0) + (a->unit != 0) + (a->portal != NULL) != 1) {
        *code = tool_usage(COMMAND, "one of --bureau, --unit and --portal is needed");
        return false;
    }
    key->role = a->portal ? KEY_PORTAL : KEY_BUREAU;
    key->holder = (int32_t)(a->portal ? code_find(channels, str_of(a->portal)) : a->bureau + a->unit);
    if (key->holder == 0) {
        *code = tool_usage(COMMAND, "--portal: no channel is called %s", a->portal);
        return false;
    }
    return true;
}

// A bureau is no unit: who means the one should not get the other's key by a slip.
static enum result check_level(const struct policy *policy, const struct asked *a, struct err *err)
{
    const char *option = a->bureau ? "--bureau" : "--unit";
    int32_t code = (int32_t)(a->bureau + a->unit);
    if (a->portal || policy_is_mailbox(policy, code) == (a->bureau != 0))
        return OK;
    return err_set(err, REJECT, "unknown_value", option,
                   a->bureau ? "neither one of the 21 bureaus nor the province; a unit below them is --unit"
                             : "one of the 21 bureaus or the province is --bureau");
}

static void print_key(const struct peer_key *key, const char *path)
{
    char z85[CURVE_Z85], fingerprint[CURVE_FINGERPRINT];
    curve_z85(key->key, z85);
    curve_fingerprint(key->key, fingerprint);
    printf("fingerprint %s\npublic key  %s\n", fingerprint, z85);
    if (path)
        printf("key file    %s\n", path);
}

static enum result add(struct ctl *ctl, const struct asked *a, const struct peer_key *key, struct err *err)
{
    struct policy *policy;
    enum result result = policy_load_rules(ctl->db, &policy, err);
    if (result != OK)
        return result;
    result = check_level(policy, a, err);
    if (result == OK)
        result = keys_add(ctl->db, policy, key, str_of(a->name), clock_now(), ctl_who(), err);
    policy_free(policy);
    return result;
}

// The file is there before the key is known, so that a key that is known can always be handed over.
static enum result add_pair(struct ctl *ctl, const struct asked *a, struct peer_key *key, const char *path,
                            struct err *err)
{
    struct curve_key pair;
    curve_new(&pair);
    memcpy(key->key, pair.public, sizeof key->key);
    enum result result = curve_write(path, &pair, a->name, err);
    curve_forget(&pair);
    if (result != OK)
        return result;
    result = add(ctl, a, key, err);
    if (result != OK)
        unlink(path);
    return result;
}

static int new_key(struct asked *a)
{
    struct peer_key key = {.holder = 0};
    struct ctl ctl;
    struct err err;
    char path[64];
    int code = 0;
    if (!whose(a, &key, &code))
        return code;
    struct text t = TEXT(path);
    text_i64(&t, key.holder);
    if (a->portal)
        t = (struct text)TEXT(path), text_put(&t, a->portal);
    text_put(&t, ".key");
    if (!a->name)
        a->name = a->portal ? a->portal : "bureau";
    if (!fits(a->name, NAME_MAX_CHARS))
        return tool_usage(COMMAND, "--name: one line of at most %d characters", NAME_MAX_CHARS);
    if (a->public && a->out)
        return tool_usage(COMMAND, "--public has no file: no --out");
    if (a->public && !curve_of_z85(str_of(a->public), key.key))
        return tool_usage(COMMAND, "--public: 40 characters of Z85 are needed");
    if (!a->out)
        a->out = path;
    code = ctl_open(&ctl, COMMAND, a->file, "pa_admin", lists);
    if (code != 0)
        return code;
    enum result result = a->public ? add(&ctl, a, &key, &err) : add_pair(&ctl, a, &key, a->out, &err);
    if (result == OK)
        print_key(&key, a->public ? NULL : a->out);
    else
        code = tool_fail(COMMAND, &err);
    ctl_close(&ctl);
    return code;
}

// ---- list, revoke, server ----

static const char *holder_name(const struct peer_key *key, char code[16])
{
    if (key->role == KEY_PORTAL)
        return code_name(channels, key->holder);
    snprintf(code, 16, "%d", key->holder);
    return code;
}

static void list_json(void *arg, const struct key_view *k)
{
    char fingerprint[CURVE_FINGERPRINT], z85[CURVE_Z85];
    curve_fingerprint(k->key.key, fingerprint);
    curve_z85(k->key.key, z85);
    json_t *o = json_object();
    json_object_set_new(o, "fingerprint", json_string(fingerprint));
    json_object_set_new(o, "public", json_string(z85));
    json_object_set_new(o, "role", json_string(code_name(key_roles, (int)k->key.role)));
    if (k->key.role == KEY_PORTAL)
        json_object_set_new(o, "holder", json_string(code_name(channels, k->key.holder)));
    else
        json_object_set_new(o, "holder", json_integer(k->key.holder));
    json_object_set_new(o, "name", ctl_json_text(k->name));
    json_object_set_new(o, "added_at", ctl_json_time(k->added_at));
    json_object_set_new(o, "added_by", ctl_json_text(k->added_by));
    json_object_set_new(o, "revoked_at", ctl_json_time(k->revoked_at));
    json_object_set_new(o, "revoked_by", ctl_json_text(k->revoked_by));
    json_object_set_new(o, "reason", ctl_json_text(k->reason));
    json_object_set_new(o, "denied", json_integer(k->denied));
    ctl_json_print(o);
}

static void list_line(void *arg, const struct key_view *k)
{
    struct table *t = arg;
    char fingerprint[CURVE_FINGERPRINT], code[16];
    curve_fingerprint(k->key.key, fingerprint);
    table_put(t, fingerprint);
    table_put(t, code_label(key_roles, (int)k->key.role));
    table_put(t, holder_name(&k->key, code));
    table_put_str(t, k->name);
    table_put_time(t, k->added_at);
    table_put_str(t, k->added_by);
    table_put_time(t, k->revoked_at);
    table_put_str(t, k->reason.p ? k->reason : STR("-"));
    table_put_int(t, k->denied);
}

static int list_or_revoke(const struct asked *a, const char *fingerprint)
{
    struct ctl ctl;
    struct err err;
    int code = ctl_open(&ctl, COMMAND, a->file, "pa_admin", lists);
    if (code != 0)
        return code;
    struct table t = table_of("指纹|类别|持有|名称|登记|登记人|吊销|原因|越权");
    enum result result;
    if (fingerprint)
        result = keys_revoke(ctl.db, str_of(fingerprint), str_of(a->reason), clock_now(), ctl_who(), &err);
    else
        result = keys_each(ctl.db, a->json ? list_json : list_line, &t, &err);
    if (result != OK)
        code = tool_fail(COMMAND, &err);
    else if (fingerprint)
        printf("key %s revoked\n", fingerprint);
    else if (!a->json)
        table_print(&t, stdout);
    table_free(&t);
    ctl_close(&ctl);
    return code;
}

static int server_key(const char *path)
{
    struct curve_key pair;
    struct peer_key key = {.holder = 0};
    struct err err;
    curve_new(&pair);
    memcpy(key.key, pair.public, sizeof key.key);
    enum result result = curve_write(path, &pair, "server", &err);
    curve_forget(&pair);
    if (result != OK)
        return tool_fail(COMMAND, &err);
    print_key(&key, path);
    return 0;
}

int cmd_keys(int argc, char **argv)
{
    struct asked asked = {.file = NULL};
    const struct tool_option known[] = {
        {"--bureau", TOOL_INT, 440000, 449999, &asked.bureau},
        {"--unit", TOOL_INT, 440000, 999999999, &asked.unit},
        {"--portal", TOOL_TEXT, 0, 0, &asked.portal},
        {"--name", TOOL_TEXT, 0, 0, &asked.name},
        {"--out", TOOL_TEXT, 0, 0, &asked.out},
        {"--public", TOOL_TEXT, 0, 0, &asked.public},
        {"--reason", TOOL_TEXT, 0, 0, &asked.reason},
        {"--json", TOOL_FLAG, 0, 0, &asked.json},
        {"-c", TOOL_TEXT, 0, 0, &asked.file},
    };
    struct tool_arguments a = {.command = COMMAND,
                               .help = help,
                               .options = known,
                               .options_n = sizeof known / sizeof *known,
                               .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    struct str verb = str_of(a.operands_n ? a.operands[0] : "");
    bool makes = str_is(verb, "new"), revokes = str_is(verb, "revoke"), server = str_is(verb, "server");
    if (!makes && !revokes && !server && !str_is(verb, "list"))
        return tool_usage(COMMAND, "new, list, revoke or server is needed");
    if (a.operands_n != (revokes || server ? 2 : 1))
        return tool_usage(COMMAND,
                          revokes  ? "the key's FINGERPRINT is needed"
                          : server ? "the server's key FILE is needed"
                                   : "%s takes no operand",
                          verb.p);
    if (revokes && (!asked.reason || !fits(asked.reason, REASON_MAX_CHARS)))
        return tool_usage(COMMAND, "--reason: one line of at most %d characters is needed", REASON_MAX_CHARS);
    code = makes    ? new_key(&asked)
           : server ? server_key(a.operands[1])
                    : list_or_revoke(&asked, revokes ? a.operands[1] : NULL);
    return ctl_end(COMMAND, code);
}

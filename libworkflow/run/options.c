// SPDX-License-Identifier: Apache-2.0
#include "run/options.h"

#include <stdlib.h>
#include <string.h>

#define BATCH(unit) 1, 1000, unit
#define SWEEP_MS 100, 3600000, "ms"

const struct option options[] = {
    {"run/dir", OPTION_TEXT, "/run/pinganting", 0, 80, "",
     "Runtime directory: sockets, lock files and status sockets lie here. Others must not enter it (mode 0750). An "
     "absolute path of at most 80 bytes without "
     "blanks. Other options may name it as ${run}; ${share} is the folder of what came with the programs.",
     NULL},
    {"log/level", OPTION_TEXT, "info", 0, 0, "",
     "What a daemon writes on standard error: this level and those before it.", "error, warn, info, debug"},
    {"database/conninfo", OPTION_TEXT, "dbname=pinganting", 0, 0, "",
     "How to reach PostgreSQL, in libpq's key=value form. Each daemon adds its own role (user=pa_intake, …). A "
     "password "
     "never stands here: use peer authentication or a password file.",
     NULL},
    {"database/timeout", OPTION_INT, "10000", 100, 600000, "ms",
     "Longest wait for one answer of the database; after it the connection counts as lost.", NULL},
    {"intake/submit", OPTION_ENDPOINTS, "ipc://${run}/submit.ipc", 1, 8, "",
     "Where intake takes letters: one address for each intaked, divided by blanks.", NULL},
    {"intake/public", OPTION_PUBLIC, "none", 1, 8, "",
     "Where intake takes portals' letters from other hosts, with CURVE: one address for each intaked, divided by "
     "blanks.",
     NULL},
    {"intake/batch", OPTION_INT, "500", BATCH("letters"), "Most letters in one transaction of intake.", NULL},
    {"intake/code_key", OPTION_TEXT, "/etc/pinganting/code.key", 0, 0, "",
     "File with the key that look-up codes are derived from; readable by intake alone.", NULL},
    {"classifier/listen", OPTION_ENDPOINTS, "ipc://${run}/classify.ipc", 1, 8, "",
     "Where the classifier takes letters from intake: one address for each classifierd, divided by blanks.", NULL},
    {"classifier/batch", OPTION_INT, "500", BATCH("letters"), "Most letters in one transaction of the classifier.",
     NULL},
    {"classifier/sweep", OPTION_INT, "3000", SWEEP_MS,
     "How often the classifier looks in the database for letters whose message was lost.", NULL},
    {"classifier/model", OPTION_TEXT, "${share}/model/letters.model", 0, 0, "",
     "The trained model that the classifier reads by. Another file that takes its place is used within a second; "
     "`letterctl model use` puts one there.",
     NULL},
    {"dispatcher/listen", OPTION_ENDPOINTS, "ipc://${run}/dispatch.ipc", 1, 1, "",
     "Where the dispatcher takes cases from the classifier.", NULL},
    {"dispatcher/deliver", OPTION_ENDPOINTS, "ipc://${run}/deliver.ipc", 1, 1, "",
     "Where bureaus subscribe to their queues.", NULL},
    {"dispatcher/public", OPTION_PUBLIC, "none", 1, 1, "",
     "Where bureaus on other hosts subscribe to their queues, with CURVE.", NULL},
    {"dispatcher/batch", OPTION_INT, "500", BATCH("letters"), "Most letters in one transaction of the dispatcher.",
     NULL},
    {"dispatcher/sweep", OPTION_INT, "3000", SWEEP_MS,
     "How often the dispatcher looks in the database for cases whose message was lost.", NULL},
    {"dispatcher/window", OPTION_INT, "1048576", 262144, 67108864, "bytes",
     "Most that is on its way to one subscriber, whatever credit it gave; so one that stops reading costs no more.",
     NULL},
    {"dispatcher/attempts", OPTION_INT, "20", 1, 1000, "attempts",
     "After so many deliveries that a bureau could not take in, its queue is blocked at that letter, and "
     "`letterctl queues` shows it.",
     NULL},
    {"dispatcher/partition", OPTION_INT, "100000", 1000, 100000000, "letters",
     "How many of a bureau's letters one partition of its queue holds. Old ones are dropped whole.", NULL},
    {"dispatcher/retain", OPTION_INT, "400", 1, 36500, "days",
     "How long what a bureau has acknowledged can be replayed.", NULL},
    {"feedback/listen", OPTION_ENDPOINTS, "ipc://${run}/feedback.ipc", 1, 1, "", "Where bureaus send their feedback.",
     NULL},
    {"feedback/public", OPTION_PUBLIC, "none", 1, 1, "",
     "Where bureaus on other hosts send their feedback, and portals what writers do, with CURVE.", NULL},
    {"feedback/desk", OPTION_ENDPOINTS, "ipc://${run}/desk.ipc", 1, 1, "", "Where the duty desk's acts are taken.",
     NULL},
    {"feedback/batch", OPTION_INT, "500", BATCH("events"), "Most events in one transaction of feedback.", NULL},
    {"feedback/sweep", OPTION_INT, "1000", SWEEP_MS,
     "How often feedback looks for clocks that are due. While there are more than a batch it goes on at once.", NULL},
    {"security/server_key", OPTION_TEXT, "/etc/pinganting/server.key", 0, 0, "",
     "Certificate file with the secret key of the public addresses; `letterctl keys server FILE` makes one. Readable "
     "by "
     "the daemons' user alone.",
     NULL},
    {"security/messages_per_s", OPTION_INT, "5000", 1, 1000000, "messages",
     "What one key may send a second over the public addresses; what is more waits or is refused as throttled.", NULL},
    {"security/bytes_per_s", OPTION_INT, "16777216", 1048576, 1073741824, "bytes", "The same in bytes.", NULL},
    {"bureau/deliver", OPTION_PEER, "ipc://${run}/deliver.ipc", 1, 1, "",
     "Where bureauctl and other clients subscribe. On tcp they need bureau/server_key and bureau/key.", NULL},
    {"bureau/feedback", OPTION_PEER, "ipc://${run}/feedback.ipc", 1, 1, "", "Where they send feedback.", NULL},
    {"bureau/submit", OPTION_PEER, "ipc://${run}/submit.ipc", 1, 8, "",
     "Where a portal submits letters: one address for each intaked, divided by blanks.", NULL},
    {"bureau/server_key", OPTION_TEXT, "none", 0, 0, "",
     "The server's public key: 40 characters of Z85, or a certificate file with it; none: ipc only.", NULL},
    {"bureau/key", OPTION_TEXT, "none", 0, 0, "", "Certificate file with the client's own secret key; none: ipc only.",
     NULL},
    {NULL, OPTION_TEXT, NULL, 0, 0, NULL, NULL, NULL},
};

static size_t section_length(const char *name)
{
    return (size_t)(strchr(name, '/') - name);
}

static bool new_section(size_t i)
{
    size_t n = section_length(options[i].name);
    return i == 0 || strncmp(options[i - 1].name, options[i].name, n + 1) != 0;
}

const char *share_dir(void)
{
    const char *share = getenv("PINGANTING_SHARE");
    return share != NULL ? share : PA_SHARE_DIR;
}

void option_allowed(const struct option *o, struct text *out)
{
    static const char *const one[] = {
        [OPTION_ENDPOINTS] = "ipc:// and an absolute path of at most 107 bytes",
        [OPTION_PUBLIC] = "tcp://ADDRESS:PORT",
        [OPTION_PEER] = "ipc:// and an absolute path of at most 107 bytes, or tcp://HOST:PORT",
    };
    if (o->type == OPTION_TEXT) {
        text_put(out, o->choices != NULL ? o->choices : "text");
    } else if (o->type == OPTION_INT) {
        text_i64(out, o->min);
        text_put(out, " to ");
        text_i64(out, o->max);
        text_put(out, " ");
        text_put(out, o->unit);
    } else {
        text_put(out, o->type == OPTION_PUBLIC ? "none, or " : "");
        if (o->max > 1) {
            text_put(out, "at most ");
            text_i64(out, o->max);
            text_put(out, " times ");
        }
        text_put(out, one[o->type]);
    }
}

static void print_allowed(FILE *out, const struct option *o)
{
    char allowed[160];
    struct text t = TEXT(allowed);
    option_allowed(o, &t);
    fputs(allowed, out);
}

static void print_markdown(FILE *out)
{
    fputs("# Options\n\n"
          "Generated from the table in `libworkflow/run/options.c`; a test compares the two.\n\n"
          "One file in ZPL for all programs: `-c FILE`, else `$PINGANTING_CONF`, else "
          "`/etc/pinganting/pinganting.cfg`. A "
          "section stands at\nthe margin, its options below it, indented by four blanks, as `name = \"value\"`; `#` "
          "begins a "
          "comment. An option that is not\nthere has its default; an unknown one stops the start.\n",
          out);
    for (size_t i = 0; options[i].name != NULL; i++) {
        const struct option *o = &options[i];
        int section = (int)section_length(o->name);
        if (new_section(i))
            fprintf(out, "\n## %.*s\n\n| option | default | allowed | meaning |\n|---|---|---|---|\n", section,
                    o->name);
        fprintf(out, "| `%s` | `%s` | ", o->name, o->fallback);
        print_allowed(out, o);
        fprintf(out, " | %s |\n", o->meaning);
    }
}

static void print_zpl(FILE *out)
{
    fputs("# pinganting.cfg: every option with its default\n", out);
    for (size_t i = 0; options[i].name != NULL; i++) {
        const struct option *o = &options[i];
        size_t section = section_length(o->name);
        if (new_section(i))
            fprintf(out, "\n%.*s\n", (int)section, o->name);
        fprintf(out, "    # %s\n    # Allowed: ", o->meaning);
        print_allowed(out, o);
        fprintf(out, "\n    %s = \"%s\"\n", o->name + section + 1, o->fallback);
    }
}

void config_print(FILE *out, bool markdown)
{
    if (markdown)
        print_markdown(out);
    else
        print_zpl(out);
}

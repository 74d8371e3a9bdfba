// SPDX-License-Identifier: Apache-2.0
#include "cmd_exec.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/history.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARGUMENTS 256
#define PAGE 500

static char program[] = "letterctl-train";

// ---- What the desk set right, as lines ----

static void put_label(FILE *out, const struct history_label *l)
{
    json_t *o = json_object();
    char number[NUMBER_MAX], mailbox[16], category[8];
    struct text m = TEXT(mailbox), c = TEXT(category);
    number_format(l->mailbox, l->id, number);
    text_i64(&m, l->mailbox);
    text_pad(&c, l->category, 2);
    json_object_set_new(o, "id", json_string(number));
    json_object_set_new(o, "mailbox", json_string(mailbox));
    if (l->title.p)
        json_object_set_new(o, "title", ctl_json_text(l->title));
    if (l->place.p)
        json_object_set_new(o, "place", ctl_json_text(l->place));
    json_object_set_new(o, "body", ctl_json_text(l->body));
    json_object_set_new(o, "kind", ctl_json_name(kinds, (int)l->kind));
    json_object_set_new(o, "category", json_string(category));
    json_object_set_new(o, "conduct", json_integer(0)); // none of the others leaves the database
    if (l->urgent >= 0)
        json_object_set_new(o, "urgent", json_integer(l->urgent));
    json_dumpf(o, out, JSON_COMPACT);
    putc('\n', out);
    json_decref(o);
}

// What a command that reads labels was asked.
struct asked {
    const char *file, *as, *since;
    int64_t after;
};

static int check_since(const char *command, struct asked *q)
{
    struct date day = {0};
    bool is_date = q->since && date_parse(str_of(q->since), &day);
    if (q->since && (!is_date || date_ymd(day) / 1000000 != 20)) // as numbers go
        return tool_usage(command, "--since DATE: a date as 2026-11-23 is needed, not %s", q->since);
    q->after = q->since ? number_id(day, 1) - 1 : 0;
    return 0;
}

static int write_labels(const char *command, const struct asked *q, FILE *out, int64_t *written)
{
    static struct history_label labels[PAGE];
    struct ctl ctl;
    struct err err;
    int n = 0;
    int64_t after = q->after;
    int code = ctl_read(&ctl, command, q->file, q->as);
    if (code != 0)
        return code;
    enum result result = db_prepare(ctl.db, history_statements, &err);
    do {
        if (result == OK)
            result = history_labels(ctl.db, &ctl.viewer, clock_now(), after, PAGE, labels, &n, &err);
        for (int i = 0; result == OK && i < n; i++)
            put_label(out, &labels[i]);
        *written += result == OK ? n : 0;
        after = result == OK && n > 0 ? labels[n - 1].id : after;
    } while (result == OK && n == PAGE && !ferror(out));
    if (result != OK)
        code = tool_fail(command, &err);
    ctl_close(&ctl);
    return code;
}

int cmd_labels(int argc, char **argv)
{
    static const char command[] = "letterctl labels";
    static const char help[] =
        "usage: letterctl labels [--since DATE] [--as POST] [-c FILE]\n"
        "Letters whose kind and category a person set, or accepted as they were, with these as labels, a JSON object "
        "a\n"
        "line: for letterctl train --with. They hold what writers wrote: keep the file where nobody else reads it.\n"
        "Never a letter whose writer wants secrecy, nor one about police conduct. Each is written down as a look.\n"
        "  --since DATE   only what came in from this day on\n" CTL_AS "  -c FILE        configuration file\n"
        "Exit status: 0 done, 1 refused or database away, 2 wrong usage.\n";
    struct asked q = {0};
    const struct tool_option known[] = {
        {"--since", TOOL_TEXT, 0, 0, &q.since}, {"--as", TOOL_TEXT, 0, 0, &q.as}, {"-c", TOOL_TEXT, 0, 0, &q.file}};
    struct tool_arguments a = {.command = command, .help = help, .options = known, .options_n = 3};
    int64_t written = 0;
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    code = check_since(command, &q);
    return code != 0 ? code : ctl_end(command, write_labels(command, &q, stdout, &written));
}

// ---- The program beside this one ----

static int run_program(const char *command, char **argv)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(program));
    char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
    strcpy(slash ? slash + 1 : path, program);
    execv(path, argv);
    fprintf(stderr, "%s: %s: %s; it is built and installed beside letterctl, and needs liblinear\n", command, path,
            strerror(errno));
    return 1;
}

int cmd_evaluate(int argc, char **argv)
{
    char *list[ARGUMENTS + 2] = {program};
    if (argc > ARGUMENTS)
        return tool_usage("letterctl evaluate", "at most %d arguments", ARGUMENTS - 1);
    memcpy(list + 1, argv, (size_t)argc * sizeof(list[0]));
    return run_program("letterctl evaluate", list);
}

struct training {
    char *list[ARGUMENTS];
    int n;
    bool from_desk, helps;
    struct asked q;
};

static void add(struct training *t, const char *argument)
{
    insist(t->n < ARGUMENTS - 1);
    t->list[t->n++] = strdup(argument);
}

// Takes our own options out and leaves the others to the program. false: *code.
static bool take_own(struct training *t, int argc, char **argv, int *code)
{
    add(t, program);
    add(t, argv[0]);
    for (int i = 1; i < argc; i++) {
        bool since = strcmp(argv[i], "--since") == 0, as = strcmp(argv[i], "--as") == 0;
        t->helps = t->helps || strcmp(argv[i], "--help") == 0;
        if (strcmp(argv[i], "--from-desk") == 0) {
            t->from_desk = true;
        } else if ((since || as) && i + 1 < argc) {
            *(since ? &t->q.since : &t->q.as) = argv[++i];
        } else {
            if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
                t->q.file = argv[i + 1];
            add(t, argv[i]);
        }
    }
    *code = !t->from_desk && (t->q.since || t->q.as)
                ? tool_usage("letterctl train", "--since and --as belong to --from-desk")
                : check_since("letterctl train", &t->q);
    return *code == 0;
}

static void with_shipped_samples(struct training *t)
{
    char pattern[1024];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s/model/samples/*.jsonl", share_dir());
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc && t->n < ARGUMENTS - 4; i++) {
        add(t, "--with");
        add(t, found.gl_pathv[i]);
    }
    globfree(&found);
}

// In memory, not on a disk: nothing is left of the letters when the program ends, however it ends.
static int with_desk(struct training *t)
{
    static const char command[] = "letterctl train";
    char path[64];
    int64_t written = 0;
    int fd = memfd_create("labels", 0);
    FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
    if (!out) {
        fprintf(stderr, "%s: no memory for the labels: %s\n", command, strerror(errno));
        return 1;
    }
    int code = write_labels(command, &t->q, out, &written);
    if (fclose(out) != 0 && code == 0)
        code = 1;
    if (code != 0)
        return code;
    fprintf(stderr, "%s: %lld letters with what the desk made of them\n", command, (long long)written);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    add(t, "--with");
    add(t, path);
    with_shipped_samples(t);
    return 0;
}

int cmd_train(int argc, char **argv)
{
    static struct training t;
    int code;
    if (argc > ARGUMENTS / 2)
        return tool_usage("letterctl train", "at most %d arguments", ARGUMENTS / 2 - 1);
    if (!take_own(&t, argc, argv, &code))
        return code;
    if (t.helps) {
        puts("letterctl train --from-desk [--since DATE] [--as POST] ...: also from the letters of letterctl labels,\n"
             "and the samples that came with the programs");
        if (fflush(stdout) != 0)
            return 1;
    } else if (t.from_desk && (code = with_desk(&t)) != 0) {
        return code;
    }
    return run_program("letterctl train", t.list);
}

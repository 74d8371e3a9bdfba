// SPDX-License-Identifier: Apache-2.0
#include "cmd_model.h"

#include "ctl.h"
#include "run/model_file.h"
#include "shadow.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND "letterctl model"
#define PATH_BYTES 4096
#define HISTORY 2000 // letters

struct task {
    const char *file; // of the configuration
    int64_t history;
    bool yes;
    const char *path, *operand;
};

// "DIR/NAME" for what lies beside the model in use.
static void beside(const char *path, const char *name, char out[PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    snprintf(out, PATH_BYTES, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, name);
}

// ---- list, show ----

static int by_time(const void *a, const void *b)
{
    const struct model_file *x = a, *y = b;
    return (x->sealed.changed < y->sealed.changed) - (x->sealed.changed > y->sealed.changed);
}

static void put_row(struct table *t, const char *name, const struct model_file *m, bool used)
{
    table_put(t, used ? "*" : "");
    table_put(t, m->sealed.name);
    table_put_time(t, m->sealed.changed / 1000);
    table_put_int(t, (int64_t)m->sealed.bytes.n + SEAL_BYTES);
    table_put(t, m->model.head->made);
    table_put(t, name);
}

#define LISTED 256
static int list(const struct task *t)
{
    static struct model_file models[LISTED];
    static char names[LISTED][256];
    struct model_file now = {.refused = {.inode = 0}};
    struct err err;
    char dir[PATH_BYTES], path[PATH_BYTES];
    struct dirent *entry;
    int n = 0, code = 0;
    beside(t->path, ".", dir);
    DIR *folder = opendir(dir);
    if (!folder) {
        fprintf(stderr, "%s: %s: %s\n", COMMAND, dir, strerror(errno));
        return 1;
    }
    if (model_file_open(t->path, &now, &err) != OK)
        code = tool_fail(COMMAND, &err);
    while ((entry = readdir(folder)) && n < LISTED) {
        size_t length = strlen(entry->d_name);
        if (length < 7 || strcmp(entry->d_name + length - 6, ".model") != 0)
            continue;
        beside(t->path, entry->d_name, path);
        if (model_file_open(path, &models[n], &err) != OK) {
            code = tool_fail(COMMAND, &err);
            continue;
        }
        memcpy(names[n], entry->d_name, length + 1);
        models[n].refused.changed = n; // its name's place, for after the sorting
        n++;
    }
    closedir(folder);
    qsort(models, (size_t)n, sizeof(models[0]), by_time);
    struct table rows = table_of("|模型|写入|字节|由来|文件");
    for (int i = 0; i < n; i++)
        put_row(&rows, names[models[i].refused.changed], &models[i],
                strcmp(models[i].sealed.name, now.sealed.name) == 0);
    table_print(&rows, stdout);
    table_free(&rows);
    return code;
}

static int show(const struct task *t)
{
    const char *path = t->operand ? t->operand : t->path;
    struct model_file m;
    struct err err;
    if (model_file_open(path, &m, &err) != OK)
        return tool_fail(COMMAND, &err);
    const struct model_head *h = m.model.head;
    char when[40];
    struct text w = TEXT(when);
    time_format(m.sealed.changed / 1000, &w);
    printf("模型     %s\n文件     %s\n写入     %s\n由来     %s\n特征     %u\n字节     %zu\n版式     %u\n",
           m.sealed.name, path, when, h->made, h->rows, m.sealed.bytes.n + SEAL_BYTES, h->layout);
    printf("门槛     紧急 %.2f, 疑似紧急 %.2f, 涉警 %.2f, 公安 %.2f\n", (double)h->urgent_at / MODEL_ONE,
           (double)h->watch_at / MODEL_ONE, (double)h->conduct_at / MODEL_ONE, (double)h->police_at / MODEL_ONE);
    model_file_close(&m);
    return 0;
}

// ---- use ----

// The model that gives way stays in the folder under its own name.
static bool keep(const struct task *t, const struct model_file *now)
{
    char name[64], path[PATH_BYTES];
    struct model_file kept;
    struct err err;
    snprintf(name, sizeof(name), "letters-%s.model", now->sealed.name);
    beside(t->path, name, path);
    if (model_file_open(path, &kept, &err) == OK && strcmp(kept.sealed.name, now->sealed.name) == 0) {
        model_file_close(&kept);
        return true;
    }
    if (sealed_write(path, now->sealed.bytes, NULL, &err) == OK)
        return true;
    (void)tool_fail(COMMAND, &err);
    return false;
}

static int put_in_place(const struct task *t, const struct model_file *now, const struct model_file *next)
{
    struct err err;
    if (now->sealed.bytes.p && !keep(t, now))
        return 1;
    if (sealed_write(t->path, next->sealed.bytes, NULL, &err) != OK)
        return tool_fail(COMMAND, &err);
    if (now->sealed.bytes.p)
        printf("%s: %s → %s; 退回: letterctl model use letters-%s.model --yes\n", t->path, now->sealed.name,
               next->sealed.name, now->sealed.name);
    else
        printf("%s: %s\n", t->path, next->sealed.name);
    return 0;
}

static int use(const struct task *t)
{
    struct model_file now = {.refused = {.inode = 0}}, next;
    struct err err;
    struct stat st;
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s", t->operand);
    if (!strchr(path, '/') && stat(path, &st) != 0)
        beside(t->path, t->operand, path); // as list names them
    if (model_file_open(path, &next, &err) != OK)
        return tool_fail(COMMAND, &err);
    // What is in use may be missing or damaged: that is when another is wanted most.
    bool has = model_file_open(t->path, &now, &err) == OK;
    if (!has)
        (void)tool_fail(COMMAND, &err);
    if (has && strcmp(now.sealed.name, next.sealed.name) == 0) {
        printf("%s: %s 已在使用\n", t->path, now.sealed.name);
        return 0;
    }
    int code = has && t->history > 0 ? shadow_report(COMMAND, t->file, &now.model, &next.model, t->history) : 0;
    if (code != 0)
        return code;
    if (!t->yes) {
        printf("未更换; 确认后加 --yes\n");
        return 0;
    }
    return put_in_place(t, &now, &next);
}

static const char help[] =
    "usage: letterctl model list\n"
    "       letterctl model show [FILE]\n"
    "       letterctl model use FILE [--history N] [--yes]\n"
    "list: the models beside the one in use (option classifier/model), newest first; * is in use. show: one model.\n"
    "use: checks FILE, prints how it would have read the newest letters otherwise than the model in use, and with "
    "--yes\n"
    "puts it in its place: classifierd reads by it within a second. The old one stays as letters-NAME.model in the "
    "same\n"
    "folder, and using that is the way back. FILE without a folder may be one that list names.\n"
    "  --history N    letters to compare on, 0 to 1000000 (2000); 0 needs no database\n"
    "  --yes          do it\n"
    "  -c FILE        configuration file\n"
    "Exit status: 0 done, 1 a file is damaged or cannot be written, or the database is away; 2 wrong usage.\n";

int cmd_model(int argc, char **argv)
{
    struct task t = {.history = HISTORY};
    const struct tool_option known[] = {{"--history", TOOL_INT, 0, 1000000, &t.history},
                                        {"--yes", TOOL_FLAG, 0, 0, &t.yes},
                                        {"-c", TOOL_TEXT, 0, 0, &t.file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 3, .operands_max = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    const char *verb = a.operands_n > 0 ? a.operands[0] : "";
    t.operand = a.operands_n > 1 ? a.operands[1] : NULL;
    bool lists = strcmp(verb, "list") == 0, shows = strcmp(verb, "show") == 0, uses = strcmp(verb, "use") == 0;
    if (!(lists && !t.operand) && !shows && !(uses && t.operand))
        return tool_usage(COMMAND, "list, show [FILE] or use FILE is needed");
    struct config *config = tool_config(COMMAND, t.file);
    if (!config)
        return 2;
    t.path = config_text(config, "classifier/model");
    code = lists ? list(&t) : shows ? show(&t) : use(&t);
    config_free(config);
    return ctl_end(COMMAND, code);
}

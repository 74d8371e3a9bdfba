// SPDX-License-Identifier: Apache-2.0
#include "run/clock.h"
#include "run/status_impl.h"
#include "run/watch.h"
#include "run/zap.h"

#include <string.h>
#include <unistd.h>

static void put_json(FILE *out, const char *s)
{
    fputc('"', out);
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            fprintf(out, "\\u%04x", (unsigned)*s);
        else
            fputc(*s, out);
    }
    fputc('"', out);
}

static bool state(struct status *status, char words[static WORDS_MAX + 1])
{
    pthread_mutex_lock(&status->lock);
    bool ready = status->ready;
    memcpy(words, status->words, sizeof status->words);
    pthread_mutex_unlock(&status->lock);
    return ready;
}

// What every daemon counts alike, because its sockets do.
static const struct {
    const char *name, *help;
    int64_t (*value)(void);
} of_sockets[] = {
    {"connections_cut_total", "connections cut whose peer did not end a message", watch_cut},
    {"handshakes_refused_total", "connections refused for their key", zap_refused},
    {"frames_dropped_total", "frames of a wrong multipart shape, which have no answer", bus_dropped},
};
#define OF_SOCKETS (sizeof of_sockets / sizeof of_sockets[0])

static long long value(struct counter *c)
{
    return (long long)atomic_load_explicit(&c->value, memory_order_relaxed);
}

static void answer_status(struct status *status, struct str arg, FILE *out)
{
    char words[WORDS_MAX + 1];
    char since[40];
    bool ready = state(status, words);
    struct text t = TEXT(since);
    time_format(status->since, &t);
    fputs("{\"program\":", out);
    put_json(out, status->run->program);
    fprintf(
        out, ",\"version\":\"" WF_VERSION "\",\"pid\":%ld,\"since\":\"%s\",\"uptime_s\":%lld,\"ready\":%s,\"state\":",
        (long)getpid(), since, (long long)((clock_mono() - status->since_mono) / WF_SECOND), ready ? "true" : "false");
    put_json(out, words);
    fprintf(out, ",\"draining\":%s,\"counters\":{", status->run->draining ? "true" : "false");
    for (struct counter *c = status->run->counters; c->name != NULL; c++)
        fprintf(out, "\"%s\":%lld,", c->name, value(c));
    for (size_t i = 0; i < OF_SOCKETS; i++)
        fprintf(out, "\"%s\":%lld%s", of_sockets[i].name, (long long)of_sockets[i].value(),
                i + 1 < OF_SOCKETS ? "," : "}}\n");
}

static long long resident_bytes(void)
{
    long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*d %lld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void put_metric(FILE *out, const char *program, const char *prefix, const char *name, const char *type,
                       const char *help, long long v)
{
    fprintf(out, "# HELP %s%s %s\n# TYPE %s%s %s\n%s%s{daemon=\"%s\"} %lld\n", prefix, name, help, prefix, name, type,
            prefix, name, program, v);
}

static void answer_metrics(struct status *status, struct str arg, FILE *out)
{
    char words[WORDS_MAX + 1];
    const char *program = status->run->program;
    bool ready = state(status, words);
    put_metric(out, program, "pinganting_", "ready", "gauge", "1 when the daemon can do its work.", ready);
    for (struct counter *c = status->run->counters; c->name != NULL; c++)
        put_metric(out, program, "pinganting_", c->name, c->type == COUNTER ? "counter" : "gauge", c->help, value(c));
    for (size_t i = 0; i < OF_SOCKETS; i++)
        put_metric(out, program, "pinganting_", of_sockets[i].name, "counter", of_sockets[i].help,
                   (long long)of_sockets[i].value());
    put_metric(out, program, "process_", "resident_memory_bytes", "gauge", "Resident memory size in bytes.",
               resident_bytes());
}

static void answer_config(struct status *status, struct str arg, FILE *out)
{
    char dump[32768];
    fwrite(dump, 1, config_dump(status->run->config, dump, sizeof dump), out);
}

static void answer_log(struct status *status, struct str arg, FILE *out)
{
    char name[16];
    struct text t = TEXT(name);
    enum log_level level;
    text_str(&t, arg);
    if (!log_level_parse(name, &level)) {
        fputs("error: log needs a level: error, warn, info or debug; try help\n", out);
        return;
    }
    log_set_level(level);
    fprintf(out, "log level %s\n", name);
}

static void answer_drain(struct status *status, struct str arg, FILE *out)
{
    status->run->draining = true;
    loop_stop(status->run->loop);
    fputs("draining\n", out);
}

static void answer_help(struct status *status, struct str arg, FILE *out);

static const struct command {
    const char *name;
    void (*answer)(struct status *status, struct str arg, FILE *out);
    bool takes_arg;
    const char *help;
} commands[] = {
    {"status", answer_status, false, "status     how the daemon is, as one JSON object"},
    {"metrics", answer_metrics, false, "metrics    counters in Prometheus' text form"},
    {"config", answer_config, false, "config     the options in force"},
    {"log", answer_log, true, "log LEVEL  error, warn, info or debug, until the next start"},
    {"drain", answer_drain, false, "drain      finish what is in hand, then end"},
    {"help", answer_help, false, "help       this list"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

static void answer_help(struct status *status, struct str arg, FILE *out)
{
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "%s\n", commands[i].help);
}

void status_answer(struct status *status, struct str line, FILE *out)
{
    if (line.n > LINE_MAX_BYTES) {
        fputs("error: a line has at most 1024 bytes; try help\n", out);
        return;
    }
    struct str arg = str_trim(line);
    struct str name = str_split(&arg, ' ');
    arg = str_trim(arg);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (str_is(name, commands[i].name) && (commands[i].takes_arg || arg.n == 0)) {
            commands[i].answer(status, arg, out);
            return;
        }
    }
    fputs("error: unknown command; try help\n", out);
}

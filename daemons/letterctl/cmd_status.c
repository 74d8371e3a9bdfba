// SPDX-License-Identifier: Apache-2.0
#include "cmd_status.h"

#include "ctl.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define COMMAND "letterctl status"
#define ANSWER_MS 2000 // a daemon answers within one second
#define ANSWER_MAX 65536

// There may be several processes of those that list an address for each.
static const struct {
    const char *name, *addresses;
} programs[] = {
    {"intaked", "intake/submit"},
    {"classifierd", "classifier/listen"},
    {"dispatcherd", "dispatcher/listen"},
    {"feedbackd", "feedback/listen"},
};

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct text t = TEXT(address.sun_path);
    text_put(&t, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

// Sends "status" and reads until the daemon closes. The length, 0 when there was no whole answer in time.
static size_t ask(const char *path, char answer[ANSWER_MAX])
{
    static const char request[] = "status\n";
    int fd = connect_to(path);
    if (fd < 0)
        return 0;
    size_t n = 0;
    ssize_t got = send(fd, request, sizeof request - 1, MSG_NOSIGNAL) < 0 ? -1 : 1;
    while (got > 0 && n < ANSWER_MAX) {
        struct pollfd p = {fd, POLLIN, 0};
        got = poll(&p, 1, ANSWER_MS) == 1 ? read(fd, answer + n, ANSWER_MAX - n) : -1;
        n += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return got == 0 ? n : 0;
}

// The daemon's own object with "up" before it, or one that says it is not there.
static json_t *status_of(const struct config *config, const char *name, int instance)
{
    static char answer[ANSWER_MAX];
    char path[256], program[32];
    struct text p = TEXT(program);
    text_put(&p, name);
    if (instance > 1) {
        text_put(&p, "-");
        text_i64(&p, instance);
    }
    struct text t = TEXT(path);
    text_put(&t, config_text(config, "run/dir"));
    text_put(&t, "/");
    text_put(&t, program);
    text_put(&t, ".status");
    size_t n = ask(path, answer);
    json_t *o = n > 0 ? json_loadb(answer, n, 0, NULL) : NULL;
    bool up = json_is_object(o);
    if (!up) {
        json_decref(o);
        o = json_object();
        json_object_set_new(o, "program", json_string(program));
        json_object_set_new(o, "ready", json_false());
        json_object_set_new(o, "state", json_string("no answer on its status socket"));
    }
    json_object_set_new(o, "up", json_boolean(up));
    // Intake and feedback have no list of their own: what waits for them waits at its sender.
    json_t *lag = json_object_get(json_object_get(o, "counters"), "lag_seconds");
    json_object_set_new(o, "lag", json_integer(json_integer_value(lag)));
    return o;
}

static const char *text_of(const json_t *o, const char *member)
{
    const char *value = json_string_value(json_object_get(o, member));
    return value ? value : "-";
}

// "letters_accepted_total 12, …" without those that are zero.
static void put_counters(struct table *t, const json_t *counters)
{
    char words[1024];
    struct text text = TEXT(words);
    words[0] = '\0';
    void *at = json_object_iter((json_t *)(uintptr_t)counters);
    for (; at; at = json_object_iter_next((json_t *)(uintptr_t)counters, at)) {
        int64_t v = json_integer_value(json_object_iter_value(at));
        if (v == 0)
            continue;
        text_put(&text, text.n ? ", " : "");
        text_put(&text, json_object_iter_key(at));
        text_put(&text, " ");
        text_i64(&text, v);
    }
    table_put_str(t, text_get(&text));
}

static void put_row(struct table *t, const json_t *o)
{
    bool up = json_is_true(json_object_get(o, "up")), ready = json_is_true(json_object_get(o, "ready"));
    wf_time since = 0;
    (void)time_parse(str_of(text_of(o, "since")), &since);
    table_put(t, text_of(o, "program"));
    table_put(t, !up ? "未运行" : ready ? "正常" : "异常");
    table_put_time(t, since);
    table_put(t, text_of(o, "version"));
    table_put(t, text_of(o, "state"));
    char lag[24];
    struct text text = TEXT(lag);
    text_i64(&text, json_integer_value(json_object_get(o, "lag")));
    table_put(t, lag);
    put_counters(t, json_object_get(o, "counters"));
}

static const char help[] =
    "usage: letterctl status [--json] [-c FILE]\n"
    "How each daemon is: up, ready, since when, version, lag (age of the oldest letter in its list, s), counters.\n"
    "  --json   a JSON object a line, one for each daemon\n"
    "  -c FILE  configuration file\n"
    "Exit status: 0 all are ready, 1 one is not there or not ready, 2 wrong usage.\n";

int cmd_status(int argc, char **argv)
{
    const char *file = NULL;
    bool json = false;
    const struct tool_option known[] = {{"--json", TOOL_FLAG, 0, 0, &json}, {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 2};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    struct config *config = tool_config(COMMAND, file);
    if (!config)
        return 2;
    struct table t = table_of("程序|状态|启动|版本|说明|滞后(秒)|计数");
    code = 0;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        for (int k = 1; config_address(config, programs[i].addresses, k).p != NULL; k++) {
            json_t *o = status_of(config, programs[i].name, k);
            if (!json_is_true(json_object_get(o, "ready")))
                code = 1;
            put_row(&t, o);
            if (json)
                ctl_json_print(json_incref(o));
            json_decref(o);
        }
    if (json)
        table_free(&t);
    else
        table_print(&t, stdout);
    config_free(config);
    return ctl_end(COMMAND, code);
}

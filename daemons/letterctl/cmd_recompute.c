// SPDX-License-Identifier: Apache-2.0
#include "cmd_recompute.h"

#include "core/number.h"
#include "ctl.h"
#include "run/clock.h"
#include "store/clocks.h"
#include "wire/refusal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define COMMAND "letterctl recompute"
#define PAGE 5000 // cases of one reading
#define WINDOW 200
#define RESEND_MS 3000
#define ANSWER_MS 30000
#define ROUNDS 6   // a second apart, for a daemon that has not taken up the new policy yet
#define WHY_DAYS 6 // days that the reason names

static const struct statement *const lists[] = {clocks_statements, NULL};

static const char help[] =
    "usage: letterctl recompute [--dry-run] [--json] [--as POST] [-c FILE]\n"
    "After `letterctl policy load` of a new calendar: counts the date of every open clock again, lists each that "
    "moves, "
    "from\n"
    "when to when and because of which days, and sets it through the feedback daemon. Each is a journal line "
    "clock.recomputed\n"
    "that names the old date, the new one, the days and who ran this. A date that no calendar explains (a merge gave "
    "it, or\n"
    "the clock stands) is left as it is. Running it again does nothing more.\n"
    "  --dry-run  lists only\n"
    "  --as POST  who acts (the desk): a post of the province that supervises or administers; others see no case\n"
    "  --json     a JSON object a line\n"
    "  -c FILE    configuration file\n"
    "Exit status: 0 done, 1 some were refused or unanswered, or the database cannot be asked, 2 wrong usage.\n";

// A date that moves.
struct move {
    int64_t id;
    int32_t mailbox, version;
    enum clock clock;
    wf_time started, old, new;
    int calendar; // the policy by which the old date was made
    bool done;
    struct err refused; // code "" when it was not
};

struct recompute {
    struct ctl ctl;
    struct clocks_policies policies;
    struct move *moves;
    size_t n, room;
    int64_t seen, stand; // cases with a date; those of them whose clock stands
    const char *post;
};

static void consider(void *arg, const struct clock_row *row)
{
    struct recompute *r = arg;
    const struct case_facts *f = &row->facts;
    r->seen++;
    if (case_running_clock(f) == CLOCK_NONE)
        return;
    if (f->course.paused_at != 0) {
        r->stand++;
        return;
    }
    wf_time new = case_recompute(&r->policies.of[0], f, f->clock_at, row->pauses, row->pauses_n);
    if (new == 0 || new == f->due_at)
        return;
    for (int i = 1; i < r->policies.n; i++) {
        if (case_recompute(&r->policies.of[i], f, f->clock_at, row->pauses, row->pauses_n) != f->due_at)
            continue;
        if (r->n == r->room) {
            r->room = r->room ? 2 * r->room : 256;
            r->moves = realloc(r->moves, r->room * sizeof(*r->moves));
            insist(r->moves);
        }
        r->moves[r->n++] = (struct move){.id = f->id,
                                         .mailbox = f->mailbox,
                                         .version = f->version,
                                         .clock = case_running_clock(f),
                                         .started = f->clock_at,
                                         .old = f->due_at,
                                         .new = new,
                                         .calendar = i};
        return;
    }
}

// ---- Why ----

static struct str day_name(const struct calendar *c, struct date d)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->days[i].date.day == d.day)
            return c->days[i].name;
    return STR_NONE;
}

// Calls each for the days between the clock's start and its dates that the two calendars count differently.
static void each_day(const struct recompute *r, const struct move *m,
                     void (*each)(void *arg, struct date d, bool work, struct str name), void *arg)
{
    const struct calendar *now = &r->policies.of[0].calendar, *was = &r->policies.of[m->calendar].calendar;
    struct date last = date_of((m->old > m->new ? m->old : m->new) - 1);
    for (struct date d = date_of(m->started); d.day <= last.day; d.day++) {
        bool work = calendar_workday(now, d);
        struct str name = day_name(now, d);
        if (work != calendar_workday(was, d))
            each(arg, d, work, name.p ? name : day_name(was, d));
    }
}

struct why {
    struct text text;
    int n;
};

static void add_why(void *arg, struct date d, bool work, struct str name)
{
    struct why *why = arg;
    if (++why->n > WHY_DAYS)
        return;
    text_put(&why->text, why->n > 1 ? "、" : "");
    date_format(d, &why->text);
    text_put(&why->text, work ? "改为上班" : "改为休息");
    if (!name.p)
        return;
    text_put(&why->text, "(");
    text_str(&why->text, name);
    text_put(&why->text, ")");
}

static void put_why(const struct recompute *r, const struct move *m, struct text *out)
{
    char words[400];
    struct why why = {.text = TEXT(words)};
    each_day(r, m, add_why, &why);
    text_str(out, text_get(&why.text));
    if (why.n > WHY_DAYS) {
        text_put(out, "等");
        text_i64(out, why.n);
        text_put(out, "日");
    }
}

static void put_move(const struct recompute *r, const struct move *m, struct text *out)
{
    date_format(date_of(m->old - 1), out);
    text_put(out, " → ");
    date_format(date_of(m->new - 1), out);
    text_put(out, ": ");
    put_why(r, m, out);
}

// ---- Doing it ----

static void send(struct recompute *r, struct pipe *pipe, uint64_t run, size_t i)
{
    const struct move *m = &r->moves[i];
    struct buf frame = {0};
    char number[NUMBER_MAX], ref[48], reason[600];
    struct text words = TEXT(reason);
    number_format(m->mailbox, m->id, number);
    int n = snprintf(ref, sizeof(ref), "%016llx-%zu", (unsigned long long)run, i);
    put_move(r, m, &words);
    text_put(&words, " (");
    text_str(&words, ctl_who());
    text_put(&words, ")");
    struct msg_desk_act act = {
        .ref = {ref, (size_t)n},
        .number = str_of(number),
        .event = STR("recompute"),
        .post = str_of(r->post),
        .reason = text_get(&words),
        .version = m->version,
        .has_version = true,
        .until = m->new,
        .has_until = true,
    };
    wire_put_desk_act(&frame, i + 1, &act);
    insist(pipe_send(pipe, act.ref, STR_NONE, &frame, i));
    buf_free(&frame);
}

static bool take_answer(struct recompute *r, struct pipe *pipe)
{
    struct frame answer;
    struct msg_desk_result result;
    uint64_t i;
    if (!pipe_wait(pipe, ANSWER_MS, &i, &answer))
        return false;
    struct move *m = &r->moves[i];
    if (answer.id != MSG_DESK_RESULT)
        (void)refusal_read(&answer, &m->refused);
    else
        m->done = wire_get_desk_result(&answer, &result, &m->refused) == OK;
    if (m->done)
        m->refused.code[0] = '\0';
    return true;
}

// The daemons take up a new policy within a second or two; until then they know no such date.
static bool too_new(const struct move *m)
{
    return !m->done && strcmp(m->refused.code, "out_of_range") == 0;
}

// Sends those that are not done, each when there is room, and takes the answers. false: an answer did not come.
static bool apply_round(struct recompute *r, struct pipe *pipe)
{
    uint64_t run;
    bool answered = true;
    insist(getrandom(&run, sizeof(run), 0) == sizeof(run));
    for (size_t i = 0; i < r->n && answered; i++) {
        if (r->moves[i].done || (r->moves[i].refused.code[0] && !too_new(&r->moves[i])))
            continue;
        while (answered && pipe_open_n(pipe) == WINDOW)
            answered = take_answer(r, pipe);
        if (answered)
            send(r, pipe, run, i);
    }
    while (answered && pipe_open_n(pipe) > 0)
        answered = take_answer(r, pipe);
    return answered;
}

static int apply(struct recompute *r)
{
    struct pipe *pipe;
    struct err err;
    if (pipe_open(&(struct dial){.endpoint = config_text(r->ctl.config, "feedback/desk")}, WINDOW, RESEND_MS, &pipe,
                  &err) != OK)
        return tool_fail(COMMAND, &err);
    bool answered = apply_round(r, pipe), waits = true;
    for (int i = 1; i < ROUNDS && answered && waits; i++) {
        waits = false;
        for (size_t k = 0; k < r->n && !waits; k++)
            waits = too_new(&r->moves[k]);
        if (waits) {
            poll(NULL, 0, 1000);
            answered = apply_round(r, pipe);
        }
    }
    pipe_close(pipe);
    if (answered)
        return 0;
    fprintf(stderr, COMMAND ": no answer from the feedback daemon; see letterctl status, then run this again\n");
    return 1;
}

// ---- Telling ----

struct json_days {
    json_t *list;
};

static void add_day(void *arg, struct date d, bool work, struct str name)
{
    struct json_days *days = arg;
    char words[16];
    struct text t = TEXT(words);
    date_format(d, &t);
    json_t *o = json_object();
    json_object_set_new(o, "date", ctl_json_text(text_get(&t)));
    json_object_set_new(o, "work", json_boolean(work));
    json_object_set_new(o, "name", ctl_json_text(name));
    json_array_append_new(days->list, o);
}

static void print_json(const struct recompute *r, const struct move *m, bool dry)
{
    char number[NUMBER_MAX], words[500];
    struct text why = TEXT(words);
    struct json_days days = {json_array()};
    json_t *o = json_object();
    number_format(m->mailbox, m->id, number);
    put_why(r, m, &why);
    each_day(r, m, add_day, &days);
    json_object_set_new(o, "number", json_string(number));
    json_object_set_new(o, "leg", json_integer(0));
    json_object_set_new(o, "clock", json_string(code_name(policy_clocks, (int)m->clock)));
    json_object_set_new(o, "old", ctl_json_time(m->old));
    json_object_set_new(o, "new", ctl_json_time(m->new));
    json_object_set_new(o, "why", ctl_json_text(text_get(&why)));
    json_object_set_new(o, "days", days.list);
    json_object_set_new(o, "applied", dry ? json_null() : json_boolean(m->done));
    json_object_set_new(o, "error", m->refused.code[0] ? json_string(m->refused.text) : json_null());
    ctl_json_print(o);
}

static void print_line(const struct recompute *r, const struct move *m, struct table *t, bool dry)
{
    char number[NUMBER_MAX], words[500];
    struct text why = TEXT(words);
    number_format(m->mailbox, m->id, number);
    put_why(r, m, &why);
    table_put(t, number);
    table_put(t, code_name(policy_clocks, (int)m->clock));
    table_put_time(t, m->old);
    table_put_time(t, m->new);
    table_put_str(t, text_get(&why));
    table_put(t, dry ? "试算" : m->done ? "已改" : m->refused.code[0] ? m->refused.text : "未答复");
}

static int tell(const struct recompute *r, bool dry, bool json)
{
    struct table t = table_of("诉求件|时限|原到期|新到期|原因|结果");
    size_t done = 0;
    for (size_t i = 0; i < r->n; i++) {
        done += r->moves[i].done;
        if (json)
            print_json(r, &r->moves[i], dry);
        else
            print_line(r, &r->moves[i], &t, dry);
    }
    if (json || r->n == 0)
        table_free(&t);
    else
        table_print(&t, stdout);
    fprintf(json ? stderr : stdout, "有期限的诉求件 %lld 件, 其中暂停计时 %lld 件; 期限变动 %zu 件, 已改 %zu 件\n",
            (long long)r->seen, (long long)r->stand, r->n, done);
    return dry || done == r->n ? 0 : 1;
}

static int run(struct recompute *r, bool dry, bool json)
{
    struct clocks_place place = {0};
    struct clocks_asker asker = {.policy = &r->policies.of[0], .now = clock_now()};
    struct err err;
    int n = PAGE;
    enum result result = clocks_policies(r->ctl.db, &r->policies, &err);
    if (result == OK && reader_parse(asker.policy, str_of(r->post), &asker.viewer, &err) != OK)
        return tool_fail(COMMAND, &err) + 1; // wrong usage
    while (result == OK && n == PAGE)
        result = clocks_page(r->ctl.db, &asker, &place, PAGE, consider, r, &n, &err);
    if (result != OK)
        return tool_fail(COMMAND, &err);
    int code = dry || r->n == 0 ? 0 : apply(r);
    int told = tell(r, dry, json);
    return code != 0 ? code : told;
}

int cmd_recompute(int argc, char **argv)
{
    static struct recompute r;
    const char *file = NULL;
    bool dry = false, json = false;
    const struct tool_option known[] = {{"--dry-run", TOOL_FLAG, 0, 0, &dry},
                                        {"--json", TOOL_FLAG, 0, 0, &json},
                                        {"--as", TOOL_TEXT, 0, 0, &r.post},
                                        {"-c", TOOL_TEXT, 0, 0, &file}};
    struct tool_arguments a = {.command = COMMAND, .help = help, .options = known, .options_n = 4};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    if (r.post && (!utf8_check(str_of(r.post), NULL) || strlen(r.post) > 64))
        return tool_usage(COMMAND, "--as: at most 64 bytes of UTF-8");
    code = ctl_open(&r.ctl, COMMAND, file, "pa_desk", lists);
    if (code != 0)
        return code;
    code = run(&r, dry, json);
    clocks_policies_free(&r.policies);
    free(r.moves);
    ctl_close(&r.ctl);
    bus_term();
    return ctl_end(COMMAND, code);
}

// SPDX-License-Identifier: Apache-2.0
#include "bureauctl.h"

#include "answers.h"
#include "client/pipe.h"
#include "client/subscription.h"
#include "core/policy.h"
#include "run/clock.h"
#include "wire/refusal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND "bureauctl reference"
#define CREDIT 100 // deliveries in hand per bureau
#define RESEND_MS 3000
#define SLICE_MS 200 // the longest that a signal or --exit-when waits

static const char help[] =
    "usage: bureauctl reference --all | --bureau CODE … [options]\n"
    "Bureaus that answer by themselves, for trials and tests: each letter is signed, reported with an outcome and a "
    "reply that\n"
    "suit its kind, and reviewed by somebody else. Work that came back is done again, a supervision is answered, other "
    "notices\n"
    "are only taken. A delivery is acknowledged when all of that is committed. Feedback that is refused is told on "
    "standard\n"
    "error and counted; the last line says how long letters took.\n"
    "  --all            all 21 cities and the province\n"
    "  --bureau CODE    one of them; may be repeated\n"
    "  --once-idle MS   ends when nothing was delivered and nothing in hand for so long\n"
    "  --exit-when FILE ends when FILE exists and nothing is in hand\n"
    "  --keys DIR       over tcp: each bureau's certificate file, DIR/CODE.key; else all use bureau/key\n"
    "  -c FILE          configuration file; its section bureau says where to connect\n"
    "SIGTERM and SIGINT: takes nothing new, finishes what is in hand (at most 5 s), acknowledges it.\n"
    "Exit status: 0 ended in order, 1 a subscription was refused, 2 wrong usage.\n";

#define BUREAUS (POLICY_BUREAUS + 1) // and the province

// One event of a delivery that is answered.
struct move {
    const char *event, *officer, *reason;
};
#define HANDLER "reference-handler"
#define REVIEWER "reference-reviewer" // who reported may not review
static const struct move work[] = {
    {"signed", HANDLER, NULL}, {"reported", HANDLER, NULL}, {"reviewed", REVIEWER, NULL}};
static const struct move supervised[] = {{"supervision_answered", HANDLER, "已核查办理进度，将按期办结。"}};
#define STEPS(list) (sizeof(list) / sizeof((list)[0]))

// A delivery in hand. Its steps go one by one, each when the one before has its answer.
struct job {
    int64_t seq, leg;
    int32_t unit, reviewer;
    bool again; // of the leg: its events have other ids than those of its letter
    char number[33], kind[17], event_id[65];
    const struct move *steps;
    size_t step, steps_n; // equal: done
};

// Jobs in the order of their seq: a ring of CREDIT, as no more can come than are acknowledged.
struct bureau {
    int32_t code;
    struct subscription *subscription;
    struct pipe *pipe;
    char key[300];
    struct job jobs[CREDIT];
    size_t first, used;
};

struct reference {
    struct bureau bureaus[BUREAUS];
    size_t n;
    struct buf frame;
    int64_t letters, notices, accepted, refused;
    int32_t *waits; // of each letter since it was received, in units of 10 microseconds
    size_t waits_room;
    int64_t busy_at; // when something was last done
    bool taking;     // false: ending
};

static void copy(char *to, size_t cap, struct str from)
{
    struct text t = {to, cap, 0};
    text_str(&t, from);
}

static void send_step(struct reference *r, size_t b, size_t i)
{
    struct job *job = &r->bureaus[b].jobs[i];
    const struct move *move = &job->steps[job->step];
    const struct answer *answer = answer_for(str_of(job->kind), (uint64_t)job->seq);
    struct text id = TEXT(job->event_id);
    text_put(&id, job->number);
    text_put(&id, "/");
    text_i64(&id, job->leg);
    text_put(&id, "/");
    if (job->again) {
        text_i64(&id, job->seq);
        text_put(&id, "/");
    }
    text_put(&id, move->event);
    bool reviews = strcmp(move->event, "reviewed") == 0;
    struct msg_feedback m = {
        .event_id = text_get(&id),
        .bureau = r->bureaus[b].code,
        .number = str_of(job->number),
        .event = str_of(move->event),
        .leg = job->leg,
        .has_leg = true,
        .officer = str_of(move->officer),
        .reason = str_of(move->reason),
        .unit = reviews ? job->reviewer : job->unit,
        .has_unit = true,
    };
    if (strcmp(move->event, "reported") == 0) {
        m.outcome = str_of(answer->outcome);
        m.public_reply = str_of(answer->public_reply);
        m.internal_report = str_of(answer->internal_report);
    }
    r->frame.n = 0;
    wire_put_feedback(&r->frame, (uint64_t)clock_mono(), &m);
    insist(pipe_send(r->bureaus[b].pipe, m.event_id, STR_NONE, &r->frame, i)); // the window holds every job
}

static void note_wait(struct reference *r, wf_time received_at)
{
    if ((size_t)r->letters == r->waits_room) {
        r->waits_room = r->waits_room ? 2 * r->waits_room : 1024;
        r->waits = realloc(r->waits, r->waits_room * sizeof(*r->waits));
        insist(r->waits);
    }
    int64_t wait = (clock_now() - received_at) / 10;
    r->waits[r->letters++] = wait < 0 ? 0 : wait > INT32_MAX ? INT32_MAX : (int32_t)wait;
}

static int compare_waits(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

// The wait in ms that `percent` of the deliveries did not exceed.
static double wait_ms(const struct reference *r, int percent)
{
    return r->letters > 0 ? (double)r->waits[(r->letters - 1) * percent / 100] / 100 : 0;
}

// What is to be done about a delivery. Nothing: it is only taken.
static void plan(struct job *job, const struct msg_delivery *m)
{
    bool letter = !m->notice.p || str_is(m->notice, "letter");
    job->again = !letter;
    if (letter || str_is(m->notice, "returned")) {
        job->steps = work;
        job->steps_n = STEPS(work);
        // Held to have signed, or handed back by the desk: what is signed already is not signed again.
        job->step = str_is(m->state, "SIGNED") ? 1 : 0;
    } else if (str_is(m->notice, "supervised")) {
        job->steps = supervised;
        job->steps_n = STEPS(supervised);
    }
}

// Acknowledges what is done up to the first that is not.
static void settle(struct bureau *bureau)
{
    int64_t stored = 0;
    for (; bureau->used > 0; bureau->used--) {
        const struct job *first = &bureau->jobs[bureau->first];
        if (first->step < first->steps_n)
            break;
        stored = first->seq;
        bureau->first = (bureau->first + 1) % CREDIT;
    }
    if (stored > 0)
        subscription_ack(bureau->subscription, stored);
}

static void on_delivery(struct reference *r, size_t b, const struct msg_delivery *m)
{
    struct bureau *bureau = &r->bureaus[b];
    insist(bureau->used < CREDIT); // wf_subscribe's promise
    size_t i = (bureau->first + bureau->used++) % CREDIT;
    struct job *job = &bureau->jobs[i];
    *job = (struct job){.seq = m->seq, .leg = m->leg, .unit = bureau->code};
    if (m->has_unit && m->unit != 0)
        job->unit = (int32_t)m->unit;
    // What was handed down is reviewed above.
    job->reviewer = m->has_parent && m->parent != 0 ? bureau->code : job->unit;
    copy(job->number, sizeof(job->number), m->number);
    copy(job->kind, sizeof(job->kind), m->kind);
    plan(job, m);
    if (job->again)
        r->notices++;
    else
        note_wait(r, m->received_at);
    if (job->steps_n > 0)
        send_step(r, b, i);
    else
        settle(bureau);
}

static void on_answer(struct reference *r, size_t b, size_t i, const struct frame *answer)
{
    struct bureau *bureau = &r->bureaus[b];
    struct job *job = &bureau->jobs[i];
    struct err err;
    if (answer->id == MSG_FEEDBACK_RESULT) {
        r->accepted++;
    } else {
        (void)refusal_read(answer, &err);
        fprintf(stderr, COMMAND ": %s: %s refused: %s (%s)\n", job->number, job->steps[job->step].event, err.text,
                err.code);
        r->refused++;
    }
    if (++job->step < job->steps_n)
        send_step(r, b, i);
    else
        settle(bureau);
}

// One round over every socket. REJECT: a subscription was refused.
static enum result turn(struct reference *r, bool *moved, struct err *err)
{
    struct queue_line line;
    struct frame answer;
    uint64_t tag;
    for (size_t b = 0; b < r->n; b++) {
        enum result got = RETRY;
        while (r->taking && (got = subscription_next(r->bureaus[b].subscription, 0, &line, err)) == OK) {
            on_delivery(r, b, &line.delivery);
            *moved = true;
        }
        if (got == REJECT) {
            fprintf(stderr, COMMAND ": bureau %d: ", (int)r->bureaus[b].code);
            return REJECT;
        }
        while (pipe_wait(r->bureaus[b].pipe, 0, &tag, &answer)) {
            on_answer(r, b, (size_t)tag, &answer);
            *moved = true;
        }
    }
    return OK;
}

static size_t in_hand(const struct reference *r)
{
    size_t n = 0;
    for (size_t b = 0; b < r->n; b++)
        n += pipe_open_n(r->bureaus[b].pipe);
    return n;
}

static void wait_any(const struct reference *r)
{
    struct bus *buses[2 * BUREAUS];
    size_t n = 0;
    for (size_t b = 0; b < r->n; b++) {
        buses[n++] = pipe_bus(r->bureaus[b].pipe);
        if (r->taking)
            buses[n++] = subscription_bus(r->bureaus[b].subscription);
    }
    bus_wait_any(buses, n, SLICE_MS);
}

static int run(struct reference *r, int64_t once_idle_ms, const char *exit_when)
{
    int64_t stop_at = 0; // when a signal's patience ends
    r->taking = true;
    r->busy_at = clock_mono();
    for (;;) {
        bool moved = false;
        struct err err;
        if (turn(r, &moved, &err) != OK)
            return tool_fail(COMMAND, &err);
        int64_t now = clock_mono();
        size_t open = in_hand(r);
        if (moved || open > 0)
            r->busy_at = now;
        if (stopping() && stop_at == 0) {
            r->taking = false;
            stop_at = now + 5 * WF_SECOND;
        }
        if (!r->taking && (open == 0 || now >= stop_at))
            return 0;
        if (once_idle_ms > 0 && now - r->busy_at >= once_idle_ms * 1000)
            return 0;
        if (exit_when && open == 0 && !moved && access(exit_when, F_OK) == 0)
            return 0;
        if (!moved)
            wait_any(r);
    }
}

static int connect_one(struct bureau *bureau, struct dial deliver, struct dial feedback, const char *keys)
{
    struct subscription_want want = {.queue = bureau->code, .last_seq = -1, .credit = CREDIT, .consumer = "reference"};
    struct err err;
    if (keys) {
        snprintf(bureau->key, sizeof(bureau->key), "%s/%d.key", keys, (int)bureau->code);
        deliver.key_file = feedback.key_file = bureau->key;
    }
    if (subscription_open(&deliver, &want, &bureau->subscription, &err) != OK ||
        pipe_open(&feedback, CREDIT, RESEND_MS, &bureau->pipe, &err) != OK)
        return tool_fail(COMMAND, &err);
    return 0;
}

static int32_t all_of(size_t i)
{
    return i < POLICY_BUREAUS ? policy_bureaus[i] : POLICY_PROVINCE;
}

// Which bureaus: all, or those named. false: usage was said.
static bool choose(struct reference *r, bool all, const struct tool_texts *named)
{
    if (all != (named->n == 0)) {
        (void)tool_usage(COMMAND, "either --all or --bureau CODE is needed");
        return false;
    }
    for (size_t i = 0; i < (all ? BUREAUS : named->n); i++) {
        int32_t code = all ? all_of(i) : bureau_code(COMMAND, named->list[i]);
        if (code == 0)
            return false;
        for (size_t b = 0; b < r->n; b++) {
            if (r->bureaus[b].code == code) {
                (void)tool_usage(COMMAND, "bureau %d is named twice", (int)code);
                return false;
            }
        }
        if (r->n == BUREAUS) {
            (void)tool_usage(COMMAND, "at most %d bureaus", (int)BUREAUS);
            return false;
        }
        r->bureaus[r->n++].code = code;
    }
    return true;
}

int cmd_reference(int argc, char **argv)
{
    struct tool_texts named = {.n = 0};
    bool all = false;
    int64_t once_idle_ms = 0;
    const char *keys = NULL, *exit_when = NULL;
    struct tool_dial d = {0};
    struct dial deliver, feedback;
    const struct tool_option known[] = {
        {"--all", TOOL_FLAG, 0, 0, &all},
        {"--bureau", TOOL_TEXTS_OPTION, 0, 0, &named},
        {"--once-idle", TOOL_INT, 1, 3600000, &once_idle_ms},
        {"--exit-when", TOOL_TEXT, 0, 0, &exit_when},
        {"--keys", TOOL_TEXT, 0, 0, &keys},
        {"-c", TOOL_TEXT, 0, 0, &d.file},
    };
    struct tool_arguments a = {
        .command = COMMAND, .help = help, .options = known, .options_n = sizeof(known) / sizeof(known[0])};
    int code;
    if (!tool_arguments(&a, argc, argv, &code))
        return code;
    code = 0;
    struct reference *r = calloc(1, sizeof(*r));
    insist(r);
    if (!choose(r, all, &named) || !tool_dial(COMMAND, &d, "bureau/deliver", &deliver) ||
        !tool_dial(COMMAND, &d, "bureau/feedback", &feedback)) {
        tool_dial_done(&d);
        free(r);
        return 2;
    }
    stop_on_signals();
    for (size_t b = 0; b < r->n && code == 0; b++)
        code = connect_one(&r->bureaus[b], deliver, feedback, keys);
    if (code == 0)
        code = run(r, once_idle_ms, exit_when);
    for (size_t b = 0; b < r->n; b++) {
        subscription_close(r->bureaus[b].subscription);
        pipe_close(r->bureaus[b].pipe);
    }
    if (r->letters > 0)
        qsort(r->waits, (size_t)r->letters, sizeof(*r->waits), compare_waits);
    fprintf(stderr,
            COMMAND
            ": %lld deliveries, %lld feedback events accepted, %lld refused; from receipt to delivery p50 %.2f ms, "
            "p99 %.2f ms\n",
            (long long)(r->letters + r->notices), (long long)r->accepted, (long long)r->refused, wait_ms(r, 50),
            wait_ms(r, 99));
    free(r->waits);
    buf_free(&r->frame);
    tool_dial_done(&d);
    free(r);
    bus_term();
    return code;
}

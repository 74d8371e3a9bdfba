// SPDX-License-Identifier: Apache-2.0
// feedbackd: takes what the bureaus report, what the duty desk decides and what writers say, and keeps the clocks. All
// are events of a case; the table says what follows, the answer comes after COMMIT, and the sender's own key makes a
// repeat harmless (P2). It also tells who wrote, to who may know, and how a letter stands, to who wrote it.
#include "feedback.h"
#include "store/because.h"
#include "store/identity.h"
#include "store/policy_store.h"
#include "store/worklist.h"

#define BUREAU_HWM 1000
#define DESK_HWM 200
#define HINT_HWM 1000

struct counter feedback_counters[] = {
    [APPLIED] = {"events_applied_total", "events that changed a case", COUNTER, 0},
    [DUPLICATES] = {"events_duplicate_total", "events that had been applied before", COUNTER, 0},
    [REFUSED_TOTAL] = {"events_refused_total", "events that the table or a check refused", COUNTER, 0},
    [BAD_FRAMES] = {"bad_frames_total", "frames that are no event at all", COUNTER, 0},
    [RETRIES] = {"events_retry_total", "events not taken because the database was away", COUNTER, 0},
    [BATCHES] = {"batches_total", "transactions", COUNTER, 0},
    [DESK_ACTS] = {"desk_acts_total", "events of the desk", COUNTER, 0},
    [POISONED] = {"dead_letters_total", "refused events kept for the desk", COUNTER, 0},
    [ANSWERS_LOST] = {"answers_lost_total", "answers whose sender was gone", COUNTER, 0},
    [FORWARDED] = {"events_forwarded_total", "a writer's events that went on to the case that theirs was merged into",
                   COUNTER, 0},
    [IDENTITIES] = {"identities_total", "writers' identities told to a unit", COUNTER, 0},
    [LOOKUPS] = {"lookups_total", "letters looked up by their writers", COUNTER, 0},
    [WRITER_ACTS] = {"writer_acts_total", "events of writers", COUNTER, 0},
    [WRONG_CODES] = {"wrong_codes_total", "numbers that came with another code than theirs", COUNTER, 0},
    [CLOSED_NUMBERS] = {"closed_numbers_total", "look-ups of a number that was closed after ten wrong codes", COUNTER,
                        0},
    [DENIED] = {"denied_total", "messages of a key that named somebody else", COUNTER, 0},
    [THROTTLED] = {"throttled_total", "messages beyond what a key may send", COUNTER, 0},
    [SWEPT] = {"clocks_swept_total", "cases whose clocks were looked at because one was due", COUNTER, 0},
    [LAG] = {"clock_lag_seconds", "how long the oldest case whose clocks want looking at has waited", GAUGE, 0},
    {0},
};

static void count_doors(void *arg)
{
    struct feedback *fb = arg;
    gauge(&feedback_counters[DENIED], gate_denied(fb->gate));
    gauge(&feedback_counters[THROTTLED], gate_throttled(fb->gate));
}

static void open_doors(struct feedback *fb, struct run *run)
{
    struct err err;
    run_must(bus_push_connect(config_text(run->config, "dispatcher/listen"), HINT_HWM, &fb->dispatch, &err), &err);
    run_must(bus_router_bind(run_endpoint(run, "feedback/listen"), BUREAU_HWM, &fb->listen, &err), &err);
    run_must(bus_router_bind(run_endpoint(run, "feedback/desk"), DESK_HWM, &fb->desk, &err), &err);
    fb->gate = gate_open(&fb->stage, "feedback/public", BUREAU_HWM, &fb->public);
}

static void close_doors(struct feedback *fb)
{
    bus_close(fb->listen);
    bus_close(fb->public);
    bus_close(fb->desk);
    bus_close(fb->dispatch);
    gate_close(fb->gate);
    bus_term();
}

static void start_sweep(struct feedback *fb, struct run *run)
{
    fb->sweep.stage = &fb->stage;
    fb->sweep.cases = fb->cases;
    fb->sweep.batch = fb->batch;
    fb->sweep.swept = &feedback_counters[SWEPT];
    fb->sweep.lag = &feedback_counters[LAG];
    fb->sweep.refused = &feedback_counters[POISONED];
    fb->sweep.after = batch_hint;
    fb->sweep.arg = fb;
    sweep_start(&fb->sweep, config_int(run->config, "feedback/sweep"));
}

int main(int argc, char **argv)
{
    static struct feedback fb;
    static const struct statement *const lists[] = {
        because_statements, cases_statements,        policy_store_statements,
        poison_statements,  worklist_due_statements, identity_statements,
        lookup_statements,  keys_statements,         NULL};
    struct err err;
    struct run *run = run_start(argc, argv, "feedbackd", feedback_counters);
    run_must(code_key_read(config_text(run->config, "intake/code_key"), &fb.key, &err), &err);
    stage_open(&fb.stage, run, "pa_feedback", lists);
    fb.cases = cases_new(fb.stage.db);
    fb.batch = (int)config_int(run->config, "feedback/batch");
    open_doors(&fb, run);
    struct door bureaus = {&fb, fb.listen, NULL, false}, desk = {&fb, fb.desk, NULL, true};
    struct door public = {&fb, fb.public, fb.gate, false};
    loop_socket(run->loop, fb.desk, batch_events, &desk);
    loop_socket(run->loop, fb.listen, batch_events, &bureaus);
    if (fb.public)
        loop_socket(run->loop, fb.public, batch_events, &public);
    loop_every(run->loop, 1000, stage_refresh, &fb.stage);
    if (fb.public)
        loop_every(run->loop, 1000, count_doors, &fb);
    start_sweep(&fb, run);
    int status = run_loop(run);
    close_doors(&fb);
    cases_free(fb.cases);
    stage_close(&fb.stage);
    buf_free(&fb.out);
    run_free(run);
    return status;
}

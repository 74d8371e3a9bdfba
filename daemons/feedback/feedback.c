// SPDX-License-Identifier: Apache-2.0
// feedbackd: takes what the bureaus report and what the duty desk decides, and keeps the clocks. All are events of a
// case; the table says what follows, the answer comes after COMMIT, and the sender's own key makes a repeat harmless
// (P2).
#include "core/number.h"
#include "request.h"
#include "run/clock.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/poison.h"
#include "store/policy_store.h"
#include "store/stage.h"
#include "store/worklist.h"
#include "sweep.h"
#include "wire/refusal.h"

#include <string.h>

#define BATCH_BYTES ((size_t)4 << 20)
#define BUREAU_HWM 1000
#define DESK_HWM 200
#define HINT_HWM 1000

enum {
    APPLIED,
    DUPLICATES,
    REFUSED_TOTAL,
    BAD_FRAMES,
    RETRIES,
    BATCHES,
    DESK_ACTS,
    POISONED,
    ANSWERS_LOST,
    FORWARDED,
    SWEPT,
    LAG
};
static struct counter counters[] = {
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
    [SWEPT] = {"clocks_swept_total", "cases whose clocks were looked at because one was due", COUNTER, 0},
    [LAG] = {"clock_lag_seconds", "how long the oldest case whose clocks want looking at has waited", GAUGE, 0},
    {0},
};

struct feedback {
    struct stage stage;
    struct bus *listen, *desk, *dispatch;
    struct cases *cases;
    int batch;
    struct buf out;
    // The batch under way.
    struct msg msgs[CASES_MAX];
    struct request requests[CASES_MAX];
    struct change changes[CASES_MAX];
    struct applied applied[CASES_MAX];
    struct poison poison[CASES_MAX];
    char poison_refs[CASES_MAX][96];
    // Of these, what goes on to another case.
    int forward_of[CASES_MAX];
    struct change forwards[CASES_MAX];
    struct applied forwarded[CASES_MAX];
    struct sweep sweep;
};

// One of the two sockets that events come in by: how to read them and how to answer.
struct door {
    struct feedback *fb;
    struct bus *bus;
    bool desk;
};

static void send_out(struct door *door, const struct peer *peer)
{
    if (!bus_send(door->bus, peer, door->fb->out.p, door->fb->out.n))
        count(&counters[ANSWERS_LOST], 1);
}

static void answer_refusal(struct door *door, const struct peer *peer, const struct request *rq, const struct err *err)
{
    door->fb->out.n = 0;
    struct msg_refusal m = refusal_of(rq->ref, err);
    wire_put_refusal(&door->fb->out, rq->trace, &m);
    send_out(door, peer);
}

static void answer_desk(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a)
{
    struct buf *out = &door->fb->out;
    char number_new[NUMBER_MAX];
    struct msg_desk_result m = {.ref = rq->ref,
                                .number = rq->number,
                                .state = str_of(code_name(case_states, a->state)),
                                .version = a->version,
                                .has_version = a->version > 0};
    if (a->new_id != 0) {
        number_format(a->mailbox, a->new_id, number_new);
        m.number_new = str_of(number_new);
    }
    out->n = 0;
    wire_put_desk_result(out, rq->trace, &m);
    send_out(door, peer);
}

static void answer_bureau(struct door *door, const struct peer *peer, const struct request *rq, const struct applied *a)
{
    struct buf *out = &door->fb->out;
    out->n = 0;
    wire_put_feedback_result(out, rq->trace,
                             &(struct msg_feedback_result){.event_id = rq->ref,
                                                           .number = rq->number,
                                                           .state = str_of(code_name(case_states, a->state)),
                                                           .duplicate = a->result == DUPLICATE,
                                                           .version = a->version,
                                                           .has_version = a->version > 0});
    send_out(door, peer);
}

// Decodes one frame into the batch; false when it was refused.
static bool take(struct door *door, const struct msg *msg, int n)
{
    struct feedback *fb = door->fb;
    struct request *rq = &fb->requests[n];
    struct err err;
    *rq = (struct request){0};
    enum result result = door->desk ? request_of_desk(msg, fb->stage.policy, rq, &fb->changes[n], &err)
                                    : request_of_bureau(msg, fb->stage.policy, rq, &fb->changes[n], &err);
    if (result == OK)
        return true;
    count(&counters[rq->ref.p ? REFUSED_TOTAL : BAD_FRAMES], 1);
    answer_refusal(door, &msg->peer, rq, &err);
    return false;
}

// What a bureau sent and the table refused is kept for the desk, whole, so that it can be tried again; but not what
// speaks of a case that the bureau does not have: there is nothing to look at, and it could be sent without end. The
// desk's own refused acts are not: the officer reads the answer.
static enum result keep_refused(struct feedback *fb, int n, struct err *err)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        const struct applied *a = &fb->applied[i];
        if (a->result != REJECT || strcmp(a->err.code, "not_found") == 0)
            continue;
        struct text ref = TEXT(fb->poison_refs[kept]);
        text_i64(&ref, fb->changes[i].cause_by);
        text_put(&ref, "/");
        text_str(&ref, fb->requests[i].ref);
        fb->poison[kept++] = (struct poison){.ref = text_get(&ref),
                                             .case_id = fb->changes[i].case_id,
                                             .err = &a->err,
                                             .frame = {(const char *)fb->msgs[i].p, fb->msgs[i].n}};
    }
    count(&counters[POISONED], kept);
    return poison_add(fb->stage.db, "feedback", clock_now(), fb->poison, kept, err);
}

// The dispatcher's work, as far as this batch made some.
static void hint(void *arg, const struct change *changes, const struct applied *applied, int n)
{
    struct feedback *fb = arg;
    struct msg_case_accepted m = {.case_ids_n = 0};
    for (int i = 0; i < n; i++)
        if (applied[i].result == OK && (applied[i].state == ACCEPTED || applied[i].state == REWORK))
            m.case_ids[m.case_ids_n++] = changes[i].case_id;
    if (m.case_ids_n == 0)
        return;
    fb->out.n = 0;
    wire_put_case_accepted(&fb->out, (uint64_t)m.case_ids[0], &m);
    (void)!bus_send(fb->dispatch, NULL, fb->out.p, fb->out.n); // else its sweep finds them
}

// What a writer adds to a letter that was merged is for the case that it was merged into (domain §2, 2.11). It is
// answered once, with that case's state. A primary is merged no further, so once is enough. Not a withdrawal: the
// primary is another writer's letter, which this one cannot take back.
static enum result forward(struct feedback *fb, int n, struct err *err)
{
    int found = 0;
    for (int i = 0; i < n; i++) {
        struct applied *a = &fb->applied[i];
        if (a->result != REJECT || a->primary == 0 || strcmp(a->err.code, "merged") != 0)
            continue;
        fb->forwards[found] = fb->changes[i];
        fb->forwards[found].case_id = a->primary;
        fb->forwards[found].mailbox = 0; // its number is not the one that the writer knows
        fb->forwards[found].leg = 0;
        fb->forwards[found].seen = 0;
        fb->forward_of[found++] = i;
    }
    if (found == 0)
        return OK;
    enum result result = cases_apply(fb->cases, fb->stage.policy, clock_now(), fb->forwards, found, fb->forwarded, err);
    for (int i = 0; result == OK && i < found; i++) {
        fb->applied[fb->forward_of[i]] = fb->forwarded[i];
        fb->changes[fb->forward_of[i]].case_id = fb->forwards[i].case_id;
    }
    count(&counters[FORWARDED], result == OK ? found : 0);
    return result;
}

static void handle(struct door *door, int n)
{
    struct feedback *fb = door->fb;
    struct err err;
    enum result result = err_set(&err, RETRY, "database_away", "", "the database is away; send it again");
    if (stage_ready(&fb->stage)) {
        result = cases_apply(fb->cases, fb->stage.policy, clock_now(), fb->changes, n, fb->applied, &err);
        if (result == OK)
            result = forward(fb, n, &err);
        if (result == OK && !door->desk)
            result = keep_refused(fb, n, &err);
        if (result != OK)
            stage_failed(&fb->stage, result == REJECT ? BROKEN : result, &err);
    }
    for (int i = 0; i < n; i++) {
        const struct peer *peer = &fb->msgs[i].peer;
        if (result != OK) {
            count(&counters[RETRIES], 1);
            answer_refusal(door, peer, &fb->requests[i], &err);
        } else if (fb->applied[i].result == REJECT) {
            count(&counters[REFUSED_TOTAL], 1);
            answer_refusal(door, peer, &fb->requests[i], &fb->applied[i].err);
        } else {
            count(&counters[fb->applied[i].result == DUPLICATE ? DUPLICATES : APPLIED], 1);
            (door->desk ? answer_desk : answer_bureau)(door, peer, &fb->requests[i], &fb->applied[i]);
        }
    }
    if (door->desk)
        count(&counters[DESK_ACTS], n);
    if (result == OK)
        hint(fb, fb->changes, fb->applied, n);
    count(&counters[BATCHES], 1);
}

static void on_events(void *arg)
{
    struct door *door = arg;
    struct feedback *fb = door->fb;
    int n = 0;
    size_t bytes = 0;
    while (n < fb->batch && bytes < BATCH_BYTES && bus_recv(door->bus, &fb->msgs[n])) {
        size_t size = fb->msgs[n].n;
        if (take(door, &fb->msgs[n], n)) {
            bytes += size;
            n++;
        } else {
            bus_done(&fb->msgs[n]);
        }
    }
    if (n > 0)
        handle(door, n);
    for (int i = 0; i < n; i++)
        bus_done(&fb->msgs[i]);
}

int main(int argc, char **argv)
{
    static struct feedback fb;
    static const struct statement *const lists[] = {because_statements,      cases_statements,
                                                    policy_store_statements, poison_statements,
                                                    worklist_due_statements, NULL};
    struct err err;
    struct run *run = run_start(argc, argv, "feedbackd", counters);
    stage_open(&fb.stage, run, "pa_feedback", lists);
    fb.cases = cases_new(fb.stage.db);
    fb.batch = (int)config_int(run->config, "feedback/batch");
    run_must(bus_push_connect(config_text(run->config, "dispatcher/listen"), HINT_HWM, &fb.dispatch, &err), &err);
    run_must(bus_router_bind(run_endpoint(run, "feedback/listen"), BUREAU_HWM, &fb.listen, &err), &err);
    run_must(bus_router_bind(run_endpoint(run, "feedback/desk"), DESK_HWM, &fb.desk, &err), &err);
    struct door bureaus = {&fb, fb.listen, false}, desk = {&fb, fb.desk, true};
    loop_socket(run->loop, fb.desk, on_events, &desk);
    loop_socket(run->loop, fb.listen, on_events, &bureaus);
    loop_every(run->loop, 1000, stage_refresh, &fb.stage);
    fb.sweep.stage = &fb.stage;
    fb.sweep.cases = fb.cases;
    fb.sweep.batch = fb.batch;
    fb.sweep.swept = &counters[SWEPT];
    fb.sweep.lag = &counters[LAG];
    fb.sweep.refused = &counters[POISONED];
    fb.sweep.after = hint;
    fb.sweep.arg = &fb;
    sweep_start(&fb.sweep, config_int(run->config, "feedback/sweep"));
    int status = run_loop(run);
    bus_close(fb.listen);
    bus_close(fb.desk);
    bus_close(fb.dispatch);
    bus_term();
    cases_free(fb.cases);
    stage_close(&fb.stage);
    buf_free(&fb.out);
    run_free(run);
    return status;
}

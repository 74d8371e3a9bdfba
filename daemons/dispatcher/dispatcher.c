// SPDX-License-Identifier: Apache-2.0
// dispatcherd: gives accepted cases, and those that are to be done again, to the unit that core chooses and appends
// them to its bureau's durable queue (one transaction, P3), and delivers the queues to the bureaus that listen, by
// their credit and under the guard.
#include "counts.h"
#include "delivery.h"
#include "run/clock.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/poison.h"
#include "store/policy_store.h"
#include "store/queue.h"
#include "store/recent.h"
#include "store/stage.h"
#include "store/worklist.h"
#include "wire/wire.gen.h"

#include <string.h>

#define HINT_HWM 1000

struct counter counters[] = {
    [LAG] = {"lag_seconds", "age of the oldest case that waits here for a bureau", GAUGE, 0},
    [DISPATCHED] = {"cases_dispatched_total", "cases appended to a bureau's queue", COUNTER, 0},
    [DELIVERED] = {"deliveries_total", "deliveries handed to a consumer's connection", COUNTER, 0},
    [ACKNOWLEDGED] = {"deliveries_acknowledged_total", "deliveries that a bureau or portal has stored", COUNTER, 0},
    [SUBSCRIBED] = {"bureaus_subscribed", "queues that have an active consumer now", GAUGE, 0},
    [STANDBYS] = {"consumers_standing_by", "consumers that wait for their turn now", GAUGE, 0},
    [IN_FLIGHT] = {"in_flight_bytes", "bytes sent and not acknowledged, all queues together", GAUGE, 0},
    [ACTIVATIONS] = {"turns_total", "turns that began at a queue", COUNTER, 0},
    [REJECTED] = {"deliveries_rejected_total", "deliveries that a consumer could not take in", COUNTER, 0},
    [ATTEMPTS_FAILED] = {"sessions_in_vain_total", "sessions that ended without an acknowledgement of the head",
                         COUNTER, 0},
    [BLOCKED] = {"queues_blocked", "queues whose head waits for `letterctl queue`", GAUGE, 0},
    [STALE] = {"messages_stale_total", "words of a turn that was over", COUNTER, 0},
    [SILENT] = {"sessions_silent_total", "sessions ended because nothing was heard for 15 s", COUNTER, 0},
    [REVOKED] = {"sessions_revoked_total", "sessions ended because their key was revoked", COUNTER, 0},
    [REFUSED_TOTAL] = {"messages_refused_total", "consumers' messages refused", COUNTER, 0},
    [BAD_FRAMES] = {"bad_frames_total", "frames that are no message, or none of this socket's", COUNTER, 0},
    [DENIED] = {"messages_denied_total", "messages whose key named somebody else's queue", COUNTER, 0},
    [THROTTLED] = {"messages_throttled_total", "messages over their key's rate", COUNTER, 0},
    [RETIRED] = {"queue_ranges_retired_total", "acknowledged ranges of queues that were dropped", COUNTER, 0},
    [POISONED] = {"dead_letters_total", "cases that could not be dispatched", COUNTER, 0},
    [BATCHES] = {"batches_total", "transactions that dispatch", COUNTER, 0},
    [GAPS] = {"queue_gaps_total", "gaps seen in a queue: must stay 0", COUNTER, 0},
    {0},
};

struct dispatcher {
    struct stage stage;
    struct delivery delivery;
    struct bus *listen;
    struct cases *cases;
    struct recent recent;
    int batch, sweep_timer;
    int64_t swept_to;
    int64_t ids[CASES_MAX];
    struct change changes[CASES_MAX];
    struct applied applied[CASES_MAX];
};

static enum result bury(struct dispatcher *d, int i, struct err *err)
{
    char id[24];
    struct text t = TEXT(id);
    text_i64(&t, d->ids[i]);
    struct poison item = {.ref = text_get(&t), .case_id = d->ids[i], .err = &d->applied[i].err};
    log_err(LOG_ERROR, id, item.err);
    count(&counters[POISONED], 1);
    return poison_add(d->stage.db, "dispatcher", clock_now(), &item, 1, err);
}

// The desk must say something first: the policy leaves the step to it, or the guard lets no unit have the case as it
// is. The case stays on the list, has a date, and goes by itself once that was said.
static bool waits_for_desk(const struct applied *a)
{
    return a->result == REJECT && (strcmp(a->err.code, "needs_desk") == 0 || strcmp(a->err.code, "conflict") == 0);
}

// Dispatches the n cases in ids; false when the database went away.
static bool dispatch(struct dispatcher *d, int n)
{
    struct err err;
    for (int i = 0; i < n; i++)
        d->changes[i] = (struct change){.case_id = d->ids[i], .event = EV_DISPATCH, .actor = ACTOR_DISPATCHER};
    enum result result = cases_apply(d->cases, d->stage.policy, clock_now(), d->changes, n, d->applied, &err);
    for (int i = 0; result == OK && i < n; i++) {
        const struct applied *a = &d->applied[i];
        bool waits = waits_for_desk(a);
        // A hint about a case that is not there is nobody's work.
        if (a->result == REJECT && !waits && strcmp(a->err.code, "not_found") != 0)
            result = bury(d, i, &err);
        if (!waits)
            recent_add(&d->recent, d->ids[i]);
        if (a->result == OK) {
            if (a->queue_to != 0)
                delivery_appended(&d->delivery, a->queue_to);
            count(&counters[DISPATCHED], 1);
        }
    }
    count(&counters[BATCHES], 1);
    if (result != OK)
        stage_failed(&d->stage, result, &err);
    return result == OK;
}

static void on_hint(void *arg)
{
    struct dispatcher *d = arg;
    static struct msg_case_accepted m;
    int n = 0;
    bool dry = false;
    // A hint may hold as many ids as a batch, so one that does not fit any more is left for the sweep.
    while (n < d->batch) {
        struct msg msg;
        struct frame frame;
        struct err err;
        if (!bus_recv(d->listen, &msg)) {
            dry = true;
            break;
        }
        if (frame_get(msg.p, msg.n, &frame, &err) != OK || wire_get_case_accepted(&frame, &m, &err) != OK) {
            count(&counters[BAD_FRAMES], 1);
            log_err(LOG_WARN, "hint", &err);
            m.case_ids_n = 0;
        }
        for (uint32_t i = 0; i < m.case_ids_n; i++) {
            if (n == CASES_MAX)
                loop_soon(d->stage.run->loop, d->sweep_timer);
            else if (!recent_has(&d->recent, m.case_ids[i]))
                d->ids[n++] = m.case_ids[i];
        }
        bus_done(&msg);
    }
    if (n > 0 && stage_ready(&d->stage) && dispatch(d, n))
        delivery_soon(&d->delivery);
    if (dry && n > 0)
        loop_soon(d->stage.run->loop, d->sweep_timer);
}

static void on_sweep(void *arg)
{
    struct dispatcher *d = arg;
    struct err err;
    wf_time oldest;
    int found;
    if (!stage_ready(&d->stage))
        return;
    enum result result = worklist_accepted(d->stage.db, d->swept_to, d->batch, d->ids, &found, &oldest, &err);
    if (result != OK) {
        stage_failed(&d->stage, result, &err);
        return;
    }
    if (d->swept_to == 0)
        gauge(&counters[LAG], found > 0 ? (clock_now() - oldest) / WF_SECOND : 0);
    // What the database says is accepted is to be dispatched, even if we have done so before.
    bool more = found == d->batch;
    d->swept_to = more ? d->ids[found - 1] : 0;
    if (found > 0 && !dispatch(d, found))
        return;
    if (found > 0)
        delivery_soon(&d->delivery);
    if (more)
        loop_soon(d->stage.run->loop, d->sweep_timer);
}

int main(int argc, char **argv)
{
    static struct dispatcher d;
    static const struct statement *const lists[] = {because_statements,
                                                    cases_statements,
                                                    worklist_accepted_statements,
                                                    queue_statements,
                                                    keys_statements,
                                                    policy_store_statements,
                                                    poison_statements,
                                                    NULL};
    struct err err;
    struct run *run = run_start(argc, argv, "dispatcherd", counters);
    stage_open(&d.stage, run, "pa_dispatcher", lists);
    d.cases = cases_new(d.stage.db);
    d.batch = (int)config_int(run->config, "dispatcher/batch");
    run_must(bus_pull_bind(run_endpoint(run, "dispatcher/listen"), HINT_HWM, &d.listen, &err), &err);
    run_must(delivery_open(&d.delivery, &d.stage, &err), &err);
    loop_socket(run->loop, d.listen, on_hint, &d);
    d.sweep_timer = loop_every(run->loop, config_int(run->config, "dispatcher/sweep"), on_sweep, &d);
    loop_soon(run->loop, d.sweep_timer);
    loop_every(run->loop, 1000, stage_refresh, &d.stage);
    int status = run_loop(run);
    delivery_close(&d.delivery);
    bus_close(d.listen);
    bus_term();
    cases_free(d.cases);
    stage_close(&d.stage);
    run_free(run);
    return status;
}

// SPDX-License-Identifier: Apache-2.0
// classifierd: types, places and flags received letters, and accepts what the policy leaves to it; the rest waits in
// TRIAGE for the desk, emergencies for the duty officer. Works from hints that carry a copy, and from the database's
// own list.
#include "core/classify.h"
#include "core/number.h"
#include "run/clock.h"
#include "run/model_file.h"
#include "store/because.h"
#include "store/cases.h"
#include "store/near.h"
#include "store/poison.h"
#include "store/policy_store.h"
#include "store/recent.h"
#include "store/stage.h"
#include "store/worklist.h"
#include "wire/wire.gen.h"

#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES ((size_t)4 << 20)
#define HINT_HWM 400
#define SWEEP_MAX 200 // letters may be long: what one sweep holds in memory

enum {
    LAG,
    CLASSIFIED,
    TO_DESK,
    EMERGENCIES,
    REPEATS,
    NOT_COMPARED,
    SWEPT,
    BAD_FRAMES,
    POISONED,
    BATCHES,
    HINTS_LOST,
    MODEL,
    MODELS_REFUSED
};
static struct counter counters[] = {
    [LAG] = {"lag_seconds", "age of the oldest letter that waits here", GAUGE, 0},
    [CLASSIFIED] = {"letters_classified_total", "letters typed and placed", COUNTER, 0},
    [TO_DESK] = {"letters_to_desk_total", "letters that wait for the desk", COUNTER, 0},
    [EMERGENCIES] = {"emergencies_total", "letters held for a duty officer", COUNTER, 0},
    [REPEATS] = {"letters_joined_total", "letters that came again and joined the first", COUNTER, 0},
    [NOT_COMPARED] = {"letters_not_compared_total", "letters that went on without a look for those that say the same",
                      COUNTER, 0},
    [SWEPT] = {"letters_swept_total", "letters found by the sweep rather than by a hint", COUNTER, 0},
    [BAD_FRAMES] = {"bad_frames_total", "frames that are no hint at all", COUNTER, 0},
    [POISONED] = {"dead_letters_total", "letters that the database refused", COUNTER, 0},
    [BATCHES] = {"batches_total", "transactions", COUNTER, 0},
    [HINTS_LOST] = {"hints_lost_total", "hints the dispatcher will find by its sweep instead", COUNTER, 0},
    [MODEL] = {"model_seal", "the name of the model in use, as a number", GAUGE, 0},
    [MODELS_REFUSED] = {"models_refused_total", "model files that were damaged or of another layout", COUNTER, 0},
    {0},
};

struct classifier {
    struct stage stage;
    struct bus *listen, *dispatch;
    struct cases *cases;
    struct near *near;
    struct recent recent;
    int batch, sweep_timer;
    int64_t swept_to;
    struct buf out;
    const char *model_path;
    struct model_file model;
    struct folded text;
    // The batch under way.
    struct msg msgs[CASES_MAX];
    struct letter letters[CASES_MAX];
    struct classification found[CASES_MAX];
    struct change changes[CASES_MAX];
    struct applied applied[CASES_MAX];
};

static void hint(struct classifier *cl, int n)
{
    struct msg_case_accepted m = {.case_ids_n = 0};
    for (int i = 0; i < n; i++)
        if (cl->applied[i].result == OK && cl->applied[i].state == ACCEPTED)
            m.case_ids[m.case_ids_n++] = cl->changes[i].case_id;
    if (m.case_ids_n == 0)
        return;
    cl->out.n = 0;
    wire_put_case_accepted(&cl->out, (uint64_t)m.case_ids[0], &m);
    if (!bus_send(cl->dispatch, NULL, cl->out.p, cl->out.n))
        count(&counters[HINTS_LOST], m.case_ids_n);
}

// A letter that the database refuses alone goes to the dead letters, and the sweep leaves it to the desk.
static enum result bury(struct classifier *cl, int i, struct err *err)
{
    char id[24];
    struct text t = TEXT(id);
    text_i64(&t, cl->changes[i].case_id);
    struct poison item = {.ref = text_get(&t), .case_id = cl->changes[i].case_id, .err = &cl->applied[i].err};
    log_err(LOG_ERROR, id, item.err);
    count(&counters[POISONED], 1);
    return poison_add(cl->stage.db, "classifier", clock_now(), &item, 1, err);
}

// What the letters are like. They go on without when the database refuses to say; false: it went away.
static bool compare(struct classifier *cl, int n)
{
    struct err err;
    enum result result = near_find(cl->near, cl->stage.policy, clock_now(), cl->letters, n, &err);
    for (int i = 0; i < n && result == OK; i++) {
        cl->changes[i].near = near_of(cl->near, i);
        cl->changes[i].other = near_first(cl->changes[i].near);
    }
    if (result == REJECT) {
        count(&counters[NOT_COMPARED], n);
        log_err(LOG_WARN, "not compared", &err);
    } else if (result != OK) {
        stage_failed(&cl->stage, result, &err);
    }
    return result == OK || result == REJECT;
}

// Think and apply; false when the database went away.
static bool handle(struct classifier *cl, int n)
{
    struct err err;
    for (int i = 0; i < n; i++) {
        classify(cl->stage.policy, &cl->model.model, &cl->letters[i], &cl->text, &cl->found[i]);
        model_file_sign(&cl->model, cl->found[i].why, sizeof(cl->found[i].why));
        cl->changes[i] = (struct change){.case_id = cl->letters[i].id,
                                         .event = cl->found[i].flags & FLAG_URGENT ? EV_FLAG_EMERGENCY : EV_TRIAGE,
                                         .actor = ACTOR_CLASSIFIER,
                                         .found = &cl->found[i]};
    }
    if (!compare(cl, n))
        return false;
    enum result result = cases_apply(cl->cases, cl->stage.policy, clock_now(), cl->changes, n, cl->applied, &err);
    for (int i = 0; result == OK && i < n; i++) {
        const struct applied *a = &cl->applied[i];
        // A hint about a case that is not there is nobody's work.
        if (a->result == REJECT && strcmp(a->err.code, "not_found") != 0)
            result = bury(cl, i, &err);
        recent_add(&cl->recent, cl->changes[i].case_id);
        if (a->result != OK)
            continue;
        count(&counters[CLASSIFIED], 1);
        count(&counters[TO_DESK], a->state == TRIAGE);
        count(&counters[EMERGENCIES], a->state == EMERGENCY);
        count(&counters[REPEATS], a->state == MERGED);
    }
    count(&counters[BATCHES], 1);
    if (result != OK) {
        stage_failed(&cl->stage, result, &err);
        return false;
    }
    hint(cl, n);
    return true;
}

static bool take(struct classifier *cl, const struct msg *msg, struct letter *out)
{
    struct frame frame;
    struct msg_letter_received m;
    struct err err;
    if (frame_get(msg->p, msg->n, &frame, &err) != OK || wire_get_letter_received(&frame, &m, &err) != OK) {
        count(&counters[BAD_FRAMES], 1);
        log_err(LOG_WARN, "hint", &err);
        return false;
    }
    if (recent_has(&cl->recent, m.case_id))
        return false;
    *out = (struct letter){.id = m.case_id,
                           .mailbox = (int32_t)m.mailbox,
                           .claimed = (enum kind)m.claimed,
                           .confidential = m.confidential,
                           .title = m.title,
                           .body = m.body,
                           .place = m.place,
                           .accused_n = m.accused_n};
    for (uint32_t i = 0; i < m.accused_n; i++)
        out->accused[i] = m.accused[i];
    // As intake has just opened it.
    wf_time now = clock_now();
    cases_presume(cl->cases,
                  &(struct case_facts){.id = out->id,
                                       .letter = out->id,
                                       .mailbox = out->mailbox,
                                       .version = 1,
                                       .state = RECEIVED,
                                       .kind = out->claimed,
                                       .flags = out->confidential ? FLAG_CONFIDENTIAL : 0,
                                       .clock_at = now,
                                       .wake_at = policy_due(cl->stage.policy, CLOCK_K3, out->claimed, now)});
    return true;
}

static void on_hint(void *arg)
{
    struct classifier *cl = arg;
    int n = 0;
    size_t bytes = 0;
    bool dry = false;
    while (n < cl->batch && bytes < BATCH_BYTES) {
        if (!bus_recv(cl->listen, &cl->msgs[n])) {
            dry = true;
            break;
        }
        bytes += cl->msgs[n].n;
        if (take(cl, &cl->msgs[n], &cl->letters[n]))
            n++;
        else
            bus_done(&cl->msgs[n]);
    }
    if (n > 0 && stage_ready(&cl->stage))
        handle(cl, n);
    for (int i = 0; i < n; i++)
        bus_done(&cl->msgs[i]);
    // Under load hints get lost; as soon as there is air, look what they left behind.
    if (dry && n > 0)
        loop_soon(cl->stage.run->loop, cl->sweep_timer);
}

// The work list itself, a page a turn, so that hints are still read in between.
static void on_sweep(void *arg)
{
    struct classifier *cl = arg;
    int found;
    struct err err;
    if (!stage_ready(&cl->stage))
        return;
    enum result result = worklist_received(cl->stage.db, cl->swept_to, SWEEP_MAX, cl->letters, &found, &err);
    if (result != OK) {
        stage_failed(&cl->stage, result, &err);
        return;
    }
    if (cl->swept_to == 0)
        gauge(&counters[LAG], found > 0 ? (clock_now() - cl->letters[0].received_at) / WF_SECOND : 0);
    bool more = found == SWEEP_MAX;
    cl->swept_to = more ? cl->letters[found - 1].id : 0;
    count(&counters[SWEPT], found);
    if ((found == 0 || handle(cl, found)) && more)
        loop_soon(cl->stage.run->loop, cl->sweep_timer);
}

static void told(struct classifier *cl, const char *before)
{
    const struct model_file *m = &cl->model;
    gauge(&counters[MODEL], (int64_t)strtoull(m->sealed.name, NULL, 16));
    log_line(LOG_INFO, "model %s%s%s, made of %s", m->sealed.name, before ? " instead of " : "", before ? before : "",
             m->model.head->made);
}

static void on_model(void *arg)
{
    struct classifier *cl = arg;
    struct err err;
    char before[SEAL_NAME];
    memcpy(before, cl->model.sealed.name, sizeof(before));
    enum result result = model_file_renew(cl->model_path, &cl->model, &err);
    if (result == OK) {
        told(cl, before);
    } else if (result == REJECT) {
        count(&counters[MODELS_REFUSED], 1);
        log_err(LOG_ERROR, "the model in use goes on", &err);
    }
}

int main(int argc, char **argv)
{
    static struct classifier cl;
    static const struct statement *const lists[] = {because_statements,
                                                    cases_statements,
                                                    worklist_received_statements,
                                                    policy_store_statements,
                                                    poison_statements,
                                                    near_statements,
                                                    NULL};
    struct err err;
    struct run *run = run_start(argc, argv, "classifierd", counters);
    stage_open(&cl.stage, run, "pa_classifier", lists);
    cl.model_path = config_text(run->config, "classifier/model");
    run_must(model_file_open(cl.model_path, &cl.model, &err), &err);
    told(&cl, NULL);
    cl.cases = cases_new(cl.stage.db);
    cl.near = near_new(cl.stage.db);
    cl.batch = (int)config_int(run->config, "classifier/batch");
    run_must(bus_push_connect(config_text(run->config, "dispatcher/listen"), HINT_HWM, &cl.dispatch, &err), &err);
    run_must(bus_pull_bind(run_endpoint(run, "classifier/listen"), HINT_HWM, &cl.listen, &err), &err);
    loop_socket(run->loop, cl.listen, on_hint, &cl);
    cl.sweep_timer = loop_every(run->loop, config_int(run->config, "classifier/sweep"), on_sweep, &cl);
    loop_soon(run->loop, cl.sweep_timer);
    loop_every(run->loop, 1000, stage_refresh, &cl.stage);
    loop_every(run->loop, 1000, on_model, &cl);
    int status = run_loop(run);
    bus_close(cl.listen);
    bus_close(cl.dispatch);
    bus_term();
    cases_free(cl.cases);
    near_free(cl.near);
    stage_close(&cl.stage);
    model_file_close(&cl.model);
    buf_free(&cl.out);
    run_free(run);
    return status;
}

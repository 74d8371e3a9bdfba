// SPDX-License-Identifier: Apache-2.0
#include "sweep.h"

#include "run/clock.h"
#include "store/worklist.h"

// What core will not tick is put aside for a person, or it would stand at the head of the list for ever.
static enum result put_aside(struct sweep *s, wf_time now, int n, struct err *err)
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (s->applied[i].result != REJECT)
            continue;
        struct text ref = TEXT(s->refs[kept]);
        text_i64(&ref, s->ids[i]);
        s->poison[kept++] =
            (struct poison){.ref = text_get(&ref), .case_id = s->ids[i], .err = &s->applied[i].err, .frame = STR_NONE};
    }
    count(s->refused, kept);
    return poison_add(s->stage->db, "clocks", now, s->poison, kept, err);
}

static void on_time(void *arg)
{
    struct sweep *s = arg;
    struct err err;
    wf_time oldest = 0, now = clock_now();
    int n = 0;
    if (!stage_ready(s->stage))
        return;
    enum result result = worklist_due(s->stage->db, now, s->batch, s->ids, &n, &oldest, &err);
    if (result == OK) {
        gauge(s->lag, n > 0 && oldest < now ? (now - oldest) / WF_SECOND : 0);
        for (int i = 0; i < n; i++)
            s->changes[i] = (struct change){.case_id = s->ids[i], .event = EV_TICK, .actor = ACTOR_FEEDBACK};
        if (n > 0)
            result = cases_apply(s->cases, s->stage->policy, now, s->changes, n, s->applied, &err);
        if (result == OK && n > 0)
            result = put_aside(s, now, n, &err);
    }
    if (result != OK) {
        stage_failed(s->stage, result == REJECT ? BROKEN : result, &err);
        return;
    }
    if (n == 0)
        return;
    count(s->swept, n);
    s->after(s->arg, s->changes, s->applied, n);
    if (n == s->batch)
        loop_soon(s->stage->run->loop, s->timer);
}

void sweep_start(struct sweep *sweep, int64_t ms)
{
    sweep->timer = loop_every(sweep->stage->run->loop, ms, on_time, sweep);
    loop_soon(sweep->stage->run->loop, sweep->timer);
}

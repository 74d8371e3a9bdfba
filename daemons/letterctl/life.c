// SPDX-License-Identifier: Apache-2.0
#include "life.h"

// The row that gave a line its reason; NULL: none of this program's.
static const struct rule *rule_of(struct str id)
{
    for (const struct rule *r = rules; r->id; r++)
        if (str_is(id, r->id))
            return r;
    return NULL;
}

static void life_tell(const struct case_view *v, wf_time now, struct life *out)
{
    replay_start(&out->replayed);
    ledger_start(&out->ledger);
    for (out->told = 0; out->told < v->events_n; out->told++) {
        const struct event_view *e = &v->events[out->told];
        struct replay_line line = {.seq = e->seq,
                                   .at = e->at,
                                   .due_at = e->due_at,
                                   .rule = rule_of(e->rule),
                                   .state = e->state,
                                   .leg = e->leg,
                                   .unit = e->unit,
                                   .actor = e->actor,
                                   .detail = e->detail};
        if (!line.rule || !replay_apply(&out->replayed, &line))
            break;
        ledger_line(&out->ledger, &out->replayed);
    }
    out->age = out->told > 0 ? ledger_end(&out->ledger, &out->replayed, now) : 0;
}

int life_read(struct ctl *ctl, const struct ctl_case *of, struct case_view *view, struct life *life)
{
    struct err err;
    if (view_case_asked(ctl->db, ctl->asked, ctl->policy, &ctl->viewer, of->now, of->id, view, &err) != OK)
        return tool_fail(ctl->command, &err);
    life_tell(view, of->now, life);
    return 0;
}

json_t *life_clocks_json(const struct life *life)
{
    json_t *list = json_array();
    for (int i = 0; i < life->replayed.clocks_n; i++) {
        const struct clock_run *run = &life->replayed.clocks[i];
        json_t *o = json_object(), *pauses = json_array();
        for (int k = 0; k < life->replayed.pauses_n; k++) {
            const struct clock_pause *p = &life->replayed.pauses[k];
            if (p->run != i)
                continue;
            json_t *pause = json_object();
            json_object_set_new(pause, "from", ctl_json_time(p->span.from));
            json_object_set_new(pause, "to", ctl_json_time(p->span.to));
            json_array_append_new(pauses, pause);
        }
        json_object_set_new(o, "clock", ctl_json_name(policy_clocks, (int)run->clock));
        json_object_set_new(o, "leg", ctl_json_code(run->leg));
        json_object_set_new(o, "started_at", ctl_json_time(run->started_at));
        json_object_set_new(o, "due_at", ctl_json_time(run->due_at));
        json_object_set_new(o, "ended_at", ctl_json_time(run->ended_at));
        json_object_set_new(o, "paused", json_boolean(run->paused));
        json_object_set_new(o, "pauses", pauses);
        json_object_set_new(o, "result", ctl_json_name(clock_results, (int)run->result));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *life_ledger_json(const struct life *life)
{
    json_t *list = json_array();
    for (int i = 0; i < life->ledger.of_n; i++) {
        const struct held *h = &life->ledger.of[i];
        json_t *o = json_object();
        json_object_set_new(o, "holder", ctl_json_name(holders, (int)h->holder));
        json_object_set_new(o, "unit", ctl_json_code(h->unit));
        json_object_set_new(o, "seconds", ctl_json_seconds(h->time));
        json_array_append_new(list, o);
    }
    return list;
}

void life_spell(wf_time t, char out[SPELL_MAX])
{
    struct text text = {out, SPELL_MAX, 0};
    int64_t minutes = t / WF_MINUTE, days = minutes / (24 * 60), hours = minutes / 60 % 24;
    if (days > 0) {
        text_i64(&text, days);
        text_put(&text, "天");
    }
    if (hours > 0) {
        text_i64(&text, hours);
        text_put(&text, "小时");
    }
    if (minutes % 60 > 0 || minutes == 0) {
        text_i64(&text, minutes % 60);
        text_put(&text, "分");
    }
}

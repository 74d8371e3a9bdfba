// SPDX-License-Identifier: Apache-2.0
#include "show_json.h"

#include "cmd_list.h"

const struct code leg_flags[] = {
    {LEG_CONTACTED, "contacted", "已联系写信人"},   {LEG_SIGNED_LATE, "signed_late", "超时签收"},
    {LEG_FIXED, "designated", "指定办理"},          {LEG_ASKED_SUPERIOR, "asked_superior", "已提请上级"},
    {LEG_CONTACT_LATE, "contact_late", "超时联系"}, {LEG_CONFLICT, "conflict", "因回避收回"},
    {LEG_DENIED, "return_denied", "退回未准"},      {0, NULL, NULL},
};

static json_t *yes_no(int said)
{
    return said == 0 ? json_null() : json_boolean(said == 1);
}

static json_t *request_json(const struct request_view *request)
{
    const struct request_facts *r = &request->of;
    json_t *o = json_object();
    json_object_set_new(o, "id", json_integer(r->id));
    json_object_set_new(o, "leg", ctl_json_code(r->leg));
    json_object_set_new(o, "kind", ctl_json_name(request_kinds, (int)r->kind));
    json_object_set_new(o, "state", ctl_json_name(request_states, (int)r->state));
    json_object_set_new(o, "unit", ctl_json_code(r->unit));
    json_object_set_new(o, "to", ctl_json_code(r->to));
    json_object_set_new(o, "days", ctl_json_code(r->days));
    json_object_set_new(o, "asked_at", ctl_json_time(r->asked_at));
    json_object_set_new(o, "due_at", ctl_json_time(r->due_at));
    json_object_set_new(o, "until", ctl_json_time(r->until));
    json_object_set_new(o, "decided_at", ctl_json_time(request->decided_at));
    return o;
}

static json_t *leg_json(const struct case_view *v, const struct leg_facts *leg)
{
    json_t *o = json_object(), *flags = json_array(), *requests = json_array();
    for (const struct code *f = leg_flags; f->name; f++)
        if (leg->flags & f->code)
            json_array_append_new(flags, json_string(f->name));
    for (int i = 0; i < v->requests_n; i++)
        if (v->requests[i].of.leg == leg->id)
            json_array_append_new(requests, json_integer(v->requests[i].of.id));
    json_object_set_new(o, "id", json_integer(leg->id));
    json_object_set_new(o, "parent", ctl_json_code(leg->parent));
    json_object_set_new(o, "unit", json_integer(leg->unit));
    json_object_set_new(o, "role", json_string(code_name(leg_roles, (int)leg->role)));
    json_object_set_new(o, "state", json_string(code_name(leg_states, (int)leg->state)));
    json_object_set_new(o, "round", json_integer(leg->round));
    json_object_set_new(o, "hop", json_integer(leg->hop));
    json_object_set_new(o, "extensions", json_integer(leg->extensions));
    json_object_set_new(o, "flags", flags);
    json_object_set_new(o, "requests", requests);
    json_object_set_new(o, "sent_at", ctl_json_time(leg->sent_at));
    json_object_set_new(o, "due_at", ctl_json_time(leg->due_at));
    return o;
}

static json_t *event_json(const struct event_view *e)
{
    json_t *o = json_object();
    json_object_set_new(o, "seq", json_integer(e->seq));
    json_object_set_new(o, "at", ctl_json_time(e->at));
    json_object_set_new(o, "event", json_string(code_name(journals, (int)e->event)));
    json_object_set_new(o, "actor", json_string(code_name(actors, (int)e->actor)));
    json_object_set_new(o, "because", ctl_json_text(e->because));
    json_object_set_new(o, "rule", ctl_json_text(e->rule));
    json_object_set_new(o, "state", json_string(code_name(case_states, (int)e->state)));
    json_object_set_new(o, "leg", ctl_json_code(e->leg));
    json_object_set_new(o, "unit", ctl_json_code(e->unit));
    json_object_set_new(o, "post", ctl_json_text(e->post));
    json_object_set_new(o, "detail", ctl_json_text(e->detail));
    json_object_set_new(o, "due_at", ctl_json_time(e->due_at));
    json_object_set_new(o, "policy", json_integer(e->policy));
    return o;
}

static json_t *reply_json(const struct reply_view *reply)
{
    json_t *o = json_object();
    json_object_set_new(o, "at", ctl_json_time(reply->at));
    json_object_set_new(o, "public", ctl_json_text(reply->public_text));
    json_object_set_new(o, "leg", ctl_json_code(reply->leg));
    json_object_set_new(o, "outcome", ctl_json_name(outcomes, (int)reply->outcome));
    return o;
}

static json_t *refused_json(const struct refused_view *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "at", ctl_json_time(r->at));
    json_object_set_new(o, "actor", ctl_json_name(actors, (int)r->actor));
    json_object_set_new(o, "unit", ctl_json_code(r->unit));
    json_object_set_new(o, "post", ctl_json_text(r->post));
    json_object_set_new(o, "event", ctl_json_name(events, (int)r->event));
    json_object_set_new(o, "state", ctl_json_name(case_states, (int)r->state));
    json_object_set_new(o, "code", ctl_json_text(r->code));
    json_object_set_new(o, "words", ctl_json_text(r->words));
    return o;
}

static json_t *answer_json(const struct answer_view *a)
{
    json_t *o = json_object();
    json_object_set_new(o, "seq", json_integer(a->seq));
    json_object_set_new(o, "at", ctl_json_time(a->at));
    json_object_set_new(o, "reached", yes_no(a->reached));
    json_object_set_new(o, "contacted", yes_no(a->contacted));
    json_object_set_new(o, "true", yes_no(a->is_true));
    json_object_set_new(o, "satisfied", yes_no(a->satisfied));
    json_object_set_new(o, "solved", yes_no(a->solved));
    return o;
}

static json_t *inquiry_json(const struct inquiry_view *i)
{
    json_t *o = json_object();
    json_object_set_new(o, "request", json_integer(i->request));
    json_object_set_new(o, "unit", ctl_json_code(i->unit));
    json_object_set_new(o, "ref", ctl_json_text(i->ref));
    json_object_set_new(o, "facts", ctl_json_text(i->facts));
    json_object_set_new(o, "answer", ctl_json_text(i->answer));
    json_object_set_new(o, "asked_at", ctl_json_time(i->asked_at));
    json_object_set_new(o, "approved_at", ctl_json_time(i->approved_at));
    json_object_set_new(o, "due_at", ctl_json_time(i->due_at));
    json_object_set_new(o, "answered_at", ctl_json_time(i->answered_at));
    return o;
}

// A supplement or an internal report: the journal's line that brought it, and its words under this name.
static json_t *words_json(int32_t seq, wf_time at, const char *name, struct str words)
{
    json_t *o = json_object();
    json_object_set_new(o, "seq", json_integer(seq));
    json_object_set_new(o, "at", ctl_json_time(at));
    json_object_set_new(o, name, ctl_json_text(words));
    return o;
}

static void put_letter(json_t *o, const struct case_view *v)
{
    json_t *accused = json_array(), *merged = json_array();
    for (struct str rest = v->accused; rest.p;)
        json_array_append_new(accused, ctl_json_text(str_split(&rest, '\n')));
    for (int i = 0; i < v->merged_n; i++)
        json_array_append_new(merged, ctl_json_number(v->merged[i].mailbox, v->merged[i].id));
    json_object_set_new(o, "channel", json_string(code_name(channels, (int)v->channel)));
    json_object_set_new(o, "occurred_at", ctl_json_time(v->occurred_at));
    json_object_set_new(o, "title", ctl_json_text(v->title));
    json_object_set_new(o, "place", ctl_json_text(v->place));
    json_object_set_new(o, "accused", accused);
    json_object_set_new(o, "body", ctl_json_text(v->body));
    json_object_set_new(o, "withheld", json_boolean(v->reading != READ_ALL));
    json_object_set_new(o, "letter", ctl_json_number(v->letter.mailbox, v->letter.id));
    json_object_set_new(o, "merged", merged);
    json_object_set_new(o, "primary", ctl_json_number(v->primary.mailbox, v->primary.id));
}

static void put_course(json_t *o, const struct case_view *v)
{
    int hops = 0, officers = 0;
    const char *waits = case_waits_for(v->row.state);
    for (int i = 0; i < v->legs_n; i++)
        hops = v->legs[i].hop > hops ? v->legs[i].hop : hops;
    for (int i = 0; i < v->row.accused.n; i++)
        officers += v->row.accused.of[i].officer != 0;
    json_object_set_new(o, "version", json_integer(v->version));
    json_object_set_new(o, "waits_for", waits ? json_string(waits) : json_null());
    json_object_set_new(o, "accused_officers", json_integer(officers)); // how many: who, nobody reads here
    json_object_set_new(o, "hops", json_integer(hops));
    json_object_set_new(o, "supervision", ctl_json_name(policy_supervisions, (int)v->supervision));
    json_object_set_new(o, "supervision_due", ctl_json_time(v->supervision_due));
    json_object_set_new(o, "paused_at", ctl_json_time(v->paused_at));
    json_object_set_new(o, "satisfied_first", yes_no(v->satisfied_first));
    json_object_set_new(o, "satisfied", yes_no(v->satisfied_last));
    json_object_set_new(o, "solved", yes_no(v->solved));
}

static void put_lists(json_t *o, const struct case_view *v)
{
    json_t *legs = json_array(), *requests = json_array(), *lines = json_array(), *replies = json_array(),
           *supplements = json_array(), *answers = json_array(), *refused = json_array(), *internal = json_array(),
           *inquiries = json_array();
    for (int i = 0; i < v->legs_n; i++)
        json_array_append_new(legs, leg_json(v, &v->legs[i]));
    for (int i = 0; i < v->requests_n; i++)
        json_array_append_new(requests, request_json(&v->requests[i]));
    for (int i = 0; i < v->events_n; i++)
        json_array_append_new(lines, event_json(&v->events[i]));
    for (int i = 0; i < v->replies_n; i++)
        json_array_append_new(replies, reply_json(&v->replies[i]));
    for (int i = 0; i < v->supplements_n; i++)
        json_array_append_new(
            supplements, words_json(v->supplements[i].seq, v->supplements[i].at, "words", v->supplements[i].words));
    for (int i = 0; i < v->answers_n; i++)
        json_array_append_new(answers, answer_json(&v->answers[i]));
    for (int i = 0; i < v->inquiries_n; i++)
        json_array_append_new(inquiries, inquiry_json(&v->inquiries[i]));
    for (int i = 0; i < v->refused_n; i++)
        json_array_append_new(refused, refused_json(&v->refused[i]));
    for (int i = 0; i < v->internal_n; i++) {
        json_t *report = words_json(v->internal[i].seq, v->internal[i].at, "internal", v->internal[i].internal_text);
        json_object_set_new(report, "leg", ctl_json_code(v->internal[i].leg));
        json_array_append_new(internal, report);
    }
    json_object_set_new(o, "legs", legs);
    json_object_set_new(o, "requests", requests);
    json_object_set_new(o, "events", lines);
    json_object_set_new(o, "replies", replies);
    json_object_set_new(o, "supplements", supplements);
    json_object_set_new(o, "answers", answers);
    json_object_set_new(o, "inquiries", inquiries);
    json_object_set_new(o, "refused", refused);
    json_object_set_new(o, "internal", internal);
}

json_t *show_json(const struct case_view *v, const struct life *life)
{
    json_t *o = case_row_json(&v->row);
    put_letter(o, v);
    put_course(o, v);
    put_lists(o, v);
    json_object_set_new(o, "clocks", life_clocks_json(life));
    json_object_set_new(o, "ledger", life_ledger_json(life));
    json_object_set_new(o, "age_seconds", ctl_json_seconds(life->age));
    return o;
}

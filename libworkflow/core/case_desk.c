// SPDX-License-Identifier: Apache-2.0
// What goes on beside the life of a case and changes no state of it: who wrote is opened (domain §3.6, §3.9), a line
// that a queue's reader cannot take in is decided on, and what the letter was taken for is set right.
#include "core/case_impl.h"

static enum result check_purpose(struct deciding *d)
{
    size_t chars = 0;
    if (str_trim(d->change->reason).n == 0)
        return case_missing(d, "purpose", "purpose: what the identity is wanted for; the writer will read it");
    if (!utf8_check(d->change->reason, &chars) || chars > IDENTITY_PURPOSE)
        return err_set_limit(d->err, REJECT, "too_long", "purpose", "purpose: at most ", IDENTITY_PURPOSE,
                             " characters");
    return OK;
}

// Need to know: the unit itself, not one above it, while it works on the letter or assists.
static bool in_hand(const struct deciding *d)
{
    const struct change *c = d->change;
    for (int i = 0; i < d->facts->legs_n; i++) {
        const struct leg_facts *leg = &d->facts->legs[i];
        bool works = leg->role == ROLE_LEAD || leg->role == ROLE_ASSIST;
        if (leg->unit == c->unit && (c->leg == 0 || c->leg == leg->id) && works && leg->state != LEG_SENT &&
            !leg_over(leg->state))
            return true;
    }
    return false;
}

static enum result check_bureau(struct deciding *d)
{
    if (str_trim(d->change->post).n == 0)
        return case_missing(d, "officer", "officer: who will read it");
    if (!in_hand(d))
        return err_set(d->err, REJECT, "no_leg", "leg",
                       "leg: the unit has no leg in hand: signed, not ended, as lead or to assist");
    if (d->facts->flags & FLAG_CONFIDENTIAL)
        return err_set(d->err, REJECT, "secret", "number",
                       "number: the writer asked for secrecy: the provincial desk speaks with the writer");
    return OK;
}

struct request_facts *case_identity_granted(struct deciding *d)
{
    struct case_facts *f = d->facts;
    for (int i = 0; i < f->requests_n; i++) {
        struct request_facts *q = &f->requests[i];
        if (q->kind == REQUEST_IDENTITY && q->state == REQUEST_GRANTED && q->person == d->change->person &&
            q->until > d->now)
            return q;
    }
    return NULL;
}

static enum result check_asked(struct deciding *d)
{
    if (!(d->facts->flags & FLAG_CONFIDENTIAL))
        return case_not_allowed(d, "event", "the writer did not ask for secrecy: identity_open needs nobody else");
    if (request_open_of(d->facts, REQUEST_IDENTITY, 0))
        return err_set(d->err, REJECT, "not_granted", "request",
                       "request: the identity is asked for; another 保密员 or a leader grants or denies that first");
    return case_check_proposal(d, EV_IDENTITY_ASKED, 0);
}

enum result case_check_identity(struct deciding *d, enum event event)
{
    enum result result;
    switch (event) {
    case EV_IDENTITY_GRANTED:
        return case_check_approval(d, REQUEST_IDENTITY);
    case EV_IDENTITY_DENIED:
        result = case_check_approval(d, REQUEST_IDENTITY);
        return result == OK ? case_need_reason(d) : result;
    default:
        result = check_purpose(d);
        if (result != OK || event == EV_IDENTITY_ASKED)
            return result == OK ? check_asked(d) : result;
        return d->change->actor == ACTOR_BUREAU ? check_bureau(d) : OK;
    }
}

enum result case_check_queue(struct deciding *d)
{
    if (d->change->queue <= 0)
        return case_missing(d, "queue", "queue: which queue");
    if (d->change->queue_seq <= 0)
        return case_missing(d, "seq", "seq: which line of the queue");
    return str_trim(d->change->reason).n == 0 ? case_missing(d, "reason", "reason: this event needs one") : OK;
}

void case_desk_effect(struct deciding *d, enum event event, struct case_step *step)
{
    struct text detail = case_detail(step);
    switch (event) {
    case EV_IDENTITY_GRANTED: // good for as long as a decision may take
        case_decide_request(d, REQUEST_GRANTED);
        d->request->until = policy_due(d->policy, CLOCK_K18, d->facts->kind, d->now);
        break;
    case EV_IDENTITY_DENIED:
        case_decide_request(d, REQUEST_DENIED);
        break;
    case EV_IDENTITY_OPEN: // a grant is for one opening
        if (d->request) {
            d->request->until = 0;
            d->request->changed = true;
        }
        break;
    case EV_QUEUE_RETRY:
    case EV_QUEUE_PARK:
    case EV_QUEUE_SKIP:
        text_i64(&detail, d->change->queue);
        text_put(&detail, "/");
        text_i64(&detail, d->change->queue_seq);
        break;
    default:
        break;
    }
}

enum result case_reclassify(struct deciding *d, struct case_step *step)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    enum kind kind = f->kind;
    struct text t = case_detail(step);
    if (c->kind != KIND_NONE && c->kind != f->kind) {
        text_put(&t, code_name(kinds, f->kind));
        text_put(&t, " → ");
        text_put(&t, code_name(kinds, c->kind));
        text_put(&t, " ");
        f->kind = c->kind;
    }
    if (c->category != 0 && c->category != f->category) {
        text_pad(&t, f->category, 2);
        text_put(&t, " → ");
        text_pad(&t, c->category, 2);
        text_put(&t, " ");
        f->category = c->category;
    }
    if (c->to != 0 && c->to != f->bureau && f->state != HANDLING) {
        enum result result = case_check_target(d, c->to, NULL);
        if (result != OK)
            return result;
        text_i64(&t, f->bureau);
        text_put(&t, " → ");
        text_i64(&t, c->to);
        f->bureau = c->to;
    }
    // Another kind may have less time, but gives no more than was promised.
    if (f->state == HANDLING && kind != f->kind)
        step->due_at = case_shorten(d, kind);
    return OK;
}

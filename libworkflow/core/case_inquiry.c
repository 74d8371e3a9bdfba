// SPDX-License-Identifier: Apache-2.0
// 核查函 (domain §3.11 G5): an accused unit must explain. It gets approved facts on paper, and nothing of the case: so
// no row here tells a queue anything, and the answer is entered by the desk.
#include "core/case_impl.h"

static enum result check_words(struct deciding *d, const char *missing)
{
    return str_trim(d->change->words).n == 0 ? case_missing(d, "words", missing) : OK;
}

static enum result check_proposed(struct deciding *d)
{
    const struct change *c = d->change;
    size_t chars = 0;
    enum result result = case_check_proposal(d, EV_INQUIRE, 0);
    if (result == OK)
        result = case_check_unit(d, c->to);
    if (result == OK)
        result = check_words(d, "words: the facts that the unit is to explain");
    if (result != OK)
        return result;
    if (guard_excludes(d->policy, d->day, &d->facts->accused, c->to) == GUARD_FREE)
        return case_not_allowed(d, "unit", "unit: it is not accused: ask it through a leg");
    if (!utf8_check(c->words, &chars) || chars > INQUIRY_FACTS)
        return err_set_limit(d->err, REJECT, "too_long", "words", "words: at most ", INQUIRY_FACTS, " characters");
    return OK;
}

// The approved one that waits for its answer; the one named, where one is.
static enum result check_answer(struct deciding *d)
{
    const struct change *c = d->change;
    int waiting = 0;
    for (int i = 0; i < d->facts->requests_n; i++) {
        struct request_facts *q = &d->facts->requests[i];
        bool named = c->request == 0 || c->request == q->id;
        if (q->kind != REQUEST_INQUIRY || q->state != REQUEST_GRANTED || q->until == 0 || !named)
            continue;
        d->request = q;
        waiting++;
    }
    if (waiting != 1)
        return err_set(d->err, REJECT, "no_request", "request",
                       waiting == 0 ? "request: no approved 核查函 waits for an answer"
                                    : "request: several wait for an answer, so say which (show lists them)");
    return check_words(d, "words: what the unit explained");
}

enum result case_check_inquiry(struct deciding *d, enum event event)
{
    if (event == EV_INQUIRY_APPROVED)
        return case_check_approval(d, REQUEST_INQUIRY);
    return event == EV_INQUIRE ? check_proposed(d) : check_answer(d);
}

void case_inquiry_proposed(struct deciding *d)
{
    d->request->until = 0;
    d->out->inquiry = d->request->id;
}

enum result case_inquiry_effect(struct deciding *d, enum event event)
{
    bool approved = event == EV_INQUIRY_APPROVED;
    if (approved)
        case_decide_request(d, REQUEST_GRANTED);
    d->request->until = approved ? policy_due(d->policy, CLOCK_K13, d->facts->kind, d->now) : 0;
    d->request->changed = true;
    d->out->inquiry = d->request->id;
    return OK;
}

// SPDX-License-Identifier: Apache-2.0
// What an event of the case does beside moving it: facts, clocks, X, the course, and what follows from it.
#include "core/case_impl.h"
#include "core/classify.h"
#include "core/seeded.h"

#define WROTE_AGAIN "the writer wrote again and again"

struct text case_detail(struct case_step *step)
{
    return (struct text){step->detail, sizeof step->detail, 0};
}

// What the classifier found, or the desk says when it accepts, becomes a fact before the row is looked at.
enum result case_take_facts(struct deciding *d, enum event event)
{
    const struct change *c = d->change;
    struct case_facts *f = d->facts;
    if (c->found) {
        f->kind = c->found->kind;
        f->category = c->found->category;
        f->place = c->found->place;
        f->bureau = c->found->bureau;
        f->confidence = c->found->confidence;
        f->flags |= c->found->flags;
        if (c->found->accused.n > 0) {
            accused_join(d->policy, d->day, &f->accused, &c->found->accused);
            f->flags |= FLAG_ACCUSED;
            f->accused_changed = true;
        }
    }
    if (event == EV_FLAG_EMERGENCY)
        f->flags |= FLAG_URGENT;
    bool takes = event == EV_ACCEPT || event == EV_RECLASSIFY;
    if (c->category != 0 && !policy_has_category(d->policy, c->category))
        return err_set(d->err, REJECT, "unknown_value", "category", "category: not one of the catalogue");
    if (takes && c->to != 0 && !policy_unit_at(d->policy, c->to, d->day))
        return err_set_limit(d->err, REJECT, "unknown_value", "unit", "unit: there is no unit ", c->to, " today");
    if (event == EV_ACCEPT && c->actor == ACTOR_DESK) {
        f->kind = c->kind != KIND_NONE ? c->kind : f->kind;
        f->category = c->category != 0 ? c->category : f->category;
        f->bureau = c->to != 0 ? c->to : f->bureau;
    }
    if (c->outcome != OUTCOME_NONE && !event_is_leg(event))
        f->outcome = c->outcome;
    return OK;
}

static void new_round(struct deciding *d)
{
    struct case_facts *f = d->facts;
    f->round++;
    f->course.satisfied_last = f->course.solved = f->course.calls = f->course.extended_days = 0;
    f->course.call_hours = 0;
    f->course.first_call = 0;
    f->course.changed = true;
    if (f->round >= d->policy->rounds) { // 重办 three times: 提级督办
        d->supervise = SUPERVISION_SUPERVISED;
        d->supervise_why = "a further round of work";
    }
}

static void note_call(struct deciding *d)
{
    struct course *c = &d->facts->course;
    if (c->first_call == 0)
        c->first_call = d->now;
    int32_t days = date_of(d->now).day - date_of(c->first_call).day;
    int64_t hour = (d->now - date_begin(d->day)) / WF_HOUR;
    c->call_hours |= (uint32_t)1 << hour | (uint32_t)1 << (24 + (days > 6 ? 6 : days));
    c->calls++;
    c->changed = true;
}

static void note_satisfaction(struct deciding *d)
{
    struct course *c = &d->facts->course;
    if (c->satisfied_first == 0)
        c->satisfied_first = d->change->satisfied;
    c->satisfied_last = d->change->satisfied;
    c->solved = d->change->solved != 0 ? d->change->solved : c->solved;
    c->changed = true;
}

static void accuse(struct deciding *d)
{
    struct case_facts *f = d->facts;
    accused_join(d->policy, d->day, &f->accused, &d->change->accused);
    f->accused_changed = true;
    f->flags |= FLAG_CONDUCT | FLAG_ACCUSED;
    if (f->bureau != 0 && guard_handler(d->policy, d->day, &f->accused, f->bureau, NULL) != GUARD_FREE)
        f->bureau = guard_suggests(d->policy, d->day, &f->accused);
}

static void exonerate(struct deciding *d)
{
    struct accused_list *list = &d->facts->accused;
    struct accused_list kept = {.n = 0};
    for (int i = 0; i < list->n; i++)
        if (!accused_has(&d->change->accused, list->of[i]))
            kept.of[kept.n++] = list->of[i];
    *list = kept;
    d->facts->accused_changed = true;
    if (kept.n == 0) // so police conduct is not in question, and the case goes its plain way
        d->facts->flags &= (uint8_t) ~(FLAG_ACCUSED | FLAG_CONDUCT);
}

// G7 and complaint 2.10: the primary keeps out whom either accuses, and keeps the earlier date.
static void absorb(struct deciding *d, struct case_step *step)
{
    struct case_facts *o = d->other, *f = d->facts;
    d->joined = false;
#ifndef PA_SEED_BUG_MERGE_FORGETS_X
    if (f->accused.n > 0 && !SEEDED("absorb")) {
        accused_join(d->policy, d->day, &o->accused, &f->accused);
        o->accused_changed = true;
        if (o->bureau != 0 && guard_handler(d->policy, d->day, &o->accused, o->bureau, NULL) != GUARD_FREE)
            o->bureau = guard_suggests(d->policy, d->day, &o->accused);
    }
#endif
    o->flags |= f->flags | FLAG_PRIMARY;
    if (o->state == TRIAGE && d->merged_due != 0 && d->merged_due < o->due_at)
        step->due_at = o->due_at = d->merged_due;
    case_count_repeat(d, step);
    case_notify_all(d, o, true, NOTICE_MERGED);
}

static void supervise(struct deciding *d, enum actor actor, struct case_step *step)
{
    struct case_facts *f = step->other ? d->other : d->facts;
    struct course *course = &f->course;
    enum supervision level = actor == ACTOR_DESK ? d->change->level : step->other ? SUPERVISION_URGED : d->supervise;
    const char *why = actor == ACTOR_DESK ? NULL : step->other ? WROTE_AGAIN : d->supervise_why;
    struct text t = case_detail(step);
    text_put(&t, code_name(policy_supervisions, level));
    if (why) {
        text_put(&t, ": ");
        text_put(&t, why);
    }
    if (step->other)
        d->press = false;
    else if (actor != ACTOR_DESK)
        d->supervise = SUPERVISION_NONE;
    course->supervision = level;
    course->supervision_due = policy_due(d->policy, CLOCK_K13, f->kind, d->now);
    course->changed = true;
    step->due_at = 0;
    case_notify_all(d, f, step->other, NOTICE_SUPERVISED);
}

static void note_warning(struct deciding *d, struct case_step *step)
{
    static const char *const names[WARNINGS] = {"50%", "80%", "due", "+1wd", "+5wd"};
    struct case_facts *f = d->facts;
    struct text t = case_detail(step);
    text_put(&t, d->clock == CLOCK_NONE ? "the state's clock" : code_name(policy_clocks, (int)d->clock));
    for (int i = 0; i < WARNINGS; i++) {
        if (d->warn != 1 << i)
            continue;
        text_put(&t, " ");
        text_put(&t, names[i]);
        bool at_work = f->state == HANDLING || f->state == REVIEW || f->state == REWORK;
        if (at_work && d->policy->ladder[i] > f->course.supervision) {
            d->supervise = d->policy->ladder[i];
            d->supervise_why = names[i];
        }
    }
    f->course.warned = (int16_t)(f->course.warned | d->warn);
    if (d->clock == CLOCK_K13) { // no feedback: one step up the ladder, but only a leader summons
        f->course.supervision_due = 0;
        if (f->course.supervision < SUPERVISION_LISTED) {
            d->supervise = f->course.supervision + 1;
            d->supervise_why = "no feedback in time";
        }
    }
    if (d->clock == CLOCK_K18) {
        d->request->due_at = policy_due(d->policy, CLOCK_K18, f->kind, d->now);
        d->request->changed = true;
    }
    f->course.changed = true;
}

static void start_clock(struct deciding *d, const struct rule *r, struct case_step *step)
{
    struct case_facts *f = d->facts;
    if (r->clock != CLOCK_NONE) {
        bool asked =
            r->event == EV_SUSPENSION_APPROVED && (d->change->until != 0 || (d->request && d->request->until != 0));
        f->due_at = !asked                  ? policy_due(d->policy, case_clock(f, r->clock), f->kind, d->now)
                    : d->change->until != 0 ? d->change->until
                                            : d->request->until;
        if (r->event != EV_SUSPENSION_APPROVED) // the answer clock only stands: it goes on from where it started
            f->clock_at = d->now;
        step->due_at = f->due_at;
        if (f->course.warned != 0) {
            f->course.warned = 0;
            f->course.changed = true;
        }
    }
    if (case_final(f->state) && !case_final(step->from)) {
        f->due_at = 0;
        f->clock_at = d->now;
    }
}

// What an officer would have said: the reason of the list, and where the writer can go.
static void note_authority(const struct authority *a, struct case_step *step)
{
    struct text t = case_detail(step);
    text_str(&t, a->reason);
    text_put(&t, "; ");
    text_str(&t, a->name);
}

static enum result case_row_effect(struct deciding *d, const struct rule *r, enum actor actor, struct case_step *step)
{
    struct case_facts *f = d->facts;
    enum request_kind asks = request_of_event(r->event);
    if (r->event == EV_REFER && actor == ACTOR_CLASSIFIER)
        note_authority(d->change->found->authority, step);
    if (asks != 0)
        return case_add_request(d, asks, NULL);
    switch (r->event) {
    case EV_TRIAGE:
        case_note_near(d, step);
        break;
    case EV_ESCALATE:
        f->course.alarm = f->course.alarm < 2 ? (int16_t)(f->course.alarm + 1) : 2;
        f->course.changed = true;
        break;
    case EV_ASK_SUPPLEMENT:
        f->course.asked_supplements++;
        f->course.changed = true;
        break;
    case EV_SUPPLEMENT:
        f->course.got_supplements++;
        f->course.changed = true;
        if (f->course.got_supplements >= d->policy->pressing && f->course.supervision == SUPERVISION_NONE) {
            d->supervise = SUPERVISION_URGED; // complaint 2.25: five updates and no reaction
            d->supervise_why = WROTE_AGAIN;
        }
        case_notify_all(d, f, false, NOTICE_SUPPLEMENT);
        break;
    case EV_EXPIRE:
        f->course.warned |= WARNED_EXPIRED;
        f->course.changed = true;
        break;
    case EV_REFERRAL_APPROVED:
        f->outcome = f->outcome != OUTCOME_NONE ? f->outcome : OUTCOME_TRANSFERRED;
        case_decide_request(d, REQUEST_GRANTED);
        break;
    case EV_CLOSE:
        if (!d->request) // the proposal has what it wanted
            d->request = request_open_of(f, REQUEST_CLOSE, 0);
        if (d->request && d->request->kind == REQUEST_CLOSE)
            case_decide_request(d, REQUEST_GRANTED);
        break;
    case EV_REFUSAL_APPROVED:
    case EV_REQUEST_GRANTED:
    case EV_WITHDRAWAL_GRANTED:
        case_answer_request(d, REQUEST_GRANTED);
        break;
    case EV_INQUIRY_APPROVED:
    case EV_INQUIRY_ANSWERED:
        return case_inquiry_effect(d, r->event);
    case EV_PROPOSAL_REJECTED:
    case EV_REQUEST_DENIED:
        case_answer_request(d, REQUEST_DENIED);
        break;
    case EV_WITHDRAWAL_DENIED:
        f->course.ex_officio = 1;
        f->course.changed = true;
        case_decide_request(d, REQUEST_DENIED);
        break;
    case EV_MERGE:
        case_note_repeat(d, step);
        f->course.primary = d->other->id;
        f->outcome = OUTCOME_DUPLICATE;
        f->course.changed = true;
        d->joined = true;
        break;
    case EV_ABSORB:
        absorb(d, step);
        break;
    case EV_UNMERGE:
        f->course.primary = 0;
        f->course.changed = true;
        f->outcome = OUTCOME_NONE;
        d->left = d->other && rule_for_case(d->other->state, EV_RELEASE);
        break;
    case EV_RELEASE:
        d->left = false;
        break;
    case EV_SPLIT:
        d->out->split = true;
        break;
    case EV_RECLASSIFY:
        return case_reclassify(d, step);
    case EV_ACCUSE:
        accuse(d);
        break;
    case EV_EXONERATE:
        exonerate(d);
        break;
    case EV_SUPPLEMENT_ENDED:
        case_run_on(d, f->due_at);
        step->due_at = f->due_at;
        case_notify_all(d, f, false, NOTICE_DATE);
        break;
    case EV_RETURN_WORK:
        case_move_date(d, f->due_at); // it may have moved since the leg was done
        step->due_at = f->due_at;
        case_notify_all(d, f, false, NOTICE_RETURNED);
        break;
    case EV_START_CALLBACK:
        f->course.calls = 0;
        f->course.call_hours = 0;
        f->course.first_call = 0;
        f->course.changed = true;
        break;
    case EV_CALLED:
        note_call(d);
        break;
    case EV_ANSWERED:
    case EV_RATE:
        note_satisfaction(d);
        break;
    case EV_SUSPENSION_APPROVED:
        f->outcome = OUTCOME_UNSOLVED;
        case_answer_request(d, REQUEST_GRANTED);
        break;
    case EV_RESUME:
        f->outcome = OUTCOME_NONE;
        case_run_on(d, f->course.answer_due);
        f->course.answer_due = 0;
        step->due_at = f->due_at;
        case_notify_all(d, f, false, NOTICE_DATE);
        break;
    case EV_SUPERVISE:
        supervise(d, actor, step);
        break;
    case EV_LIFT:
        f->course.supervision = SUPERVISION_NONE;
        f->course.supervision_due = 0;
        f->course.changed = true;
        break;
    case EV_SUPERVISION_ANSWERED:
        f->course.supervision_due = 0;
        f->course.changed = true;
        break;
    case EV_WARN:
    case EV_BREACH:
        note_warning(d, step);
        break;
    case EV_RECOMPUTE:
        case_move_date(d, d->change->until);
        step->due_at = d->change->until;
        f->course.warned = 0;
        f->course.changed = f->course.exists;
        case_notify_all(d, f, false, NOTICE_DATE);
        break;
    default:
        case_desk_effect(d, r->event, step);
    }
    return OK;
}

enum result case_effect(struct deciding *d, const struct rule *r, enum actor actor, struct leg_facts *leg,
                        struct case_step *step)
{
    struct case_facts *f = d->facts;
    if (leg)
        return case_leg_effect(d, r, leg, step);
    if (step->other)
        return case_row_effect(d, r, actor, step);
    if (r->event == EV_MERGE)
        d->merged_due = f->due_at;
    if (r->event == EV_SUSPENSION_APPROVED) { // the answer clock stands, another date takes its place
        f->course.answer_due = f->due_at;
        case_pause(d);
    }
    bool reworks = r->event == EV_ORDER_REWORK || r->event == EV_REOPEN || r->event == EV_APPEAL;
    if (reworks)
        new_round(d);
    start_clock(d, r, step);
    return r->opens != 0 ? case_open_leg(d, r, step) : case_row_effect(d, r, actor, step);
}

// SPDX-License-Identifier: Apache-2.0
#include "lives.h"

#include "core/classify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROLL_COUNTY = PLAN_ROLLS, ROLL_ACCUSED };

// ---- Who acts ----

static const struct leg_facts *leg_at_work(const struct case_facts *f)
{
    for (int i = f->legs_n - 1; i >= 0; i--)
        if (f->legs[i].role == ROLE_LEAD && !leg_over(f->legs[i].state))
            return &f->legs[i];
    insist(!"nobody has it");
    return NULL;
}

static bool has_leg(const struct case_facts *f, int32_t unit)
{
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].unit == unit)
            return true;
    return false;
}

// The centre's officer: of the province itself, or of a line of it where the province handled the case.
static int32_t desk_of(const struct policy *p, const struct case_facts *f)
{
    for (size_t i = 0; i < p->units_n && has_leg(f, POLICY_PROVINCE); i++)
        if (p->units[i].parent == POLICY_PROVINCE && p->units[i].level == UNIT_SQUAD && !has_leg(f, p->units[i].code))
            return p->units[i].code;
    return POLICY_PROVINCE;
}

static int32_t unit_of(const struct policy *p, const struct case_facts *f, enum by by)
{
    if (by == BY_NOBODY)
        return 0;
    if (by == BY_CENTRE)
        return desk_of(p, f);
    const struct leg_facts *leg = leg_at_work(f);
    return by == BY_ABOVE ? f->legs[leg->parent - 1].unit : leg->unit;
}

// A unit below the bureau that does the work: a county's, or a station where the city has no counties.
static int32_t unit_below(const struct policy *p, int32_t bureau, uint32_t chance)
{
    int32_t found[64] = {bureau};
    uint32_t n = 0;
    for (size_t i = 0; i < p->units_n && n < 64; i++) {
        const struct unit *u = &p->units[i];
        if (u->parent == bureau && (u->level == UNIT_COUNTY || u->line == LINE_STATION) && u->to.day == INT32_MAX)
            found[n++] = u->code;
    }
    return found[n > 0 ? chance % n : 0];
}

static int32_t next_bureau(int32_t bureau)
{
    for (int i = 0; i < POLICY_BUREAUS; i++)
        if (policy_bureaus[i] == bureau)
            return policy_bureaus[(i + 1) % POLICY_BUREAUS];
    return policy_bureaus[0];
}

// ---- What they say ----

static void find(const struct lives *l, int how, int32_t accused, struct classification *out)
{
    *out = (struct classification){
        .kind = how == CONDUCT ? KIND_COMPLAINT : l->f.kind,
        .category = how == CONDUCT ? 14 : l->letter.category,
        .place = l->f.mailbox,
        .bureau = l->f.mailbox,
        .confidence = how == UNSURE ? 40 : 91,
        .flags = how == CONDUCT  ? FLAG_CONDUCT | FLAG_ACCUSED
                 : how == DANGER ? FLAG_URGENT
                                 : 0,
    };
    if (how == CONDUCT)
        out->accused = (struct accused_list){.of = {{.unit = accused}}, .n = 1};
    struct text why = TEXT(out->why);
    text_put(&why, "category ");
    text_pad(&why, out->category, 2);
    text_put(&why, " by its words; place ");
    text_i64(&why, out->place);
    text_put(&why, " by mailbox; sure ");
    text_i64(&why, out->confidence);
}

static void say(struct lives *l, const struct plan *p, const struct act *a, struct change *c)
{
    switch (a->event) {
    case EV_RETURN_REQUESTED:
        c->to = next_bureau(leg_at_work(&l->f)->unit);
        c->reason_code = STR("not_our_area");
        break;
    case EV_DELEGATED:
        c->to = unit_below(l->policy, c->unit, plan_roll(p->seed, ROLL_COUNTY, 1 << 20));
        break;
    case EV_EXTENSION_REQUESTED:
        c->days = a->how;
        c->reason = STR("需要向其他单位调取材料");
        break;
    case EV_REFUSE:
        c->reason_code = STR("not_police");
        c->reason = STR("请拨打12345反映");
        c->outcome = OUTCOME_NOT_OURS;
        break;
    case EV_REFER:
        c->reason_code = STR("hotline12345");
        c->reason = STR("已告知拨打12345");
        break;
    case EV_GRANT:
    case EV_REVIEWED:
        c->person = 2; // not who asked, not who did it
        break;
    case EV_SUPPLEMENT:
        c->words = STR("补充:事情发生在晚上七点左右,现场有摄像头,附近商铺的人也看见了。");
        break;
    case EV_SUPERVISE:
        c->level = (enum supervision)a->how;
        break;
    case EV_REPORTED:
        c->outcome = p->seed % 5 == 0 ? OUTCOME_EXPLAINED : OUTCOME_RESOLVED;
        c->public_reply = STR("您好,您反映的情况已收悉,民警已到现场核实并处理完毕,感谢您对公安工作的支持。");
        c->internal_report = STR("辖区所队已派员核查处理,并与来信人联系说明情况。");
        break;
    case EV_ANSWERED:
        c->reached = c->contacted = c->true_ = 1;
        c->satisfied = c->solved = a->how;
        break;
    default:
        c->reason = a->actor == ACTOR_DESK || a->actor == ACTOR_BUREAU ? STR("已核实") : STR_NONE;
    }
}

// ---- Life ----

static void fail(const struct lives *l, const struct plan *p, const char *what, const struct err *err)
{
    fprintf(stderr, "load-cases: life %d of case %lld in %s: %s: %s (%s)\n", p->life, (long long)l->f.id,
            code_name(case_states, (int)l->f.state), what, err->text, err->code);
    exit(1);
}

static void happen(struct lives *l, wf_time at, const struct change *c, const struct plan *p, bool may_fail)
{
    struct err err;
    l->at = at;
    enum result result = case_decide(l->policy, at, c, &l->f, NULL, &l->d, &err);
    if (result == OK)
        lives_decided(l, at, c);
    else if (!may_fail)
        fail(l, p, code_name(events, c->event), &err);
}

static wf_time later(wf_time a, wf_time b)
{
    return a > b ? a : b;
}

static const struct change tick = {.event = EV_TICK, .actor = ACTOR_FEEDBACK};

// Ticks that bring something, up to `until`, with nothing written.
static int alarms(const struct lives *l, wf_time until)
{
    static struct case_facts f;
    static struct decision d;
    int n = 0;
    f = l->f;
    while (f.wake_at != 0 && f.wake_at <= until &&
           case_decide(l->policy, later(f.wake_at, l->at), &tick, &f, NULL, &d, NULL) == OK)
        n += d.steps_n > 0;
    return n;
}

// What the sweep did up to `until`; spare: without so many of the alarms.
static void sweep(struct lives *l, const struct plan *p, wf_time until, int spare)
{
    int left = spare > 0 ? alarms(l, until) - spare : 0;
    while (l->f.wake_at != 0 && l->f.wake_at <= until && (spare == 0 || left > 0)) {
        struct change c = tick;
        c.case_id = l->f.id;
        happen(l, later(l->f.wake_at, l->at), &c, p, false);
        left -= l->d.steps_n > 0;
    }
}

// As intake writes it.
static void begin(struct lives *l, const struct plan *p, int64_t nth, int64_t id)
{
    int64_t mailbox = 0;
    letter_make("base", nth, &l->letter);
    insist(str_to_i64(l->letter.m.mailbox, &mailbox));
    l->f = (struct case_facts){.id = id,
                               .letter = id,
                               .mailbox = (int32_t)mailbox,
                               .state = RECEIVED,
                               .kind = (enum kind)code_find(kinds, l->letter.m.kind),
                               .received_at = p->received_at,
                               .clock_at = p->received_at};
    const struct rule *rule = rule_for_case(CASE_NONE, EV_RECEIVE);
    l->f.version = 1;
    l->f.due_at = policy_due(l->policy, rule->clock, l->f.kind, p->received_at);
    l->f.wake_at = case_wakes(l->policy, &l->f, p->received_at);
    l->at = p->received_at;
    l->accused_at = 0;
    l->nth = 0;
    memset(l->decided, 0, sizeof l->decided);
    l->d.steps_n = 1;
    l->d.notices_n = 0;
    l->d.steps[0] = (struct case_step){.rule = rule, .to = RECEIVED, .actor = ACTOR_INTAKE, .due_at = l->f.due_at};
    lives_decided(l, p->received_at, &(struct change){.event = EV_RECEIVE, .actor = ACTOR_INTAKE, .case_id = id});
}

void live(struct lives *l, const struct plan *p, int64_t nth, int64_t id)
{
    begin(l, p, nth, id);
    uint32_t whom = plan_roll(p->seed, ROLL_ACCUSED, 1 << 20);
    int32_t accused = plan_act(p, 0)->how != CONDUCT ? 0
                      : whom % 4 == 0                ? l->f.mailbox // the bureau itself
                                                     : unit_below(l->policy, l->f.mailbox, whom);
    lives_letter(l, accused);
    wf_time at = p->received_at;
    for (int i = 0; i < p->acts; i++) {
        const struct act *a = plan_act(p, i);
        struct classification found;
        at += plan_delay(p, i);
        sweep(l, p, at, 0);
        struct change c = {.case_id = id, .event = a->event, .actor = a->actor, .person = 1};
        c.unit = unit_of(l->policy, &l->f, a->by);
        c.duties = a->actor == ACTOR_DESK ? UINT16_MAX : 0;
        c.post = a->actor == ACTOR_DESK ? STR("desk") : STR_NONE;
        if (a->actor == ACTOR_CLASSIFIER) {
            find(l, a->how, accused, &found);
            c.found = &found;
        }
        say(l, p, a, &c);
        happen(l, at, &c, p, a->may_fail);
    }
    bool spare = p->due && l->spare > 0 && !case_final(l->f.state) && alarms(l, l->now) > 0;
    l->spare -= spare;
    sweep(l, p, l->now, spare);
    lives_case(l);
    l->cases++;
    l->open += !case_final(l->f.state);
    l->overdue += l->f.due_at != 0 && l->f.due_at < l->now;
    l->left_due += l->f.wake_at != 0 && l->f.wake_at <= l->now;
}

// SPDX-License-Identifier: Apache-2.0
// Random lists of events over random organisations: whatever people, machines and clocks do in whatever order, what
// must hold of a case does. `test_case_random [SEED [LIST]]`: another seed; one list alone, told event by event.
#include "case_holds.h"

#ifdef PA_FEWER
#define LISTS 10000 // under the sanitizers
#else
#define LISTS 100000
#endif
#define EVENTS 36 // of one list, at most

// What was met, so that a walk that leads nowhere does not pass.
static struct {
    long events, ok, refused, ticks, deferred, reworks, merges, revoked, returned, extended, pauses, delegated,
        assisted, opened, secrets;
    long states[100], legs[100];
} met;

// ---- What was done ----

// The answer clock's limit, from what each line allowed.
static void follow_limit(struct life *l, const struct case_step *s, const struct change *c)
{
    const struct calendar *cal = &world.calendar;
    enum clock clock = l->f.flags & FLAG_CONDUCT ? CLOCK_K15 : CLOCK_K8;
    enum event e = s->rule->event;
    if (s->from == ACCEPTED && e == EV_DISPATCH) {
        l->limit = policy_due(&world, clock, l->f.kind, now);
        l->granted = 0;
    }
    if (s->to == REWORK && s->from != REWORK) {
        l->limit = policy_due(&world, CLOCK_K12, l->f.kind, now);
        l->granted = 0;
    }
    if (e == EV_EXTENSION_GRANTED && l->f.legs[s->leg - 1].parent == 0) {
        int days = c->days ? c->days : 0;
        for (int i = l->f.requests_n - 1; i >= 0 && days == 0; i--) // the newest
            if (l->f.requests[i].kind == REQUEST_EXTENSION && l->f.requests[i].leg == s->leg)
                days = l->f.requests[i].state == REQUEST_GRANTED ? l->f.requests[i].days : 0;
        l->limit = calendar_extend(cal, l->limit, days);
        l->granted += days;
        struct span base = world.clocks[l->f.round ? CLOCK_K12 : clock][l->f.kind];
        int most = world.clocks[CLOCK_K9][l->f.kind].amount;
        if (base.unit == SPAN_WORKDAYS && base.amount <= most)
            hold(base.amount + l->granted <= most, "clock.more_than_K9", base.amount, l->granted);
    }
    if ((e == EV_SUPPLEMENT_GRANTED || e == EV_SUSPENSION_APPROVED) && l->stood == 0)
        l->stood = now;
    if ((e == EV_SUPPLEMENT_ENDED || e == EV_RESUME) && l->stood != 0) {
        enum span_unit unit = world.clocks[l->f.round ? CLOCK_K12 : clock][l->f.kind].unit;
        l->limit = calendar_resume(cal, l->limit, unit, l->stood, now);
        l->stood = 0;
    }
    if (e == EV_RECOMPUTE && c->until > l->limit && (s->to == HANDLING || s->to == REVIEW || s->to == REWORK))
        l->limit = c->until; // another calendar; how far it may go is a test of its own
}

static void count(const struct case_step *s)
{
    met.deferred += s->to == DEFERRED;
    met.reworks += s->to == REWORK;
    met.merges += s->rule->event == EV_ABSORB;
    met.revoked += s->rule->event == EV_REVOKE;
    met.returned += s->rule->event == EV_RETURN_GRANTED;
    met.extended += s->rule->event == EV_EXTENSION_GRANTED;
    met.pauses += s->rule->event == EV_SUPPLEMENT_ENDED;
    met.delegated += s->rule->event == EV_OPEN_CHILD;
    met.assisted += s->rule->event == EV_OPEN_ASSIST;
}

// T29: who did it first does not do it again; but above the province there is nobody.
static void fresh_eyes(const struct life *l, const struct case_step *s)
{
    int32_t first = 0;
    for (int i = 0; i < l->f.legs_n; i++)
        if (l->f.legs[i].round == 0 && l->f.legs[i].role == ROLE_LEAD && l->f.legs[i].state == LEG_DONE)
            first = l->f.legs[i].unit;
    if (s->from == REWORK && s->rule->event == EV_DISPATCH && first != POLICY_PROVINCE)
        hold(s->unit != first, "rework.same_unit", s->unit, s->leg);
}

// Who wrote: no unit learns it but one that has the letter in hand, and none where the writer wants secrecy.
static void identity_needed(const struct life *l, const struct case_step *s, const struct change *c)
{
    bool has = false;
    if (s->rule->event != EV_IDENTITY_OPEN)
        return;
    for (int i = 0; i < l->f.legs_n; i++)
        has = has || (l->f.legs[i].unit == c->unit && l->f.legs[i].state != LEG_SENT);
    met.opened += c->actor == ACTOR_BUREAU;
    met.secrets += c->actor == ACTOR_DESK && (l->f.flags & FLAG_CONFIDENTIAL) != 0;
    if (c->actor == ACTOR_BUREAU)
        hold(has && !(l->f.flags & FLAG_CONFIDENTIAL), "identity.not_in_hand", c->unit, l->f.flags);
}

static void write_down(struct life *l, struct life *other, const struct change *c)
{
    for (int i = 0; i < last.steps_n; i++) {
        const struct case_step *s = &last.steps[i];
        struct life *of = s->other ? other : l;
        const struct replay_line line = {.seq = of->told.version + 1,
                                         .at = now,
                                         .due_at = s->due_at,
                                         .rule = s->rule,
                                         .state = s->to,
                                         .leg = s->leg,
                                         .unit = s->unit,
                                         .actor = s->actor,
                                         .detail = str_of(s->detail)};
        hold(replay_apply(&of->told, &line), "replay.line", s->rule->event, line.seq);
        ledger_line(&of->ledger, &of->told);
        follow_limit(of, s, c);
        fresh_eyes(of, s);
        count(s);
        identity_needed(of, s, c);
        if (telling)
            printf("    %-5s %s -> %s leg %d unit %d %s%s\n", s->rule->id, code_name(case_states, (int)s->from),
                   code_name(case_states, (int)s->to), s->leg, s->unit, s->detail, s->other ? " (primary)" : "");
        met.states[s->to]++;
        met.legs[s->rule->leg_to]++;
    }
}

// Nobody in X acts; but the centre passes a letter on to the ministry when the province itself is in X, and keeps a
// queue going.
static void actor_free(const struct life *l, const struct change *c)
{
    bool person = c->actor == ACTOR_BUREAU || c->actor == ACTOR_DESK;
    bool out = c->event == EV_REFER || c->event == EV_REFERRAL_APPROVED || c->event == EV_GRANT || c->event == EV_DENY;
    out = out || c->event == EV_QUEUE_RETRY || c->event == EV_QUEUE_PARK || c->event == EV_QUEUE_SKIP;
    struct date day = date_of(now);
    if (person && !(out && in_x(&l->x, POLICY_PROVINCE, day)))
        hold(!in_x(&l->x, c->unit, day), "guard.actor", c->unit, c->event);
}

// What the letters accuse now, by their words.
static void take_words(struct life *l, struct life *other, const struct change *c)
{
    if (c->found)
        raw_add(&l->x, c->found->accused.of, c->found->accused.n);
    if (c->event == EV_ACCUSE)
        raw_add(&l->x, c->accused.of, c->accused.n);
    if (c->event == EV_EXONERATE)
        raw_take(&l->x, &c->accused);
    if (c->event == EV_MERGE)
        raw_add(&other->x, l->x.of, l->x.n);
}

static void check(struct life *l)
{
    life = l;
    legal(&l->f);
    legs_legal(&l->f);
    clock_holds(l);
    wakes(l);
    told_the_same(l);
    time_adds_up(l);
}

static struct life *other_of(const struct life *l, const struct change *c)
{
    bool of_primary = c->event == EV_UNMERGE || c->event == EV_ARCHIVE || c->event == EV_TICK;
    int64_t id = c->event == EV_MERGE ? c->other : of_primary && l->f.state == MERGED ? l->f.course.primary : 0;
    return id >= 1 && id <= LIVES && id != l->f.id ? &lives[id - 1] : NULL;
}

// One letter, several matters: the part that is split off is another life, where there is room for it.
static void split_off(const struct life *l, const struct change *c)
{
    struct case_step step;
    if (!last.split || lives_n == LIVES)
        return;
    struct life *part = &lives[lives_n++];
    replay_start(&part->told);
    ledger_start(&part->ledger);
    part->limit = part->stood = 0;
    part->granted = 0;
    part->x = l->x;
    case_split_off(&world, now, c, &l->f, lives_n, &part->f, &step);
    hold(!last.steps[0].other && part->f.letter == l->f.letter, "split.letter", part->f.letter, l->f.letter);
    last = (struct decision){.steps = {step}, .steps_n = 1};
    write_down(part, NULL, c);
    check(part);
    nobody_in_x(part, false);
}

static enum result happens(struct life *l, const struct change *c)
{
    static struct case_facts before, other_before;
    struct life *other = other_of(l, c);
    life = l;
    before = l->f;
    if (other)
        other_before = other->f;
    why = (struct err){0};
    enum result result = case_decide(&world, now, c, &l->f, other ? &other->f : NULL, &last, &why);
    met.events++;
    if (telling) {
        char at[40];
        struct text t = TEXT(at);
        time_format(now, &t);
        printf("%s case %d %s %s by %s unit %d leg %d to %d: %d %s %s\n", at, (int)l->f.id,
               code_name(case_states, (int)before.state), code_name(events, (int)c->event),
               code_name(actors, (int)c->actor), c->unit, c->leg, c->to, result, why.code, why.text);
    }
    if (result != OK) {
        met.refused++;
        hold(memcmp(&before, &l->f, sizeof before) == 0, "refused.changed_the_case", c->event, 0);
        hold(!other || memcmp(&other_before, &other->f, sizeof other_before) == 0, "refused.changed_the_other",
             c->event, 0);
        hold(last.steps_n == 0 && last.notices_n == 0 && !last.split, "refused.left_steps", last.steps_n,
             last.notices_n);
        hold(result == DUPLICATE || (result == REJECT && why.code[0] && why.text[0]), "refused.without_words", result,
             0);
        return result;
    }
    met.ok++;
    hold(c->event == EV_TICK || last.steps_n > 0, "event.without_a_line", c->event, 0);
    actor_free(l, c);
    take_words(l, other, c);
    write_down(l, other, c);
    check(l);
    nobody_in_x(l, false);
    if (other)
        check(other);
    if (c->event == EV_MERGE) // else who is in X may have changed with the day since the other's own last event
        nobody_in_x(other, true);
    split_off(l, c);
    return OK;
}

static void tick(struct life *l)
{
    static struct case_facts after;
    const struct change c = {.case_id = l->f.id, .event = EV_TICK, .actor = ACTOR_FEEDBACK};
    met.ticks++;
    for (int times = 0;; times++) { // a life that was left alone for years needs several
        life = l;
        hold(happens(l, &c) == OK, "tick.refused", c.event, 0);
        if (last.steps_n == 0)
            break;
        hold(times < 30, "tick.never_ends", times, 0);
    }
    wf_time next = case_wakes(&world, &l->f, now);
    hold(next == 0 || next > now, "tick.left_something_due", next, now);
    hold(l->f.wake_at == next, "tick.wake", l->f.wake_at, next);
    after = l->f;
    hold(happens(l, &c) == OK && memcmp(&after, &l->f, sizeof after) == 0, "tick.twice", last.steps_n, 0);
}

static void begin(int i)
{
    struct life *l = &lives[i];
    memset(&l->f, 0, sizeof l->f);
    l->f.id = l->f.letter = i + 1;
    l->f.mailbox = POLICY_PROVINCE;
    l->f.received_at = l->f.clock_at = now;
    l->f.kind = (enum kind)(KIND_CONSULT + roll(KIND_OTHER));
    replay_start(&l->told);
    ledger_start(&l->ledger);
    l->x.n = 0;
    l->limit = l->stood = 0;
    l->granted = 0;
    const struct change c = {.case_id = i + 1, .event = EV_RECEIVE, .actor = ACTOR_INTAKE};
    hold(happens(l, &c) == OK, "begin.refused", i, 0);
}

static void one_list(void)
{
    seed = lists_seed + (uint64_t)list * UINT64_C(0x9e3779b97f4a7c15);
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9) | 1;
    world_grow();
    now = date_begin(today) + roll(24 * 60) * WF_MINUTE;
    int cases = one_in(3) ? 2 : 1;
    for (lives_n = 0; lives_n < cases; lives_n++)
        begin(lives_n);
    for (int n = 4 + roll(EVENTS); n > 0; n--) {
        struct life *l = &lives[roll(lives_n)];
        now = any_instant(&l->f);
        if (one_in(3))
            tick(l);
        struct change c = any_change(l);
        if (c.event == EV_MERGE && c.other > lives_n)
            c.other = 99;
        (void)happens(l, &c);
    }
    for (int i = 0; i < lives_n; i++)
        tick(&lives[i]);
}

static void walked_far(void)
{
    for (const struct code *s = case_states; s->name; s++)
        hold(met.states[s->code] > 0, "walk.state_never_met", s->code, 0);
    for (const struct code *s = leg_states; s->name; s++)
        hold(met.legs[s->code] > 0, "walk.leg_state_never_met", s->code, 0);
    hold(met.merges > 20 && met.revoked > 20 && met.returned > 20 && met.extended > 20, "walk.rare", met.merges,
         met.extended);
    // Two persons and then the first again: some in 100,000 lists.
    hold(met.opened > 20 && met.secrets >= LISTS / 20000, "walk.rare", met.opened, met.secrets);
    hold(met.pauses > 20 && met.delegated > 20 && met.assisted > 20 && met.reworks > 20 && met.deferred > 20,
         "walk.rare", met.pauses, met.reworks);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        lists_seed = strtoull(argv[1], NULL, 0);
    telling = argc > 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("seed 0x%" PRIx64 "\n", lists_seed);
    for (list = telling ? strtol(argv[2], NULL, 0) : 0; list < LISTS; list++) {
        one_list();
        if (telling)
            return 0;
    }
    printf("%d lists: %ld events, %ld accepted, %ld refused, %ld ticks; %ld merges, %ld revoked, %ld returned, %ld "
           "extended, %ld "
           "pauses, %ld delegated, %ld assisted, %ld reworks, %ld deferred\n",
           LISTS, met.events, met.ok, met.refused, met.ticks, met.merges, met.revoked, met.returned, met.extended,
           met.pauses, met.delegated, met.assisted, met.reworks, met.deferred);
    walked_far();
    return 0;
}

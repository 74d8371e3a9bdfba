// SPDX-License-Identifier: Apache-2.0
// 200,000 random lives of a case: nothing illegal comes of any order of events.
#include "case_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct decision last;
static struct err why;

static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t roll(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static bool listed(const struct code *list, int code)
{
    return strcmp(code_name(list, code), "?") != 0;
}

static bool every_lead(const struct case_facts *f, enum leg_state or_this)
{
    int leads = 0;
    for (int i = 0; i < f->legs_n; i++)
        if (f->legs[i].role == ROLE_LEAD && f->legs[i].state != LEG_REVOKED && f->legs[i].state != LEG_RETURNED) {
            leads++;
            if (f->legs[i].state != LEG_DONE && f->legs[i].state != or_this)
                return false;
        }
    return leads > 0;
}

static void legal(const struct case_facts *f)
{
    assert_true(listed(case_states, (int)f->state));
    for (int i = 0; i < f->legs_n; i++) {
        assert_true(listed(leg_states, (int)f->legs[i].state));
        assert_int_equal(f->legs[i].id, i + 1);
        assert_true(f->accused == 0 || f->legs[i].unit != f->accused);
    }
    if (f->state == HANDLING)
        assert_true(f->legs_n > 0 && !every_lead(f, LEG_REPORTED));
    if (f->state == REVIEW)
        assert_true(every_lead(f, LEG_REPORTED));
    if (f->state == ANSWERED || f->state == CALLBACK || f->state == CLOSED)
        assert_true(every_lead(f, LEG_DONE));
    if (case_final(f->state))
        assert_true(f->due_at == 0);
    else
        assert_true(f->due_at != 0 || case_waits_for(f->state) != NULL);
}

// A second telling of the case, from the recorded steps and the rows that they name alone.
static void replay(struct case_facts *g, const struct decision *d)
{
    for (int i = 0; i < d->steps_n; i++) {
        const struct case_step *s = &d->steps[i];
        const struct rule *r = s->rule;
        assert_true(r->by & BY(s->actor));
        assert_int_equal(g->state, s->from);
        g->version++;
        if (r->leg_from != LEG_NONE) {
            assert_int_equal(g->legs[s->leg - 1].state, r->leg_from);
            assert_int_equal(g->legs[s->leg - 1].unit, s->unit);
            g->legs[s->leg - 1].state = r->leg_to;
        } else if (r->event == EV_DISPATCH) {
            assert_int_equal(s->leg, ++g->legs_n);
            g->legs[s->leg - 1] = (struct leg_facts){.state = r->leg_to, .unit = s->unit};
        } else {
            assert_int_equal(r->case_from, s->from);
            for (int k = 0; k < g->legs_n && r->leg_to != LEG_NONE; k++)
                g->legs[k].state = r->leg_to;
        }
        g->state = r->case_to == CASE_NONE ? g->state : r->case_to;
        assert_int_equal(g->state, s->to);
    }
}

// Mostly an event that a row has for this case, told by somebody who may; else any, by anybody.
static struct change random_event(const struct case_facts *f)
{
    int n = 0;
    while (rules[n].id)
        n++;
    enum leg_state leg = f->legs_n > 0 ? f->legs[roll((uint32_t)f->legs_n)].state : LEG_NONE;
    for (int tries = roll(4) ? 200 : 0; tries > 0; tries--) {
        const struct rule *r = &rules[roll((uint32_t)n)];
        enum actor actor = (enum actor)(1 + roll(ACTOR_DESK));
        bool ends = r->event == EV_WITHDRAW || r->event == EV_REFUSE || r->event == EV_REFER;
        if ((r->by & BY(actor)) && (r->leg_from == LEG_NONE ? r->case_from == f->state : r->leg_from == leg) &&
            (!ends || roll(8) == 0))
            return sample_change(r->event, actor);
    }
    return sample_change((enum event)roll(EV_WITHDRAW + 2), (enum actor)(1 + roll(ACTOR_DESK)));
}

static struct change random_change(const struct case_facts *f, struct classification *found)
{
    static const int32_t units[] = {0, SHENZHEN, ZHUHAI, 440305, 440000, 1};
    struct change c = random_event(f);
    *found = (struct classification){.kind = (enum kind)(KIND_CONSULT + roll(KIND_OTHER)),
                                     .category = (int16_t)roll(100),
                                     .bureau = units[roll(3)],
                                     .accused = roll(4) ? 0 : units[roll(4)],
                                     .confidence = (int16_t)roll(101),
                                     .flags = (uint8_t)roll(8)};
    if (c.found)
        c.found = found;
    if (c.actor != ACTOR_BUREAU || roll(4) == 0)
        c.unit = units[roll(6)];
    c.bureau = units[roll(6)];
    c.leg = (int16_t)(roll(3) ? 0 : roll(3));
    c.category = (int16_t)(roll(2) ? 1 : roll(100));
    c.outcome = (enum outcome)roll(OUTCOME_DUPLICATE + 1);
    if (roll(4) == 0)
        c.public_reply = STR_NONE;
    if (roll(4) == 0)
        c.reason = STR_NONE;
    return c;
}

static void one_life(struct policy *p, int *reached)
{
    for (int step = STEP_ACCEPT; step <= STEP_CALLBACK; step++)
        memset(p->steps[step], roll(3) ? MODE_AUTO : MODE_HUMAN, sizeof p->steps[step]);
    p->sure = (int16_t)roll(101);
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE), told = f;
    f.due_at = SAMPLE_NOW;
    for (int i = 0, n = (int)roll(40); i < n; i++) {
        struct classification found;
        struct change c = random_change(&f, &found);
        struct case_facts before = f;
        switch (case_decide(p, SAMPLE_NOW, &c, &f, &last, &why)) {
        case OK:
            legal(&f);
            replay(&told, &last);
            assert_int_equal(told.state, f.state);
            assert_int_equal(told.version, f.version);
            assert_int_equal(told.legs_n, f.legs_n);
            for (int k = 0; k < f.legs_n; k++)
                assert_true(told.legs[k].state == f.legs[k].state && told.legs[k].unit == f.legs[k].unit);
            break;
        case REJECT:
            assert_true(why.code[0] && why.text[0]);
            // fall through
        default:
            assert_memory_equal(&f, &before, sizeof f);
        }
    }
    reached[f.state]++;
}

static void random_lives(void **state)
{
    struct policy p = *sample_policy();
    int reached[100] = {0};
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 200000; i++)
        one_life(&p, reached);
    for (const struct rule *r = rules; r->id; r++) // the lives were long enough to mean something
        if (r->leg_from == LEG_NONE && reached[r->case_to] == 0)
            fail_msg("no life ended in %s", code_name(case_states, (int)r->case_to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_lives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

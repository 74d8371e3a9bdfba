// SPDX-License-Identifier: Apache-2.0
// The table as a whole: complete, closed, and the same in the program, the database and the words for people; and what
// it does not have is refused, with words, whoever says it.
#include "case_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define STATES 100 // more than any state's code
#define EVENTS (EV_IDENTITY_DENIED + 2)

static void keys_ids_and_reasons_are_unique(void **state)
{
    for (const struct rule *a = rules; a->id; a++) {
        assert_true(strlen(a->because) > 15);
        assert_string_not_equal(code_name(events, (int)a->event), "?");
        assert_string_not_equal(code_name(journals, (int)a->journal), "?");
        assert_true(a->by != 0 && a->by < BY(ACTOR_DESK + 1));
        for (const struct rule *b = rules; b < a; b++) {
            assert_string_not_equal(a->id, b->id);
            assert_string_not_equal(a->because, b->because);
            if (a->event != b->event)
                continue;
            // An event speaks of a case or of a leg, never now of this, now of that; and from one state it is one row.
            assert_int_equal(rule_of_leg(a), rule_of_leg(b));
            if ((a->cases & b->cases) != 0 || (a->legs & b->legs) != 0)
                fail_msg("%s and %s: two rows of one state and event", a->id, b->id);
        }
    }
}

static void every_state_has_a_bit_of_its_own(void **state)
{
    uint64_t seen = IN(CASE_NONE), of_legs = 0;
    for (const struct code *s = case_states; s->name; s++) {
        assert_true((seen & IN(s->code)) == 0);
        seen |= IN(s->code);
    }
    for (const struct code *s = leg_states; s->name; s++) {
        assert_in_range(s->code, 1, 63);
        of_legs |= LEG(s->code);
    }
    for (const struct rule *r = rules; r->id; r++) { // and no row speaks of a state that is none
        assert_true((r->cases & ~seen) == 0);
        assert_true((r->legs & ~of_legs) == 0);
    }
}

static void rows_are_well_formed(void **state)
{
    for (const struct rule *r = rules; r->id; r++) {
        assert_true((r->cases != 0) != (r->legs != 0));
        assert_int_equal(rule_of_leg(r), event_is_leg(r->event));
        assert_true(r->case_to == CASE_NONE || strcmp(code_name(case_states, (int)r->case_to), "?") != 0);
        assert_true(r->leg_to == LEG_NONE || strcmp(code_name(leg_states, (int)r->leg_to), "?") != 0);
        assert_int_equal(r->duty != 0, (r->by & BY_DESK) != 0); // domain §3.6
        if (r->opens != 0) {
            assert_false(rule_of_leg(r));
            assert_int_equal(r->leg_to, LEG_SENT);
        }
        if (rule_of_leg(r)) // the only clock that a leg shares with its case
            assert_true(r->clock == CLOCK_NONE || r->clock == CLOCK_K8);
        assert_true(r->case_to == CASE_NONE || case_final(r->case_to) || r->clock != CLOCK_NONE ||
                    (r->cases & (IN(HANDLING) | IN(REVIEW) | IN(REWORK) | IN(DEFERRED))) != 0 || rule_of_leg(r));
    }
    for (const struct code *a = journals; a->name; a++) {
        assert_int_equal(code_find(journals, str_of(a->name)), a->code);
        assert_true(strlen(a->label) > 0);
    }
}

// domain §3.3
static void every_transition_of_the_domain_has_a_row(void **state)
{
    for (int t = 1; t <= 38; t++) {
        char id[8];
        int n = snprintf(id, sizeof id, "T%d", t);
        bool found = false;
        for (const struct rule *r = rules; r->id; r++)
            found = found || (strncmp(r->id, id, (size_t)n) == 0 && (r->id[n] < '0' || r->id[n] > '9'));
        if (!found)
            fail_msg("no row for %s", id);
    }
}

struct reached {
    bool cases[STATES], legs[STATES];
};

static bool fires(const struct reached *r, const struct rule *rule)
{
    const struct code *list = rule_of_leg(rule) ? leg_states : case_states;
    if (!rule_of_leg(rule) && (rule->cases & IN(CASE_NONE)))
        return true;
    for (; list->name; list++)
        if (rule_of_leg(rule) ? (rule->legs & LEG(list->code)) && r->legs[list->code]
                              : (rule->cases & IN(list->code)) && r->cases[list->code])
            return true;
    return false;
}

static struct reached reach(void)
{
    struct reached r = {{false}, {false}};
    for (bool more = true; more;) {
        more = false;
        for (const struct rule *rule = rules; rule->id; rule++) {
            if (!fires(&r, rule))
                continue;
            more = more || (rule->case_to && !r.cases[rule->case_to]) || (rule->leg_to && !r.legs[rule->leg_to]);
            r.cases[rule->case_to] = r.legs[rule->leg_to] = true;
        }
    }
    return r;
}

static void every_state_and_row_is_reached(void **state)
{
    struct reached r = reach();
    for (const struct code *s = case_states; s->name; s++)
        assert_true(r.cases[s->code]);
    for (const struct code *s = leg_states; s->name; s++)
        assert_true(r.legs[s->code]);
    for (const struct rule *rule = rules; rule->id; rule++)
        assert_true(fires(&r, rule));
}

static bool way_out(enum case_state s)
{
    for (const struct rule *r = rules; r->id; r++)
        if ((r->cases & IN(s)) && r->case_to != CASE_NONE && r->case_to != s)
            return true;
    return false;
}

// P4
static void every_open_state_has_a_next_step(void **state)
{
    for (const struct code *c = case_states; c->name; c++) {
        enum case_state s = (enum case_state)c->code;
        assert_int_equal(case_waits_for(s) == NULL, case_final(s));
        assert_true(s == ARCHIVED || way_out(s));
    }
    assert_false(way_out(ARCHIVED));
    assert_null(case_waits_for(CASE_NONE));
    for (const struct code *l = leg_states; l->name; l++) {
        bool out = false;
        for (const struct rule *r = rules; r->id; r++)
            out = out || ((r->legs & LEG(l->code)) && r->leg_to != LEG_NONE && (int)r->leg_to != l->code);
        assert_int_equal(out, !leg_over((enum leg_state)l->code));
    }
}

// ---- What the table does not have ----

static bool is_machine(enum actor a)
{
    return a == ACTOR_CLASSIFIER || a == ACTOR_DISPATCHER || a == ACTOR_FEEDBACK;
}

static enum result refused(const struct case_facts *f, const struct change *c, struct err *err)
{
    static struct case_facts after;
    static struct decision d;
    after = *f;
    *err = (struct err){0};
    enum result result = case_decide(sample_policy_all(MODE_AUTO), SAMPLE_NOW, c, &after, NULL, &d, err);
    if (result == OK)
        fail_msg("%s in %s was done", code_name(events, (int)c->event), code_name(case_states, (int)f->state));
    assert_memory_equal(&after, f, sizeof after);
    assert_int_equal(d.steps_n + d.notices_n + d.split, 0);
    return result;
}

// The words name the state, the event, and what this actor may do instead.
static void names_all(const struct case_facts *f, const struct change *c, const struct err *err)
{
    char head[128];
    bool of_leg = event_is_leg(c->event), moves = f->state == HANDLING || f->state == REVIEW, any = false;
    const char *allowed = strstr(err->text, "is not allowed; allowed now:");
    assert_string_equal(err->code, "not_allowed");
    assert_non_null(allowed);
    snprintf(head, sizeof head, "case is %s%s%s: %s is", code_name(case_states, (int)f->state),
             of_leg ? ", leg is " : "", of_leg ? code_name(leg_states, (int)f->legs[0].state) : "",
             code_name(events, (int)c->event));
    assert_memory_equal(err->text, head, strlen(head));
    for (const struct rule *r = rules; r->id; r++) {
        bool ends = r->event == EV_REVOKE || r->event == EV_END_LEG; // at any time
        bool fits = rule_of_leg(r) ? of_leg && (moves || ends) && (r->legs & LEG(f->legs[0].state))
                                   : (r->cases & IN(f->state)) != 0;
        if (!fits || !(r->by & BY(c->actor)))
            continue;
        any = true;
        // A long list is cut, but never before its first names.
        assert_true(strstr(allowed, code_name(events, (int)r->event)) || strlen(err->text) > sizeof err->text - 40);
    }
    assert_int_equal(strstr(allowed, "nothing") == NULL, any);
}

static void pair(struct case_facts *f, enum event event, enum actor actor, const struct rule *r)
{
    struct err err;
    struct change c = sample_change(event, actor);
    bool stranger = f->legs_n > 0 && (f->legs[0].state == LEG_REVOKED || f->legs[0].state == LEG_RETURNED);
    bool moves = !event_is_leg(event) || f->state == HANDLING || f->state == REVIEW;
    c.leg = event_is_leg(event) ? 1 : 0;
    if (actor == ACTOR_BUREAU && stranger) { // it lost the case, and learns nothing of it
        assert_int_equal(refused(f, &c, &err), REJECT);
        assert_string_equal(err.code, "not_found");
    } else if (r && (r->by & BY(actor)) && r->by != BY_SYSTEM && moves) {
        return; // a row: test_case has what it does
    } else if (f->state == MERGED && event == EV_SUPPLEMENT) {
        assert_int_equal(refused(f, &c, &err), REJECT);
        assert_string_equal(err.code, "merged");
    } else if (is_machine(actor) &&
               !(r && (r->by == BY_SYSTEM || (r->by & BY(actor))))) { // its own work of before, again
        assert_int_equal(refused(f, &c, &err), DUPLICATE);
    } else {
        assert_int_equal(refused(f, &c, &err), REJECT);
        names_all(f, &c, &err);
    }
}

static bool said_of_requests(enum event e)
{
    return e == EV_GRANT || e == EV_DENY;
}

static void every_pair_of_case_state_and_event(void **state)
{
    for (const struct code *s = case_states; s->name; s++)
        for (int e = 1; e < EVENTS; e++)
            for (int a = ACTOR_WRITER; a <= ACTOR_DESK; a++) {
                struct case_facts f = sample_facts((enum case_state)s->code, LEG_SIGNED);
                bool sweep = e == EV_TICK && a == ACTOR_FEEDBACK;
                if (!event_is_leg((enum event)e) && !said_of_requests((enum event)e) && !sweep)
                    pair(&f, (enum event)e, (enum actor)a, rule_for_case(f.state, (enum event)e));
            }
}

static void every_pair_of_leg_state_and_event(void **state)
{
    for (const struct code *s = case_states; s->name; s++)
        for (const struct code *l = leg_states; l->name; l++)
            for (int e = 1; e < EVENTS; e++)
                for (int a = ACTOR_WRITER; a <= ACTOR_DESK; a++) {
                    struct case_facts f = sample_facts((enum case_state)s->code, (enum leg_state)l->code);
                    if (event_is_leg((enum event)e))
                        pair(&f, (enum event)e, (enum actor)a, rule_for_leg(f.legs[0].state, (enum event)e));
                }
}

static void nothing_is_granted_that_nobody_asked_for(void **state)
{
    for (const struct code *s = case_states; s->name; s++)
        for (int e = EV_GRANT; e <= EV_DENY; e++)
            for (int a = ACTOR_BUREAU; a <= ACTOR_DESK; a++) {
                struct err err;
                struct case_facts f = sample_facts((enum case_state)s->code, LEG_SIGNED);
                struct change c = sample_change((enum event)e, (enum actor)a);
                assert_int_equal(refused(&f, &c, &err), REJECT);
                assert_string_equal(err.code, "no_request");
            }
}

// domain §3.6: a post without the duty may not, and the centre's work is not done by a bureau's post.
static void a_duty_is_needed(void **state)
{
    for (const struct rule *r = rules; r->id; r++) {
        for (const struct code *s = case_states; s->name && (r->by & BY_DESK) && !rule_of_leg(r); s++) {
            struct err err;
            struct change c = sample_change(r->event, ACTOR_DESK);
            struct case_facts f = sample_facts((enum case_state)s->code, LEG_SIGNED);
            if (!(r->cases & IN(s->code)))
                continue;
            c.duties &= ~r->duty;
            assert_int_equal(refused(&f, &c, &err), REJECT);
            assert_string_equal(err.code, "not_your_duty");
            for (const struct code *duty = policy_duties; duty->name; duty++)
                assert_true(!(r->duty & (uint32_t)duty->code) || strstr(err.text, duty->name));
            c.duties = ALL_DUTIES;
            c.unit = SHENZHEN;
            assert_int_equal(refused(&f, &c, &err), REJECT);
            assert_string_equal(err.code, "not_your_duty");
        }
    }
}

// The numbers in `state IN (…)` of a constraint of the first migration are the list's, in its order.
static void check_list(const char *constraint, const struct code *list)
{
    static struct str schema;
    if (!schema.p)
        schema = sample_file("migrations/0001_schema.sql");
    char *text = strndup(schema.p, schema.n), *p = strstr(text, constraint);
    assert_non_null(p);
    p = strstr(p, "IN (") + 4;
    for (; list->name; list++) {
        assert_int_equal(strtol(p, &p, 10), list->code);
        assert_int_equal(*p++, list[1].name ? ',' : ')');
    }
    free(text);
}

static void the_database_knows_the_same_states(void **state)
{
    check_list("case_state_known", case_states);
    check_list("leg_state_known", leg_states);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_ids_and_reasons_are_unique),
        cmocka_unit_test(every_state_has_a_bit_of_its_own),
        cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(every_transition_of_the_domain_has_a_row),
        cmocka_unit_test(every_state_and_row_is_reached),
        cmocka_unit_test(every_open_state_has_a_next_step),
        cmocka_unit_test(every_pair_of_case_state_and_event),
        cmocka_unit_test(every_pair_of_leg_state_and_event),
        cmocka_unit_test(nothing_is_granted_that_nobody_asked_for),
        cmocka_unit_test(a_duty_is_needed),
        cmocka_unit_test(the_database_knows_the_same_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

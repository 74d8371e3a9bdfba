// SPDX-License-Identifier: Apache-2.0
// The table as a whole: complete, closed, and the same in the program, the database and the words for people.
#include "case_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define STATES 100 // more than any state's code
#define EVENTS 40  // more than any event's code

static const struct rule *rule_of(enum case_state state, enum leg_state leg, enum event event)
{
    return event_is_leg(event) ? rule_for_leg(leg, event) : rule_for_case(state, event);
}

static void keys_ids_and_reasons_are_unique(void **state)
{
    for (const struct rule *a = rules; a->id; a++) {
        assert_true(strlen(a->because) > 20);
        assert_string_not_equal(code_name(events, (int)a->event), "?");
        assert_string_not_equal(code_name(journals, (int)a->journal), "?");
        assert_true(a->by != 0 && a->by < BY(ACTOR_DESK + 1));
        for (const struct rule *b = rules; b < a; b++) {
            assert_string_not_equal(a->id, b->id);
            assert_string_not_equal(a->because, b->because);
            assert_false(a->case_from == b->case_from && a->leg_from == b->leg_from && a->event == b->event);
            if (a->event == b->event) // an event speaks of a case or of a leg, never now of this, now of that
                assert_int_equal(a->leg_from == LEG_NONE, b->leg_from == LEG_NONE);
        }
    }
}

static void rows_are_well_formed(void **state)
{
    for (const struct rule *r = rules; r->id; r++) {
        if (r->leg_from == LEG_NONE) {
            assert_int_not_equal(r->case_to, CASE_NONE);
        } else {
            assert_int_equal(r->case_from, CASE_NONE);
            assert_int_not_equal(r->leg_to, LEG_NONE);
            assert_true(r->clock == CLOCK_NONE || r->clock == CLOCK_K8); // the only one that a leg shares with its case
        }
        assert_ptr_equal(rule_of(r->case_from, r->leg_from, r->event), r);
    }
    for (const struct code *a = journals; a->name; a++) {
        assert_int_equal(code_find(journals, str_of(a->name)), a->code);
        assert_true(strlen(a->label) > 0);
    }
}

// Which states a case can come to, by any row.
static void reach(bool reached[STATES])
{
    reached[CASE_NONE] = true;
    for (bool more = true; more;) {
        more = false;
        for (const struct rule *r = rules; r->id; r++) {
            bool from = r->leg_from == LEG_NONE ? reached[r->case_from] : reached[HANDLING] || reached[REVIEW];
            if (from && r->case_to != CASE_NONE && !reached[r->case_to])
                more = reached[r->case_to] = true;
        }
    }
}

static void every_state_in_a_row_is_reached(void **state)
{
    bool reached[STATES] = {false}, legs[STATES] = {false};
    reach(reached);
    for (const struct rule *r = rules; r->id; r++) {
        assert_true(reached[r->case_from] && reached[r->case_to]);
        assert_true(r->leg_from != LEG_NONE || r->case_to != CASE_NONE);
        legs[r->leg_to] = true;
    }
    for (const struct rule *r = rules; r->id; r++)
        assert_true(legs[r->leg_from]);
}

static bool way_out(enum case_state s)
{
    for (const struct rule *r = rules; r->id; r++)
        if (r->leg_from == LEG_NONE && r->case_from == s && r->case_to != s)
            return true;
    return false;
}

// P4
static void every_open_state_has_a_next_step(void **state)
{
    bool reached[STATES] = {false};
    reach(reached);
    for (const struct code *c = case_states; c->name; c++) {
        enum case_state s = (enum case_state)c->code;
        if (case_final(s)) {
            assert_null(case_waits_for(s));
            for (const struct rule *r = rules; r->id; r++)
                assert_true(r->leg_from != LEG_NONE || r->case_from != s || r->event == EV_ARCHIVE);
        } else {
            assert_non_null(case_waits_for(s));
            assert_true(!reached[s] || way_out(s));
        }
    }
    assert_false(way_out(ARCHIVED));
    assert_null(case_waits_for(CASE_NONE));
}

// Untouched: facts, decision; and the text names the state, the event, and what this actor may do instead.
static void refused(const struct policy *policy, struct case_facts f, struct change c)
{
    struct case_facts before;
    struct decision d, untouched;
    struct err err = {0};
    memcpy(&before, &f, sizeof f);
    memset(&d, 0x55, sizeof d);
    memset(&untouched, 0x55, sizeof d);
    assert_int_equal(case_decide(policy, SAMPLE_NOW, &c, &f, &d, &err), REJECT);
    assert_memory_equal(&f, &before, sizeof f);
    assert_memory_equal(&d, &untouched, sizeof d);
    assert_string_equal(err.code, "not_allowed");

    const char *allowed = strstr(err.text, "is not allowed; allowed now:");
    assert_non_null(allowed);
    char head[128];
    bool leg = event_is_leg(c.event);
    snprintf(head, sizeof head, "case is %s%s%s: %s is", code_name(case_states, (int)f.state), leg ? ", leg is " : "",
             leg ? code_name(leg_states, (int)f.legs[0].state) : "", code_name(events, (int)c.event));
    assert_memory_equal(err.text, head, strlen(head));
    bool any = false;
    for (const struct rule *r = rules; r->id; r++) {
        bool fits = leg ? r->leg_from == f.legs[0].state && (f.state == HANDLING || f.state == REVIEW)
                        : r->leg_from == LEG_NONE && r->case_from == f.state;
        if (!fits || !(r->by & BY(c.actor)))
            continue;
        any = true;
        assert_non_null(strstr(allowed, code_name(events, (int)r->event)));
    }
    assert_int_equal(strstr(allowed, "nothing") == NULL, any);
}

static void one_case_pair(enum case_state s, enum event e, enum actor actor)
{
    const struct policy *policy = sample_policy_all(MODE_AUTO);
    struct change c = sample_change(e, actor);
    bool machine = actor == ACTOR_CLASSIFIER || actor == ACTOR_DISPATCHER || actor == ACTOR_FEEDBACK;
    const struct rule *r = rule_for_case(s, e);
    struct case_facts f = sample_facts(s, s == REVIEW || s == HANDLING ? LEG_DONE : LEG_SENT), before = f;
    struct decision d;
    struct err err;
    if (!r && machine) { // its own work of before, again
        assert_int_equal(case_decide(policy, SAMPLE_NOW, &c, &f, &d, &err), DUPLICATE);
        assert_memory_equal(&f, &before, sizeof f);
    } else if (!r || !(r->by & BY(actor))) {
        refused(policy, f, c);
    } else {
        if (case_decide(policy, SAMPLE_NOW, &c, &f, &d, &err) != OK)
            fail_msg("%s: %s", r->id, err.text);
        assert_ptr_equal(d.steps[0].rule, r);
        assert_int_equal(d.steps[0].from, s);
        assert_int_equal(d.steps[0].to, r->case_to);
        assert_int_equal(d.steps[0].actor, actor);
        assert_int_equal(f.version, before.version + d.steps_n);
    }
}

static void every_pair_of_case_state_and_event(void **state)
{
    for (int s = 0; s < STATES; s++)
        for (int e = 0; e < EVENTS; e++)
            for (int a = ACTOR_WRITER; a <= ACTOR_DESK; a++)
                if (!event_is_leg((enum event)e))
                    one_case_pair((enum case_state)s, (enum event)e, (enum actor)a);
}

static void one_leg_pair(enum case_state s, enum leg_state l, enum event e, enum actor actor)
{
    const struct policy *policy = sample_policy_all(MODE_AUTO);
    struct change c = sample_change(e, actor);
    c.leg = 1; // also where it is at its end
    const struct rule *r = rule_for_leg(l, e);
    bool lives = s == HANDLING || s == REVIEW;
    struct case_facts f = sample_facts(s, l), before = f;
    struct decision d;
    struct err err;
    if (!r && actor == ACTOR_FEEDBACK) {
        assert_int_equal(case_decide(policy, SAMPLE_NOW, &c, &f, &d, &err), DUPLICATE);
        assert_memory_equal(&f, &before, sizeof f);
    } else if (!r || !(r->by & BY(actor)) || !lives) {
        refused(policy, f, c);
    } else {
        if (case_decide(policy, SAMPLE_NOW, &c, &f, &d, &err) != OK)
            fail_msg("%s: %s", r->id, err.text);
        assert_ptr_equal(d.steps[0].rule, r);
        assert_int_equal(d.steps[0].leg, 1);
        assert_int_equal(d.steps[0].unit, SHENZHEN);
        assert_int_equal(d.steps[0].to, r->case_to == CASE_NONE ? s : r->case_to);
        assert_true(f.legs[0].changed || r->leg_to == l);
    }
}

static void every_pair_of_leg_state_and_event(void **state)
{
    static const enum actor who[] = {ACTOR_WRITER, ACTOR_INTAKE, ACTOR_FEEDBACK, ACTOR_BUREAU, ACTOR_DESK};
    for (const struct code *s = case_states; s->name; s++)
        for (int l = 1; l < STATES; l++)
            for (int e = 0; e < EVENTS; e++)
                for (size_t a = 0; a < sizeof who / sizeof *who && event_is_leg((enum event)e); a++)
                    one_leg_pair((enum case_state)s->code, (enum leg_state)l, (enum event)e, who[a]);
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
    for (const struct rule *r = rules; r->id; r++) {
        assert_true(r->case_to == CASE_NONE || strcmp(code_name(case_states, (int)r->case_to), "?") != 0);
        assert_true(r->leg_to == LEG_NONE || strcmp(code_name(leg_states, (int)r->leg_to), "?") != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_ids_and_reasons_are_unique),    cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(every_state_in_a_row_is_reached),    cmocka_unit_test(every_open_state_has_a_next_step),
        cmocka_unit_test(every_pair_of_case_state_and_event), cmocka_unit_test(every_pair_of_leg_state_and_event),
        cmocka_unit_test(the_database_knows_the_same_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

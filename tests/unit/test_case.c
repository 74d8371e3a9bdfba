// SPDX-License-Identifier: Apache-2.0
// One life after another, step by step; one file, because all speak through does() and refuses(). test_case_random has
// random ones.
#include "case_sample.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct decision last;
static struct err why;

static enum result decide(const struct policy *p, struct case_facts *f, const struct change *c)
{
    why = (struct err){0};
    return case_decide(p, SAMPLE_NOW, c, f, &last, &why);
}

// Applies it and sees that exactly these rules did the work.
static void does(const struct policy *p, struct case_facts *f, struct change c, const char *ids)
{
    char got[200];
    struct text t = TEXT(got);
    int32_t version = f->version;
    if (decide(p, f, &c) != OK)
        fail_msg("%s instead of %s", why.text, ids);
    for (int i = 0; i < last.steps_n; i++) {
        text_put(&t, i > 0 ? " " : "");
        text_put(&t, last.steps[i].rule->id);
        assert_int_equal(last.steps[i].to, i + 1 < last.steps_n ? last.steps[i + 1].from : f->state);
    }
    assert_string_equal(got, ids);
    assert_int_equal(f->version, version + last.steps_n);
}

static void refuses(const struct policy *p, struct case_facts f, struct change c, const char *code, const char *field)
{
    struct case_facts before = f;
    if (decide(p, &f, &c) != REJECT)
        fail_msg("not refused: %s wanted", code);
    assert_string_equal(why.code, code);
    assert_string_equal(why.field, field);
    assert_memory_equal(&f, &before, sizeof f);
}

static struct change desk(enum event e)
{
    return sample_change(e, ACTOR_DESK);
}

static struct change bureau(enum event e)
{
    return sample_change(e, ACTOR_BUREAU);
}

static struct change triage(const struct classification *found)
{
    struct change c = sample_change(EV_TRIAGE, ACTOR_CLASSIFIER);
    if (found)
        c.found = found;
    return c;
}

static wf_time due(enum clock clock)
{
    return policy_due(sample_policy(), clock, KIND_HELP, SAMPLE_NOW);
}

// ---- The plain path ----

static void the_plain_path(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
    f.kind = KIND_NONE;
    f.category = 0;
    f.bureau = f.place = 0;
    f.confidence = 0;
    does(p, &f, triage(NULL), "T4 T12");
    assert_int_equal(f.state, ACCEPTED);
    assert_int_equal(f.bureau, SHENZHEN);
    assert_int_equal(f.category, 1);
    assert_int_equal(f.kind, KIND_HELP);
    assert_int_equal(f.confidence, 90);
    assert_int_equal(last.queue_to, 0);
    assert_int_equal(last.steps[0].actor, ACTOR_CLASSIFIER);
    assert_int_equal(last.steps[1].actor, ACTOR_CLASSIFIER);

    does(p, &f, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "T13");
    assert_int_equal(f.state, HANDLING);
    assert_int_equal(last.queue_to, SHENZHEN);
    assert_int_equal(last.queue_leg, 1);
    assert_int_equal(last.steps[0].leg, 1);
    assert_int_equal(last.steps[0].unit, SHENZHEN);
    assert_int_equal(f.legs_n, 1);
    assert_int_equal(f.legs[0].id, 1);
    assert_int_equal(f.legs[0].role, ROLE_LEAD);
    assert_true(f.legs[0].changed && f.legs[0].created);
    assert_true(f.due_at == due(CLOCK_K8) && f.legs[0].due_at == due(CLOCK_K5));

    does(p, &f, bureau(EV_SIGNED), "T14");
    assert_true(f.due_at == due(CLOCK_K8));
    does(p, &f, bureau(EV_CONTACTED), "T14a");
    does(p, &f, bureau(EV_REPORTED), "T22 T25");
    assert_int_equal(f.state, REVIEW);
    assert_int_equal(f.outcome, OUTCOME_RESOLVED);
    does(p, &f, bureau(EV_REVIEWED), "T24 T26 T31");
    assert_int_equal(f.state, CLOSED);
    assert_int_equal(f.legs[0].state, LEG_DONE);
    assert_true(f.due_at == 0);
    assert_int_equal(f.version, 1 + 10);
    does(p, &f, desk(EV_ARCHIVE), "T35a");
    assert_int_equal(f.state, ARCHIVED);
}

// Each clock is set by the row that names it, and a unit that signs late gains no time.
static void clocks(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
    does(p, &f, sample_change(EV_FLAG_EMERGENCY, ACTOR_CLASSIFIER), "T2");
    assert_true(f.due_at == SAMPLE_NOW + 5 * WF_MINUTE);
    does(p, &f, desk(EV_ACKNOWLEDGE), "T3");
    assert_true(f.due_at == due(CLOCK_K3) && f.due_at == SAMPLE_NOW + 2 * WF_HOUR);
    does(p, &f, desk(EV_ACCEPT), "T12");
    assert_true(f.due_at == 0); // the policy has no K4: named to wait for
    does(p, &f, desk(EV_DISPATCH), "T13");
    wf_time answer = f.due_at;
    assert_true(answer == due(CLOCK_K8));

    struct change signs = bureau(EV_SIGNED);
    assert_int_equal(case_decide(p, SAMPLE_NOW + 30 * WF_HOUR, &signs, &f, &last, &why), OK);
    assert_true(f.due_at == answer && f.legs[0].due_at == answer);
    does(p, &f, bureau(EV_REPORTED), "T22 T25");
    does(p, &f, bureau(EV_REVIEWED), "T24");
    assert_true(f.due_at == answer);
    does(p, &f, desk(EV_ISSUE_REPLY), "T26");
    assert_true(f.due_at == due(CLOCK_K11));
    does(p, &f, desk(EV_START_CALLBACK), "T28");
    does(p, &f, desk(EV_CLOSE), "T30");
    assert_true(f.due_at == 0);
}

// ---- What the machine may do alone ----

static void what_the_machine_does_not_accept(void **state)
{
    static const struct classification found[] = {
        {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 69}, // accept_at is 70
        {.kind = KIND_HELP, .category = 1, .bureau = 0, .confidence = 90},
        {.kind = KIND_HELP, .category = 0, .bureau = SHENZHEN, .confidence = 90},
        {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 90, .flags = FLAG_CONDUCT},
        {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 90, .accused = 440305},
        {.kind = KIND_HELP, .category = 14, .bureau = SHENZHEN, .confidence = 90}, // steps.tsv: human
        {.kind = KIND_HELP, .category = 90, .bureau = SHENZHEN, .confidence = 90},
    };
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
        does(sample_policy(), &f, triage(&found[i]), "T4");
        assert_int_equal(f.state, TRIAGE);
        assert_int_equal(f.accused, found[i].accused);
        assert_int_equal(f.flags, found[i].flags);
        // Nor when it asks for it by name.
        refuses(sample_policy(), f, sample_change(EV_ACCEPT, ACTOR_CLASSIFIER), "needs_desk", "event");
    }
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
    struct classification sure = {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 70};
    does(sample_policy(), &f, triage(&sure), "T4 T12");
    f = sample_facts(RECEIVED, LEG_NONE);
    f.flags = FLAG_CONFIDENTIAL;
    sure.flags = FLAG_URGENT;
    does(sample_policy(), &f, triage(&sure), "T4 T12");
    assert_int_equal(f.flags, FLAG_CONFIDENTIAL | FLAG_URGENT); // what the writer asked for stays
}

static void steps_that_the_policy_leaves_to_people(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN), *automatic = sample_policy_all(MODE_AUTO);
    refuses(p, sample_facts(ACCEPTED, LEG_NONE), sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "needs_desk", "event");
    refuses(p, sample_facts(REVIEW, LEG_REPORTED), sample_change(EV_REVIEWED, ACTOR_FEEDBACK), "needs_desk", "event");
    refuses(p, sample_facts(REVIEW, LEG_DONE), sample_change(EV_ISSUE_REPLY, ACTOR_FEEDBACK), "needs_desk", "event");
    refuses(p, sample_facts(ANSWERED, LEG_DONE), sample_change(EV_CLOSE, ACTOR_FEEDBACK), "needs_desk", "event");
    struct case_facts f = sample_facts(HANDLING, LEG_SIGNED);
    does(p, &f, bureau(EV_REPORTED), "T22 T25");
    f = sample_facts(HANDLING, LEG_SIGNED);
    does(automatic, &f, bureau(EV_REPORTED), "T22 T25 T24 T26 T31");
    f = sample_facts(RECEIVED, LEG_NONE);
    does(p, &f, triage(NULL), "T4");

    // A callback is asked for about police conduct only.
    f = sample_facts(REVIEW, LEG_REPORTED);
    f.category = 14;
    does(sample_policy(), &f, bureau(EV_REVIEWED), "T24 T26");
    assert_int_equal(f.state, ANSWERED);
    does(sample_policy(), &f, desk(EV_CLOSE), "T31");
}

static void what_is_past_is_a_duplicate(void **state)
{
    static const struct {
        enum case_state state;
        enum event event;
        enum actor actor;
    } past[] = {{ACCEPTED, EV_TRIAGE, ACTOR_CLASSIFIER},
                {CLOSED, EV_TRIAGE, ACTOR_CLASSIFIER},
                {EMERGENCY, EV_FLAG_EMERGENCY, ACTOR_CLASSIFIER},
                {HANDLING, EV_DISPATCH, ACTOR_DISPATCHER},
                {WITHDRAWN, EV_DISPATCH, ACTOR_DISPATCHER}};
    for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
        struct case_facts f = sample_facts(past[i].state, LEG_NONE), before = f;
        struct classification other = {.kind = KIND_REPORT, .category = 2, .bureau = ZHUHAI, .confidence = 99};
        struct change c = sample_change(past[i].event, past[i].actor);
        c.found = c.found ? &other : NULL;
        assert_int_equal(decide(sample_policy(), &f, &c), DUPLICATE);
        assert_memory_equal(&f, &before, sizeof f);
    }
}

// ---- Guards ----

static void the_accused_never_gets_it(void **state)
{
    const struct policy *p = sample_policy_all(MODE_AUTO);
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
    f.accused = SHENZHEN;
    refuses(p, f, desk(EV_ACCEPT), "conflict", "unit");
    struct change c = desk(EV_ACCEPT);
    c.bureau = ZHUHAI;
    does(p, &f, c, "T12");
    assert_int_equal(f.bureau, ZHUHAI);
    c = desk(EV_DISPATCH);
    c.unit = SHENZHEN;
    refuses(p, f, c, "conflict", "unit");
    f.bureau = SHENZHEN;
    refuses(p, f, desk(EV_DISPATCH), "conflict", "unit");
    refuses(p, f, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "conflict", "unit");
    c.unit = ZHUHAI;
    does(p, &f, c, "T13");
    assert_int_equal(last.queue_to, ZHUHAI);
    assert_int_equal(f.bureau, ZHUHAI);
}

static void members_that_an_event_needs(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(HANDLING, LEG_SIGNED);
    struct change c = bureau(EV_REPORTED);
    c.outcome = OUTCOME_NONE;
    refuses(p, f, c, "missing", "outcome");
    static const struct str blanks[] = {{NULL, 0}, {"", 0}, {" \t　", 5}};
    static const struct {
        enum case_state state;
        enum leg_state leg;
        enum event event;
    } reasoned[] = {{TRIAGE, LEG_NONE, EV_REFUSE},
                    {TRIAGE, LEG_NONE, EV_REFER},
                    {REVIEW, LEG_REPORTED, EV_REVIEW_RETURNED},
                    {REVIEW, LEG_DONE, EV_RETURN_WORK}};
    for (size_t b = 0; b < sizeof blanks / sizeof *blanks; b++) {
        c = bureau(EV_REPORTED);
        c.public_reply = blanks[b];
        refuses(p, f, c, "missing", "public_reply");
        for (size_t i = 0; i < sizeof reasoned / sizeof *reasoned; i++) {
            c = desk(reasoned[i].event);
            c.reason = blanks[b];
            refuses(p, sample_facts(reasoned[i].state, reasoned[i].leg), c, "missing", "reason");
        }
    }
    f = sample_facts(TRIAGE, LEG_NONE);
    f.category = 0;
    refuses(p, f, desk(EV_ACCEPT), "missing", "category");
    f.category = 1;
    f.bureau = 0;
    refuses(p, f, desk(EV_ACCEPT), "missing", "unit");
    c = desk(EV_ACCEPT);
    c.category = 33; // not in categories.tsv
    refuses(p, f, c, "unknown_value", "category");
    c.category = 12;
    c.bureau = 440305; // a district's bureau
    refuses(p, f, c, "unknown_value", "unit");
    c.bureau = ZHUHAI;
    c.kind = KIND_REPORT;
    does(p, &f, c, "T12");
    assert_true(f.category == 12 && f.bureau == ZHUHAI && f.kind == KIND_REPORT);
    c = desk(EV_DISPATCH);
    c.unit = 440000;
    refuses(p, f, c, "unknown_value", "unit");
    f.bureau = 0;
    refuses(p, f, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "unknown_value", "unit");
}

static void outcomes_are_kept(void **state)
{
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
    struct change c = desk(EV_REFUSE);
    c.outcome = OUTCOME_NOT_OURS;
    does(sample_policy(), &f, c, "T8");
    assert_int_equal(f.outcome, OUTCOME_NOT_OURS);
    f = sample_facts(ANSWERED, LEG_DONE);
    f.outcome = OUTCOME_PARTLY;
    c = desk(EV_CLOSE);
    c.outcome = OUTCOME_NONE;
    does(sample_policy(), &f, c, "T31");
    assert_int_equal(f.outcome, OUTCOME_PARTLY);
}

// A bureau without a leg learns nothing, whatever it asks; and a leg that is not its own is none.
static void strangers(void **state)
{
    const struct policy *p = sample_policy_all(MODE_AUTO);
    for (const struct code *s = case_states; s->name; s++)
        for (const struct code *e = events; e->name; e++)
            for (int leg = 0; leg < 3; leg++) {
                struct change c = bureau((enum event)e->code);
                c.unit = ZHUHAI;
                c.leg = (int16_t)leg;
                refuses(p, sample_facts((enum case_state)s->code, LEG_SIGNED), c, "not_found", "number");
                assert_string_equal(why.text, CASE_NOT_FOUND);
            }
    struct case_facts f = sample_facts(HANDLING, LEG_SIGNED);
    f.legs[f.legs_n++] = (struct leg_facts){.id = 2, .role = ROLE_LEAD, .state = LEG_SIGNED, .unit = ZHUHAI};
    struct change c = bureau(EV_REPORTED);
    c.leg = 2;
    refuses(p, f, c, "not_found", "number");
    c.leg = 0;
    c.unit = ZHUHAI; // its own
    does(p, &f, c, "T22");
    assert_int_equal(f.legs[0].state, LEG_SIGNED);
    assert_int_equal(f.legs[1].state, LEG_REPORTED);
    assert_int_equal(last.steps[0].unit, ZHUHAI);
    c = desk(EV_REVIEWED);
    c.leg = 3;
    refuses(p, f, c, "no_leg", "leg");
    refuses(p, sample_facts(WITHDRAWN, LEG_REVOKED), bureau(EV_REPORTED), "not_found", "number");
    refuses(p, sample_facts(REVIEW, LEG_RETURNED), desk(EV_REVIEWED), "no_leg", "leg");
}

// ---- Back and forth ----

static void a_returned_report_is_taken_up_again(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(HANDLING, LEG_SIGNED);
    does(p, &f, bureau(EV_REPORTED), "T22 T25");
    does(p, &f, bureau(EV_REVIEW_RETURNED), "T23");
    assert_int_equal(f.state, HANDLING);
    assert_int_equal(f.legs[0].state, LEG_REVIEW_RETURNED);
    refuses(p, f, bureau(EV_REPORTED), "not_allowed", "event");
    does(p, &f, bureau(EV_SIGNED), "T23a");
    does(p, &f, bureau(EV_REPORTED), "T22 T25");

    const struct policy *human = sample_policy_all(MODE_HUMAN);
    refuses(human, f, desk(EV_ISSUE_REPLY), "not_allowed", "event"); // not reviewed yet
    does(human, &f, desk(EV_REVIEWED), "T24");
    does(human, &f, desk(EV_RETURN_WORK), "T27");
    assert_int_equal(f.state, HANDLING);
    assert_int_equal(f.legs[0].state, LEG_SIGNED);
    does(human, &f, bureau(EV_REPORTED), "T22 T25");
}

static void withdrawing_ends_the_legs(void **state)
{
    struct case_facts f = sample_facts(HANDLING, LEG_SIGNED);
    f.legs[f.legs_n++] = (struct leg_facts){.id = 2, .role = ROLE_LEAD, .state = LEG_RETURNED, .unit = ZHUHAI};
    f.due_at = SAMPLE_NOW;
    does(sample_policy(), &f, desk(EV_WITHDRAW), "T36d");
    assert_int_equal(f.state, WITHDRAWN);
    assert_int_equal(f.legs[0].state, LEG_REVOKED);
    assert_true(f.legs[0].changed && !f.legs[0].created);
    assert_int_equal(f.legs[1].state, LEG_RETURNED); // was at its end before
    assert_false(f.legs[1].changed);
    assert_true(f.due_at == 0);
    does(sample_policy(), &f, desk(EV_ARCHIVE), "T35c");
}

static void as_many_legs_as_there_may_be(void **state)
{
    struct case_facts f = sample_facts(HANDLING, LEG_NONE);
    for (int i = 0; i < CASE_LEGS; i++)
        f.legs[f.legs_n++] = (struct leg_facts){
            .id = (int16_t)(i + 1), .role = ROLE_LEAD, .state = i ? LEG_REPORTED : LEG_SIGNED, .unit = SHENZHEN};
    struct case_facts full = f;
    struct change c = bureau(EV_REPORTED);
    assert_int_equal(decide(sample_policy_all(MODE_AUTO), &f, &c), OK);
    assert_int_equal(last.steps_n, CASE_STEPS);
    assert_int_equal(f.state, CLOSED);
    full.state = ACCEPTED;
    refuses(sample_policy(), full, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "too_many_legs", "unit");

    // Only lead legs are waited for.
    f = sample_facts(HANDLING, LEG_SIGNED);
    f.legs[f.legs_n++] = (struct leg_facts){.id = 2, .role = ROLE_ASSIST, .state = LEG_SIGNED, .unit = ZHUHAI};
    does(sample_policy(), &f, bureau(EV_REPORTED), "T22 T25");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plain_path),
        cmocka_unit_test(clocks),
        cmocka_unit_test(what_the_machine_does_not_accept),
        cmocka_unit_test(steps_that_the_policy_leaves_to_people),
        cmocka_unit_test(what_is_past_is_a_duplicate),
        cmocka_unit_test(the_accused_never_gets_it),
        cmocka_unit_test(members_that_an_event_needs),
        cmocka_unit_test(outcomes_are_kept),
        cmocka_unit_test(strangers),
        cmocka_unit_test(a_returned_report_is_taken_up_again),
        cmocka_unit_test(withdrawing_ends_the_legs),
        cmocka_unit_test(as_many_legs_as_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

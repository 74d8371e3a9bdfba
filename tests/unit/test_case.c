// SPDX-License-Identifier: Apache-2.0
// From a letter to a dispatched case, T1 to T13, and who is kept out of it. What a unit does is in test_case_leg, what
// comes after its report in test_case_end; test_case_random has random lives.
#include "case_told.h"

static struct change triage(const struct classification *found)
{
    struct change c = sample_change(EV_TRIAGE, ACTOR_CLASSIFIER);
    if (found)
        c.found = found;
    return c;
}

// T1, T4, T12
static void a_letter_is_received_triaged_and_accepted(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(CASE_NONE, LEG_NONE);
    now = SAMPLE_NOW;
    f.version = 0;
    f.category = 0;
    f.bureau = 0;
    does(p, &f, sample_change(EV_RECEIVE, ACTOR_INTAKE), "T1");
    assert_true(f.state == RECEIVED && f.due_at == now + 2 * WF_HOUR && f.wake_at != 0 && f.wake_at <= f.due_at);
    does(p, &f, triage(NULL), "T4 T12");
    assert_true(f.state == ACCEPTED && f.bureau == SHENZHEN && f.category == 1 && f.confidence == 90);
    assert_int_equal(last.steps[1].actor, ACTOR_CLASSIFIER);
    assert_true(f.due_at == due(CLOCK_K4));
}

static void what_the_machine_does_not_accept(void **state)
{
    static const struct classification found[] = {
        {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 79}, // accept_at is 80
        {.kind = KIND_HELP, .category = 1, .bureau = 0, .confidence = 90},
        {.kind = KIND_HELP, .category = 0, .bureau = SHENZHEN, .confidence = 90},
        {.kind = KIND_HELP, .category = 1, .bureau = SHENZHEN, .confidence = 90, .flags = FLAG_CONDUCT},
        {.kind = KIND_HELP,
         .category = 1,
         .bureau = SHENZHEN,
         .confidence = 90,
         .accused = {.of = {{NANSHAN, 0}}, .n = 1}},
        {.kind = KIND_HELP, .category = 14, .bureau = SHENZHEN, .confidence = 90}, // steps.tsv: human
        {.kind = KIND_HELP, .category = 90, .bureau = SHENZHEN, .confidence = 90},
    };
    now = SAMPLE_NOW;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
        does(sample_policy(), &f, triage(&found[i]), "T4");
        assert_int_equal(f.accused.n, found[i].accused.n);
        assert_int_equal(f.flags, found[i].flags | (found[i].accused.n > 0 ? FLAG_ACCUSED : 0));
        // Nor when it asks for it by name.
        refuses(sample_policy(), &f, sample_change(EV_ACCEPT, ACTOR_CLASSIFIER), "needs_desk", "event");
    }
    struct case_facts f = sample_facts(ACCEPTED, LEG_NONE);
    refuses(sample_policy_all(MODE_HUMAN), &f, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "needs_desk", "event");
}

// T11: another authority's matter is proposed by the machine and decided by an officer.
static void what_is_another_authoritys(void **state)
{
    const struct authority court = {STR("court"), STR("人民法院"), STR("litigation")};
    const struct classification sure = {
        .kind = KIND_HELP, .category = 90, .confidence = 90, .authority = &court, .why = "category 90"};
    struct classification found[] = {sure, sure, sure};
    struct policy p = *sample_policy();
    now = SAMPLE_NOW;
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE), before = f;
    does(&p, &f, triage(&sure), "T4 T11");
    assert_int_equal(last.steps[1].actor, ACTOR_CLASSIFIER);
    assert_string_equal(last.steps[1].detail, "litigation; 人民法院");
    assert_true(f.state == TRIAGE && f.requests_n == 1 && f.requests[0].kind == REQUEST_REFERRAL);
    assert_true(f.due_at == due(CLOCK_K3) && f.requests[0].due_at == due(CLOCK_K18));
    struct case_facts denied = f;
    does(&p, &denied, by(desk(EV_DENY), 8), "T8b");
    assert_true(denied.state == TRIAGE && denied.requests[0].state == REQUEST_DENIED);
    does(&p, &f, by(desk(EV_GRANT), 8), "T11a");
    assert_true(f.state == REFERRED && f.requests[0].state == REQUEST_GRANTED);
    found[0].confidence = 79; // accept_at is 80
    found[1].flags = FLAG_CONDUCT;
    found[2].authority = NULL;
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        f = before;
        does(&p, &f, triage(&found[i]), "T4");
        refuses(&p, &f, sample_change(EV_REFER, ACTOR_CLASSIFIER), "needs_desk", "event");
    }
    memset(p.steps[STEP_REFER], MODE_HUMAN, sizeof p.steps[STEP_REFER]);
    f = before;
    does(&p, &f, triage(&sure), "T4");
}

static void what_is_past_is_a_duplicate(void **state)
{
    static const struct {
        enum case_state state;
        enum event event;
        enum actor actor;
    } past[] = {{ACCEPTED, EV_TRIAGE, ACTOR_CLASSIFIER},    {CLOSED, EV_TRIAGE, ACTOR_CLASSIFIER},
                {HANDLING, EV_ACCEPT, ACTOR_CLASSIFIER},    {EMERGENCY, EV_FLAG_EMERGENCY, ACTOR_CLASSIFIER},
                {HANDLING, EV_DISPATCH, ACTOR_DISPATCHER},  {REVIEW, EV_DISPATCH, ACTOR_DISPATCHER},
                {WITHDRAWN, EV_DISPATCH, ACTOR_DISPATCHER}, {MERGED, EV_DISPATCH, ACTOR_DISPATCHER}};
    for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
        struct case_facts f = sample_facts(past[i].state, LEG_SIGNED), before = f;
        struct change c = sample_change(past[i].event, past[i].actor);
        assert_int_equal(case_decide(sample_policy(), SAMPLE_NOW, &c, &f, NULL, &last, &why), DUPLICATE);
        assert_memory_equal(&f, &before, sizeof f);
    }
}

// T2, T3
static void an_emergency_is_escalated_until_it_is_acknowledged(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(RECEIVED, LEG_NONE);
    now = SAMPLE_NOW;
    does(p, &f, sample_change(EV_FLAG_EMERGENCY, ACTOR_CLASSIFIER), "T2");
    for (int times = 1; times <= 4; times++) { // the duty officer, the next one, the leader, again the leader
        wf_time alarm = f.due_at;
        assert_true(alarm == now + 5 * WF_MINUTE);
        now = alarm - 1;
        does(p, &f, tick(), "");
        now = alarm; // at noon or at midnight: this one waits for no duty hours
        does(p, &f, tick(), "T2a");
        assert_int_equal(f.course.alarm, times < 2 ? times : 2);
    }
    refuses(p, &f, blank(desk(EV_ACKNOWLEDGE)), "missing", "reason");
    does(p, &f, desk(EV_ACKNOWLEDGE), "T3");
    assert_true(f.state == TRIAGE && f.due_at == now + 2 * WF_HOUR);
}

// T5, T6, T7
static void the_writer_is_asked_for_more(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
    struct change more = sample_change(EV_SUPPLEMENT, ACTOR_WRITER), nothing = more;
    now = SAMPLE_NOW;
    nothing.words = STR_NONE;
    refuses(p, &f, blank(desk(EV_ASK_SUPPLEMENT)), "missing", "reason");
    for (int times = 0; times < 2; times++) {
        does(p, &f, desk(EV_ASK_SUPPLEMENT), "T5");
        assert_true(f.state == NEED_INFO && f.due_at == due(CLOCK_K10));
        refuses(p, &f, nothing, "missing", "words");
        does(p, &f, more, "T6");
        assert_true(f.state == TRIAGE && f.due_at == due(CLOCK_K3));
    }
    refuses(p, &f, desk(EV_ASK_SUPPLEMENT), "too_many", "event");

    f = sample_facts(TRIAGE, LEG_NONE);
    does(p, &f, desk(EV_ASK_SUPPLEMENT), "T5");
    refuses(p, &f, desk(EV_TERMINATE), "too_early", "event");
    struct case_facts known = f;
    does(p, &known, desk(EV_PROCEED), "T7b");
    now = f.due_at;
    does(p, &f, tick(), "T7a"); // says so once; a person decides what follows
    does(p, &f, tick(), "");
    known = f;
    does(p, &known, more, "T6"); // late is better than never
    struct change end = desk(EV_TERMINATE);
    end.reason_code = STR("not_police"); // of another list
    refuses(p, &f, end, "unknown_value", "reason_code");
    end.reason_code = STR("no_supplement");
    does(p, &f, end, "T7");
    assert_int_equal(f.state, TERMINATED);
}

// T6a and complaint 2.25
static void writing_again_and_again_is_heard_above(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    struct change more = sample_change(EV_SUPPLEMENT, ACTOR_WRITER);
    does(p, &f, more, "T6a");
    assert_int_equal(told(SHENZHEN, NOTICE_SUPPLEMENT), 1);
    does(p, &f, more, "T6a");
    does(p, &f, more, "T6a T38");
    assert_int_equal(f.course.supervision, SUPERVISION_URGED);
    does(p, &f, more, "T6a");
}

// T8, T11: who proposes does not decide.
static void refusing_and_referring_need_two(void **state)
{
    static const struct {
        enum event event;
        const char *id, *granted, *reason;
        enum case_state end;
    } ways[] = {{EV_REFUSE, "T8", "T8a", "not_police", REFUSED}, {EV_REFER, "T11", "T11a", "discipline", REFERRED}};
    const struct policy *p = sample_policy();
    now = SAMPLE_NOW;
    for (int i = 0; i < 2; i++) {
        struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
        struct change c = by(desk(ways[i].event), 7);
        refuses(p, &f, blank(c), "missing", "reason");
        c.reason_code = STR("no_such");
        refuses(p, &f, c, "unknown_value", "reason_code");
        c.reason_code = str_of(ways[i].reason);
        does(p, &f, c, ways[i].id);
        assert_true(f.state == TRIAGE && f.requests_n == 1 && f.requests[0].state == REQUEST_OPEN);
        assert_true(f.requests[0].due_at == due(CLOCK_K18));
        refuses(p, &f, by(desk(ways[i].event), 8), "too_many", "event");
        refuses(p, &f, by(desk(EV_GRANT), 7), "same_person", "post");
        refuses(p, &f, by(desk(EV_DENY), 7), "same_person", "post");
        struct case_facts denied = f;
        does(p, &denied, by(desk(EV_DENY), 8), "T8b");
        assert_true(denied.state == TRIAGE && denied.requests[0].state == REQUEST_DENIED);
        does(p, &f, by(desk(EV_GRANT), 8), ways[i].granted);
        assert_true(f.state == ways[i].end && f.due_at == 0 && f.requests[0].state == REQUEST_GRANTED);
    }
}

// T9, T10; G7
static void letters_merge_and_part(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts first = at_work(SHENZHEN), second = sample_facts(TRIAGE, LEG_NONE);
    struct change c = desk(EV_MERGE);
    second.id = second.letter = 43;
    refuses_with(p, &second, NULL, c, "missing", "into");
    c.other = first.id;
    refuses_with(p, &second, NULL, c, "not_found", "into");
    c.other = second.id;
    refuses_with(p, &second, NULL, c, "not_allowed", "into");
    c.other = first.id;
    struct case_facts closed = sample_facts(CLOSED, LEG_DONE);
    refuses_with(p, &second, &closed, c, "not_allowed", "into");
    refuses_with(p, &second, &first, blank(c), "missing", "reason");

    // The branch below the unit that has the primary may be accused; the unit itself, or what stands above, may not.
    struct case_facts hostile = second;
    does(p, &hostile, accuses(EV_ACCUSE, SQUAD, 0), "T37");
    struct case_facts both = first;
    does_with(p, &hostile, &both, c, "T9 T9a");
    assert_true(both.accused.n == 1 && both.accused.of[0].unit == SQUAD && hostile.course.primary == first.id);
    assert_true((both.flags & FLAG_CONDUCT) && both.state == HANDLING && both.legs[0].state == LEG_SIGNED);
    hostile = second;
    does(p, &hostile, accuses(EV_ACCUSE, SHENZHEN, 0), "T37");
    refuses_with(p, &hostile, &first, c, "conflict", "into");
    hostile = second;
    does(p, &hostile, accuses(EV_ACCUSE, 0, SHENZHEN), "T37"); // its head
    refuses_with(p, &hostile, &first, c, "conflict", "into");

    struct case_facts primary = first;
    does_with(p, &second, &primary, c, "T9 T9a");
    assert_true(second.state == MERGED && second.due_at == 0 && primary.due_at == first.due_at);
    assert_int_equal(told(SHENZHEN, NOTICE_MERGED), 1);
    assert_true(last.notices[0].other);
    refuses(p, &second, sample_change(EV_SUPPLEMENT, ACTOR_WRITER), "merged", "number");
    now += 31 * WF_DAY; // K19 is over, but the primary is not
    refuses_with(p, &second, &primary, desk(EV_ARCHIVE), "too_early", "event");
    does_with(p, &second, &primary, tick(), "");
    does_with(p, &second, &primary, desk(EV_UNMERGE), "T10 T10c");
    assert_true(second.state == TRIAGE && second.course.primary == 0 && second.due_at == due(CLOCK_K3));

    // Complaint 2.10: the earlier date counts.
    struct case_facts waiting = sample_facts(TRIAGE, LEG_NONE);
    waiting.due_at = now + 9 * WF_DAY;
    second.due_at = now + WF_HOUR;
    does_with(p, &second, &waiting, c, "T9 T9a");
    assert_true(waiting.due_at == now + WF_HOUR);
}

// T10a
static void one_letter_may_be_several_matters(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE), part;
    struct change c = desk(EV_SPLIT);
    struct case_step step;
    now = SAMPLE_NOW;
    does(p, &f, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    refuses(p, &f, blank(c), "missing", "reason");
    does(p, &f, c, "T10a");
    assert_true(last.split && f.state == TRIAGE);
    c.category = 12;
    case_split_off(p, now, &c, &f, 77, &part, &step);
    assert_true(part.id == 77 && part.letter == f.letter && part.state == TRIAGE && part.category == 12);
    assert_true(accused_has(&part.accused, (struct accused){.unit = NANSHAN}) && part.version == 1);
    assert_true(part.due_at == due(CLOCK_K3) && part.wake_at != 0 && part.wake_at <= part.due_at);
    assert_string_equal(step.rule->id, "T10b");
}

// T12, T13: what the desk has to say, and the guard at the door.
static void accepting_and_dispatching(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE), g = f;
    struct change c = desk(EV_ACCEPT);
    now = SAMPLE_NOW;
    g.category = 0;
    refuses(p, &g, c, "missing", "category");
    g = f;
    g.bureau = 0;
    refuses(p, &g, c, "missing", "unit");
    c.category = 33; // not in categories.tsv
    refuses(p, &f, c, "unknown_value", "category");
    c.category = 12;
    refuses(p, &f, to(c, 440999), "unknown_value", "unit");
    g = f;
    g.flags |= FLAG_CONDUCT; // G1: whom?
    refuses(p, &g, c, "conflict", "unit");
    does(p, &g, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    refuses(p, &g, to(c, NANSHAN), "conflict", "unit");
    does(p, &g, c, "T12");
    assert_int_equal(g.bureau, INSPECTORS); // G3: the inspectors of the organ above
    refuses(p, &g, to(desk(EV_DISPATCH), 440305901), "conflict", "unit");
    refuses(p, &g, to(desk(EV_DISPATCH), ZHUHAI), "conflict", "unit");
    does(p, &g, desk(EV_DISPATCH), "T13");
    assert_true(g.legs[0].unit == INSPECTORS && g.due_at == due(CLOCK_K15)); // conduct has a clock of its own
    assert_non_null(strstr(last.steps[0].detail, "440300901 allowed"));      // the proof line

    does(p, &f, to(c, ZHUHAI), "T12");
    refuses(p, &f, to(desk(EV_DISPATCH), 440999), "unknown_value", "unit");
    does(p, &f, sample_change(EV_DISPATCH, ACTOR_DISPATCHER), "T13");
    assert_true(f.state == HANDLING && f.bureau == ZHUHAI && f.legs[0].unit == ZHUHAI && f.legs[0].hop == 0);
    assert_true(f.due_at == due(CLOCK_K8) && f.legs[0].due_at == due(CLOCK_K5)); // now, not at signing
    assert_int_equal(told(ZHUHAI, NOTICE_LETTER), 1);
}

// T12a, complaint 2.29
static void reclassifying_gives_no_more_time(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    wf_time promised = f.due_at;
    struct change c = desk(EV_RECLASSIFY);
    refuses(p, &f, c, "missing", "category");
    c.kind = KIND_COMPLAINT; // seven days, but five were promised
    refuses(p, &f, blank(c), "missing", "reason");
    does(p, &f, c, "T12a");
    assert_true(f.due_at == promised && f.kind == KIND_COMPLAINT);
    c.kind = KIND_CONSULT;
    does(p, &f, c, "T12a");
    assert_true(f.due_at < promised && f.legs[0].due_at == f.due_at && last.steps[0].due_at == f.due_at);
}

// T37, G6: access ends at once; and what must not be known is not known.
static void a_later_discovery_revokes(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    does(p, &f, to(bureau(EV_JOINED), ZHUHAI), "T20 T20a");
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    refuses(p, &f, accuses(EV_ACCUSE, 440999, 0), "unknown_value", "accused");
    refuses(p, &f, blank(accuses(EV_ACCUSE, SHENZHEN, 0)), "missing", "reason");
    does(p, &f, accuses(EV_ACCUSE, 0, 9440305), "T37 T37c T37c T19a"); // an officer of Nanshan; Zhuhai is not above
    assert_true(f.legs[0].state == LEG_SIGNED && f.legs[1].state == LEG_REVOKED && f.legs[2].state == LEG_REVOKED);
    assert_true((f.legs[2].flags & LEG_CONFLICT) && told(SHENZHEN, NOTICE_REVOKED) == 1);
    refuses(p, &f, of_unit(EV_REPORTED, NANSHAN), "not_found", "number");
    assert_string_equal(why.text, CASE_NOT_FOUND);
    does(p, &f, accuses(EV_ACCUSE, SHENZHEN, 0), "T37 T37c");
    assert_int_equal(f.bureau, PROVINCIAL);
    refuses(p, &f, bureau(EV_CONTACTED), "not_found", "number");
    does(p, &f, desk(EV_DISPATCH), "T13a");
    assert_int_equal(f.legs[3].unit, PROVINCIAL);
}

// T37x
static void an_exoneration_is_the_inspectors(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
    now = SAMPLE_NOW;
    does(p, &f, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    refuses(p, &f, accuses(EV_EXONERATE, SHENZHEN, 0), "not_allowed", "accused");
    struct change c = accuses(EV_EXONERATE, NANSHAN, 0);
    c.duties = ALL_DUTIES & ~(uint32_t)DUTY_INSPECT;
    refuses(p, &f, c, "not_your_duty", "post");
    does(p, &f, accuses(EV_EXONERATE, NANSHAN, 0), "T37x");
    assert_true(f.accused.n == 0 && !(f.flags & (FLAG_ACCUSED | FLAG_CONDUCT)));
    // Police conduct was seen where there is none, and nobody was named.
    c.accused.n = 0;
    c.duties = ALL_DUTIES;
    refuses(p, &f, c, "missing", "accused");
    f.flags |= FLAG_CONDUCT;
    does(p, &f, c, "T37x");
    assert_false(f.flags & FLAG_CONDUCT);
    // Who accuses may be the writer of a letter that joined.
    does(p, &f, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    f.flags |= FLAG_PRIMARY;
    refuses(p, &f, accuses(EV_EXONERATE, NANSHAN, 0), "not_allowed", "event");
}

// T26, G6: what an accused unit reported is not what the writer gets.
static void a_report_of_the_accused(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(REVIEW, LEG_DONE);
    now = SAMPLE_NOW;
    f.legs[0].unit = f.bureau = SHENZHEN;
    does(p, &f, accuses(EV_ACCUSE, SHENZHEN, 0), "T37");
    refuses(p, &f, desk(EV_ISSUE_REPLY), "conflict", "event");
    does(p, &f, desk(EV_RETURN_WORK), "T27 T37c");
    does(p, &f, desk(EV_DISPATCH), "T13a");
    assert_int_equal(f.legs[1].unit, PROVINCIAL);
}

// A unit without a leg, and whoever is accused, learn nothing, whatever they ask.
static void strangers(void **state)
{
    const struct policy *p = sample_policy();
    now = SAMPLE_NOW;
    for (const struct code *s = case_states; s->name; s++)
        for (const struct code *e = events; e->name; e++)
            for (int leg = 0; leg < 3; leg++) {
                struct case_facts f = sample_facts((enum case_state)s->code, LEG_SIGNED);
                struct change c = of_unit((enum event)e->code, ZHUHAI), accused = desk((enum event)e->code);
                c.leg = accused.leg = (int16_t)leg;
                refuses(p, &f, c, "not_found", "number");
                assert_string_equal(why.text, CASE_NOT_FOUND);
                f.accused = (struct accused_list){.of = {{0, 9440000}}, .n = 1};
                accused.unit = SHENZHEN; // a post of a unit that is free, but the officer himself is accused
                accused.officer = 9440000;
                refuses(p, &f, accused, "not_found", "number");
            }
    // Complaint 2.28: who decides on an old view is told.
    struct case_facts f = sample_facts(TRIAGE, LEG_NONE);
    struct change c = desk(EV_ACCEPT);
    c.seen = f.version + 1;
    refuses(p, &f, c, "changed", "version");
    c.seen = f.version;
    does(p, &f, c, "T12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_letter_is_received_triaged_and_accepted),
        cmocka_unit_test(what_the_machine_does_not_accept),
        cmocka_unit_test(what_is_another_authoritys),
        cmocka_unit_test(what_is_past_is_a_duplicate),
        cmocka_unit_test(an_emergency_is_escalated_until_it_is_acknowledged),
        cmocka_unit_test(the_writer_is_asked_for_more),
        cmocka_unit_test(writing_again_and_again_is_heard_above),
        cmocka_unit_test(refusing_and_referring_need_two),
        cmocka_unit_test(letters_merge_and_part),
        cmocka_unit_test(one_letter_may_be_several_matters),
        cmocka_unit_test(accepting_and_dispatching),
        cmocka_unit_test(reclassifying_gives_no_more_time),
        cmocka_unit_test(a_later_discovery_revokes),
        cmocka_unit_test(an_exoneration_is_the_inspectors),
        cmocka_unit_test(a_report_of_the_accused),
        cmocka_unit_test(strangers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What comes after the report, T25 to T38, and what the clocks say by themselves.
#include "case_told.h"

#define PROVINCIAL_TRAFFIC 440000903

// The plain way to an answer that has to be called back, with each step left to people.
static struct case_facts answered_by(int32_t unit)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = sample_facts(ACCEPTED, LEG_NONE);
    now = SAMPLE_NOW;
    does(p, &f, to(desk(EV_DISPATCH), unit), "T13");
    does(p, &f, of_unit(EV_SIGNED, unit), "T14");
    does(p, &f, of_unit(EV_CONTACTED, unit), "T14a");
    does(p, &f, of_unit(EV_REPORTED, unit), "T22 T25");
    does(p, &f, desk(EV_REVIEWED), "T24");
    does(p, &f, desk(EV_ISSUE_REPLY), "T26");
    return f;
}

static struct case_facts called_back(int32_t unit)
{
    struct case_facts f = answered_by(unit);
    does(sample_policy_all(MODE_HUMAN), &f, desk(EV_START_CALLBACK), "T28");
    return f;
}

static struct change says(int16_t satisfied, int16_t solved)
{
    struct change c = desk(EV_ANSWERED);
    c.satisfied = satisfied;
    c.solved = solved;
    return c;
}

// T28, T30: who handled it does not call; three calls on two days at different hours.
static void calling_back(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = answered_by(PROVINCIAL), g;
    struct change own = desk(EV_START_CALLBACK);
    own.unit = PROVINCIAL;
    refuses(p, &f, own, "same_unit", "post");
    assert_true(f.due_at == due(CLOCK_K11));
    does(p, &f, desk(EV_START_CALLBACK), "T28");
    own.event = EV_CALLED;
    refuses(p, &f, own, "same_unit", "post");
    own.event = EV_CLOSE;
    refuses(p, &f, own, "same_unit", "post");
    refuses(p, &f, desk(EV_CLOSE), "not_allowed", "event");
    refuses(p, &f, says(0, 0), "missing", "satisfied");
    g = f;
    does(p, &g, says(1, 1), "T28b");
    does(p, &g, desk(EV_CLOSE), "T30");
    assert_true(g.state == CLOSED && g.course.satisfied_first == 1 && g.due_at == 0);

    for (int i = 0; i < 2; i++)
        does(p, &f, desk(EV_CALLED), "T28a");
    now += WF_DAY;
    g = f;
    does(p, &g, desk(EV_CALLED), "T28a");
    refuses(p, &g, desk(EV_CLOSE), "not_allowed", "event"); // at the same hour
    now += 3 * WF_HOUR;
    does(p, &f, desk(EV_CALLED), "T28a");
    does(p, &f, desk(EV_CLOSE), "T30");
    struct case_facts day = called_back(SHENZHEN);
    for (int i = 0; i < 4; i++, now += WF_HOUR)
        does(p, &day, desk(EV_CALLED), "T28a");
    refuses(p, &day, desk(EV_CLOSE), "not_allowed", "event"); // on one day
}

// T30a: not content, but handled by the law: a second officer.
static void closing_against_the_writer_needs_two(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = called_back(SHENZHEN), g;
    does(p, &f, says(2, 1), "T28b");
    refuses(p, &f, blank(by(desk(EV_CLOSE), 7)), "missing", "reason");
    does(p, &f, by(desk(EV_CLOSE), 7), "T30a");
    assert_int_equal(f.state, CALLBACK);
    refuses(p, &f, by(desk(EV_GRANT), 7), "same_person", "post");
    g = f;
    does(p, &g, by(desk(EV_DENY), 8), "T8b");
    assert_true(g.state == CALLBACK && g.requests[0].state == REQUEST_DENIED);
    does(p, &f, by(desk(EV_GRANT), 8), "T30");
    assert_true(f.state == CLOSED && f.requests[0].state == REQUEST_GRANTED);
}

// T29, K12, complaint 2.26
static void rework_goes_one_level_up(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = called_back(SQUAD), g;
    refuses(p, &f, desk(EV_ORDER_REWORK), "not_allowed", "event"); // the writer did not say so
    does(p, &f, says(2, 2), "T28b");
    refuses(p, &f, blank(desk(EV_ORDER_REWORK)), "missing", "reason");
    does(p, &f, desk(EV_ORDER_REWORK), "T29");
    assert_true(f.state == REWORK && f.round == 1 && f.due_at == due(CLOCK_K12) && f.course.satisfied_last == 0);
    wf_time again = f.due_at;
    refuses(p, &f, to(desk(EV_DISPATCH), SQUAD), "not_allowed", "unit");
    refuses(p, &f, to(desk(EV_DISPATCH), 440300904), "not_allowed", "unit");
    refuses(p, &f, to(desk(EV_DISPATCH), ZHUHAI), "not_allowed", "unit");
    g = f;
    does(p, &g, to(desk(EV_DISPATCH), INSPECTORS), "T29b"); // they look into what any line of the bureau did
    does(p, &f, desk(EV_DISPATCH), "T29b");
    assert_true(f.legs[1].unit == SHENZHEN && f.legs[1].round == 1 && f.due_at == again);
    g = called_back(INSPECTORS); // who did it first does not do it again, whoever it is
    does(p, &g, says(2, 2), "T28b");
    does(p, &g, desk(EV_ORDER_REWORK), "T29");
    refuses(p, &g, to(desk(EV_DISPATCH), INSPECTORS), "not_allowed", "unit");
    does(p, &g, desk(EV_DISPATCH), "T29b");
    assert_int_equal(g.legs[1].unit, SHENZHEN);
}

static void the_third_round_is_supervised(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = called_back(SHENZHEN);
    for (int round = 1; round <= 3; round++) {
        does(p, &f, says(2, 2), "T28b");
        does(p, &f, desk(EV_ORDER_REWORK), round < 3 ? "T29" : "T29 T38");
        assert_int_equal(f.round, round);
        if (round == 3)
            break;
        does(p, &f, desk(EV_DISPATCH), "T29b");
        does(p, &f, of_unit(EV_SIGNED, PROVINCIAL_TRAFFIC), "T14");
        does(p, &f, of_unit(EV_REPORTED, PROVINCIAL_TRAFFIC), "T22 T25");
        does(p, &f, desk(EV_REVIEWED), "T24");
        does(p, &f, desk(EV_ISSUE_REPLY), "T26");
        does(p, &f, desk(EV_START_CALLBACK), "T28");
    }
    assert_int_equal(f.course.supervision, SUPERVISION_SUPERVISED);
}

// T31
static void a_content_writer_closes_it(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = answered_by(SHENZHEN);
    struct change c = sample_change(EV_RATE, ACTOR_WRITER);
    refuses(p, &f, c, "missing", "satisfied");
    c.satisfied = 2;
    does(p, &f, c, "T28c");
    assert_int_equal(f.state, ANSWERED);
    c.satisfied = 1;
    does(p, &f, c, "T28c T31");
    assert_true(f.state == CLOSED && f.course.satisfied_first == 2 && f.course.satisfied_last == 1);
}

// T32, T33: the answer clock stands, and goes on from where it started.
static void deferring(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    wf_time answer = f.due_at, started = f.clock_at;
    struct change c = by(desk(EV_SUSPEND), 7);
    c.until = now - 1;
    refuses(p, &f, c, "out_of_range", "until");
    c.until = now + 400 * WF_DAY;
    refuses(p, &f, c, "out_of_range", "until");
    c.until = now + 30 * WF_DAY;
    refuses(p, &f, blank(c), "missing", "reason");
    does(p, &f, c, "T32");
    refuses(p, &f, by(desk(EV_GRANT), 7), "same_person", "post");
    g = f;
    does(p, &g, by(desk(EV_DENY), 8), "T8b");
    does(p, &f, by(desk(EV_GRANT), 8), "T32b");
    assert_true(f.state == DEFERRED && f.due_at == c.until && f.course.answer_due == answer && f.clock_at == started);
    assert_int_equal(f.outcome, OUTCOME_UNSOLVED);
    refuses(p, &f, bureau(EV_REPORTED), "not_allowed", "event");
    now += 2 * WF_DAY;
    does(p, &f, desk(EV_RESUME), "T33");
    assert_true(f.state == HANDLING && f.due_at == calendar_extend(&p->calendar, answer, 2) && f.course.paused_at == 0);
    assert_true(f.legs[0].due_at == f.due_at && told(SHENZHEN, NOTICE_DATE) == 1);
    // The unit's leader may ask for it.
    does(p, &g, bureau(EV_SUSPENSION_REQUESTED), "T32r");
    does(p, &g, by(desk(EV_GRANT), 8), "T32b");
    assert_true(g.due_at == policy_due(p, CLOCK_K17, KIND_HELP, now)); // a year, where no date was said
    does(p, &g, accuses(EV_ACCUSE, SHENZHEN, 0), "T37 T37c");          // also here
}

// T34, T35, K19, K20
static void after_the_end(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(CLOSED, LEG_DONE), g;
    now = SAMPLE_NOW;
    refuses(p, &f, desk(EV_ARCHIVE), "too_early", "event");
    refuses(p, &f, blank(desk(EV_REOPEN)), "missing", "reason");
    refuses(p, &f, blank(desk(EV_APPEAL)), "missing", "reason");
    does(p, &f, desk(EV_INSPECT), "T34b");
    g = f;
    now = policy_due(p, CLOCK_K20, KIND_HELP, SAMPLE_NOW) - 1;
    does(p, &g, desk(EV_APPEAL), "T34a");
    assert_true(g.state == REWORK && g.round == 1 && g.due_at == due(CLOCK_K12));
    now++;
    refuses(p, &f, desk(EV_APPEAL), "too_late", "event");
    g = f;
    does(p, &g, desk(EV_REOPEN), "T34"); // the centre may, until it is archived
    now = policy_due(p, CLOCK_K19, KIND_HELP, SAMPLE_NOW) - 1;
    does(p, &f, tick(), "");
    now++;
    does(p, &f, tick(), "T35");
    assert_true(f.state == ARCHIVED && f.wake_at == 0);
    refuses(p, &f, desk(EV_REOPEN), "not_allowed", "event");
    static const enum case_state ends[] = {REFUSED, WITHDRAWN, REFERRED, TERMINATED, MERGED};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        g = sample_facts(ends[i], LEG_NONE);
        does(p, &g, tick(), "T35");
    }
}

// T36
static void taking_it_back(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    struct change c = sample_change(EV_WITHDRAW, ACTOR_WRITER);
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    g = f;
    does(p, &g, c, "T36 T37e T37e");
    assert_true(g.state == WITHDRAWN && g.due_at == 0 && leg_over(g.legs[0].state) && leg_over(g.legs[1].state));
    // Of a report, or about police conduct, the centre decides: nobody is to be talked out of it.
    g = f;
    g.kind = KIND_REPORT;
    does(p, &g, c, "T36r");
    refuses(p, &g, c, "too_many", "event");
    assert_int_equal(g.state, HANDLING);
    f = g;
    does(p, &g, desk(EV_DENY), "T36n");
    assert_true(g.course.ex_officio == 1 && g.state == HANDLING);
    does(p, &f, desk(EV_GRANT), "T36g T37e T37e");
    g = sample_facts(TRIAGE, LEG_NONE);
    g.flags = FLAG_CONDUCT;
    does(p, &g, c, "T36r");
}

// T38, K13: an overlay; no clock of the case changes.
static void supervising(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    struct change c = desk(EV_SUPERVISE);
    wf_time answer = f.due_at;
    refuses(p, &f, c, "missing", "level");
    refuses(p, &f, desk(EV_LIFT), "not_allowed", "event");
    refuses(p, &f, bureau(EV_SUPERVISION_ANSWERED), "not_allowed", "event");
    c.level = SUPERVISION_SUPERVISED;
    does(p, &f, c, "T38");
    assert_true(f.due_at == answer && f.state == HANDLING && f.course.supervision_due == due(CLOCK_K13));
    assert_int_equal(told(SHENZHEN, NOTICE_SUPERVISED), 1);
    refuses(p, &f, blank(bureau(EV_SUPERVISION_ANSWERED)), "missing", "reason");
    g = f;
    does(p, &g, bureau(EV_SUPERVISION_ANSWERED), "T38a");
    assert_true(g.course.supervision_due == 0 && g.course.supervision == SUPERVISION_SUPERVISED);
    does(p, &g, desk(EV_LIFT), "T38l");
    does(p, &g, desk(EV_INSTRUCT), "T38i");
    assert_true(g.course.supervision == SUPERVISION_NONE && g.due_at == answer);
    // No feedback in time: said once, in duty hours, and one step up.
    f.legs[0].flags |= LEG_CONTACTED;
    f.course.warned = 3;
    now = calendar_duty(&p->calendar, f.course.supervision_due);
    does(p, &f, tick(), "K16b T38");
    assert_int_equal(f.course.supervision, SUPERVISION_LISTED);
    does(p, &f, tick(), "");
}

// K16, complaint 2.4: 50 %, 80 %, due, +1, +5, each once and in duty hours; the ladder supervises.
static void warnings(void **state)
{
    static const struct {
        const char *at, *ids;
        enum supervision supervision;
    } ladder[] = {{"2026-11-26 08:30", "K16", SUPERVISION_NONE},            // two of five days are over
                  {"2026-11-28 12:00", "", SUPERVISION_NONE},               // a Saturday
                  {"2026-11-30 08:30", "K16 T38", SUPERVISION_URGED},       // four are, on Friday's evening
                  {"2026-12-01 08:30", "K16b", SUPERVISION_URGED},          // due
                  {"2026-12-02 08:30", "K16b T38", SUPERVISION_SUPERVISED}, // +1
                  {"2026-12-08 08:30", "K16b T38", SUPERVISION_LISTED}};    // +5
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    f.legs[0].flags |= LEG_CONTACTED;
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++) {
        char full[40];
        snprintf(full, sizeof full, "%s:00+08:00", ladder[i].at);
        assert_true(time_parse(str_of(full), &now));
        now--;
        does(p, &f, tick(), "");
        assert_true(*ladder[i].ids == '\0' || case_wakes(p, &f, now) == now + 1);
        now++;
        does(p, &f, tick(), ladder[i].ids);
        assert_int_equal(f.course.supervision, ladder[i].supervision);
        f.course.supervision_due = 0; // its own clock has its own test
        does(p, &f, tick(), "");
    }
    assert_true(case_wakes(p, &f, now) == 0 || case_wakes(p, &f, now) > now);
}

// K7, and the date of who works for another unit
static void clocks_of_a_leg(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    now = calendar_duty(&p->calendar, policy_due(p, CLOCK_K7, KIND_HELP, f.legs[0].sent_at));
    does(p, &f, tick(), "K");
    assert_true(f.legs[0].flags & LEG_CONTACT_LATE);
    does(p, &f, tick(), "");
    f = at_work(SHENZHEN);
    does(p, &f, bureau(EV_CONTACTED), "T14a");
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    does(p, &f, of_unit(EV_SIGNED, NANSHAN), "T14");
    does(p, &f, of_unit(EV_CONTACTED, NANSHAN), "T14a");
    f.course.warned = 7;
    now = calendar_duty(&p->calendar, f.legs[1].due_at);
    does(p, &f, tick(), "K");
    does(p, &f, tick(), "");
}

// K16c, K18
static void other_clocks(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    wf_time answer = f.due_at;
    struct change c = desk(EV_RECOMPUTE);
    refuses(p, &f, c, "missing", "until");
    c.until = answer - 1;
    refuses(p, &f, c, "out_of_range", "until");
    c.until = calendar_extend(&p->calendar, answer, 23);
    refuses(p, &f, c, "out_of_range", "until");
    struct policy longer = *p; // the working days of next week are holidays now
    static struct calendar_day days[8192];
    memcpy(days, p->calendar.days, p->calendar.n * sizeof *days);
    longer.calendar.days = days;
    for (int i = 0; i < 2; i++)
        days[longer.calendar.n++] =
            (struct calendar_day){.date = {date_of(SAMPLE_NOW).day + 1 + i}, .kind = DAY_OFF, .name = STR("调休")};
    c.until = case_recompute(&longer, &f, f.clock_at, NULL, 0);
    assert_true(c.until == answer + 2 * WF_DAY);
    does(&longer, &f, c, "K16c");
    assert_true(f.due_at == c.until && f.legs[0].due_at == c.until && told(SHENZHEN, NOTICE_DATE) == 1);

    f = at_work(SHENZHEN);
    f.legs[0].flags |= LEG_CONTACTED;
    f.course.warned = 31;
    does(p, &f, bureau(EV_UNREASONABLE_REQUESTED), "T39a");
    now = calendar_duty(&p->calendar, f.requests[0].due_at);
    does(p, &f, tick(), "K16b");
    does(p, &f, tick(), ""); // and again after as long
    assert_true(f.requests[0].due_at > now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calling_back),
        cmocka_unit_test(closing_against_the_writer_needs_two),
        cmocka_unit_test(rework_goes_one_level_up),
        cmocka_unit_test(the_third_round_is_supervised),
        cmocka_unit_test(a_content_writer_closes_it),
        cmocka_unit_test(deferring),
        cmocka_unit_test(after_the_end),
        cmocka_unit_test(taking_it_back),
        cmocka_unit_test(supervising),
        cmocka_unit_test(warnings),
        cmocka_unit_test(clocks_of_a_leg),
        cmocka_unit_test(other_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What units do with a case, T14 to T24 and T37: sign, return, hand down, assist, ask for time or for the writer,
// report, review.
#include "case_told.h"

static struct case_facts sent_to(int32_t unit)
{
    struct case_facts f = sample_facts(ACCEPTED, LEG_NONE);
    now = SAMPLE_NOW;
    does(sample_policy(), &f, to(desk(EV_DISPATCH), unit), "T13");
    return f;
}

static wf_time workdays_on(wf_time date, int32_t days)
{
    return calendar_extend(&sample_policy()->calendar, date, days);
}

// T14: the clock ran from the dispatch; who does not sign is held to have signed (K5).
static void signing(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sent_to(SHENZHEN), late = f;
    wf_time answer = f.due_at;
    now = SAMPLE_NOW + WF_HOUR;
    does(p, &f, bureau(EV_SIGNED), "T14");
    assert_true(f.due_at == answer && f.legs[0].due_at == answer && f.legs[0].flags == 0);

    now = late.legs[0].due_at - 1;
    does(p, &late, tick(), "");
    now++;
    does(p, &late, tick(), "T14b");
    assert_true(late.legs[0].state == LEG_SIGNED && (late.legs[0].flags & LEG_SIGNED_LATE));
    assert_true(late.due_at == answer && late.legs[0].due_at == answer); // and has gained no time
    refuses(p, &late, bureau(EV_SIGNED), "not_allowed", "event");
    does(p, &late, bureau(EV_CONTACTED), "T14a");
    assert_true(late.legs[0].flags & LEG_CONTACTED);
}

static struct change wants_back(int32_t unit, int32_t proposed)
{
    struct change c = to(of_unit(EV_RETURN_REQUESTED, unit), proposed);
    c.reason_code = STR("not_our_area");
    return c;
}

// T15, K6
static void asking_for_a_return(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sent_to(SHENZHEN), g;
    refuses(p, &f, wants_back(SHENZHEN, 0), "missing", "unit");
    refuses(p, &f, wants_back(SHENZHEN, 440999), "unknown_value", "unit");
    refuses(p, &f, wants_back(SHENZHEN, SHENZHEN), "not_allowed", "unit");
    struct change c = wants_back(SHENZHEN, ZHUHAI);
    c.reason_code = STR("not_police"); // of another list
    refuses(p, &f, c, "unknown_value", "reason_code");
    c.reason_code = STR_NONE;
    refuses(p, &f, blank(c), "missing", "reason");
    g = f;
    does(p, &g, wants_back(SHENZHEN, ZHUHAI), "T15"); // unsigned: it is the same
    g = f;
    does(p, &g, bureau(EV_SIGNED), "T14");
    now = due(CLOCK_K6);
    does(p, &g, wants_back(SHENZHEN, ZHUHAI), "T15");
    assert_true(g.requests[0].kind == REQUEST_RETURN && g.requests[0].to == ZHUHAI && g.requests[0].leg == 1);
    now = SAMPLE_NOW;
    now = due(CLOCK_K6) + 1;
    refuses(p, &f, wants_back(SHENZHEN, ZHUHAI), "too_late", "event");
}

// T16, T17, T17a, T18
static void deciding_on_a_return(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sent_to(SHENZHEN), g;
    wf_time answer = f.due_at;
    does(p, &f, wants_back(SHENZHEN, ZHUHAI), "T15");
    // Nobody decides on his own wish, by whatever name.
    static const enum event own[] = {EV_GRANT, EV_DENY, EV_RETURN_GRANTED, EV_RETURN_DENIED, EV_DESIGNATE};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct change post = desk(own[i]);
        post.unit = SHENZHEN; // the bureau's own post
        refuses(p, &f, bureau(own[i]), "no_request", "request");
        refuses(p, &f, post, "no_request", "request");
    }
    g = f;
    does(p, &g, desk(EV_GRANT), "T16 T16a");
    assert_true(g.legs[0].state == LEG_RETURNED && g.legs[1].unit == ZHUHAI && g.legs[1].hop == 1 &&
                g.due_at == answer);
    assert_true(told(ZHUHAI, NOTICE_LETTER) == 1 && told(SHENZHEN, NOTICE_GRANTED) == 1 && g.bureau == ZHUHAI);
    refuses(p, &g, bureau(EV_SIGNED), "not_found", "number"); // it has nothing of it any more
    g = f;
    does(p, &g, to(desk(EV_GRANT), 440100), "T16 T16a"); // to another one than was proposed
    assert_int_equal(g.legs[1].unit, 440100);
    g = f;
    does(p, &g, desk(EV_DENY), "T17");
    assert_true(g.legs[0].state == LEG_SIGNED && g.legs[0].due_at == answer);
    refuses(p, &g, wants_back(SHENZHEN, ZHUHAI), "too_many", "event"); // once
    struct case_facts denied = g;
    does(p, &g, bureau(EV_SUPERIOR_ASKED), "T17a");
    does(p, &g, desk(EV_DENY), "T17");
    refuses(p, &g, bureau(EV_SUPERIOR_ASKED), "not_allowed", "event"); // once
    g = denied;
    does(p, &g, bureau(EV_SUPERIOR_ASKED), "T17a");
    does(p, &g, desk(EV_DESIGNATE), "T18");
    assert_true((g.legs[0].flags & LEG_FIXED) && told(SHENZHEN, NOTICE_DESIGNATED) == 1);
    refuses(p, &g, wants_back(SHENZHEN, ZHUHAI), "not_allowed", "event");
    refuses(p, &g, bureau(EV_SUPERIOR_ASKED), "not_allowed", "event");
    struct case_facts first = sent_to(SHENZHEN);
    does(p, &first, bureau(EV_SIGNED), "T14");
    refuses(p, &first, bureau(EV_SUPERIOR_ASKED), "not_allowed", "event"); // nobody has denied anything
}

// Complaint 2.30: after two hops the common superior designates.
static void the_hop_budget(void **state)
{
    const struct policy *p = sample_policy();
    static const int32_t way[] = {SHENZHEN, ZHUHAI, 440100, 440200};
    struct case_facts f = sent_to(SHENZHEN);
    assert_int_equal(p->hops, 2);
    for (int hop = 0; hop < 2; hop++) {
        does(p, &f, wants_back(way[hop], way[hop + 1]), "T15");
        does(p, &f, desk(EV_GRANT), "T16 T16a");
        assert_int_equal(f.legs[hop + 1].hop, hop + 1);
    }
    does(p, &f, wants_back(way[2], way[3]), "T15");
    refuses(p, &f, desk(EV_GRANT), "too_many", "event");
    struct case_facts recalled = f;
    does(p, &f, desk(EV_DESIGNATE), "T18");
    refuses(p, &f, wants_back(way[2], way[3]), "not_allowed", "event");
    does(p, &recalled, to(desk(EV_RECALL), way[3]), "T37r T16a"); // the centre may; it is no return, and resets nothing
    assert_int_equal(recalled.legs[3].hop, 2);
}

// T19
static void handing_down(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    refuses(p, &f, to(bureau(EV_DELEGATED), 0), "missing", "unit");
    refuses(p, &f, to(bureau(EV_DELEGATED), ZHUHAI), "not_allowed", "unit");
    refuses(p, &f, to(bureau(EV_DELEGATED), SHENZHEN), "not_allowed", "unit");
    refuses(p, &f, to(bureau(EV_DELEGATED), POLICY_PROVINCE), "not_allowed", "unit");
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    assert_true(f.legs[0].state == LEG_DELEGATED && f.legs[1].parent == 1 && f.legs[1].role == ROLE_LEAD);
    refuses(p, &f, bureau(EV_REPORTED), "not_allowed", "event"); // the newest that is not over: Nanshan's, unsigned
    does(p, &f, of_unit(EV_SIGNED, NANSHAN), "T14");
    assert_true(workdays_on(f.legs[1].due_at, p->margin_days) == f.legs[0].due_at);
    // What it asks for is decided by who gave the work, and what it gives back stays below.
    g = f;
    does(p, &g, wants_back(NANSHAN, 440304), "T15");
    refuses(p, &g, of_unit(EV_GRANT, NANSHAN), "no_request", "request");
    refuses(p, &g, to(bureau(EV_GRANT), ZHUHAI), "not_allowed", "unit");
    does(p, &g, bureau(EV_GRANT), "T16 T16a");
    assert_true(g.legs[2].unit == 440304 && g.legs[2].parent == 1 && g.legs[0].state == LEG_DELEGATED);
    // Its report is reviewed by who gave the work, not by itself.
    does(p, &f, of_unit(EV_REPORTED, NANSHAN), "T22");
    assert_int_equal(f.state, HANDLING);
    struct change own = desk(EV_REVIEWED);
    own.unit = NANSHAN;
    own.leg = 2;
    refuses(p, &f, of_unit(EV_REVIEWED, NANSHAN), "not_allowed", "event");
    refuses(p, &f, own, "not_allowed", "event");
    does(p, &f, bureau(EV_REVIEWED), "T24 T19a");
    assert_true(f.legs[0].state == LEG_SIGNED && f.legs[1].state == LEG_DONE);

    g = sample_facts(ACCEPTED, LEG_NONE); // not to whom it accuses, nor to what is below
    does(p, &g, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    does(p, &g, to(desk(EV_DISPATCH), SHENZHEN), "T13");
    does(p, &g, bureau(EV_SIGNED), "T14");
    refuses(p, &g, to(bureau(EV_DELEGATED), NANSHAN), "conflict", "unit");
    refuses(p, &g, to(bureau(EV_DELEGATED), 440305903), "conflict", "unit");
    refuses(p, &g, to(bureau(EV_JOINED), ZHUHAI), "conflict", "unit"); // nor to who is not above
    does(p, &g, to(bureau(EV_JOINED), INSPECTORS), "T20 T20a");
}

// T20
static void assisting(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    does(p, &f, to(bureau(EV_JOINED), ZHUHAI), "T20 T20a");
    assert_true(f.legs[1].role == ROLE_ASSIST && f.legs[1].parent == 1 && f.legs[0].state == LEG_SIGNED);
    refuses(p, &f, to(bureau(EV_JOINED), ZHUHAI), "not_allowed", "unit"); // it has a leg already
    does(p, &f, of_unit(EV_SIGNED, ZHUHAI), "T14");
    assert_true(f.legs[1].due_at < f.legs[0].due_at);
    refuses(p, &f, to(of_unit(EV_JOINED, ZHUHAI), 440100), "not_allowed", "leg"); // only who leads asks others
    refuses(p, &f, to(desk(EV_DISPATCH), ZHUHAI), "not_allowed", "event");        // one lead
    refuses(p, &f, blank(bureau(EV_REPORTED)), "missing", "reason");              // not without who assists, or say why
    struct case_facts alone = f;
    does(p, &alone, bureau(EV_REPORTED), "T22 T25");
    does(p, &f, of_unit(EV_REPORTED, ZHUHAI), "T22");
    does(p, &f, by(desk(EV_REVIEWED), 9), "T24");
    does(p, &f, blank(bureau(EV_REPORTED)), "T22 T25");
    does(p, &alone, desk(EV_REVIEWED), "T24 T26 T37e T31");
    assert_true(alone.legs[1].state == LEG_REVOKED && told(ZHUHAI, NOTICE_ENDED) == 1);
}

static struct change more_time(int16_t days)
{
    struct change c = bureau(EV_EXTENSION_REQUESTED);
    c.days = days;
    return c;
}

// T21, K9
static void extending(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    wf_time answer = f.due_at;
    refuses(p, &f, more_time(0), "out_of_range", "days");
    refuses(p, &f, more_time(11), "out_of_range", "days");
    refuses(p, &f, blank(more_time(3)), "missing", "reason");
    now = answer;
    refuses(p, &f, more_time(3), "too_late", "event");
    now = answer - 1;
    does(p, &f, more_time(6), "T21");
    refuses(p, &f, bureau(EV_GRANT), "no_request", "request");
    does(p, &f, bureau(EV_CONTACTED), "T14a"); // the work goes on
    g = f;
    does(p, &g, desk(EV_DENY), "T21b");
    assert_true(g.due_at == answer && g.legs[0].state == LEG_SIGNED);
    g = f; // what was asked for in time is granted, even when it is decided late
    now = answer + WF_HOUR;
    does(p, &g, desk(EV_GRANT), "T21a");
    assert_true(g.due_at == workdays_on(answer, 6));
    now = answer - 1;
    does(p, &f, desk(EV_GRANT), "T21a");
    assert_true(f.due_at == workdays_on(answer, 6) && f.legs[0].due_at == f.due_at && f.course.extended_days == 6);
    does(p, &f, more_time(4), "T21");
    struct change c = desk(EV_GRANT);
    c.duties = DUTY_APPROVE;
    refuses(p, &f, c, "not_your_duty", "post"); // the second is a leader's
    c.duties = DUTY_LEAD;
    g = f;
    does(p, &g, c, "T21a");
    refuses(p, &g, more_time(1), "too_many", "event"); // and there is no third
    c.days = 5;                                        // 5 + 6 + 5 > 15
    refuses(p, &f, c, "out_of_range", "days");
    c.days = 1;
    does(p, &f, c, "T21a");
    assert_true(f.due_at == workdays_on(answer, 7));
    // Who has the work from another unit has no more time than that one, less the time for the review.
    f = at_work(SHENZHEN);
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    does(p, &f, of_unit(EV_SIGNED, NANSHAN), "T14");
    c = more_time(1);
    c.unit = NANSHAN;
    refuses(p, &f, c, "out_of_range", "days");
}

// T5a to T5d: the clock stands while the writer is asked, and working days are given back one for one.
static void asking_the_writer_stops_the_clock(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    wf_time answer = f.due_at;
    does(p, &f, bureau(EV_SUPPLEMENT_REQUESTED), "T5a");
    refuses(p, &f, bureau(EV_SUPPLEMENT_REQUESTED), "too_many", "event");
    refuses(p, &f, bureau(EV_REPORTED), "not_allowed", "event");
    g = f;
    does(p, &g, desk(EV_DENY), "T5c");
    assert_true(g.course.paused_at == 0 && g.due_at == answer);
    does(p, &f, desk(EV_GRANT), "T5b");
    assert_true(f.course.paused_at == now);
    refuses(p, &f, bureau(EV_SUPPLEMENT_REQUESTED), "not_allowed", "event");
    g = f;
    now = SAMPLE_NOW + 2 * WF_DAY; // Wednesday: two mornings later
    does(p, &g, sample_change(EV_SUPPLEMENT, ACTOR_WRITER), "T6a T5d");
    assert_true(g.course.paused_at == 0 && g.due_at == workdays_on(answer, 2) && g.legs[0].due_at == g.due_at);
    // A second wait is not ended by the first one's date.
    does(p, &g, bureau(EV_SUPPLEMENT_REQUESTED), "T5a");
    now = SAMPLE_NOW + 6 * WF_DAY;
    does(p, &g, desk(EV_GRANT), "T5b");
    now = f.requests[0].until;
    does(p, &g, tick(), "");
    assert_true(g.course.paused_at != 0);
    // No word came: it ends by itself.
    now = f.requests[0].until - 1;
    does(p, &f, tick(), "");
    now++;
    does(p, &f, tick(), "T5d");
    assert_true(f.course.paused_at == 0 && f.due_at == workdays_on(answer, 5));
    // Not once every lead has reported.
    f = at_work(SHENZHEN);
    does(p, &f, to(bureau(EV_JOINED), ZHUHAI), "T20 T20a");
    does(p, &f, of_unit(EV_SIGNED, ZHUHAI), "T14");
    does(p, &f, of_unit(EV_SUPPLEMENT_REQUESTED, ZHUHAI), "T5a");
    does(p, &f, bureau(EV_REPORTED), "T22 T25");
    refuses(p, &f, desk(EV_GRANT), "not_allowed", "event");
}

// T22 to T24, T27
static void reporting_and_reviewing(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    struct change c = by(bureau(EV_REPORTED), 5), d = c;
    d.outcome = OUTCOME_NONE;
    refuses(p, &f, d, "missing", "outcome");
    d = c;
    d.public_reply = STR(" ");
    refuses(p, &f, d, "missing", "public_reply");
    does(p, &f, c, "T22 T25");
    assert_true(f.state == REVIEW && f.legs[0].handler == 5 && f.outcome == OUTCOME_RESOLVED);
    refuses(p, &f, by(bureau(EV_REVIEWED), 5), "same_person", "officer");
    refuses(p, &f, by(bureau(EV_REVIEWED), 0), "missing", "officer");
    refuses(p, &f, by(bureau(EV_REVIEW_RETURNED), 5), "same_person", "officer");
    refuses(p, &f, blank(by(bureau(EV_REVIEW_RETURNED), 6)), "missing", "reason");
    refuses(p, &f, desk(EV_ISSUE_REPLY), "not_allowed", "event"); // not reviewed yet
    g = f;
    does(p, &g, by(bureau(EV_REVIEW_RETURNED), 6), "T23");
    assert_true(g.state == HANDLING && told(SHENZHEN, NOTICE_RETURNED) == 1);
    refuses(p, &g, c, "not_allowed", "event");
    does(p, &g, bureau(EV_SIGNED), "T23a");
    does(p, &g, c, "T22 T25");
    const struct policy *people = sample_policy_all(MODE_HUMAN);
    does(people, &f, by(bureau(EV_REVIEWED), 6), "T24");
    assert_true(f.state == REVIEW && f.legs[0].state == LEG_DONE);
    refuses(people, &f, blank(desk(EV_RETURN_WORK)), "missing", "reason");
    g = f;
    does(people, &g, desk(EV_RETURN_WORK), "T27");
    assert_true(g.state == HANDLING && g.legs[0].state == LEG_SIGNED);
    does(people, &f, desk(EV_ISSUE_REPLY), "T26");
    f = at_work(SHENZHEN); // and a policy may leave it all to the machine
    does(sample_policy_all(MODE_AUTO), &f, c, "T22 T25 T24 T26 T31");
    // About police conduct the handler has a name.
    f = at_work(PROVINCIAL);
    does(p, &f, accuses(EV_ACCUSE, SHENZHEN, 0), "T37");
    c.unit = PROVINCIAL;
    refuses(p, &f, by(c, 0), "missing", "officer");
}

// T37r, and the requests that only the centre decides
static void recalling(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN), g;
    does(p, &f, to(bureau(EV_REASSIGN_REQUESTED), ZHUHAI), "T39b");
    g = f;
    does(p, &g, by(desk(EV_DENY), 8), "T39n");
    g = f;
    does(p, &g, desk(EV_GRANT), "T37r T16a");
    assert_true(g.legs[0].state == LEG_REVOKED && g.legs[1].unit == ZHUHAI && g.legs[1].hop == 0);
    assert_int_equal(told(SHENZHEN, NOTICE_REVOKED), 1);
    refuses(p, &f, blank(desk(EV_RECALL)), "missing", "reason");
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    struct change c = desk(EV_RECALL);
    c.leg = 1;
    does(p, &f, c, "T37r T37e"); // its parts end with it; and somebody has to dispatch it again
    assert_true(f.state == HANDLING && f.due_at != 0 && f.requests[0].state == REQUEST_GRANTED);
    does(p, &f, to(desk(EV_DISPATCH), ZHUHAI), "T13a");
    g = at_work(SHENZHEN);
    does(p, &g, bureau(EV_UNREASONABLE_REQUESTED), "T39a");
    does(p, &g, by(desk(EV_GRANT), 8), "T39g");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signing),
        cmocka_unit_test(asking_for_a_return),
        cmocka_unit_test(deciding_on_a_return),
        cmocka_unit_test(the_hop_budget),
        cmocka_unit_test(handing_down),
        cmocka_unit_test(assisting),
        cmocka_unit_test(extending),
        cmocka_unit_test(asking_the_writer_stops_the_clock),
        cmocka_unit_test(reporting_and_reviewing),
        cmocka_unit_test(recalling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

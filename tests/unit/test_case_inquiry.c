// SPDX-License-Identifier: Apache-2.0
// T40: the 核查函 to a unit that is accused (domain §3.11 G5).
#include "case_told.h"
#include "core/ledger.h"
#include "tell.h"

// Nanshan is accused, and Shenzhen's inspection has the case.
static struct case_facts accused_at_work(void)
{
    struct case_facts f = sample_facts(ACCEPTED, LEG_NONE);
    now = SAMPLE_NOW;
    does(sample_policy(), &f, accuses(EV_ACCUSE, NANSHAN, 0), "T37");
    does(sample_policy(), &f, to(desk(EV_DISPATCH), INSPECTORS), "T13");
    does(sample_policy(), &f, of_unit(EV_SIGNED, INSPECTORS), "T14");
    return f;
}

static struct change inquire(int32_t unit, int64_t person)
{
    return by(to(desk(EV_INQUIRE), unit), person);
}

static void what_it_needs(void **state)
{
    static char longest[3 * INQUIRY_FACTS + 4];
    const struct policy *p = sample_policy();
    struct case_facts f = accused_at_work(), plain = at_work(SHENZHEN);
    struct change c = inquire(NANSHAN, 7);
    refuses(p, &f, blank(c), "missing", "reason");
    refuses(p, &f, to(c, 0), "missing", "unit");
    refuses(p, &f, to(c, 440399), "unknown_value", "unit");
    refuses(p, &f, to(c, SHENZHEN), "not_allowed", "unit");
    refuses(p, &f, to(c, INSPECTORS), "not_allowed", "unit");
    refuses(p, &plain, c, "not_allowed", "unit"); // nobody is accused
    c.words = STR(" \n");
    refuses(p, &f, c, "missing", "words");
    for (int i = 0; i < INQUIRY_FACTS; i++)
        memcpy(longest + 3 * i, "实", 3);
    c.words = (struct str){longest, 3 * INQUIRY_FACTS};
    does(p, &f, c, "T40");
    longest[3 * INQUIRY_FACTS] = 'x';
    c.words.n++;
    f = accused_at_work();
    refuses(p, &f, c, "too_long", "words");
}

// Approved by another, answered once; no queue hears of it, and no clock but its own moves.
static void its_life(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = accused_at_work(), g;
    wf_time date = f.due_at, leg_date = f.legs[0].due_at;
    struct change c = inquire(NANSHAN, 7);
    c.until = now + WF_DAY; // which is not theirs to say
    refuses(p, &f, desk(EV_INQUIRY_APPROVED), "no_request", "request");
    refuses(p, &f, desk(EV_INQUIRY_ANSWERED), "no_request", "request");
    does(p, &f, c, "T40");
    assert_int_equal(last.inquiry, 1);
    assert_int_equal(last.notices_n, 0);
    assert_true(f.requests[0].kind == REQUEST_INQUIRY && f.requests[0].to == NANSHAN && f.requests[0].until == 0);
    assert_true(f.requests[0].due_at == due(CLOCK_K18));
    refuses(p, &f, inquire(NANSHAN, 8), "too_many", "event");
    refuses(p, &f, desk(EV_INQUIRY_ANSWERED), "no_request", "request");
    refuses(p, &f, by(desk(EV_GRANT), 7), "same_person", "post");
    refuses(p, &f, by(desk(EV_INQUIRY_APPROVED), 7), "same_person", "post");
    g = f;
    does(p, &g, by(desk(EV_DENY), 8), "T8b");
    assert_int_equal(g.requests[0].state, REQUEST_DENIED);
    refuses(p, &g, desk(EV_INQUIRY_ANSWERED), "no_request", "request");
    does(p, &f, by(desk(EV_GRANT), 8), "T40a");
    assert_int_equal(last.inquiry, 1);
    assert_int_equal(last.notices_n, 0);
    assert_true(f.requests[0].state == REQUEST_GRANTED && f.requests[0].until == due(CLOCK_K13));
    does(p, &f, inquire(NANSHAN, 7), "T40"); // another one may follow
    does(p, &f, by(desk(EV_GRANT), 8), "T40a");
    refuses(p, &f, desk(EV_INQUIRY_ANSWERED), "no_request", "request"); // which?
    c = desk(EV_INQUIRY_ANSWERED);
    c.request = 1;
    c.words = STR("");
    refuses(p, &f, c, "missing", "words");
    c.words = STR("两人当班");
    does(p, &f, c, "T40b");
    assert_true(last.inquiry == 1 && f.requests[0].until == 0 && f.requests[1].until != 0);
    refuses(p, &f, c, "no_request", "request");
    does(p, &f, desk(EV_INQUIRY_ANSWERED), "T40b");
    assert_int_equal(last.inquiry, 2);
    assert_int_equal(last.notices_n, 0);
    assert_true(f.state == HANDLING && f.due_at == date && f.legs[0].due_at == leg_date);
}

// The unit below the accused is in X, too; the accused himself neither asks nor decides; what nobody decided in time is
// void, and an answer that comes late is still taken.
static void who_and_when(void **state)
{
    const struct policy *p = sample_policy_all(MODE_HUMAN);
    struct case_facts f = accused_at_work();
    struct change c = inquire(NANSHAN, 7);
    c.unit = NANSHAN;
    refuses(p, &f, c, "not_found", "number");
    does(p, &f, inquire(440305007, 7), "T40");
    does(p, &f, by(desk(EV_GRANT), 8), "T40a");
    does(p, &f, inquire(NANSHAN, 7), "T40");
    struct change said = by(of_unit(EV_REPORTED, INSPECTORS), 9);
    does(p, &f, of_unit(EV_CONTACTED, INSPECTORS), "T14a");
    does(p, &f, said, "T22 T25");
    assert_true(f.state == REVIEW && f.requests[1].state == REQUEST_OPEN);
    does(p, &f, by(desk(EV_REVIEWED), 10), "T24");
    does(p, &f, desk(EV_ISSUE_REPLY), "T26");
    assert_int_equal(f.requests[1].state, REQUEST_VOID);
    refuses(p, &f, inquire(NANSHAN, 7), "not_allowed", "event");
    does(p, &f, desk(EV_INQUIRY_ANSWERED), "T40b");
    assert_int_equal(f.state, ANSWERED);
}

// The journal tells the same of its request.
static void told_again(void **state)
{
    static struct replayed r;
    replay_start(&r);
    assert_true(tell(&r, "T1", 0, 0, 0, 2) && tell(&r, "T4", 0, 0, 0, 2) && tell(&r, "T12", 0, 0, 0, 4));
    assert_true(tell(&r, "T13", 1, 1, INSPECTORS, 100) && tell(&r, "T14", 2, 1, INSPECTORS, 100));
    assert_true(tell(&r, "T40", 3, 0, 0, 0));
    assert_true(r.requests_n == 1 && r.requests[0].kind == REQUEST_INQUIRY && r.requests[0].state == REQUEST_OPEN);
    struct held before = ledger_holder(&r);
    assert_true(before.holder == HOLDER_UNIT && before.unit == INSPECTORS); // the work goes on
    assert_true(tell(&r, "T40a", 4, 0, 0, 0));
    assert_true(r.requests[0].state == REQUEST_GRANTED && r.requests[0].decided_at == AFTER(4));
    assert_true(tell(&r, "T40b", 5, 0, 0, 0) && tell(&r, "T40", 6, 0, 0, 0) && tell(&r, "T8b", 7, 0, 0, 0));
    assert_true(r.requests_n == 2 && r.requests[1].state == REQUEST_DENIED && r.due_at == AFTER(100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_needs),
        cmocka_unit_test(its_life),
        cmocka_unit_test(who_and_when),
        cmocka_unit_test(told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

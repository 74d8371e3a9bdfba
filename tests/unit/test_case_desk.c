// SPDX-License-Identifier: Apache-2.0
// T41: who wrote, for whom, and when two persons must agree (domain §3.6, §3.9). Q1 to Q3: lines that block a queue.
#include "case_told.h"
#include "tell.h"

static struct case_facts secret_at_work(void)
{
    struct case_facts f = at_work(SHENZHEN);
    f.flags |= FLAG_CONFIDENTIAL;
    return f;
}

static struct change opens(int32_t unit)
{
    return of_unit(EV_IDENTITY_OPEN, unit);
}

// Only who has the letter in hand: from signing on, to the end of the leg, and nobody above.
static void a_unit_with_the_letter_in_hand(void **state)
{
    const struct policy *p = sample_policy();
    for (const struct code *l = leg_states; l->name; l++) {
        struct case_facts f = sample_facts(HANDLING, (enum leg_state)l->code);
        bool gone = l->code == LEG_REVOKED || l->code == LEG_RETURNED;
        if (gone)
            refuses(p, &f, opens(SHENZHEN), "not_found", "number");
        else if (l->code == LEG_SENT || l->code == LEG_DONE)
            refuses(p, &f, opens(SHENZHEN), "no_leg", "leg");
    }
    struct case_facts f = at_work(SHENZHEN);
    struct change c = opens(SHENZHEN);
    does(p, &f, c, "T41");
    assert_true(last.steps[0].rule->journal == J_IDENTITY_OPENED && last.steps[0].unit == SHENZHEN);
    assert_true(last.notices_n == 0 && f.state == HANDLING);
    refuses(p, &f, opens(ZHUHAI), "not_found", "number");
    refuses(p, &f, opens(NANSHAN), "not_found", "number");
    c.leg = 2;
    refuses(p, &f, c, "no_leg", "leg");
    does(p, &f, to(bureau(EV_DELEGATED), NANSHAN), "T19 T19b");
    refuses(p, &f, opens(NANSHAN), "no_leg", "leg"); // not signed yet
    does(p, &f, of_unit(EV_SIGNED, NANSHAN), "T14");
    does(p, &f, opens(NANSHAN), "T41");
    does(p, &f, opens(SHENZHEN), "T41");                           // it answers for the part below
    refuses(p, &f, opens(440305001), "not_found", "number");       // a station of Nanshan
    refuses(p, &f, opens(POLICY_PROVINCE), "not_found", "number"); // above, but no bureau of this
}

static void what_it_needs(void **state)
{
    static char longest[3 * IDENTITY_PURPOSE + 4];
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(SHENZHEN);
    struct change c = opens(SHENZHEN);
    c.post = STR(" ");
    refuses(p, &f, c, "missing", "officer");
    refuses(p, &f, blank(opens(SHENZHEN)), "missing", "purpose");
    refuses(p, &f, blank(desk(EV_IDENTITY_OPEN)), "missing", "purpose");
    c = opens(SHENZHEN);
    c.reason = (struct str){longest, 3 * IDENTITY_PURPOSE};
    for (int i = 0; i < IDENTITY_PURPOSE; i++)
        memcpy(longest + 3 * i, "事", 3);
    does(p, &f, c, "T41");
    longest[3 * IDENTITY_PURPOSE] = 'x';
    c.reason.n++;
    refuses(p, &f, c, "too_long", "purpose");
}

// Who assists has it in hand as well; who only checks has not.
static void by_role(void **state)
{
    const struct policy *p = sample_policy();
    for (int role = ROLE_LEAD; role <= ROLE_COUNTERSIGN; role++) {
        struct case_facts f = at_work(SHENZHEN);
        f.legs[0].role = (enum leg_role)role;
        if (role == ROLE_LEAD || role == ROLE_ASSIST)
            does(p, &f, opens(SHENZHEN), "T41");
        else
            refuses(p, &f, opens(SHENZHEN), "no_leg", "leg");
    }
}

// A unit in X learns nothing, and neither does an officer of the desk.
static void nobody_in_x(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = at_work(INSPECTORS);
    f.accused = (struct accused_list){.of = {{NANSHAN, 0}}, .n = 1};
    f.flags |= FLAG_CONDUCT | FLAG_ACCUSED;
    refuses(p, &f, opens(NANSHAN), "not_found", "number");
    does(p, &f, opens(INSPECTORS), "T41");
    f.accused = (struct accused_list){.of = {{INSPECTORS, 0}}, .n = 1};
    refuses(p, &f, opens(INSPECTORS), "not_found", "number");
    struct change c = desk(EV_IDENTITY_OPEN);
    does(p, &f, c, "T41 T37c");
    f.accused = (struct accused_list){.of = {{POLICY_PROVINCE, 0}}, .n = 1};
    refuses(p, &f, c, "not_found", "number");
}

static void the_desk(void **state)
{
    const struct policy *p = sample_policy();
    for (const struct code *s = case_states; s->name;
         s++) { // whatever the state: a writer may be looked for long after
        struct case_facts f = sample_facts((enum case_state)s->code, LEG_NONE);
        struct change c = desk(EV_IDENTITY_OPEN);
        c.duties = DUTY_SECRECY;
        enum case_state before = f.state;
        now = SAMPLE_NOW;
        if (s->code == ANSWERED || s->code == MERGED) // others follow there
            continue;
        does(p, &f, c, "T41");
        assert_int_equal(f.state, before);
        c.duties = ALL_DUTIES & ~(uint32_t)DUTY_SECRECY;
        refuses(p, &f, c, "not_your_duty", "post");
        c = desk(EV_IDENTITY_OPEN);
        c.unit = SHENZHEN;
        refuses(p, &f, c, f.legs_n > 0 ? "not_your_duty" : "not_found", f.legs_n > 0 ? "post" : "number");
    }
}

// 保密: a bureau is refused whatever its leg; at the desk one asks, another agrees, and the first one opens it, once.
static void two_persons_for_a_secret(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = secret_at_work();
    struct change c = by(desk(EV_IDENTITY_OPEN), 7);
    refuses(p, &f, opens(SHENZHEN), "secret", "number");
    does(p, &f, c, "T41a");
    assert_int_equal(last.steps[0].rule->journal, J_REQUEST_MADE);
    refuses(p, &f, c, "not_granted", "request");
    refuses(p, &f, by(desk(EV_IDENTITY_OPEN), 8), "not_granted", "request");
    refuses(p, &f, by(desk(EV_GRANT), 7), "same_person", "post");
    refuses(p, &f, by(blank(desk(EV_DENY)), 8), "missing", "reason");
    struct change grant = by(desk(EV_GRANT), 8);
    grant.duties = ALL_DUTIES & ~(uint32_t)(DUTY_SECRECY | DUTY_LEAD);
    refuses(p, &f, grant, "not_your_duty", "post");
    struct case_facts denied = f;
    does(p, &denied, by(desk(EV_DENY), 8), "T41n");
    does(p, &denied, c, "T41a"); // which asks anew
    grant.duties = DUTY_LEAD;
    does(p, &f, grant, "T41g");
    struct case_facts late = f;
    now = f.requests[0].until;
    does(p, &late, c, "T41a"); // too late: it is asked for anew
    now = SAMPLE_NOW;
    does(p, &f, by(desk(EV_IDENTITY_OPEN), 8), "T41a"); // the grant is another's
    does(p, &f, by(desk(EV_DENY), 9), "T41n");
    does(p, &f, c, "T41");
    does(p, &f, c, "T41a"); // used up
    refuses(p, &f, opens(SHENZHEN), "secret", "number");
    struct case_facts plain = at_work(SHENZHEN);
    refuses(p, &plain, by(desk(EV_IDENTITY_ASKED), 7), "not_allowed", "event");
    refuses(p, &plain, by(desk(EV_IDENTITY_GRANTED), 7), "no_request", "request");
}

static void a_blocked_line(void **state)
{
    static const enum event all[] = {EV_QUEUE_RETRY, EV_QUEUE_PARK, EV_QUEUE_SKIP};
    static const char *const rows[] = {"Q1", "Q2", "Q3"};
    const struct policy *p = sample_policy();
    for (int i = 0; i < 3; i++) {
        for (const struct code *s = case_states; s->name; s++) {
            struct case_facts f = sample_facts((enum case_state)s->code, LEG_NONE), before = f;
            struct change c = desk(all[i]);
            c.duties = DUTY_DISPATCH;
            if (s->code == ANSWERED || s->code == MERGED)
                continue;
            does(p, &f, c, rows[i]);
            assert_string_equal(last.steps[0].detail, "440300/42");
            assert_true(f.state == before.state && f.due_at == before.due_at && last.notices_n == 0);
            c.duties = ALL_DUTIES & ~(uint32_t)(DUTY_DISPATCH | DUTY_LEAD);
            refuses(p, &f, c, "not_your_duty", "post");
        }
        struct case_facts f = at_work(SHENZHEN);
        struct change c = desk(all[i]);
        refuses(p, &f, blank(c), "missing", "reason");
        c.queue = 0;
        refuses(p, &f, c, "missing", "queue");
        c.queue = CHANNEL_WEB;
        c.queue_seq = 0;
        refuses(p, &f, c, "missing", "seq");
        c.queue_seq = 7;
        does(p, &f, c, rows[i]);
        refuses(p, &f, bureau(all[i]), "not_allowed", "event");
        // Where the province is accused, its queue must go on nevertheless.
        f.accused = (struct accused_list){.of = {{POLICY_PROVINCE, 0}}, .n = 1};
        assert_int_equal(case_decide(p, now, &c, &f, NULL, &last, &why), OK);
    }
}

// The journal tells the requests as the facts have them.
static void told_again(void **state)
{
    static struct replayed r;
    replay_start(&r);
    assert_true(tell(&r, "T1", 0, 0, 0, 2) && tell(&r, "T41a", 0, 0, 0, 0));
    assert_true(r.requests_n == 1 && r.requests[0].kind == REQUEST_IDENTITY && r.requests[0].state == REQUEST_OPEN);
    assert_true(tell(&r, "T41g", 0, 0, 0, 0) && tell(&r, "T41", 0, 0, 0, 0) && tell(&r, "Q3", 0, 0, 0, 0));
    assert_true(r.requests[0].state == REQUEST_GRANTED && r.state == RECEIVED && r.version == 5);
}

// T34: the writer appeals himself, in time and with a reason; once closed, nothing else is his.
static void what_a_writer_may(void **state)
{
    const struct policy *p = sample_policy();
    struct case_facts f = sample_facts(CLOSED, LEG_NONE);
    struct change c = sample_change(EV_APPEAL, ACTOR_WRITER);
    now = SAMPLE_NOW;
    refuses(p, &f, blank(c), "missing", "reason");
    struct case_facts g = f;
    does(p, &g, c, "T34a");
    assert_int_equal(g.state, REWORK);
    now = policy_due(p, CLOCK_K20, KIND_HELP, SAMPLE_NOW) - 1;
    does(p, &f, c, "T34a");
    f = sample_facts(CLOSED, LEG_NONE);
    now += 1;
    refuses(p, &f, c, "too_late", "event");
    refuses(p, &f, sample_change(EV_RATE, ACTOR_WRITER), "not_allowed", "event");
    refuses(p, &f, sample_change(EV_REOPEN, ACTOR_WRITER), "not_allowed", "event");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_with_the_letter_in_hand),
        cmocka_unit_test(what_it_needs),
        cmocka_unit_test(by_role),
        cmocka_unit_test(nobody_in_x),
        cmocka_unit_test(the_desk),
        cmocka_unit_test(two_persons_for_a_secret),
        cmocka_unit_test(a_blocked_line),
        cmocka_unit_test(told_again),
        cmocka_unit_test(what_a_writer_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

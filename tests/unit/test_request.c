// SPDX-License-Identifier: Apache-2.0
// What feedbackd makes of a bureau's event and of the desk's act before any case is asked.
#include "request.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NUMBER "440300-20261123-000042-6"

static struct buf out;
static struct request request;
static struct change change;
static struct err err;

static struct msg frame_of(void)
{
    return (struct msg){.p = out.p, .n = out.n};
}

static enum result bureau(const struct msg_feedback *m)
{
    out.n = 0;
    wire_put_feedback(&out, 7, m);
    struct msg msg = frame_of();
    return request_of_bureau(&msg, sample_policy(), &request, &change, &err);
}

static enum result desk(const struct msg_desk_act *m)
{
    out.n = 0;
    wire_put_desk_act(&out, 7, m);
    struct msg msg = frame_of();
    return request_of_desk(&msg, sample_policy(), &request, &change, &err);
}

static struct msg_feedback event(const char *name)
{
    return (struct msg_feedback){.event_id = STR("e"), .bureau = 440300, .number = STR(NUMBER), .event = str_of(name)};
}

static struct msg_desk_act act(const char *name)
{
    return (struct msg_desk_act){.ref = STR("r"), .number = STR(NUMBER), .event = str_of(name)};
}

static void refused(enum result result, const char *code, const char *field, const char *words)
{
    if (result != REJECT || strcmp(err.code, code) != 0 || strcmp(err.field, field) != 0 || !strstr(err.text, words))
        fail_msg("%d %s %s: %s", (int)result, err.code, err.field, err.text);
}

static void test_whole_event(void **state)
{
    struct msg_feedback m = event("extension_requested");
    m.officer = STR("012345");
    m.unit = 440304;
    m.to = 440300903;
    m.days = 3;
    m.until = 1796000000000000;
    m.request = 2;
    m.leg = 4;
    m.has_unit = m.has_to = m.has_days = m.has_until = m.has_request = m.has_leg = true;
    m.reason_code = STR("c");
    m.reason = STR("r");
    m.outcome = STR("resolved");
    m.public_reply = STR("p");
    m.internal_report = STR("i");
    assert_int_equal(bureau(&m), OK);
    assert_true(request.trace == 7 && str_is(request.ref, "e") && str_is(request.number, NUMBER));
    assert_true(change.event == EV_EXTENSION_REQUESTED && change.actor == ACTOR_BUREAU && change.unit == 440304);
    assert_true(change.officer == 12345 && change.person != 0 && str_is(change.post, "012345"));
    assert_true(change.to == 440300903 && change.days == 3 && change.until == 1796000000000000);
    assert_true(change.request == 2 && change.leg == 4 && change.outcome == OUTCOME_RESOLVED);
    assert_true(str_is(change.reason, "r") && str_is(change.reason_code, "c") && str_is(change.public_reply, "p"));
    assert_true(str_is(change.internal_report, "i") && str_is(change.cause, "e") && change.cause_by == 440300);
    assert_true(change.mailbox == 440300 && change.case_id == INT64_C(261123000000042));
}

// Who does not say who it is, is nobody in particular; a name that is no police number still tells two apart.
static void test_who_of_a_bureau(void **state)
{
    struct msg_feedback m = event("signed");
    assert_int_equal(bureau(&m), OK);
    assert_true(change.unit == 440300 && change.person == 0 && change.officer == 0 && !change.post.p);
    m.officer = STR("desk-2");
    assert_int_equal(bureau(&m), OK);
    int64_t first = change.person;
    assert_true(first != 0 && change.officer == 0);
    m.officer = STR("desk-3");
    assert_int_equal(bureau(&m), OK);
    assert_true(change.person != 0 && change.person != first);
    m.officer = STR("desk-2");
    m.bureau = 440400; // another house, another person
    assert_int_equal(bureau(&m), OK);
    assert_true(change.person != first);
    m.officer = STR("012345"); // but a police number is one person in every house, and at the desk
    assert_int_equal(bureau(&m), OK);
    int64_t officer = change.person;
    m.bureau = 440300;
    m.officer = STR("12345");
    assert_int_equal(bureau(&m), OK);
    assert_true(change.person == officer);
    struct msg_desk_act d = act("close");
    d.post = STR("审核人@440300:012345");
    assert_int_equal(desk(&d), OK);
    assert_true(change.person == officer);
}

static void test_bureaus_and_units(void **state)
{
    struct msg_feedback m = event("signed");
    m.bureau = POLICY_PROVINCE; // it has a queue, and squads of its own
    assert_int_equal(bureau(&m), OK);
    m.has_unit = true;
    m.unit = 440000901;
    assert_int_equal(bureau(&m), OK);
    assert_int_equal(change.unit, 440000901);
    m.unit = 440304;
    refused(bureau(&m), "unknown_value", "unit", "neither the bureau 440000 nor one below it");
    m.bureau = 440300;
    m.unit = 440400;
    refused(bureau(&m), "unknown_value", "unit", "neither the bureau 440300");
    m.unit = 440399;
    refused(bureau(&m), "unknown_value", "unit", "no unit 440399");
    m.unit = 0;
    m.has_to = true;
    m.to = 123;
    refused(bureau(&m), "unknown_value", "to", "no unit 123");
    m = event("signed");
    m.bureau = 440304;
    refused(bureau(&m), "unknown_value", "bureau", "not one of the 21 bureaus");
}

static void test_events(void **state)
{
    static const struct {
        const char *said;
        enum event event;
    } known[] = {{"granted", EV_GRANT},
                 {"deny", EV_DENY},
                 {"review returned", EV_REVIEW_RETURNED},
                 {"supervision-answered", EV_SUPERVISION_ANSWERED},
                 {"review", EV_REVIEWED}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct msg_feedback m = event(known[i].said);
        assert_int_equal(bureau(&m), OK);
        assert_int_equal(change.event, known[i].event);
    }
    // What there is: all that a bureau raises, and nothing that only others do.
    struct msg_feedback m = event("accept");
    refused(bureau(&m), "unknown_value", "event", "signed");
    assert_non_null(strstr(err.text, " reassign_requested grant deny"));
    assert_null(strstr(err.text, "accept"));
    struct msg_desk_act a = act("signed");
    refused(desk(&a), "unknown_value", "event", "acknowledge");
    assert_non_null(strstr(err.text, " inspect grant deny"));
    assert_null(strstr(err.text, "signed"));
    a.event = STR("tick");
    refused(desk(&a), "unknown_value", "event", "acknowledge");
}

static void test_whole_act(void **state)
{
    struct msg_desk_act m = act("merge");
    m.post = STR("督办员@440300:012345");
    m.version = 6;
    m.to = 440300;
    m.into = STR("440300-20261122-000007-0");
    m.request = 2;
    m.days = 3;
    m.until = 1796000000000000;
    m.leg = 4;
    m.category = 5;
    m.has_version = m.has_to = m.has_request = m.has_days = m.has_until = m.has_leg = m.has_category = true;
    m.level = STR("summon");
    m.has_reached = m.has_contacted = m.has_true = m.has_satisfied = m.has_solved = true;
    m.reached = m.true_ = m.solved = true;
    m.words = STR("w");
    m.reason = STR("r");
    m.reason_code = STR("c");
    m.kind = STR("help");
    m.outcome = STR("partly");
    m.public_reply = STR("p");
    m.internal_report = STR("i");
    assert_int_equal(desk(&m), OK);
    assert_true(change.event == EV_MERGE && change.actor == ACTOR_DESK && change.unit == 440300);
    assert_true(change.officer == 12345 && change.duties == DUTY_SUPERVISE && change.seen == 6);
    assert_true(change.to == 440300 && change.other == INT64_C(261122000000007) && change.other_mailbox == 440300);
    assert_true(change.request == 2 && change.days == 3 && change.until == 1796000000000000 && change.leg == 4);
    assert_true(change.level == SUPERVISION_SUMMONED && change.category == 5 && change.kind == KIND_HELP);
    assert_true(change.reached == 1 && change.contacted == 2 && change.true_ == 1 && change.satisfied == 2);
    assert_true(change.solved == 1 && change.outcome == OUTCOME_PARTLY && str_is(change.words, "w"));
    assert_true(str_is(change.reason, "r") && str_is(change.reason_code, "c") && str_is(change.public_reply, "p"));
    assert_true(str_is(change.internal_report, "i") && str_is(change.cause, "r") && change.cause_by == 0);
    assert_true(str_is(change.post, "督办员@440300:012345"));
}

// A post is one person by whichever of its names, an officer in whichever post.
static void test_who_of_the_desk(void **state)
{
    struct msg_desk_act m = act("close");
    assert_int_equal(desk(&m), OK);
    int64_t nobody = change.person;
    assert_true(change.unit == POLICY_PROVINCE && (change.duties & DUTY_APPROVE) && str_is(change.post, "专班"));
    m.post = STR("desk");
    assert_int_equal(desk(&m), OK);
    assert_true(change.person == nobody && nobody != 0);
    m.post = STR("审核人");
    assert_int_equal(desk(&m), OK);
    int64_t reviewer = change.person;
    m.post = STR("审核员@440000");
    assert_int_equal(desk(&m), OK);
    assert_true(change.person == reviewer && reviewer != nobody);
    m.post = STR("审核员@440300");
    assert_int_equal(desk(&m), OK);
    assert_true(change.person != reviewer);
    m.post = STR("审核员@440000:12345");
    assert_int_equal(desk(&m), OK);
    int64_t officer = change.person;
    m.post = STR("受理员@440300:012345");
    assert_int_equal(desk(&m), OK);
    assert_true(change.person == officer && officer != reviewer);
    m.post = STR("园丁");
    assert_int_equal(desk(&m), REJECT);
    assert_non_null(strstr(err.text, "desk")); // the posts that there are
}

static void test_target(void **state)
{
    struct msg_desk_act m = act("dispatch");
    m.has_unit = true;
    m.unit = 440300; // as it was called before `to`
    assert_int_equal(desk(&m), OK);
    assert_int_equal(change.to, 440300);
    m.has_to = true;
    m.to = 440400;
    refused(desk(&m), "unknown_value", "to", "unit says another one");
    m.has_unit = false;
    m.to = 999999;
    refused(desk(&m), "unknown_value", "to", "no unit 999999");
    m = act("merge");
    m.into = STR("440300-20261122-000007-1");
    refused(desk(&m), "bad_number", "into", "into");
    m = act("supervise");
    m.level = STR("shout");
    refused(desk(&m), "unknown_value", "level", "urge supervise list summon");
}

static void test_accused(void **state)
{
    struct msg_desk_act m = act("accuse");
    int32_t id = sample_policy()->officers[0].id;
    char known[30], unknown[30] = "officer:87654321";
    snprintf(known, sizeof(known), "officer:%08d", (int)id);
    m.accused[0] = STR("440304");
    m.accused[1] = str_of(known);
    m.accused[2] = STR("440304");
    m.accused_n = 3;
    assert_int_equal(desk(&m), OK);
    assert_int_equal(change.accused.n, 2);
    assert_true(change.accused.of[0].unit == 440304 && change.accused.of[0].officer == 0);
    assert_true(change.accused.of[1].unit == 0 && change.accused.of[1].officer == id);
    static const char *const wrong[] = {"440399",      "officer:", "officer:x", "officer:123456789",
                                        "constable:1", "",         "-1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        m.accused[0] = str_of(wrong[i]);
        refused(desk(&m), "unknown_value", "accused", i == 0 ? "no unit 440399" : "officer: and a police number");
    }
    // His unit is unknown, so nothing would keep the letter from it.
    m.accused[0] = str_of(unknown);
    refused(desk(&m), "unknown_value", "accused", "name the officer's unit");
}

// The digest tells a repeat from another request under the same key: every member counts.
static void test_digest(void **state)
{
    struct msg_feedback m = event("signed");
    assert_int_equal(bureau(&m), OK);
    int64_t plain = change.digest;
    assert_int_equal(bureau(&m), OK);
    assert_int_equal(change.digest, plain);
    m.officer = STR("1");
    assert_int_equal(bureau(&m), OK);
    assert_int_not_equal(change.digest, plain);
    m = event("signed");
    m.has_days = true;
    m.days = 1;
    assert_int_equal(bureau(&m), OK);
    assert_int_not_equal(change.digest, plain);

    struct msg_desk_act a = act("answered");
    assert_int_equal(desk(&a), OK);
    plain = change.digest;
    a.has_satisfied = true; // said, and no
    assert_int_equal(desk(&a), OK);
    int64_t no = change.digest;
    a.satisfied = true;
    assert_int_equal(desk(&a), OK);
    assert_true(change.digest != no && no != plain);
    a = act("answered");
    a.accused[a.accused_n++] = STR("440304");
    assert_int_equal(desk(&a), OK);
    int64_t accused = change.digest;
    a.accused[0] = STR("440305");
    assert_int_equal(desk(&a), OK);
    assert_true(accused != plain && change.digest != accused);
}

static void test_blank_keys(void **state)
{
    struct msg_feedback m = event("signed");
    m.event_id = STR("");
    refused(bureau(&m), "blank", "event_id", "empty");
    struct msg_desk_act a = act("close");
    a.ref = STR("");
    refused(desk(&a), "blank", "ref", "empty");
    a = act("close");
    a.number = STR("440300-20261123-000042-1");
    refused(desk(&a), "bad_number", "number", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_event),
        cmocka_unit_test(test_who_of_a_bureau),
        cmocka_unit_test(test_bureaus_and_units),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_whole_act),
        cmocka_unit_test(test_who_of_the_desk),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_accused),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_blank_keys),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&out);
    return failed;
}

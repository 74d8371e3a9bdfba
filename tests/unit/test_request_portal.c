// SPDX-License-Identifier: Apache-2.0
// What feedbackd makes of a request for an identity, of a look-up and of a writer's act, before any case is asked; and
// how it counts wrong codes.
#include "request.h"
#include "sample_policy.h"
#include "tries.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NUMBER "440300-20261123-000042-6"
#define CASE INT64_C(261123000000042)

static struct buf out;
static struct request request;
static struct change change;
static struct err err;

static enum result of_peer(const struct policy *policy)
{
    struct msg msg = {.p = out.p, .n = out.n};
    request = (struct request){0};
    change = (struct change){0};
    return request_of_peer(&msg, policy, &request, &change, &err);
}

static enum result identity(const struct policy *policy, const struct msg_identity_open *m)
{
    out.n = 0;
    wire_put_identity_open(&out, 7, m);
    return of_peer(policy);
}

static enum result act(const struct msg_writer_act *m)
{
    out.n = 0;
    wire_put_writer_act(&out, 7, m);
    return of_peer(sample_policy());
}

static void refused(enum result result, const char *code, const char *field)
{
    if (result != REJECT || strcmp(err.code, code) != 0 || strcmp(err.field, field) != 0)
        fail_msg("%d %s %s: %s", (int)result, err.code, err.field, err.text);
}

static struct msg_identity_open opens(void)
{
    return (struct msg_identity_open){.event_id = STR("e"),
                                      .bureau = 440300,
                                      .number = STR(NUMBER),
                                      .unit = 440304,
                                      .has_unit = true,
                                      .leg = 2,
                                      .has_leg = true,
                                      .officer = STR("012345"),
                                      .purpose = STR("核实")};
}

static void an_identity(void **state)
{
    struct msg_identity_open m = opens();
    assert_int_equal(identity(sample_policy(), &m), OK);
    assert_true(request.asks == ASKS_IDENTITY && request.named == 440300 && request.trace == 7);
    assert_true(str_is(request.ref, "e") && str_is(request.number, NUMBER));
    assert_true(change.event == EV_IDENTITY_OPEN && change.actor == ACTOR_BUREAU && change.unit == 440304);
    assert_true(change.leg == 2 && change.officer == 12345 && change.person != 0 && str_is(change.post, "012345"));
    assert_true(str_is(change.reason, "核实") && str_is(change.cause, "e") && change.cause_by == 440300);
    assert_true(change.case_id == CASE && change.mailbox == 440300);
    int64_t digest = change.digest;
    for (int i = 0; i < 4; i++) { // whatever is said otherwise is another request
        m = opens();
        m.purpose = i == 0 ? STR("回访") : m.purpose;
        m.officer = i == 1 ? STR("012346") : m.officer;
        m.unit = i == 2 ? 440305 : m.unit;
        m.leg = i == 3 ? 1 : m.leg;
        assert_int_equal(identity(sample_policy(), &m), OK);
        assert_true(change.digest != digest);
    }
    m = opens();
    m.event_id = STR("");
    refused(identity(sample_policy(), &m), "blank", "event_id");
    m = opens();
    m.unit = 440103;
    refused(identity(sample_policy(), &m), "unknown_value", "unit");
    m = opens();
    m.number = STR("440300-20261123-000042-7");
    refused(identity(sample_policy(), &m), "bad_number", "number");
}

// A unit with a queue of its own speaks for what is below it, and for nobody else; its bureau for all.
static void units_with_queues(void **state)
{
    static struct policy with;
    static const int32_t queues[] = {440304};
    with = *sample_policy();
    with.queues = queues;
    with.queues_n = 1;
    static const struct {
        int32_t bureau, unit;
        const char *field; // NULL: allowed
    } cases[] = {
        {440304, 0, NULL},        {440304, 440304, NULL},   {440304, 440304001, NULL},  {440304, 440300, "unit"},
        {440304, 440305, "unit"}, {440304, 440000, "unit"}, {440300, 440304, NULL},     {440300, 440304001, NULL},
        {440300, 440305, NULL},   {440300, 440000, "unit"}, {440000, 440000901, NULL},  {440000, 440300, "unit"},
        {440000, 440304, "unit"}, {440305, 0, "bureau"},    {440305, 440305, "bureau"}, {440399, 0, "bureau"},
        {440100, 440304, "unit"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct msg_identity_open m = opens();
        m.bureau = cases[i].bureau;
        m.unit = cases[i].unit;
        enum result result = identity(&with, &m);
        assert_int_equal(request.named, cases[i].bureau);
        if (cases[i].field) {
            refused(result, "unknown_value", cases[i].field);
            continue;
        }
        if (result != OK)
            fail_msg("%d for %d: %s", cases[i].bureau, cases[i].unit, err.text);
        assert_int_equal(change.unit, cases[i].unit ? cases[i].unit : cases[i].bureau);
        out.n = 0; // and so in its feedback
        wire_put_feedback(&out, 7,
                          &(struct msg_feedback){.event_id = STR("e"),
                                                 .bureau = cases[i].bureau,
                                                 .number = STR(NUMBER),
                                                 .event = STR("signed"),
                                                 .unit = cases[i].unit,
                                                 .has_unit = true});
        assert_int_equal(of_peer(&with), OK);
        assert_true(request.asks == ASKS_EVENT && request.named == cases[i].bureau);
    }
}

static void a_lookup(void **state)
{
    static const char *const numbers[] = {NUMBER, "440300-20261123-000042-7", "", "x"};
    for (int i = 0; i < 4; i++) {
        out.n = 0;
        wire_put_lookup(&out, 7,
                        &(struct msg_lookup){
                            .ref = STR("q"), .channel = 2, .number = str_of(numbers[i]), .code = STR("ABCDEFGH2345")});
        assert_int_equal(of_peer(sample_policy()), OK); // a number that is none is answered like a wrong code
        assert_true(request.asks == ASKS_LOOKUP && request.named == 2 && str_is(request.code, "ABCDEFGH2345"));
        assert_true(change.case_id == (i == 0 ? CASE : 0) && change.event == EV_NONE);
    }
}

static struct msg_writer_act says(const char *event, const char *words)
{
    return (struct msg_writer_act){.ref = STR("s"),
                                   .channel = 1,
                                   .number = STR(NUMBER),
                                   .code = STR("ABCDEFGH2345"),
                                   .event = str_of(event),
                                   .words = str_of(words)};
}

static void a_writers_act(void **state)
{
    static char longest[3 * 501 + 1];
    struct msg_writer_act m = says("supplement", "在东南角");
    assert_int_equal(act(&m), OK);
    assert_true(request.asks == ASKS_WRITER_ACT && request.named == 1 && change.event == EV_SUPPLEMENT);
    assert_true(change.actor == ACTOR_WRITER && str_is(change.words, "在东南角") && change.reason.p == NULL);
    assert_true(str_is(change.cause, "s") && change.cause_by == 1 && change.case_id == CASE && change.unit == 0);
    int64_t digest = change.digest;
    m = says("supplement", "在西南角");
    assert_int_equal(act(&m), OK);
    assert_true(change.digest != digest);
    m = says("rate", "没有修好");
    m.satisfied = false;
    m.solved = m.has_solved = m.has_satisfied = true;
    assert_int_equal(act(&m), OK);
    assert_true(change.event == EV_RATE && change.satisfied == 2 && change.solved == 1 && change.contacted == 0);
    assert_true(str_is(change.reason, "没有修好") && change.words.p == NULL);
    m = says("appeal", "没有修好");
    assert_int_equal(act(&m), OK);
    assert_int_equal(change.event, EV_APPEAL);
    m = says("withdraw", NULL);
    assert_int_equal(act(&m), OK);
    assert_int_equal(change.event, EV_WITHDRAW);
    // What the desk and bureaus say is nothing for a writer.
    static const char *const others[] = {"signed", "close", "grant", "reopen", "identity_open", ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        m = says(others[i], "x");
        refused(act(&m), "unknown_value", "event");
    }
    for (int i = 0; i < 501; i++)
        memcpy(longest + 3 * i, "长", 3);
    m = says("appeal", longest);
    refused(act(&m), "too_long", "words");
    m = says("supplement", longest);
    assert_int_equal(act(&m), OK);
    m.ref = STR("");
    refused(act(&m), "blank", "ref");
}

static void ten_wrong_codes(void **state)
{
    static struct tries tries;
    const wf_time begin = INT64_C(1795406400000000);
    for (int i = 0; i < TRIES_WRONG; i++) {
        assert_true(tries_open(&tries, CASE, begin + i));
        tries_wrong(&tries, CASE, begin + i);
    }
    wf_time closed = begin + TRIES_WRONG - 1;
    assert_false(tries_open(&tries, CASE, closed));
    assert_false(tries_open(&tries, CASE, closed + TRIES_FOR - 1));
    assert_true(tries_open(&tries, CASE + 1, closed));
    assert_true(tries_open(&tries, CASE, closed + TRIES_FOR));
    tries_wrong(&tries, CASE, closed + TRIES_FOR); // which counts from one again
    assert_true(tries_open(&tries, CASE, closed + TRIES_FOR));
    // Nine in an hour, and so on for a day: a writer who mistypes.
    for (int i = 0; i < 9 * 24; i++) {
        wf_time now = begin + WF_DAY + i * (WF_HOUR / 9 + WF_SECOND);
        assert_true(tries_open(&tries, CASE + 2, now));
        tries_wrong(&tries, CASE + 2, now);
    }
}

// However many numbers are tried, memory stays as it is; what was tried lately is remembered.
static void a_flood_of_numbers(void **state)
{
    static struct tries tries;
    const wf_time begin = INT64_C(1795406400000000);
    for (int64_t id = 1; id <= 1000000; id++)
        tries_wrong(&tries, id, begin + id);
    for (int i = 0; i < TRIES_WRONG; i++)
        tries_wrong(&tries, CASE, begin + 1000001 + i);
    assert_false(tries_open(&tries, CASE, begin + 1000020));
    for (int64_t id = 2000000; id < 2000100; id++)
        tries_wrong(&tries, id, begin + 1000020);
    assert_false(tries_open(&tries, CASE, begin + 1000020));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identity),   cmocka_unit_test(units_with_queues), cmocka_unit_test(a_lookup),
        cmocka_unit_test(a_writers_act), cmocka_unit_test(ten_wrong_codes),   cmocka_unit_test(a_flood_of_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

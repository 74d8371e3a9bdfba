// SPDX-License-Identifier: Apache-2.0
// Events as JSON: what bureaus report and what the desk does.
#include "json_sample.h"

static void test_feedback(void **state)
{
    (void)state;
    static const struct refused cases[] = {
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"leg\":\"1\"}", "wrong_type", "leg",
         "a whole number is needed", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"leg\":40000}", "out_of_range", "leg",
         "between 0 and 32767", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\"}", "missing", "event", "needed", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"bureau\":440100}", "unknown_member", "bureau",
         "bureau", "e"},
        {"{\"number\":\"n\",\"event\":\"signed\"}", "missing", "event_id", "needed", NULL},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"unit\":1000000000}", "out_of_range", "unit",
         "between 0 and 999999999", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"days\":\"soon\"}", "wrong_type", "days",
         "a whole number is needed, not a text", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"days\":1000}", "out_of_range", "days",
         "between 1 and 999", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"until\":\"2026-02-30\"}", "bad_time", "until",
         "2026-11-23", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"until\":\"1969-01-01\"}", "out_of_range", "until",
         "after 1970", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"until\":5}", "wrong_type", "until",
         "a date or a time", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"officer\":12345}", "wrong_type", "officer",
         "a text is needed", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"signed\",\"request\":0}", "out_of_range", "request",
         "between 1 and 32767", "e"},
        {"{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"签收签收签收签收签收签收\"}", "too_long", "event",
         "at most 32 characters", "e"},
    };
    struct json_line line = {0};
    struct msg_feedback m;
    struct err err;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_refused(&cases[i], json_feedback(str_of(cases[i].line), 440300, &line, &m, &err), &err, &line);
    assert_int_equal(
        json_feedback(STR("{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"reported\",\"leg\":2,\"outcome\":"
                          "\"resolved\",\"public_reply\":\"您好\",\"internal_report\":\"已办\",\"reason\":\"r\"}"),
                      440300, &line, &m, &err),
        OK);
    assert_int_equal(m.bureau, 440300);
    assert_true(m.has_leg && m.leg == 2);
    assert_text(m.event_id, "e");
    assert_text(m.number, "n");
    assert_text(m.event, "reported");
    assert_text(m.outcome, "resolved");
    assert_text(m.public_reply, "您好");
    assert_text(m.internal_report, "已办");
    assert_text(m.reason, "r");
    assert_false(m.has_unit || m.has_to || m.has_days || m.has_until || m.has_request);
    json_line_done(&line);
}

// What the whole life needs; codes and counts also as texts, a date as the end of its day.
static void test_feedback_members(void **state)
{
    (void)state;
    struct json_line line = {0};
    struct msg_feedback m;
    struct err err;
    assert_int_equal(
        json_feedback(STR("{\"event_id\":\"e\",\"number\":\"n\",\"event\":\" extension-requested\",\"officer\":"
                          "\"012345\",\"unit\":\"440304\",\"to\":440304103,\"days\":\"3\",\"until\":\"2026-11-23\","
                          "\"request\":\"2\",\"reason_code\":\"not_ours\"}"),
                      440300, &line, &m, &err),
        OK);
    assert_text(m.event, "extension_requested");
    assert_text(m.officer, "012345");
    assert_true(m.has_unit && m.unit == 440304 && m.has_to && m.to == 440304103 && m.has_days && m.days == 3);
    assert_true(m.has_until && m.until == INT64_C(1795449600000000)); // 2026-11-24T00:00:00+08:00
    assert_true(m.has_request && m.request == 2);
    assert_text(m.reason_code, "not_ours");
    assert_int_equal(json_feedback(STR("{\"event_id\":\"e\",\"number\":\"n\",\"event\":\"denied\",\"until\":"
                                       "\"2026-11-23T12:00:00+08:00\"}"),
                                   440300, &line, &m, &err),
                     OK);
    assert_int_equal(m.until, INT64_C(1795406400000000));
    json_line_done(&line);
}

static void test_act_members(void **state)
{
    (void)state;
    static const char *const refused[][3] = {
        {"{\"satisfied\":\"maybe\"}", "wrong_type", "data.satisfied"},
        {"{\"true\":1}", "wrong_type", "data.true"},
        {"{\"accused\":\"440304\"}", "wrong_type", "data.accused"},
        {"{\"accused\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]}", "too_long", "data.accused"},
        {"{\"version\":0}", "out_of_range", "data.version"},
        {"{\"until\":\"tomorrow\"}", "bad_time", "data.until"},
        {"{\"level\":\"one that is far too long\"}", "too_long", "data.level"},
    };
    struct json_line line = {0};
    struct msg_desk_act m = {0};
    struct err err;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(json_act_data(str_of(refused[i][0]), &line, &m, &err), REJECT);
        assert_string_equal(err.code, refused[i][1]);
        assert_string_equal(err.field, refused[i][2]);
    }
    assert_int_equal(
        json_act_data(
            STR("{\"reason_code\":\"not_police\",\"version\":\"6\",\"to\":\"440300\",\"into\":\"p\","
                "\"request\":1,\"days\":3,\"until\":\"2026-11-23\",\"level\":\"urge\",\"accused\":[\"440304\","
                "\"officer:012345\"],\"reached\":\"yes\",\"contacted\":true,\"true\":\"no\",\"satisfied\":"
                "false,\"solved\":\"yes\",\"words\":\"w\"}"),
            &line, &m, &err),
        OK);
    assert_text(m.reason_code, "not_police");
    assert_true(m.has_version && m.version == 6 && m.has_to && m.to == 440300 && m.has_request && m.request == 1);
    assert_true(m.has_days && m.days == 3 && m.has_until && m.until == INT64_C(1795449600000000));
    assert_text(m.into, "p");
    assert_text(m.level, "urge");
    assert_int_equal(m.accused_n, 2);
    assert_text(m.accused[1], "officer:012345");
    assert_true(m.has_reached && m.reached && m.has_contacted && m.contacted && m.has_true && !m.true_);
    assert_true(m.has_satisfied && !m.satisfied && m.has_solved && m.solved);
    assert_text(m.words, "w");
    char event[JSON_EVENT_MAX];
    assert_int_equal(json_act(STR("{\"number\":\"n\",\"event\":\"close\",\"version\":9}"), &line, event, &m, &err), OK);
    assert_true(m.has_version && m.version == 9);
    json_line_done(&line);
}

static void test_act(void **state)
{
    (void)state;
    static const struct refused cases[] = {
        {"{\"number\":\"n\",\"event\":\"accept\",\"data\":{\"outcom\":\"x\"}}", "unknown_member", "data.outcom",
         "data.outcom", "n"},
        {"{\"number\":\"n\",\"event\":\"accept\",\"data\":{\"category\":\"x\"}}", "wrong_type", "data.category",
         "a code of digits is needed", "n"},
        {"{\"number\":\"n\",\"event\":\"accept\",\"data\":{\"category\":100}}", "out_of_range", "data.category",
         "between 1 and 99", "n"},
        {"{\"number\":\"n\",\"event\":\"accept\",\"data\":\"x\"}", "wrong_type", "data", "an object is needed", "n"},
        {"{\"event\":\"accept\"}", "missing", "number", "needed", NULL},
    };
    struct json_line line = {0};
    struct msg_desk_act m;
    struct err err;
    char event[JSON_EVENT_MAX];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_refused(&cases[i], json_act(str_of(cases[i].line), &line, event, &m, &err), &err, &line);
    assert_int_equal(
        json_act(STR("{\"number\":\"n\",\"event\":\"return-work\",\"leg\":1,\"as\":\"受理员\",\"unit\":\"440300\","
                     "\"data\":{\"kind\":\"help\",\"category\":\"02\",\"outcome\":\"resolved\",\"public_reply\":"
                     "\"p\",\"internal_report\":\"i\",\"reason\":\"r\"}}"),
                 &line, event, &m, &err),
        OK);
    assert_text(m.event, "return_work");
    assert_text(m.post, "受理员");
    assert_true(m.has_unit && m.unit == 440300 && m.has_leg && m.leg == 1);
    assert_true(m.has_category && m.category == 2);
    assert_text(m.kind, "help");
    assert_text(m.outcome, "resolved");
    assert_text(m.public_reply, "p");
    assert_text(m.internal_report, "i");
    assert_text(m.reason, "r");
    assert_int_equal(json_act_data(STR("{\"reason\":\"q\"}"), &line, &m, &err), OK);
    assert_text(m.reason, "q");
    assert_int_equal(json_act_data(STR("{\"unit\":1}"), &line, &m, &err), REJECT);
    assert_string_equal(err.field, "data.unit");
    json_line_done(&line);
}

static void test_event_spellings(void **state)
{
    (void)state;
    static const char *const spellings[][2] = {{"accept", "accept"},
                                               {"issue reply", "issue_reply"},
                                               {" start-callback ", "start_callback"},
                                               {"review", "reviewed"},
                                               {"call back", "start_callback"},
                                               {"callback", "start_callback"},
                                               {"review returned", "review_returned"}};
    char event[JSON_EVENT_MAX];
    struct err err;
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        assert_int_equal(json_event(str_of(spellings[i][0]), event, &err), OK);
        assert_string_equal(event, spellings[i][1]);
    }
    assert_int_equal(json_event(STR("a name that is far too long for an event"), event, &err), REJECT);
    assert_string_equal(err.code, "too_long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feedback),    cmocka_unit_test(test_feedback_members), cmocka_unit_test(test_act),
        cmocka_unit_test(test_act_members), cmocka_unit_test(test_event_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

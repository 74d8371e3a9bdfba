// SPDX-License-Identifier: Apache-2.0
#include "json_sample.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define LETTER "\"channel\":\"web\",\"client_ref\":\"w-1\",\"body\":\"路灯不亮\""

static void test_whole_letter(void **state)
{
    (void)state;
    struct json_line line = {0};
    struct msg_letter_submit m;
    struct err err;
    enum result r = json_letter(
        STR("{" LETTER
            ",\"mailbox\":\"440300\",\"title\":\"路灯\",\"place\":\"福田区\",\"kind\":\"help\",\"occurred_at\":"
            "\"2026-11-01T18:20:00+08:00\",\"confidential\":true,\"accused\":[\"甲\",\"乙\"],\"writer\":{\"name\":"
            "\"某某\","
            "\"phone\":\"0\",\"id_number\":\"1\",\"email\":\"a@example.org\"}}"),
        &line, &m, &err);
    assert_int_equal(r, OK);
    assert_text(m.channel, "web");
    assert_text(m.client_ref, "w-1");
    assert_text(m.body, "路灯不亮");
    assert_text(m.mailbox, "440300");
    assert_text(m.title, "路灯");
    assert_text(m.place, "福田区");
    assert_text(m.kind, "help");
    assert_text(m.occurred_at, "2026-11-01T18:20:00+08:00");
    assert_true(m.has_confidential && m.confidential);
    assert_int_equal(m.accused_n, 2);
    assert_text(m.accused[1], "乙");
    assert_text(m.writer_name, "某某");
    assert_text(m.writer_phone, "0");
    assert_text(m.writer_id_number, "1");
    assert_text(m.writer_email, "a@example.org");
    assert_text(line.ref, "w-1");
    json_line_done(&line);
    assert_int_equal(json_letter(STR(" {" LETTER "}\r"), &line, &m, &err), OK);
    assert_null(m.title.p);
    assert_false(m.has_confidential);
    json_line_done(&line);
}

static const struct refused letters[] = {
    {"{" LETTER ",\"tilte\":\"x\"}", "unknown_member", "tilte", "no such member: tilte", "w-1"},
    {"{" LETTER ",\"writer\":{\"phon\":\"1\"}}", "unknown_member", "writer.phon", "writer.phon", "w-1"},
    {"{" LETTER ",\"writer\":{\"phone\":1}}", "wrong_type", "writer.phone", "a text is needed, not a whole number",
     "w-1"},
    {"{" LETTER ",\"writer\":[]}", "wrong_type", "writer", "an object is needed, not an array", "w-1"},
    {"{" LETTER ",\"title\":null}", "wrong_type", "title", "not null", "w-1"},
    {"{" LETTER ",\"title\":1.5}", "wrong_type", "title", "a number with a fraction", "w-1"},
    {"{" LETTER ",\"confidential\":\"yes\"}", "wrong_type", "confidential", "true or false is needed, not a text",
     "w-1"},
    {"{" LETTER ",\"accused\":\"x\"}", "wrong_type", "accused", "an array of texts is needed", "w-1"},
    {"{" LETTER ",\"accused\":[true]}", "wrong_type", "accused", "a text is needed, not true or false", "w-1"},
    {"{" LETTER ",\"accused\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}", "too_long", "accused",
     "at most 8 entries", "w-1"},
    {"{" LETTER ",\"title\":\"a\\u0000b\"}", "nul", "title", "NUL", "w-1"},
    {"{" LETTER ",\"writer\":{\"name\":\"\xff\"}}", "bad_utf8", "writer.name", "UTF-8", NULL},
    {"{" LETTER ",\"writer\":{\"name\":\"a\"},\"place\":\"\xe4\xbd\"}", "bad_utf8", "place", "UTF-8", NULL},
    {"{" LETTER ",\"accused\":[\"a\",\"\xc0\x80\"]}", "bad_utf8", "accused", "UTF-8", NULL},
    {"{\"a\\\"b\":\"\xff\"}", "bad_utf8", "a\\\"b", "UTF-8", NULL},
    {"{\"a\":1,\"\xff\":1}", "bad_utf8", "", "UTF-8", NULL},
    {"\xff{}", "bad_json", "", "not JSON", NULL},
    {"{\"channel\":\"web\",\"client_ref\":\"w-1\"}", "missing", "body", "needed", "w-1"},
    {"{\"channel\":\"web\",\"body\":\"x\"}", "missing", "client_ref", "needed", NULL},
    {"{\"client_ref\":\"w-1\",\"body\":\"x\"}", "missing", "channel", "needed", "w-1"},
    {"{\"channel\":\"web\",\"client_ref\":\" \",\"body\":\"x\"}", "blank", "client_ref", "blanks only", " "},
    {"{\"channel\":\"web\",\"client_ref\":7,\"body\":\"x\"}", "wrong_type", "client_ref", "a text is needed", NULL},
    {"{\"channel\":\"web\",\"client_ref\":\"a\\u0000\",\"body\":\"x\"}", "nul", "client_ref", "NUL", NULL},
    {"{" LETTER ",\"body\":\"again\"}", "duplicate_member", "body", "twice: body", NULL},
    {"{" LETTER, "bad_json", "", "not JSON", NULL},
    {"{" LETTER "} x", "bad_json", "", "not JSON", NULL},
    {"hello", "bad_json", "", "not JSON", NULL},
    {"[1]", "bad_json", "", "an object is needed, not an array", NULL},
    {"7", "bad_json", "", "an object is needed, not a whole number", NULL},
    {"", "bad_json", "", "not JSON", NULL},
};

static void test_refused_letters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        struct json_line line = {0};
        struct msg_letter_submit m, before;
        struct err err;
        memset(&m, 0x55, sizeof(m));
        memcpy(&before, &m, sizeof(m));
        enum result r = json_letter(str_of(letters[i].line), &line, &m, &err);
        check_refused(&letters[i], r, &err, &line);
        assert_memory_equal(&before, &m, sizeof(m));
        json_line_done(&line);
    }
}

// The parser's words about a fault are passed on, the letter's are not.
static void test_fault_does_not_quote_the_letter(void **state)
{
    (void)state;
    struct json_line line = {0};
    struct msg_letter_submit m;
    struct err err;
    assert_int_equal(json_letter(STR("{\"writer\":{\"name\":\"secret\" \"phone\":1}}"), &line, &m, &err), REJECT);
    assert_string_equal(err.code, "bad_json");
    assert_null(strstr(err.text, "phone"));
    assert_null(strstr(err.text, "secret"));
    json_line_done(&line);
}

static void check_length(const char *member, const char *piece, int64_t max, const char *rest)
{
    struct json_line line = {0};
    struct msg_letter_submit m;
    struct err err;
    for (int64_t n = max; n <= max + 1; n++) {
        struct buf text = {0};
        buf_put(&text, "{\"channel\":\"web\"", 16);
        buf_put(&text, rest, strlen(rest));
        buf_put(&text, ",\"", 2);
        buf_put(&text, member, strlen(member));
        buf_put(&text, "\":\"", 3);
        for (int64_t i = 0; i < n; i++)
            buf_put(&text, piece, strlen(piece));
        buf_put(&text, "\"}", 2);
        enum result r = json_letter((struct str){(const char *)text.p, text.n}, &line, &m, &err);
        if (r != (n == max ? OK : REJECT))
            fail_msg("%s of %lld: %s", member, (long long)n, err.text);
        if (n > max) {
            char limit[60];
            snprintf(limit, sizeof(limit), "at most %lld characters", (long long)max);
            assert_string_equal(err.text, limit);
            assert_string_equal(err.code, "too_long");
            assert_string_equal(err.field, member);
        }
        json_line_done(&line);
        buf_free(&text);
    }
}

// Characters, not bytes.
static void test_lengths(void **state)
{
    (void)state;
    check_length("title", "字", 200, ",\"client_ref\":\"a\",\"body\":\"b\"");
    check_length("place", "字", 200, ",\"client_ref\":\"a\",\"body\":\"b\"");
    check_length("client_ref", "a", 64, ",\"body\":\"b\"");
    check_length("body", "字", 20000, ",\"client_ref\":\"a\"");
}

static void test_too_deep(void **state)
{
    (void)state;
    static char text[100000];
    struct json_line line = {0};
    struct msg_letter_submit m;
    struct err err;
    memset(text, '[', sizeof(text));
    assert_int_equal(json_letter((struct str){text, sizeof(text)}, &line, &m, &err), REJECT);
    assert_string_equal(err.code, "bad_json");
    assert_non_null(strstr(err.text, "depth"));
    json_line_done(&line);
}

// Reads what was put with another JSON reader and compares.
static void assert_put(struct buf *out, const char *wanted)
{
    json_error_t error;
    json_t *got = json_loadb((const char *)out->p, out->n, JSON_REJECT_DUPLICATES, &error);
    json_t *want = json_loads(wanted, 0, &error);
    assert_non_null(want);
    if (!got || !json_equal(got, want) || out->p[out->n - 1] != '\n' || memchr(out->p, '\n', out->n - 1))
        fail_msg("%.*s is not %s", (int)out->n, (const char *)out->p, wanted);
    json_decref(got);
    json_decref(want);
    out->n = 0;
}

static void test_put(void **state)
{
    (void)state;
    struct buf out = {0};
    struct msg_receipt receipt = {STR("a\"b\\c\n\t\x01\x7f路"), STR("n"), STR("c"), true};
    json_put_receipt(&out, &receipt);
    assert_put(
        &out, "{\"client_ref\":\"a\\\"b\\\\c\\n\\t\\u0001\x7f路\",\"number\":\"n\",\"code\":\"c\",\"duplicate\":true}");
    struct msg_feedback_result result = {.event_id = STR("e"), .number = STR("n"), .state = STR("REVIEW")};
    json_put_feedback_result(&out, &result);
    assert_put(&out, "{\"event_id\":\"e\",\"ok\":true,\"number\":\"n\",\"state\":\"REVIEW\",\"duplicate\":false}");
    struct msg_desk_result desk = {.ref = STR("1"), .number = STR("n"), .state = STR("ACCEPTED")};
    json_put_desk_result(&out, &desk);
    assert_put(&out, "{\"number\":\"n\",\"state\":\"ACCEPTED\"}");
    result.has_version = desk.has_version = true;
    result.version = desk.version = 7;
    desk.number_new = STR("m");
    json_put_feedback_result(&out, &result);
    assert_put(&out, "{\"event_id\":\"e\",\"ok\":true,\"number\":\"n\",\"state\":\"REVIEW\",\"duplicate\":false,"
                     "\"version\":7}");
    json_put_desk_result(&out, &desk);
    assert_put(&out, "{\"number\":\"n\",\"state\":\"ACCEPTED\",\"version\":7,\"number_new\":\"m\"}");
    struct err err;
    (void)err_set(&err, REJECT, "too_long", "title", "at most");
    json_put_refusal(&out, "client_ref", STR("a"), 3, &err);
    assert_put(&out,
               "{\"client_ref\":\"a\",\"line\":3,\"error\":{\"code\":\"too_long\",\"message\":\"at most\",\"field\":"
               "\"title\"}}");
    (void)err_set(&err, REJECT, "bad_json", "", "no");
    json_put_refusal(&out, "event_id", STR_NONE, 0, &err);
    assert_put(&out, "{\"event_id\":null,\"error\":{\"code\":\"bad_json\",\"message\":\"no\",\"field\":null}}");
    buf_free(&out);
}

static void test_put_delivery(void **state)
{
    (void)state;
    struct buf out = {0};
    struct msg_delivery m = {.seq = 42,
                             .number = STR("n"),
                             .leg = 1,
                             .kind = STR("help"),
                             .category = STR("01"),
                             .body = STR("b"),
                             .urgent = true,
                             .received_at = INT64_C(1795406400000000),
                             .sent_at = INT64_C(1795406400000001)};
    json_put_delivery(&out, &m);
    assert_put(&out,
               "{\"seq\":42,\"number\":\"n\",\"notice\":\"letter\",\"leg\":1,\"unit\":null,\"role\":null,\"state\":"
               "null,\"parent\":null,"
               "\"round\":null,\"kind\":\"help\",\"category\":\"01\",\"title\":null,\"body\":\"b\",\"supplement\":null,"
               "\"place\":null,\"place_code\":null,\"urgent\":true,\"confidential\":false,\"occurred_at\":null,"
               "\"received_at\":\"2026-11-23T12:00:00.000000+08:00\",\"due_at\":null,"
               "\"sent_at\":\"2026-11-23T12:00:00.000001+08:00\"}");
    m.title = STR("t");
    m.place = STR("p");
    m.has_place_code = m.has_due_at = m.has_occurred_at = true;
    m.place_code = 440304;
    m.notice = STR("supplement");
    m.has_unit = m.has_parent = m.has_round = true;
    m.unit = 440304;
    m.round = 1;
    m.role = STR("lead");
    m.state = STR("SIGNED");
    m.supplement = STR("s");
    m.due_at = m.occurred_at = m.received_at;
    json_put_delivery(&out, &m);
    assert_put(&out,
               "{\"seq\":42,\"number\":\"n\",\"notice\":\"supplement\",\"leg\":1,\"unit\":440304,\"role\":\"lead\","
               "\"state\":\"SIGNED\","
               "\"parent\":0,"
               "\"round\":1,\"kind\":\"help\",\"category\":\"01\",\"title\":\"t\",\"body\":\"b\",\"supplement\":\"s\","
               "\"place\":\"p\",\"place_code\":440304,\"urgent\":true,\"confidential\":false,"
               "\"occurred_at\":\"2026-11-23T12:00:00.000000+08:00\","
               "\"received_at\":\"2026-11-23T12:00:00.000000+08:00\",\"due_at\":\"2026-11-23T12:00:00.000000+08:00\","
               "\"sent_at\":\"2026-11-23T12:00:00.000001+08:00\"}");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_letter), cmocka_unit_test(test_refused_letters),
        cmocka_unit_test(test_lengths),      cmocka_unit_test(test_fault_does_not_quote_the_letter),
        cmocka_unit_test(test_too_deep),     cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_delivery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

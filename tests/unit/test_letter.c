// SPDX-License-Identifier: Apache-2.0
#include "core/letter.h"
#include "sample_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct letter_in plain(void)
{
    return (struct letter_in){.channel = STR("web"), .client_ref = STR("r-1"), .body = STR("路口的信号灯坏了")};
}

static void expect(const struct letter_in *in, const struct writer *w, const char *code, const char *field)
{
    struct letter out = {.id = 77};
    struct err err = {0};
    assert_int_equal(letter_check(in, w, sample_policy(), &out, &err), REJECT);
    assert_string_equal(err.code, code);
    assert_string_equal(err.field, field);
    assert_int_equal(out.id, 77);
}

// n characters of three bytes.
static struct str many(size_t n)
{
    static char text[3 * 20002];
    for (size_t i = 0; i < n; i++)
        memcpy(text + 3 * i, "厅", 3);
    return (struct str){text, 3 * n};
}

static void a_full_one(void **state)
{
    struct writer w = {STR("某女士"), STR("000-0000-0001"), STR("0"), STR("a@example.org")};
    struct letter_in in = plain();
    in.mailbox = STR("440300");
    in.title = STR("信号灯");
    in.place = STR("深圳市南山区");
    in.kind = STR("help");
    in.occurred_at = STR("2026-11-01T18:20:00+08:00");
    in.confidential = true;
    in.accused[0] = STR("某派出所");
    in.accused_n = 1;
    struct letter l;
    struct err err;
    assert_int_equal(letter_check(&in, &w, sample_policy(), &l, &err), OK);
    assert_int_equal(l.channel, CHANNEL_WEB);
    assert_int_equal(l.mailbox, 440300);
    assert_int_equal(l.claimed, KIND_HELP);
    assert_int_equal(date_ymd(date_of(l.occurred_at)), 20261101);
    assert_true(l.confidential);
    assert_true(str_is(l.accused[0], "某派出所"));
    assert_int_equal(l.accused_n, 1);
    assert_true(str_is(l.title, "信号灯") && str_is(l.place, "深圳市南山区") && str_eq(l.body, in.body));
    assert_true(str_is(l.client_ref, "r-1"));
}

static void what_may_be_absent(void **state)
{
    struct writer w = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
    struct letter_in in = plain();
    struct letter l;
    assert_int_equal(letter_check(&in, &w, sample_policy(), &l, NULL), OK);
    assert_int_equal(l.mailbox, MAILBOX_PROVINCE);
    assert_int_equal(l.claimed, KIND_NONE);
    assert_int_equal(l.occurred_at, 0);
    assert_null(l.title.p);
}

static void values(void **state)
{
    static const struct {
        size_t at;
        const char *value, *code, *field;
    } rows[] = {
        {offsetof(struct letter_in, channel), NULL, "missing", "channel"},
        {offsetof(struct letter_in, client_ref), NULL, "missing", "client_ref"},
        {offsetof(struct letter_in, body), NULL, "missing", "body"},
        {offsetof(struct letter_in, channel), "fax", "unknown_value", "channel"},
        {offsetof(struct letter_in, mailbox), "440305", "unknown_value", "mailbox"},
        {offsetof(struct letter_in, mailbox), "0440300", "unknown_value", "mailbox"},
        {offsetof(struct letter_in, mailbox), "", "unknown_value", "mailbox"},
        {offsetof(struct letter_in, kind), "gossip", "unknown_value", "kind"},
        {offsetof(struct letter_in, occurred_at), "2026-11-01", "bad_time", "occurred_at"},
        {offsetof(struct letter_in, title), " \xE3\x80\x80 ", "blank", "title"},
        {offsetof(struct letter_in, title), "", "blank", "title"},
        {offsetof(struct letter_in, body), "\n\t", "blank", "body"},
        {offsetof(struct letter_in, client_ref), "", "blank", "client_ref"},
        {offsetof(struct letter_in, place), "\xE5\x8E", "bad_utf8", "place"},
        {offsetof(struct letter_in, client_ref), "a\tb", "control", "client_ref"},
        {offsetof(struct letter_in, title), "a\nb", "control", "title"},
        {offsetof(struct letter_in, place), "a\x7f", "control", "place"},
    };
    struct writer w = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct letter_in in = plain();
        struct str value = str_of(rows[i].value);
        memcpy((char *)&in + rows[i].at, &value, sizeof(value));
        expect(&in, &w, rows[i].code, rows[i].field);
    }
    struct letter_in in = plain();
    in.body = STR("a\0b");
    expect(&in, &w, "nul", "body");
    in = plain();
    in.accused[0] = STR("甲");
    in.accused[1] = STR("乙\n丙"); // would be two entries when it is read back
    in.accused_n = 2;
    expect(&in, &w, "control", "accused");
    in = plain();
    in.body = STR("一\r\n\t二\x01");
    struct letter l;
    assert_int_equal(letter_check(&in, &w, sample_policy(), &l, NULL), OK);
}

// Each text at its limit is taken, and one character more is not.
static void limits(void **state)
{
    static const struct {
        size_t at, max;
        const char *field;
    } rows[] = {
        {offsetof(struct letter_in, client_ref), 64, "client_ref"}, {offsetof(struct letter_in, title), 200, "title"},
        {offsetof(struct letter_in, place), 200, "place"},          {offsetof(struct letter_in, body), 20000, "body"},
        {offsetof(struct letter_in, accused), 100, "accused"},
    };
    struct writer w = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t more = 0; more < 2; more++) {
            struct letter_in in = plain();
            struct str value = many(rows[i].max + more);
            struct letter l;
            in.accused_n = strcmp(rows[i].field, "accused") == 0;
            memcpy((char *)&in + rows[i].at, &value, sizeof(value));
            if (more)
                expect(&in, &w, "too_long", rows[i].field);
            else
                assert_int_equal(letter_check(&in, &w, sample_policy(), &l, NULL), OK);
        }
    }
    struct letter_in in = plain();
    in.accused_n = LETTER_ACCUSED + 1;
    expect(&in, &w, "too_long", "accused");
}

static void the_writer(void **state)
{
    static const char *const fields[] = {"writer.name", "writer.phone", "writer.id_number", "writer.email"};
    struct letter_in in = plain();
    for (size_t i = 0; i < 4; i++) {
        struct str v[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
        v[i] = many(101);
        struct writer w = {v[0], v[1], v[2], v[3]};
        expect(&in, &w, "too_long", fields[i]);
        v[i] = STR("a\nb");
        w = (struct writer){v[0], v[1], v[2], v[3]};
        expect(&in, &w, "control", fields[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_full_one), cmocka_unit_test(what_may_be_absent),
                                       cmocka_unit_test(values), cmocka_unit_test(limits),
                                       cmocka_unit_test(the_writer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What a writer is told, in which words, and what never (domain §3.9).
#include "case_told.h"
#include "core/writer.h"
#include "tell.h"

#define DUE (INT64_C(1796140800000000)) // 2026-12-02T00:00:00+08:00: the end of the first of December

static char line[WRITER_LINE_MAX];

static struct str said(struct writer_said said)
{
    struct text t = TEXT(line);
    writer_say(sample_policy(), &said, &t);
    return text_get(&t);
}

static void the_words_of_each_notice(void **state)
{
    static const struct {
        struct writer_said said;
        const char *words;
    } cases[] = {
        {{.event = WRITER_ACCEPTED}, "已受理"},
        {{.event = WRITER_SENT, .unit = 440305001, .due_at = DUE},
         "已转深圳市公安机关有关部门办理，将于2026年12月1日前答复"},
        {{.event = WRITER_SENT, .unit = PROVINCIAL}, "已转省公安厅有关部门办理"},
        {{.event = WRITER_SENT}, "已转公安机关有关部门办理"},
        {{.event = WRITER_SENT, .unit = SHENZHEN, .conduct = true, .due_at = DUE},
         "已转上一级公安机关督察部门办理，将于2026年12月1日前答复"},
        {{.event = WRITER_ASKED, .words = STR(" 请说明\n路口 "), .due_at = DUE},
         "请补充材料，期限至2026年12月1日：请说明 路口"},
        {{.event = WRITER_ASKED}, "请补充材料"},
        {{.event = WRITER_EXTENDED, .words = STR("需要检测"), .due_at = DUE},
         "办理期限已延长至2026年12月1日，原因：需要检测"},
        {{.event = WRITER_ANSWERED}, "已答复，请查看并评价"},
        {{.event = WRITER_REWORKED, .due_at = DUE}, "将重新办理，将于2026年12月1日前答复"},
        {{.event = WRITER_CLOSED}, "已办结"},
        {{.event = WRITER_REFUSED, .words = STR("请向法院提出")}, "不予受理：请向法院提出"},
        {{.event = WRITER_REFERRED}, "请按法定途径反映"},
        {{.event = WRITER_MERGED}, "已与同一事项的来信合并办理"},
        {{.event = WRITER_MERGED, .words = STR("440300-20261123-000042-7")},
         "已与同一事项的来信合并办理，编号440300-20261123-000042-7"},
        {{.event = WRITER_WITHDRAWN}, "已撤回"},
        {{.event = WRITER_DEFERRED, .due_at = DUE}, "暂时无法解决，继续跟进，将于2026年12月1日前再次研究"},
        {{.event = WRITER_TERMINATED, .words = STR("未补充")}, "已终止办理：未补充"},
        {{.event = WRITER_IDENTITY_OPENED, .unit = 440305, .words = STR("电话核实")},
         "深圳市公安机关有关部门查看了您的身份信息，用途：电话核实"},
        {{.event = WRITER_IDENTITY_OPENED, .unit = INSPECTORS, .conduct = true, .words = STR("核实")},
         "上一级公安机关督察部门查看了您的身份信息，用途：核实"},
        {{.event = WRITER_SKIPPED}, ""},
    };
    uint32_t seen = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = said(cases[i].said);
        if (!str_is(got, cases[i].words))
            fail_msg("'%s' instead of '%s'", got.p, cases[i].words);
        seen |= UINT32_C(1) << cases[i].said.event;
    }
    for (const struct code *e = writer_events; e->name; e++)
        assert_true(seen & UINT32_C(1) << e->code);
}

static void long_words_are_cut(void **state)
{
    static char longest[3 * 5000 + 1];
    size_t chars = 0;
    for (int i = 0; i < 5000; i++)
        memcpy(longest + 3 * i, "长", 3);
    for (const struct code *e = writer_events; e->name; e++) {
        struct str got = said((struct writer_said){.event = (enum writer_event)e->code,
                                                   .due_at = DUE,
                                                   .unit = SHENZHEN,
                                                   .conduct = true,
                                                   .words = str_of(longest)});
        assert_true(utf8_check(got, &chars) && chars <= 400);
        assert_true(got.n < WRITER_LINE_MAX - 1);
    }
}

static struct str told_of(const char *id, bool lead, const char *detail, const char *why_not)
{
    struct writer_entry e = {.rule = tell_rule(id),
                             .actor = ACTOR_BUREAU,
                             .due_at = DUE,
                             .unit = NANSHAN,
                             .lead = lead,
                             .detail = str_of(detail),
                             .why = str_of(why_not)};
    struct text t = TEXT(line);
    line[0] = '\0';
    bool shown = writer_line(sample_policy(), &e, &t);
    return shown ? text_get(&t) : STR_NONE;
}

// Every row of the table: shown or not, each on purpose.
static void every_row(void **state)
{
    static const char *const never[] = {
        "T2a",  "T4",   "T8",   "T8b",  "T11",  "T9a",  "T10c", "T10a", "T10b", "T12a", "T37",  "T37x", "T19b",
        "T20a", "T15",  "T16",  "T17",  "T17a", "T18",  "T19",  "T19a", "T20",  "T21",  "T21b", "T5a",  "T5c",
        "T22",  "T23",  "T23a", "T24",  "T32r", "T39a", "T39b", "T37r", "T37c", "T37e", "K",    "T25",  "T27",
        "T30a", "T32",  "T34b", "T35",  "T38",  "T38i", "T38l", "T38a", "T39c", "T39g", "T39n", "T40",  "T40a",
        "T40b", "T41a", "T41g", "T41n", "Q1",   "Q2",   "Q3",   "K16",  "K16b", "K16c", "T3"};
    for (const struct rule *r = rules; r->id; r++) {
        bool hidden = false;
        for (size_t i = 0; i < sizeof never / sizeof *never; i++)
            hidden = hidden || strcmp(r->id, never[i]) == 0;
        if (hidden == (told_of(r->id, true, "内部意见", "").p != NULL))
            fail_msg("%s is %s: %s", r->id, hidden ? "shown" : "not shown", line);
        // Whoever is told by the queue reads it in the timeline as well.
        const struct leg_facts lead = {.role = ROLE_LEAD};
        assert_false(hidden && writer_event_of(r, &lead) != 0);
    }
}

static void whose_words(void **state)
{
    assert_true(str_is(told_of("T13", true, "规则 7", ""), "已转深圳市公安机关有关部门办理，将于2026年12月1日前答复"));
    assert_true(str_is(told_of("T13a", true, "规则 7", ""), "已转深圳市公安机关有关部门办理")); // that date is K5's
    assert_null(told_of("T13", false, "", "").p);
    assert_true(str_is(told_of("T16a", true, "", ""), "改由深圳市公安机关有关部门办理"));
    assert_null(told_of("T16a", false, "", "").p); // of a part below
    assert_null(told_of("T21a", false, "2 working days", "").p);
    assert_true(
        str_is(told_of("T21a", true, "2 working days", "需要检测"), "办理期限已延长至2026年12月1日，原因：需要检测"));
    assert_true(str_is(told_of("T8a", true, "同意", "请向法院提出"), "不予受理：请向法院提出"));
    assert_true(str_is(told_of("T7", false, "no_supplement; 未补充", ""), "已终止办理：未补充"));
    assert_true(str_is(told_of("T5", false, "请说明路口", ""), "请补充材料，期限至2026年12月1日：请说明路口"));
    assert_true(str_is(told_of("T5b", true, "", "现场照片"), "请补充材料，期限至2026年12月1日：现场照片"));
    assert_true(
        str_is(told_of("T41", false, "a; 核实", ""), "深圳市公安机关有关部门查看了您的身份信息，用途：a; 核实"));
    assert_true(str_is(told_of("T14", true, "", ""), "深圳市公安机关有关部门已签收"));
    assert_null(told_of("T14", false, "", "").p);
    // The desk is the department, also where police conduct is in question.
    struct writer_entry e = {.rule = tell_rule("T41"), .actor = ACTOR_DESK, .conduct = true, .detail = STR("核实")};
    struct text t = TEXT(line);
    assert_true(writer_line(sample_policy(), &e, &t));
    assert_string_equal(line, "省公安厅有关部门查看了您的身份信息，用途：核实");
}

static void labels(void **state)
{
    for (const struct code *s = case_states; s->name; s++) {
        struct text t = TEXT(line);
        writer_label((enum case_state)s->code, STR_NONE, &t);
        assert_string_equal(line, s->label);
    }
    struct text t = TEXT(line);
    writer_label(MERGED, STR("440300-20261123-000042-7"), &t);
    assert_string_equal(line, "与440300-20261123-000042-7合并办理");
    t.n = 0;
    writer_label(HANDLING, STR("440300-20261123-000042-7"), &t);
    assert_string_equal(line, "办理中");
}

static void what_the_table_would_take(void **state)
{
    enum { SUPPLEMENT = 1, WITHDRAW = 2, RATE = 4, APPEAL = 8 };
    static const struct {
        enum case_state state;
        uint32_t may;
    } cases[] = {
        {RECEIVED, SUPPLEMENT | WITHDRAW},
        {NEED_INFO, SUPPLEMENT | WITHDRAW},
        {HANDLING, SUPPLEMENT | WITHDRAW},
        {REVIEW, SUPPLEMENT},
        {ANSWERED, SUPPLEMENT | RATE},
        {CALLBACK, SUPPLEMENT | RATE},
        {CLOSED, APPEAL},
        {MERGED, SUPPLEMENT},
        {WITHDRAWN, 0},
        {REFUSED, 0},
        {ARCHIVED, 0},
        {DEFERRED, SUPPLEMENT},
    };
    const struct policy *p = sample_policy();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(writer_may(p, cases[i].state, KIND_HELP, SAMPLE_NOW, SAMPLE_NOW), cases[i].may);
    wf_time end = policy_due(p, CLOCK_K20, KIND_HELP, SAMPLE_NOW);
    assert_int_equal(writer_may(p, CLOSED, KIND_HELP, SAMPLE_NOW, end - 1), APPEAL);
    assert_int_equal(writer_may(p, CLOSED, KIND_HELP, SAMPLE_NOW, end), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_each_notice),
        cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(every_row),
        cmocka_unit_test(whose_words),
        cmocka_unit_test(labels),
        cmocka_unit_test(what_the_table_would_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

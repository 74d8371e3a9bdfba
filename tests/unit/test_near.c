// SPDX-License-Identifier: Apache-2.0
#include "case_sample.h"
#include "core/fold.h"
#include "core/near.h"
#include "sample_policy.h"
#include "store/writer_mark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct near_work work;

struct words {
    uint16_t c[2000];
    uint32_t n;
};

static struct words folded(const char *s)
{
    static struct folded f;
    struct words w;
    fold_begin(&f);
    fold_add(NULL, str_of(s), &f);
    assert_true(f.n <= 2000);
    w.n = f.n;
    memcpy(w.c, f.c, f.n * sizeof *f.c);
    return w;
}

static int16_t score(const char *a, const char *b, uint32_t *fresh)
{
    struct words x = folded(a), y = folded(b);
    return near_score(x.c, x.n, y.c, y.n, &work, fresh);
}

// ---- Scores ----

static void scores(void **state)
{
    uint32_t fresh = 99;
    assert_int_equal(score("abcdefghijklmn", "abcdefghijklmn", &fresh), 100);
    assert_int_equal(fresh, 0);
    // 12 and 13 grams, 12 of both: 12/13.
    assert_int_equal(score("abcdefghijklmno", "abcdefghijklmn", &fresh), 92);
    assert_int_equal(fresh, 1);
    assert_int_equal(score("abcdefghijklmn", "abcdefghijklmno", &fresh), 92);
    assert_int_equal(fresh, 0);
    assert_int_equal(score("abcdefghijklmn", "opqrstuvwxyz0123", &fresh), 0);
    assert_int_equal(fresh, 12);
    // A 3-gram counts once, however often it stands there.
    assert_int_equal(score("abcabcabcabcabc", "abcabcabcabc", NULL), 100);
    // Short texts are the same or not.
    assert_int_equal(score("红绿灯不亮了", "红绿灯不亮了", &fresh), 100);
    assert_int_equal(score("红绿灯不亮了", "红绿灯不亮", &fresh), 0);
    assert_int_equal(score("红绿灯不亮了", "路口的红绿灯不亮了,请派人检修", NULL), 0);
    assert_int_equal(score("", "", NULL), 100);
    // As fold writes it: width, case, blanks between characters.
    assert_int_equal(score("路口的红绿灯ＡＢ不亮了，请派人检修", "路口的 红绿灯 ab 不亮了,请派人检修", NULL), 100);
}

// The same as by counting every pair of 3-grams.
static int16_t slowly(const uint16_t *a, uint32_t a_n, const uint16_t *b, uint32_t b_n)
{
    uint32_t of_a = 0, of_b = 0, both = 0;
    for (uint32_t i = 0; i + 3 <= a_n; i++) {
        bool again = false, there = false;
        for (uint32_t k = 0; k < i; k++)
            again = again || memcmp(a + k, a + i, 6) == 0;
        for (uint32_t k = 0; k + 3 <= b_n; k++)
            there = there || memcmp(b + k, a + i, 6) == 0;
        of_a += !again;
        both += !again && there;
    }
    for (uint32_t i = 0; i + 3 <= b_n; i++) {
        bool again = false;
        for (uint32_t k = 0; k < i; k++)
            again = again || memcmp(b + k, b + i, 6) == 0;
        of_b += !again;
    }
    return (int16_t)(100 * both / (of_a + of_b - both));
}

static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void scores_as_counted(void **state)
{
    uint64_t seed = 7;
    uint16_t a[200], b[200];
    for (int round = 0; round < 300; round++) {
        uint32_t n = NEAR_SHORT + draw(&seed) % 150, m = NEAR_SHORT + draw(&seed) % 150,
                 different = 2 + draw(&seed) % 30;
        for (uint32_t i = 0; i < 200; i++) {
            a[i] = (uint16_t)(0x4e00 + draw(&seed) % different);
            b[i] = draw(&seed) % 4 ? a[i] : (uint16_t)(0x4e00 + draw(&seed) % different);
        }
        assert_int_equal(near_score(a, n, b, m, &work, NULL), slowly(a, n, b, m));
    }
    static uint16_t longest[LETTER_BODY_MAX], other[LETTER_BODY_MAX];
    for (uint32_t i = 0; i < LETTER_BODY_MAX; i++) {
        longest[i] = (uint16_t)draw(&seed);
        other[i] = (uint16_t)draw(&seed);
    }
    assert_int_equal(near_score(longest, LETTER_BODY_MAX, longest, LETTER_BODY_MAX, &work, NULL), 100);
    assert_int_equal(near_score(longest, LETTER_BODY_MAX, other, LETTER_BODY_MAX, &work, NULL), 0);
}

// ---- Sketches ----

static int shared(const struct near_sketch *a, const struct near_sketch *b)
{
    int n = 0;
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            n += a->band[i] == b->band[k];
    return n;
}

static void sketches(void **state)
{
    struct words w = folded("路口的红绿灯已经三天不亮了,早晚高峰车辆乱成一团,请交警部门尽快检修。");
    struct near_sketch a, b;
    near_sketch(w.c, w.n, &a);
    near_sketch(w.c, w.n, &b);
    assert_int_equal(a.n, NEAR_BANDS);
    assert_memory_equal(a.band, b.band, sizeof a.band);
    near_sketch(w.c, 0, &b);
    assert_int_equal(b.n, 0);
    near_sketch(w.c, NEAR_SHORT - 1, &b);
    assert_int_equal(b.n, 1);
    near_sketch(w.c, NEAR_SHORT, &b);
    assert_int_equal(b.n, NEAR_BANDS);
    // What every compiler must find: the database keeps it.
    const uint16_t abc[] = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm'};
    near_sketch(abc, 13, &b);
    assert_int_equal(b.band[0], 0x8eb2d2cau);
    assert_int_equal(b.band[NEAR_BANDS - 1], 0x1e0f9ac5u);
    near_sketch(abc, 5, &b);
    assert_int_equal(b.band[0], 0x883f363bu);
}

// Of pairs that share J of their 3-grams, as many share a band as the chance says, and of strangers next to none.
static void finds_what_is_alike(void **state)
{
    static const struct {
        uint32_t changed; // characters of 300: each takes 3 of 298 3-grams
        int low, high;    // percent that must share a band
    } cases[] = {{10, 99, 100}, {25, 96, 99}, {40, 66, 78}, {300, 0, 1}};
    uint64_t seed = 11;
    uint16_t a[300], b[300];
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int found = 0;
        for (int round = 0; round < 1000; round++) {
            struct near_sketch x, y;
            for (uint32_t i = 0; i < 300; i++)
                a[i] = (uint16_t)(0x4e00 + draw(&seed) % 5000);
            memcpy(b, a, sizeof a);
            for (uint32_t i = 0; i < cases[k].changed; i++)
                b[i * 300 / cases[k].changed] = (uint16_t)(0x4e00 + draw(&seed) % 5000);
            near_sketch(a, 300, &x);
            near_sketch(b, 300, &y);
            found += shared(&x, &y) > 0;
        }
        assert_in_range(found, cases[k].low * 10, cases[k].high * 10);
    }
}

// ---- What follows ----

static void judges(void **state)
{
    const struct policy *p = sample_policy();
    wf_time now = date_begin(date_from_ymd(2026, 11, 23)), long_ago = now - 400 * WF_DAY;
    struct near_pair pair = {.score = 49, .same_writer = true};
    assert_int_equal(near_judge(p, now, &pair, HANDLING, KIND_HELP, now), NEAR_NONE);
    pair.score = 50;
    assert_int_equal(near_judge(p, now, &pair, HANDLING, KIND_HELP, now), NEAR_SAME_WRITER);
    assert_int_equal(near_judge(p, now, &pair, CLOSED, KIND_HELP, now), NEAR_APPEAL);
    assert_int_equal(near_judge(p, now, &pair, CLOSED, KIND_HELP, long_ago), NEAR_AGAIN);
    assert_int_equal(near_judge(p, now, &pair, REFUSED, KIND_HELP, now), NEAR_AGAIN);
    pair.score = 80;
    assert_int_equal(near_judge(p, now, &pair, HANDLING, KIND_HELP, now), NEAR_REPEAT);
    // Answered: he who writes again is not content. Asked for more: it may be that.
    assert_int_equal(near_judge(p, now, &pair, ANSWERED, KIND_HELP, now), NEAR_SAME_WRITER);
    assert_int_equal(near_judge(p, now, &pair, CALLBACK, KIND_HELP, now), NEAR_SAME_WRITER);
    assert_int_equal(near_judge(p, now, &pair, NEED_INFO, KIND_HELP, now), NEAR_SAME_WRITER);
    pair.same_writer = false;
    assert_int_equal(near_judge(p, now, &pair, HANDLING, KIND_HELP, now), NEAR_SAME_EVENT);
    struct near_found found = {.pair = {{.id = 5, .reason = NEAR_SAME_EVENT}, {.id = 6, .reason = NEAR_AGAIN}}, .n = 2};
    assert_false(near_waits(&found));
    assert_int_equal(near_first(&found), 0);
    found.pair[1].reason = NEAR_APPEAL;
    assert_true(near_waits(&found));
    found.pair[1].reason = NEAR_REPEAT;
    assert_true(near_waits(&found));
    assert_int_equal(near_first(&found), 6);
}

static void holds_back(void **state)
{
    const struct policy *p = sample_policy();
    const struct case_facts plain = {.state = HANDLING, .kind = KIND_HELP, .category = 1, .bureau = 440300};
    struct case_facts f = plain, first = plain;
    f.state = TRIAGE;
    assert_null(near_held(p, &f, &first));
    static const uint8_t flags[] = {FLAG_URGENT, FLAG_CONDUCT, FLAG_CONFIDENTIAL, FLAG_ACCUSED};
    for (size_t i = 0; i < sizeof flags; i++) {
        f.flags = flags[i];
        assert_non_null(near_held(p, &f, &first));
        f.flags = 0;
        first.flags = flags[i];
        assert_non_null(near_held(p, &f, &first));
        first.flags = 0;
    }
    f.flags = FLAG_PRIMARY;
    assert_non_null(near_held(p, &f, &first));
    f.flags = 0;
    first.flags = FLAG_PRIMARY; // it has others already: so much the better
    assert_null(near_held(p, &f, &first));
    f.kind = KIND_COMPLAINT;
    assert_string_equal(near_held(p, &f, &first), "another kind of matter");
    f.kind = KIND_HELP;
    f.category = 2;
    assert_string_equal(near_held(p, &f, &first), "another kind of matter");
    f.category = 1;
    f.bureau = 440400;
    assert_string_equal(near_held(p, &f, &first), "another place");
    f.bureau = 0; // to the province, and no place named
    assert_null(near_held(p, &f, &first));
    f.place = 440304;
    first.place = 440305;
    assert_string_equal(near_held(p, &f, &first), "another place");
    f.place = first.place = 0;
    static const enum case_state over[] = {RECEIVED, EMERGENCY, NEED_INFO, ANSWERED,
                                           CALLBACK, CLOSED,    MERGED,    ARCHIVED};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++) {
        first.state = over[i];
        assert_int_equal(near_held(p, &f, &first) == NULL, over[i] == EMERGENCY);
    }
}

// ---- Writers ----

static void writers(void **state)
{
    const struct code_key key = {{1, 2, 3}}, other = {{4}};
    int64_t phone = writer_mark_phone(&key, STR("13800000001"));
    assert_true(phone != 0);
    static const char *const same[] = {"138 0000 0001",      "138-0000-0001",          "+86 13800000001",
                                       "0086-138-0000-0001", "１３８０００００００１", "86 13800000001"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_int_equal(writer_mark_phone(&key, str_of(same[i])), phone);
    assert_true(writer_mark_phone(&key, STR("13800000002")) != phone);
    assert_true(writer_mark_phone(&other, STR("13800000001")) != phone);
    static const char *const nobody[] = {"",   "123456",      "00000000000",
                                         "无", "138****0001", "1380000000113800000001138000000011380000"};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
        assert_int_equal(writer_mark_phone(&key, str_of(nobody[i])), 0);
    int64_t id = writer_mark_id(&key, STR("44030119900101123x"));
    assert_true(id != 0 && id != phone);
    assert_int_equal(writer_mark_id(&key, STR("440301 19900101 123X")), id);
    assert_int_equal(writer_mark_id(&key, STR("4403011990010112")), 0);
    assert_int_equal(writer_mark_id(&key, STR("4403011990010x1234")), 0);
    // A phone is no ID number, even of the same digits.
    assert_true(writer_mark_id(&key, STR("123456789012345")) != writer_mark_phone(&key, STR("123456789012345")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores),  cmocka_unit_test(scores_as_counted),   cmocka_unit_test(sketches),
        cmocka_unit_test(judges),  cmocka_unit_test(finds_what_is_alike), cmocka_unit_test(holds_back),
        cmocka_unit_test(writers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

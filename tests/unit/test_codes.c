// SPDX-License-Identifier: Apache-2.0
#include "core/codes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct code *const lists[] = {channels, kinds,  case_states,   leg_states,     leg_roles, events,
                                           outcomes, actors, request_kinds, request_states, notices,   writer_events};

static void names_and_codes_are_unique(void **state)
{
    static const size_t sizes[] = {6, 7, 18, 10, 4, 101, 9, 7, 13, 4, 12, 15}; // as codes.h has them
    for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
        size_t n = 0;
        for (const struct code *c = lists[l]; c->name != NULL; c++, n++) {
            assert_true(c->code > 0);
            assert_true(strlen(c->label) > 0);
            assert_int_equal(code_find(lists[l], str_of(c->name)), c->code);
            assert_string_equal(code_name(lists[l], c->code), c->name);
            assert_string_equal(code_label(lists[l], c->code), c->label);
        }
        assert_int_equal(n, sizes[l]);
    }
}

// What peers, scripts and stored rows rely on.
static void names_stay(void **state)
{
    assert_int_equal(code_find(channels, STR("hotline12345")), 5);
    assert_int_equal(code_find(kinds, STR("praise")), 6);
    assert_int_equal(code_find(case_states, STR("HANDLING")), 40);
    assert_int_equal(code_find(leg_states, STR("REVIEW_RETURNED")), 45);
    assert_int_equal(code_find(events, STR("issue_reply")), EV_ISSUE_REPLY);
    assert_int_equal(EV_DENY, 91); // stored with what was refused: nothing comes in between
    assert_int_equal(EV_INQUIRY_ANSWERED, 94);
    assert_int_equal(EV_IDENTITY_OPEN, 95);
    assert_int_equal(EV_IDENTITY_DENIED, 101);
    assert_int_equal(code_find(request_kinds, STR("inquiry")), 12);
    assert_int_equal(code_find(request_kinds, STR("identity")), 13);
    assert_int_equal(code_find(notices, STR("skipped")), 12);
    assert_int_equal(code_find(writer_events, STR("identity_opened")), 14);
    assert_int_equal(code_find(request_kinds, STR("withdrawal")), 6);
    assert_int_equal(code_find(notices, STR("revoked")), 2);
    assert_int_equal(code_find(outcomes, STR("not_ours")), 7);
    assert_int_equal(code_find(leg_roles, STR("lead")), 1);
    assert_int_equal(code_find(actors, STR("desk")), 7);
}

static void unknown_ones(void **state)
{
    assert_string_equal(code_name(kinds, 99), "?");
    assert_string_equal(code_label(kinds, 0), "?");
    assert_int_equal(code_find(kinds, STR("Consult")), 0);
    assert_int_equal(code_find(kinds, STR("consul")), 0);
    assert_int_equal(code_find(kinds, STR("")), 0);
    assert_int_equal(code_find(kinds, STR_NONE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_and_codes_are_unique), cmocka_unit_test(names_stay),
                                       cmocka_unit_test(unknown_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

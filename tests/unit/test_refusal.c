// SPDX-License-Identifier: Apache-2.0
#include "wire/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
// clang-format off
#include <cmocka.h>
// clang-format on

// An error goes over the wire and comes back; only RETRY is said to be worth another try.
static void there_and_back(void **state)
{
    for (int retry = 0; retry < 2; retry++) {
        struct err err, back;
        struct frame frame;
        struct msg_refusal read;
        struct buf out = {0};
        (void)err_set(&err, retry ? RETRY : REJECT, "too_long", "title", "at most 200 characters");
        struct msg_refusal m = refusal_of(STR("r-1"), &err);
        wire_put_refusal(&out, 7, &m);
        assert_int_equal(frame_get(out.p, out.n, &frame, &back), OK);
        assert_int_equal(wire_get_refusal(&frame, &read, &back), OK);
        assert_true(str_is(read.ref, "r-1"));
        assert_int_equal(read.has_retry && read.retry, retry);
        assert_int_equal(refusal_read(&frame, &back), REJECT);
        assert_string_equal(back.code, "too_long");
        assert_string_equal(back.field, "title");
        assert_string_equal(back.text, "at most 200 characters");
        buf_free(&out);
    }
}

static void no_refusal(void **state)
{
    struct buf out = {0};
    struct frame frame;
    struct err err;
    wire_put_heartbeat(&out, 0, &(struct msg_heartbeat){.bureau = 440300, .head = 1});
    assert_int_equal(frame_get(out.p, out.n, &frame, &err), OK);
    assert_int_equal(refusal_read(&frame, &err), REJECT);
    assert_string_equal(err.code, "bad_frame");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(there_and_back), cmocka_unit_test(no_refusal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

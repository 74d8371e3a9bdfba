// SPDX-License-Identifier: Apache-2.0
// Frames whose bytes were cut, added to or changed.
#include "wire_judge.h"

static void every_truncation(void **state)
{
    for (int i = 0; i < good.n; i++) {
        const struct vector *v = &good.v[i];
        for (size_t n = 0; n < v->n; n++) {
            struct err err;
            assert_int_equal(try(v->message, v->frame, n, &err), REJECT);
            assert_string_equal(err.code, "bad_frame");
        }
    }
}

static void bytes_behind_the_end(void **state)
{
    for (int i = 0; i < good.n; i++) {
        for (int byte = 0; byte < 256; byte++) {
            work.n = 0;
            buf_put(&work, good.v[i].frame, good.v[i].n);
            buf_put(&work, &(uint8_t){(uint8_t)byte}, 1);
            expect(good.v[i].message, &work, "bad_frame", "");
        }
    }
}

static void every_type_byte_at_every_position(void **state)
{
    static const uint8_t plain[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xE0, 0xFF};
    for (int i = 0; i < good.n; i++) {
        const struct vector *v = &good.v[i];
        uint8_t frame[VECTOR_MAX];
        if (v->n > 700) // the long ones differ only in repetition
            continue;
        memcpy(frame, v->frame, v->n);
        for (size_t at = 0; at < v->n; at++) {
            struct err err;
            for (int byte = 0xC0; byte <= 0xDF; byte++) {
                frame[at] = (uint8_t)byte;
                (void)try(v->message, frame, v->n, &err);
            }
            for (size_t k = 0; k < sizeof plain; k++) {
                frame[at] = plain[k];
                (void)try(v->message, frame, v->n, &err);
            }
            frame[at] = v->frame[at];
        }
    }
}

static void header_and_id(void **state)
{
    for (int i = 0; i < good.n; i++) {
        const struct vector *v = &good.v[i];
        static const uint8_t at[] = {0, 1, 2, 3, 6, 7, 4, 5}; // 2 is the version, the last two are the id
        for (size_t k = 0; k < sizeof at; k++) {
            for (int flip = 1; flip < 256; flip++) {
                work.n = 0;
                buf_put(&work, v->frame, v->n);
                work.p[at[k]] ^= (uint8_t)flip;
                expect(v->message, &work, at[k] == 2 ? "old_protocol" : "bad_frame", "");
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(bytes_behind_the_end),
        cmocka_unit_test(every_type_byte_at_every_position),
        cmocka_unit_test(header_and_id),
        cmocka_unit_test(enough_and_small),
    };
    return cmocka_run_group_tests(tests, load, unload);
}

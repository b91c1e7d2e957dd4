/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "session/pacer.h"

#define S 1000000000LL

static void test_whole_points_at_exact_times(void **state)
{
    const struct bj_pacer pacer = {.start_ns = 100, .pps = 30000};

    (void)state;
    assert_int_equal(bj_pacer_played(&pacer, 0), 0);
    assert_int_equal(bj_pacer_played(&pacer, 100), 0);
    assert_int_equal(bj_pacer_played(&pacer, 100 + 33333), 0);
    assert_int_equal(bj_pacer_played(&pacer, 100 + 33334), 1);
    assert_int_equal(bj_pacer_played(&pacer, 100 + S), 30000);
    assert_int_equal(bj_pacer_time_ns(&pacer, 0), 100);
    assert_int_equal(bj_pacer_time_ns(&pacer, 1), 100 + 33334);
    assert_int_equal(bj_pacer_time_ns(&pacer, 30000), 100 + S);
}

static void test_both_directions_agree_and_nothing_adds_up(void **state)
{
    static const uint32_t rates[] = {1, 1000, 30000, 36100, 44100, 99991, 500000};

    (void)state;
    for (int k = 0; k < 7; k++) {
        const struct bj_pacer pacer = {.start_ns = 7, .pps = rates[k]};
        for (uint64_t index = 1; index < 4000000000; index = index * 3 + 1) {
            int64_t at_ns = bj_pacer_time_ns(&pacer, index);
            assert_int_equal(bj_pacer_played(&pacer, at_ns), index);
            assert_int_equal(bj_pacer_played(&pacer, at_ns - 1), index - 1);
        }
    }
}

static void test_a_century_does_not_overflow(void **state)
{
    const struct bj_pacer pacer = {.start_ns = 0, .pps = 500000};
    const int64_t century_s = 100LL * 365 * 86400;

    (void)state;
    assert_true(bj_pacer_played(&pacer, century_s * S) == (uint64_t)century_s * 500000);
    assert_true(bj_pacer_time_ns(&pacer, (uint64_t)century_s * 500000) == century_s * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_points_at_exact_times),
        cmocka_unit_test(test_both_directions_agree_and_nothing_adds_up),
        cmocka_unit_test(test_a_century_does_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

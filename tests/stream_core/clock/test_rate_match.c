/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "clock/rate_match.h"

static struct bj_rate_match plain(void)
{
    return (struct bj_rate_match){.nominal = 1.6,
                                  .frame_hz = 48000,
                                  .point_hz = 30000,
                                  .error_sd_ns = 30e3,
                                  .settled = true};
}

static double correction_ppm(struct bj_rate_match match)
{
    return (bj_rate_match_step(&match) / (match.frame_hz / match.point_hz) - 1) * 1e6;
}

static void on_time_is_the_measured_ratio(void **state)
{
    (void)state;
    struct bj_rate_match match = plain();
    match.frame_hz *= 1 + 200e-6;
    match.point_hz *= 1 - 300e-6;
    assert_true(fabs(bj_rate_match_step(&match) / 1.6 - 1.0002 / 0.9997) < 1e-12);
}

static void late_is_faster_and_early_is_slower(void **state)
{
    (void)state;
    struct bj_rate_match match = plain();
    match.error_ns = 100e3;
    assert_true(fabs(correction_ppm(match) - 10) < 1e-6);
    match.error_ns = -100e3;
    assert_true(fabs(correction_ppm(match) + 10) < 1e-6);
}

static void is_quick_while_unsettled_or_far_off(void **state)
{
    (void)state;
    struct bj_rate_match match = plain();
    match.settled = false;
    match.error_ns = 100e3;
    assert_true(fabs(correction_ppm(match) - 100) < 1e-6);
    match.settled = true;
    match.error_ns = 600e3;
    assert_true(fabs(correction_ppm(match) - 600) < 1e-6);
    match.error_sd_ns = 200e3; /* then this much is no wonder */
    assert_true(fabs(correction_ppm(match) - 60) < 1e-6);
}

static void moves_five_ms_per_second_at_most(void **state)
{
    (void)state;
    struct bj_rate_match match = plain();
    match.error_ns = 19e6;
    assert_true(fabs(correction_ppm(match) - 5000) < 1e-6);
    match.error_ns = -1e15;
    assert_true(fabs(correction_ppm(match) + 5000) < 1e-6);
}

static void stays_within_three_percent_of_nominal(void **state)
{
    (void)state;
    struct bj_rate_match match = plain();
    match.point_hz = 10000;
    assert_true(fabs(bj_rate_match_step(&match) - 1.6 * 1.03) < 1e-12);
    match.point_hz = 90000;
    assert_true(fabs(bj_rate_match_step(&match) - 1.6 * 0.97) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_time_is_the_measured_ratio),
        cmocka_unit_test(late_is_faster_and_early_is_slower),
        cmocka_unit_test(is_quick_while_unsettled_or_far_off),
        cmocka_unit_test(moves_five_ms_per_second_at_most),
        cmocka_unit_test(stays_within_three_percent_of_nominal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

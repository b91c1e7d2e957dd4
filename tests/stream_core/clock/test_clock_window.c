/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "clock/clock_window.h"

#define HZ 30000.0

static const struct bj_clock_scale exact = {.hz = HZ};

/* How far the sample is ahead of the line n = HZ t, in microseconds. */
static double ahead_us(const struct bj_clock_window *window, struct bj_clock_scale scale)
{
    struct bj_clock_sample sample = bj_clock_window_sample(window, scale);
    return (sample.n / HZ - sample.t) * 1e6;
}

static void one_reading_is_the_sample(void **state)
{
    (void)state;
    for (int kind = 0; kind <= BJ_CLOCK_BRACKET; kind++) {
        struct bj_clock_window window = {.kind = (enum bj_clock_kind)kind};
        bj_clock_window_add(&window, exact, 5, 123, 0.02);
        struct bj_clock_sample sample = bj_clock_window_sample(&window, exact);
        assert_true(sample.t == 5 && sample.n == 123);
        double unsure = kind == BJ_CLOCK_BRACKET ? 0.02 / sqrt(12) : 0;
        assert_true(fabs(bj_clock_window_sd(&window, exact) - unsure) < 1e-5);
    }
}

/* Told late: the count is behind by then. */
static void of_one_way_readings_the_latest_count_is_right(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_ONE_WAY};
    for (int k = 0; k < 50; k++) {
        double late = k % 5 == 3 ? 0 : 0.001 * (1 + k % 3);
        bj_clock_window_add(&window, exact, k * 0.005 + late, HZ * k * 0.005, 0);
    }
    assert_true(fabs(ahead_us(&window, exact)) < 1e-3);
}

/* Asked late: the count is ahead, whatever the answer took. */
static void of_round_trips_the_earliest_count_is_right(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_ROUND_TRIP};
    for (int k = 0; k < 50; k++) {
        double late = k % 5 == 3 ? 0 : 0.001 * (1 + k % 3);
        double slack = late == 0 ? 0.02 : late;
        bj_clock_window_add(&window, exact, k * 0.005, HZ * (k * 0.005 + late), slack);
    }
    assert_true(fabs(ahead_us(&window, exact)) < 1e-3);
}

static void of_brackets_the_narrow_ones_count(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_BRACKET};
    for (int k = 0; k < 50; k++) {
        double slack = k % 5 == 3 ? 0.0001 : 0.004;
        double off = (k % 2 ? 0.4 : -0.1) * (slack > 0.001 ? slack : 0);
        bj_clock_window_add(&window, exact, k * 0.005, HZ * (k * 0.005 + off), slack);
    }
    assert_true(fabs(ahead_us(&window, exact)) < 1e-3);
}

/* Brackets of 2 ms that all begin as long before the count, but for one that begins and one
 * that ends next to it. */
static void brackets_leave_what_all_of_them_allow(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_BRACKET};
    for (int k = 0; k < 15; k++) {
        double off = k == 4 ? 0.00099 : k == 9 ? -0.00099 : 0.0007;
        bj_clock_window_add(&window, exact, k * 0.016, HZ * (k * 0.016 + off), 0.002);
    }
    assert_true(fabs(ahead_us(&window, exact)) < 1e-3);
    assert_true(fabs(bj_clock_window_sd(&window, exact) - 20e-6 / sqrt(12)) < 1e-9);
}

/* All of a quantum is tight, also where the rate is off by a little. */
static void quanta_are_averaged(void **state)
{
    (void)state;
    const struct bj_clock_scale coarse = {.hz = HZ * (1 + 300e-6), .quantum_s = 256 / HZ};
    struct bj_clock_window window = {.kind = BJ_CLOCK_ROUND_TRIP};
    for (int k = 0; k < 250; k++) {
        double count = HZ * k * 0.00101;
        bj_clock_window_add(&window, coarse, k * 0.00101, floor(count / 256) * 256 + 128,
                            0.0001);
    }
    assert_true(fabs(ahead_us(&window, coarse)) < 300);
}

/* Steps as long as the readings are apart, which fall on nearly the same place of each; but
 * for one reading just before an end, one just behind. An answer that took longer is not
 * believed. */
static void long_steps_are_found_by_their_ends(void **state)
{
    (void)state;
    const struct bj_clock_scale coarse = {.hz = HZ, .quantum_s = 256 / HZ};
    struct bj_clock_window window = {.kind = BJ_CLOCK_STEPS};
    for (int k = 0; k < 30; k++) {
        double place = k == 7 ? 0.01 : k == 20 ? 255.99 : 200;
        double late = k % 5 == 3 ? 0.003 : 0, t = (256 * k + place) / HZ - late;
        bj_clock_window_add(&window, coarse, t, 256 * k + 128, 0.0004 + late);
    }
    assert_true(fabs(ahead_us(&window, coarse)) < 1);
}

/* Looks that keep time with the steps: nine of ten fall just behind an end, and where the
 * tenth falls is chance. What they have in common is steadier than their ends. */
static void long_steps_in_time_with_the_readings_are_averaged(void **state)
{
    (void)state;
    const struct bj_clock_scale coarse = {.hz = HZ, .quantum_s = 256 / HZ};
    double ahead[2];
    for (int k = 0; k < 2; k++) {
        struct bj_clock_window window = {.kind = BJ_CLOCK_ROUND_TRIP};
        for (int reading = 0; reading < 30; reading++) {
            double place = reading % 10 == 5 ? (k ? 250 : 130) : 10;
            bj_clock_window_add(&window, coarse, (256 * reading + place) / HZ,
                                256 * reading + 128, 0.0004);
        }
        ahead[k] = ahead_us(&window, coarse);
    }
    assert_true(fabs(ahead[1] - ahead[0]) < 450); /* ends: 2 ms */
}

/* A rate that is wrong by a per cent costs averaging, and nothing else. */
static void a_wrong_rate_hides_no_delay(void **state)
{
    (void)state;
    const struct bj_clock_scale wrong = {.hz = HZ * 1.01};
    for (int kind = 0; kind < 2; kind++) {
        struct bj_clock_window window = {.kind = (enum bj_clock_kind)kind};
        for (int k = 0; k < 50; k++) {
            double late = k % 4 ? 0.005 : 0, t = k * 0.00125;
            if (kind == BJ_CLOCK_ONE_WAY) {
                bj_clock_window_add(&window, wrong, t + late, HZ * t, 0);
            } else {
                bj_clock_window_add(&window, wrong, t, HZ * (t + late), 0.01);
            }
        }
        assert_true(fabs(ahead_us(&window, wrong)) < 1e-3);
    }
}

/* More than there is room for: the tight ones are kept, and those of a quantum alike. */
static void what_is_too_much_is_dropped(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_ROUND_TRIP};
    for (int k = 0; k < 1000; k++) {
        double late = k % 10 == 9 ? 0 : 0.003;
        bj_clock_window_add(&window, exact, k * 0.00025, HZ * (k * 0.00025 + late), 0.01);
    }
    assert_int_equal(window.stored, BJ_CLOCK_WINDOW_STORE);
    assert_true(fabs(ahead_us(&window, exact)) < 1e-3);
    uint32_t tight = 0;
    for (uint32_t k = 0; k < window.stored; k++) {
        tight += fabs(window.store[k].n / HZ - window.store[k].t) < 1e-6;
    }
    assert_int_equal(tight, 100);
}

/* By how readings scatter, not by how the rate is off. */
static void the_first_sample_is_as_sure_as_its_readings(void **state)
{
    (void)state;
    struct bj_clock_window window = {.kind = BJ_CLOCK_ROUND_TRIP};
    for (int k = 0; k < 12; k++) {
        bj_clock_window_add(&window, exact, k * 0.005, HZ * 1.01 * k * 0.005, 0.001);
    }
    assert_true(bj_clock_window_sd(&window, exact) < 1e-9);
    for (int k = 12; k < 24; k++) {
        double late = 0.002 * (k % 5) / 4;
        bj_clock_window_add(&window, exact, k * 0.005, HZ * (k * 0.005 + late), 0.001);
    }
    double sd = bj_clock_window_sd(&window, exact);
    assert_true(sd > 50e-6 && sd < 500e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_reading_is_the_sample),
        cmocka_unit_test(of_one_way_readings_the_latest_count_is_right),
        cmocka_unit_test(of_round_trips_the_earliest_count_is_right),
        cmocka_unit_test(of_brackets_the_narrow_ones_count),
        cmocka_unit_test(brackets_leave_what_all_of_them_allow),
        cmocka_unit_test(quanta_are_averaged),
        cmocka_unit_test(long_steps_are_found_by_their_ends),
        cmocka_unit_test(long_steps_in_time_with_the_readings_are_averaged),
        cmocka_unit_test(a_wrong_rate_hides_no_delay),
        cmocka_unit_test(what_is_too_much_is_dropped),
        cmocka_unit_test(the_first_sample_is_as_sure_as_its_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

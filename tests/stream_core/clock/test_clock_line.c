/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "clock/clock_line.h"

#define HZ 30000.0

static struct bj_clock_line begun(double hz, double spread)
{
    struct bj_clock_line line = {.hz = hz, .spread = spread};
    bj_clock_line_begin(&line, 0, 1000);
    return line;
}

static double true_count(double t)
{
    return 1000 + HZ * t;
}

/* However uneven the steps. */
static void two_samples_make_a_line(void **state)
{
    (void)state;
    const double steps[] = {0.01, 0.0625, 0.25, 3};
    for (int k = 0; k < 4; k++) {
        struct bj_clock_line line = begun(29000, 0);
        bj_clock_line_join(&line, steps[k], true_count(steps[k]));
        assert_true(fabs(line.hz / HZ - 1) < 1e-12);
        assert_true(fabs(bj_clock_line_count(&line, 10) - true_count(10)) < 1e-6);
    }
}

/* The textbook's sums over all samples, which are at uneven times and off the line. */
static void is_least_squares(void **state)
{
    (void)state;
    double t[40], n[40], mean_t = 0, mean_n = 0, along = 0, both = 0;
    struct bj_clock_line line = {0};
    for (int k = 0; k < 40; k++) {
        t[k] = k < 8 ? k * 0.0625 : 0.5 + (k - 8) * 0.25;
        n[k] = true_count(t[k]) + 9 * sin(k * k);
        mean_t += t[k] / 40;
        mean_n += n[k] / 40;
    }
    for (int k = 0; k < 40; k++) {
        along += (t[k] - mean_t) * (t[k] - mean_t);
        both += (t[k] - mean_t) * (n[k] - mean_n);
    }
    bj_clock_line_begin(&line, t[0], n[0]);
    for (int k = 1; k < 40; k++) {
        bj_clock_line_join(&line, t[k], n[k]);
    }
    assert_true(fabs(line.hz - both / along) < 1e-6);
    assert_true(fabs(line.t0 - mean_t) < 1e-9);
    assert_true(fabs(line.n0 - mean_n) < 1e-6);
    assert_true(fabs(line.spread - along) < 1e-9);
}

/* What was known of the rate weighs like samples with that spread. */
static void a_known_rate_is_not_given_up_at_once(void **state)
{
    (void)state;
    struct bj_clock_line line = begun(HZ, 1);
    bj_clock_line_join(&line, 0.1, true_count(0.1) + 30); /* 1 ms off, were it all */
    assert_true(fabs(line.hz / HZ - 1) < 60e-6);
    line = begun(HZ * 1.01, 1);
    for (int k = 1; k < 80; k++) {
        bj_clock_line_join(&line, k * 0.25, true_count(k * 0.25));
    }
    assert_true(fabs(line.hz / HZ - 1) < 5e-6);
}

static void old_samples_fade(void **state)
{
    (void)state;
    struct bj_clock_line line = begun(HZ, 0);
    for (int k = 1; k < 4000; k++) {
        bj_clock_line_join(&line, k * 0.25, true_count(k * 0.25) + (k < 1000 ? 300 : 0));
    }
    assert_true(fabs(bj_clock_line_count(&line, 1000) - true_count(1000)) < 1e-6);
    assert_true(line.weight <= 80);
    assert_true(fabs(line.spread / 32000 - 1) < 0.02); /* 80 of (80 * 0.25 s)^2 */
}

/* The line itself does not change, only how soon it will. */
static void forgetting_makes_it_quick(void **state)
{
    (void)state;
    struct bj_clock_line line = begun(HZ, 0);
    for (int k = 1; k < 400; k++) {
        bj_clock_line_join(&line, k * 0.25, true_count(k * 0.25));
    }
    bj_clock_line_forget(&line, 100, 10, 0.25);
    assert_true(fabs(bj_clock_line_count(&line, 100) - true_count(100)) < 1e-6);
    assert_true(line.weight == 10);
    assert_true(fabs(line.spread - bj_clock_line_spread(10, 0.25)) < 1e-12);
    for (int k = 1; k <= 40; k++) { /* 300 ppm faster from now on */
        double t = 100 + k * 0.25;
        bj_clock_line_join(&line, t, true_count(t) + HZ * 300e-6 * (t - 100));
    }
    assert_true(fabs(line.hz / HZ - 1 - 300e-6) < 50e-6);
}

/* It does not become surer by forgetting, nor begins before it began. */
static void there_may_be_little_to_forget(void **state)
{
    (void)state;
    struct bj_clock_line line = begun(HZ, 0.01);
    bj_clock_line_join(&line, 0.25, true_count(0.25));
    struct bj_clock_line before = line;
    bj_clock_line_forget(&line, 0.25, 10, 0.25);
    assert_true(line.weight == before.weight);
    assert_true(line.spread == before.spread);
    assert_true(line.t0 == before.t0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_samples_make_a_line),
        cmocka_unit_test(is_least_squares),
        cmocka_unit_test(a_known_rate_is_not_given_up_at_once),
        cmocka_unit_test(old_samples_fade),
        cmocka_unit_test(forgetting_makes_it_quick),
        cmocka_unit_test(there_may_be_little_to_forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

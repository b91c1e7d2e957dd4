/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "feed/kernel.h"

#define ONE 4294967296.0
#define FRAMES 1200
#define MIDDLE 600
#define PI 3.14159265358979323846

static const double steps[] = {1.0501, 1.2, 1.6,   2,     2.9375, 3.2,   3.999,
                               5.3,    7.9, 15.99, 31.99, 63.99,  64.01, 1024};
#define STEPS (sizeof steps / sizeof *steps)

static const enum bj_interpolation modes[] = {BJ_INTERPOLATE_SMOOTH, BJ_INTERPOLATE_LINEAR,
                                              BJ_INTERPOLATE_NEAREST};

struct fixture {
    struct bj_kernel kernel;
    float x[FRAMES], y[FRAMES];
};

static struct fixture *make_fixture(enum bj_interpolation mode, double step)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    bj_kernel_make(&fixture->kernel, mode, step);
    return fixture;
}

/* One point; the other three stand somewhere else. */
static bj_simd4 at(const struct fixture *fixture, double frame, int lane)
{
    const float *in[2] = {fixture->x, fixture->y};
    uint64_t base = (uint64_t)(500 * ONE), away[4] = {1, 1, 1, 1};
    bj_simd4 out[2];
    away[lane] = (uint64_t)(frame * ONE) - base;
    bj_kernel_filter(&fixture->kernel, in, base, away, out);
    return (bj_simd4){out[0][lane], out[1][lane]};
}

/* The weight of a frame so far from the point. */
static double weight(struct fixture *fixture, double distance)
{
    double place = MIDDLE - distance;
    fixture->x[MIDDLE] = 1;
    double w = at(fixture, place, 0)[0];
    fixture->x[MIDDLE] = 0;
    return w;
}

static void rest_and_even_motion_are_exact(void **state)
{
    (void)state;
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            struct fixture *fixture = make_fixture(modes[m], steps[s]);
            for (int n = 0; n < FRAMES; n++) {
                fixture->x[n] = 0.7f;
                fixture->y[n] = (float)(n - MIDDLE) / 4096;
            }
            for (int k = 0; k < 1000; k++) {
                double frame = MIDDLE + k / 999.0;
                bj_simd4 point = at(fixture, frame, k % 4);
                assert_true(fabs(point[0] - (double)0.7f) < 3e-7);
                assert_true(fabs(point[1] - (frame - MIDDLE) / 4096) < 3e-7);
            }
            free(fixture);
        }
    }
}

static void reads_just_its_surroundings(void **state)
{
    (void)state;
    for (size_t m = 0; m < 3; m++) {
        for (size_t s = 0; s < STEPS; s++) {
            struct fixture *fixture = make_fixture(modes[m], steps[s]);
            int behind = (int)bj_kernel_behind(&fixture->kernel);
            int ahead = (int)bj_kernel_ahead(&fixture->kernel);
            for (int n = 0; n < FRAMES; n++) {
                fixture->x[n] = fixture->y[n] =
                    n < MIDDLE - behind || n > MIDDLE + ahead ? NAN : 0.25f;
            }
            for (int k = 0; k < 50; k++) {
                bj_simd4 point = at(fixture, MIDDLE + k / 50.0, k % 4);
                assert_true(isfinite(point[0]) && isfinite(point[1]));
            }
            assert_true(isfinite(at(fixture, MIDDLE + 1 - 1 / ONE, 0)[0]));
            free(fixture);
        }
    }
}

/* Bessel function I0 by its integral, unlike the series in the code. */
static double cyl_i0(double x)
{
    double sum = 0;
    for (int k = 0; k < 64; k++) {
        sum += exp(x * cos((k + 0.5) / 64 * PI));
    }
    return sum / 64;
}

/* Nothing is cut off: weights at the edge of what is read are small, beyond the middle
 * they alternate for the sinc, and are never negative for the others. */
static void has_its_form(void **state)
{
    (void)state;
    for (size_t s = 0; s + 1 < STEPS; s++) {
        double step = steps[s] < 64 ? steps[s] : 64;
        struct fixture *sinc = make_fixture(BJ_INTERPOLATE_SMOOTH, step);
        struct fixture *tent = make_fixture(BJ_INTERPOLATE_LINEAR, step);
        double reach = sinc->kernel.taps / 2;
        assert_true(reach >= 4 * step && reach < 4 * step + 3);
        for (int k = -100; k <= 100; k++) {
            double frames = k / 100.0 * (reach + 1);
            double x = frames / step * 0.945 * PI, place = frames / reach;
            double ideal = (k ? sin(x) / x : 1) * 0.945 / step, w = weight(sinc, frames);
            double inside = 1 - place * place;
            double window = inside > 0 ? cyl_i0(5 * sqrt(inside)) / cyl_i0(5) : 0;
            assert_true(fabs(w - ideal * window) < 0.004 / step);
            assert_true(weight(tent, frames) >= -1e-9);
            if (fabs(frames) < step / 2 - 1) {
                assert_true(fabs(weight(tent, frames) - 1 / step) < 0.01 / step);
            } else if (fabs(frames) >
                       step / 2 + 2) { /* places are one frame apart at most */
                assert_true(weight(tent, frames) < 1e-9);
            }
        }
        free(sinc);
        free(tent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rest_and_even_motion_are_exact),
        cmocka_unit_test(reads_just_its_surroundings),
        cmocka_unit_test(has_its_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "beam/mirror.h"
#include "mirror_reference.h"

static const double rates[] = {1000,  7000,  12000, 20000,  30000,  44100,
                               48000, 65535, 96000, 192000, 1000000};
#define RATES (sizeof rates / sizeof *rates)

static const double rated[] = {BJ_MIRROR_SLOW, BJ_MIRROR_FAST};

static float random_float(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (float)(1 << 23) - 1.0f;
}

static void run_still(struct bj_mirror *mirror, float x, float y, uint64_t points)
{
    const float to[2] = {x, y};
    for (uint64_t k = 0; k < points; k++) {
        bj_mirror_move(mirror, to);
    }
}

static void arrives_where_it_is_sent(void **state)
{
    (void)state;
    for (size_t r = 0; r < RATES; r++) {
        struct bj_mirror mirror;
        bj_mirror_init(&mirror, rates[r]);
        run_still(&mirror, 0.75f, -0.5f, (uint64_t)rates[r] / 10);
        for (int lane = 0; lane < 4; lane++) {
            double to = lane % 2 ? -0.5 : 0.75;
            assert_true(fabs((double)mirror.position[lane] - to) < 1e-4);
            assert_true(fabs((double)mirror.speed[lane]) < 1e-4);
        }
    }
}

/* As the closed form of a low-pass of second order has it, commands held for a point. */
static void attenuates_tones_as_a_scanner(void **state)
{
    (void)state;
    const double pps = 192000, tones[] = {10, 100, 1000, 2500, 5000, 10000, 20000};
    for (size_t t = 0; t < sizeof tones / sizeof *tones; t++) {
        struct bj_mirror mirror;
        bj_mirror_init(&mirror, pps);
        double in_phase[2] = {0}, across[2] = {0}, turn = 2 * acos(-1) * tones[t] / pps;
        const int settle = 19200, measured = 192000;
        for (int k = 0; k < settle + measured; k++) {
            const float to[2] = {(float)sin(turn * k), 0};
            bj_mirror_move(&mirror, to);
            for (int s = 0; s < 2 && k >= settle; s++) {
                in_phase[s] +=
                    (double)mirror.position[2 * s] * sin(turn * k) * 2 / measured;
                across[s] += (double)mirror.position[2 * s] * cos(turn * k) * 2 / measured;
            }
        }
        for (int s = 0; s < 2; s++) {
            double ratio = tones[t] * BJ_MIRROR_POINTS / rated[s];
            double held = sin(turn / 2) / (turn / 2);
            double expected = held / hypot(1 - ratio * ratio, 2 * 0.866 * ratio);
            double gain = hypot(in_phase[s], across[s]);
            assert_true(fabs(gain / expected - 1) < 0.005);
        }
    }
}

static void steps_overshoot_a_little(void **state)
{
    (void)state;
    struct bj_mirror mirror;
    bj_mirror_init(&mirror, 1e6);
    float most[2] = {0, 0};
    for (int k = 0; k < 5000; k++) {
        const float to[2] = {1, 1};
        bj_simd4 position = bj_mirror_move(&mirror, to);
        most[0] = fmaxf(most[0], position[0]);
        most[1] = fmaxf(most[1], position[2]);
    }
    for (int s = 0; s < 2; s++) {
        assert_true(most[s] > 1.003f && most[s] < 1.0045f);
    }
}

/* Another integration, in double, from noise. */
static void agrees_with_the_reference_at_every_rate(void **state)
{
    (void)state;
    for (size_t r = 0; r < RATES; r++) {
        struct bj_mirror mirror;
        struct reference_mirrors reference[2];
        bj_mirror_init(&mirror, rates[r]);
        uint32_t seed = 7;
        for (int s = 0; s < 2; s++) {
            reference_mirrors_init(&reference[s], rated[s]);
        }
        for (int k = 0; k < 5000; k++) {
            const float to[2] = {random_float(&seed), k % 100 < 50 ? 0.5f : -1.0f};
            bj_simd4 position = bj_mirror_move(&mirror, to);
            for (int s = 0; s < 2; s++) {
                reference_mirrors_move(&reference[s], to, rates[r]);
                for (int axis = 0; axis < 2; axis++) {
                    double off =
                        (double)position[2 * s + axis] - reference[s].position[axis];
                    assert_true(fabs(off) < 1e-3);
                }
            }
        }
    }
}

static void a_change_of_rate_moves_nothing(void **state)
{
    (void)state;
    struct bj_mirror mirror;
    struct reference_mirrors reference;
    bj_mirror_init(&mirror, 96000);
    reference_mirrors_init(&reference, BJ_MIRROR_FAST);
    uint32_t seed = 11;
    for (int k = 0; k < 20000; k++) {
        double pps = rates[k / 100 % RATES];
        bj_mirror_set_rate(&mirror, pps);
        const float to[2] = {random_float(&seed), random_float(&seed)};
        bj_simd4 position = bj_mirror_move(&mirror, to);
        reference_mirrors_move(&reference, to, pps);
        assert_true(fabs((double)position[2] - reference.position[0]) < 1e-3);
        assert_true(fabs((double)position[3] - reference.position[1]) < 1e-3);
    }
}

static void stays_bounded_at_any_rate(void **state)
{
    (void)state;
    const double odd[] = {NAN, -1, 0, 1e-300, 1, 17, 1e7, 1e9, INFINITY};
    for (size_t r = 0; r < sizeof odd / sizeof *odd; r++) {
        struct bj_mirror mirror;
        bj_mirror_init(&mirror, odd[r]);
        uint32_t seed = 13;
        for (int k = 0; k < 20000; k++) {
            const float to[2] = {random_float(&seed) < 0 ? -1 : 1, 1};
            bj_simd4 position = bj_mirror_move(&mirror, to);
            for (int lane = 0; lane < 4; lane++) {
                assert_true(fabsf(position[lane]) < 1.02f);
            }
        }
    }
}

/* They would be slow, and for hours: at rest in the centre is where a beam idles. */
static void is_never_denormal(void **state)
{
    (void)state;
    for (size_t r = 0; r < RATES; r++) {
        struct bj_mirror mirror;
        bj_mirror_init(&mirror, rates[r]);
        run_still(&mirror, 0.3f, 1e-40f, 1000);
        for (int k = 0; k < 100000; k++) {
            run_still(&mirror, 0, 0, 7);
            for (int lane = 0; lane < 4; lane++) {
                assert_int_not_equal(fpclassify(mirror.position[lane]), FP_SUBNORMAL);
                assert_int_not_equal(fpclassify(mirror.speed[lane]), FP_SUBNORMAL);
            }
        }
    }
}

static void forgets_where_it_was_in_time(void **state)
{
    (void)state;
    for (size_t r = 0; r < RATES; r++) {
        struct bj_mirror here, there;
        bj_mirror_init(&here, rates[r]);
        bj_mirror_init(&there, rates[r]);
        there.position = (bj_simd4){1, -1, 1, -1};
        there.speed = (bj_simd4){-1, 1, 1, -1};
        uint64_t points = (uint64_t)ceil(bj_mirror_forgets_s() * rates[r]);
        run_still(&here, 0.4f, -0.4f, points);
        run_still(&there, 0.4f, -0.4f, points);
        for (int lane = 0; lane < 4; lane++) {
            assert_true(fabsf(here.position[lane] - there.position[lane]) < 0.004f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrives_where_it_is_sent),
        cmocka_unit_test(attenuates_tones_as_a_scanner),
        cmocka_unit_test(steps_overshoot_a_little),
        cmocka_unit_test(agrees_with_the_reference_at_every_rate),
        cmocka_unit_test(a_change_of_rate_moves_nothing),
        cmocka_unit_test(stays_bounded_at_any_rate),
        cmocka_unit_test(is_never_denormal),
        cmocka_unit_test(forgets_where_it_was_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

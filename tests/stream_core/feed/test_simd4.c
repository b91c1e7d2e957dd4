/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "feed/simd4.h"
#include "simd4_plain.h"

static bj_simd4 four(float value)
{
    return (bj_simd4){value, value, value, value};
}

static float clamp_one(float value, float least, float most)
{
    value = value > least ? value : least;
    return value < most ? value : most;
}

/* Bit by bit the same as plain C, for any bits. */
static void clamps_alike_on_every_processor(void **state)
{
    (void)state;
    const float special[] = {NAN, -NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, 1, -1, 2};
    uint32_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        float value[4], plain[4], here[4];
        for (int k = 0; k < 4; k++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t bits = seed ^ seed << 13;
            memcpy(&value[k], &bits, sizeof bits);
            value[k] = seed >> 28 == 0 ? special[(seed >> 16) % 10] : value[k];
        }
        bj_simd4 clamped = bj_simd4_clamp(bj_simd4_load(value), four(-0.5f), four(1));
        memcpy(here, &clamped, sizeof here);
        plain_clamp(value, -0.5f, 1, plain);
        assert_memory_equal(here, plain, sizeof here);
        for (int k = 0; k < 4; k++) {
            float one = clamp_one(value[k], -0.5f, 1);
            assert_memory_equal(&here[k], &one, sizeof one);
        }
    }
}

static void compares_alike_on_every_processor(void **state)
{
    (void)state;
    const float values[] = {-2, -0.5f, 0, 1e-30f, 0.25f, 0.5f, 3, INFINITY};
    for (int k = 0; k < 8 * 8 * 8; k++) {
        float a[4] = {values[k % 8], values[k / 8 % 8], values[k / 64], values[k % 5]};
        float b[4] = {values[k / 64], values[k % 8], values[k / 8 % 8], values[k % 7]};
        float least[4], most[4], chosen[4], here[4];
        int lanes = plain_compare(a, b, least, most, chosen), bits = 0;
        bj_simd4 va = bj_simd4_load(a), vb = bj_simd4_load(b);
        bj_simd4 results[] = {bj_simd4_min(va, vb), bj_simd4_max(va, vb),
                              bj_simd4_choose(va < vb, va, vb)};
        const float *const plain[] = {least, most, chosen};
        for (int r = 0; r < 3; r++) {
            memcpy(here, &results[r], sizeof here);
            assert_memory_equal(here, plain[r], sizeof here);
        }
        for (int lane = 0; lane < 4; lane++) {
            assert_true(least[lane] == fminf(a[lane], b[lane]));
            assert_true(most[lane] == fmaxf(a[lane], b[lane]));
            bits |= (a[lane] < b[lane]) << lane;
        }
        assert_int_equal(bj_simd4_lanes(va < vb), bits);
        assert_int_equal(lanes, bits);
    }
}

static void gives_both_twice(void **state)
{
    (void)state;
    const float pair[2] = {1, 2};
    bj_simd4 twice = bj_simd4_twice(pair);
    assert_true(twice[0] == 1 && twice[1] == 2 && twice[2] == 1 && twice[3] == 2);
}

static void transposes(void **state)
{
    (void)state;
    bj_simd4 rows[4] = {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}};
    bj_simd4_transpose(rows);
    for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++) {
            assert_true(rows[row][column] == (float)(column * 4 + row));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clamps_alike_on_every_processor),
        cmocka_unit_test(compares_alike_on_every_processor),
        cmocka_unit_test(gives_both_twice),
        cmocka_unit_test(transposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

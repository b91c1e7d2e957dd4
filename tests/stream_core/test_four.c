/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "four.h"
#include "four_plain.h"

static bj_four four(float value)
{
    return (bj_four){value, value, value, value};
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
        bj_four clamped = bj_four_clamp(bj_four_load(value), four(-0.5f), four(1));
        memcpy(here, &clamped, sizeof here);
        plain_clamp(value, -0.5f, 1, plain);
        assert_memory_equal(here, plain, sizeof here);
        for (int k = 0; k < 4; k++) {
            float one = clamp_one(value[k], -0.5f, 1);
            assert_memory_equal(&here[k], &one, sizeof one);
        }
    }
}

static void transposes(void **state)
{
    (void)state;
    bj_four rows[4] = {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}};
    bj_four_transpose(rows);
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
        cmocka_unit_test(transposes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

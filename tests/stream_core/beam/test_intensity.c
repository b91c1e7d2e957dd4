/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "beam/intensity.h"

static struct bj_point dimmed(float r, float g, float b, float i)
{
    struct bj_point point = {.x = 0.25f, .y = -0.5f, .r = r, .g = g, .b = b, .i = i};

    bj_intensity_into_colour(&point, 1);
    assert_true(point.x == 0.25f && point.y == -0.5f);
    return point;
}

static bool is_dark(struct bj_point point)
{
    return point.r == 0 && point.g == 0 && point.b == 0 && point.i == 0;
}

static void full_changes_no_bit_and_none_is_dark(void **state)
{
    (void)state;
    for (uint32_t k = 1; k <= 0xffffff; k += 255) {
        float v = (float)k / 0xffffff;
        struct bj_point full = dimmed(v, 0, 1, 1);
        assert_true(full.r == v && full.g == 0 && full.b == 1 && full.i == 1);
        assert_true(is_dark(dimmed(v, 1, v, 0)));
    }
}

/* On a lattice of what 16 bits know, and what they do not. */
static void products_keep_the_precision_of_a_float(void **state)
{
    (void)state;
    for (uint32_t colour = 1; colour <= 0xffffff; colour += 3331)
        for (uint32_t intensity = 1; intensity <= 0xffffff; intensity += 4357) {
            float c = (float)colour / 0xffffff, i = (float)intensity / 0xffffff;
            struct bj_point p = dimmed(c, i, 0, i);
            double exact = (double)c * (double)i;
            if (fabs((double)p.r - exact) > exact * 0x1p-24 || p.i != 1)
                fail_msg("%.9g x %.9g: %.9g", (double)c, (double)i, (double)p.r);
        }
}

/* Two negatives do not make light, and nonsense does not either. */
static void what_is_no_light_stays_dark(void **state)
{
    const float bad[] = {-1, -0.0f, NAN, -NAN, INFINITY, -INFINITY, 1e30f, -1e30f};

    (void)state;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        assert_true(is_dark(dimmed(bad[k], bad[k], bad[k], bad[k])));
        assert_true(is_dark(dimmed(bad[k], 0, 0, 1)));
        assert_true(is_dark(dimmed(1, 1, 1, bad[k])));
    }
    assert_true(dimmed(2, 0, 0, 0.5f).r == 0.5f);
    assert_true(dimmed(0.5f, 0, 0, 2).r == 0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_changes_no_bit_and_none_is_dark),
        cmocka_unit_test(products_keep_the_precision_of_a_float),
        cmocka_unit_test(what_is_no_light_stays_dark),
    };

    return cmocka_run_group_tests_name("intensity", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intensity.h"

static struct bj_point dimmed(uint16_t r, uint16_t g, uint16_t b, uint16_t i)
{
    struct bj_point point = {.x = 0.25f, .y = -0.5f, .r = r, .g = g, .b = b, .i = i};

    bj_intensity_into_colour(&point, 1);
    assert_true(point.x == 0.25f && point.y == -0.5f);
    return point;
}

static void full_changes_nothing_and_none_is_dark(void **state)
{
    (void)state;
    for (uint32_t v = 0; v <= 65535; v++) {
        struct bj_point full = dimmed((uint16_t)v, 0, 65535, 65535);
        struct bj_point none = dimmed((uint16_t)v, 65535, 1, 0);
        assert_int_equal(full.r, v);
        assert_int_equal(full.b, 65535);
        assert_int_equal(full.i, 65535);
        assert_int_equal(none.r | none.g | none.b | none.i, 0);
    }
}

/* Against the exact quotient, on a lattice that meets every residue class of both. */
static void products_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    for (uint32_t colour = 0; colour <= 65535; colour += 13)
        for (uint32_t intensity = 0; intensity <= 65535; intensity += 17) {
            struct bj_point p =
                dimmed((uint16_t)colour, (uint16_t)intensity, 0, (uint16_t)intensity);
            uint64_t exact = ((uint64_t)colour * intensity * 2 + 65535) / (2 * 65535);
            if (p.r != exact)
                fail_msg("%u x %u: %u", colour, intensity, p.r);
        }
}

/* What rounds to nothing is no light, and says so on the intensity too. */
static void what_is_left_of_nothing_is_dark(void **state)
{
    struct bj_point faint = dimmed(1, 1, 1, 32767), just = dimmed(1, 0, 0, 32768);

    (void)state;
    assert_int_equal(faint.r | faint.g | faint.b | faint.i, 0);
    assert_int_equal(just.r, 1);
    assert_int_equal(just.i, 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_changes_nothing_and_none_is_dark),
        cmocka_unit_test(products_are_rounded_to_the_nearest),
        cmocka_unit_test(what_is_left_of_nothing_is_dark),
    };

    return cmocka_run_group_tests_name("intensity", tests, NULL, NULL);
}

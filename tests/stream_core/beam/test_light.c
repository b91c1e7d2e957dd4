/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "beam/light.h"
#include "light_plain.h"

static const uint16_t widths[] = {1, 255, 1023, 4095, 65535};

static uint32_t exact(float light, uint32_t full)
{
    return (uint32_t)floor((double)light * full + 0.5);
}

/* One value in each place, its neighbours in the others. */
static void rounds(float light, uint16_t full, uint32_t expected)
{
    struct bj_point points[] = {{.r = light, .g = 1},
                                {.g = light, .r = 1},
                                {.b = light, .i = 1},
                                {.i = light, .b = 1}};
    struct bj_light seen[4];
    for (int k = 0; k < 4; k++) {
        struct bj_light plain = round_light_plain(&points[k], full);
        seen[k] = bj_round_light(&points[k], full);
        assert_memory_equal(&seen[k], &plain, sizeof plain);
    }
    if (seen[0].r != expected || seen[1].g != expected || seen[2].b != expected ||
        seen[3].i != expected) {
        fail_msg("%.9g of %u: %u %u %u %u, expected %u", (double)light, full, seen[0].r,
                 seen[1].g, seen[2].b, seen[3].i, expected);
    }
    assert_true(seen[0].g == full && seen[1].r == full && seen[2].i == full);
    assert_true(seen[0].b == 0 && seen[3].r == 0);
}

/* At every edge between two codes, and the floats next to it on both sides. */
static void light_is_rounded_to_the_nearest_code(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        uint16_t full = widths[w];
        for (uint32_t code = 0; code < full; code++) {
            float edge = (float)((code + 0.5) / full);
            float below = nextafterf(edge, 0), above = nextafterf(edge, 1);
            rounds((float)code / full, full, code);
            rounds(edge, full, exact(edge, full));
            rounds(below, full, exact(below, full));
            rounds(above, full, exact(above, full));
        }
        rounds(1, full, full);
    }
}

static void what_is_out_of_range_ends_within(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const float none[] = {-0.0f, -1e-40f, -1, -1e30f, -INFINITY, NAN, -NAN, 1e-40f};
        const float most[] = {1.0000001f, 2, 65536, 1e30f, INFINITY};
        for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
            rounds(none[k], widths[w], 0);
        }
        for (size_t k = 0; k < sizeof most / sizeof *most; k++) {
            rounds(most[k], widths[w], widths[w]);
        }
    }
    rounds(1, 0, 0);
}

static void all_bits_of_light_in_range_are_kept(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits <= 0x3f800000; bits += 65521) {
        float light;
        memcpy(&light, &bits, sizeof light);
        struct bj_point point = {0.5f, -0.5f, light, 1 - light, light / 2, 1}, kept = point;
        bj_light_set(&kept, bj_light_of(&point));
        assert_memory_equal(&kept, &point, sizeof point);
    }
}

static void lit_is_a_colour_with_intensity(void **state)
{
    (void)state;
    for (int mask = 0; mask < 16; mask++) {
        struct bj_point point = {.r = mask & 1 ? 1e-30f : 0,
                                 .g = mask & 2 ? 0.5f : -1,
                                 .b = mask & 4 ? 1 : -0.0f,
                                 .i = mask & 8 ? 1e-30f : 0};
        assert_int_equal(bj_light_is_lit(bj_light_of(&point)), mask > 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(light_is_rounded_to_the_nearest_code),
        cmocka_unit_test(what_is_out_of_range_ends_within),
        cmocka_unit_test(all_bits_of_light_in_range_are_kept),
        cmocka_unit_test(lit_is_a_colour_with_intensity),
    };
    return cmocka_run_group_tests_name("light", tests, NULL, NULL);
}

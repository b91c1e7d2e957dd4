/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "beam/safety.h"

#define PPS 1000.0 /* one point per millisecond */
#define MOST 512u

/* Start blank 5 points, settle 20, dwell 10. */
static struct bj_safety make(void)
{
    const struct bj_safety_config config = {
        .start_blank_ns = 5 * BJ_NS_PER_MS,
        .settle_ns = 20 * BJ_NS_PER_MS,
        .dwell_ns = 10 * BJ_NS_PER_MS,
        .dwell_extent = 0.005f,
    };
    struct bj_safety safety;
    bj_safety_init(&safety, &config, PPS);
    return safety;
}

/* Lit points that never rest. */
static void make_moving(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        points[k] = (struct bj_point){
            .x = k % 2 ? 0.5f : -0.5f, .r = 0.015f, .g = 1e-9f, .b = 0.3333333f, .i = 1};
    }
}

static bool is_dark(const struct bj_point *point)
{
    return !point->r && !point->g && !point->b && !point->i;
}

/* Runs `count` moving points and tells how many came out dark at the beginning; after the
 * first lit one all must be. */
static uint32_t dark_before_light(struct bj_safety *safety, uint32_t count)
{
    struct bj_point points[MOST];
    make_moving(points, count);
    bool lit = bj_safety_run(safety, points, count) == BJ_DARK_NO;
    uint32_t dark = 0;
    while (dark < count && is_dark(&points[dark])) {
        dark++;
    }
    for (uint32_t k = dark; k < count; k++) {
        assert_false(is_dark(&points[k]));
    }
    assert_int_equal(lit, dark < count);
    return dark;
}

static struct bj_safety make_open(void)
{
    struct bj_safety safety = make();
    bj_safety_arm(&safety);
    assert_int_equal(dark_before_light(&safety, 50), 5);
    return safety;
}

static void begins_disarmed_and_dark(void **state)
{
    (void)state;
    struct bj_safety safety = make();
    assert_int_equal(dark_before_light(&safety, MOST), MOST);
    assert_true(safety.position_connected);
}

/* ---- each gate alone ---- */

static void close_armed(struct bj_safety *safety)
{
    bj_safety_disarm(safety);
}

static void close_position(struct bj_safety *safety)
{
    safety->position_connected = false;
}

static void close_start(struct bj_safety *safety)
{
    safety->start_left_points = MOST;
}

static void close_settle(struct bj_safety *safety)
{
    safety->settle_left_points = MOST;
}

static void each_gate_alone_keeps_dark(void **state)
{
    (void)state;
    void (*const gates[])(struct bj_safety *) = {close_armed, close_position, close_start,
                                                 close_settle};
    for (size_t k = 0; k < sizeof gates / sizeof *gates; k++) {
        struct bj_safety safety = make_open();
        assert_int_equal(dark_before_light(&safety, 50), 0);
        gates[k](&safety);
        assert_int_equal(dark_before_light(&safety, MOST), MOST);
    }
}

static void dark_points_keep_their_place(void **state)
{
    (void)state;
    struct bj_safety safety = make();
    struct bj_point point = {
        .x = 0.25f, .y = -0.5f, .r = 0.9f, .g = 0.9f, .b = 0.9f, .i = 0.9f};
    assert_int_equal(bj_safety_run(&safety, &point, 1), BJ_DARK_DISARMED);
    assert_true(point.x == 0.25f && point.y == -0.5f);
    assert_true(is_dark(&point));
}

/* ---- times ---- */

static void start_blank_is_exact(void **state)
{
    (void)state;
    struct bj_safety safety = make();
    dark_before_light(&safety, 100); /* time disarmed does not count */
    bj_safety_arm(&safety);
    assert_int_equal(dark_before_light(&safety, 2), 2);
    assert_int_equal(dark_before_light(&safety, 50), 3);
    bj_safety_disarm(&safety);
    bj_safety_arm(&safety);
    assert_int_equal(dark_before_light(&safety, 50), 5);
    bj_safety_restart(&safety);
    assert_int_equal(dark_before_light(&safety, 50), 5);
}

static void restart_arms_nothing(void **state)
{
    (void)state;
    struct bj_safety safety = make();
    bj_safety_restart(&safety);
    assert_int_equal(dark_before_light(&safety, 100), 100);
}

static void settle_and_lag_are_exact(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    bj_safety_connections(&safety, true, 0);
    assert_int_equal(dark_before_light(&safety, 100), 20);
    bj_safety_connections(&safety, true, 7);
    assert_int_equal(dark_before_light(&safety, 100), 27);
    bj_safety_connections(&safety, true, 7);
    assert_int_equal(dark_before_light(&safety, 10), 10);
    assert_int_equal(dark_before_light(&safety, 100), 17); /* what was left of 27 */
    bj_safety_connections(&safety, true, 0);
    assert_int_equal(dark_before_light(&safety, 5), 5);
    bj_safety_connections(&safety, true, 0); /* a new change begins anew */
    assert_int_equal(dark_before_light(&safety, 100), 20);
}

static void unconnected_is_dark_until_settled_again(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    bj_safety_connections(&safety, false, 3);
    assert_int_equal(dark_before_light(&safety, MOST), MOST);
    bj_safety_connections(&safety, true, 3);
    assert_int_equal(dark_before_light(&safety, 100), 23);
}

/* Blank and settle run at the same time, not one after the other. */
static void times_run_side_by_side(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    bj_safety_restart(&safety);
    bj_safety_connections(&safety, true, 0);
    assert_int_equal(dark_before_light(&safety, 100), 20);
}

static void times_are_rounded_up(void **state)
{
    (void)state;
    const struct bj_safety_config config = {
        .start_blank_ns = 1, .settle_ns = 1000001, .dwell_ns = 999999};
    struct bj_safety safety;
    bj_safety_init(&safety, &config, PPS);
    assert_int_equal(safety.start_points, 1);
    assert_int_equal(safety.settle_points, 2);
    assert_int_equal(safety.dwell_points, 1);
    struct bj_safety_config defaults = bj_safety_defaults();
    bj_safety_init(&safety, &defaults, 30000);
    assert_int_equal(safety.start_points, 30);
    assert_int_equal(safety.settle_points, 3000);
    assert_int_equal(safety.dwell_points, 300);
}

static void zero_times_mean_no_wait(void **state)
{
    (void)state;
    struct bj_safety safety;
    bj_safety_init(&safety, &(struct bj_safety_config){0}, PPS);
    bj_safety_arm(&safety);
    assert_int_equal(dark_before_light(&safety, 10), 0);
    bj_safety_connections(&safety, true, 0);
    assert_int_equal(dark_before_light(&safety, 10), 0);
}

/* ---- colour ---- */

#define LEAST 1e-9f /* less than any DAC can show: light all the same */

static void without_intensity_or_colour_all_is_zero(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    struct bj_point points[] = {
        {.x = 0.1f, .r = 1, .g = 1, .b = 1, .i = 0},
        {.x = 0.2f, .i = 1},
        {.x = 0.3f, .r = LEAST, .i = LEAST},
        {.x = 0.4f, .g = LEAST, .i = 1},
        {.x = 0.5f, .b = LEAST, .i = 1},
    };
    assert_int_equal(bj_safety_run(&safety, points, 5), BJ_DARK_NO);
    assert_true(is_dark(&points[0]));
    assert_true(is_dark(&points[1]));
    assert_true(points[2].r == LEAST && points[2].i == LEAST);
    assert_true(points[3].g == LEAST);
    assert_true(points[4].b == LEAST);
    assert_int_equal(bj_safety_run(&safety, points, 2), BJ_DARK_SOURCE);
}

static void lit_points_pass_unchanged(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    struct bj_point points[MOST], before[MOST];
    make_moving(points, MOST);
    memcpy(before, points, sizeof before);
    assert_int_equal(bj_safety_run(&safety, points, MOST), BJ_DARK_NO);
    assert_memory_equal(points, before, sizeof before);
}

static void light_is_clamped_and_nonsense_dark(void **state)
{
    (void)state;
    const float in[] = {1.0001f, 1.5f, 16, -0.0f, -1, -16};
    const float out[] = {1, 1, 1, 0, 0, 0};
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 3e38f};
    for (size_t k = 0; k < sizeof in / sizeof *in; k++) {
        struct bj_safety safety = make_open();
        struct bj_point point = {.x = 0.1f, .r = in[k], .g = 0.25f, .i = 1};
        struct bj_point dimmed = {.x = 0.1f, .r = 0.75f, .i = in[k]};
        bj_safety_run(&safety, &point, 1);
        bj_safety_run(&safety, &dimmed, 1);
        assert_true(point.r == out[k] && point.g == 0.25f && point.b == 0 && point.i == 1);
        assert_true(dimmed.i == out[k] && dimmed.r == (out[k] > 0 ? 0.75f : 0));
    }
    for (size_t k = 0; k < 4 * sizeof bad / sizeof *bad; k++) {
        struct bj_safety safety = make_open();
        float light[4] = {0.5f, 0.5f, 0.5f, 0.5f};
        light[k % 4] = bad[k / 4];
        struct bj_point point = {0.1f, 0.2f, light[0], light[1], light[2], light[3]};
        bj_safety_run(&safety, &point, 1);
        assert_true(is_dark(&point));
        assert_true(point.x == 0.1f && point.y == 0.2f);
    }
}

/* ---- position ---- */

static void clamps_to_the_field(void **state)
{
    (void)state;
    const float in[] = {1, -1, 1.0001f, -1.0001f, 1.5f, -16, 16, 1e-40f, -0.0f};
    const float out[] = {1, -1, 1, -1, 1, -1, 1, 1e-40f, 0};
    for (size_t k = 0; k < sizeof in / sizeof *in; k++) {
        struct bj_safety safety = make_open();
        struct bj_point points[] = {{.x = in[k], .y = 0.5f, .r = 1, .i = 1},
                                    {.x = 0.5f, .y = in[k], .r = 1, .i = 1}};
        bj_safety_run(&safety, points, 2);
        assert_true(points[0].x == out[k] && points[0].y == 0.5f);
        assert_true(points[1].y == out[k] && points[1].x == 0.5f);
        assert_true(points[0].r == 1);
        assert_int_equal(safety.invalid, 0);
    }
}

static void nonsense_rests_dark_where_the_beam_was(void **state)
{
    (void)state;
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 3e38f};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        struct bj_safety safety = make_open();
        struct bj_point points[] = {
            {.x = 0.25f, .y = 2.0f, .r = 0.5f, .i = 0.5f},
            {.x = bad[k], .y = 0.75f, .r = 0.5f, .g = 0.5f, .b = 0.5f, .i = 0.5f},
            {.x = 0.75f, .y = bad[k], .r = 0.5f, .g = 0.5f, .b = 0.5f, .i = 0.5f},
            {.x = 0.5f, .y = 0.5f, .r = 0.5f, .i = 0.5f},
        };
        bj_safety_run(&safety, points, 4);
        for (int bad_one = 1; bad_one <= 2; bad_one++) {
            assert_true(points[bad_one].x == 0.25f && points[bad_one].y == 1.0f);
            assert_true(is_dark(&points[bad_one]));
        }
        assert_true(points[0].r == 0.5f);
        assert_true(points[3].r == 0.5f);
        assert_int_equal(safety.invalid, 2);
    }
}

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static float any_float(uint32_t *seed)
{
    uint32_t bits = next(seed) << 16 ^ next(seed);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Half of it sensible, so that some is lit. */
static float any_light(uint32_t *seed)
{
    return next(seed) % 2 ? (float)next(seed) / 0x1000000 : any_float(seed);
}

static bool is_light(float value)
{
    return value >= 0 && value <= 1; /* false for NaN */
}

/* Whatever comes: finite, within the field and the range of light; dark while any gate is
 * closed. */
static void any_bits_end_within_the_field(void **state)
{
    (void)state;
    uint32_t seed = 41;
    struct bj_safety safety = make();
    for (int round = 0; round < 4000; round++) {
        struct bj_point points[64];
        switch (next(&seed) % 8) {
        case 0:
            bj_safety_arm(&safety);
            break;
        case 1:
            bj_safety_disarm(&safety);
            break;
        case 2:
            bj_safety_connections(&safety, next(&seed) % 4, next(&seed) % 100);
            break;
        default:
            break;
        }
        bool closed = !safety.armed || !safety.position_connected ||
                      safety.start_left_points >= 64 || safety.settle_left_points >= 64;
        for (int k = 0; k < 64; k++) {
            points[k] = (struct bj_point){.x = any_float(&seed),
                                          .y = any_float(&seed),
                                          .r = any_light(&seed),
                                          .g = any_light(&seed),
                                          .b = any_light(&seed),
                                          .i = any_light(&seed)};
        }
        bool lit = bj_safety_run(&safety, points, 64) == BJ_DARK_NO, any = false;
        for (int k = 0; k < 64; k++) {
            assert_true(points[k].x >= -1 && points[k].x <= 1);
            assert_true(points[k].y >= -1 && points[k].y <= 1);
            assert_true(is_light(points[k].r) && is_light(points[k].g));
            assert_true(is_light(points[k].b) && is_light(points[k].i));
            any = any || !is_dark(&points[k]);
        }
        assert_int_equal(lit, any);
        assert_false(closed && lit);
    }
}

/* ---- dwell ---- */

/* Runs one point and tells whether it came out lit. */
static bool shows(struct bj_safety *safety, float x, float y, bool lit)
{
    struct bj_point point = {.x = x, .y = y};
    point.g = point.i = lit ? 1 : 0;
    return bj_safety_run(safety, &point, 1) == BJ_DARK_NO;
}

static uint32_t lit_of(struct bj_safety *safety, float x, float y, uint32_t count)
{
    uint32_t lit = 0;
    for (uint32_t k = 0; k < count; k++) {
        lit += shows(safety, x, y, true);
    }
    return lit;
}

static void a_resting_beam_goes_out_in_time(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    shows(&safety, -0.9f, -0.9f, false);
    /* the point that arrives begins the rest */
    assert_int_equal(lit_of(&safety, 0.1f, 0.1f, 500), 11);
    assert_int_equal(safety.dwell_darkened, 489);
}

/* With the next point: what is lit was known before the mirrors moved. */
static void movement_brings_light_back(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    lit_of(&safety, 0.1f, 0.1f, 100);
    assert_false(shows(&safety, 0.104f, 0.096f, true)); /* within the extent */
    assert_false(shows(&safety, 0.1f, 0.106f, true));
    assert_int_equal(lit_of(&safety, 0.1f, 0.106f, 100), 10);
    assert_false(shows(&safety, 0.094f, 0.106f, true));
    assert_int_equal(lit_of(&safety, 0.094f, 0.106f, 100), 10);
}

static void trembling_is_resting(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    uint32_t lit = 0;
    shows(&safety, 0.2f, 0.2f, true);
    for (int k = 0; k < 300; k++) {
        lit +=
            shows(&safety, 0.2f + (k % 3 - 1) * 0.004f, 0.2f - (k % 5 - 2) * 0.002f, true);
    }
    assert_int_equal(lit, 10);
}

static void a_slow_beam_moves(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    for (int k = 0; k < 1000; k++) {
        assert_true(shows(&safety, -0.5f + k * 0.001f, 0, true)); /* 6 points per extent */
    }
    assert_int_equal(safety.dwell_darkened, 0);
}

static void resting_dark_is_no_offence(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    for (int k = 0; k < 500; k++) {
        shows(&safety, 0.3f, 0.3f, false);
    }
    assert_int_equal(lit_of(&safety, 0.3f, 0.3f, 100), 10);
}

/* Blinking on the spot: in the long run never more light than darkness. */
static void blinking_at_one_place_is_limited(void **state)
{
    (void)state;
    const int pattern[][2] = {{1, 1}, {9, 1}, {3, 1}, {20, 5}, {2, 1}};
    for (size_t p = 0; p < sizeof pattern / sizeof *pattern; p++) {
        struct bj_safety safety = make_open();
        uint32_t lit = 0, dark = 0;
        for (int k = 0; k < 3000; k++) {
            bool on = k % (pattern[p][0] + pattern[p][1]) < pattern[p][0];
            lit += shows(&safety, -0.2f, 0.2f, on);
            dark += !on;
            assert_true(lit <= 11 + dark);
        }
    }
}

/* Darkened by another gate, the beam does not dwell. */
static void only_light_that_leaves_counts(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    bj_safety_disarm(&safety);
    assert_int_equal(lit_of(&safety, 0.4f, 0.4f, 100), 0);
    bj_safety_arm(&safety);
    assert_int_equal(lit_of(&safety, 0.4f, 0.4f, 5), 0);
    assert_int_equal(lit_of(&safety, 0.4f, 0.4f, 100), 10);
}

/* Nonsense rests at the last place, dark, and neither trips nor clears the limit. */
static void nonsense_is_no_movement(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    lit_of(&safety, 0.1f, 0.1f, 100);
    assert_false(shows(&safety, NAN, 0.9f, true));
    assert_int_equal(lit_of(&safety, 0.1f, 0.1f, 100), 1);
}

/* Positions beyond the field all end at its edge, and that is one place. */
static void beyond_the_edge_is_one_place(void **state)
{
    (void)state;
    struct bj_safety safety = make_open();
    uint32_t lit = 0;
    for (int k = 0; k < 200; k++) {
        lit += shows(&safety, 1.5f + (float)k * 0.01f, -3.0f - (float)(k % 7), true);
    }
    assert_int_equal(lit, 11);
}

static void dwell_zero_is_off(void **state)
{
    (void)state;
    struct bj_safety safety;
    bj_safety_init(&safety, &(struct bj_safety_config){.dwell_extent = 0.005f}, PPS);
    bj_safety_arm(&safety);
    assert_int_equal(lit_of(&safety, 0.1f, 0.1f, 5000), 5000);
}

/* ---- the rest ---- */

static void does_not_depend_on_how_points_are_cut(void **state)
{
    (void)state;
    uint32_t seed = 43;
    for (int round = 0; round < 200; round++) {
        struct bj_point whole[MOST], cut[MOST];
        struct bj_safety one = make(), many = make();
        bj_safety_arm(&one);
        bj_safety_arm(&many);
        for (uint32_t k = 0; k < MOST; k++) {
            whole[k] = (struct bj_point){.x = (float)(next(&seed) / 64 % 3) * 0.004f,
                                         .r = (float)(next(&seed) / 64 % 2),
                                         .i = 1};
        }
        memcpy(cut, whole, sizeof cut);
        bj_safety_run(&one, whole, MOST);
        for (uint32_t at = 0; at < MOST;) {
            uint32_t size = next(&seed) % 40;
            size = size < MOST - at ? size : MOST - at;
            bj_safety_run(&many, cut + at, size);
            at += size;
        }
        assert_memory_equal(whole, cut, sizeof cut);
        assert_int_equal(one.dwell_darkened, many.dwell_darkened);
    }
}

static void blank_darkens_and_keeps_the_path(void **state)
{
    (void)state;
    struct bj_point points[4];
    make_moving(points, 4);
    bj_safety_blank(points, 3);
    for (int k = 0; k < 4; k++) {
        assert_true(points[k].x == (k % 2 ? 0.5f : -0.5f));
        assert_int_equal(is_dark(&points[k]), k < 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_disarmed_and_dark),
        cmocka_unit_test(each_gate_alone_keeps_dark),
        cmocka_unit_test(dark_points_keep_their_place),
        cmocka_unit_test(start_blank_is_exact),
        cmocka_unit_test(restart_arms_nothing),
        cmocka_unit_test(settle_and_lag_are_exact),
        cmocka_unit_test(unconnected_is_dark_until_settled_again),
        cmocka_unit_test(times_run_side_by_side),
        cmocka_unit_test(times_are_rounded_up),
        cmocka_unit_test(zero_times_mean_no_wait),
        cmocka_unit_test(without_intensity_or_colour_all_is_zero),
        cmocka_unit_test(lit_points_pass_unchanged),
        cmocka_unit_test(light_is_clamped_and_nonsense_dark),
        cmocka_unit_test(clamps_to_the_field),
        cmocka_unit_test(nonsense_rests_dark_where_the_beam_was),
        cmocka_unit_test(any_bits_end_within_the_field),
        cmocka_unit_test(a_resting_beam_goes_out_in_time),
        cmocka_unit_test(movement_brings_light_back),
        cmocka_unit_test(trembling_is_resting),
        cmocka_unit_test(a_slow_beam_moves),
        cmocka_unit_test(resting_dark_is_no_offence),
        cmocka_unit_test(blinking_at_one_place_is_limited),
        cmocka_unit_test(only_light_that_leaves_counts),
        cmocka_unit_test(nonsense_is_no_movement),
        cmocka_unit_test(beyond_the_edge_is_one_place),
        cmocka_unit_test(dwell_zero_is_off),
        cmocka_unit_test(does_not_depend_on_how_points_are_cut),
        cmocka_unit_test(blank_darkens_and_keeps_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

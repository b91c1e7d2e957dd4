/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "picture.h"

#define SIDE 65 /* the middle is a pixel of its own */
#define TICK_NS 33333

struct fixture {
    struct sim_picture *picture;
    struct sim_image image;
    int64_t now_ns;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->picture = sim_picture_create(1000);
    assert_non_null(fixture->picture);
    assert_true(sim_image_init(&fixture->image, SIDE, SIDE));
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    sim_picture_destroy(fixture->picture);
    sim_image_finish(&fixture->image);
    free(fixture);
    return 0;
}

enum colour { DARK, RED, GREEN, DIM_RED };

static void go(struct fixture *fixture, int x, int y, enum colour colour)
{
    const struct sim_picture_point point = {
        .time_ns = fixture->now_ns += TICK_NS,
        .x = (int16_t)x,
        .y = (int16_t)y,
        .r = colour == RED ? 65535 : (colour == DIM_RED ? 16384 : 0),
        .g = colour == GREEN ? 65535 : 0,
    };
    sim_picture_add(fixture->picture, &point);
}

static void draw(struct fixture *fixture)
{
    sim_picture_draw(fixture->picture, -1, fixture->now_ns, 0, &fixture->image);
}

static const uint8_t *pixel(const struct fixture *fixture, int x, int y)
{
    return fixture->image.rgb + 3 * (y * SIDE + x);
}

static int lit_pixels(const struct fixture *fixture)
{
    int lit = 0;

    for (int p = 0; p < SIDE * SIDE; p++) {
        const uint8_t *rgb = fixture->image.rgb + 3 * p;
        lit += (rgb[0] | rgb[1] | rgb[2]) != 0;
    }
    return lit;
}

static void test_nothing_is_black(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->image.rgb, 77, 3 * SIDE * SIDE);
    go(fixture, 0, 0, DARK);
    go(fixture, 32767, 0, DARK);
    draw(fixture);
    assert_int_equal(lit_pixels(fixture), 0);
    assert_int_equal(sim_picture_last_lit_ns(fixture->picture), -1);
}

static void test_corners_are_where_they_belong(void **state)
{
    struct fixture *fixture = *state;
    for (int n = 0; n < 2; n++) {
        go(fixture, -32768, -32768, DARK);
        go(fixture, -32768, -32768, RED);
        go(fixture, 32767, 32767, DARK);
        go(fixture, 32767, 32767, GREEN);
    }
    draw(fixture);
    assert_true(pixel(fixture, 0, SIDE - 1)[0] > 200); /* left bottom */
    assert_int_equal(pixel(fixture, 0, SIDE - 1)[1], 0);
    assert_true(pixel(fixture, SIDE - 1, 0)[1] > 200); /* right top */
    assert_int_equal(pixel(fixture, SIDE - 1, 0)[0], 0);
    assert_in_range(lit_pixels(fixture), 2, 8);
}

static void test_a_line_has_no_gaps_and_no_width(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, RED);
    draw(fixture);
    for (int x = 1; x < SIDE - 1; x++) {
        assert_true(pixel(fixture, x, SIDE / 2)[0] > 150);
        assert_int_equal(pixel(fixture, x, SIDE / 2 - 2)[0], 0);
        assert_int_equal(pixel(fixture, x, SIDE / 2 + 2)[0], 0);
    }
}

static void test_a_stroke_has_the_colour_of_its_end(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, RED);
    go(fixture, 0, 0, GREEN);
    go(fixture, 32767, 0, DARK);
    draw(fixture);
    assert_true(pixel(fixture, SIDE / 4, SIDE / 2)[1] > 0);
    assert_int_equal(pixel(fixture, SIDE / 4, SIDE / 2)[0], 0);
    assert_int_equal(pixel(fixture, 3 * SIDE / 4, SIDE / 2)[1], 0);
}

static void test_light_adds_up(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, RED);
    go(fixture, 0, -32768, DARK);
    go(fixture, 0, 32767, GREEN);
    draw(fixture);
    const uint8_t *cross = pixel(fixture, SIDE / 2, SIDE / 2);
    assert_true(cross[0] > 150 && cross[1] > 150);
    assert_int_equal(cross[2], 0);
}

static void test_slow_is_brighter_than_fast(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 16384, DARK);
    go(fixture, 32767, 16384, RED);
    go(fixture, -32768, -16384, DARK);
    for (int n = 1; n <= 8; n++) {
        go(fixture, -32768 + n * 8191, -16384, RED);
    }
    draw(fixture);
    assert_true(pixel(fixture, SIDE / 2, 3 * SIDE / 4)[0] >
                pixel(fixture, SIDE / 2, SIDE / 4)[0] + 20);
}

static void test_dim_stays_dim_but_visible(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, DIM_RED);
    draw(fixture);
    assert_in_range(pixel(fixture, SIDE / 2, SIDE / 2)[0], 80, 190);
}

/* The same picture at a third of the point rate looks the same. */
static void test_exposure_follows_the_rate(void **state)
{
    struct fixture *fixture = *state;
    uint8_t first[3];
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, RED);
    draw(fixture);
    memcpy(first, pixel(fixture, SIDE / 2, SIDE / 2), 3);
    fixture->now_ns += BJ_NS_PER_S;
    int64_t from_ns = fixture->now_ns;
    go(fixture, -32768, 0, DARK);
    fixture->now_ns += 2 * TICK_NS;
    go(fixture, 32767, 0, RED);
    sim_picture_draw(fixture->picture, from_ns, fixture->now_ns, 0, &fixture->image);
    assert_memory_equal(pixel(fixture, SIDE / 2, SIDE / 2), first, 3);
}

static void test_only_the_window_is_drawn(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, RED);
    int64_t middle_ns = fixture->now_ns;
    go(fixture, 0, -32768, DARK);
    go(fixture, 0, 32767, GREEN);
    sim_picture_draw(fixture->picture, middle_ns, fixture->now_ns, 0, &fixture->image);
    assert_int_equal(pixel(fixture, SIDE / 4, SIDE / 2)[0], 0);
    assert_true(pixel(fixture, SIDE / 2, SIDE / 4)[1] > 0);
    sim_picture_draw(fixture->picture, -1, middle_ns, 0, &fixture->image);
    assert_true(pixel(fixture, SIDE / 4, SIDE / 2)[0] > 0);
    assert_int_equal(pixel(fixture, SIDE / 2, SIDE / 4)[1], 0);
    assert_int_equal(sim_picture_last_lit_ns(fixture->picture), fixture->now_ns);
}

static void test_old_light_fades(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 16384, DARK);
    go(fixture, 32767, 16384, RED);
    fixture->now_ns += 10 * BJ_NS_PER_MS;
    go(fixture, -32768, -16384, DARK);
    go(fixture, 32767, -16384, RED);
    sim_picture_draw(fixture->picture, -1, fixture->now_ns, 5 * BJ_NS_PER_MS,
                     &fixture->image);
    uint8_t old = pixel(fixture, SIDE / 2, SIDE / 4)[0];
    uint8_t fresh = pixel(fixture, SIDE / 2, 3 * SIDE / 4)[0];
    assert_true(old > 0 && old + 30 < fresh);
}

static void test_no_line_across_a_pause(void **state)
{
    struct fixture *fixture = *state;
    go(fixture, -32768, 0, RED);
    fixture->now_ns += 50 * BJ_NS_PER_MS;
    go(fixture, 32767, 0, RED);
    draw(fixture);
    assert_int_equal(pixel(fixture, SIDE / 2, SIDE / 2)[0], 0);
    assert_true(pixel(fixture, SIDE - 1, SIDE / 2)[0] > 0);
}

static void test_the_newest_strokes_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct sim_picture *small = sim_picture_create(2);
    for (int n = 0; n < 3; n++) {
        const struct sim_picture_point point = {
            .time_ns = n * TICK_NS, .x = (int16_t)(-20000 + 20000 * n), .r = 65535};
        sim_picture_add(small, &point);
    }
    sim_picture_draw(small, -1, BJ_NS_PER_S, 0, &fixture->image);
    assert_int_equal(sim_picture_last_lit_ns(small), 2 * TICK_NS);
    assert_int_equal(pixel(fixture, SIDE * 13 / 64 - 2, SIDE / 2)[0], 0);
    assert_true(pixel(fixture, SIDE / 3, SIDE / 2)[0] > 0);
    assert_true(pixel(fixture, 2 * SIDE / 3, SIDE / 2)[0] > 0);
    sim_picture_destroy(small);
}

static void test_a_wide_image_keeps_circles_round(void **state)
{
    struct fixture *fixture = *state;
    struct sim_image wide;
    assert_true(sim_image_init(&wide, 3 * SIDE, SIDE));
    go(fixture, -32768, 0, DARK);
    go(fixture, 32767, 0, RED);
    sim_picture_draw(fixture->picture, -1, fixture->now_ns, 0, &wide);
    const uint8_t *row = wide.rgb + (size_t)3 * (SIDE / 2) * 3 * SIDE;
    assert_int_equal(row[3 * (SIDE - 3)], 0);
    assert_true(row[3 * (SIDE + 2)] > 0);
    assert_true(row[3 * (2 * SIDE - 2)] > 0);
    assert_int_equal(row[3 * (2 * SIDE + 3)], 0);
    sim_image_finish(&wide);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_is_black),
        TEST(test_corners_are_where_they_belong),
        TEST(test_a_line_has_no_gaps_and_no_width),
        TEST(test_a_stroke_has_the_colour_of_its_end),
        TEST(test_light_adds_up),
        TEST(test_slow_is_brighter_than_fast),
        TEST(test_dim_stays_dim_but_visible),
        TEST(test_exposure_follows_the_rate),
        TEST(test_only_the_window_is_drawn),
        TEST(test_old_light_fades),
        TEST(test_no_line_across_a_pause),
        TEST(test_the_newest_strokes_are_kept),
        TEST(test_a_wide_image_keeps_circles_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <pthread.h>
#include <string.h>

#include <cmocka.h>

#include "beam/shape.h"

static struct bj_point run(const struct bj_shape *shape, struct bj_point point)
{
    struct bj_shaper shaper = bj_shaper_make(shape);
    bj_shaper_run(&shaper, &point, 1);
    return point;
}

static const struct bj_point sample = {
    .x = 0.5f, .y = -0.25f, .r = 0.001f, .g = 0.3f, .b = 1, .i = 0.6f};

static void is_at(struct bj_point point, float x, float y)
{
    assert_true(point.x == x);
    assert_true(point.y == y);
}

static void has_colour(struct bj_point point, float r, float g, float b, float i)
{
    assert_true(point.r == r);
    assert_true(point.g == g);
    assert_true(point.b == b);
    assert_true(point.i == i);
}

static void neutral_leaves_every_bit(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    struct bj_point points[] = {
        sample,
        {.x = NAN, .y = -INFINITY, .r = -1, .g = 2, .b = NAN, .i = 1e30f},
        {.x = -0.0f, .y = 1e-40f, .r = 1e-40f},
        {.x = 1e30f, .y = -7},
    };
    struct bj_point before[4];
    memcpy(before, points, sizeof before);
    struct bj_shaper shaper = bj_shaper_make(&shape);
    bj_shaper_run(&shaper, points, 4);
    assert_memory_equal(points, before, sizeof before);
}

static void swaps(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.swap_xy = true;
    is_at(run(&shape, sample), -0.25f, 0.5f);
    has_colour(run(&shape, sample), 0.001f, 0.3f, 1, 0.6f);
}

static void flips(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.flip_x = true;
    is_at(run(&shape, sample), -0.5f, -0.25f);
    shape.flip_x = false;
    shape.flip_y = true;
    is_at(run(&shape, sample), 0.5f, 0.25f);
}

static void gains_and_offsets(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = 0.5f;
    is_at(run(&shape, sample), 0.25f, -0.25f);
    shape.gain_y = 2;
    is_at(run(&shape, sample), 0.25f, -0.5f);
    shape.offset_x = 0.125f;
    is_at(run(&shape, sample), 0.375f, -0.5f);
    shape.offset_y = -0.25f;
    is_at(run(&shape, sample), 0.375f, -0.75f);
}

/* Every combination of swap and flips, with unequal gains and offsets, by the definition.
 */
static void applies_swap_flip_gain_offset_in_this_order(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        struct bj_shape shape = bj_shape_neutral();
        shape.swap_xy = bits & 1;
        shape.flip_x = bits & 2;
        shape.flip_y = bits & 4;
        shape.gain_x = 0.5f;
        shape.gain_y = 0.25f;
        shape.offset_x = 0.125f;
        shape.offset_y = -0.0625f;
        float x = shape.swap_xy ? sample.y : sample.x;
        float y = shape.swap_xy ? sample.x : sample.y;
        x = shape.flip_x ? -x : x;
        y = shape.flip_y ? -y : y;
        is_at(run(&shape, sample), x * 0.5f + 0.125f, y * 0.25f - 0.0625f);
        has_colour(run(&shape, sample), 0.001f, 0.3f, 1, 0.6f);
    }
}

static void colour_gain_is_exact_and_saturates(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_r = 0.5f;
    has_colour(run(&shape, sample), 0.0005f, 0.3f, 1, 0.6f);
    shape.gain_g = 2;
    has_colour(run(&shape, sample), 0.0005f, 0.6f, 1, 0.6f);
    shape.gain_g = 4;
    shape.gain_b = 0;
    shape.gain_i = 0.1f;
    has_colour(run(&shape, sample), 0.0005f, 1, 0, 0.6f * 0.1f);
}

static void each_gain_touches_its_own_colour(void **state)
{
    (void)state;
    struct bj_point in = {.r = 0.25f, .g = 0.25f, .b = 0.25f, .i = 0.25f};
    for (int c = 0; c < 4; c++) {
        struct bj_shape shape = bj_shape_neutral();
        float *gains[] = {&shape.gain_r, &shape.gain_g, &shape.gain_b, &shape.gain_i};
        *gains[c] = 3;
        has_colour(run(&shape, in), c == 0 ? 0.75f : 0.25f, c == 1 ? 0.75f : 0.25f,
                   c == 2 ? 0.75f : 0.25f, c == 3 ? 0.75f : 0.25f);
    }
}

static void odd_gains_stay_in_range(void **state)
{
    (void)state;
    const float odd[] = {-1, -INFINITY, NAN, 0, -0.0f};
    for (size_t k = 0; k < 5; k++) {
        struct bj_shape shape = bj_shape_neutral();
        shape.gain_g = odd[k];
        has_colour(run(&shape, sample), 0.001f, 0, 1, 0.6f);
    }
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_g = INFINITY;
    has_colour(run(&shape, sample), 0.001f, 1, 1, 0.6f);
    shape.gain_g = 1e30f;
    has_colour(run(&shape, sample), 0.001f, 1, 1, 0.6f);
}

/* Full means dark; the gain applies to the light meant. Intensity is not turned over. */
static void inverts_colour_before_its_gain(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.invert_colour = true;
    has_colour(run(&shape, sample), 1 - 0.001f, 1 - 0.3f, 0, 0.6f);
    shape.gain_g = 0.5f;
    has_colour(run(&shape, sample), 1 - 0.001f, (1 - 0.3f) * 0.5f, 0, 0.6f);
}

/* What the engine fills in itself is dark by intensity, and stays dark. */
static void invert_lights_nothing_that_has_no_intensity(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.invert_colour = true;
    shape.gain_i = 100;
    assert_true(run(&shape, (struct bj_point){0}).i == 0);
    assert_true(run(&shape, (struct bj_point){.r = NAN, .i = 1}).i == 0);
    assert_true(run(&shape, (struct bj_point){.g = -1e30f, .i = 1}).i == 0);
    assert_true(run(&shape, (struct bj_point){.i = INFINITY}).i == 0);
}

static void runs_over_all_points_and_no_further(void **state)
{
    (void)state;
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = 2;
    struct bj_shaper shaper = bj_shaper_make(&shape);
    struct bj_point points[5];
    for (int k = 0; k < 5; k++) {
        points[k] = (struct bj_point){.x = 0.1f * (float)k};
    }
    bj_shaper_run(&shaper, points, 4);
    for (int k = 0; k < 5; k++) {
        assert_true(points[k].x == (k < 4 ? 0.2f : 0.1f) * (float)k);
    }
    bj_shaper_run(&shaper, points, 0);
}

/* ---- triple buffer ---- */

static struct bj_shape numbered(int number)
{
    struct bj_shape shape = bj_shape_neutral();
    shape.gain_x = shape.gain_y = shape.offset_x = shape.offset_y = (float)number;
    shape.gain_r = shape.gain_g = shape.gain_b = shape.gain_i = (float)number;
    return shape;
}

static void the_first_is_there_from_the_start(void **state)
{
    (void)state;
    struct bj_shape_buffer buffer;
    bj_shape_buffer_init(&buffer, &(struct bj_shape){.gain_x = 7});
    assert_true(bj_shape_buffer_newest(&buffer)->xx == 7);
    assert_true(bj_shape_buffer_newest(&buffer)->xx == 7);
}

static void the_newest_wins(void **state)
{
    (void)state;
    struct bj_shape_buffer buffer;
    struct bj_shape shape = numbered(1);
    bj_shape_buffer_init(&buffer, &shape);
    for (int posts = 0; posts < 5; posts++) {
        for (int k = 1; k <= posts; k++) {
            shape = numbered(posts * 10 + k);
            bj_shape_buffer_post(&buffer, &shape);
        }
        float expected = posts ? (float)(posts * 11) : 1.0f;
        assert_true(bj_shape_buffer_newest(&buffer)->xx == expected);
        assert_true(bj_shape_buffer_newest(&buffer)->xx == expected);
    }
}

static void what_is_read_does_not_change_by_a_post(void **state)
{
    (void)state;
    struct bj_shape_buffer buffer;
    struct bj_shape shape = numbered(1);
    bj_shape_buffer_init(&buffer, &shape);
    float last = 1;
    for (int round = 1; round < 9; round++) { /* each slot gets its turn */
        const struct bj_shaper *held = bj_shape_buffer_newest(&buffer);
        assert_true(held->xx == last);
        for (int k = 0; k < 4; k++) {
            shape = numbered(round * 10 + k);
            bj_shape_buffer_post(&buffer, &shape);
            assert_true(held->xx == last && held->i == last);
        }
        last = (float)(round * 10 + 3);
    }
}

#define POSTS 20000

static void *post_all(void *buffer)
{
    for (int k = 1; k <= POSTS; k++) {
        struct bj_shape shape = numbered(k);
        bj_shape_buffer_post(buffer, &shape);
    }
    return NULL;
}

static void two_threads_never_see_half_a_change(void **state)
{
    (void)state;
    struct bj_shape_buffer buffer;
    struct bj_shape shape = numbered(0);
    bj_shape_buffer_init(&buffer, &shape);
    pthread_t poster;
    assert_int_equal(pthread_create(&poster, NULL, post_all, &buffer), 0);
    bool whole = true, grows = true;
    float last = 0;
    for (int k = 0; k < 10 * POSTS && last < POSTS; k++) {
        const struct bj_shaper *s = bj_shape_buffer_newest(&buffer);
        float first = s->xx;
        whole = whole && s->yy == first && s->ox == first && s->oy == first &&
                s->r == first && s->g == first && s->b == first && s->i == first;
        grows = grows && first >= last;
        last = first;
    }
    pthread_join(poster, NULL);
    assert_true(whole);
    assert_true(grows);
    assert_true(bj_shape_buffer_newest(&buffer)->i == POSTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neutral_leaves_every_bit),
        cmocka_unit_test(swaps),
        cmocka_unit_test(flips),
        cmocka_unit_test(gains_and_offsets),
        cmocka_unit_test(applies_swap_flip_gain_offset_in_this_order),
        cmocka_unit_test(colour_gain_is_exact_and_saturates),
        cmocka_unit_test(each_gain_touches_its_own_colour),
        cmocka_unit_test(odd_gains_stay_in_range),
        cmocka_unit_test(inverts_colour_before_its_gain),
        cmocka_unit_test(invert_lights_nothing_that_has_no_intensity),
        cmocka_unit_test(runs_over_all_points_and_no_further),
        cmocka_unit_test(the_first_is_there_from_the_start),
        cmocka_unit_test(the_newest_wins),
        cmocka_unit_test(what_is_read_does_not_change_by_a_post),
        cmocka_unit_test(two_threads_never_see_half_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

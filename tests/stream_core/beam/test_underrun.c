/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "beam/underrun.h"

#define MOST 32u

static struct bj_point last_chunk[MOST];

static struct bj_underrun make(enum bj_underrun_policy policy)
{
    struct bj_underrun underrun;
    bj_underrun_init(&underrun, policy, 0.25f, -0.75f, last_chunk);
    return underrun;
}

static struct bj_point numbered(uint32_t number)
{
    return (struct bj_point){.x = (float)number / 64,
                             .y = -(float)number / 64,
                             .r = (float)(number + 1) / MOST / 2,
                             .g = (float)(number + 2) / MOST / 2,
                             .b = (float)(number + 3) / MOST / 2,
                             .i = 1};
}

static void remember(struct bj_underrun *underrun, uint32_t first, uint32_t count)
{
    struct bj_point points[MOST];
    for (uint32_t k = 0; k < count; k++) {
        points[k] = numbered(first + k);
    }
    bj_underrun_remember(underrun, points, count);
    memset(points, 0xff, sizeof points); /* the buffer is the producer's again */
}

static void rests_at(struct bj_underrun *underrun, bool dark, float x, float y)
{
    struct bj_point points[5];
    memset(points, 0xff, sizeof points);
    bj_underrun_make(underrun, dark, points, 4);
    for (int k = 0; k < 4; k++) {
        struct bj_point expected = {.x = x, .y = y};
        assert_memory_equal(&points[k], &expected, sizeof expected);
    }
    assert_true(isnan(points[4].r));
}

static void repeats(struct bj_underrun *underrun, const uint32_t *numbers, uint32_t count)
{
    struct bj_point points[MOST];
    bj_underrun_make(underrun, false, points, count);
    for (uint32_t k = 0; k < count; k++) {
        struct bj_point expected = numbered(numbers[k]);
        assert_memory_equal(&points[k], &expected, sizeof expected);
    }
}

static void blank_rests_dark_at_the_last_position(void **state)
{
    (void)state;
    const enum bj_underrun_policy policies[] = {BJ_BLANK, BJ_STOP};
    for (int p = 0; p < 2; p++) {
        struct bj_underrun underrun = make(policies[p]);
        rests_at(&underrun, false, 0, 0);
        remember(&underrun, 3, 5);
        rests_at(&underrun, false, 7.0f / 64, -7.0f / 64);
        rests_at(&underrun, true, 7.0f / 64, -7.0f / 64);
        remember(&underrun, 20, 0); /* nothing came */
        rests_at(&underrun, false, 7.0f / 64, -7.0f / 64);
    }
}

static void park_rests_dark_at_its_place(void **state)
{
    (void)state;
    struct bj_underrun underrun = make(BJ_PARK);
    rests_at(&underrun, false, 0.25f, -0.75f);
    remember(&underrun, 3, 5);
    rests_at(&underrun, false, 0.25f, -0.75f);
    rests_at(&underrun, true, 0.25f, -0.75f);
}

static void repeat_plays_the_last_chunk_round_and_round(void **state)
{
    (void)state;
    struct bj_underrun underrun = make(BJ_REPEAT_LAST);
    remember(&underrun, 10, 3);
    repeats(&underrun, (const uint32_t[]){10, 11, 12, 10, 11}, 5);
    repeats(&underrun, (const uint32_t[]){12, 10}, 2); /* goes on where it was */
    remember(&underrun, 20, 2);
    repeats(&underrun, (const uint32_t[]){20, 21, 20}, 3); /* a new chunk from its start */
    remember(&underrun, 30, 0);
    repeats(&underrun, (const uint32_t[]){21, 20}, 2);
}

static void repeat_with_nothing_to_repeat_is_dark(void **state)
{
    (void)state;
    struct bj_underrun underrun = make(BJ_REPEAT_LAST);
    rests_at(&underrun, false, 0, 0);
}

static void dark_overrides_a_repeat(void **state)
{
    (void)state;
    struct bj_underrun underrun = make(BJ_REPEAT_LAST);
    remember(&underrun, 10, 3);
    rests_at(&underrun, true, 12.0f / 64, -12.0f / 64);
    repeats(&underrun, (const uint32_t[]){10, 11}, 2);
}

static void remembers_a_whole_buffer(void **state)
{
    (void)state;
    struct bj_underrun underrun = make(BJ_REPEAT_LAST);
    uint32_t numbers[MOST];
    remember(&underrun, 0, MOST);
    for (uint32_t k = 0; k < MOST; k++) {
        numbers[k] = k;
    }
    repeats(&underrun, numbers, MOST);
    repeats(&underrun, numbers, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_rests_dark_at_the_last_position),
        cmocka_unit_test(park_rests_dark_at_its_place),
        cmocka_unit_test(repeat_plays_the_last_chunk_round_and_round),
        cmocka_unit_test(repeat_with_nothing_to_repeat_is_dark),
        cmocka_unit_test(dark_overrides_a_repeat),
        cmocka_unit_test(remembers_a_whole_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * The judge itself: it passes what is right and fails on every planted fault.
 */
#include "check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

enum { REST_POINTS = 500 };

struct played {
    struct tagged_signal signal;
    struct played_point *points;
    size_t count;
    struct check_verdict verdict;
};

static struct played_point point_of(const struct tagged_signal *signal, int64_t frame)
{
    uint16_t colour[3];
    tagged_colour(signal, frame, colour);
    return (struct played_point){
        .x = tagged_x(frame),
        .y = tagged_y(frame),
        .r = colour[0],
        .g = colour[1],
        .b = colour[2],
        .i = (colour[0] | colour[1] | colour[2]) != 0 ? 65535 : 0,
    };
}

static void number(struct played *played)
{
    for (size_t i = 0; i < played->count; i++)
        played->points[i].time_ns = (int64_t)i * 20833;
}

static int set_up(void **state)
{
    struct played *played = calloc(1, sizeof *played);
    assert_non_null(played);
    assert_true(tagged_init(&played->signal, 8000, 0.25, 1, 0.25));
    played->count = REST_POINTS + (size_t)played->signal.frames + REST_POINTS;
    played->points = calloc(played->count + 8, sizeof *played->points);
    assert_non_null(played->points);
    for (int64_t frame = 0; frame < played->signal.frames; frame++)
        played->points[REST_POINTS + frame] = point_of(&played->signal, frame);
    number(played);
    *state = played;
    return 0;
}

static int tear_down(void **state)
{
    struct played *played = *state;
    free(played->points);
    free(played);
    return 0;
}

static bool judge(struct played *played)
{
    return check_equal(&played->signal, played->points, played->count, &played->verdict);
}

/* A lit frame with lit neighbours of other colours, well inside. */
static size_t place(const struct played *played)
{
    size_t at = REST_POINTS + (size_t)played->signal.lit_begin + 1000;
    while (played->points[at].r == 0 || played->points[at].r == played->points[at + 1].r)
        at++;
    return at;
}

static void expect(struct played *played, enum check_fault kind, int64_t times)
{
    assert_false(judge(played));
    assert_int_equal(played->verdict.faults[kind], times);
    for (int i = 0; i < CHECK_FAULTS; i++)
        if (i != (int)kind)
            assert_int_equal(played->verdict.faults[i], 0);
    assert_true(played->verdict.first[0] != '\0');
}

static void every_frame_is_unique(void **state)
{
    struct played *played = *state;
    assert_true(tagged_x(1) - tagged_x(0) == TAGGED_STEP_COUNTS);
    for (int64_t period = 1; period <= TAGGED_PERIOD_Y; period++)
        assert_true((period * TAGGED_PERIOD_X) % TAGGED_PERIOD_Y != 0 ||
                    period == TAGGED_PERIOD_Y);
    assert_false(
        tagged_init(&played->signal, 96000, 1, 70, 1)); /* too long to stay unique */
}

static void faithful_play_passes(void **state)
{
    struct played *played = *state;
    assert_true(judge(played));
    assert_int_equal(played->verdict.matched_frames, 8000);
    assert_int_equal(played->verdict.first_frame, 0);
}

static void one_count_off_passes(void **state)
{
    struct played *played = *state;
    for (size_t i = 0; i < played->count; i++)
        played->points[i].x += (int)(i % 3) - 1;
    assert_true(judge(played));
}

static void two_counts_off_fails(void **state)
{
    struct played *played = *state;
    played->points[place(played)].y += 2;
    expect(played, CHECK_POSITION, 1);
}

static void missing_frame_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memmove(&played->points[at], &played->points[at + 1],
            (--played->count - at) * sizeof *played->points);
    expect(played, CHECK_MISSING, 1);
}

static void missing_period_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    played->count -= 256;
    memmove(&played->points[at], &played->points[at + 256],
            (played->count - at) * sizeof *played->points);
    expect(played, CHECK_MISSING, 256);
}

static void missing_end_fails(void **state)
{
    struct played *played = *state;
    played->count = REST_POINTS + (size_t)played->signal.lit_end - 1;
    expect(played, CHECK_MISSING, 1);
}

static void missing_begin_fails(void **state)
{
    struct played *played = *state;
    size_t cut = REST_POINTS + (size_t)played->signal.lit_begin + 1;
    memset(played->points, 0, cut * sizeof *played->points);
    expect(played, CHECK_MISSING, 1);
}

static void nothing_played_fails(void **state)
{
    struct played *played = *state;
    memset(played->points, 0, played->count * sizeof *played->points);
    expect(played, CHECK_MISSING, 8000);
    played->count = 0;
    expect(played, CHECK_MISSING, 8000);
}

static void doubled_frame_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memmove(&played->points[at + 1], &played->points[at],
            (played->count++ - at) * sizeof *played->points);
    expect(played, CHECK_DOUBLED, 1);
}

static void held_frame_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memmove(&played->points[at + 1], &played->points[at],
            (played->count++ - at) * sizeof *played->points);
    played->points[at + 1].r = played->points[at + 1].g = played->points[at + 1].b = 0;
    expect(played, CHECK_HELD, 1);
}

static void swapped_frames_fail(void **state)
{
    struct played *played = *state;
    struct played_point *at = &played->points[place(played)], kept = at[0];
    at[0] = at[1];
    at[1] = kept;
    expect(played, CHECK_REORDERED, 1);
}

static void repeated_block_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memcpy(&played->points[at], &played->points[at - 300], 300 * sizeof *played->points);
    assert_false(judge(played));
    assert_true(played->verdict.faults[CHECK_BACKWARD] > 0);
}

static void wrong_colour_fails(void **state)
{
    struct played *played = *state;
    played->points[place(played)].r ^= 1;
    expect(played, CHECK_COLOUR, 1);
}

static void shifted_colour_fails(void **state)
{
    struct played *played = *state;
    for (size_t i = played->count - 1; i > 0; i--)
        played->points[i].g = played->points[i - 1].g;
    assert_false(judge(played));
    assert_true(played->verdict.faults[CHECK_COLOUR] > 100);
}

static void half_intensity_fails(void **state)
{
    struct played *played = *state;
    played->points[place(played)].i = 32768;
    expect(played, CHECK_COLOUR, 1);
}

static void darkened_point_fails(void **state)
{
    struct played *played = *state;
    struct played_point *point = &played->points[place(played)];
    point->r = point->g = point->b = point->i = 0;
    expect(played, CHECK_DARKENED, 1);
}

static void lit_in_the_dark_fails(void **state)
{
    struct played *played = *state;
    const size_t places[] = {3, REST_POINTS + 100, played->count - 3};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct played_point *point = &played->points[places[i]], kept = *point;
        point->r = 1;
        point->i = 65535;
        expect(played, CHECK_LIT, 1);
        *point = kept;
    }
    assert_true(judge(played));
}

static void underrun_rest_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    for (size_t i = at; i < at + 100; i++) {
        played->points[i] = played->points[at - 1];
        played->points[i].r = played->points[i].g = played->points[i].b = 0;
    }
    assert_false(judge(played));
}

static void dark_check_sees_one_point(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    int64_t time_ns = played->points[at].time_ns;
    struct check_verdict verdict;
    assert_false(check_dark(played->points, played->count, time_ns, time_ns + 1, &verdict));
    assert_int_equal(verdict.points, 1);
    assert_true(check_dark(played->points, played->count, 0,
                           played->points[REST_POINTS].time_ns, &verdict));
    assert_int_equal(verdict.points, REST_POINTS);
}

/* ---- Unequal rates
 * -------------------------------------------------------------------------- */

static void play_resampled(struct played *played, double step)
{
    memset(played->points, 0, played->count * sizeof *played->points);
    size_t at = REST_POINTS;
    for (double p = 7.3; p < (double)played->signal.frames - 2 && at < played->count;
         p += step, at++) {
        int64_t frame = (int64_t)p;
        played->points[at] = point_of(&played->signal, frame);
        played->points[at].x = (int32_t)lround(tagged_x_at(p));
        played->points[at].y = (int32_t)lround(tagged_y_at(p));
    }
    played->count = at;
}

static bool judge_resampled(struct played *played, double step)
{
    return check_resampled(&played->signal, step, 3, played->points, played->count,
                           &played->verdict);
}

static void resampled_play_passes(void **state)
{
    struct played *played = *state;
    const double steps[] = {48000.0 / 30000, 48000 / 36144.578, 44100 / 48000.0, 1.0};
    size_t room = played->count;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        played->count = room;
        play_resampled(played, steps[i]);
        assert_true(judge_resampled(played, steps[i]));
        assert_true(fabs(played->verdict.frames_per_point - steps[i]) < 1e-4);
        assert_true(
            judge_resampled(played, steps[i] * 1.0002)); /* clocks differ a little */
    }
}

static void resampled_fault_fails(void **state)
{
    struct played *played = *state;
    play_resampled(played, 1.6);
    assert_true(judge_resampled(played, 1.6));
    size_t at = REST_POINTS + 2200;
    struct played_point *point = &played->points[at], kept = *point;

    point->x += 200;
    assert_false(judge_resampled(played, 1.6));
    assert_int_equal(played->verdict.faults[CHECK_POSITION], 1);
    *point = kept;
    point->g ^= 0x4000;
    assert_false(judge_resampled(played, 1.6));
    *point = kept;
    point->r = point->g = point->b = 0;
    assert_false(judge_resampled(played, 1.6));
    *point = kept;
    played->points[2].b = played->points[2].i = 65535;
    assert_false(judge_resampled(played, 1.6));
    played->points[2].b = 0;
    memmove(point, point + 1, (--played->count - at) * sizeof *point);
    assert_false(judge_resampled(played, 1.6));
}

static void resampled_at_the_wrong_rate_fails(void **state)
{
    struct played *played = *state;
    play_resampled(played, 1.6);
    assert_false(judge_resampled(played, 1.61));
    memset(played->points, 0, played->count * sizeof *played->points);
    assert_false(judge_resampled(played, 1.6));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_frame_is_unique),
        CASE(faithful_play_passes),
        CASE(one_count_off_passes),
        CASE(two_counts_off_fails),
        CASE(missing_frame_fails),
        CASE(missing_period_fails),
        CASE(missing_end_fails),
        CASE(missing_begin_fails),
        CASE(nothing_played_fails),
        CASE(doubled_frame_fails),
        CASE(held_frame_fails),
        CASE(swapped_frames_fail),
        CASE(repeated_block_fails),
        CASE(wrong_colour_fails),
        CASE(shifted_colour_fails),
        CASE(half_intensity_fails),
        CASE(darkened_point_fails),
        CASE(lit_in_the_dark_fails),
        CASE(underrun_rest_fails),
        CASE(dark_check_sees_one_point),
        CASE(resampled_play_passes),
        CASE(resampled_fault_fails),
        CASE(resampled_at_the_wrong_rate_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

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

/* The signal is played from FIRST_FRAME on, where the corners of x and y lie apart. */
enum { REST_POINTS = 500, FIRST_FRAME = 72000 };

struct played {
    struct tagged_signal signal;
    struct played_point *points;
    size_t count, room;
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
    assert_true(tagged_init(&played->signal, 48000, 74 / 48., 8 / 48., 2 / 48.));
    played->count = REST_POINTS + (size_t)played->signal.frames - FIRST_FRAME + REST_POINTS;
    played->room = played->count + 1000;
    played->points = calloc(played->room, sizeof *played->points);
    assert_non_null(played->points);
    for (int64_t frame = FIRST_FRAME; frame < played->signal.frames; frame++)
        played->points[REST_POINTS + frame - FIRST_FRAME] =
            point_of(&played->signal, frame);
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
    const struct check_limits limits = {.position = 1, .bend = CHECK_BEND};

    return check_played(&played->signal, 1, &limits, played->points, played->count,
                        &played->verdict);
}

/* A lit frame with lit neighbours of other colours, well inside. */
static size_t place(const struct played *played)
{
    size_t at = REST_POINTS - FIRST_FRAME + (size_t)played->signal.lit_begin + 1000;
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

/* No fault, but gaps, which must be explained. */
static void expect_gaps(struct played *played, int64_t gaps, double missing)
{
    assert_true(judge(played));
    assert_int_equal(played->verdict.gaps, gaps);
    assert_true(fabs(played->verdict.missing - missing) < 0.1);
}

static void cut(struct played *played, size_t at, size_t points)
{
    played->count -= points;
    memmove(&played->points[at], &played->points[at + points],
            (played->count - at) * sizeof *played->points);
    number(played);
}

/* The beam rests dark before point `at`. */
static void insert_rest(struct played *played, size_t at, size_t points)
{
    assert_true(played->count + points <= played->room);
    memmove(&played->points[at + points], &played->points[at],
            (played->count - at) * sizeof *played->points);
    played->count += points;
    for (size_t i = at; i < at + points; i++) {
        played->points[i] = (struct played_point){0};
        played->points[i].x = played->points[at - 1].x;
        played->points[i].y = played->points[at - 1].y;
    }
    number(played);
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
    expect_gaps(played, 0, 0);
    assert_int_equal(played->verdict.matched, 8000);
    assert_true(played->verdict.first_frame < (double)played->signal.lit_begin);
    assert_true(fabs(played->verdict.frames_per_point - 1) < 1e-6);
}

static void one_count_off_passes(void **state)
{
    struct played *played = *state;
    for (size_t i = 0; i < played->count; i++)
        played->points[i].x += (int)(i % 3) - 1;
    expect_gaps(played, 0, 0);
}

/* ---- Faults, whatever happened
 * -------------------------------------------------------------- */

static void off_the_path_fails(void **state)
{
    struct played *played = *state;
    played->points[place(played)].y += 4; /* 2 counts from the nearest place of the path */
    expect(played, CHECK_POSITION, 1);
}

static void a_little_early_fails(void **state)
{
    struct played *played = *state;
    struct played_point *point = &played->points[place(played)];
    point->x += point[1].x > point->x ? 6 : -6; /* a ninth of a frame */
    point->y += point[1].y > point->y ? 6 : -6;
    expect(played, CHECK_POSITION, 1);
}

static void doubled_frame_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memmove(&played->points[at + 1], &played->points[at],
            (played->count++ - at) * sizeof *played->points);
    number(played);
    assert_false(judge(played));
    assert_int_equal(played->verdict.faults[CHECK_FOREIGN], 1);
    assert_int_equal(played->verdict.gaps, 1);
}

static void swapped_frames_fail(void **state)
{
    struct played *played = *state;
    struct played_point *at = &played->points[place(played)], kept = at[0];
    at[0] = at[1];
    at[1] = kept;
    assert_false(judge(played));
}

static void repeated_block_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memcpy(&played->points[at], &played->points[at - 300], 300 * sizeof *played->points);
    expect(played, CHECK_BACKWARD, 1);
}

static void repeated_block_after_a_gap_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    memmove(&played->points[at], &played->points[at - 40],
            (played->count - at) * sizeof *played->points);
    insert_rest(played, at, 100);
    expect(played, CHECK_BACKWARD, 1);
}

static void wrong_colour_fails(void **state)
{
    struct played *played = *state;
    played->points[place(played)].r ^= 0x2000;
    expect(played, CHECK_COLOUR, 1);
}

/* In the middle of a long plateau every code counts. */
static void nearly_right_colour_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    for (int same = 0; same < 9; at++)
        same = played->points[at].r != 0 && played->points[at].r == played->points[at - 1].r
                   ? same + 1
                   : 0;
    played->points[at - 5].r ^= 1;
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

static void nothing_played_fails(void **state)
{
    struct played *played = *state;
    memset(played->points, 0, played->count * sizeof *played->points);
    expect(played, CHECK_ABSENT, 1);
    played->count = 0;
    expect(played, CHECK_ABSENT, 1);
}

static void foreign_light_in_a_gap_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    insert_rest(played, at, 100);
    expect_gaps(played, 1, 0);
    played->points[at + 50].g = 20000;
    played->points[at + 50].i = 65535;
    expect(played, CHECK_FOREIGN, 1);
}

static void dark_long_after_a_gap_fails(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    insert_rest(played, at, 100);
    for (size_t i = at + 100; i < at + 100 + 60; i++)
        played->points[i].r = played->points[i].g = played->points[i].b = 0;
    expect_gaps(played, 1, 0); /* the blank after a gap */
    assert_true(played->verdict.gap[0].blanked > 40);
    for (size_t i = at + 160; i < at + 360; i++)
        played->points[i].r = played->points[i].g = played->points[i].b = 0;
    assert_false(judge(played));
    assert_true(played->verdict.faults[CHECK_DARKENED] > 50);
}

/* ---- Gaps, which want an explanation
 * -------------------------------------------------------- */

static void missing_frames_are_a_gap(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    cut(played, at, 1);
    expect_gaps(played, 1, 1);
    assert_int_equal(played->verdict.gap[0].at, at);
    cut(played, at + 3000, 256);
    expect_gaps(played, 2, 257);
}

static void missing_begin_and_end_are_gaps(void **state)
{
    struct played *played = *state;
    played->count = REST_POINTS - FIRST_FRAME + (size_t)played->signal.lit_end - 10;
    expect_gaps(played, 1, 10);
    memset(played->points, 0,
           (REST_POINTS - FIRST_FRAME + (size_t)played->signal.lit_begin + 20) *
               sizeof *played->points);
    expect_gaps(played, 2, 30);
}

static void one_held_point_is_a_gap(void **state)
{
    struct played *played = *state;
    insert_rest(played, place(played), 1);
    expect_gaps(played, 1, 0);
    assert_int_equal(played->verdict.gap[0].dark, 1);
}

static void every_place_may_follow_a_gap(void **state)
{
    struct played *played = *state;
    size_t places = REST_POINTS - FIRST_FRAME + (size_t)played->signal.lit_begin + 100,
           rest = 20;
    for (size_t at = places; at < places + 1400; at += 61, rest = rest % 7 + 2) {
        insert_rest(played, at, rest);
        cut(played, at + rest, 11);
        expect_gaps(played, 1, 11);
        assert_int_equal(played->verdict.gap[0].dark, rest);
        tear_down(state);
        set_up(state);
        played = *state;
    }
}

/* A starving stream: single frames, and few of them, between rests. */
static void frames_between_rests_are_not_missing(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    for (size_t frames = 1; frames < 12; frames++) {
        insert_rest(played, at, 5);
        at += 5 + frames;
    }
    insert_rest(played, at, 5);
    cut(played, at + 5, 3);
    expect_gaps(played, 1, 3);
    assert_int_equal(played->verdict.gap[0].dark, 60);
}

/* Nor are those that are played dark because a gap went before. */
static void blanked_frames_between_rests_are_not_missing(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    for (int k = 0; k < 8; k++, at += 5 + 20) {
        insert_rest(played, at, 5);
        for (size_t i = at + 5; i < at + 5 + 20; i++)
            played->points[i].r = played->points[i].g = played->points[i].b = 0;
    }
    insert_rest(played, at, 5);
    expect_gaps(played, 1, 0);
    assert_true(played->verdict.gap[0].blanked > 100);
}

/* Also where one axis tells nothing. */
static void single_frames_near_corners_are_not_missing(void **state)
{
    struct played *played = *state;
    size_t corner = REST_POINTS + 75000 - FIRST_FRAME;
    for (size_t at = corner - 40, k = 0; k < 60; k++, at += 4)
        insert_rest(played, at, 3);
    expect_gaps(played, 1, 0);
}

static void rest_in_place_of_frames_is_a_gap(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    insert_rest(played, at, 100);
    cut(played, at + 100, 100);
    expect_gaps(played, 1, 100);
}

static void a_pause_of_the_dac_is_a_gap(void **state)
{
    struct played *played = *state;
    for (size_t i = place(played); i < played->count; i++)
        played->points[i].time_ns += 20000000;
    expect_gaps(played, 1, 0);
    assert_true(played->verdict.gap[0].idle_ns > 19900000);
}

static void neighbouring_gaps_are_one(void **state)
{
    struct played *played = *state;
    size_t at = place(played);
    insert_rest(played, at + 120, 20);
    insert_rest(played, at, 20);
    expect_gaps(played, 1, 0);
    insert_rest(played, at + 4000, 20);
    expect_gaps(played, 2, 0);
}

/* ---- Explanations
 * --------------------------------------------------------------------------- */

static bool explained(const struct played *played, struct check_counts counts)
{
    char why[200];
    bool good = check_explained(&played->verdict, &counts, 1, why, sizeof why);
    assert_int_equal(good, why[0] == '\0');
    return good;
}

static void nothing_needs_no_explanation(void **state)
{
    struct played *played = *state;
    assert_true(judge(played));
    assert_true(explained(played, (struct check_counts){0}));
    assert_true(explained(played, (struct check_counts){.lost_time = 3}));
}

static void gaps_must_be_counted(void **state)
{
    struct played *played = *state;
    insert_rest(played, place(played), 100);
    assert_true(judge(played));
    assert_false(explained(played, (struct check_counts){0}));
    assert_false(explained(played, (struct check_counts){.lost_time = 5}));
    assert_false(explained(played, (struct check_counts){.interruptions = 1}));
    assert_true(
        explained(played, (struct check_counts){.interruptions = 1, .lost_time = 5}));
}

static void missing_frames_must_be_counted(void **state)
{
    struct played *played = *state;
    cut(played, place(played), 100);
    assert_true(judge(played));
    struct check_counts counts = {.interruptions = 1, .lost_time = 1};
    assert_false(explained(played, counts));
    counts.lost_frames = 90;
    assert_false(explained(played, counts));
    counts.lost_frames = 100;
    assert_true(explained(played, counts));
    counts.lost_time = 0;
    assert_false(explained(played, counts));
}

static void counting_without_lost_time_fails(void **state)
{
    struct played *played = *state;
    assert_true(judge(played));
    assert_false(explained(played, (struct check_counts){.interruptions = 1}));
    assert_false(explained(played, (struct check_counts){.lost_frames = 1}));
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

/* ---- Interpolated
 * ---------------------------------------------------------------------------- */

static uint16_t mix(const struct tagged_signal *signal, double from, double to, int channel)
{
    double sum = 0;
    for (double at = from, next; at < to; at = next) {
        uint16_t colour[3];
        next = fmin(floor(at) + 1, to);
        tagged_colour(signal, (int64_t)floor(at), colour);
        sum += colour[channel] * (next - at);
    }
    return (uint16_t)lround(sum / (to - from));
}

/* The signal at `position`, colour averaged over `step` frames. */
static struct played_point between(const struct tagged_signal *signal, double position,
                                   double step)
{
    double from = position + 0.5 - step / 2;
    struct played_point point = {
        .x = (int32_t)lround(tagged_x_at(position)),
        .y = (int32_t)lround(tagged_y_at(position)),
        .r = mix(signal, from, from + step, 0),
        .g = mix(signal, from, from + step, 1),
        .b = mix(signal, from, from + step, 2),
    };
    point.i = (point.r | point.g | point.b) != 0 ? 65535 : 0;
    return point;
}

static void play_resampled(struct played *played, double step)
{
    memset(played->points, 0, played->room * sizeof *played->points);
    size_t at = REST_POINTS;
    for (double p = FIRST_FRAME + 7.3;
         p < (double)played->signal.frames - 2 && at < played->room; p += step, at++)
        played->points[at] = between(&played->signal, p, step);
    played->count = at;
    for (size_t i = 0; i < at; i++)
        played->points[i].time_ns = (int64_t)((double)i * step * 20833);
}

static bool judge_resampled(struct played *played, double step)
{
    const struct check_limits limits = {.position = step > 0.99 && step < 1.01 ? 1 : 3,
                                        .bend = CHECK_BEND};

    return check_played(&played->signal, step, &limits, played->points, played->count,
                        &played->verdict);
}

static void resampled_play_passes(void **state)
{
    struct played *played = *state;
    const double steps[] = {48000.0 / 30000, 48000 / 36144.578, 44100 / 48000.0, 1.0};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        play_resampled(played, steps[i]);
        assert_true(judge_resampled(played, steps[i]));
        assert_int_equal(played->verdict.gaps, 0);
        assert_true(fabs(played->verdict.frames_per_point - steps[i]) < 1e-4);
        assert_true(
            judge_resampled(played, steps[i] * 1.0002)); /* clocks differ a little */
        assert_int_equal(played->verdict.gaps, 0);
    }
}

/* Nearly equal clocks: every point falls elsewhere between frames. */
static void drifting_play_passes(void **state)
{
    struct played *played = *state;
    const double steps[] = {1.0001, 0.9998, 1.004, 0.996};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        play_resampled(played, steps[i]);
        assert_true(judge_resampled(played, 1));
        assert_int_equal(played->verdict.gaps, 0);
    }
}

static void wrong_rate_needs_lost_time(void **state)
{
    struct played *played = *state;
    struct check_counts counts = {0};
    char why[200];
    play_resampled(played, 1.0004);
    assert_true(judge_resampled(played, 1));
    played->verdict.longest_points = 10000; /* the signal of this test is short */
    assert_false(check_explained(&played->verdict, &counts, 1, why, sizeof why));
    counts.lost_time = 1;
    assert_true(check_explained(&played->verdict, &counts, 1, why, sizeof why));
}

/* As a DAC of 12 bits plays it, whose highest step is `full`. */
static int32_t coarse_value(int32_t value, double full)
{
    return (int32_t)lround(floor(value * 4095 / full + 0.5) * full / 4095);
}

static void make_coarse(struct played_point *point)
{
    point->x = coarse_value(point->x + 32767, 65534) - 32767;
    point->y = coarse_value(point->y + 32767, 65534) - 32767;
    point->r = (uint16_t)coarse_value(point->r, 65535);
    point->g = (uint16_t)coarse_value(point->g, 65535);
    point->b = (uint16_t)coarse_value(point->b, 65535);
}

/* Right to half a step of it, and no more. */
static void coarse_play_needs_coarse_limits(void **state)
{
    struct played *played = *state;
    const struct check_limits fine = {.position = 1, .bend = CHECK_BEND};
    const struct check_limits coarse = {
        .position = 9, .colour = {8.5, 8.5, 8.5}, .bend = CHECK_BEND};
    const double step = 1.0001;

    play_resampled(played, step);
    for (size_t i = 0; i < played->count; i++)
        make_coarse(&played->points[i]);
    assert_true(check_played(&played->signal, 1, &coarse, played->points, played->count,
                             &played->verdict));
    assert_int_equal(played->verdict.gaps, 0);
    assert_false(check_played(&played->signal, 1, &fine, played->points, played->count,
                              &played->verdict));

    played->points[REST_POINTS + 3600].g ^= 0x20;
    assert_false(check_played(&played->signal, 1, &coarse, played->points, played->count,
                              &played->verdict));
    assert_int_equal(played->verdict.faults[CHECK_COLOUR], 1);
}

/* Blue on from 53 % up, off from 47 % down: right to 53 %, whatever the other colours do.
 */
static void switched_blue_needs_a_limit_of_its_own(void **state)
{
    struct played *played = *state;
    const struct check_limits fine = {.position = 1, .bend = CHECK_BEND};
    const struct check_limits switched = {
        .position = 1, .colour = {0, 0, 0.53 * 65535}, .bend = CHECK_BEND};
    size_t at = place(played);
    bool on = false;

    while (played->points[at].b > 0.4 * 65535)
        at++;
    for (size_t i = 0; i < played->count; i++) {
        on = played->points[i].b >= (on ? 0.47 : 0.53) * 65535;
        played->points[i].b = on ? 65535 : 0;
    }
    assert_true(check_played(&played->signal, 1, &switched, played->points, played->count,
                             &played->verdict));
    assert_false(check_played(&played->signal, 1, &fine, played->points, played->count,
                              &played->verdict));
    for (int fault = 0; fault < 2; fault++) {
        struct played_point kept = played->points[at];
        if (fault == 0)
            played->points[at].b = 65535;
        else
            played->points[at].r ^= 1;
        assert_false(check_played(&played->signal, 1, &switched, played->points,
                                  played->count, &played->verdict));
        assert_int_equal(played->verdict.faults[CHECK_COLOUR], 1);
        played->points[at] = kept;
    }
}

static void resampled_fault_fails(void **state)
{
    struct played *played = *state;
    const double steps[] = {1.6, 1.0001};
    for (size_t i = 0; i < 2; i++) {
        double step = steps[i];
        play_resampled(played, step);
        assert_true(judge_resampled(played, step));
        size_t at = REST_POINTS + (size_t)(3600 / step);
        struct played_point *point = &played->points[at], kept = *point;

        point->x += 12;
        assert_false(judge_resampled(played, step));
        assert_int_equal(played->verdict.faults[CHECK_POSITION], 1);
        *point = kept;
        point->g ^= 0x4000;
        assert_false(judge_resampled(played, step));
        assert_int_equal(played->verdict.faults[CHECK_COLOUR], 1);
        *point = kept;
        point->r = point->g = point->b = 0;
        assert_false(judge_resampled(played, step));
        assert_int_equal(played->verdict.faults[CHECK_DARKENED], 1);
        *point = kept;
        played->points[2].b = played->points[2].i = 65535;
        assert_false(judge_resampled(played, step));
        assert_int_equal(played->verdict.faults[CHECK_LIT], 1);
        played->points[2].b = 0;
        memmove(point, point + 1, (--played->count - at) * sizeof *point);
        assert_true(judge_resampled(played, step));
        assert_int_equal(played->verdict.gaps, 1);
        assert_true(fabs(played->verdict.missing - step) < 0.1);
    }
}

static void colour_beside_its_place_fails(void **state)
{
    struct played *played = *state;
    play_resampled(played, 1.0001);
    for (size_t i = REST_POINTS; i < played->count; i++) {
        struct played_point *point = &played->points[i];
        double late = FIRST_FRAME + 7.3 + 1.0001 * (double)(i - REST_POINTS) - 0.5;
        struct played_point other = between(&played->signal, late, 1.0001);
        point->r = other.r, point->g = other.g, point->b = other.b, point->i = other.i;
    }
    assert_false(judge_resampled(played, 1));
    assert_true(played->verdict.faults[CHECK_COLOUR] > 100);
}

static void a_slip_of_half_a_frame_fails(void **state)
{
    struct played *played = *state;
    play_resampled(played, 1.0001);
    for (size_t i = REST_POINTS + 4000; i < played->count; i++)
        played->points[i] =
            between(&played->signal,
                    FIRST_FRAME + 7.3 + 1.0001 * (double)(i - REST_POINTS) + 0.4, 1.0001);
    assert_false(judge_resampled(played, 1));
}

static void resampled_at_the_wrong_rate_fails(void **state)
{
    struct played *played = *state;
    const double steps[] = {1.6, 1.0};
    for (size_t i = 0; i < 2; i++) {
        play_resampled(played, steps[i]);
        assert_false(judge_resampled(played, steps[i] * 1.01));
        assert_true(played->verdict.faults[CHECK_POSITION] > 0);
    }
    memset(played->points, 0, played->count * sizeof *played->points);
    assert_false(judge_resampled(played, 1.6));
}

/* A lost cycle that was put into the stream before it was interpolated: its edges are
 * neither of the path nor at rest. */
static void play_with_inserted_rest(struct played *played, int64_t frame, int rest,
                                    double step)
{
    memset(played->points, 0, played->room * sizeof *played->points);
    size_t at = REST_POINTS;
    for (double p = FIRST_FRAME + 7.3; p < (double)(played->signal.frames + rest) - 2;
         p += step, at++) {
        double t = p - floor(p),
               w[4] = {-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
                       -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6};
        double x = 0, y = 0, light[3] = {0};
        for (int k = 0; k < 4; k++) {
            int64_t f = (int64_t)floor(p) - 1 + k;
            bool resting = f > frame && f <= frame + rest;
            f = f <= frame ? f : resting ? frame : f - rest;
            x += w[k] * tagged_x(f), y += w[k] * tagged_y(f);
            uint16_t colour[3] = {0};
            if (!resting)
                tagged_colour(&played->signal, f, colour);
            for (int c = 0; c < 3; c++)
                light[c] += colour[c] * (k == 1 ? 1 - t : k == 2 ? t : 0);
        }
        played->points[at] = (struct played_point){.x = (int32_t)lround(x),
                                                   .y = (int32_t)lround(y),
                                                   .r = (uint16_t)lround(light[0]),
                                                   .g = (uint16_t)lround(light[1]),
                                                   .b = (uint16_t)lround(light[2]),
                                                   .i = 65535};
    }
    played->count = at;
    number(played);
}

static void an_interpolated_rest_is_a_gap(void **state)
{
    struct played *played = *state;
    for (int rest = 8; rest < 300; rest += 145)
        for (int64_t frame = 76000; frame < 78000; frame += 211) {
            play_with_inserted_rest(played, frame, rest, 1.0001);
            assert_true(judge_resampled(played, 1));
            assert_int_equal(played->verdict.gaps, 1);
            assert_true(played->verdict.missing < 1.5);
            assert_true(llabs(played->verdict.gap[0].dark - rest) <= 5);
        }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(every_frame_is_unique),
        CASE(faithful_play_passes),
        CASE(one_count_off_passes),
        CASE(off_the_path_fails),
        CASE(a_little_early_fails),
        CASE(doubled_frame_fails),
        CASE(swapped_frames_fail),
        CASE(repeated_block_fails),
        CASE(repeated_block_after_a_gap_fails),
        CASE(wrong_colour_fails),
        CASE(nearly_right_colour_fails),
        CASE(shifted_colour_fails),
        CASE(half_intensity_fails),
        CASE(darkened_point_fails),
        CASE(lit_in_the_dark_fails),
        CASE(nothing_played_fails),
        CASE(foreign_light_in_a_gap_fails),
        CASE(dark_long_after_a_gap_fails),
        CASE(missing_frames_are_a_gap),
        CASE(missing_begin_and_end_are_gaps),
        CASE(one_held_point_is_a_gap),
        CASE(every_place_may_follow_a_gap),
        CASE(frames_between_rests_are_not_missing),
        CASE(blanked_frames_between_rests_are_not_missing),
        CASE(single_frames_near_corners_are_not_missing),
        CASE(rest_in_place_of_frames_is_a_gap),
        CASE(a_pause_of_the_dac_is_a_gap),
        CASE(neighbouring_gaps_are_one),
        CASE(nothing_needs_no_explanation),
        CASE(gaps_must_be_counted),
        CASE(missing_frames_must_be_counted),
        CASE(counting_without_lost_time_fails),
        CASE(dark_check_sees_one_point),
        CASE(resampled_play_passes),
        CASE(drifting_play_passes),
        CASE(wrong_rate_needs_lost_time),
        CASE(coarse_play_needs_coarse_limits),
        CASE(switched_blue_needs_a_limit_of_its_own),
        CASE(resampled_fault_fails),
        CASE(colour_beside_its_place_fails),
        CASE(a_slip_of_half_a_frame_fails),
        CASE(resampled_at_the_wrong_rate_fails),
        CASE(an_interpolated_rest_is_a_gap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "feed/convert.h"

#include "feed/simd4.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ONE 0x100000000ULL /* one frame in position units */
#define HALF (ONE / 2)

/* ---- position ---- */

static int64_t to_units(double frames)
{
    return (int64_t)floor(frames * (double)ONE + 0.5);
}

/* A point lies in up to whole frames + 2; they are read by fours. */
static uint32_t colour_taps(double frames_per_point)
{
    return ((uint32_t)frames_per_point + 2 + 3) / 4 * 4;
}

static void read_around(struct bj_convert *convert, double behind, double ahead)
{
    convert->behind = behind > convert->behind ? (uint32_t)behind : convert->behind;
    convert->ahead = ahead > convert->ahead ? (uint32_t)ahead : convert->ahead;
}

/* What is needed around the frame that a point stands on, for all steps in the band. */
static void settle_reach(struct bj_convert *convert)
{
    double least = convert->settled * (1 - BJ_CONVERT_BAND);
    double most = convert->settled * (1 + BJ_CONVERT_BAND);
    double shift = (double)convert->colour_shift / (double)ONE;
    convert->behind = 1;
    convert->ahead = 2;
    if (convert->filtered) {
        read_around(convert, bj_kernel_behind(&convert->kernel),
                    bj_kernel_ahead(&convert->kernel));
    }
    read_around(convert, -floor(shift + 0.5 - most / 2),
                floor(shift + 1.5 - least / 2) + colour_taps(most) - 1);
}

static void settle(struct bj_convert *convert, double step)
{
    convert->settled = step;
    convert->filtered = step > BJ_CONVERT_FILTER_FROM;
    if (convert->filtered) {
        bj_kernel_make(&convert->kernel, convert->mode, step);
    }
    settle_reach(convert);
}

void bj_convert_init(struct bj_convert *convert, enum bj_interpolation mode)
{
    memset(convert, 0, sizeof *convert);
    convert->mode = mode;
    convert->step = ONE;
    settle(convert, 1);
}

void bj_convert_set_step(struct bj_convert *convert, double frames_per_point)
{
    assert(frames_per_point > 0 && frames_per_point <= BJ_CONVERT_MAX_STEP);
    convert->step = (uint64_t)to_units(frames_per_point);
    double change = frames_per_point / convert->settled - 1;
    if (fabs(change) > BJ_CONVERT_BAND) {
        settle(convert, frames_per_point);
    }
}

void bj_convert_set_colour_shift(struct bj_convert *convert, double frames)
{
    assert(fabs(frames) <= BJ_CONVERT_MAX_SHIFT);
    convert->colour_shift = to_units(frames);
    settle_reach(convert);
}

double bj_convert_position(const struct bj_convert *convert)
{
    return (double)convert->frame + convert->fraction / (double)ONE;
}

void bj_convert_set_position(struct bj_convert *convert, double frame)
{
    double whole = floor(frame);
    convert->frame = (uint64_t)whole;
    convert->fraction = (uint32_t)((frame - whole) * (double)ONE);
}

uint32_t bj_convert_behind(const struct bj_convert *convert)
{
    return convert->behind;
}

uint32_t bj_convert_ahead(const struct bj_convert *convert)
{
    return convert->ahead;
}

/* ---- how far frames reach ---- */

/* Frames from the position's frame to that of the point `points` later. */
static uint64_t advance(const struct bj_convert *convert, uint32_t points)
{
    return (convert->fraction + convert->step * points) >> 32;
}

uint32_t bj_convert_possible(const struct bj_convert *convert, uint64_t end,
                             uint32_t wanted)
{
    if (end <= convert->frame + convert->ahead) {
        return 0;
    }
    uint64_t span = end - convert->frame - convert->ahead; /* the last point is below */
    uint64_t room = BJ_CONVERT_WINDOW - convert->ahead - convert->behind;
    if (span > room) {
        span = room;
    }
    uint64_t points = ((span << 32) - 1 - convert->fraction) / convert->step + 1;
    return points < wanted ? (uint32_t)points : wanted;
}

struct bj_convert_window bj_convert_window(const struct bj_convert *convert,
                                           uint32_t points)
{
    assert(points > 0 && convert->frame >= convert->behind);
    uint64_t span = advance(convert, points - 1);
    return (struct bj_convert_window){
        .first = convert->frame - convert->behind,
        .frames = (uint32_t)span + convert->behind + convert->ahead + 1,
    };
}

/* ---- four points ---- */

/* How far four points stand from the first of them. */
struct spread {
    uint64_t away[4];
    bj_simd4_bits fraction;
    uint32_t count; /* the last point stands for those that are missing */
};

static struct spread spread_out(uint64_t step, uint32_t count)
{
    struct spread spread = {.count = count};
    for (uint32_t k = 0; k < 4; k++) {
        spread.away[k] = step * (k < count ? k : count - 1);
        spread.fraction[k] = (uint32_t)spread.away[k];
    }
    return spread;
}

static uint32_t frame_of(uint64_t at)
{
    return (uint32_t)(at >> 32);
}

/* How far after their frames four points stand, in 24 bits: exact and below 1. */
static bj_simd4 places(uint64_t at, const struct spread *spread)
{
    bj_simd4_bits fraction = (uint32_t)at + spread->fraction;
    return __builtin_convertvector((bj_simd4_ints)(fraction >> 8), bj_simd4) * 0x1p-24f;
}

/* Points on four frames in line need no gathering: the usual case where rates are equal. */
static bool in_line(uint64_t at, const struct spread *spread)
{
    return spread->count == 4 && frame_of(at + spread->away[3]) - frame_of(at) == 3;
}

/* Four frames from a point's frame on, for four points: taps[0] is the first of each. */
typedef void gather_fn(const float *in, uint64_t at, const struct spread *spread,
                       bj_simd4 taps[4]);

static inline void gather_in_line(const float *in, uint64_t at, const struct spread *spread,
                                  bj_simd4 taps[4])
{
    (void)spread;
    for (uint32_t k = 0; k < 4; k++) {
        taps[k] = bj_simd4_load(in + frame_of(at) + k);
    }
}

static inline void gather_around(const float *in, uint64_t at, const struct spread *spread,
                                 bj_simd4 taps[4])
{
    for (uint32_t k = 0; k < 4; k++) {
        taps[k] = bj_simd4_load(in + frame_of(at + spread->away[k]));
    }
    bj_simd4_transpose(taps);
}

/* What one run needs to know. */
struct run {
    const float *in[BJ_CHANNELS];
    enum bj_interpolation mode;
    const struct bj_kernel *kernel; /* NULL: nothing to filter */
    float step, full;               /* frames in a point; a frame's share in a point */
    uint32_t colour_taps;
};

/* ---- path ---- */

/* Through four frames, as differences, so that what rests rests exactly. */
static bj_simd4 cubic(const bj_simd4 taps[4], bj_simd4 t)
{
    bj_simd4 before = taps[1] - taps[0], here = taps[2] - taps[1],
             after = taps[3] - taps[2];
    bj_simd4 bend = here - before, twist = (after - here) - bend;
    return taps[1] + t * (here + (t - 1) * (bend * 0.5f + (t + 1) * twist * (1.0f / 6)));
}

static bj_simd4 straight(const bj_simd4 taps[4], bj_simd4 t)
{
    return taps[1] + t * (taps[2] - taps[1]);
}

static inline void interpolate(const struct run *run, uint64_t at,
                               const struct spread *spread, bj_simd4 made[BJ_CHANNELS],
                               gather_fn *gather)
{
    bj_simd4 place = places(at, spread);
    for (int c = BJ_X; c <= BJ_Y; c++) {
        bj_simd4 taps[4];
        gather(run->in[c] - 1, at, spread, taps);
        made[c] =
            run->mode == BJ_INTERPOLATE_SMOOTH ? cubic(taps, place) : straight(taps, place);
    }
}

static inline void make_path(const struct run *run, uint64_t at,
                             const struct spread *spread, bj_simd4 made[BJ_CHANNELS])
{
    if (run->kernel) {
        bj_kernel_filter(run->kernel, run->in, at, spread->away, made);
    } else if (in_line(at, spread)) {
        interpolate(run, at, spread, made, gather_in_line);
    } else {
        interpolate(run, at, spread, made, gather_around);
    }
}

/* ---- colour: frame n lasts from n to n + 1 here, a point one step ---- */

static bj_simd4 four(float value)
{
    return (bj_simd4){value, value, value, value};
}

/* Points of less than two frames lie in three at most. */
static inline void average_short(const struct run *run, uint64_t at,
                                 const struct spread *spread, bj_simd4 made[BJ_CHANNELS],
                                 gather_fn *gather)
{
    bj_simd4 place = places(at, spread), none = four(0), full = four(run->full);
    bj_simd4 end = (place + (run->step - 1)) * full;
    bj_simd4 first = bj_simd4_clamp((1 - place) * full, none, four(1));
    bj_simd4 second = bj_simd4_clamp(end, none, full);
    bj_simd4 third = bj_simd4_clamp(end - full, none, full);
    for (int c = BJ_R; c <= BJ_I; c++) {
        bj_simd4 taps[4];
        gather(run->in[c], at, spread, taps);
        made[c] = taps[0] * first + taps[1] * second + taps[2] * third;
    }
}

static void average_long(const struct run *run, uint64_t at, const struct spread *spread,
                         bj_simd4 made[BJ_CHANNELS])
{
    bj_simd4 full = four(run->full), end = (places(at, spread) + run->step) * full;
    bj_simd4 most = (1 - places(at, spread)) * full; /* the first frame has begun before */
    for (int c = BJ_R; c <= BJ_I; c++) {
        made[c] = four(0);
    }
    for (uint32_t n = 0; n < run->colour_taps; n += 4) {
        bj_simd4 share[4], taps[4];
        for (int k = 0; k < 4; k++, end -= full, most = full) {
            share[k] = bj_simd4_clamp(end, four(0), most);
        }
        for (int c = BJ_R; c <= BJ_I; c++) {
            gather_around(run->in[c] + n, at, spread, taps);
            made[c] += (taps[0] * share[0] + taps[1] * share[1]) +
                       (taps[2] * share[2] + taps[3] * share[3]);
        }
    }
}

static void nearest(const struct run *run, uint64_t at, const struct spread *spread,
                    bj_simd4 made[BJ_CHANNELS])
{
    for (int c = BJ_R; c <= BJ_I; c++) {
        for (int k = 0; k < 4; k++) {
            made[c][k] = run->in[c][frame_of(at + spread->away[k])];
        }
    }
}

static inline void make_colour(const struct run *run, uint64_t at,
                               const struct spread *spread, bj_simd4 made[BJ_CHANNELS])
{
    if (run->mode == BJ_INTERPOLATE_NEAREST) {
        nearest(run, at, spread, made);
    } else if (run->step >= 2) {
        average_long(run, at, spread, made);
    } else if (in_line(at, spread)) {
        average_short(run, at, spread, made, gather_in_line);
    } else {
        average_short(run, at, spread, made, gather_around);
    }
}

/* ---- channels to points ---- */

static bj_simd4 light(bj_simd4 value)
{
    return bj_simd4_clamp(value, four(0), four(1));
}

/* Each as two pairs of channels next to each other: of the first and the second point, of
 * the third and the last. */
static void pair_up(bj_simd4 one, bj_simd4 other, bj_simd4 pairs[2])
{
    pairs[0] = __builtin_shufflevector(one, other, 0, 4, 1, 5);
    pairs[1] = __builtin_shufflevector(one, other, 2, 6, 3, 7);
}

static void pack(const bj_simd4 made[BJ_CHANNELS], struct bj_point *out, uint32_t count)
{
    bj_simd4 xy[2], rg[2], bi[2], points[6];
    pair_up(made[BJ_X], made[BJ_Y], xy);
    pair_up(light(made[BJ_R]), light(made[BJ_G]), rg);
    pair_up(light(made[BJ_B]), light(made[BJ_I]), bi);
    for (int k = 0; k < 2; k++) {
        points[3 * k] = __builtin_shufflevector(xy[k], rg[k], 0, 1, 4, 5);
        points[3 * k + 1] = __builtin_shufflevector(bi[k], xy[k], 0, 1, 6, 7);
        points[3 * k + 2] = __builtin_shufflevector(rg[k], bi[k], 2, 3, 6, 7);
    }
    if (count == 4) {
        memcpy(out, points, sizeof points);
    } else {
        memcpy(out, points, count * sizeof *out);
    }
}

_Static_assert(sizeof(struct bj_point) == BJ_CHANNELS * sizeof(float) &&
                   offsetof(struct bj_point, y) == BJ_Y * sizeof(float) &&
                   offsetof(struct bj_point, r) == BJ_R * sizeof(float) &&
                   offsetof(struct bj_point, i) == BJ_I * sizeof(float),
               "a point is what pack() makes of it");

/* ---- all of it ---- */

static struct run make_run(const struct bj_convert *convert,
                           const float *const in[BJ_CHANNELS])
{
    double frames = (double)convert->step / (double)ONE;
    struct run run = {
        .mode = convert->mode,
        .kernel = convert->filtered ? &convert->kernel : NULL,
        .step = (float)frames,
        .full = (float)(1 / frames),
        .colour_taps = colour_taps(frames),
    };
    memcpy(run.in, in, sizeof run.in);
    return run;
}

static inline void make_simd4(const struct run *run, uint64_t at, uint64_t light_at,
                              const struct spread *spread, struct bj_point *out)
{
    bj_simd4 made[BJ_CHANNELS];
    make_path(run, at, spread, made);
    make_colour(run, light_at, spread, made);
    pack(made, out, spread->count);
}

void bj_convert_run(struct bj_convert *convert, const float *const in[BJ_CHANNELS],
                    struct bj_point *out, uint32_t points)
{
    const struct run run = make_run(convert, in);
    uint64_t moved = convert->fraction + convert->step * points;
    uint64_t step = convert->step, half = run.mode == BJ_INTERPOLATE_NEAREST ? 0 : step / 2;
    uint64_t at = ((uint64_t)convert->behind << 32) + convert->fraction;
    uint64_t light = at + (uint64_t)convert->colour_shift + HALF - half;
    const struct spread all = spread_out(step, 4);
    for (; points >= 4; points -= 4, at += 4 * step, light += 4 * step, out += 4) {
        make_simd4(&run, at, light, &all, out);
    }
    if (points > 0) {
        const struct spread rest = spread_out(step, points);
        make_simd4(&run, at, light, &rest, out);
    }
    convert->frame += moved >> 32;
    convert->fraction = (uint32_t)moved;
}

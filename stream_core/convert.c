/* SPDX-License-Identifier: MIT */
#include "convert.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define ONE 4294967296.0 /* 2^32: one frame in position units */
#define HALF 0x80000000u

void bj_convert_init(struct bj_convert *convert, enum bj_interpolation mode)
{
    *convert = (struct bj_convert){.mode = mode, .step = (uint64_t)ONE};
}

void bj_convert_set_step(struct bj_convert *convert, double frames_per_point)
{
    assert(frames_per_point > 0 && frames_per_point <= BJ_CONVERT_MAX_STEP);
    convert->step = (uint64_t)(frames_per_point * ONE + 0.5);
}

double bj_convert_position(const struct bj_convert *convert)
{
    return (double)convert->frame + convert->fraction / ONE;
}

void bj_convert_set_position(struct bj_convert *convert, double frame)
{
    double whole = floor(frame);
    convert->frame = (uint64_t)whole;
    convert->fraction = (uint32_t)((frame - whole) * ONE);
}

/* Whole frames that half an averaging window reaches to either side. */
static uint32_t colour_reach(const struct bj_convert *convert)
{
    return (uint32_t)((convert->step / 2 + HALF) >> 32) + 1;
}

uint32_t bj_convert_behind(const struct bj_convert *convert)
{
    return colour_reach(convert);
}

uint32_t bj_convert_ahead(const struct bj_convert *convert)
{
    uint32_t reach = colour_reach(convert);
    return reach > 2 ? reach : 2;
}

/* Frames from the position's frame to that of the point `points` later. */
static uint64_t advance(const struct bj_convert *convert, uint32_t points)
{
    return (convert->fraction + convert->step * points) >> 32;
}

uint32_t bj_convert_possible(const struct bj_convert *convert, uint64_t end,
                             uint32_t wanted)
{
    uint32_t ahead = bj_convert_ahead(convert);
    if (end <= convert->frame + ahead) {
        return 0;
    }
    uint64_t span = end - convert->frame - ahead; /* the last point stands below this */
    uint64_t room = BJ_CONVERT_WINDOW - 2 - ahead - bj_convert_behind(convert);
    if (span > room) {
        span = room;
    }
    uint64_t points = ((span << 32) - 1 - convert->fraction) / convert->step + 1;
    return points < wanted ? (uint32_t)points : wanted;
}

struct bj_convert_window bj_convert_window(const struct bj_convert *convert,
                                           uint32_t points)
{
    assert(points > 0 && convert->frame >= bj_convert_behind(convert));
    uint32_t behind = bj_convert_behind(convert);
    uint64_t span = advance(convert, points - 1);
    return (struct bj_convert_window){
        .first = convert->frame - behind,
        .frames = (uint32_t)span + behind + bj_convert_ahead(convert) + 1,
    };
}

static uint16_t to_colour(float value)
{
    float scaled = value * 65535.0f + 0.5f;
    scaled = scaled > 0.0f ? scaled : 0.0f;
    scaled = scaled < 65535.0f ? scaled : 65535.0f;
    return (uint16_t)(int)scaled;
}

/* Points that fall exactly on frames need no arithmetic at all. */
static void run_aligned(const float *const in[BJ_CHANNELS], uint32_t at,
                        struct bj_point *out, uint32_t points)
{
    const float *x = in[BJ_X] + at, *y = in[BJ_Y] + at, *r = in[BJ_R] + at;
    const float *g = in[BJ_G] + at, *b = in[BJ_B] + at, *i = in[BJ_I] + at;
    for (uint32_t k = 0; k < points; k++) {
        out[k] = (struct bj_point){
            .x = x[k],
            .y = y[k],
            .r = to_colour(r[k]),
            .g = to_colour(g[k]),
            .b = to_colour(b[k]),
            .i = to_colour(i[k]),
        };
    }
}

/* What a whole run needs of the converter. */
struct run {
    enum bj_interpolation mode;
    uint64_t step, half_step;
    float per_unit, per_frame; /* a point's share per 2^-32 frame, per frame */
    const float *in[BJ_CHANNELS];
};

/* Weights of the path through four equally spaced frames at -1, 0, 1, 2: a cubic or a line.
 */
static void path_weights(enum bj_interpolation mode, float t, float w[4])
{
    float a = t + 1.0f, c = t - 1.0f, d = t - 2.0f;
    if (mode == BJ_INTERPOLATE_SMOOTH) {
        w[0] = t * c * d * (-1.0f / 6.0f);
        w[1] = a * c * d * 0.5f;
        w[2] = a * t * d * -0.5f;
        w[3] = a * t * c * (1.0f / 6.0f);
    } else {
        w[0] = w[3] = 0.0f;
        w[1] = 1.0f - t;
        w[2] = t;
    }
}

static float weigh(const float *at, const float w[4])
{
    return w[0] * at[-1] + w[1] * at[0] + w[2] * at[1] + w[3] * at[2];
}

/* A point's span of the input, cut into a first part, whole frames and a last part. */
struct span {
    uint32_t first, last; /* frames of the window */
    float first_weight, last_weight;
};

/* Frame n holds from n - 1/2 to n + 1/2; the span is one step wide around `at`. */
static struct span colour_span(const struct run *run, uint64_t at)
{
    if (run->mode == BJ_INTERPOLATE_NEAREST) {
        uint32_t nearest = (uint32_t)((at + HALF) >> 32);
        return (struct span){.first = nearest, .last = nearest, .first_weight = 1.0f};
    }
    uint64_t from = at + HALF - run->half_step, to = from + run->step;
    struct span span = {.first = (uint32_t)(from >> 32), .last = (uint32_t)(to >> 32)};
    if (span.first == span.last) {
        span.first_weight = 1.0f;
    } else {
        span.first_weight = (float)(int64_t)(0x100000000 - (uint32_t)from) * run->per_unit;
        span.last_weight = (float)(int64_t)(uint32_t)to * run->per_unit;
    }
    return span;
}

static float average(const float *channel, const struct span *span, float per_frame)
{
    float sum =
        channel[span->first] * span->first_weight + channel[span->last] * span->last_weight;
    for (uint32_t n = span->first + 1; n < span->last; n++) {
        sum += channel[n] * per_frame;
    }
    return sum;
}

static struct bj_point make_point(const struct run *run, uint64_t at)
{
    float w[4];
    path_weights(run->mode, (float)(int64_t)(uint32_t)at * (float)(1 / ONE), w);
    struct span span = colour_span(run, at);
    uint32_t frame = (uint32_t)(at >> 32);
    return (struct bj_point){
        .x = weigh(run->in[BJ_X] + frame, w),
        .y = weigh(run->in[BJ_Y] + frame, w),
        .r = to_colour(average(run->in[BJ_R], &span, run->per_frame)),
        .g = to_colour(average(run->in[BJ_G], &span, run->per_frame)),
        .b = to_colour(average(run->in[BJ_B], &span, run->per_frame)),
        .i = to_colour(average(run->in[BJ_I], &span, run->per_frame)),
    };
}

static void run_between(const struct bj_convert *convert,
                        const float *const in[BJ_CHANNELS], struct bj_point *out,
                        uint32_t points)
{
    struct run run = {
        .mode = convert->mode,
        .step = convert->step,
        .half_step = convert->step / 2,
        .per_unit = (float)(1 / (double)convert->step),
        .per_frame = (float)(ONE / (double)convert->step),
    };
    memcpy(run.in, in, sizeof run.in);
    uint64_t at = ((uint64_t)bj_convert_behind(convert) << 32) + convert->fraction;
    for (uint32_t k = 0; k < points; k++, at += run.step) {
        out[k] = make_point(&run, at);
    }
}

void bj_convert_run(struct bj_convert *convert, const float *const in[BJ_CHANNELS],
                    struct bj_point *out, uint32_t points)
{
    if (convert->fraction == 0 && convert->step == (uint64_t)ONE) {
        run_aligned(in, bj_convert_behind(convert), out, points);
    } else {
        run_between(convert, in, out, points);
    }
    uint64_t moved = convert->fraction + convert->step * points;
    convert->frame += moved >> 32;
    convert->fraction = (uint32_t)moved;
}

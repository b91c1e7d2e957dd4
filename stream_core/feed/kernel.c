/* SPDX-License-Identifier: MIT */
#include "feed/kernel.h"

#include "feed/simd4.h"

#include <assert.h>
#include <math.h>

#define PI 3.14159265358979323846
#define CROSSINGS 4.0 /* to each side */
#define KAISER_BETA 5.0
#define CUTOFF 0.945  /* of half their rate: 60 dB down at 2/3 of their rate */
#define FINENESS 64.0 /* places per point; more would not show */
#define LANES 4u      /* sums kept apart, so that they may be added side by side */

uint32_t bj_kernel_behind(const struct bj_kernel *kernel)
{
    return kernel->taps / 2 - 1;
}

uint32_t bj_kernel_ahead(const struct bj_kernel *kernel)
{
    return kernel->taps / 2;
}

/* ---- what the filter looks like; `frames` is the distance from its middle ---- */

struct form {
    enum bj_interpolation mode;
    double step, reach; /* frames */
    double per_middle;  /* of the window */
};

static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > sum * 1e-12; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* 1 in the middle, 0 beyond the reach. */
static double window(const struct form *form, double frames)
{
    double place = frames / form->reach, inside = 1 - place * place;
    return inside > 0 ? bessel_i0(KAISER_BETA * sqrt(inside)) * form->per_middle : 0;
}

static double sinc(double x)
{
    return fabs(x) < 1e-9 ? 1 : sin(PI * x) / (PI * x);
}

/* Light of a line from 0 to 1 to 0, summed up from its left end to `frames`. */
static double tent_sum(double frames)
{
    double x = frames < -1 ? -1 : frames > 1 ? 1 : frames;
    return x < 0 ? (1 + x) * (1 + x) / 2 : 1 - (1 - x) * (1 - x) / 2;
}

static double weight(const struct form *form, double frames, double windowed)
{
    if (form->mode == BJ_INTERPOLATE_SMOOTH) {
        double crossings = CUTOFF / form->step;
        return crossings * sinc(frames * crossings) * windowed;
    }
    double half = form->step / 2;
    return (tent_sum(frames + half) - tent_sum(frames - half)) / form->step;
}

/* ---- the table ---- */

static double distance(const struct bj_kernel *kernel, uint32_t tap, double place)
{
    return (double)tap - bj_kernel_behind(kernel) - place;
}

/* Sum and centre are put right by adding a little of the window, upright and leaning, which
 * changes nothing but what is slow. */
static void make_row(const struct bj_kernel *kernel, const struct form *form, double place,
                     float *row)
{
    double sum = 0, centre = 0, w0 = 0, w1 = 0, w2 = 0;
    for (uint32_t tap = 0; tap < kernel->taps; tap++) {
        double frames = distance(kernel, tap, place), windowed = window(form, frames);
        double share = weight(form, frames, windowed);
        sum += share;
        centre += share * frames;
        w0 += windowed;
        w1 += windowed * frames;
        w2 += windowed * frames * frames;
    }
    double det = w0 * w2 - w1 * w1;
    double upright = ((1 - sum) * w2 + centre * w1) / det;
    double leaning = -(centre * w0 + (1 - sum) * w1) / det;
    for (uint32_t tap = 0; tap < kernel->taps; tap++) {
        double frames = distance(kernel, tap, place), windowed = window(form, frames);
        double more = (upright + leaning * frames) * windowed;
        row[tap] = (float)(weight(form, frames, windowed) + more);
    }
}

void bj_kernel_make(struct bj_kernel *kernel, enum bj_interpolation mode,
                    double frames_per_point)
{
    double step = fmin(frames_per_point, BJ_KERNEL_MAX_STEP);
    double reach = mode == BJ_INTERPOLATE_SMOOTH ? CROSSINGS * step : step / 2 + 1;
    uint32_t taps = 2 * ((uint32_t)reach + 1);
    kernel->taps = (taps + LANES - 1) / LANES * LANES;
    kernel->places = 1;
    while (kernel->places * step < FINENESS) {
        kernel->places *= 2;
    }
    assert((kernel->places + 1) * kernel->taps <= BJ_KERNEL_ROOM);
    const struct form form = {
        .mode = mode,
        .step = step,
        .reach = kernel->taps / 2, /* what is calculated anyway may as well count */
        .per_middle = 1 / bessel_i0(KAISER_BETA),
    };
    for (uint32_t k = 0; k <= kernel->places; k++) {
        double place = (double)k / kernel->places;
        make_row(kernel, &form, place, kernel->weights + (size_t)k * kernel->taps);
    }
}

/* ---- filtering ---- */

/* Four partial sums each, of x and y. */
static void weigh(const struct bj_kernel *kernel, const float *x, const float *y,
                  uint32_t fraction, bj_simd4 *sum_x, bj_simd4 *sum_y)
{
    uint64_t place = (uint64_t)fraction * kernel->places;
    const float *row = kernel->weights + (place >> 32) * kernel->taps;
    const float *next = row + kernel->taps;
    float between = (float)(int32_t)((uint32_t)place >> 8) * 0x1p-24f;
    bj_simd4 all_x = {0}, all_y = {0};
    for (size_t tap = 0; tap < kernel->taps; tap += 4) {
        bj_simd4 here = bj_simd4_load(row + tap);
        bj_simd4 weights = here + between * (bj_simd4_load(next + tap) - here);
        all_x += weights * bj_simd4_load(x + tap);
        all_y += weights * bj_simd4_load(y + tap);
    }
    *sum_x = all_x;
    *sum_y = all_y;
}

static bj_simd4 add_up(bj_simd4 sums[4])
{
    bj_simd4_transpose(sums);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void bj_kernel_filter(const struct bj_kernel *kernel, const float *const in[2], uint64_t at,
                      const uint64_t away[4], bj_simd4 out[2])
{
    bj_simd4 sums_x[4], sums_y[4];
    for (int k = 0; k < 4; k++) {
        size_t first = (size_t)((at + away[k]) >> 32) - bj_kernel_behind(kernel);
        weigh(kernel, in[0] + first, in[1] + first, (uint32_t)(at + away[k]), &sums_x[k],
              &sums_y[k]);
    }
    out[0] = add_up(sums_x);
    out[1] = add_up(sums_y);
}

/* SPDX-License-Identifier: MIT */
#include "kernel.h"

#include "four.h"

#include <assert.h>
#include <math.h>

#define PI 3.14159265358979323846
#define CROSSINGS 4.0 /* to each side */
#define KAISER_BETA 5.0
#define FINENESS 128.0 /* places per point: errors of interpolation stay below -80 dB */
#define LANES 4u       /* sums kept apart, so that they may be added side by side */

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
};

static struct form make_form(enum bj_interpolation mode, double step)
{
    double reach = mode == BJ_INTERPOLATE_SMOOTH ? CROSSINGS * step : step / 2 + 1;
    return (struct form){.mode = mode, .step = step, .reach = reach};
}

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
    return inside > 0 ? bessel_i0(KAISER_BETA * sqrt(inside)) / bessel_i0(KAISER_BETA) : 0;
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

static double weight(const struct form *form, double frames)
{
    if (form->mode == BJ_INTERPOLATE_SMOOTH) {
        return sinc(frames / form->step) * window(form, frames);
    }
    double half = form->step / 2;
    return tent_sum(frames + half) - tent_sum(frames - half);
}

/* ---- the table ---- */

static double distance(const struct bj_kernel *kernel, uint32_t tap, double place)
{
    return (double)tap - bj_kernel_behind(kernel) - place;
}

/* Sum and centre are put right: the first by a factor, the second by leaning the window. */
static void make_row(const struct bj_kernel *kernel, const struct form *form, double place,
                     float *row)
{
    double sum = 0, moment = 0, lean = 0, lean_moment = 0;
    for (uint32_t tap = 0; tap < kernel->taps; tap++) {
        double frames = distance(kernel, tap, place), w = weight(form, frames);
        double leaning = frames * window(form, frames);
        sum += w;
        moment += w * frames;
        lean += leaning;
        lean_moment += leaning * frames;
    }
    double centre = moment / sum, by = -centre / (lean_moment - lean * centre);
    for (uint32_t tap = 0; tap < kernel->taps; tap++) {
        double frames = distance(kernel, tap, place);
        double w = weight(form, frames) / sum;
        row[tap] = (float)(w + by * (frames * window(form, frames) - lean * w));
    }
}

void bj_kernel_make(struct bj_kernel *kernel, enum bj_interpolation mode,
                    double frames_per_point)
{
    double step = fmin(frames_per_point, BJ_KERNEL_MAX_STEP);
    struct form form = make_form(mode, step);
    uint32_t taps = 2 * ((uint32_t)form.reach + 1);
    kernel->taps = (taps + LANES - 1) / LANES * LANES;
    kernel->places = 1;
    while (kernel->places * step < FINENESS) {
        kernel->places *= 2;
    }
    assert((kernel->places + 1) * kernel->taps <= BJ_KERNEL_ROOM);
    for (size_t k = 0; k <= kernel->places; k++) {
        double place = (double)k / kernel->places;
        make_row(kernel, &form, place, kernel->weights + (size_t)k * kernel->taps);
    }
}

/* ---- filtering ---- */

/* Four partial sums each, of x and y. */
static void weigh(const struct bj_kernel *kernel, const float *x, const float *y,
                  uint32_t fraction, bj_four *sum_x, bj_four *sum_y)
{
    uint64_t place = (uint64_t)fraction * kernel->places;
    const float *row = kernel->weights + (place >> 32) * kernel->taps;
    const float *next = row + kernel->taps;
    float between = (float)(int32_t)((uint32_t)place >> 8) * 0x1p-24f;
    bj_four all_x = {0}, all_y = {0};
    for (size_t tap = 0; tap < kernel->taps; tap += 4) {
        bj_four here = bj_four_load(row + tap);
        bj_four weights = here + between * (bj_four_load(next + tap) - here);
        all_x += weights * bj_four_load(x + tap);
        all_y += weights * bj_four_load(y + tap);
    }
    *sum_x = all_x;
    *sum_y = all_y;
}

static bj_four add_up(bj_four sums[4])
{
    bj_four_transpose(sums);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void bj_kernel_filter(const struct bj_kernel *kernel, const float *const in[2], uint64_t at,
                      const uint64_t away[4], bj_four out[2])
{
    bj_four sums_x[4], sums_y[4];
    for (int k = 0; k < 4; k++) {
        size_t first = (size_t)((at + away[k]) >> 32) - bj_kernel_behind(kernel);
        weigh(kernel, in[0] + first, in[1] + first, (uint32_t)(at + away[k]), &sums_x[k],
              &sums_y[k]);
    }
    out[0] = add_up(sums_x);
    out[1] = add_up(sums_y);
}

/* SPDX-License-Identifier: MIT */
#include "beam/shape.h"

#include "beam/light.h"

#include <beamjack/driver.h>

#include <math.h>

#define FRESH 4u

void bj_shape_begin(struct bj_shape *shape, size_t size)
{
    const struct bj_shape neutral = {
        .gain_x = 1, .gain_y = 1, .gain_r = 1, .gain_g = 1, .gain_b = 1, .gain_i = 1};
    bj_sized_begin(shape, size, &neutral, sizeof neutral);
}

static bool is_within(float value, float least, float most)
{
    return value >= least && value <= most; /* false for NaN */
}

bool bj_shape_is_sane(const struct bj_shape *shape)
{
    const float gains[] = {shape->gain_r, shape->gain_g, shape->gain_b, shape->gain_i};
    bool sane = fabsf(shape->gain_x) <= BJ_GAIN_LIMIT &&
                fabsf(shape->gain_y) <= BJ_GAIN_LIMIT &&
                fabsf(shape->offset_x) <= BJ_OFFSET_LIMIT &&
                fabsf(shape->offset_y) <= BJ_OFFSET_LIMIT;
    for (int k = 0; k < 4; k++) {
        sane = sane && is_within(gains[k], 0, BJ_GAIN_LIMIT);
    }
    return sane;
}

static bool is_neutral(const struct bj_shaper *s)
{
    return s->xx == 1 && s->xy == 0 && s->ox == 0 && s->yx == 0 && s->yy == 1 &&
           s->oy == 0 && s->r == 1 && s->g == 1 && s->b == 1 && s->i == 1 && !s->invert;
}

struct bj_shaper bj_shaper_make(const struct bj_shape *shape)
{
    float x = shape->flip_x ? -shape->gain_x : shape->gain_x;
    float y = shape->flip_y ? -shape->gain_y : shape->gain_y;
    struct bj_shaper shaper = {
        .xx = shape->swap_xy ? 0 : x,
        .xy = shape->swap_xy ? x : 0,
        .ox = shape->offset_x,
        .yx = shape->swap_xy ? y : 0,
        .yy = shape->swap_xy ? 0 : y,
        .oy = shape->offset_y,
        .r = shape->gain_r,
        .g = shape->gain_g,
        .b = shape->gain_b,
        .i = shape->gain_i,
        .invert = shape->invert_colour,
    };
    shaper.neutral = is_neutral(&shaper);
    return shaper;
}

/* Intensity is not inverted: what it keeps dark stays so. */
static bj_simd4 shaped_light(const struct bj_shaper *s, bj_simd4 light)
{
    const bj_simd4 gain = {s->r, s->g, s->b, s->i};
    const bj_simd4_ints colours = {-1, -1, -1, 0};
    if (s->invert) {
        light = bj_simd4_choose(colours, bj_light_full - light, light);
    }
    return bj_simd4_clamp(light * gain, bj_light_none, bj_light_full);
}

void bj_shaper_run(const struct bj_shaper *s, struct bj_point *points, uint32_t count)
{
    if (s->neutral) {
        return;
    }
    for (uint32_t k = 0; k < count; k++) {
        struct bj_point p = points[k];
        points[k].x = s->xx * p.x + s->xy * p.y + s->ox;
        points[k].y = s->yx * p.x + s->yy * p.y + s->oy;
        bj_light_set(&points[k], shaped_light(s, bj_light_of(&p)));
    }
}

void bj_shape_buffer_init(struct bj_shape_buffer *buffer, const struct bj_shape *shape)
{
    for (int k = 0; k < 3; k++) {
        buffer->slots[k] = bj_shaper_make(shape);
    }
    buffer->writing = 0;
    buffer->reading = 1;
    atomic_init(&buffer->middle, 2);
}

void bj_shape_buffer_post(struct bj_shape_buffer *buffer, const struct bj_shape *shape)
{
    buffer->slots[buffer->writing] = bj_shaper_make(shape);
    unsigned old = atomic_exchange_explicit(&buffer->middle, buffer->writing | FRESH,
                                            memory_order_acq_rel);
    buffer->writing = old & ~FRESH;
}

const struct bj_shaper *bj_shape_buffer_newest(struct bj_shape_buffer *buffer)
{
    if (atomic_load_explicit(&buffer->middle, memory_order_relaxed) & FRESH) {
        unsigned old = atomic_exchange_explicit(&buffer->middle, buffer->reading,
                                                memory_order_acq_rel);
        buffer->reading = old & ~FRESH;
    }
    return &buffer->slots[buffer->reading];
}

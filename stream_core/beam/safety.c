/* SPDX-License-Identifier: MIT */
#include "beam/safety.h"

#include "beam/light.h"
#include "feed/sanitise.h"

#include <beamjack/driver.h>

#include <math.h>

#define SAME_RATE 1e-3

void bj_safety_config_begin(struct bj_safety_config *config, size_t size)
{
    const struct bj_safety_config defaults = {
        .start_blank_ns = BJ_NS_PER_MS,
        .settle_ns = 100 * BJ_NS_PER_MS,
        .dwell_ns = 10 * BJ_NS_PER_MS,
        .dwell_extent = 0.02f,
    };
    bj_sized_begin(config, size, &defaults, sizeof defaults);
}

static bool is_duration(int64_t ns)
{
    return ns >= 0 && ns <= BJ_SAFETY_LIMIT_NS;
}

bool bj_safety_config_is_sane(const struct bj_safety_config *config)
{
    return is_duration(config->start_blank_ns) && is_duration(config->settle_ns) &&
           is_duration(config->dwell_ns) && config->dwell_extent > 0 &&
           config->dwell_extent <= 1; /* false for NaN */
}

/* ---- times ---- */

static uint64_t scaled(double points, double ratio)
{
    return (uint64_t)fmin(ceil(points * ratio), 1e15);
}

static uint32_t points_in(int64_t ns, double pps)
{
    return (uint32_t)fmin(ceil((double)ns / 1e9 * pps), UINT32_MAX);
}

static void set_points(struct bj_safety *safety, double pps)
{
    const struct bj_safety_config *config = &safety->config;
    safety->pps = pps;
    safety->start_points = points_in(config->start_blank_ns, pps);
    safety->settle_points = points_in(config->settle_ns, pps);
    safety->dwell_points = points_in(config->dwell_ns, pps);
}

void bj_safety_init(struct bj_safety *safety, const struct bj_safety_config *config,
                    double pps)
{
    *safety = (struct bj_safety){.position_connected = true, .config = *config};
    set_points(safety, pps);
    bj_mirror_init(&safety->mirror, pps);
    bj_dwell_init(&safety->dwell, safety->dwell_points, config->dwell_extent, pps);
}

void bj_safety_set_rate(struct bj_safety *safety, double pps)
{
    double ratio = pps / safety->pps;
    if (fabs(ratio - 1) < SAME_RATE) {
        return;
    }
    set_points(safety, pps);
    safety->start_left_points = scaled((double)safety->start_left_points, ratio);
    safety->settle_left_points = scaled((double)safety->settle_left_points, ratio);
    bj_mirror_set_rate(&safety->mirror, pps);
    bj_dwell_set_rate(&safety->dwell, safety->dwell_points, pps, ratio);
}

/* ---- gates ---- */

void bj_safety_arm(struct bj_safety *safety)
{
    safety->armed = true;
    bj_safety_restart(safety);
}

void bj_safety_disarm(struct bj_safety *safety)
{
    safety->armed = false;
}

void bj_safety_restart(struct bj_safety *safety)
{
    safety->start_left_points = safety->start_points;
    bj_dwell_restart(&safety->dwell);
}

void bj_safety_connections(struct bj_safety *safety, bool position_connected,
                           uint64_t lag_points)
{
    safety->position_connected = position_connected;
    safety->settle_left_points = safety->settle_points + lag_points;
}

static float clamp(float value)
{
    value = value > -1.0f ? value : -1.0f;
    return value < 1.0f ? value : 1.0f;
}

static bool is_within(const struct bj_point *point, float extent)
{
    return fabsf(point->x) <= extent && fabsf(point->y) <= extent; /* false for NaN */
}

/* `last` is where the beam was sent before. */
static bool make_valid(struct bj_point *point, const struct bj_point *last)
{
    if (is_within(point, 1.0f)) {
        return true;
    }
    bool valid = is_within(point, BJ_SENSIBLE_SAMPLE);
    point->x = valid ? clamp(point->x) : last->x;
    point->y = valid ? clamp(point->y) : last->y;
    return valid;
}

/* How many points it takes until all gates are open. */
static uint64_t closed_points(const struct bj_safety *safety)
{
    if (!safety->armed || !safety->position_connected) {
        return UINT64_MAX;
    }
    return safety->start_left_points > safety->settle_left_points
               ? safety->start_left_points
               : safety->settle_left_points;
}

/* Dark points count too, so that times end whatever the producer sends. */
static void let_pass(uint64_t *left_points, uint64_t count)
{
    *left_points -= *left_points < count ? *left_points : count;
}

/* The gate that is closed; only to be asked while one is. */
static enum bj_dark closed_gate(const struct bj_safety *safety)
{
    return !safety->armed                ? BJ_DARK_DISARMED
           : !safety->position_connected ? BJ_DARK_UNCONNECTED
                                         : BJ_DARK_SETTLING;
}

/* All end finite, within the field and the range of light, and dark before `closed`.
 * Returns whether any is lit. */
static bool gate(struct bj_safety *safety, struct bj_point *points, uint32_t count,
                 uint64_t closed)
{
    const struct bj_point *last = &safety->last;
    bool any = false;
    for (uint32_t k = 0; k < count; k++) {
        struct bj_point *point = &points[k];
        bool valid = make_valid(point, last);
        bj_simd4 light = bj_light_of(point);
        bool lit = valid & (k >= closed) & bj_light_is_lit(light);
        if (!lit) {
            light = bj_light_none;
            safety->invalid += !valid;
        }
        bj_light_set(point, light);
        any |= lit;
        last = point;
    }
    safety->last = *last;
    return any;
}

enum bj_dark bj_safety_run(struct bj_safety *safety, struct bj_point *points,
                           uint32_t count)
{
    uint64_t closed = closed_points(safety);
    enum bj_dark shut = closed >= count ? closed_gate(safety) : BJ_DARK_SOURCE;
    bool open = gate(safety, points, count, closed), lit = open;
    if (safety->dwell_points > 0) {
        lit = bj_dwell_run(&safety->dwell, &safety->mirror, points, count,
                           &safety->dwell_darkened);
    }
    let_pass(&safety->start_left_points, count);
    let_pass(&safety->settle_left_points, count);
    return lit ? BJ_DARK_NO : open ? BJ_DARK_DWELL : shut;
}

void bj_safety_blank(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        bj_light_set(&points[k], bj_light_none);
    }
}

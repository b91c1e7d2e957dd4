/* SPDX-License-Identifier: MIT */
#include "safety.h"
#include "sanitise.h"

#include <math.h>

struct bj_safety_config bj_safety_defaults(void)
{
    return (struct bj_safety_config){
        .start_blank_ns = BJ_NS_PER_MS,
        .settle_ns = 100 * BJ_NS_PER_MS,
        .dwell_ns = 10 * BJ_NS_PER_MS,
        .dwell_extent = 0.005f,
    };
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

static uint32_t points_in(int64_t ns, double pps)
{
    return (uint32_t)ceil((double)ns / 1e9 * pps);
}

void bj_safety_init(struct bj_safety *safety, const struct bj_safety_config *config,
                    double pps)
{
    *safety = (struct bj_safety){
        .position_connected = true,
        .start_points = points_in(config->start_blank_ns, pps),
        .settle_points = points_in(config->settle_ns, pps),
        .dwell_points = points_in(config->dwell_ns, pps),
        .dwell_extent = config->dwell_extent,
    };
}

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
}

void bj_safety_connections(struct bj_safety *safety, bool position_connected,
                           uint64_t lag_points)
{
    safety->position_connected = position_connected;
    safety->settle_left_points = safety->settle_points + lag_points;
}

static void darken(struct bj_point *point)
{
    point->r = point->g = point->b = point->i = 0;
}

static bool is_lit(const struct bj_point *point)
{
    return (point->r | point->g | point->b) != 0;
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

static void put_right(struct bj_safety *safety, struct bj_point *point)
{
    if (is_within(point, BJ_SENSIBLE_SAMPLE)) {
        point->x = clamp(point->x);
        point->y = clamp(point->y);
    } else {
        point->x = safety->last_x;
        point->y = safety->last_y;
        darken(point);
        safety->invalid++;
    }
}

static void make_valid(struct bj_safety *safety, struct bj_point *point)
{
    if (!is_within(point, 1.0f)) {
        put_right(safety, point);
    }
    safety->last_x = point->x;
    safety->last_y = point->y;
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

/* Lit time around one place adds up, dark time there takes off again, movement clears. */
static void limit_dwell(struct bj_safety *safety, struct bj_point *point)
{
    if (fabsf(point->x - safety->anchor_x) > safety->dwell_extent ||
        fabsf(point->y - safety->anchor_y) > safety->dwell_extent) {
        safety->anchor_x = point->x;
        safety->anchor_y = point->y;
        safety->rested_points = 0;
    } else if (!is_lit(point)) {
        safety->rested_points -= safety->rested_points > 0;
    } else if (safety->rested_points >= safety->dwell_points) {
        darken(point);
        safety->dwell_darkened++;
    } else {
        safety->rested_points++;
    }
}

/* The gate that is closed; only to be asked while one is. */
static enum bj_dark closed_gate(const struct bj_safety *safety)
{
    return !safety->armed                ? BJ_DARK_DISARMED
           : !safety->position_connected ? BJ_DARK_UNCONNECTED
                                         : BJ_DARK_SETTLING;
}

static enum bj_dark run(struct bj_safety *safety, struct bj_point *points, uint32_t count)
{
    uint64_t closed = closed_points(safety);
    uint64_t darkened_before = safety->dwell_darkened;
    enum bj_dark gate = closed_gate(safety);
    bool lit = false;
    for (uint32_t k = 0; k < count; k++) {
        struct bj_point *point = &points[k];
        make_valid(safety, point);
        if (k < closed || point->i == 0 || !is_lit(point)) {
            darken(point);
        }
        if (safety->dwell_points > 0) {
            limit_dwell(safety, point);
        }
        lit = lit || is_lit(point);
    }
    let_pass(&safety->start_left_points, count);
    let_pass(&safety->settle_left_points, count);
    return lit                                         ? BJ_DARK_NO
           : closed >= count                           ? gate
           : safety->dwell_darkened != darkened_before ? BJ_DARK_DWELL
                                                       : BJ_DARK_SOURCE;
}

/* On a copy, which the compiler may keep in registers: no point can lie within it. */
enum bj_dark bj_safety_run(struct bj_safety *safety, struct bj_point *points,
                           uint32_t count)
{
    struct bj_safety own = *safety;
    enum bj_dark dark = run(&own, points, count);
    *safety = own;
    return dark;
}

void bj_safety_blank(struct bj_point *points, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        darken(&points[k]);
    }
}

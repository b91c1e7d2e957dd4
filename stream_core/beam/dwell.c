/* SPDX-License-Identifier: MIT */
#include "beam/dwell.h"

#include "beam/light.h"

#include <math.h>

/* Looks within the limit, and the most points between two. */
#define INTERVALS 64
#define MOST_INTERVAL_POINTS 8

static bj_simd4 all(float value)
{
    return (bj_simd4){value, value, value, value};
}

static const struct bj_dwell_span nothing = {
    .low = {INFINITY, INFINITY, INFINITY, INFINITY},
    .high = {-INFINITY, -INFINITY, -INFINITY, -INFINITY},
};

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* ---- limits and rate ---- */

static void set_limits(struct bj_dwell *dwell, uint32_t limit, double pps)
{
    dwell->limit = limit < INT32_MAX / 2 ? (int32_t)limit : INT32_MAX / 2;
    dwell->interval_points =
        smaller(larger(dwell->limit / INTERVALS, 1), MOST_INTERVAL_POINTS);
    dwell->block_points = (dwell->limit + BJ_DWELL_BLOCKS - 1) / BJ_DWELL_BLOCKS;
    dwell->forget_points = (int32_t)ceil(bj_mirror_forgets_s() * pps);
}

static struct bj_dwell_interval next_interval(const struct bj_dwell *dwell)
{
    int32_t rested = larger(dwell->rested[0], dwell->rested[1]);
    return (struct bj_dwell_interval){
        .span = nothing,
        .left = dwell->interval_points,
        .budget = larger(dwell->limit - rested, 0),
    };
}

static void forget_past(struct bj_dwell *dwell)
{
    dwell->now = nothing;
    for (int k = 0; k < BJ_DWELL_BLOCKS; k++) {
        dwell->past[k] = nothing;
    }
}

void bj_dwell_init(struct bj_dwell *dwell, uint32_t limit, float extent, double pps)
{
    *dwell = (struct bj_dwell){.extent = extent, .low = all(-extent), .high = all(extent)};
    set_limits(dwell, limit, pps);
    dwell->interval = next_interval(dwell);
    dwell->block_left = dwell->block_points;
    forget_past(dwell);
}

static int32_t scaled(int32_t points, double ratio)
{
    return (int32_t)fmin(ceil(points * ratio), INT32_MAX / 2);
}

static void scale_span(struct bj_dwell_span *span, double ratio)
{
    span->net = scaled(span->net, ratio);
    span->sum = scaled(span->sum, ratio);
}

void bj_dwell_set_rate(struct bj_dwell *dwell, uint32_t limit, double pps, double ratio)
{
    set_limits(dwell, limit, pps);
    for (int scanner = 0; scanner < 2; scanner++) {
        dwell->rested[scanner] = scaled(dwell->rested[scanner], ratio);
    }
    dwell->doubtful_points = scaled(dwell->doubtful_points, ratio);
    dwell->block_left = scaled(dwell->block_left, ratio);
    scale_span(&dwell->interval.span, ratio);
    scale_span(&dwell->now, ratio);
    for (int k = 0; k < BJ_DWELL_BLOCKS; k++) {
        scale_span(&dwell->past[k], ratio);
    }
    dwell->interval.left = smaller(dwell->interval.left, dwell->interval_points);
    dwell->interval.budget =
        larger(next_interval(dwell).budget - dwell->interval.span.sum, 0);
}

/* What has rested counts on, wherever that was. */
void bj_dwell_restart(struct bj_dwell *dwell)
{
    dwell->doubtful_points = dwell->forget_points;
    forget_past(dwell);
}

/* ---- the recent past ---- */

static int32_t sum_with(int32_t sum, const struct bj_dwell_span *span)
{
    return larger(sum + span->net, span->sum);
}

static void append(struct bj_dwell_span *span, const struct bj_dwell_span *next)
{
    span->low = bj_simd4_min(span->low, next->low);
    span->high = bj_simd4_max(span->high, next->high);
    span->sum = sum_with(span->sum, next);
    span->net += next->net;
}

static void begin_block(struct bj_dwell *dwell)
{
    dwell->newest = (dwell->newest + 1) % BJ_DWELL_BLOCKS;
    dwell->past[dwell->newest] = dwell->now;
    dwell->now = nothing;
    dwell->block_left = dwell->block_points;
}

static const struct bj_dwell_span *block_of(const struct bj_dwell *dwell, uint32_t age)
{
    uint32_t at = (dwell->newest + 1 + BJ_DWELL_BLOCKS - age) % BJ_DWELL_BLOCKS;
    return age == 0 ? &dwell->now : &dwell->past[at];
}

/* All lanes of a scanner that has been beyond on either axis. */
static bj_simd4_ints beyond(const struct bj_dwell_span *span, bj_simd4 low, bj_simd4 high)
{
    bj_simd4_ints axes = (span->low < low) | (span->high > high);
    return axes | __builtin_shufflevector(axes, axes, 1, 0, 3, 2);
}

static bool is_set(int lanes, int scanner)
{
    return lanes >> 2 * scanner & 1;
}

/* What rested around this position before the interval, going back as long as nothing was
 * elsewhere; as long as the past is known, at least what is counted already. */
static int32_t rested_here(const struct bj_dwell *dwell, bj_simd4 position, int scanner)
{
    bj_simd4 low = position - dwell->extent, high = position + dwell->extent;
    uint32_t age = 0;
    while (age <= BJ_DWELL_BLOCKS &&
           !is_set(bj_simd4_lanes(beyond(block_of(dwell, age), low, high)), scanner)) {
        age++;
    }
    int32_t rested = age > BJ_DWELL_BLOCKS ? dwell->rested[scanner] : 0;
    int32_t sum = 0;
    while (age-- > 0) {
        sum = sum_with(sum, block_of(dwell, age));
    }
    return larger(rested, sum);
}

/* ---- an interval ---- */

static void rest_here(struct bj_dwell *dwell, bj_simd4 position, bj_simd4_ints lanes)
{
    dwell->low = bj_simd4_choose(lanes, position - dwell->extent, dwell->low);
    dwell->high = bj_simd4_choose(lanes, position + dwell->extent, dwell->high);
}

/* From elsewhere; `anew`: it was not here just before. The point that arrives does not
 * count. */
static void arrive(struct bj_dwell *dwell, const struct bj_dwell_span *interval,
                   bj_simd4 position, int scanner, bool anew)
{
    int32_t before = anew ? 0 : rested_here(dwell, position, scanner);
    dwell->carried[scanner] = before > 0;
    dwell->rested[scanner] =
        before > 0 ? sum_with(before, interval) : larger(interval->sum - 1, 0);
}

/* Before the limit is reached what was carried over is counted again, from here: did it
 * creep? */
static void stay(struct bj_dwell *dwell, const struct bj_dwell_span *interval,
                 bj_simd4 position, int scanner, bool anew)
{
    int32_t rested = sum_with(dwell->rested[scanner], interval);
    if (dwell->carried[scanner] && rested > dwell->limit - dwell->interval_points) {
        bj_simd4_ints slow = {-1, -1, 0, 0};
        rested = sum_with(anew ? 0 : rested_here(dwell, position, scanner), interval);
        dwell->carried[scanner] = rested < dwell->limit;
        rest_here(dwell, position, scanner == 0 ? slow : ~slow);
    }
    dwell->rested[scanner] = rested;
}

static void update_rest(struct bj_dwell *dwell, const struct bj_dwell_span *interval,
                        bj_simd4 position)
{
    bj_simd4 low = position - dwell->extent, high = position + dwell->extent;
    bj_simd4_ints moved = beyond(interval, dwell->low, dwell->high);
    int anew = bj_simd4_lanes(beyond(interval, low, high) | beyond(&dwell->now, low, high));
    int gone = bj_simd4_lanes(moved);
    for (int scanner = 0; scanner < 2; scanner++) {
        if (is_set(gone, scanner)) {
            arrive(dwell, interval, position, scanner, is_set(anew, scanner));
        } else {
            stay(dwell, interval, position, scanner, is_set(anew, scanner));
        }
    }
    rest_here(dwell, position, moved);
}

/* Where the mirrors are is not known well: all that is lit rests, nowhere in particular. */
static void doubt(struct bj_dwell *dwell, struct bj_dwell_span *interval, bj_simd4 position)
{
    dwell->doubtful_points -= dwell->interval_points;
    rest_here(dwell, position, (bj_simd4_ints){-1, -1, -1, -1});
    for (int scanner = 0; scanner < 2; scanner++) {
        dwell->rested[scanner] = sum_with(dwell->rested[scanner], interval);
    }
    interval->low = nothing.low;
    interval->high = nothing.high;
}

static void finish_interval(struct bj_dwell *dwell, bj_simd4 position)
{
    struct bj_dwell_span *interval = &dwell->interval.span;
    if (dwell->doubtful_points > 0) {
        doubt(dwell, interval, position);
    } else {
        update_rest(dwell, interval, position);
    }
    append(&dwell->now, interval);
    dwell->block_left -= dwell->interval_points;
    if (dwell->block_left <= 0) {
        begin_block(dwell);
    }
    dwell->interval = next_interval(dwell);
}

/* ---- points within an interval ---- */

static bool is_lit(const struct bj_point *point)
{
    return point->i != 0;
}

/* Returns how many are lit. */
static int32_t move(struct bj_dwell_span *span, struct bj_mirror *mirror,
                    const struct bj_point *points, int32_t count)
{
    bj_simd4 low = span->low, high = span->high;
    int32_t lit = 0;
    for (int32_t k = 0; k < count; k++) {
        const float xy[2] = {points[k].x, points[k].y};
        bj_simd4 position = bj_mirror_move(mirror, xy);
        low = bj_simd4_min(low, position);
        high = bj_simd4_max(high, position);
        lit += is_lit(&points[k]);
    }
    span->low = low;
    span->high = high;
    return lit;
}

/* Returns how many are lit still. */
static int32_t pass_each(struct bj_dwell_interval *interval, struct bj_point *points,
                         int32_t count, uint64_t *darkened)
{
    int32_t passed = 0;
    for (int32_t k = 0; k < count; k++) {
        bool lit = is_lit(&points[k]), passes = lit && interval->budget > passed;
        int32_t step = passes - !lit;
        passed += passes;
        interval->span.net += step;
        interval->span.sum = larger(interval->span.sum + step, 0);
        if (lit && !passes) {
            bj_light_set(&points[k], bj_light_none);
            (*darkened)++;
        }
    }
    return passed;
}

static int32_t pass(struct bj_dwell_interval *interval, struct bj_point *points,
                    int32_t count, int32_t lit, uint64_t *darkened)
{
    if (lit == count && lit <= interval->budget) { /* as most are */
        interval->span.net += lit;
        interval->span.sum += lit;
        return lit;
    }
    return pass_each(interval, points, count, darkened);
}

bool bj_dwell_run(struct bj_dwell *dwell, struct bj_mirror *mirror, struct bj_point *points,
                  uint32_t count, uint64_t *darkened)
{
    struct bj_mirror own = *mirror; /* which registers can hold: no point lies within it */
    struct bj_dwell_interval *interval = &dwell->interval;
    bool any = false;
    while (count > 0) {
        int32_t now = count < (uint32_t)interval->left ? (int32_t)count : interval->left;
        int32_t lit = move(&interval->span, &own, points, now);
        int32_t passed = pass(interval, points, now, lit, darkened);
        interval->budget -= passed;
        interval->left -= now;
        any |= passed > 0;
        points += now;
        count -= (uint32_t)now;
        if (interval->left <= 0) {
            finish_interval(dwell, own.position);
        }
    }
    *mirror = own;
    return any;
}

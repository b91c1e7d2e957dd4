/* SPDX-License-Identifier: MIT */
#include "engine/pace.h"

#include <math.h>

#define QUANTUM_NS (5 * BJ_NS_PER_MS)
#define SHORTEST_RETRY_NS BJ_NS_PER_MS
/* Some devices refuse a write that lands exactly on their capacity. */
#define SPARE_POINTS 1.0

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

void bj_pace_init(struct bj_pace *pace, const struct bj_dac_caps *caps, double pps,
                  int64_t target_ns, int64_t min_ns)
{
    double target = (double)target_ns / 1e9 * pps;
    double least = (double)min_ns / 1e9 * pps;
    if (caps->capacity_points > 0 && target > 0.8 * caps->capacity_points) {
        target = 0.8 * caps->capacity_points;
    }
    double chunk = larger(1, caps->min_points_per_chunk);
    target = larger(target, 2 * larger(chunk, caps->min_queued_points));
    least = clamp(least, 0, target / 2);
    double quantum = (double)QUANTUM_NS / 1e9 * pps;
    double most = larger(chunk, clamp(target / 4, 1, caps->max_points_per_chunk));
    *pace = (struct bj_pace){
        .model = caps->model,
        .target_points = target,
        .min_points = larger(least, caps->min_queued_points),
        .quantum_points = clamp(quantum, chunk, most),
        .capacity_points = caps->capacity_points,
        .max_chunk = caps->max_points_per_chunk,
        .min_chunk = caps->min_points_per_chunk,
        .begin_points = (uint32_t)ceil(target / 2),
    };
}

static uint32_t points_of(double value, uint32_t most)
{
    return value <= 0 ? 0 : value >= most ? most : (uint32_t)value;
}

static double admitted(const struct bj_pace *pace, const struct bj_level *level)
{
    return pace->capacity_points == 0
               ? INFINITY
               : floor(pace->capacity_points - SPARE_POINTS - bj_level_high(level));
}

static int64_t time_until(const struct bj_level *level, double points)
{
    double surplus = bj_level_low(level) - points;
    return level->at_ns + (int64_t)ceil(surplus / level->pps * 1e9);
}

/* What a device needs to begin may be more than the target, where it plays slower than was
 * known when it was told. */
static double aim(const struct bj_pace *pace, const struct bj_level *level)
{
    return level->playing ? pace->target_points
                          : larger(pace->target_points, pace->begin_points);
}

/* A queue: bring the lower bound up to the target, within what the upper bound lets in. */
static struct bj_plan plan_fifo(const struct bj_pace *pace, const struct bj_level *level,
                                const struct bj_dac_status *status)
{
    double low = bj_level_low(level);
    double deficit = ceil(aim(pace, level) - low);
    if (deficit < (level->playing ? pace->quantum_points : 1)) {
        return (struct bj_plan){
            .wake_ns = level->playing
                           ? time_until(level, pace->target_points - pace->quantum_points)
                           : BJ_NEVER};
    }
    double most = admitted(pace, level);
    if (most < pace->min_chunk || most < 1) {
        double missing = pace->quantum_points - most;
        return (struct bj_plan){
            .wake_ns = level->playing
                           ? level->at_ns + (int64_t)ceil(missing / level->pps * 1e9)
                           : BJ_NEVER};
    }
    uint32_t limit =
        status->room_points < pace->max_chunk ? status->room_points : pace->max_chunk;
    uint32_t target = points_of(deficit < most ? deficit : most, limit);
    bool urgent = low < pace->min_points;
    if (target < pace->min_chunk && !urgent) {
        return (struct bj_plan){.wake_ns =
                                    BJ_NEVER}; /* the driver makes room and says so */
    }
    double least = level->playing ? pace->min_points : pace->begin_points;
    double needed = ceil(least - low);
    return (struct bj_plan){
        .min_points = points_of(needed, target),
        .target_points = target,
        .wake_ns = BJ_NEVER,
    };
}

/* Frames: the driver says when the device wants the next one and how long it is. What
 * plays meanwhile is time for the producer to fill it; the gap is topped up only when that
 * runs out, or to begin at all. */
static struct bj_plan plan_swap(const struct bj_pace *pace, const struct bj_level *level,
                                const struct bj_dac_status *status)
{
    uint32_t frame =
        status->room_points < pace->max_chunk ? status->room_points : pace->max_chunk;
    double least = level->playing ? pace->min_points : pace->begin_points;
    return (struct bj_plan){
        .min_points = points_of(ceil(least - bj_level_low(level)), frame),
        .target_points = frame,
        .wake_ns = BJ_NEVER,
    };
}

struct bj_plan bj_pace_plan(const struct bj_pace *pace, const struct bj_level *level,
                            const struct bj_dac_status *status)
{
    bool takes = status->state == BJ_DAC_READY || status->state == BJ_DAC_PLAYING;
    if (!takes || status->room_points == 0) {
        return (struct bj_plan){.wake_ns = BJ_NEVER};
    }
    switch (pace->model) {
    case BJ_MODEL_FIFO:
    case BJ_MODEL_TIMED: /* a queue at the receiver that the sender must model */
        return plan_fifo(pace, level, status);
    case BJ_MODEL_SWAP:
        return plan_swap(pace, level, status);
    }
    return (struct bj_plan){.wake_ns = BJ_NEVER};
}

int64_t bj_pace_retry_ns(const struct bj_pace *pace, const struct bj_level *level)
{
    double spare = bj_level_low(level) - pace->min_points;
    int64_t half = (int64_t)(spare > 0 ? spare / 2 / level->pps * 1e9 : 0);
    return level->at_ns + (half > SHORTEST_RETRY_NS ? half : SHORTEST_RETRY_NS);
}

/* SPDX-License-Identifier: MIT
 *
 * Pacing: how many points now, and when to plan again. Never changes a point.
 *
 * One strategy per output model; all share the level and the limits below.
 */
#ifndef BJ_PACE_H
#define BJ_PACE_H

#include "engine/level.h"

struct bj_pace {
    enum bj_output_model model;
    double target_points;     /* the level to aim at */
    double min_points;        /* below this the DAC is in danger of running dry */
    double quantum_points;    /* fewer than this are not sent to a playing DAC */
    uint32_t capacity_points; /* usable; 0 = no limit known */
    uint32_t max_chunk, min_chunk;
    uint32_t begin_points; /* queued before the device starts to play */
};

struct bj_plan {
    uint32_t min_points;    /* ask for at least this; at most target_points */
    uint32_t target_points; /* ask for this; 0 = nothing now */
    int64_t wake_ns; /* with 0: when to plan again, BJ_NEVER = when the device says */
};

/* Begins with a target and a minimum that fit the device: target within 80 % of the
 * capacity, minimum within half of the target and above the needs of the device; a
 * quantum is a chunk at least. */
void bj_pace_init(struct bj_pace *pace, const struct bj_dac_caps *caps, double pps,
                  int64_t target_ns, int64_t min_ns);

/* Returns the plan for now; `level` must be advanced to now_ns. Rounds up the points to
 * ask for, and down the points to let in. */
struct bj_plan bj_pace_plan(const struct bj_pace *pace, const struct bj_level *level,
                            const struct bj_dac_status *status);

/* Returns when to ask a producer again that gave too few points for the target. */
int64_t bj_pace_retry_ns(const struct bj_pace *pace, const struct bj_level *level);

#endif

/* SPDX-License-Identifier: MIT
 *
 * Pacing: how many points now, and when to look again. Never changes a point.
 *
 * One strategy per output model; what they share is the level and the limits below.
 */
#ifndef BJ_PACE_H
#define BJ_PACE_H

#include "engine/level.h"

struct bj_pace {
    enum bj_output_model model;
    double target_points;     /* aimed at */
    double min_points;        /* below this the DAC is in danger of running dry */
    double quantum_points;    /* a playing DAC is not bothered for less */
    uint32_t capacity_points; /* usable; 0 = no limit known */
    uint32_t max_chunk, min_chunk;
    uint32_t begin_points; /* queued before the device starts to play */
};

struct bj_plan {
    uint32_t min_points;    /* ask for at least this; at most target_points */
    uint32_t target_points; /* ask for this; 0 = nothing now */
    int64_t wake_ns;        /* with 0: look again then, BJ_NEVER = when the device says */
};

/* Makes target and min fit the device: target within 80 % of the capacity, min within half
 * of the target and above what the device itself needs; a quantum is a chunk at least. */
void bj_pace_init(struct bj_pace *pace, const struct bj_dac_caps *caps, double pps,
                  int64_t target_ns, int64_t min_ns);

/* `level` is advanced to now_ns. Ceilings on what is asked for, floors on what is let in.
 */
struct bj_plan bj_pace_plan(const struct bj_pace *pace, const struct bj_level *level,
                            const struct bj_dac_status *status);

/* The producer gave too little for the target: when to ask again. */
int64_t bj_pace_retry_ns(const struct bj_pace *pace, const struct bj_level *level);

#endif

/* SPDX-License-Identifier: MIT
 *
 * Play time: when the next point to be written leaves the DAC. Measured where the DAC
 * reports its level, else from the engine's own count. Pure; engine thread, BJ_RT.
 */
#ifndef BJ_PLAY_TIME_H
#define BJ_PLAY_TIME_H

#include "clock/dac_clock.h"
#include "engine/level.h"

struct bj_play_time {
    double ns;    /* as now_ns counts */
    double sd_ns; /* standard deviation of single measurements of ns */
    double pps;   /* points per second from there on */
    bool known;   /* false: estimated */
    bool settled; /* accurate to microseconds */
};

/* Returns the play time; `level` must be advanced to now. */
struct bj_play_time bj_play_time_of(const struct bj_level *level,
                                    const struct bj_dac_clock *clock, bool reports_level);

#endif

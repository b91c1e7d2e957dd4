/* SPDX-License-Identifier: MIT
 *
 * When will the next point to be written leave the DAC? Measured where the DAC reports; one
 * that does not plays by our own count. Pure; engine thread, BJ_RT.
 */
#ifndef BJ_PLAY_TIME_H
#define BJ_PLAY_TIME_H

#include "clock/dac_clock.h"
#include "engine/level.h"

struct bj_play_time {
    double ns;    /* as now_ns counts */
    double sd_ns; /* how far single measurements of that lie off */
    double pps;   /* points per second from there on */
    bool known;   /* else a guess */
    bool settled; /* to microseconds */
};

/* `level` is advanced to now. */
struct bj_play_time bj_play_time_of(const struct bj_level *level,
                                    const struct bj_dac_clock *clock, bool reports_level);

#endif

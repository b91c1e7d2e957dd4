/* SPDX-License-Identifier: MIT
 *
 * Rate matching: how many frames a point advances, so that every point leaves the DAC
 * exactly L after its frame was captured, whatever the two crystals do.
 *
 * A proportional controller of time, not of a level: the ratio of the two measured rates,
 * and a small correction in proportion to how late the next point would be. Pure
 * arithmetic; BJ_RT.
 */
#ifndef BJ_RATE_MATCH_H
#define BJ_RATE_MATCH_H

#include <beamjack/core.h>

struct bj_rate_match {
    double nominal;     /* frames per point by the rates as named */
    double frame_hz;    /* as measured */
    double point_hz;    /* as measured */
    double error_ns;    /* by how much the next point is late (early: negative) */
    double error_sd_ns; /* standard deviation of single measurements of error_ns */
    bool settled;       /* the measurements are accurate to microseconds */
};

/* Returns the frames per point, within 3 % of nominal; a correction moves at most 5 ms
 * per second. */
double bj_rate_match_step(const struct bj_rate_match *match);

#endif

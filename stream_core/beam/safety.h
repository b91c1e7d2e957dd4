/* SPDX-License-Identifier: MIT
 *
 * Safety stage: the last one that may change a point. Nothing between it and the wire does.
 *
 * Kept short, to be reviewed in full. Light passes only if every gate is open: armed, x and
 * y connected, no start or settle time running, a valid point, mirrors that move.
 */
#ifndef BJ_SAFETY_H
#define BJ_SAFETY_H

#include "beam/dwell.h"
#include <beamjack/core.h>

struct bj_safety {
    /* gates */
    bool armed;
    bool position_connected;
    uint64_t start_left_points;  /* dark after arming or a gap */
    uint64_t settle_left_points; /* dark after a connection change */

    /* limits, and the limits in points at the present rate */
    struct bj_safety_config config;
    double pps;
    uint32_t start_points, settle_points, dwell_points;

    /* the beam */
    struct bj_point last; /* the last valid point */
    struct bj_mirror mirror;
    struct bj_dwell dwell;

    /* counters */
    uint64_t dwell_darkened, invalid;
};

/* Returns whether all values are within the ranges of core.h. */
bool bj_safety_config_is_sane(const struct bj_safety_config *config);

/* Begins disarmed and connected. */
void bj_safety_init(struct bj_safety *safety, const struct bj_safety_config *config,
                    double pps);

/* Arm, beginning with the start blank, and disarm. */
void bj_safety_arm(struct bj_safety *safety);
void bj_safety_disarm(struct bj_safety *safety);

/* Restarts after a gap in the stream: with a start blank, the position of the mirrors
 * being unknown. */
void bj_safety_restart(struct bj_safety *safety);

/* Sets another rate; running start and settle times keep their duration. Differences of
 * less than a thousandth are ignored. */
void bj_safety_set_rate(struct bj_safety *safety, double pps);

/* Notes a change of connections: the settle time also covers the next lag_points points,
 * which were captured before it. */
void bj_safety_connections(struct bj_safety *safety, bool position_connected,
                           uint64_t lag_points);

/* Engine thread, BJ_RT. Makes points safe, in place: finite, within -1..+1, light within
 * 0..1, and dark unless all gates are open. Returns why none of them is lit, BJ_DARK_NO
 * if one is. */
enum bj_dark bj_safety_run(struct bj_safety *safety, struct bj_point *points,
                           uint32_t count);

/* Darkens points in place, and keeps positions. */
void bj_safety_blank(struct bj_point *points, uint32_t count);

#endif

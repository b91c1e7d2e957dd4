/* SPDX-License-Identifier: MIT
 *
 * Safety stage: the last one that may change a point. Nothing between it and the wire does.
 *
 * Written to be read in full by someone careful. Light passes only if every gate is open:
 * armed, x and y connected, no start or settle time running, a valid point, mirrors that
 * move.
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

    /* limits, and what they are in points at the present rate */
    struct bj_safety_config config;
    double pps;
    uint32_t start_points, settle_points, dwell_points;

    /* the beam */
    struct bj_point last; /* the last one that was valid */
    struct bj_mirror mirror;
    struct bj_dwell dwell;

    /* counters */
    uint64_t dwell_darkened, invalid;
};

/* All within the ranges that core.h names. */
bool bj_safety_config_is_sane(const struct bj_safety_config *config);

/* Disarmed, connected. */
void bj_safety_init(struct bj_safety *safety, const struct bj_safety_config *config,
                    double pps);

void bj_safety_arm(struct bj_safety *safety); /* begins with the start blank */
void bj_safety_disarm(struct bj_safety *safety);

/* After a gap in the stream: start blank again; and where the mirrors were in the gap is
 * not known. */
void bj_safety_restart(struct bj_safety *safety);

/* The rate is another now; what runs goes on for as long as it was to. Differences of less
 * than a thousandth are ignored. */
void bj_safety_set_rate(struct bj_safety *safety, double pps);

/* A connection changed; what is older than lag_points points from now is still to come. */
void bj_safety_connections(struct bj_safety *safety, bool position_connected,
                           uint64_t lag_points);

/* Engine thread, BJ_RT. In place: every point ends finite, within -1..+1, its light
 * within 0..1, and dark unless all gates are open. Returns why none of them is lit,
 * BJ_DARK_NO if one is. */
enum bj_dark bj_safety_run(struct bj_safety *safety, struct bj_point *points,
                           uint32_t count);

/* Darkens in place, positions kept. */
void bj_safety_blank(struct bj_point *points, uint32_t count);

#endif
